/** What is wrong with a time that was typed, and how lengths are read. */

import { texts } from '../language';
import { counted } from '../language/format';

export const TIME = texts({
  emptyDuration: {
    en: 'Type a duration, such as 15:00 for 15 seconds.',
    de: 'Geben Sie eine Dauer ein, etwa 15:00 für 15 Sekunden.',
  },
  negative: { en: 'That would be less than nothing.', de: 'Das wäre weniger als nichts.' },
  emptyClock: {
    en: 'Type a clock time, such as 15:00 or 15:00:30.',
    de: 'Geben Sie eine Uhrzeit ein, etwa 15:00 oder 15:00:30.',
  },
  noStart: {
    en: 'There is no time to count from. Type a clock time.',
    de: 'Es gibt keine Zeit, ab der zu zählen wäre. Geben Sie eine Uhrzeit ein.',
  },
  noDuration: {
    en: 'Not a duration. Type it like 15:00, 1500, +30 or 2m30s.',
    de: 'Keine Dauer. Geben Sie sie ein wie 15:00, 1500, +30 oder 2m30s.',
  },
  noClock: {
    en: 'Not a clock time. Type it like 15:00, 1500, 15:00:30 or +30.',
    de: 'Keine Uhrzeit. Geben Sie sie ein wie 15:00, 1500, 15:00:30 oder +30.',
  },
  frames: (nominal: number) => ({
    en: `A second has ${nominal} frames here: 00 to ${nominal - 1}.`,
    de: `Eine Sekunde hat hier ${nominal} Bilder: 00 bis ${nominal - 1}.`,
  }),
  seconds: { en: 'Seconds go from 00 to 59.', de: 'Sekunden gehen von 00 bis 59.' },
  minutes: { en: 'Minutes go from 00 to 59.', de: 'Minuten gehen von 00 bis 59.' },
  hours: { en: 'Hours go from 00 to 23.', de: 'Stunden gehen von 00 bis 23.' },
  hoursMax: (max: number) => ({ en: `At most ${max} hours.`, de: `Höchstens ${max} Stunden.` }),
  dropped: {
    en: 'Drop-frame timecode skips this number.',
    de: 'Drop-Frame-Timecode überspringt diese Nummer.',
  },
  length: (frames: number) => ({
    en: counted(frames, 'frame', 'frames'),
    de: counted(frames, 'Bild', 'Bilder'),
  }),
});
