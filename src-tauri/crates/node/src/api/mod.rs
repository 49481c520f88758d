//! The contract with whoever drives a station (DESIGN.md 6.2): every command, request, answer, event and error.
//!
//! One definition, two transports (Tauri IPC and the control API); the TypeScript types in `ui/src/backend/bindings`
//! are generated from it. Ids are UUID strings, instants RFC 3339, durations and points in frames (integers), clock
//! times in a day timecode strings, hashes lower-case hex strings; what is not there is null.

mod alarm;
mod backup;
mod data;
mod days;
mod error;
mod event;
mod exchange;
mod history;
mod job;
mod library;
mod orphans;
mod planning;
mod playlist;
mod preview;
mod redundancy;
mod settings;
mod station;
mod table;
mod templates;

pub use alarm::*;
pub use backup::*;
pub use data::*;
pub use days::*;
pub use error::*;
pub use event::*;
pub use exchange::*;
pub use history::*;
pub use job::*;
pub use library::*;
pub use orphans::*;
pub use planning::*;
pub use playlist::*;
pub use preview::*;
pub use redundancy::*;
pub use settings::*;
pub use station::*;
pub use table::*;
pub use templates::*;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The arguments of a command that takes none: `{}`.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export, type = "Record<string, never>")]
pub struct Nothing {}

/// Where in the history an edit stands: every edit answers with it beside its result, once it is durable on its own
/// station. An edit that changed nothing answers with the position as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Committed {
    /// Number of the epoch.
    pub epoch: u64,
    /// Number of the journal entry.
    pub seq: u64,
}

/// Tells "not given" (`None`: leave as it is) from "given as null" (`Some(None)`: clear it).
fn given<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}
