//! The real store on real files. A crash leaves what a torn write may leave of the WAL; the next process opens that.

mod copies;
mod files;
mod rows;

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use domain::history::{Chain, EpochStart, Sum};
use domain::ids::StationId;
use pair::action::Edits;
use pair::config::Config;
use pair::event::{ApplyFault, CompareFault, Own, SnapshotFault};
use pair::message::{Head, TailRefusal};
use pair::{Durable, Mono};
use store::{
    Answer, ApplyError, Comparison, Edit, EditMeta, EditPermit, Entry, Error, LocalPut, Next,
    Pinned, Retention, SnapshotError, SnapshotImport, Store, TailError,
};

use self::copies::install;
use self::files::{Files, Mark, block_on};
use self::rows::Rows;
use super::disk::{Damage, Disk, Found, Keep, Moved, NotDone};
use super::faults::Fault;
use super::rng::Rng;
use super::world::Pace;

/// The local record that the pair's state is kept under.
const RECORD: &str = "pair";

/// An entry as it is sent.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    seq: u64,
    sum: Sum,
    position: domain::history::Position,
    bytes: Rc<[u8]>,
}

/// A snapshot as it is sent.
#[derive(Debug)]
pub(super) struct Frames {
    base: u64,
    header: Vec<u8>,
    chunks: Vec<Vec<u8>>,
}

/// What the two ends of a comparison say, in the messages of the product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    Header(Vec<u8>),
    Question(Vec<u8>),
    Sums(Vec<u8>),
    Rows(Vec<u8>),
    Entry(Vec<u8>),
    End,
}

pub(super) struct Real {
    files: Files,
    fault: Option<Fault>,
    /// `None` while no process runs.
    store: Option<Store>,
    record: Durable,
    head: Head,
    rows: Rows,
    /// The edit that was begun.
    edit: Option<Edit>,
    /// A snapshot of which a part has arrived.
    import: Option<SnapshotImport>,
    orphans: BTreeSet<u64>,
    /// Edits that are in backups which were made before the data was replaced.
    backups: BTreeSet<u64>,
    /// A row is not as it was written.
    rotten: bool,
    /// The rolling sum is not.
    sum_is_off: bool,
    /// What was told to anybody by now.
    told: Mark,
    told_record: Durable,
    /// Whether the data were damaged then.
    told_damage: bool,
    /// Why the last job was not done.
    why: String,
}

impl Real {
    fn store(&self) -> &Store {
        self.store.as_ref().expect("a process runs")
    }

    fn open(&mut self) {
        let opened = block_on(Store::open(&self.files.dir()));
        let store =
            opened.unwrap_or_else(|error| panic!("VIOLATED: a station does not start: {error}"));
        if let Some(fault) = self.fault.and_then(Fault::of_the_store) {
            store.set_fault(fault, true);
        }
        let record = block_on(store.local(RECORD));
        let record: Durable = record.expect("the record can be read").unwrap_or_default();
        let lost = record != self.told_record && record != self.record;
        assert!(
            !lost,
            "VIOLATED: a record that was said to be durable is not there"
        );
        self.record = record;
        self.store = Some(store);
        self.look();
        self.count_orphans();
        // The copy that had replaced damaged rows may be torn off.
        self.rotten |= self.told_damage && !self.is_damaged() && !self.verify();
        self.told = self.files.mark();
        self.told_damage = self.is_damaged();
        self.told_record.clone_from(&self.record);
    }

    /// Looks at what is there, after every change.
    fn look(&mut self) {
        let store = self.store();
        let head = store.head();
        let rows = block_on(rows::read(store));
        self.rows = rows;
        self.head = Head {
            position: head.position,
            sum: head.sum,
            journal_bytes: head.journal_bytes,
        };
    }

    fn count_orphans(&mut self) {
        let (_, orphans) =
            block_on(self.store().orphans(u32::MAX)).expect("the orphans can be read");
        self.orphans = orphans
            .iter()
            .filter_map(|kept| edit_of(&kept.orphan.label))
            .collect();
    }

    fn puts(record: &Durable) -> Vec<LocalPut> {
        vec![LocalPut::new(RECORD, record).expect("a record has a JSON form")]
    }

    fn done<T>(&mut self, outcome: Result<T, Error>) -> Result<T, NotDone> {
        self.look();
        outcome.map_err(|error| {
            self.why = error.to_string();
            unexpected(&error)
        })
    }

