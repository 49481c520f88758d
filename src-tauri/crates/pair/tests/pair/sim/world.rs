//! The world of one run: two stations, the network between them, and what befalls them.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash as _};
use std::rc::Rc;
use std::time::Duration;

use domain::history::{Epoch, EpochStart, Position};
use domain::ids::{LineageId, StationId};
use pair::action::{Edits, Token};
use pair::config::{Config, Fingerprint, Identity, PeerUrl, RunId};
use pair::event::{Attempt, Away, Command, ContactFailure, Event, LinkId, ReplyToken};
use pair::message::{Hello, Message, SnapshotAt, Stream};
use pair::{Durable, Mode, Mono, Now, State};
use uuid::Uuid;

use super::disk::{Disk, Keep, NotDone};
use super::faults::Fault;
use super::rng::Rng;
use super::third::Witness;

/// Milliseconds since the run began.
pub(super) type Time = u64;

/// How long a schedule is, and how often something befalls the pair in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// From, to.
    pub(super) long_ms: (Time, Time),
    /// The least and the longest time between two.
    pub(super) pause_ms: (Time, Time),
}

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
    said: Option<(RunId, Mono)>,
    /// Processes of the other station that were heard, and then another one.
    replaced: Vec<RunId>,
}

impl<D: Disk> Proc<D> {
    /// Whether this is a sign of life: an answer that was overtaken by a later one is none, nor is one of a process that
    /// another has replaced.
    fn hears(&mut self, hello: &Hello) -> bool {
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
    clock: u64,
    /// How many milliseconds its clock counts in a thousand.
    rate: u64,
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

/// Snapshots are sent in these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    Header,
    Chunk(u32),
    End,
}

pub(super) enum Item<D: Disk> {
    Control(Message),
    Data(Stream, D::Entry),
    /// A piece of the snapshot of this name.
    Piece(Stream, Uuid, Piece, Rc<D::Snapshot>),
    /// A question about the primary's data; `None`: no more.
    Question(Stream, Option<D::Part>),
    /// A part of an answer.
    Answer(Stream, D::Part),
    Fin,
}

/// A link: end 0 dialed, end 1 accepted.
pub(super) struct Conn<D: Disk> {
    pub(super) ends: [usize; 2],
    pub(super) boots: [u32; 2],
    pub(super) links: [LinkId; 2],
    pub(super) open: [bool; 2],
    /// What is on its way to each end.
    pub(super) queues: [VecDeque<Item<D>>; 2],
}

pub(super) enum Ev {
    Tick {
        s: usize,
        n: u64,
    },
    OpDone {
        s: usize,
        boot: u32,
    },
    Ask {
        from: usize,
        boot: u32,
        hello: Box<Hello>,
    },
    Answer {
        to: usize,
        boot: u32,
        hello: Box<Hello>,
    },
    Fail {
        to: usize,
        boot: u32,
        attempt: Attempt,
        cause: ContactFailure,
    },
    DialArrives {
        from: usize,
        boot: u32,
    },
    Pump {
        conn: usize,
        end: usize,
    },
    /// What a primary sends in bulk comes to this.
    Bulk {
        s: usize,
        boot: u32,
        conn: usize,
        ticket: u64,
    },
    Wake {
        s: usize,
    },
    Restart {
        s: usize,
    },
    Heal,
    /// All links are cut, and their ends learn it.
    Reset,
    Kill {
        s: usize,
    },
    WitnessHears(Box<super::third::Request>),
    WitnessSays {
        s: usize,
        boot: u32,
        token: Token,
        answer: pair::witness::Answer,
    },
    WitnessHeals,
    TakenApart {
        first: usize,
        leased: bool,
    },
    WantsLead {
        s: usize,
    },
    WantsEdit {
        s: usize,
    },
    WantsResync {
        s: usize,
    },
    LateCommit {
        s: usize,
        boot: u32,
        id: u64,
    },
    Chaos,
}

/// One run.
pub(super) struct World<D: Disk> {
    pub(super) now: Time,
    pub(super) rng: Rng,
    pub(super) fault: Option<Fault>,
    pub(super) st: [Station<D>; 2],
    /// The witness, in a run that has one.
    pub(super) third: Witness,
    pub(super) conns: Vec<Conn<D>>,
    /// `up[a]`: what station `a` sends arrives.
    pub(super) up: [bool; 2],
    events: BTreeMap<(Time, u64), Ev>,
    /// Bulk data that is yet to be sent; after the last of it, entries are.
    bulk: BTreeMap<u64, Item<D>>,
    count: u64,
    ids: u64,
    pub(super) tokens: u64,
    runs: u128,
    pub(super) chaotic: bool,
    /// Operators do nothing but edit until then: what was just brought about runs its course.
    pub(super) calm_until: Time,
    pub(super) opened: BTreeSet<(LineageId, Epoch)>,
    /// What every point of every history holds: the lineage and the chain there, and the rows.
    pub(super) known: BTreeMap<(LineageId, u128), u64>,
    /// When an operator last gave any command.
    pub(super) decided_at_ms: Time,
    /// A station with damaged rows led: what it hands on is its own affair.
    pub(super) tainted: bool,
    /// Streams of which a bit flipped on its way.
    pub(super) spoilt: HashSet<Stream>,
    /// Snapshots of which one did.
    pub(super) spoilt_copies: BTreeSet<Uuid>,
    /// Edits that an operator took out of the data by restoring a backup.
    pub(super) forgiven: BTreeSet<u64>,
    /// A hash over all that happened, to compare two runs by.
    pub(super) digest: DefaultHasher,
    /// The latest of what happened, for the report of a violation.
    pub(super) trace: VecDeque<String>,
    /// All of it is printed as it happens.
    loud: bool,
    pub(super) steps: u64,
    happened: u64,
    pub(super) tally: BTreeMap<&'static str, u64>,
}

fn station_id(s: usize) -> StationId {
    StationId(Uuid::from_u128(0xA000 + s as u128))
}

fn fingerprint(s: usize) -> Fingerprint {
    Fingerprint(format!("{:064x}", 0xF0 + s))
}

pub(super) fn peer_of(s: usize) -> Option<PeerUrl> {
    let fingerprint = fingerprint(1 - s);
    Some(PeerUrl {
        url: format!("https://station-{}:1/#sha256-{}", 1 - s, fingerprint.0),
        fingerprint: Some(fingerprint),
    })
}

impl<D: Disk> World<D> {
    pub(super) fn new(seed: u64, fault: Option<Fault>) -> Self {
        let mut rng = Rng::new(seed);
        let third = Witness::new(fault.map_or(seed % 4 == 3, Fault::of_witness));
        let offset_s = rng.range(2, 5) as u32 + if third.on { 4 } else { 0 };
        let follower = if rng.chance(75) {
            Mode::SecondaryFailover { offset_s }
        } else {
            Mode::SecondaryCopy
        };
        let auto_rejoin = rng.chance(30);
        let st = [0, 1].map(|s| {
            let id = station_id(s);
            let mode = if s == 0 { Mode::Primary } else { follower };
            let config = Config {
                mode,
                peer: peer_of(s),
                auto_rejoin,
                witness: third.set(),
            };
            let disk = D::new(s, id, config, fault);
            Station {
                id,
                told_record: disk.record().clone(),
                dying_record: None,
                disk,
                proc: None,
                boots: 0,
                clock: rng.range(0, 1_000_000),
                rate: if third.on {
                    rng.range(960, 1_040)
                } else {
                    1_000
                },
                wall_off_ms: 0,
                full_until: 0,
                hangs_until: 0,
                stalled_until: 0,
                stopped_at: 0,
                acked: BTreeSet::new(),
                restored_at: None,
                sum_off_at: None,
                is_stopped: false,
                stopped_at_ms: 0,
                must_not_edit: false,
                handing_at: 0,
                decided_at: 0,
            }
        });
        let mut world = Self {
            now: 0,
            rng,
            fault,
            st,
            third,
            conns: Vec::new(),
            up: [true; 2],
            events: BTreeMap::new(),
            bulk: BTreeMap::new(),
            count: 0,
            ids: 0,
            tokens: 0,
            runs: 0,
            chaotic: true,
            calm_until: 0,
            opened: BTreeSet::new(),
            known: BTreeMap::new(),
            decided_at_ms: 0,
            tainted: false,
            spoilt: HashSet::new(),
            spoilt_copies: BTreeSet::new(),
            forgiven: BTreeSet::new(),
            digest: DefaultHasher::new(),
            trace: VecDeque::new(),
            loud: std::env::var_os("SIM_TRACE").is_some(),
            steps: 0,
            happened: 0,
            tally: BTreeMap::new(),
        };
        for s in 0..2 {
            world.witness(s, true);
            let epoch = world.st[s].disk.epoch();
            world
                .opened
                .insert((world.st[s].disk.position().lineage, epoch));
            world.boot(s);
        }
        world.at(1, Ev::Chaos);
        world
    }

