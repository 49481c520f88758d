//! Templates: blocks of items that are scheduled again and again, and where in a day such a block goes.
//!
//! Pure: [`place`] says what would become of the day; whoever carries it out, or previews it, takes it from there.
//!
//! # Rules
//! - **Here** puts the block behind an item: its first item follows. **At a time**, its first item starts fixed at that time,
//!   before the first item that starts then or later. Other fixed starts of the block keep their distance from its start.
//! - **Move** pushes what follows. **Overwrite** takes the block's time from what lies there: what starts and ends within goes,
//!   what runs into the block ends there, what runs out of it keeps its end; so nothing after the block moves. **Fit** takes the
//!   items of the block, in order, that find room up to the next item or the day's end, all following each other.

use crate::day::BroadcastDay;
use crate::ids::{AssetId, ItemId, TemplateId};
use crate::rundown::{Item, ItemKind, StartMode};
use crate::timecode::Timecode;
use crate::timing::{self, Timing, TimingInput};

/// A template, without its items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Identity.
    pub id: TemplateId,
    /// What operators call it.
    pub name: String,
    /// The clock time that its first item started at when it was made.
    pub starts_at: Timecode,
}

/// An item of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateItem {
    /// Clip, live source or note.
    pub kind: ItemKind,
    /// What operators call it.
    pub title: String,
    /// The asset it refers to, if any.
    pub asset_id: Option<AssetId>,
    /// How it starts.
    pub start_mode: StartMode,
    /// Of a fixed start: frames from the template's start.
    pub start_offset: Option<i64>,
    /// First frame of the asset that is played.
    pub in_point: i64,
    /// How long it plays, in frames; 0 for a note.
    pub duration: i64,
    /// Free text.
    pub notes: String,
}

/// Where in the day a block goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Right behind an item, or at the top.
    After(Option<ItemId>),
    /// At a time, in frames since the day's start.
    At(i64),
}

/// What becomes of what lies there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It is pushed.
    Move,
    /// It is replaced.
    Overwrite,
    /// It stays, and only what fits before it is taken.
    Fit,
}

/// An item of the block in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlacedItem {
    /// Which of the block's items.
    pub index: usize,
    /// How it starts there.
    pub start_mode: StartMode,
    /// The clock time of a fixed start.
    pub fixed_start: Option<Timecode>,
}

/// An item of the day of which a part is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trim {
    /// Which.
    pub item: ItemId,
    /// Its first frame then.
    pub in_point: i64,
    /// How long it plays then.
    pub duration: i64,
    /// Whether a fixed start of it goes, since it starts later now.
    pub follows: bool,
}

/// A block in its place, and what becomes of the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The item that it goes behind; `None` for the top.
    pub after: Option<ItemId>,
    /// What of it is taken, in order.
    pub items: Vec<PlacedItem>,
    /// Items of the day that go.
    pub removed: Vec<ItemId>,
    /// Items of the day that are trimmed.
    pub trimmed: Vec<Trim>,
    /// How many of the block's items find no room.
    pub left_out: usize,
}

/// Why a block cannot be placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoPlace {
    /// The item that it should go behind is not there.
    #[error("there is no item {0} in this day; it may have been deleted in the meantime")]
    NoSuchItem(ItemId),
    /// No item of it finds room.
    #[error("nothing of the template fits there: the room is {room} frames")]
    NothingFits {
        /// Frames up to the next item or the day's end.
        room: i64,
    },
}

/// Finds a block its place in a day.
///
/// # Errors
/// [`NoPlace`].
pub fn place(
    day: &BroadcastDay,
    items: &[Item],
    block: &[TemplateItem],
    at: Place,
    mode: Mode,
) -> Result<Placed, NoPlace> {
    let inputs: Vec<TimingInput> = items.iter().map(TimingInput::from).collect();
    let timing = timing::time(day, &inputs);
    let (index, start) = spot(items, &timing, at)?;
    let exact = matches!(at, Place::At(_));
    let mut placed = Placed {
        after: index.checked_sub(1).map(|above| items[above].id),
        items: starts(day, block, start, exact),
        removed: Vec::new(),
        trimmed: Vec::new(),
        left_out: 0,
    };
    match mode {
        Mode::Move => {}
        Mode::Overwrite => {
            let end = start + length(day, block, &placed.items, start);
            overwrite(items, &timing, index, (start, end), &mut placed);
        }
        Mode::Fit => {
            let room = room(day, items, &timing, index, start);
            fit(day, block, (start, exact), room, &mut placed)?;
        }
    }
    Ok(placed)
}