    /// The permit as the store compares it with its own clock: it has lapsed, or it has not.
    fn permit(&self, edits: Edits, now: Mono) {
        let permit = match edits {
            Edits::Refused { .. } => EditPermit::ReadOnly { why: String::new() },
            Edits::Allowed { epoch, until } => EditPermit::Allowed {
                epoch,
                until: until.map(|until| match now < until {
                    true => store::boot_time() + Duration::from_secs(3_600),
                    false => Duration::ZERO,
                }),
            },
        };
        self.store().set_permit(permit);
    }
}

/// What an edit's label says.
fn edit_of(label: &str) -> Option<u64> {
    label.strip_prefix("edit ")?.parse().ok()
}

/// Failures that schedules lead to; any other is the store's own fault.
fn unexpected(error: &Error) -> NotDone {
    match error {
        Error::NoSpace { .. } | Error::ReadOnly { .. } | Error::Busy { .. } => NotDone,
        Error::NotFound(_) | Error::Damaged { .. } => NotDone,
        other => panic!("VIOLATED: the store fails: {other}"),
    }
}

fn flip(bytes: &mut [u8], rng: &mut Rng) {
    let at = rng.below(bytes.len());
    bytes[at] ^= 1 << rng.below(8);
}

impl Disk for Real {
    type Entry = Frame;
    type Snapshot = Frames;
    type Pinned = Pinned;
    type Comparison = Comparison;
    type Part = Said;
    const PACE: Pace = Pace {
        long_ms: (8_000, 40_000),
        pause_ms: (5, 400),
    };
    const ASKS: bool = true;

    fn new(s: usize, station: StationId, config: Config, fault: Option<Fault>) -> Self {
        let record = Durable {
            config,
            ..Durable::default()
        };
        let files = Files::new(s, station);
        let mut real = Self {
            told: files.mark(),
            files,
            fault,
            store: None,
            record: Durable::default(),
            told_record: Durable::default(),
            told_damage: false,
            head: rows::no_head(),
            rows: Rows::default(),
            edit: None,
            import: None,
            orphans: BTreeSet::new(),
            backups: BTreeSet::new(),
            rotten: false,
            sum_is_off: false,
            why: String::new(),
        };
        real.open();
        real.persist(record).expect("there is room");
        real.told();
        real
    }

    fn record(&self) -> &Durable {
        &self.record
    }

    fn head(&self) -> Head {
        self.head
    }

    fn own(&mut self) -> Own {
        let overview = block_on(self.store().overview()).expect("the store can be read");
        Own {
            head: self.head,
            epochs: overview.epochs,
            empty: overview.empty,
            left: overview.left,
        }
    }

    fn edits(&self) -> Vec<u64> {
        self.rows.edits.clone()
    }

    fn put_aside(&self, id: u64) -> bool {
        self.orphans.contains(&id) || self.backups.contains(&id)
    }

    fn rows(&self) -> u64 {
        self.rows.hash
    }

    fn is_damaged(&self) -> bool {
        self.rotten || self.sum_is_off
    }

    fn why(&mut self) -> String {
        std::mem::take(&mut self.why)
    }

    fn set_full(&mut self, full: bool) {
        self.store().set_fault(store::faults::Fault::DiskFull, full);
    }

    fn persist(&mut self, record: Durable) -> Result<(), NotDone> {
        let outcome = block_on(self.store().put_local(RECORD, &record));
        outcome.map_err(|error| unexpected(&error))?;
        self.record = record;
        Ok(())
    }

    fn open_epoch(&mut self, number: u64, record: Durable) -> Result<(), NotDone> {
        let outcome = block_on(self.store().open_epoch(number, Self::puts(&record)));
        self.done(outcome)?;
        self.record = record;
        Ok(())
    }

    fn open_lineage(&mut self, _lineage: u128, record: Durable) -> Result<(), NotDone> {
        let outcome = block_on(self.store().open_lineage(Self::puts(&record)));
        self.done(outcome)?;
        self.record = record;
        Ok(())
    }

    fn begin(&mut self, id: u64, edits: Edits, now: Mono) -> Result<(), NotDone> {
        self.permit(edits, now);
        let meta = EditMeta::new("sim", format!("edit {id}"));
        let begun = block_on(async {
            let mut edit = self.store().begin(meta).await?;
            rows::edit(edit.connection(), id).await?;
            Ok(edit)
        });
        self.edit = Some(begun.map_err(|error: Error| unexpected(&error))?);
        Ok(())
    }

