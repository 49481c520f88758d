//! Copies of a model, and its comparisons, which are copies that say how much they changed.

use domain::history::{EpochStart, Position, Sum};
use pair::event::{CompareFault, SnapshotFault};

use super::super::disk::{Compares, Copies, Disk as _, Found, Keep, Moved, NotDone};
use super::super::rng::Rng;
use super::Model;

/// A copy of everything, as it goes over the wire.
#[derive(Debug, Clone)]
pub(in crate::sim) struct Snapshot {
    ids: Vec<u64>,
    position: Position,
    sum: Sum,
    epochs: Vec<EpochStart>,
    /// A row is not what the sum says, or a bit flipped on the way.
    intact: bool,
}

impl Copies for Model {
    type Snapshot = Snapshot;

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

    fn base_of(snapshot: &Snapshot) -> u64 {
        snapshot.position.seq
    }

    fn chunks_of(_snapshot: &Snapshot) -> u32 {
        3
    }

    fn flip_snapshot(snapshot: &mut Snapshot, _rng: &mut Rng) {
        snapshot.intact = false;
    }
}

impl Compares for Model {
    /// The whole is said at once.
    type Pinned = u64;
    type Comparison = Snapshot;
    type Part = Snapshot;

    const ASKS: bool = false;

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

    fn flip_part(part: &mut Snapshot, _rng: &mut Rng) {
        part.intact = false;
    }
}
