//! Status, reason and view: what the state amounts to, and what of it changed.

use crate::action::{Action, Edits, EditsRefused};
use crate::change::Goal;
use crate::check::Checked;
use crate::config::Mode;
use crate::event::ContactFailure;
use crate::follow::{self, Phase};
use crate::message::{Head, Standing, Writer};
use crate::peer::Peer;
use crate::reason::Reason;
use crate::relate::{History, Relation, relate};
use crate::resync::Served;
use crate::state::State;
use crate::time::{FIRST_ANSWER, HEARTBEAT, Mono, Now, SILENCE, SYNCING_IS_NEWS, WRITER_HANGS};
use crate::view::{Armed, Difference, Lag, Notice, PeerView, Progress, Record, Status, View};
use crate::witness::{WitnessFailure, WitnessState};

/// What was last shown, to tell what changed.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    status: Option<(Status, Reason)>,
    since_ms: i64,
    since: Mono,
    logged: Option<(Status, Reason)>,
    edits: Option<Edits>,
    edits_at: Mono,
    rest: Option<Rest>,
}

/// Everything else of the view but time.
#[derive(Debug, Clone, PartialEq)]
struct Rest {
    armed: Armed,
    own: Head,
    peer: Option<(Head, Mode, Standing, Writer)>,
    checked: (Option<Checked>, Option<Checked>),
    progress: Option<Progress>,
    counts: bool,
    witness: Option<(WitnessState, Option<WitnessFailure>, bool)>,
}

impl Shown {
    pub(crate) fn new(now: Now) -> Self {
        Self {
            status: None,
            since_ms: now.wall_ms,
            since: now.mono,
            logged: None,
            edits: None,
            edits_at: now.mono,
            rest: None,
        }
    }
}

/// What keeps a secondary from following, in the light of what is wrong with its primary's own data: no Resync now heals it
/// while those are damaged.
fn both_ways(trouble: Option<Reason>, primary_damage: Option<Reason>) -> Option<Reason> {
    trouble.map(|trouble| match primary_damage {
        Some(_) if follow::lasts(trouble) => Reason::NoWholeCopy,
        _ => trouble,
    })
}

impl State {
    /// The status and its reason: the first that holds, from the top of DESIGN.md 5.2's table. One deviation: what only
    /// a decision or Resync now can heal is Not synced even before the first sync is finished, since waiting would not
    /// help.
    pub(crate) fn status(&self) -> (Status, Reason) {
        let reason = self.reason();
        (reason.status(), reason)
    }

    fn reason(&self) -> Reason {
        let now = self.now.mono;
        if self.mode() == Mode::None {
            return Reason::NoRedundancy;
        }
        let in_touch = self.contact.in_touch(now);
        self.incompatible(in_touch)
            .or_else(|| {
                if in_touch {
                    None
                } else {
                    Some(self.silent(now))
                }
            })
            .or_else(|| self.not_synced())
            .unwrap_or_else(|| self.in_step_or_on_its_way())
    }

    fn incompatible(&self, in_touch: bool) -> Option<Reason> {
        if self.mode() == Mode::Primary {
            match self.standing() {
                Standing::Forked => return Some(Reason::Forked),
                Standing::Superseded => return Some(Reason::Superseded),
                _ => {}
            }
        }
        if in_touch {
            let cloned = self
                .contact
                .clones
                .cloned(self.now.mono)
                .then_some(Reason::Cloned);
            return self.peer.as_ref().and_then(|peer| peer.verdict).or(cloned);
        }
        match self.contact.failure {
            Some(ContactFailure::OwnUrl) => Some(Reason::OwnUrl),
            Some(ContactFailure::NotPaired) => Some(Reason::PeerNamesOther),
            _ => None,
        }
    }

