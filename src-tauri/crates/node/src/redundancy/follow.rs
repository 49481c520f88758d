//! What a secondary takes in: entries of its primary's journal, and snapshots. One task, whose store work is fenced: nothing of a
//! stream is applied once the driver has said that it is over.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use domain::history::EpochStart;
use pair::event::{ApplyFault, CompareFault, Event, LinkId, Own, SnapshotFault};
use pair::message::{SnapshotAt, Stream};
use store::{ApplyError, Entry, SnapshotImport, Store};
use tokio::sync::{Notify, mpsc};

use super::compare::{Comparing, Found, Step};
use super::copy::{self, Copying, Incoming, Reporter, Whole};
use super::driver::Input;
use super::lane::{Turn, pair_head};
use super::links::{BulkFrame, BulkSender};
use crate::link::flow::FRAMES_MAX;
use crate::link::wire::BulkKind;
use crate::metrics::Metrics;

/// Entries that are applied in one commit at most.
const BATCH_ENTRIES_MAX: usize = 2_048;
/// Bytes of entries after which a batch takes no more: half a window, so that the next half is on its way meanwhile.
const BATCH_BYTES_MAX: usize = 512 << 10;

/// Entries in a row that may be none that is due: all that can be under way of a tail that was given up, twice over.
const UNDUE_MAX: usize = 2 * FRAMES_MAX;

