//! `compare_histories`: what each station has that the other lacks, wherever an operator has to choose between them.

use domain::history::{Chain, EpochStart, Position};
use pair::relate::{History, Relation, relate};
use serde::{Deserialize, Serialize};
use store::{DescribedEntry, Store, TailError};

use super::Desk;
use super::affected;
use super::desk::instant_us;
use super::peer::ask;
use crate::api::{ApiError, ComparedEntry, Comparison, Side};
use crate::link::ask::Question;
use crate::redundancy::RedundancyHandle;

/// Entries that are listed of each side.
const ENTRIES_MAX: u32 = 200;

/// What a station answers to [`Question::Compare`].
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Told {
    shared_seq: Option<u64>,
    /// Its chain there, as far as its journal reaches.
    chain: Option<Chain>,
    side: Side,
}

/// `compare_histories`.
///
/// # Errors
/// `internal`; not where the peer cannot be asked: the answer says why then.
pub async fn histories(desk: &Desk, handle: &RedundancyHandle) -> Result<Comparison, ApiError> {
    let store = desk.store();
    let own = store.overview().await?;
    let (position, mut epochs) = (own.head.position, own.epochs);
    // Whoever shares none of the latest shares none that a Hello could tell of either.
    epochs.drain(..epochs.len().saturating_sub(pair::message::EPOCHS_MAX));
    let mut told: Result<Told, ApiError> =
        ask(handle, Question::Compare { position, epochs }).await;
    if let Ok(Told {
        shared_seq: Some(seq),
        chain: Some(theirs),
        ..
    }) = &told
        && chain(store, *seq)
            .await?
            .is_some_and(|mine| mine != *theirs)
    {
        // The epochs agree and the entries do not: nothing is known to be shared.
        let epochs = Vec::new();
        told = ask(handle, Question::Compare { position, epochs }).await;
    }
    let known = handle.snapshot().view.difference;
    let shared_seq = match &told {
        Ok(told) => told.shared_seq,
        Err(_) => known.map(|difference| difference.shared_seq),
    };
    let only_here = side(store, shared_seq).await?;
    let (only_there, peer_error) = match told {
        Ok(told) => (Some(told.side), None),
        Err(error) => (None, Some(error.message)),
    };
    Ok(Comparison {
        shared_seq,
        only_here,
        only_there,
        peer_error,
    })
}

/// The answer to a station that is there, with these epochs.
pub(super) async fn tell(
    store: &Store,
    position: Position,
    epochs: &[EpochStart],
) -> Result<Told, ApiError> {
    let own = store.overview().await?;
    let mine = History {
        position: &own.head.position,
        epochs: &own.epochs,
    };
    let theirs = History {
        position: &position,
        epochs,
    };
    let shared_seq = match relate(mine, theirs) {
        Relation::Equal => Some(position.seq),
        Relation::Behind { shared_seq }
        | Relation::Ahead { shared_seq }
        | Relation::Diverged { shared_seq, .. }
        | Relation::Forked { shared_seq } => Some(shared_seq),
        Relation::ChainDiffers | Relation::NothingShared | Relation::OtherLineage => None,
    };
    let chain = match shared_seq {
        Some(seq) => chain(store, seq).await?,
        None => None,
    };
    Ok(Told {
        shared_seq,
        chain,
        side: side(store, shared_seq).await?,
    })
}

/// The chain after an entry; `None` where the journal does not hold it (any more).
async fn chain(store: &Store, seq: u64) -> Result<Option<Chain>, ApiError> {
    match store.at(seq).await {
        Ok((chain, _)) => Ok(Some(chain)),
        Err(TailError::Store(error)) => Err(error.into()),
        Err(
            TailError::Cut { .. } | TailError::ChainDiffers { .. } | TailError::NoSuchSeq { .. },
        ) => Ok(None),
    }
}

/// What this station has after the last entry that both share.
async fn side(store: &Store, shared_seq: Option<u64>) -> Result<Side, ApiError> {
    let after = shared_seq.unwrap_or(0);
    let entries = store.described_after(after, ENTRIES_MAX).await?;
    Ok(Side {
        total: store.head().position.seq.saturating_sub(after),
        entries: entries.into_iter().map(shown).collect(),
    })
}

fn shown(described: DescribedEntry) -> ComparedEntry {
    let DescribedEntry { entry, affected } = described;
    ComparedEntry {
        seq: entry.seq,
        epoch: entry.epoch.number,
        at: instant_us(entry.at_us),
        station_id: entry.station,
        user: entry.user,
        label: entry.label,
        affected: affected::shown(affected),
    }
}
