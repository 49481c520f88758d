//! The pair: what is configured, how it stands, and the steps that operators take.

use domain::history::{Chain, Sum};
use domain::ids::{LineageId, StationId};
pub use pair::reason::Reason;
pub use pair::view::Status;
pub use pair::witness::WitnessState;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The redundancy mode (DESIGN.md 5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Mode {
    /// No redundancy: one station alone.
    #[default]
    None,
    /// This station edits; the other follows.
    Primary,
    /// Follows the primary; never takes over by itself.
    SecondaryCopy,
    /// Follows the primary; takes over when it has been unavailable for the failover offset.
    SecondaryFailover,
}

impl From<pair::Mode> for Mode {
    fn from(mode: pair::Mode) -> Self {
        match mode {
            pair::Mode::None => Self::None,
            pair::Mode::Primary => Self::Primary,
            pair::Mode::SecondaryCopy => Self::SecondaryCopy,
            pair::Mode::SecondaryFailover { .. } => Self::SecondaryFailover,
        }
    }
}

/// `get_redundancy`: the pair as this station sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Redundancy {
    /// The mode.
    pub mode: Mode,
    /// URL of the other station as configured; null with mode none.
    pub peer_url: Option<String>,
    /// Failover offset in seconds; kept (and shown in the form) in every mode.
    pub failover_offset_s: u32,
    /// The status.
    pub status: Status,
    /// Why: one of a closed set.
    pub reason: Reason,
    /// The cause in one sentence, for people.
    pub cause: String,
    /// What to do about it in one sentence; null where nothing is to be done.
    pub cure: Option<String>,
    /// Since when the status holds (RFC 3339).
    pub since: String,
    /// Whether this secondary would take over by itself.
    pub armed: bool,
    /// Why it would not; null where it is armed, and on a station that is no secondary failover.
    pub unarmed_reason: Option<String>,
    /// Seconds until it takes over; null where nothing counts.
    pub countdown_s: Option<u32>,
    /// Whether the operator holds the countdown.
    pub held: bool,
    /// How far the secondary is behind; null without contact.
    pub lag: Option<Lag>,
    /// First sync or resync going on; null otherwise.
    pub progress: Option<Progress>,
    /// Where this station is.
    pub position: PositionView,
    /// Last entry that the peer holds durably; null where that is not known.
    pub peer_durable_seq: Option<u64>,
    /// Checksum of this station's data.
    pub sum: Sum,
    /// What this station's latest full check of its data found; null before the first.
    pub last_verify: Option<LastVerify>,
    /// The other station as it was last heard; null before the first contact.
    pub peer: Option<PeerView>,
    /// The short code that must be the same on both screens (status connecting, reason confirm_code); null otherwise.
    pub confirm_code: Option<String>,
    /// What each side has that the other lacks; null where that is not known, or nothing.
    pub difference: Option<Difference>,
    /// Whether a superseded primary without orphans follows again by itself.
    pub auto_rejoin: bool,
    /// Why this station cannot be reached by its peer though a mode is set; null where it can.
    pub listener_error: Option<String>,
    /// What is to be known of the journal that is kept for the other station, in words for people; null where it keeps little.
    pub journal_warning: Option<String>,
    /// How many entries are kept as orphans and not yet dealt with.
    pub orphans: u64,
    /// The witness; null where none is set.
    pub witness: Option<Witness>,
    /// Which steps the present state offers.
    pub offers: Offers,
}

/// The witness, as this station sees it. Its password is never told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Witness {
    /// Where it is, with the fingerprint of its certificate.
    pub url: String,
    /// The user that this station logs in as; null for none.
    pub user: Option<String>,
    /// How this station stands with it.
    pub state: WitnessState,
    /// Until when the lease, or the promise that stands in for it, lasts unless it is renewed (RFC 3339); null without one.
    pub until: Option<String>,
    /// Why it could not be asked last and what to do, in words; null where it could.
    pub failure: Option<String>,
    /// This station edits on its operator's word, outside the witness's guarantee.
    pub overridden: bool,
}

/// How far the secondary is behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Lag {
    /// Journal entries.
    pub entries: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// Age of the oldest in milliseconds.
    pub ms: u64,
}

/// How far a first sync or resync is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Progress {
    /// Units done.
    pub done: u64,
    /// Units in all; 0 where it is not known.
    pub total: u64,
}

