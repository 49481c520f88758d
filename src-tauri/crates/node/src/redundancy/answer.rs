//! A primary's part in a comparison: its data, pinned at one position, and the answers about it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::history::Position;
use pair::event::{Event, SnapshotFault};
use pair::message::Stream;
use store::failpoint::{self, Point};
use store::{Answer, Store};
use tokio::sync::{Mutex, mpsc};
use tokio::time::{Instant, timeout_at};

use super::driver::Input;
use super::links::{BulkFrame, BulkSender, LinkGone};
use super::tail::{SendEnd, Start, send_tail};
use crate::link::wire::BulkKind;

/// How long the data stays pinned at most: SQLite's WAL grows with the edits that are made meanwhile.
const PINNED_MAX: Duration = Duration::from_secs(900);
/// How long the secondary may take over its next question: it sums its own rows meanwhile.
const QUESTION_MAX: Duration = Duration::from_secs(120);
/// Parts of an answer that are read ahead of the link.
const PARTS_AHEAD: usize = 4;

/// What the secondary sends in bulk on a link, for whichever comparison is under way on it.
pub(super) type Questions = Arc<Mutex<mpsc::Receiver<BulkFrame>>>;

/// One comparison.
pub(super) struct Answering {
    pub(super) store: Store,
    pub(super) link: BulkSender,
    pub(super) inputs: mpsc::Sender<Input>,
    pub(super) stream: Stream,
    pub(super) questions: Questions,
}

impl Answering {
    /// Answers until the secondary has everything, then sends every entry after the pinned position.
    pub(super) async fn run(self) {
        let why = match self.answer_all().await {
            Ok(base) => {
                let start = Start {
                    stream: self.stream,
                    after_seq: base.seq,
                    chain: base.chain,
                };
                return send_tail(self.store, self.link, self.inputs, start).await;
            }
            Err(SendEnd::Link(gone)) => {
                return tracing::debug!(%gone, "the comparison has ended");
            }
            Err(SendEnd::Overdue) => SnapshotFault::Cut,
            Err(ended) => {
                tracing::error!(%ended, "what the secondary asks about the data was not answered");
                SnapshotFault::Broken
            }
        };
        let failed = Event::SnapshotFailed {
            stream: self.stream,
            why,
        };
        // Where the driver has ended, nobody needs to know.
        let _ = self.inputs.send(Input::Pair(failed)).await;
    }

    async fn answer_all(&self) -> Result<Position, SendEnd> {
        let mut questions = self.questions.lock().await;
        let mut pinned = self.store.pin().await?;
        let unpinned_at = Instant::now() + PINNED_MAX;
        let header = pinned.header();
        let (base, rows) = (header.head.position, header.rows);
        let header = header.encode();
        self.say(BulkKind::SnapshotHeader, header).await?;
        loop {
            let due = unpinned_at.min(Instant::now() + QUESTION_MAX);
            let question = timeout_at(due, questions.recv())
                .await
                .map_err(|_| SendEnd::Overdue)?
                .ok_or(LinkGone)?;
            // Of a comparison that was given up.
            if question.stream != self.stream {
                continue;
            }
            match question.kind {
                BulkKind::SnapshotEnd => break,
                BulkKind::Question => {}
                _ => return Err(SendEnd::NoQuestion),
            }
            let (sender, answers) = mpsc::channel(PARTS_AHEAD);
            let (answered, said) =
                tokio::join!(pinned.answer(&question.data, sender), self.say_all(answers));
            answered?;
            said?;
            self.progress(pinned.summed().min(rows), rows).await?;
        }
        pinned.release().await;
        tracing::info!(seq = base.seq, "what differs was sent");
        Ok(base)
    }

    async fn say_all(&self, mut answers: mpsc::Receiver<Answer>) -> Result<(), SendEnd> {
        while let Some(answer) = answers.recv().await {
            let (kind, data) = match answer {
                Answer::Sums(data) => (BulkKind::Sums, data),
                Answer::Rows(data) => (BulkKind::SnapshotChunk, data),
                Answer::Entry(data) => (BulkKind::Entry, data),
                Answer::End => (BulkKind::SnapshotEnd, Vec::new()),
            };
            failpoint::reach(Point::CompareAnswerBeforeSend).await?;
            self.say(kind, data).await?;
        }
        Ok(())
    }

    async fn say(&self, kind: BulkKind, data: Vec<u8>) -> Result<(), LinkGone> {
        self.link.send(self.stream, kind, Bytes::from(data)).await
    }

    async fn progress(&self, done: u64, total: u64) -> Result<(), LinkGone> {
        let progress = Event::CompareProgress {
            stream: self.stream,
            done,
            total,
        };
        let told = self.inputs.send(Input::Pair(progress)).await;
        told.map_err(|_| LinkGone)
    }
}
