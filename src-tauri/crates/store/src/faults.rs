//! Deliberate faults: what the simulation of a pair (`pair/tests/pair/sim`) must find, one at a time, each in one store alone.
//!
//! They exist in builds with debug assertions and the feature `faults`, which only tests turn on. In every other build
//! nothing is ever faulty.

/// What this store does wrong, or what befalls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No fault of the store's: the disk is full.
    DiskFull,
    /// A snapshot is put in place whatever the sum of its rows is.
    SnapshotNotSummed,
    /// A rewind throws away what it cuts off.
    OrphansDropped,
    /// An epoch is opened with the number of the one in force.
    EpochReused,
    /// A rewind leaves the epochs that it cuts back in the history.
    EpochsKept,
    /// Entries are applied without a note of where that leads to.
    HeadNotSaved,
    /// An edit that has begun is committed whoever may edit by then.
    PermitNotChecked,
    /// Entries are applied whatever sum they should lead to.
    SumNotChecked,
    /// A copy that was cut off goes on after another chunk than was said.
    ResumedElsewhere,
    /// A comparison leaves out a range in which it found a difference.
    RangeSkipped,
    /// A comparison leaves rows in place that the primary does not have.
    RowsKept,
    /// What differed is put in place whatever the sum of the rows is then.
    ResyncNotSummed,
}

pub(crate) use live::Faults;

#[cfg(all(feature = "faults", debug_assertions))]
mod live {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::Fault;

    #[derive(Debug, Default)]
    pub(crate) struct Faults(AtomicU32);

    impl Faults {
        pub(crate) fn has(&self, fault: Fault) -> bool {
            self.0.load(Ordering::Acquire) & (1 << fault as u32) != 0
        }

        fn set(&self, fault: Fault, on: bool) {
            let bit = 1 << fault as u32;
            match on {
                true => self.0.fetch_or(bit, Ordering::AcqRel),
                false => self.0.fetch_and(!bit, Ordering::AcqRel),
            };
        }
    }

    impl crate::Store {
        /// Makes this store faulty, or whole again.
        pub fn set_fault(&self, fault: Fault, on: bool) {
            self.0.faults.set(fault, on);
        }
    }
}

#[cfg(not(all(feature = "faults", debug_assertions)))]
mod live {
    use super::Fault;

    #[derive(Debug, Default)]
    pub(crate) struct Faults(());

    impl Faults {
        #[inline]
        #[expect(
            clippy::unused_self,
            reason = "the same call as in builds that can be faulty"
        )]
        pub(crate) const fn has(&self, _: Fault) -> bool {
            false
        }
    }
}

impl Faults {
    /// Whether there is room for a write.
    pub(crate) fn room(&self, during: &'static str) -> Result<(), crate::Error> {
        match self.has(Fault::DiskFull) {
            true => Err(crate::Error::NoSpace { during }),
            false => Ok(()),
        }
    }
}
