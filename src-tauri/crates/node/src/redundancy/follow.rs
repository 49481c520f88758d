//! What a secondary takes in: entries of its primary's journal, and snapshots. One task, whose store work is fenced: nothing of a
//! stream is applied once the driver has said that it is over.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use domain::history::EpochStart;
use pair::event::{ApplyFault, Event, LinkId, Own, SnapshotFault};
use pair::message::Stream;
use store::{ApplyError, Entry, Store};
use tokio::sync::{Notify, mpsc};

use super::copy::{Copying, Incoming, Reporter, Whole};
use super::driver::Input;
use super::lane::{Turn, pair_head};
use super::links::BulkFrame;
use crate::link::wire::BulkKind;
use crate::metrics::Metrics;

/// Entries that are applied in one commit at most.
const BATCH_ENTRIES_MAX: usize = 2_048;
/// Bytes of entries after which a batch takes no more: half a window, so that the next half is on its way meanwhile.
const BATCH_BYTES_MAX: usize = 512 << 10;

/// What the follower is to take in.
#[derive(Debug, Clone)]
pub(super) enum Assignment {
    /// The entries of this stream.
    Apply {
        stream: Stream,
        epochs: Vec<EpochStart>,
    },
    /// The snapshot of this stream, then its entries.
    Snapshot {
        stream: Stream,
        epochs: Vec<EpochStart>,
        backup: bool,
        orphans_after: Option<u64>,
    },
}

/// The driver's side of the follower.
pub(super) struct Follower {
    slot: Arc<Slot>,
    fence: Fence,
    installing: Arc<AtomicBool>,
}

/// The newest order; an older one that was not taken up is forgotten.
#[derive(Default)]
struct Slot {
    order: Mutex<Option<Order>>,
    changed: Notify,
}

struct Order {
    generation: u64,
    link: LinkId,
    bulk: Option<mpsc::Receiver<BulkFrame>>,
    assignment: Assignment,
}

/// Counts the assignments: what was begun under an older one must not reach the store.
#[derive(Clone, Default)]
pub(super) struct Fence(Arc<AtomicU64>);

impl Fence {
    fn raise(&self) -> u64 {
        self.0.fetch_add(1, Ordering::AcqRel) + 1
    }

    fn allows(&self, generation: u64) -> bool {
        self.0.load(Ordering::Acquire) == generation
    }
}

impl Follower {
    pub(super) fn start(
        store: Store,
        inputs: mpsc::Sender<Input>,
        turn: Turn,
        metrics: Arc<Metrics>,
    ) -> Self {
        let (slot, fence, installing) = (
            Arc::new(Slot::default()),
            Fence::default(),
            Arc::new(AtomicBool::new(false)),
        );
        let task = Task {
            store,
            inputs,
            turn,
            metrics,
            slot: Arc::clone(&slot),
            fence: fence.clone(),
            installing: Arc::clone(&installing),
            source: None,
            held_back: None,
            duty: None,
        };
        tokio::spawn(task.run());
        Self {
            slot,
            fence,
            installing,
        }
    }

    /// Takes in this from now on, and nothing else. `bulk` is what arrives on the link, unless the follower has it already.
    pub(super) fn assign(
        &self,
        link: LinkId,
        bulk: Option<mpsc::Receiver<BulkFrame>>,
        assignment: Assignment,
    ) {
        let generation = self.fence.raise();
        let mut slot = self
            .slot
            .order
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let passed_on = slot
            .take()
            .filter(|order| order.link == link)
            .and_then(|order| order.bulk);
        *slot = Some(Order {
            generation,
            link,
            bulk: bulk.or(passed_on),
            assignment,
        });
        drop(slot);
        self.slot.changed.notify_one();
    }

    /// Takes in nothing from now on.
    pub(super) fn stop_applying(&self) {
        self.fence.raise();
        self.slot.changed.notify_one();
    }

    /// True while a snapshot is being put in place.
    pub(super) fn is_installing(&self) -> bool {
        self.installing.load(Ordering::Relaxed)
    }
}

