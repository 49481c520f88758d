//! One station on the bench: its disk says yes to everything at once, its peer says what the test says.

use domain::history::{Chain, Epoch, EpochStart, Position, Sum};
use domain::ids::{LineageId, StationId};
use pair::action::{Action, Edits, RefusalCode};
use pair::check::Checked;
use pair::config::{Config, Fingerprint, Identity, PeerUrl, RunId};
use pair::event::{Away, Command, Event, LinkId, Own, ReplyToken, Side};
use pair::message::{Head, Heartbeat, Hello, Message, PROTOCOL, Standing, Stream, Writer};
use pair::view::{Armed, View};
use pair::witness::{Answer, WitnessFailure};
use pair::{Durable, Mode, Mono, Now, Reason, State, Status};
use uuid::Uuid;

pub(super) const FAILOVER: Mode = Mode::SecondaryFailover { offset_s: 30 };

pub(super) fn station(n: u128) -> StationId {
    StationId(Uuid::from_u128(n))
}

pub(super) fn start(number: u64, opener: u128, after_seq: u64) -> EpochStart {
    EpochStart {
        epoch: Epoch {
            number,
            opener: station(opener),
        },
        after_seq,
        chain: Chain(u128::from(after_seq)),
    }
}

/// A head whose chain and sum follow from the seq alone.
pub(super) fn head(lineage: u128, epoch: Epoch, seq: u64) -> Head {
    Head {
        position: Position {
            lineage: LineageId(Uuid::from_u128(lineage)),
            epoch,
            seq,
            chain: Chain(u128::from(seq)),
        },
        sum: Sum(u128::from(seq) * 7),
        journal_bytes: seq * 100,
    }
}

pub(super) fn own(epochs: &[EpochStart], seq: u64) -> Own {
    let epoch = epochs[epochs.len() - 1].epoch;
    Own {
        head: head(9, epoch, seq),
        epochs: epochs.to_vec(),
        empty: seq == 0,
        left: None,
    }
}

fn fingerprint(n: u128) -> Fingerprint {
    Fingerprint(format!("{n:064x}"))
}

pub(super) fn config(mode: Mode) -> Config {
    let peer = PeerUrl {
        url: "https://other:1/".to_owned(),
        fingerprint: Some(fingerprint(2)),
    };
    Config {
        mode,
        peer: Some(peer),
        auto_rejoin: false,
        witness: None,
    }
}

/// What the other station (number 2) says of itself.
pub(super) fn hello(mode: Mode, epochs: &[EpochStart], seq: u64) -> Hello {
    Hello {
        protocol: PROTOCOL,
        station: station(2),
        name: "other".to_owned(),
        run: RunId(Uuid::from_u128(22)),
        fingerprint: fingerprint(2),
        peer: Some(fingerprint(1)),
        version: semver::Version::new(1, 2, 3),
        schema: "tables".to_owned(),
        mode,
        former_mode: None,
        standing: if mode.is_secondary() {
            Standing::Following
        } else {
            Standing::Editing
        },
        head: head(9, epochs[epochs.len() - 1].epoch, seq),
        empty: seq == 0,
        epochs: epochs.to_vec(),
        left: None,
        epoch_seen: epochs[epochs.len() - 1].epoch.number,
        handing_over: None,
        refused: None,
        witness: None,
        said_at: Mono::from_ms(1),
        wall_ms: 0,
    }
}

/// Station number 1.
pub(super) struct Bench {
    pub(super) state: State,
    pub(super) ms: u64,
    pub(super) seen: Vec<Action>,
    own: Own,
    tokens: u64,
    beats: u64,
    /// The number of the last heartbeat that this station said.
    pub(super) said: u64,
    pub(super) disk_full: bool,
    /// What the witness says to everything; `None` where it does not answer.
    pub(super) witness: Option<Answer>,
}

