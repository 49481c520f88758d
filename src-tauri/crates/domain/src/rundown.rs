//! A playlist's lines as values.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ids::{AssetId, ItemId, PlaylistId};
use crate::rank::Rank;
use crate::timecode::Timecode;

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ItemKind {
    /// A media file is played.
    Clip,
    /// A live source is switched to.
    Live,
    /// A line for people; takes no time.
    Note,
}

/// How an item starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum StartMode {
    /// When the item before it ends.
    Follow,
    /// At a clock time of the broadcast day.
    Fixed,
    /// When the operator says so; timed as if at once.
    Hold,
}

/// An item as it is stored: one row. Replicated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Identity.
    pub id: ItemId,
    /// The playlist it is in.
    pub playlist_id: PlaylistId,
    /// Its place: a fractional rank, ties broken by id.
    pub rank: Rank,
    /// Clip, live source or note.
    pub kind: ItemKind,
    /// What operators call it.
    pub title: String,
    /// The asset it refers to, if any.
    pub asset_id: Option<AssetId>,
    /// How it starts.
    pub start_mode: StartMode,
    /// The clock time of a fixed start, as a timecode; `None` unless `start_mode` is fixed.
    pub fixed_start: Option<Timecode>,
    /// First frame of the asset that is played.
    pub in_point: i64,
    /// How long it plays, in frames; 0 for a note.
    pub duration: i64,
    /// Free text.
    pub notes: String,
}

/// What of an item to change: what is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemChange {
    /// Clip, live source or note.
    pub kind: Option<ItemKind>,
    /// What operators call it.
    pub title: Option<String>,
    /// The asset that it refers to; `Some(None)` to stand alone.
    pub asset_id: Option<Option<AssetId>>,
    /// How it starts. Where it is not fixed, the clock time goes.
    pub start_mode: Option<StartMode>,
    /// The clock time of a fixed start: one makes the start fixed, `Some(None)` makes a fixed start follow. `start_mode`,
    /// where given, counts for more.
    pub fixed_start: Option<Option<Timecode>>,
    /// First frame of the asset that is played.
    pub in_point: Option<i64>,
    /// How long it plays, in frames.
    pub duration: Option<i64>,
    /// Free text.
    pub notes: Option<String>,
}

impl ItemChange {
    /// The item with the change; [`crate::validate::normalize_item`] says whether it can be.
    #[must_use]
    pub fn apply(&self, mut item: Item) -> Item {
        item.kind = self.kind.unwrap_or(item.kind);
        item.title = self.title.clone().unwrap_or(item.title);
        item.asset_id = self.asset_id.unwrap_or(item.asset_id);
        match self.fixed_start {
            Some(Some(at)) => (item.start_mode, item.fixed_start) = (StartMode::Fixed, Some(at)),
            Some(None) if item.start_mode == StartMode::Fixed => {
                (item.start_mode, item.fixed_start) = (StartMode::Follow, None);
            }
            Some(None) | None => {}
        }
        if let Some(mode) = self.start_mode {
            item.start_mode = mode;
        }
        if item.start_mode != StartMode::Fixed {
            item.fixed_start = None;
        }
        item.in_point = self.in_point.unwrap_or(item.in_point);
        item.duration = self.duration.unwrap_or(item.duration);
        item.notes = self.notes.clone().unwrap_or(item.notes);
        item
    }
}

/// A playlist as it is stored: one row. Replicated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Playlist {
    /// Identity.
    pub id: PlaylistId,
    /// The broadcast day.
    pub date: jiff::civil::Date,
}

/// Something about an item's time that an operator must see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum Mark {
    /// Nothing is scheduled for this many frames before the item.
    Gap {
        /// Length of the gap.
        #[ts(type = "number")]
        frames: i64,
    },
    /// A following fixed start cuts the item short.
    CutShort {
        /// How much of it is lost.
        #[ts(type = "number")]
        frames: i64,
    },
    /// A following fixed start leaves no frame of it.
    NeverPlays,
    /// It runs past the end of the broadcast day.
    PastDayEnd {
        /// How much of it lies past the end.
        #[ts(type = "number")]
        frames: i64,
    },
    /// Its fixed start is not a time of this broadcast day (a DST change skips it) or is no timecode at this rate.
    NoSuchTime,
    /// The file of its asset is not on this station. Not a matter of time: each station finds it out for itself.
    FileMissing,
}
