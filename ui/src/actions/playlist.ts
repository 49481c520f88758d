import type { ItemSet, StartMode } from '../backend';
import { fillGap } from '../planning/fill-gap';
import { FILL } from '../planning/strings';
import { asNewItem } from '../playlist/clipboard.svelte';
import { insertionPlace, placeBefore, stepPlace } from '../playlist/places';
import type { App } from '../stores/app.svelte';
import { nothingSelected, selectAll } from '../stores/list-selection';
import type { Cell } from '../stores/view.svelte';
import { addDays } from '../time/days';
import { secondsToFrames } from '../time/frame-rate';
import type { ActionRule } from './action';
import { DONE, NEEDS, NEW_ITEM, TRIED } from './strings';

/** How long a live item is until somebody says otherwise. */
const LIVE_S = 60;

const needsItems = (app: App) => (app.day.selected.length ? null : NEEDS.item);
const needsDay = (app: App) => (app.day.playlist ? null : NEEDS.day);
const needsFound = (app: App) => (app.find.matches.length > 0 ? null : NEEDS.found);
const needsRunning = (app: App) => (app.running ? null : NEEDS.running);

/** Where new items go now. */
export function placeForNew(app: App) {
  const { day, selection } = app;
  return insertionPlace(day.items, selection.items.ids, selection.gap);
}

/** Where new items go now that come before what is selected. */
export function placeForNewBefore(app: App) {
  const { day, selection } = app;
  return placeBefore(day.items, selection.items.ids, selection.gap);
}

/** Before what, must be said wherever there is something. */
export function needsBefore(app: App): string | null {
  if (!app.day.playlist) return NEEDS.day;
  if (app.day.items.length === 0 || app.selection.gap) return null;
  return needsItems(app);
}

function selectedIds(app: App): string[] {
  return app.day.selected.map((item) => item.id);
}

