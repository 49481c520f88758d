//! Applying what the primary sent: all of a batch in one transaction, checked entry by entry, or none of it.

use std::sync::Arc;

use changeset::{ChangeGroup, Changeset};
use domain::history::{Epoch, EpochStart};

use crate::entry::Entry;
use crate::error::{During as _, Error};
use crate::failpoint::{self, Point};
use crate::faults::Fault;
use crate::history::HistoryEntry;
use crate::state::{self, Head};
use crate::store::{Applied, Commit, Store, WriterParts};
use crate::{journal, sum};

/// Why a batch was not applied. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// An entry is not what its hash says: damaged on the way, or at its source.
    #[error("entry {seq} is damaged: its hash does not match")]
    Damaged {
        /// Which one.
        seq: u64,
    },
    /// An entry is not the next one.
    #[error("entry {found} was sent where {expected} is due")]
    Gap {
        /// The one that is due.
        expected: u64,
        /// The one that came.
        found: u64,
    },
    /// The chain after an entry, or at the start of an epoch, is not the one that the primary had: the histories differ.
    #[error("the history differs from the primary's at entry {seq}")]
    ChainDiffers {
        /// Where.
        seq: u64,
    },
    /// An entry was written in another epoch than the one in force there.
    #[error("entry {seq} is of epoch {}, where epoch {} is in force", found.number, expected.number)]
    WrongEpoch {
        /// Which one.
        seq: u64,
        /// The epoch in force.
        expected: Epoch,
        /// The entry's.
        found: Epoch,
    },
    /// The sum after an entry is not the one that the primary had: the data here differs.
    #[error("the data differs from the primary's after entry {seq}")]
    SumDiffers {
        /// Where.
        seq: u64,
    },
    /// A changeset does not fit the data or the tables here.
    #[error("the entries from {from_seq} do not apply here: {source}")]
    Refused {
        /// First entry of the batch.
        from_seq: u64,
        /// Why.
        source: changeset::Error,
    },
    /// The store failed: [`Error::NoSpace`] and so on.
    #[error(transparent)]
    Store(#[from] Error),
}

impl Store {
    /// Applies the entries that follow this station's last one, in one transaction.
    ///
    /// `epochs` is the primary's epoch history, or the latest part of it: each start in it is recorded as soon as its
    /// `after_seq` is reached, at once where it is reached already; `entries` may be empty for that. A long batch is
    /// squashed, so a backlog costs little more than its net effect; keep a batch below some 10,000 entries and 64 MiB,
    /// since it is held in memory.
    ///
    /// # Errors
    /// [`ApplyError`]; nothing was applied then.
    pub async fn apply(
        &self,
        epochs: Vec<EpochStart>,
        entries: Vec<Entry>,
    ) -> Result<Head, ApplyError> {
        let writer = self.writer().await?;
        let one = entries.len() <= 1;
        let apply = move |parts: &mut WriterParts<'_, '_>| {
            failpoint::at(Point::ApplyBefore).during("apply entries")?;
            let squashed = parts.transaction("apply entries", |parts| {
                let squashed = check(parts, &epochs, &entries)?;
                write(parts, &entries, &squashed)?;
                failpoint::at(Point::ApplyBeforeCommit).during("apply entries")?;
                Ok::<_, ApplyError>(squashed)
            })?;
            failpoint::at(Point::ApplyAfterCommit).during("apply entries")?;
            announce(parts, &entries, squashed);
            Ok(*parts.head)
        };
        // An edit waits for a single one; a backlog takes its time.
        if one {
            writer.run_here(apply).await
        } else {
            writer.run(apply).await
        }
    }
}

