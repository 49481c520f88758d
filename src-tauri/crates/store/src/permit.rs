//! The edit permit: who may write, and until when. The node sets it from the pair's rules; the write path checks it
//! before an edit begins and again right before it is committed.

use std::sync::RwLock;
use std::time::Duration;

use domain::history::Epoch;

use crate::error::Error;

/// Whether this station may be edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditPermit {
    /// Edits are let in.
    Allowed {
        /// The epoch that they are written in; none are let in while the store is in another one.
        epoch: Epoch,
        /// When this lapses unless it is renewed, on the clock that counts suspend ([`boot_time`]); `None` for never.
        until: Option<Duration>,
    },
    /// Edits are refused (`read_only`).
    ReadOnly {
        /// One sentence for the operator.
        why: String,
    },
    /// Edits are refused for a moment (`busy`).
    Busy {
        /// One sentence for the operator.
        why: String,
    },
}

/// The time since the machine started, counting suspend (`CLOCK_BOOTTIME`).
#[must_use]
pub fn boot_time() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::new(
        u64::try_from(now.tv_sec).unwrap_or(0),
        u32::try_from(now.tv_nsec).unwrap_or(0),
    )
}

/// The permit as the write path sees it. Closed until somebody opens it.
pub(crate) struct Gate(RwLock<EditPermit>);

impl Gate {
    pub(crate) fn closed() -> Self {
        Gate(RwLock::new(EditPermit::Busy {
            why: String::from("This station is starting: try again in a moment."),
        }))
    }

    pub(crate) fn set(&self, permit: EditPermit) {
        *self
            .0
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = permit;
    }

    pub(crate) fn get(&self) -> EditPermit {
        self.0
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }

    /// Whether an edit in `epoch` is let in at this moment.
    pub(crate) fn check(&self, epoch: Epoch) -> Result<(), Error> {
        let permit = self
            .0
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        match &*permit {
            EditPermit::Allowed { epoch: allowed, .. } if *allowed != epoch => Err(Error::Busy {
                why: String::from("This station is changing its epoch: try again in a moment."),
            }),
            EditPermit::Allowed {
                until: Some(until), ..
            } if boot_time() >= *until => Err(Error::Busy {
                why: String::from(
                    "This station was away and asks its peer whether it may edit: try again in a moment.",
                ),
            }),
            EditPermit::Allowed { .. } => Ok(()),
            EditPermit::ReadOnly { why } => Err(Error::ReadOnly { why: why.clone() }),
            EditPermit::Busy { why } => Err(Error::Busy { why: why.clone() }),
        }
    }
}
