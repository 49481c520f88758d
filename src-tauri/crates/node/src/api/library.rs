//! The library: assets, and the folders that their files lie in.

use domain::asset::{Asset, AssetKind, FileState, MediaFile, MediaInfo};
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

/// What about an asset may want attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum AssetFilter {
    /// Its file is not on this station.
    Missing,
    /// Its file on this station is another one than the library's.
    Changed,
    /// No item refers to it.
    Unused,
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
    /// Only this category, by its whole name; empty: those without one.
    pub category: Option<String>,
    /// Only those of so many frames or more.
    pub duration_min: Option<i64>,
    /// Only those of so many frames or fewer.
    pub duration_max: Option<i64>,
    /// Only what wants attention in this way.
    pub only: Option<AssetFilter>,
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
    pub assets: Vec<AssetRow>,
}

/// An asset in a list: with what this station found about its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AssetRow {
    /// The asset.
    #[serde(flatten)]
    pub asset: Asset,
    /// What is wrong with its file on this station; null where nothing is known to be.
    pub file_state: Option<FileState>,
    /// The link to its small picture on this station; null where it has none.
    pub thumbnail: Option<String>,
}

/// A category, and how many assets have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Category {
    /// Its name.
    pub name: String,
    /// How many.
    pub assets: u64,
}

/// What `list_categories` answers: at most 1,000, A to Z.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Categories {
    /// The categories.
    pub categories: Vec<Category>,
}

/// How the media files of this station stand; what `get_file_check` answers. Known to this station alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FileCheck {
    /// Assets whose file is not there.
    pub missing: u64,
    /// Assets whose file is another one than the library's.
    pub changed: u64,
    /// When all files were last looked at (RFC 3339); null where that was not yet since the start.
    pub checked_at: Option<String>,
    /// The watched folders that are not there.
    pub gone_folders: Vec<String>,
}

/// `update_from_files`: takes into the library what this station's changed files are now, their durations above all, as one
/// edit.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct UpdateFromFiles {
    /// Which assets; all whose file changed and can be read where not given.
    pub ids: Option<Vec<AssetId>>,
}

/// What `update_from_files` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct UpdatedFromFiles {
    /// How many assets.
    pub updated: u64,
    /// How many of them have another duration than before.
    pub durations: u64,
    /// Where in the history.
    #[serde(flatten)]
    pub committed: Committed,
}

/// What this station found about the file of one asset, where it is not as the library has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FileFinding {
    /// What is wrong.
    pub state: FileState,
    /// Whether the folder of its media root is there.
    pub root_present: bool,
    /// The duration of the file as it is now, in frames of the channel's rate; null where it could not be read.
    #[ts(type = "number | null")]
    pub duration: Option<i64>,
    /// Its size now.
    #[ts(type = "number | null")]
    pub size_bytes: Option<i64>,
    /// When it was changed (RFC 3339).
    pub modified_at: Option<String>,
    /// Why it cannot be read, in the words of ffprobe.
    pub problem: Option<String>,
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
    /// What this station found about its file; null where it is as the library has it, or was not looked at.
    pub finding: Option<FileFinding>,
    /// The link to its small picture on this station; null where it has none.
    pub thumbnail: Option<String>,
    /// The link to its file on this station, for players; null where it has none.
    pub media: Option<String>,
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

/// `update_assets`: sets the same for several assets, as one edit; at most 10,000.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct UpdateAssets {
    /// Which.
    pub ids: Vec<AssetId>,
    /// What to set; not the file, which several assets cannot share by an edit.
    pub set: AssetSet,
}

/// What `update_assets` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AssetsUpdated {
    /// The assets as they are now, in the order given.
    pub assets: Vec<Asset>,
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

/// What `list_media_roots`, `set_media_root` and `watch_folder` answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MediaRoots {
    /// By name.
    pub roots: Vec<MediaRoot>,
    /// The folders that this station watches, by path.
    pub watched: Vec<WatchedFolder>,
}

/// How the watching of a folder goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum WatchState {
    /// It was not looked at yet.
    Starting,
    /// The system tells of what happens in it; it is looked at every minute besides.
    Watching,
    /// It is looked at every minute: the system does not tell of it.
    Polling,
    /// It is not there. It is looked for every minute.
    Gone,
    /// This station does not edit: it marks what is missing and adds nothing.
    Waiting,
}

/// A folder whose new media files come into the library by themselves. Known to this station alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct WatchedFolder {
    /// The folder on this station.
    pub path: String,
    /// The media root that it is, or lies in.
    pub root: String,
    /// How that goes.
    pub state: WatchState,
}

/// `watch_folder`: has a media root, or a folder in one, watched or no longer. Local: works on a secondary too, which adds
/// once it edits.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct WatchFolder {
    /// Absolute path of the folder.
    pub path: String,
    /// Whether to watch it.
    pub watch: bool,
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

/// `locate_files`: at most 1,000 paths.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct LocateFiles {
    /// Absolute paths of files and folders on the station's machine.
    pub paths: Vec<String>,
}

/// What `locate_files` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LocatedFiles {
    /// In the order of the paths.
    pub files: Vec<LocatedFile>,
}

/// Where a file or folder stands to this station's library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LocatedFile {
    /// The path as it was given.
    pub path: String,
    /// The folder that it is, or that it lies in; null where it is not there.
    pub folder: Option<String>,
    /// Whether that lies in a media root of this station.
    pub inside: bool,
    /// The asset of the file, where the library has it.
    pub asset_id: Option<AssetId>,
    /// Why it cannot be taken in; null where it may.
    pub problem: Option<String>,
}

/// `add_files`: reads media files (and those below folders) that lie in media roots into the library.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct AddFiles {
    /// Absolute paths of files and folders on the station's machine; at most 1,000.
    pub paths: Vec<String>,
}

/// `make_sample`: a few clips and a day of them, for an empty library.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct MakeSample {
    /// The broadcast day that is filled.
    pub date: String,
}
