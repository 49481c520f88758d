/** Every text about what is on the air, what has been, and what still runs from the day before. */

import type { Aired } from '../backend';
import { texts } from '../language';

export const AIRED: Record<Aired, string> = texts({
  on_air: {
    en: 'This edit concerns the item that is on the air now.',
    de: 'Diese Bearbeitung betrifft das Element, das gerade auf Sendung ist.',
  },
  past: {
    en: 'This edit concerns what has already been on the air.',
    de: 'Diese Bearbeitung betrifft, was schon auf Sendung war.',
  },
});

export const CARRIED = texts({
  runs: (title: string, until: string) => ({
    en: `“${title}” of the day before runs until ${until}`,
    de: `„${title}“ vom Vortag läuft bis ${until}`,
  }),
});
