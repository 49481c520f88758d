import type { Action } from './action';

export const windowActions: readonly Action[] = [
  {
    id: 'history.undo',
    label: 'Undo',
    group: 'History',
    scope: 'global',
    keys: ['Mod+Z'],
    icon: 'undo',
    edits: true,
    unavailable: (app) => (app.history.history.undo ? null : 'There is nothing to undo.'),
    run: (app) => void app.edit('Undoing', () => app.history.undo()),
  },
  {
    id: 'history.redo',
    label: 'Redo',
    group: 'History',
    scope: 'global',
    keys: ['Mod+Shift+Z', 'Mod+Y'],
    icon: 'redo',
    edits: true,
    unavailable: (app) => (app.history.history.redo ? null : 'There is nothing to redo.'),
    run: (app) => void app.edit('Redoing', () => app.history.redo()),
  },
  {
    id: 'window.redundancy',
    label: 'Redundancy status',
    group: 'Window',
    scope: 'global',
    keys: ['F8'],
    run: (app) => {
      app.overlay = 'redundancy';
    },
  },
  {
    id: 'window.settings',
    label: 'Settings',
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
    label: 'To the playlist',
    group: 'Window',
    scope: 'global',
    keys: ['F6'],
    run: (app) => app.view.playlist?.focus(),
  },
  {
    id: 'window.library',
    label: 'To the library',
    group: 'Window',
    scope: 'global',
    keys: ['Shift+F6'],
    run: (app) => app.view.library?.focus(),
  },
  {
    id: 'window.help',
    label: 'Keyboard help',
    group: 'Window',
    scope: 'global',
    keys: ['?', 'F1'],
    icon: 'help',
    run: (app) => {
      app.overlay = 'help';
    },
  },
];
