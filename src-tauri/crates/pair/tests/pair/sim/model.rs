//! A model of one station's store: what survives a crash. An entry is a number, the data is the list of them.

use std::collections::BTreeSet;

use domain::history::{Chain, Epoch, EpochStart, Position, Sum};
use domain::ids::{LineageId, StationId};
use pair::action::Edits;
use pair::config::Config;
use pair::event::{ApplyFault, CompareFault, Own, SnapshotFault};
use pair::message::{Head, TailRefusal};
use pair::{Durable, Mono};
use uuid::Uuid;

use super::disk::{Damage, Disk, Found, Keep, Moved, NotDone};
use super::faults::Fault;
use super::rng::Rng;
use super::world::Pace;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    id: u64,
    seq: u64,
    epoch: Epoch,
    chain: Chain,
    sum: Sum,
    /// Whether its hash still fits.
    intact: bool,
}

/// A copy of everything, as it goes over the wire.
#[derive(Debug, Clone)]
pub(super) struct Snapshot {
    ids: Vec<u64>,
    position: Position,
    sum: Sum,
    epochs: Vec<EpochStart>,
    /// A row is not what the sum says, or a bit flipped on the way.
    intact: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Model {
    station: StationId,
    record: Durable,
    lineage: LineageId,
    /// Rows whose entries the journal no longer has.
    base: Vec<u64>,
    base_seq: u64,
    base_chain: Chain,
    entries: Vec<Entry>,
    epochs: Vec<EpochStart>,
    left: Option<Position>,
    orphans: BTreeSet<u64>,
    backups: BTreeSet<u64>,
    /// What damage did to the rolling sum.
    damage: u128,
    /// The seq at which a row was damaged.
    rotten_at: Option<u64>,
    /// The disk is full.
    full: bool,
    /// The edit that was begun.
    begun: Option<u64>,
    /// Chunks that are there of a snapshot.
    copied: u32,
    fault: Option<Fault>,
}

fn mix(x: u64) -> u128 {
    let a = u128::from(x).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)
        ^ 0xD6E8_FEB8_6659_FD93;
    a.wrapping_mul(0xA076_1D64_78BD_642F_E703_7ED1_A0B4_28DB)
}

impl Model {
    fn seq(&self) -> u64 {
        self.entries.last().map_or(self.base_seq, |e| e.seq)
    }

    fn chain_at(&self, seq: u64) -> Option<Chain> {
        if seq == self.base_seq {
            return Some(self.base_chain);
        }
        self.entries.iter().find(|e| e.seq == seq).map(|e| e.chain)
    }

    fn ids(&self) -> impl Iterator<Item = u64> + '_ {
        self.base
            .iter()
            .copied()
            .chain(self.entries.iter().map(|e| e.id))
    }

    fn sum(&self) -> Sum {
        Sum(self
            .ids()
            .fold(self.damage, |sum, id| sum.wrapping_add(mix(id))))
    }

    /// Records the epoch starts that are reached.
    fn adopt(&mut self, epochs: &[EpochStart]) {
        let (known, seq) = (self.epoch().number, self.seq());
        self.epochs.extend(
            epochs
                .iter()
                .filter(|s| s.epoch.number > known && s.after_seq <= seq),
        );
    }

    fn first_epoch(&self, chain: Chain) -> EpochStart {
        EpochStart {
            epoch: Epoch {
                number: 1,
                opener: self.station,
            },
            after_seq: 0,
            chain,
        }
    }

    /// Leaves the lineage for another one over the present data.
    fn leave(&mut self, lineage: u128) {
        self.left = Some(self.position());
        self.base = self.ids().collect();
        self.entries.clear();
        self.base_seq = 0;
        self.base_chain = Chain(lineage);
        self.lineage = LineageId(Uuid::from_u128(lineage));
        self.epochs = vec![self.first_epoch(Chain(lineage))];
    }

    fn check_permit(&self, edits: Edits, now: Mono) -> Result<(), NotDone> {
        match edits {
            Edits::Allowed { epoch, until }
                if epoch == self.epoch() && until.is_none_or(|until| now < until) =>
            {
                Ok(())
            }
            _ => Err(NotDone),
        }
    }

    fn room(&self) -> Result<(), NotDone> {
        if self.full { Err(NotDone) } else { Ok(()) }
    }
}

