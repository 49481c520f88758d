import type { ActionRule } from './action';
import { NEEDS, TRIED } from './strings';

export const windowActions: readonly ActionRule[] = [
  {
    id: 'history.undo',
    group: 'History',
    scope: 'global',
    keys: ['Mod+Z'],
    icon: 'undo',
    edits: true,
    unavailable: (app) => (app.history.history.undo ? null : NEEDS.undo),
    run: (app) => void app.edit(TRIED.undoing, () => app.history.undo()),
  },
  {
    id: 'history.redo',
    group: 'History',
    scope: 'global',
    keys: ['Mod+Shift+Z', 'Mod+Y'],
    icon: 'redo',
    edits: true,
    unavailable: (app) => (app.history.history.redo ? null : NEEDS.redo),
    run: (app) => void app.edit(TRIED.redoing, () => app.history.redo()),
  },
  {
    id: 'window.redundancy',
    group: 'Window',
    scope: 'global',
    keys: ['F8'],
    run: (app) => {
      app.overlay = 'redundancy';
    },
  },
  {
    id: 'window.settings',
    group: 'Window',
    scope: 'global',
    keys: ['Mod+,'],
    icon: 'settings',
    run: (app) => {
      app.overlay = 'settings';
    },
  },
  {
    id: 'window.playlist',
    group: 'Window',
    scope: 'global',
    keys: ['F6'],
    run: (app) => app.view.playlist?.focus(),
  },
  {
    id: 'window.library',
    group: 'Window',
    scope: 'global',
    keys: ['Shift+F6'],
    run: (app) => app.view.library?.focus(),
  },
  {
    id: 'window.help',
    group: 'Window',
    scope: 'global',
    keys: ['?', 'F1'],
    icon: 'help',
    run: (app) => {
      app.overlay = 'help';
    },
  },
];
