import { describe, expect, test } from 'vitest';
import { anItem } from '../testing/fake-backend';
import { DEFAULT_RATE } from '../time/frame-rate';
import { cellChange, nextCell } from './cells';

const item = anItem('a', { starts_at: '10:00:00:00', duration: 250 });
const change = (cell: 'start' | 'title' | 'duration', text: string) =>
  cellChange(item, cell, text, DEFAULT_RATE);

describe('editing in place', () => {
  test('a start becomes fixed; without one the item follows', () => {
    expect(change('start', '1500')).toMatchObject({
      value: { start_mode: 'fixed', fixed_start: '15:00:00:00' },
    });
    expect(change('start', '+30')).toMatchObject({ value: { fixed_start: '10:00:30:00' } });
    expect(change('start', ' ')).toMatchObject({ value: { start_mode: 'follow', fixed_start: null } });
  });

  test('a duration counts from the present one', () =>
    expect(change('duration', '+30')).toMatchObject({ value: { duration: 1000 }, shown: '00:00:40:00' }));

  test('a title is trimmed and must not be empty', () => {
    expect(change('title', ' News ')).toMatchObject({ value: { title: 'News' } });
    expect(change('title', '  ').ok).toBe(false);
  });

  test('what is not understood changes nothing', () => {
    expect(change('start', '25:00').ok).toBe(false);
    expect(change('duration', 'soon').ok).toBe(false);
  });

  test('Tab runs through the row', () => {
    expect(nextCell('start', 1)).toBe('title');
    expect(nextCell('duration', 1)).toBeNull();
    expect(nextCell('start', -1)).toBeNull();
  });
});