    pub(super) fn note(&mut self, what: impl FnOnce() -> String) {
        if self.trace.len() == 400 {
            self.trace.pop_front();
        }
        let line = format!("{:>6} {}", self.now, what());
        if self.loud {
            println!("{line}");
        }
        self.trace.push_back(line);
    }

    pub(super) fn count(&mut self, what: &'static str) {
        *self.tally.entry(what).or_default() += 1;
    }

    pub(super) fn at(&mut self, delay: Time, ev: Ev) {
        self.count += 1;
        self.events.insert((self.now + delay, self.count), ev);
    }

    /// Has a running station send this in a while.
    pub(super) fn send_later(&mut self, s: usize, conn: usize, delay: Time, bulk: Item<D>) {
        let ticket = self.count;
        self.bulk.insert(ticket, bulk);
        let boot = self.st[s].boots;
        self.at(
            delay,
            Ev::Bulk {
                s,
                boot,
                conn,
                ticket,
            },
        );
    }

    pub(super) fn clock(&self, s: usize) -> Now {
        let mut ms = self.by_clock(s, self.now) + self.st[s].clock;
        if self.fault == Some(Fault::FastClock) {
            ms = ms * 5 / 4;
        }
        Now {
            mono: Mono::from_ms(ms),
            wall_ms: 1_800_000_000_000 + self.now as i64 + self.st[s].wall_off_ms,
        }
    }

