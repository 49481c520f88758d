//! Where chunks are kept until they are all there: a file beside the database.

use std::fs::{self, File, OpenOptions};
use std::io::{BufReader, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use changeset::Schema;
use uuid::Uuid;

use super::SnapshotError;
use super::chunk::{ChunkRows, chunks_max};
use crate::error::{During as _, Error};
use crate::failpoint::{self, Point};
use crate::store::blocking;

/// What a crash leaves there is removed at the next start.
const FOLDER: &str = "incoming";
/// No chunk is longer than a frame of the link.
pub(super) const CHUNK_BYTES_MAX: usize = 64 << 20;
/// So much of the disk stays free for edits while something comes in, or this part of a small disk.
const RESERVE_BYTES: u64 = 256 << 20;
const RESERVE_PART: u64 = 16;
const DURING: &str = "receive a snapshot";

/// A file that is gone when this is dropped.
pub(crate) struct SpoolFile(pub(crate) PathBuf);

/// A name in the spool that no other file has.
pub(crate) fn spool_file(dir: &Path) -> SpoolFile {
    SpoolFile(dir.join(FOLDER).join(Uuid::now_v7().simple().to_string()))
}

impl Drop for SpoolFile {
    fn drop(&mut self) {
        // What is left is removed at the next start.
        let _ = fs::remove_file(&self.0);
    }
}

/// Sees to it that the disk of this folder has room for so many bytes and for edits. Whoever takes something in asks for as
/// much again as has come: it is put in place through SQLite's write-ahead log. So nothing that comes in fills a disk.
pub(super) fn room_for(folder: &Path, bytes: u64) -> Result<(), Error> {
    let disk = rustix::fs::statvfs(folder)
        .map_err(std::io::Error::from)
        .during(DURING)?;
    let of = |blocks: u64| blocks.saturating_mul(disk.f_frsize);
    let told = failpoint::value(Point::DiskFree).and_then(|bytes| bytes.parse().ok());
    let free: u64 = told.unwrap_or_else(|| of(disk.f_bavail));
    let reserve = RESERVE_BYTES.min(of(disk.f_blocks) / RESERVE_PART);
    match free.checked_sub(reserve).is_some_and(|room| room >= bytes) {
        true => Ok(()),
        false => Err(Error::NoSpace { during: DURING }),
    }
}

/// Removes what a crash left.
pub(crate) fn clean(dir: &Path) {
    let _ = fs::remove_dir_all(dir.join(FOLDER));
}

/// Chunks that arrived, each checked. No more of them than were announced.
pub(crate) struct Spool {
    file: Arc<SpoolFile>,
    bytes: u64,
    chunks: u32,
    bytes_max: u64,
    chunks_max: u64,
}

impl Spool {
    /// An empty one in the data directory, for chunks of at most `bytes_max` bytes in all.
    pub(crate) async fn create(dir: &Path, bytes_max: u64) -> Result<Self, Error> {
        let (folder, file) = (dir.join(FOLDER), spool_file(dir));
        let file = blocking::<_, Error>(move |_| {
            fs::create_dir_all(&folder).during(DURING)?;
            OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&file.0)
                .during(DURING)?;
            Ok(file)
        })
        .await?;
        Ok(Spool {
            file: Arc::new(file),
            bytes: 0,
            chunks: 0,
            bytes_max,
            chunks_max: chunks_max(bytes_max),
        })
    }

    pub(crate) fn chunks(&self) -> u32 {
        self.chunks
    }

    /// Takes the next chunk; returns how many rows it holds.
    pub(crate) async fn push(
        &mut self,
        schema: &Schema,
        chunk: Vec<u8>,
    ) -> Result<u64, SnapshotError> {
        if chunk.len() > CHUNK_BYTES_MAX {
            return Err(SnapshotError::damaged("a chunk is too long"));
        }
        let end = self.bytes + 4 + chunk.len() as u64;
        if end > self.bytes_max || u64::from(self.chunks()) >= self.chunks_max {
            return Err(SnapshotError::Excessive {
                what: format!("at most {} bytes", self.bytes_max),
            });
        }
        let (index, file, schema) = (self.chunks(), Arc::clone(&self.file), schema.clone());
        let more = blocking(move |_| {
            let opened = ChunkRows::open(&chunk, index)?;
            opened.table_of(&schema)?;
            let folder = file.0.parent().unwrap_or(Path::new("."));
            room_for(folder, end)?;
            let mut file = OpenOptions::new()
                .append(true)
                .open(&file.0)
                .during(DURING)?;
            file.write_all(&(chunk.len() as u32).to_be_bytes())
                .during(DURING)?;
            file.write_all(&chunk).during(DURING)?;
            Ok::<_, SnapshotError>(u64::from(opened.rows))
        })
        .await?;
        self.bytes = end;
        self.chunks += 1;
        Ok(more)
    }

    /// Hands each chunk to `take`, checked once more: it was on the disk meanwhile.
    pub(crate) fn each_chunk(
        &self,
        mut take: impl FnMut(&ChunkRows) -> Result<(), SnapshotError>,
    ) -> Result<(), SnapshotError> {
        let mut file = BufReader::new(File::open(&self.file.0).during(DURING)?);
        for index in 0..self.chunks() {
            let mut len = [0; 4];
            file.read_exact(&mut len).during(DURING)?;
            let mut chunk = vec![0; u32::from_be_bytes(len) as usize];
            file.read_exact(&mut chunk).during(DURING)?;
            take(&ChunkRows::open(&chunk, index)?)?;
        }
        Ok(())
    }
}
