//! The task that owns the pair's state machine.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use pair::action::Action;
use pair::config::{Fingerprint as PairFingerprint, Identity as PairIdentity, RunId};
use pair::event::{Command, Event, LinkId, ReplyToken, Side};
use pair::message::Hello;
use pair::view::Notice;
use pair::{Config, Mode, Now, Reason, State};
use store::Store;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

use super::clock::{self, ALIVE_EVERY, AliveMark};
use super::connection::Connection;
use super::contact;
use super::follow::Follower;
use super::handle::{Answer, RedundancyError, RedundancyHandle, Request, SetRedundancy};
use super::lane::{self, Lane, Turn};
use super::links::{LinkEvent, OpenLink};
use super::snapshot::Snapshot;
use super::writer::WriterWatch;
use crate::link::address::{self, AddressError};
use crate::link::client::ContactError;
use crate::link::identity::{Identity, IdentityError};
use crate::link::peer_url::{PeerUrl, PeerUrlError};
use crate::link::server::Inbound;
use crate::link::socket::Link;

/// Requests, events and callers that may wait for the driver. It never waits itself, so these only smooth bursts.
const WAITING_MAX: usize = 64;
/// Notices that a slow subscriber may be behind.
const NOTICES_KEPT: usize = 32;
/// How often the journal is pruned.
const PRUNE_EVERY: Duration = Duration::from_secs(60);
/// The failover offset that the form shows before one was set, in seconds.
const OFFSET_DEFAULT_S: u32 = 30;

/// What a station's redundancy starts with.
pub struct Options {
    /// The station's data.
    pub store: Store,
    /// What operators call the station.
    pub name: String,
    /// Of this build.
    pub version: semver::Version,
    /// Where to listen for the peer, if asked for: `--listen`.
    pub listen: Option<SocketAddr>,
}

