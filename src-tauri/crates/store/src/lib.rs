//! One station's data: replicated tables, the journal of their changes, and everything that keeps two stations equal.
//!
//! [`Store::open`] opens a data directory. [`Store::write`] is the one way to change replicated data: a transaction whose
//! changeset becomes a journal [`Entry`] in the same transaction, together with the rolling sum. [`Store::read`] lends
//! connections for queries; [`tables`] has the queries.
//!
//! All of it is async and takes `&self`; what waits for the disk does so on threads that may block.

mod activity;
mod affected;
mod apply;
mod backup;
mod batch;
mod days;
mod diff;
mod entry;
mod epochs;
mod error;
pub mod failpoint;
pub mod faults;
mod files;
mod history;
mod journal;
mod line;
mod local;
mod lock;
mod media_files;
mod migrate;
mod open;
mod orphans;
mod permit;
mod retention;
mod rewind;
mod snapshot;
mod state;
mod store;
mod sum;
pub mod tables;
mod tail;
mod touched;
mod undo;
mod verify;
mod wal;
mod write;

pub use affected::{Affected, AffectedRow, DescribedEntry, Thing};
pub use apply::ApplyError;
pub use backup::{Backup, Restored};
pub use changeset::{Db, Op, Value};
pub use days::Day;
pub use diff::{Answer, CompareError, Comparison, Next, Pinned, Resynced};
pub use entry::{CHANGESET_BYTES_MAX, DamagedEntry, Entry, TEXT_BYTES_MAX};
pub use epochs::Overview;
pub use error::Error;
pub use files::write_whole;
pub use history::HistoryEntry;
pub use local::{LocalPut, LogLine};
pub use media_files::FileNote;
pub use open::{DATABASE_FILE, OpenError};
pub use orphans::{
    Again, Bundle, BundleId, DescribedOrphan, EXPORT_BYTES_MAX, Fate, FieldConflict, ImportError,
    Imported, Mark, Obstacle, Orphan, OrphanConflict, OrphanId, OrphanSource, Parcel, Reapplied,
    RowConflict,
};
pub use permit::{EditPermit, boot_time};
pub use retention::{Pruned, Retention};
pub use rewind::Rewound;
pub use snapshot::{
    Install, Outgoing, SnapshotError, SnapshotExport, SnapshotHeader, SnapshotImport,
};
pub use state::Head;
pub use store::{Applied, Commit, Reader, Store};
pub use tail::TailError;
pub use touched::{Touched, touched_assets};
pub use undo::UndoConflict;
pub use verify::{Pace, Verified};
pub use write::{Edit, EditMeta, Written};

#[cfg(test)]
mod tests;
