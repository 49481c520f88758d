import { afterEach, expect, test } from 'vitest';
import type { PlaylistChanges, StationEvent } from '../backend';
import { aDay, anItem, stationBackend, type FakeBackend } from '../testing/fake-backend';
import { startApp } from '../testing/start-app';
import { until } from '../testing/until';
import type { App } from './app.svelte';

const items = ['a', 'b', 'c'].map((id) => anItem(id));
let app: App | undefined;

afterEach(() => app?.stop());

/** A station whose day has versions; every edit makes the first item longer, as entry 7. */
function station(tell?: 'before the answer'): FakeBackend {
  const backend = stationBackend(items);
  const day = aDay(items, { version: 'v1', date: '2026-11-22' });
  backend.handlers.get_playlist = ({ date }) => ({ ...day, date: date ?? day.date });
  backend.handlers.get_playlist_changes = ({ date }) => changes({ date, version: 'v2' });
  backend.handlers.update_items = ({ since }) => {
    if (tell) queueMicrotask(() => backend.emit(entry(7)));
    const answer = since ? changes({ date: since.date, version: 'v2' }) : null;
    return { epoch: 1, seq: 7, items: [], playlist_id: 'day', aired: null, changes: answer };
  };
  return backend;
}

function changes(change: Partial<PlaylistChanges>): PlaylistChanges {
  const head = aDay(items);
  const placed = [{ index: 0, item: anItem('a', { duration: 275, plays: 275 }) }];
  const shifted = [{ index: 1, count: 2, frames: 25 }];
  return { ...head, items: null, placed, removed: [], shifted, ...change };
}

function entry(seq: number): StationEvent {
  return {
    type: 'entry',
    epoch: 1,
    seq,
    label: 'Change the duration of “Title a”',
    user: 'ada',
    station_id: 'a',
    playlists: ['day'],
    assets: false,
    channel: false,
    templates: false,
  };
}

const starts = () => app?.day.items.map((item) => item.start_offset);
const asked = (backend: FakeBackend) => backend.argsOf('get_playlist_changes').length;

test('an edit shows what it changed in the day without asking again', async () => {
  const backend = station();
  app = await startApp(backend);
  await app.day.update(['a'], { duration: 275 });
  expect(starts()).toEqual([0, 275, 525]);
  expect(app.day.playlist?.version).toBe('v2');
  expect(asked(backend)).toBe(0);
  backend.emit(entry(7));
  backend.emit(entry(8));
  await until(() => asked(backend) > 0);
  expect(asked(backend)).toBe(1);
});

test('an edit that is told of before it is answered is waited for, and one from elsewhere is fetched', async () => {
  const backend = station('before the answer');
  app = await startApp(backend);
  await app.day.update(['a'], { duration: 275 });
  expect(starts()).toEqual([0, 275, 525]);
  expect(asked(backend)).toBe(0);
  backend.emit(entry(8));
  await until(() => asked(backend) === 1);
});

test('an edit that is refused leaves the day to what is told of others', async () => {
  const backend = station();
  backend.handlers.update_items = () => {
    backend.emit(entry(8));
    throw new Error('refused');
  };
  app = await startApp(backend);
  await expect(app.day.update(['a'], { duration: 275 })).rejects.toThrow('refused');
  await until(() => app?.day.playlist?.version === 'v2');
  expect(asked(backend)).toBe(1);
});

test('a day that is fetched while an edit is answered is never older than the edit', async () => {
  const backend = station();
  app = await startApp(backend);
  // Fetched before the edit, and there after it: nothing is other in it.
  let answer = changes({ date: app.day.date ?? '', version: 'v1', placed: [], shifted: [] });
  const call = backend.call.bind(backend);
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  backend.call = async (command, args) => {
    const said = await call(command, args);
    if (command === 'get_playlist_changes') await held;
    return said;
  };
  backend.handlers.get_playlist_changes = () => answer;
  const fetching = app.day.refresh();
  await app.day.update(['a'], { duration: 275 });
  answer = changes({ date: app.day.date ?? '', version: 'v2', placed: [], shifted: [] });
  release();
  await fetching;
  expect(starts()).toEqual([0, 275, 525]);
  expect(app.day.playlist?.version).toBe('v2');
});
