//! What an edit would move, before it is made: a pure comparison of the day as it is with the day as it would be, O(n).
//!
//! The edit is applied to [`Line`]s, which are all of an item that decides its time; so a preview of a day of ten thousand
//! items costs two passes of [`crate::timing::time`] and no copy of a title.

use std::collections::{HashMap, HashSet};

use crate::day::BroadcastDay;
use crate::ids::ItemId;
use crate::rundown::{Item, ItemKind, Mark, StartMode};
use crate::timing::{self, ItemTiming, Summary, Timing, TimingInput};

/// An item as far as it decides times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Which item.
    pub id: ItemId,
    /// What decides its time.
    pub input: TimingInput,
}

impl From<&Item> for Line {
    fn from(item: &Item) -> Self {
        Line {
            id: item.id,
            input: item.into(),
        }
    }
}

/// Items one after the other that would all start earlier or later by the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shift {
    /// The first of them.
    pub first: ItemId,
    /// How many, without those that are edited themselves.
    pub items: usize,
    /// By how many frames; negative for earlier.
    pub frames: i64,
    /// The fixed start that ends the moving; `None` where it goes to the day's end, or on by another time.
    pub until: Option<ItemId>,
}

/// An item of which another part would be lost to a following fixed start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loss {
    /// Which.
    pub item: ItemId,
    /// Frames that are lost now.
    pub was: i64,
    /// Frames that would be.
    pub now: i64,
}

/// A gap that would open, close or change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GapChange {
    /// The item behind it.
    pub before: ItemId,
    /// Its frames now.
    pub was: i64,
    /// Its frames then.
    pub now: i64,
}

/// What an edit would do to a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Where the first of the edited items would start, of those that it makes where it makes any; `None` where they go.
    pub start: Option<i64>,
    /// What moves, from the top.
    pub shifts: Vec<Shift>,
    /// What is cut short otherwise than now, from the top.
    pub losses: Vec<Loss>,
    /// Gaps that are other than now, from the top.
    pub gaps: Vec<GapChange>,
    /// The day in sum now.
    pub was: Summary,
    /// The day in sum then.
    pub now: Summary,
    /// Where every item would start.
    pub starts: HashMap<ItemId, i64>,
    /// Every item that would start at another time, with its start then and by how much it moves.
    pub moved: HashMap<ItemId, (i64, i64)>,
}

/// Inserts lines right after `after`, or at the top. False where `after` is not there.
#[must_use]
pub fn insert(lines: &mut Vec<Line>, after: Option<ItemId>, new: Vec<Line>) -> bool {
    let Some(at) = place(lines, after) else {
        return false;
    };
    lines.splice(at..at, new);
    true
}

/// Moves lines to right after `after`, or to the top; `after` may be one of them, and then means the line that stays before
/// it. They keep their order. False where `after` is not there.
#[must_use]
pub fn move_to(lines: &mut Vec<Line>, ids: &HashSet<ItemId>, after: Option<ItemId>) -> bool {
    let Some(mut at) = place(lines, after) else {
        return false;
    };
    at -= lines[..at]
        .iter()
        .filter(|line| ids.contains(&line.id))
        .count();
    let moved: Vec<Line> = lines
        .extract_if(.., |line| ids.contains(&line.id))
        .collect();
    lines.splice(at..at, moved);
    true
}

fn place(lines: &[Line], after: Option<ItemId>) -> Option<usize> {
    match after {
        None => Some(0),
        Some(after) => lines
            .iter()
            .position(|line| line.id == after)
            .map(|at| at + 1),
    }
}

