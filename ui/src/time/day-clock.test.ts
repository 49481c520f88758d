import { describe, expect, test } from 'vitest';
import { DayClock } from './day-clock';
import { DEFAULT_RATE } from './frame-rate';

const HOUR = 3600 * 25;

test('a day shows its clock, on past midnight', () => {
  const clock = new DayClock(
    [{ offset: 0, label: 6 * HOUR }],
    Date.parse('2026-11-22T05:00:00Z'),
    DEFAULT_RATE,
  );
  expect(clock.timecodeAt(0)).toBe('06:00:00:00');
  expect(clock.timecodeAt(HOUR + 1)).toBe('07:00:00:01');
  expect(clock.timecodeAt(20 * HOUR)).toBe('02:00:00:00');
  expect(clock.utcAt(HOUR)).toBe('2026-11-22T06:00:00.000Z');
});

test('where the clock goes forward, the labels jump', () => {
  const stretches = [
    { offset: 0, label: 6 * HOUR },
    { offset: 20 * HOUR, label: 27 * HOUR },
  ];
  const clock = new DayClock(stretches, Date.parse('2026-03-28T05:00:00Z'), DEFAULT_RATE);
  expect(clock.timecodeAt(20 * HOUR - 1)).toBe('01:59:59:24');
  expect(clock.timecodeAt(20 * HOUR)).toBe('03:00:00:00');
});

test('drop-frame labels are counted as such', () => {
  const rate = { num: 30000, den: 1001, nominal: 30, dropFrame: true };
  const clock = new DayClock([{ offset: 0, label: 0 }], 0, rate);
  expect(clock.timecodeAt(1800)).toBe('00:01:00;02');
});

describe('a time of day is found in the day', () => {
  const at = (stretches: { offset: number; label: number }[], hours: number) =>
    new DayClock(stretches, 0, DEFAULT_RATE).offsetOf(hours * HOUR) / HOUR;

  test('of 24 hours', () => {
    const day = [{ offset: 0, label: 6 * HOUR }];
    expect([6, 23, 0, 5.5].map((hours) => at(day, hours))).toEqual([0, 17, 18, 23.5]);
  });

  test('of 23 hours; a time that the change skips is at the change', () => {
    const day = [
      { offset: 0, label: 6 * HOUR },
      { offset: 20 * HOUR, label: 27 * HOUR },
    ];
    expect([23, 1.5, 2, 2.5, 3, 5.5].map((hours) => at(day, hours))).toEqual([17, 19.5, 20, 20, 20, 22.5]);
  });

  test('of 25 hours; of a time that comes twice, the first', () => {
    const day = [
      { offset: 0, label: 6 * HOUR },
      { offset: 21 * HOUR, label: 26 * HOUR },
    ];
    expect([23, 2.5, 3, 5.5].map((hours) => at(day, hours))).toEqual([17, 20.5, 22, 24.5]);
  });

  test('where it begins with the hour that comes twice', () => {
    const day = [
      { offset: 0, label: 2.5 * HOUR },
      { offset: HOUR / 2, label: 2 * HOUR },
    ];
    expect([2.5, 2.25, 3, 2].map((hours) => at(day, hours))).toEqual([0, 0.75, 1.5, 0.5]);
  });
});
