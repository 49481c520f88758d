//! The rundown of a broadcast day: reading and editing it.

use domain::ids::{AssetId, ItemId, PlaylistId};
use domain::rundown::{ItemKind, Mark, StartMode};
use domain::timecode::Timecode;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Committed, given};

/// `list_playlists`: the days that have a playlist, by date.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct ListPlaylists {
    /// First day (`"2026-11-22"`), included.
    pub from: Option<String>,
    /// Last day, included.
    pub to: Option<String>,
}

/// A playlist in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PlaylistSummary {
    /// Identity.
    pub id: PlaylistId,
    /// The broadcast day: `"2026-11-22"`.
    pub date: String,
    /// How many items.
    pub items: u64,
    /// Sum of the items' durations in frames.
    pub duration: i64,
}

/// `get_playlist`: by date or by id, one of the two.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct GetPlaylist {
    /// The broadcast day.
    pub date: Option<String>,
    /// The playlist.
    pub id: Option<PlaylistId>,
}

/// `get_playlist_changes`: what is other in a day than in a version of it that the client has.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct GetPlaylistChanges {
    /// The broadcast day.
    pub date: String,
    /// The version that the client has.
    pub version: String,
}

/// The rundown of one broadcast day with the time of every item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PlaylistView {
    /// The day as a whole.
    #[serde(flatten)]
    pub head: PlaylistHead,
    /// The items in order.
    pub items: Vec<ItemView>,
}

/// What is other in a day than in the version asked about. The new list is the old one without what was removed or is placed,
/// with what is placed at its indexes; then what is shifted starts at another time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PlaylistChanges {
    /// The day as a whole, as it is now.
    #[serde(flatten)]
    pub head: PlaylistHead,
    /// The whole list, where the version is not known any more; null otherwise.
    pub items: Option<Vec<ItemView>>,
    /// Items that are new, were moved, or are other than they were, by their indexes in the new list.
    pub placed: Vec<PlacedItem>,
    /// Items that are gone.
    pub removed: Vec<ItemId>,
    /// Items that are as they were, but start at another time.
    pub shifted: Vec<ShiftedItems>,
}

/// An item at its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PlacedItem {
    /// Where in the list, from 0.
    pub index: u64,
    /// The item.
    pub item: ItemView,
}

/// Items one after the other that start earlier or later by the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ShiftedItems {
    /// The first of them, by its place in the new list, from 0.
    pub index: u64,
    /// How many.
    pub count: u64,
    /// By how many frames; negative for earlier.
    pub frames: i64,
}

/// A broadcast day as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PlaylistHead {
    /// Identity; null for a day that nothing was ever scheduled on.
    pub id: Option<PlaylistId>,
    /// The broadcast day: `"2026-11-22"`.
    pub date: String,
    /// Names this state of the day, for `get_playlist_changes`; empty where there is nothing to compare with.
    pub version: String,
    /// Clock time at which the day starts, as a timecode.
    pub day_start: Timecode,
    /// The same as an instant (RFC 3339).
    pub day_start_utc: String,
    /// Length of the day in frames: a day with a DST change has 23 or 25 hours.
    pub day_length: i64,
    /// Sum of the items' durations in frames.
    pub duration: i64,
    /// How much of it plays.
    pub played: i64,
    /// How much of it following fixed starts take away.
    pub lost: i64,
    /// When the last item ends, in frames since the day's start.
    pub ends_at_offset: i64,
    /// Sum of the gaps in frames.
    pub gaps: i64,
    /// Frames from the last item's end to the day's end; 0 where it runs past it.
    pub unfilled: i64,
    /// Frames past the day's end; 0 where it fits.
    pub overrun: i64,
    /// The playlist of the day before.
    pub previous_id: Option<PlaylistId>,
    /// What of the day before runs on into this one; null where nothing does.
    pub carried: Option<Carried>,
    /// What the clock shows in this day.
    pub clock: Vec<ClockStretch>,
}

/// What runs on into the next day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Carried {
    /// What the last item of the day before is called.
    pub title: String,
    /// How much of that day lies in this one, in frames.
    pub frames: i64,
    /// When it ends, as a timecode.
    pub ends_at: Timecode,
}

/// A stretch of a day without a change of the clock, up to the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ClockStretch {
    /// Its first frame, counted from the day's start.
    pub offset: i64,
    /// What the clock shows there, in frames since midnight; counts on past 24 hours.
    pub label: i64,
}

/// What an edit concerned that is no longer to come, the graver one last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Aired {
    /// What has been on the air by the schedule.
    Past,
    /// What is on the air now by the schedule.
    OnAir,
}

/// One line of a playlist, with its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ItemView {
    /// Identity.
    pub id: ItemId,
    /// Clip, live source or note.
    pub kind: ItemKind,
    /// What operators call it.
    pub title: String,
    /// The asset it refers to, if any.
    pub asset_id: Option<AssetId>,
    /// How it starts.
    pub start_mode: StartMode,
    /// The clock time of a fixed start, as a timecode; null unless `start_mode` is fixed.
    pub fixed_start: Option<Timecode>,
    /// First frame of the asset that is played.
    pub in_point: i64,
    /// How long it is, in frames; 0 for a note.
    pub duration: i64,
    /// Clock time of its first frame, as a timecode.
    pub starts_at: Timecode,
    /// Clock time at which it ends (the first frame after it), as a timecode.
    pub ends_at: Timecode,
    /// Its first frame, in frames since the day's start.
    pub start_offset: i64,
    /// How many frames of it play: less than `duration` where it is cut short.
    pub plays: i64,
    /// `starts_at` as an instant (RFC 3339).
    pub starts_at_utc: String,
    /// `ends_at` as an instant (RFC 3339).
    pub ends_at_utc: String,
    /// What an operator must see about its time.
    pub marks: Vec<Mark>,
    /// Free text.
    pub notes: String,
}

