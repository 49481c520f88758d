//! Files that are dropped on the screen: where they are in this station's library, and taking them in.

use std::path::{Path, PathBuf};

use store::tables;

use super::Desk;
use super::folders::absolute;
use super::library::scanning;
use super::media_roots::MediaRootFolders;
use crate::api::{
    AddFiles, ApiError, ErrorCode, JobStarted, LocateFiles, LocatedFile, LocatedFiles,
};
use crate::library::Roots;
use crate::library::ffprobe::Prober;
use crate::library::jobs::Jobs;
use crate::library::scan::Candidate;
use crate::library::walk;

/// How many paths one command takes.
const PATHS_MAX: usize = 1_000;

/// `locate_files`.
///
/// # Errors
/// `invalid` for a path that is not absolute, `too_large`, `internal`.
pub async fn locate(
    desk: &Desk,
    folders: &MediaRootFolders,
    args: LocateFiles,
) -> Result<LocatedFiles, ApiError> {
    let roots = folders.all().await?;
    let mut files = Vec::with_capacity(args.paths.len());
    for path in checked(&args.paths)? {
        files.push(located(desk, &roots, &path).await?);
    }
    Ok(LocatedFiles { files })
}

async fn located(desk: &Desk, roots: &Roots, path: &Path) -> Result<LocatedFile, ApiError> {
    let shown = path.display().to_string();
    let metadata = match tokio::fs::canonicalize(path).await {
        Ok(real) => tokio::fs::metadata(&real)
            .await
            .map(|metadata| (real, metadata)),
        Err(error) => Err(error),
    };
    let (real, metadata) = match metadata {
        Ok(found) => found,
        Err(error) => {
            return Ok(LocatedFile {
                path: shown,
                folder: None,
                inside: false,
                asset_id: None,
                problem: Some(error.to_string()),
            });
        }
    };
    let folder = if metadata.is_dir() {
        Some(real.as_path())
    } else {
        real.parent()
    };
    let inside = folder.is_some_and(|folder| !roots.place(folder).is_new);
    let file = roots.file(&real).filter(|_| metadata.is_file());
    let asset_id = match file {
        Some(file) => tables::assets::of_file(&mut *desk.read().await?, &file)
            .await?
            .map(|asset| asset.id),
        None => None,
    };
    let is_media = metadata.is_dir() || walk::is_media(&real);
    Ok(LocatedFile {
        path: shown,
        folder: folder.map(|folder| folder.display().to_string()),
        inside,
        asset_id,
        problem: (!is_media).then(|| "it is no media file by its name".into()),
    })
}

/// `add_files`.
///
/// # Errors
/// `read_only`, `invalid` for a path that is not absolute or lies in no media root, `not_found`, `too_large`, `busy` where
/// too many jobs run. What goes wrong later stands in the job.
pub async fn add(
    desk: &Desk,
    folders: &MediaRootFolders,
    prober: &Prober,
    jobs: &Jobs,
    args: AddFiles,
) -> Result<JobStarted, ApiError> {
    desk.check_editable()?;
    let roots = folders.all().await?;
    let mut found = Vec::new();
    for path in checked(&args.paths)? {
        let real = tokio::fs::canonicalize(&path).await;
        let real = real.map_err(|error| unusable(&path, &error.to_string()))?;
        let around = if real.is_dir() {
            Some(real.as_path())
        } else {
            real.parent()
        };
        if around.is_none_or(|folder| roots.place(folder).is_new) {
            let message = format!(
                "{} lies in no media folder of this station: add its folder to the library.",
                path.display()
            );
            return Err(ApiError::invalid("paths", message));
        }
        let files = tokio::task::spawn_blocking(move || candidates(real)).await;
        let files = files.map_err(|error| unusable(&path, &error.to_string()))?;
        found.extend(files.map_err(|error| unusable(&path, &error.to_string()))?);
    }
    let Some(first) = found.first() else {
        let message = "There is no media file among them.";
        return Err(ApiError::invalid("paths", message));
    };
    let folder = first.path.parent().unwrap_or(Path::new("/")).to_owned();
    let label = format!("Add {}", super::desk::count(found.len(), "file"));
    let scan = scanning(desk, prober, roots, folder);
    let job = jobs.start(label, |work| scan.take_in(found, work))?;
    Ok(JobStarted { job })
}

/// The media files that a path is or has below it.
fn candidates(path: PathBuf) -> std::io::Result<Vec<Candidate>> {
    let metadata = std::fs::metadata(&path)?;
    if metadata.is_dir() {
        return walk::files(&path);
    }
    let is_media = walk::is_media(&path);
    Ok(is_media
        .then_some(Candidate { path, metadata })
        .into_iter()
        .collect())
}

fn checked(paths: &[String]) -> Result<Vec<PathBuf>, ApiError> {
    if paths.is_empty() {
        return Err(ApiError::invalid("paths", "Name at least one path."));
    }
    if paths.len() > PATHS_MAX {
        let message = format!(
            "{} paths are too many at once: at most {PATHS_MAX} are possible. Add their folder.",
            paths.len()
        );
        return Err(ApiError::new(ErrorCode::TooLarge, message));
    }
    paths.iter().map(|path| absolute(path)).collect()
}

fn unusable(path: &Path, why: &str) -> ApiError {
    let message = format!("{} cannot be used: {why}.", path.display());
    ApiError::new(ErrorCode::NotFound, message).with(serde_json::json!({ "field": "paths" }))
}
