//! Small pictures of clips, made by ffmpeg and kept in the data directory up to a limit. Local: each station makes its own.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use domain::asset::Asset;
use rustix::process::{Pid, setpriority_process};
use sha2::{Digest as _, Sha256};
use tokio::process::Command;
use tokio::sync::Semaphore;

/// The environment variable that names another program than `ffmpeg` on the search path.
pub const PROGRAM_VARIABLE: &str = "TANDEM_FFMPEG";
/// The folder in the data directory.
const FOLDER: &str = "thumbnails";
/// How many bytes of pictures are kept; the ones that were looked at longest ago go first.
const KEPT_BYTES_MAX: u64 = 256 << 20;
/// After so many new pictures the limit is looked after.
const TIDY_EVERY: u32 = 100;
/// How many are made at once: everything else comes first.
const MADE_AT_ONCE: usize = 1;
/// The niceness of ffmpeg meanwhile.
const NICE: i32 = 15;
/// How long one may take.
const TIME_LIMIT: Duration = Duration::from_secs(20);
const PICTURE_BYTES_MAX: usize = 512 << 10;
/// Width in pixels; never wider than the clip.
const WIDTH: u32 = 320;
/// A picture is taken a third into the clip, but no later than this: what lies far in takes long to reach.
const TAKEN_AT_MS_MAX: i64 = 10_000;

/// Makes and keeps thumbnails. Cheap to clone.
#[derive(Clone)]
pub struct Thumbnails(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    program: PathBuf,
    making: Semaphore,
    made: AtomicU32,
}

impl Thumbnails {
    /// Those of this data directory.
    #[must_use]
    pub fn of(data_dir: &Path) -> Self {
        let program = std::env::var_os(PROGRAM_VARIABLE);
        Self::with_program(
            data_dir,
            program.map_or_else(|| "ffmpeg".into(), PathBuf::from),
        )
    }

    /// With another program in ffmpeg's place.
    #[must_use]
    pub fn with_program(data_dir: &Path, program: PathBuf) -> Self {
        Self(Arc::new(Inner {
            folder: data_dir.join(FOLDER),
            program,
            making: Semaphore::new(MADE_AT_ONCE),
            made: AtomicU32::new(0),
        }))
    }

    /// The picture of a clip's file as it is now: a JPEG; `None` where it has none, or none can be made.
    pub async fn get(&self, asset: &Asset, file: &Path) -> Option<Vec<u8>> {
        asset.info.video_codec.as_ref()?;
        let metadata = tokio::fs::metadata(file).await.ok()?;
        let kept = self.0.folder.join(name(asset, &metadata));
        if let Ok(picture) = tokio::fs::read(&kept).await {
            touch(kept).await;
            return (!picture.is_empty()).then_some(picture);
        }
        let _making = self.0.making.acquire().await.ok()?;
        // Another request may have made it meanwhile.
        if let Ok(picture) = tokio::fs::read(&kept).await {
            return (!picture.is_empty()).then_some(picture);
        }
        let picture = match self.make(asset, file).await {
            Ok(picture) => picture,
            Err(error) => {
                // Without ffmpeg there is nothing to remember: it may be installed later.
                tracing::debug!(%error, file = %file.display(), "no thumbnail could be made");
                return None;
            }
        };
        if let Err(error) = self.keep(&kept, &picture).await {
            tracing::info!(%error, "a thumbnail could not be kept");
        }
        (!picture.is_empty()).then_some(picture)
    }

    /// A picture of the file; empty where ffmpeg finds none in it.
    async fn make(&self, asset: &Asset, file: &Path) -> io::Result<Vec<u8>> {
        let third_ms = asset.info.duration_us.unwrap_or(0) / 3_000;
        let at_ms = third_ms.clamp(0, TAKEN_AT_MS_MAX);
        let picture = self.run(file, at_ms).await?;
        if picture.is_empty() && at_ms > 0 {
            return self.run(file, 0).await;
        }
        Ok(picture)
    }