    /// A span of the world's time by this station's clock.
    pub(super) fn by_clock(&self, s: usize, span: Time) -> Time {
        let hurries = self.fault == Some(Fault::WaitsTooShort) && s == 1;
        let rate = if hurries { 2_000 } else { self.st[s].rate };
        span * rate / 1_000
    }

    pub(super) fn new_lineage(&mut self) -> u128 {
        self.runs += 1;
        0xBEEF_0000 + self.runs
    }

    /// Starts a station's process on what its disk holds.
    pub(super) fn boot(&mut self, s: usize) {
        self.runs += 1;
        self.st[s].boots += 1;
        let boot = self.st[s].boots;
        let me = Identity {
            station: self.st[s].id,
            name: format!("station {s}"),
            run: RunId(Uuid::from_u128(0xC000_0000 + self.runs)),
            fingerprint: fingerprint(s),
            version: semver::Version::new(0, 1, 0),
            schema: "schema".to_owned(),
        };
        let away = if boot == 1 {
            Away::Unknown
        } else if self.rng.chance(20) {
            // The machine itself started anew, and its clock with it.
            self.st[s].clock = self.rng.range(0, 1_000_000);
            Away::Unknown
        } else {
            Away::AtMost(Duration::from_millis(self.now - self.st[s].stopped_at + 50))
        };
        let now = self.clock(s);
        self.st[s].disk.reopen();
        self.check_record(s);
        let disk = &mut self.st[s].disk;
        let mut record = disk.record().clone();
        // What the crash tore off was told to nobody, nor does it bind anybody.
        let stops = record.superseded.is_some() || record.forked.is_some();
        self.st[s].is_stopped = stops;
        self.st[s].must_not_edit &= stops;
        match self.fault {
            Some(Fault::ForgetsHandover) => record.handing_over = None,
            Some(Fault::ForgetsSuperseded) => record.superseded = None,
            Some(Fault::ForgetsPromise) => record.promised = None,
            _ => {}
        }
        let (state, actions) = State::start(me, record, disk.own(), away, now);
        let gate = state.edits(now);
        self.st[s].stalled_until = 0;
        self.st[s].proc = Some(Proc {
            boot,
            state,
            gate,
            ops: VecDeque::new(),
            op_runs: false,
            op_since: self.now,
            committed: None,
            quiesced: false,
            hangs: false,
            inbox: VecDeque::new(),
            tick: 0,
            streaming: None,
            applying: None,
            assigned: None,
            epochs: Vec::new(),
            receiving: None,
            partial: None,
            comparing: None,
            pinned: None,
            outgoing: None,
            replies: BTreeSet::new(),
            heard: self.now,
            stepped: self.now,
            silent: 0,
            reconfigures: false,
            said: None,
            replaced: Vec::new(),
        });
        self.note(|| format!("{s} boots ({away:?})"));
        self.check_kept(s);
        self.witness(s, false);
        let position = self.st[s].disk.position();
        if position.epoch.opener == self.st[s].id {
            self.opened.insert((position.lineage, position.epoch));
        }
        self.act(s, actions);
        self.plan_tick(s);
    }

