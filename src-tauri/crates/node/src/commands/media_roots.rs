//! Which folder of this station each media root stands for. Local: every station has its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use domain::validate;
use store::{Store, tables};
use tokio::sync::Mutex;

use super::Desk;
use super::folders::absolute;
use crate::api::{
    ApiError, ErrorCode, MediaRoot, MediaRoots, SetMediaRoot, WatchFolder, WatchedFolder,
};
use crate::library::watch::Watched;
use crate::library::{Place, ROOTS_KEY, Roots};

/// The key of the watched folders among the store's local records.
const WATCHED_KEY: &str = "watched_folders";
/// How many folders are watched at most.
const WATCHED_MAX: usize = 100;

/// The folders of this station's media roots, kept with its local data.
pub struct MediaRootFolders {
    store: Store,
    changing: Mutex<()>,
}

impl MediaRootFolders {
    /// As the store has them.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self {
            store,
            changing: Mutex::new(()),
        }
    }

    /// All of them.
    ///
    /// # Errors
    /// `internal`.
    pub async fn all(&self) -> Result<Roots, ApiError> {
        Ok(self.store.local(ROOTS_KEY).await?.unwrap_or_default())
    }

    /// Finds the media root of a folder that is to be scanned, or makes one of it.
    ///
    /// # Errors
    /// `invalid` where its name cannot be one, `no_space`, `internal`.
    pub async fn place(&self, folder: &Path) -> Result<(Place, Roots), ApiError> {
        let _changing = self.changing.lock().await;
        let mut roots = self.all().await?;
        let place = roots.place(folder);
        if place.is_new {
            validate::line("root", &place.root, validate::NAME_CHARS_MAX)?;
            roots.0.insert(place.root.clone(), place.folder.clone());
            self.store.put_local(ROOTS_KEY, &roots).await?;
        }
        Ok((place, roots))
    }

    /// The folders that are watched, by path.
    ///
    /// # Errors
    /// `internal`.
    pub async fn watched(&self) -> Result<Vec<PathBuf>, ApiError> {
        Ok(self.store.local(WATCHED_KEY).await?.unwrap_or_default())
    }

    async fn set_watched(&self, folder: PathBuf, watch: bool) -> Result<(), ApiError> {
        let _changing = self.changing.lock().await;
        let mut folders = self.watched().await?;
        folders.retain(|known| *known != folder);
        if watch {
            if folders.len() >= WATCHED_MAX {
                let message = format!(
                    "{WATCHED_MAX} folders are watched already: watch one that holds several of them."
                );
                return Err(ApiError::new(ErrorCode::TooLarge, message));
            }
            folders.push(folder);
            folders.sort();
        }
        Ok(self.store.put_local(WATCHED_KEY, &folders).await?)
    }

    async fn set(&self, name: String, folder: Option<PathBuf>) -> Result<(), ApiError> {
        let _changing = self.changing.lock().await;
        let mut roots = self.all().await?;
        match folder {
            Some(folder) => drop(roots.0.insert(name, folder)),
            None if roots.0.remove(&name).is_none() => {
                return Err(ApiError::not_found("media root", name));
            }
            None => {}
        }
        Ok(self.store.put_local(ROOTS_KEY, &roots).await?)
    }
}

/// `list_media_roots`: those that assets use, and those that have a folder here.
///
/// # Errors
/// `internal`.
pub async fn list(
    desk: &Desk,
    folders: &MediaRootFolders,
    watched: &Watched,
) -> Result<MediaRoots, ApiError> {
    let in_use = tables::media_roots::in_use(&mut *desk.read().await?).await?;
    let mapped = folders.all().await?;
    let shown_watched = folders
        .watched()
        .await?
        .into_iter()
        .map(|path| WatchedFolder {
            root: mapped.place(&path).root,
            state: watched.state(&path),
            path: path.display().to_string(),
        })
        .collect();
    let mut roots: BTreeMap<String, (Option<PathBuf>, u64)> = mapped
        .0
        .into_iter()
        .map(|(name, folder)| (name, (Some(folder), 0)))
        .collect();
    for used in in_use {
        roots.entry(used.name).or_default().1 = used.assets;
    }
    let mut shown = Vec::with_capacity(roots.len());
    for (name, (folder, assets)) in roots {
        let present = match &folder {
            Some(folder) => tokio::fs::metadata(folder)
                .await
                .is_ok_and(|folder| folder.is_dir()),
            None => false,
        };
        shown.push(MediaRoot {
            name,
            path: folder.map(|folder| folder.display().to_string()),
            present,
            assets,
        });
    }
    Ok(MediaRoots {
        roots: shown,
        watched: shown_watched,
    })
}

/// `watch_folder`.
///
/// # Errors
/// `invalid` for a folder that lies in no media root, `not_found` for one that is not there, `too_large` where too many are
/// watched; `no_space`.
pub async fn watch(
    desk: &Desk,
    folders: &MediaRootFolders,
    watched: &Watched,
    args: WatchFolder,
) -> Result<MediaRoots, ApiError> {
    // One that vanished can still be let go.
    let folder = if args.watch {
        existing_folder(&args.path).await?
    } else {
        absolute(&args.path)?
    };
    if args.watch && folders.all().await?.place(&folder).is_new {
        let message = format!(
            "{} lies in no media folder of this station: add it to the library first, then watch it.",
            folder.display()
        );
        return Err(ApiError::invalid("path", message));
    }
    folders.set_watched(folder, args.watch).await?;
    watched.changed();
    list(desk, folders, watched).await
}

/// `set_media_root`.
///
/// # Errors
/// `invalid` for a name or path that cannot be, `not_found` for a folder that is not there, or a root to forget that has
/// none here; `no_space`.
pub async fn set(
    desk: &Desk,
    folders: &MediaRootFolders,
    watched: &Watched,
    args: SetMediaRoot,
) -> Result<MediaRoots, ApiError> {
    let name = args.name.trim().to_owned();
    validate::line("name", &name, validate::NAME_CHARS_MAX)?;
    let folder = match &args.path {
        Some(path) => Some(existing_folder(path).await?),
        None => None,
    };
    folders.set(name, folder).await?;
    watched.changed();
    list(desk, folders, watched).await
}

/// A folder that is there, as a request names it, without links and dots in its path.
///
/// # Errors
/// `invalid`, `not_found`.
pub(super) async fn existing_folder(path: &str) -> Result<PathBuf, ApiError> {
    let path = absolute(path)?;
    let not_there = |why: String| {
        let message = format!("The folder {} cannot be used: {why}.", path.display());
        ApiError::new(ErrorCode::NotFound, message).with(serde_json::json!({ "field": "path" }))
    };
    let folder = tokio::fs::canonicalize(&path)
        .await
        .map_err(|error| not_there(error.to_string()))?;
    match tokio::fs::metadata(&folder).await {
        Ok(metadata) if metadata.is_dir() => Ok(folder),
        Ok(_) => Err(not_there("it is a file".into())),
        Err(error) => Err(not_there(error.to_string())),
    }
}
