//! A snapshot on its way out that can be sent again from where it was cut off.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::Arc;

use tokio::sync::watch;
use uuid::Uuid;

use super::spool::SpoolFile;
use super::{SnapshotError, SnapshotExport, SnapshotHeader};
use crate::error::{During as _, Error};
use crate::store::{Store, blocking};

/// What a crash leaves there is removed at the next start.
const FOLDER: &str = "outgoing";
/// A snapshot of more bytes than this is not kept: it is sent as it is read, and begins anew when it is cut off.
const BYTES_MAX: u64 = 8 << 30;
/// So much of the disk stays free for edits.
const RESERVE_BYTES: u64 = 256 << 20;
const DURING: &str = "keep a snapshot to be sent";

/// A snapshot of one moment, read into a file beside the database: so it is read once, no longer than the disk takes, however
/// slow the link is and however often it breaks. Dropped, it leaves no trace.
pub struct Outgoing {
    header: SnapshotHeader,
    file: Arc<File>,
    written: watch::Receiver<Written>,
    _name: SpoolFile,
}

/// What is in the file.
#[derive(Default)]
struct Written {
    /// After each chunk: the length of the file, and the rows so far.
    ends: Vec<(u64, u64)>,
    state: State,
}

#[derive(Default, PartialEq)]
enum State {
    #[default]
    Reading,
    Complete,
    Failed(String),
}

/// Where a chunk lies in the file, and the rows up to its end.
struct Place {
    begin: u64,
    end: u64,
    rows: u64,
}

impl Written {
    /// Whether the chunk of this index is there, or will never be.
    fn has_settled(&self, index: usize) -> bool {
        self.ends.len() > index || self.state != State::Reading
    }

    fn place(&self, index: usize) -> Result<Option<Place>, SnapshotError> {
        match (self.ends.get(index), &self.state) {
            (Some(&(end, rows)), _) => Ok(Some(Place {
                begin: index.checked_sub(1).map_or(0, |before| self.ends[before].0),
                end,
                rows,
            })),
            (None, State::Failed(why)) => Err(SnapshotError::Store(Error::io(
                DURING,
                std::io::Error::other(why.clone()),
            ))),
            (None, State::Reading | State::Complete) => Ok(None),
        }
    }
}

/// Removes what a crash left.
pub(crate) fn clean(dir: &Path) {
    let _ = fs::remove_dir_all(dir.join(FOLDER));
}

impl Store {
    /// Begins to keep what `export` reads; gives the export back where the disk has no room for that.
    ///
    /// # Errors
    /// [`SnapshotError::Store`].
    pub async fn keep_snapshot(
        &self,
        export: SnapshotExport,
    ) -> Result<Result<Outgoing, SnapshotExport>, SnapshotError> {
        let folder = self.0.dir.join(FOLDER);
        let name = SpoolFile(folder.join(Uuid::now_v7().simple().to_string()));
        let bytes = export.header().bytes;
        let opened = blocking::<_, Error>(move |_| {
            fs::create_dir_all(&folder).during(DURING)?;
            let disk = rustix::fs::statvfs(&folder)
                .map_err(std::io::Error::from)
                .during(DURING)?;
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            if bytes > BYTES_MAX || free < bytes.saturating_add(RESERVE_BYTES) {
                return Ok(None);
            }
            let mut options = OpenOptions::new();
            options.read(true).append(true).create_new(true).mode(0o600);
            Ok(Some((options.open(&name.0).during(DURING)?, name)))
        })
        .await?;
        let Some((file, name)) = opened else {
            return Ok(Err(export));
        };
        let (sender, written) = watch::channel(Written::default());
        let outgoing = Outgoing {
            header: export.header().clone(),
            file: Arc::new(file),
            written,
            _name: name,
        };
        tokio::spawn(write(export, Arc::clone(&outgoing.file), sender));
        Ok(Ok(outgoing))
    }
}

async fn write(mut export: SnapshotExport, file: Arc<File>, written: watch::Sender<Written>) {
    let mut len = 0;
    let state = loop {
        if written.is_closed() {
            return;
        }
        let chunk = match export.next().await {
            None => break State::Complete,
            Some(Err(error)) => break State::Failed(error.to_string()),
            Some(Ok(chunk)) => chunk,
        };
        len += chunk.len() as u64;
        let (rows, file) = (export.rows(), Arc::clone(&file));
        let kept = blocking::<_, Error>(move |_| (&*file).write_all(&chunk).during(DURING)).await;
        if let Err(error) = kept {
            break State::Failed(error.to_string());
        }
        if len > BYTES_MAX {
            break State::Failed(format!("it has more than {BYTES_MAX} bytes"));
        }
        written.send_modify(|written| written.ends.push((len, rows)));
    };
    written.send_modify(|written| written.state = state);
}

impl Outgoing {
    /// What is to be sent first, each time.
    #[must_use]
    pub fn header(&self) -> &SnapshotHeader {
        &self.header
    }

    /// The chunk of this index, with the rows up to its end; waits until it is read. `None` after the last.
    ///
    /// # Errors
    /// [`SnapshotError`] where the snapshot could not be read or kept to its end.
    pub async fn chunk(&self, index: u32) -> Result<Option<(Vec<u8>, u64)>, SnapshotError> {
        let mut written = self.written.clone();
        let place = written
            .wait_for(|written| written.has_settled(index as usize))
            .await
            .map_err(|_| Error::Closed)?
            .place(index as usize)?;
        let Some(Place { begin, end, rows }) = place else {
            return Ok(None);
        };
        let file = Arc::clone(&self.file);
        let chunk = blocking::<_, Error>(move |_| {
            let mut chunk = vec![0; usize::try_from(end - begin).unwrap_or(usize::MAX)];
            file.read_exact_at(&mut chunk, begin).during(DURING)?;
            Ok(chunk)
        })
        .await?;
        Ok(Some((chunk, rows)))
    }
}
