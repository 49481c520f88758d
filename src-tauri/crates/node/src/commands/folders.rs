//! `list_folders`: finding a folder on the station's machine without a file dialog of its desktop.

use std::path::{Path, PathBuf};

use crate::api::{ApiError, ErrorCode, Folder, Folders, ListFolders};

/// How many folders one answer lists.
const FOLDERS_MAX: usize = 1_000;

/// The folders in a folder; files are not told of.
///
/// # Errors
/// `invalid` for a path that is not absolute, `not_found` for one that is no folder or cannot be read.
pub async fn list(args: ListFolders) -> Result<Folders, ApiError> {
    let path = match args.path {
        Some(path) => absolute(&path)?,
        None => directories::BaseDirs::new()
            .map_or_else(|| "/".into(), |dirs| dirs.home_dir().to_owned()),
    };
    let read = tokio::task::spawn_blocking(move || read(&path));
    read.await
        .map_err(|_| ApiError::new(ErrorCode::Unavailable, "This station is stopping."))?
}

/// A folder's path as a request gives it.
///
/// # Errors
/// `invalid`.
pub(super) fn absolute(text: &str) -> Result<PathBuf, ApiError> {
    let path = Path::new(text.trim());
    if path.is_absolute() && !text.contains('\0') {
        return Ok(path.into());
    }
    Err(ApiError::invalid(
        "path",
        format!("\"{text}\" is not the absolute path of a folder, such as /srv/media."),
    ))
}

/// The path of a file that is to be made.
///
/// # Errors
/// `invalid` for a path that is not absolute, `conflict` where there is something already, `unavailable`.
pub(super) fn new_file(text: &str) -> Result<PathBuf, ApiError> {
    let path = absolute(text)?;
    match path.try_exists() {
        Ok(false) => Ok(path),
        Ok(true) => {
            let message = format!("{} exists already: choose another name.", path.display());
            Err(ApiError::new(ErrorCode::Conflict, message)
                .with(serde_json::json!({ "field": "path" })))
        }
        Err(error) => Err(unwritable(&path, &error)),
    }
}

/// Why a file could not be written.
pub(super) fn unwritable(path: &Path, error: &std::io::Error) -> ApiError {
    ApiError::new(
        ErrorCode::Unavailable,
        format!("{} cannot be written: {error}.", path.display()),
    )
    .with(serde_json::json!({ "field": "path" }))
}

fn read(path: &Path) -> Result<Folders, ApiError> {
    let unreadable = |error: std::io::Error| {
        let message = format!("The folder {} cannot be read: {error}.", path.display());
        ApiError::new(ErrorCode::NotFound, message).with(serde_json::json!({ "field": "path" }))
    };
    let path = path.canonicalize().map_err(unreadable)?;
    let mut folders = Vec::new();
    for entry in path.read_dir().map_err(unreadable)?.flatten() {
        // A name that is not valid Unicode cannot be asked for again; neither can it be scanned.
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if !name.starts_with('.') && entry.path().is_dir() {
            folders.push(Folder {
                path: entry.path().display().to_string(),
                name,
            });
        }
    }
    folders.sort_by_cached_key(|folder| folder.name.to_lowercase());
    let truncated = folders.len() > FOLDERS_MAX;
    folders.truncate(FOLDERS_MAX);
    let parent = path.parent().map(|parent| parent.display().to_string());
    Ok(Folders {
        path: path.display().to_string(),
        parent,
        folders,
        truncated,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn folders_are_listed_without_files_and_hidden_ones() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["b", "A", ".git"] {
            std::fs::create_dir(dir.path().join(name)).unwrap();
        }
        std::fs::write(dir.path().join("file.txt"), "").unwrap();
        let listed = list(ListFolders {
            path: Some(dir.path().display().to_string()),
        })
        .await
        .unwrap();
        assert_eq!(
            listed
                .folders
                .iter()
                .map(|folder| &folder.name[..])
                .collect::<Vec<_>>(),
            ["A", "b"]
        );
        assert!(listed.parent.is_some() && !listed.truncated);
    }

    #[tokio::test]
    async fn a_path_that_is_no_folder_is_refused() {
        let code = async |path: &str| {
            list(ListFolders {
                path: Some(path.into()),
            })
            .await
            .unwrap_err()
            .code
        };
        assert_eq!(code("media").await, ErrorCode::Invalid);
        assert_eq!(code("../etc").await, ErrorCode::Invalid);
        assert_eq!(code("/nonexistent/folder").await, ErrorCode::NotFound);
        assert_eq!(code("/etc/passwd").await, ErrorCode::NotFound);
    }
}
