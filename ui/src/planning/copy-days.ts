import { addDays } from '../time/days';

export type Every = 'once' | 'day' | 'week';

/** The days that a copy goes to: from the first one on, as often as is asked for. */
export function copyDays(first: string, every: Every, times: number): string[] {
  const step = every === 'week' ? 7 : 1;
  const count = every === 'once' ? 1 : times;
  return Array.from({ length: count }, (_, index) => addDays(first, index * step));
}