    fn silent(&self, now: Mono) -> Reason {
        if self.contact.failure == Some(ContactFailure::ConfirmCode) {
            return Reason::ConfirmCode;
        }
        let leads = self.mode() == Mode::Primary;
        if leads && self.standing() == Standing::Waiting {
            return Reason::Waiting;
        }
        if self.contact.heard.is_none() && now.since(self.contact.baseline) < FIRST_ANSWER {
            return if leads && self.lead.asking.is_some() {
                Reason::AskingPeer
            } else {
                Reason::FirstContact
            };
        }
        if leads && self.standing() == Standing::HandingOver {
            return Reason::HandoverOpen;
        }
        if let Some(reason) = self.witness_reason() {
            return reason;
        }
        if self.follow.promotion_fails.is_some() {
            return Reason::PromotionFails;
        }
        let failure = self.contact.failure.map(Reason::from);
        failure
            .filter(|reason| reason.status() == Status::Unavailable)
            .unwrap_or(Reason::NoAnswer)
    }

    /// Sums differ as a matter of course where the primary's data is damaged: then that is to be cured first.
    fn not_synced(&self) -> Option<Reason> {
        let reason = self.out_of_step();
        let peer_says = self.peer.as_ref().and_then(|peer| peer.trouble);
        let primary_damaged = if self.mode().is_secondary() {
            peer_says == Some(Reason::PrimaryDamaged) || self.primary_damage().is_some()
        } else {
            self.damage().is_some()
        };
        match reason {
            Some(Reason::SumsDiffer) if primary_damaged => Some(Reason::PrimaryDamaged),
            reason => reason,
        }
    }

    fn out_of_step(&self) -> Option<Reason> {
        let peer = self.peer.as_ref()?;
        if self.witness_differs() {
            return Some(Reason::DifferentWitness);
        }
        let hangs = |writer: Writer| matches!(writer, Writer::Hangs { for_ms } if u128::from(for_ms) > WRITER_HANGS.as_millis());
        if self.mode().is_secondary() {
            let damage = peer.trouble.filter(|it| *it == Reason::PrimaryDamaged);
            return both_ways(self.own_trouble(), damage)
                .or_else(|| hangs(peer.writer).then_some(Reason::PrimaryWriterHangs))
                .or(damage)
                .or_else(|| self.primary_damage())
                .or_else(|| self.contact.breaches.reason());
        }
        let (own, theirs) = (self.own.head, peer.head);
        let one_lineage = own.position.lineage == theirs.position.lineage;
        if one_lineage
            && peer.hello.mode.is_secondary()
            && theirs.position.epoch.number > own.position.epoch.number
        {
            return Some(Reason::DecisionOwed);
        }
        if hangs(self.writer) {
            return Some(Reason::PrimaryWriterHangs);
        }
        let linked = self.link.as_ref().is_some_and(|link| link.greeted);
        if linked && own.position == theirs.position && own.sum != theirs.sum {
            return Some(Reason::SumsDiffer);
        }
        // Last, since what keeps the secondary from following keeps it from taking the lead, too.
        both_ways(peer.trouble.filter(|_| linked), self.damage())
            .or_else(|| self.damage())
            .or_else(|| self.contact.breaches.reason())
    }

    /// What keeps this secondary from following, by itself.
    pub(crate) fn own_trouble(&self) -> Option<Reason> {
        let hangs = matches!(self.writer, Writer::Hangs { for_ms } if u128::from(for_ms) > WRITER_HANGS.as_millis());
        let writer = match self.writer {
            Writer::NoSpace => Some(Reason::NoSpace),
            Writer::Hangs { .. } if hangs => Some(Reason::SecondaryWriterHangs),
            Writer::Hangs { .. } | Writer::Ok => None,
        };
        self.follow.trouble.or(self.damage()).or(writer)
    }

