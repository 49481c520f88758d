/** Every text of the planning tools. */

import { texts } from '../language';
import { counted, number, plural } from '../language/format';

const items = {
  en: (n: number) => counted(n, 'item', 'items'),
  de: (n: number) => counted(n, 'Element', 'Elemente'),
};
const days = {
  en: (n: number) => counted(n, 'day', 'days'),
  de: (n: number) => counted(n, 'Tag', 'Tage'),
  /** Behind a preposition. */
  deDative: (n: number) => counted(n, 'Tag', 'Tagen'),
};

export const FIND = texts({
  title: { en: 'Find in all days', de: 'In allen Tagen suchen' },
  label: { en: 'Title or notes', de: 'Titel oder Notizen' },
  hint: {
    en: 'Finds items of every day. Enter opens the first one.',
    de: 'Findet Elemente aller Tage. Die Eingabetaste öffnet das erste.',
  },
  none: {
    en: 'No item of any day has this in its title or notes.',
    de: 'Kein Element irgendeines Tages hat das im Titel oder in den Notizen.',
  },
  found: (n: number, on: number) => ({
    en: `${items.en(n)} on ${days.en(on)}`,
    de: `${items.de(n)} an ${days.deDative(on)}`,
  }),
  firstOf: (found: string, n: number) => ({
    en: `${found}; the first ${number(n)} are shown`,
    de: `${found}; die ersten ${number(n)} sind gezeigt`,
  }),
});

export const COPY = texts({
  title: (n: number) => ({
    en: `Copy ${items.en(n)} to other days`,
    de: `${items.de(n)} auf andere Tage kopieren`,
  }),
  first: { en: 'First day', de: 'Erster Tag' },
  repeat: { en: 'Repeat', de: 'Wiederholen' },
  every: {
    once: { en: 'Once', de: 'Einmal' },
    day: { en: 'Every day', de: 'Jeden Tag' },
    week: { en: 'Every week', de: 'Jede Woche' },
  },
  times: { en: 'How many times', de: 'Wie oft' },
  timesWrong: {
    en: 'Give a whole number from 1 to 366.',
    de: 'Geben Sie eine ganze Zahl von 1 bis 366 an.',
  },
  place: { en: 'Where they go', de: 'Wohin' },
  places: {
    append: { en: 'Behind each day’s last item', de: 'Hinter das letzte Element jedes Tages' },
    replace: { en: 'In place of each day’s items', de: 'Anstelle der Elemente jedes Tages' },
  },
  toOne: (first: string) => ({ en: `To ${first}.`, de: `Auf ${first}.` }),
  to: (n: number, first: string, last: string) => ({
    en: `To ${days.en(n)}, ${first} to ${last}.`,
    de: `Auf ${days.de(n)}, ${first} bis ${last}.`,
  }),
  undo: {
    en: 'One step, which can be undone.',
    de: 'Ein Schritt, der sich rückgängig machen lässt.',
  },
  needsDate: { en: 'Choose a day.', de: 'Wählen Sie einen Tag.' },
  do: { en: 'Copy', de: 'Kopieren' },
  done: (n: number, to: number) => ({
    en: `${items.en(n)} copied to ${days.en(to)}.`,
    de: `${items.de(n)} auf ${days.de(to)} kopiert.`,
  }),
});

export const USES = texts({
  heading: { en: 'Where it is scheduled', de: 'Wo es eingeplant ist' },
  none: { en: 'Nowhere.', de: 'Nirgends.' },
  more: (n: number) => ({ en: `and ${number(n)} more`, de: `und ${number(n)} weitere` }),
  replace: { en: 'Replace everywhere…', de: 'Überall ersetzen …' },
  with: { en: 'Replace with', de: 'Ersetzen durch' },
  search: { en: 'Search the library', de: 'Bibliothek durchsuchen' },
  from: { en: 'From', de: 'Ab' },
  always: { en: 'all days', de: 'alle Tage' },
  today: { en: 'the open day on', de: 'ab dem offenen Tag' },
  do: (n: number) => ({
    en: `Replace in ${items.en(n)}`,
    de: `In ${counted(n, 'Element', 'Elementen')} ersetzen`,
  }),
  done: (n: number, title: string) => ({
    en: `${items.en(n)} now ${plural(n, 'plays', 'play')} “${title}”.`,
    de: `${items.de(n)} ${plural(n, 'spielt', 'spielen')} jetzt „${title}“.`,
  }),
  cancel: { en: 'Cancel', de: 'Abbrechen' },
});

export const FILL = texts({
  heading: { en: 'Fill from the library', de: 'Aus der Bibliothek füllen' },
  category: { en: 'From', de: 'Aus' },
  all: { en: 'All clips', de: 'Alle Clips' },
  none: {
    en: 'No clip of the library fits into this gap.',
    de: 'Kein Clip der Bibliothek passt in diese Lücke.',
  },
  exact: { en: 'Fills the gap to the frame.', de: 'Füllt die Lücke aufs Bild genau.' },
  left: (text: string) => ({ en: `Leaves ${text}.`, de: `Es bleiben ${text}.` }),
  do: (n: number) => ({
    en: `Insert ${counted(n, 'clip', 'clips')}`,
    de: `${counted(n, 'Clip', 'Clips')} einfügen`,
  }),
  filling: { en: 'Filling the gap', de: 'Lücke füllen' },
});
