//! Watched folders: what comes into them and what goes. Real media, real hints of the system.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;

use super::files::{film, told};
use super::scan::{asset, scan};
use super::{Bench, strings};
use crate::api::{ErrorCode, Event, Job, JobState};

async fn watch(bench: &Bench, folder: &Path) -> Value {
    bench
        .ok("watch_folder", json!({ "path": folder, "watch": true }))
        .await
}

async fn watch_state(bench: &Bench) -> Value {
    let roots = bench.ok("list_media_roots", json!({})).await;
    roots["watched"][0]["state"].clone()
}

/// The end of the next job.
async fn ended(events: &mut Receiver<Event>) -> Job {
    Bench::heard(events, |event| match event {
        Event::Job { job } if job.state != JobState::Running => Some(*job),
        _ => None,
    })
    .await
}

/// A library with one film, read from a folder that is watched since.
async fn watched(bench: &Bench) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    film(dir.path(), "old.mp4", "1");
    scan(bench, dir.path()).await;
    let roots = watch(bench, dir.path()).await;
    assert_eq!(roots["watched"].as_array().unwrap().len(), 1, "{roots}");
    dir
}

#[tokio::test]
async fn a_file_that_comes_into_a_watched_folder_comes_into_the_library_once_it_is_whole() {
    let bench = Bench::start().await;
    let dir = watched(&bench).await;
    let whole = {
        let elsewhere = tempfile::tempdir().unwrap();
        film(elsewhere.path(), "new.mp4", "2");
        fs::read(elsewhere.path().join("new.mp4")).unwrap()
    };
    let mut events = bench.station.events();
    fs::create_dir(dir.path().join("promos")).unwrap();
    let mut copy = fs::File::create(dir.path().join("promos/new.mp4")).unwrap();
    // For twice as long as a file must rest, it grows: half a film would be a problem, or too short.
    for part in whole.chunks(whole.len().div_ceil(10)) {
        copy.write_all(part).unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    }
    drop(copy);

    let job = ended(&mut events).await;
    assert_eq!(
        (job.state, job.added, &job.problems[..]),
        (JobState::Done, 1, &[][..])
    );
    let new = asset(&bench, "new").await;
    assert_eq!(
        (&new["duration"], &new["file"]["path"]),
        (&json!(50), &json!("promos/new.mp4"))
    );
    bench.station.stop().await;
}

#[tokio::test]
async fn a_file_that_is_removed_is_marked_missing_and_stays_in_the_library() {
    let bench = Bench::start().await;
    let dir = watched(&bench).await;
    let before = bench.state().await;
    let mut events = bench.station.events();
    fs::remove_file(dir.path().join("old.mp4")).unwrap();
    told(&mut events, 1, 0).await;
    assert_eq!(asset(&bench, "old").await["file_state"], "missing");
    assert_eq!(bench.state().await, before);

    film(dir.path(), "old.mp4", "1");
    Bench::heard(&mut events, |event| match event {
        Event::Files(check) if check.missing == 0 => Some(()),
        _ => None,
    })
    .await;
    bench.station.stop().await;
}

#[tokio::test]
async fn a_watched_folder_that_is_gone_is_told_of_until_it_is_back() {
    let bench = Bench::start().await;
    let dir = watched(&bench).await;
    let path = dir.path().canonicalize().unwrap().display().to_string();
    let away = dir.path().with_extension("away");
    let mut events = bench.station.events();
    fs::rename(dir.path(), &away).unwrap();
    Bench::heard(&mut events, |event| match event {
        Event::Files(check) if check.gone_folders == [path.clone()] => Some(()),
        _ => None,
    })
    .await;
    assert_eq!(watch_state(&bench).await, "gone");
    assert_eq!(asset(&bench, "old").await["file_state"], "missing");
    fs::rename(&away, dir.path()).unwrap();
    // An operator who has mended it looks again.
    watch(&bench, dir.path()).await;
    Bench::heard(&mut events, |event| match event {
        Event::Files(check) if check.gone_folders.is_empty() && check.missing == 0 => Some(()),
        _ => None,
    })
    .await;
    bench.station.stop().await;
}

#[tokio::test]
async fn a_broken_file_is_a_problem_once_and_no_more_until_it_changes() {
    let bench = Bench::start().await;
    let dir = watched(&bench).await;
    let mut events = bench.station.events();
    fs::write(dir.path().join("broken.mp4"), "no film").unwrap();
    let job = ended(&mut events).await;
    assert_eq!((job.added, job.problem_count), (0, 1), "{job:?}");
    // Another file has the folder looked at again: the broken one is not tried a second time.
    film(dir.path(), "good.mp4", "1");
    let job = ended(&mut events).await;
    assert_eq!((job.added, job.problem_count), (1, 0), "{job:?}");
    bench.station.stop().await;
}

#[tokio::test]
async fn only_a_folder_of_a_media_root_is_watched_until_it_is_let_go() {
    let bench = Bench::start().await;
    let dir = watched(&bench).await;
    let outside = tempfile::tempdir().unwrap();
    let refused = bench
        .err(
            "watch_folder",
            json!({ "path": outside.path(), "watch": true }),
        )
        .await;
    assert_eq!(refused.code, ErrorCode::Invalid);
    assert!(refused.message.contains("no media folder"), "{refused}");
    assert_eq!(
        bench
            .code(
                "watch_folder",
                json!({ "path": "/nonexistent", "watch": true })
            )
            .await,
        ErrorCode::NotFound
    );
    let roots = bench.ok("list_media_roots", json!({})).await;
    let path = strings(&roots["watched"], "path").remove(0);
    assert_eq!(Path::new(&path), dir.path().canonicalize().unwrap());
    let left = bench
        .ok("watch_folder", json!({ "path": path, "watch": false }))
        .await;
    assert_eq!(left["watched"], json!([]));
    bench.station.stop().await;
}

#[tokio::test]
async fn a_secondary_marks_what_is_missing_and_adds_nothing() {
    let bench = Bench::start().await;
    let dir = watched(&bench).await;
    let peer = "https://127.0.0.1:9/#sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let secondary = json!({ "mode": "secondary_failover", "failover_offset_s": 86_400, "peer_url": peer, "confirm_replace": true });
    bench.ok("set_redundancy", secondary).await;
    let before = bench.state().await.1;
    let mut events = bench.station.events();
    film(dir.path(), "new.mp4", "1");
    fs::remove_file(dir.path().join("old.mp4")).unwrap();
    told(&mut events, 1, 0).await;
    // The look that marked the one file also saw the other.
    while watch_state(&bench).await != "waiting" {
        Bench::heard(&mut events, |event| {
            matches!(event, Event::Files(_)).then_some(())
        })
        .await;
    }
    assert_eq!(bench.ok("list_assets", json!({})).await["total"], 1);
    assert_eq!(bench.state().await.1, before);
    bench.station.stop().await;
}
