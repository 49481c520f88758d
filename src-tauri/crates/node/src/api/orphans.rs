//! Orphans, and what two histories have that the other lacks.

use domain::ids::StationId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Committed;

/// A kind of row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Thing {
    /// The channel's settings.
    Settings,
    /// The playlist of a day.
    Playlist,
    /// A line of a playlist.
    Item,
    /// An entry of the library.
    Asset,
    /// A template.
    Template,
    /// A line of a template.
    TemplateItem,
}

/// What happened to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum RowChange {
    /// It is new.
    Added,
    /// Some of it changed.
    Changed,
    /// It is gone.
    Removed,
}

/// A row that an edit changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AffectedRow {
    /// What it is.
    pub thing: Thing,
    /// What happened to it.
    pub change: RowChange,
    /// Which; null for the settings.
    pub id: Option<String>,
    /// Title of the item or asset; null where it is not known on this station.
    pub title: Option<String>,
    /// The day of the playlist or item; null where it is not known on this station.
    pub date: Option<String>,
    /// What changed of it, in words: `"title"`, `"start mode"`.
    pub fields: Vec<String>,
}

/// What an edit changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Affected {
    /// In words: `"2026-11-22: added “News”, changed “Weather” (duration)"`.
    pub summary: String,
    /// How many rows; 0 where that was too much to look at.
    pub total: u64,
    /// The first of them.
    pub rows: Vec<AffectedRow>,
}

/// `list_orphans`.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct ListOrphans {
    /// How many at most; 500 where not given, 5,000 at most.
    pub limit: Option<u32>,
}

/// What became of an orphan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum OrphanState {
    /// Kept; nobody has dealt with it.
    Kept,
    /// Applied again on the primary.
    Reapplied,
    /// Written to a file.
    Exported,
    /// An operator is done with it; it can be taken up again.
    SetAside,
}

/// An edit that was committed on a primary and that its successor never received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Orphan {
    /// Identity, for `reapply_orphan`; the same on both stations.
    pub id: String,
    /// The bundle it was saved in: what was cut off at one time.
    pub bundle: String,
    /// When it was cut off (RFC 3339).
    pub cut_at: String,
    /// Why.
    pub reason: String,
    /// Whether it came from a file.
    pub imported: bool,
    /// Whether this station keeps it.
    pub kept_here: bool,
    /// Whether the other station keeps it, as far as it was asked.
    pub kept_there: bool,
    /// Its number in the history that it was cut from.
    pub seq: u64,
    /// Number of its epoch there.
    pub epoch: u64,
    /// When it was made (RFC 3339).
    pub at: String,
    /// On which station.
    pub station_id: StationId,
    /// By which system user.
    pub user: String,
    /// What, in words.
    pub label: String,
    /// Which days, items, assets and settings.
    pub affected: Affected,
    /// What became of it.
    pub state: OrphanState,
    /// The entry that it became when it was applied again; null as long as nobody did, and where everything was so already.
    pub reapplied_seq: Option<u64>,
    /// How many of its changes were left out then, since they did not fit.
    pub left_out: u64,
}

/// What `list_orphans` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Orphans {
    /// How many there are in all.
    pub total: u64,
    /// Newest bundle first, in the order of the edits.
    pub orphans: Vec<Orphan>,
    /// Why it is not known which ones the other station keeps, in one sentence; null where it is, and without redundancy.
    pub peer_error: Option<String>,
}

/// `reapply_orphan`: a `conflict` where rows have changed since; its details are an [`OrphanConflict`].
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct ReapplyOrphan {
    /// Which.
    pub id: String,
    /// Without the changes that do not fit, rather than not at all.
    #[serde(default)]
    pub partial: Option<bool>,
}

/// What `reapply_orphan` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Reapplied {
    /// Which.
    pub id: String,
    /// Its label.
    pub label: String,
    /// Whether there is a new entry; not where everything was so already.
    pub changed: bool,
    /// How many of its changes were left out.
    pub left_out: u64,
    /// The first of them, explained.
    pub conflicts: Vec<RowConflict>,
    /// Where in the history.
    #[serde(flatten)]
    pub committed: Committed,
}

/// `reapply_orphans`: every open orphan of a bundle in the order of the edits. One that does not fit is left as it is, and
/// the next is tried.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct ReapplyOrphans {
    /// Which bundle.
    pub bundle: String,
}

