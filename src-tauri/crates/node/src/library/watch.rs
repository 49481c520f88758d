//! Watched folders: media files that come into them come into the library by themselves, and what is removed from them is
//! marked missing at once.
//!
//! What the system tells of a folder is a hint only: it makes the folder be looked at soon. Every folder is looked at now
//! and then anyway, since a network share tells nothing of what other machines do to it.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::asset::FileState;
use domain::ids::AssetId;
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use store::tables;
use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;

use super::check::{Check, Scope, size_and_date};
use super::jobs::{Jobs, Work};
use super::scan::{Candidate, Library, Scan};
use super::walk;
use super::{Roots, files::Files};
use crate::api::{ApiError, JobState, WatchState};

/// How long a file must stay as it is before it is read: a copy that is under way grows.
const SETTLE: Duration = Duration::from_secs(2);
/// How long hints are gathered before a folder is looked at.
const GATHER: Duration = Duration::from_millis(300);
/// How often a folder is looked at without a hint.
const RESCAN: Duration = Duration::from_secs(60);
/// How long after a job that failed the next one is tried.
const AFTER_FAILURE: Duration = Duration::from_secs(600);
/// A look is followed by a pause of so many times what it took: a large folder on a slow share keeps nothing busy.
const REST: u32 = 10;
/// How many hints may wait; more only say again that something happened.
const HINTS_MAX: usize = 1_024;

/// A file's size and date.
type Stamp = (Option<i64>, Option<String>);

/// Which folders are watched, and how that goes. Cheap to clone; all clones are the same.
#[derive(Clone, Default)]
pub struct Watched(Arc<Inner>);

#[derive(Default)]
struct Inner {
    states: Mutex<BTreeMap<PathBuf, WatchState>>,
    changed: Notify,
}

impl Watched {
    /// Has the watching take up what is on record now.
    pub fn changed(&self) {
        self.0.changed.notify_one();
    }

    /// How the watching of a folder goes.
    #[must_use]
    pub fn state(&self, folder: &Path) -> WatchState {
        let state = self.states().get(folder).copied();
        state.unwrap_or(WatchState::Starting)
    }

    /// The watched folders that are not there.
    #[must_use]
    pub fn gone(&self) -> Vec<String> {
        let states = self.states();
        let gone = states
            .iter()
            .filter(|(_, state)| **state == WatchState::Gone);
        gone.map(|(path, _)| path.display().to_string()).collect()
    }

    /// Notes how the watching of a folder goes. Answers whether it went otherwise before.
    fn note(&self, folder: PathBuf, state: WatchState) -> bool {
        self.states().insert(folder, state) != Some(state)
    }

    fn states(&self) -> MutexGuard<'_, BTreeMap<PathBuf, WatchState>> {
        let states = self.0.states.lock();
        states.unwrap_or_else(PoisonError::into_inner)
    }
}

/// What watching needs of the station.
pub trait Place: Send + Sync {
    /// The folders that are to be watched, and the media roots.
    fn folders(&self) -> impl Future<Output = Result<(Vec<PathBuf>, Roots), ApiError>> + Send;
    /// Whether this station edits.
    fn edits(&self) -> bool;
    /// A scan of nothing yet that adds to the library.
    fn scan(&self, roots: Roots, folder: PathBuf) -> Scan<impl Library + 'static>;
    /// A check of files.
    fn check(&self, roots: Roots) -> Check;
    /// What is known of the files.
    fn files(&self) -> &Files;
    /// The station's jobs.
    fn jobs(&self) -> &Jobs;
}

/// A folder that is watched.
struct Folder {
    due: Instant,
    /// Whether the system tells of what happens in it.
    hinted: bool,
    /// Files that the library does not have, as they were when they were first seen like this.
    unsettled: HashMap<PathBuf, (Stamp, Instant)>,
    /// Files that were dealt with, as they were then: not tried again until they change. So a broken one is a problem once,
    /// and one whose asset an operator deletes stays out.
    done: HashMap<PathBuf, Stamp>,
}

/// What a look at a folder found.
#[derive(Default)]
struct Seen {
    /// To be taken in now.
    ready: Vec<Candidate>,
    /// Whether files are still being written.
    unsettled: bool,
    /// Assets whose file is to be looked at.
    suspect: Vec<AssetId>,
}