/// Walks the head over the entries, checking each against what it says of itself and against the one before it; returns
/// what they change in all.
fn check(
    parts: &mut WriterParts<'_, '_>,
    epochs: &[EpochStart],
    entries: &[Entry],
) -> Result<Changeset, ApplyError> {
    let during = "apply entries";
    // Most entries come without any.
    let mut known = match epochs {
        [] => Vec::new(),
        _ => state::epochs(parts.db)?,
    };
    check_epochs(parts.head, &known, epochs)?;
    enter_epochs(parts, &mut known, epochs)?;
    // One entry is applied as it is: that is what an edit waits for.
    let mut group = if entries.len() > 1 {
        Some(ChangeGroup::new().during(during)?)
    } else {
        None
    };
    let first = parts.head.position.seq + 1;
    let refused = |source| ApplyError::Refused {
        from_seq: first,
        source,
    };
    for entry in entries {
        let Head {
            position,
            sum,
            journal_bytes,
        } = &mut *parts.head;
        let seq = position.seq + 1;
        if entry.seq != seq {
            return Err(ApplyError::Gap {
                expected: seq,
                found: entry.seq,
            });
        }
        if !entry.is_intact() {
            return Err(ApplyError::Damaged { seq });
        }
        if !entry.follows(position.chain) {
            return Err(ApplyError::ChainDiffers { seq });
        }
        if entry.epoch != position.epoch {
            return Err(ApplyError::WrongEpoch {
                seq,
                expected: position.epoch,
                found: entry.epoch,
            });
        }
        parts
            .shared
            .schema
            .check(&entry.changeset)
            .map_err(refused)?;
        let leads_to = sum::after(*sum, &entry.changeset);
        if leads_to != entry.sum && !parts.shared.faults.has(Fault::SumNotChecked) {
            return Err(ApplyError::SumDiffers { seq });
        }
        (position.seq, position.chain, *sum) = (seq, entry.chain, leads_to);
        *journal_bytes += entry.changeset.as_bytes().len() as u64;
        if let Some(group) = &mut group {
            group.add(&entry.changeset).map_err(refused)?;
        }
        enter_epochs(parts, &mut known, epochs)?;
    }
    match (group, entries) {
        (Some(mut group), _) => group.output().map_err(refused),
        (None, [only]) => Ok(only.changeset.clone()),
        (None, _) => Ok(Changeset::default()),
    }
}

/// The primary's epochs that began before this station's head must be this station's own.
fn check_epochs(
    head: &Head,
    known: &[EpochStart],
    epochs: &[EpochStart],
) -> Result<(), ApplyError> {
    match epochs
        .iter()
        .find(|start| start.after_seq < head.position.seq && !known.contains(start))
    {
        Some(start) => Err(ApplyError::ChainDiffers {
            seq: start.after_seq,
        }),
        None => Ok(()),
    }
}

/// Records the epochs that begin at the head.
fn enter_epochs(
    parts: &mut WriterParts<'_, '_>,
    known: &mut Vec<EpochStart>,
    epochs: &[EpochStart],
) -> Result<(), ApplyError> {
    let position = &mut parts.head.position;
    for start in epochs
        .iter()
        .filter(|start| start.after_seq == position.seq)
    {
        if known.contains(start) {
            continue;
        }
        if start.chain != position.chain || start.epoch.number <= position.epoch.number {
            return Err(ApplyError::ChainDiffers {
                seq: start.after_seq,
            });
        }
        state::add_epoch(parts.db, start)?;
        position.epoch = start.epoch;
        known.push(*start);
    }
    Ok(())
}

/// Changes the data and keeps every entry.
fn write(
    parts: &mut WriterParts<'_, '_>,
    entries: &[Entry],
    squashed: &Changeset,
) -> Result<(), ApplyError> {
    if let Some(first) = entries.first() {
        parts
            .db
            .apply_or_roll_back(&parts.shared.schema, squashed)
            .map_err(|source| match Error::sqlite("apply entries", source) {
                Error::Database { source, .. } => match source.downcast::<changeset::Error>() {
                    Ok(source) => ApplyError::Refused {
                        from_seq: first.seq,
                        source: *source,
                    },
                    Err(source) => ApplyError::Store(Error::Database {
                        during: "apply entries",
                        source,
                    }),
                },
                other => ApplyError::Store(other),
            })?;
        failpoint::at(Point::ApplyMid).during("apply entries")?;
        let mut statement = journal::inserting(parts.db)?;
        entries
            .iter()
            .try_for_each(|entry| journal::insert_with(&mut statement, entry))?;
    }
    if !parts.shared.faults.has(Fault::HeadNotSaved) {
        state::save_head(parts.db, parts.head)?;
    }
    Ok(())
}

/// Tells what was applied, once it is durable.
fn announce(parts: &mut WriterParts<'_, '_>, entries: &[Entry], changeset: Changeset) {
    let applied = (!entries.is_empty()).then(|| {
        let entries = entries.iter().map(HistoryEntry::of).collect();
        Commit::Applied(Arc::new(Applied { entries, changeset }))
    });
    parts.publish(applied);
}
