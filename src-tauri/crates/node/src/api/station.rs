//! The station itself, and its machine's folders.

use domain::ids::StationId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Mode;

/// `get_station`: who this station is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StationInfo {
    /// Identity.
    pub station_id: StationId,
    /// What people call it.
    pub name: String,
    /// Version of Tandem: `"0.1.0"`.
    pub version: String,
    /// This station's own URL for its peer to use, with the fingerprint of its certificate:
    /// `"https://host:port/#sha256-…"`. It answers only while a redundancy mode is set.
    pub url: String,
    /// Whether an edit would be accepted now.
    pub editable: bool,
    /// Why not, in one sentence; null where it is.
    pub read_only_reason: Option<String>,
    /// The redundancy mode.
    pub mode: Mode,
    /// The system user that edits are recorded under.
    pub user: String,
    /// The folder with this station's data.
    pub data_dir: String,
}

/// `list_folders`: a folder of the station's machine, by its absolute path; without one, the user's home.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct ListFolders {
    /// Absolute path.
    pub path: Option<String>,
}

/// What `list_folders` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Folders {
    /// The folder that was listed.
    pub path: String,
    /// The folder above it; null at the top.
    pub parent: Option<String>,
    /// The folders in it by name, hidden ones left out.
    pub folders: Vec<Folder>,
    /// Whether there are more than are listed.
    pub truncated: bool,
}

/// A folder in another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Folder {
    /// Its name.
    pub name: String,
    /// Its absolute path.
    pub path: String,
}