/// Runs until it is dropped.
pub async fn run(place: impl Place, watched: Watched) {
    let (hint, mut hints) = mpsc::channel(HINTS_MAX);
    let hinter = Hinter::new(hint);
    let mut folders: BTreeMap<PathBuf, Folder> = BTreeMap::new();
    let mut roots = take_up(&place, &watched, &hinter, &mut folders).await;
    loop {
        let next = folders.iter().min_by_key(|(_, folder)| folder.due);
        let due = next.map(|(path, folder)| (path.clone(), folder.due));
        tokio::select! {
            () = watched.0.changed.notified() => {
                roots = take_up(&place, &watched, &hinter, &mut folders).await;
            }
            Some(path) = hints.recv() => {
                for (folder, state) in &mut folders {
                    if path.starts_with(folder) {
                        state.due = state.due.min(Instant::now() + GATHER);
                    }
                }
            }
            path = next_due(due) => {
                let Some(folder) = folders.get_mut(&path) else { continue };
                if !folder.hinted {
                    folder.hinted = hinter.watch(&path).await;
                }
                let began = Instant::now();
                let (state, again) = folder.look(&place, &path, &roots).await;
                if watched.note(path, state) {
                    place.files().tell();
                }
                folder.due = Instant::now() + again.max(began.elapsed() * REST);
            }
        }
    }
}

/// The folder that is due, once it is.
async fn next_due(due: Option<(PathBuf, Instant)>) -> PathBuf {
    let Some((path, at)) = due else {
        return std::future::pending().await;
    };
    tokio::time::sleep_until(at).await;
    path
}

/// Tells of every change by its path. Where the system offers no such thing, folders are looked at now and then all the same.
#[derive(Clone)]
struct Hinter(Arc<Mutex<Option<RecommendedWatcher>>>);

impl Hinter {
    fn new(hint: mpsc::Sender<PathBuf>) -> Self {
        Self(Arc::new(Mutex::new(watcher(hint))))
    }

    /// Begins to tell of a folder. Answers whether that works.
    async fn watch(&self, path: &Path) -> bool {
        self.change(path, |watcher, path| {
            watcher.watch(path, RecursiveMode::Recursive)
        })
        .await
    }

    /// One that vanished is watched no more anyway.
    async fn unwatch(&self, path: &Path) {
        self.change(path, |watcher, path| watcher.unwatch(path))
            .await;
    }

    /// Walks through the whole folder, on a share that may hang: on a thread of its own.
    async fn change(
        &self,
        path: &Path,
        change: fn(&mut RecommendedWatcher, &Path) -> notify::Result<()>,
    ) -> bool {
        let (watcher, path) = (self.0.clone(), path.to_owned());
        let changing = tokio::task::spawn_blocking(move || {
            let mut watcher = watcher.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(watcher) = watcher.as_mut() else {
                return false;
            };
            change(watcher, &path)
                .inspect_err(|error| {
                    tracing::info!(%error, folder = %path.display(), "the system tells nothing of the folder");
                })
                .is_ok()
        });
        changing.await.unwrap_or(false)
    }
}

fn watcher(hint: mpsc::Sender<PathBuf>) -> Option<RecommendedWatcher> {
    let tell = move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else { return };
        if event.kind.is_access() {
            return;
        }
        for path in event.paths {
            // Full: the folders in question are due already.
            let _ = hint.try_send(path);
        }
    };
    notify::recommended_watcher(tell)
        .inspect_err(|error| tracing::warn!(%error, "folders are looked at now and then only"))
        .ok()
}

/// Begins to watch what is on record and ends what no longer is.
async fn take_up(
    place: &impl Place,
    watched: &Watched,
    hinter: &Hinter,
    folders: &mut BTreeMap<PathBuf, Folder>,
) -> Roots {
    let (wanted, roots) = place.folders().await.unwrap_or_else(|error| {
        tracing::warn!(%error, "the watched folders cannot be read");
        Default::default()
    });
    let left: Vec<PathBuf> = folders
        .keys()
        .filter(|path| !wanted.contains(path))
        .cloned()
        .collect();
    for path in left {
        hinter.unwatch(&path).await;
        folders.remove(&path);
    }
    watched.states().retain(|path, _| wanted.contains(path));
    for path in wanted {
        let folder = folders.entry(path).or_insert_with(|| Folder {
            due: Instant::now(),
            hinted: false,
            unsettled: HashMap::new(),
            done: HashMap::new(),
        });
        // Whoever asked for a change wants to see what it does.
        folder.due = Instant::now();
    }
    place.files().tell();
    roots
}

impl Folder {
    /// Looks at the folder: takes in what is new and settled, and has the files of assets looked at that seem to be gone,
    /// changed or back. Answers how it goes, and when to look again.
    async fn look(
        &mut self,
        place: &impl Place,
        path: &Path,
        roots: &Roots,
    ) -> (WatchState, Duration) {
        let found = match walked(path).await {
            Ok(found) => found,
            Err(error) => {
                tracing::debug!(%error, folder = %path.display(), "a watched folder is not there");
                self.suspect_all(place, path, roots).await;
                return (WatchState::Gone, RESCAN);
            }
        };
        let seen = match self.compare(place, path, roots, found).await {
            Ok(seen) => seen,
            Err(error) => {
                tracing::warn!(%error, "a watched folder could not be compared with the library");
                return (WatchState::Watching, RESCAN);
            }
        };
        check(place, roots, seen.suspect).await;
        if !place.edits() {
            return (WatchState::Waiting, RESCAN);
        }
        let again = match seen.ready.is_empty() {
            true => None,
            false => self.take_in(place, path, roots, seen.ready).await,
        };
        let state = if self.hinted {
            WatchState::Watching
        } else {
            WatchState::Polling
        };
        let soon = if seen.unsettled { SETTLE } else { RESCAN };
        (state, again.unwrap_or(soon))
    }

