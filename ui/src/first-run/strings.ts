/** Every text of the first run. */

import { texts } from '../language';

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
  close: { en: 'Close', de: 'Schließen' },
});
