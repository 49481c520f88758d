//! What becomes durable, and in which order. One write is under way at a time: either the facts of `wanted`, or one
//! [`Change`] of role, mode or epoch. A change takes effect only once it is durable.

use crate::action::{Action, HangupReason, RefusalCode, Token};
use crate::config::{Config, Mode};
use crate::durable::{Durable, HandingOver};
use crate::event::{Own, ReplyToken};
use crate::follow::Follow;
use crate::lead::Lead;
use crate::message::{HandoverId, Head, Message};
use crate::peer::Contact;
use crate::state::{State, Stop, refusal};
use crate::time::HEARTBEAT;
use crate::view::{Notice, Opening, Record};
use domain::ids::StationId;

/// What a change is to bring about.
#[derive(Debug, Clone)]
pub(crate) enum Goal {
    Configure {
        config: Config,
        confirm_replace: bool,
    },
    Promote {
        why: Opening,
        handover: Option<HandoverId>,
    },
    NewEpoch {
        why: Opening,
    },
    NewLineage,
    Follow {
        mode: Mode,
    },
    HandOver {
        id: HandoverId,
        to: StationId,
    },
    TakeBack,
    /// The operator's word, in place of lease and promise.
    Override,
    Stop,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Waits until no edit is under way.
    Quiescing(Token),
    /// Waits for the write that is under way.
    Queued,
    Writing,
}

#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) goal: Goal,
    pub(crate) stage: Stage,
    pub(crate) reply: Option<ReplyToken>,
}

/// The write that is under way.
#[derive(Debug, Clone)]
pub(crate) struct Writing {
    token: Token,
    record: Durable,
    of_change: bool,
}

/// What the store does for a goal, besides keeping the record.
enum Store {
    Record,
    Epoch,
    Lineage,
}

impl Goal {
    fn store(&self, from: Mode) -> Store {
        match self {
            Self::Configure { config, .. } => match (from, config.mode) {
                (Mode::None, Mode::None) => Store::Record,
                (_, Mode::None) => Store::Lineage,
                (from, Mode::Primary) if from.is_secondary() => Store::Epoch,
                _ => Store::Record,
            },
            Self::Promote { .. } | Self::NewEpoch { .. } => Store::Epoch,
            Self::NewLineage => Store::Lineage,
            Self::Follow { .. }
            | Self::HandOver { .. }
            | Self::TakeBack
            | Self::Override
            | Self::Stop => Store::Record,
        }
    }

    /// Whether edits may go on while it becomes durable: the station may edit before and after it, in the same epoch.
    pub(crate) fn keeps_edits(&self, from: Mode) -> bool {
        match self {
            Self::Configure { config, .. } => {
                !from.is_secondary()
                    && (config.mode == from || from == Mode::None && config.mode == Mode::Primary)
            }
            _ => false,
        }
    }

    /// What it changes in the record.
    fn apply(&self, record: &mut Durable, head: &Head) {
        match self {
            Self::Configure {
                config,
                confirm_replace,
            } => configure(record, config, *confirm_replace),
            Self::Promote { why, handover } => {
                record.former_mode = Some(record.config.mode)
                    .filter(|mode| mode.is_secondary())
                    .or(record.former_mode);
                record.config.mode = Mode::Primary;
                lead_on(record);
                record.overridden = *why == Opening::Overridden;
                if handover.is_some() {
                    record.promised = None;
                }
            }
            Self::NewEpoch { why } => {
                if is_decision(*why) {
                    lead_on(record);
                    record.overridden = *why == Opening::Overridden;
                }
                record.clean = record.config.mode != Mode::Primary;
            }
            Self::NewLineage => {
                lead_on(record);
                record.clean = record.config.mode != Mode::Primary;
                record.synced_with = None;
            }
            Self::Follow { mode } => {
                record.config.mode = *mode;
                follow_on(record);
            }
            Self::HandOver { id, to } => {
                record.handing_over = Some(HandingOver {
                    id: *id,
                    to: *to,
                    at: head.position,
                });
            }
            Self::TakeBack => record.handing_over = None,
            Self::Override => record.overridden = true,
            Self::Stop => record.clean = true,
        }
    }
}

