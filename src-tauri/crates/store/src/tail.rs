//! Reading the journal to send it.

use domain::history::{Chain, Sum};

use crate::entry::Entry;
use crate::error::{During as _, Error};
use crate::store::Store;
use crate::{journal, state};

/// Why the journal cannot be continued from an entry.
#[derive(Debug, thiserror::Error)]
pub enum TailError {
    /// The entries after it are no longer kept.
    #[error("the journal keeps only what comes after entry {base_seq}; a snapshot is needed")]
    Cut {
        /// The entry before the first one kept.
        base_seq: u64,
    },
    /// The chain there is another: the histories differ.
    #[error("the history differs at entry {seq}")]
    ChainDiffers {
        /// Where it was compared.
        seq: u64,
    },
    /// There is no such entry yet.
    #[error("there is no entry {seq}; the last one is {last_seq}")]
    NoSuchSeq {
        /// Which one was asked for.
        seq: u64,
        /// The last one.
        last_seq: u64,
    },
    /// The journal could not be read.
    #[error(transparent)]
    Store(#[from] Error),
}

impl Store {
    /// Whether a station that holds entry `seq` with this chain can be sent what follows.
    ///
    /// # Errors
    /// [`TailError`] says why not.
    pub async fn check_shared(&self, seq: u64, chain: Chain) -> Result<(), TailError> {
        match self.at(seq).await? {
            (found, _) if found == chain => Ok(()),
            _ => Err(TailError::ChainDiffers { seq }),
        }
    }

    /// The chain and the sum after entry `seq`.
    ///
    /// # Errors
    /// [`TailError::Cut`], [`TailError::NoSuchSeq`], [`TailError::Store`].
    pub async fn at(&self, seq: u64) -> Result<(Chain, Sum), TailError> {
        let found = self
            .with_reader("read the journal", move |db| {
                db.execute("BEGIN").during("read the journal")?;
                let state = state::load(db)?.ok_or(Error::Closed)?;
                Ok((state, journal::at(db, seq, &state.base)?))
            })
            .await?;
        let (state, found) = found;
        let last_seq = state.head.position.seq;
        match found {
            Some(found) => Ok(found),
            None if seq < state.base.seq => Err(TailError::Cut {
                base_seq: state.base.seq,
            }),
            None if seq > last_seq => Err(TailError::NoSuchSeq { seq, last_seq }),
            None => Err(TailError::Store(Error::Damaged {
                what: format!("journal entry {seq} is missing"),
            })),
        }
    }

    /// The entries after `after_seq`, oldest first: at most `entries_max`, and no more after `bytes_max` bytes of
    /// changesets are reached; but one, where there is one. None where `after_seq` is the last. Each is checked against
    /// its hash and its place.
    ///
    /// # Errors
    /// [`TailError::Cut`], [`TailError::Store`] with [`Error::Damaged`] naming the entry.
    pub async fn entries_after(
        &self,
        after_seq: u64,
        entries_max: usize,
        bytes_max: u64,
    ) -> Result<Vec<Entry>, TailError> {
        let during = "read the journal";
        let (base, entries) = self
            .with_reader(during, move |db| {
                db.execute("BEGIN").during(during)?;
                let state = state::load(db)?.ok_or(Error::Closed)?;
                let mut entries: Vec<Entry> = Vec::new();
                let Some((mut chain, _)) = journal::at(db, after_seq, &state.base)? else {
                    return Ok((state.base, None));
                };
                let mut bytes = 0;
                journal::each_after(db, after_seq, |entry| {
                    if entry.seq != after_seq + 1 + entries.len() as u64 || !entry.follows(chain) {
                        let what = format!(
                            "journal entry {} does not follow the one before it",
                            entry.seq
                        );
                        return Err(Error::Damaged { what });
                    }
                    chain = entry.chain;
                    bytes += entry.changeset.as_bytes().len() as u64;
                    entries.push(entry);
                    Ok(entries.len() < entries_max && bytes < bytes_max)
                })?;
                Ok((state.base, Some(entries)))
            })
            .await?;
        match entries {
            Some(entries) => Ok(entries),
            None if after_seq < base.seq => Err(TailError::Cut { base_seq: base.seq }),
            None => Err(TailError::NoSuchSeq {
                seq: after_seq,
                last_seq: self.head().position.seq,
            }),
        }
    }
}
