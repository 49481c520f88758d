//! Backups of this station's data.

use super::Desk;
use crate::api::{ApiError, BackupCreated, BackupRestored, Backups, ErrorCode, RestoreBackup};
use crate::redundancy::RedundancyHandle;

pub async fn list(_: &Desk) -> Result<Backups, ApiError> {
    Ok(Backups {
        backups: Vec::new(),
    })
}

pub async fn create(_: &Desk) -> Result<BackupCreated, ApiError> {
    Err(ApiError::new(
        ErrorCode::Unavailable,
        "INTERIM: waits for the store's backups.",
    ))
}

pub async fn restore(
    _: &Desk,
    _: &RedundancyHandle,
    _: RestoreBackup,
) -> Result<BackupRestored, ApiError> {
    Err(ApiError::new(
        ErrorCode::Unavailable,
        "INTERIM: waits for the store's backups.",
    ))
}
