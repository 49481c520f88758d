/**
 * What an operator types into a time field.
 *
 * Durations fill from the right, as on every edit controller: `1500` and `15:00` are 15 seconds. Clock times fill from
 * the left, as people say them: `1500` and `15:00` are three in the afternoon. `+30` and `-30` move the present value by
 * seconds; with colons they move it by a timecode. `90s`, `2m30s`, `1h`, `12f` say their units.
 */

import { secondsToFrames, type FrameRate } from './frame-rate';
import { TIME } from './strings';
import { fieldsToFrames, formatTimecode, framesPerDay, parseTimecode } from './timecode';

/** What was understood, or why nothing was. */
export type Entry<T> = { ok: true; value: T } | { ok: false; error: string };

const fail = (error: string): { ok: false; error: string } => ({ ok: false, error });

/** Longest duration that is taken: a broadcast day is at most 25 hours, so that 100 hours are surely a slip. */
const HOURS_MAX = 99;

/** A duration in frames. `present` is what `+` and `-` start from. */
export function parseDurationEntry(text: string, rate: FrameRate, present: number): Entry<number> {
  const typed = text.trim();
  if (typed === '') return fail(TIME.emptyDuration);
  const relative = /^([+\-−])\s*(.+)$/.exec(typed);
  if (!relative) return parseLength(typed, rate);
  const step = parseStep(relative[2] ?? '', rate);
  if (!step.ok) return step;
  const value = relative[1] === '+' ? present + step.value : present - step.value;
  return value < 0 ? fail(TIME.negative) : { ok: true, value };
}

/** A clock time of the day as a timecode. `present` (a timecode, or null) is what `+` and `-` start from. */
export function parseClockEntry(text: string, rate: FrameRate, present: string | null): Entry<string> {
  const typed = text.trim();
  if (typed === '') return fail(TIME.emptyClock);
  const relative = /^([+\-−])\s*(.+)$/.exec(typed);
  if (!relative) return parseClock(typed, rate);
  const from = present === null ? null : parseTimecode(present, rate);
  if (from === null) return fail(TIME.noStart);
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
    return fail(TIME.noDuration);
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
    return fail(TIME.frames(rate.nominal));
  }
  if (given > 2 && seconds > 59) return fail(TIME.seconds);
  if (given > 3 && minutes > 59) return fail(TIME.minutes);
  if (hours > HOURS_MAX) return fail(TIME.hoursMax(HOURS_MAX));
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
  return value === null ? fail(TIME.dropped) : { ok: true, value };
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
  if (hours > HOURS_MAX) return fail(TIME.hoursMax(HOURS_MAX));
  return { ok: true, value: secondsToFrames((hours * 60 + minutes) * 60 + seconds, rate) + frames };
}

function parseClock(text: string, rate: FrameRate): Entry<string> {
  const parts = /[:;.]/.test(text) ? text.split(/[:;.]/) : pairsFromLeft(text);
  if (!parts || parts.length > 4 || !parts.every((part) => /^\d{1,2}$/.test(part))) {
    return fail(TIME.noClock);
  }
  const [hours = 0, minutes = 0, seconds = 0, frames = 0] = parts.map(Number);
  if (hours > 23) return fail(TIME.hours);
  if (minutes > 59) return fail(TIME.minutes);
  if (seconds > 59) return fail(TIME.seconds);
  if (frames >= rate.nominal) {
    return fail(TIME.frames(rate.nominal));
  }
  const value = fieldsToFrames({ hours, minutes, seconds, frames }, rate);
  return value === null ? fail(TIME.dropped) : { ok: true, value: formatTimecode(value, rate) };
}

function pairsFromRight(digits: string): string[] | null {
  if (!/^\d{1,8}$/.test(digits)) return null;
  return (digits.length % 2 ? `0${digits}` : digits).match(/\d\d/g);
}

function pairsFromLeft(digits: string): string[] | null {
  return pairsFromRight(digits);
}
