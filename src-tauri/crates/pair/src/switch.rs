//! The planned switch (rule 4), both ends.
//!
//! The primary stops editing, persists "handing over to X at P", and only then says so. The secondary, at P with an equal
//! sum, persists its epoch: the point of no return. From the moment the primary has said it, only the secondary knows the
//! outcome, so the primary waits for it: taken (a higher epoch), or refused (durably).

use crate::action::{Action, RefusalCode};
use crate::change::Goal;
use crate::config::Mode;
use crate::durable::HandingOver;
use crate::event::{LinkId, ReplyToken};
use crate::message::{HandoverId, Head, Message, Standing};
use crate::reason::Reason;
use crate::state::{State, refusal};
use crate::time::{Mono, SWITCH_CATCH_UP, SWITCH_PATIENCE};
use crate::view::{Opening, Record, Status};

/// What either end keeps in memory of a switch.
#[derive(Debug, Clone, Default)]
pub(crate) struct Switch {
    /// Counts the hand-overs of this process.
    count: u64,
    /// On a primary: when this one was begun in this process, and on which link it was last said (and whether as late).
    begun: Option<Mono>,
    said: Option<(LinkId, bool)>,
    /// On a primary: the secondary refused durably what this one is still handing over.
    refused: Option<Reason>,
    /// The operator who waits, on either end.
    reply: Option<ReplyToken>,
    /// On a secondary: since when its operator wants the lead, and the link on which it was asked for.
    pub(crate) wants: Option<(Mono, Option<LinkId>)>,
    /// On a secondary: the hand-over that it is to take.
    incoming: Option<Incoming>,
    /// On a secondary: what it refuses, to be said once it is durable.
    refusing: Option<(HandoverId, Reason)>,
}

#[derive(Debug, Clone, Copy)]
struct Incoming {
    id: HandoverId,
    head: Head,
    since: Mono,
}

impl Switch {
    pub(crate) fn link_gone(&mut self) {
        self.incoming = None;
        if let Some((_, asked_on)) = self.wants.as_mut() {
            *asked_on = None;
        }
    }

    /// On a secondary: whether it is to take the lead.
    pub(crate) const fn is_under_way(&self) -> bool {
        self.wants.is_some() || self.incoming.is_some()
    }

    /// When the next thing falls due.
    pub(crate) fn deadline(&self) -> Option<Mono> {
        let wants = self.wants.map(|(since, _)| since + SWITCH_PATIENCE);
        let incoming = self
            .incoming
            .map(|incoming| incoming.since + SWITCH_CATCH_UP);
        let begun = self.begun.map(|begun| begun + SWITCH_PATIENCE);
        [wants, incoming, begun].into_iter().flatten().min()
    }
}

impl State {
    // --- the primary ---

    /// Begins a hand-over where this primary may; says why not otherwise.
    pub(crate) fn hand_over(&mut self, reply: Option<ReplyToken>) -> Result<(), Reason> {
        if let Some(handing) = self.wanted.handing_over {
            if self.switch.begun.is_some() && reply.is_some() {
                return Err(Reason::Switching);
            }
            // The operator asks anew for one whose outcome is open: it is said again as a fresh one.
            self.switch.begun = self
                .peer
                .as_ref()
                .filter(|p| p.station() == handing.to)
                .map(|_| self.now.mono);
            self.switch.said = None;
            if reply.is_some() {
                self.wait_for_switch(reply);
            }
            return Ok(());
        }
        let (status, reason) = self.status();
        let linked = self.link.as_ref().is_some_and(|link| link.greeted);
        let in_step = matches!(status, Status::Synced | Status::Syncing);
        let ready = (in_step || reason == Reason::PrimaryDamaged)
            && linked
            && self.standing() == Standing::Editing;
        let to = self
            .peer
            .as_ref()
            .map(crate::peer::Peer::station)
            .filter(|_| ready)
            .ok_or(reason)?;
        if self.change.is_some() || self.is_stopping() || self.lead.needs_epoch.is_some() {
            return Err(Reason::Switching);
        }
        self.switch.count += 1;
        let id = HandoverId {
            run: self.me.run,
            number: self.switch.count,
        };
        self.switch.begun = Some(self.now.mono);
        self.switch.said = None;
        self.switch.refused = None;
        self.begin(Goal::HandOver { id, to }, reply);
        Ok(())
    }

