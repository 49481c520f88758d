//! The write-ahead log's file. It is laid out before it is used: a commit into a file that grows waits for the file system's record of
//! it as well, which takes about as long again. PostgreSQL fills its segments beforehand for the same reason.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Thread};
use std::time::Duration;

use crate::open::WAL_PAGES;

/// What SQLite lets the log grow to before it is copied into the database and begun anew
/// (<https://www.sqlite.org/fileformat2.html#the_write_ahead_log>): its header, and a header and a page for each frame.
const BYTES: u64 = 32 + WAL_PAGES as u64 * (24 + 4096);
/// A disk with less room than so many logs is left alone.
const ROOM: u64 = 64;
const FLUSH_EVERY: Duration = Duration::from_millis(20);

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

/// Has what is written to the log meanwhile taken to the disk as it comes, so that a large transaction's commit, which is
/// what makes it durable, waits for little. What fails here fails there.
pub(crate) fn flushed_meanwhile<T>(database: &Path, work: impl FnOnce() -> T) -> T {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let flushing = scope.spawn(|| {
            let log = File::open(file(database));
            while !over.load(Ordering::Acquire) {
                // SQLite's own sync is told of the same failure.
                let _ = log.as_ref().map(File::sync_data);
                thread::park_timeout(FLUSH_EVERY);
            }
        });
        // Also where the work panics: the scope waits for the thread.
        let _end = End(&over, flushing.thread());
        work()
    })
}

struct End<'a>(&'a AtomicBool, &'a Thread);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
        self.1.unpark();
    }
}
