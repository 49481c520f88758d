//! In touch with the peer: probing, dialing, links, heartbeats, and taking in what it says.

use crate::action::{Action, HangupReason};
use crate::breach::Breach;
use crate::config::Mode;
use crate::durable::PeerRecord;
use crate::event::{Attempt, ContactFailure, LinkId, Side};
use crate::message::{Heartbeat, Hello, Message, Standing};
use crate::peer::{Link, Peer};
use crate::reason::Reason;
use crate::state::State;
use crate::time::{FIRST_ANSWER, HEARTBEAT, SILENCE};

impl State {
    /// Tries to reach the peer where that is due.
    pub(crate) fn reach_out(&mut self) {
        let now = self.now.mono;
        if self.mode() == Mode::None || self.link.is_some() || self.is_stopping() {
            return;
        }
        // A driver that lost a dial must not keep the station from the next.
        if self
            .contact
            .dialing
            .is_some_and(|begun| now.since(begun) > 2 * FIRST_ANSWER)
        {
            self.contact.dialing = None;
        }
        let promoting = self.mode().is_secondary() && self.change.is_some();
        if now < self.contact.next_attempt || promoting {
            return;
        }
        // Whatever became of the one before: where packets are lost, its outcome is two seconds in coming. Each is over by then,
        // so that there are never more than four.
        self.contact.next_attempt = now + self.attempt_pause();
        // Of two dials the primary would take the later one, and this station the first: one at a time.
        let dial = std::mem::take(&mut self.contact.dial_next)
            && self.contact.dialing.is_none()
            && self.can_follow();
        if dial {
            self.contact.dialing = Some(now);
        }
        self.out
            .push(if dial { Action::Dial } else { Action::Probe });
    }

    /// Whether the peer, as it last said, is a primary that would accept this secondary.
    fn can_follow(&self) -> bool {
        self.mode().is_secondary()
            && self.peer.as_ref().is_some_and(|peer| {
                peer.verdict.is_none()
                    && matches!(
                        peer.hello.standing,
                        Standing::Editing | Standing::HandingOver
                    )
            })
    }

    pub(crate) fn probed(&mut self, hello: Hello) {
        self.learn(hello);
    }

    pub(crate) fn asked(&mut self, hello: Hello) {
        self.learn(hello);
    }

    pub(crate) fn contact_failed(&mut self, attempt: Attempt, cause: ContactFailure) {
        if attempt == Attempt::Dial {
            self.contact.dialing = None;
        }
        self.failed(cause);
    }

    fn failed(&mut self, cause: ContactFailure) {
        self.contact.failure = Some(cause);
        self.contact.failures = self.contact.failures.saturating_add(1);
        if matches!(
            cause,
            ContactFailure::NotPaired | ContactFailure::ConfirmCode | ContactFailure::OwnUrl
        ) {
            self.contact.answered = Some(self.now.mono);
        }
    }

    /// The peer was heard.
    fn heard(&mut self) {
        self.contact.heard = Some(self.now.mono);
        self.contact.failure = None;
        self.contact.failures = 0;
        self.wanted.held = false;
        self.follow.promotion_fails = None;
        self.call_promotion_off();
    }

    /// Takes in who and where the peer is.
    pub(crate) fn learn(&mut self, hello: Hello) {
        if self.mode() == Mode::None {
            return;
        }
        let returns = self.contact.clones.saw(hello.run, self.now.mono);
        let stale = self
            .peer
            .as_ref()
            .is_some_and(|peer| peer.hello.run == hello.run && peer.hello.said_at > hello.said_at);
        if returns || stale {
            return;
        }
        self.heard();
        let linked = self.link.as_ref().is_some_and(|link| link.greeted);
        let before = self.peer.take();
        let head = before
            .as_ref()
            .filter(|_| linked)
            .map_or(hello.head, |peer| peer.head);
        let stranger = hello.station == self.me.station;
        if !stranger {
            self.wanted.peer = Some(PeerRecord {
                station: hello.station,
                mode: hello.mode,
            });
            if hello.head.position.lineage == self.own.head.position.lineage {
                self.note_epoch_seen(hello.head.position.epoch.number);
            }
        }
        self.peer = Some(Peer {
            head,
            writer: before
                .as_ref()
                .filter(|_| linked)
                .map_or_else(Default::default, |peer| peer.writer),
            trouble: before
                .as_ref()
                .filter(|_| linked)
                .and_then(|peer| peer.trouble),
            checked: before
                .as_ref()
                .filter(|before| before.station() == hello.station)
                .and_then(|peer| peer.checked),
            clock_difference_ms: hello.wall_ms - self.now.wall_ms,
            verdict: None,
            hello,
        });
        self.judge();
        if self.link.is_none() && self.contact.dialing.is_none() && self.can_follow() {
            self.contact.dial_next = true;
            self.contact.next_attempt = self.now.mono.max(self.contact.pace.next_link);
        }
    }

