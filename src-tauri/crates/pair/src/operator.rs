//! What an operator asks (DESIGN.md 6.2), and what is answered.

use crate::action::{Action, RefusalCode};
use crate::change::Goal;
use crate::config::{Config, Mode};
use crate::event::{Command, ReplyToken};
use crate::message::{Message, Standing};
use crate::reason::Reason;
use crate::state::{State, refusal};
use crate::view::{Opening, Record, Status};

const BUSY: &str = "This station is changing its mode: try again in a moment.";

impl State {
    pub(crate) fn command(&mut self, reply: ReplyToken, command: Command) {
        if self.is_stopping() {
            self.refuse(reply, RefusalCode::Busy, "This station is ending.");
            return;
        }
        match command {
            Command::Configure {
                config,
                confirm_replace,
            } => self.configure(reply, config, confirm_replace),
            Command::MakePrimary { force } => self.make_primary(reply, force),
            Command::HandOver => self.asked_to_hand_over(reply),
            Command::BecomeSecondary => self.become_secondary(reply),
            Command::ResyncNow => self.resync_now(reply),
            Command::HoldFailover => self.hold(reply),
        }
    }

    fn refuse(&mut self, reply: ReplyToken, code: RefusalCode, message: &str) {
        self.reply(Some(reply), Err(refusal(code, message)));
    }

    /// Refuses with the present reason as the explanation.
    fn refuse_for(&mut self, reply: ReplyToken, code: RefusalCode, tried: &str, why: Reason) {
        let message = format!("{tried} {} {}", why.cause(), why.cure());
        self.refuse(reply, code, &message);
    }

    fn configure(&mut self, reply: ReplyToken, config: Config, confirm_replace: bool) {
        if let Err(error) = config.check() {
            self.refuse(reply, RefusalCode::Invalid, &error.to_string());
            return;
        }
        if self.change.is_some() {
            self.refuse(reply, RefusalCode::Busy, BUSY);
            return;
        }
        // Another station to follow is another lineage, as far as can be told before it is met.
        let follows_anew = config.mode.is_secondary()
            && (!self.mode().is_secondary() || !config.same_peer(&self.wanted.config));
        let same_lineage = config.same_peer(&self.wanted.config)
            && self.contact.in_touch(self.now.mono)
            && self.peer.as_ref().is_some_and(|peer| {
                peer.hello.head.position.lineage == self.own.head.position.lineage
            });
        if follows_anew && !self.own.empty && !same_lineage && !confirm_replace {
            self.refuse(
                reply,
                RefusalCode::Conflict,
                "This station holds data of its own that the primary's would replace: confirm that; a backup is kept.",
            );
            return;
        }
        self.begin(
            Goal::Configure {
                config,
                confirm_replace,
            },
            Some(reply),
        );
    }

    fn make_primary(&mut self, reply: ReplyToken, force: bool) {
        if self.change.is_some() || self.switch.wants.is_some() || self.is_claiming() {
            self.refuse(reply, RefusalCode::Busy, BUSY);
            return;
        }
        match self.mode() {
            Mode::None => self.refuse(
                reply,
                RefusalCode::Invalid,
                "This station works on its own: there is no lead to take.",
            ),
            Mode::Primary => self.lead_again(reply, force),
            Mode::SecondaryCopy | Mode::SecondaryFailover { .. } => self.lead_now(reply, force),
        }
    }

    fn lead_again(&mut self, reply: ReplyToken, force: bool) {
        match self.standing() {
            Standing::Waiting if !force && self.warrant(self.now.mono).is_err() => {
                self.refuse_without_lease(reply);
            }
            Standing::Superseded | Standing::Forked | Standing::Waiting => {
                let why = self.opening_of(force);
                self.begin(Goal::NewEpoch { why }, Some(reply));
            }
            Standing::HandingOver if force => {
                let why = self.opening_of(force);
                self.begin(Goal::NewEpoch { why }, Some(reply));
            }
            Standing::HandingOver => self.refuse(
                reply,
                RefusalCode::Conflict,
                "The other station may have taken the lead already, and then both would lead: reconnect it, or force.",
            ),
            Standing::Starting => {
                self.refuse(reply, RefusalCode::Busy, "This station is asking its peer first: try again in two seconds.");
            }
            Standing::Editing if self.warrant(self.now.mono).is_err() && force => {
                self.begin(Goal::Override, Some(reply));
            }
            Standing::Editing if self.warrant(self.now.mono).is_err() => self.refuse_without_lease(reply),
            Standing::Editing | Standing::Following => {
                self.refuse(reply, RefusalCode::Invalid, "This station is the primary already.");
            }
        }
    }

