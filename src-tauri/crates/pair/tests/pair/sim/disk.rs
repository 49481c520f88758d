//! A model of one station's store: what survives a crash. An entry is a number, the data is the list of them.

use std::collections::BTreeSet;

use domain::history::{Chain, Epoch, EpochStart, Position, Sum};
use domain::ids::{LineageId, StationId};
use pair::Durable;
use pair::event::Own;
use pair::message::Head;
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) id: u64,
    pub(super) seq: u64,
    pub(super) epoch: Epoch,
    pub(super) chain: Chain,
    pub(super) sum: Sum,
}

/// A copy of everything, as it goes over the wire.
#[derive(Debug, Clone)]
pub(super) struct Snapshot {
    pub(super) ids: Vec<u64>,
    pub(super) position: Position,
    pub(super) sum: Sum,
    pub(super) epochs: Vec<EpochStart>,
}

#[derive(Debug, Clone)]
pub(super) struct Disk {
    pub(super) station: StationId,
    pub(super) record: Durable,
    pub(super) lineage: LineageId,
    /// Rows whose entries the journal no longer has.
    base: Vec<u64>,
    base_seq: u64,
    base_chain: Chain,
    pub(super) entries: Vec<Entry>,
    pub(super) epochs: Vec<EpochStart>,
    left: Option<Position>,
    pub(super) orphans: BTreeSet<u64>,
    pub(super) backups: BTreeSet<u64>,
    /// What damage did to the sum.
    pub(super) damage: u128,
    /// The seq at which the damage came about.
    pub(super) damaged_at: Option<u64>,
}

fn mix(x: u64) -> u128 {
    let a = u128::from(x).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)
        ^ 0xD6E8_FEB8_6659_FD93;
    a.wrapping_mul(0xA076_1D64_78BD_642F_E703_7ED1_A0B4_28DB)
}

impl Disk {
    pub(super) fn new(station: StationId, lineage: u128) -> Self {
        let epoch = Epoch {
            number: 1,
            opener: station,
        };
        Self {
            station,
            record: Durable::default(),
            lineage: LineageId(Uuid::from_u128(lineage)),
            base: Vec::new(),
            base_seq: 0,
            base_chain: Chain(lineage),
            entries: Vec::new(),
            epochs: vec![EpochStart {
                epoch,
                after_seq: 0,
                chain: Chain(lineage),
            }],
            left: None,
            orphans: BTreeSet::new(),
            backups: BTreeSet::new(),
            damage: 0,
            damaged_at: None,
        }
    }

    pub(super) fn epoch(&self) -> Epoch {
        self.epochs[self.epochs.len() - 1].epoch
    }

    pub(super) fn seq(&self) -> u64 {
        self.entries.last().map_or(self.base_seq, |e| e.seq)
    }

    pub(super) fn chain_at(&self, seq: u64) -> Option<Chain> {
        if seq == self.base_seq {
            return Some(self.base_chain);
        }
        self.entries.iter().find(|e| e.seq == seq).map(|e| e.chain)
    }

    pub(super) fn cut(&self) -> u64 {
        self.base_seq
    }

    pub(super) fn position(&self) -> Position {
        let chain = self.entries.last().map_or(self.base_chain, |e| e.chain);
        Position {
            lineage: self.lineage,
            epoch: self.epoch(),
            seq: self.seq(),
            chain,
        }
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = u64> + '_ {
        self.base
            .iter()
            .copied()
            .chain(self.entries.iter().map(|e| e.id))
    }

    pub(super) fn count(&self) -> usize {
        self.base.len() + self.entries.len()
    }

    pub(super) fn sum(&self) -> Sum {
        Sum(self
            .ids()
            .fold(self.damage, |sum, id| sum.wrapping_add(mix(id))))
    }

    pub(super) fn head(&self) -> Head {
        Head {
            position: self.position(),
            sum: self.sum(),
            journal_bytes: self.seq() * 100,
        }
    }

