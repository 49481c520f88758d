import { describe, expect, test } from 'vitest';
import { anchorAt, visibleRange } from './virtual-window';

describe('the rows that are drawn', () => {
  const at = (scrollTop: number, length = 10_000) =>
    visibleRange({ length, rowHeight: 28, scrollTop, height: 560 });

  test('are few, whatever the length', () => {
    const { first, end } = at(140_000);
    expect(end - first).toBeLessThan(60);
    expect(first).toBeLessThanOrEqual(5_000);
    expect(end).toBeGreaterThanOrEqual(5_020);
  });

  test('begin with the first and end with the last', () => {
    expect(at(0).first).toBe(0);
    expect(at(10_000 * 28 - 560).end).toBe(10_000);
  });

  test('are none of an empty list, and none are missing when the list got shorter than the scroll', () => {
    expect(at(0, 0)).toEqual({ first: 0, end: 0 });
    const { first, end } = at(140_000, 3);
    expect(first).toBeLessThanOrEqual(end);
    expect(end).toBe(3);
  });
});

describe('the anchor', () => {
  const keyAt = (index: number) => ['a', 'b', 'c'][index];

  test('is the row at the top and what of it is scrolled out', () =>
    expect(anchorAt(40, 28, keyAt)).toEqual({ key: 'b', index: 1, offset: 12 }));

  test('is nothing at the very top: what comes in above is to be seen', () =>
    expect(anchorAt(0, 28, keyAt)).toBeNull());
});
