import { describe, expect, test } from 'vitest';
import {
  nothingSelected,
  selectAll,
  selectAt,
  selectOnly,
  selectStep,
  selectSurvivors,
  type ListOrder,
} from './list-selection';

const order = (ids: string): ListOrder => ({
  length: ids.length,
  idAt: (index) => ids[index],
  indexOf: (id) => ids.indexOf(id),
});
const list = order('abcdef');
const ids = ({ ids }: { ids: ReadonlySet<string> }) => [...ids].sort().join('');

describe('clicking', () => {
  test('a click selects one', () => expect(ids(selectAt(selectOnly('a'), list, 'c'))).toBe('c'));

  test('Shift selects from the anchor, in both directions, and keeps the anchor', () => {
    const down = selectAt(selectOnly('c'), list, 'e', { range: true });
    expect(ids(down)).toBe('cde');
    expect(ids(selectAt(down, list, 'a', { range: true }))).toBe('abc');
  });

  test('Ctrl adds one and takes it out again', () => {
    const two = selectAt(selectOnly('a'), list, 'd', { toggle: true });
    expect(ids(two)).toBe('ad');
    expect(ids(selectAt(two, list, 'a', { toggle: true }))).toBe('d');
  });

  test('Ctrl and Shift add a range', () => {
    const now = { ids: new Set(['a', 'd']), focus: 'd', anchor: 'd' };
    expect(ids(selectAt(now, list, 'f', { range: true, toggle: true }))).toBe('adef');
  });
});

describe('the keyboard', () => {
  test('moves by lines and stops at the ends', () => {
    expect(selectStep(selectOnly('b'), list, 1).focus).toBe('c');
    expect(selectStep(selectOnly('b'), list, -10).focus).toBe('a');
    expect(selectStep(selectOnly('b'), list, Infinity).focus).toBe('f');
  });

  test('enters a list at its near end', () => {
    expect(selectStep(nothingSelected, list, 1).focus).toBe('a');
    expect(selectStep(nothingSelected, list, -1).focus).toBe('f');
  });

  test('Shift extends', () => {
    const two = selectStep(selectOnly('b'), list, 1, { range: true });
    expect(ids(selectStep(two, list, 1, { range: true }))).toBe('bcd');
  });

  test('Select all takes everything and leaves the focus', () => {
    const all = selectAll(selectOnly('c'), list);
    expect(ids(all)).toBe('abcdef');
    expect(all.focus).toBe('c');
  });
});

describe('when the list changes', () => {
  const after = (ids: string, now = { ids: new Set(['b', 'c']), focus: 'c', anchor: 'b' }) =>
    selectSurvivors(now, list, order(ids));

  test('nothing happens while all selected lines are there, wherever they went', () => {
    const now = { ids: new Set(['b', 'c']), focus: 'c', anchor: 'b' };
    expect(after('cxxfab', now)).toBe(now);
  });

  test('what is left stays selected', () => {
    expect(ids(after('abdef'))).toBe('b');
    expect(after('abdef').focus).toBe('b');
  });

  test('where all selected lines went, the next one takes over', () => {
    expect(after('adef').focus).toBe('d');
    expect(after('a').focus).toBe('a');
    expect(selectSurvivors(selectOnly('b'), list, order('acdef')).focus).toBe('c');
    expect(after('')).toBe(nothingSelected);
  });
});
