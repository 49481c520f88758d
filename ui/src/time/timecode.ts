import { droppedPerMinute, type FrameRate } from './frame-rate';
import { TIME } from './strings';

/** The fields of a timecode. */
export interface Fields {
  hours: number;
  minutes: number;
  seconds: number;
  frames: number;
}

/** The frame that a timecode counts; null where it has no such number (out of range, or dropped). */
export function fieldsToFrames({ hours, minutes, seconds, frames }: Fields, rate: FrameRate): number | null {
  const dropped = droppedPerMinute(rate);
  if (minutes > 59 || seconds > 59 || frames >= rate.nominal) return null;
  if (dropped > 0 && seconds === 0 && frames < dropped && minutes % 10 !== 0) return null;
  const minutesInAll = hours * 60 + minutes;
  const counted = (minutesInAll * 60 + seconds) * rate.nominal + frames;
  return counted - dropped * (minutesInAll - Math.floor(minutesInAll / 10));
}

/** The timecode of a frame count (not negative). */
export function framesToFields(count: number, rate: FrameRate): Fields {
  const dropped = droppedPerMinute(rate);
  let number = count;
  if (dropped > 0) {
    const perMinute = rate.nominal * 60 - dropped;
    const perTen = rate.nominal * 600 - dropped * 9;
    const tens = Math.floor(count / perTen);
    const rest = count % perTen;
    const minutes = rest < dropped ? 0 : Math.floor((rest - dropped) / perMinute);
    number += dropped * (9 * tens + minutes);
  }
  const frames = number % rate.nominal;
  const seconds = Math.floor(number / rate.nominal);
  return {
    hours: Math.floor(seconds / 3600),
    minutes: Math.floor(seconds / 60) % 60,
    seconds: seconds % 60,
    frames,
  };
}

const two = (n: number) => String(n).padStart(2, '0');

/** `"01:02:03:04"`; `";"` before the frames where they are counted drop-frame. Negative counts get a minus sign. */
export function formatTimecode(count: number, rate: FrameRate): string {
  const { hours, minutes, seconds, frames } = framesToFields(Math.abs(count), rate);
  const sign = count < 0 ? '−' : '';
  return `${sign}${two(hours)}:${two(minutes)}:${two(seconds)}${rate.dropFrame ? ';' : ':'}${two(frames)}`;
}

/** The frame that a whole timecode (`"01:02:03:04"`, `";"` or `"."` allowed) counts; null where it is none. */
export function parseTimecode(text: string, rate: FrameRate): number | null {
  const match = /^(\d{1,2}):(\d\d):(\d\d)[:;.](\d\d)$/.exec(text.trim());
  if (!match) return null;
  const [hours, minutes, seconds, frames] = match.slice(1).map(Number) as [number, number, number, number];
  return fieldsToFrames({ hours, minutes, seconds, frames }, rate);
}

/** Frames of a timecode day: where a clock time starts again at 00:00:00:00. */
export function framesPerDay(rate: FrameRate): number {
  return fieldsToFrames({ hours: 24, minutes: 0, seconds: 0, frames: 0 }, rate) ?? 0;
}

/** A length as people read it: `"2 h 05 min"`, `"4 min 10 s"`, `"12 s"`; frames where it is under a second. */
export function formatLength(frames: number, rate: FrameRate): string {
  const seconds = Math.round((frames * rate.den) / rate.num);
  if (seconds < 1) return TIME.length(frames);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${two(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}
