//! A snapshot on its way in: spooled by the store, put in place only when the whole of it is there and verified.

use std::time::Duration;

use pair::event::{Event, Own, SnapshotFault};
use pair::message::{SnapshotAt, Stream};
use store::failpoint::{self, Point};
use store::{Install, SnapshotError, SnapshotHeader, SnapshotImport, Store};
use tokio::sync::mpsc;
use tokio::time::interval;

use super::driver::Input;
use super::lane::read_own;
use crate::link::wire::BulkKind;

/// How often it is told that a long step goes on.
const REPORT_EVERY: Duration = Duration::from_millis(250);

/// Rows so far, and rows in all.
pub(super) type Progress = (u64, u64);

/// A snapshot that is being received.
pub(super) struct Copying {
    backup: bool,
    orphans_after: Option<u64>,
    import: Option<SnapshotImport>,
    /// A part of a snapshot that came on an earlier link, and how much of it the primary was told of.
    earlier: Option<(SnapshotImport, SnapshotAt)>,
}

/// What a part of a snapshot leads to.
pub(super) enum Incoming {
    /// There is more to come; how far it is.
    More {
        progress: Option<(Progress, SnapshotAt)>,
    },
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
    pub(super) fn new(
        backup: bool,
        orphans_after: Option<u64>,
        earlier: Option<(SnapshotImport, SnapshotAt)>,
    ) -> Self {
        Self {
            backup,
            orphans_after,
            import: None,
            earlier,
        }
    }

    /// What there is of the snapshot, for another link to go on with.
    pub(super) fn into_part(self) -> Option<SnapshotImport> {
        self.import.or(self.earlier.map(|(import, _)| import))
    }

    /// The part of an earlier link where this is the header of the same snapshot, or a new import.
    async fn begin(
        &mut self,
        store: &Store,
        header: SnapshotHeader,
    ) -> Result<SnapshotImport, SnapshotError> {
        if let Some((mut import, at)) = self.earlier.take()
            && import.header() == &header
            && import.resume_after(at.chunks)
        {
            return Ok(import);
        }
        store.import_snapshot(header).await
    }

    /// Takes in the next part. A header begins anew, or goes on where an earlier link was cut.
    pub(super) async fn take(
        &mut self,
        store: &Store,
        kind: BulkKind,
        data: &[u8],
    ) -> Result<Incoming, SnapshotFault> {
        let reached = failpoint::reach(match kind {
            BulkKind::SnapshotHeader => Point::SnapshotHeaderReceived,
            BulkKind::SnapshotEnd => Point::SnapshotEndReceived,
            _ => Point::SnapshotChunkReceived,
        });
        reached.await.map_err(|_| SnapshotFault::Broken)?;
        match (kind, &mut self.import) {
            (BulkKind::SnapshotHeader, _) => {
                let header = SnapshotHeader::decode(data).map_err(|error| fault(&error))?;
                self.import = None;
                let import = self.begin(store, header).await;
                self.import = Some(import.map_err(|error| fault(&error))?);
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
            (
                BulkKind::SnapshotChunk | BulkKind::Entry | BulkKind::Question | BulkKind::Sums,
                _,
            ) => Err(SnapshotFault::Damaged),
        }
    }

    /// Told at each chunk: what is told is what a link that is cut goes on after.
    fn more(&self) -> Incoming {
        Incoming::More {
            progress: self.import.as_ref().map(|import| {
                let at = SnapshotAt {
                    id: import.header().id,
                    chunks: import.chunks(),
                };
                (import.progress(), at)
            }),
        }
    }
}

impl Whole {
    /// What there is of the snapshot, all of it, for another link to go on with.
    pub(super) fn into_part(self) -> SnapshotImport {
        self.import
    }

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
    /// What it is a step of.
    pub(super) event: fn(Stream, Progress) -> Event,
}

/// The progress of a snapshot that is all there.
pub(super) fn copied(stream: Stream, (done, total): Progress) -> Event {
    Event::SnapshotProgress {
        stream,
        done,
        total,
        at: None,
    }
}

/// The progress of a comparison.
pub(super) fn compared(stream: Stream, (done, total): Progress) -> Event {
    Event::CompareProgress {
        stream,
        done,
        total,
    }
}

impl Reporter<'_> {
    pub(super) async fn during<T>(&self, so_far: Progress, step: impl Future<Output = T>) -> T {
        tokio::pin!(step);
        let mut report = interval(REPORT_EVERY);
        // The first tick comes at once: most steps are not long.
        report.tick().await;
        loop {
            tokio::select! {
                outcome = &mut step => return outcome,
                _ = report.tick() => {
                    // Where the driver has ended, nobody needs to know.
                    let _ = self.inputs.send(Input::Pair((self.event)(self.stream, so_far))).await;
                }
            }
        }
    }
}

fn fault(error: &SnapshotError) -> SnapshotFault {
    tracing::error!(%error, "the primary's snapshot did not get in");
    match error {
        SnapshotError::Damaged { .. } => SnapshotFault::Damaged,
        SnapshotError::Excessive { .. } => SnapshotFault::Excessive,
        SnapshotError::Store(store::Error::NoSpace { .. }) => SnapshotFault::NoSpace,
        SnapshotError::SchemaDiffers | SnapshotError::Store(_) => SnapshotFault::Broken,
    }
}
