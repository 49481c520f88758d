//! The machine itself: what it holds, how a step runs, and what it says of itself.

use std::time::Duration;

use crate::action::{Action, Edits, Refusal, RefusalCode, Token};
use crate::change::{Change, Goal, Writing};
use crate::check::Check;
use crate::config::{Identity, Mode};
use crate::durable::{Durable, EpochSeen};
use crate::event::{Away, Event, LinkId, Own, ReplyToken};
use crate::follow::Follow;
use crate::lead::Lead;
use crate::message::{EPOCHS_MAX, Head, Hello, PROTOCOL, Standing, Writer};
use crate::peer::{Contact, Link, Peer};
use crate::resync::Resynced;
use crate::right::Right;
use crate::shown::Shown;
use crate::switch::Switch;
use crate::time::{Mono, Now, WAKE_GAP};
use crate::view::{Opening, Record};

/// The redundancy of one station.
#[derive(Debug, Clone)]
pub struct State {
    pub(crate) me: Identity,
    pub(crate) now: Now,
    pub(crate) own: Own,
    /// What is on disk.
    pub(crate) durable: Durable,
    /// What is to be on disk. Facts that stop something (superseded, forked, held) hold from here on at once; facts that
    /// allow or promise something hold only once they are in `durable`.
    pub(crate) wanted: Durable,
    pub(crate) writing: Option<Writing>,
    pub(crate) retry_write_at: Mono,
    pub(crate) change: Option<Change>,
    pub(crate) lead: Lead,
    pub(crate) follow: Follow,
    pub(crate) switch: Switch,
    pub(crate) right: Right,
    pub(crate) contact: Contact,
    pub(crate) peer: Option<Peer>,
    pub(crate) link: Option<Link>,
    pub(crate) writer: Writer,
    pub(crate) check: Check,
    pub(crate) stop: Option<Stop>,
    /// Commands that are answered once `wanted` is durable.
    pub(crate) answer_when_durable: Vec<ReplyToken>,
    pub(crate) shown: Shown,
    pub(crate) tokens: u64,
    pub(crate) out: Vec<Action>,
}

/// How far an orderly end is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    Asked,
    Done,
}

impl State {
    /// A station starts. `durable` is its record as last persisted (the default where there is none), `own` is where its
    /// store is, `away` how long it did not run.
    #[must_use]
    pub fn start(
        me: Identity,
        durable: Durable,
        own: Own,
        away: Away,
        now: Now,
    ) -> (Self, Vec<Action>) {
        let mode = durable.config.mode;
        let clean = durable.clean;
        let promised = durable.promised.is_some();
        let mut state = Self {
            me,
            now,
            own,
            wanted: durable.clone(),
            durable,
            writing: None,
            retry_write_at: now.mono,
            change: None,
            lead: Lead::default(),
            follow: Follow::new(now.mono),
            switch: Switch::default(),
            right: Right::new(now.mono, promised),
            contact: Contact::new(now.mono),
            peer: None,
            link: None,
            writer: Writer::Ok,
            check: Check::new(now.mono),
            stop: None,
            answer_when_durable: Vec::new(),
            shown: Shown::new(now),
            tokens: 0,
            out: Vec::new(),
        };
        state.log(Record::Started { mode, clean });
        state.note_epoch_seen(state.own.head.position.epoch.number);
        if mode == Mode::Primary {
            state.wanted.clean = false;
            state.lead.ask_first(now.mono, away);
            state.lead.needs_epoch = (!clean).then_some(Opening::UncleanStop);
        }
        state.settle();
        let actions = std::mem::take(&mut state.out);
        (state, actions)
    }

