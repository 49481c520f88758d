/** Every text about finding items within the day. */

import { texts } from '../language';
import { number } from '../language/format';

export const FIND_HERE = texts({
  label: { en: 'Find in this day', de: 'In diesem Tag suchen' },
  field: { en: 'Title or notes', de: 'Titel oder Notizen' },
  count: (at: number, of: number) => ({
    en: at > 0 ? `${number(at)} of ${number(of)}` : `${number(of)} found`,
    de: at > 0 ? `${number(at)} von ${number(of)}` : `${number(of)} gefunden`,
  }),
  none: { en: 'Not in this day', de: 'Nicht in diesem Tag' },
  next: { en: 'Next (Enter)', de: 'Weiter (Enter)' },
  previous: { en: 'Previous (Shift + Enter)', de: 'Zurück (Umschalt + Enter)' },
  close: { en: 'Close (Esc)', de: 'Schließen (Esc)' },
  nothing: { en: 'Type what to find first.', de: 'Zuerst eingeben, was gesucht wird.' },
});
