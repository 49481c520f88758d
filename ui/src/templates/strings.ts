/** Every text about templates. */

import type { TemplateMode } from '../backend';
import { texts } from '../language';
import { counted } from '../language/format';

export type PlaceChoice = 'here' | 'original' | 'at';

const items = {
  en: (n: number) => counted(n, 'item', 'items'),
  de: (n: number) => counted(n, 'Element', 'Elemente'),
};

export const TEMPLATES = texts({
  title: { en: 'Templates', de: 'Vorlagen' },
  list: { en: 'All templates', de: 'Alle Vorlagen' },
  none: {
    en: 'There is no template yet. Select items of the day and save them as one.',
    de: 'Es gibt noch keine Vorlage. Elemente des Tages auswählen und als Vorlage speichern.',
  },
  facts: (n: number, duration: string) => ({
    en: `${items.en(n)} · ${duration}`,
    de: `${items.de(n)} · ${duration}`,
  }),
  name: { en: 'Name', de: 'Name' },
  save: (n: number) => ({
    en: `Save ${items.en(n)} as a template`,
    de: `${items.de(n)} als Vorlage speichern`,
  }),
  saveDo: { en: 'Save', de: 'Speichern' },
  selectFirst: {
    en: 'Select items of the day first.',
    de: 'Zuerst Elemente des Tages auswählen.',
  },
  needsName: { en: 'Give it a name.', de: 'Einen Namen eingeben.' },
  saved: (name: string) => ({
    en: `“${name}” is a template now.`,
    de: `„${name}“ ist jetzt eine Vorlage.`,
  }),
  rename: { en: 'Rename', de: 'Umbenennen' },
  renameDo: { en: 'Keep the name', de: 'Namen übernehmen' },
  newName: { en: 'New name', de: 'Neuer Name' },
  remove: { en: 'Delete', de: 'Löschen' },
  cancel: { en: 'Cancel', de: 'Abbrechen' },
  where: { en: 'Where', de: 'Wohin' },
  places: {
    here: { en: 'Here, behind the selection', de: 'Hierher, hinter die Auswahl' },
    original: { en: 'At its original time', de: 'Zu ihrer ursprünglichen Zeit' },
    at: { en: 'At a time', de: 'Zu einer Zeit' },
  } satisfies Record<PlaceChoice, unknown>,
  originalAt: (at: string) => ({
    en: `At its original time, ${at}`,
    de: `Zu ihrer ursprünglichen Zeit, ${at}`,
  }),
  time: { en: 'Clock time', de: 'Uhrzeit' },
  what: { en: 'What lies there', de: 'Was dort liegt' },
  modes: {
    move: { en: 'moves back', de: 'rückt nach hinten' },
    overwrite: { en: 'is replaced', de: 'wird ersetzt' },
    fit: { en: 'stays; only what fits is inserted', de: 'bleibt; nur was passt, wird eingefügt' },
  } satisfies Record<TemplateMode, unknown>,
  preview: { en: 'What this would do', de: 'Was das bewirken würde' },
  removes: (n: number) => ({
    en: `${items.en(n)} of the day ${n === 1 ? 'goes' : 'go'}.`,
    de: `${items.de(n)} des Tages ${n === 1 ? 'entfällt' : 'entfallen'}.`,
  }),
  leavesOut: (n: number) => ({
    en: `${items.en(n)} of the template ${n === 1 ? 'finds' : 'find'} no room.`,
    de: `${items.de(n)} der Vorlage ${n === 1 ? 'findet' : 'finden'} keinen Platz.`,
  }),
  choose: { en: 'Choose a template.', de: 'Eine Vorlage wählen.' },
  insert: { en: 'Insert', de: 'Einfügen' },
  inserted: (name: string, n: number) => ({
    en: `“${name}” inserted: ${items.en(n)}.`,
    de: `„${name}“ eingefügt: ${items.de(n)}.`,
  }),
});
