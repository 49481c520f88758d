//! What an edit of a day would move, before it is made.

use domain::ids::{ItemId, TemplateId};
use domain::timecode::Timecode;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Aired, ItemSet, NewItem, TemplateMode, TemplatePlace};

/// `preview_edit`: nothing is changed.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct PreviewEdit {
    /// The broadcast day.
    pub date: String,
    /// The edit.
    pub edit: PlannedEdit,
    /// Items whose new start is wanted where they move: those on the screen. At most 500.
    #[serde(default)]
    pub rows: Option<Vec<ItemId>>,
}

/// An edit of a day, as the command of that name takes it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub enum PlannedEdit {
    /// `insert_items`.
    Insert {
        /// The item to insert after; null for the first place.
        after: Option<ItemId>,
        /// The items in order.
        items: Vec<NewItem>,
    },
    /// `update_items`.
    Update {
        /// Which.
        ids: Vec<ItemId>,
        /// What to set.
        set: ItemSet,
    },
    /// `move_items` within the day.
    Move {
        /// Which.
        ids: Vec<ItemId>,
        /// The item to stand after; null for the first place.
        after: Option<ItemId>,
    },
    /// `delete_items`.
    Delete {
        /// Which.
        ids: Vec<ItemId>,
    },
    /// `repeat_items`.
    Repeat {
        /// Which.
        ids: Vec<ItemId>,
        /// How many more times.
        times: u32,
    },
    /// `insert_template`.
    Template {
        /// Which.
        id: TemplateId,
        /// Where it goes.
        place: TemplatePlace,
        /// What becomes of what lies there.
        mode: TemplateMode,
    },
}

/// What `preview_edit` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EditPreview {
    /// Where the first of the edited items would start; null where they go.
    pub starts_at: Option<Timecode>,
    /// What moves, from the top; the first few of [`shifts_total`](Self::shifts_total).
    pub shifts: Vec<PreviewShift>,
    /// How many stretches move.
    pub shifts_total: u64,
    /// What is cut short otherwise than now, from the top; the first few of [`cuts_total`](Self::cuts_total).
    pub cuts: Vec<PreviewCut>,
    /// How many items are cut short otherwise than now.
    pub cuts_total: u64,
    /// Gaps that are other than now, from the top; the first few of [`gaps_total`](Self::gaps_total).
    pub gaps: Vec<PreviewGap>,
    /// How many gaps are other than now.
    pub gaps_total: u64,
    /// Frames past the day's end, now and then.
    pub overrun: BeforeAfter,
    /// Frames from the last item's end to the day's end, now and then.
    pub unfilled: BeforeAfter,
    /// How many items of the day would go.
    pub removed: u64,
    /// How many of the template's items find no room.
    pub left_out: u64,
    /// Whether it concerns what is on the air or has been, as the day stands; null where all of it is still to come.
    pub aired: Option<Aired>,
    /// Those of the rows asked for that would start at another time.
    pub rows: Vec<PreviewRow>,
}

/// Frames now, and as they would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BeforeAfter {
    /// Now.
    pub was: i64,
    /// Then.
    pub now: i64,
}

/// An item of the day, by what a sentence needs of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PreviewItem {
    /// Which.
    pub id: ItemId,
    /// What operators call it.
    pub title: String,
    /// Where it would start.
    pub starts_at: Timecode,
}

/// Items one after the other that would all start earlier or later by the same time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PreviewShift {
    /// The first of them.
    pub first: PreviewItem,
    /// How many, without those that are edited themselves.
    pub items: u64,
    /// By how many frames; negative for earlier.
    pub frames: i64,
    /// The fixed start that ends the moving; null where none does.
    pub until: Option<PreviewItem>,
}

/// An item of which another part would be lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PreviewCut {
    /// Which.
    pub item: PreviewItem,
    /// Frames that are lost.
    pub lost: BeforeAfter,
    /// Whether nothing of it would play.
    pub never_plays: bool,
}

/// A gap that would open, close or change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PreviewGap {
    /// The item behind it; null where that goes as well.
    pub before: Option<PreviewItem>,
    /// Its frames.
    pub frames: BeforeAfter,
}

/// An item that would start at another time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PreviewRow {
    /// Which.
    pub id: ItemId,
    /// Where it would start.
    pub starts_at: Timecode,
    /// By how many frames it moves; negative for earlier.
    pub frames: i64,
}
