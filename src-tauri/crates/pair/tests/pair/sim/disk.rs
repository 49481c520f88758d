//! What a station's data lies on, as the simulation sees it: a model (`model`), or the real store on files (`real`).
//!
//! An edit is a number. What it does to the rows is the disk's own affair; it must be possible to tell afterwards where it is.

use domain::history::{Chain, Epoch, EpochStart, Position, Sum};
use domain::ids::StationId;
use pair::action::Edits;
use pair::config::Config;
use pair::event::{ApplyFault, CompareFault, Own, SnapshotFault};
use pair::message::{Head, TailRefusal};
use pair::{Durable, Mono};

use super::faults::Fault;
use super::rng::Rng;
use super::world::Pace;

/// A job that did not come about: the disk is full, or the write path refused. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotDone;

/// What a snapshot keeps of the data that it replaces.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keep {
    /// A backup of the whole.
    pub(super) backup: bool,
    /// The entries after this seq, as orphans.
    pub(super) orphans_after: Option<u64>,
}

/// What a part of a comparison leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found<P> {
    /// There is more to come.
    More,
    /// This is to be asked next.
    Ask(P),
    /// A whole snapshot is shorter.
    Whole,
    /// It is all there.
    All,
}

/// What a resync did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moved {
    pub(super) moved: u64,
    pub(super) removed: u64,
    pub(super) rows: u64,
}

/// Something that damages what lies on the disk, behind the store's back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Damage {
    /// A bit of a replicated row.
    Row,
    /// A replicated row is not there any more.
    RowGone,
    /// There is one that nobody made.
    RowTooMany,
    /// A bit of a journal entry.
    Journal,
    /// A bit of the rolling sum, while no process runs.
    Sum,
}

pub(super) trait Disk: Tail + Copies + Compares + Hazards + Sized {
    /// How much befalls a pair, so that a schedule takes a fraction of a second.
    const PACE: Pace;

    /// The empty data of a station, with this configuration on record.
    fn new(s: usize, station: StationId, config: Config, fault: Option<Fault>) -> Self;

    // What a process finds when it starts, and what is checked.

    fn record(&self) -> &Durable;
    fn head(&self) -> Head;
    fn own(&mut self) -> Own;
    /// The edits that are in the data, in the order in which they got in.
    fn edits(&self) -> Vec<u64>;
    /// Whether the edit is in the orphans or in a backup.
    fn put_aside(&self, id: u64) -> bool;
    /// All replicated rows as one number: equal rows, equal numbers.
    fn rows(&self) -> u64;
    /// Whether the rows, or their rolling sum, are not what they were written as.
    fn is_damaged(&self) -> bool;

    fn position(&self) -> Position {
        self.head().position
    }
    fn epoch(&self) -> Epoch {
        self.position().epoch
    }

    /// Why the last job was not done, for the trace.
    fn why(&mut self) -> String {
        String::new()
    }

    // The jobs of a driver. Each is done, or nothing is.

    /// From now on every write fails, or none does.
    fn set_full(&mut self, full: bool);
    fn persist(&mut self, record: Durable) -> Result<(), NotDone>;
    fn open_epoch(&mut self, number: u64, record: Durable) -> Result<(), NotDone>;
    fn open_lineage(&mut self, lineage: u128, record: Durable) -> Result<(), NotDone>;
    /// Begins an edit, unless the write path refuses.
    fn begin(&mut self, id: u64, edits: Edits, now: Mono) -> Result<(), NotDone>;
    /// Commits the edit that was begun, unless the write path refuses by now.
    fn commit(&mut self, edits: Edits, now: Mono) -> Result<(), NotDone>;
    /// Gives the edit up that was begun.
    fn give_up(&mut self);
    /// Cuts the history back; how many orphans that made.
    fn rewind(&mut self, to_seq: u64, last_epoch: u64) -> Result<u64, NotDone>;

    /// Whether the rows are what the rolling sum says.
    fn verify(&mut self) -> bool;
}

/// Entries: as a primary sends them, and as a secondary applies them.
pub(super) trait Tail {
    /// A journal entry on its way to the other station.
    type Entry: Clone;

