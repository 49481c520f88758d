//! What operators and the rest of the station ask of the driver.

use std::sync::Arc;

use pair::config::Fingerprint as PairFingerprint;
use pair::event::{Command, Event, ReplyToken};
use pair::{Config, Mode};
use tokio::task::JoinHandle;

use super::clock;
use super::driver::{Driver, Input};
use super::handle::{Answer, RedundancyError, Request, SetRedundancy, WitnessChange};
use crate::link::peer_url::PeerUrl;

impl Driver {
    pub(super) fn request(&mut self, request: Request) {
        match request {
            Request::Current(answer) => {
                // Whoever asked may have gone; so below.
                let _ = answer.send(Arc::new(self.snapshot(clock::now())));
            }
            Request::Peer(answer) => {
                let _ = answer.send(self.connection.client());
            }
            Request::RecountOrphans => self.lane.recount_orphans(),
            Request::Configure(settings, witness, answer) => match self.connection.take_closing() {
                Some(closing) => {
                    self.again_after(closing, Request::Configure(settings, witness, answer));
                }
                None => self.configure(settings, witness, answer),
            },
            Request::ConfirmPeer(code, answer) => match self.confirm(&code) {
                Ok(command) => self.command(command, answer),
                Err(error) => {
                    let _ = answer.send(Err(error));
                }
            },
            Request::Command(command, answer) => self.command(command, answer),
            Request::MayRestore(answer) => {
                let _ = answer.send(self.state.may_restore().map_err(RedundancyError::Refused));
            }
            Request::Restored(answer) => self.lane.report_restored(answer),
            Request::Verify(answer) => {
                let token = self.state.operator_checks();
                self.scans.now(token, Some(answer));
            }
            Request::Stop(done) => {
                self.stopping.push(done);
                self.step(Event::Stop);
            }
        }
    }

    fn configure(&mut self, settings: SetRedundancy, witness: WitnessChange, answer: Answer) {
        match self.prepare(settings, witness) {
            Ok(command) => self.command(command, answer),
            Err(error) => {
                self.connection.close_unneeded();
                // Whoever asked may have gone.
                let _ = answer.send(Err(error));
            }
        }
    }

    /// Deals with a request once the former listener has let go of its port.
    fn again_after(&self, closing: JoinHandle<()>, request: Request) {
        let inputs = self.inputs.clone();
        tokio::spawn(async move {
            // It ends in any case; and where the driver has ended, nobody needs to know.
            let _ = closing.await;
            let _ = inputs.send(Input::Request(request)).await;
        });
    }

    fn command(&mut self, command: Command, answer: Answer) {
        self.reply_count += 1;
        let reply = ReplyToken(self.reply_count);
        self.replies.retain(|_, waiting| !waiting.is_closed());
        self.replies.insert(reply, answer);
        self.step(Event::Command { reply, command });
    }

    /// Checks what an operator set, and opens the listener that it needs.
    fn prepare(
        &mut self,
        settings: SetRedundancy,
        witness: WitnessChange,
    ) -> Result<Command, RedundancyError> {
        let SetRedundancy {
            mode,
            peer_url,
            auto_rejoin,
            confirm_replace,
            witness: _,
        } = settings;
        let before = &self.state.durable().config;
        let peer = match peer_url {
            Some(typed) => Some(pair_url(&typed.parse()?)),
            None => before.peer.clone(),
        };
        let auto_rejoin = auto_rejoin.unwrap_or(before.auto_rejoin);
        let config = Config {
            mode,
            peer,
            auto_rejoin,
            witness: witness.unwrap_or_else(|| before.witness.clone()),
        };
        config.check()?;
        if mode != Mode::None {
            self.connection.listen()?;
        }
        Ok(Command::Configure {
            config,
            confirm_replace,
        })
    }

    /// Turns a confirmed short code into a pin.
    fn confirm(&self, typed: &str) -> Result<Command, RedundancyError> {
        let durable = self.state.durable();
        let url: PeerUrl = durable
            .config
            .peer
            .as_ref()
            .ok_or(RedundancyError::NoCode)?
            .url
            .parse()?;
        let agreed = self
            .connection
            .code_to_confirm()
            .ok_or(RedundancyError::NoCode)?;
        if !agreed.code.matches(typed) {
            return Err(RedundancyError::WrongCode);
        }
        let config = Config {
            peer: Some(pair_url(&url.pinned(agreed.peer))),
            ..durable.config.clone()
        };
        Ok(Command::Configure {
            config,
            confirm_replace: durable.replace_confirmed,
        })
    }
}

fn pair_url(url: &PeerUrl) -> pair::config::PeerUrl {
    pair::config::PeerUrl {
        url: url.to_string(),
        fingerprint: url
            .fingerprint()
            .map(|fingerprint| PairFingerprint(fingerprint.to_string())),
    }
}