    /// Keeps the operator's call until the outcome is known.
    pub(crate) fn wait_for_switch(&mut self, reply: Option<ReplyToken>) {
        let earlier = std::mem::replace(&mut self.switch.reply, reply);
        self.reply(
            earlier,
            Err(refusal(
                RefusalCode::Busy,
                "Another call for a switch took this one's place.",
            )),
        );
    }

    /// The secondary's operator asks for the lead.
    pub(crate) fn handover_requested(&mut self, link: LinkId) {
        if self.mode() != Mode::Primary {
            return;
        }
        if let Err(why) = self.hand_over(None) {
            self.out.push(Action::Send {
                link,
                message: Message::HandoverDeclined { why },
            });
        }
    }

    /// The record could not be saved: nothing was said, so edits go on.
    pub(crate) fn handover_not_begun(&mut self) {
        self.switch.begun = None;
        if let Some(link) = self.link_id() {
            let why = Reason::PromotionFails;
            self.out.push(Action::Send {
                link,
                message: Message::HandoverDeclined { why },
            });
        }
    }

    /// The secondary refused durably.
    pub(crate) fn handover_refused(&mut self, reason: Reason) {
        self.switch.refused = self.switch.refused.or(Some(reason));
    }

    /// This primary takes its word back, durably, before it edits.
    fn take_back(&mut self) {
        let due =
            self.change.is_none() && !self.is_stopping() && self.now.mono >= self.lead.retry_at;
        if due
            && self.wanted.handing_over.is_some()
            && let Some(reason) = self.switch.refused
        {
            self.log(Record::HandoverRefused { reason });
            self.begin(Goal::TakeBack, None);
        }
    }

    pub(crate) fn taken_back(&mut self) {
        self.switch.begun = None;
        self.switch.said = None;
        self.switch_lost(
            "The secondary could not take the lead, so this station goes on as primary.",
        );
    }

    /// The secondary leads, with every entry of this station.
    pub(crate) fn handed_over(&mut self) {
        if self.change.is_none() && self.mode() == Mode::Primary {
            self.log(Record::HandedOver);
            let mode = self.mode_to_follow_in();
            self.begin(Goal::Follow { mode }, None);
        }
    }

    /// Answers the operator who waits for a switch that did not come about.
    pub(crate) fn switch_lost(&mut self, why: &str) {
        let reply = self.switch.reply.take();
        self.reply(reply, Err(refusal(RefusalCode::Conflict, why)));
        self.switch.wants = None;
    }

    // --- the secondary ---

    pub(crate) fn want_lead(&mut self, reply: ReplyToken) {
        self.wait_for_switch(Some(reply));
        self.switch.wants = Some((self.now.mono, None));
    }

    pub(crate) fn declined(&mut self, why: Reason) {
        if self.switch.wants.take().is_some() {
            let message = format!(
                "The primary does not hand over now. {} {}",
                why.cause(),
                why.cure()
            );
            self.switch_lost(&message);
        }
    }

    pub(crate) fn offered(&mut self, id: HandoverId, head: Head, late: bool) {
        if !self.mode().is_secondary() || self.change.is_some() {
            return;
        }
        let to = self.me.station;
        if let Some(peer) = self.peer.as_mut() {
            peer.head = head;
            peer.hello.standing = crate::message::Standing::HandingOver;
            peer.hello.handing_over = Some(HandingOver {
                id,
                to,
                at: head.position,
            });
        }
        self.check_equal();
        if self.durable.refused == Some(id) {
            self.switch.refusing = Some((id, Reason::Switching));
        } else if late || self.is_stopping() {
            self.refuse_handover(id, Reason::Switching);
        } else if self.wanted.refused != Some(id) {
            self.switch.incoming = Some(Incoming {
                id,
                head,
                since: self.now.mono,
            });
        }
    }

    /// Refuses for good: said once it is durable, and never taken after that.
    pub(crate) fn refuse_handover(&mut self, id: HandoverId, why: Reason) {
        self.switch.incoming = None;
        self.switch.refusing = Some((id, why));
        self.wanted.refused = Some(id);
        self.switch_lost("This station could not take the lead; the primary goes on.");
    }

    // --- both ---

