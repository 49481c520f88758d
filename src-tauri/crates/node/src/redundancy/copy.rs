//! A snapshot on its way in: spooled by the store, put in place only when the whole of it is there and verified.

use std::time::Duration;

use pair::event::{Event, Own, SnapshotFault};
use pair::message::Stream;
use store::failpoint::{self, Point};
use store::{Install, SnapshotError, SnapshotHeader, SnapshotImport, Store};
use tokio::sync::mpsc;
use tokio::time::{Instant, interval};

use super::driver::Input;
use super::lane::read_own;
use crate::link::wire::BulkKind;

/// How often progress is reported.
const REPORT_EVERY: Duration = Duration::from_millis(250);

/// Rows so far, and rows in all.
type Progress = (u64, u64);

/// A snapshot that is being received.
pub(super) struct Copying {
    backup: bool,
    orphans_after: Option<u64>,
    import: Option<SnapshotImport>,
    report_at: Instant,
}

/// What a part of a snapshot leads to.
pub(super) enum Incoming {
    /// There is more to come; the progress, where it is time to report it.
    More { progress: Option<Progress> },
    /// It is all there.
    Complete(Box<Whole>),
}

/// A snapshot of which every part has arrived.
pub(super) struct Whole {
    backup: bool,
    install: Install,
    import: SnapshotImport,
}

impl Copying {
    pub(super) fn new(backup: bool, orphans_after: Option<u64>) -> Self {
        Self {
            backup,
            orphans_after,
            import: None,
            report_at: Instant::now(),
        }
    }

    /// Takes in the next part. A header begins anew.
    pub(super) async fn take(
        &mut self,
        store: &Store,
        kind: BulkKind,
        data: &[u8],
    ) -> Result<Incoming, SnapshotFault> {
        let reached = failpoint::reach(match kind {
            BulkKind::SnapshotHeader => Point::SnapshotHeaderReceived,
            BulkKind::SnapshotEnd => Point::SnapshotEndReceived,
            BulkKind::SnapshotChunk | BulkKind::Entry => Point::SnapshotChunkReceived,
        });
        reached.await.map_err(|_| SnapshotFault::Broken)?;
        match (kind, &mut self.import) {
            (BulkKind::SnapshotHeader, import) => {
                let header = SnapshotHeader::decode(data).map_err(|error| fault(&error))?;
                *import = Some(
                    store
                        .import_snapshot(header)
                        .await
                        .map_err(|error| fault(&error))?,
                );
                Ok(self.more())
            }
            (BulkKind::SnapshotChunk, Some(import)) => {
                import
                    .push(data.to_vec())
                    .await
                    .map_err(|error| fault(&error))?;
                Ok(self.more())
            }
            (BulkKind::SnapshotEnd, import) => {
                let import = import.take().ok_or(SnapshotFault::Damaged)?;
                let reason = "a full copy of the primary's data replaced this station's".to_owned();
                let install = Install {
                    orphans_after: self.orphans_after,
                    reason,
                    local: Vec::new(),
                };
                Ok(Incoming::Complete(Box::new(Whole {
                    backup: self.backup,
                    install,
                    import,
                })))
            }
            (BulkKind::SnapshotChunk | BulkKind::Entry, _) => Err(SnapshotFault::Damaged),
        }
    }

    fn more(&mut self) -> Incoming {
        let now = Instant::now();
        let due = now >= self.report_at;
        if due {
            self.report_at = now + REPORT_EVERY;
        }
        Incoming::More {
            progress: self
                .import
                .as_ref()
                .filter(|_| due)
                .map(SnapshotImport::progress),
        }
    }
}

impl Whole {
    /// Keeps a backup of this station's data where one is asked for.
    pub(super) async fn back_up(
        &self,
        store: &Store,
        progress: &Reporter<'_>,
    ) -> Result<(), SnapshotFault> {
        if !self.backup {
            return Ok(());
        }
        let reason = "before this station's data was replaced by the primary's";
        let made = progress
            .during(self.import.progress(), store.create_backup(reason))
            .await;
        made.map(drop).map_err(|error| fault(&error.into()))
    }

    /// Puts the snapshot in the place of this station's data.
    pub(super) async fn install(
        self,
        store: &Store,
        progress: &Reporter<'_>,
    ) -> Result<Own, SnapshotFault> {
        let so_far = self.import.progress();
        let replace = async {
            self.import.install(self.install).await?;
            Ok(read_own(store).await?)
        };
        progress
            .during(so_far, replace)
            .await
            .map_err(|error| fault(&error))
    }
}

/// Tells the driver that a long step goes on.
pub(super) struct Reporter<'a> {
    pub(super) stream: Stream,
    pub(super) inputs: &'a mpsc::Sender<Input>,
}

impl Reporter<'_> {
    async fn during<T>(&self, (done, total): Progress, step: impl Future<Output = T>) -> T {
        tokio::pin!(step);
        let mut report = interval(REPORT_EVERY);
        loop {
            tokio::select! {
                outcome = &mut step => return outcome,
                _ = report.tick() => {
                    let event = Event::SnapshotProgress { stream: self.stream, done, total };
                    // Where the driver has ended, nobody needs to know.
                    let _ = self.inputs.send(Input::Pair(event)).await;
                }
            }
        }
    }
}

fn fault(error: &SnapshotError) -> SnapshotFault {
    tracing::error!(%error, "the primary's snapshot did not get in");
    match error {
        SnapshotError::Damaged { .. } => SnapshotFault::Damaged,
        SnapshotError::Store(store::Error::NoSpace { .. }) => SnapshotFault::NoSpace,
        SnapshotError::SchemaDiffers | SnapshotError::Store(_) => SnapshotFault::Broken,
    }
}
