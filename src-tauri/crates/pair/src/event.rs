//! What happens to a station, as the driver reports it.

use std::time::Duration;

use domain::history::EpochStart;
use serde::{Deserialize, Serialize};

use crate::action::Token;
use crate::breach::Breach;
use crate::check::Scan;
use crate::config::Config;
use crate::message::{Head, Hello, Message, SnapshotAt, Stream, TailRefusal, Writer};
use crate::witness::Answer;

/// One connection as the driver counts them; never used again in a process. Events of a link that the machine gave up
/// are ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub u64);

/// One call of an operator that waits for its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplyToken(pub u64);

/// Which end opened the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// This station did.
    Dialed,
    /// The peer did.
    Accepted,
}

/// Where this station's own store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// Last durable entry, sum.
    pub head: Head,
    /// The whole epoch history, oldest first; the last one is the epoch of `head.position`.
    pub epochs: Vec<EpochStart>,
    /// Whether it holds no rows of anybody's making.
    pub empty: bool,
    /// Where it was in the lineage that it left for this one, if it left one.
    pub left: Option<domain::history::Position>,
}

/// Why the peer was not reached, or its answer was none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ContactFailure {
    /// Nothing listens there.
    Refused,
    /// No answer in time.
    Timeout,
    /// The host's name has no address.
    Dns,
    /// The network has no way there.
    Unreachable,
    /// The other end shows another certificate than the URL names.
    WrongCertificate,
    /// The peer answered that this station is not paired with it.
    NotPaired,
    /// The URL has no fingerprint, or the peer's has none: the short code must be confirmed.
    ConfirmCode,
    /// An answer that is none of Tandem's.
    BadAnswer,
    /// The URL leads to this very station.
    OwnUrl,
    /// The connection was cut.
    Cut,
    /// The peer broke the rules of the link, which was cut for that.
    Broke(Breach),
}

/// A way in which a station tries to reach the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// [`crate::Action::Probe`].
    Probe,
    /// [`crate::Action::Dial`].
    Dial,
}

/// Why entries of the stream could not be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplyFault {
    /// The sum after an entry is not the one that the primary had: this station's data differs.
    SumDiffers,
    /// The chain after an entry is not the one that the primary had.
    ChainDiffers,
    /// `SQLite` refused the changeset.
    Refused,
    /// An entry is not what its hash says; nothing was applied. The link is made anew.
    Damaged,
    /// An entry is of an epoch that this link did not begin with; nothing was applied. The link is made anew, with the primary's
    /// present epochs.
    OtherEpoch,
    /// An entry is of an epoch that is no longer in force; nothing was applied.
    OldEpoch,
    /// Entry after entry was none that is due. The link is made anew.
    Endless,
    /// The disk is full.
    NoSpace,
    /// Any other failure of the store.
    Broken,
}

/// Why a snapshot did not get in. Nothing was replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnapshotFault {
    /// The link was cut; a new one begins again.
    Cut,
    /// What arrived does not have the sum or hash that it must have.
    Damaged,
    /// More arrived than was announced.
    Excessive,
    /// The disk is full.
    NoSpace,
    /// Any other failure of the store.
    Broken,
}

/// Why a comparison led to nothing. Nothing was replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareFault {
    /// So much differs that a whole snapshot is shorter.
    WholeIsShorter,
    /// The primary's own rows do not have the sum that its journal leads to: they are not to be copied.
    PrimaryDamaged,
    /// The disk is full.
    NoSpace,
    /// What arrived was not what was asked for or did not make up the difference, or the store failed.
    Broken,
}

