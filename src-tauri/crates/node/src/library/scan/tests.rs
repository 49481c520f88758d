//! Scans that go wrong in ways that real files do not: with programs in ffprobe's place.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::broadcast;

use super::*;
use crate::api::{Event, Job, JobState};
use crate::library::jobs::Jobs;
use crate::station::Events;

const PATIENCE: Duration = Duration::from_secs(60);
/// What ffprobe says of a film of two seconds.
const TWO_SECONDS: &str =
    r#"echo '{"streams":[{"codec_type":"video","duration":"2.000000"}],"format":{}}'"#;

/// What was committed at once: its label, and the files.
type Entry = (String, Vec<Probed>);

/// A library in memory.
#[derive(Clone, Default)]
struct Shelf(Arc<Mutex<Vec<Entry>>>);

impl Library for Shelf {
    async fn known(&self, _: &MediaFile) -> Result<Option<Known>, ApiError> {
        Ok(None)
    }

    async fn refuses(&self, _: &Probed) -> Result<Option<String>, ApiError> {
        Ok(None)
    }

    async fn commit(&self, label: String, files: Vec<Probed>) -> Result<(), ApiError> {
        self.0.lock().unwrap().push((label, files));
        Ok(())
    }
}

/// A library on a station that is a secondary by now.
struct ReadOnly;

impl Library for ReadOnly {
    async fn known(&self, _: &MediaFile) -> Result<Option<Known>, ApiError> {
        Ok(None)
    }

    async fn refuses(&self, _: &Probed) -> Result<Option<String>, ApiError> {
        Ok(None)
    }

    async fn commit(&self, _: String, _: Vec<Probed>) -> Result<(), ApiError> {
        Err(ApiError::new(
            ErrorCode::ReadOnly,
            "This station is a secondary.",
        ))
    }
}

struct Bench {
    jobs: Jobs,
    events: broadcast::Receiver<Event>,
    folder: PathBuf,
    dir: TempDir,
}

impl Bench {
    fn with_files(count: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("media");
        std::fs::create_dir(&folder).unwrap();
        for number in 0..count {
            std::fs::write(folder.join(format!("{number:04}.mp4")), "").unwrap();
        }
        let events = Events::new();
        Self {
            events: events.subscribe(),
            jobs: Jobs::new(events),
            folder,
            dir,
        }
    }

    /// A program that answers `-version` as ffprobe does and otherwise does what is said.
    fn program(&self, does: &str) -> Prober {
        let path = self.dir.path().join("probe");
        std::fs::write(
            &path,
            format!("#!/bin/sh\n[ \"$1\" = -version ] && exit 0\n{does}\n"),
        )
        .unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        Prober::with_program(path)
    }

    fn scan(&self, library: impl Library + 'static, prober: Prober) -> uuid::Uuid {
        let roots = Roots([("media".to_owned(), self.folder.clone())].into());
        let scan = Scan {
            library,
            prober,
            roots,
            folder: self.folder.clone(),
        };
        self.jobs
            .start("Scan".into(), |work| scan.run(work))
            .unwrap()
    }

    async fn until(&mut self, wanted: impl Fn(&Job) -> bool) -> Job {
        let search = async {
            loop {
                if let Event::Job { job } = self.events.recv().await.unwrap()
                    && wanted(&job)
                {
                    return *job;
                }
            }
        };
        tokio::time::timeout(PATIENCE, search)
            .await
            .expect("the job gets there")
    }

    async fn ended(&mut self) -> Job {
        self.until(|job| job.state != JobState::Running).await
    }
}

#[tokio::test]
async fn without_ffprobe_the_job_fails_and_says_what_to_install() {
    let mut bench = Bench::with_files(3);
    bench.scan(
        Shelf::default(),
        Prober::with_program("/nonexistent/ffprobe".into()),
    );
    let job = bench.ended().await;
    let error = job.error.expect("it failed");
    assert_eq!(
        (job.state, error.code),
        (JobState::Failed, ErrorCode::Unavailable)
    );
    assert!(
        error.message.contains("apt install ffmpeg") && error.message.contains("by hand"),
        "{error}"
    );
}

#[tokio::test]
async fn many_files_come_in_as_few_entries() {
    let mut bench = Bench::with_files(BATCH_MAX + 20);
    let shelf = Shelf::default();
    let prober = bench.program(TWO_SECONDS);
    bench.scan(shelf.clone(), prober);
    let job = bench.ended().await;
    let commits = shelf.0.lock().unwrap();
    let files: usize = commits.iter().map(|(_, files)| files.len()).sum();
    assert_eq!(
        (job.state, files, job.added),
        (JobState::Done, BATCH_MAX + 20, files as u64)
    );
    assert!(commits.iter().all(|(_, files)| files.len() <= BATCH_MAX));
    assert!(
        commits
            .iter()
            .all(|(label, files)| *label == format!("Add {} assets from media", files.len()))
    );
}

#[tokio::test]
async fn a_cancelled_scan_ends_although_a_probe_hangs_and_keeps_nothing_half() {
    let mut bench = Bench::with_files(10);
    let shelf = Shelf::default();
    let prober = bench.program("exec sleep 600");
    let id = bench.scan(shelf.clone(), prober);
    bench.until(|job| job.total > 0).await;
    let job = tokio::time::timeout(PATIENCE, bench.jobs.cancel(id))
        .await
        .expect("it ends")
        .unwrap();
    assert_eq!((job.state, job.added), (JobState::Cancelled, 0));
    assert!(shelf.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_folder_that_vanishes_in_mid_scan_fails_the_job() {
    let mut bench = Bench::with_files(5);
    let prober = bench.program(&format!("rm -rf '{}'\nexit 1", bench.folder.display()));
    bench.scan(Shelf::default(), prober);
    let job = bench.ended().await;
    let error = job.error.expect("it failed");
    assert_eq!(
        (job.state, error.code),
        (JobState::Failed, ErrorCode::Unavailable)
    );
    assert!(
        error.message.contains(&bench.folder.display().to_string()),
        "{error}"
    );
}

#[tokio::test]
async fn a_station_that_becomes_a_secondary_in_mid_scan_fails_the_job() {
    let mut bench = Bench::with_files(2);
    let prober = bench.program(TWO_SECONDS);
    bench.scan(ReadOnly, prober);
    assert_eq!(
        bench.ended().await.error.expect("it failed").code,
        ErrorCode::ReadOnly
    );
}

#[tokio::test]
async fn a_probe_that_says_too_much_or_nonsense_is_a_problem_of_its_file() {
    for does in [
        "yes",
        "echo nonsense",
        "echo '{}'",
        "echo '{\"streams\":7}'",
        "exit 3",
    ] {
        let mut bench = Bench::with_files(1);
        let prober = bench.program(does);
        bench.scan(Shelf::default(), prober);
        let job = bench.ended().await;
        assert_eq!(
            (job.state, job.problem_count, job.done),
            (JobState::Done, 1, 1),
            "{does}: {job:?}"
        );
        assert!(
            Path::new(&job.problems[0].path).starts_with(&bench.folder)
                && !job.problems[0].reason.is_empty()
        );
    }
}
