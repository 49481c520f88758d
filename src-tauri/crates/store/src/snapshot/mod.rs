//! Snapshots: all replicated rows at one moment, with where the journal is and the epoch history. Never keys, tokens or
//! local records.
//!
//! A snapshot is sent as SQLite keeps it, in pages of b-trees (the tables', their indexes', the search index's), since making
//! those anew of rows takes several times as long as copying them. The receiver puts them into a new database beside its
//! own, sees to it that they are trees and that the rows have the sum that was announced, and takes all of it over in one
//! transaction.

mod assembly;
mod btree;
mod chunk;
mod entries;
mod export;
mod import;
mod install;
mod layout;
mod outgoing;
mod pages;
mod spool;
mod verify;
mod walk;

use domain::history::{EpochStart, Position, Sum};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_128;

use crate::entry::DamagedEntry;
use crate::error::Error;
use crate::state::Head;

pub(crate) use chunk::{ChunkWriter, put};
pub use export::SnapshotExport;
pub(crate) use export::read_header;
pub use import::{Install, SnapshotImport};
pub(crate) use import::{adopt, insert_into};
pub use outgoing::Outgoing;
pub(crate) use spool::{Spool, SpoolFile, spool_file};

/// Removes what a crash left of snapshots on their way in or out.
pub(crate) fn clean(dir: &std::path::Path) {
    spool::clean(dir);
    outgoing::clean(dir);
}

/// The encoding's version.
const VERSION: u8 = 3;
/// Most bytes of an encoded header: an epoch history of some 100,000 epochs fits.
const HEADER_BYTES_MAX: usize = 8 << 20;
/// No snapshot is taken in that may have more bytes than this, whatever it announces.
const SNAPSHOT_BYTES_MAX: u64 = 64 << 30;

/// What stands before a snapshot's chunks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotHeader {
    /// Names this snapshot: one that was cut off half way goes on where it stopped as long as its sender has it.
    pub id: Uuid,
    /// Where the station was, and the sum of the rows that follow.
    pub head: Head,
    /// Its epoch history.
    pub epochs: Vec<EpochStart>,
    /// The hash of its replicated tables' SQL: it must be the receiver's.
    pub schema_hash: String,
    /// The hash of the trees and the pages that they come in: it must be the receiver's, too. 0 where only rows follow.
    pub layout: u128,
    /// How many rows follow.
    pub rows: u64,
    /// About how many bytes they have, before compression.
    pub bytes: u64,
    /// The most bytes that their chunks can have: whoever sends more is cut off.
    pub bytes_max: u64,
}

/// About how many of its rows are in so many bytes of its pages.
fn rows_of(header: &SnapshotHeader, bytes: u64) -> u64 {
    let rows = u128::from(header.rows) * u128::from(bytes) / u128::from(header.bytes.max(1));
    u64::try_from(rows).map_or(header.rows, |rows| rows.min(header.rows))
}

/// Why a snapshot did not get in. Nothing was replaced.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// What arrived is not what was sent, or not all of it.
    #[error("the snapshot is damaged: {what}. Nothing was replaced; it is to be sent again")]
    Damaged {
        /// What was found.
        what: String,
    },
    /// More was sent than the header announced, or it announced more than any station has.
    #[error(
        "the primary sent more than it announced ({what}) and was cut off. Nothing was replaced"
    )]
    Excessive {
        /// The limit.
        what: String,
    },
    /// The sender's tables are others than the receiver's.
    #[error(
        "the snapshot is of other tables than this station has. Install the same version on both stations"
    )]
    SchemaDiffers,
    /// The store failed: [`Error::NoSpace`] and so on.
    #[error(transparent)]
    Store(#[from] Error),
}

impl SnapshotError {
    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        SnapshotError::Damaged { what: what.into() }
    }
}

impl From<DamagedEntry> for SnapshotError {
    fn from(damaged: DamagedEntry) -> Self {
        SnapshotError::damaged(damaged.0)
    }
}

#[derive(Serialize, Deserialize)]
struct Encoded {
    version: u8,
    id: Uuid,
    position: Position,
    sum: Sum,
    journal_bytes: u64,
    epochs: Vec<EpochStart>,
    schema_hash: String,
    layout: u128,
    rows: u64,
    bytes: u64,
    bytes_max: u64,
}