    pub(super) fn plan_tick(&mut self, s: usize) {
        let now = self.clock(s);
        let Some(proc) = self.st[s].proc.as_mut() else {
            return;
        };
        proc.tick += 1;
        let n = proc.tick;
        let wait = proc.state.next_deadline(now).since(now.mono).as_millis() as u64;
        let jitter = if self.rng.chance(10) {
            self.rng.range(0, 40)
        } else {
            0
        };
        self.at(wait.max(1) + jitter, Ev::Tick { s, n });
    }

    /// Hands an event to a station, or keeps it while the station's process is stopped.
    pub(super) fn feed(&mut self, s: usize, event: Event) {
        if self.now < self.st[s].stalled_until {
            if let Some(proc) = self.st[s].proc.as_mut()
                && (event != Event::Tick || proc.inbox.is_empty())
            {
                proc.inbox.push_back(event);
            }
            return;
        }
        let now = self.clock(s);
        let at = self.now;
        let rate = self.st[s].rate;
        let given_up = match &event {
            Event::Received { link, .. } => self
                .conn_of(s, *link)
                .is_none_or(|(conn, end)| !self.conns[conn].open[end]),
            _ => false,
        };
        let Some(proc) = self.st[s].proc.as_mut() else {
            return;
        };
        let woke = rate * (at - proc.stepped) > 1_500_000;
        let hears = match &event {
            Event::Probed { hello } | Event::Asked { hello } => proc.hears(hello),
            Event::Received {
                message: Message::Hello(hello) | Message::Accept { hello, .. },
                ..
            } => {
                proc.hears(hello);
                true
            }
            Event::Received { .. } => true,
            _ => false,
        };
        if let Event::Command {
            command: Command::Configure { config, .. },
            ..
        } = &event
        {
            proc.reconfigures = config.mode != proc.state.mode();
        }
        if hears && !given_up || woke {
            proc.heard = at;
        }
        proc.stepped = at;
        proc.quiesced |= matches!(event, Event::Quiesced { .. });
        let kind = std::mem::discriminant(&event);
        let actions = proc.state.step(event, now);
        let position = self.st[s].disk.position();
        (at, s, kind, actions.len()).hash(&mut self.digest);
        (position.seq, position.epoch.number).hash(&mut self.digest);
        self.steps += 1;
        self.act(s, actions);
        self.plan_tick(s);
        self.check(s);
    }

    pub(super) fn command(&mut self, s: usize, command: Command) {
        let Some(proc) = self.st[s].proc.as_mut() else {
            return;
        };
        if self.now < self.st[s].stalled_until {
            return;
        }
        self.tokens += 1;
        proc.replies.insert(self.tokens);
        let reply = ReplyToken(self.tokens);
        self.note(|| format!("{s} operator: {command:?}"));
        if matches!(
            command,
            Command::MakePrimary { .. } | Command::Configure { .. }
        ) {
            self.st[s].decided_at = self.now;
        }
        self.decided_at_ms = self.now;
        for station in &mut self.st {
            station.must_not_edit = false;
        }
        self.feed(s, Event::Command { reply, command });
    }

    /// An operator edits; the write path refuses or lets it in when its turn comes.
    pub(super) fn edit(&mut self, s: usize) {
        self.ids += 1;
        let id = self.ids;
        if let Some(proc) = self.st[s].proc.as_mut() {
            proc.ops.push_back(Op::Commit { id });
        }
        self.run_ops(s);
    }

    /// The process ends at once. What the disk was doing may have come about or not; nobody is told.
    pub(super) fn crash(&mut self, s: usize, announced: bool) {
        let Some(mut proc) = self.st[s].proc.take() else {
            return;
        };
        self.note(|| format!("{s} crashes"));
        if proc.op_runs
            && let Some(op) = proc.ops.pop_front()
        {
            // It is the disk that goes on for a moment, not the process.
            self.st[s].dying_record = op.record().cloned();
            self.st[s].proc = Some(proc);
            self.die(s, op);
            self.st[s].proc = None;
        }
        self.st[s].disk.crash(&mut self.rng);
        self.gone(s, announced);
    }

    /// The process ends in order.
    pub(super) fn end(&mut self, s: usize) {
        self.note(|| format!("{s} ends"));
        self.st[s].proc = None;
        self.st[s].disk.stop();
        self.gone(s, true);
    }