    fn commit(&mut self, edits: Edits, now: Mono) -> Result<(), NotDone> {
        let edit = self.edit.take().ok_or(NotDone)?;
        self.permit(edits, now);
        let outcome = block_on(edit.commit());
        self.done(outcome).map(|written| assert!(written.changed))
    }

    fn give_up(&mut self) {
        if let Some(edit) = self.edit.take() {
            block_on(edit.rollback()).expect("an edit can be given up");
        }
    }

    fn apply(&mut self, epochs: &[EpochStart], entries: &[Frame]) -> Result<(), ApplyFault> {
        let decoded: Result<Vec<Entry>, _> = entries
            .iter()
            .map(|frame| Entry::decode(&frame.bytes))
            .collect();
        let decoded = decoded.map_err(|_| ApplyFault::Damaged)?;
        let applied = block_on(self.store().apply(epochs.to_vec(), decoded));
        self.look();
        if let Err(error) = &applied {
            self.why = error.to_string();
        }
        applied.map(|_| ()).map_err(|error| match error {
            ApplyError::Damaged { .. } | ApplyError::Gap { .. } | ApplyError::WrongEpoch { .. } => {
                ApplyFault::Damaged
            }
            ApplyError::ChainDiffers { .. } => ApplyFault::ChainDiffers,
            ApplyError::SumDiffers { .. } => ApplyFault::SumDiffers,
            ApplyError::Refused { .. } => ApplyFault::Refused,
            ApplyError::Store(Error::NoSpace { .. }) => ApplyFault::NoSpace,
            ApplyError::Store(error) => panic!("VIOLATED: the store fails: {error}"),
        })
    }

    /// The store cuts all epochs that begin at the shared entry.
    fn rewind(&mut self, to_seq: u64, _last_epoch: u64) -> Result<u64, NotDone> {
        let outcome = block_on(self.store().rewind(to_seq, "the other station led on"));
        let rewound = self.done(outcome)?;
        self.count_orphans();
        Ok(rewound.orphans)
    }

    fn snapshot(&mut self) -> Result<Frames, NotDone> {
        self.told();
        let read = block_on(async {
            let mut export = self.store().export_snapshot().await?;
            let (header, mut chunks) = (export.header().clone(), Vec::new());
            while let Some(chunk) = export.next().await {
                chunks.push(chunk?);
            }
            Ok::<_, SnapshotError>(Frames {
                base: header.head.position.seq,
                header: header.encode(),
                chunks,
            })
        });
        Ok(read.expect("a snapshot can be read"))
    }

    fn begin_copy(&mut self, snapshot: &Frames, resume: Option<u32>) -> Result<u32, SnapshotFault> {
        let earlier = self.import.take().zip(resume);
        let begun = block_on(Self::begin(self.store(), snapshot, earlier));
        let import = begun.map_err(|error| self.not_copied(&error))?;
        let chunks = import.chunks();
        self.import = Some(import);
        Ok(chunks)
    }

    fn take_chunk(&mut self, snapshot: &Frames, chunk: u32) -> Result<u32, SnapshotFault> {
        let Some(mut import) = self.import.take() else {
            return Err(SnapshotFault::Damaged);
        };
        let bytes = snapshot.chunks[chunk as usize].clone();
        block_on(import.push(bytes)).map_err(|error| self.not_copied(&error))?;
        let chunks = import.chunks();
        self.import = Some(import);
        Ok(chunks)
    }

    fn drop_copy(&mut self) {
        self.import = None;
    }

    fn install(&mut self, _snapshot: &Frames, keep: Keep) -> Result<(), SnapshotFault> {
        let Some(import) = self.import.take() else {
            return Err(SnapshotFault::Damaged);
        };
        let installed = block_on(Self::replace(self.store(), import, keep));
        self.after_replacing(installed.is_ok(), keep.backup);
        installed.map_err(|error| self.not_copied(&error))
    }

    fn pin(&mut self) -> Result<(Pinned, Said), NotDone> {
        self.told();
        let pinned = block_on(self.store().pin()).expect("the data can be pinned");
        let header = Said::Header(pinned.header().encode());
        Ok((pinned, header))
    }

