//! A secondary: coming into step with its primary, and staying there.

use domain::history::EpochStart;

use crate::action::{Action, HangupReason, Token};
use crate::breach::Breach;
use crate::doubt::Doubt;
use crate::durable::SyncedWith;
use crate::event::{ApplyFault, LinkId, Own};
use crate::message::{Head, Hello, Message, SnapshotAt, Stream, TailRefusal};
use crate::reason::Reason;
use crate::relate::{History, Relation, relate};
use crate::state::State;
use crate::time::{Mono, STALL};
use crate::view::{Progress, Record};

/// What a secondary keeps in memory.
#[derive(Debug, Clone)]
pub(crate) struct Follow {
    pub(crate) phase: Phase,
    /// What keeps it from following.
    pub(crate) trouble: Option<Reason>,
    /// What the next sync does, beyond applying entries.
    pub(crate) heal: Option<Heal>,
    /// Entries after this seq are put aside before a snapshot or a resync replaces them.
    pub(crate) orphans_after: Option<u64>,
    /// What there is of a snapshot that has not got in.
    pub(crate) partial: Option<SnapshotAt>,
    /// What comparisons found wrong with the primary's rows.
    pub(crate) doubt: Doubt,
    /// The primary was asked to go on after this part, and has not begun yet.
    pub(crate) resuming: Option<SnapshotAt>,
    /// When anything was last applied or received.
    pub(crate) moved: Mono,
    /// When both were last known to be equal.
    pub(crate) equal_at: Option<Mono>,
    /// When a promotion last failed.
    pub(crate) promotion_fails: Option<Mono>,
    /// The primary's epochs, from its Accept.
    pub(crate) epochs: Vec<EpochStart>,
}

/// How data that is not the primary's is made so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heal {
    /// By what differs.
    Compare,
    /// By a whole snapshot.
    Whole,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// No link, or not accepted yet.
    Idle,
    Rewinding {
        token: Token,
    },
    /// Entries of the link's stream are applied.
    Applying,
    /// A snapshot is on its way.
    Copying {
        progress: Progress,
    },
    /// The data is compared with the primary's, and what differs is on its way.
    Comparing {
        progress: Progress,
    },
    Verifying {
        token: Token,
    },
    /// Nothing is applied until something is decided.
    Stuck,
}

impl Follow {
    pub(crate) fn new(now: Mono) -> Self {
        Self {
            phase: Phase::Idle,
            trouble: None,
            heal: None,
            orphans_after: None,
            partial: None,
            doubt: Doubt::default(),
            resuming: None,
            moved: now,
            equal_at: None,
            promotion_fails: None,
            epochs: Vec::new(),
        }
    }

    /// The link is gone, or is to be used anew: nothing is under way.
    pub(crate) fn pause(&mut self) {
        self.phase = Phase::Idle;
    }

    pub(crate) fn progress(&self) -> Option<Progress> {
        match self.phase {
            Phase::Copying { progress } | Phase::Comparing { progress } => Some(progress),
            _ => None,
        }
    }
}

/// Troubles that a new link does not heal: the operator chooses Resync now.
pub(crate) const fn lasts(trouble: Reason) -> bool {
    matches!(
        trouble,
        Reason::SumsDiffer
            | Reason::ApplyFailed
            | Reason::ChainDiffers
            | Reason::SnapshotFailed
            | Reason::SnapshotExcessive
            | Reason::DataDamaged
    )
}

impl State {
    pub(crate) fn settle_follow(&mut self) {
        if !self.mode().is_secondary() {
            return;
        }
        if self.equal_as_secondary() {
            self.follow.equal_at = Some(self.now.mono);
            self.contact.breaches.forget();
            self.note_synced();
        }
        let moves = matches!(
            self.follow.phase,
            Phase::Applying | Phase::Copying { .. } | Phase::Comparing { .. }
        );
        let stalled =
            moves && !self.equal_as_secondary() && self.now.mono.since(self.follow.moved) > STALL;
        if stalled {
            self.follow.moved = self.now.mono;
            self.drop_link(HangupReason::Silent);
        }
        if self.follow.trouble == Some(Reason::NoSpace)
            && self.now.mono.since(self.follow.moved) > STALL / 3
        {
            self.follow.trouble = None;
            self.drop_link(HangupReason::Changed);
        }
        self.settle_doubt();
        self.settle_promotion();
    }

    /// The first sync is done: both ends remember it.
    pub(crate) fn note_synced(&mut self) {
        if let Some(peer) = &self.peer {
            self.wanted.synced_with = Some(SyncedWith {
                station: peer.station(),
                lineage: self.own.head.position.lineage,
            });
        }
    }

