//! Looking whether the assets' files are there, and still the ones that were read into the library.
//!
//! A file whose size and date are the library's is taken to be the same. One of another size is another file; one of
//! another date is probed, and is the same where the probe finds what the library has: a copy on the second station has a
//! date of its own. What a probe found is kept with size and date, so that no file is probed twice.

use std::collections::HashMap;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::asset::{Asset, FileState, MediaInfo};
use domain::ids::AssetId;
use store::{FileNote, Store, tables};

use super::Roots;
use super::ffprobe::{ProbeError, Prober};
use super::files::Files;
use super::jobs::Work;
use crate::api::{ApiError, ErrorCode};

/// How many files are looked at in one step: between two steps the check can be cancelled.
const STEP: u32 = 200;
/// How long one step may take: a network share that is gone answers nothing at all.
const STEP_TIME_MAX: Duration = Duration::from_secs(30);

/// Which files are looked at.
pub enum Scope {
    /// All.
    All,
    /// Those of these assets.
    Assets(Vec<AssetId>),
}

/// One check.
pub struct Check {
    /// Where assets are read and findings are kept.
    pub store: Store,
    /// What is told of the findings.
    pub files: Files,
    /// Reads a file that has changed.
    pub prober: Prober,
    /// The folders of this station's media roots.
    pub roots: Roots,
    /// How long to pause between two steps: in the background, everything else comes first.
    pub pause: Duration,
}

/// What the system says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Look {
    Missing,
    Present {
        size_bytes: Option<i64>,
        modified_at: Option<String>,
    },
    /// It cannot be told: a folder above may not be read, say.
    Unknown(String),
}

impl Check {
    /// Runs to the end, or until it is cancelled: what was found by then stays.
    ///
    /// # Errors
    /// `internal`, `no_space`.
    pub async fn run(self, scope: Scope, work: &Work) -> Result<(), ApiError> {
        let result = match scope {
            Scope::All => self.all(work).await,
            Scope::Assets(ids) => self.some(&ids, work).await,
        };
        self.files.reload().await?;
        result
    }

    async fn all(&self, work: &Work) -> Result<(), ApiError> {
        let mut after = None;
        loop {
            let page = tables::files::assets_with_file(&mut *self.store.read().await?, after, STEP)
                .await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            self.step(&page, work).await?;
            self.files.reload().await?;
            let pause = tokio::time::sleep(self.pause);
            if work.cancelled().run_until_cancelled(pause).await.is_none() {
                return Ok(());
            }
        }
        self.store.forget_files_of_no_asset().await?;
        self.files.checked();
        Ok(())
    }

    async fn some(&self, ids: &[AssetId], work: &Work) -> Result<(), ApiError> {
        for ids in ids.chunks(STEP as usize) {
            let assets =
                tables::assets::by_ids(&mut *self.store.read().await?, ids.iter().copied()).await?;
            self.step(&assets.into_values().collect::<Vec<_>>(), work)
                .await?;
            if work.cancelled().is_cancelled() {
                break;
            }
        }
        Ok(())
    }

    /// Looks at the files of these assets and writes down what is new about them.
    async fn step(&self, assets: &[Asset], work: &Work) -> Result<(), ApiError> {
        work.progress(|job| job.total += assets.len() as u64);
        let looks = self.look(assets).await?;
        let ids = assets.iter().map(|asset| asset.id);
        let known = tables::files::notes(&mut *self.store.read().await?, ids).await?;
        let (mut notes, mut forget) = (Vec::new(), Vec::new());
        for asset in assets {
            if work.cancelled().is_cancelled() {
                break;
            }
            let before = known.get(&asset.id);
            let note = match looks.get(&asset.id) {
                // It has no file, or this station has no folder for it: nothing is known.
                None => None,
                Some(Look::Unknown(reason)) => {
                    work.problem(self.path(asset), reason.clone());
                    before.cloned()
                }
                Some(Look::Missing) => Some(missing(asset.id)),
                Some(Look::Present {
                    size_bytes,
                    modified_at,
                }) => {
                    self.note(asset, before, *size_bytes, modified_at.clone(), work)
                        .await
                }
            };
            match note {
                Some(note) if before != Some(&note) => notes.push(note),
                None if before.is_some() => forget.push(asset.id),
                _ => {}
            }
            work.progress(|job| job.done += 1);
        }
        let more = notes.iter().any(|note| note.state.is_some());
        self.store.note_files(notes, forget).await?;
        if more {
            self.files.found_more();
        }
        Ok(())
    }

    fn path(&self, asset: &Asset) -> String {
        let path = asset
            .file
            .as_ref()
            .and_then(|file| self.roots.local_path(file));
        path.unwrap_or_default().display().to_string()
    }