    fn answer(pinned: &mut Pinned, question: &Said) -> Result<Vec<Said>, NotDone> {
        let Said::Question(question) = question else {
            return Err(NotDone);
        };
        block_on(async {
            let (sender, mut answers) = tokio::sync::mpsc::channel(8);
            let taking = async {
                let mut said = Vec::new();
                while let Some(answer) = answers.recv().await {
                    said.push(match answer {
                        Answer::Sums(sums) => Said::Sums(sums),
                        Answer::Rows(rows) => Said::Rows(rows),
                        Answer::Entry(entry) => Said::Entry(entry),
                        Answer::End => Said::End,
                    });
                }
                said
            };
            let (answered, said) = tokio::join!(pinned.answer(question, sender), taking);
            match answered {
                Ok(()) => Ok(said),
                // A bit of the question flipped on its way.
                Err(SnapshotError::Damaged { .. } | SnapshotError::Store(Error::Invalid(_))) => {
                    Err(NotDone)
                }
                Err(error) => panic!("VIOLATED: the store fails: {error}"),
            }
        })
    }

    fn pinned_at(pinned: &Pinned) -> u64 {
        pinned.header().head.position.seq
    }

    fn take_part(
        &mut self,
        comparison: &mut Option<Comparison>,
        part: &Said,
    ) -> Result<Found<Said>, CompareFault> {
        let store = self.store();
        let next = block_on(async {
            let asks_on = Self::take(store, comparison, part).await?;
            match comparison {
                Some(comparison) if asks_on => comparison.next().await.map(Some),
                _ => Ok(None),
            }
        });
        match next.map_err(|error| self.not_compared(&error))? {
            None => Ok(Found::More),
            Some(Next::Ask(question)) => Ok(Found::Ask(Said::Question(question))),
            Some(Next::Whole) => Ok(Found::Whole),
            Some(Next::Ready) => Ok(Found::All),
        }
    }

    fn put_in_place(&mut self, comparison: Comparison, keep: Keep) -> Result<Moved, CompareFault> {
        let backs_up = keep.backup && comparison.changes_rows();
        let done = block_on(async {
            if backs_up {
                let reason = "before a resync";
                self.store().create_backup(reason).await?;
            }
            comparison.put_in_place(install(keep)).await
        });
        self.after_replacing(done.is_ok(), backs_up);
        let done = done.map_err(|error| self.not_compared(&error))?;
        Ok(Moved {
            moved: done.moved,
            removed: done.removed,
            rows: done.rows,
        })
    }

    fn verify(&mut self) -> bool {
        block_on(self.store().verify())
            .expect("the data can be scanned")
            .ok
    }

    fn check_shared(&mut self, after_seq: u64, chain: Chain) -> Result<(), TailRefusal> {
        block_on(self.store().check_shared(after_seq, chain)).map_err(|error| refusal(&error))
    }

    fn entries_after(&mut self, seq: u64) -> Result<Vec<Frame>, TailRefusal> {
        self.told();
        let entries = block_on(self.store().entries_after(seq, 512, 1 << 20));
        let position = self.head.position;
        let frame = |entry: &Entry| Frame {
            seq: entry.seq,
            sum: entry.sum,
            position: domain::history::Position {
                lineage: position.lineage,
                epoch: entry.epoch,
                seq: entry.seq,
                chain: entry.chain,
            },
            bytes: entry.encode().into(),
        };
        let entries = entries.map_err(|error| refusal(&error))?;
        Ok(entries.iter().map(frame).collect())
    }

    fn seq_of(frame: &Frame) -> u64 {
        frame.seq
    }

    fn sum_of(frame: &Frame) -> Sum {
        frame.sum
    }

    fn base_of(snapshot: &Frames) -> u64 {
        snapshot.base
    }

    fn chunks_of(snapshot: &Frames) -> u32 {
        snapshot.chunks.len() as u32
    }

    fn head_ahead(&self, frame: &Frame) -> Head {
        Head {
            position: frame.position,
            sum: frame.sum,
            journal_bytes: self.head.journal_bytes,
        }
    }

    fn flip(frame: &mut Frame, rng: &mut Rng) {
        let mut bytes = frame.bytes.to_vec();
        flip(&mut bytes, rng);
        frame.bytes = bytes.into();
    }

    fn flip_snapshot(snapshot: &mut Frames, rng: &mut Rng) {
        let at = rng.below(snapshot.chunks.len() + 1);
        match snapshot.chunks.get_mut(at) {
            Some(chunk) => flip(chunk, rng),
            None => flip(&mut snapshot.header, rng),
        }
    }

