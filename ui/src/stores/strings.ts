/** Texts of what the screen does by itself. */

import type { PairNotice } from '../backend';
import { texts } from '../language';

/** What was tried, as an error message begins. */
export const TRIED = texts({
  openingDay: { en: 'Opening the day', de: 'Tag öffnen' },
  loading: { en: 'Loading the station', de: 'Station laden' },
  history: { en: 'Reading the history', de: 'Verlauf lesen' },
  channel: { en: 'Reading the channel', de: 'Kanal lesen' },
  playlist: { en: 'Reading the playlist', de: 'Sendeablauf lesen' },
  library: { en: 'Reading the library', de: 'Bibliothek lesen' },
  templates: { en: 'Reading the templates', de: 'Vorlagen lesen' },
});

/** What the messages tell of the pair; the rest of it is the alarm's. */
export const NOTICE = texts({
  damaged: {
    en: 'A full check found data on this station that no edit made: restore a backup.',
    de: 'Eine vollständige Prüfung fand auf dieser Station Daten, die aus keiner Bearbeitung stammen: Stellen Sie eine Sicherung wieder her.',
  },
  journal_fills: {
    en: 'The journal keeps much that the other station has not acknowledged: bring that station back.',
    de: 'Das Journal bewahrt viel auf, was die andere Station nicht bestätigt hat: Bringen Sie diese Station zurück.',
  },
  synced: { en: 'The two stations are in step.', de: 'Die beiden Stationen sind auf gleichem Stand.' },
} satisfies Partial<Record<PairNotice, unknown>>);

/** Why nothing can be edited. */
export const READ_ONLY = texts({
  silent: {
    en: 'The station has not answered yet.',
    de: 'Die Station hat noch nicht geantwortet.',
  },
  offline: {
    en: 'The connection to the station is lost; edits are possible when it is back.',
    de: 'Die Verbindung zur Station ist abgebrochen; bearbeiten lässt sich wieder, sobald sie zurück ist.',
  },
  unknown: {
    en: 'This station does not edit now.',
    de: 'Diese Station bearbeitet jetzt nicht.',
  },
});
