import type { Carried, ItemView, Mark, PlaylistView } from '../backend';
import type { Gap } from '../stores/selection.svelte';

/** A line of the playlist as it is shown. */
export type DayRow =
  | { kind: 'item'; key: string; item: ItemView; number: number }
  | { kind: 'gap'; key: string; gap: Gap }
  /** What of the day before still runs. */
  | { kind: 'carried'; key: string; carried: Carried }
  /** Where the broadcast day ends: what stands below runs past it. */
  | { kind: 'day_end'; key: string };

/** The key of a gap's row. */
export function gapKey({ before }: Gap): string {
  return before === null ? 'gap-to-day-end' : `gap-${before}`;
}

/** What stands above the day's lines. */
export interface DayTotals {
  items: number;
  /** Frames in which something is scheduled to play. */
  scheduled: number;
  gaps: number;
  /** Frames without anything. */
  gapFrames: number;
  /** Items that are cut short, never play or run past the day's end. */
  overruns: number;
  /** Frames that following fixed starts take from items. */
  lost: number;
  /** Frames past the day's end. */
  overrun: number;
}

/** The day's lines: its items, with a row for each gap and one where the day ends. */
export function dayRows(playlist: PlaylistView): DayRow[] {
  const rows: DayRow[] = [];
  let after: string | null = null;
  let end = 0;
  let dayEnded = false;
  const { carried } = playlist;
  if (carried) rows.push({ kind: 'carried', key: 'carried', carried });
  playlist.items.forEach((item, index) => {
    if (!dayEnded && item.start_offset >= playlist.day_length) {
      rows.push({ kind: 'day_end', key: 'day-end' });
      dayEnded = true;
    }
    const frames = gapBefore(item);
    if (frames > 0) {
      const gap = { after, before: item.id, startOffset: item.start_offset - frames, frames };
      rows.push({ kind: 'gap', key: gapKey(gap), gap });
    }
    rows.push({ kind: 'item', key: item.id, item, number: index + 1 });
    after = item.id;
    end = Math.max(end, item.start_offset + item.plays);
  });
  if (end < playlist.day_length) {
    const gap = { after, before: null, startOffset: end, frames: playlist.day_length - end };
    rows.push({ kind: 'gap', key: gapKey(gap), gap });
  }
  return rows;
}

export function gapBefore(item: ItemView): number {
  const mark = item.marks.find((mark) => mark.kind === 'gap');
  return mark?.kind === 'gap' ? mark.frames : 0;
}

/** Whether a mark says that the item does not play as it stands. */
export function isOverrun(mark: Mark): boolean {
  return mark.kind === 'cut_short' || mark.kind === 'never_plays' || mark.kind === 'past_day_end';
}

export function dayTotals(playlist: PlaylistView): DayTotals {
  const { items } = playlist;
  return {
    items: items.length,
    scheduled: playlist.played,
    gaps: items.filter((item) => gapBefore(item) > 0).length,
    gapFrames: playlist.gaps,
    overruns: items.filter((item) => item.marks.some(isOverrun)).length,
    lost: playlist.lost,
    overrun: playlist.overrun,
  };
}