/// Compares a day as it is with the day as it would be. `edited` are the items that the edit is about.
#[must_use]
pub fn compare(
    day: &BroadcastDay,
    was: &[Line],
    now: &[Line],
    edited: &HashSet<ItemId>,
) -> Preview {
    let (timed_was, timed_now) = (times(day, was), times(day, now));
    let before: HashMap<ItemId, (&Line, &ItemTiming)> = was
        .iter()
        .zip(&timed_was.items)
        .map(|(line, timing)| (line.id, (line, timing)))
        .collect();
    let mut preview = Preview {
        start: None,
        shifts: Vec::new(),
        losses: Vec::new(),
        gaps: Vec::new(),
        was: timed_was.summary,
        now: timed_now.summary,
        starts: HashMap::with_capacity(now.len()),
        moved: HashMap::new(),
    };
    let (mut made, mut changed) = (None, None);
    for (line, timing) in now.iter().zip(&timed_now.items) {
        preview.starts.insert(line.id, timing.start);
        let old = before.get(&line.id).copied();
        let change = |of: fn(&Line, &ItemTiming) -> i64| {
            let was = old.map_or(0, |(line, timing)| of(line, timing));
            (was, of(line, timing))
        };
        if let (was, now) = change(lost)
            && was != now
        {
            let item = line.id;
            preview.losses.push(Loss { item, was, now });
        }
        if let (was, now) = change(gap)
            && was != now
        {
            let before = line.id;
            preview.gaps.push(GapChange { before, was, now });
        }
        if edited.contains(&line.id) {
            let start = if old.is_none() {
                &mut made
            } else {
                &mut changed
            };
            start.get_or_insert(timing.start);
        }
        if let Some((_, old)) = old
            && old.start != timing.start
        {
            let by = timing.start - old.start;
            preview.moved.insert(line.id, (timing.start, by));
        }
    }
    preview.start = made.or(changed);
    preview.gaps.extend(gaps_closed(&before, now));
    preview.shifts = shifts(now, &preview.moved, &before, edited);
    preview
}

fn times(day: &BroadcastDay, lines: &[Line]) -> Timing {
    let inputs: Vec<TimingInput> = lines.iter().map(|line| line.input).collect();
    timing::time(day, &inputs)
}

/// Gaps that go with the item behind them. (One that stays behind its item is compared with that.)
fn gaps_closed(before: &HashMap<ItemId, (&Line, &ItemTiming)>, now: &[Line]) -> Vec<GapChange> {
    let there: HashSet<ItemId> = now.iter().map(|line| line.id).collect();
    let mut closed: Vec<GapChange> = before
        .values()
        .filter(|(line, _)| !there.contains(&line.id))
        .map(|(line, timing)| GapChange {
            before: line.id,
            was: gap(line, timing),
            now: 0,
        })
        .filter(|closed| closed.was > 0)
        .collect();
    closed.sort_by_key(|closed| before[&closed.before].1.start);
    closed
}

fn lost(line: &Line, timing: &ItemTiming) -> i64 {
    match line.input.kind {
        ItemKind::Note => 0,
        ItemKind::Clip | ItemKind::Live => line.input.duration.max(0) - (timing.end - timing.start),
    }
}

fn gap(_: &Line, timing: &ItemTiming) -> i64 {
    let frames = timing.marks.iter().find_map(|mark| match mark {
        Mark::Gap { frames } => Some(*frames),
        _ => None,
    });
    frames.unwrap_or(0)
}

/// What moves by the same time, item after item. What is edited itself interrupts nothing, and counts as nothing.
fn shifts(
    now: &[Line],
    moved: &HashMap<ItemId, (i64, i64)>,
    before: &HashMap<ItemId, (&Line, &ItemTiming)>,
    edited: &HashSet<ItemId>,
) -> Vec<Shift> {
    let mut shifts: Vec<Shift> = Vec::new();
    // Whether the last shift may go on, and whether a fixed start that ends it is still looked for.
    let (mut open, mut ending) = (false, false);
    let others = now
        .iter()
        .filter(|line| !edited.contains(&line.id) && before.contains_key(&line.id));
    for line in others {
        let Some((_, frames)) = moved.get(&line.id).copied() else {
            open = false;
            let fixed =
                line.input.kind != ItemKind::Note && line.input.start_mode == StartMode::Fixed;
            if let Some(last) = shifts.last_mut().filter(|_| ending && fixed) {
                last.until = Some(line.id);
                ending = false;
            }
            continue;
        };
        match shifts
            .last_mut()
            .filter(|last| open && last.frames == frames)
        {
            Some(last) => last.items += 1,
            None => shifts.push(Shift {
                first: line.id,
                items: 1,
                frames,
                until: None,
            }),
        }
        (open, ending) = (true, true);
    }
    shifts
}

#[cfg(test)]
mod tests;