    pub(crate) fn settle_switch(&mut self) {
        if self.mode() == Mode::Primary {
            self.take_back();
            self.say_handover();
        } else if self.mode().is_secondary() {
            self.ask_for_lead();
            self.take_or_refuse();
            self.say_refusal();
        }
    }

    fn say_handover(&mut self) {
        let Some(handing) = self
            .durable
            .handing_over
            .filter(|h| self.wanted.handing_over == Some(*h))
        else {
            return;
        };
        if self.change.is_some() {
            return;
        }
        let late = self
            .switch
            .begun
            .is_none_or(|begun| self.now.mono.since(begun) >= SWITCH_PATIENCE);
        if late && self.switch.begun.take().is_some() {
            let reply = self.switch.reply.take();
            let why = "The secondary has not answered in time, so the outcome is open: this station edits again only when \
                       the secondary is back, or on Make primary here.";
            self.reply(reply, Err(refusal(RefusalCode::Unavailable, why)));
        }
        let to_it = self
            .peer
            .as_ref()
            .is_some_and(|peer| peer.station() == handing.to);
        let Some(link) = self.link.as_ref().filter(|link| link.greeted && to_it) else {
            return;
        };
        let say = (link.id, late);
        if self.switch.said != Some(say) {
            self.switch.said = Some(say);
            let message = Message::Handover {
                id: handing.id,
                head: self.own.head,
                late,
            };
            self.out.push(Action::Send {
                link: link.id,
                message,
            });
        }
    }

    fn ask_for_lead(&mut self) {
        let Some((since, asked_on)) = self.switch.wants else {
            return;
        };
        if self.change.is_some() {
            return;
        }
        if self.now.mono.since(since) >= SWITCH_PATIENCE {
            self.switch.wants = None;
            let reply = self.switch.reply.take();
            let why =
                "The primary did not hand over in time. If it is gone, choose Make primary again.";
            self.reply(reply, Err(refusal(RefusalCode::Unavailable, why)));
            return;
        }
        let Some(link) = self
            .link
            .as_ref()
            .filter(|link| link.greeted && asked_on != Some(link.id))
        else {
            return;
        };
        let link = link.id;
        self.switch.wants = Some((since, Some(link)));
        self.out.push(Action::Send {
            link,
            message: Message::HandoverRequest,
        });
    }

    fn take_or_refuse(&mut self) {
        let Some(incoming) = self.switch.incoming.filter(|_| self.change.is_none()) else {
            return;
        };
        let own = self.own.head;
        // Rule 5: the primary, or anybody else, has gone on in a higher epoch since it said so.
        if incoming.head.position.epoch.number < self.epoch_seen() {
            self.refuse_handover(incoming.id, Reason::Switching);
            return;
        }
        let trouble = self.follow.trouble.or(self.damage());
        if own.position == incoming.head.position
            && own.sum == incoming.head.sum
            && trouble.is_none()
        {
            self.switch.incoming = None;
            self.switch.wants = None;
            let reply = self.switch.reply.take();
            self.promote(Opening::Switch, Some(incoming.id), reply);
        } else if trouble.is_some() || self.now.mono.since(incoming.since) >= SWITCH_CATCH_UP {
            self.refuse_handover(incoming.id, trouble.unwrap_or(Reason::Behind));
        }
    }

    fn say_refusal(&mut self) {
        let Some((id, why)) = self
            .switch
            .refusing
            .filter(|(id, _)| self.durable.refused == Some(*id))
        else {
            return;
        };
        if let Some(link) = self.link.as_ref().filter(|link| link.greeted) {
            self.switch.refusing = None;
            self.out.push(Action::Send {
                link: link.id,
                message: Message::HandoverRefused { id, why },
            });
        }
    }

    /// The role changed: whatever was under way is decided.
    pub(crate) fn end_switch_by_role(&mut self) {
        let count = self.switch.count;
        let reply = self.switch.reply.take();
        let handed = self.mode().is_secondary();
        if handed {
            self.reply(reply, Ok(()));
        } else {
            self.reply(
                reply,
                Err(refusal(
                    RefusalCode::Conflict,
                    "This station took the lead in another way meanwhile.",
                )),
            );
        }
        self.switch = Switch {
            count,
            ..Switch::default()
        };
    }
}
