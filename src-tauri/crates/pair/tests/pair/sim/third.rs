//! The witness of a run that has one: slow, down, cut off from either side, wiped; and what must hold with it.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::ids::LineageId;
use pair::action::Token;
use pair::event::{Command, Event};
use pair::time::LEASE;
use pair::witness::{Answer, Ask, WitnessFailure, WitnessRef, WitnessState};
use uuid::Uuid;

use super::disk::Disk;
use super::faults::Fault;
use super::world::{Ev, Time, World};

/// The driver gives a request up after this.
const PATIENCE: Time = 1_400;

pub(super) struct Witness {
    /// Whether this run's pair has one.
    pub(super) on: bool,
    keys: BTreeMap<LineageId, Key>,
    reach: [bool; 2],
    up: bool,
    slow: [bool; 2],
    /// It lost everything, and is of no use until an operator has set it anew: not before what it forgot has run out.
    wiped_until: Time,
    /// The primary stays cut off from everybody until then, whatever else would heal.
    apart_until: Time,
    /// Counts leases; each station's driver uses one until it gives it up.
    leases: u64,
    mine: [Option<(u32, u64)>; 2],
}

#[derive(Clone, Copy)]
struct Key {
    lease: u64,
    s: usize,
    expires: Time,
}

/// A request on its way.
pub(super) struct Request {
    s: usize,
    boot: u32,
    token: Token,
    what: Ask,
    lease: u64,
    sent: Time,
    answer_in: Time,
}

impl Witness {
    pub(super) fn new(on: bool) -> Self {
        Self {
            on,
            keys: BTreeMap::new(),
            reach: [true; 2],
            up: true,
            slow: [false; 2],
            wiped_until: 0,
            apart_until: 0,
            leases: 0,
            mine: [None; 2],
        }
    }

    /// What both stations are set to.
    pub(super) fn set(&self) -> Option<WitnessRef> {
        self.on.then(|| WitnessRef {
            url: "https://witness:2379/".to_owned(),
            user: None,
            id: Uuid::from_u128(0x3333),
        })
    }
}

impl<D: Disk> World<D> {
    /// The driver's side of a request: it uses one lease until it is told to give it up.
    pub(super) fn ask_witness(&mut self, s: usize, boot: u32, token: Token, what: Ask) {
        let lease = match self.third.mine[s] {
            Some((of, lease)) if of == boot => lease,
            _ => {
                self.third.leases += 1;
                self.third.leases
            }
        };
        self.third.mine[s] = match what {
            Ask::Release => None,
            Ask::Hold { .. } | Ask::Look { .. } => Some((boot, lease)),
        };
        let (there, back) = if self.third.slow[s] {
            (self.rng.range(1, 300), self.rng.range(500, 1_200))
        } else {
            (self.delay(), self.delay())
        };
        let late = there + back > PATIENCE;
        if late {
            let answer = Answer::Failed(WitnessFailure::Timeout);
            self.at(
                PATIENCE,
                Ev::WitnessSays {
                    s,
                    boot,
                    token,
                    answer,
                },
            );
        }
        let request = Request {
            s,
            boot,
            token,
            what,
            lease,
            sent: self.now,
            answer_in: if late { Time::MAX } else { back },
        };
        self.at(there, Ev::WitnessHears(Box::new(request)));
    }

    pub(super) fn witness_hears(&mut self, request: Request) {
        let Request {
            s,
            boot,
            token,
            what,
            lease,
            sent,
            answer_in,
        } = request;
        let answer = if !self.third.up || !self.third.reach[s] {
            Answer::Failed(WitnessFailure::Unreachable)
        } else if self.now < self.third.wiped_until {
            Answer::Failed(WitnessFailure::OtherWitness)
        } else {
            self.decide(s, what, lease)
        };
        if answer_in == Time::MAX {
            return;
        }
        let answer = match answer {
            Answer::Holds { ttl } if self.fault == Some(Fault::LeaseFromAnswer) => Answer::Holds {
                ttl: ttl + Duration::from_millis(self.now + answer_in - sent),
            },
            answer => answer,
        };
        self.at(
            answer_in,
            Ev::WitnessSays {
                s,
                boot,
                token,
                answer,
            },
        );
    }

    /// The witness's transaction.
    fn decide(&mut self, s: usize, what: Ask, lease: u64) -> Answer {
        let now = self.now;
        self.third.keys.retain(|_, key| now < key.expires);
        match what {
            Ask::Hold { lineage, .. } => {
                // A lease is for one key: of another lineage, it is given up.
                self.third
                    .keys
                    .retain(|of, key| key.lease != lease || *of == lineage);
                let blind = self.fault == Some(Fault::LeaseNotExclusive);
                let held = self.third.keys.get(&lineage).copied();
                if let Some(held) = held.filter(|held| held.lease != lease && !blind) {
                    return Answer::HeldBy {
                        station: Some(self.st[held.s].id),
                    };
                }
                let expires = now + LEASE.as_millis() as Time;
                self.third.keys.insert(lineage, Key { lease, s, expires });
                Answer::Holds { ttl: LEASE }
            }
            Ask::Release => {
                self.third.keys.retain(|_, key| key.lease != lease);
                Answer::Free
            }
            Ask::Look { lineage } => match self.third.keys.get(&lineage) {
                Some(key) => Answer::HeldBy {
                    station: Some(self.st[key.s].id),
                },
                None => Answer::Free,
            },
        }
    }

