//! The assets' files on this station: looking at them, and taking what changed into the library.

use std::time::Duration;

use domain::asset::{Asset, MediaInfo};
use domain::ids::AssetId;
use sqlx::sqlite::SqliteConnection;
use store::{FileNote, tables};

use super::Desk;
use super::desk::{channel_and_clock, count, distinct};
use super::media_roots::MediaRootFolders;
use crate::api::{
    ApiError, Committed, ErrorCode, FileFinding, JobStarted, UpdateFromFiles, UpdatedFromFiles,
};
use crate::library::Roots;
use crate::library::check::{Check, Scope};
use crate::library::ffprobe::Prober;
use crate::library::jobs::Jobs;

/// How many assets one edit takes in.
const UPDATED_MAX: u32 = 10_000;

/// `check_files`.
///
/// # Errors
/// `busy` where too many jobs run, `internal`.
pub async fn start_check(
    desk: &Desk,
    folders: &MediaRootFolders,
    prober: &Prober,
    jobs: &Jobs,
) -> Result<JobStarted, ApiError> {
    let check = check(desk, folders, prober, Duration::ZERO).await?;
    let job = jobs.start("Check the media files".into(), |work| async move {
        check.run(Scope::All, &work).await
    })?;
    Ok(JobStarted { job })
}

/// A check of the files as the media roots are now.
///
/// # Errors
/// `internal`.
pub async fn check(
    desk: &Desk,
    folders: &MediaRootFolders,
    prober: &Prober,
    pause: Duration,
) -> Result<Check, ApiError> {
    Ok(Check {
        store: desk.store().clone(),
        files: desk.files().clone(),
        prober: prober.clone(),
        roots: folders.all().await?,
        pause,
    })
}

/// What was found about an asset's file, for the one who looks at it.
pub(super) async fn finding(
    connection: &mut SqliteConnection,
    asset: &Asset,
    roots: &Roots,
) -> Result<Option<FileFinding>, ApiError> {
    let note = tables::files::notes(&mut *connection, [asset.id])
        .await?
        .remove(&asset.id);
    let Some((note, state)) = note.and_then(|note| note.state.map(|state| (note, state))) else {
        return Ok(None);
    };
    let rate = channel_and_clock(connection).await?.1.counting().rate();
    let root = asset.file.as_ref().and_then(|file| roots.0.get(&file.root));
    let root_present = match root {
        Some(folder) => tokio::fs::metadata(folder)
            .await
            .is_ok_and(|folder| folder.is_dir()),
        None => false,
    };
    let duration_us = note.probe.as_ref().and_then(|probe| probe.duration_us);
    Ok(Some(FileFinding {
        state,
        root_present,
        duration: duration_us.map(|micros| rate.frames_from_micros(micros)),
        size_bytes: note.size_bytes,
        modified_at: note.modified_at,
        problem: note.problem,
    }))
}

/// `update_from_files`.
///
/// # Errors
/// `conflict` where no file changed that can be read, `not_found`, `too_large`, `read_only`, `busy`, `no_space`.
pub async fn update(desk: &Desk, args: UpdateFromFiles) -> Result<UpdatedFromFiles, ApiError> {
    desk.check_editable()?;
    let changes = changes(desk, args.ids.as_deref()).await?;
    if changes.is_empty() {
        let message = "No file has changed that can be read: check the files, then try again.";
        return Err(ApiError::new(ErrorCode::Conflict, message));
    }
    let mut edit = desk.edit(label(desk, &changes).await?).await?;
    let (_, clock) = channel_and_clock(edit.connection()).await?;
    let rate = clock.counting().rate();
    let (mut updated, mut durations) = (0, 0);
    for (note, probe) in changes {
        // It may have been deleted, or have another file by now.
        let Ok(asset) = tables::assets::get(edit.connection(), note.asset).await else {
            continue;
        };
        let frames = probe
            .duration_us
            .map_or(asset.duration, |micros| rate.frames_from_micros(micros));
        durations += u64::from(frames != asset.duration);
        let info = MediaInfo {
            size_bytes: note.size_bytes,
            modified_at: note.modified_at,
            ..probe
        };
        let changed = Asset {
            duration: frames,
            info,
            ..asset
        };
        tables::assets::update(edit.connection(), changed).await?;
        updated += 1;
    }
    let committed: Committed = desk.commit(edit).await?;
    Ok(UpdatedFromFiles {
        updated,
        durations,
        committed,
    })
}

/// The files that changed and can be read: those named, or all.
async fn changes(
    desk: &Desk,
    ids: Option<&[AssetId]>,
) -> Result<Vec<(FileNote, MediaInfo)>, ApiError> {
    let mut reader = desk.read().await?;
    let notes: Vec<FileNote> = match ids {
        Some(ids) => {
            let ids = distinct(ids, UPDATED_MAX as usize)?;
            let mut found = tables::files::notes(&mut reader, ids.iter().copied()).await?;
            ids.iter().filter_map(|id| found.remove(id)).collect()
        }
        None => tables::files::readable_changes(&mut reader, None, UPDATED_MAX).await?,
    };
    let readable = |mut note: FileNote| {
        note.state?;
        let probe = note.probe.take()?;
        Some((note, probe))
    };
    Ok(notes.into_iter().filter_map(readable).collect())
}

async fn label(desk: &Desk, changes: &[(FileNote, MediaInfo)]) -> Result<String, ApiError> {
    Ok(match changes {
        [(note, _)] => {
            let asset = tables::assets::get(&mut *desk.read().await?, note.asset).await?;
            format!("Update “{}” from its file", asset.title)
        }
        many => format!("Update {} from their files", count(many.len(), "asset")),
    })
}
