//! Entries of a model.

use domain::history::{Chain, Epoch, EpochStart, Sum};
use pair::event::ApplyFault;
use pair::message::{Head, TailRefusal};

use super::super::disk::{Disk as _, Tail};
use super::super::faults::Fault;
use super::super::rng::Rng;
use super::{Model, mix};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sim) struct Entry {
    pub(super) id: u64,
    pub(super) seq: u64,
    pub(super) epoch: Epoch,
    pub(super) chain: Chain,
    pub(super) sum: Sum,
    /// Whether its hash still fits.
    pub(super) intact: bool,
}

impl Tail for Model {
    type Entry = Entry;

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

    fn head_ahead(&self, entry: &Entry) -> Head {
        let mut ahead = self.clone();
        ahead.entries.push(*entry);
        ahead.head()
    }

    fn flip(entry: &mut Entry, _rng: &mut Rng) {
        entry.intact = false;
    }
}
