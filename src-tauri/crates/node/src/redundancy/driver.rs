//! The task that owns the pair's state machine.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::history::Position;
use pair::action::Action;
use pair::event::{Attempt, ContactFailure, Event, LinkId, ReplyToken, Side};
use pair::message::{Hello, Message};
use pair::view::Notice;
use pair::{Mode, Now, State, Status};
use store::Store;
use store::failpoint::{self, Point};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};
use tokio_util::task::AbortOnDropHandle;

use super::answer::Questions;
use super::attempts::AttemptId;
use super::clock::{self, ALIVE_EVERY, AliveMark};
use super::connection::Connection;
use super::contact;
use super::follow::Follower;
use super::handle::{Answer, Request};
use super::lane::{self, Lane, Turn};
use super::links::{LinkEvent, OpenLink};
use super::scans::Scans;
use super::send::Kept;
use super::snapshot::Snapshot;
use super::third::Third;
use super::writer::WriterWatch;
use crate::link::ask::Pending;
use crate::link::client::ContactError;
use crate::link::server::Inbound;
use crate::link::socket::Link;
use crate::metrics::Metrics;

/// How often the journal is pruned, and what it keeps for the peer is looked at.
const PRUNE_EVERY: Duration = Duration::from_secs(60);
/// The first time after a start.
const PRUNE_FIRST: Duration = Duration::from_secs(5);

/// What happens beside the operators' requests and the peer's calls.
pub(super) enum Input {
    /// Something that the pair's machine is to know.
    Pair(Event),
    /// A request that had to wait.
    Request(Request),
    /// An attempt to reach the peer ended.
    Contact {
        attempt: AttemptId,
        outcome: Result<Reached, ContactError>,
    },
}

/// How the peer was reached.
pub(super) enum Reached {
    Hello(Box<Hello>),
    Link(Link),
}

/// Where the driver hears from.
pub(super) struct Queues {
    pub(super) requests: mpsc::Receiver<Request>,
    pub(super) inputs: mpsc::Receiver<Input>,
    pub(super) link_events: mpsc::Receiver<(LinkId, LinkEvent)>,
    pub(super) inbound: mpsc::Receiver<Inbound>,
}

/// What the driver works with beside the machine and the store.
pub(super) struct Outside {
    pub(super) connection: Connection,
    pub(super) third: Third,
    pub(super) alive: AliveMark,
    pub(super) inputs: mpsc::Sender<Input>,
    pub(super) link_events: mpsc::Sender<(LinkId, LinkEvent)>,
    pub(super) publish: watch::Sender<Arc<Snapshot>>,
    pub(super) notices: broadcast::Sender<Notice>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) questions: mpsc::Sender<Box<Pending>>,
}

pub(super) struct Driver {
    pub(super) state: State,
    pub(super) store: Store,
    pub(super) inputs: mpsc::Sender<Input>,
    pub(super) lane: Lane,
    pub(super) scans: Scans,
    pub(super) follower: Follower,
    pub(super) kept: Kept,
    pub(super) connection: Connection,
    pub(super) third: Third,
    pub(super) links: HashMap<LinkId, Held>,
    pub(super) replies: HashMap<ReplyToken, Answer>,
    pub(super) notices: broadcast::Sender<Notice>,
    pub(super) stopped: bool,
    pub(super) metrics: Arc<Metrics>,
    /// The last entry that was counted as committed or applied.
    counted: Position,
    writer: WriterWatch,
    link_events: mpsc::Sender<(LinkId, LinkEvent)>,
    link_count: u64,
    pub(super) reply_count: u64,
    alive: AliveMark,
    tick_due: pair::Mono,
    alive_due: pair::Mono,
    prune_due: pair::Mono,
    publish: watch::Sender<Arc<Snapshot>>,
    questions: mpsc::Sender<Box<Pending>>,
    pub(super) stopping: Vec<oneshot::Sender<()>>,
}

/// A link with what this station sends on it in bulk.
pub(super) struct Held {
    pub(super) link: OpenLink,
    /// The tail or snapshot that is being sent.
    pub(super) sending: Option<AbortOnDropHandle<()>>,
    /// What the peer asks about this station's data, once it does.
    pub(super) questions: Option<Questions>,
}

