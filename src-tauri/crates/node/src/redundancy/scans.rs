//! Full scans of this station's data: one at a time, beside everything else.

use std::sync::{Arc, Mutex, PoisonError};

use pair::action::Token;
use pair::check::Scan;
use pair::event::Event;
use store::{Pace, Store, Verified};
use tokio::sync::{mpsc, oneshot};

use super::driver::Input;
use crate::metrics::Metrics;

/// Where the outcome of an operator's scan goes.
pub(super) type ScanAnswer = oneshot::Sender<Result<Verified, store::Error>>;

/// The scans of a running station. Dropped, it ends the one that is under way.
pub(super) struct Scans {
    store: Store,
    inputs: mpsc::Sender<Input>,
    metrics: Arc<Metrics>,
    turn: Arc<tokio::sync::Mutex<()>>,
    /// The scans that are under way or wait for their turn.
    paces: Arc<Mutex<Vec<Pace>>>,
}

impl Scans {
    pub(super) fn new(store: Store, inputs: mpsc::Sender<Input>, metrics: Arc<Metrics>) -> Self {
        Self {
            store,
            inputs,
            metrics,
            turn: Arc::default(),
            paces: Arc::default(),
        }
    }

    /// A scan that no edit feels.
    pub(super) fn in_background(&self, token: Token) {
        self.scan(token, Pace::background(), None);
    }

    /// A scan that somebody waits for: one that is under way hurries to let it have its turn.
    pub(super) fn now(&self, token: Token, answer: Option<ScanAnswer>) {
        self.paces().iter().for_each(Pace::hurry);
        self.scan(token, Pace::full(), answer);
    }

    fn paces(&self) -> std::sync::MutexGuard<'_, Vec<Pace>> {
        self.paces.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn scan(&self, token: Token, pace: Pace, answer: Option<ScanAnswer>) {
        self.paces().push(pace.clone());
        let (store, inputs) = (self.store.clone(), self.inputs.clone());
        let metrics = Arc::clone(&self.metrics);
        let (turn, paces) = (Arc::clone(&self.turn), Arc::clone(&self.paces));
        tokio::spawn(async move {
            let outcome = {
                let _turn = turn.lock().await;
                let outcome = store.verify_at(pace.clone()).await;
                let mut paces = paces.lock().unwrap_or_else(PoisonError::into_inner);
                paces.retain(|other| !other.is(&pace));
                outcome
            };
            let scan = in_the_pairs_terms(&outcome);
            metrics.verifications.one(match scan {
                Scan::Done { ok: true, .. } => "ok",
                Scan::Done { ok: false, .. } => "damaged",
                Scan::NotMade => "not_made",
            });
            // Where the driver has ended, nobody needs to know; and whoever asked may have gone.
            let _ = inputs
                .send(Input::Pair(Event::Verified { token, scan }))
                .await;
            if let Some(answer) = answer {
                let _ = answer.send(outcome);
            }
        });
    }
}

impl Drop for Scans {
    fn drop(&mut self) {
        self.paces().iter().for_each(Pace::end);
    }
}

fn in_the_pairs_terms(outcome: &Result<Verified, store::Error>) -> Scan {
    match outcome {
        Ok(found) => Scan::Done {
            ok: found.ok,
            cells: found.cells,
            took_ms: u64::try_from(found.took.as_millis()).unwrap_or(u64::MAX),
        },
        // SQLite itself found a page broken: no row of it can be trusted.
        Err(error @ store::Error::Damaged { .. }) => {
            tracing::error!(%error, "this station's data are damaged");
            Scan::Done {
                ok: false,
                cells: 0,
                took_ms: 0,
            }
        }
        Err(error) => {
            tracing::warn!(%error, "this station's data could not be verified");
            Scan::NotMade
        }
    }
}
