//! What the driver is to do, in order.

use domain::history::{Chain, Epoch, EpochStart};

use crate::breach::Breach;
use crate::durable::Durable;
use crate::event::{LinkId, ReplyToken};
use crate::message::{Message, SnapshotAt, Stream};
use crate::time::Mono;
use crate::view::{Notice, Record};
use crate::witness::Ask;

/// Names one request to the driver whose outcome comes back as an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub u64);

/// Whether this station's operators may edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edits {
    /// Writes are let in, in this epoch.
    Allowed {
        /// The epoch that they are written in.
        epoch: Epoch,
        /// The permission lapses at this moment unless it is renewed: `Some` while a peer is configured, so that a
        /// process that was stopped for longer writes nothing before it has asked its peer. With a witness it ends with the lease
        /// or promise. The writer compares it.
        until: Option<Mono>,
    },
    /// Writes are refused.
    Refused {
        /// Why; [`EditsRefused::code`] is the contract's error code.
        why: EditsRefused,
    },
}

/// Why a station refuses edits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditsRefused {
    /// It is a secondary.
    Secondary,
    /// A primary that asks its peer first (rule 0).
    Starting,
    /// A primary that waits for its operator (rule 0).
    Waiting,
    /// Superseded (rule 5).
    Superseded,
    /// Forked (rule 5).
    Forked,
    /// Handing over (rule 4).
    HandingOver,
    /// Its mode or epoch is being changed: a matter of milliseconds.
    Changing,
    /// It waits for the witness's lease or its secondary's promise: a matter of a second.
    AskingWitness,
    /// It has neither the witness's lease nor its secondary's promise.
    NoLease,
}

impl EditsRefused {
    /// The error code of the contract (DESIGN.md 6.2).
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Secondary | Self::Waiting | Self::Superseded | Self::Forked | Self::NoLease => {
                "read_only"
            }
            Self::Starting | Self::HandingOver | Self::Changing | Self::AskingWitness => "busy",
        }
    }

    /// One sentence of cause and cure for the operator whose edit is refused.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Secondary => "This station is a secondary: edit on the primary.",
            Self::Starting => {
                "This station is asking its peer whether it may edit: try again in two seconds."
            }
            Self::Waiting => {
                "The peer is silent and may have become primary meanwhile: reconnect it, or choose Make primary here."
            }
            Self::Superseded => {
                "Another station became primary meanwhile: choose Become secondary here, or Make primary to win."
            }
            Self::Forked => {
                "Both stations became primary apart from each other: choose on either one which of them goes on."
            }
            Self::HandingOver => {
                "This station is handing over to its peer: edit there in a moment."
            }
            Self::Changing => "This station is changing its mode: try again in a moment.",
            Self::AskingWitness => {
                "This station is waiting for the witness's lease or its secondary's promise: try again in a moment."
            }
            Self::NoLease => {
                "This station has neither the witness's lease nor contact with its secondary, so the other one may be editing: \
                 reconnect either, or choose Make primary here."
            }
        }
    }
}

/// Why a link is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HangupReason {
    /// The mode, the peer or the role changed.
    Changed,
    /// A newer link took its place.
    Replaced,
    /// The stations do not fit.
    Incompatible,
    /// The peer used an epoch that is no longer in force.
    Fenced,
    /// Nothing was heard, or nothing moved, for too long.
    Silent,
    /// It broke the rules of the link.
    Broke(Breach),
    /// This station takes the lead.
    Promoting,
}

/// Why an operator's command is refused: the contract's codes (DESIGN.md 6.2) with a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// Which code.
    pub code: RefusalCode,
    /// What was tried, what speaks against it, what to do.
    pub message: String,
}

/// The codes of [`Refusal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalCode {
    /// `invalid`: makes no sense in this mode or with these values.
    Invalid,
    /// `conflict`: possible, but something speaks against it that the operator may overrule.
    Conflict,
    /// `incompatible`: the stations do not fit.
    Incompatible,
    /// `busy`: something else is under way.
    Busy,
    /// `unavailable`: the peer, or the disk, does not answer.
    Unavailable,
}