impl SnapshotHeader {
    /// The header as it is sent.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let encoded = Encoded {
            version: VERSION,
            id: self.id,
            position: self.head.position,
            sum: self.head.sum,
            journal_bytes: self.head.journal_bytes,
            epochs: self.epochs.clone(),
            schema_hash: self.schema_hash.clone(),
            layout: self.layout,
            rows: self.rows,
            bytes: self.bytes,
            bytes_max: self.bytes_max,
        };
        // Plain data of known shape always encodes.
        let mut bytes = postcard::to_stdvec(&encoded).unwrap_or_default();
        let hash = xxh3_128(&bytes);
        bytes.extend_from_slice(&hash.to_be_bytes());
        bytes
    }

    /// The header in `bytes`, which must be that and nothing else, and have the hash that stands behind it.
    ///
    /// # Errors
    /// [`SnapshotError::Damaged`].
    pub fn decode(bytes: &[u8]) -> Result<Self, SnapshotError> {
        if bytes.len() > HEADER_BYTES_MAX {
            return Err(SnapshotError::damaged("its header is too long"));
        }
        let (bytes, hash) = bytes
            .split_last_chunk::<16>()
            .ok_or_else(|| SnapshotError::damaged("its header is too short"))?;
        if xxh3_128(bytes) != u128::from_be_bytes(*hash) {
            return Err(SnapshotError::damaged(
                "the hash of its header does not match",
            ));
        }
        match postcard::take_from_bytes::<Encoded>(bytes) {
            Ok((
                Encoded {
                    version: VERSION,
                    id,
                    position,
                    sum,
                    journal_bytes,
                    epochs,
                    schema_hash,
                    layout,
                    rows,
                    bytes,
                    bytes_max,
                },
                [],
            )) => {
                let head = Head {
                    position,
                    sum,
                    journal_bytes,
                };
                let header = SnapshotHeader {
                    id,
                    head,
                    epochs,
                    schema_hash,
                    layout,
                    rows,
                    bytes,
                    bytes_max,
                };
                header.check()?;
                Ok(header)
            }
            Ok((_, [])) => Err(SnapshotError::damaged("its header has another version")),
            _ => Err(SnapshotError::damaged("its header cannot be read")),
        }
    }

    /// The epochs must lead to the head, and the size must be one that a station can have.
    pub(crate) fn check(&self) -> Result<(), SnapshotError> {
        if self.bytes_max > SNAPSHOT_BYTES_MAX {
            return Err(SnapshotError::Excessive {
                what: format!("a copy of at most {SNAPSHOT_BYTES_MAX} bytes"),
            });
        }
        // A row takes a byte at least.
        if self.rows > self.bytes_max {
            return Err(SnapshotError::Excessive {
                what: format!("{} rows in {} bytes", self.rows, self.bytes_max),
            });
        }
        let rising = self.epochs.windows(2).all(|pair| {
            pair[0].epoch.number < pair[1].epoch.number && pair[0].after_seq <= pair[1].after_seq
        });
        let position = &self.head.position;
        // They are kept as signed integers, and one more must still be a number.
        let numbers = [position.seq, position.epoch.number, self.head.journal_bytes];
        if numbers.iter().any(|number| *number > i64::MAX as u64 / 2) {
            return Err(SnapshotError::damaged("its numbers are beyond what can be"));
        }
        match self.epochs.last() {
            Some(last)
                if rising && last.epoch == position.epoch && last.after_seq <= position.seq =>
            {
                Ok(())
            }
            _ => Err(SnapshotError::damaged(
                "its epoch history does not lead to its head",
            )),
        }
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use changeset::Db;

    use super::layout::Layout;
    use crate::Store;
    use crate::migrate::Definition;

    /// The names of the tables and indexes in a snapshot, in its order.
    pub(crate) async fn trees(store: &Store, definition: Definition) -> Vec<String> {
        let read = move |db: &Db<'_>| Layout::read(db, &definition);
        let layout = store.with_reader("read the layout", read).await;
        let trees = layout.expect("a layout").trees;
        trees.into_iter().map(|tree| tree.name).collect()
    }
}
