import type { EditPreview, PlannedEdit } from '../backend';
import type { FrameRate } from '../time/frame-rate';
import { formatLength, formatTimecode } from '../time/timecode';
import { AIRED } from '../now/strings';
import { PREVIEW } from './strings';

/** A sentence about what an edit would do. */
export interface Sentence {
  text: string;
  /** Whether something would go out otherwise than it is scheduled. */
  tone: 'plain' | 'attention' | 'alarm';
}

/** What an edit would do, in words: where it stands, what moves, what is lost, which gaps change. */
export function sentences(preview: EditPreview, edit: PlannedEdit, rate: FrameRate): Sentence[] {
  const said = [
    ...shifts(preview, rate),
    ...cuts(preview, rate),
    ...gaps(preview, rate),
    ...ends(preview, rate),
  ];
  const places = edit.kind !== 'update' && edit.kind !== 'delete';
  const start: Sentence[] =
    places && preview.starts_at !== null ? [plain(PREVIEW.startsAt(preview.starts_at))] : [];
  const aired: Sentence[] = preview.aired ? [{ text: AIRED[preview.aired], tone: 'attention' }] : [];
  const moves = said.length > 0 ? said : [plain(PREVIEW.nothing)];
  return [...start, ...moves, ...aired];
}

/** Frames with their sign, as a timecode. */
export function signed(frames: number, rate: FrameRate): string {
  return `${frames < 0 ? '−' : '+'}${formatTimecode(Math.abs(frames), rate)}`;
}

function shifts({ shifts, shifts_total }: EditPreview, rate: FrameRate): Sentence[] {
  const [first] = shifts;
  if (!first) return [];
  const { until } = first;
  const end = until
    ? PREVIEW.untilFixed(until.starts_at, until.title)
    : shifts_total > 1
      ? PREVIEW.then
      : PREVIEW.untilEnd;
  const said = [plain(PREVIEW.moves(first.items, signed(first.frames, rate)) + end)];
  return shifts_total > 1 ? [...said, plain(PREVIEW.more(shifts_total - 1))] : said;
}

function cuts({ cuts, cuts_total }: EditPreview, rate: FrameRate): Sentence[] {
  const said = cuts.slice(0, 2).map(({ item, lost, never_plays }): Sentence => {
    if (lost.now === 0) return plain(PREVIEW.whole(item.title));
    const frames = formatLength(lost.now, rate);
    const text = never_plays ? PREVIEW.neverPlays(item.title, frames) : PREVIEW.cutShort(item.title, frames);
    return { text, tone: 'alarm' };
  });
  const rest = cuts_total - said.length;
  return rest > 0 ? [...said, { text: PREVIEW.moreCuts(rest), tone: 'alarm' }] : said;
}

function gaps({ gaps, gaps_total }: EditPreview, rate: FrameRate): Sentence[] {
  const said = gaps.slice(0, 2).map(({ before, frames }): Sentence => {
    const [was, now] = [formatLength(frames.was, rate), formatLength(frames.now, rate)];
    if (!before) return plain(PREVIEW.gapGoes(was));
    if (frames.now === 0) return plain(PREVIEW.gapCloses(before.starts_at, was));
    if (frames.was === 0) return { text: PREVIEW.gapOpens(before.starts_at, now), tone: 'attention' };
    return { text: PREVIEW.gapLeft(before.starts_at, now, was), tone: 'attention' };
  });
  const rest = gaps_total - said.length;
  return rest > 0 ? [...said, plain(PREVIEW.moreGaps(rest))] : said;
}

function ends({ overrun }: EditPreview, rate: FrameRate): Sentence[] {
  if (overrun.was === overrun.now) return [];
  if (overrun.now === 0) return [plain(PREVIEW.fits)];
  return [{ text: PREVIEW.overrun(formatLength(overrun.now, rate)), tone: 'attention' }];
}

function plain(text: string): Sentence {
  return { text, tone: 'plain' };
}
