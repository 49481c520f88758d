import { describe, expect, test } from 'vitest';
import { parseClockEntry, parseDurationEntry } from './entry';
import { parseFrameRate, type FrameRate } from './frame-rate';
import { formatTimecode } from './timecode';

const pal = parseFrameRate('25') as FrameRate;
const ntsc = parseFrameRate('30000/1001', true) as FrameRate;

describe('a duration', () => {
  const understood = (text: string, present = 0, rate = pal) => {
    const entry = parseDurationEntry(text, rate, present);
    return entry.ok ? formatTimecode(entry.value, rate) : entry.error;
  };

  test.each([
    ['1500', '00:00:15:00'],
    ['15:00', '00:00:15:00'],
    ['5', '00:00:00:05'],
    ['110', '00:00:01:10'],
    ['10203', '00:01:02:03'],
    ['01:02:03:04', '01:02:03:04'],
    ['1.02.03.04', '01:02:03:04'],
    ['90:00', '00:01:30:00'],
    ['90s', '00:01:30:00'],
    ['2m30s', '00:02:30:00'],
    ['1h 2m 3s 4f', '01:02:03:04'],
    [' 12f ', '00:00:00:12'],
  ])('%s is %s', (text, timecode) => expect(understood(text)).toBe(timecode));

  test.each([
    ['+30', '00:01:30:00'],
    ['-30', '00:00:30:00'],
    ['−30', '00:00:30:00'],
    ['+ 30', '00:01:30:00'],
    ['+00:12', '00:01:00:12'],
    ['+1m', '00:02:00:00'],
  ])('%s counts from the present minute: %s', (text, timecode) =>
    expect(understood(text, 1500)).toBe(timecode),
  );

  test.each(['', 'abc', '15:25', '1:60:00', '1:60:00:00', '1:2:3:4:5', '100h', '-61', '1.5s'])(
    '%o is refused with a reason',
    (text) => expect(parseDurationEntry(text, pal, 1500).ok).toBe(false),
  );

  test('frames go up to what the rate has', () => {
    expect(understood('15:29', 0, ntsc)).toBe('00:00:15;29');
    expect(understood('15:29', 0, pal)).toContain('25 frames');
  });

  test('a number that drop-frame counting skips is refused', () => {
    expect(understood('1:00:00', 0, ntsc)).toContain('Drop-frame');
    expect(understood('1:00:02', 0, ntsc)).toBe('00:01:00;02');
  });
});

describe('a clock time', () => {
  const understood = (text: string, present: string | null = null, rate = pal) => {
    const entry = parseClockEntry(text, rate, present);
    return entry.ok ? entry.value : entry.error;
  };

  test.each([
    ['1500', '15:00:00:00'],
    ['15:00', '15:00:00:00'],
    ['6', '06:00:00:00'],
    ['630', '06:30:00:00'],
    ['63015', '06:30:15:00'],
    ['15:00:30', '15:00:30:00'],
    ['15:00:30:12', '15:00:30:12'],
  ])('%s is %s', (text, timecode) => expect(understood(text)).toBe(timecode));

  test('+30 is thirty seconds later, around midnight too', () => {
    expect(understood('+30', '15:00:00:00')).toBe('15:00:30:00');
    expect(understood('+30', '23:59:45:00')).toBe('00:00:15:00');
    expect(understood('-30', '00:00:15:00')).toBe('23:59:45:00');
  });

  test.each(['', 'noon', '24:00', '15:60', '15:00:60', '15:00:00:25', '123456789'])(
    '%o is refused with a reason',
    (text) => expect(parseClockEntry(text, pal, null).ok).toBe(false),
  );

  test('+30 needs a time to count from', () => expect(parseClockEntry('+30', pal, null).ok).toBe(false));
});
