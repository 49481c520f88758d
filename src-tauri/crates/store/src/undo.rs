//! Undo, redo and the history that operators read.

use std::fmt;

/// A later edit that stands in the way.
#[derive(Debug, Clone, PartialEq)]
pub struct UndoConflict {
    /// What could not be done: the label of the entry that was to be undone, redone or applied again.
    pub label: String,
    /// The first later entry that touched the same rows, where one is known.
    pub later: Option<HistoryEntry>,
    /// In words.
    pub what: String,
}

impl fmt::Display for UndoConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

/// An entry as the history lists it.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    /// Its number.
    pub seq: u64,
}
