import { render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { handleKey } from '../actions';
import type { App } from '../stores/app.svelte';
import { aDay, anItem, SECONDARY, stationBackend, type FakeBackend } from '../testing/fake-backend';
import Provide from '../testing/Provide.svelte';
import { startApp } from '../testing/start-app';
import PlaylistPanel from './PlaylistPanel.svelte';
import { until } from '../testing/until';

const items = ['a', 'b', 'c', 'd', 'e'].map((id) => anItem(id));
let app: App | undefined;
let listening: AbortController;

// jsdom lays nothing out: the list is told how tall it is.
beforeEach(() => {
  listening = new AbortController();
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600);
});

afterEach(() => {
  listening.abort();
  app?.stop();
});

async function show(backend: FakeBackend): Promise<App> {
  const started = await startApp(backend);
  app = started;
  const { signal } = listening;
  window.addEventListener('keydown', (event) => handleKey(event, started), { signal });
  render(Provide, { props: { app: started, of: PlaylistPanel } });
  await tick();
  return started;
}

const row = (id: string) => screen.getByText(`Title ${id}`).closest('[role=row]') as HTMLElement;
const selected = () =>
  screen
    .getAllByRole('row')
    .filter((row) => row.getAttribute('aria-selected') === 'true')
    .map((row) => within(row).getAllByRole('gridcell')[1]?.textContent?.trim());

describe('on a station that edits', () => {
  test('click, Shift and Ctrl select', async () => {
    await show(stationBackend(items));
    const user = userEvent.setup();
    await user.click(row('b'));
    await user.keyboard('{Shift>}');
    await user.click(row('d'));
    await user.keyboard('{/Shift}{Control>}');
    await user.click(row('c'));
    await user.keyboard('{/Control}');
    expect(selected()).toEqual(['Title b', 'Title d']);
  });

  test('Delete deletes what is selected', async () => {
    const backend = stationBackend(items);
    await show(backend);
    const user = userEvent.setup();
    await user.click(row('b'));
    screen.getByRole('grid').focus();
    await user.keyboard('{Shift>}{ArrowDown}{/Shift}{Delete}');
    expect(backend.argsOf('delete_items')).toEqual([{ ids: ['b', 'c'] }]);
  });

  test('Alt and an arrow move by one line', async () => {
    const backend = stationBackend(items);
    await show(backend);
    const user = userEvent.setup();
    await user.click(row('c'));
    screen.getByRole('grid').focus();
    await user.keyboard('{Alt>}{ArrowUp}{/Alt}');
    expect(backend.argsOf('move_items')).toEqual([{ ids: ['c'], after: 'a' }]);
  });

  test('a duration is typed in place', async () => {
    const backend = stationBackend(items);
    await show(backend);
    const user = userEvent.setup();
    await user.click(row('b'));
    screen.getByRole('grid').focus();
    await user.keyboard('d');
    const field = screen.getByRole('textbox', { name: 'Duration of Title b' });
    await user.clear(field);
    await user.type(field, '1500');
    expect(screen.getByText('00:00:15:00')).toBeInTheDocument();
    await user.keyboard('{Enter}');
    expect(backend.argsOf('update_items')).toEqual([{ ids: ['b'], set: { duration: 375 } }]);
  });

  test('Escape leaves a cell as it was', async () => {
    const backend = stationBackend(items);
    await show(backend);
    const user = userEvent.setup();
    await user.dblClick(screen.getByText('Title b'));
    await user.keyboard('Something else{Escape}');
    expect(backend.argsOf('update_items')).toEqual([]);
    expect(screen.getByText('Title b')).toBeInTheDocument();
  });

  test('copy and paste make new items after the selection', async () => {
    const backend = stationBackend(items);
    await show(backend);
    const user = userEvent.setup();
    await user.click(row('b'));
    screen.getByRole('grid').focus();
    await user.keyboard('{Control>}c{/Control}{End}{Control>}v{/Control}');
    const [pasted] = backend.argsOf('insert_items');
    expect(pasted).toMatchObject({ after: 'e', items: [{ title: 'Title b', duration: 250 }] });
  });

  test('paste before puts items at the head of the day', async () => {
    const backend = stationBackend(items);
    await show(backend);
    const user = userEvent.setup();
    await user.click(row('c'));
    screen.getByRole('grid').focus();
    const pasteBefore = '{Control>}{Shift>}V{/Shift}{/Control}';
    await user.keyboard(`{Control>}c{/Control}${pasteBefore}{Home}${pasteBefore}`);
    expect(backend.argsOf('insert_items')).toMatchObject([
      { after: 'b', items: [{ title: 'Title c' }] },
      { after: null, items: [{ title: 'Title c' }] },
    ]);
  });

  test('an edit of the peer leaves selection and the rest of the screen alone', async () => {
    const backend = stationBackend(items);
    const { day, selection } = await show(backend);
    const user = userEvent.setup();
    await user.click(row('c'));
    backend.handlers.get_playlist = ({ date }) => ({
      ...structuredClone(day.playlist as NonNullable<typeof day.playlist>),
      date: date ?? '',
      items: [anItem('x'), ...items.filter(({ id }) => id !== 'a')],
    });
    backend.emit({
      type: 'entry',
      epoch: 1,
      seq: 9,
      label: 'Insert',
      user: 'bob',
      station_id: 'b',
      playlists: ['day'],
      assets: false,
      templates: false,
      channel: false,
    });
    await screen.findByText('Title x');
    expect([...selection.items.ids]).toEqual(['c']);
    expect(selected()).toEqual(['Title c']);
  });

  test('an entry about another day is not fetched for', async () => {
    const backend = stationBackend(items);
    await show(backend);
    const before = backend.argsOf('get_playlist').length;
    backend.emit({
      type: 'entry',
      epoch: 1,
      seq: 9,
      label: 'Insert',
      user: 'bob',
      station_id: 'b',
      playlists: ['another'],
      assets: false,
      templates: false,
      channel: false,
    });
    await until(() => backend.argsOf('get_history').length > 1);
    expect(backend.argsOf('get_playlist')).toHaveLength(before);
  });
});

