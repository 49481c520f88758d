import { expect, test } from 'vitest';
import { addDays, addMonths, broadcastDay, monthDays, zonedClock } from './days';

test('days run over months and leap years', () => {
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
  expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
  expect(addMonths('2026-01-31', 1)).toBe('2026-02-28');
  expect(addMonths('2026-01-31', -1)).toBe('2025-12-31');
});

test('before the day starts, it is still yesterday’s broadcast day, in the channel’s zone', () => {
  const at = Date.parse('2026-11-22T04:30:00Z');
  expect(broadcastDay(at, 'UTC', '06:00:00:00')).toBe('2026-11-21');
  expect(broadcastDay(at, 'Europe/Moscow', '06:00:00:00')).toBe('2026-11-22');
});

test('the wall clock follows the zone over a change to summer time', () => {
  expect(zonedClock(Date.parse('2026-03-29T00:59:59Z'), 'Europe/Berlin').time).toBe('01:59:59');
  expect(zonedClock(Date.parse('2026-03-29T01:00:00Z'), 'Europe/Berlin').time).toBe('03:00:00');
});

test('a month is shown in whole weeks from Monday', () => {
  const days = monthDays('2026-11');
  expect(days).toHaveLength(42);
  expect(days[0]).toBe('2026-10-26');
  expect(days).toContain('2026-11-30');
});
