//! A model of one station's store: what survives a crash. An entry is a number, the data is the list of them.

mod copies;
mod hazards;
mod tail;

use std::collections::BTreeSet;

use domain::history::{Chain, Epoch, EpochStart, Position, Sum};
use domain::ids::{LineageId, StationId};
use pair::action::Edits;
use pair::config::Config;
use pair::event::Own;
use pair::message::Head;
use pair::{Durable, Mono};
use uuid::Uuid;

use self::tail::Entry;
use super::disk::{Disk, NotDone};
use super::faults::Fault;
use super::world::Pace;

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
    const PACE: Pace = Pace {
        long_ms: (5_000, 40_000),
        pause_ms: (5, 700),
    };

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

    fn verify(&mut self) -> bool {
        !self.is_damaged()
    }
}