    /// Applies the entries that follow, all or none, and records the epoch starts that are reached.
    fn apply(&mut self, epochs: &[EpochStart], entries: &[Self::Entry]) -> Result<(), ApplyFault>;
    fn check_shared(&mut self, after_seq: u64, chain: Chain) -> Result<(), TailRefusal>;
    fn entries_after(&mut self, seq: u64) -> Result<Vec<Self::Entry>, TailRefusal>;
    fn seq_of(entry: &Self::Entry) -> u64;
    /// The sum that the data has after it, as its station says.
    fn sum_of(entry: &Self::Entry) -> Sum;
    /// What the head will be once this entry is applied, as the entry itself says.
    fn head_ahead(&self, entry: &Self::Entry) -> Head;
    /// A bit flips on the way.
    fn flip(entry: &mut Self::Entry, rng: &mut Rng);
}

/// A copy of everything.
pub(super) trait Copies {
    /// As it goes over the wire: a header, then chunks.
    type Snapshot;

    fn snapshot(&mut self) -> Result<Self::Snapshot, NotDone>;
    /// Begins to take a snapshot in, or goes on after so many chunks of it; how many there are.
    fn begin_copy(
        &mut self,
        snapshot: &Self::Snapshot,
        resume: Option<u32>,
    ) -> Result<u32, SnapshotFault>;
    /// Takes the chunk of this number in; how many there are.
    fn take_chunk(&mut self, snapshot: &Self::Snapshot, chunk: u32) -> Result<u32, SnapshotFault>;
    /// Forgets what there is of a snapshot.
    fn drop_copy(&mut self);
    /// Puts what was taken in in place.
    fn install(&mut self, snapshot: &Self::Snapshot, keep: Keep) -> Result<(), SnapshotFault>;
    /// The seq that entries after the snapshot begin behind.
    fn base_of(snapshot: &Self::Snapshot) -> u64;
    fn chunks_of(snapshot: &Self::Snapshot) -> u32;
    fn flip_snapshot(snapshot: &mut Self::Snapshot, rng: &mut Rng);
}

/// What differs, found by asking (rule 8).
pub(super) trait Compares {
    /// On a primary: its data at one position, to be asked about.
    type Pinned;
    /// On a secondary: what it found by asking.
    type Comparison;
    /// What the two ends of a comparison say to each other.
    type Part: Clone;

    /// Whether comparisons go question by question, down to the rows that differ.
    const ASKS: bool;

    /// Pins the data; what a primary says first.
    fn pin(&mut self) -> Result<(Self::Pinned, Self::Part), NotDone>;
    fn answer(pinned: &mut Self::Pinned, question: &Self::Part)
    -> Result<Vec<Self::Part>, NotDone>;
    /// The seq that entries after the pinned data begin behind.
    fn pinned_at(pinned: &Self::Pinned) -> u64;
    /// Takes a part of what the primary says in; what comes of it.
    fn take_part(
        &mut self,
        comparison: &mut Option<Self::Comparison>,
        part: &Self::Part,
    ) -> Result<Found<Self::Part>, CompareFault>;
    /// Puts what differs in place.
    fn put_in_place(
        &mut self,
        comparison: Self::Comparison,
        keep: Keep,
    ) -> Result<Moved, CompareFault>;
    fn flip_part(part: &mut Self::Part, rng: &mut Rng);
}

/// What befalls it, and the life of the process that works on it.
pub(super) trait Hazards {
    /// A bit flips on the disk; `false` where there was none to flip.
    fn damage(&mut self, what: Damage, rng: &mut Rng) -> bool;
    /// Retention drops the oldest entries.
    fn cut_journal(&mut self, keep: usize);
    /// An operator restores a backup that was made some edits ago. Says which edits are no longer in the data, and whether
    /// entries were taken out of the history instead of a new one being added; `None` where there is no backup.
    fn restore(&mut self, rng: &mut Rng) -> Option<(Vec<u64>, bool)>;
    /// The process dies. What was told to anybody survives; of what was under way, any part that a torn write may leave.
    fn crash(&mut self, rng: &mut Rng);
    /// The process ends in order.
    fn stop(&mut self);
    /// What was done so far has been told: it is durable.
    fn told(&mut self);
    /// A process opens what the last one left.
    fn reopen(&mut self);
}
