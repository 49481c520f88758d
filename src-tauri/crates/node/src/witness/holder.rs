//! This process's lease at the witness.
//!
//! The key is made in one transaction that compares: it is not there, and the witness is the one that was set. So of two stations
//! that want it at once exactly one gets it, and a witness that lost its data gives it to nobody.

use std::time::Duration;

use domain::ids::{LineageId, StationId};
use pair::time::{LEASE, WITNESS_ANSWER};
use pair::witness::{Answer, Ask, WitnessRef};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::error::WitnessError;
use super::etcd::{Etcd, Login, Outcome, Password, absent, equals, put, range};
use super::secret::Secrets;

/// Where the witness keeps its identity.
pub(super) const IDENTITY_KEY: &str = "tandem/witness";
/// A request that takes longer is given up, so that the pair is answered in its time.
const PATIENCE: Duration = WITNESS_ANSWER.saturating_sub(Duration::from_millis(100));

/// Asks the witness for one station.
pub struct Holder {
    etcd: Etcd,
    identity: Vec<u8>,
    station: StationId,
    lease: Mutex<Option<Held>>,
}

#[derive(Debug, Clone, Copy)]
struct Held {
    id: i64,
    lineage: LineageId,
}

/// What the key says: who holds it, since which epoch.
#[derive(Debug, Serialize, Deserialize)]
struct Claim {
    station: StationId,
    epoch: u64,
}

impl Holder {
    /// For the witness as it is set.
    ///
    /// # Errors
    /// [`WitnessError`]: the URL.
    pub fn new(
        witness: &WitnessRef,
        station: StationId,
        secrets: &Secrets,
    ) -> Result<Self, WitnessError> {
        let login = witness.user.clone().map(|user| Login {
            user,
            password: Password::Kept(secrets.clone()),
        });
        Ok(Self {
            etcd: Etcd::new(witness.url.parse()?, login)?,
            identity: witness.id.to_string().into_bytes(),
            station,
            lease: Mutex::new(None),
        })
    }

    /// Asks, and answers in the time that the pair gives.
    pub async fn ask(&self, what: Ask) -> Answer {
        let answer = async {
            match what {
                Ask::Hold { lineage, epoch } => self.hold(lineage, epoch).await,
                Ask::Release => self.release().await,
                Ask::Look { lineage } => self.look(lineage).await,
            }
        };
        let answer = match tokio::time::timeout(PATIENCE, answer).await {
            Ok(answer) => answer,
            Err(_) => {
                // A server that lost its data makes a token of its former life wait for ever (etcd 3.4: until its log is as long
                // as it was when the token was given).
                self.etcd.log_in_anew().await;
                Err(WitnessError::Timeout)
            }
        };
        answer.unwrap_or_else(|error| {
            tracing::debug!(%error, ?what, "the witness could not be asked");
            Answer::Failed(error.failure())
        })
    }

    async fn hold(&self, lineage: LineageId, epoch: u64) -> Result<Answer, WitnessError> {
        let mut held = self.lease.lock().await;
        if let Some(other) = held.take_if(|held| held.lineage != lineage) {
            // It runs out by itself where this fails.
            let _ = self.etcd.revoke(other.id).await;
        }
        let renewed = match *held {
            Some(Held { id, .. }) => self.etcd.keep_alive(id).await?.map(|ttl| (id, ttl)),
            None => None,
        };
        let (id, ttl) = match renewed {
            Some(renewed) => renewed,
            None => {
                *held = None;
                self.etcd.grant(LEASE).await?
            }
        };
        *held = Some(Held { id, lineage });
        let key = key_of(lineage);
        let claim = Claim {
            station: self.station,
            epoch,
        };
        let claim = serde_json::to_vec(&claim)
            .map_err(|error| WitnessError::BadAnswer(error.to_string()))?;
        let outcome = self
            .etcd
            .transact(
                vec![absent(&key), equals(IDENTITY_KEY, &self.identity)],
                vec![put(&key, &claim, Some(id))],
                vec![range(&key), range(IDENTITY_KEY)],
            )
            .await?;
        self.judge(&outcome, id, ttl)
    }

    fn judge(&self, outcome: &Outcome, lease: i64, ttl: Duration) -> Result<Answer, WitnessError> {
        if outcome.succeeded {
            return Ok(Answer::Holds { ttl });
        }
        let [key, identity] = outcome.found.as_slice() else {
            return Err(WitnessError::BadAnswer(
                "a transaction without its outcome".into(),
            ));
        };
        if identity
            .as_ref()
            .is_none_or(|found| found.value != self.identity)
        {
            return Err(WitnessError::OtherWitness);
        }
        Ok(match key {
            Some(found) if found.lease == lease => Answer::Holds { ttl },
            Some(found) => Answer::HeldBy {
                station: holder_of(&found.value),
            },
            None => Answer::HeldBy { station: None },
        })
    }

    /// From here on the lease is not this process's, whatever comes of it: a new one is granted next time.
    async fn release(&self) -> Result<Answer, WitnessError> {
        let held = self.lease.lock().await.take();
        if let Some(held) = held {
            self.etcd.revoke(held.id).await?;
        }
        Ok(Answer::Free)
    }

    async fn look(&self, lineage: LineageId) -> Result<Answer, WitnessError> {
        let outcome = self
            .etcd
            .transact(
                vec![equals(IDENTITY_KEY, &self.identity)],
                vec![range(&key_of(lineage))],
                vec![],
            )
            .await?;
        if !outcome.succeeded {
            return Err(WitnessError::OtherWitness);
        }
        Ok(match outcome.found.first() {
            Some(Some(found)) => Answer::HeldBy {
                station: holder_of(&found.value),
            },
            _ => Answer::Free,
        })
    }
}

fn key_of(lineage: LineageId) -> String {
    format!("tandem/{}/primary", lineage.0)
}

fn holder_of(value: &[u8]) -> Option<StationId> {
    serde_json::from_slice::<Claim>(value)
        .ok()
        .map(|claim| claim.station)
}