impl Disk for Model {
    type Entry = Entry;
    type Snapshot = Snapshot;
    /// The whole is said at once.
    type Pinned = u64;
    type Comparison = Snapshot;
    type Part = Snapshot;
    const PACE: Pace = Pace {
        long_ms: (5_000, 40_000),
        pause_ms: (5, 700),
    };
    const ASKS: bool = false;

    fn new(s: usize, station: StationId, config: Config, fault: Option<Fault>) -> Self {
        let lineage = 0x1111 * (s as u128 + 1);
        let mut model = Self {
            station,
            record: Durable {
                config,
                ..Durable::default()
            },
            lineage: LineageId(Uuid::from_u128(lineage)),
            base: Vec::new(),
            base_seq: 0,
            base_chain: Chain(lineage),
            entries: Vec::new(),
            epochs: Vec::new(),
            left: None,
            orphans: BTreeSet::new(),
            backups: BTreeSet::new(),
            damage: 0,
            rotten_at: None,
            full: false,
            begun: None,
            copied: 0,
            fault,
        };
        model.epochs.push(model.first_epoch(Chain(lineage)));
        model
    }

    fn record(&self) -> &Durable {
        &self.record
    }

    fn head(&self) -> Head {
        let chain = self.entries.last().map_or(self.base_chain, |e| e.chain);
        Head {
            position: Position {
                lineage: self.lineage,
                epoch: self.epochs[self.epochs.len() - 1].epoch,
                seq: self.seq(),
                chain,
            },
            sum: self.sum(),
            journal_bytes: self.seq() * 100,
        }
    }

    fn own(&mut self) -> Own {
        Own {
            head: self.head(),
            epochs: self.epochs.clone(),
            empty: self.ids().next().is_none(),
            left: self.left,
        }
    }

    fn edits(&self) -> Vec<u64> {
        self.ids().collect()
    }

    fn put_aside(&self, id: u64) -> bool {
        self.orphans.contains(&id) || self.backups.contains(&id)
    }

    fn rows(&self) -> u64 {
        let rot = self.rotten_at.map_or(0, |at| at + 1);
        self.ids().fold(rot, |rows, id| {
            (rows ^ id).wrapping_mul(0x0100_0000_01B3).rotate_left(5)
        })
    }

    fn is_damaged(&self) -> bool {
        self.rotten_at.is_some() || self.damage != 0
    }

    fn set_full(&mut self, full: bool) {
        self.full = full;
    }

    fn persist(&mut self, record: Durable) -> Result<(), NotDone> {
        self.room()?;
        self.record = record;
        Ok(())
    }

    fn open_epoch(&mut self, mut number: u64, record: Durable) -> Result<(), NotDone> {
        self.room()?;
        if self.fault == Some(Fault::EpochReused) {
            number = number.saturating_sub(1).max(1);
        }
        let at = self.position();
        self.epochs.push(EpochStart {
            epoch: Epoch {
                number,
                opener: self.station,
            },
            after_seq: at.seq,
            chain: at.chain,
        });
        self.record = record;
        Ok(())
    }

    fn open_lineage(&mut self, lineage: u128, record: Durable) -> Result<(), NotDone> {
        self.room()?;
        self.leave(lineage);
        self.record = record;
        Ok(())
    }

    fn begin(&mut self, id: u64, edits: Edits, now: Mono) -> Result<(), NotDone> {
        self.check_permit(edits, now)?;
        self.begun = Some(id);
        Ok(())
    }

    fn commit(&mut self, edits: Edits, now: Mono) -> Result<(), NotDone> {
        let id = self.begun.take().ok_or(NotDone)?;
        self.check_permit(edits, now)?;
        self.room()?;
        let before = self.position();
        let chain =
            Chain(before.chain.0.rotate_left(7) ^ mix(id) ^ u128::from(before.epoch.number));
        let sum = Sum(self.sum().0.wrapping_add(mix(id)));
        self.entries.push(Entry {
            id,
            seq: before.seq + 1,
            epoch: before.epoch,
            chain,
            sum,
            intact: true,
        });
        Ok(())
    }

    fn give_up(&mut self) {
        self.begun = None;
    }

