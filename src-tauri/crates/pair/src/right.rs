//! The right to edit, with a witness: a lease, or the secondary's promise. No two primaries at once.
//!
//! - A **lease** ends [`LEASE`], less a margin, after the *sending* of the request that got or renewed it, on this station's clock. The
//!   witness counts from its receipt, so it never lets another station in while this one still counts.
//! - A **promise** is a secondary's durable word, bound to the link's stream (epoch, process, number), not to become primary
//!   by the lease. The primary relies on it until [`RELIANCE`] after the *sending* of the last heartbeat that the secondary
//!   acknowledged; the secondary keeps it until [`RELIANCE`] and a margin after the *receipt* of any. A secondary that
//!   starts with a promise on record keeps it for as long again.
//! - Clocks count suspend and may differ in rate by what [`margin`] allows.
//!
//! A [`Warrant`] is made here alone, and [`Edits::Allowed`] is made from a warrant alone.

use std::collections::VecDeque;

use domain::history::Epoch;
use domain::ids::LineageId;

use crate::action::{Action, Edits, EditsRefused, RefusalCode, Token};
use crate::change::Goal;
use crate::config::Mode;
use crate::event::ReplyToken;
use crate::message::{Standing, Stream};
use crate::reason::Reason;
use crate::state::{State, Stop, refusal};
use crate::time::{
    CLAIM_PATIENCE, FIRST_ANSWER, HEARTBEAT, LEASE, LEASE_RENEW, LOOK_EVERY, Mono, RELIANCE,
    WAKE_GAP, WITNESS_ANSWER, margin,
};
use crate::view::{Opening, Record, Status};
use crate::witness::{Answer, Ask, WitnessFailure, WitnessRef, WitnessState, WitnessView};

/// The ground on which operators may edit here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Warrant(Ground);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ground {
    /// No pair.
    Alone,
    /// A pair without a witness.
    Unwitnessed,
    /// A lease or a promise.
    Until(Mono),
    /// The operator's word, labelled.
    Overridden,
}

impl Warrant {
    /// The permission for the writer. It lapses with its ground, and sooner where it is not renewed.
    pub(crate) fn allows(self, epoch: Epoch, now: Mono) -> Edits {
        let renewed = now + WAKE_GAP;
        let until = match self.0 {
            Ground::Alone => None,
            Ground::Unwitnessed | Ground::Overridden => Some(renewed),
            Ground::Until(end) => Some(renewed.min(end)),
        };
        Edits::Allowed { epoch, until }
    }
}

/// What a station keeps in memory of its witness.
#[derive(Debug, Clone)]
pub(crate) struct Right {
    asked: Option<Asked>,
    next_at: Mono,
    /// Whether the lease was wanted when that was last settled.
    wanted: bool,
    /// A lease of this process may be at the witness.
    may_hold: bool,
    lease: Option<Lease>,
    /// On a primary: until when it relies on its secondary's promise.
    relies_until: Option<Mono>,
    /// Until when this station keeps its own promise.
    bound_until: Option<Mono>,
    heard: Option<Heard>,
    claim: Option<Claim>,
    /// The last claim came to nothing for want of the lease: shown until the peer is heard again.
    claim_failed: bool,
}

#[derive(Debug, Clone, Copy)]
struct Asked {
    token: Token,
    at: Mono,
    what: Ask,
}

#[derive(Debug, Clone, Copy)]
struct Lease {
    lineage: LineageId,
    until: Mono,
}

/// What the witness last said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heard {
    Ours,
    Elsewhere,
    Free,
    Failed(WitnessFailure),
}

/// An operator waits for the lease, and with it for the lead.
#[derive(Debug, Clone, Copy)]
struct Claim {
    reply: ReplyToken,
    since: Mono,
}

/// When this station's latest heartbeats on a link were sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct SentBeats(VecDeque<(u64, Mono)>);

impl SentBeats {
    /// As many as can be on their way within [`RELIANCE`], and more.
    const MAX: usize = 16;

    pub(crate) fn note(&mut self, number: u64, at: Mono) {
        if self.0.len() == Self::MAX {
            self.0.pop_front();
        }
        self.0.push_back((number, at));
    }

    fn sent(&self, number: u64) -> Option<Mono> {
        self.0.iter().find(|(n, _)| *n == number).map(|(_, at)| *at)
    }
}

impl Right {
    /// `promised`: a promise is on record, given to a primary that may still rely on it.
    pub(crate) fn new(now: Mono, promised: bool) -> Self {
        Self {
            asked: None,
            next_at: now,
            wanted: false,
            may_hold: false,
            lease: None,
            relies_until: None,
            bound_until: promised.then(|| now + RELIANCE + margin(RELIANCE)),
            heard: None,
            claim: None,
            claim_failed: false,
        }
    }
}

