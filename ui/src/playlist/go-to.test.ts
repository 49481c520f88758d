import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { handleKey } from '../actions';
import type { PlaylistView } from '../backend';
import type { App } from '../stores/app.svelte';
import { aDay, anItem, stationBackend } from '../testing/fake-backend';
import Provide from '../testing/Provide.svelte';
import { startApp } from '../testing/start-app';
import { until } from '../testing/until';
import PlaylistPanel from './PlaylistPanel.svelte';

const HOUR = 3600 * 25;
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
  vi.useRealTimers();
});

async function show(day: Partial<PlaylistView>): Promise<App> {
  const backend = stationBackend();
  backend.handlers.get_playlist = ({ date }) =>
    aDay(day.items ?? [], { ...day, date: date ?? '', day_start_utc: `${date}T06:00:00Z` });
  const started = await startApp(backend);
  app = started;
  const { signal } = listening;
  window.addEventListener('keydown', (event) => handleKey(event, started), { signal });
  render(Provide, { props: { app: started, of: PlaylistPanel } });
  await tick();
  screen.getByRole('grid').focus();
  return started;
}

describe('go to a time', () => {
  /** One item an hour, named by its offset from the day's start. */
  const hours = (count: number) =>
    Array.from({ length: count }, (_, hour) =>
      anItem(`h${hour}`, { start_offset: hour * HOUR, duration: HOUR, plays: HOUR }),
    );
  const days = {
    '24 hours': { items: hours(24), clock: [{ offset: 0, label: 6 * HOUR }] },
    '23 hours': {
      items: hours(23),
      clock: [
        { offset: 0, label: 6 * HOUR },
        { offset: 20 * HOUR, label: 27 * HOUR },
      ],
    },
    '25 hours': {
      items: hours(25),
      clock: [
        { offset: 0, label: 6 * HOUR },
        { offset: 21 * HOUR, label: 26 * HOUR },
      ],
    },
  };

  test.each([
    ['24 hours', '2300', 'h17'],
    ['24 hours', '04:30', 'h22'],
    ['23 hours', '2300', 'h17'],
    ['23 hours', '0130', 'h19'],
    // The clock goes from 02:00 to 03:00.
    ['23 hours', '0230', 'h20'],
    ['23 hours', '04:30', 'h21'],
    ['25 hours', '2300', 'h17'],
    // The clock goes from 03:00 back to 02:00.
    ['25 hours', '0230', 'h20'],
    ['25 hours', '04:30', 'h23'],
  ] as const)('in a day of %s, %s selects what is on then', async (length, typed, id) => {
    const { selection } = await show(days[length]);
    await userEvent.keyboard(`g${typed}{Enter}`);
    expect([...selection.items.ids]).toEqual([id]);
    expect(screen.getByRole('row', { selected: true })).toHaveTextContent(`Title ${id}`);
    expect(screen.getByRole('grid')).toHaveFocus();
  });
});

describe('with the clock at a given time', () => {
  const DAY_START_MS = Date.parse('2026-11-22T06:00:00Z');
  const ITEM_MS = 10_000;
  /** 500 items of ten seconds. */
  const items = Array.from({ length: 500 }, (_, index) => anItem(`n${index}`, { start_offset: index * 250 }));
  const inView = (index: number) => screen.queryByText(`Title n${index}`) !== null;

  /** Sets the clock to the middle of an item. */
  async function at(index: number): Promise<void> {
    vi.setSystemTime(DAY_START_MS + (index + 0.5) * ITEM_MS);
    if (app) app.clock.now = Date.now();
    await tick();
  }

  /** A day that was scrolled away from now. */
  async function scrolledToTop(): Promise<App> {
    await at(300);
    const started = await show({ items });
    started.view.playlist?.center('n0');
    await tick();
    expect(inView(0)).toBe(true);
    expect(inView(300)).toBe(false);
    return started;
  }

  test('“.” shows the running item', async () => {
    await scrolledToTop();
    await userEvent.keyboard('.');
    await until(() => inView(300));
    expect(inView(0)).toBe(false);
  });

  test('“.” opens today where another day is open', async () => {
    const started = await scrolledToTop();
    await userEvent.keyboard('[[');
    await until(() => started.day.date === '2026-11-21' && started.day.playlist !== null);
    await userEvent.keyboard('.');
    await until(() => started.day.date === '2026-11-22' && inView(300));
  });

  test('“W” keeps the running item in view until it is pressed again', async () => {
    await scrolledToTop();
    const follow = () => screen.getByRole('button', { name: 'Follow now' });
    expect(follow()).toHaveAttribute('aria-pressed', 'false');
    await userEvent.keyboard('w');
    await until(() => inView(300));
    expect(follow()).toHaveAttribute('aria-pressed', 'true');
    await at(400);
    expect(inView(400)).toBe(true);
    expect(inView(300)).toBe(false);
    await userEvent.keyboard('w');
    expect(follow()).toHaveAttribute('aria-pressed', 'false');
    await at(100);
    expect(inView(100)).toBe(false);
    expect(inView(400)).toBe(true);
  });

  test('without it, the list stays where it was put while items go on the air', async () => {
    await scrolledToTop();
    await at(301);
    expect(inView(0)).toBe(true);
  });
});
