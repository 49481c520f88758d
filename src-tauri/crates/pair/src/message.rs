//! What the two stations say to each other (DESIGN.md 5.4). Framing, limits and encoding are the link's; bulk data
//! (entries, snapshot chunks) has frames of its own there, each marked with its [`Stream`].
//!
//! The types hold no optional or tagged tricks of serde, so that a compact binary format can carry them.

use domain::history::{Chain, Epoch, EpochStart, Position, Sum};
use domain::ids::StationId;
use semver::Version;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::check::Checked;
use crate::config::{Fingerprint, Mode, RunId};
use crate::durable::HandingOver;
use crate::reason::Reason;
use crate::time::Mono;

/// The version of this protocol. Stations of another one are told so by their first Hello.
pub const PROTOCOL: u16 = 1;
/// Most epoch starts in a [`Hello`]: the latest are sent. A pair that shares none of them needs a snapshot.
pub const EPOCHS_MAX: usize = 2_048;

/// Most bytes of a text in a [`Hello`]: a name has at most 100 characters, the others are hashes and versions.
pub const TEXT_BYTES_MAX: usize = 1_024;
/// No entry, epoch or count of bytes has a higher number: the store keeps them as signed integers of 64 bits, and one more
/// must still be a number.
pub const NUMBER_MAX: u64 = i64::MAX as u64;

/// What a station's data is at: its last durable entry, and the sum of all rows after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The last durable entry.
    pub position: Position,
    /// The sum of the replicated data there.
    pub sum: Sum,
    /// Bytes of journal from the lineage's start to here, for the lag in bytes; 0 where it is not known.
    pub journal_bytes: u64,
}

/// How a station stands in the pair, from what is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// A secondary.
    Following,
    /// A primary that edits.
    Editing,
    /// A primary that asks its peer before it edits (rule 0).
    Starting,
    /// A primary that waits for its operator's Make primary (rule 0).
    Waiting,
    /// A primary that met a higher epoch (rule 5).
    Superseded,
    /// A primary that met an equal epoch of another opener (rule 5).
    Forked,
    /// A primary that hands over (rule 4).
    HandingOver,
}

/// Who a station is and where it is. The first message on a link, in both directions, and both halves of a probe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// [`PROTOCOL`] of the sender.
    pub protocol: u16,
    /// The sender.
    pub station: StationId,
    /// What operators call it.
    pub name: String,
    /// The sender's process.
    pub run: RunId,
    /// Of the sender's certificate.
    pub fingerprint: Fingerprint,
    /// The fingerprint in the sender's own peer URL: whom it is paired with.
    pub peer: Option<Fingerprint>,
    /// Of the sender's build.
    pub version: Version,
    /// Of the sender's replicated tables.
    pub schema: String,
    /// The sender's redundancy mode.
    pub mode: Mode,
    /// The secondary mode that the sender last had; a superseded peer that follows takes it over.
    pub former_mode: Option<Mode>,
    /// How it stands.
    pub standing: Standing,
    /// Where it is.
    pub head: Head,
    /// Whether it holds no rows of anybody's making, so that nothing is lost when they are replaced.
    pub empty: bool,
    /// Its epoch history, oldest first, at most [`EPOCHS_MAX`], the latest.
    pub epochs: Vec<EpochStart>,
    /// Where it was in the lineage that it left for this one, if it left one.
    pub left: Option<Position>,
    /// The highest epoch number of its lineage that it has ever seen.
    pub epoch_seen: u64,
    /// The hand-over that it is in.
    pub handing_over: Option<HandingOver>,
    /// The hand-over that it refused last, durably.
    pub refused: Option<HandoverId>,
    /// The witness that the sender is set to, by the identity that is kept in it.
    pub witness: Option<Uuid>,
    /// The sender's monotonic clock: of two Hellos of one process, the later one holds.
    pub said_at: Mono,
    /// The sender's wall clock, UTC milliseconds, for display.
    pub wall_ms: i64,
}

/// One use of a link by a primary: every bulk frame carries it, and a receiver takes only frames of the stream that it
/// was last told to take ([`crate::Action::StartApplying`], [`crate::Action::ReceiveSnapshot`]). That is the fence at
/// the data plane: frames of an old primary, or of a stream that was given up, are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stream {
    /// The primary's epoch.
    pub epoch: Epoch,
    /// The primary's process.
    pub run: RunId,
    /// Counts the primary's streams in its process.
    pub number: u64,
}

/// A part of a snapshot that is there: a link that was cut goes on after it, as long as the primary still has that snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SnapshotAt {
    /// Which snapshot.
    pub id: Uuid,
    /// How many of its chunks are there.
    pub chunks: u32,
}

/// Names one hand-over for good: the primary's process and its count there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HandoverId {
    /// The process that began it.
    pub run: RunId,
    /// Counts in that process.
    pub number: u64,
}

/// The state of a station's writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Writer {
    /// Commits come back.
    #[default]
    Ok,
    /// A commit has been waiting for so long.
    Hangs {
        /// Milliseconds.
        for_ms: u64,
    },
    /// The disk is full.
    NoSpace,
}

