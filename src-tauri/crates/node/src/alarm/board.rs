//! Which changes of the pair raise the alarm, when one is over, and which stay silent. Pure: what was seen and a time in,
//! the board changes.
//!
//! An alarm tells that something which worked does not work any more: a pair that is being set up raises none.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::api::{Alarm, AlarmCause, Alarms, Mode, Reason, Redundancy, Status};

/// How long a pair has to be in step before trouble is over; twice as long for each time that it came back, up to 16 times.
const SETTLES: Duration = Duration::from_secs(10);
const SETTLES_DOUBLE_MAX: u32 = 4;
/// For so long after it was acknowledged, or came back unheard, a cause is not raised again.
const QUIET: Duration = Duration::from_secs(60);

/// What nobody has acknowledged, and what of the past decides about the next alarm. It is kept over restarts, but for what
/// counts on this process's clock.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Board {
    last: u64,
    open: Vec<Alarm>,
    trouble: bool,
    /// How often trouble came back before it was over.
    again: u32,
    /// The peer that this station is paired with, by URL, and whether the two were ever in step.
    paired: Option<String>,
    in_step: bool,
    /// What is the case now.
    present: Option<AlarmCause>,
    #[serde(skip)]
    settling_since: Option<Duration>,
    #[serde(skip)]
    quiet: Vec<(AlarmCause, Duration)>,
}

/// When something is: on this process's clock, and as people write it.
#[derive(Debug, Clone)]
pub(crate) struct When {
    pub(crate) mono: Duration,
    pub(crate) wall: String,
}

impl Board {
    /// The pair is seen as it is now.
    pub(crate) fn see(&mut self, pair: &Redundancy, when: &When) {
        let paired = pair.peer_url.clone().filter(|_| pair.mode != Mode::None);
        if paired != self.paired {
            self.repaired(paired);
        }
        match pair.status {
            Status::Synced => {
                self.in_step = true;
                self.settling_since.get_or_insert(when.mono);
            }
            // Every edit makes the pair Syncing for a moment.
            Status::Syncing => {}
            _ => {
                if self.trouble && self.settling_since.is_some() {
                    self.again = self.again.saturating_add(1);
                }
                self.settling_since = None;
            }
        }
        let cause = cause(pair);
        let worked = self.in_step || was_a_pair(pair.reason);
        if let Some(cause) = cause.filter(|cause| worked && self.present != Some(*cause)) {
            self.raise(cause, pair, when);
        }
        // A silent peer is Connecting for the first two seconds of a start: what was the case before still is.
        if cause.is_some() || pair.status != Status::Connecting {
            self.present = cause;
        }
    }

    /// This station took over by itself.
    pub(crate) fn took_over(&mut self, pair: &Redundancy, when: &When) {
        self.raise(AlarmCause::TookOver, pair, when);
    }

    /// The operator set another peer, or none: what was the matter with the former one is history.
    fn repaired(&mut self, paired: Option<String>) {
        self.paired = paired;
        self.in_step = false;
        self.present = None;
        self.over(|_| true);
    }

    fn raise(&mut self, cause: AlarmCause, pair: &Redundancy, when: &When) {
        self.trouble = true;
        let until = when.mono + QUIET;
        if let Some((_, quiet)) = self
            .quiet
            .iter_mut()
            .find(|(quiet, until)| *quiet == cause && *until > when.mono)
        {
            *quiet = until;
            return;
        }
        let (text, cure) = said(cause, pair);
        let known = self.open.iter().position(|alarm| alarm.cause == cause);
        let known = known.map(|at| self.open.remove(at));
        let number = match &known {
            Some(known) if !known.over => known.number,
            _ => {
                self.last += 1;
                self.last
            }
        };
        self.open.push(Alarm {
            number,
            cause,
            reason: pair.reason,
            text,
            cure,
            at: when.wall.clone(),
            again: known.map_or(0, |known| known.again.saturating_add(1)),
            over: false,
        });
        self.open.sort_by_key(|alarm| alarm.number);
    }

    /// When [`Self::settle`] is due.
    pub(crate) fn due(&self) -> Option<Duration> {
        let since = self.settling_since.filter(|_| self.trouble)?;
        Some(since + SETTLES * 2_u32.pow(self.again.min(SETTLES_DOUBLE_MAX)))
    }

    /// What is over by now: everything but a takeover, which somebody has to know of.
    pub(crate) fn settle(&mut self, now: Duration) {
        if self.due().is_some_and(|due| due <= now) {
            self.over(|cause| cause != AlarmCause::TookOver);
        }
    }

    fn over(&mut self, which: impl Fn(AlarmCause) -> bool) {
        self.trouble = false;
        self.again = 0;
        for alarm in &mut self.open {
            alarm.over |= which(alarm.cause);
        }
    }

    /// Takes off what an operator has seen, and answers it.
    pub(crate) fn acknowledge(&mut self, up_to: u64, now: Duration) -> Vec<Alarm> {
        let (seen, rest): (Vec<_>, _) = std::mem::take(&mut self.open)
            .into_iter()
            .partition(|alarm| alarm.number <= up_to);
        self.open = rest;
        self.quiet.retain(|(_, until)| *until > now);
        self.quiet
            .extend(seen.iter().map(|alarm| (alarm.cause, now + QUIET)));
        seen
    }

    /// As the contract tells it.
    pub(crate) fn shown(&self) -> Alarms {
        Alarms {
            open: self.open.clone(),
            sounds: self.open.iter().any(|alarm| !alarm.over),
            trouble: self.trouble,
        }
    }
}

/// Whether this reason alone tells that the two were in step once: they share a history.
fn was_a_pair(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::Superseded | Reason::TwoPrimaries | Reason::PeerSuperseded | Reason::Forked
    )
}

/// What of the pair's present state is worth an alarm.
fn cause(pair: &Redundancy) -> Option<AlarmCause> {
    match (pair.status, pair.reason) {
        (_, Reason::Superseded) => Some(AlarmCause::Superseded),
        (
            _,
            Reason::TwoPrimaries | Reason::PeerSuperseded | Reason::Forked | Reason::BothPrimary,
        ) => Some(AlarmCause::TwoPrimaries),
        (_, Reason::PromotionFails) => Some(AlarmCause::CannotTakeOver),
        (
            _,
            Reason::Waiting | Reason::HandoverOpen | Reason::LeaseElsewhere | Reason::WitnessSilent,
        ) => Some(AlarmCause::Waiting),
        (Status::Unavailable, _) => Some(AlarmCause::Unavailable),
        (Status::NotSynced, _) => Some(AlarmCause::NotSynced),
        (Status::Incompatible, _) => Some(AlarmCause::Incompatible),
        (Status::NoRedundancy | Status::Connecting | Status::Syncing | Status::Synced, _) => None,
    }
}

fn said(cause: AlarmCause, pair: &Redundancy) -> (String, Option<String>) {
    if cause == AlarmCause::TookOver {
        let text = "The primary was unavailable for the failover offset: this station took over and is the primary now.";
        let cure = "Find out what happened to the other station and bring it back.";
        return (text.into(), Some(cure.into()));
    }
    (pair.cause.clone(), pair.cure.clone())
}