/// An operator chose this station's history.
fn is_decision(why: Opening) -> bool {
    matches!(
        why,
        Opening::MakePrimary | Opening::Overridden | Opening::Decided
    )
}

fn lead_on(record: &mut Durable) {
    record.overridden = false;
    record.superseded = None;
    record.forked = None;
    record.handing_over = None;
    record.held = false;
    record.in_step = false;
    record.replace_confirmed = false;
    record.clean = false;
}

fn follow_on(record: &mut Durable) {
    record.overridden = false;
    record.superseded = None;
    record.forked = None;
    record.handing_over = None;
    record.held = false;
    record.in_step = false;
    record.clean = true;
}

fn configure(record: &mut Durable, config: &Config, confirm_replace: bool) {
    let before = std::mem::replace(&mut record.config, config.clone());
    if before.mode.is_secondary() && !config.mode.is_secondary() {
        record.former_mode = Some(before.mode);
    }
    // The same station by another name is the one that was met.
    if !config.same_peer(&before) {
        record.peer = None;
    }
    if before.mode != config.mode || before.peer != config.peer {
        record.held = false;
    }
    match config.mode {
        Mode::None => {
            lead_on(record);
            record.clean = true;
            record.synced_with = None;
        }
        Mode::Primary if before.mode != Mode::Primary => lead_on(record),
        Mode::Primary => {}
        Mode::SecondaryCopy | Mode::SecondaryFailover { .. } => {
            if !before.mode.is_secondary() {
                follow_on(record);
                record.replace_confirmed = false;
            }
            if !config.same_peer(&before) {
                record.replace_confirmed = false;
            }
            record.replace_confirmed |= confirm_replace;
        }
    }
}

impl State {
    /// Begins a change. There is none under way (the callers ask first).
    pub(crate) fn begin(&mut self, goal: Goal, reply: Option<ReplyToken>) {
        debug_assert!(self.change.is_none(), "one change at a time");
        self.stop_following_for(&goal);
        let keeps = goal.keeps_edits(self.mode());
        let writable = !self.mode().is_secondary();
        let stage = if writable && !keeps {
            Stage::Quiescing(self.token())
        } else {
            Stage::Queued
        };
        self.change = Some(Change { goal, stage, reply });
        self.show_edits();
        if let Stage::Quiescing(token) = stage {
            self.out.push(Action::Quiesce { token });
        }
        self.flush();
    }

    /// A secondary that is about to be something else, or to follow somebody else, applies nothing more.
    fn stop_following_for(&mut self, goal: &Goal) {
        let stays = match goal {
            Goal::Configure { config, .. } => {
                config.mode.is_secondary() && config.peer == self.durable.config.peer
            }
            _ => false,
        };
        if !self.mode().is_secondary() || stays {
            return;
        }
        self.out.push(Action::StopApplying);
        self.out.push(Action::DiscardSnapshot);
        self.follow.partial = None;
        self.follow.pause();
        // A planned switch still has to say on the link that it is done.
        if !matches!(
            goal,
            Goal::Promote {
                handover: Some(_),
                ..
            }
        ) {
            self.drop_link(HangupReason::Promoting);
        }
    }

    /// The primary is there: a promotion by the offset that still waits for the disk is not begun.
    pub(crate) fn call_promotion_off(&mut self) {
        self.change.take_if(|change| {
            change.stage != Stage::Writing
                && matches!(
                    change.goal,
                    Goal::Promote {
                        why: Opening::Failover,
                        ..
                    }
                )
        });
    }

