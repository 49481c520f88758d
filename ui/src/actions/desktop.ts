import { QUIT } from '../desktop/strings';
import type { ActionRule } from './action';

export const desktopActions: readonly ActionRule[] = [
  {
    id: 'window.quit',
    group: 'Window',
    scope: 'global',
    keys: ['Mod+Q'],
    unavailable: (app) => (app.backend.desktop ? null : QUIT.onlyInWindow),
    run: (app) => void app.askToQuit(),
  },
];
