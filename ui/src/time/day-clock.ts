import type { ClockStretch } from '../backend';
import { framesToMs, type FrameRate } from './frame-rate';
import { formatTimecode, framesPerDay } from './timecode';

/** What the clock shows in a broadcast day, as the core laid it out: stretches without a change of the clock. */
export class DayClock {
  constructor(
    private readonly stretches: readonly ClockStretch[],
    private readonly start_ms: number,
    private readonly rate: FrameRate,
  ) {}

  /** The clock time at an offset from the day's start, as a timecode. */
  timecodeAt(offset: number): string {
    const stretch = this.stretches.findLast((stretch) => stretch.offset <= offset) ?? this.stretches[0];
    if (!stretch) return '';
    const day = framesPerDay(this.rate);
    const label = (offset - stretch.offset + stretch.label) % day;
    return formatTimecode((label + day) % day, this.rate);
  }

  /**
   * The offset at which the clock first shows a time of day (in frames since midnight); where a change of the clock skips it,
   * the offset of that change.
   */
  offsetOf(time: number): number {
    const day = framesPerDay(this.rate);
    let at = 0;
    for (const [index, { offset, label }] of this.stretches.entries()) {
      at = offset + ((((time - label) % day) + day) % day);
      const next = this.stretches[index + 1];
      if (!next || at < next.offset) break;
      const skipped = next.label - (label + next.offset - offset);
      if (at - next.offset < skipped) return next.offset;
    }
    return at;
  }

  /** The instant of an offset (RFC 3339), to the millisecond. */
  utcAt(offset: number): string {
    return new Date(this.start_ms + framesToMs(offset, this.rate)).toISOString();
  }
}
