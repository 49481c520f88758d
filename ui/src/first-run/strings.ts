/** Every text of the first run. */

import { texts } from '../language';
import { counted, number } from '../language/format';

export const FIRST_RUN = texts({
  title: { en: 'An empty station', de: 'Eine leere Station' },
  says: {
    en: 'Three steps lead to a scheduled day.',
    de: 'Drei Schritte führen zu einem geplanten Sendetag.',
  },
  folder: { en: 'Choose a folder of media…', de: 'Medienordner wählen …' },
  folderSays: {
    en: 'Every clip in it is read into the library, with its duration.',
    de: 'Jeder Clip darin kommt mit seiner Dauer in die Bibliothek.',
  },
  byHand: { en: 'Or add an asset by hand', de: 'Oder ein Asset von Hand anlegen' },
  schedule: { en: 'Schedule', de: 'Planen' },
  scheduleSays: {
    en: 'Select an asset of the library and press Enter, or drag it into the day.',
    de: 'Wählen Sie ein Asset der Bibliothek und drücken Sie die Eingabetaste, oder ziehen Sie es in den Tag.',
  },
  channel: { en: 'Check the channel', de: 'Kanal prüfen' },
  channelSays: {
    en: 'Frame rate, time zone and start of the day are best set before anything is scheduled.',
    de: 'Bildrate, Zeitzone und Beginn des Tages stellt man am besten ein, bevor etwas geplant ist.',
  },
  pair: {
    en: 'This is to be the second station of a pair? Open the',
    de: 'Das soll die zweite Station eines Paars werden? Öffnen Sie die',
  },
  pairLink: { en: 'redundancy settings', de: 'Redundanzeinstellungen' },
  sample: { en: 'Make a sample channel', de: 'Beispielkanal anlegen' },
  sampleSays: {
    en: 'No media at hand? A few clips and a full day of them, to try everything out.',
    de: 'Keine Medien zur Hand? Einige Clips und ein voller Tag davon, um alles auszuprobieren.',
  },
  close: { en: 'Close', de: 'Schließen' },
});

export const FILL_DAY = texts({
  reading: { en: 'The library is being filled', de: 'Die Bibliothek wird gefüllt' },
  readingSays: (done: number, total: number) => ({
    en: `${number(done)} of ${number(total)} files`,
    de: `${number(done)} von ${number(total)} Dateien`,
  }),
  title: (n: number) => ({
    en: `${counted(n, 'asset is', 'assets are')} in the library`,
    de: `${counted(n, 'Asset ist', 'Assets sind')} in der Bibliothek`,
  }),
  says: {
    en: 'Fill the day with them now; every item can be moved, replaced or undone.',
    de: 'Füllen Sie den Tag jetzt damit; jedes Element kann verschoben, ersetzt oder rückgängig gemacht werden.',
  },
  fill: { en: 'Fill the day', de: 'Den Tag füllen' },
  filling: { en: 'Filling the day', de: 'Füllen des Tages' },
  byHand: { en: 'I do it by hand', de: 'Ich mache es von Hand' },
  done: { en: 'The day is scheduled', de: 'Der Tag ist geplant' },
  doneSays: (items: number, until: string) => ({
    en: `${counted(items, 'item', 'items')}, until ${until}.`,
    de: `${counted(items, 'Element', 'Elemente')}, bis ${until}.`,
  }),
  full: { en: 'The day is full.', de: 'Der Tag ist voll.' },
  noClips: {
    en: 'No clip of the library fits: add media first.',
    de: 'Kein Clip der Bibliothek passt: Nehmen Sie zuerst Medien auf.',
  },
  sampling: { en: 'Making a sample channel', de: 'Anlegen eines Beispielkanals' },
  notEmpty: {
    en: 'The sample channel is for an empty library.',
    de: 'Der Beispielkanal ist für eine leere Bibliothek.',
  },
  close: { en: 'Close', de: 'Schließen' },
});