impl Bench {
    pub(super) fn new(durable: Durable, own: Own, away: Away) -> Self {
        let me = Identity {
            station: station(1),
            name: "this".to_owned(),
            run: RunId(Uuid::from_u128(11)),
            fingerprint: fingerprint(1),
            version: semver::Version::new(1, 2, 3),
            schema: "tables".to_owned(),
        };
        let now = Now {
            mono: Mono::from_ms(1_000_000),
            wall_ms: 0,
        };
        let (state, actions) = State::start(me, durable, own.clone(), away, now);
        let mut bench = Self {
            state,
            ms: 1_000_000,
            seen: Vec::new(),
            own,
            tokens: 0,
            beats: 0,
            said: 0,
            disk_full: false,
            witness: Some(Answer::Failed(WitnessFailure::Unreachable)),
        };
        bench.carry_out(actions);
        bench
    }

    pub(super) fn with(mode: Mode, epochs: &[EpochStart], seq: u64) -> Self {
        let durable = Durable {
            config: config(mode),
            ..Durable::default()
        };
        Self::new(durable, own(epochs, seq), Away::Unknown)
    }

    pub(super) fn now(&self) -> Now {
        Now {
            mono: Mono::from_ms(self.ms),
            wall_ms: 1_700_000_000_000,
        }
    }

    pub(super) fn event(&mut self, event: Event) {
        let actions = self.state.step(event, self.now());
        self.carry_out(actions);
    }

    fn carry_out(&mut self, actions: Vec<Action>) {
        self.seen.extend(actions.iter().cloned());
        for action in &actions {
            if let Action::Send {
                message: Message::Heartbeat(beat),
                ..
            } = action
            {
                self.said = beat.number;
            }
        }
        for action in actions {
            let answer = match action {
                Action::Persist { token, .. }
                | Action::OpenEpoch { token, .. }
                | Action::OpenLineage { token, .. }
                    if self.disk_full =>
                {
                    Event::NotDurable { token }
                }
                Action::Persist { token, .. } => Event::Persisted { token },
                Action::OpenEpoch { token, number, .. } => {
                    let at = self.state.own().head.position;
                    let epoch = Epoch {
                        number,
                        opener: station(1),
                    };
                    self.own = self.state.own().clone();
                    self.own.epochs.push(EpochStart {
                        epoch,
                        after_seq: at.seq,
                        chain: at.chain,
                    });
                    self.own.head.position.epoch = epoch;
                    Event::Opened {
                        token,
                        own: self.own.clone(),
                    }
                }
                Action::OpenLineage { token, .. } => {
                    let epochs = [start(1, 1, 0)];
                    self.own = own(&epochs, 0);
                    self.own.head.position.lineage = LineageId(Uuid::from_u128(77));
                    Event::Opened {
                        token,
                        own: self.own.clone(),
                    }
                }
                Action::Quiesce { token } => Event::Quiesced {
                    token,
                    head: self.state.own().head,
                },
                Action::Witness { token, .. } => match self.witness {
                    Some(answer) => Event::Witness { token, answer },
                    None => continue,
                },
                _ => continue,
            };
            self.event(answer);
        }
    }

    /// Lets time pass, a tick every 250 ms.
    pub(super) fn wait(&mut self, ms: u64) {
        let until = self.ms + ms;
        while self.ms < until {
            self.ms = (self.ms + 250).min(until);
            self.event(Event::Tick);
        }
    }

    pub(super) fn probed(&mut self, hello: Hello) {
        self.event(Event::Probed {
            hello: Box::new(hello),
        });
    }

    pub(super) fn stream(epoch: Epoch, number: u64) -> Stream {
        Stream {
            epoch,
            run: RunId(Uuid::from_u128(22)),
            number,
        }
    }

    /// On a secondary: a link to a primary that says `hello`, accepted.
    pub(super) fn accepted_by(&mut self, link: u64, hello: &Hello) -> Stream {
        let stream = Self::stream(hello.head.position.epoch, link);
        self.beats = 0;
        self.probed(hello.clone());
        self.event(Event::LinkUp {
            link: LinkId(link),
            side: Side::Dialed,
        });
        let message = Message::Accept {
            hello: Box::new(hello.clone()),
            stream,
        };
        self.event(Event::Received {
            link: LinkId(link),
            message,
        });
        stream
    }

