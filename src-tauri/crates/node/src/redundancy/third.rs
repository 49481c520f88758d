//! The witness as the configuration in force names it, asked beside whatever else goes on.

use std::sync::Arc;
use std::time::Duration;

use domain::ids::StationId;
use pair::action::Token;
use pair::event::Event;
use pair::witness::{Answer, Ask, WitnessFailure, WitnessRef};
use pair::{Config, Mode};
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use super::driver::Input;
use crate::witness::{Holder, Secrets, WitnessError};

/// How long an orderly end waits until the lease is given up; it runs out by itself otherwise.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(1);

/// Asks the witness that is set.
pub(super) struct Third {
    station: StationId,
    secrets: Secrets,
    inputs: mpsc::Sender<Input>,
    set: Option<WitnessRef>,
    holder: Option<Result<Arc<Holder>, WitnessError>>,
    asking: Option<AbortOnDropHandle<()>>,
}

impl Third {
    pub(super) fn new(station: StationId, secrets: Secrets, inputs: mpsc::Sender<Input>) -> Self {
        Self {
            station,
            secrets,
            inputs,
            set: None,
            holder: None,
            asking: None,
        }
    }

    /// Turns to the witness that is set; a lease of the former one is given up.
    pub(super) fn follow(&mut self, config: &Config) {
        let set = config
            .witness
            .as_ref()
            .filter(|_| config.mode != Mode::None);
        if self.set.as_ref() == set {
            return;
        }
        self.set = set.cloned();
        self.asking = None;
        let holder = set.map(|set| {
            Holder::new(set, self.station, &self.secrets)
                .map(Arc::new)
                .inspect_err(|error| tracing::error!(%error, "the witness cannot be asked"))
        });
        if let Some(Ok(former)) = std::mem::replace(&mut self.holder, holder) {
            // It runs out by itself where this fails.
            tokio::spawn(async move { former.ask(Ask::Release).await });
        }
    }

    /// Asks; the answer comes as an event. One thing is asked at a time: what was asked before is given up.
    pub(super) fn ask(&mut self, token: Token, what: Ask) {
        let holder = self.holder.clone();
        let inputs = self.inputs.clone();
        self.asking = Some(AbortOnDropHandle::new(tokio::spawn(async move {
            let answer = match holder {
                Some(Ok(holder)) => holder.ask(what).await,
                Some(Err(error)) => Answer::Failed(error.failure()),
                None if what == Ask::Release => Answer::Free,
                None => Answer::Failed(WitnessFailure::Unreachable),
            };
            // Where the driver has ended, nobody needs to know.
            let _ = inputs
                .send(Input::Pair(Event::Witness { token, answer }))
                .await;
        })));
    }

    /// Waits until what was asked last, the release, is done.
    pub(super) async fn close(&mut self) {
        if let Some(asking) = self.asking.take() {
            // Not in time: the lease runs out by itself.
            let _ = tokio::time::timeout(RELEASE_TIMEOUT, asking).await;
        }
    }
}
