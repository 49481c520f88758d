/** Every text of the playlist. */

import type { ItemKind, StartMode } from '../backend';
import { texts } from '../language';
import { counted, plural } from '../language/format';
import type { Cell } from '../stores/view.svelte';

export const PLAYLIST = texts({
  toolbar: { en: 'Playlist', de: 'Sendeablauf' },
  loading: { en: 'Loading the day…', de: 'Tag wird geladen …' },
  failed: { en: 'This day could not be loaded', de: 'Dieser Tag ließ sich nicht laden' },
  empty: { en: 'Nothing is scheduled on this day', de: 'An diesem Tag ist nichts eingeplant' },
  emptySays: {
    en: 'Drag clips here from the library, or select one there and press Enter.',
    de: 'Ziehen Sie Clips aus der Bibliothek hierher, oder wählen Sie dort einen aus und drücken Sie die Eingabetaste.',
  },
  moving: { en: 'Moving', de: 'Verschieben' },
  inserting: { en: 'Inserting', de: 'Einfügen' },
});

/** The list of a day's items. */
export const RUNDOWN = texts({
  label: { en: 'Items of the day', de: 'Elemente des Tages' },
  menu: { en: 'Item', de: 'Element' },
  items: (n: number) => ({ en: counted(n, 'item', 'items'), de: counted(n, 'Element', 'Elemente') }),
  heads: {
    start: { en: 'Start', de: 'Start' },
    title: { en: 'Title', de: 'Titel' },
    duration: { en: 'Duration', de: 'Dauer' },
    type: { en: 'Type', de: 'Art' },
    mode: { en: 'Mode', de: 'Modus' },
    marks: { en: 'Marks', de: 'Hinweise' },
  },
  gap: { en: 'Gap', de: 'Lücke' },
  fill: { en: 'Fill…', de: 'Füllen …' },
  fillGap: (length: string) => ({ en: `Fill… (gap of ${length})`, de: `Füllen … (Lücke von ${length})` }),
  gapToEnd: { en: 'Nothing until the day ends', de: 'Nichts bis zum Ende des Tages' },
  dayEnd: (at: string) => ({
    en: `The day ends at ${at}; what follows runs past it`,
    de: `Der Tag endet um ${at}; was folgt, läuft darüber hinaus`,
  }),
  onAir: (left: string) => ({ en: `On air ${left}`, de: `Auf Sendung ${left}` }),
});

/** In a line there is room for one word. */
export const KIND_WORD: Record<ItemKind, string> = texts({
  clip: { en: 'Clip', de: 'Clip' },
  live: { en: 'Live', de: 'Live' },
  note: { en: 'Note', de: 'Notiz' },
});

export const MODE_WORD: Record<StartMode, string> = texts({
  follow: { en: 'Follow', de: 'Folgt' },
  fixed: { en: 'Fixed', de: 'Fest' },
  hold: { en: 'Hold', de: 'Wartet' },
});

export const MARK = texts({
  gap: (length: string) => ({ en: `Gap ${length}`, de: `Lücke ${length}` }),
  cutShort: (by: string) => ({ en: `Cut short by ${by}`, de: `Gekürzt um ${by}` }),
  neverPlays: (lost: string) => ({ en: `Never plays: ${lost} lost`, de: `Läuft nie: ${lost} verloren` }),
  pastDayEnd: (by: string) => ({ en: `Past day end by ${by}`, de: `Überzieht den Tag um ${by}` }),
  noSuchTime: { en: 'No such time today', de: 'Diese Zeit gibt es heute nicht' },
});

/** Editing in place. */
export const CELL = texts({
  names: {
    start: { en: 'Start', de: 'Start' },
    title: { en: 'Title', de: 'Titel' },
    duration: { en: 'Duration', de: 'Dauer' },
  } satisfies Record<Cell, unknown>,
  of: (cell: string, title: string) => ({ en: `${cell} of ${title}`, de: `${cell} von ${title}` }),
  changing: {
    start: { en: 'Changing the start', de: 'Start ändern' },
    title: { en: 'Changing the title', de: 'Titel ändern' },
    duration: { en: 'Changing the duration', de: 'Dauer ändern' },
  } satisfies Record<Cell, unknown>,
  needsTitle: { en: 'An item needs a title.', de: 'Ein Element braucht einen Titel.' },
  follows: { en: 'Follows the item before', de: 'Folgt dem Element davor' },
  fixedAt: (at: string) => ({ en: `Fixed at ${at}`, de: `Fest um ${at}` }),
});

/** What stands above the day. */
export const DAY = texts({
  scheduled: { en: 'Scheduled', de: 'Geplant' },
  items: (n: number) => ({
    en: plural(n, 'Item', 'Items'),
    de: plural(n, 'Element', 'Elemente'),
  }),
  gaps: (n: number) => ({ en: plural(n, 'Gap', 'Gaps'), de: plural(n, 'Lücke', 'Lücken') }),
  overruns: (n: number) => ({
    en: plural(n, 'Overrun', 'Overruns'),
    de: plural(n, 'Überlauf', 'Überläufe'),
  }),
  lost: (lost: string) => ({ en: `${lost} lost`, de: `${lost} verloren` }),
  goTo: { en: 'Go to', de: 'Gehe zu' },
  goToHint: { en: 'A clock time of this day.', de: 'Eine Uhrzeit dieses Tages.' },
});

export const CALENDAR = texts({
  title: { en: 'Choose a day', de: 'Tag wählen' },
  previous: { en: 'Previous month', de: 'Vorheriger Monat' },
  next: { en: 'Next month', de: 'Nächster Monat' },
  listing: { en: 'Listing the days', de: 'Tage auflisten' },
});
