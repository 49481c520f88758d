//! A primary whose rows a comparison found not to be what was edited. Its own check, which every comparison has it begin, has the last
//! word: where that finds nothing wrong, what was wrong had become so on its way, and the comparison is made anew.

use crate::action::HangupReason;
use crate::check::Checked;
use crate::follow::{Heal, Phase};
use crate::reason::Reason;
use crate::state::State;
use crate::view::Record;

/// What a secondary keeps of its comparisons' quarrel with its primary's data.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Doubt {
    /// What the primary's latest check had said when the comparison that is under way began.
    asked_at: Option<Checked>,
    /// A comparison found the primary's rows damaged; what the primary's latest check had said when that one began.
    open: Option<Option<Checked>>,
    /// The primary's check has found nothing wrong after such a comparison once before.
    refuted: bool,
}

impl State {
    /// A comparison begins. The check that the primary makes for it is one that it does not know of yet.
    pub(crate) fn doubt_begins(&mut self) {
        self.follow.doubt.asked_at = self.peer.as_ref().and_then(|peer| peer.checked);
    }

    /// Nothing was taken. This secondary follows on, so that the primary can hand over to it; without a journal to follow it
    /// waits.
    pub(crate) fn primary_is_damaged(&mut self) {
        let reason = Reason::PrimaryDamaged;
        self.log(Record::NotResynced { reason });
        self.follow.doubt.open = Some(self.follow.doubt.asked_at);
        if self.follow.heal.take().is_none() {
            self.stuck(reason);
            return;
        }
        self.follow.trouble = None;
        self.drop_link(HangupReason::Changed);
    }

    /// The primary was found damaged, and has not been checked since.
    pub(crate) fn primary_damage(&self) -> Option<Reason> {
        let known = self.peer.as_ref().map(|peer| peer.checked);
        let damaged = self.follow.doubt.open.is_some() && self.follow.doubt.open == known;
        damaged.then_some(Reason::PrimaryDamaged)
    }

    /// The primary has checked its data since, and found nothing wrong: what differs is asked for again, and where that finds
    /// the same again, everything.
    pub(crate) fn settle_doubt(&mut self) {
        let checked = self.peer.as_ref().and_then(|peer| peer.checked);
        let (Some(before), Some(checked)) = (self.follow.doubt.open, checked) else {
            return;
        };
        let rests = matches!(
            self.follow.phase,
            Phase::Idle | Phase::Applying | Phase::Stuck
        );
        let switches = self.change.is_some() || self.switch.is_under_way();
        if before == Some(checked) || !rests || switches {
            return;
        }
        if !checked.ok {
            // It says so itself from now on.
            self.follow.doubt.open = Some(Some(checked));
            return;
        }
        self.follow.doubt.open = None;
        let again = if std::mem::replace(&mut self.follow.doubt.refuted, true) {
            Heal::Whole
        } else {
            Heal::Compare
        };
        self.follow.heal = Some(again);
        self.follow.trouble = self
            .follow
            .trouble
            .filter(|trouble| *trouble != Reason::PrimaryDamaged);
        self.drop_link(HangupReason::Changed);
    }
}
