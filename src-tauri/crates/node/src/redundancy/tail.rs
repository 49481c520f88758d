//! What a primary sends in bulk: the entries of its journal as they are committed.

use bytes::Bytes;
use domain::history::Chain;
use pair::event::Event;
use pair::message::{Stream, TailRefusal};
use store::failpoint::{self, Point};
use store::{Commit, Entry, SnapshotError, Store, TailError};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;

use super::driver::Input;
use super::links::{BulkSender, LinkGone};
use crate::link::wire::BulkKind;

/// Entries that are read from the journal at once.
const READ_ENTRIES_MAX: usize = 512;
/// Bytes of changesets that are read from the journal at once.
const READ_BYTES_MAX: u64 = 1 << 20;

/// Where a tail begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start {
    pub(super) stream: Stream,
    /// The last entry that the secondary holds, and its chain there.
    pub(super) after_seq: u64,
    pub(super) chain: Chain,
}

/// Why sending ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendEnd {
    #[error(transparent)]
    Journal(#[from] TailError),
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    #[error(transparent)]
    Link(#[from] LinkGone),
    #[error("the store is closed")]
    StoreClosed,
    #[error("sending failed: {0}")]
    Io(#[from] std::io::Error),
    #[error("the secondary took too long over its questions")]
    Overdue,
    #[error("the secondary sent what is no question")]
    NoQuestion,
}

/// Sends every entry after the secondary's last one, and each new one at once. Ends with the link, or with a refusal.
pub(super) async fn send_tail(
    store: Store,
    link: BulkSender,
    inputs: mpsc::Sender<Input>,
    start: Start,
) {
    let checked = store.check_shared(start.after_seq, start.chain).await;
    let ended = match checked {
        Ok(()) => follow_journal(&store, &link, start.stream, start.after_seq).await,
        Err(error) => SendEnd::Journal(error),
    };
    tracing::debug!(%ended, "the journal's tail is no longer sent");
    if let SendEnd::Journal(error) = ended {
        let refused = Event::TailRefused {
            stream: start.stream,
            why: refusal(&error),
        };
        // Where the driver has ended, nobody needs to know.
        let _ = inputs.send(Input::Pair(refused)).await;
    }
}

fn refusal(error: &TailError) -> TailRefusal {
    match error {
        TailError::Cut { .. } => TailRefusal::JournalCut,
        TailError::ChainDiffers { .. } => TailRefusal::ChainDiffers,
        TailError::NoSuchSeq { .. } => TailRefusal::NoSuchSeq,
        TailError::Store(error) => {
            tracing::error!(%error, "the journal could not be read to be sent");
            TailRefusal::Broken
        }
    }
}

/// A journal's tail on its way to the secondary.
struct Tail<'a> {
    store: &'a Store,
    link: &'a BulkSender,
    stream: Stream,
    /// The last entry that was sent.
    sent_seq: u64,
}

async fn follow_journal(
    store: &Store,
    link: &BulkSender,
    stream: Stream,
    after_seq: u64,
) -> SendEnd {
    // Subscribed before the journal is read, so that no entry falls in between.
    let mut commits = store.subscribe_first();
    let mut tail = Tail {
        store,
        link,
        stream,
        sent_seq: after_seq,
    };
    loop {
        let ended = async {
            tail.catch_up().await?;
            tail.keep_up(&mut commits).await
        };
        if let Err(end) = ended.await {
            return end;
        }
    }
}

impl Tail<'_> {
    /// Sends what the journal holds.
    async fn catch_up(&mut self) -> Result<(), SendEnd> {
        loop {
            let entries = self
                .store
                .entries_after(self.sent_seq, READ_ENTRIES_MAX, READ_BYTES_MAX)
                .await?;
            if entries.is_empty() {
                return Ok(());
            }
            for entry in entries {
                self.send(&entry).await?;
            }
        }
    }

    /// Sends each entry as it is committed, without a look into the journal; returns where some were missed.
    async fn keep_up(&mut self, commits: &mut broadcast::Receiver<Commit>) -> Result<(), SendEnd> {
        loop {
            match commits.recv().await {
                Ok(Commit::Edited(entry)) if entry.seq == self.sent_seq + 1 => {
                    self.send(&entry).await?
                }
                Ok(Commit::Edited(entry)) if entry.seq <= self.sent_seq => {}
                Ok(_) | Err(RecvError::Lagged(_)) => return Ok(()),
                Err(RecvError::Closed) => return Err(SendEnd::StoreClosed),
            }
        }
    }

    async fn send(&mut self, entry: &Entry) -> Result<(), SendEnd> {
        failpoint::reach(Point::EntryBeforeSend).await?;
        let frame = Bytes::from(entry.encode());
        let frames = match failpoint::value(Point::EntryFrame) {
            None => return self.hand_over(entry.seq, frame).await,
            Some(fault) => spoilt(&frame, &fault),
        };
        for frame in frames {
            self.hand_over(entry.seq, frame).await?;
        }
        self.sent_seq = entry.seq;
        Ok(())
    }

    async fn hand_over(&mut self, seq: u64, frame: Bytes) -> Result<(), SendEnd> {
        self.link.send(self.stream, BulkKind::Entry, frame).await?;
        self.sent_seq = seq;
        Ok(())
    }
}

/// What a test makes of a frame on its way ([`Point::EntryFrame`]).
fn spoilt(frame: &Bytes, fault: &str) -> Vec<Bytes> {
    match fault {
        "twice" => vec![frame.clone(), frame.clone()],
        "truncate" => vec![frame.slice(..frame.len() / 2)],
        _ => {
            let mut bytes = frame.to_vec();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x01;
            vec![bytes.into()]
        }
    }
}
