//! The library: assets, and the folders that their files lie in.

use domain::asset::{Asset, AssetKind, MediaFile, MediaInfo};
use domain::ids::AssetId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Committed, given};

/// What assets are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum AssetSort {
    /// By title, A to Z.
    #[default]
    Title,
    /// By title, Z to A.
    TitleDesc,
    /// Shortest first.
    Duration,
    /// Longest first.
    DurationDesc,
    /// Oldest first.
    Added,
    /// Newest first.
    AddedDesc,
}

/// `list_assets`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct ListAssets {
    /// Words (or their beginnings) that the title, path, category or notes have.
    pub query: Option<String>,
    /// Only this kind.
    pub kind: Option<AssetKind>,
    /// By title where not given.
    pub sort: Option<AssetSort>,
    /// How many to skip.
    pub offset: Option<u64>,
    /// How many at most; 100 where not given, 1,000 at most.
    pub limit: Option<u32>,
}

/// What `list_assets` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Assets {
    /// How many match in all.
    pub total: u64,
    /// The page that was asked for.
    pub assets: Vec<Asset>,
}

/// `get_asset`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct GetAsset {
    /// Which.
    pub id: AssetId,
}

/// What `get_asset` answers: the asset, and what this station knows of its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AssetView {
    /// The asset.
    #[serde(flatten)]
    pub asset: Asset,
    /// Where the file is on this station; null where it has none, or its media root maps to no folder here.
    pub local_path: Option<String>,
    /// Whether the file is there now; null where there is no `local_path`.
    pub present: Option<bool>,
    /// How many items refer to it.
    pub used_by: u64,
}

/// An asset to add by hand.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct NewAsset {
    /// Clip where not given.
    pub kind: Option<AssetKind>,
    /// What operators call it.
    #[ts(optional = false)]
    pub title: String,
    /// The file of a clip.
    pub file: Option<MediaFile>,
    /// In frames of the channel's rate; 0 where it is not known.
    pub duration: Option<i64>,
    /// Free grouping.
    pub category: Option<String>,
    /// Free text.
    pub notes: Option<String>,
    /// Technical data, where the caller knows them.
    pub info: Option<MediaInfo>,
}

/// `add_assets`: at most 10,000 at once.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct AddAssets {
    /// The assets.
    pub assets: Vec<NewAsset>,
}

/// What `add_assets` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AssetsAdded {
    /// The assets as they are now, in the order given.
    pub assets: Vec<Asset>,
    /// Where in the history.
    #[serde(flatten)]
    pub committed: Committed,
}

/// `update_asset`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct UpdateAsset {
    /// Which.
    pub id: AssetId,
    /// What to set.
    pub set: AssetSet,
}

/// What of an asset to change: what is not given stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct AssetSet {
    /// Clip or live source.
    pub kind: Option<AssetKind>,
    /// What operators call it.
    pub title: Option<String>,
    /// The file; null for none.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[ts(optional = nullable, as = "Option<MediaFile>")]
    pub file: Option<Option<MediaFile>>,
    /// In frames of the channel's rate.
    pub duration: Option<i64>,
    /// Free grouping.
    pub category: Option<String>,
    /// Free text.
    pub notes: Option<String>,
}

/// What `update_asset` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AssetUpdated {
    /// The asset as it is now.
    pub asset: Asset,
    /// Where in the history.
    #[serde(flatten)]
    pub committed: Committed,
}

/// `delete_assets`: items that refer to them stand alone afterwards.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct DeleteAssets {
    /// Which.
    pub ids: Vec<AssetId>,
}

/// A media root: a name that every station knows, and the folder that it stands for on this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MediaRoot {
    /// Its name, replicated with the assets that use it.
    pub name: String,
    /// The folder on this station; null where none was chosen here.
    pub path: Option<String>,
    /// Whether the folder is there now.
    pub present: bool,
    /// How many assets use it.
    pub assets: u64,
}

/// What `list_media_roots` and `set_media_root` answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MediaRoots {
    /// By name.
    pub roots: Vec<MediaRoot>,
}

/// `set_media_root`: maps a name to a folder of this station. Local: works on a secondary too.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct SetMediaRoot {
    /// The media root's name.
    pub name: String,
    /// Absolute path of the folder; null to forget it.
    #[serde(default)]
    pub path: Option<String>,
}
