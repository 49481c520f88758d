import { expect, test } from 'vitest';
import type { PlaylistChanges } from '../backend';
import { aDay, anItem } from '../testing/fake-backend';
import { DayClock } from '../time/day-clock';
import { DEFAULT_RATE } from '../time/frame-rate';
import { asNewItem } from './clipboard.svelte';
import { applyChanges } from './changes';

const was = aDay(['a', 'b', 'c', 'd', 'e'].map((id) => anItem(id)));
const none: PlaylistChanges = { ...was, version: 'v2', items: null, placed: [], removed: [], shifted: [] };
const clock = new DayClock(was.clock, Date.parse(was.day_start_utc), DEFAULT_RATE);
const apply = (changes: Partial<PlaylistChanges>) => applyChanges(was, { ...none, ...changes }, clock);
const ids = (changes: Partial<PlaylistChanges>) => apply(changes).items.map(({ id }) => id);

test('what stays keeps its order around what is placed and what is gone', () => {
  expect(ids({})).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(ids({ removed: ['a', 'c'] })).toEqual(['b', 'd', 'e']);
  expect(ids({ placed: [{ index: 0, item: anItem('x') }] })).toEqual(['x', 'a', 'b', 'c', 'd', 'e']);
  expect(ids({ placed: [{ index: 0, item: anItem('e') }] })).toEqual(['e', 'a', 'b', 'c', 'd']);
  const several = [
    { index: 1, item: anItem('x') },
    { index: 4, item: anItem('a') },
  ];
  expect(ids({ removed: ['c'], placed: several })).toEqual(['b', 'x', 'd', 'e', 'a']);
  expect(apply({}).version).toBe('v2');
});

test('what is shifted shows another time and is otherwise what it was', () => {
  const [, b, , d] = apply({ shifted: [{ index: 1, count: 2, frames: 250 }] }).items;
  expect(b).toMatchObject({ id: 'b', title: 'Title b', start_offset: 500, starts_at: '06:00:20:00' });
  expect(b?.ends_at).toBe('06:00:30:00');
  expect(b?.starts_at_utc).toBe('2026-11-22T06:00:20.000Z');
  expect(d?.start_offset).toBe(750);
  expect(b && asNewItem(b)).toMatchObject({ title: 'Title b', duration: 250 });
  const again = applyChanges(
    { ...was, items: apply({ shifted: [{ index: 1, count: 1, frames: 250 }] }).items },
    { ...none, shifted: [{ index: 1, count: 1, frames: -250 }] },
    clock,
  );
  expect(again.items[1]).toMatchObject({ start_offset: 250, starts_at: '06:00:10:00' });
});

test('a day that comes whole is taken whole', () => {
  expect(ids({ items: [anItem('z')] })).toEqual(['z']);
});
