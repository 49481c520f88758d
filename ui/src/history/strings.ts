/** Every text of the bottom bar: history, jobs and messages. */

import type { Job } from '../backend';
import { texts } from '../language';
import { counted, number } from '../language/format';

export const HISTORY = texts({
  title: { en: 'History', de: 'Verlauf' },
  undo: (label: string) => ({ en: `Undo ${label}`, de: `Rückgängig: ${label}` }),
  redo: (label: string) => ({ en: `Redo ${label}`, de: `Wiederholen: ${label}` }),
  nothing: { en: 'Nothing to undo', de: 'Nichts rückgängig zu machen' },
  undone: { en: '(undone)', de: '(zurückgenommen)' },
  anotherStation: { en: 'another station', de: 'eine andere Station' },
  none: {
    en: 'Every edit will be listed here, by whom and when.',
    de: 'Hier wird jede Änderung stehen, von wem und wann.',
  },
});

export const JOB = texts({
  title: { en: 'Jobs', de: 'Aufträge' },
  states: {
    running: { en: 'running', de: 'läuft' },
    done: { en: 'done', de: 'fertig' },
    failed: { en: 'failed', de: 'fehlgeschlagen' },
    cancelled: { en: 'cancelled', de: 'abgebrochen' },
  } satisfies Record<Job['state'], unknown>,
  progress: (done: number, total: number) => ({
    en: `${number(done)} of ${number(total)} files`,
    de: `${number(done)} von ${number(total)} Dateien`,
  }),
  added: (n: number) => ({ en: `${number(n)} added`, de: `${number(n)} neu` }),
  updated: (n: number) => ({ en: `${number(n)} updated`, de: `${number(n)} aktualisiert` }),
  unchanged: (n: number) => ({ en: `${number(n)} unchanged`, de: `${number(n)} unverändert` }),
  unreadable: (n: number) => ({
    en: `${number(n)} could not be read`,
    de: `${number(n)} nicht lesbar`,
  }),
  files: { en: 'Files that could not be read', de: 'Dateien, die nicht gelesen werden konnten' },
  more: (n: number) => ({ en: `and ${number(n)} more`, de: `und ${number(n)} weitere` }),
  cancel: { en: 'Cancel', de: 'Abbrechen' },
  cancelling: { en: 'Cancelling', de: 'Abbrechen' },
  dismiss: { en: 'Dismiss', de: 'Ausblenden' },
});

export const MESSAGES = texts({
  title: { en: 'Messages', de: 'Meldungen' },
  count: (n: number) => ({
    en: counted(n, 'message', 'messages'),
    de: counted(n, 'Meldung', 'Meldungen'),
  }),
  dismissThis: { en: 'Dismiss this message', de: 'Diese Meldung ausblenden' },
  dismiss: { en: 'Dismiss', de: 'Ausblenden' },
  dismissAll: { en: 'Dismiss all', de: 'Alle ausblenden' },
});