describe('a gap', () => {
  const gapped = [
    anItem('a', { asset_id: 'news' }),
    anItem('b', { start_offset: 1000, marks: [{ kind: 'gap', frames: 750 }] }),
  ];
  const fill = {
    clips: [{ asset_id: 'promo', title: 'Promo', category: 'Promo', duration: 750 }],
    filled: 750,
    categories: ['Promo'],
  };
  const gapRow = () => screen.getByRole('row', { name: /^Gap/ });

  async function showGap(station = {}): Promise<FakeBackend> {
    const backend = stationBackend(gapped, [], station);
    backend.handlers.suggest_fill = () => fill;
    await show(backend);
    return backend;
  }

  async function stepOntoGap() {
    await userEvent.click(row('a'));
    screen.getByRole('grid').focus();
    await userEvent.keyboard('{ArrowDown}');
  }

  test('is stepped onto by the arrow keys, and off again', async () => {
    await showGap();
    await stepOntoGap();
    expect(gapRow()).toHaveAttribute('aria-selected', 'true');
    expect(screen.getByRole('grid')).toHaveAttribute('aria-activedescendant', gapRow().id);
    expect(row('a')).toHaveAttribute('aria-selected', 'false');
    await userEvent.keyboard('{ArrowDown}');
    expect(selected()).toEqual(['Title b']);
    await userEvent.keyboard('{ArrowUp}{ArrowUp}');
    expect(selected()).toEqual(['Title a']);
  });

  test.each(['{Enter}', '{Shift>}F{/Shift}'])('is filled by %s in one step', async (keys) => {
    const backend = await showGap();
    await stepOntoGap();
    await userEvent.keyboard(keys);
    await until(() => backend.argsOf('insert_items').length > 0);
    expect(backend.argsOf('suggest_fill')).toEqual([{ frames: 750, category: null, avoid: ['news'] }]);
    expect(backend.argsOf('insert_items')).toMatchObject([{ after: 'a', items: [{ asset_id: 'promo' }] }]);
  });

  test('is not filled twice by a key that is held down', async () => {
    const backend = await showGap();
    await stepOntoGap();
    const enter = () =>
      screen.getByRole('grid').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    enter();
    enter();
    await until(() => backend.argsOf('insert_items').length > 0);
    expect(backend.argsOf('suggest_fill')).toHaveLength(1);
    expect(backend.argsOf('insert_items')).toHaveLength(1);
  });

  test('is filled by its button and offered to be by its menu, and the list keeps the keyboard', async () => {
    const backend = await showGap();
    const { view } = app as App;
    await userEvent.click(screen.getByRole('button', { name: /^Fill… \(gap of 00:00:30:00/ }));
    await until(() => backend.argsOf('insert_items').length === 1);
    expect(screen.getByRole('grid')).toHaveFocus();
    await userEvent.pointer({ keys: '[MouseRight]', target: gapRow() });
    expect(view.menu?.label).toBe('Gap');
    view.menu?.groups[0]?.[0]?.run();
    await until(() => backend.argsOf('insert_items').length === 2);
  });

  test('leaves nothing selected that keys could delete', async () => {
    const backend = await showGap();
    await stepOntoGap();
    await userEvent.keyboard('{Delete}');
    expect(backend.argsOf('delete_items')).toEqual([]);
  });

  test('is said to have no clip that fits', async () => {
    const backend = await showGap();
    backend.handlers.suggest_fill = () => ({ clips: [], filled: 0, categories: [] });
    await stepOntoGap();
    await userEvent.keyboard('{Enter}');
    const { messages } = app as App;
    await until(() => messages.list.length > 0);
    expect(messages.list.map(({ text }) => text)).toEqual(['No clip of the library fits into this gap.']);
    expect(backend.argsOf('insert_items')).toEqual([]);
  });

  test('is no longer selected once it is none', async () => {
    const backend = await showGap();
    await stepOntoGap();
    const { day, selection } = app as App;
    backend.handlers.get_playlist = ({ date }) => aDay(items, { date: date ?? '' });
    await day.refresh();
    expect(selection.gap).toBeNull();
    expect(selection.subject.kind).toBe('nothing');
    expect(selection.items.focus).toBe('b');
  });

  test('is not filled on a secondary, and its button says why', async () => {
    const backend = await showGap(SECONDARY);
    await stepOntoGap();
    await userEvent.keyboard('{Enter}');
    const button = within(gapRow()).getByRole('button', { name: /^Fill…/ });
    expect(button).toHaveAttribute('aria-disabled', 'true');
    expect(button).toHaveAccessibleDescription(/secondary/);
    await userEvent.click(button);
    expect(backend.calls.filter(({ command }) => /insert|suggest/.test(command))).toEqual([]);
    expect((app as App).messages.list.map(({ text }) => text)).toEqual([SECONDARY.read_only_reason]);
  });
});

describe('on a secondary', () => {
  const editing = ['Insert note', 'Cut', 'Paste', 'Delete', 'Move up', 'Fix the start at its time'];

  test('every editing button is disabled and says why', async () => {
    await show(stationBackend(items, [], SECONDARY));
    for (const name of editing) {
      const button = screen.getByRole('button', { name });
      expect(button).toHaveAttribute('aria-disabled', 'true');
      expect(button).toHaveAccessibleDescription(/secondary/);
      expect(button).toHaveAttribute('title', expect.stringContaining('secondary'));
    }
  });

  test('keys that edit do nothing and say so once', async () => {
    const backend = stationBackend(items, [], SECONDARY);
    const { messages } = await show(backend);
    const user = userEvent.setup();
    await user.click(row('b'));
    screen.getByRole('grid').focus();
    await user.keyboard('{Delete}{Delete}d{Alt>}{ArrowUp}{/Alt}');
    await user.dblClick(screen.getByText('Title b'));
    expect(backend.calls.filter(({ command }) => /(insert|update|move|delete)_items/.test(command))).toEqual(
      [],
    );
    expect(screen.queryByRole('textbox')).toBeNull();
    expect(messages.list.filter(({ text }) => /secondary/.test(text))).toHaveLength(1);
  });

  test('selecting and copying stay', async () => {
    const { clipboard } = await show(stationBackend(items, [], SECONDARY));
    const user = userEvent.setup();
    await user.click(row('b'));
    expect(selected()).toEqual(['Title b']);
    await user.click(screen.getByRole('button', { name: 'Copy' }));
    expect(clipboard.items).toMatchObject([{ title: 'Title b' }]);
  });
});

test('while the station is out of reach, nothing can be edited', async () => {
  const backend = stationBackend(items);
  const { station } = await show(backend);
  expect(station.editable).toBe(true);
  backend.disconnect('gone');
  await tick();
  expect(screen.getByRole('button', { name: 'Insert note' })).toHaveAttribute('aria-disabled', 'true');
});

test('a day of 10,000 items draws few rows', async () => {
  await show(stationBackend(Array.from({ length: 10_000 }, (_, index) => anItem(`n${index}`))));
  expect(screen.getAllByRole('row').length).toBeLessThan(60);
  expect(screen.getByRole('grid')).toHaveAttribute('aria-rowcount', '10002');
});