    /// No process any more: its links are cut; the other end learns it where that is announced.
    fn gone(&mut self, s: usize, announced: bool) {
        self.st[s].stopped_at = self.now;
        self.st[s].stalled_until = 0;
        for conn in 0..self.conns.len() {
            for end in 0..2 {
                if self.conns[conn].ends[end] == s && self.conns[conn].open[end] {
                    self.conns[conn].open[end] = false;
                    if announced {
                        self.push(conn, 1 - end, Item::Fin);
                    }
                }
            }
        }
    }

    /// Runs until the time is over.
    pub(super) fn run(&mut self, until: Time) {
        while let Some(entry) = self.events.first_entry() {
            if entry.key().0 > until {
                break;
            }
            let ((time, _), ev) = entry.remove_entry();
            self.now = time;
            self.happen(ev);
            self.happened += 1;
            assert!(
                self.happened < 400_000,
                "VIOLATED at {} ms: the stations never come to rest",
                self.now
            );
        }
        self.now = until;
    }

    fn happen(&mut self, ev: Ev) {
        match ev {
            Ev::Tick { s, n } => {
                if self.st[s].proc.as_ref().is_some_and(|proc| proc.tick == n) {
                    if self.now >= self.st[s].stalled_until {
                        self.watch_writer(s);
                    }
                    self.feed(s, Event::Tick);
                }
            }
            Ev::OpDone { s, boot } => self.op_done(s, boot),
            Ev::Ask { from, boot, hello } => self.ask(from, boot, *hello),
            Ev::Answer { to, boot, hello } => self.feed_boot(to, boot, Event::Probed { hello }),
            Ev::Fail {
                to,
                boot,
                attempt,
                cause,
            } => self.feed_boot(to, boot, Event::ContactFailed { attempt, cause }),
            Ev::DialArrives { from, boot } => self.dial_arrives(from, boot),
            Ev::Pump { conn, end } => self.pump(conn, end),
            Ev::Bulk {
                s,
                boot,
                conn,
                ticket,
            } => {
                if let Some(item) = self.bulk.remove(&ticket)
                    && self.is_running(s, boot)
                {
                    self.send_bulk(s, conn, item);
                }
            }
            Ev::Wake { s } => self.wake(s),
            Ev::Restart { s } => {
                if self.st[s].proc.is_none() {
                    self.boot(s);
                }
            }
            Ev::Heal => {
                self.up = [true; 2];
                self.note(|| "network heals".to_owned());
            }
            Ev::Reset => self.reset_links(),
            Ev::Kill { s } => self.kill(s),
            Ev::LateCommit { s, boot, id } => {
                if self.is_running(s, boot) {
                    self.commit_late(s, id);
                }
            }
            Ev::WitnessHears(request) => self.witness_hears(*request),
            Ev::WitnessSays {
                s,
                boot,
                token,
                answer,
            } => self.witness_says(s, boot, token, answer),
            Ev::WitnessHeals => self.witness_heals(),
            Ev::TakenApart { first, leased } if self.chaotic => self.taken_apart(first, leased),
            Ev::TakenApart { .. } => {}
            Ev::WantsLead { s } => self.wants_lead(s),
            Ev::WantsEdit { s } => self.edit(s),
            Ev::WantsResync { s } if self.chaotic => self.resync_at_work(s),
            Ev::WantsResync { .. } => {}
            Ev::Chaos => self.chaos(),
        }
    }

    pub(super) fn feed_boot(&mut self, s: usize, boot: u32, event: Event) {
        if self.st[s]
            .proc
            .as_ref()
            .is_some_and(|proc| proc.boot == boot)
        {
            self.feed(s, event);
        }
    }

    pub(super) fn is_running(&self, s: usize, boot: u32) -> bool {
        self.st[s]
            .proc
            .as_ref()
            .is_some_and(|proc| proc.boot == boot)
    }

    /// A process that was stopped goes on: first with what waited for it, and a write may be quicker than any of that.
    pub(super) fn wake(&mut self, s: usize) {
        if self.now < self.st[s].stalled_until {
            return;
        }
        self.note(|| format!("{s} goes on"));
        self.run_ops(s);
        let waiting = self.st[s]
            .proc
            .as_mut()
            .map(|proc| std::mem::take(&mut proc.inbox))
            .unwrap_or_default();
        for event in waiting {
            self.feed(s, event);
        }
        self.plan_tick(s);
    }
}
