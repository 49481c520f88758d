import type { ItemSet, StartMode } from '../backend';
import { asNewItem } from '../playlist/clipboard.svelte';
import { insertionPlace, stepPlace } from '../playlist/places';
import type { App } from '../stores/app.svelte';
import { nothingSelected, selectAll } from '../stores/list-selection';
import type { Cell } from '../stores/view.svelte';
import { addDays } from '../time/days';
import { secondsToFrames } from '../time/frame-rate';
import type { Action } from './action';

/** How long a live item is until somebody says otherwise. */
const LIVE_S = 60;

const needsItems = (app: App) => (app.day.selected.length ? null : 'Select an item first.');
const needsDay = (app: App) => (app.day.playlist ? null : 'The day is not loaded yet.');
const needsRunning = (app: App) => (app.running ? null : 'Nothing in this day is on air now.');

/** Where new items go now. */
export function placeForNew(app: App) {
  const { day, selection } = app;
  return insertionPlace(day.items, selection.items.ids, selection.gap);
}

function selectedIds(app: App): string[] {
  return app.day.selected.map((item) => item.id);
}

function count(items: number): string {
  return items === 1 ? 'the item' : `${items} items`;
}

function editCell(cell: Cell): Pick<Action, 'edits' | 'unavailable' | 'run'> {
  return {
    edits: true,
    unavailable: needsItems,
    run: (app) => {
      const id = app.selection.items.focus ?? app.day.selected[0]?.id;
      if (id === undefined) return;
      app.view.playlist?.reveal(id);
      app.view.cell = { id, cell };
    },
  };
}

function setMode(start_mode: StartMode, key: string, label: string, icon: Action['icon']): Action {
  return {
    id: `item.${start_mode}`,
    label,
    group: 'Item',
    scope: 'playlist',
    keys: [key],
    icon,
    edits: true,
    unavailable: needsItems,
    run: (app) => void app.edit('Changing the start mode', () => applyMode(app, start_mode)),
  };
}

/** Fixed items keep the time that they have now, so that nothing moves by fixing them. */
async function applyMode(app: App, start_mode: StartMode): Promise<void> {
  const items = app.day.selected.filter((item) => item.start_mode !== start_mode);
  if (start_mode !== 'fixed') {
    const set: ItemSet = { start_mode, fixed_start: null };
    if (items.length)
      await app.day.update(
        items.map((item) => item.id),
        set,
      );
    return;
  }
  for (const item of items) await app.day.update([item.id], { start_mode, fixed_start: item.starts_at });
}

function move(step: 1 | -1): Pick<Action, 'edits' | 'unavailable' | 'run'> {
  return {
    edits: true,
    unavailable: needsItems,
    run: (app) => {
      const after = stepPlace(app.day.items, app.selection.items.ids, step);
      if (after === undefined) return;
      void app.edit('Moving', () => app.day.move(selectedIds(app), after));
    },
  };
}

