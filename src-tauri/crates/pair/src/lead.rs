//! A primary: asking first (rule 0), being superseded or forked (rule 5), serving its secondary.

use crate::action::{Action, HangupReason};
use crate::change::{Goal, Stage};
use crate::compat::compat;
use crate::config::Mode;
use crate::durable::{Forked, Superseded};
use crate::event::{Away, LinkId};
use crate::message::{Message, Standing, Stream, TailRefusal};
use crate::peer::Peer;
use crate::reason::Reason;
use crate::relate::{History, Relation, relate};
use crate::resync::Serving;
use crate::state::State;
use crate::time::{FIRST_ANSWER, Mono};
use crate::view::{Notice, Opening, Record, Retained};

/// What a primary keeps in memory.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lead {
    /// It asks its peer before it edits.
    pub(crate) asking: Option<Asking>,
    /// The peer was silent and may have promoted itself.
    pub(crate) waiting: bool,
    /// An epoch is to be opened before it edits.
    pub(crate) needs_epoch: Option<Opening>,
    /// A new lineage could not be opened; when to try again.
    pub(crate) needs_lineage: Option<Mono>,
    pub(crate) retry_at: Mono,
    /// Counts the streams of this process.
    pub(crate) streams: u64,
    /// What is being sent beside entries.
    pub(crate) serving: Option<Serving>,
    /// What the journal keeps for the peer, where that is much.
    pub(crate) retained: Option<Retained>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Asking {
    since: Mono,
    away: Away,
}

impl Lead {
    pub(crate) fn ask_first(&mut self, since: Mono, away: Away) {
        if !self.waiting {
            self.asking = Some(Asking { since, away });
        }
    }

    pub(crate) fn asking_ends(&self) -> Option<Mono> {
        self.asking.map(|asking| asking.since + FIRST_ANSWER)
    }
}

impl State {
    /// How this primary stands.
    pub(crate) fn standing(&self) -> Standing {
        if self.wanted.forked.is_some() {
            Standing::Forked
        } else if self.wanted.superseded.is_some() {
            Standing::Superseded
        } else if self.wanted.handing_over.is_some() {
            Standing::HandingOver
        } else if self.lead.waiting {
            Standing::Waiting
        } else if self.lead.asking.is_some() {
            Standing::Starting
        } else {
            Standing::Editing
        }
    }

    pub(crate) fn settle_lead(&mut self) {
        if self.mode() != Mode::Primary {
            return;
        }
        self.answer_asking();
        self.open_owed_epoch();
        self.rejoin();
        self.greet();
        if self.equal_as_primary() {
            self.follow.equal_at = Some(self.now.mono);
            self.contact.breaches.forget();
            self.note_synced();
        }
    }

    /// Rule 0: a silent peer decides nothing for 2 s, and then by whether it can have promoted itself.
    fn answer_asking(&mut self) {
        let now = self.now.mono;
        let Some(asking) = self.lead.asking else {
            return;
        };
        if self.contact.in_touch(now) {
            self.lead.asking = None;
        } else if now.since(asking.since) >= FIRST_ANSWER {
            let offset = self.wanted.peer.and_then(|peer| peer.mode.offset());
            let can_have_promoted = offset.is_some_and(|offset| match asking.away {
                Away::AtMost(away) => away + now.since(asking.since) >= offset,
                Away::Unknown => true,
            });
            self.lead.asking = None;
            self.lead.waiting = can_have_promoted;
        }
    }

    fn open_owed_epoch(&mut self) {
        if self.change.is_some() || self.is_stopping() || self.now.mono < self.lead.retry_at {
            return;
        }
        if self
            .lead
            .needs_lineage
            .is_some_and(|at| self.now.mono >= at)
        {
            self.begin(Goal::NewLineage, None);
        } else if let Some(why) = self.lead.needs_epoch
            && self.standing() == Standing::Editing
            && (self.warrant(self.now.mono).is_ok() || self.contact.in_touch(self.now.mono))
        {
            self.begin(Goal::NewEpoch { why }, None);
        }
    }