/// Sent by both ends every 500 ms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// Counts the sender's heartbeats on this link, from 1.
    pub number: u64,
    /// The number of the last heartbeat that the sender heard on this link; 0 for none. An echo that stands still
    /// means that the peer does not hear this station.
    pub heard: u64,
    /// Where the sender durably is.
    pub head: Head,
    /// The state of its writer.
    pub writer: Writer,
    /// What is wrong at the sender, if anything: the other end shows the same.
    pub trouble: Option<Reason>,
    /// How it stands.
    pub standing: Standing,
    /// What its latest full check of its data found.
    pub checked: Option<Checked>,
    /// Of a secondary: it has promised, durably and for this link's stream, not to take the witness's lease for so long after any
    /// heartbeat up to `heard`.
    pub promised: bool,
    /// The sender's wall clock, UTC milliseconds, for display.
    pub wall_ms: i64,
}

/// Why a primary cannot continue a secondary's journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TailRefusal {
    /// The entries after that seq are no longer kept (rule 9): a snapshot is needed.
    JournalCut,
    /// The primary's chain at that seq is another: the histories differ though their epochs agree.
    ChainDiffers,
    /// The primary has no such seq.
    NoSuchSeq,
    /// Reading the journal failed.
    Broken,
}

/// One control message on the link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message {
    /// Secondary, first: who and where it is.
    Hello(Box<Hello>),
    /// Primary: you may follow; bulk frames of this link carry this stream.
    Accept {
        /// Who and where the primary is.
        hello: Box<Hello>,
        /// The stream of this link.
        stream: Stream,
    },
    /// Either: nothing is applied, and why.
    Incompatible {
        /// Who the sender is.
        hello: Box<Hello>,
        /// The sender's reason.
        reason: Reason,
    },
    /// Secondary: send the entries after this one.
    Resume {
        /// The last entry that the secondary holds.
        after_seq: u64,
        /// The secondary's chain there; the primary's journal compares it before it sends anything.
        chain: Chain,
    },
    /// Primary: that cannot be continued.
    ResumeRefused {
        /// Why.
        why: TailRefusal,
    },
    /// Secondary: send everything.
    SnapshotRequest {
        /// What it has of a snapshot that was cut off: go on after that, where that snapshot is still there.
        resume: Option<SnapshotAt>,
    },
    /// Secondary: durably there.
    Ack {
        /// Where the secondary durably is.
        head: Head,
    },
    /// Both, every 500 ms.
    Heartbeat(Heartbeat),
    /// Secondary: its operator asked for Make primary; begin a planned switch.
    HandoverRequest,
    /// Primary: not now, and nothing was begun.
    HandoverDeclined {
        /// Why.
        why: Reason,
    },
    /// Primary: it has stopped editing for good at this head, durably; take the lead.
    Handover {
        /// Which one.
        id: HandoverId,
        /// Where the primary stopped.
        head: Head,
        /// Not begun just now: the primary asks for the outcome of one that it lost sight of. A secondary that has not
        /// taken the lead by then refuses.
        late: bool,
    },
    /// Secondary: it refused durably; the primary may edit again.
    HandoverRefused {
        /// Which one.
        id: HandoverId,
        /// Why.
        why: Reason,
    },
    /// Former secondary: it durably opened its epoch; the sender of the hand-over follows from now on.
    HandoverTaken {
        /// Which one.
        id: HandoverId,
        /// Who and where the new primary is.
        hello: Box<Hello>,
    },
    /// Primary: its operator asked for Resync now.
    ResyncNow,
    /// Secondary: its operator chose to follow though it holds what the primary lacks. The primary opens an epoch above
    /// both, and the secondary follows that.
    Yield,
    /// Either: there is a higher epoch than the one you just used; ask anew.
    Fence {
        /// The highest epoch number that the sender has seen.
        epoch_seen: u64,
    },
    /// Secondary: pin your data and answer what is asked about it, so that only what differs is sent (rule 8).
    CompareRequest,
}

impl Head {
    fn is_within_limits(&self) -> bool {
        [
            self.position.epoch.number,
            self.position.seq,
            self.journal_bytes,
        ]
        .iter()
        .all(|number| *number <= NUMBER_MAX)
    }
}

impl Hello {
    /// Whether every part is within its limit. A peer that says more is not listened to: what it says is kept, shown and
    /// written to disk.
    #[must_use]
    pub fn is_within_limits(&self) -> bool {
        let texts = [
            self.name.as_str(),
            &self.schema,
            &self.fingerprint.0,
            self.peer.as_ref().map_or("", |peer| &peer.0),
            self.version.pre.as_str(),
            self.version.build.as_str(),
        ];
        let numbers = |start: &EpochStart| start.epoch.number.max(start.after_seq);
        texts.iter().all(|text| text.len() <= TEXT_BYTES_MAX)
            && self.epochs.len() <= EPOCHS_MAX
            && self.epochs.iter().all(|start| numbers(start) <= NUMBER_MAX)
            && self.epoch_seen <= NUMBER_MAX
            && self.head.is_within_limits()
    }
}

impl Message {
    /// Whether every part is within its limit.
    #[must_use]
    pub fn is_within_limits(&self) -> bool {
        match self {
            Self::Hello(hello)
            | Self::Accept { hello, .. }
            | Self::Incompatible { hello, .. }
            | Self::HandoverTaken { hello, .. } => hello.is_within_limits(),
            Self::Ack { head } | Self::Handover { head, .. } => head.is_within_limits(),
            Self::Heartbeat(beat) => beat.head.is_within_limits(),
            Self::Resume { after_seq, .. } => *after_seq <= NUMBER_MAX,
            Self::Fence { epoch_seen } => *epoch_seen <= NUMBER_MAX,
            _ => true,
        }
    }
}