    /// Gives up a change that is not yet being written.
    pub(crate) fn abandon_change(&mut self, code: RefusalCode, message: &str) {
        if let Some(change) = self.change.take_if(|change| change.stage != Stage::Writing) {
            self.reply(change.reply, Err(refusal(code, message)));
        }
    }

    pub(crate) fn quiesced(&mut self, token: Token, head: Head) {
        if let Some(change) = self
            .change
            .as_mut()
            .filter(|change| change.stage == Stage::Quiescing(token))
        {
            change.stage = Stage::Queued;
            self.head_moved(head);
        }
    }

    /// Puts the next write under way, where there is one: the change first, then the facts.
    pub(crate) fn flush(&mut self) {
        if self.writing.is_some() {
            return;
        }
        if self
            .change
            .as_ref()
            .is_some_and(|change| change.stage == Stage::Queued)
        {
            self.write_change();
        } else if self.wanted != self.durable && self.now.mono >= self.retry_write_at {
            let token = self.token();
            let record = self.wanted.clone();
            self.writing = Some(Writing {
                token,
                record: record.clone(),
                of_change: false,
            });
            self.out.push(Action::Persist {
                token,
                durable: Box::new(record),
            });
        } else if self.wanted == self.durable {
            for reply in std::mem::take(&mut self.answer_when_durable) {
                self.reply(Some(reply), Ok(()));
            }
        }
    }

    fn write_change(&mut self) {
        let token = self.token();
        let from = self.mode();
        // Of whatever lineage: a snapshot of the peer's may have got in a moment ago.
        let theirs = self.peer.as_ref().map_or(0, |peer| {
            peer.hello
                .epoch_seen
                .max(peer.hello.head.position.epoch.number)
                .max(peer.head.position.epoch.number)
        });
        let seen = self.epoch_seen().max(self.wanted.epoch_highest);
        let number = 1 + seen.max(theirs);
        let Some(change) = self.change.as_mut() else {
            return;
        };
        change.stage = Stage::Writing;
        let mut record = self.wanted.clone();
        change.goal.apply(&mut record, &self.own.head);
        let durable = Box::new(record.clone());
        let action = match change.goal.store(from) {
            Store::Record => Action::Persist { token, durable },
            Store::Epoch => Action::OpenEpoch {
                token,
                number,
                durable,
            },
            Store::Lineage => Action::OpenLineage { token, durable },
        };
        self.writing = Some(Writing {
            token,
            record,
            of_change: true,
        });
        self.out.push(action);
    }

    pub(crate) fn persisted(&mut self, token: Token) {
        let Some(writing) = self.writing.take_if(|writing| writing.token == token) else {
            return;
        };
        self.written(writing);
    }

    pub(crate) fn opened(&mut self, token: Token, own: Own) {
        let Some(writing) = self.writing.take_if(|writing| writing.token == token) else {
            return;
        };
        self.own = own;
        self.written(writing);
    }

    fn written(&mut self, writing: Writing) {
        let before = self.durable.config.clone();
        self.durable = writing.record;
        if !writing.of_change {
            return;
        }
        let Some(change) = self.change.take() else {
            return;
        };
        change.goal.apply(&mut self.wanted, &self.own.head);
        self.note_epoch_seen(self.own.head.position.epoch.number);
        self.changed(change.goal, change.reply, &before);
        self.judge();
    }

    pub(crate) fn not_durable(&mut self, token: Token) {
        if self
            .change
            .as_ref()
            .is_some_and(|change| change.stage == Stage::Quiescing(token))
        {
            self.change_failed();
            return;
        }
        let Some(writing) = self.writing.take_if(|writing| writing.token == token) else {
            return;
        };
        if !writing.of_change {
            self.retry_write_at = self.now.mono + 2 * HEARTBEAT;
            return;
        }
        self.change_failed();
    }