struct Task {
    store: Store,
    inputs: mpsc::Sender<Input>,
    turn: Turn,
    metrics: Arc<Metrics>,
    slot: Arc<Slot>,
    fence: Fence,
    installing: Arc<AtomicBool>,
    source: Option<(LinkId, mpsc::Receiver<BulkFrame>)>,
    /// A frame that was taken from the source and did not fit the batch before it.
    held_back: Option<BulkFrame>,
    duty: Option<Duty>,
}

/// What is being done about the present assignment.
struct Duty {
    generation: u64,
    stream: Stream,
    epochs: Vec<EpochStart>,
    /// A snapshot that must come first.
    copying: Option<Copying>,
}

impl Task {
    async fn run(mut self) {
        while !self.inputs.is_closed() {
            self.take_order().await;
            if let Some(frame) = self.held_back.take() {
                self.frame(frame).await;
                continue;
            }
            let Some(source) = &mut self.source else {
                self.slot.changed.notified().await;
                continue;
            };
            tokio::select! {
                biased;
                () = self.slot.changed.notified() => {}
                frame = source.1.recv() => match frame {
                    Some(frame) => self.frame(frame).await,
                    None => self.source = None,
                },
            }
        }
    }

    async fn take_order(&mut self) {
        let order = self
            .slot
            .order
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if self
            .duty
            .as_ref()
            .is_some_and(|duty| !self.fence.allows(duty.generation))
        {
            self.duty = None;
        }
        let Some(order) = order else { return };
        if let Some(bulk) = order.bulk {
            self.source = Some((order.link, bulk));
            self.held_back = None;
        }
        let generation = order.generation;
        match order.assignment {
            Assignment::Apply { stream, epochs } => {
                self.duty = Some(Duty {
                    generation,
                    stream,
                    epochs,
                    copying: None,
                });
                self.apply(Vec::new()).await;
            }
            Assignment::Snapshot {
                stream,
                epochs,
                backup,
                orphans_after,
            } => {
                let copying = Some(Copying::new(backup, orphans_after));
                self.duty = Some(Duty {
                    generation,
                    stream,
                    epochs,
                    copying,
                });
            }
        }
    }

    /// Deals with a frame, and with those that wait behind it. A frame of another stream than the assigned one is dropped.
    async fn frame(&mut self, frame: BulkFrame) {
        let Some(duty) = self
            .duty
            .as_mut()
            .filter(|duty| duty.stream == frame.stream)
        else {
            return;
        };
        match (&mut duty.copying, frame.kind) {
            (None, BulkKind::Entry) => self.batch(frame).await,
            // What is left of a snapshot that was given up.
            (None, _) | (Some(_), BulkKind::Entry) => {}
            (Some(_), _) => self.copy(frame).await,
        }
    }

    /// Applies an entry together with those that have arrived behind it.
    async fn batch(&mut self, first: BulkFrame) {
        let stream = first.stream;
        let mut bytes = first.data.len();
        let mut frames = vec![first];
        while frames.len() < BATCH_ENTRIES_MAX && bytes < BATCH_BYTES_MAX {
            let Some(next) = self
                .source
                .as_mut()
                .and_then(|(_, source)| source.try_recv().ok())
            else {
                break;
            };
            if next.stream != stream || next.kind != BulkKind::Entry {
                self.held_back = Some(next);
                break;
            }
            bytes += next.data.len();
            frames.push(next);
        }
        let mut due = self.store.head().position.seq + 1;
        let mut entries = Vec::with_capacity(frames.len());
        for frame in &frames {
            match Entry::decode(&frame.data) {
                // A tail that was begun anew on the same link repeats entries, and what was under way of the former one may be
                // ahead of it: the next one that is due comes.
                Ok(entry) if entry.seq != due => {}
                Ok(entry) => {
                    due += 1;
                    entries.push(entry);
                }
                Err(error) => {
                    tracing::error!(%error, "an entry arrived damaged");
                    return self.failed(ApplyFault::Damaged).await;
                }
            }
        }
        if !entries.is_empty() {
            self.apply(entries).await;
        }
        // Their shares of the link's window: given back only now that the entries are durable.
        drop(frames);
    }

