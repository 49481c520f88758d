//! Scanning a folder: every media file below it is probed, and comes into the library as it is now.
//!
//! The walk, two probes at a time, and the commits run side by side; bounded channels between them keep the walk from
//! running ahead. A file that the library has with the same size and date is not probed again.

use std::fs::Metadata;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::asset::{MediaFile, MediaInfo};
use domain::ids::AssetId;
use futures_util::StreamExt as _;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::Roots;
use super::check::size_and_date;
use super::ffprobe::{ProbeError, Prober};
use super::jobs::Work;
use super::walk::{self, Finding};
use crate::api::{ApiError, ErrorCode};

/// How many files are probed at once: more would only make a disk seek.
const PROBES_AT_ONCE: usize = 2;
/// How many assets one journal entry takes at most.
const BATCH_MAX: usize = 500;
/// How long found assets wait for their entry at most.
const BATCH_AGE_MAX: Duration = Duration::from_secs(5);

/// What the library knows of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The asset.
    pub id: AssetId,
    /// As it was when the file was probed.
    pub size_bytes: Option<i64>,
    /// As it was when the file was probed.
    pub modified_at: Option<String>,
}

/// A file that was probed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probed {
    /// The asset that has this file already, if one has.
    pub known: Option<AssetId>,
    /// Where it is.
    pub file: MediaFile,
    /// What it is called until somebody says otherwise: the file's name without its extension.
    pub title: String,
    /// What it is.
    pub info: MediaInfo,
}

/// What a scan needs of the station.
pub trait Library: Send + Sync {
    /// What the library has of this file.
    fn known(
        &self,
        file: &MediaFile,
    ) -> impl Future<Output = Result<Option<Known>, ApiError>> + Send;

    /// Why the library cannot take a file, in words: its name or duration is beyond a limit; `None` where it can.
    fn refuses(
        &self,
        file: &Probed,
    ) -> impl Future<Output = Result<Option<String>, ApiError>> + Send;

    /// Adds or updates assets in one journal entry. Durations are computed at the channel's rate of that moment.
    fn commit(
        &self,
        label: String,
        files: Vec<Probed>,
    ) -> impl Future<Output = Result<(), ApiError>> + Send;
}

/// One scan.
pub struct Scan<L> {
    /// Where assets go.
    pub library: L,
    /// Reads the files.
    pub prober: Prober,
    /// The media roots with their folders, that of the scanned folder among them.
    pub roots: Roots,
    /// What is scanned.
    pub folder: PathBuf,
}

/// A file to be looked at.
#[derive(Debug)]
pub struct Candidate {
    /// Where it is.
    pub path: PathBuf,
    /// Its size, change date and so on.
    pub metadata: Metadata,
}

enum Outcome {
    Unchanged,
    Probed(Box<Probed>),
    Problem { path: PathBuf, reason: String },
}

impl<L: Library> Scan<L> {
    /// Runs to the end, or until it is cancelled: what was committed by then stays.
    ///
    /// # Errors
    /// `unavailable` where ffprobe or the folder is not there (or vanishes), and what the library says of a commit.
    pub async fn run(self, work: Work) -> Result<(), ApiError> {
        let Some(checked) = work
            .cancelled()
            .run_until_cancelled(self.prober.check())
            .await
        else {
            return Ok(());
        };
        checked.map_err(unavailable)?;
        let (candidates, mut found) = mpsc::channel(64);
        let walking = tokio::task::spawn_blocking({
            let (folder, work) = (self.folder.clone(), work.clone());
            move || walk_into(&folder, &candidates, &work)
        });
        let outcomes = futures_util::stream::poll_fn(move |context| found.poll_recv(context))
            .map(|candidate| self.look_at(candidate))
            .buffer_unordered(PROBES_AT_ONCE);
        let collected = self.collect(outcomes, &work).await;
        // The walk ends by itself once nobody takes what it finds.
        let walked = walking.await.map_err(|error| {
            tracing::error!(%error, "the walk of a scanned folder failed");
            ApiError::new(
                ErrorCode::Internal,
                "The folder could not be walked; the log has the cause.",
            )
        })?;
        collected?;
        walked.map_err(|error| self.folder_is_gone(&error))?;
        // A share that is unmounted in mid-scan shows as files that vanish one by one.
        tokio::fs::metadata(&self.folder)
            .await
            .map_err(|error| self.folder_is_gone(&error))?;
        Ok(())
    }

    /// Takes in these files of the folder instead of all that it has.
    ///
    /// # Errors
    /// `unavailable` where ffprobe is not there, and what the library says of a commit.
    pub async fn take_in(self, files: Vec<Candidate>, work: Work) -> Result<(), ApiError> {
        let checking = self.prober.check();
        let Some(checked) = work.cancelled().run_until_cancelled(checking).await else {
            return Ok(());
        };
        checked.map_err(unavailable)?;
        work.progress(|job| job.total = files.len() as u64);
        let outcomes = futures_util::stream::iter(files)
            .map(|candidate| self.look_at(candidate))
            .buffer_unordered(PROBES_AT_ONCE);
        self.collect(outcomes, &work).await
    }