    fn apply(&mut self, epochs: &[EpochStart], entries: &[Entry]) -> Result<(), ApplyFault> {
        if self.full {
            return Err(ApplyFault::NoSpace);
        }
        let mut after = self.clone();
        after.adopt(epochs);
        for entry in entries {
            if !entry.intact || entry.seq != after.seq() + 1 {
                return Err(ApplyFault::Damaged);
            }
            // An entry that touches the damaged row does not find it as it must be.
            if after.rotten_at.is_some() && mix(entry.id) & 3 == 0 {
                return Err(ApplyFault::Refused);
            }
            after.entries.push(*entry);
            if after.sum() != entry.sum && self.fault != Some(Fault::SumNotChecked) {
                return Err(ApplyFault::SumDiffers);
            }
            after.adopt(epochs);
        }
        *self = after;
        Ok(())
    }

    fn rewind(&mut self, to_seq: u64, last_epoch: u64) -> Result<u64, NotDone> {
        self.room()?;
        if to_seq < self.base_seq || to_seq > self.seq() {
            return Err(NotDone);
        }
        let cut: Vec<u64> = self
            .entries
            .iter()
            .filter(|e| e.seq > to_seq)
            .map(|e| e.id)
            .collect();
        if self.fault != Some(Fault::OrphansDropped) {
            self.orphans.extend(&cut);
        }
        self.entries.retain(|e| e.seq <= to_seq);
        self.epochs.retain(|s| s.epoch.number <= last_epoch);
        Ok(cut.len() as u64)
    }

    fn snapshot(&mut self) -> Result<Snapshot, NotDone> {
        Ok(Snapshot {
            ids: self.ids().collect(),
            position: self.position(),
            sum: self.sum(),
            epochs: self.epochs.clone(),
            intact: self.rotten_at.is_none() && self.damage == 0,
        })
    }

    fn begin_copy(
        &mut self,
        _snapshot: &Snapshot,
        resume: Option<u32>,
    ) -> Result<u32, SnapshotFault> {
        let there = resume.filter(|there| *there <= self.copied);
        self.copied = there.unwrap_or(0);
        Ok(self.copied)
    }

    fn take_chunk(&mut self, _snapshot: &Snapshot, chunk: u32) -> Result<u32, SnapshotFault> {
        if self.full {
            return Err(SnapshotFault::NoSpace);
        }
        if chunk != self.copied {
            return Err(SnapshotFault::Damaged);
        }
        self.copied += 1;
        Ok(self.copied)
    }

    fn drop_copy(&mut self) {
        self.copied = 0;
    }

    fn pin(&mut self) -> Result<(u64, Snapshot), NotDone> {
        Ok((self.seq(), self.snapshot()?))
    }

    fn answer(_pinned: &mut u64, _question: &Snapshot) -> Result<Vec<Snapshot>, NotDone> {
        Err(NotDone)
    }

    fn pinned_at(pinned: &u64) -> u64 {
        *pinned
    }

    fn take_part(
        &mut self,
        comparison: &mut Option<Snapshot>,
        part: &Snapshot,
    ) -> Result<Found<Snapshot>, CompareFault> {
        *comparison = Some(part.clone());
        Ok(Found::All)
    }

    fn put_in_place(&mut self, found: Snapshot, keep: Keep) -> Result<Moved, CompareFault> {
        let before = self.rows();
        self.install(&found, keep).map_err(|why| match why {
            SnapshotFault::NoSpace => CompareFault::NoSpace,
            _ => CompareFault::PrimaryDamaged,
        })?;
        Ok(Moved {
            moved: u64::from(self.rows() != before),
            removed: 0,
            rows: found.ids.len() as u64,
        })
    }

    fn install(&mut self, snapshot: &Snapshot, keep: Keep) -> Result<(), SnapshotFault> {
        if self.full {
            return Err(SnapshotFault::NoSpace);
        }
        if !snapshot.intact {
            return Err(SnapshotFault::Damaged);
        }
        if keep.backup {
            let ids: Vec<u64> = self.ids().collect();
            self.backups.extend(ids);
        }
        if let Some(after) = keep.orphans_after {
            self.orphans
                .extend(self.entries.iter().filter(|e| e.seq > after).map(|e| e.id));
        }
        self.base.clone_from(&snapshot.ids);
        self.base_seq = snapshot.position.seq;
        self.base_chain = snapshot.position.chain;
        self.entries.clear();
        self.epochs.clone_from(&snapshot.epochs);
        self.lineage = snapshot.position.lineage;
        self.left = None;
        self.rotten_at = None;
        self.damage = 0;
        debug_assert_eq!(self.sum(), snapshot.sum);
        Ok(())
    }