    /// Has the store apply entries that follow its last one, unless the assignment is over.
    async fn apply(&mut self, entries: Vec<Entry>) {
        let Some(duty) = &self.duty else { return };
        let (stream, epochs) = (duty.stream, duty.epochs.clone());
        let (began, count) = (Instant::now(), entries.len() as u64);
        let applied = {
            let _turn = self.turn.lock().await;
            if !self.fence.allows(duty.generation) {
                return;
            }
            self.store.apply(epochs, entries).await
        };
        match applied {
            Ok(head) => {
                if count > 0 {
                    self.metrics.entries_applied.add(count);
                    self.metrics.applies.note(began.elapsed());
                }
                self.report(Event::Applied {
                    stream,
                    head: pair_head(head),
                })
                .await
            }
            Err(error) => {
                tracing::error!(%error, "entries of the primary were not applied");
                self.failed(fault(&error)).await;
            }
        }
    }

    async fn failed(&mut self, why: ApplyFault) {
        if let Some(duty) = self.duty.take() {
            self.report(Event::ApplyFailed {
                stream: duty.stream,
                why,
            })
            .await;
        }
    }

    /// Takes in a part of a snapshot; puts the snapshot in place when it is complete.
    async fn copy(&mut self, frame: BulkFrame) {
        let Some(duty) = &mut self.duty else { return };
        let (generation, stream) = (duty.generation, duty.stream);
        let Some(copying) = &mut duty.copying else {
            return;
        };
        match copying.take(&self.store, frame.kind, &frame.data).await {
            Ok(Incoming::More { progress: None }) => {}
            Ok(Incoming::More {
                progress: Some((done, total)),
            }) => {
                self.report(Event::SnapshotProgress {
                    stream,
                    done,
                    total,
                })
                .await;
            }
            Ok(Incoming::Complete(whole)) => {
                duty.copying = None;
                if let Some(outcome) = self.put_in_place(generation, stream, *whole).await {
                    match outcome {
                        Ok(own) => self.report(Event::SnapshotInstalled { stream, own }).await,
                        Err(why) => self.copy_failed(why).await,
                    }
                }
            }
            Err(why) => self.copy_failed(why).await,
        }
    }

    /// Replaces this station's data by a snapshot; `None` where that was called off.
    async fn put_in_place(
        &self,
        generation: u64,
        stream: Stream,
        whole: Whole,
    ) -> Option<Result<Own, SnapshotFault>> {
        let progress = Reporter {
            stream,
            inputs: &self.inputs,
        };
        if let Err(why) = whole.back_up(&self.store, &progress).await {
            return Some(Err(why));
        }
        let _turn = self.turn.lock().await;
        if !self.fence.allows(generation) {
            return None;
        }
        self.installing.store(true, Ordering::Relaxed);
        let installed = whole.install(&self.store, &progress).await;
        self.installing.store(false, Ordering::Relaxed);
        Some(installed)
    }

    async fn copy_failed(&mut self, why: SnapshotFault) {
        if let Some(duty) = self.duty.take() {
            self.report(Event::SnapshotFailed {
                stream: duty.stream,
                why,
            })
            .await;
        }
    }

    async fn report(&self, event: Event) {
        // Where the driver has ended, nobody needs to know.
        let _ = self.inputs.send(Input::Pair(event)).await;
    }
}

fn fault(error: &ApplyError) -> ApplyFault {
    match error {
        // The link is made anew, with the primary's present epochs.
        ApplyError::Damaged { .. } | ApplyError::Gap { .. } | ApplyError::WrongEpoch { .. } => {
            ApplyFault::Damaged
        }
        ApplyError::ChainDiffers { .. } => ApplyFault::ChainDiffers,
        ApplyError::SumDiffers { .. } => ApplyFault::SumDiffers,
        ApplyError::Refused { .. } => ApplyFault::Refused,
        ApplyError::Store(store::Error::NoSpace { .. }) => ApplyFault::NoSpace,
        ApplyError::Store(_) => ApplyFault::Broken,
    }
}
