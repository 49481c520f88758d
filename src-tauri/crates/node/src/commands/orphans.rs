//! Orphans: edits that a successor never received, kept until somebody deals with them.

use serde_json::json;
use store::OrphanId;

use super::Desk;
use super::desk::{committed, instant_us};
use super::folders::absolute;
use crate::api::{
    ApiError, ErrorCode, ExportOrphans, Orphan, OrphanState, Orphans, OrphansExported, Reapplied,
    ReapplyOrphan,
};

/// `list_orphans`.
///
/// # Errors
/// `internal`.
pub async fn list(desk: &Desk) -> Result<Orphans, ApiError> {
    let orphans = desk.store().orphans().await?;
    Ok(Orphans {
        orphans: orphans.into_iter().map(shown).collect(),
    })
}

fn shown(orphan: store::Orphan) -> Orphan {
    let state = match (orphan.reapplied_seq, orphan.exported_at_us) {
        (Some(_), _) => OrphanState::Reapplied,
        (None, Some(_)) => OrphanState::Exported,
        (None, None) => OrphanState::Kept,
    };
    Orphan {
        id: orphan.id.to_string(),
        bundle: orphan.bundle.0.hyphenated().to_string(),
        cut_at: instant_us(orphan.cut_at_us),
        reason: orphan.reason,
        seq: orphan.seq,
        epoch: orphan.epoch.number,
        at: instant_us(orphan.at_us),
        station_id: orphan.station,
        user: orphan.user,
        label: orphan.label,
        state,
        reapplied_seq: orphan.reapplied_seq,
    }
}

/// `reapply_orphan`.
///
/// # Errors
/// `not_found`, `invalid` where it was applied again already, `conflict` where rows have changed since, `read_only`.
pub async fn reapply(desk: &Desk, args: ReapplyOrphan) -> Result<Reapplied, ApiError> {
    let id = args
        .id
        .parse()
        .map(OrphanId)
        .map_err(|_| ApiError::not_found("orphan", &args.id))?;
    let written = desk.store().reapply_orphan(desk.user(), id).await?;
    let entry = desk
        .store()
        .history(Some(written.seq + 1), 1)
        .await?
        .into_iter()
        .next();
    let label = entry
        .filter(|entry| entry.seq == written.seq)
        .map(|entry| entry.label)
        .unwrap_or_default();
    Ok(Reapplied {
        label,
        committed: committed(&written),
    })
}

/// `export_orphans`.
///
/// # Errors
/// `invalid` for a path that is not absolute, `conflict` where there is something already, `unavailable` where the file
/// cannot be written, `no_space`.
pub async fn export(desk: &Desk, args: ExportOrphans) -> Result<OrphansExported, ApiError> {
    let path = absolute(&args.path)?;
    let details = json!({ "field": "path" });
    match path.try_exists() {
        Ok(false) => {}
        Ok(true) => {
            let message = format!("{} exists already: choose another name.", path.display());
            return Err(ApiError::new(ErrorCode::Conflict, message).with(details));
        }
        Err(error) => return Err(unwritable(&path, &error).with(details)),
    }
    let orphans = desk
        .store()
        .export_orphans(&path)
        .await
        .map_err(|error| match error {
            store::Error::Io { source, .. } => unwritable(&path, &source).with(details),
            other => other.into(),
        })?;
    Ok(OrphansExported {
        path: path.display().to_string(),
        orphans,
    })
}

fn unwritable(path: &std::path::Path, error: &std::io::Error) -> ApiError {
    ApiError::new(
        ErrorCode::Unavailable,
        format!("{} cannot be written: {error}.", path.display()),
    )
}
