import { describe, expect, test } from 'vitest';
import { parseFrameRate, type FrameRate } from './frame-rate';
import { formatLength, formatTimecode, framesPerDay, parseTimecode } from './timecode';

const pal = parseFrameRate('25') as FrameRate;
const drop30 = parseFrameRate('30000/1001', true) as FrameRate;
const drop60 = parseFrameRate('60000/1001', true) as FrameRate;

describe('timecode', () => {
  // Frame counts by SMPTE ST 12-1: two numbers (four at 60) are skipped each minute but every tenth.
  test.each([
    [drop30, 1799, '00:00:59;29'],
    [drop30, 1800, '00:01:00;02'],
    [drop30, 17981, '00:09:59;29'],
    [drop30, 17982, '00:10:00;00'],
    [drop30, 107892, '01:00:00;00'],
    [drop60, 3600, '00:01:00;04'],
    [pal, 90061 * 25 + 7, '25:01:01:07'],
  ])('%o counts frame %i as %s', (rate, frames, text) => {
    expect(formatTimecode(frames, rate)).toBe(text);
    expect(parseTimecode(text, rate)).toBe(frames);
  });

  test('every frame of an hour survives being written and read', () => {
    for (let frame = 0; frame < 107892; frame += 7) {
      expect(parseTimecode(formatTimecode(frame, drop30), drop30)).toBe(frame);
    }
  });

  test('a drop-frame day has 2,589,408 frames', () => expect(framesPerDay(drop30)).toBe(2_589_408));

  test.each(['00:01:00;00', '00:60:00;00', '00:00:00;30', 'now', ''])('%o is no timecode', (text) =>
    expect(parseTimecode(text, drop30)).toBeNull(),
  );
});

test.each([
  [1, '1 frame'],
  [24, '1 s'],
  [12, '12 frames'],
  [25 * 75, '1 min 15 s'],
  [25 * 3720, '1 h 02 min'],
])('%i frames read as %s', (frames, text) => expect(formatLength(frames, pal)).toBe(text));

test.each(['', '0', '25/0', '-25', 'x', '25.0'])('%o is no frame rate', (text) =>
  expect(parseFrameRate(text)).toBeNull(),
);
