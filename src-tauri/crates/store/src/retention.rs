//! How much of the journal is kept (DESIGN.md 5.3, rule 9).

use domain::history::{Chain, Sum};

use crate::error::{During as _, Error};
use crate::journal;
use crate::state::{self, Base, sql};
use crate::store::{Store, WriterParts};

/// What the journal keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// At least so many entries.
    pub entries_min: u64,
    /// What the peer has not acknowledged is kept up to so many bytes of changesets.
    pub unacknowledged_bytes_max: u64,
}

impl Default for Retention {
    fn default() -> Self {
        Retention {
            entries_min: 100_000,
            unacknowledged_bytes_max: 4 << 30,
        }
    }
}

/// What a pruning did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pruned {
    /// Entries that were dropped.
    pub dropped: u64,
    /// The entry before the first one that is kept.
    pub base_seq: u64,
    /// Bytes of changesets that the peer has not acknowledged.
    pub unacknowledged_bytes: u64,
    /// Entries were dropped now that the peer has not acknowledged: it needs a snapshot.
    pub peer_cut_off: bool,
}

/// Entries dropped in one transaction, so that edits do not wait long.
const STEP: u64 = 2_000;

impl Store {
    /// Drops the oldest entries as far as `retention` lets it. `acknowledged` is the last entry that the peer holds
    /// durably; `None` without a peer. The epoch history stays whole.
    ///
    /// # Errors
    /// [`Error::NoSpace`], [`Error::Database`].
    pub async fn prune(
        &self,
        retention: Retention,
        acknowledged: Option<u64>,
    ) -> Result<Pruned, Error> {
        let (mut dropped, mut peer_cut_off) = (0, false);
        loop {
            let (done, finished) = self
                .transaction::<(Pruned, bool), Error, _>("prune the journal", move |parts| {
                    let (to, unacknowledged_bytes) = plan(parts, retention, acknowledged)?;
                    let from = parts.base.seq;
                    let step_to = to.min(from + STEP);
                    if step_to > from {
                        drop_to(parts, step_to)?;
                    }
                    let done = Pruned {
                        dropped: step_to.saturating_sub(from),
                        base_seq: parts.base.seq,
                        unacknowledged_bytes,
                        peer_cut_off: acknowledged
                            .is_some_and(|held| from <= held && held < parts.base.seq),
                    };
                    Ok((done, step_to >= to))
                })
                .await?;
            dropped += done.dropped;
            peer_cut_off |= done.peer_cut_off;
            if finished {
                return Ok(Pruned {
                    dropped,
                    peer_cut_off,
                    ..done
                });
            }
        }
    }
}

impl Store {
    /// The entry before the first one that is kept, and the bytes of all changesets up to there, from the lineage's start.
    /// Adds up the whole journal.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn journal_base(&self) -> Result<(u64, u64), Error> {
        let during = "add up the journal";
        self.with_reader(during, move |db| {
            db.execute("BEGIN").during(during)?;
            let state = state::load(db)?.ok_or(Error::Closed)?;
            let query = "SELECT coalesce(sum(length(changeset)), 0) FROM journal";
            let mut statement = db.prepare(query).during(during)?;
            let kept = statement
                .step()
                .during(during)?
                .map_or(0, |row| state::count(&row, 0));
            Ok((
                state.base.seq,
                state.head.journal_bytes.saturating_sub(kept),
            ))
        })
        .await
    }
}

/// The last entry that may go, and the bytes that the peer still lacks.
fn plan(
    parts: &WriterParts<'_, '_>,
    retention: Retention,
    acknowledged: Option<u64>,
) -> Result<(u64, u64), Error> {
    let during = "prune the journal";
    let last = parts.head.position.seq;
    let spare = last
        .saturating_sub(retention.entries_min)
        .max(parts.base.seq);
    let Some(acknowledged) = acknowledged.filter(|&acknowledged| acknowledged < last) else {
        return Ok((spare, 0));
    };
    let query = "SELECT coalesce(sum(length(changeset)), 0) FROM journal WHERE seq > ?1";
    let mut statement = parts.db.cached(query).during(during)?;
    statement.bind(1, sql(acknowledged)).during(during)?;
    let bytes = statement
        .step()
        .during(during)?
        .map_or(0, |row| state::count(&row, 0));
    let kept_for_peer = bytes <= retention.unacknowledged_bytes_max;
    Ok((
        if kept_for_peer {
            spare.min(acknowledged.max(parts.base.seq))
        } else {
            spare
        },
        bytes,
    ))
}

fn drop_to(parts: &mut WriterParts<'_, '_>, seq: u64) -> Result<(), Error> {
    let missing = || Error::Damaged {
        what: format!("journal entry {seq} is missing"),
    };
    let (chain, sum): (Chain, Sum) = journal::at(parts.db, seq, parts.base)?.ok_or_else(missing)?;
    parts
        .db
        .run("DELETE FROM journal WHERE seq <= ?1", &[sql(seq).into()])
        .during("prune the journal")?;
    *parts.base = Base { seq, chain, sum };
    state::save_base(parts.db, parts.base)
}
