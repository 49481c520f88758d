//! Backups of this station's database. Local: a secondary makes them too; restoring one is an operator's decision.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A dated copy of the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Backup {
    /// Identity, for `restore_backup`.
    pub id: String,
    /// When it was made (RFC 3339).
    pub at: String,
    /// Why: `"by hand"`, `"before this station's data was replaced"`.
    pub reason: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// The file.
    pub path: String,
}

/// What `list_backups` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Backups {
    /// Newest first.
    pub backups: Vec<Backup>,
}

/// What `create_backup` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BackupCreated {
    /// The new one.
    pub backup: Backup,
}

/// `restore_backup`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct RestoreBackup {
    /// Which.
    pub id: String,
}

/// What `restore_backup` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BackupRestored {
    /// The one that was restored.
    pub restored: Backup,
    /// It was made of data that no edit led to. They are in force all the same: another backup may be the better one.
    pub damaged: bool,
    /// The copy that was made of the data as it was before.
    pub saved: Backup,
    /// Where in the history the station is now: a restore opens an epoch.
    #[serde(flatten)]
    pub committed: super::Committed,
}
