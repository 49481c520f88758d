//! What the operator sets, and who this station is.

use std::time::Duration;

use domain::ids::StationId;
use semver::Version;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::time::{OFFSET_S, OFFSET_WITNESSED_S_MIN};
use crate::witness::WitnessRef;

/// The redundancy mode of one station (DESIGN.md 5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Mode {
    /// A station on its own.
    #[default]
    None,
    /// Edits; its peer follows.
    Primary,
    /// Follows, and never takes over by itself.
    SecondaryCopy,
    /// Follows, and takes over when the primary has been unavailable for the offset.
    SecondaryFailover {
        /// Whole seconds, 2 to 86,400.
        offset_s: u32,
    },
}

impl Mode {
    /// Whether this mode follows a primary.
    #[must_use]
    pub const fn is_secondary(self) -> bool {
        matches!(self, Self::SecondaryCopy | Self::SecondaryFailover { .. })
    }

    /// The failover offset of a secondary failover.
    #[must_use]
    pub fn offset(self) -> Option<Duration> {
        match self {
            Self::SecondaryFailover { offset_s } => Some(Duration::from_secs(u64::from(offset_s))),
            Self::None | Self::Primary | Self::SecondaryCopy => None,
        }
    }

    /// The name that the API uses: `none`, `primary`, `secondary_copy`, `secondary_failover`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Primary => "primary",
            Self::SecondaryCopy => "secondary_copy",
            Self::SecondaryFailover { .. } => "secondary_failover",
        }
    }

    /// What operators call it.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::None => "No redundancy",
            Self::Primary => "Primary",
            Self::SecondaryCopy => "Secondary copy",
            Self::SecondaryFailover { .. } => "Secondary failover",
        }
    }
}

/// The SHA-256 of a station's certificate in lower-case hex, as its URL carries it. Opaque here.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(pub String);

/// The peer as the operator typed it. The machine compares it; the node dials it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PeerUrl {
    /// The whole URL as it is shown.
    pub url: String,
    /// The certificate's fingerprint from the URL, or as the operator confirmed it by code; `None` until then.
    pub fingerprint: Option<Fingerprint>,
}

/// What the operator sets. Local to a station, never replicated.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// The redundancy mode.
    pub mode: Mode,
    /// The other station; present unless the mode is none.
    pub peer: Option<PeerUrl>,
    /// A superseded primary without orphans follows again by itself. Off by default.
    pub auto_rejoin: bool,
    /// The third voice, where one is set. Both stations must name the same.
    pub witness: Option<WitnessRef>,
}

/// Why a configuration is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A mode with a peer needs the peer's URL.
    #[error(
        "this mode needs the URL of the other station: copy it from the other station's redundancy panel"
    )]
    PeerMissing,
    /// Outside 2 to 86,400.
    #[error("the failover offset {0} s is out of range: give whole seconds from 2 to 86400")]
    Offset(u32),
    /// Too short for the lease of a primary that died to run out.
    #[error(
        "with a witness the failover offset must be at least {OFFSET_WITNESSED_S_MIN} seconds, not {0}: the lease of a primary that died \
         must run out first"
    )]
    OffsetWitnessed(u32),
}

impl Config {
    /// Whether both name one station: its certificate says so where it is known, its address otherwise.
    #[must_use]
    pub fn same_peer(&self, other: &Self) -> bool {
        match (&self.peer, &other.peer) {
            (Some(a), Some(b)) => match (&a.fingerprint, &b.fingerprint) {
                (Some(a), Some(b)) => a == b,
                _ => a.url == b.url,
            },
            (a, b) => a == b,
        }
    }

    /// Checks what can be checked without asking the peer.
    ///
    /// # Errors
    /// [`ConfigError`] names the field and its rule.
    pub fn check(&self) -> Result<(), ConfigError> {
        if let Mode::SecondaryFailover { offset_s } = self.mode
            && !OFFSET_S.contains(&offset_s)
        {
            return Err(ConfigError::Offset(offset_s));
        }
        if let Mode::SecondaryFailover { offset_s } = self.mode
            && self.witness.is_some()
            && offset_s < OFFSET_WITNESSED_S_MIN
        {
            return Err(ConfigError::OffsetWitnessed(offset_s));
        }
        if self.mode != Mode::None && self.peer.is_none() {
            return Err(ConfigError::PeerMissing);
        }
        Ok(())
    }
}

/// A fresh random value of each process: tells a restart from another process with the same data directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub Uuid);

/// Who this station is, for as long as the process runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The data directory's station.
    pub station: StationId,
    /// What operators call it.
    pub name: String,
    /// Fresh and random for this process.
    pub run: RunId,
    /// Of this station's own certificate.
    pub fingerprint: Fingerprint,
    /// Of this build.
    pub version: Version,
    /// A hash over the schema of the replicated tables: changesets apply only where it is equal.
    pub schema: String,
}