    pub(crate) fn link_up(&mut self, id: LinkId, side: Side) {
        let unwanted = match side {
            Side::Dialed => {
                self.contact.dialing = None;
                self.link.is_some() || !self.mode().is_secondary() || self.change.is_some()
            }
            Side::Accepted => {
                self.mode() == Mode::None
                    || self.link.as_ref().is_some_and(|l| l.side == Side::Dialed)
            }
        };
        if unwanted || self.is_stopping() {
            self.out.push(Action::Hangup {
                link: id,
                why: HangupReason::Changed,
            });
            return;
        }
        self.drop_link(HangupReason::Replaced);
        self.link = Some(Link::new(id, side, self.now.mono));
        if side == Side::Dialed {
            let hello = Box::new(self.hello(self.now));
            self.out.push(Action::Send {
                link: id,
                message: Message::Hello(hello),
            });
        }
    }

    pub(crate) fn link_lost(&mut self, id: LinkId, cause: ContactFailure) {
        if self.link_id() == Some(id) {
            self.link_gone();
            self.failed(cause);
            self.contact.next_attempt = self.contact.pace.next_link;
            if let ContactFailure::Broke(why) = cause {
                self.breached(why);
            }
        }
    }

    /// Ends the link, where there is one.
    pub(crate) fn drop_link(&mut self, why: HangupReason) {
        if let Some(id) = self.link_id() {
            self.link_gone();
            self.out.push(Action::Hangup { link: id, why });
            let soonest = match why {
                HangupReason::Changed | HangupReason::Replaced | HangupReason::Silent => {
                    self.now.mono
                }
                _ => self.now.mono + HEARTBEAT,
            };
            self.contact.next_attempt = soonest.max(self.contact.pace.next_link);
            if let HangupReason::Broke(why) = why {
                self.breached(why);
            }
        }
    }

    fn link_gone(&mut self) {
        if let Some(link) = self.link.take() {
            self.contact.pace.link_gone(link.since, self.now.mono);
        }
        if self.mode().is_secondary() && self.follow.phase != crate::follow::Phase::Idle {
            self.out.push(Action::StopApplying);
        }
        self.follow.pause();
        self.lead.serving = None;
        self.switch.link_gone();
    }

    /// A link on which nothing is heard, or on which the peer does not hear this station, is made anew.
    pub(crate) fn watch_link(&mut self) {
        let now = self.now.mono;
        let Some(link) = &self.link else { return };
        let patience = if link.greeted { SILENCE } else { FIRST_ANSWER };
        let silent = now.since(link.received.max(link.since)) >= patience;
        let unheard = link.greeted && now.since(link.echo_rose) >= 2 * FIRST_ANSWER;
        if silent {
            self.drop_link(HangupReason::Silent);
        } else if unheard {
            self.drop_link(HangupReason::Broke(Breach::Deaf));
        }
    }

    /// Says where this station is, every heartbeat.
    pub(crate) fn beat(&mut self) {
        let now = self.now;
        let trouble = if self.mode().is_secondary() {
            self.own_trouble()
        } else {
            self.damage()
        };
        let checked = self.wanted.checked;
        let (head, writer, standing) = (self.own.head, self.writer, self.said_standing());
        let promised = self.promises();
        let Some(link) = self.link.as_mut().filter(|link| link.greeted) else {
            return;
        };
        if link
            .beat_at
            .is_some_and(|at| now.mono.since(at) < HEARTBEAT)
            && promised == link.said_promised
        {
            return;
        }
        link.said_promised = promised;
        link.beat_at = Some(now.mono);
        link.beats += 1;
        link.sent.note(link.beats, now.mono);
        let beat = Heartbeat {
            number: link.beats,
            heard: link.heard,
            head,
            writer,
            trouble,
            standing,
            checked,
            promised,
            wall_ms: now.wall_ms,
        };
        let message = Message::Heartbeat(beat);
        self.out.push(Action::Send {
            link: link.id,
            message,
        });
    }

