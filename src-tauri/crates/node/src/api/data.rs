//! What a station keeps on its disk. Local to each station.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// `get_data`: where a station's data lies, and how much there is of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StationData {
    /// The data directory.
    pub dir: String,
    /// Bytes of everything in it, backups and logs as well.
    pub size_bytes: u64,
    /// Bytes of the database and what belongs to it.
    pub database_bytes: u64,
    /// The journal, which is part of the database.
    pub journal: JournalData,
}

/// What the journal keeps: undo and the other station can go back so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct JournalData {
    /// Entries that are kept.
    pub entries: u64,
    /// Bytes of their changes.
    pub bytes: u64,
    /// So many entries are kept at least; older ones go once the other station has them.
    pub entries_min: u64,
    /// What the other station has not acknowledged is kept up to so many bytes.
    pub unacknowledged_bytes_max: u64,
}