    /// Whether this secondary durably holds the primary's head with an equal sum, as verified on the present link.
    pub(crate) fn equal_as_secondary(&self) -> bool {
        let own = self.own.head;
        self.follow.phase == Phase::Applying
            && self.link.as_ref().is_some_and(|link| link.greeted)
            && self
                .peer
                .as_ref()
                .is_some_and(|peer| peer.head.position == own.position && peer.head.sum == own.sum)
    }

    pub(crate) fn accepted(&mut self, hello: Hello, stream: Stream) {
        self.learn(hello);
        let verdict = self.peer.as_ref().and_then(|peer| peer.verdict);
        let now = self.now.mono;
        let Some(link) = self.link.as_mut() else {
            return;
        };
        if verdict.is_some() {
            self.drop_link(HangupReason::Incompatible);
            return;
        }
        link.greeted = true;
        link.stream = Some(stream);
        link.run = Some(stream.run);
        link.echo_rose = now;
        if let Some(peer) = self.peer.as_mut() {
            peer.head = peer.hello.head;
        }
        self.begin_sync();
    }

    /// Decides how this secondary comes into step, from both histories.
    pub(crate) fn begin_sync(&mut self) {
        let Some(peer) = self.peer.clone() else {
            return;
        };
        self.follow.epochs.clone_from(&peer.hello.epochs);
        self.follow.moved = self.now.mono;
        self.follow.trouble = self.follow.trouble.filter(|trouble| lasts(*trouble));
        if self.follow.trouble == Some(Reason::SnapshotExcessive) {
            self.follow.phase = Phase::Stuck;
            return;
        }
        let theirs = peer.hello.head.position;
        let related = relate(
            History {
                position: &self.own.head.position,
                epochs: &self.own.epochs,
            },
            History {
                position: &theirs,
                epochs: &peer.hello.epochs,
            },
        );
        if related == Relation::OtherLineage {
            let came_from_there = self.came_from(&peer.hello);
            if came_from_there && self.follow.heal != Some(Heal::Whole) {
                self.compare();
            } else if came_from_there || self.own.empty || self.wanted.replace_confirmed {
                self.copy_whole();
            } else {
                self.stuck(Reason::ReplaceNotConfirmed);
            }
            return;
        }
        // Rule 5: a lower epoch is never followed. What was seen higher counts, too.
        if theirs.epoch.number < self.epoch_seen() {
            self.stuck(Reason::DecisionOwed);
            return;
        }
        if let Some(heal) = self.follow.heal {
            match heal {
                Heal::Compare => self.compare(),
                Heal::Whole => self.copy_whole(),
            }
            return;
        }
        if self.follow.trouble.is_some() {
            self.follow.phase = Phase::Stuck;
            return;
        }
        match related {
            Relation::Equal | Relation::Behind { .. } => self.resume(),
            Relation::Ahead { .. } => self.stuck(Reason::SecondaryAhead),
            Relation::ChainDiffers => self.stuck(Reason::ChainDiffers),
            Relation::Diverged {
                shared_seq,
                shared_epoch,
            } => self.rewind(shared_seq, shared_epoch),
            Relation::NothingShared => {
                self.follow.orphans_after = Some(0);
                self.copy_whole();
            }
            Relation::Forked { .. } | Relation::OtherLineage => self.stuck(Reason::DecisionOwed),
        }
    }

    /// All of this station's data came from the primary before that left its lineage.
    fn came_from(&self, theirs: &Hello) -> bool {
        let own = self.own.head.position;
        theirs.left.is_some_and(|left| left == own)
    }

    fn resume(&mut self) {
        let position = self.own.head.position;
        let epochs = self.follow.epochs.clone();
        let Some((link, stream)) = self.stream() else {
            return;
        };
        self.follow.partial = None;
        self.out.push(Action::StartApplying {
            link,
            stream,
            epochs,
        });
        let message = Message::Resume {
            after_seq: position.seq,
            chain: position.chain,
        };
        self.out.push(Action::Send { link, message });
        self.follow.phase = Phase::Applying;
        self.check_equal();
    }

    /// The link, and the mark of what comes on it.
    pub(crate) fn stream(&self) -> Option<(LinkId, Stream)> {
        let link = self.link.as_ref()?;
        Some((link.id, link.stream?))
    }

    fn rewind(&mut self, to_seq: u64, last_epoch: u64) {
        self.follow.orphans_after = Some(to_seq);
        let token = self.token();
        self.out.push(Action::Rewind {
            token,
            to_seq,
            last_epoch,
        });
        self.follow.phase = Phase::Rewinding { token };
    }

