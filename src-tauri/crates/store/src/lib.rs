//! One station's data: replicated tables, the journal of their changes, and everything that keeps two stations equal.
//!
//! [`Store::open`] opens a data directory. [`Store::write`] is the one way to change replicated data: a transaction whose
//! changeset becomes a journal [`Entry`] in the same transaction, together with the rolling sum. [`Store::read`] lends
//! connections for queries; [`tables`] has the queries.
//!
//! All of it is async and takes `&self`; what waits for the disk does so on threads that may block.

mod activity;
mod entry;
mod error;
mod journal;
mod lock;
mod migrate;
mod open;
mod permit;
mod state;
mod store;
mod sum;
pub mod tables;
mod undo;
mod write;

pub use entry::{CHANGESET_BYTES_MAX, DamagedEntry, Entry, TEXT_BYTES_MAX};
pub use error::Error;
pub use open::{DATABASE_FILE, OpenError};
pub use permit::{EditPermit, boot_time};
pub use state::Head;
pub use store::{Applied, Commit, Reader, Store};
pub use undo::{HistoryEntry, UndoConflict};
pub use write::{Edit, EditMeta, Written};
