import { describe, expect, test } from 'vitest';
import { aDay, anItem } from '../testing/fake-backend';
import { stepRow } from './row-step';
import { dayRows, gapKey } from './rows';

const items = [anItem('a'), anItem('b', { start_offset: 1000, marks: [{ kind: 'gap', frames: 750 }] })];
const carried = { title: 'Night', ends_at: '06:00:10:00', frames: 250 } as never;
const rows = dayRows(aDay(items, { carried }));
const keys = rows.map(({ key }) => key);

describe('the arrow keys', () => {
  test('stop at items and gaps, not at what only says something', () => {
    expect(keys).toEqual(['carried', 'a', 'gap-b', 'b', 'gap-to-day-end']);
    expect(stepRow(rows, 1, 1)?.key).toBe('gap-b');
    expect(stepRow(rows, 2, 1)?.key).toBe('b');
    expect(stepRow(rows, 3, -1)?.key).toBe('gap-b');
    expect(stepRow(rows, 1, -1)).toBeUndefined();
    expect(stepRow(rows, 4, 1)).toBeUndefined();
  });

  test('begin at the first or the last row', () => {
    expect(stepRow(rows, -1, 1)?.key).toBe('a');
    expect(stepRow(rows, -1, -1)?.key).toBe('gap-to-day-end');
    expect(stepRow([], -1, 1)).toBeUndefined();
  });

  test('know a gap’s row by its gap', () => {
    for (const row of rows) if (row.kind === 'gap') expect(gapKey(row.gap)).toBe(row.key);
  });
});
