//! A secondary becomes primary out of contact: by itself (rules 1 to 3) or on its operator's word.
//!
//! [`State::may_promote`] is the one place that lets a promotion through. With a witness it lets none through without the lease but
//! one that the primary itself hands over, and one that the operator forces, which is labelled.

use std::time::Duration;

use crate::change::Goal;
use crate::config::Mode;
use crate::event::ReplyToken;
use crate::message::HandoverId;
use crate::state::State;
use crate::time::{HEARTBEAT, Mono};
use crate::view::{Armed, Opening, Status};

/// Pause after a promotion that could not be saved.
const RETRY: Duration = Duration::from_secs(5);

impl State {
    /// Whether this station would promote itself, and why not (rule 2).
    pub(crate) fn armed(&self) -> Armed {
        let lineage = self.own.head.position.lineage;
        let met = self.wanted.peer.map(|peer| peer.station);
        let completed = self
            .wanted
            .synced_with
            .is_some_and(|with| Some(with.station) == met && with.lineage == lineage);
        if self.mode().offset().is_none() {
            Armed::NotFailover
        } else if !completed {
            Armed::NeverSynced
        } else if !self.wanted.in_step {
            Armed::NotInStep
        } else if self.wanted.held {
            Armed::Held
        } else if self.follow.promotion_fails.is_some() {
            Armed::PromotionFails
        } else {
            Armed::Armed
        }
    }

    /// When the offset has run out, by a countdown that can fire.
    pub(crate) fn promotes_at(&self) -> Option<Mono> {
        let offset = self.mode().offset()?;
        let counts = matches!(self.armed(), Armed::Armed | Armed::PromotionFails)
            && self.change.is_none()
            && !self.is_stopping()
            && self.status().0 == Status::Unavailable;
        let due = self.contact.silent_since() + offset;
        counts.then(|| {
            due.max(
                self.follow
                    .promotion_fails
                    .map_or(due, |failed| failed + RETRY),
            )
        })
    }

    /// The same without a look at the status, which asks this.
    pub(crate) fn offset_ran_out(&self) -> bool {
        let counts = self.armed() == Armed::Armed && self.change.is_none();
        let ran_out = |offset| self.now.mono >= self.contact.silent_since() + offset;
        counts && self.mode().offset().is_some_and(ran_out)
    }

    /// Whether nothing forbids a promotion at this moment, however it came about.
    fn may_promote(&self, why: Opening) -> bool {
        let witnessed = matches!(why, Opening::Switch | Opening::Overridden)
            || !self.is_witnessed()
            || self.holds_lease();
        self.mode().is_secondary() && self.change.is_none() && !self.is_stopping() && witnessed
    }

    pub(crate) fn settle_promotion(&mut self) {
        if self.is_due() && self.may_promote(Opening::Failover) {
            self.promote(Opening::Failover, None, None);
        }
    }

    /// Takes the lead with a new epoch. Nothing of the former primary is applied from here on.
    pub(crate) fn promote(
        &mut self,
        why: Opening,
        handover: Option<HandoverId>,
        reply: Option<ReplyToken>,
    ) {
        if !self.may_promote(why) {
            self.reply(
                reply,
                Err(crate::state::refusal(
                    crate::action::RefusalCode::Busy,
                    "This station is changing its mode: try again in a moment.",
                )),
            );
            return;
        }
        self.begin(Goal::Promote { why, handover }, reply);
    }

    /// The countdown as it is shown: `None` where none runs that can fire.
    pub(crate) fn countdown(&self, now: Mono) -> Option<Duration> {
        self.promotes_at()
            .filter(|at| now < *at || !self.is_witnessed())
            .map(|at| at.since(now))
    }

    /// While the countdown runs, reconnection is tried at least every heartbeat.
    pub(crate) fn attempt_pause(&self) -> Duration {
        let urgent = self.mode() == Mode::Primary && self.lead.asking.is_some()
            || self.mode().offset().is_some() && self.armed() == Armed::Armed
            || self.contact.failures < 20;
        if urgent {
            HEARTBEAT
        } else {
            let doubled = HEARTBEAT * (1 << (self.contact.failures - 20).min(3));
            doubled.min(crate::time::BACKOFF_MAX)
        }
    }
}
