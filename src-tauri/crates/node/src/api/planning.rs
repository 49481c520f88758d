//! Planning over days: finding items, copying them, replacing an asset wherever it is scheduled, filling gaps.

use domain::ids::{AssetId, ItemId};
use domain::rundown::{ItemKind, StartMode};
use domain::timecode::Timecode;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Aired, Committed};

/// `find_items`: over all days; at least one of `query` and `asset_id`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct FindItems {
    /// A part of the title or the notes, without regard to the case of ASCII letters.
    pub query: Option<String>,
    /// Only items of this asset: where it is used.
    pub asset_id: Option<AssetId>,
    /// First day, included.
    pub from: Option<String>,
    /// Last day, included.
    pub to: Option<String>,
    /// At most so many, up to 500; 200 where not given.
    pub limit: Option<u32>,
}

/// What `find_items` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FoundItems {
    /// How many there are in all.
    pub total: u64,
    /// On how many days.
    pub days: u64,
    /// The first of them, by day and in order.
    pub items: Vec<FoundItem>,
}

/// An item of some day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FoundItem {
    /// Identity.
    pub id: ItemId,
    /// The broadcast day.
    pub date: String,
    /// Clip, live source or note.
    pub kind: ItemKind,
    /// What operators call it.
    pub title: String,
    /// The asset it refers to, if any.
    pub asset_id: Option<AssetId>,
    /// How it starts.
    pub start_mode: StartMode,
    /// The clock time of a fixed start.
    pub fixed_start: Option<Timecode>,
    /// In frames.
    pub duration: i64,
}

/// Where copied items go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum CopyPlace {
    /// Behind each day's last item.
    #[default]
    Append,
    /// In the place of each day's items.
    Replace,
}

/// `copy_items`: one entry, however many days; at most 10,000 items in all.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct CopyItems {
    /// Which; copied in the order of their day.
    pub ids: Vec<ItemId>,
    /// The days, at most 366.
    pub to: Vec<String>,
    /// Where they go; behind the last item where not given.
    #[serde(default)]
    pub place: Option<CopyPlace>,
}

/// What `copy_items` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ItemsCopied {
    /// How many items were made.
    pub items: u64,
    /// How many items of the days went.
    pub removed: u64,
    /// Whether it concerned what is on the air or has been; null where it did not. It is done all the same.
    pub aired: Option<Aired>,
    /// Where in the history.
    #[serde(flatten)]
    pub committed: Committed,
}

/// `replace_asset`: wherever it is scheduled.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct ReplaceAsset {
    /// The asset that goes.
    pub asset_id: AssetId,
    /// The one that comes.
    pub with: AssetId,
    /// Only from this day on.
    #[serde(default)]
    pub from: Option<String>,
}

/// What `replace_asset` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AssetReplaced {
    /// How many items were changed.
    pub items: u64,
    /// Whether it concerned what is on the air or has been; null where it did not. It is done all the same.
    pub aired: Option<Aired>,
    /// Where in the history.
    #[serde(flatten)]
    pub committed: Committed,
}

/// `suggest_fill`: which clips would fill a gap best. Nothing is changed.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct SuggestFill {
    /// How long the gap is, in frames.
    pub frames: i64,
    /// Only clips of this category.
    #[serde(default)]
    pub category: Option<String>,
    /// Assets to leave out: those on both sides of the gap.
    #[serde(default)]
    pub avoid: Option<Vec<AssetId>>,
}

/// What `suggest_fill` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Fill {
    /// The clips in order.
    pub clips: Vec<FillClip>,
    /// How much of the gap they fill, in frames.
    pub filled: i64,
    /// The categories that have clips which fit, A to Z.
    pub categories: Vec<String>,
}

/// A clip that fills a part of a gap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FillClip {
    /// The asset.
    pub asset_id: AssetId,
    /// What operators call it.
    pub title: String,
    /// Its grouping.
    pub category: String,
    /// In frames.
    pub duration: i64,
}
