/** Texts that every feature's dialogs share. */

import { texts } from '../language';

export const DIALOGS = texts({
  close: { en: 'Close', de: 'Schließen' },
  cancel: { en: 'Cancel', de: 'Abbrechen' },
});
