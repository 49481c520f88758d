//! How two histories relate, from their epoch histories alone: one exchange finds the last entry that both share, at any
//! distance, as Kafka's leader epochs do (KIP-101, KIP-279).
//!
//! What this cannot see is checked elsewhere: that the entries within a shared epoch are the same ones. The secondary sends
//! its chain at the shared entry with [`crate::Message::Resume`], and the **primary's journal** compares it before it sends
//! a single entry.

use domain::history::{EpochStart, Position};

/// One station's history.
#[derive(Debug, Clone, Copy)]
pub struct History<'a> {
    /// Where it is.
    pub position: &'a Position,
    /// Its epoch starts, oldest first; the last one is the position's epoch.
    pub epochs: &'a [EpochStart],
}

/// How this station's history relates to the other's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// The same entries, the same epochs.
    Equal,
    /// The same epochs and seq, another chain: the entries differ where none may.
    ChainDiffers,
    /// This one lacks entries or epochs that the other has, and has nothing that the other lacks.
    Behind {
        /// The last entry that both share.
        shared_seq: u64,
    },
    /// This one has entries or epochs that the other lacks, and lacks nothing.
    Ahead {
        /// The last entry that both share.
        shared_seq: u64,
    },
    /// Each has what the other lacks.
    Diverged {
        /// The last entry that both share.
        shared_seq: u64,
        /// The number of the last epoch that both have begun.
        shared_epoch: u64,
    },
    /// Both are in an epoch of one number that two stations opened.
    Forked {
        /// The last entry that both share.
        shared_seq: u64,
    },
    /// One lineage, and no epoch start in common in what was sent.
    NothingShared,
    /// Another lineage.
    OtherLineage,
}

/// Relates `mine` to `theirs`.
#[must_use]
pub fn relate(mine: History<'_>, theirs: History<'_>) -> Relation {
    if mine.position.lineage != theirs.position.lineage {
        return Relation::OtherLineage;
    }
    let Some((i, j)) = last_shared_start(mine.epochs, theirs.epochs) else {
        return Relation::NothingShared;
    };
    let my_end = mine
        .epochs
        .get(i + 1)
        .map_or(mine.position.seq, |next| next.after_seq);
    let their_end = theirs
        .epochs
        .get(j + 1)
        .map_or(theirs.position.seq, |next| next.after_seq);
    let shared_seq = my_end.min(their_end);
    if mine.position.epoch.number == theirs.position.epoch.number
        && mine.position.epoch != theirs.position.epoch
    {
        return Relation::Forked { shared_seq };
    }
    let i_have_more = i + 1 < mine.epochs.len() || mine.position.seq > shared_seq;
    let they_have_more = j + 1 < theirs.epochs.len() || theirs.position.seq > shared_seq;
    match (i_have_more, they_have_more) {
        (false, false) if mine.position.chain == theirs.position.chain => Relation::Equal,
        (false, false) => Relation::ChainDiffers,
        (false, true) => Relation::Behind { shared_seq },
        (true, false) => Relation::Ahead { shared_seq },
        (true, true) => Relation::Diverged {
            shared_seq,
            shared_epoch: mine.epochs[i].epoch.number,
        },
    }
}

/// The latest epoch start that both have, as indexes. Numbers rise along a history, so one walk from the ends finds it.
fn last_shared_start(mine: &[EpochStart], theirs: &[EpochStart]) -> Option<(usize, usize)> {
    let (mut i, mut j) = (mine.len().checked_sub(1)?, theirs.len().checked_sub(1)?);
    loop {
        let (a, b) = (mine[i], theirs[j]);
        if a == b {
            return Some((i, j));
        }
        if a.epoch.number >= b.epoch.number {
            i = i.checked_sub(1)?;
        }
        if b.epoch.number >= a.epoch.number {
            j = j.checked_sub(1)?;
        }
    }
}