function editCell(cell: Cell): Pick<ActionRule, 'edits' | 'unavailable' | 'run'> {
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

function setMode(start_mode: StartMode, key: string, icon: ActionRule['icon']): ActionRule {
  return {
    id: `item.${start_mode}`,
    group: 'Item',
    scope: 'playlist',
    keys: [key],
    icon,
    edits: true,
    unavailable: needsItems,
    run: (app) => void app.edit(TRIED.startMode, () => applyMode(app, start_mode)),
  };
}

/** Where starts are fixed, each item keeps the time that it has now, so that nothing moves by it: the core sees to that. */
async function applyMode(app: App, start_mode: StartMode): Promise<void> {
  const ids = app.day.selected.filter((item) => item.start_mode !== start_mode).map((item) => item.id);
  const set: ItemSet = start_mode === 'fixed' ? { start_mode } : { start_mode, fixed_start: null };
  if (ids.length > 0) await app.day.update(ids, set);
}

function move(step: 1 | -1): Pick<ActionRule, 'edits' | 'unavailable' | 'run'> {
  return {
    edits: true,
    unavailable: needsItems,
    run: (app) => {
      const after = stepPlace(app.day.items, app.selection.items.ids, step);
      if (after === undefined) return;
      void app.edit(TRIED.moving, () => app.day.move(selectedIds(app), after));
    },
  };
}

export const playlistActions: readonly ActionRule[] = [
  {
    id: 'day.previous',
    group: 'Playlist',
    scope: 'global',
    keys: ['['],
    icon: 'chevron_left',
    unavailable: needsDay,
    run: (app) => app.openDay(addDays(app.day.date ?? app.today, -1)),
  },
  {
    id: 'day.next',
    group: 'Playlist',
    scope: 'global',
    keys: [']'],
    icon: 'chevron_right',
    unavailable: needsDay,
    run: (app) => app.openDay(addDays(app.day.date ?? app.today, 1)),
  },
  {
    id: 'day.today',
    group: 'Playlist',
    scope: 'global',
    keys: ['T'],
    icon: 'calendar',
    run: (app) => app.openDay(app.today),
  },
  {
    id: 'day.now',
    group: 'Playlist',
    scope: 'global',
    keys: ['.'],
    icon: 'now',
    unavailable: (app) => (app.day.date === app.today ? needsRunning(app) : null),
    run: (app) => app.goToNow(),
  },
  {
    id: 'day.follow',
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
    id: 'day.findHere',
    group: 'Playlist',
    scope: 'global',
    keys: ['Mod+F'],
    icon: 'search',
    unavailable: needsDay,
    run: ({ find, view }) => {
      find.open = true;
      view.findField?.select();
    },
  },
  {
    id: 'day.findNext',
    group: 'Playlist',
    scope: 'global',
    keys: ['F3'],
    icon: 'arrow_down',
    unavailable: needsFound,
    run: ({ find }) => find.step(1),
  },
  {
    id: 'day.findPrevious',
    group: 'Playlist',
    scope: 'global',
    keys: ['Shift+F3'],
    icon: 'arrow_up',
    unavailable: needsFound,
    run: ({ find }) => find.step(-1),
  },
  {
    id: 'day.find',
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
    group: 'Playlist',
    scope: 'global',
    keys: ['Mod+Shift+D'],
    icon: 'calendar',
    edits: true,
    unavailable: (app) => (app.day.items.length ? null : NEEDS.items),
    run: (app) => {
      app.overlay = 'copy';
    },
  },
  {
    id: 'day.templates',
    group: 'Playlist',
    scope: 'global',
    keys: ['M'],
    icon: 'template',
    unavailable: needsDay,
    run: (app) => {
      app.overlay = 'templates';
    },
  },
  {
    id: 'day.import',
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
    group: 'Playlist',
    scope: 'global',
    keys: ['Mod+E'],
    icon: 'export',
    unavailable: (app) => (app.day.items.length ? null : NEEDS.items),
    run: (app) => {
      app.overlay = 'export';
    },
  },
  {
    id: 'items.all',
    group: 'Playlist',
    scope: 'playlist',
    keys: ['Mod+A'],
    run: ({ selection, day }) => selection.selectItems(selectAll(selection.items, day.order)),
  },
  {
    id: 'items.none',
    group: 'Playlist',
    scope: 'playlist',
    keys: ['Escape'],
    run: ({ selection }) => selection.selectItems({ ...nothingSelected, focus: selection.items.focus }),
  },
  {
    id: 'item.title',
    group: 'Item',
    scope: 'playlist',
    keys: ['Enter', 'F2'],
    icon: 'edit',
    ...editCell('title'),
  },
  {
    id: 'item.duration',
    group: 'Item',
    scope: 'playlist',
    keys: ['D'],
    icon: 'clock',
    ...editCell('duration'),
  },
  {
    id: 'item.start',
    group: 'Item',
    scope: 'playlist',
    keys: ['S'],
    icon: 'lock',
    ...editCell('start'),
  },
  setMode('follow', 'F', 'follow'),
  setMode('fixed', 'X', 'lock'),
  setMode('hold', 'H', 'hold'),
  {
    id: 'items.note',
    group: 'Playlist',
    scope: 'playlist',
    keys: ['N'],
    icon: 'note',
    edits: true,
    unavailable: needsDay,
    run: (app) =>
      void app.edit(TRIED.note, () =>
        app.day.insert(placeForNew(app), [{ kind: 'note', title: NEW_ITEM.note, duration: 0 }]),
      ),
  },
  {
    id: 'items.live',
    group: 'Playlist',
    scope: 'playlist',
    keys: ['L'],
    icon: 'live',
    edits: true,
    unavailable: needsDay,
    run: (app) =>
      void app.edit(TRIED.live, () => {
        const duration = secondsToFrames(LIVE_S, app.channel.rate);
        return app.day.insert(placeForNew(app), [{ kind: 'live', title: NEW_ITEM.live, duration }]);
      }),
  },
  {
    id: 'gap.fill',
    group: 'Playlist',
    scope: 'playlist',
    keys: ['Shift+F'],
    icon: 'add',
    edits: true,
    unavailable: (app) => (app.selection.gap ? null : NEEDS.gap),
    run: (app) => {
      const { gap } = app.selection;
      if (gap) void app.edit(FILL.filling, () => fillGap(app, gap));
    },
  },
  {
    id: 'items.cut',
    group: 'Playlist',
    scope: 'playlist',
    keys: ['Mod+X'],
    icon: 'cut',
    edits: true,
    unavailable: needsItems,
    run: (app) => {
      app.clipboard.copy(app.day.selected);
      void app.edit(TRIED.cutting, () => app.day.remove(selectedIds(app)));
    },
  },
  {
    id: 'items.copy',
    group: 'Playlist',
    scope: 'playlist',
    keys: ['Mod+C'],
    icon: 'copy',
    unavailable: needsItems,
    run: (app) => {
      app.clipboard.copy(app.day.selected);
      app.messages.info(DONE.copied(app.day.selected.length));
    },
  },
  {
    id: 'items.paste',
    group: 'Playlist',
    scope: 'playlist',
    keys: ['Mod+V'],
    icon: 'paste',
    edits: true,
    unavailable: (app) => (app.clipboard.items.length ? needsDay(app) : NEEDS.clipboard),
    run: (app) =>
      void app.edit(TRIED.pasting, () => app.day.insert(placeForNew(app), [...app.clipboard.items])),
  },
  {
    id: 'items.pasteBefore',
    group: 'Playlist',
    scope: 'playlist',
    keys: ['Mod+Shift+V'],
    icon: 'paste',
    edits: true,
    unavailable: (app) => (app.clipboard.items.length ? needsBefore(app) : NEEDS.clipboard),
    run: (app) =>
      void app.edit(TRIED.pasting, () => app.day.insert(placeForNewBefore(app), [...app.clipboard.items])),
  },
  {
    id: 'items.duplicate',
    group: 'Playlist',
    scope: 'playlist',
    keys: ['Mod+D'],
    icon: 'duplicate',
    edits: true,
    unavailable: needsItems,
    run: (app) =>
      void app.edit(TRIED.duplicating, () =>
        app.day.insert(placeForNew(app), app.day.selected.map(asNewItem)),
      ),
  },
  {
    id: 'items.repeat',
    group: 'Playlist',
    scope: 'playlist',
    keys: ['R'],
    icon: 'repeat',
    edits: true,
    unavailable: needsItems,
    run: (app) => {
      app.overlay = 'repeat';
    },
  },
  {
    id: 'items.delete',
    group: 'Playlist',
    scope: 'playlist',
    keys: ['Delete', 'Backspace'],
    icon: 'trash',
    edits: true,
    unavailable: needsItems,
    run: (app) => void app.edit(TRIED.deleting, () => app.day.remove(selectedIds(app))),
  },
  {
    id: 'items.up',
    group: 'Playlist',
    scope: 'playlist',
    keys: ['Alt+ArrowUp'],
    icon: 'arrow_up',
    ...move(-1),
  },
  {
    id: 'items.down',
    group: 'Playlist',
    scope: 'playlist',
    keys: ['Alt+ArrowDown'],
    icon: 'arrow_down',
    ...move(1),
  },
];