/// An item to insert. What is not given comes from the asset, if one is named, or is empty.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct NewItem {
    /// Clip where neither this nor an asset is given.
    pub kind: Option<ItemKind>,
    /// What operators call it.
    pub title: Option<String>,
    /// The asset it refers to.
    pub asset_id: Option<AssetId>,
    /// Follow where not given (fixed where a fixed start is).
    pub start_mode: Option<StartMode>,
    /// The clock time of a fixed start, as a timecode.
    pub fixed_start: Option<String>,
    /// First frame of the asset that is played.
    pub in_point: Option<i64>,
    /// In frames.
    pub duration: Option<i64>,
    /// Free text.
    pub notes: Option<String>,
}

/// `insert_items`: at most 10,000 at once.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct InsertItems {
    /// The broadcast day; its playlist is made where needed. This or `playlist_id`.
    pub date: Option<String>,
    /// The playlist. This or `date`.
    pub playlist_id: Option<PlaylistId>,
    /// The item to insert after; null for the first place.
    pub after: Option<ItemId>,
    /// The items in order.
    #[ts(optional = false)]
    pub items: Vec<NewItem>,
    /// Has the answer say what is other in this day.
    pub since: Option<GetPlaylistChanges>,
}

/// What `insert_items`, `update_items`, `move_items` and `repeat_items` answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ItemsChanged {
    /// The items that were named or made, in the order of their playlist, with their time as it is now.
    pub items: Vec<ItemView>,
    /// The playlist that they are in; null where they are in several.
    pub playlist_id: Option<PlaylistId>,
    /// Whether it concerned what is on the air or has been, before the edit or after; null where all is still to come. It is done
    /// all the same.
    pub aired: Option<Aired>,
    /// What is other in the day of `since` now that the edit is done, as `get_playlist_changes` says it; null where nothing was
    /// asked, or where it could not be read: the edit is done all the same.
    pub changes: Option<PlaylistChanges>,
    /// Where in the history.
    #[serde(flatten)]
    pub committed: Committed,
}

/// `update_items`: sets the same values in all that are named.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct UpdateItems {
    /// Which.
    pub ids: Vec<ItemId>,
    /// What to set.
    pub set: ItemSet,
    /// Has the answer say what is other in this day.
    #[serde(default)]
    pub since: Option<GetPlaylistChanges>,
}

/// What of an item to change: what is not given stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct ItemSet {
    /// Clip, live source or note.
    pub kind: Option<ItemKind>,
    /// What operators call it.
    pub title: Option<String>,
    /// The asset it refers to; null to stand alone.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[ts(optional = nullable, as = "Option<AssetId>")]
    pub asset_id: Option<Option<AssetId>>,
    /// How it starts. Fixed without a time: at the time at which each of the items starts now.
    pub start_mode: Option<StartMode>,
    /// The clock time of a fixed start, as a timecode. Setting one makes the start fixed; null makes it follow.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[ts(optional = nullable, as = "Option<String>")]
    pub fixed_start: Option<Option<String>>,
    /// First frame of the asset that is played.
    pub in_point: Option<i64>,
    /// In frames.
    pub duration: Option<i64>,
    /// Free text.
    pub notes: Option<String>,
}

/// `move_items`: they keep their order among themselves.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct MoveItems {
    /// Which; all from one playlist.
    pub ids: Vec<ItemId>,
    /// Another playlist to move them to; where not given, within their own.
    #[serde(default)]
    pub playlist_id: Option<PlaylistId>,
    /// The item to stand after; null for the first place.
    #[serde(default)]
    pub after: Option<ItemId>,
    /// Has the answer say what is other in this day.
    #[serde(default)]
    pub since: Option<GetPlaylistChanges>,
}

/// `repeat_items`: behind the last of them, at most 10,000 in all. Fixed starts follow in the copies.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct RepeatItems {
    /// Which; of one day, copied in its order.
    pub ids: Vec<ItemId>,
    /// How many more times.
    pub times: u32,
    /// Has the answer say what is other in this day.
    #[serde(default)]
    pub since: Option<GetPlaylistChanges>,
}

/// `delete_items`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct DeleteItems {
    /// Which.
    pub ids: Vec<ItemId>,
    /// Has the answer say what is other in this day.
    #[serde(default)]
    pub since: Option<GetPlaylistChanges>,
}

/// What `delete_items` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ItemsDeleted {
    /// How many were deleted.
    pub deleted: u64,
    /// Whether what is on the air or has been was among them; null where all was still to come.
    pub aired: Option<Aired>,
    /// As in `ItemsChanged`.
    pub changes: Option<PlaylistChanges>,
    /// Where in the history.
    #[serde(flatten)]
    pub committed: Committed,
}

/// What `delete_assets` and `delete_template` answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Deleted {
    /// How many were deleted.
    pub deleted: u64,
    /// Where in the history.
    #[serde(flatten)]
    pub committed: Committed,
}
