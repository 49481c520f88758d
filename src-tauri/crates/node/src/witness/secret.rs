//! The witness's password: a file in the data directory that only its user can read. It is never replicated, answered or logged.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The file's name in the data directory.
const FILE: &str = "witness-passwords.json";

/// The passwords that this station knows, by witness and user.
#[derive(Debug, Clone)]
pub struct Secrets {
    path: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    url: String,
    user: String,
    password: String,
}

impl Secrets {
    /// In this data directory.
    #[must_use]
    pub fn new(data_dir: &Path) -> Self {
        Self {
            path: data_dir.join(FILE),
        }
    }

    /// The password for this user of this witness.
    #[must_use]
    pub fn password(&self, url: &str, user: &str) -> Option<String> {
        let entries = self.read().inspect_err(|error| {
            tracing::error!(path = %self.path.display(), %error, "the witness's password cannot be read");
        });
        entries
            .ok()?
            .into_iter()
            .find(|entry| entry.url == url && entry.user == user)
            .map(|entry| entry.password)
    }

    /// Keeps a password beside the others: which witness is set is not decided yet.
    ///
    /// # Errors
    /// The file system's.
    pub fn keep(&self, url: &str, user: &str, password: &str) -> io::Result<()> {
        let mut entries = self.read()?;
        entries.retain(|entry| entry.url != url || entry.user != user);
        entries.push(Entry {
            url: url.to_owned(),
            user: user.to_owned(),
            password: password.to_owned(),
        });
        self.write(&entries)
    }

    /// Forgets every password but the one of the witness that is set.
    ///
    /// # Errors
    /// The file system's.
    pub fn keep_only(&self, set: Option<(&str, &str)>) -> io::Result<()> {
        let mut entries = self.read()?;
        let before = entries.len();
        entries.retain(|entry| set == Some((entry.url.as_str(), entry.user.as_str())));
        if entries.is_empty() && before > 0 {
            fs::remove_file(&self.path)
        } else if entries.len() < before {
            self.write(&entries)
        } else {
            Ok(())
        }
    }

    fn read(&self) -> io::Result<Vec<Entry>> {
        match fs::read(&self.path) {
            Ok(text) => serde_json::from_slice(&text).map_err(io::Error::from),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Writes the file whole or not at all; nobody else can read it at any moment.
    fn write(&self, entries: &[Entry]) -> io::Result<()> {
        let new = self.path.with_extension("new");
        // One that a crash left behind may have other rights.
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&new)?;
        file.write_all(&serde_json::to_vec(entries)?)?;
        file.sync_all()?;
        fs::rename(&new, &self.path)
    }
}