/// Where in the list a block goes, and when it starts there.
fn spot(items: &[Item], timing: &Timing, at: Place) -> Result<(usize, i64), NoPlace> {
    match at {
        Place::After(None) => Ok((0, 0)),
        Place::After(Some(id)) => {
            let above = items
                .iter()
                .position(|item| item.id == id)
                .ok_or(NoPlace::NoSuchItem(id))?;
            let ends = timing.items[..=above].iter().map(|timing| timing.end);
            Ok((above + 1, ends.max().unwrap_or(0)))
        }
        Place::At(start) => {
            let later = timing.items.iter().position(|timing| timing.start >= start);
            Ok((later.unwrap_or(items.len()), start))
        }
    }
}

/// How the block's items start where it starts at `start`.
fn starts(day: &BroadcastDay, block: &[TemplateItem], start: i64, exact: bool) -> Vec<PlacedItem> {
    let first = block.iter().position(|item| item.kind != ItemKind::Note);
    let placed = block.iter().enumerate().map(|(index, item)| {
        let offset = match (Some(index) == first, exact) {
            (true, true) => Some(0),
            (true, false) => None,
            (false, _) => item.start_offset,
        };
        let start_mode = match (offset, item.start_mode) {
            (Some(_), _) => StartMode::Fixed,
            (None, StartMode::Fixed) => StartMode::Follow,
            (None, mode) => mode,
        };
        PlacedItem {
            index,
            start_mode,
            fixed_start: offset.map(|offset| day.timecode_at(start + offset)),
        }
    });
    placed.collect()
}

/// How long the block takes, with its own gaps.
fn length(day: &BroadcastDay, block: &[TemplateItem], placed: &[PlacedItem], start: i64) -> i64 {
    // What stands before it in the day is one item that ends where the block starts.
    let lead = TimingInput {
        kind: ItemKind::Clip,
        start_mode: StartMode::Follow,
        fixed_start: None,
        duration: start,
    };
    let inputs = placed.iter().map(|placed| TimingInput {
        kind: block[placed.index].kind,
        start_mode: placed.start_mode,
        fixed_start: placed.fixed_start,
        duration: block[placed.index].duration,
    });
    let inputs: Vec<TimingInput> = [lead].into_iter().chain(inputs).collect();
    (timing::time(day, &inputs).summary.span - start).max(0)
}

/// Takes the time from `start` to `end` from the day's items.
fn overwrite(
    items: &[Item],
    timing: &Timing,
    index: usize,
    (start, end): (i64, i64),
    placed: &mut Placed,
) {
    if let Some(above) = items[..index]
        .iter()
        .zip(&timing.items)
        .rfind(|(item, timing)| item.kind != ItemKind::Note && timing.end > start)
    {
        let (item, timing) = above;
        placed.trimmed.push(Trim {
            item: item.id,
            in_point: item.in_point,
            duration: start - timing.start,
            follows: false,
        });
    }
    for (item, timing) in items.iter().zip(&timing.items).skip(index) {
        if timing.start >= end {
            break;
        }
        if timing.end <= end {
            placed.removed.push(item.id);
            continue;
        }
        let taken = end - timing.start;
        placed.trimmed.push(Trim {
            item: item.id,
            in_point: item.in_point + taken,
            duration: item.duration - taken,
            follows: item.start_mode == StartMode::Fixed,
        });
    }
}

/// How many frames are free from `start` on, where a block goes before the item at `index`.
fn room(day: &BroadcastDay, items: &[Item], timing: &Timing, index: usize, start: i64) -> i64 {
    if timing.items[..index]
        .iter()
        .any(|timing| timing.end > start)
    {
        return 0;
    }
    let next = items
        .iter()
        .zip(&timing.items)
        .skip(index)
        .find(|(item, _)| item.kind != ItemKind::Note)
        .map_or(day.length(), |(_, timing)| timing.start);
    (next - start).max(0)
}

/// Leaves of the block what fits into the room.
fn fit(
    day: &BroadcastDay,
    block: &[TemplateItem],
    (start, exact): (i64, bool),
    room: i64,
    placed: &mut Placed,
) -> Result<(), NoPlace> {
    let mut left = room;
    placed.items.retain(|placed| {
        let item = &block[placed.index];
        let frames = match item.kind {
            ItemKind::Note => 0,
            ItemKind::Clip | ItemKind::Live => item.duration,
        };
        let fits = frames <= left;
        left -= if fits { frames } else { 0 };
        fits
    });
    placed.left_out = block.len() - placed.items.len();
    let plays = |placed: &PlacedItem| block[placed.index].kind != ItemKind::Note;
    let Some(first) = placed.items.iter().position(plays) else {
        return Err(NoPlace::NothingFits { room });
    };
    for (at, placed) in placed.items.iter_mut().enumerate() {
        if exact && at == first {
            placed.start_mode = StartMode::Fixed;
            placed.fixed_start = Some(day.timecode_at(start));
        } else if placed.start_mode == StartMode::Fixed {
            (placed.start_mode, placed.fixed_start) = (StartMode::Follow, None);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
