//! The world of one run: two stations, the network between them, and what befalls them.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::hash::DefaultHasher;

use domain::history::Epoch;
use domain::ids::{LineageId, StationId};
use pair::action::Token;
use pair::config::{Config, Fingerprint, PeerUrl};
use pair::event::{Attempt, ContactFailure, Event};
use pair::message::{Hello, Stream};
use pair::{Mode, Mono, Now};
use uuid::Uuid;

use super::disk::Disk;
use super::faults::Fault;
use super::network::{Conn, Item};
use super::resyncs::Resyncs;
use super::rng::Rng;
use super::station::Station;
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
    NextResync,
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
    /// The resyncs of a schedule that has nothing else.
    pub(super) resyncs: Resyncs,
    pub(super) conns: Vec<Conn<D>>,
    /// `up[a]`: what station `a` sends arrives.
    pub(super) up: [bool; 2],
    events: BTreeMap<(Time, u64), Ev>,
    /// Bulk data that is yet to be sent; after the last of it, entries are.
    bulk: BTreeMap<u64, Item<D>>,
    count: u64,
    pub(super) ids: u64,
    pub(super) tokens: u64,
    pub(super) runs: u128,
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

pub(super) fn fingerprint(s: usize) -> Fingerprint {
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
        let resyncs = Resyncs::new::<D>(seed);
        let mut world = Self {
            now: 0,
            rng,
            fault,
            st,
            third,
            chaotic: !resyncs.on(),
            resyncs,
            conns: Vec::new(),
            up: [true; 2],
            events: BTreeMap::new(),
            bulk: BTreeMap::new(),
            count: 0,
            ids: 0,
            tokens: 0,
            runs: 0,
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
        world.at(1, Ev::NextResync);
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
        if self.fault == Some(Fault::SlowClock) {
            ms = ms * 3 / 4;
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

    /// Runs until the time is over.
    pub(super) fn run(&mut self, until: Time) {
        while let Some(entry) = self.events.first_entry() {
            if entry.key().0 > until {
                break;
            }
            let ((time, _), ev) = entry.remove_entry();
            self.now = time;
            (0..2).for_each(|s| self.check_promoted(s));
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
            Ev::Heal | Ev::WitnessHeals if self.stays_apart().is_some() => {
                let left = self.stays_apart().unwrap_or_default();
                self.at(left + 1, ev);
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
            Ev::NextResync => self.next_resync(),
            Ev::Chaos => self.chaos(),
        }
    }
}
