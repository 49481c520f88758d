import type { App } from '../stores/app.svelte';
import type { Action } from './action';
import { placeForNew } from './playlist';

const needsAsset = (app: App) => (app.selection.assets.ids.size ? null : 'Select an asset first.');
const needsOneAsset = (app: App) => (app.selection.assets.ids.size === 1 ? null : 'Select one asset first.');

export const libraryActions: readonly Action[] = [
  {
    id: 'library.search',
    label: 'Search the library',
    group: 'Library',
    scope: 'global',
    keys: ['Mod+F', '/'],
    icon: 'search',
    run: (app) => app.view.library?.focusSearch(),
  },
  {
    id: 'assets.insert',
    label: 'Insert into the playlist',
    group: 'Library',
    scope: 'library',
    keys: ['Enter'],
    icon: 'add',
    edits: true,
    unavailable: (app) => needsAsset(app) ?? (app.day.playlist ? null : 'The day is not loaded yet.'),
    run: (app) =>
      void app.edit('Inserting', () =>
        app.day.insert(
          placeForNew(app),
          [...app.selection.assets.ids].map((asset_id) => ({ asset_id })),
        ),
      ),
  },
  {
    id: 'assets.edit',
    label: 'Edit asset',
    group: 'Library',
    scope: 'library',
    keys: ['F2', 'E'],
    icon: 'edit',
    edits: true,
    unavailable: needsOneAsset,
    run: (app) => {
      app.view.assetToEdit = [...app.selection.assets.ids][0] ?? null;
      app.overlay = 'asset';
    },
  },
  {
    id: 'assets.delete',
    label: 'Delete asset',
    group: 'Library',
    scope: 'library',
    keys: ['Delete', 'Backspace'],
    icon: 'trash',
    edits: true,
    unavailable: needsAsset,
    run: (app) =>
      void app.edit('Deleting from the library', () => app.library.remove([...app.selection.assets.ids])),
  },
  {
    id: 'library.scan',
    label: 'Add a folder of media',
    group: 'Library',
    scope: 'global',
    keys: ['Mod+O'],
    icon: 'folder',
    edits: true,
    run: (app) => {
      app.overlay = 'scan';
    },
  },
  {
    id: 'library.add',
    label: 'Add an asset by hand',
    group: 'Library',
    scope: 'library',
    keys: ['N'],
    icon: 'add',
    edits: true,
    run: (app) => {
      app.view.assetToEdit = null;
      app.overlay = 'asset';
    },
  },
];
