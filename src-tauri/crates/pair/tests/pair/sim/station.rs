//! A station in the simulation: its machine and its process, its disk and the work that waits for it, and what the checks remember.

use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

use domain::history::{EpochStart, Position};
use domain::ids::StationId;
use pair::action::{Edits, Token};
use pair::config::RunId;
use pair::event::Event;
use pair::message::{Hello, SnapshotAt, Stream};
use pair::{Durable, Mono, State};
use uuid::Uuid;

use super::disk::{Disk, Keep, NotDone};
use super::world::Time;

pub(super) enum Op<D: Disk> {
    Persist {
        token: Token,
        record: Box<Durable>,
    },
    OpenEpoch {
        token: Token,
        number: u64,
        record: Box<Durable>,
    },
    OpenLineage {
        token: Token,
        record: Box<Durable>,
    },
    Quiesce {
        token: Token,
    },
    Commit {
        id: u64,
    },
    Apply {
        stream: Stream,
        entry: D::Entry,
    },
    Adopt {
        stream: Stream,
    },
    Install {
        stream: Stream,
        snapshot: Rc<D::Snapshot>,
        keep: Keep,
    },
    PutInPlace {
        stream: Stream,
        comparison: Box<D::Comparison>,
        keep: Keep,
    },
    Rewind {
        token: Token,
        to_seq: u64,
        last_epoch: u64,
    },
    Verify {
        token: Token,
    },
}

impl<D: Disk> Op<D> {
    /// The record that it makes durable.
    pub(super) fn record(&self) -> Option<&Durable> {
        match self {
            Self::Persist { record, .. }
            | Self::OpenEpoch { record, .. }
            | Self::OpenLineage { record, .. } => Some(record),
            _ => None,
        }
    }
}

pub(super) struct Receiving {
    pub(super) stream: Stream,
    pub(super) keep: Keep,
    pub(super) compares: bool,
}

pub(super) struct Proc<D: Disk> {
    pub(super) boot: u32,
    pub(super) state: State,
    pub(super) gate: Edits,
    pub(super) ops: VecDeque<Op<D>>,
    pub(super) op_runs: bool,
    pub(super) op_since: Time,
    /// How the commit went that is under way, where it was not stopped in time.
    pub(super) committed: Option<Result<(), NotDone>>,
    /// The machine was told that no edit is under way, and has let none in since.
    pub(super) quiesced: bool,
    /// The machine was told that the disk hangs.
    pub(super) hangs: bool,
    pub(super) inbox: VecDeque<Event>,
    pub(super) tick: u64,
    /// On a primary: the connection, the mark, the last seq that was sent.
    pub(super) streaming: Option<(usize, Stream, u64)>,
    pub(super) applying: Option<Stream>,
    /// The stream that the machine last told to take in.
    pub(super) assigned: Option<Stream>,
    pub(super) epochs: Vec<EpochStart>,
    pub(super) receiving: Option<Receiving>,
    /// On a secondary: what there is of a snapshot.
    pub(super) partial: Option<SnapshotAt>,
    /// On a secondary: what it found by asking so far.
    pub(super) comparing: Option<D::Comparison>,
    /// On a primary: what a secondary asks about, on which connection.
    pub(super) pinned: Option<(usize, Stream, D::Pinned)>,
    /// On a primary: the snapshot that can be sent again, and where it was made.
    pub(super) outgoing: Option<(Uuid, Rc<D::Snapshot>, Position)>,
    pub(super) replies: BTreeSet<u64>,
    /// What the offset counts from: the last time anything was heard, or start, wake, configuration.
    pub(super) heard: Time,
    pub(super) stepped: Time,
    /// How long the peer had been silent when the last epoch was asked for.
    pub(super) silent: Time,
    /// The configuration that is being made durable changes the mode.
    pub(super) reconfigures: bool,
    /// The latest Hello that was heard.
    pub(super) said: Option<(RunId, Mono)>,
    /// Processes of the other station that were heard, and then another one.
    pub(super) replaced: Vec<RunId>,
}

impl<D: Disk> Proc<D> {
    /// Whether this is a sign of life: an answer that was overtaken by a later one is none, nor is one of a process that
    /// another has replaced.
    pub(super) fn hears(&mut self, hello: &Hello) -> bool {
        if self.replaced.contains(&hello.run) {
            return false;
        }
        match self.said {
            Some((run, at)) if run == hello.run && at > hello.said_at => return false,
            Some((run, _)) if run != hello.run => self.replaced.push(run),
            _ => {}
        }
        self.said = Some((hello.run, hello.said_at));
        true
    }
}

pub(super) struct Station<D: Disk> {
    pub(super) id: StationId,
    pub(super) disk: D,
    pub(super) proc: Option<Proc<D>>,
    pub(super) boots: u32,
    pub(super) clock: u64,
    /// How many milliseconds its clock counts in a thousand.
    pub(super) rate: u64,
    /// What its wall clock is off by.
    pub(super) wall_off_ms: i64,
    pub(super) full_until: Time,
    pub(super) hangs_until: Time,
    pub(super) stalled_until: Time,
    pub(super) stopped_at: Time,
    /// Edits that its operators were told are safe.
    pub(super) acked: BTreeSet<u64>,
    pub(super) restored_at: Option<Time>,
    /// When its rolling sum was damaged.
    pub(super) sum_off_at: Option<Time>,
    /// It is superseded or forked, durably.
    pub(super) is_stopped: bool,
    /// When it noticed that.
    pub(super) stopped_at_ms: Time,
    /// It became so, and no operator has decided since.
    pub(super) must_not_edit: bool,
    /// The record that its machine was told is durable.
    pub(super) told_record: Durable,
    /// The one that was on its way to the disk when the process died.
    pub(super) dying_record: Option<Durable>,
    /// When it said that it hands over, and when its operator last decided anything about who leads.
    pub(super) handing_at: Time,
    pub(super) decided_at: Time,
}
