import { FILL_DAY } from '../first-run/strings';
import { FILES } from '../media/strings';
import type { Place } from '../playlist/places';
import type { App } from '../stores/app.svelte';
import type { ActionRule } from './action';
import { needsBefore, placeForNew, placeForNewBefore } from './playlist';
import { NEEDS, TRIED } from './strings';

const needsAsset = (app: App) => (app.selection.assets.ids.size ? null : NEEDS.asset);
const needsOneAsset = (app: App) => (app.selection.assets.ids.size === 1 ? null : NEEDS.oneAsset);

/** Those of the selected assets whose file has changed. */
const changedAssets = (app: App) =>
  [...app.selection.assets.ids].filter((id) => app.library.find(id)?.file_state === 'changed');

/** How often more is asked for: one answer has at most a thousand clips. */
const FILLS_MAX = 10;

/** Clips that follow a clip: never the same one twice in a row. */
export function following<Clip extends { asset_id: string }>(
  last: string | null,
  clips: readonly Clip[],
): Clip[] {
  if (clips[0]?.asset_id !== last) return [...clips];
  const turned = clips.toReversed();
  return turned[0]?.asset_id === last ? turned.slice(1) : turned;
}

/** Fills what is left of the day after its last item, as one edit. */
async function fillDay(app: App): Promise<void> {
  const rest = app.day.rows.at(-1);
  if (rest?.kind !== 'gap' || rest.gap.before !== null) return app.messages.info(FILL_DAY.full);
  const { after, frames } = rest.gap;
  let last = after === null ? null : (app.day.item(after)?.asset_id ?? null);
  let left = frames;
  const items: { asset_id: string }[] = [];
  for (let round = 0; round < FILLS_MAX && left > 0; round++) {
    const fill = await app.backend.call('suggest_fill', { frames: left, category: null, avoid: [] });
    const clips = following(last, fill.clips);
    if (clips.length === 0) break;
    items.push(...clips.map(({ asset_id }) => ({ asset_id })));
    left -= clips.reduce((sum, { duration }) => sum + duration, 0);
    last = clips.at(-1)?.asset_id ?? null;
  }
  if (items.length === 0) return app.messages.info(FILL_DAY.noClips);
  await app.day.insert(after, items);
}

function insertAssets(app: App, after: Place): void {
  const items = [...app.selection.assets.ids].map((asset_id) => ({ asset_id }));
  void app.edit(TRIED.inserting, () => app.day.insert(after, items));
}

function updateFromFiles(app: App, ids?: string[]): void {
  void app.edit(FILES.updating, async () => {
    const { updated, durations } = await app.files.update(ids);
    app.messages.info(FILES.updated(updated, durations));
  });
}

export const libraryActions: readonly ActionRule[] = [
  {
    id: 'library.search',
    group: 'Library',
    scope: 'global',
    keys: ['/'],
    icon: 'search',
    run: (app) => app.view.library?.focusSearch(),
  },
  {
    id: 'assets.insert',
    group: 'Library',
    scope: 'library',
    keys: ['Enter'],
    icon: 'add',
    edits: true,
    unavailable: (app) => needsAsset(app) ?? (app.day.playlist ? null : NEEDS.day),
    run: (app) => insertAssets(app, placeForNew(app)),
  },
  {
    id: 'assets.insertBefore',
    group: 'Library',
    scope: 'library',
    keys: ['Shift+Enter'],
    icon: 'add',
    edits: true,
    unavailable: (app) => needsAsset(app) ?? needsBefore(app),
    run: (app) => insertAssets(app, placeForNewBefore(app)),
  },
  {
    id: 'assets.edit',
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
    group: 'Library',
    scope: 'library',
    keys: ['Delete', 'Backspace'],
    icon: 'trash',
    edits: true,
    unavailable: needsAsset,
    run: (app) =>
      void app.edit(TRIED.deletingAssets, () => app.library.remove([...app.selection.assets.ids])),
  },
  {
    id: 'library.scan',
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
    id: 'library.fill_day',
    group: 'Library',
    scope: 'global',
    keys: ['Mod+Shift+L'],
    icon: 'calendar',
    edits: true,
    unavailable: (app) => (app.day.playlist ? null : NEEDS.day),
    run: (app) => void app.edit(FILL_DAY.filling, () => fillDay(app)),
  },
  {
    id: 'library.sample',
    group: 'Library',
    scope: 'library',
    keys: ['Shift+N'],
    icon: 'play',
    edits: true,
    unavailable: (app) => (app.library.total === 0 && !app.library.narrowed ? null : FILL_DAY.notEmpty),
    run: (app) =>
      void app.edit(FILL_DAY.sampling, () =>
        app.backend.call('make_sample', { date: app.day.date ?? app.today }),
      ),
  },
  {
    id: 'library.filters',
    group: 'Library',
    scope: 'library',
    keys: ['F'],
    icon: 'filter',
    run: (app) => {
      app.view.libraryFilters = !app.view.libraryFilters;
    },
  },
  {
    id: 'library.check',
    group: 'Library',
    scope: 'library',
    keys: ['C'],
    icon: 'check',
    run: (app) => void app.attempt(FILES.checking, () => app.files.checkNow()),
  },
  {
    id: 'library.update',
    group: 'Library',
    scope: 'library',
    keys: ['Shift+U'],
    icon: 'redo',
    edits: true,
    unavailable: (app) => (app.files.changed > 0 ? null : FILES.nothingChanged),
    run: (app) => updateFromFiles(app),
  },
  {
    id: 'assets.update',
    group: 'Library',
    scope: 'library',
    keys: ['U'],
    icon: 'redo',
    edits: true,
    unavailable: (app) => needsAsset(app) ?? (changedAssets(app).length ? null : FILES.thisNotChanged),
    run: (app) => updateFromFiles(app, changedAssets(app)),
  },
  {
    id: 'library.add',
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
