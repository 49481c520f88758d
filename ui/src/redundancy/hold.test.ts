import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HeldStatus, SYNCING_SHOWN_MS_MIN } from './hold.svelte';

const status = (status: string) => ({ status });

describe('the status that the chip shows', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('holds Syncing for 300 ms before Synced follows', () => {
    const held = new HeldStatus(status('synced'));
    held.update(status('syncing'));
    vi.advanceTimersByTime(10);
    held.update(status('synced'));
    expect(held.shown.status).toBe('syncing');
    vi.advanceTimersByTime(SYNCING_SHOWN_MS_MIN - 11);
    expect(held.shown.status).toBe('syncing');
    vi.advanceTimersByTime(1);
    expect(held.shown.status).toBe('synced');
  });

  it('counts the 300 ms from when Syncing appeared, not from its last news', () => {
    const held = new HeldStatus(status('syncing'));
    vi.advanceTimersByTime(200);
    held.update(status('syncing'));
    vi.advanceTimersByTime(100);
    held.update(status('synced'));
    expect(held.shown.status).toBe('synced');
  });

  it('shows a Syncing that comes back within the hold without a flash of Synced', () => {
    const held = new HeldStatus(status('syncing'));
    vi.advanceTimersByTime(100);
    held.update(status('synced'));
    vi.advanceTimersByTime(100);
    held.update(status('syncing'));
    vi.advanceTimersByTime(1_000);
    expect(held.shown.status).toBe('syncing');
  });

  it.each(['unavailable', 'not_synced', 'incompatible', 'connecting', 'no_redundancy'])(
    'never holds %s back',
    (bad) => {
      const held = new HeldStatus(status('syncing'));
      held.update(status(bad));
      expect(held.shown.status).toBe(bad);
    },
  );

  it('shows nothing any more after it was stopped', () => {
    const held = new HeldStatus(status('syncing'));
    held.update(status('synced'));
    held.stop();
    vi.advanceTimersByTime(1_000);
    expect(held.shown.status).toBe('syncing');
  });
});
