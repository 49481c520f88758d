//! When each item of a playlist starts and ends: a pure function of the day and its items, O(n).
//!
//! # Rules
//! - Items run in their order. A `follow` item starts where the one before it ends, the first one at the day's start. A
//!   `hold` item is timed like a `follow` item: how long the operator will hold is not known. Notes take no time and stand
//!   where the item before them ends, whatever their start mode.
//! - A `fixed` item starts at its clock time. Where that lies later than the end of the item before it, the time between
//!   is a gap. Where the clock shows that time twice in the day, it means the first occurrence that is not before the
//!   fixed start above it. A clock time that does not come in this day is marked, and the item is timed as `follow`.
//! - **The later item in the list wins.** A fixed start ends everything above it at its time: an item that runs into it
//!   is cut short, and an item that would start there or later never plays, be it fixed itself. So playing items
//!   never overlap and their starts never go back; a fixed start out of order shows as a run of items that never play.
//! - An item that never plays takes no time. It is shown where it would have started.
//! - The day's end cuts nothing: what runs past it is marked, and runs on into the next day.

use crate::day::BroadcastDay;
use crate::rundown::{ItemKind, Mark, StartMode};
use crate::timecode::Timecode;

/// What of an item decides its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimingInput {
    /// Clip, live source or note.
    pub kind: ItemKind,
    /// How it starts.
    pub start_mode: StartMode,
    /// The clock time of a fixed start.
    pub fixed_start: Option<Timecode>,
    /// How long it plays, in frames. What is negative counts as 0.
    pub duration: i64,
}

impl From<&crate::rundown::Item> for TimingInput {
    fn from(item: &crate::rundown::Item) -> Self {
        TimingInput {
            kind: item.kind,
            start_mode: item.start_mode,
            fixed_start: item.fixed_start,
            duration: item.duration,
        }
    }
}

/// An item's time. Offsets are frames since the day's start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemTiming {
    /// Its first frame.
    pub start: i64,
    /// The frame after its last; equal to `start` where it takes no time.
    pub end: i64,
    /// What an operator must see.
    pub marks: Vec<Mark>,
}

impl ItemTiming {
    /// Whether a following fixed start leaves no frame of it.
    #[must_use]
    pub fn never_plays(&self) -> bool {
        self.marks.contains(&Mark::NeverPlays)
    }
}

/// A playlist's time in sum, in frames. `played + gaps = span`; `played + lost = scheduled`;
/// `span + unfilled = day_length + overrun`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// How long the day is.
    pub day_length: i64,
    /// What the items would take if nothing cut them.
    pub scheduled: i64,
    /// What they take.
    pub played: i64,
    /// What following fixed starts take from them.
    pub lost: i64,
    /// Gaps before fixed starts.
    pub gaps: i64,
    /// How many such gaps there are.
    pub gap_count: usize,
    /// From the day's start to the end of the last item that plays.
    pub span: i64,
    /// From there to the day's end, 0 where it is past it.
    pub unfilled: i64,
    /// How far the last item runs past the day's end.
    pub overrun: i64,
    /// Items that never play.
    pub never_plays: usize,
}

/// The time of a whole playlist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timing {
    /// One for each item, in order.
    pub items: Vec<ItemTiming>,
    /// In sum.
    pub summary: Summary,
}

/// Times a playlist's items, given in their order.
#[must_use]
pub fn time(day: &BroadcastDay, items: &[TimingInput]) -> Timing {
    let fixed = fixed_offsets(day, items);
    let limits = limits(items, &fixed);
    let mut summary = Summary {
        day_length: day.length(),
        ..Summary::default()
    };
    let mut timings = Vec::with_capacity(items.len());
    let mut cursor = 0;
    for ((item, fixed), limit) in items.iter().zip(&fixed).zip(limits) {
        let (timing, next) = time_one(item, *fixed, limit, cursor, &mut summary);
        cursor = next;
        timings.push(timing);
    }
    summary.span = cursor;
    summary.unfilled = (summary.day_length - cursor).max(0);
    summary.overrun = (cursor - summary.day_length).max(0);
    Timing {
        items: timings,
        summary,
    }
}

/// What an item's fixed start comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FixedStart {
    /// It has none.
    None,
    /// It is at this offset.
    At(i64),
    /// The day has no such time.
    NoSuchTime,
}

fn fixed_offsets(day: &BroadcastDay, items: &[TimingInput]) -> Vec<FixedStart> {
    let mut above = 0;
    let resolve = |item: &TimingInput| {
        if item.kind == ItemKind::Note || item.start_mode != StartMode::Fixed {
            return FixedStart::None;
        }
        match item
            .fixed_start
            .map(|timecode| day.offset_of(timecode, above))
        {
            Some(Ok(offset)) => {
                above = offset;
                FixedStart::At(offset)
            }
            Some(Err(_)) | None => FixedStart::NoSuchTime,
        }
    };
    items.iter().map(resolve).collect()
}

/// For each item, the earliest fixed start below it: the latest end that it can have.
fn limits(items: &[TimingInput], fixed: &[FixedStart]) -> Vec<i64> {
    let mut limits = vec![i64::MAX; items.len()];
    let mut earliest = i64::MAX;
    for (limit, fixed) in limits.iter_mut().zip(fixed).rev() {
        *limit = earliest;
        if let FixedStart::At(offset) = fixed {
            earliest = earliest.min(*offset);
        }
    }
    limits
}

/// One item's time, and where the next one follows.
fn time_one(
    item: &TimingInput,
    fixed: FixedStart,
    limit: i64,
    cursor: i64,
    summary: &mut Summary,
) -> (ItemTiming, i64) {
    let mut marks = Vec::new();
    let duration = if item.kind == ItemKind::Note {
        0
    } else {
        item.duration.max(0)
    };
    let start = match fixed {
        FixedStart::At(offset) => offset,
        FixedStart::None => cursor,
        FixedStart::NoSuchTime => {
            marks.push(Mark::NoSuchTime);
            cursor
        }
    };
    summary.scheduled = summary.scheduled.saturating_add(duration);
    if start > limit || (start == limit && duration > 0) {
        marks.push(Mark::NeverPlays);
        summary.lost = summary.lost.saturating_add(duration);
        summary.never_plays += 1;
        return (
            ItemTiming {
                start,
                end: start,
                marks,
            },
            cursor,
        );
    }
    // All that came before ends at this item's fixed start at the latest (its limit), so this is never negative.
    let gap = start - cursor;
    if gap > 0 {
        marks.push(Mark::Gap { frames: gap });
        summary.gaps += gap;
        summary.gap_count += 1;
    }
    let end = start.saturating_add(duration).min(limit);
    let lost = duration - (end - start);
    if lost > 0 {
        marks.push(Mark::CutShort { frames: lost });
        summary.lost = summary.lost.saturating_add(lost);
    }
    let past = end - start.max(summary.day_length);
    if past > 0 {
        marks.push(Mark::PastDayEnd { frames: past });
    }
    summary.played = summary.played.saturating_add(end - start);
    (ItemTiming { start, end, marks }, end)
}

#[cfg(test)]
mod tests;