/// What an operator asks (DESIGN.md 6.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// `set_redundancy`.
    Configure {
        /// The new configuration, whole.
        config: Config,
        /// The operator agreed that this station's data is replaced.
        confirm_replace: bool,
    },
    /// `make_primary`.
    MakePrimary {
        /// In spite of what speaks against it.
        force: bool,
    },
    /// `hand_over`.
    HandOver,
    /// `become_secondary`.
    BecomeSecondary,
    /// `resync_now`.
    ResyncNow,
    /// `hold_failover`.
    HoldFailover,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Time passed. At least every [`crate::time::HEARTBEAT`], and at `next_deadline`.
    Tick,
    /// The record of [`crate::Action::Persist`] is durable.
    Persisted {
        /// Its token.
        token: Token,
    },
    /// The epoch of [`crate::Action::OpenEpoch`] or the lineage of [`crate::Action::OpenLineage`] is durable, and so is
    /// the record that came with it.
    Opened {
        /// Its token.
        token: Token,
        /// Where the store is now.
        own: Own,
    },
    /// A [`crate::Action::Persist`], [`crate::Action::OpenEpoch`] or [`crate::Action::OpenLineage`] did not become
    /// durable: nothing changed on disk. Or a [`crate::Action::Quiesce`] could not be done.
    NotDurable {
        /// Its token.
        token: Token,
    },
    /// [`crate::Action::Quiesce`] is done: no write is under way, none will be let in, this is the head.
    Quiesced {
        /// Its token.
        token: Token,
        /// The final head.
        head: Head,
    },

    /// The peer answered a [`crate::Action::Probe`].
    Probed {
        /// The answer.
        hello: Box<Hello>,
    },
    /// The peer probed this station (which answers with `State::hello`, taken before this step).
    Asked {
        /// What it said.
        hello: Box<Hello>,
    },
    /// A [`crate::Action::Probe`] or [`crate::Action::Dial`] came to nothing.
    ContactFailed {
        /// Which of them.
        attempt: Attempt,
        /// Why.
        cause: ContactFailure,
    },
    /// A link is open, authenticated by its pinned certificates.
    LinkUp {
        /// Its name from now on.
        link: LinkId,
        /// Who opened it.
        side: Side,
    },
    /// A link is gone. Not reported for a link that was ended by [`crate::Action::Hangup`].
    LinkLost {
        /// Which one.
        link: LinkId,
        /// Why.
        cause: ContactFailure,
    },
    /// A control message arrived.
    Received {
        /// On which link.
        link: LinkId,
        /// What it says.
        message: Message,
    },

    /// An edit was committed here, or the head moved in another way, while this station is writable.
    Committed {
        /// The new head.
        head: Head,
    },
    /// Entries of the stream were applied and are durable; the driver checked the chain and the sum of each.
    Applied {
        /// Of which stream.
        stream: Stream,
        /// The new head.
        head: Head,
    },
    /// Entries of the stream could not be applied; nothing of the failed one is in the data.
    ApplyFailed {
        /// Of which stream.
        stream: Stream,
        /// Why.
        why: ApplyFault,
    },
    /// On a primary: the journal cannot continue a secondary's (the outcome of [`crate::Action::StreamTail`]).
    TailRefused {
        /// Of which stream.
        stream: Stream,
        /// Why.
        why: TailRefusal,
    },
    /// A snapshot is on its way, on either side.
    SnapshotProgress {
        /// Of which stream.
        stream: Stream,
        /// Bytes or rows so far.
        done: u64,
        /// Of so many; 0 where it is not known.
        total: u64,
        /// On a secondary: what is there of it.
        at: Option<SnapshotAt>,
    },
    /// A comparison is on its way, on either side.
    CompareProgress {
        /// Of which stream.
        stream: Stream,
        /// Rows so far.
        done: u64,
        /// Of so many; 0 where it is not known.
        total: u64,
    },
    /// On a secondary: what differed was replaced, and the sum is the primary's, durably.
    Resynced {
        /// Of which stream.
        stream: Stream,
        /// Where the store is now.
        own: Own,
        /// Rows that the primary sent.
        moved: u64,
        /// Rows that were taken out.
        removed: u64,
        /// Rows in all.
        rows: u64,
    },
    /// On a secondary: the comparison led to nothing.
    CompareFailed {
        /// Of which stream.
        stream: Stream,
        /// Why.
        why: CompareFault,
    },
    /// On a secondary: the whole verified snapshot replaced the data, durably.
    SnapshotInstalled {
        /// Of which stream.
        stream: Stream,
        /// Where the store is now.
        own: Own,
    },
    /// A snapshot did not get in, or could not be sent.
    SnapshotFailed {
        /// Of which stream.
        stream: Stream,
        /// Why.
        why: SnapshotFault,
    },
    /// [`crate::Action::Rewind`] is done; the entries that were cut off are in a durable bundle.
    Rewound {
        /// Its token.
        token: Token,
        /// Where the store is now.
        own: Own,
        /// How many entries the bundle holds.
        orphans: u64,
    },
    /// [`crate::Action::Rewind`] failed and nothing was changed.
    RewindFailed {
        /// Its token.
        token: Token,
    },
    /// [`crate::Action::Verify`], [`crate::Action::Check`] or an operator's scan (`State::operator_checks`) has ended.
    Verified {
        /// Its token.
        token: Token,
        /// What became of it.
        scan: Scan,
    },
    /// How much the journal keeps for a peer that has not acknowledged it (rule 9), whenever it was looked at.
    Retained {
        /// Bytes of changesets that the peer has not acknowledged.
        bytes: u64,
        /// The limit: beyond it entries are dropped, and the peer needs a resync or a snapshot.
        bytes_max: u64,
        /// Entries were dropped that the peer has not acknowledged.
        peer_cut_off: bool,
    },
    /// The state of this station's writer changed.
    Writer(Writer),
    /// A backup was restored into this station (the driver asks `State::may_restore` first).
    Restored {
        /// Where the store is now.
        own: Own,
    },

    /// The witness answered, or could not be asked ([`crate::Action::Witness`]).
    Witness {
        /// Of the request.
        token: Token,
        /// What came of it.
        answer: Answer,
    },

    /// An operator asks.
    Command {
        /// Whom to answer.
        reply: ReplyToken,
        /// What.
        command: Command,
    },
    /// The process is to end in order: [`crate::Action::Stopped`] follows once that is recorded.
    Stop,
}

/// How long this station was away before it started, as far as a clock can tell that wall-clock jumps do not touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Away {
    /// By the boot's own clock, within the same boot: at most so long.
    AtMost(Duration),
    /// Another boot, or no record: treated as longer than any offset.
    Unknown,
}