/// What the follower is to take in.
#[derive(Clone)]
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
        resume: Option<SnapshotAt>,
    },
    /// What differs from the data that the primary pins for this stream, then its entries.
    Compare {
        stream: Stream,
        epochs: Vec<EpochStart>,
        orphans_after: Option<u64>,
        questions: BulkSender,
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
    /// What there is of a snapshot is of no use any more.
    discard: AtomicBool,
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
            undue: 0,
            duty: None,
            part: None,
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

    /// Forgets what there is of a snapshot, after what was said before.
    pub(super) fn discard(&self) {
        self.slot.discard.store(true, Ordering::Release);
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
    /// Entries in a row that were none that is due.
    undue: usize,
    duty: Option<Duty>,
    /// What came of a snapshot whose link was cut.
    part: Option<SnapshotImport>,
}

/// What is being done about the present assignment.
struct Duty {
    generation: u64,
    stream: Stream,
    epochs: Vec<EpochStart>,
    first: First,
}

/// What must come before entries.
enum First {
    Nothing,
    Snapshot(Copying),
    Difference(Comparing),
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
        if let Some(over) = self
            .duty
            .take_if(|duty| !self.fence.allows(duty.generation))
            && let First::Snapshot(copying) = over.first
        {
            self.part = copying.into_part();
        }
        if self.slot.discard.swap(false, Ordering::AcqRel) {
            self.part = None;
        }
        let Some(order) = order else { return };
        if let Some(bulk) = order.bulk {
            self.source = Some((order.link, bulk));
            self.held_back = None;
            self.undue = 0;
        }
        let part = self.part.take();
        let (stream, epochs, first) = match order.assignment {
            Assignment::Apply { stream, epochs } => (stream, epochs, First::Nothing),
            Assignment::Snapshot {
                stream,
                epochs,
                backup,
                orphans_after,
                resume,
            } => {
                let earlier = part.zip(resume).filter(|(p, at)| p.header().id == at.id);
                let copying = Copying::new(backup, orphans_after, earlier);
                (stream, epochs, First::Snapshot(copying))
            }
            Assignment::Compare {
                stream,
                epochs,
                orphans_after,
                questions,
            } => {
                let comparing = Comparing::new(questions, orphans_after);
                (stream, epochs, First::Difference(comparing))
            }
        };
        let applies = matches!(first, First::Nothing);
        self.duty = Some(Duty {
            generation: order.generation,
            stream,
            epochs,
            first,
        });
        if applies {
            self.apply(Vec::new()).await;
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
        match (&duty.first, frame.kind) {
            (First::Nothing, BulkKind::Entry) => self.batch(frame).await,
            (First::Snapshot(_), BulkKind::SnapshotHeader)
            | (First::Snapshot(_), BulkKind::SnapshotChunk)
            | (First::Snapshot(_), BulkKind::SnapshotEnd) => self.copy(frame).await,
            (First::Difference(_), _) => self.compare(frame).await,
            // What is left of a snapshot or a comparison that was given up.
            (First::Nothing | First::Snapshot(_), _) => {}
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
                Ok(entry) if entry.seq != due => {
                    self.undue += 1;
                    if self.undue > UNDUE_MAX {
                        tracing::error!("entry after entry is none that is due");
                        return self.failed(ApplyFault::Endless).await;
                    }
                }
                Ok(entry) => {
                    due += 1;
                    self.undue = 0;
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
                if let Some(duty) = &mut self.duty {
                    // Those that it is past are on record.
                    let seq = head.position.seq;
                    duty.epochs.retain(|start| start.after_seq > seq);
                }
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
        let First::Snapshot(copying) = &mut duty.first else {
            return;
        };
        match copying.take(&self.store, frame.kind, &frame.data).await {
            Ok(Incoming::More { progress: None }) => {}
            Ok(Incoming::More {
                progress: Some(((done, total), at)),
            }) => {
                self.report(Event::SnapshotProgress {
                    stream,
                    done,
                    total,
                    at: Some(at),
                })
                .await;
            }
            Ok(Incoming::Complete(whole)) => {
                duty.first = First::Nothing;
                match self.put_in_place(generation, stream, whole).await {
                    Ok(Ok(own)) => self.report(Event::SnapshotInstalled { stream, own }).await,
                    Ok(Err(why)) => self.copy_failed(why).await,
                    // The next link may ask for the rest of it, which is nothing.
                    Err(whole) => self.part = Some(whole.into_part()),
                }
            }
            Err(why) => self.copy_failed(why).await,
        }
    }

    /// Replaces this station's data by a snapshot; gives the snapshot back where that was called off.
    async fn put_in_place(
        &self,
        generation: u64,
        stream: Stream,
        whole: Box<Whole>,
    ) -> Result<Result<Own, SnapshotFault>, Box<Whole>> {
        let progress = Reporter {
            stream,
            inputs: &self.inputs,
            event: copy::copied,
        };
        if let Err(why) = whole.back_up(&self.store, &progress).await {
            return Ok(Err(why));
        }
        let _turn = self.turn.lock().await;
        if !self.fence.allows(generation) {
            return Err(whole);
        }
        self.installing.store(true, Ordering::Relaxed);
        let installed = whole.install(&self.store, &progress).await;
        self.installing.store(false, Ordering::Relaxed);
        Ok(installed)
    }

    /// Takes in a part of an answer about the primary's data; puts what differs in place when it is all there.
    async fn compare(&mut self, frame: BulkFrame) {
        let Some(duty) = &mut self.duty else { return };
        let (generation, stream) = (duty.generation, duty.stream);
        let First::Difference(comparing) = &mut duty.first else {
            return;
        };
        let reporter = Reporter {
            stream,
            inputs: &self.inputs,
            event: copy::compared,
        };
        let step = comparing
            .take(&self.store, frame.kind, &frame.data, &reporter)
            .await;
        let outcome = match step {
            Ok(Step::More(done, total)) => {
                let event = copy::compared(stream, (done, total));
                return self.report(event).await;
            }
            Ok(Step::Whole) => Err(CompareFault::WholeIsShorter),
            Ok(Step::Complete(found)) => {
                duty.first = First::Nothing;
                // Entries may wait behind it, and their share of the window is theirs.
                drop(frame);
                match self.replace(generation, &reporter, *found).await {
                    Some(outcome) => outcome,
                    None => return,
                }
            }
            Err(why) => Err(why),
        };
        let event = outcome.unwrap_or_else(|why| {
            self.duty = None;
            Event::CompareFailed { stream, why }
        });
        self.report(event).await;
    }

    /// Puts what differs in place; `None` where that was called off.
    async fn replace(
        &self,
        generation: u64,
        reporter: &Reporter<'_>,
        found: Found,
    ) -> Option<Result<Event, CompareFault>> {
        if let Err(why) = found.back_up(&self.store, reporter).await {
            return Some(Err(why));
        }
        let _turn = self.turn.lock().await;
        if !self.fence.allows(generation) {
            return None;
        }
        self.installing.store(true, Ordering::Relaxed);
        let replaced = found.put_in_place(&self.store, reporter).await;
        self.installing.store(false, Ordering::Relaxed);
        Some(replaced.map(|(done, own)| Event::Resynced {
            stream: reporter.stream,
            own,
            moved: done.moved,
            removed: done.removed,
            rows: done.rows,
        }))
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
        ApplyError::Damaged { .. } => ApplyFault::Damaged,
        ApplyError::WrongEpoch {
            expected, found, ..
        } if found.number < expected.number => ApplyFault::OldEpoch,
        ApplyError::Gap { .. } | ApplyError::WrongEpoch { .. } => ApplyFault::OtherEpoch,
        ApplyError::ChainDiffers { .. } => ApplyFault::ChainDiffers,
        ApplyError::SumDiffers { .. } => ApplyFault::SumDiffers,
        ApplyError::Refused { .. } => ApplyFault::Refused,
        ApplyError::Store(store::Error::NoSpace { .. }) => ApplyFault::NoSpace,
        ApplyError::Store(_) => ApplyFault::Broken,
    }
}
