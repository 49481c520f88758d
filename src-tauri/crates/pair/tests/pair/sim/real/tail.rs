//! Entries of the real store, as they are sent and applied.

use std::rc::Rc;

use domain::history::{Chain, EpochStart, Position, Sum};
use pair::event::ApplyFault;
use pair::message::{Head, TailRefusal};
use store::{ApplyError, Entry, Error, TailError};

use super::super::disk::{Hazards as _, Tail};
use super::super::rng::Rng;
use super::Real;
use super::files::block_on;
use super::hazards::flip;

/// An entry as it is sent.
#[derive(Debug, Clone)]
pub(in crate::sim) struct Frame {
    seq: u64,
    sum: Sum,
    position: Position,
    bytes: Rc<[u8]>,
}

impl Tail for Real {
    type Entry = Frame;

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
            position: Position {
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
