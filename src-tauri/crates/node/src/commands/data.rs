//! `get_data`: what the station keeps on its disk.

use std::io;
use std::path::Path;

use store::{DATABASE_FILE, Retention};

use super::Desk;
use crate::api::{ApiError, ErrorCode, JournalData, StationData};

/// Folders within folders that are added up; the data directory has two levels.
const DEPTH_MAX: u32 = 8;

/// `get_data`.
///
/// # Errors
/// `unavailable` where the data directory cannot be read, `internal`.
pub async fn get(desk: &Desk) -> Result<StationData, ApiError> {
    let store = desk.store();
    let (base_seq, base_bytes) = store.journal_base().await?;
    let head = store.head();
    let dir = desk.data_dir().to_owned();
    let found = tokio::task::spawn_blocking(move || sizes(&dir)).await;
    let sizes = found
        .map_err(|_| ApiError::new(ErrorCode::Unavailable, "This station is stopping."))?
        .map_err(|error| {
            let dir = desk.data_dir().display();
            ApiError::new(
                ErrorCode::Unavailable,
                format!("{dir} cannot be read: {error}."),
            )
        })?;
    let retention = Retention::default();
    Ok(StationData {
        dir: desk.data_dir().display().to_string(),
        size_bytes: sizes.all,
        database_bytes: sizes.database,
        journal: JournalData {
            entries: head.position.seq.saturating_sub(base_seq),
            bytes: head.journal_bytes.saturating_sub(base_bytes),
            entries_min: retention.entries_min,
            unacknowledged_bytes_max: retention.unacknowledged_bytes_max,
        },
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sizes {
    all: u64,
    database: u64,
}

/// The database is its file and SQLite's own beside it (`-wal`, `-shm`).
fn sizes(dir: &Path) -> io::Result<Sizes> {
    let mut database = 0;
    for entry in dir.read_dir()? {
        let entry = entry?;
        if entry
            .file_name()
            .to_string_lossy()
            .starts_with(DATABASE_FILE)
        {
            database += length(&entry);
        }
    }
    Ok(Sizes {
        all: added_up(dir, DEPTH_MAX)?,
        database,
    })
}

/// Links are not followed: what they lead to is not kept here.
fn added_up(dir: &Path, depth: u32) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in dir.read_dir()? {
        let entry = entry?;
        let folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        bytes += match depth.checked_sub(1) {
            Some(left) if folder => added_up(&entry.path(), left).unwrap_or(0),
            _ => length(&entry),
        };
    }
    Ok(bytes)
}

/// Of a file that is gone meanwhile: nothing.
fn length(entry: &std::fs::DirEntry) -> u64 {
    entry
        .metadata()
        .ok()
        .filter(std::fs::Metadata::is_file)
        .map_or(0, |file| file.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_added_up_and_the_database_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: usize| {
            std::fs::write(dir.path().join(name), vec![0; bytes]).unwrap();
        };
        std::fs::create_dir(dir.path().join("backups")).unwrap();
        write(DATABASE_FILE, 100);
        write(&format!("{DATABASE_FILE}-wal"), 20);
        write("identity.pem", 3);
        write("backups/old.db", 4_000);
        let expected = Sizes {
            all: 4_123,
            database: 120,
        };
        assert_eq!(sizes(dir.path()).unwrap(), expected);
    }
}
