/** Every text of the frame around the panels. */

import { texts } from '../language';

export const FRAME = texts({
  clock: { en: 'Wall clock of the channel', de: 'Uhr des Kanals' },
  library: { en: 'Library', de: 'Bibliothek' },
  playlist: { en: 'Playlist', de: 'Sendeablauf' },
  inspector: { en: 'Inspector', de: 'Inspektor' },
  outOfDate: { en: 'What is shown here may be out of date.', de: 'Was hier steht, kann veraltet sein.' },
});

export const NO_ACCESS = texts({
  says: {
    en: 'This page needs the access token of the station. Open the address that the station printed when it started: it ends in',
    de: 'Diese Seite braucht das Zugangs-Token der Station. Öffnen Sie die Adresse, die die Station beim Start ausgegeben hat: Sie endet auf',
  },
});