    /// On a primary: a secondary's link, greeted.
    pub(super) fn followed_by(&mut self, link: u64, hello: &Hello) {
        self.beats = 0;
        self.event(Event::LinkUp {
            link: LinkId(link),
            side: Side::Accepted,
        });
        let message = Message::Hello(Box::new(hello.clone()));
        self.event(Event::Received {
            link: LinkId(link),
            message,
        });
    }

    pub(super) fn beat(&mut self, link: u64, head: Head, standing: Standing) {
        self.beats += 1;
        let beat = Heartbeat {
            number: self.beats,
            heard: self.beats.min(self.said),
            head,
            writer: Writer::Ok,
            trouble: None,
            standing,
            checked: None,
            promised: false,
            wall_ms: 0,
        };
        self.event(Event::Received {
            link: LinkId(link),
            message: Message::Heartbeat(beat),
        });
    }

    /// The primary says that it has checked its data: when, and with what outcome.
    pub(super) fn primary_checked(&mut self, link: u64, head: Head, at_ms: i64, ok: bool) {
        self.beats += 1;
        let beat = Heartbeat {
            number: self.beats,
            heard: self.beats.min(self.said),
            head,
            writer: Writer::Ok,
            trouble: (!ok).then_some(Reason::PrimaryDamaged),
            standing: Standing::Editing,
            checked: Some(Checked {
                at_ms,
                ok,
                cells: 5,
                took_ms: 1,
            }),
            promised: false,
            wall_ms: 0,
        };
        self.event(Event::Received {
            link: LinkId(link),
            message: Message::Heartbeat(beat),
        });
    }

    /// A failover secondary that is Synced with its primary: both at `seq` of epoch 1, opened by station 2.
    pub(super) fn synced(mode: Mode, seq: u64) -> Self {
        let epochs = [start(1, 2, 0)];
        let mut bench = Self::with(mode, &epochs, seq);
        bench.accepted_by(1, &hello(Mode::Primary, &epochs, seq));
        assert_eq!(bench.status(), (Status::Synced, Reason::Equal));
        bench
    }

    pub(super) fn command(&mut self, command: Command) -> Option<Result<(), RefusalCode>> {
        self.tokens += 1;
        let reply = ReplyToken(self.tokens);
        self.event(Event::Command { reply, command });
        self.answer(self.tokens)
    }

    pub(super) fn answer(&self, token: u64) -> Option<Result<(), RefusalCode>> {
        self.seen.iter().find_map(|action| match action {
            Action::Reply { reply, result } if *reply == ReplyToken(token) => {
                Some(result.clone().map_err(|refusal| refusal.code))
            }
            _ => None,
        })
    }

    pub(super) fn view(&self) -> View {
        self.state.view(self.now())
    }

    pub(super) fn status(&self) -> (Status, Reason) {
        let view = self.view();
        (view.status, view.reason)
    }

    pub(super) fn edits(&self) -> bool {
        matches!(self.state.edits(self.now()), Edits::Allowed { .. })
    }

    pub(super) fn armed(&self) -> Armed {
        self.view().armed
    }

    pub(super) fn opened(&self) -> Vec<u64> {
        self.seen
            .iter()
            .filter_map(|a| {
                if let Action::OpenEpoch { number, .. } = a {
                    Some(*number)
                } else {
                    None
                }
            })
            .collect()
    }

    pub(super) fn said(&self, what: impl Fn(&Message) -> bool) -> bool {
        self.seen
            .iter()
            .any(|a| matches!(a, Action::Send { message, .. } if what(message)))
    }

    pub(super) fn did(&self, what: impl Fn(&Action) -> bool) -> bool {
        self.seen.iter().any(what)
    }
}