    fn lead_now(&mut self, reply: ReplyToken, force: bool) {
        let (status, reason) = self.status();
        match status {
            Status::Synced | Status::Syncing => self.want_lead(reply),
            // What this secondary holds is whole, and the primary still speaks.
            Status::NotSynced
                if reason == Reason::PrimaryDamaged && self.follow.trouble.is_none() =>
            {
                self.want_lead(reply);
            }
            _ if force => {
                let why = self.opening_of(force);
                self.promote(why, None, Some(reply));
            }
            Status::Unavailable if self.is_witnessed() => self.claim(reply),
            Status::Unavailable => self.promote(Opening::MakePrimary, None, Some(reply)),
            Status::Incompatible if reason == Reason::BothSecondary && self.is_witnessed() => {
                self.claim(reply);
            }
            Status::Incompatible if reason == Reason::BothSecondary => {
                self.promote(Opening::MakePrimary, None, Some(reply));
            }
            Status::Incompatible => {
                self.refuse_for(
                    reply,
                    RefusalCode::Incompatible,
                    "This station does not take the lead.",
                    reason,
                );
            }
            Status::Connecting | Status::NotSynced | Status::NoRedundancy => {
                self.refuse_for(
                    reply,
                    RefusalCode::Conflict,
                    "This station does not take the lead.",
                    reason,
                );
            }
        }
    }

    /// What a forced Make primary is called: with a witness, it leaves the witness's guarantee.
    fn opening_of(&self, force: bool) -> Opening {
        if force && self.is_witnessed() {
            Opening::Overridden
        } else {
            Opening::MakePrimary
        }
    }

    fn refuse_without_lease(&mut self, reply: ReplyToken) {
        let why = self.witness_reason().unwrap_or(Reason::WitnessSilent);
        self.refuse_for(
            reply,
            RefusalCode::Conflict,
            "This station does not take the lead.",
            why,
        );
    }

    fn asked_to_hand_over(&mut self, reply: ReplyToken) {
        if self.mode() != Mode::Primary {
            self.refuse(reply, RefusalCode::Invalid, "Only a primary hands over.");
            return;
        }
        if self.change.is_some() {
            self.refuse(reply, RefusalCode::Busy, BUSY);
            return;
        }
        if let Err(why) = self.hand_over(Some(reply)) {
            let code = match self.status().0 {
                Status::Unavailable | Status::Connecting => RefusalCode::Unavailable,
                Status::Incompatible => RefusalCode::Incompatible,
                _ => RefusalCode::Conflict,
            };
            self.refuse_for(reply, code, "This station does not hand over.", why);
        }
    }

    fn become_secondary(&mut self, reply: ReplyToken) {
        let leads = self.mode() == Mode::Primary;
        let standing = self.standing();
        if self.change.is_some() {
            self.refuse(reply, RefusalCode::Busy, BUSY);
        } else if !leads || !matches!(standing, Standing::Superseded | Standing::Forked) {
            self.refuse(
                reply,
                RefusalCode::Invalid,
                "Only a primary that met another primary becomes a secondary in one step: change the mode in Settings.",
            );
        } else if self
            .peer
            .as_ref()
            .is_some_and(|peer| peer.hello.mode.is_secondary())
        {
            self.refuse(
                reply,
                RefusalCode::Conflict,
                "The other station is a secondary, so nobody would lead: choose Make primary there or here.",
            );
        } else {
            let mode = self.mode_to_follow_in();
            self.begin(Goal::Follow { mode }, Some(reply));
        }
    }

    fn resync_now(&mut self, reply: ReplyToken) {
        let (status, reason) = self.status();
        let linked = self
            .link
            .as_ref()
            .filter(|link| link.greeted)
            .map(|link| link.id);
        if self.mode() == Mode::None {
            self.refuse(
                reply,
                RefusalCode::Invalid,
                "This station works on its own: there is nothing to sync with.",
            );
        } else if status == Status::Incompatible {
            self.refuse_for(
                reply,
                RefusalCode::Incompatible,
                "The stations cannot be synced.",
                reason,
            );
        } else if self.change.is_some() {
            self.refuse(reply, RefusalCode::Busy, BUSY);
        } else if let Some(link) = linked {
            if self.mode().is_secondary() {
                self.resync(true);
            } else if matches!(reason, Reason::DecisionOwed | Reason::SecondaryAhead) {
                self.yielded();
            } else {
                self.out.push(Action::Send {
                    link,
                    message: Message::ResyncNow,
                });
            }
            self.reply(Some(reply), Ok(()));
        } else {
            self.refuse_for(
                reply,
                RefusalCode::Unavailable,
                "The stations cannot be synced.",
                reason,
            );
        }
    }

    /// The pair's operators chose this primary's history: an epoch above everything that was seen makes it so.
    pub(crate) fn yielded(&mut self) {
        let owed = matches!(
            self.status().1,
            Reason::DecisionOwed | Reason::SecondaryAhead
        );
        if owed && self.change.is_none() && self.standing() == Standing::Editing {
            self.begin(
                Goal::NewEpoch {
                    why: Opening::Decided,
                },
                None,
            );
        }
    }

    fn hold(&mut self, reply: ReplyToken) {
        if self.mode().offset().is_none() || self.status().0 != Status::Unavailable {
            self.refuse(
                reply,
                RefusalCode::Invalid,
                "No countdown is running on this station.",
            );
            return;
        }
        self.wanted.held = true;
        self.log(Record::Held);
        self.answer_when_durable.push(reply);
    }
}
