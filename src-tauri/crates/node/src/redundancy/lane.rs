//! What the driver has the store do, one after the other, so that the driver itself never waits for the disk.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use pair::action::Token;
use pair::durable::Durable;
use pair::event::{Event, Own};
use pair::message::Head;
use store::failpoint::{self, Point};
use store::{LocalPut, Pruned, Retention, Store};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;

use super::driver::Input;
use super::handle::{Answer, RedundancyError};
use super::start::StartError;
use crate::metrics::{JournalKept, Metrics};

/// The local record that the pair's state is kept under.
const RECORD: &str = "pair";
/// How long after a failed read it is tried again.
const READ_RETRY: Duration = Duration::from_millis(100);
/// Jobs that may wait for a slow disk.
const WAITING_MAX: usize = 256;

/// One thing for the store to do.
pub(super) enum Job {
    Persist {
        token: Token,
        durable: Box<Durable>,
    },
    OpenEpoch {
        token: Token,
        number: u64,
        durable: Box<Durable>,
    },
    OpenLineage {
        token: Token,
        durable: Box<Durable>,
    },
    Quiesce {
        token: Token,
    },
    Rewind {
        token: Token,
        to_seq: u64,
    },
    Log {
        event: &'static str,
        detail: String,
    },
    Restored {
        answer: Answer,
    },
}

/// The lane: jobs in, outcomes back to the driver.
pub(super) struct Lane {
    jobs: mpsc::Sender<Job>,
    worker: Worker,
    pruning: Option<JoinHandle<()>>,
}

#[derive(Clone)]
struct Worker {
    store: Store,
    inputs: mpsc::Sender<Input>,
    turn: Turn,
    orphans: Arc<AtomicU64>,
    metrics: Arc<Metrics>,
}

/// Whose turn it is to change the store's history: the lane's, or the follower's. The follower looks, in its turn, whether it is still
/// to follow; so nothing that it was told to stop doing happens after what the driver asked for next.
pub(super) type Turn = Arc<Mutex<()>>;

impl Lane {
    pub(super) fn start(
        store: Store,
        inputs: mpsc::Sender<Input>,
        turn: Turn,
        metrics: Arc<Metrics>,
    ) -> Self {
        let (jobs, mut queue) = mpsc::channel(WAITING_MAX);
        let worker = Worker {
            store,
            inputs,
            turn,
            orphans: Arc::default(),
            metrics,
        };
        let at_work = worker.clone();
        tokio::spawn(async move {
            at_work.count_orphans().await;
            while let Some(job) = queue.recv().await {
                at_work.run(job).await;
            }
        });
        let lane = Self {
            jobs,
            worker,
            pruning: None,
        };
        lane.note_journal();
        lane
    }

    /// Has a job done after those before it.
    pub(super) fn run(&self, job: Job) {
        if let Err(error) = self.jobs.try_send(job) {
            tracing::error!(
                "the disk has not kept up with {WAITING_MAX} changes of the pair's state"
            );
            self.refuse(error.into_inner());
        }
    }

    /// Drops what the journal need not keep, beside the jobs. `acknowledged` is the last entry that the peer holds durably;
    /// `None` without a peer.
    pub(super) fn prune(&mut self, acknowledged: Option<u64>) {
        if self
            .pruning
            .as_ref()
            .is_some_and(|pruning| !pruning.is_finished())
        {
            return;
        }
        let worker = self.worker.clone();
        self.pruning = Some(tokio::spawn(
            async move { worker.prune(acknowledged).await },
        ));
    }

    /// Adds up anew what the journal keeps, beside the jobs.
    pub(super) fn note_journal(&self) {
        let worker = self.worker.clone();
        tokio::spawn(async move { worker.note_journal(None).await });
    }

    /// Counts the orphans anew, beside the jobs.
    pub(super) fn recount_orphans(&self) {
        let worker = self.worker.clone();
        tokio::spawn(async move { worker.count_orphans().await });
    }

    pub(super) fn report_restored(&self, answer: Answer) {
        self.run(Job::Restored { answer });
    }