impl State {
    /// Whether a witness is set for this pair.
    pub(crate) fn is_witnessed(&self) -> bool {
        self.durable.config.witness.is_some() && self.mode() != Mode::None
    }

    /// Why this station may edit, as far as the witness is concerned.
    pub(crate) fn warrant(&self, now: Mono) -> Result<Warrant, EditsRefused> {
        if self.mode() == Mode::None {
            return Ok(Warrant(Ground::Alone));
        }
        if !self.is_witnessed() {
            return Ok(Warrant(Ground::Unwitnessed));
        }
        let relies = self
            .right
            .relies_until
            .filter(|_| self.mode() == Mode::Primary);
        let end = self.lease_end(now).max(relies);
        if let Some(end) = end.filter(|end| now < *end) {
            Ok(Warrant(Ground::Until(end)))
        } else if self.durable.overridden && self.wanted.overridden {
            Ok(Warrant(Ground::Overridden))
        } else if self.is_settling() {
            Err(EditsRefused::AskingWitness)
        } else {
            Err(EditsRefused::NoLease)
        }
    }

    /// Until when the lease is this station's to use.
    fn lease_end(&self, now: Mono) -> Option<Mono> {
        let lineage = self.own.head.position.lineage;
        self.right
            .lease
            .filter(|lease| lease.lineage == lineage && !self.is_bound(now))
            .map(|lease| lease.until)
            .filter(|end| now < *end)
    }

    /// Whether a promotion may be made on the strength of the lease.
    pub(crate) fn holds_lease(&self) -> bool {
        self.lease_end(self.now.mono).is_some()
    }

    fn is_bound(&self, now: Mono) -> bool {
        self.right.bound_until.is_some_and(|until| now < until)
    }

    /// In contact, or just started: the lease or the promise is a matter of moments.
    fn is_settling(&self) -> bool {
        self.contact.in_touch(self.now.mono)
            || self.now.mono.since(self.contact.baseline) < FIRST_ANSWER
    }

    fn wants_lease(&self) -> bool {
        if !self.is_witnessed() || self.is_bound(self.now.mono) {
            return false;
        }
        if self.mode() == Mode::Primary {
            return matches!(
                self.standing(),
                Standing::Starting | Standing::Waiting | Standing::Editing
            );
        }
        self.right.claim.is_some() || self.is_due() || self.is_promoting()
    }

    fn is_promoting(&self) -> bool {
        matches!(&self.change, Some(change) if matches!(change.goal, Goal::Promote { .. }))
    }

    /// The offset has run out, and nothing but the witness keeps this secondary from taking over.
    pub(crate) fn is_due(&self) -> bool {
        self.promotes_at().is_some_and(|at| self.now.mono >= at)
    }

    /// The process ends in order: the lease need not run out.
    pub(crate) fn release_for_good(&mut self) {
        if std::mem::take(&mut self.right.may_hold) {
            self.right.lease = None;
            self.ask_witness(Ask::Release);
        }
    }

    /// Another witness, or none: what the former one granted, or what was promised in its place, counts no more.
    pub(crate) fn witness_changed(&mut self, before: Option<&WitnessRef>) {
        let now = self.durable.config.witness.as_ref();
        let another = before.is_some_and(|before| now.is_some_and(|now| now.id != before.id));
        if another {
            // The other station may hold a lease of the former one, which this one does not know of.
            let until = self.now.mono + LEASE + margin(LEASE);
            self.right.bound_until = self.right.bound_until.max(Some(until));
        }
        self.right.lease = None;
        self.right.relies_until = None;
        self.right.asked = None;
        self.right.heard = None;
        self.hurry_witness();
    }

