//! What a person sees of the pair (DESIGN.md 5.2): one status with its reason, and the figures beside it.

use std::time::Duration;

use domain::history::Position;
use domain::ids::StationId;
use semver::Version;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::breach::Breach;
use crate::check::Checked;
use crate::config::Mode;
use crate::message::{Head, Standing, Writer};
use crate::reason::Reason;
use crate::witness::WitnessView;

/// The seven statuses, in the order of DESIGN.md 5.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Status {
    /// Mode none.
    NoRedundancy,
    /// The stations do not fit, or both lead.
    Incompatible,
    /// The peer is silent.
    Unavailable,
    /// First contact or first sync is not finished.
    Connecting,
    /// In contact, but this pair does not come into step by itself.
    NotSynced,
    /// In contact, and the secondary is behind.
    Syncing,
    /// Verified equal.
    Synced,
}

impl Status {
    /// The name that the API uses.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoRedundancy => "no_redundancy",
            Self::Incompatible => "incompatible",
            Self::Unavailable => "unavailable",
            Self::Connecting => "connecting",
            Self::NotSynced => "not_synced",
            Self::Syncing => "syncing",
            Self::Synced => "synced",
        }
    }

    /// What operators call it.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::NoRedundancy => "No redundancy",
            Self::Incompatible => "Incompatible",
            Self::Unavailable => "Unavailable",
            Self::Connecting => "Connecting",
            Self::NotSynced => "Not synced",
            Self::Syncing => "Syncing",
            Self::Synced => "Synced",
        }
    }
}

/// Whether a secondary failover would promote itself (rule 2), and why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Armed {
    /// It would.
    Armed,
    /// It is no secondary failover.
    NotFailover,
    /// It has not completed a sync with this primary and lineage.
    NeverSynced,
    /// In its last contact it was neither Synced nor Syncing, or its last check was not equal.
    NotInStep,
    /// The operator chose Hold.
    Held,
    /// It could not make its promotion durable; it tries again.
    PromotionFails,
}

/// How far the secondary is behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lag {
    /// Journal entries.
    pub entries: u64,
    /// Bytes of journal; 0 where it is not known.
    pub bytes: u64,
    /// Since both were last known to be equal.
    pub time: Duration,
}

/// How far a snapshot or a comparison is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// So much.
    pub done: u64,
    /// Of so much; 0 where it is not known.
    pub total: u64,
}

/// The journal keeps much for a peer that has not acknowledged it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retained {
    /// Bytes of changesets that the peer has not acknowledged.
    pub bytes: u64,
    /// Beyond so many, entries are dropped, and the peer needs a resync or a snapshot.
    pub bytes_max: u64,
    /// That has come about.
    pub peer_cut_off: bool,
}

/// The other station, as last heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerView {
    /// Who.
    pub station: StationId,
    /// What operators call it.
    pub name: String,
    /// Of its build.
    pub version: Version,
    /// Its mode.
    pub mode: Mode,
    /// How it stands.
    pub standing: Standing,
    /// Where it is.
    pub head: Head,
    /// Its writer.
    pub writer: Writer,
    /// Its wall clock minus this station's, in milliseconds.
    pub clock_difference_ms: i64,
    /// What its latest full check found.
    pub checked: Option<Checked>,
    /// How long ago it was heard last.
    pub last_contact: Option<Duration>,
}

/// What each side has that the other lacks; shown wherever an operator has to choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    /// The last entry that both share.
    pub shared_seq: u64,
    /// Entries that only this station has.
    pub only_here: u64,
    /// Entries that only the peer has.
    pub only_there: u64,
}

/// Everything about the pair that is shown, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The redundancy mode.
    pub mode: Mode,
    /// One of seven.
    pub status: Status,
    /// Why.
    pub reason: Reason,
    /// Since when the status and reason hold, UTC milliseconds.
    pub since_ms: i64,
    /// Whether this secondary would take over by itself.
    pub armed: Armed,
    /// Until it does; `None` where no countdown runs that can fire.
    pub countdown: Option<Duration>,
    /// Whether operators may edit here.
    pub editable: bool,
    /// How far the secondary is behind.
    pub lag: Lag,
    /// Where this station is.
    pub own: Head,
    /// What the peer durably holds of this primary's entries; `None` on a secondary or where it is not known.
    pub peer_durable: Option<Position>,
    /// The peer.
    pub peer: Option<PeerView>,
    /// A snapshot or a comparison under way, on either side.
    pub progress: Option<Progress>,
    /// What this station's latest full check of its data found.
    pub checked: Option<Checked>,
    /// What the journal keeps for the peer, where that is so much that the operator is warned.
    pub retained: Option<Retained>,
    /// What each side has beyond the other, where that is known and differs.
    pub difference: Option<Difference>,
    /// The witness, where one is set.
    pub witness: Option<WitnessView>,
}

