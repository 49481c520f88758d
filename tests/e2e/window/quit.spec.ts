/** Quit: what it does to the pair is said first, and a primary can hand over on the way out. */
import { expect, test } from '@playwright/test';
import { Desktop } from '../harness/desktop';
import { has, schedule } from '../harness/schedule';
import { SessionBus } from '../harness/session-bus';
import { pair, Station } from '../harness/station';
import { until } from '../harness/wait';
import { Key } from '../harness/webdriver';

const ended = (desktop: Desktop) => until('the app has ended', async () => !desktop.running);

/** Chooses what ends the app: it may be gone before its driver has an answer. */
async function endBy(desktop: Desktop, name: string): Promise<void> {
  const button = await desktop.find('button', name, true);
  await desktop.page.click(button).catch(() => {});
  await ended(desktop);
}

let bus: SessionBus;
test.beforeEach(async () => {
  bus = await SessionBus.join();
  await bus.offer('tray');
});
test.afterEach(() => bus.end());

test('Quit on a primary offers to hand over first, from the tray and by its keys', async () => {
  const a = await Desktop.open(new Station('Station A'));
  const b = await Station.start('Station B');
  try {
    await pair(a.station, b, 'secondary_failover', 30);
    await schedule(a.station, 'Film');
    await b.reaches('synced');

    await bus.choose('Quit');
    await a.shows('Quit Station A?');
    await a.shows('Station B takes over after 30 s');
    await a.photograph('window-quit-primary');
    expect(await a.violations()).toEqual([]);
    await a.click('button', 'Cancel');
    expect(await a.has('button', 'Hand over to Station B and quit')).toBe(false);
    expect(a.running).toBe(true);

    await a.press(Key.control, 'q');
    await endBy(a, 'Hand over to Station B and quit');
    expect(await b.call('get_station', {})).toMatchObject({ mode: 'primary', editable: true });
    await schedule(b, 'Late news');
    await has(b, ['Film', 'Late news']);
  } finally {
    await Promise.all([a.remove(), b.remove()]);
  }
});

test('Quit without handing over says who takes over, or that nobody does, and leaves the pair as it is', async () => {
  const a = await Desktop.open(new Station('Station A'));
  const b = await Station.start('Station B');
  try {
    await pair(a.station, b, 'secondary_copy');
    await bus.choose('Quit');
    await a.shows('nobody takes over. Station B stays a secondary until somebody chooses Make primary there');
    await endBy(a, 'Quit without handing over');
    await b.reaches('unavailable');
    expect((await b.call('get_station', {})).mode).toBe('secondary_copy');
  } finally {
    await Promise.all([a.remove(), b.remove()]);
  }
});

test('Quit on a secondary says that the primary goes on without a backup; a station alone quits at once', async () => {
  const b = await Station.start('Station B');
  const a = await Desktop.open(new Station('Station A'));
  try {
    await pair(b, a.station, 'secondary_failover', 30);
    await a.shows('Station A follows Station B: read only');
    await bus.choose('Quit');
    await a.shows('Station B goes on without a backup');
    expect(await a.has('button', 'Hand over to Station B and quit')).toBe(false);
    await a.photograph('window-quit-secondary');
    await endBy(a, 'Quit');
    expect((await b.call('get_station', {})).mode).toBe('primary');
  } finally {
    await Promise.all([a.remove(), b.remove()]);
  }
  const alone = await Desktop.open(new Station('Station C'));
  try {
    await until('its icon is in the tray', async () => (await bus.tray()).menu.some(({ label }) => label === 'Open Station C'));
    await bus.choose('Quit');
    await ended(alone);
  } finally {
    await alone.remove();
  }
});