    pub(crate) fn rewound(&mut self, token: Token, own: Own, orphans: u64) {
        let to_seq = own.head.position.seq;
        self.own = own;
        self.log(Record::Rewound { to_seq, orphans });
        if self.follow.phase == (Phase::Rewinding { token }) {
            self.follow.orphans_after = None;
            self.resume();
        }
    }

    pub(crate) fn rewind_failed(&mut self, token: Token) {
        if self.follow.phase == (Phase::Rewinding { token }) {
            self.compare();
        }
    }

    pub(crate) fn stuck(&mut self, reason: Reason) {
        self.follow.trouble = Some(reason);
        self.follow.phase = Phase::Stuck;
        self.out.push(Action::StopApplying);
        if self.follow.partial.take().is_some() {
            self.out.push(Action::DiscardSnapshot);
        }
    }

    pub(crate) fn is_current(&self, stream: Stream) -> bool {
        self.link
            .as_ref()
            .is_some_and(|link| link.stream == Some(stream))
    }

    pub(crate) fn applied(&mut self, stream: Stream, head: Head) {
        if !self.mode().is_secondary() {
            return;
        }
        // What got in of a stream that was given up counts while nothing else is under way. Later it would be out of date,
        // and a new stream begins with where the store is.
        if !self.is_current(stream) && self.follow.phase != Phase::Idle {
            return;
        }
        self.head_moved(head);
        self.adopt_epochs(head);
        if !self.is_current(stream) {
            return;
        }
        self.follow.moved = self.now.mono;
        if let Some(peer) = self.peer.as_mut()
            && head.position.seq > peer.head.position.seq
        {
            peer.head = head;
        }
        if let Some(link) = self.link_id() {
            self.out.push(Action::Send {
                link,
                message: Message::Ack { head },
            });
        }
        self.check_equal();
    }

    /// The store recorded the primary's epoch starts up to the head's.
    fn adopt_epochs(&mut self, head: Head) {
        if self
            .own
            .epochs
            .last()
            .is_some_and(|last| last.epoch == head.position.epoch)
        {
            return;
        }
        let known = self.own.epochs.last().map_or(0, |last| last.epoch.number);
        let new = self.follow.epochs.iter().filter(|start| {
            start.epoch.number > known && start.epoch.number <= head.position.epoch.number
        });
        self.own.epochs.extend(new.copied());
        self.note_epoch_seen(head.position.epoch.number);
    }

    /// At one position the data must be one: anything else is found here.
    pub(crate) fn check_equal(&mut self) {
        let Some(peer) = self.peer.as_ref() else {
            return;
        };
        let (own, theirs) = (self.own.head, peer.head);
        if self.follow.phase != Phase::Applying || own.position.seq != theirs.position.seq {
            return;
        }
        if own.position.epoch == theirs.position.epoch
            && own.position.chain != theirs.position.chain
        {
            self.stuck(Reason::ChainDiffers);
        } else if own.position == theirs.position && own.sum != theirs.sum {
            self.stuck(Reason::SumsDiffer);
        }
    }

    pub(crate) fn apply_failed(&mut self, stream: Stream, why: ApplyFault) {
        if !self.is_current(stream) {
            return;
        }
        self.follow.moved = self.now.mono;
        match why {
            ApplyFault::SumDiffers => self.stuck(Reason::SumsDiffer),
            ApplyFault::ChainDiffers => self.stuck(Reason::ChainDiffers),
            ApplyFault::Refused | ApplyFault::Broken => self.stuck(Reason::ApplyFailed),
            ApplyFault::NoSpace => self.stuck(Reason::NoSpace),
            ApplyFault::Damaged => self.drop_link(HangupReason::Broke(Breach::Entry)),
            ApplyFault::OtherEpoch => self.drop_link(HangupReason::Fenced),
            ApplyFault::OldEpoch => self.drop_link(HangupReason::Broke(Breach::OldEpoch)),
            ApplyFault::Endless => self.drop_link(HangupReason::Broke(Breach::Endless)),
        }
    }

    pub(crate) fn resume_refused(&mut self, why: TailRefusal) {
        match why {
            TailRefusal::JournalCut | TailRefusal::Broken => {
                self.out.push(Action::StopApplying);
                self.compare();
            }
            TailRefusal::ChainDiffers => self.stuck(Reason::ChainDiffers),
            TailRefusal::NoSuchSeq => self.stuck(Reason::SecondaryAhead),
        }
    }
}