/// What an operator is told even with the window closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Notice {
    /// The peer is unavailable.
    Unavailable,
    /// This station became primary by itself.
    TookOver,
    /// This station is no longer the primary.
    Superseded,
    /// Both stations lead.
    Forked,
    /// The pair does not come into step by itself.
    NotSynced,
    /// The pair is in step again.
    Synced,
    /// A full check found this station's data damaged, which works on its own.
    Damaged,
    /// The journal keeps much for a peer that does not acknowledge it.
    JournalFills,
}

/// A line of the redundancy log. The log keeps it with the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Record {
    /// The station started or woke.
    Started {
        /// Its mode.
        mode: Mode,
        /// Its last process ended in order.
        clean: bool,
    },
    /// It slept, or its process was stopped, for so long.
    Woke {
        /// Milliseconds.
        gap_ms: u64,
    },
    /// The status or its reason changed.
    Status {
        /// To what.
        status: Status,
        /// Why.
        reason: Reason,
    },
    /// The operator set the mode, the URL or the offset.
    Configured {
        /// The mode.
        mode: Mode,
    },
    /// This station opened an epoch.
    EpochOpened {
        /// Its number.
        number: u64,
        /// Why.
        why: Opening,
    },
    /// A hand-over began here.
    HandingOver,
    /// A hand-over ended with this station as a secondary.
    HandedOver,
    /// A hand-over was given up; the primary stays.
    HandoverRefused {
        /// Why.
        reason: Reason,
    },
    /// A primary with a higher epoch was met; this station stopped editing.
    Superseded {
        /// The higher epoch's number.
        number: u64,
    },
    /// An epoch of equal number and another opener was met.
    Forked {
        /// The number.
        number: u64,
    },
    /// This station follows from now on.
    Following,
    /// The history was cut back; what was cut off is kept.
    Rewound {
        /// The last entry that stayed.
        to_seq: u64,
        /// Entries that are kept as orphans.
        orphans: u64,
    },
    /// A whole snapshot replaced the data.
    SnapshotInstalled,
    /// A snapshot that was cut off goes on where it stopped.
    SnapshotResumed {
        /// What was there: rows.
        done: u64,
        /// Of so many.
        total: u64,
    },
    /// The data was compared with the primary's, and what differed was replaced.
    Resynced {
        /// Rows that the primary sent.
        moved: u64,
        /// Rows that were taken out.
        removed: u64,
        /// Rows in all.
        rows: u64,
    },
    /// The peer broke the rules of the link and was cut off.
    CutOff {
        /// What it did.
        why: Breach,
    },
    /// A comparison led to nothing.
    NotResynced {
        /// Why.
        reason: Reason,
    },
    /// The journal keeps much for a peer that does not acknowledge it.
    JournalFills {
        /// Bytes.
        bytes: u64,
        /// Of at most so many.
        bytes_max: u64,
    },
    /// Entries were dropped that the peer has not acknowledged.
    PeerCutOff,
    /// The operator stopped the countdown.
    Held,
    /// This primary edits on its operator's word, without the witness.
    Overridden,
    /// The witness's guarantee is back after that.
    GuaranteeBack,
    /// A full verify ended.
    Verified {
        /// The scan gave the rolling sum.
        ok: bool,
    },
    /// A full verify could not be made to its end.
    NotVerified,
}

/// Why an epoch was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Opening {
    /// The offset ran out.
    Failover,
    /// The operator's Make primary.
    MakePrimary,
    /// The operator's Make primary in spite of the witness: labelled as leaving its guarantee.
    Overridden,
    /// A planned switch.
    Switch,
    /// The mode was set to primary on a secondary.
    Configured,
    /// The last process as a primary ended without order.
    UncleanStop,
    /// A backup was restored.
    Restored,
    /// The operator decided between two histories in favor of this one.
    Decided,
}
