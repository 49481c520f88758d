//! How a peer breaks the rules of the link. It is cut off, nothing of what it said counts, and why stands in the redundancy log.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::reason::Reason;
use crate::state::State;
use crate::time::Mono;
use crate::view::Record;

/// The same breach is news once in this time: a peer that calls again and again must not fill the log.
const NEWS_EVERY: Duration = Duration::from_secs(60);

/// What the peer did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Breach {
    /// It sent what is no frame, or one that is longer than a frame may be.
    Frame,
    /// It sent more than the link's window holds, or opened this station's beyond that.
    Window,
    /// It takes in nothing of what it is told. A network can do the same.
    Deaf,
    /// It said what makes no sense at that moment.
    OutOfTurn,
    /// An entry of its journal is not what its own hash says, or is of another epoch.
    Entry,
    /// Entry after entry was none that is due.
    Endless,
    /// It used an epoch that is no longer in force.
    OldEpoch,
    /// It sent more than its full copy announced.
    Excessive,
}

impl Breach {
    /// Every breach.
    pub const ALL: &'static [Self] = &[
        Self::Frame,
        Self::Window,
        Self::Deaf,
        Self::OutOfTurn,
        Self::Entry,
        Self::Endless,
        Self::OldEpoch,
        Self::Excessive,
    ];

    /// What it did, as the rest of a sentence: the peer is told so, and so is the redundancy log.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Frame => "it sent what is no frame, or is longer than a frame may be",
            Self::Window => "it does not keep to the link's window",
            Self::Deaf => "it takes in nothing of what it is told",
            Self::OutOfTurn => "it said what makes no sense at that moment",
            Self::Entry => "an entry of its journal came damaged",
            Self::Endless => "it sent entry after entry, and none that is due",
            Self::OldEpoch => "it used an epoch that is no longer in force",
            Self::Excessive => "it sent more than its full copy announced",
        }
    }

    /// Whether no station would do that, whatever the network does.
    const fn is_its_own(self) -> bool {
        !matches!(self, Self::Deaf)
    }
}

/// The breaches of a peer since the pair was last in step with it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Breaches {
    in_a_row: u32,
    told: Vec<(Breach, Mono)>,
}

impl Breaches {
    /// One frame may be damaged where the machines' memory is; then the next link is well.
    const TOLERATED: u32 = 1;

    pub(crate) fn forget(&mut self) {
        self.in_a_row = 0;
    }

    /// The peer goes on breaking the rules.
    pub(crate) fn reason(&self) -> Option<Reason> {
        (self.in_a_row > Self::TOLERATED).then_some(Reason::RulesBroken)
    }
}

impl State {
    /// The peer was cut off for this.
    pub(crate) fn breached(&mut self, why: Breach) {
        let now = self.now.mono;
        let breaches = &mut self.contact.breaches;
        if why.is_its_own() {
            breaches.in_a_row = breaches.in_a_row.saturating_add(1);
        }
        breaches.told.retain(|(_, at)| now.since(*at) < NEWS_EVERY);
        if !breaches.told.iter().any(|(told, _)| *told == why) {
            breaches.told.push((why, now));
            self.log(Record::CutOff { why });
        }
    }
}
