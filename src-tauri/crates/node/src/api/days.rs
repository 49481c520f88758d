//! How the days of a calendar stand.

use domain::ids::PlaylistId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// `list_days`: at most 62.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct ListDays {
    /// First day (`"2026-11-22"`), included.
    pub from: String,
    /// Last day, included.
    pub to: String,
}

/// How far a day is filled, and what is wrong with it. All counts are of items or gaps, all lengths in frames.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DaySummary {
    /// The playlist.
    pub id: PlaylistId,
    /// The broadcast day.
    pub date: String,
    /// How many items.
    pub items: u64,
    /// How long the day is.
    pub day_length: i64,
    /// How much of it something is scheduled to play.
    pub filled: i64,
    /// Gaps before fixed starts.
    pub gaps: u64,
    /// Their sum.
    pub gap_frames: i64,
    /// From the last item's end to the day's end; 0 where it runs past it.
    pub unfilled: i64,
    /// Items that are cut short, never play, or run past the day's end.
    pub overruns: u64,
    /// What following fixed starts take from them.
    pub lost: i64,
    /// How far the day runs past its end.
    pub overrun: i64,
    /// Clips that refer to no asset, so that there is nothing to play.
    pub without_media: u64,
    /// Items whose media file is not on this station.
    pub files_missing: u64,
}
