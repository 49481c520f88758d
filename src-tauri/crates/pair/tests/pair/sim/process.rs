//! The life of a process: it starts on what its disk holds, is told what happens, stands still, dies.

use std::collections::{BTreeSet, VecDeque};
use std::hash::Hash as _;
use std::time::Duration;

use pair::State;
use pair::config::{Identity, RunId};
use pair::event::{Away, Command, Event, ReplyToken};
use pair::message::Message;
use uuid::Uuid;

use super::disk::Disk;
use super::faults::Fault;
use super::network::Item;
use super::station::{Op, Proc};
use super::world::{Ev, World, fingerprint};

impl<D: Disk> World<D> {
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