    async fn run(&self, file: &Path, at_ms: i64) -> io::Result<Vec<u8>> {
        let mut url = std::ffi::OsString::from("file:");
        url.push(file);
        let mut command = Command::new(&self.0.program);
        command
            .args(["-v", "error", "-nostdin", "-threads", "1"])
            .args(["-protocol_whitelist", "file,pipe"])
            .args(["-ss", &format!("{}.{:03}", at_ms / 1_000, at_ms % 1_000)])
            .arg("-i")
            .arg(&url)
            .args(["-map", "0:v:0", "-frames:v", "1", "-an", "-sn", "-dn"])
            .args(["-vf", &format!("scale='min({WIDTH},iw)':-2")])
            .args(["-f", "image2pipe", "-c:v", "mjpeg", "-q:v", "5", "pipe:1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let child = command.spawn()?;
        // Nothing else on this machine waits for a picture.
        if let Some(pid) = child.id().and_then(|id| Pid::from_raw(id.try_into().ok()?))
            && let Err(error) = setpriority_process(Some(pid), NICE)
        {
            tracing::debug!(%error, "a thumbnail is made at full priority");
        }
        let output = tokio::time::timeout(TIME_LIMIT, child.wait_with_output()).await;
        let output = output.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        if !output.status.success() || output.stdout.len() > PICTURE_BYTES_MAX {
            return Ok(Vec::new());
        }
        Ok(output.stdout)
    }

    /// Keeps a picture, or by an empty file that there is none.
    async fn keep(&self, path: &Path, picture: &[u8]) -> io::Result<()> {
        tokio::fs::create_dir_all(&self.0.folder).await?;
        let part = path.with_extension("part");
        tokio::fs::write(&part, picture).await?;
        tokio::fs::rename(&part, path).await?;
        if self.0.made.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            let folder = self.0.folder.clone();
            let tidied = tokio::task::spawn_blocking(move || tidy(&folder, KEPT_BYTES_MAX));
            tidied.await.map_err(io::Error::other)??;
        }
        Ok(())
    }
}

/// A name that changes with the file.
fn name(asset: &Asset, metadata: &std::fs::Metadata) -> String {
    let modified = metadata.modified().ok().map(|at| format!("{at:?}"));
    let stamp = format!("{} {:?} {:?}", metadata.len(), modified, asset.file);
    let hash: String = Sha256::digest(stamp)
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{}-{hash}.jpg", asset.id)
}

/// Notes that a picture was looked at.
async fn touch(path: PathBuf) {
    let touched = tokio::task::spawn_blocking(move || {
        std::fs::File::options()
            .write(true)
            .open(path)?
            .set_modified(SystemTime::now())
    });
    if let Ok(Err(error)) = touched.await {
        tracing::debug!(%error, "a thumbnail may go earlier than it should");
    }
}

/// Removes what was looked at longest ago, until a tenth of `bytes_max` is free.
fn tidy(folder: &Path, bytes_max: u64) -> io::Result<()> {
    let mut kept = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        kept.push((metadata.modified()?, metadata.len(), entry.path()));
    }
    let mut bytes: u64 = kept.iter().map(|(_, bytes, _)| bytes).sum();
    if bytes <= bytes_max {
        return Ok(());
    }
    kept.sort();
    for (_, length, path) in kept {
        if bytes <= bytes_max / 10 * 9 {
            break;
        }
        std::fs::remove_file(path)?;
        bytes -= length;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pictures_that_were_looked_at_longest_ago_go_first() {
        let dir = tempfile::tempdir().unwrap();
        let now = SystemTime::now();
        for (name, age_s) in [("old", 300), ("older", 900), ("new", 0)] {
            let path = dir.path().join(name);
            std::fs::write(&path, [0; 100]).unwrap();
            std::fs::File::options()
                .write(true)
                .open(&path)
                .unwrap()
                .set_modified(now - Duration::from_secs(age_s))
                .unwrap();
        }
        tidy(dir.path(), 300).unwrap();
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 3);
        tidy(dir.path(), 250).unwrap();
        assert!(!dir.path().join("older").exists() && dir.path().join("old").exists());
        tidy(dir.path(), 120).unwrap();
        assert!(dir.path().join("new").exists() && !dir.path().join("old").exists());
    }
}