impl RefusalCode {
    /// The code as the contract writes it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Conflict => "conflict",
            Self::Incompatible => "incompatible",
            Self::Busy => "busy",
            Self::Unavailable => "unavailable",
        }
    }
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Lets writes in or keeps them out, from this moment. Renewed on every heartbeat.
    Edits(Edits),
    /// Replaces the durable record; answered by `Persisted` or `NotDurable`. A later record contains the earlier ones.
    Persist {
        /// Comes back.
        token: Token,
        /// The whole record.
        durable: Box<Durable>,
    },
    /// Opens an epoch after the store's last entry **and** replaces the durable record in the same transaction;
    /// answered by `Opened` or `NotDurable`.
    OpenEpoch {
        /// Comes back.
        token: Token,
        /// The epoch's number; the opener is this station.
        number: u64,
        /// The whole record.
        durable: Box<Durable>,
    },
    /// Opens a new lineage over the present data, with the old position on record, **and** replaces the durable record in
    /// the same transaction; answered by `Opened` or `NotDurable`. Its first epoch is number 1, opened here.
    OpenLineage {
        /// Comes back.
        token: Token,
        /// The whole record.
        durable: Box<Durable>,
    },
    /// Waits until no write is under way; answered by `Quiesced`. Edits are refused before.
    Quiesce {
        /// Comes back.
        token: Token,
    },

    /// Asks the peer who and where it is (`POST /peer/v1/hello` with `State::hello`); answered by `Probed` or
    /// `ContactFailed`, within [`crate::time::FIRST_ANSWER`]. Probes and a `Dial` that were begun before may still be under way:
    /// the first probe that is answered ends the others, a link that opens ends all.
    Probe,
    /// Opens the link to the primary (`GET /peer/v1/link`); answered by `LinkUp` or `ContactFailed`, within
    /// [`crate::time::FIRST_ANSWER`].
    Dial,
    /// Ends a link, after what was sent on it before.
    Hangup {
        /// Which one.
        link: LinkId,
        /// Why.
        why: HangupReason,
    },
    /// Says something on a link.
    Send {
        /// On which one.
        link: LinkId,
        /// What.
        message: Message,
    },

    /// On a primary: compare the chain at that seq, then send every entry after it, and each new one as it is committed.
    /// `TailRefused` where that cannot be. Ends with the link.
    StreamTail {
        /// On which link.
        link: LinkId,
        /// The mark of its frames.
        stream: Stream,
        /// The last entry that the secondary holds.
        after_seq: u64,
        /// The secondary's chain there.
        chain: Chain,
    },
    /// On a primary: send a snapshot, then every entry after its base as with `StreamTail`.
    SendSnapshot {
        /// On which link.
        link: LinkId,
        /// The mark of its frames.
        stream: Stream,
        /// What the secondary has: where that snapshot is still there, only the rest of it is sent; else a new one is.
        resume: Option<SnapshotAt>,
    },
    /// On a primary: pin the data as it is now and answer what the secondary asks about it; then send every entry after that
    /// position as with `StreamTail`. `SnapshotFailed` where that cannot be.
    ServeComparison {
        /// On which link.
        link: LinkId,
        /// The mark of its frames.
        stream: Stream,
    },

    /// On a secondary: apply the entries that carry this stream's mark, and no others. Each entry's hash, chain and sum are
    /// checked. Each start in `epochs` is recorded as soon as its `after_seq` is reached (at once, where it is reached
    /// already); that moves the epoch of the head and is reported as `Applied` too.
    StartApplying {
        /// On which link.
        link: LinkId,
        /// The mark.
        stream: Stream,
        /// The primary's epoch history.
        epochs: Vec<EpochStart>,
    },
    /// On a secondary: take in the snapshot that carries this stream's mark: spool, verify the whole, replace in one
    /// transaction (`SnapshotInstalled`), and go on applying as after `StartApplying`.
    ReceiveSnapshot {
        /// On which link.
        link: LinkId,
        /// The mark.
        stream: Stream,
        /// The primary's epoch history, for the entries that follow.
        epochs: Vec<EpochStart>,
        /// Keep a dated backup of the whole database before anything is replaced.
        backup: bool,
        /// Keep the entries after this seq as an orphan bundle before anything is replaced.
        orphans_after: Option<u64>,
        /// Go on after this part of what was received on an earlier link, where the primary does.
        resume: Option<SnapshotAt>,
    },
    /// On a secondary: compare the data with what the primary has pinned, have what differs sent, and replace that in one
    /// transaction that also takes over the pinned position (`Resynced`, or `CompareFailed`: nothing was replaced); then go
    /// on applying as after `StartApplying`.
    Compare {
        /// On which link.
        link: LinkId,
        /// The mark.
        stream: Stream,
        /// The primary's epoch history, for the entries that follow.
        epochs: Vec<EpochStart>,
        /// Keep the entries after this seq as an orphan bundle before anything is replaced.
        orphans_after: Option<u64>,
    },
    /// Apply nothing more, of any stream. In force before the next action. What there is of a snapshot stays, for a
    /// `ReceiveSnapshot` that resumes it.
    StopApplying,
    /// Forget what there is of a snapshot.
    DiscardSnapshot,
    /// Save the entries after `to_seq` as an orphan bundle, durably; then undo them and cut the epoch history there, in one
    /// transaction. Answered by `Rewound` or `RewindFailed`.
    Rewind {
        /// Comes back.
        token: Token,
        /// The last entry that stays.
        to_seq: u64,
        /// The number of the last epoch start that stays: those of higher numbers are cut from the history.
        last_epoch: u64,
    },
    /// Compare the rolling sum with a full scan; answered by `Verified`.
    Verify {
        /// Comes back.
        token: Token,
    },
    /// The same in the background, at a rate that no edit feels; answered by `Verified`.
    Check {
        /// Comes back.
        token: Token,
    },

    /// Asks the witness; answered by `Witness` within [`crate::time::WITNESS_ANSWER`]. What was asked before is over by then.
    Witness {
        /// Comes back.
        token: Token,
        /// What.
        what: Ask,
    },

    /// Answers an operator's command.
    Reply {
        /// Whom.
        reply: ReplyToken,
        /// How it went: done, or why not.
        result: Result<(), Refusal>,
    },
    /// A line of the redundancy log.
    Log(Record),
    /// Something that an operator must be told even with the window closed.
    Notify(Notice),
    /// The view changed in something else than time.
    Changed,
    /// The state of the pair has been saved: the process may end.
    Stopped,
}
