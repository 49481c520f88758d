import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick, type Component } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { handleKey } from '../actions';
import PlaylistPanel from '../playlist/PlaylistPanel.svelte';
import RepeatDialog from '../repeat/RepeatDialog.svelte';
import type { App } from '../stores/app.svelte';
import { aDay, anItem, SECONDARY, stationBackend, type FakeBackend } from '../testing/fake-backend';
import Provide from '../testing/Provide.svelte';
import { startApp } from '../testing/start-app';
import { until } from '../testing/until';

let app: App | undefined;
let listening: AbortController;

beforeEach(() => {
  listening = new AbortController();
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600);
});

afterEach(() => {
  listening.abort();
  app?.stop();
});

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a component of any props
async function show(backend: FakeBackend, of: Component<any> = PlaylistPanel): Promise<App> {
  const started = await startApp(backend);
  app = started;
  const { signal } = listening;
  window.addEventListener('keydown', (event) => handleKey(event, started), { signal });
  render(Provide, { props: { app: started, of } });
  await tick();
  return started;
}

const items = [
  anItem('a', { title: 'News' }),
  anItem('b', { title: 'Film' }),
  anItem('c', { title: 'Weather', notes: 'after the NEWS' }),
  anItem('d', { title: 'Late news' }),
];

test('finding selects the next one that has the text, counts, and goes round', async () => {
  const { selection } = await show(stationBackend(items));
  screen.getByRole('grid').focus();
  await userEvent.keyboard('{Control>}f{/Control}news');
  expect(selection.items.focus).toBe('a');
  expect(screen.getByText('1 of 3')).toBeVisible();
  await userEvent.keyboard('{Enter}');
  expect(selection.items.focus).toBe('c');
  await userEvent.keyboard('{Enter}{Enter}');
  expect(selection.items.focus).toBe('a');
  await userEvent.keyboard('{Shift>}{Enter}{/Shift}');
  expect(selection.items.focus).toBe('d');
  await userEvent.keyboard('{F3}');
  expect(selection.items.focus).toBe('a');
  await userEvent.keyboard('{Escape}');
  expect(screen.queryByRole('search')).toBeNull();
  expect(screen.getByRole('grid')).toHaveFocus();
});

test('what is not in the day is said, and selects nothing', async () => {
  const { selection } = await show(stationBackend(items, [], SECONDARY));
  screen.getByRole('grid').focus();
  await userEvent.keyboard('{Control>}f{/Control}opera');
  expect(screen.getByRole('search')).toHaveTextContent('Not in this day');
  expect(selection.items.focus).toBeNull();
  expect(screen.getByRole('button', { name: 'Next (Enter)' })).toHaveAttribute('aria-disabled', 'true');
});

test('an edit of what is on the air warns, and what the day before still runs stands at the head', async () => {
  const backend = stationBackend(items);
  const carried = { title: 'Night film', frames: 750, ends_at: '06:00:30:00' };
  backend.handlers.get_playlist = ({ date }) => aDay(items, { date: date ?? '', carried });
  backend.handlers.delete_items = () => ({ epoch: 1, seq: 2, deleted: 1, aired: 'on_air', changes: null });
  const started = await show(backend);
  expect(screen.getByText(/“Night film” of the day before runs until 06:00:30:00/)).toBeVisible();
  started.selectItem('b');
  screen.getByRole('grid').focus();
  await userEvent.keyboard('{Delete}');
  await until(() => started.messages.list.length > 0);
  expect(started.messages.list[0]).toMatchObject({
    level: 'warning',
    text: 'This edit concerns the item that is on the air now.',
  });
});

test('items are repeated as often as is said, up to what one edit makes', async () => {
  const backend = stationBackend(items);
  backend.handlers.repeat_items = () => ({
    epoch: 1,
    seq: 2,
    items: [],
    playlist_id: 'day',
    aired: null,
    changes: null,
  });
  const started = await show(backend, RepeatDialog);
  started.selectItem('b');
  started.overlay = 'repeat';
  const field = await screen.findByRole('spinbutton', { name: 'How many more times' });
  await userEvent.clear(field);
  await userEvent.type(field, '20000');
  expect(field).toHaveAccessibleDescription(/from 1 to 10,000/);
  await userEvent.keyboard('{Enter}');
  expect(backend.argsOf('repeat_items')).toEqual([]);
  await userEvent.clear(field);
  await userEvent.type(field, '3{Enter}');
  await until(() => started.overlay === null);
  expect(backend.argsOf('repeat_items')).toEqual([{ ids: ['b'], times: 3 }]);
});