    fn in_step_or_on_its_way(&self) -> Reason {
        let linked = self.link.as_ref().is_some_and(|link| link.greeted);
        let lineage = self.own.head.position.lineage;
        let completed = self
            .peer
            .as_ref()
            .zip(self.wanted.synced_with)
            .is_some_and(|(peer, with)| with.station == peer.station() && with.lineage == lineage);
        if !completed {
            return if linked {
                Reason::FirstSync
            } else {
                Reason::FirstContact
            };
        }
        let peer_hands_over = self
            .peer
            .as_ref()
            .is_some_and(|peer| peer.hello.standing == Standing::HandingOver);
        if self.mode() == Mode::Primary && self.standing() == Standing::HandingOver
            || peer_hands_over
            || matches!(
                self.change,
                Some(crate::change::Change {
                    goal: Goal::HandOver { .. } | Goal::Promote { .. },
                    ..
                })
            )
        {
            return Reason::Switching;
        }
        if !linked {
            return Reason::Reconnecting;
        }
        if self.mode() == Mode::Primary {
            let served = self.lead.serving.map(|serving| serving.what);
            return match served {
                // Whether they are equal is what is being looked at.
                Some(Served::Snapshot) => Reason::Copying,
                Some(Served::Comparison) => Reason::Comparing,
                None if self.equal_as_primary() => Reason::Equal,
                None => Reason::Behind,
            };
        }
        match self.follow.phase {
            Phase::Rewinding { .. } => Reason::Rewinding,
            Phase::Copying { .. } => Reason::Copying,
            Phase::Comparing { .. } => Reason::Comparing,
            Phase::Verifying { .. } => Reason::Verifying,
            Phase::Applying if self.equal_as_secondary() => Reason::Equal,
            Phase::Applying | Phase::Idle | Phase::Stuck => Reason::Behind,
        }
    }

    /// Whether operators may edit here. The one place that decides it; `right` says on what ground.
    #[must_use]
    pub fn edits(&self, now: Now) -> Edits {
        let epoch = self.own.head.position.epoch;
        let refused = |why| Edits::Refused { why };
        let mode = self.mode();
        if mode.is_secondary() {
            return refused(EditsRefused::Secondary);
        }
        let busy = self
            .change
            .as_ref()
            .filter(|change| !change.goal.keeps_edits(mode));
        if let Some(change) = busy {
            let hands_over = matches!(change.goal, Goal::HandOver { .. } | Goal::TakeBack);
            return refused(if hands_over {
                EditsRefused::HandingOver
            } else {
                EditsRefused::Changing
            });
        }
        if self.is_stopping() || self.lead.needs_lineage.is_some() {
            return refused(EditsRefused::Changing);
        }
        if mode == Mode::Primary {
            match self.standing() {
                Standing::Superseded => return refused(EditsRefused::Superseded),
                Standing::Forked => return refused(EditsRefused::Forked),
                Standing::HandingOver => return refused(EditsRefused::HandingOver),
                Standing::Waiting => return refused(EditsRefused::Waiting),
                Standing::Starting => return refused(EditsRefused::Starting),
                Standing::Editing | Standing::Following => {}
            }
        }
        let warrant = match self.warrant(now.mono) {
            Ok(warrant) => warrant,
            Err(why) => return refused(why),
        };
        // An epoch is owed, the record that this process may end without order is not on disk yet, or a word was taken back
        // in memory only.
        let owes = self.lead.needs_epoch.is_some()
            || self.durable.clean
            || self.durable.handing_over.is_some();
        if mode == Mode::Primary && owes {
            return refused(EditsRefused::Changing);
        }
        warrant.allows(epoch, now.mono)
    }

    /// Says what the edit gate is, where it changed or is to be renewed.
    pub(crate) fn show_edits(&mut self) {
        let edits = self.edits(self.now);
        let same = match (self.shown.edits, edits) {
            (
                Some(Edits::Allowed { epoch: a, until: u }),
                Edits::Allowed { epoch: b, until: v },
            ) => a == b && u.is_some() == v.is_some(),
            (before, edits) => before == Some(edits),
        };
        let lapses = matches!(edits, Edits::Allowed { until: Some(_), .. });
        if !same || lapses && self.now.mono.since(self.shown.edits_at) >= HEARTBEAT / 2 {
            self.shown.edits = Some(edits);
            self.shown.edits_at = self.now.mono;
            self.out.push(Action::Edits(edits));
        }
    }