    /// Takes in what happened and says what to do. The actions are to be carried out in their order.
    #[must_use]
    pub fn step(&mut self, event: Event, now: Now) -> Vec<Action> {
        let gap = now.mono.since(self.now.mono);
        self.now = Now {
            mono: self.now.mono.max(now.mono),
            wall_ms: now.wall_ms,
        };
        if gap > WAKE_GAP {
            self.woke(gap);
        }
        self.take(event);
        self.settle();
        std::mem::take(&mut self.out)
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Tick => {}
            Event::Persisted { token } => self.persisted(token),
            Event::Opened { token, own } => self.opened(token, own),
            Event::NotDurable { token } => self.not_durable(token),
            Event::Quiesced { token, head } => self.quiesced(token, head),
            Event::Probed { hello } => self.probed(*hello),
            Event::Asked { hello } => self.asked(*hello),
            Event::ContactFailed { attempt, cause } => self.contact_failed(attempt, cause),
            Event::LinkUp { link, side } => self.link_up(link, side),
            Event::LinkLost { link, cause } => self.link_lost(link, cause),
            Event::Received { link, message } => self.received(link, message),
            Event::Committed { head } => self.head_moved(head),
            Event::Applied { stream, head } => self.applied(stream, head),
            Event::ApplyFailed { stream, why } => self.apply_failed(stream, why),
            Event::TailRefused { stream, why } => self.tail_refused(stream, why),
            Event::SnapshotProgress {
                stream,
                done,
                total,
                at,
            } => self.snapshot_progress(stream, done, total, at),
            Event::CompareProgress {
                stream,
                done,
                total,
            } => self.compare_progress(stream, done, total),
            Event::Resynced {
                stream,
                own,
                moved,
                removed,
                rows,
            } => self.resynced(
                stream,
                own,
                Resynced {
                    moved,
                    removed,
                    rows,
                },
            ),
            Event::CompareFailed { stream, why } => self.compare_failed(stream, why),
            Event::SnapshotInstalled { stream, own } => self.snapshot_installed(stream, own),
            Event::SnapshotFailed { stream, why } => self.snapshot_failed(stream, why),
            Event::Rewound {
                token,
                own,
                orphans,
            } => self.rewound(token, own, orphans),
            Event::RewindFailed { token } => self.rewind_failed(token),
            Event::Verified { token, scan } => self.scanned(token, scan),
            Event::Retained {
                bytes,
                bytes_max,
                peer_cut_off,
            } => self.retained(bytes, bytes_max, peer_cut_off),
            Event::Writer(writer) => self.writer = writer,
            Event::Restored { own } => self.restored(own),
            Event::Witness { token, answer } => self.witness_answered(token, answer),
            Event::Command { reply, command } => self.command(reply, command),
            Event::Stop => self.stop = self.stop.or(Some(Stop::Asked)),
        }
    }

    /// Everything that follows from the state as it is now, whatever led to it.
    pub(crate) fn settle(&mut self) {
        self.flush();
        self.watch_link();
        self.settle_lead();
        self.settle_follow();
        self.settle_switch();
        self.settle_check();
        self.settle_right();
        self.settle_stop();
        self.reach_out();
        self.beat();
        self.flush();
        self.show();
    }

    /// The store's head is here now. A station with entries is not empty.
    pub(crate) fn head_moved(&mut self, head: Head) {
        self.own.empty &= head.position.seq <= self.own.head.position.seq;
        self.own.head = head;
    }

    fn woke(&mut self, gap: Duration) {
        self.log(Record::Woke {
            gap_ms: u64::try_from(gap.as_millis()).unwrap_or(u64::MAX),
        });
        self.drop_link(crate::action::HangupReason::Silent);
        self.contact.begin_anew(self.now.mono);
        self.contact.dialing = None;
        if self.mode() == Mode::Primary {
            self.lead.ask_first(self.now.mono, Away::AtMost(gap));
        }
    }

    fn restored(&mut self, own: Own) {
        let position = own.head.position;
        // A history that this station left is not gone on with, since others may hold its later epochs; one that the
        // restore itself began is.
        let goes_on = position.lineage == self.own.head.position.lineage
            || position.epoch.opener == self.me.station && own.epochs.len() == 1;
        self.own = own;
        self.data_replaced();
        match self.mode() {
            Mode::Primary if goes_on => self.lead.needs_epoch = Some(Opening::Restored),
            Mode::None if goes_on && self.change.is_none() => {
                self.begin(
                    Goal::NewEpoch {
                        why: Opening::Restored,
                    },
                    None,
                );
            }
            _ if self.change.is_none() && !goes_on => self.begin(Goal::NewLineage, None),
            _ => {}
        }
        self.drop_link(crate::action::HangupReason::Changed);
    }

    fn settle_stop(&mut self) {
        if self.stop != Some(Stop::Asked) || self.change.is_some() || self.writing.is_some() {
            return;
        }
        let leads =
            self.mode() == Mode::Primary && self.lead.needs_epoch.is_none() && !self.durable.clean;
        if leads {
            self.begin(Goal::Stop, None);
        } else {
            self.stopped();
        }
    }

    pub(crate) fn stopped(&mut self) {
        self.stop = Some(Stop::Done);
        self.drop_link(crate::action::HangupReason::Changed);
        self.release_for_good();
        self.out.push(Action::Stopped);
    }

    /// The record as it is on disk.
    #[must_use]
    pub const fn durable(&self) -> &Durable {
        &self.durable
    }

    /// Where this station's store is, as far as the machine was told.
    #[must_use]
    pub const fn own(&self) -> &Own {
        &self.own
    }

    /// The redundancy mode in force.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.durable.config.mode
    }

    /// Who this station is.
    #[must_use]
    pub const fn identity(&self) -> &Identity {
        &self.me
    }

    /// What this station says of itself, from what is durable alone.
    #[must_use]
    pub fn hello(&self, now: Now) -> Hello {
        let skip = self.own.epochs.len().saturating_sub(EPOCHS_MAX);
        Hello {
            protocol: PROTOCOL,
            station: self.me.station,
            name: self.me.name.clone(),
            run: self.me.run,
            fingerprint: self.me.fingerprint.clone(),
            peer: self
                .durable
                .config
                .peer
                .as_ref()
                .and_then(|p| p.fingerprint.clone()),
            version: self.me.version.clone(),
            schema: self.me.schema.clone(),
            mode: self.mode(),
            former_mode: self.durable.former_mode,
            standing: self.said_standing(),
            head: self.own.head,
            empty: self.own.empty,
            epochs: self.own.epochs.iter().skip(skip).copied().collect(),
            left: self.own.left,
            epoch_seen: self.epoch_seen(),
            handing_over: self.durable.handing_over,
            refused: self.durable.refused,
            witness: self.durable.config.witness.as_ref().map(|w| w.id),
            said_at: now.mono,
            wall_ms: now.wall_ms,
        }
    }

    pub(crate) fn said_standing(&self) -> Standing {
        if self.mode().is_secondary() {
            Standing::Following
        } else {
            self.standing()
        }
    }

    /// Whether a backup may be restored into this station now.
    ///
    /// # Errors
    /// `invalid` on a secondary, `busy` while the mode or epoch is being changed or handed over.
    pub fn may_restore(&self) -> Result<(), Refusal> {
        if self.mode().is_secondary() {
            return Err(refusal(
                RefusalCode::Invalid,
                "A secondary's data comes from its primary: restore the backup there, or set this station to No redundancy.",
            ));
        }
        match self.edits(self.now) {
            Edits::Allowed { .. } => Ok(()),
            Edits::Refused { why } => Err(refusal(RefusalCode::Busy, why.message())),
        }
    }

    /// The highest epoch number of this lineage that this station knows of.
    pub(crate) fn epoch_seen(&self) -> u64 {
        let own = self.own.head.position;
        let noted = self
            .wanted
            .epoch_seen
            .filter(|seen| seen.lineage == own.lineage)
            .map_or(0, |seen| seen.number);
        noted.max(own.epoch.number)
    }

    pub(crate) fn note_epoch_seen(&mut self, number: u64) {
        let number = number.max(self.epoch_seen());
        self.wanted.epoch_seen = Some(EpochSeen {
            lineage: self.own.head.position.lineage,
            number,
        });
        self.wanted.epoch_highest = self.wanted.epoch_highest.max(number);
    }

    pub(crate) fn token(&mut self) -> Token {
        self.tokens += 1;
        Token(self.tokens)
    }

    pub(crate) fn log(&mut self, record: Record) {
        self.out.push(Action::Log(record));
    }

    pub(crate) fn reply(&mut self, reply: Option<ReplyToken>, result: Result<(), Refusal>) {
        if let Some(reply) = reply {
            self.out.push(Action::Reply { reply, result });
        }
    }

    pub(crate) fn link_id(&self) -> Option<LinkId> {
        self.link.as_ref().map(|link| link.id)
    }
}

pub(crate) fn refusal(code: RefusalCode, message: &str) -> Refusal {
    Refusal {
        code,
        message: message.to_owned(),
    }
}
