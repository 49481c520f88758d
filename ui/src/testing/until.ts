import { vi } from 'vitest';

/** Waits until something holds, up to a deadline that only a hung test reaches. */
export function until(holds: () => boolean): Promise<boolean> {
  return vi.waitUntil(holds, { timeout: 20_000, interval: 5 });
}