impl Driver {
    pub(super) fn new(state: State, store: Store, outside: Outside, now: Now) -> Self {
        let Outside {
            connection,
            third,
            alive,
            inputs,
            link_events,
            publish,
            notices,
            metrics,
            questions,
        } = outside;
        let turn = Turn::default();
        Self {
            lane: Lane::start(store.clone(), inputs.clone(), turn.clone(), metrics.clone()),
            scans: Scans::new(store.clone(), inputs.clone(), metrics.clone()),
            follower: Follower::start(store.clone(), inputs.clone(), turn, metrics.clone()),
            kept: Kept::default(),
            writer: WriterWatch::new(store.clone()),
            inputs,
            link_events,
            links: HashMap::new(),
            link_count: 0,
            replies: HashMap::new(),
            reply_count: 0,
            connection,
            third,
            alive,
            tick_due: now.mono,
            alive_due: now.mono,
            prune_due: now.mono + PRUNE_FIRST,
            publish,
            notices,
            questions,
            stopping: Vec::new(),
            stopped: false,
            counted: store.head().position,
            metrics,
            state,
            store,
        }
    }

    /// Runs until the station stops.
    pub(super) async fn run(mut self, mut queues: Queues) {
        let mut head = self.store.watch_head();
        let mut agreed = self.connection.door().agreed();
        while !self.stopped {
            let due = self.next_tick();
            tokio::select! {
                biased;
                () = sleep_until(due) => self.tick(),
                // Before what the peer says of it.
                Ok(()) = head.changed() => {
                    let moved = *head.borrow_and_update();
                    self.head_moved(moved);
                }
                Some((link, event)) = queues.link_events.recv() => self.link_event(link, event),
                Some(input) = queues.inputs.recv() => self.input(input),
                Some(caller) = queues.inbound.recv() => self.caller(caller),
                Some(request) = queues.requests.recv() => self.request(request),
                Ok(()) = agreed.changed() => self.show(clock::now()),
            }
        }
        self.third.close().await;
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
    pub(super) fn carry_out(&mut self, actions: Vec<Action>, now: Now) {
        self.connection.follow(&self.state.durable().config);
        self.third.follow(&self.state.durable().config);
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
        self.kept.forget_old();
        if self.state.view(now).status == Status::Synced {
            self.kept.forget();
        }
        if now.mono >= self.prune_due || failpoint::value(Point::JournalKeeps).is_some() {
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
        let before = std::mem::replace(&mut self.counted, head.position);
        if !self.state.mode().is_secondary() {
            if before.lineage == head.position.lineage {
                let more = head.position.seq.saturating_sub(before.seq);
                self.metrics.entries_committed.add(more);
            }
            self.step(Event::Committed {
                head: lane::pair_head(head),
            });
        }
    }

    fn input(&mut self, input: Input) {
        match input {
            Input::Pair(event) => self.step(event),
            Input::Request(request) => self.request(request),
            Input::Contact { attempt, outcome } => {
                if let Some(kind) = self.connection.concluded(attempt, outcome.is_ok()) {
                    self.reached(kind, outcome);
                }
            }
        }
    }

    fn reached(&mut self, attempt: Attempt, outcome: Result<Reached, ContactError>) {
        match outcome {
            Ok(Reached::Hello(hello)) => self.step(Event::Probed { hello }),
            Ok(Reached::Link(link)) => self.link_up(link, Side::Dialed),
            Err(error) => {
                tracing::debug!(%error, "the peer was not reached");
                let cause = contact::failure(&error, self.connection.fingerprint());
                self.step(Event::ContactFailed { attempt, cause });
            }
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
            // The station answers it, since that may wait for the disk. Where it is behind, the caller hears that it is busy.
            Inbound::Asked(pending) => drop(self.questions.try_send(pending)),
        }
    }

    fn link_up(&mut self, link: Link, side: Side) {
        self.link_count += 1;
        let id = LinkId(self.link_count);
        self.metrics.links_opened.one();
        let link = link.metered(Arc::clone(&self.metrics));
        let link = OpenLink::start(id, link, self.link_events.clone());
        self.links.insert(
            id,
            Held {
                link,
                sending: None,
                questions: None,
            },
        );
        self.step(Event::LinkUp { link: id, side });
    }

    fn link_event(&mut self, link: LinkId, event: LinkEvent) {
        if !self.links.contains_key(&link) {
            return;
        }
        match event {
            LinkEvent::Received(message) => {
                if matches!(message, Message::Heartbeat(_)) {
                    self.metrics.heartbeats_received.one();
                }
                self.step(Event::Received { link, message });
            }
            LinkEvent::Lost(cause) => {
                let held = self.links.remove(&link);
                if let (Some(held), ContactFailure::Broke(why)) = (held, cause) {
                    held.link.hang_up(why.words());
                }
                self.step(Event::LinkLost { link, cause });
            }
        }
    }

    /// Has the machine take in something after the present step.
    pub(super) fn report(&self, event: Event) {
        let inputs = self.inputs.clone();
        // Where the driver has ended, nobody needs to know.
        tokio::spawn(async move { drop(inputs.send(Input::Pair(event)).await) });
    }

    pub(super) fn snapshot(&self, now: Now) -> Snapshot {
        Snapshot::of(&self.state, &self.connection, self.lane.orphans(), now)
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