    pub(super) fn witness_says(&mut self, s: usize, boot: u32, token: Token, answer: Answer) {
        self.feed_boot(s, boot, Event::Witness { token, answer });
    }

    pub(super) fn trouble_witness(&mut self) {
        if !self.third.on || self.stays_apart().is_some() || !self.rng.chance(10) {
            return;
        }
        if self.rng.chance(40) {
            self.take_apart();
            return;
        }
        let long = self.rng.range(100, 15_000);
        match self.rng.below(10) {
            0..3 => self.third.up = false,
            3..6 => {
                let s = self.rng.below(2);
                self.third.reach[s] = false;
            }
            6..9 => {
                let s = self.rng.below(2);
                self.third.slow[s] = true;
            }
            _ => {
                self.third.keys.clear();
                self.third.wiped_until = self.now + long.max(6_000);
            }
        }
        let Witness {
            up,
            reach,
            slow,
            wiped_until,
            ..
        } = self.third;
        self.note(|| {
            format!(
                "witness: up {up}, reached {reach:?}, slow {slow:?}, wiped until {wiped_until}, for {long} ms"
            )
        });
        self.at(long, Ev::WitnessHeals);
    }

    /// The hour of truth: the primary's answers from the witness come late, then it is cut off from everybody, and the
    /// secondary's operator wants the lead at once. The secondary may have been restarted meanwhile.
    fn take_apart(&mut self) {
        let leads = |s: usize| self.st[s].disk.record().config.mode == pair::Mode::Primary;
        let Some(first) = (0..2).find(|s| leads(*s)) else {
            return;
        };
        self.note(|| format!("{first} is taken apart from the other and the witness"));
        self.third.slow[first] = self.rng.chance(60);
        let leased = self.rng.chance(50);
        if !leased {
            self.third.reach[first] = false;
        }
        // Without the lease it edits by the other one's promise.
        let wait = match leased {
            true => self.rng.range(500, 3_000),
            false => self.rng.range(4_500, 7_000),
        };
        self.at(wait, Ev::TakenApart { first, leased });
    }

    pub(super) fn taken_apart(&mut self, first: usize, leased: bool) {
        let second = 1 - first;
        self.cut_network();
        self.third.reach[first] = false;
        if self.rng.chance(50) {
            self.crash(second, false);
            let soon = self.rng.range(5, 150);
            self.at(soon, Ev::Restart { s: second });
        }
        // It presses the button until it has the lead; where the other one relies on its promise, most often while it may.
        let mut wait = 0;
        while wait < 6_500 {
            wait += match wait {
                1_800..3_600 if !leased => self.rng.range(30, 120),
                _ => self.rng.range(100, 500),
            };
            self.at(wait, Ev::WantsLead { s: second });
        }
        let long = self.rng.range(6_000, 15_000);
        self.at(long, Ev::WitnessHeals);
        self.third.apart_until = self.now + 6_500;
        self.calm_until = self.third.apart_until;
    }

    /// How long nothing heals yet.
    pub(super) fn stays_apart(&self) -> Option<Time> {
        let left = self.third.apart_until.saturating_sub(self.now);
        (self.chaotic && left > 0).then_some(left)
    }

    /// Its operator wants the lead, by the rules.
    pub(super) fn wants_lead(&mut self, s: usize) {
        self.command(s, Command::MakePrimary { force: false });
    }

    pub(super) fn witness_heals(&mut self) {
        self.third.up = true;
        self.third.reach = [true; 2];
        self.third.slow = [false; 2];
        self.note(|| "witness heals".to_owned());
    }

    /// With a witness, and without an operator's override: never two.
    pub(super) fn check_one_primary(&mut self) {
        let edits_by_right = |s: usize| {
            let record = self.st[s].disk.record();
            self.writable(s).is_some() && record.config.witness.is_some() && !record.overridden
        };
        let one_lineage = self.st[0].disk.position().lineage == self.st[1].disk.position().lineage;
        if one_lineage && edits_by_right(0) && edits_by_right(1) {
            self.violated("both stations may edit at once, with a witness");
        }
    }

    /// What came by with a witness, to know that the schedules try it.
    pub(super) fn tally_commit(&mut self, s: usize) {
        let now = self.clock(s);
        let state = self.st[s]
            .proc
            .as_ref()
            .and_then(|proc| proc.state.view(now).witness);
        match state.map(|witness| (witness.state, witness.overridden)) {
            Some((_, true)) => self.count("edit by override"),
            Some((WitnessState::Holding, _)) => self.count("edit by lease"),
            Some((WitnessState::Promised, _)) => self.count("edit by promise"),
            _ => {}
        }
    }
}