    /// Asks the witness what is due to be asked, and answers whoever waits for it.
    pub(crate) fn settle_right(&mut self) {
        if self.stop == Some(Stop::Done) {
            return;
        }
        self.settle_claim();
        let now = self.now.mono;
        let wants = self.wants_lease();
        if std::mem::replace(&mut self.right.wanted, wants) != wants {
            self.hurry_witness();
        }
        if !wants {
            self.right.lease = None;
            // The gate is closed before anybody else is let in.
            self.show_edits();
        }
        if !self.is_bound(now) && self.wanted.promised.is_some() && !self.mode().is_secondary() {
            self.wanted.promised = None;
        }
        let regained =
            self.holds_lease() || self.right.relies_until.is_some_and(|until| now < until);
        if self.wanted.overridden && regained && self.mode() == Mode::Primary {
            self.wanted.overridden = false;
            self.log(Record::GuaranteeBack);
        }
        // A driver that lost a request must not silence the station.
        self.right
            .asked
            .take_if(|asked| now.since(asked.at) > 2 * WITNESS_ANSWER);
        if self.right.asked.is_some() {
            return;
        }
        let lineage = self.own.head.position.lineage;
        if wants {
            let epoch = self.own.head.position.epoch.number;
            if now >= self.right.next_at {
                self.right.may_hold = true;
                self.ask_witness(Ask::Hold { lineage, epoch });
            }
        } else if self.right.may_hold {
            self.right.may_hold = false;
            self.ask_witness(Ask::Release);
        } else if self.is_witnessed() && now >= self.right.next_at {
            self.ask_witness(Ask::Look { lineage });
        }
    }

    fn ask_witness(&mut self, what: Ask) {
        let token = self.token();
        let at = self.now.mono;
        self.right.asked = Some(Asked { token, at, what });
        self.out.push(Action::Witness { token, what });
    }

    pub(crate) fn witness_answered(&mut self, token: Token, answer: Answer) {
        let Some(asked) = self.right.asked.take_if(|asked| asked.token == token) else {
            return;
        };
        let now = self.now.mono;
        self.right.heard = Some(match answer {
            Answer::Holds { .. } => Heard::Ours,
            Answer::HeldBy { .. } => Heard::Elsewhere,
            Answer::Free => Heard::Free,
            Answer::Failed(why) => Heard::Failed(why),
        });
        match (asked.what, answer) {
            (Ask::Hold { lineage, .. }, Answer::Holds { ttl }) => {
                let until = asked.at + ttl.saturating_sub(margin(ttl));
                self.right.lease = Some(Lease { lineage, until });
                self.right.next_at = asked.at + LEASE_RENEW;
            }
            (Ask::Hold { .. }, Answer::HeldBy { .. }) => {
                self.right.lease = None;
                self.right.next_at = now + HEARTBEAT;
            }
            // The operator has to do something about it: no need to ask at every heartbeat.
            (Ask::Hold { .. }, Answer::Failed(why)) if !why.passes() => {
                self.right.next_at = now + FIRST_ANSWER;
            }
            // What was held before is held until its own end.
            (Ask::Hold { .. }, _) => self.right.next_at = now + HEARTBEAT,
            (Ask::Release, _) => self.right.next_at = now + LOOK_EVERY,
            (Ask::Look { .. }, _) => self.right.next_at = now + LOOK_EVERY,
        }
    }

    /// Wants the lease from now on, if only what was last said would have it asked later.
    pub(crate) fn hurry_witness(&mut self) {
        self.right.next_at = self.now.mono;
    }

    // --- the promise ---

    /// On a secondary: the primary's heartbeat is here, and whatever it is told about it may be relied on.
    pub(crate) fn bind(&mut self, stream: Stream) {
        if !self.is_witnessed() {
            return;
        }
        let until = self.now.mono + RELIANCE + margin(RELIANCE);
        self.right.bound_until = self.right.bound_until.max(Some(until));
        if self.wanted.promised != Some(stream) {
            self.wanted.promised = Some(stream);
        }
    }

    /// Whether this secondary's heartbeats on its link may say that it promised.
    pub(crate) fn promises(&self) -> bool {
        let stream = self.link.as_ref().and_then(|link| link.stream);
        self.is_witnessed()
            && self.mode().is_secondary()
            && stream.is_some()
            && self.durable.promised == stream
            && self.wanted.promised == stream
            && !self.is_promoting()
    }

    /// On a primary: its secondary promised, as an answer to the heartbeat of this number.
    pub(crate) fn promised(&mut self, number: u64) {
        let ours = self
            .durable
            .config
            .witness
            .as_ref()
            .map(|witness| witness.id);
        let theirs = self.peer.as_ref().and_then(|peer| peer.hello.witness);
        let holds = self.is_witnessed()
            && ours == theirs
            && self.mode() == Mode::Primary
            && self.wanted.handing_over.is_none();
        let sent = self.link.as_ref().and_then(|link| link.sent.sent(number));
        if let Some(sent) = sent.filter(|_| holds) {
            self.right.relies_until = self.right.relies_until.max(Some(sent + RELIANCE));
        }
    }

    /// From here on the other station may lead: nothing that it promised before counts.
    pub(crate) fn rely_on_nothing(&mut self) {
        self.right.relies_until = None;
    }

    /// The primary stepped down durably in favor of this station: what this one promised it is done with.
    pub(crate) fn released_from_promise(&mut self) {
        self.right.bound_until = None;
    }