    /// Logs and reports what changed in this step.
    pub(crate) fn show(&mut self) {
        self.show_edits();
        let (status, reason) = self.status();
        let before = self.shown.status;
        if self.mode().is_secondary() {
            self.wanted.in_step = match status {
                Status::Synced => true,
                // The primary's own data are damaged: this secondary's are not, and it may be needed soon.
                Status::NotSynced if reason == Reason::PrimaryDamaged => self.wanted.in_step,
                Status::Incompatible | Status::NotSynced => false,
                _ => self.wanted.in_step,
            };
            self.flush();
        }
        let rest = Rest {
            armed: self.armed(),
            own: self.own.head,
            peer: self
                .peer
                .as_ref()
                .map(|p| (p.head, p.hello.mode, p.hello.standing, p.writer)),
            checked: (
                self.wanted.checked,
                self.peer.as_ref().and_then(|p| p.checked),
            ),
            progress: self.progress(),
            counts: self.promotes_at().is_some(),
            witness: self
                .witness_view(self.now.mono)
                .map(|witness| (witness.state, witness.failure, witness.overridden)),
        };
        let mut changed = self.shown.rest.replace(rest.clone()) != Some(rest);
        if before != Some((status, reason)) {
            changed = true;
            self.shown.status = Some((status, reason));
            self.shown.since_ms = self.now.wall_ms;
            self.shown.since = self.now.mono;
            self.notify(before.map(|(status, _)| status), status);
        }
        self.log_status(status, reason);
        if changed {
            self.out.push(Action::Changed);
        }
    }

    /// Logs a status that is not yet on record. Every edit makes a pair in step Syncing for a moment; that is news only
    /// when it lasts.
    fn log_status(&mut self, status: Status, reason: Reason) {
        let was_synced = matches!(self.shown.logged, Some((Status::Synced, _)));
        let lasts = self.now.mono.since(self.shown.since) >= SYNCING_IS_NEWS;
        if self.shown.logged == Some((status, reason))
            || (was_synced && status == Status::Syncing && !lasts)
        {
            return;
        }
        self.shown.logged = Some((status, reason));
        self.log(Record::Status { status, reason });
    }

    fn notify(&mut self, before: Option<Status>, status: Status) {
        let notice = match (before, status) {
            (Some(before), status) if before == status => return,
            (_, Status::Unavailable) => Notice::Unavailable,
            (_, Status::NotSynced) => Notice::NotSynced,
            (
                Some(Status::Unavailable | Status::NotSynced | Status::Incompatible),
                Status::Synced,
            ) => Notice::Synced,
            _ => return,
        };
        self.out.push(Action::Notify(notice));
    }

    /// When the next [`crate::Event::Tick`] is due at the latest.
    #[must_use]
    pub fn next_deadline(&self, now: Now) -> Mono {
        let at = now.mono;
        let link = self.link.as_ref();
        let beat = link
            .filter(|l| l.greeted)
            .and_then(|l| l.beat_at)
            .map(|sent| sent + HEARTBEAT);
        let attempt =
            (link.is_none() && self.mode() != Mode::None).then_some(self.contact.next_attempt);
        let silence = self.contact.heard.map(|heard| heard + SILENCE);
        let first = Some(self.contact.baseline + FIRST_ANSWER);
        [
            beat,
            attempt,
            silence,
            first,
            self.promotes_at(),
            self.lead.asking_ends(),
            self.right_deadline(),
            self.switch.deadline(),
        ]
        .into_iter()
        .flatten()
        .filter(|due| *due > at)
        .fold(at + HEARTBEAT / 2, Mono::min)
    }

