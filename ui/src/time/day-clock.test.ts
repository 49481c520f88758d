import { expect, test } from 'vitest';
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