    /// Rule 5: the setting that makes following again automatic, where nothing is lost by it.
    fn rejoin(&mut self) {
        let Some(superseded) = self.wanted.superseded else {
            return;
        };
        let safe =
            superseded.shared_seq == self.own.head.position.seq && self.wanted == self.durable;
        if self.wanted.config.auto_rejoin
            && safe
            && self.change.is_none()
            && self.contact.in_touch(self.now.mono)
        {
            let mode = self.mode_to_follow_in();
            self.begin(Goal::Follow { mode }, None);
        }
    }

    /// The pair's secondary mode before: the peer's, who led since.
    pub(crate) fn mode_to_follow_in(&self) -> Mode {
        let told = self.peer.as_ref().and_then(|peer| peer.hello.former_mode);
        let met = self.wanted.peer.map(|peer| peer.mode);
        [told, met, self.wanted.former_mode]
            .into_iter()
            .flatten()
            .find(|mode| mode.is_secondary())
            .unwrap_or(Mode::SecondaryCopy)
    }

    /// Answers a secondary's Hello as soon as this primary stands firm.
    fn greet(&mut self) {
        if !self.link.as_ref().is_some_and(|link| link.asks) {
            return;
        }
        let verdict = self.peer.as_ref().and_then(|peer| peer.verdict);
        let standing = self.standing();
        let owes_epoch = self.lead.needs_epoch.is_some() && standing != Standing::HandingOver;
        let firm = self.change.is_none() && !owes_epoch;
        let hello = Box::new(self.hello(self.now));
        let Some(link) = self.link.as_mut().filter(|link| link.asks) else {
            return;
        };
        let refused = verdict.or(match standing {
            Standing::Superseded | Standing::Waiting => Some(Reason::PeerSuperseded),
            Standing::Forked => Some(Reason::Forked),
            _ => None,
        });
        if let Some(reason) = refused {
            self.out.push(Action::Send {
                link: link.id,
                message: Message::Incompatible { hello, reason },
            });
            self.drop_link(HangupReason::Incompatible);
        } else if firm && matches!(standing, Standing::Editing | Standing::HandingOver) {
            link.asks = false;
            link.greeted = true;
            link.received = self.now.mono;
            link.echo_rose = self.now.mono;
            self.lead.streams += 1;
            let stream = Stream {
                epoch: self.own.head.position.epoch,
                run: self.me.run,
                number: self.lead.streams,
            };
            link.stream = Some(stream);
            self.out.push(Action::Send {
                link: link.id,
                message: Message::Accept { hello, stream },
            });
        }
    }

    pub(crate) fn stream_tail(
        &mut self,
        id: LinkId,
        after_seq: u64,
        chain: domain::history::Chain,
    ) {
        if let Some((_, stream)) = self.stream() {
            self.lead.serving = None;
            self.out.push(Action::StreamTail {
                link: id,
                stream,
                after_seq,
                chain,
            });
        }
    }

    pub(crate) fn tail_refused(&mut self, stream: Stream, why: TailRefusal) {
        if let Some(link) = self
            .link
            .as_ref()
            .filter(|link| link.stream == Some(stream))
        {
            self.out.push(Action::Send {
                link: link.id,
                message: Message::ResumeRefused { why },
            });
        }
    }

    /// Whether the secondary durably holds this primary's head, with an equal sum, and has said on this link, by a heartbeat,
    /// what keeps it from following: its Hello does not tell of damage that it found in its rows.
    pub(crate) fn equal_as_primary(&self) -> bool {
        let linked = self
            .link
            .as_ref()
            .is_some_and(|link| link.greeted && link.heard > 0);
        let own = self.own.head;
        linked
            && self
                .peer
                .as_ref()
                .is_some_and(|peer| peer.head.position == own.position && peer.head.sum == own.sum)
    }

    /// Judges the peer by what it last said and what this station is now: whether they fit, and who leads.
    pub(crate) fn judge(&mut self) {
        let mine = self.hello(self.now);
        let Some(peer) = self.peer.as_mut() else {
            return;
        };
        peer.verdict = compat(&mine, &peer.hello);
        let strange = matches!(
            peer.verdict,
            Some(Reason::OwnUrl | Reason::Cloned | Reason::DifferentProtocol)
        );
        let peer = peer.clone();
        if self.mode() != Mode::Primary || strange {
            return;
        }
        let related = relate(
            History {
                position: &mine.head.position,
                epochs: &mine.epochs,
            },
            History {
                position: &peer.hello.head.position,
                epochs: &peer.hello.epochs,
            },
        );
        if mine.head.position.lineage == peer.hello.head.position.lineage {
            if peer.hello.mode == Mode::Primary {
                self.meet_primary(&peer, related);
            } else if peer.hello.mode.is_secondary() {
                self.meet_secondary(&peer, related);
            }
        }
        self.lead.asking = None;
        self.lead.waiting = false;
    }