    /// Entries that are kept as orphans and not yet dealt with, as of the last change.
    pub(super) fn orphans(&self) -> u64 {
        self.worker.orphans.load(Ordering::Relaxed)
    }

    /// Answers a job that did not even get into the queue.
    fn refuse(&self, job: Job) {
        let event = match job {
            Job::Persist { token, .. }
            | Job::OpenEpoch { token, .. }
            | Job::OpenLineage { token, .. } => Event::NotDurable { token },
            Job::Rewind { token, .. } => Event::RewindFailed { token },
            // The machine waits for a writer that hangs; its operator is told so.
            Job::Quiesce { .. } | Job::Log { .. } | Job::Restored { .. } => return,
        };
        let worker = self.worker.clone();
        tokio::spawn(async move { worker.report(event).await });
    }
}

impl Worker {
    async fn run(&self, job: Job) {
        let _turn = self.turn.lock().await;
        match job {
            Job::Persist { token, durable } => {
                let outcome = self.persist(&durable).await;
                self.outcome(token, outcome.map(|()| Event::Persisted { token }))
                    .await;
            }
            Job::OpenEpoch {
                token,
                number,
                durable,
            } => {
                let outcome = self
                    .open(token, &durable, async |puts| {
                        self.store.open_epoch(number, puts).await
                    })
                    .await;
                self.outcome(token, outcome).await;
            }
            Job::OpenLineage { token, durable } => {
                let outcome = self
                    .open(token, &durable, async |puts| {
                        self.store.open_lineage(puts).await
                    })
                    .await;
                self.outcome(token, outcome).await;
            }
            Job::Quiesce { token } => match self.store.quiesce().await {
                Ok(head) => {
                    self.report(Event::Quiesced {
                        token,
                        head: pair_head(head),
                    })
                    .await
                }
                Err(error) => {
                    tracing::error!(%error, "the writer could not be waited for");
                    self.report(Event::NotDurable { token }).await;
                }
            },
            Job::Rewind { token, to_seq } => self.rewind(token, to_seq).await,
            Job::Log { event, detail } => {
                if let Err(error) = self.store.log_redundancy(event, &detail).await {
                    tracing::warn!(%error, event, detail, "a line of the redundancy log was not kept");
                }
            }
            Job::Restored { answer } => self.restored(answer).await,
        }
    }

    async fn persist(&self, durable: &Durable) -> Result<(), store::Error> {
        let (before, after) = if durable.handing_over.is_some() {
            (
                Point::RecordHandingOverBefore,
                Point::RecordHandingOverAfter,
            )
        } else if durable.config.mode.is_secondary() {
            (Point::RecordSecondaryBefore, Point::RecordSecondaryAfter)
        } else {
            (Point::RecordPrimaryBefore, Point::RecordPrimaryAfter)
        };
        failpoint::reach(before).await.map_err(failed)?;
        self.store.put_local(RECORD, durable).await?;
        failpoint::reach(after).await.map_err(failed)
    }

    async fn open(
        &self,
        token: Token,
        durable: &Durable,
        open: impl AsyncFnOnce(Vec<LocalPut>) -> Result<store::Head, store::Error>,
    ) -> Result<Event, store::Error> {
        open(vec![LocalPut::new(RECORD, durable)?]).await?;
        let own = read_own_again(&self.store).await?;
        Ok(Event::Opened { token, own })
    }

    async fn outcome(&self, token: Token, outcome: Result<Event, store::Error>) {
        let event = outcome.unwrap_or_else(|error| {
            tracing::error!(%error, "the pair's state did not become durable");
            Event::NotDurable { token }
        });
        self.report(event).await;
    }

    async fn rewind(&self, token: Token, to_seq: u64) {
        let rewound = async {
            let rewound = self
                .store
                .rewind(to_seq, "the other station led on from an earlier entry")
                .await?;
            let own = read_own_again(&self.store).await?;
            Ok::<_, store::Error>(Event::Rewound {
                token,
                own,
                orphans: rewound.orphans,
            })
        };
        let event = rewound.await.unwrap_or_else(|error| {
            tracing::error!(%error, to_seq, "this station's history could not be cut back");
            Event::RewindFailed { token }
        });
        self.count_orphans().await;
        self.report(event).await;
    }