    fn verify(&mut self) -> bool {
        !self.is_damaged()
    }

    fn check_shared(&mut self, after_seq: u64, chain: Chain) -> Result<(), TailRefusal> {
        if after_seq < self.base_seq {
            return Err(TailRefusal::JournalCut);
        }
        match self.chain_at(after_seq) {
            None => Err(TailRefusal::NoSuchSeq),
            Some(own) if own != chain => Err(TailRefusal::ChainDiffers),
            Some(_) => Ok(()),
        }
    }

    /// A damaged entry does not have its hash any more: it is not sent.
    fn entries_after(&mut self, seq: u64) -> Result<Vec<Entry>, TailRefusal> {
        if seq < self.base_seq {
            return Err(TailRefusal::JournalCut);
        }
        let due: Vec<Entry> = self
            .entries
            .iter()
            .filter(|e| e.seq > seq)
            .copied()
            .collect();
        match due.iter().all(|entry| entry.intact) {
            true => Ok(due),
            false => Err(TailRefusal::Broken),
        }
    }

    fn seq_of(entry: &Entry) -> u64 {
        entry.seq
    }

    fn sum_of(entry: &Entry) -> Sum {
        entry.sum
    }

    fn base_of(snapshot: &Snapshot) -> u64 {
        snapshot.position.seq
    }

    fn chunks_of(_snapshot: &Snapshot) -> u32 {
        3
    }

    fn head_ahead(&self, entry: &Entry) -> Head {
        let mut ahead = self.clone();
        ahead.entries.push(*entry);
        ahead.head()
    }

    fn flip(entry: &mut Entry, _rng: &mut Rng) {
        entry.intact = false;
    }

    fn flip_snapshot(snapshot: &mut Snapshot, _rng: &mut Rng) {
        snapshot.intact = false;
    }

    fn flip_part(part: &mut Snapshot, _rng: &mut Rng) {
        part.intact = false;
    }

    fn damage(&mut self, what: Damage, rng: &mut Rng) -> bool {
        match what {
            Damage::Row | Damage::RowGone | Damage::RowTooMany => {
                self.rotten_at = Some(self.seq());
                self.ids().next().is_some()
            }
            Damage::Sum => {
                self.damage = 1 + u128::from(rng.next());
                true
            }
            Damage::Journal => {
                let Some(last) = self.entries.len().checked_sub(1) else {
                    return false;
                };
                let at = rng.below(last + 1);
                self.entries[at].intact = false;
                true
            }
        }
    }

    fn cut_journal(&mut self, keep: usize) {
        while self.entries.len() > keep {
            let entry = self.entries.remove(0);
            self.base.push(entry.id);
            self.base_seq = entry.seq;
            self.base_chain = entry.chain;
        }
    }

    /// The last entries are gone from the data (and kept, as the operator's files are). Where the data are damaged, their
    /// history is left.
    fn restore(&mut self, rng: &mut Rng) -> Option<(Vec<u64>, bool)> {
        if self.is_damaged() {
            (self.rotten_at, self.damage) = (None, 0);
            self.leave(u128::from(rng.next()));
            return Some((Vec::new(), true));
        }
        let keep = self.entries.len().saturating_sub(rng.below(4));
        let gone: Vec<u64> = self.entries.drain(keep..).map(|entry| entry.id).collect();
        let seq = self.seq();
        let first = self.epochs[0];
        self.epochs.retain(|s| s.after_seq <= seq || *s == first);
        self.backups.extend(&gone);
        Some((Vec::new(), true))
    }

    fn crash(&mut self, _rng: &mut Rng) {
        (self.begun, self.copied) = (None, 0);
    }

    fn stop(&mut self) {
        self.copied = 0;
    }

    fn told(&mut self) {}

    fn reopen(&mut self) {}
}