/// What each side has that the other lacks: shown wherever an operator has to choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Difference {
    /// The last entry that both share.
    pub shared_seq: u64,
    /// Entries that only this station has.
    pub only_here: u64,
    /// Entries that only the peer has.
    pub only_there: u64,
}

/// Where a station is in its history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PositionView {
    /// Identity of the history.
    pub lineage: LineageId,
    /// Number of the epoch in force.
    pub epoch: u64,
    /// The station that opened it.
    pub opener: StationId,
    /// Last entry held durably.
    pub seq: u64,
    /// Running hash over all entries up to it.
    pub chain: Chain,
}

/// The other station.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PeerView {
    /// Identity.
    pub station_id: StationId,
    /// What people call it.
    pub name: String,
    /// Its version of Tandem.
    pub version: String,
    /// Its mode.
    pub mode: Mode,
    /// How long it waits for a silent primary before it takes over, in seconds; null where it never does so by itself.
    pub failover_offset_s: Option<u32>,
    /// Where it is.
    pub position: PositionView,
    /// Its clock minus ours, in milliseconds; null where it was not measured.
    pub clock_difference_ms: Option<i64>,
    /// When it was last heard (RFC 3339).
    pub last_contact: Option<String>,
    /// What its latest full check of its data found; null where it has not told.
    pub last_verify: Option<LastVerify>,
}

/// The latest full scan of a station's data against its rolling sum: its operator's, or one in the background.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LastVerify {
    /// When it ended, by that station's clock (RFC 3339).
    pub at: String,
    /// Whether the data are as the journal made them.
    pub ok: bool,
    /// Cells scanned.
    pub cells: u64,
    /// How long it took in milliseconds, with the rests of a scan in the background.
    pub ms: u64,
}

/// The steps that the present state offers; what is false would be refused. Make primary may need `force`: on a secondary
/// that is Connecting, Not synced or Incompatible, and on a primary whose hand-over was left open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Offers {
    /// Make primary: this station becomes, or stays, the one that edits.
    pub make_primary: bool,
    /// Hand over: the other station becomes primary.
    pub hand_over: bool,
    /// Become secondary: this station follows the other.
    pub become_secondary: bool,
    /// Resync now.
    pub resync_now: bool,
    /// Hold the countdown.
    pub hold_failover: bool,
    /// Confirm the short code.
    pub confirm_peer: bool,
}

/// `set_redundancy`: what is not given stays as it is.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct SetRedundancy {
    /// The mode.
    pub mode: Mode,
    /// URL of the other station; needed unless the mode is none.
    #[serde(default)]
    pub peer_url: Option<String>,
    /// Whole seconds, 2 to 86,400.
    #[serde(default)]
    pub failover_offset_s: Option<i64>,
    /// A superseded primary without orphans follows again by itself.
    #[serde(default)]
    pub auto_rejoin: Option<bool>,
    /// That this station's data may be replaced by the primary's (a backup is kept).
    #[serde(default)]
    pub confirm_replace: Option<bool>,
    /// The witness; null does without one from now on.
    #[serde(default, deserialize_with = "super::given")]
    #[ts(optional = nullable, as = "Option<SetWitness>")]
    pub witness: Option<Option<SetWitness>>,
}

/// The witness as an operator sets it.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct SetWitness {
    /// `https://HOST:PORT/#sha256-…`: an etcd server and the fingerprint of its certificate.
    pub url: String,
    /// The user to log in as; none where it is not given.
    #[serde(default)]
    pub user: Option<String>,
    /// The user's password; the one that is known where it is not given.
    #[serde(default)]
    pub password: Option<String>,
}

impl std::fmt::Debug for SetWitness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetWitness")
            .field("url", &self.url)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// `confirm_peer`: the code as the other station's screen shows it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct ConfirmPeer {
    /// The short code.
    pub code: String,
}

/// `make_primary`.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct MakePrimary {
    /// Also where what this station holds is not known to be complete.
    pub force: Option<bool>,
}

/// `get_redundancy_log`.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct GetRedundancyLog {
    /// How many at most, newest first; 100 where not given.
    pub limit: Option<u32>,
}

/// One change of status, mode or primary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RedundancyLogEntry {
    /// When (RFC 3339).
    pub at: String,
    /// What happened: `"status"`, `"mode"`, `"promoted"`, …
    pub event: String,
    /// In words.
    pub detail: String,
}
