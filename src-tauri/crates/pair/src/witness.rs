//! The optional third voice: an etcd key that at most one station holds at a time, by a lease that ends by itself.
//!
//! What is asked of it and what it answers are values; the calls themselves are the driver's. The rules are in `right`.

use std::time::Duration;

use domain::ids::{LineageId, StationId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

/// The witness as the operator set it. The password is the driver's secret and never comes here.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WitnessRef {
    /// Where it is, with the fingerprint of its certificate.
    pub url: String,
    /// The user to log in as; `None` where it asks for none.
    pub user: Option<String>,
    /// A random value that is kept in the witness itself. Both stations must name the same; a witness that lost its data,
    /// and with it all leases, has another.
    pub id: Uuid,
}

/// What the witness is asked. The driver asks one thing at a time and answers each within
/// [`crate::time::WITNESS_ANSWER`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// Take the lease, or renew it where this process holds it. The key is of this lineage; its value names this station and
    /// the epoch. The witness's own transaction decides: the key is made only where there is none.
    Hold {
        /// Whose key.
        lineage: LineageId,
        /// For whoever looks at the key.
        epoch: u64,
    },
    /// Give up the lease, where this process has one.
    Release,
    /// See whether it answers, and who holds the key, and take nothing.
    Look {
        /// Whose key.
        lineage: LineageId,
    },
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// This process holds the lease for so long **from the sending of the request**.
    Holds {
        /// As the witness granted it.
        ttl: Duration,
    },
    /// Somebody holds it, and it is not this process.
    HeldBy {
        /// The station that the key names, where it names one.
        station: Option<StationId>,
    },
    /// It answers, and nobody holds the key (after a look), or this process gave it up.
    Free,
    /// It could not be asked. What was asked may have come about all the same.
    Failed(WitnessFailure),
}

/// Why the witness is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum WitnessFailure {
    /// Nothing listens there, or the network has no way.
    Unreachable,
    /// No answer in time.
    Timeout,
    /// Another certificate than the URL names.
    WrongCertificate,
    /// User or password are refused.
    WrongPassword,
    /// The user may not read and write Tandem's keys.
    Forbidden,
    /// It answers, but it is not the witness that was set: another one, or one that lost its data.
    OtherWitness,
    /// It has no leader, or answers what makes no sense.
    BadAnswer,
}

impl WitnessFailure {
    /// Whether it may be over by itself.
    #[must_use]
    pub const fn passes(self) -> bool {
        matches!(self, Self::Unreachable | Self::Timeout | Self::BadAnswer)
    }

    /// What is the case and what to do, in one sentence each.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Unreachable => {
                "The witness cannot be reached. Check that etcd runs there and that the network reaches it."
            }
            Self::Timeout => {
                "The witness does not answer in time. Check its machine and the network."
            }
            Self::WrongCertificate => {
                "The witness shows another certificate than its URL names. If its certificate was renewed, set its URL anew; \
                 otherwise find out who answers there."
            }
            Self::WrongPassword => {
                "The witness refuses the user or the password. Set them anew in the redundancy settings."
            }
            Self::Forbidden => {
                "The witness does not let this user read and write keys that begin with tandem/. Give its role that permission."
            }
            Self::OtherWitness => {
                "This is not the witness that was set, or it lost its data. Set the witness anew on both stations."
            }
            Self::BadAnswer => {
                "The witness answers, but not as it should. Check the health of etcd (etcdctl endpoint health)."
            }
        }
    }
}

/// How this station stands with the witness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum WitnessState {
    /// Not asked yet.
    Unknown,
    /// This station holds the lease.
    Holding,
    /// This primary edits on its secondary's promise not to take the lease.
    Promised,
    /// The other station, or somebody else, holds the lease.
    Elsewhere,
    /// It answers, and this station does not hold the lease.
    NotHolding,
    /// It is of no use now, and nothing stands in for it.
    Unreachable,
}

/// The witness as a person sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WitnessView {
    /// How this station stands with it.
    pub state: WitnessState,
    /// How long the lease or the promise lasts unless it is renewed.
    pub left: Option<Duration>,
    /// Why it could not be asked last, where it could not.
    pub failure: Option<WitnessFailure>,
    /// This station edits on its operator's word, outside the witness's guarantee.
    pub overridden: bool,
}