    // --- the operator ---

    /// Make primary on a secondary out of contact: with the lease, as soon as it is to be had.
    pub(crate) fn claim(&mut self, reply: ReplyToken) {
        self.right.claim_failed = false;
        self.right.claim = Some(Claim {
            reply,
            since: self.now.mono,
        });
        self.hurry_witness();
    }

    pub(crate) fn is_claiming(&self) -> bool {
        self.right.claim.is_some()
    }

    fn settle_claim(&mut self) {
        self.right.claim_failed &= !self.contact.in_touch(self.now.mono);
        let Some(claim) = self.right.claim else {
            return;
        };
        let back = matches!(self.status().0, Status::Synced | Status::Syncing);
        if !self.mode().is_secondary() {
            self.drop_claim("This station took the lead in another way meanwhile.");
        } else if back {
            self.drop_claim(
                "The primary is back: choose Make primary again for a switch without loss.",
            );
        } else if self.holds_lease() && self.change.is_none() {
            self.right.claim = None;
            self.promote(Opening::MakePrimary, None, Some(claim.reply));
        } else if self.now.mono.since(claim.since) >= CLAIM_PATIENCE {
            self.right.claim_failed = true;
            let why = self.no_lease_reason().unwrap_or(Reason::WitnessSilent);
            self.drop_claim(&format!("{} {}", why.cause(), why.cure()));
        }
    }

    fn drop_claim(&mut self, why: &str) {
        if let Some(claim) = self.right.claim.take() {
            self.reply(Some(claim.reply), Err(refusal(RefusalCode::Conflict, why)));
        }
    }

    // --- shown ---

    /// Why this station does not lead though it would, where it is the witness's doing; or that it leads without.
    pub(crate) fn witness_reason(&self) -> Option<Reason> {
        if !self.is_witnessed() {
            return None;
        }
        if self.mode() == Mode::Primary {
            if self.standing() != Standing::Editing {
                return None;
            }
            return match self.warrant(self.now.mono) {
                Ok(Warrant(Ground::Overridden)) => Some(Reason::Overridden),
                Ok(_) => None,
                Err(_) => self.no_lease_reason(),
            };
        }
        let would = self.right.claim.is_some() || self.right.claim_failed || self.offset_ran_out();
        if would && !self.holds_lease() {
            self.no_lease_reason()
        } else {
            None
        }
    }

    fn no_lease_reason(&self) -> Option<Reason> {
        match self.right.heard? {
            Heard::Elsewhere => Some(Reason::LeaseElsewhere),
            Heard::Failed(_) => Some(Reason::WitnessSilent),
            Heard::Ours | Heard::Free => None,
        }
    }

    /// Both stations must be set to one witness.
    pub(crate) fn witness_differs(&self) -> bool {
        let Some(peer) = self.peer.as_ref() else {
            return false;
        };
        let ours = self
            .durable
            .config
            .witness
            .as_ref()
            .map(|witness| witness.id);
        ours != peer.hello.witness
    }

    pub(crate) fn witness_view(&self, now: Mono) -> Option<WitnessView> {
        if !self.is_witnessed() {
            return None;
        }
        let left = |until: Option<Mono>| {
            until
                .filter(|until| now < *until)
                .map(|until| until.since(now))
        };
        let leased = left(self.lease_end(now));
        let promised = left(
            self.right
                .relies_until
                .filter(|_| self.mode() == Mode::Primary),
        );
        let failure = match self.right.heard {
            Some(Heard::Failed(why)) => Some(why),
            _ => None,
        };
        let state = match self.right.heard {
            _ if leased.is_some() => WitnessState::Holding,
            _ if promised.is_some() => WitnessState::Promised,
            None => WitnessState::Unknown,
            Some(Heard::Failed(_)) => WitnessState::Unreachable,
            Some(Heard::Elsewhere) => WitnessState::Elsewhere,
            Some(Heard::Ours | Heard::Free) => WitnessState::NotHolding,
        };
        Some(WitnessView {
            state,
            left: leased.or(promised),
            failure,
            overridden: self.wanted.overridden,
        })
    }

    /// When the next thing falls due.
    pub(crate) fn right_deadline(&self) -> Option<Mono> {
        if !self.is_witnessed() {
            return None;
        }
        let ask = self.right.asked.is_none().then_some(self.right.next_at);
        [
            ask,
            self.right.lease.map(|lease| lease.until),
            self.right.relies_until,
            self.right.bound_until,
        ]
        .into_iter()
        .flatten()
        .filter(|due| *due > self.now.mono)
        .min()
    }
}
