//! What was done, by whom; undo and redo; verifying.

use domain::history::Sum;
use domain::ids::StationId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Aired, Committed};

/// `undo`.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct UndoEdit {
    /// The entry to undo; where not given, the last one that is not undone yet.
    pub seq: Option<u64>,
}

/// What `undo` and `redo` answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Undone {
    /// Label of the edit that was undone or redone: `"Move 3 items"`.
    pub label: String,
    /// The entry that was undone or redone.
    pub of_seq: u64,
    /// Whether it concerned what is on the air or has been; null where it did not. It is done all the same.
    pub aired: Option<Aired>,
    /// Where in the history: undoing is an entry of its own.
    #[serde(flatten)]
    pub committed: Committed,
}

/// `get_history`: newest first.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct GetHistory {
    /// Only entries before this one.
    pub before_seq: Option<u64>,
    /// How many at most; 100 where not given, 1,000 at most.
    pub limit: Option<u32>,
}

/// What `get_history` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct History {
    /// Newest first.
    pub entries: Vec<HistoryEntry>,
    /// What `undo` would undo; null where there is nothing.
    pub undo: Option<UndoStep>,
    /// What `redo` would redo; null where there is nothing.
    pub redo: Option<UndoStep>,
}

/// What the next undo or redo would act on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct UndoStep {
    /// The entry.
    pub seq: u64,
    /// Its label.
    pub label: String,
}

/// One committed change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HistoryEntry {
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
    /// The entry that this one undoes; null unless it is an undo.
    pub undoes: Option<u64>,
    /// The entry that this one redoes; null unless it is a redo.
    pub redoes: Option<u64>,
    /// Whether it is undone now.
    pub undone: bool,
}

/// What `verify` answers: a full scan held against the rolling sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Verified {
    /// Whether both are equal.
    pub ok: bool,
    /// The rolling sum.
    pub sum: Sum,
    /// The sum by full scan.
    pub scanned_sum: Sum,
    /// Cells scanned.
    pub cells: u64,
    /// How long it took in milliseconds.
    pub ms: u64,
}
