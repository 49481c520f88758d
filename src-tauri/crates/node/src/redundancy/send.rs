//! Snapshots on their way out. One is kept in a file for a while, so that a link that was cut goes on where it stopped.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use domain::history::Position;
use pair::event::{Event, SnapshotFault};
use pair::message::{SnapshotAt, Stream};
use store::failpoint::{self, Point};
use store::{Outgoing, SnapshotExport, Store};
use tokio::sync::mpsc;

use super::driver::Input;
use super::links::{BulkSender, LinkGone};
use super::tail::{SendEnd, Start, send_tail};
use crate::link::wire::BulkKind;
use crate::metrics::Metrics;

/// How long a snapshot is kept that nobody takes.
const KEPT_FOR: Duration = Duration::from_secs(600);

/// The snapshot that can be sent again, if there is one.
#[derive(Clone, Default)]
pub(super) struct Kept(Arc<Mutex<Option<Held>>>);

struct Held {
    snapshot: Arc<Outgoing>,
    used_at: Instant,
}

impl Kept {
    fn slot(&self) -> std::sync::MutexGuard<'_, Option<Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, snapshot: &Arc<Outgoing>) {
        *self.slot() = Some(Held {
            snapshot: Arc::clone(snapshot),
            used_at: Instant::now(),
        });
    }

    /// Forgets the snapshot; one that is being sent is sent to its end.
    pub(super) fn forget(&self) {
        *self.slot() = None;
    }

    /// Forgets a snapshot that nobody took for long.
    pub(super) fn forget_old(&self) {
        self.slot()
            .take_if(|held| held.used_at.elapsed() > KEPT_FOR);
    }

    /// The snapshot that the secondary has a part of, as long as it is a point of this station's history.
    async fn resumable(&self, store: &Store, resume: Option<SnapshotAt>) -> Option<Arc<Outgoing>> {
        let id = resume?.id;
        let snapshot = Arc::clone(&self.slot().as_ref()?.snapshot);
        let position = snapshot.header().head.position;
        let shared = store.check_shared(position.seq, position.chain).await;
        let still_so = shared.is_ok() && store.head().position.lineage == position.lineage;
        (snapshot.header().id == id && still_so).then_some(snapshot)
    }
}

/// One sending of a snapshot.
pub(super) struct Sending {
    pub(super) store: Store,
    pub(super) link: BulkSender,
    pub(super) inputs: mpsc::Sender<Input>,
    pub(super) stream: Stream,
    pub(super) kept: Kept,
    pub(super) metrics: Arc<Metrics>,
}

impl Sending {
    /// Sends a snapshot, or the rest of one that was cut off, then every entry after it.
    pub(super) async fn run(self, resume: Option<SnapshotAt>) {
        match self.send(resume).await {
            Ok(base) => {
                self.metrics.snapshots_sent.one();
                let start = Start {
                    stream: self.stream,
                    after_seq: base.seq,
                    chain: base.chain,
                };
                send_tail(self.store, self.link, self.inputs, start).await;
            }
            Err(SendEnd::Snapshot(error)) => {
                tracing::error!(%error, "the snapshot for the secondary could not be read");
                self.kept.forget();
                let failed = Event::SnapshotFailed {
                    stream: self.stream,
                    why: SnapshotFault::Broken,
                };
                // Where the driver has ended, nobody needs to know.
                let _ = self.inputs.send(Input::Pair(failed)).await;
            }
            Err(ended) => tracing::debug!(%ended, "the snapshot is no longer sent"),
        }
    }

    async fn send(&self, resume: Option<SnapshotAt>) -> Result<Position, SendEnd> {
        if let Some(snapshot) = self.kept.resumable(&self.store, resume).await {
            let from = resume.map_or(0, |at| at.chunks);
            return self.send_kept(&snapshot, from).await;
        }
        self.kept.forget();
        let export = self.store.export_snapshot().await?;
        match self.store.keep_snapshot(export).await? {
            Ok(snapshot) => {
                let snapshot = Arc::new(snapshot);
                self.kept.keep(&snapshot);
                self.send_kept(&snapshot, 0).await
            }
            Err(export) => self.send_as_read(export).await,
        }
    }

    async fn send_kept(&self, snapshot: &Arc<Outgoing>, from: u32) -> Result<Position, SendEnd> {
        let header = snapshot.header();
        failpoint::reach(Point::SnapshotHeaderBeforeSend).await?;
        self.say(BulkKind::SnapshotHeader, header.encode()).await?;
        let mut index = from;
        while let Some((chunk, rows)) = snapshot.chunk(index).await? {
            failpoint::reach(Point::SnapshotChunkBeforeSend).await?;
            self.say(BulkKind::SnapshotChunk, chunk).await?;
            self.kept.keep(snapshot);
            self.progress(rows, header.rows).await?;
            index += 1;
        }
        failpoint::reach(Point::SnapshotEndBeforeSend).await?;
        self.say(BulkKind::SnapshotEnd, Vec::new()).await?;
        tracing::info!(
            rows = header.rows,
            from,
            chunks = index,
            "a snapshot was sent"
        );
        Ok(header.head.position)
    }

    /// Without a copy on this disk: it begins anew where it is cut off.
    async fn send_as_read(&self, mut export: SnapshotExport) -> Result<Position, SendEnd> {
        failpoint::reach(Point::SnapshotHeaderBeforeSend).await?;
        let (base, rows) = (export.header().head.position, export.header().rows);
        self.say(BulkKind::SnapshotHeader, export.header().encode())
            .await?;
        while let Some(chunk) = export.next().await {
            failpoint::reach(Point::SnapshotChunkBeforeSend).await?;
            self.say(BulkKind::SnapshotChunk, chunk?).await?;
            self.progress(export.rows(), rows).await?;
        }
        failpoint::reach(Point::SnapshotEndBeforeSend).await?;
        self.say(BulkKind::SnapshotEnd, Vec::new()).await?;
        tracing::info!(rows, "a snapshot was sent as it was read");
        Ok(base)
    }

    async fn say(&self, kind: BulkKind, data: Vec<u8>) -> Result<(), LinkGone> {
        self.link.send(self.stream, kind, Bytes::from(data)).await
    }

    async fn progress(&self, done: u64, total: u64) -> Result<(), LinkGone> {
        let progress = Event::SnapshotProgress {
            stream: self.stream,
            done,
            total,
            at: None,
        };
        let told = self.inputs.send(Input::Pair(progress)).await;
        told.map_err(|_| LinkGone)
    }
}
