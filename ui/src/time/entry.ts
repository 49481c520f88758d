/**
 * What an operator types into a time field.
 *
 * Durations fill from the right, as on every edit controller: `1500` and `15:00` are 15 seconds. Clock times fill from
 * the left, as people say them: `1500` and `15:00` are three in the afternoon. `+30` and `-30` move the present value by
 * seconds; with colons they move it by a timecode. `90s`, `2m30s`, `1h`, `12f` say their units.
 */

import { secondsToFrames, type FrameRate } from './frame-rate';
import { fieldsToFrames, formatTimecode, framesPerDay, parseTimecode } from './timecode';

/** What was understood, or why nothing was. */
export type Entry<T> = { ok: true; value: T } | { ok: false; error: string };

const fail = (error: string): { ok: false; error: string } => ({ ok: false, error });

/** Longest duration that is taken: a broadcast day is at most 25 hours, so that 100 hours are surely a slip. */
const HOURS_MAX = 99;

/** A duration in frames. `present` is what `+` and `-` start from. */
export function parseDurationEntry(text: string, rate: FrameRate, present: number): Entry<number> {
  const typed = text.trim();
  if (typed === '') return fail('Type a duration, such as 15:00 for 15 seconds.');
  const relative = /^([+\-−])\s*(.+)$/.exec(typed);
  if (!relative) return parseLength(typed, rate);
  const step = parseStep(relative[2] ?? '', rate);
  if (!step.ok) return step;
  const value = relative[1] === '+' ? present + step.value : present - step.value;
  return value < 0 ? fail('That would be less than nothing.') : { ok: true, value };
}

/** A clock time of the day as a timecode. `present` (a timecode, or null) is what `+` and `-` start from. */
export function parseClockEntry(text: string, rate: FrameRate, present: string | null): Entry<string> {
  const typed = text.trim();
  if (typed === '') return fail('Type a clock time, such as 15:00 or 15:00:30.');
  const relative = /^([+\-−])\s*(.+)$/.exec(typed);
  if (!relative) return parseClock(typed, rate);
  const from = present === null ? null : parseTimecode(present, rate);
  if (from === null) return fail('There is no time to count from. Type a clock time.');
  const step = parseStep(relative[2] ?? '', rate);
  if (!step.ok) return step;
  const day = framesPerDay(rate);
  const moved = relative[1] === '+' ? from + step.value : from - step.value;
  return { ok: true, value: formatTimecode(((moved % day) + day) % day, rate) };
}

/** After a sign, a bare number counts seconds: nobody types `+30` to move by a frame more than a second. */
function parseStep(text: string, rate: FrameRate): Entry<number> {
  if (/^\d{1,4}$/.test(text)) return { ok: true, value: secondsToFrames(Number(text), rate) };
  return parseLength(text, rate);
}

function parseLength(text: string, rate: FrameRate): Entry<number> {
  const units = parseUnits(text, rate);
  if (units !== null) return units;
  const parts = /[:;.]/.test(text) ? text.split(/[:;.]/) : pairsFromRight(text);
  if (!parts || parts.length > 4 || !parts.every((part) => /^\d{1,3}$/.test(part))) {
    return fail('Not a duration. Type it like 15:00, 1500, +30 or 2m30s.');
  }
  const [frames = 0, seconds = 0, minutes = 0, hours = 0] = parts.map(Number).reverse();
  return lengthFromParts({ frames, seconds, minutes, hours, given: parts.length }, rate);
}

interface Parts {
  frames: number;
  seconds: number;
  minutes: number;
  hours: number;
  /** How many of the fields were typed. Only the leading one may run over: `90:00` is 90 seconds. */
  given: number;
}

function lengthFromParts({ frames, seconds, minutes, hours, given }: Parts, rate: FrameRate): Entry<number> {
  if (given > 1 && frames >= rate.nominal) {
    return fail(`A second has ${rate.nominal} frames here: 00 to ${rate.nominal - 1}.`);
  }
  if (given > 2 && seconds > 59) return fail('Seconds go from 00 to 59.');
  if (given > 3 && minutes > 59) return fail('Minutes go from 00 to 59.');
  if (hours > HOURS_MAX) return fail(`At most ${HOURS_MAX} hours.`);
  if (given === 1) return { ok: true, value: frames };
  const secondsInAll = (hours * 60 + minutes) * 60 + seconds;
  const value = fieldsToFrames(
    {
      hours: Math.floor(secondsInAll / 3600),
      minutes: Math.floor(secondsInAll / 60) % 60,
      seconds: secondsInAll % 60,
      frames,
    },
    rate,
  );
  return value === null ? fail('Drop-frame timecode skips this number.') : { ok: true, value };
}

function parseUnits(text: string, rate: FrameRate): Entry<number> | null {
  const match = /^(?:(\d+)\s*h)?\s*(?:(\d+)\s*m(?:in)?)?\s*(?:(\d+)\s*s)?\s*(?:(\d+)\s*f)?$/i.exec(text);
  if (!match || match.slice(1).every((part) => part === undefined)) return null;
  const [hours, minutes, seconds, frames] = match.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
  ];
  if (hours > HOURS_MAX) return fail(`At most ${HOURS_MAX} hours.`);
  return { ok: true, value: secondsToFrames((hours * 60 + minutes) * 60 + seconds, rate) + frames };
}

function parseClock(text: string, rate: FrameRate): Entry<string> {
  const parts = /[:;.]/.test(text) ? text.split(/[:;.]/) : pairsFromLeft(text);
  if (!parts || parts.length > 4 || !parts.every((part) => /^\d{1,2}$/.test(part))) {
    return fail('Not a clock time. Type it like 15:00, 1500, 15:00:30 or +30.');
  }
  const [hours = 0, minutes = 0, seconds = 0, frames = 0] = parts.map(Number);
  if (hours > 23) return fail('Hours go from 00 to 23.');
  if (minutes > 59) return fail('Minutes go from 00 to 59.');
  if (seconds > 59) return fail('Seconds go from 00 to 59.');
  if (frames >= rate.nominal) {
    return fail(`A second has ${rate.nominal} frames here: 00 to ${rate.nominal - 1}.`);
  }
  const value = fieldsToFrames({ hours, minutes, seconds, frames }, rate);
  return value === null
    ? fail('Drop-frame timecode skips this number.')
    : { ok: true, value: formatTimecode(value, rate) };
}

function pairsFromRight(digits: string): string[] | null {
  if (!/^\d{1,8}$/.test(digits)) return null;
  return (digits.length % 2 ? `0${digits}` : digits).match(/\d\d/g);
}

function pairsFromLeft(digits: string): string[] | null {
  return pairsFromRight(digits);
}