    /// What is new, gone, changed or back, by the library and by what was seen before.
    async fn compare(
        &mut self,
        place: &impl Place,
        path: &Path,
        roots: &Roots,
        found: Vec<Candidate>,
    ) -> Result<Seen, ApiError> {
        let mut known = known_below(place, path, roots).await?;
        let states = place.files().states();
        let mut seen = Seen::default();
        let mut unsettled = HashMap::new();
        for candidate in found {
            let stamp = size_and_date(&candidate.metadata);
            if let Some((id, recorded)) = known.remove(&candidate.path) {
                let missing = states.get(&id) == Some(&FileState::Missing);
                if missing || (recorded != stamp && !states.contains_key(&id)) {
                    seen.suspect.push(id);
                }
            } else if self.done.get(&candidate.path) != Some(&stamp) {
                let before = self.unsettled.remove(&candidate.path);
                let since = before
                    .filter(|(before, _)| *before == stamp)
                    .map_or_else(Instant::now, |(_, since)| since);
                if since.elapsed() >= SETTLE {
                    seen.ready.push(candidate);
                } else {
                    unsettled.insert(candidate.path, (stamp, since));
                }
            }
        }
        let gone = known.into_values().map(|(id, _)| id);
        seen.suspect
            .extend(gone.filter(|id| states.get(id) != Some(&FileState::Missing)));
        seen.unsettled = !unsettled.is_empty();
        self.unsettled = unsettled;
        Ok(seen)
    }

    /// Takes files in as a job. Answers when to try again, where that did not work.
    async fn take_in(
        &mut self,
        place: &impl Place,
        path: &Path,
        roots: &Roots,
        ready: Vec<Candidate>,
    ) -> Option<Duration> {
        let stamps: Vec<(PathBuf, Stamp)> = ready
            .iter()
            .map(|candidate| (candidate.path.clone(), size_and_date(&candidate.metadata)))
            .collect();
        let scan = place.scan(roots.clone(), path.to_owned());
        let label = format!("Add new files of {}", path.display());
        let jobs = place.jobs();
        let Ok(id) = jobs.start(label, |work| scan.take_in(ready, work)) else {
            return Some(SETTLE);
        };
        match jobs.ended(id).await {
            // There is no ffprobe, say: its error stands in the job.
            Ok(job) if job.state == JobState::Failed => Some(AFTER_FAILURE),
            _ => {
                self.done.extend(stamps);
                None
            }
        }
    }

    /// The folder is gone: so are its files.
    async fn suspect_all(&mut self, place: &impl Place, path: &Path, roots: &Roots) {
        self.hinted = false;
        self.unsettled.clear();
        let states = place.files().states();
        match known_below(place, path, roots).await {
            Ok(known) => {
                let ids = known.into_values().map(|(id, _)| id);
                let unmarked = ids.filter(|id| states.get(id) != Some(&FileState::Missing));
                check(place, roots, unmarked.collect()).await;
            }
            Err(error) => {
                tracing::warn!(%error, "the files of a folder that is gone cannot be listed")
            }
        }
    }
}

async fn check(place: &impl Place, roots: &Roots, ids: Vec<AssetId>) {
    if ids.is_empty() {
        return;
    }
    let work: Work = place.jobs().unseen();
    let checked = place.check(roots.clone()).run(Scope::Assets(ids), &work);
    if let Err(error) = checked.await {
        tracing::warn!(%error, "files of a watched folder could not be checked");
    }
}

/// The assets whose files lie below a folder, by the paths of these.
async fn known_below(
    place: &impl Place,
    path: &Path,
    roots: &Roots,
) -> Result<HashMap<PathBuf, (AssetId, Stamp)>, ApiError> {
    let Some(folder) = roots.file(path) else {
        return Ok(HashMap::new());
    };
    let assets = {
        let store = place.files().store();
        tables::files::assets_under(&mut *store.read().await?, &folder.root, &folder.path).await?
    };
    let place_of = |file: tables::files::FileOfAsset| {
        let local = roots.local_path(&file.file)?;
        Some((local, (file.asset, (file.size_bytes, file.modified_at))))
    };
    Ok(assets.into_iter().filter_map(place_of).collect())
}

/// The media files below a folder.
async fn walked(path: &Path) -> std::io::Result<Vec<Candidate>> {
    let path = path.to_owned();
    let walking = tokio::task::spawn_blocking(move || walk::files(&path));
    walking.await.map_err(std::io::Error::other)?
}