    /// Everything about the pair that is shown.
    #[must_use]
    pub fn view(&self, now: Now) -> View {
        let (status, reason) = self.status();
        let own = self.own.head;
        let leads = self.mode() == Mode::Primary;
        let paired = self.mode() != Mode::None;
        let peer = self.peer.as_ref().filter(|_| paired);
        View {
            mode: self.mode(),
            status,
            reason,
            since_ms: self.shown.since_ms,
            armed: self.armed(),
            countdown: self.countdown(now.mono),
            editable: matches!(self.edits(now), Edits::Allowed { .. }),
            lag: self.lag(now.mono),
            own,
            peer_durable: peer
                .filter(|p| leads && p.hello.mode.is_secondary())
                .map(|p| p.head.position)
                .filter(|p| p.lineage == own.position.lineage),
            peer: peer.map(|p| PeerView {
                station: p.station(),
                name: p.hello.name.clone(),
                version: p.hello.version.clone(),
                mode: p.hello.mode,
                standing: p.hello.standing,
                head: p.head,
                writer: p.writer,
                clock_difference_ms: p.clock_difference_ms,
                checked: p.checked,
                last_contact: self.contact.heard.map(|heard| now.mono.since(heard)),
            }),
            progress: self.progress(),
            checked: self.wanted.checked,
            retained: self.lead.retained.filter(|_| leads),
            difference: self.difference(reason),
            witness: self.witness_view(now.mono),
        }
    }

    fn progress(&self) -> Option<Progress> {
        let served = self.lead.serving.map(|serving| serving.progress);
        self.follow.progress().or(served)
    }

    fn lag(&self, now: Mono) -> Lag {
        let Some(peer) = self.peer.as_ref().filter(|_| self.mode() != Mode::None) else {
            return Lag::default();
        };
        if self.status().0 == Status::Synced
            || self.own.head.position.lineage != peer.head.position.lineage
        {
            return Lag::default();
        }
        let (ahead, behind) = if self.mode().is_secondary() {
            (peer.head, self.own.head)
        } else {
            (self.own.head, peer.head)
        };
        let bytes = match (ahead.journal_bytes, behind.journal_bytes) {
            (0, _) | (_, 0) => 0,
            (ahead, behind) => ahead.saturating_sub(behind),
        };
        Lag {
            entries: ahead.position.seq.saturating_sub(behind.position.seq),
            bytes,
            time: self
                .follow
                .equal_at
                .map(|at| now.since(at))
                .unwrap_or_default(),
        }
    }

    /// The last entry that is shared with a peer whose history is in the way of this one.
    fn shared_with(&self, peer: &Peer, reason: Reason) -> Option<u64> {
        let to_choose = matches!(
            reason,
            Reason::TwoPrimaries
                | Reason::PeerSuperseded
                | Reason::BothPrimary
                | Reason::BothSecondary
                | Reason::DecisionOwed
                | Reason::SecondaryAhead
        );
        if !to_choose {
            return None;
        }
        let mine = History {
            position: &self.own.head.position,
            epochs: &self.own.epochs,
        };
        let theirs = History {
            position: &peer.hello.head.position,
            epochs: &peer.hello.epochs,
        };
        match relate(mine, theirs) {
            Relation::Behind { shared_seq }
            | Relation::Ahead { shared_seq }
            | Relation::Diverged { shared_seq, .. }
            | Relation::Forked { shared_seq } => Some(shared_seq),
            Relation::Equal
            | Relation::ChainDiffers
            | Relation::NothingShared
            | Relation::OtherLineage => None,
        }
    }

    /// Known wherever an operator has to choose between two histories that share something.
    fn difference(&self, reason: Reason) -> Option<Difference> {
        let peer = self.peer.as_ref()?;
        let there = peer.head.position.seq;
        let shared_seq = self
            .wanted
            .superseded
            .map(|s| s.shared_seq)
            .or(self.wanted.forked.map(|f| f.shared_seq))
            .or_else(|| self.shared_with(peer, reason))?;
        let here = self.own.head.position.seq;
        Some(Difference {
            shared_seq,
            only_here: here.saturating_sub(shared_seq),
            only_there: there.saturating_sub(shared_seq),
        })
    }
}