    /// What the system says of the assets' files. Those that this station has no place for are left out.
    async fn look(&self, assets: &[Asset]) -> Result<HashMap<AssetId, Look>, ApiError> {
        let paths: Vec<(AssetId, PathBuf)> = assets
            .iter()
            .filter_map(|asset| Some((asset.id, self.roots.local_path(asset.file.as_ref()?)?)))
            .collect();
        let asked = paths.clone();
        let looking = tokio::task::spawn_blocking(move || {
            let look = |(id, path): (AssetId, PathBuf)| (id, look_at(&path));
            paths.into_iter().map(look).collect::<HashMap<_, _>>()
        });
        match tokio::time::timeout(STEP_TIME_MAX, looking).await {
            Ok(Ok(looks)) => Ok(looks),
            Ok(Err(error)) => {
                tracing::error!(%error, "looking at files failed");
                Err(ApiError::new(
                    ErrorCode::Internal,
                    "The files could not be looked at; the log has the cause.",
                ))
            }
            // The thread stays with the share until that answers; nothing is said of its files.
            Err(_) => {
                let unknown = || Look::Unknown("its disk or network share does not answer".into());
                Ok(asked.into_iter().map(|(id, _)| (id, unknown())).collect())
            }
        }
    }

    /// What there is to say of a file that is there; `None` where it is as the library has it.
    async fn note(
        &self,
        asset: &Asset,
        before: Option<&FileNote>,
        size_bytes: Option<i64>,
        modified_at: Option<String>,
        work: &Work,
    ) -> Option<FileNote> {
        let info = &asset.info;
        if (size_bytes, &modified_at) == (info.size_bytes, &info.modified_at) {
            return None;
        }
        let same_file = |note: &&FileNote| {
            (note.size_bytes, &note.modified_at) == (size_bytes, &modified_at)
                && (note.probe.is_some() || note.problem.is_some())
        };
        let (probe, problem) = match before.filter(same_file) {
            Some(known) => (known.probe.clone(), known.problem.clone()),
            None => {
                let path = self.roots.local_path(asset.file.as_ref()?)?;
                let probing = self.prober.probe(&path);
                match work.cancelled().run_until_cancelled(probing).await {
                    Some(Ok(info)) => (Some(info), None),
                    // It will be probed once there is a prober.
                    None | Some(Err(ProbeError::Missing { .. } | ProbeError::Run(_))) => {
                        (None, None)
                    }
                    Some(Err(error)) => {
                        work.problem(path.display().to_string(), error.to_string());
                        (None, Some(error.to_string()))
                    }
                }
            }
        };
        let same = size_bytes == info.size_bytes
            && probe
                .as_ref()
                .is_some_and(|probe| same_content(probe, info));
        Some(FileNote {
            asset: asset.id,
            state: (!same).then_some(FileState::Changed),
            size_bytes,
            modified_at,
            probe,
            problem,
        })
    }
}

fn missing(asset: AssetId) -> FileNote {
    FileNote {
        asset,
        state: Some(FileState::Missing),
        size_bytes: None,
        modified_at: None,
        probe: None,
        problem: None,
    }
}

/// Whether two probes found the same in a file, whatever its size and date.
fn same_content(a: &MediaInfo, b: &MediaInfo) -> bool {
    let content = |info: &MediaInfo| MediaInfo {
        size_bytes: None,
        modified_at: None,
        ..info.clone()
    };
    content(a) == content(b)
}

fn look_at(path: &Path) -> Look {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {
            let (size_bytes, modified_at) = size_and_date(&metadata);
            Look::Present {
                size_bytes,
                modified_at,
            }
        }
        Ok(_) => Look::Missing,
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Look::Missing,
            _ => Look::Unknown(error.to_string()),
        },
    }
}

/// A file's size and date as the library keeps them.
pub(crate) fn size_and_date(metadata: &Metadata) -> (Option<i64>, Option<String>) {
    let modified_at = metadata
        .modified()
        .ok()
        .and_then(|at| jiff::Timestamp::try_from(at).ok())
        .map(|at| at.to_string());
    (i64::try_from(metadata.len()).ok(), modified_at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_is_compared_by_what_it_found_in_the_file() {
        let info = MediaInfo {
            video_codec: Some("h264".into()),
            duration_us: Some(2_000_000),
            size_bytes: Some(7),
            ..MediaInfo::default()
        };
        let copy = MediaInfo {
            size_bytes: None,
            modified_at: Some("2026-11-22T00:00:00Z".into()),
            ..info.clone()
        };
        assert!(same_content(&info, &copy));
        let longer = MediaInfo {
            duration_us: Some(3_000_000),
            ..copy
        };
        assert!(!same_content(&info, &longer));
    }

    #[test]
    fn a_folder_in_the_files_place_is_no_file() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(look_at(dir.path()), Look::Missing);
        assert_eq!(look_at(&dir.path().join("gone.mp4")), Look::Missing);
        std::fs::write(dir.path().join("a.mp4"), "four").unwrap();
        let found = look_at(&dir.path().join("a.mp4"));
        assert!(
            matches!(
                found,
                Look::Present {
                    size_bytes: Some(4),
                    modified_at: Some(_)
                }
            ),
            "{found:?}"
        );
    }
}
