import { describe, expect, test } from 'vitest';
import { aDay, anItem } from '../testing/fake-backend';
import { dropPlace, insertionPlace, placeBefore, stepPlace } from './places';
import { dayRows } from './rows';

const items = ['a', 'b', 'c', 'd'].map((id) => anItem(id));
const set = (ids: string) => new Set(ids);

describe('new items go', () => {
  test('after the last selected one', () => expect(insertionPlace(items, set('ac'), null)).toBe('c'));
  test('to the end where nothing is selected', () => expect(insertionPlace(items, set(''), null)).toBe('d'));
  test('to the head of an empty day', () => expect(insertionPlace([], set(''), null)).toBeNull());
  test('into the selected gap', () => {
    const gap = { after: 'b', before: 'c', startOffset: 0, frames: 1 };
    expect(insertionPlace(items, set('d'), gap)).toBe('b');
  });
});

describe('new items that come before go', () => {
  test('after what stands above the first selected one', () =>
    expect(placeBefore(items, set('bd'), null)).toBe('a'));
  test('to the head of the day before its first one', () =>
    expect(placeBefore(items, set('ac'), null)).toBeNull());
  test('to the head of an empty day', () => expect(placeBefore([], set(''), null)).toBeNull());
  test('into the selected gap', () => {
    const gap = { after: 'b', before: 'c', startOffset: 0, frames: 1 };
    expect(placeBefore(items, set('a'), gap)).toBe('b');
  });
});

describe('dropping', () => {
  const rows = dayRows(aDay(items));

  test('puts them after the row above the line', () => {
    expect(dropPlace(rows, 0, set('c'))).toBeNull();
    expect(dropPlace(rows, 2, set('d'))).toBe('b');
    expect(dropPlace(rows, 99, set('a'))).toBe('d');
  });

  test('looks past what is moved itself', () => expect(dropPlace(rows, 3, set('ac'))).toBe('b'));

  test('changes nothing where they are already', () => {
    expect(dropPlace(rows, 1, set('b'))).toBeUndefined();
    expect(dropPlace(rows, 2, set('b'))).toBeUndefined();
    expect(dropPlace(rows, 3, set('bc'))).toBeUndefined();
    expect(dropPlace(rows, 0, set('a'))).toBeUndefined();
  });

  test('takes new items anywhere', () => {
    expect(dropPlace(rows, 0, set(''))).toBeNull();
    expect(dropPlace(rows, 2, set(''))).toBe('b');
  });

  test('in a gap goes after the item before it', () => {
    const gapped = [anItem('a'), anItem('b', { start_offset: 1000, marks: [{ kind: 'gap', frames: 750 }] })];
    expect(dropPlace(dayRows(aDay(gapped)), 2, set(''))).toBe('a');
  });
});

describe('moving by one line', () => {
  test('up', () => {
    expect(stepPlace(items, set('c'), -1)).toBe('a');
    expect(stepPlace(items, set('b'), -1)).toBeNull();
    expect(stepPlace(items, set('a'), -1)).toBeUndefined();
  });

  test('down', () => {
    expect(stepPlace(items, set('b'), 1)).toBe('c');
    expect(stepPlace(items, set('bc'), 1)).toBe('d');
    expect(stepPlace(items, set('d'), 1)).toBeUndefined();
  });
});
