//! The files beside the data: `control.json`, where the station that runs on a data directory takes commands, and with
//! which token; and the token for its metrics.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::access::Token;

/// The file's name in the data directory. Readable by the user alone; there only while a station runs.
pub const CONTROL_FILE: &str = "control.json";

/// The file with the token that reads the metrics and nothing else. Readable by the user alone; kept.
pub const METRICS_TOKEN_FILE: &str = "metrics.token";

/// What the file holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Control {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    /// The bearer token.
    pub token: String,
}

/// The file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ControlFileError {
    /// It is not there.
    #[error(
        "no station runs on {data_dir} (it has no {CONTROL_FILE}): start one with `tandem-node run --data-dir {data_dir}`"
    )]
    Missing {
        /// The data directory.
        data_dir: PathBuf,
    },
    /// It cannot be read or written.
    #[error("could not use {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It holds something else.
    #[error("{path} is damaged ({source}): end the station that runs there and start it again")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// Removes the file at the end.
#[derive(Debug)]
pub(super) struct Guard(PathBuf);

impl Guard {
    pub(super) fn remove(&self) {
        if let Err(error) = fs::remove_file(&self.0)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(path = %self.0.display(), %error, "the control file could not be removed");
        }
    }
}

/// Reads the file of the station that runs on `data_dir`.
///
/// # Errors
/// [`ControlFileError`].
pub fn read(data_dir: &Path) -> Result<Control, ControlFileError> {
    let path = data_dir.join(CONTROL_FILE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(ControlFileError::Missing {
                data_dir: data_dir.to_owned(),
            });
        }
        Err(source) => return Err(ControlFileError::Io { path, source }),
    };
    serde_json::from_str(&text).map_err(|source| ControlFileError::Damaged { path, source })
}

/// Writes the file whole or not at all; nobody else can read it at any moment.
pub(super) fn write(data_dir: &Path, control: &Control) -> Result<Guard, ControlFileError> {
    let path = data_dir.join(CONTROL_FILE);
    let text = serde_json::to_vec(control).map_err(|error| ControlFileError::Io {
        path: path.clone(),
        source: error.into(),
    })?;
    put(&path, &text)?;
    Ok(Guard(path))
}

/// The token that reads the metrics: made at the first start and kept, so that a scraper need be told once.
pub(super) fn metrics_token(data_dir: &Path) -> Result<Token, ControlFileError> {
    let path = data_dir.join(METRICS_TOKEN_FILE);
    match fs::read_to_string(&path) {
        Ok(text) if let Some(kept) = Token::kept(&text) => return Ok(kept),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(source) => return Err(ControlFileError::Io { path, source }),
    }
    let token = Token::random();
    put(&path, token.reveal().as_bytes())?;
    Ok(token)
}

fn put(path: &Path, text: &[u8]) -> Result<(), ControlFileError> {
    let io = |source| ControlFileError::Io {
        path: path.to_owned(),
        source,
    };
    let part = path.with_extension("part");
    // One left by a crash may have other permissions: it is made anew.
    match fs::remove_file(&part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io(error)),
        _ => {}
    }
    let mut file: File = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&part)
        .map_err(io)?;
    file.write_all(text)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&part, path))
        .map_err(io)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_file_is_the_users_alone_and_goes_with_the_station() {
        let dir = tempfile::tempdir().unwrap();
        let control = Control {
            url: "http://127.0.0.1:1".into(),
            token: "t".into(),
        };
        fs::write(dir.path().join("control.part"), "left by a crash").unwrap();
        let guard = write(dir.path(), &control).unwrap();
        let mode = fs::metadata(dir.path().join(CONTROL_FILE))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(read(dir.path()).unwrap(), control);
        guard.remove();
        assert!(matches!(
            read(dir.path()),
            Err(ControlFileError::Missing { .. })
        ));
    }

    #[test]
    fn a_damaged_file_is_told_apart_from_none() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(CONTROL_FILE), "{\"url\":").unwrap();
        assert!(matches!(
            read(dir.path()),
            Err(ControlFileError::Damaged { .. })
        ));
    }
}