    pub(super) fn own(&self) -> Own {
        Own {
            head: self.head(),
            epochs: self.epochs.clone(),
            empty: self.count() == 0,
            left: self.left,
        }
    }

    pub(super) fn commit(&mut self, id: u64) -> Entry {
        let before = self.position();
        let chain =
            Chain(before.chain.0.rotate_left(7) ^ mix(id) ^ u128::from(before.epoch.number));
        let sum = Sum(self.sum().0.wrapping_add(mix(id)));
        let entry = Entry {
            id,
            seq: before.seq + 1,
            epoch: before.epoch,
            chain,
            sum,
        };
        self.entries.push(entry);
        entry
    }

    pub(super) fn open_epoch(&mut self, number: u64, record: Durable) {
        let at = self.position();
        let epoch = Epoch {
            number,
            opener: self.station,
        };
        self.epochs.push(EpochStart {
            epoch,
            after_seq: at.seq,
            chain: at.chain,
        });
        self.record = record;
    }

    pub(super) fn open_lineage(&mut self, lineage: u128, record: Durable) {
        self.left = Some(self.position());
        self.base = self.ids().collect();
        self.entries.clear();
        self.base_seq = 0;
        self.base_chain = Chain(lineage);
        self.lineage = LineageId(Uuid::from_u128(lineage));
        let epoch = Epoch {
            number: 1,
            opener: self.station,
        };
        self.epochs = vec![EpochStart {
            epoch,
            after_seq: 0,
            chain: Chain(lineage),
        }];
        self.record = record;
    }

    /// Records the epoch starts that are reached; says whether there were any.
    pub(super) fn adopt(&mut self, epochs: &[EpochStart]) -> bool {
        let (known, seq) = (self.epoch().number, self.seq());
        let before = self.epochs.len();
        self.epochs.extend(
            epochs
                .iter()
                .filter(|s| s.epoch.number > known && s.after_seq <= seq),
        );
        self.epochs.len() > before
    }

    pub(super) fn rewind(&mut self, to_seq: u64, last_epoch: u64, save: bool) -> Option<u64> {
        if to_seq < self.base_seq || to_seq > self.seq() {
            return None;
        }
        let cut: Vec<u64> = self
            .entries
            .iter()
            .filter(|e| e.seq > to_seq)
            .map(|e| e.id)
            .collect();
        if save {
            self.orphans.extend(&cut);
        }
        self.entries.retain(|e| e.seq <= to_seq);
        self.epochs.retain(|s| s.epoch.number <= last_epoch);
        Some(cut.len() as u64)
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        Snapshot {
            ids: self.ids().collect(),
            position: self.position(),
            sum: self.sum(),
            epochs: self.epochs.clone(),
        }
    }

    pub(super) fn install(
        &mut self,
        snapshot: &Snapshot,
        backup: bool,
        orphans_after: Option<u64>,
    ) {
        if backup {
            self.backups.extend(
                self.base
                    .iter()
                    .copied()
                    .chain(self.entries.iter().map(|e| e.id)),
            );
        }
        if let Some(after) = orphans_after {
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
        self.damaged_at = None;
        self.damage = 0;
        self.damage = snapshot.sum.0.wrapping_sub(self.sum().0);
    }

    /// Retention: the journal forgets its oldest entries; the rows stay.
    pub(super) fn cut_journal(&mut self, keep: usize) {
        while self.entries.len() > keep {
            let entry = self.entries.remove(0);
            self.base.push(entry.id);
            self.base_seq = entry.seq;
            self.base_chain = entry.chain;
        }
    }

    /// A restored backup: the last entries are gone from the data (and kept, as the operator's files are).
    pub(super) fn restore(&mut self, drop: usize) {
        let keep = self.entries.len().saturating_sub(drop);
        for entry in self.entries.drain(keep..) {
            self.backups.insert(entry.id);
        }
        let seq = self.seq();
        let first = self.epochs[0];
        self.epochs.retain(|s| s.after_seq <= seq || *s == first);
    }
}
