import { render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, expect, test } from 'vitest';
import type { History, HistoryEntry } from '../backend';
import { redundancy, peer } from '../redundancy/fixtures';
import type { App } from '../stores/app.svelte';
import { SECONDARY, stationBackend } from '../testing/fake-backend';
import Provide from '../testing/Provide.svelte';
import { startApp } from '../testing/start-app';
import { until } from '../testing/until';
import HistoryControls from './HistoryControls.svelte';

let app: App | undefined;

afterEach(() => app?.stop());

function entry(seq: number, change: Partial<HistoryEntry>): HistoryEntry {
  return {
    seq,
    epoch: 1,
    at: '2026-11-22T10:00:00Z',
    station_id: 'a',
    user: 'ada',
    label: 'Insert 3 items',
    undoes: null,
    redoes: null,
    undone: false,
    ...change,
  };
}

const entries = [
  entry(4, { label: 'Delete 2 items', user: 'dan', station_id: 'gone' }),
  entry(3, { label: 'Undo Move 1 item', undoes: 2 }),
  entry(2, { label: 'Move 1 item', user: 'bob', station_id: 'b', undone: true }),
  entry(1, {}),
];

/** The controls of station A, whose peer is station B. */
async function show(history: Partial<History>, station = {}) {
  const backend = stationBackend([], [], station);
  const answer: History = { entries: [], undo: null, redo: null, ...history };
  backend.handlers.get_history = () => answer;
  backend.handlers.get_redundancy = () =>
    redundancy('primary', 'synced', 'equal', { peer: peer({ station_id: 'b', name: 'Station B' }) });
  backend.handlers.undo = () => {
    throw new Error('only asked for');
  };
  const started = await startApp(backend);
  app = started;
  await until(() => backend.argsOf('get_history').length > 0 && started.station.redundancy !== null);
  await tick();
  render(Provide, { props: { app: started, of: HistoryControls } });
  return backend;
}

test('every entry says what was done, by whom and on which station', async () => {
  await show({ entries });
  await userEvent.click(screen.getByRole('button', { name: 'History' }));
  const list = within(screen.getByRole('dialog', { name: 'History' })).getAllByRole('listitem');
  const lines = list.map((line) => [
    line.querySelector('.what')?.textContent?.trim(),
    line.querySelector('.who')?.textContent,
  ]);
  expect(lines).toEqual([
    ['Delete 2 items', 'dan · another station'],
    ['Undo Move 1 item', 'ada · Station A'],
    ['Move 1 item (undone)', 'bob · Station B'],
    ['Insert 3 items', 'ada · Station A'],
  ]);
});

test('an empty history says what will stand there', async () => {
  await show({});
  await userEvent.click(screen.getByRole('button', { name: 'History' }));
  expect(screen.getByRole('listitem')).toHaveTextContent('Every edit will be listed here');
});

test('beside undo and redo stands what they would undo and redo', async () => {
  const backend = await show({
    undo: { seq: 4, label: 'Delete 2 items' },
    redo: { seq: 2, label: 'Move 1 item' },
  });
  expect(screen.getByText('Undo Delete 2 items')).toBeVisible();
  expect(screen.getByText('Redo Move 1 item')).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Undo' }));
  expect(backend.argsOf('undo')).toEqual([{}]);
});

test('with nothing to undo, the button cannot be used and says so', async () => {
  await show({});
  expect(screen.getByText('Nothing to undo')).toBeVisible();
  const button = screen.getByRole('button', { name: 'Undo' });
  expect(button).toHaveAttribute('aria-disabled', 'true');
  expect(button).toHaveAccessibleDescription('There is nothing to undo.');
});

test('a secondary sees what was done, and undoes nothing', async () => {
  await show({ entries, undo: { seq: 4, label: 'Delete 2 items' } }, SECONDARY);
  expect(screen.getByText('Undo Delete 2 items')).toBeVisible();
  expect(screen.getByRole('button', { name: 'Undo' })).toHaveAccessibleDescription(/secondary/);
});