    fn meet_primary(&mut self, peer: &Peer, related: Relation) {
        let (mine, theirs) = (self.own.head.position.epoch, peer.hello.head.position.epoch);
        let shared_seq = shared(related);
        if theirs.number > mine.number {
            let taken = self
                .wanted
                .handing_over
                .is_some_and(|h| h.to == peer.station());
            if taken && matches!(related, Relation::Behind { .. }) {
                self.handed_over();
            } else if self
                .wanted
                .superseded
                .is_none_or(|known| known.epoch != theirs)
            {
                self.stop_leading();
                self.wanted.superseded = Some(Superseded {
                    by: peer.station(),
                    epoch: theirs,
                    shared_seq,
                });
                self.log(Record::Superseded {
                    number: theirs.number,
                });
                self.out.push(Action::Notify(Notice::Superseded));
            }
        } else if theirs.number == mine.number && theirs != mine && self.wanted.superseded.is_none()
        {
            self.fork(Forked {
                with: peer.station(),
                epoch: theirs,
                shared_seq,
                other_led: true,
            });
        }
    }

    fn meet_secondary(&mut self, peer: &Peer, related: Relation) {
        let (mine, theirs) = (self.own.head.position.epoch, peer.hello.head.position.epoch);
        match self.wanted.forked {
            // Its operator chose there that it follows.
            Some(fork)
                if fork.other_led
                    && fork.epoch == theirs
                    && fork.with == peer.station()
                    && self.change.is_none() =>
            {
                self.begin(
                    Goal::NewEpoch {
                        why: Opening::Decided,
                    },
                    None,
                );
            }
            Some(_) => {}
            None if theirs.number == mine.number
                && theirs != mine
                && self.wanted.superseded.is_none() =>
            {
                self.fork(Forked {
                    with: peer.station(),
                    epoch: theirs,
                    shared_seq: shared(related),
                    other_led: false,
                });
            }
            None => {}
        }
        if self
            .wanted
            .handing_over
            .is_some_and(|h| Some(h.id) == peer.hello.refused)
        {
            self.handover_refused(Reason::Switching);
        }
    }

    fn fork(&mut self, fork: Forked) {
        if self
            .wanted
            .forked
            .is_some_and(|known| known.epoch == fork.epoch && known.other_led == fork.other_led)
        {
            return;
        }
        self.stop_leading();
        self.wanted.forked = Some(fork);
        self.log(Record::Forked {
            number: fork.epoch.number,
        });
        self.out.push(Action::Notify(Notice::Forked));
    }

    /// Stops editing at once, and whatever this primary was about to do by itself.
    fn stop_leading(&mut self) {
        self.wanted.superseded = None;
        self.wanted.forked = None;
        self.wanted.handing_over = None;
        let own_will = self.change.as_ref().is_some_and(|change| {
            change.stage != Stage::Writing
                && matches!(
                    change.goal,
                    Goal::NewEpoch {
                        why: Opening::UncleanStop | Opening::Restored | Opening::Decided
                    } | Goal::HandOver { .. }
                        | Goal::TakeBack
                )
        });
        if own_will {
            self.abandon_change(
                crate::action::RefusalCode::Conflict,
                "The other station became primary meanwhile: choose on either one which of them goes on.",
            );
        }
        self.drop_link(HangupReason::Fenced);
        self.switch_lost("The other station became primary meanwhile.");
    }
}

fn shared(related: Relation) -> u64 {
    match related {
        Relation::Behind { shared_seq }
        | Relation::Ahead { shared_seq }
        | Relation::Diverged { shared_seq, .. }
        | Relation::Forked { shared_seq } => shared_seq,
        Relation::Equal
        | Relation::ChainDiffers
        | Relation::NothingShared
        | Relation::OtherLineage => 0,
    }
}