    fn change_failed(&mut self) {
        let Some(change) = self.change.take() else {
            return;
        };
        self.reply(
            change.reply,
            Err(refusal(
                RefusalCode::Unavailable,
                "The change could not be saved on this station's disk, so nothing was changed: free space there and try again.",
            )),
        );
        match change.goal {
            Goal::Promote { handover, .. } => {
                self.follow.promotion_fails = Some(self.now.mono);
                if let Some(id) = handover {
                    self.refuse_handover(id, crate::Reason::PromotionFails);
                }
                self.drop_link(HangupReason::Changed);
            }
            Goal::NewEpoch { .. } | Goal::TakeBack => {
                self.lead.retry_at = self.now.mono + 2 * HEARTBEAT
            }
            Goal::NewLineage => self.lead.needs_lineage = Some(self.now.mono + 2 * HEARTBEAT),
            Goal::Stop => self.stopped(),
            Goal::HandOver { .. } => self.handover_not_begun(),
            Goal::Configure { .. } | Goal::Follow { .. } | Goal::Override => {}
        }
    }

    /// A change is durable: what follows from it in memory.
    fn changed(&mut self, goal: Goal, reply: Option<ReplyToken>, before: &Config) {
        match goal {
            Goal::Configure { config, .. } => self.configured(&config, before),
            Goal::Promote { why, handover } => {
                self.log_opened(why);
                if handover.is_some() {
                    self.released_from_promise();
                }
                if let (Some(id), Some(link)) = (handover, self.link_id()) {
                    let hello = Box::new(self.hello(self.now));
                    self.out.push(Action::Send {
                        link,
                        message: Message::HandoverTaken { id, hello },
                    });
                }
                if why == Opening::Failover {
                    self.out.push(Action::Notify(Notice::TookOver));
                }
                self.new_role();
            }
            Goal::NewEpoch { why } => {
                self.log_opened(why);
                self.lead.needs_epoch = None;
                if is_decision(why) {
                    self.new_role();
                } else {
                    self.drop_link(HangupReason::Changed);
                }
            }
            Goal::NewLineage => {
                self.lead.needs_lineage = None;
                self.drop_link(HangupReason::Changed);
            }
            Goal::Follow { .. } => {
                self.log(Record::Following);
                self.new_role();
            }
            Goal::HandOver { .. } => {
                self.log(Record::HandingOver);
                self.rely_on_nothing();
                self.wait_for_switch(reply);
                return;
            }
            Goal::TakeBack => self.taken_back(),
            Goal::Override => self.log(Record::Overridden),
            Goal::Stop => self.stopped(),
        }
        self.reply(reply, Ok(()));
    }

    fn log_opened(&mut self, why: Opening) {
        self.log(Record::EpochOpened {
            number: self.own.head.position.epoch.number,
            why,
        });
    }

    fn configured(&mut self, config: &Config, before: &Config) {
        self.log(Record::Configured { mode: config.mode });
        if before.mode.is_secondary() && config.mode == Mode::Primary {
            self.log_opened(Opening::Configured);
        }
        if before.peer != config.peer {
            self.new_role();
            self.peer = None;
            self.contact = Contact::new(self.now.mono);
        } else if before.mode != config.mode {
            self.new_role();
            self.contact.begin_anew(self.now.mono);
        } else if before.witness != config.witness {
            // Both learn anew which witness the other is set to.
            self.drop_link(HangupReason::Changed);
        }
        if before.witness != config.witness {
            self.witness_changed(before.witness.as_ref());
        }
    }

    /// Starts afresh in the role that the record now says.
    fn new_role(&mut self) {
        self.drop_link(HangupReason::Changed);
        let streams = self.lead.streams;
        self.lead = Lead {
            streams,
            ..Lead::default()
        };
        self.follow = Follow::new(self.now.mono);
        self.end_switch_by_role();
        self.rely_on_nothing();
        self.hurry_witness();
        self.contact.turn_anew(self.now.mono);
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stop
            .is_some_and(|stop| matches!(stop, Stop::Asked | Stop::Done))
    }
}