    fn flip_part(part: &mut Said, rng: &mut Rng) {
        match part {
            Said::Header(bytes)
            | Said::Question(bytes)
            | Said::Sums(bytes)
            | Said::Rows(bytes)
            | Said::Entry(bytes) => flip(bytes, rng),
            Said::End => {}
        }
    }

    fn damage(&mut self, what: Damage, rng: &mut Rng) -> bool {
        if what == Damage::Journal
            || (what == Damage::Sum) != self.store.is_none()
            || self.edit.is_some()
        {
            return false;
        }
        let hit = block_on(rows::damage(&self.files.database(), what, rng));
        match what {
            Damage::Row | Damage::RowGone | Damage::RowTooMany => self.rotten |= hit,
            Damage::Sum => self.sum_is_off |= hit,
            Damage::Journal => {}
        }
        if self.store.is_some() {
            self.look();
            self.told();
        }
        hit
    }

    fn cut_journal(&mut self, keep: usize) {
        let retention = Retention {
            entries_min: keep as u64,
            unacknowledged_bytes_max: 0,
        };
        let pruned = block_on(self.store().prune(retention, Some(0)));
        // A full disk prunes nothing.
        let _ = self.done(pruned);
        self.told();
    }

    /// The first time a backup is made, then it is there to be restored.
    fn restore(&mut self, rng: &mut Rng) -> Option<(Vec<u64>, bool)> {
        self.set_full(false);
        let before = self.edits();
        let store = self.store();
        let epoch = store.head().position.epoch;
        store.set_permit(EditPermit::Allowed { epoch, until: None });
        let restored = block_on(async {
            let backups = store.backups().await?;
            let pick = (!backups.is_empty()).then(|| rng.below(backups.len()));
            store.create_backup("by hand").await?;
            match pick {
                Some(pick) => store
                    .restore_backup("sim", &backups[pick].id)
                    .await
                    .map(Some),
                None => Ok(None),
            }
        });
        let restored = self.done(restored);
        self.told();
        restored.ok().flatten()?;
        (self.rotten, self.sum_is_off) = (false, false);
        let now: BTreeSet<u64> = self.edits().into_iter().collect();
        Some((
            before.into_iter().filter(|id| !now.contains(id)).collect(),
            false,
        ))
    }

    fn crash(&mut self, rng: &mut Rng) {
        let Some(store) = self.store.take() else {
            return;
        };
        self.files.copy_what_a_crash_leaves(self.told, rng);
        self.import = None;
        let edit = self.edit.take();
        block_on(async {
            if let Some(edit) = edit {
                // What becomes of the abandoned copy is nobody's concern.
                let _ = edit.rollback().await;
            }
            let _ = store.close().await;
        });
        drop(store);
        self.files.turn_to_what_was_left();
    }

    fn stop(&mut self) {
        let Some(store) = self.store.take() else {
            return;
        };
        store.set_fault(store::faults::Fault::DiskFull, false);
        self.import = None;
        let edit = self.edit.take();
        block_on(async {
            if let Some(edit) = edit {
                edit.rollback().await.expect("an edit can be given up");
            }
            store.close().await.expect("a store can be closed");
        });
    }

    fn told(&mut self) {
        if self.fault != Some(Fault::DiskLies) {
            self.told = self.files.mark();
        }
        self.told_record.clone_from(&self.record);
        self.told_damage = self.is_damaged();
    }

    fn reopen(&mut self) {
        if self.store.is_none() {
            self.open();
        }
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        let (store, edit) = (self.store.take(), self.edit.take());
        self.import = None;
        // A run that failed may have left anything; the files go in any case.
        block_on(async {
            if let Some(edit) = edit {
                let _ = edit.rollback().await;
            }
            if let Some(store) = store {
                let _ = store.close().await;
            }
        });
    }
}

fn refusal(error: &TailError) -> TailRefusal {
    match error {
        TailError::Cut { .. } => TailRefusal::JournalCut,
        TailError::ChainDiffers { .. } => TailRefusal::ChainDiffers,
        TailError::NoSuchSeq { .. } => TailRefusal::NoSuchSeq,
        TailError::Store(Error::Damaged { .. }) => TailRefusal::Broken,
        TailError::Store(error) => panic!("VIOLATED: the store fails: {error}"),
    }
}