    pub(crate) fn received(&mut self, id: LinkId, message: Message) {
        let now = self.now.mono;
        let Some(link) = self.link.as_mut().filter(|link| link.id == id) else {
            return;
        };
        link.received = now;
        let (side, greeted) = (link.side, link.greeted);
        self.heard();
        let leads = self.mode() == Mode::Primary;
        match (message, side, greeted) {
            (Message::Hello(hello), Side::Accepted, false) => self.greeted_by(id, *hello),
            (Message::Accept { hello, stream }, Side::Dialed, false) => {
                self.accepted(*hello, stream)
            }
            (Message::Incompatible { hello, reason: _ }, Side::Dialed, false) => {
                self.learn(*hello);
                self.drop_link(HangupReason::Incompatible);
            }
            (Message::Heartbeat(beat), _, true) => self.heartbeat(beat),
            (Message::Fence { epoch_seen }, _, true) => {
                self.note_epoch_seen(epoch_seen);
                self.drop_link(HangupReason::Fenced);
            }
            (Message::Resume { after_seq, chain }, Side::Accepted, true) if leads => {
                self.stream_tail(id, after_seq, chain);
            }
            (Message::SnapshotRequest { resume }, Side::Accepted, true) if leads => {
                self.send_snapshot(id, resume);
            }
            (Message::CompareRequest, Side::Accepted, true) if leads => self.serve_comparison(id),
            (Message::Ack { head }, Side::Accepted, true) if leads => self.acked(head),
            (Message::HandoverRequest, Side::Accepted, true) => self.handover_requested(id),
            (Message::HandoverRefused { id, why }, Side::Accepted, true) => {
                if self
                    .durable
                    .handing_over
                    .is_some_and(|handing| handing.id == id)
                {
                    self.handover_refused(why);
                }
            }
            (Message::HandoverTaken { id: _, hello }, Side::Accepted, true) => self.learn(*hello),
            (Message::Yield, Side::Accepted, true) if leads => self.yielded(),
            (Message::ResumeRefused { why }, Side::Dialed, true) => self.resume_refused(why),
            (Message::HandoverDeclined { why }, Side::Dialed, true) => self.declined(why),
            (Message::Handover { id, head, late }, Side::Dialed, true) => {
                self.offered(id, head, late)
            }
            (Message::ResyncNow, Side::Dialed, true) => self.resync(false),
            _ => self.drop_link(HangupReason::Broke(Breach::OutOfTurn)),
        }
    }

    /// A peer that takes this station for its primary.
    fn greeted_by(&mut self, id: LinkId, hello: Hello) {
        let run = hello.run;
        self.learn(hello);
        if self.mode() == Mode::Primary {
            if let Some(link) = self.link.as_mut().filter(|link| link.id == id) {
                link.asks = true;
                link.run = Some(run);
            }
            if let Some(peer) = self.peer.as_mut() {
                peer.head = peer.hello.head;
            }
            return;
        }
        let reason = self
            .peer
            .as_ref()
            .and_then(|peer| peer.verdict)
            .unwrap_or(Reason::BothSecondary);
        let hello = Box::new(self.hello(self.now));
        self.out.push(Action::Send {
            link: id,
            message: Message::Incompatible { hello, reason },
        });
        self.drop_link(HangupReason::Incompatible);
    }

    fn heartbeat(&mut self, beat: Heartbeat) {
        let now = self.now;
        let Some(link) = self.link.as_mut() else {
            return;
        };
        if beat.heard > link.beats {
            self.drop_link(HangupReason::Broke(Breach::OutOfTurn));
            return;
        }
        link.heard = beat.number;
        if beat.heard > link.echo {
            link.echo = beat.heard;
            link.echo_rose = now.mono;
        }
        let (stream, id, run) = (link.stream, link.id, link.run);
        if let Some(run) = run {
            self.contact.clones.saw(run, now.mono);
        }
        let follows = self.mode().is_secondary();
        if follows && stream.is_some_and(|stream| stream.epoch != beat.head.position.epoch) {
            let epoch_seen = self.epoch_seen();
            self.out.push(Action::Send {
                link: id,
                message: Message::Fence { epoch_seen },
            });
            let older = stream.is_some_and(|it| beat.head.position.epoch.number < it.epoch.number);
            self.drop_link(if older {
                HangupReason::Broke(Breach::OldEpoch)
            } else {
                HangupReason::Fenced
            });
            return;
        }
        match stream {
            Some(stream) if follows => self.bind(stream),
            _ if beat.promised => self.promised(beat.heard),
            _ => {}
        }
        let own_seq = self.own.head.position.seq;
        if let Some(peer) = self.peer.as_mut() {
            peer.writer = beat.writer;
            peer.trouble = beat.trouble;
            peer.checked = beat.checked;
            peer.hello.standing = beat.standing;
            peer.clock_difference_ms = beat.wall_ms - now.wall_ms;
            // Entries that came before this heartbeat may have shown more than the primary's machine knew when it spoke.
            if !follows || beat.head.position.seq >= peer.head.position.seq.min(own_seq) {
                let newer = !follows || beat.head.position.seq >= peer.head.position.seq;
                if newer {
                    peer.head = beat.head;
                }
            }
        }
        if follows {
            self.check_equal();
        }
    }

    fn acked(&mut self, head: crate::message::Head) {
        self.lead.serving = None;
        if let Some(peer) = self.peer.as_mut() {
            peer.head = head;
        }
    }
}
