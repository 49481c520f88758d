import type { Mark } from '../backend';
import { FILE_STATE } from '../media/strings';
import type { FrameRate } from '../time/frame-rate';
import { formatLength } from '../time/timecode';
import { MARK } from './strings';

/** How grave a mark is: an alarm means that something does not go out as it stands. */
export function markTone(mark: Mark): 'alarm' | 'attention' {
  return mark.kind === 'gap' || mark.kind === 'past_day_end' ? 'attention' : 'alarm';
}

/** A mark of an item of this duration in words, with how much it is about. */
export function markText(mark: Mark, rate: FrameRate, duration: number): string {
  switch (mark.kind) {
    case 'gap':
      return MARK.gap(formatLength(mark.frames, rate));
    case 'cut_short':
      return MARK.cutShort(formatLength(mark.frames, rate));
    case 'never_plays':
      return MARK.neverPlays(formatLength(duration, rate));
    case 'past_day_end':
      return MARK.pastDayEnd(formatLength(mark.frames, rate));
    case 'no_such_time':
      return MARK.noSuchTime;
    case 'file_missing':
      return FILE_STATE.missing;
  }
}
