//! What the machine must remember over a crash. The driver keeps it as one record that is replaced atomically.

use domain::history::{Epoch, Position};
use domain::ids::{LineageId, StationId};
use serde::{Deserialize, Serialize};

use crate::check::Checked;
use crate::config::{Config, Mode};
use crate::message::{HandoverId, Stream};

/// A primary of this lineage with a higher epoch was met (rule 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Superseded {
    /// The primary that was met.
    pub by: StationId,
    /// Its epoch.
    pub epoch: Epoch,
    /// The last entry that both share; what comes after it here are orphans.
    pub shared_seq: u64,
}

/// An epoch of equal number and another opener was met (rule 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forked {
    /// The station that was met.
    pub with: StationId,
    /// Its epoch.
    pub epoch: Epoch,
    /// The last entry that both share.
    pub shared_seq: u64,
    /// Whether the other led, too. Where it did and is a secondary later, its operator has chosen.
    pub other_led: bool,
}

/// "Handing over to X at position P" (rule 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandingOver {
    /// Which hand-over.
    pub id: HandoverId,
    /// The station that takes the lead.
    pub to: StationId,
    /// Where this primary stopped.
    pub at: Position,
}

/// The peer as it was last met; what rule 0 decides by when the peer is silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerRecord {
    /// Who it was.
    pub station: StationId,
    /// Its mode then.
    pub mode: Mode,
}

/// A first sync that was completed: the secondary held the primary's head with an equal sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncedWith {
    /// The other station.
    pub station: StationId,
    /// The lineage.
    pub lineage: LineageId,
}

/// The highest epoch of a lineage that was ever met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpochSeen {
    /// The lineage.
    pub lineage: LineageId,
    /// Its number.
    pub number: u64,
}

/// Everything that must survive a crash, beside the store's own history. Kept in the station's local data, never
/// replicated, never restored from a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Durable {
    /// What the operator set, as changed by promotions and planned switches.
    pub config: Config,
    /// The secondary mode that this station last had.
    pub former_mode: Option<Mode>,
    /// The peer as last met.
    pub peer: Option<PeerRecord>,
    /// The highest epoch number that this station has ever seen in force, in its lineage.
    pub epoch_seen: Option<EpochSeen>,
    /// The highest epoch number that it has ever seen in any lineage. What it opens gets a higher one: it may have opened epochs
    /// in a lineage that it left and comes back to, of which nobody there knows.
    pub epoch_highest: u64,
    /// Set by rule 5.
    pub superseded: Option<Superseded>,
    /// Set by rule 5.
    pub forked: Option<Forked>,
    /// Set by rule 4.
    pub handing_over: Option<HandingOver>,
    /// The last hand-over that this station refused.
    pub refused: Option<HandoverId>,
    /// The first sync that was completed.
    pub synced_with: Option<SyncedWith>,
    /// In its last contact with its primary this station was Synced or Syncing and its last check was equal (rule 2).
    pub in_step: bool,
    /// The operator stopped the countdown (rule 3).
    pub held: bool,
    /// The operator agreed that this station's data is replaced by that of another lineage.
    pub replace_confirmed: bool,
    /// What the latest full check of this station's data found.
    pub checked: Option<Checked>,
    /// The last process of this station that ran as a primary ended in order. A fresh station counts as such.
    pub clean: bool,
    /// The stream of the primary to whom this station last promised not to take the witness's lease.
    pub promised: Option<Stream>,
    /// This primary edits on its operator's word, without lease or promise.
    pub overridden: bool,
}

impl Default for Durable {
    fn default() -> Self {
        Self {
            config: Config::default(),
            former_mode: None,
            peer: None,
            epoch_seen: None,
            epoch_highest: 0,
            superseded: None,
            forked: None,
            handing_over: None,
            refused: None,
            synced_with: None,
            in_step: false,
            held: false,
            replace_confirmed: false,
            checked: None,
            clean: true,
            promised: None,
            overridden: false,
        }
    }
}