/// What `reapply_orphans` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BundleReapplied {
    /// Those that were applied again.
    pub reapplied: Vec<Reapplied>,
    /// Those that do not fit.
    pub conflicts: Vec<OrphanConflict>,
    /// Why it ended before the last one, in one sentence; null where it did not.
    pub stopped: Option<String>,
}

/// Why an orphan was not applied again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrphanConflict {
    /// Which.
    pub id: String,
    /// Its label.
    pub label: String,
    /// How many rows it changes.
    pub changes: u64,
    /// How many of them stand in the way.
    pub in_the_way: u64,
    /// The first of them, explained.
    pub conflicts: Vec<RowConflict>,
}

/// What is in an orphan's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Obstacle {
    /// The row was changed since.
    Changed,
    /// The row is not there any more.
    Gone,
    /// Another row with this identity is there.
    Exists,
    /// A rule of the data forbids what would become of it.
    Forbidden,
    /// It refers to something that is not there.
    Missing,
    /// It cannot be removed, since something that is there now refers to it.
    InUse,
}

/// A row that stands in an orphan's way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RowConflict {
    /// Which, and what the orphan wanted with it.
    pub row: AffectedRow,
    /// What is in the way.
    pub why: Obstacle,
    /// The same in one sentence, for people.
    pub message: String,
    /// What the orphan found, wanted, and what stands there now.
    pub fields: Vec<FieldConflict>,
    /// Who changed the row since; null where the journal does not say (any more).
    pub by: Option<ChangedBy>,
}

/// A field of a row that stands in an orphan's way. Values are written for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FieldConflict {
    /// Which, in words.
    pub field: String,
    /// What the orphan found; null where it found no row.
    pub found: Option<String>,
    /// What it made of it; null where it removed the row.
    pub wanted: Option<String>,
    /// What stands there; null where there is no row.
    pub now: Option<String>,
}

/// The entry that changed a row last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ChangedBy {
    /// Its number.
    pub seq: u64,
    /// When (RFC 3339).
    pub at: String,
    /// On which station.
    pub station_id: StationId,
    /// By which system user.
    pub user: String,
    /// What, in words.
    pub label: String,
}

/// `set_aside_orphans`: an operator is done with them, or not after all. Nothing is thrown away.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct SetAsideOrphans {
    /// Which.
    pub ids: Vec<String>,
    /// Done with, or to be dealt with again.
    pub set_aside: bool,
}

/// What `set_aside_orphans` answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrphansMarked {
    /// How many were marked.
    pub marked: u64,
}

/// `export_orphans`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct ExportOrphans {
    /// Absolute path of a file to make on the station's machine; it must not exist.
    pub path: String,
}

/// What `export_orphans` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrphansExported {
    /// The file.
    pub path: String,
    /// How many are in it.
    pub orphans: u64,
}

/// `import_orphans`: all of a file that `export_orphans` wrote, or nothing.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct ImportOrphans {
    /// Absolute path of the file on the station's machine.
    pub path: String,
}

/// What `import_orphans` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OrphansImported {
    /// The file.
    pub path: String,
    /// How many were new here.
    pub imported: u64,
    /// How many were kept here already.
    pub known: u64,
}

/// What `compare_histories` answers: what each side has that the other lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Comparison {
    /// The last entry that both share; null where they share none, and where that is not known.
    pub shared_seq: Option<u64>,
    /// What only this station has.
    pub only_here: Side,
    /// What only the other station has; null where it did not say.
    pub only_there: Option<Side>,
    /// Why it did not, in one sentence.
    pub peer_error: Option<String>,
}

/// What one station has that the other lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Side {
    /// How many entries.
    pub total: u64,
    /// The latest of them, newest first: 200 at most, as far as the journal keeps them.
    pub entries: Vec<ComparedEntry>,
}

/// An entry that one station has and the other lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ComparedEntry {
    /// Its number.
    pub seq: u64,
    /// Number of its epoch.
    pub epoch: u64,
    /// When (RFC 3339).
    pub at: String,
    /// On which station.
    pub station_id: StationId,
    /// By which system user.
    pub user: String,
    /// What, in words.
    pub label: String,
    /// Which days, items, assets and settings.
    pub affected: Affected,
}
