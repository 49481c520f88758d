import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { tick } from 'svelte';
import type { Redundancy, Status } from '../backend';
import { language } from '../language/language.svelte';
import { EVERYDAY_MS } from './announcer.svelte';
import { peer, redundancy, station } from './fixtures';
import { SYNCING_SHOWN_MS_MIN } from './hold.svelte';
import { STATUS } from './strings';
import StatusChipView from './StatusChipView.svelte';

const synced = redundancy('primary', 'synced', 'equal');
const syncing = redundancy('primary', 'syncing', 'behind');
const lost = redundancy('secondary_failover', 'unavailable', 'lost', { armed: true, countdown_s: 17 });

function chip(shown: Redundancy, live = true) {
  const onopen = vi.fn();
  const props = { station: station(), redundancy: shown, live, open: false, onopen };
  return { onopen, ...render(StatusChipView, { props }) };
}

describe('the redundancy chip', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each(Object.keys(STATUS) as Status[])('shows %s by a word and an icon', (status) => {
    const reason = status === 'no_redundancy' ? 'no_redundancy' : 'equal';
    chip(redundancy(status === 'no_redundancy' ? 'none' : 'primary', status, reason));
    const button = screen.getByRole('button');
    expect(button).toHaveTextContent(STATUS[status]);
    expect(button.querySelector('svg')).not.toBeNull();
  });

  it('draws each status in a shape of its own', () => {
    const shapes = (Object.keys(STATUS) as Status[]).map((status) => {
      const { container, unmount } = chip(redundancy('primary', status, 'equal'));
      const shape = [...container.querySelectorAll('svg > :not(title)')].map((part) => part.outerHTML).join();
      unmount();
      return shape;
    });
    expect(new Set(shapes).size).toBe(7);
  });

  it('names the peer', () => {
    chip(synced);
    expect(screen.getByRole('button')).toHaveTextContent('Station B');
  });

  it('opens the overlay', async () => {
    const { onopen } = chip(synced);
    await userEvent.click(screen.getByRole('button'));
    expect(onopen).toHaveBeenCalledOnce();
  });

  it('holds Syncing for 300 ms', async () => {
    vi.useFakeTimers();
    const { rerender } = chip(syncing);
    await rerender({ redundancy: synced });
    vi.advanceTimersByTime(SYNCING_SHOWN_MS_MIN - 1);
    await tick();
    expect(screen.getByRole('button')).toHaveTextContent('Syncing');
    vi.advanceTimersByTime(1);
    await tick();
    expect(screen.getByRole('button')).toHaveTextContent('Synced');
  });

  it('shows the countdown of an armed failover', () => {
    chip(lost);
    expect(screen.getByRole('button')).toHaveTextContent('Station A takes over in 17 s');
  });

  it.each([
    ['not armed', { ...lost, armed: false }],
    ['on hold', { ...lost, held: true }],
  ])('shows no countdown that cannot fire: %s', (_, pair) => {
    chip(pair);
    expect(screen.getByRole('button')).not.toHaveTextContent('takes over');
  });

  it('claims nothing while the window hears nothing from its station', () => {
    chip(synced, false);
    expect(screen.getByRole('button')).toHaveTextContent('Not known');
    expect(screen.getByRole('button')).not.toHaveTextContent(/\bSynced\b/);
  });

  describe('where the clocks differ', () => {
    const apart = (clock_difference_ms: number | null, change: Partial<Redundancy> = {}) => ({
      ...redundancy('primary', 'synced', 'equal', { peer: peer({ clock_difference_ms }) }),
      ...change,
    });
    const mark = () => document.querySelector('.chip .clock');

    afterEach(() => {
      localStorage.clear();
      language.restore();
    });

    it.each([
      ['ahead', 2400],
      ['behind', -2400],
    ])('by more than a second, marks and says it: %s', (way, difference_ms) => {
      chip(apart(difference_ms));
      const said = `Clock of Station B: 2.4 s ${way}. The clocks of the two stations differ by more than a second: set both by NTP.`;
      expect(mark()).toBeVisible();
      expect(mark()).toHaveAttribute('title', said);
      expect(screen.getByRole('button')).toHaveAccessibleDescription(said);
    });

    it('says it in German, too', () => {
      language.choice = 'de';
      chip(apart(-2400));
      expect(screen.getByRole('button')).toHaveAccessibleDescription(
        /^Uhr von Station B: 2,4 s nach\. Die Uhren/,
      );
    });

    it('marks it while the other station is away, as the overlay does', () => {
      chip(apart(2400, { status: 'unavailable', reason: 'lost' }));
      expect(mark()).toBeVisible();
    });

    it.each([
      ['by a second', apart(1000)],
      ['by a second back', apart(-1000)],
      ['by an unknown time', apart(null)],
      ['from a peer that a station without redundancy had', apart(2400, { mode: 'none' })],
    ])('has no mark: %s', (_, pair) => {
      chip(pair);
      expect(mark()).toBeNull();
      expect(screen.getByRole('button')).not.toHaveAccessibleDescription(/[Cc]lock/);
    });

    it('claims nothing of the clocks while the window hears nothing from its station', () => {
      chip(apart(2400), false);
      expect(mark()).toBeNull();
    });
  });

  it('announces a change of status politely, and not what stood there at first', async () => {
    const { rerender } = chip(synced);
    const region = screen.getByRole('status');
    expect(region).toHaveAttribute('aria-live', 'polite');
    expect(region.textContent).toBe('');
    await rerender({ redundancy: redundancy('primary', 'unavailable', 'lost') });
    expect(region).toHaveTextContent('Redundancy: Unavailable, Station B');
  });

  it('does not announce the Syncing and Synced of every edit', async () => {
    vi.useFakeTimers();
    const { rerender } = chip(synced);
    await rerender({ redundancy: syncing });
    vi.advanceTimersByTime(EVERYDAY_MS - 1);
    await rerender({ redundancy: synced });
    vi.advanceTimersByTime(EVERYDAY_MS);
    await tick();
    expect(screen.getByRole('status').textContent).toBe('');
  });

  it('announces a Syncing that lasts', async () => {
    vi.useFakeTimers();
    const { rerender } = chip(synced);
    await rerender({ redundancy: syncing });
    vi.advanceTimersByTime(EVERYDAY_MS);
    await tick();
    expect(screen.getByRole('status')).toHaveTextContent('Redundancy: Syncing');
  });
});