    async fn restored(&self, answer: Answer) {
        match read_own_again(&self.store).await {
            Ok(own) => {
                self.report(Event::Restored { own }).await;
                // Whoever asked may have gone.
                let _ = answer.send(Ok(()));
            }
            Err(error) => {
                tracing::error!(%error, "the restored history could not be read");
                let _ = answer.send(Err(RedundancyError::Store(error)));
            }
        }
    }

    async fn prune(&self, acknowledged: Option<u64>) {
        let retention = retention();
        match self.store.prune(retention, acknowledged).await {
            Ok(pruned) => {
                self.note_journal(Some((&pruned, retention))).await;
                self.report(Event::Retained {
                    bytes: pruned.unacknowledged_bytes,
                    bytes_max: retention.unacknowledged_bytes_max,
                    peer_cut_off: pruned.peer_cut_off,
                })
                .await;
            }
            Err(error) => tracing::warn!(%error, "the journal was not pruned"),
        }
    }

    /// For the metrics: what is kept. It is added up only where the journal's beginning has moved.
    async fn note_journal(&self, pruned: Option<(&Pruned, Retention)>) {
        let base_seq = pruned.map(|(pruned, _)| pruned.base_seq);
        let unacknowledged = pruned.map(|(pruned, retention)| {
            (
                pruned.unacknowledged_bytes,
                retention.unacknowledged_bytes_max,
            )
        });
        let known = *self.journal();
        let (base_seq, base_bytes) = match known.filter(|known| Some(known.base_seq) == base_seq) {
            Some(known) => (known.base_seq, known.base_bytes),
            None => match self.store.journal_base().await {
                Ok(base) => base,
                Err(error) => {
                    tracing::warn!(%error, "what the journal keeps could not be added up");
                    return;
                }
            },
        };
        *self.journal() = Some(JournalKept {
            base_seq,
            base_bytes,
            unacknowledged,
        });
    }

    fn journal(&self) -> std::sync::MutexGuard<'_, Option<JournalKept>> {
        self.metrics
            .journal
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    async fn count_orphans(&self) {
        match self.store.open_orphans().await {
            Ok(count) => self.orphans.store(count, Ordering::Relaxed),
            Err(error) => tracing::warn!(%error, "the orphans could not be counted"),
        }
    }

    async fn report(&self, event: Event) {
        // Where the driver has ended, nobody needs to know.
        let _ = self.inputs.send(Input::Pair(event)).await;
    }
}

/// Where the store is, after something became durable that must not be reported as if it had not: what cannot be read is
/// read again until it can be. Only the end of the store ends this.
async fn read_own_again(store: &Store) -> Result<Own, store::Error> {
    loop {
        match read_own(store).await {
            Err(error) if !matches!(error, store::Error::Closed) => {
                tracing::error!(%error, "this station's history could not be read; it is tried again");
                tokio::time::sleep(READ_RETRY).await;
            }
            read => return read,
        }
    }
}

/// The pair's state as it was last made durable; the default on a station's first start.
pub(super) async fn read_record(store: &Store) -> Result<Durable, StartError> {
    Ok(store.local(RECORD).await?.unwrap_or_default())
}

/// Where the store is.
pub(super) async fn read_own(store: &Store) -> Result<Own, store::Error> {
    let overview = store.overview().await?;
    Ok(Own {
        head: pair_head(overview.head),
        epochs: overview.epochs,
        empty: overview.empty,
        left: overview.left,
    })
}

/// The store's head in the pair's terms.
pub(super) fn pair_head(head: store::Head) -> Head {
    Head {
        position: head.position,
        sum: head.sum,
        journal_bytes: head.journal_bytes,
    }
}

/// What the journal keeps; little where a test wants it so.
fn retention() -> Retention {
    let keeps = failpoint::value(Point::JournalKeeps).and_then(|entries| entries.parse().ok());
    keeps.map_or_else(Retention::default, |entries_min| Retention {
        entries_min,
        unacknowledged_bytes_max: 0,
    })
}

fn failed(source: std::io::Error) -> store::Error {
    let during = "write the pair's record";
    store::Error::Io { during, source }
}