export const playlistActions: readonly Action[] = [
  {
    id: 'day.previous',
    label: 'Previous day',
    group: 'Playlist',
    scope: 'global',
    keys: ['['],
    icon: 'chevron_left',
    unavailable: needsDay,
    run: (app) => app.openDay(addDays(app.day.date ?? app.today, -1)),
  },
  {
    id: 'day.next',
    label: 'Next day',
    group: 'Playlist',
    scope: 'global',
    keys: [']'],
    icon: 'chevron_right',
    unavailable: needsDay,
    run: (app) => app.openDay(addDays(app.day.date ?? app.today, 1)),
  },
  {
    id: 'day.today',
    label: 'Today',
    group: 'Playlist',
    scope: 'global',
    keys: ['T'],
    icon: 'calendar',
    run: (app) => app.openDay(app.today),
  },
  {
    id: 'day.now',
    label: 'Go to now',
    group: 'Playlist',
    scope: 'global',
    keys: ['.'],
    icon: 'now',
    unavailable: (app) => (app.day.date === app.today ? needsRunning(app) : null),
    run: (app) => app.goToNow(),
  },
  {
    id: 'day.follow',
    label: 'Follow now',
    group: 'Playlist',
    scope: 'global',
    keys: ['W'],
    icon: 'play',
    run: (app) => {
      app.view.followNow = !app.view.followNow;
      if (app.view.followNow) app.goToNow();
    },
  },
  {
    id: 'day.time',
    label: 'Go to a time',
    group: 'Playlist',
    scope: 'global',
    keys: ['G'],
    icon: 'clock',
    unavailable: needsDay,
    run: (app) => {
      app.view.goToTime = true;
    },
  },
  {
    id: 'day.find',
    label: 'Find in all days',
    group: 'Playlist',
    scope: 'global',
    keys: ['Mod+Shift+F'],
    icon: 'search',
    run: (app) => {
      app.overlay = 'find';
    },
  },
  {
    id: 'day.copy',
    label: 'Copy to other days',
    group: 'Playlist',
    scope: 'global',
    keys: ['Mod+Shift+D'],
    icon: 'calendar',
    edits: true,
    unavailable: (app) => (app.day.items.length ? null : 'The day is empty.'),
    run: (app) => {
      app.overlay = 'copy';
    },
  },
  {
    id: 'day.import',
    label: 'Import a playlist',
    group: 'Playlist',
    scope: 'global',
    keys: ['Mod+I'],
    icon: 'import',
    edits: true,
    unavailable: needsDay,
    run: (app) => {
      app.overlay = 'import';
    },
  },
  {
    id: 'day.export',
    label: 'Export the day',
    group: 'Playlist',
    scope: 'global',
    keys: ['Mod+E'],
    icon: 'export',
    unavailable: (app) => (app.day.items.length ? null : 'The day is empty.'),
    run: (app) => {
      app.overlay = 'export';
    },
  },
  {
    id: 'items.all',
    label: 'Select all',
    group: 'Playlist',
    scope: 'playlist',
    keys: ['Mod+A'],
    run: ({ selection, day }) => selection.selectItems(selectAll(selection.items, day.order)),
  },
  {
    id: 'items.none',
    label: 'Select nothing',
    group: 'Playlist',
    scope: 'playlist',
    keys: ['Escape'],
    run: ({ selection }) => selection.selectItems({ ...nothingSelected, focus: selection.items.focus }),
  },
  {
    id: 'item.title',
    label: 'Edit title',
    group: 'Item',
    scope: 'playlist',
    keys: ['Enter', 'F2'],
    icon: 'edit',
    ...editCell('title'),
  },
  {
    id: 'item.duration',
    label: 'Edit duration',
    group: 'Item',
    scope: 'playlist',
    keys: ['D'],
    icon: 'clock',
    ...editCell('duration'),
  },
  {
    id: 'item.start',
    label: 'Edit start',
    group: 'Item',
    scope: 'playlist',
    keys: ['S'],
    icon: 'lock',
    ...editCell('start'),
  },
  setMode('follow', 'F', 'Follow the item before', 'follow'),
  setMode('fixed', 'X', 'Fix the start at its time', 'lock'),
  setMode('hold', 'H', 'Hold for the operator', 'hold'),
  {
    id: 'items.note',
    label: 'Insert note',
    group: 'Playlist',
    scope: 'playlist',
    keys: ['N'],
    icon: 'note',
    edits: true,
    unavailable: needsDay,
    run: (app) =>
      void app.edit('Inserting a note', () =>
        app.day.insert(placeForNew(app), [{ kind: 'note', title: 'Note', duration: 0 }]),
      ),
  },
  {
    id: 'items.live',
    label: 'Insert live',
    group: 'Playlist',
    scope: 'playlist',
    keys: ['L'],
    icon: 'live',
    edits: true,
    unavailable: needsDay,
    run: (app) =>
      void app.edit('Inserting a live item', () => {
        const duration = secondsToFrames(LIVE_S, app.channel.rate);
        return app.day.insert(placeForNew(app), [{ kind: 'live', title: 'Live', duration }]);
      }),
  },
  {
    id: 'items.cut',
    label: 'Cut',
    group: 'Playlist',
    scope: 'playlist',
    keys: ['Mod+X'],
    icon: 'cut',
    edits: true,
    unavailable: needsItems,
    run: (app) => {
      app.clipboard.copy(app.day.selected);
      void app.edit('Cutting', () => app.day.remove(selectedIds(app)));
    },
  },
  {
    id: 'items.copy',
    label: 'Copy',
    group: 'Playlist',
    scope: 'playlist',
    keys: ['Mod+C'],
    icon: 'copy',
    unavailable: needsItems,
    run: (app) => {
      app.clipboard.copy(app.day.selected);
      app.messages.info(`Copied ${count(app.day.selected.length)}.`);
    },
  },
  {
    id: 'items.paste',
    label: 'Paste',
    group: 'Playlist',
    scope: 'playlist',
    keys: ['Mod+V'],
    icon: 'paste',
    edits: true,
    unavailable: (app) => (app.clipboard.items.length ? needsDay(app) : 'Nothing was cut or copied yet.'),
    run: (app) => void app.edit('Pasting', () => app.day.insert(placeForNew(app), [...app.clipboard.items])),
  },
  {
    id: 'items.duplicate',
    label: 'Duplicate',
    group: 'Playlist',
    scope: 'playlist',
    keys: ['Mod+D'],
    icon: 'duplicate',
    edits: true,
    unavailable: needsItems,
    run: (app) =>
      void app.edit('Duplicating', () => app.day.insert(placeForNew(app), app.day.selected.map(asNewItem))),
  },
  {
    id: 'items.delete',
    label: 'Delete',
    group: 'Playlist',
    scope: 'playlist',
    keys: ['Delete', 'Backspace'],
    icon: 'trash',
    edits: true,
    unavailable: needsItems,
    run: (app) => void app.edit('Deleting', () => app.day.remove(selectedIds(app))),
  },
  {
    id: 'items.up',
    label: 'Move up',
    group: 'Playlist',
    scope: 'playlist',
    keys: ['Alt+ArrowUp'],
    icon: 'arrow_up',
    ...move(-1),
  },
  {
    id: 'items.down',
    label: 'Move down',
    group: 'Playlist',
    scope: 'playlist',
    keys: ['Alt+ArrowDown'],
    icon: 'arrow_down',
    ...move(1),
  },
];
