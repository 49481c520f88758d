//! The write-ahead log's file, laid out before it is used: a commit into a file that grows waits for the file system's record of
//! it as well, which takes about as long again. PostgreSQL fills its segments beforehand for the same reason.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::open::WAL_PAGES;

/// What SQLite lets the log grow to before it is copied into the database and begun anew
/// (<https://www.sqlite.org/fileformat2.html#the_write_ahead_log>): its header, and a header and a page for each frame.
const BYTES: u64 = 32 + WAL_PAGES as u64 * (24 + 4096);
/// A disk with less room than so many logs is left alone.
const ROOM: u64 = 64;

/// The log's file of a database.
pub(crate) fn file(database: &Path) -> PathBuf {
    let mut name = OsString::from(database);
    name.push("-wal");
    PathBuf::from(name)
}

/// Fills the log's file with zeros behind what is in it, which are no frames to SQLite. Nobody may be writing to the database
/// meanwhile.
pub(crate) fn lay_out(database: &Path) -> io::Result<()> {
    let file = file(database);
    let disk = rustix::fs::statvfs(&file)?;
    let mut file = OpenOptions::new().append(true).open(&file)?;
    let length = file.metadata()?.len();
    if length >= BYTES || disk.f_bavail.saturating_mul(disk.f_frsize) < ROOM * BYTES {
        return Ok(());
    }
    let filled = io::copy(&mut io::repeat(0).take(BYTES - length), &mut file);
    let filled = filled.and_then(|_| file.sync_all());
    if filled.is_err() {
        file.set_len(length)?;
    }
    filled
}