    fn folder_is_gone(&self, error: &std::io::Error) -> ApiError {
        let folder = self.folder.display();
        let message = format!(
            "The folder {folder} cannot be read: {error}. What was found before is in the library; scan it again."
        );
        ApiError::new(ErrorCode::Unavailable, message)
            .with(serde_json::json!({ "path": folder.to_string() }))
    }

    async fn look_at(&self, candidate: Candidate) -> Result<Outcome, ApiError> {
        let Candidate { path, metadata } = candidate;
        let Some(file) = self.roots.file(&path) else {
            return Ok(Outcome::Problem {
                path,
                reason: "its name is not valid Unicode".into(),
            });
        };
        let (size_bytes, modified_at) = size_and_date(&metadata);
        let before = self.library.known(&file).await?;
        if before
            .as_ref()
            .is_some_and(|known| known.size_bytes == size_bytes && known.modified_at == modified_at)
        {
            return Ok(Outcome::Unchanged);
        }
        let info = match self.prober.probe(&path).await {
            Ok(info) => info,
            Err(error @ (ProbeError::Missing { .. } | ProbeError::Run(_))) => {
                return Err(unavailable(error));
            }
            Err(error) => {
                return Ok(Outcome::Problem {
                    path,
                    reason: error.to_string(),
                });
            }
        };
        let probed = Probed {
            known: before.map(|known| known.id),
            title: path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            file,
            info: MediaInfo {
                size_bytes,
                modified_at,
                ..info
            },
        };
        match self.library.refuses(&probed).await? {
            Some(reason) => Ok(Outcome::Problem { path, reason }),
            None => Ok(Outcome::Probed(Box::new(probed))),
        }
    }

    async fn collect(
        &self,
        outcomes: impl futures_util::Stream<Item = Result<Outcome, ApiError>>,
        work: &Work,
    ) -> Result<(), ApiError> {
        let mut outcomes = std::pin::pin!(outcomes);
        let mut batch = Vec::new();
        let mut due = Instant::now() + BATCH_AGE_MAX;
        loop {
            let next = tokio::select! {
                () = work.cancelled().cancelled() => None,
                () = tokio::time::sleep_until(due), if !batch.is_empty() => {
                    self.commit(&mut batch, work).await?;
                    continue;
                }
                outcome = outcomes.next() => outcome.transpose()?,
            };
            let Some(outcome) = next else { break };
            match outcome {
                Outcome::Unchanged => work.progress(|job| {
                    job.done += 1;
                    job.unchanged += 1;
                }),
                Outcome::Problem { path, reason } => {
                    work.progress(|job| job.done += 1);
                    work.problem(path.display().to_string(), reason);
                }
                Outcome::Probed(probed) => {
                    if batch.is_empty() {
                        due = Instant::now() + BATCH_AGE_MAX;
                    }
                    batch.push(*probed);
                }
            }
            if batch.len() >= BATCH_MAX {
                self.commit(&mut batch, work).await?;
            }
        }
        self.commit(&mut batch, work).await
    }

    async fn commit(&self, batch: &mut Vec<Probed>, work: &Work) -> Result<(), ApiError> {
        if batch.is_empty() {
            return Ok(());
        }
        let files = std::mem::take(batch);
        let updated = files.iter().filter(|file| file.known.is_some()).count() as u64;
        let added = files.len() as u64 - updated;
        self.library
            .commit(self.label(added, updated), files)
            .await?;
        work.progress(|job| {
            job.done += added + updated;
            job.added += added;
            job.updated += updated;
        });
        Ok(())
    }

    fn label(&self, added: u64, updated: u64) -> String {
        let count = |count: u64| format!("{count} {}", if count == 1 { "asset" } else { "assets" });
        let folder = self
            .folder
            .file_name()
            .unwrap_or(self.folder.as_os_str())
            .to_string_lossy();
        match (added, updated) {
            (added, 0) => format!("Add {} from {folder}", count(added)),
            (0, updated) => format!("Update {} from {folder}", count(updated)),
            (added, updated) => format!("Add {} and update {updated} from {folder}", count(added)),
        }
    }
}

fn walk_into(
    folder: &Path,
    candidates: &mpsc::Sender<Candidate>,
    work: &Work,
) -> std::io::Result<()> {
    walk::walk(folder, |finding| match finding {
        Finding::File { path, metadata } => {
            work.progress(|job| job.total += 1);
            candidates
                .blocking_send(Candidate { path, metadata })
                .is_ok()
        }
        Finding::Problem { path, reason } => {
            work.problem(path.display().to_string(), reason);
            !candidates.is_closed()
        }
    })
}

fn unavailable(error: ProbeError) -> ApiError {
    ApiError::new(ErrorCode::Unavailable, error.to_string())
}

#[cfg(test)]
mod tests;
