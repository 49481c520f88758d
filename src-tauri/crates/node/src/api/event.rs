//! What a station tells without being asked, enough for a client to stay current without polling.

use domain::ids::{PlaylistId, StationId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Alarms, ErrorCode, FileCheck, Job, Redundancy, StationInfo};

/// An event. The first one on a new connection is a `status`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
#[ts(export)]
pub enum Event {
    /// How the station and the pair stand now; sent at every change of it, and once a second while something counts.
    Status {
        /// The station.
        station: Box<StationInfo>,
        /// The pair.
        redundancy: Box<Redundancy>,
    },
    /// A change was committed on this station, by an operator here or by the primary. Refetch what it touched.
    Entry(EntryEvent),
    /// The peer holds everything up to this entry durably.
    PeerDurable {
        /// Number of the entry.
        seq: u64,
    },
    /// A job started, went on or ended.
    Job {
        /// The job as it is now.
        job: Box<Job>,
    },
    /// What nobody has acknowledged has changed.
    Alarms(Alarms),
    /// What this station knows of its media files has changed: refetch what shows it.
    Files(FileCheck),
    /// Something that an operator must know.
    Message(Message),
    /// This client missed events (it was too slow, or all data were replaced): refetch everything that is shown.
    Refetch,
}

/// What a committed change touched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EntryEvent {
    /// Number of its epoch.
    pub epoch: u64,
    /// Its number.
    pub seq: u64,
    /// What, in words.
    pub label: String,
    /// By which system user.
    pub user: String,
    /// On which station.
    pub station_id: StationId,
    /// The playlists whose items it touched.
    pub playlists: Vec<PlaylistId>,
    /// Whether it touched assets.
    pub assets: bool,
    /// Whether it touched templates.
    pub templates: bool,
    /// Whether it touched the channel's settings.
    pub channel: bool,
}

/// How grave a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Level {
    /// Good to know.
    Info,
    /// Something wants attention.
    Warning,
    /// Something went wrong.
    Error,
}

/// Something that an operator must know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Message {
    /// When (RFC 3339).
    pub at: String,
    /// How grave.
    pub level: Level,
    /// What kind of error, where it is one.
    pub code: Option<ErrorCode>,
    /// What it tells of the pair, for those who say it in their own words; null where it is about something else.
    pub notice: Option<PairNotice>,
    /// In words.
    pub text: String,
}

/// Something about the pair that an operator must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum PairNotice {
    /// The other station became unavailable.
    Unavailable,
    /// This station took over by itself.
    TookOver,
    /// The other station became primary meanwhile.
    Superseded,
    /// Both became primary apart from each other.
    Forked,
    /// The two do not come into step by themselves.
    NotSynced,
    /// This station's data are not what edits made of them.
    Damaged,
    /// The journal keeps much for a peer that is away.
    JournalFills,
    /// The two are in step.
    Synced,
}