/// Why the redundancy did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The key or certificate.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The address to listen on.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// This machine's name cannot stand in a URL.
    #[error(
        "could not make this station's own URL: {0}; choose an address with --listen ADDR:PORT"
    )]
    OwnUrl(#[from] PeerUrlError),
    /// The pair's record or this station's history could not be read.
    #[error("could not read where this station is in its pair: {0}")]
    Store(#[from] store::Error),
}

/// What happens beside the operators' requests and the peer's calls.
pub(super) enum Input {
    /// Something that the pair's machine is to know.
    Pair(Event),
    /// A request that had to wait.
    Request(Request),
    /// An attempt to reach the peer ended; `generation` tells whether it was for the present peer.
    Contact {
        generation: u64,
        outcome: Result<Reached, ContactError>,
    },
}

/// How the peer was reached.
pub(super) enum Reached {
    Hello(Box<Hello>),
    Link(Link),
}

/// Starts the redundancy of a station. The store's edit permit is the driver's from then on.
pub async fn start(options: Options) -> Result<RedundancyHandle, StartError> {
    let Options {
        store,
        name,
        version,
        listen,
    } = options;
    let identity = Identity::load_or_create(store.dir())?;
    let address = address::choose(store.dir(), listen)?;
    let own_url = Arc::new(address::advertised_url(address)?.pinned(identity.fingerprint()));
    let me = PairIdentity {
        station: store.station(),
        name,
        run: RunId(Uuid::new_v4()),
        fingerprint: PairFingerprint(identity.fingerprint().to_string()),
        version,
        schema: store.schema_hash().to_owned(),
    };
    let durable = lane::read_record(&store).await?;
    let own = lane::read_own(&store).await?;
    let alive = AliveMark::new(store.dir());
    let now = clock::now();
    let (state, actions) = State::start(me, durable, own, alive.away(now), now);

    let (requests, request_queue) = mpsc::channel(WAITING_MAX);
    let (inputs, input_queue) = mpsc::channel(WAITING_MAX);
    let (link_events, link_event_queue) = mpsc::channel(WAITING_MAX);
    let (inbound, inbound_queue) = mpsc::channel(WAITING_MAX);
    let notices = broadcast::Sender::new(NOTICES_KEPT);
    let connection = Connection::new(identity, address, inbound, inputs.clone());
    let first = Arc::new(snapshot_of(&state, &connection, 0, now));
    let (publish, snapshots) = watch::channel(first);

    let turn = Turn::default();
    let driver = Driver {
        lane: Lane::start(store.clone(), inputs.clone(), turn.clone()),
        follower: Follower::start(store.clone(), inputs.clone(), turn),
        writer: WriterWatch::new(store.clone()),
        inputs,
        link_events,
        links: HashMap::new(),
        link_count: 0,
        replies: HashMap::new(),
        reply_count: 0,
        connection,
        alive,
        tick_due: now.mono,
        alive_due: now.mono,
        prune_due: now.mono + PRUNE_EVERY,
        publish,
        notices: notices.clone(),
        stopping: Vec::new(),
        stopped: false,
        state,
        store,
    };
    let queues = Queues {
        requests: request_queue,
        inputs: input_queue,
        link_events: link_event_queue,
        inbound: inbound_queue,
    };
    tokio::spawn(driver.run(actions, queues));
    Ok(RedundancyHandle {
        requests,
        snapshots,
        notices,
        own_url,
    })
}

/// Where the driver hears from.
struct Queues {
    requests: mpsc::Receiver<Request>,
    inputs: mpsc::Receiver<Input>,
    link_events: mpsc::Receiver<(LinkId, LinkEvent)>,
    inbound: mpsc::Receiver<Inbound>,
}

pub(super) struct Driver {
    pub(super) state: State,
    pub(super) store: Store,
    pub(super) inputs: mpsc::Sender<Input>,
    pub(super) lane: Lane,
    pub(super) follower: Follower,
    pub(super) connection: Connection,
    pub(super) links: HashMap<LinkId, Held>,
    pub(super) replies: HashMap<ReplyToken, Answer>,
    pub(super) notices: broadcast::Sender<Notice>,
    pub(super) stopped: bool,
    writer: WriterWatch,
    link_events: mpsc::Sender<(LinkId, LinkEvent)>,
    link_count: u64,
    reply_count: u64,
    alive: AliveMark,
    tick_due: pair::Mono,
    alive_due: pair::Mono,
    prune_due: pair::Mono,
    publish: watch::Sender<Arc<Snapshot>>,
    stopping: Vec<oneshot::Sender<()>>,
}

/// A link with what this station sends on it in bulk.
pub(super) struct Held {
    pub(super) link: OpenLink,
    /// The tail or snapshot that is being sent.
    pub(super) sending: Option<AbortOnDropHandle<()>>,
}

impl Driver {
    async fn run(mut self, actions: Vec<Action>, mut queues: Queues) {
        self.carry_out(actions, clock::now());
        let mut head = self.store.watch_head();
        let mut agreed = self.connection.door().agreed();
        while !self.stopped {
            let due = self.next_tick();
            tokio::select! {
                biased;
                () = sleep_until(due) => self.tick(),
                Some((link, event)) = queues.link_events.recv() => self.link_event(link, event),
                Some(input) = queues.inputs.recv() => self.input(input),
                Ok(()) = head.changed() => {
                    let moved = *head.borrow_and_update();
                    self.head_moved(moved);
                }
                Some(caller) = queues.inbound.recv() => self.caller(caller),
                Some(request) = queues.requests.recv() => self.request(request),
                Ok(()) = agreed.changed() => self.show(clock::now()),
            }
        }
        self.connection.close().await;
        for done in self.stopping.drain(..) {
            // Whoever asked may have gone.
            let _ = done.send(());
        }
    }

    /// When the machine, or this driver's own care, is due at the latest.
    fn next_tick(&self) -> Instant {
        let now = clock::now();
        let due = self.state.next_deadline(now).min(self.tick_due);
        Instant::now() + due.since(now.mono)
    }

    /// Lets the machine take in what happened, and does what it says.
    pub(super) fn step(&mut self, event: Event) {
        let now = clock::now();
        let actions = self.state.step(event, now);
        self.carry_out(actions, now);
    }

    /// Operators are answered last: what they asked for is in force, and shown, by then.
    fn carry_out(&mut self, actions: Vec<Action>, now: Now) {
        self.connection.follow(&self.state.durable().config);
        let (replies, actions): (Vec<_>, Vec<_>) = actions
            .into_iter()
            .partition(|action| matches!(action, Action::Reply { .. }));
        let changed = actions.contains(&Action::Changed);
        for action in actions {
            self.perform(action, now);
        }
        if changed {
            self.show(now);
        }
        for reply in replies {
            self.perform(reply, now);
        }
    }

    fn tick(&mut self) {
        self.tick_due = clock::now().mono + pair::time::HEARTBEAT;
        if let Some(writer) = self.writer.changed(self.follower.is_installing()) {
            self.step(Event::Writer(writer));
        }
        self.connection.retry_listening();
        self.step(Event::Tick);
        let now = clock::now();
        if self.state.mode() != Mode::None && now.mono >= self.alive_due {
            self.alive_due = now.mono + ALIVE_EVERY;
            self.alive.renew(now);
        }
        if now.mono >= self.prune_due {
            self.prune_due = now.mono + PRUNE_EVERY;
            self.lane.prune(self.acknowledged(now));
        }
        self.show(now);
    }

    /// The last entry that the peer holds durably, as far as it is known; `None` without a peer.
    fn acknowledged(&self, now: Now) -> Option<u64> {
        match self.state.mode() {
            Mode::None => None,
            Mode::Primary => {
                let held = self.state.view(now).peer_durable;
                Some(held.map_or(0, |position| position.seq))
            }
            // What a secondary holds came from its primary.
            Mode::SecondaryCopy | Mode::SecondaryFailover { .. } => {
                Some(self.store.head().position.seq)
            }
        }
    }

    fn head_moved(&mut self, head: store::Head) {
        if self.lane.orphans() > 0 {
            // An orphan may just have been applied again.
            self.lane.recount_orphans();
        }
        if !self.state.mode().is_secondary() {
            self.step(Event::Committed {
                head: lane::pair_head(head),
            });
        }
    }

    fn input(&mut self, input: Input) {
        match input {
            Input::Pair(event) => self.step(event),
            Input::Request(request) => self.request(request),
            Input::Contact { generation, .. } if generation != self.connection.generation() => {}
            Input::Contact { outcome, .. } => match outcome {
                Ok(Reached::Hello(hello)) => self.step(Event::Probed { hello }),
                Ok(Reached::Link(link)) => self.link_up(link, Side::Dialed),
                Err(error) => {
                    tracing::debug!(%error, "the peer was not reached");
                    let cause = contact::failure(&error, self.connection.fingerprint());
                    self.step(Event::ContactFailed { cause });
                }
            },
        }
    }

    fn caller(&mut self, caller: Inbound) {
        match caller {
            Inbound::Hello { hello, reply } => {
                // A caller that has gone needs no answer; what it said counts all the same.
                let _ = reply.send(self.state.hello(clock::now()));
                self.step(Event::Asked { hello });
            }
            Inbound::Link(link) => self.link_up(link, Side::Accepted),
        }
    }

    fn link_up(&mut self, link: Link, side: Side) {
        self.link_count += 1;
        let id = LinkId(self.link_count);
        let link = OpenLink::start(id, link, self.link_events.clone());
        self.links.insert(
            id,
            Held {
                link,
                sending: None,
            },
        );
        self.step(Event::LinkUp { link: id, side });
    }

    fn link_event(&mut self, link: LinkId, event: LinkEvent) {
        if !self.links.contains_key(&link) {
            return;
        }
        match event {
            LinkEvent::Received(message) => self.step(Event::Received { link, message }),
            LinkEvent::Lost(cause) => {
                self.links.remove(&link);
                self.step(Event::LinkLost { link, cause });
            }
        }
    }

    fn request(&mut self, request: Request) {
        match request {
            Request::Current(answer) => {
                // Whoever asked may have gone; so below.
                let _ = answer.send(Arc::new(self.snapshot(clock::now())));
            }
            Request::Configure(settings, answer) => match self.connection.take_closing() {
                Some(closing) => self.again_after(closing, Request::Configure(settings, answer)),
                None => self.configure(settings, answer),
            },
            Request::ConfirmPeer(code, answer) => match self.confirm(&code) {
                Ok(command) => self.command(command, answer),
                Err(error) => {
                    let _ = answer.send(Err(error));
                }
            },
            Request::Command(command, answer) => self.command(command, answer),
            Request::MayRestore(answer) => {
                let _ = answer.send(self.state.may_restore().map_err(RedundancyError::Refused));
            }
            Request::Restored(answer) => self.lane.report_restored(answer),
            Request::Stop(done) => {
                self.stopping.push(done);
                self.step(Event::Stop);
            }
        }
    }

    fn configure(&mut self, settings: SetRedundancy, answer: Answer) {
        match self.prepare(settings) {
            Ok(command) => self.command(command, answer),
            Err(error) => {
                self.connection.close_unneeded();
                // Whoever asked may have gone.
                let _ = answer.send(Err(error));
            }
        }
    }

    /// Deals with a request once the former listener has let go of its port.
    fn again_after(&self, closing: JoinHandle<()>, request: Request) {
        let inputs = self.inputs.clone();
        tokio::spawn(async move {
            // It ends in any case; and where the driver has ended, nobody needs to know.
            let _ = closing.await;
            let _ = inputs.send(Input::Request(request)).await;
        });
    }

    /// Has the machine take in something after the present step.
    pub(super) fn report(&self, event: Event) {
        let inputs = self.inputs.clone();
        // Where the driver has ended, nobody needs to know.
        tokio::spawn(async move { drop(inputs.send(Input::Pair(event)).await) });
    }

    fn command(&mut self, command: Command, answer: Answer) {
        self.reply_count += 1;
        let reply = ReplyToken(self.reply_count);
        self.replies.retain(|_, waiting| !waiting.is_closed());
        self.replies.insert(reply, answer);
        self.step(Event::Command { reply, command });
    }

    /// Checks what an operator set, and opens the listener that it needs.
    fn prepare(&mut self, settings: SetRedundancy) -> Result<Command, RedundancyError> {
        let SetRedundancy {
            mode,
            peer_url,
            auto_rejoin,
            confirm_replace,
        } = settings;
        let before = &self.state.durable().config;
        let peer = match peer_url {
            Some(typed) => Some(pair_url(&typed.parse()?)),
            None => before.peer.clone(),
        };
        let auto_rejoin = auto_rejoin.unwrap_or(before.auto_rejoin);
        let config = Config {
            mode,
            peer,
            auto_rejoin,
        };
        config.check()?;
        if mode != Mode::None {
            self.connection.listen()?;
        }
        Ok(Command::Configure {
            config,
            confirm_replace,
        })
    }

    /// Turns a confirmed short code into a pin.
    fn confirm(&self, typed: &str) -> Result<Command, RedundancyError> {
        let durable = self.state.durable();
        let url: PeerUrl = durable
            .config
            .peer
            .as_ref()
            .ok_or(RedundancyError::NoCode)?
            .url
            .parse()?;
        let agreed = self
            .connection
            .code_to_confirm()
            .ok_or(RedundancyError::NoCode)?;
        if !agreed.code.matches(typed) {
            return Err(RedundancyError::WrongCode);
        }
        let config = Config {
            peer: Some(pair_url(&url.pinned(agreed.peer))),
            ..durable.config.clone()
        };
        Ok(Command::Configure {
            config,
            confirm_replace: durable.replace_confirmed,
        })
    }

    fn snapshot(&self, now: Now) -> Snapshot {
        snapshot_of(&self.state, &self.connection, self.lane.orphans(), now)
    }

    /// Publishes the pair as it is where that differs from what was published, or where something counts.
    fn show(&self, now: Now) {
        let next = self.snapshot(now);
        self.publish.send_if_modified(|shown| {
            let seconds = |snapshot: &Snapshot| snapshot.view.countdown.map(|left| left.as_secs());
            if !next.differs(shown) && seconds(&next) == seconds(shown) {
                return false;
            }
            *shown = Arc::new(next);
            true
        });
    }
}

fn snapshot_of(state: &State, connection: &Connection, orphans: u64, now: Now) -> Snapshot {
    let durable = state.durable();
    let offset = |mode: Mode| match mode {
        Mode::SecondaryFailover { offset_s } => Some(offset_s),
        Mode::None | Mode::Primary | Mode::SecondaryCopy => None,
    };
    let view = state.view(now);
    let code = connection
        .code_to_show()
        .filter(|_| view.reason == Reason::ConfirmCode);
    Snapshot {
        version: state.identity().version.clone(),
        config: durable.config.clone(),
        failover_offset_s: offset(durable.config.mode)
            .or_else(|| durable.former_mode.and_then(offset))
            .unwrap_or(OFFSET_DEFAULT_S),
        view,
        edits: state.edits(now),
        held: durable.held,
        confirm_code: code.map(|agreed| agreed.code.to_string()),
        orphans,
        listener_error: connection.listener_error(),
        taken: now,
    }
}

fn pair_url(url: &PeerUrl) -> pair::config::PeerUrl {
    pair::config::PeerUrl {
        url: url.to_string(),
        fingerprint: url
            .fingerprint()
            .map(|fingerprint| PairFingerprint(fingerprint.to_string())),
    }
}
