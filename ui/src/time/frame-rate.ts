/** A frame rate as a rational, with the counting of its timecode. */
export interface FrameRate {
  readonly num: number;
  readonly den: number;
  /** Frames that a timecode counts in a second: 25, 30, 60, … */
  readonly nominal: number;
  /** Whether timecodes skip numbers to stay with the clock (SMPTE ST 12-1). */
  readonly dropFrame: boolean;
}

/** Reads `"25"` or `"30000/1001"`; null where it is neither. */
export function parseFrameRate(text: string, dropFrame = false): FrameRate | null {
  const match = /^(\d+)(?:\/(\d+))?$/.exec(text.trim());
  if (!match) return null;
  const num = Number(match[1]);
  const den = Number(match[2] ?? 1);
  if (num <= 0 || den <= 0) return null;
  return { num, den, nominal: Math.round(num / den), dropFrame };
}

/** The rate until the channel is known. */
export const DEFAULT_RATE: FrameRate = { num: 25, den: 1, nominal: 25, dropFrame: false };

/** Timecode numbers that are skipped at each minute that is not a tenth one. */
export function droppedPerMinute(rate: FrameRate): number {
  return rate.dropFrame ? Math.round(rate.nominal / 15) : 0;
}

/** Whole milliseconds that a number of frames last. */
export function framesToMs(frames: number, rate: FrameRate): number {
  return Math.round((frames * 1000 * rate.den) / rate.num);
}

/** Whole frames that begin in a number of milliseconds. */
export function msToFrames(ms: number, rate: FrameRate): number {
  return Math.floor((ms * rate.num) / (1000 * rate.den));
}

/** A second's worth of frames, rounded: the step of "+30". */
export function secondsToFrames(seconds: number, rate: FrameRate): number {
  return Math.round((seconds * rate.num) / rate.den);
}
