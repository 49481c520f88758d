import { list, number } from '../language/format';
import { COUNTS } from './strings';

/** The counts that a `conflict` names, in words: `{ items: 120, assets: 1 }` becomes `120 items and 1 asset`. */
export function countsInWords(details: unknown): string | null {
  const parts = countsOf(details).map(([what, n]) =>
    what in COUNTS ? COUNTS[what as keyof typeof COUNTS](n) : `${number(n)} ${what.replaceAll('_', ' ')}`,
  );
  return parts.length === 0 ? null : list(parts);
}

function countsOf(details: unknown): [string, number][] {
  if (typeof details !== 'object' || details === null) return [];
  return Object.entries(details).flatMap(([what, n]): [string, number][] => {
    if (typeof n === 'number') return n > 0 ? [[what, n]] : [];
    return countsOf(n);
  });
}
