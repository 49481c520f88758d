//! Backups of this station's data.

use std::time::Duration;

use store::Store;

use super::Desk;
use super::desk::instant_us;
use super::redundancy::settled;
use crate::api::{
    ApiError, Backup, BackupCreated, BackupRestored, Backups, Committed, RestoreBackup,
};
use crate::redundancy::RedundancyHandle;

/// How long a restore waits for its epoch.
const EPOCH_TIMEOUT: Duration = Duration::from_secs(5);

/// `list_backups`.
///
/// # Errors
/// `internal`.
pub async fn list(desk: &Desk) -> Result<Backups, ApiError> {
    Ok(Backups {
        backups: desk
            .store()
            .backups()
            .await?
            .into_iter()
            .map(shown)
            .collect(),
    })
}

/// `create_backup`.
///
/// # Errors
/// `no_space`, `internal`.
pub async fn create(desk: &Desk) -> Result<BackupCreated, ApiError> {
    Ok(BackupCreated {
        backup: shown(desk.store().create_backup("made by hand").await?),
    })
}

/// `restore_backup`. What is replaced is backed up before. Every restore opens an epoch, so that no peer takes it for the
/// history that it knows.
///
/// # Errors
/// `not_found`, `invalid` for a backup of another program or a newer version, `conflict` where the pair forbids it now,
/// `read_only`, `busy`, `no_space`. Nothing was changed then.
pub async fn restore(
    desk: &Desk,
    redundancy: &RedundancyHandle,
    args: RestoreBackup,
) -> Result<BackupRestored, ApiError> {
    desk.check_editable()?;
    let store = desk.store();
    if !store
        .backups()
        .await?
        .iter()
        .any(|backup| backup.id == args.id)
    {
        return Err(ApiError::not_found("backup", args.id));
    }
    redundancy.may_restore().await?;
    let saved = store
        .create_backup(&format!("before the backup of {} was restored", args.id))
        .await?;
    let store::Restored { backup, damaged } =
        store.restore_backup(desk.user(), &args.id).await?.value;
    if damaged {
        tracing::warn!(id = %args.id, "the backup that was restored holds data that no edit made");
    }
    open_epoch(store, redundancy).await?;
    let position = store.head().position;
    Ok(BackupRestored {
        restored: shown(backup),
        damaged,
        saved: shown(saved),
        committed: Committed {
            epoch: position.epoch.number,
            seq: position.seq,
        },
    })
}

/// Has the pair open an epoch for the restored data, and waits until it is in force.
async fn open_epoch(store: &Store, redundancy: &RedundancyHandle) -> Result<(), ApiError> {
    let era = |head: &store::Head| (head.position.lineage, head.position.epoch);
    let mut heads = store.watch_head();
    let before = era(&heads.borrow_and_update());
    redundancy.restored().await?;
    // A primary whose peer is silent opens it later; the restore itself is done.
    let opened = heads.wait_for(|head| era(head) != before);
    if tokio::time::timeout(EPOCH_TIMEOUT, opened).await.is_err() {
        tracing::warn!("the epoch after a restore is not open yet");
    }
    settled(redundancy).await;
    Ok(())
}

fn shown(backup: store::Backup) -> Backup {
    Backup {
        id: backup.id,
        at: instant_us(backup.at_us),
        reason: backup.reason,
        size_bytes: backup.size_bytes,
        path: backup.path.display().to_string(),
    }
}
