//! Real media, made by ffmpeg.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::{Bench, strings};
use crate::api::{ErrorCode, Event, JobState};

/// Makes a file of test picture and tone.
pub(super) fn ffmpeg(folder: &Path, name: &str, args: &[&str]) {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-y"])
        .args(args)
        .arg(folder.join(name))
        .output()
        .expect("ffmpeg is installed (apt install ffmpeg)");
    assert!(
        output.status.success(),
        "{name}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

pub(super) const PICTURE_25: &str = "testsrc=size=64x36:rate=25";
const TONE: &str = "sine=frequency=440:sample_rate=48000";

pub(super) async fn scan(bench: &Bench, folder: &Path) -> Value {
    ended(
        bench,
        "scan_folder",
        json!({ "path": folder.to_str().unwrap() }),
    )
    .await
}

/// Starts a job and waits for its end.
pub(super) async fn ended(bench: &Bench, command: &str, args: Value) -> Value {
    let mut events = bench.station.events();
    let started = bench.ok(command, args).await;
    let id = started["job"].clone();
    Bench::heard(&mut events, |event| match event {
        Event::Job { job } if json!(job.job) == id && job.state != JobState::Running => Some(()),
        _ => None,
    })
    .await;
    bench.ok("get_job", json!({ "job": id })).await
}

pub(super) async fn asset(bench: &Bench, title: &str) -> Value {
    let found = bench.ok("list_assets", json!({ "query": title })).await;
    assert_eq!(found["total"], 1, "{title}: {found}");
    found["assets"][0].clone()
}

#[tokio::test]
async fn two_scans_of_one_folder_at_once_take_each_file_in_once() {
    let bench = Bench::start().await;
    let dir = tempfile::tempdir().unwrap();
    for name in ["a.mp4", "b.mp4"] {
        let args = ["-f", "lavfi", "-i", PICTURE_25, "-t", "1", "-c:v", "mpeg4"];
        ffmpeg(dir.path(), name, &args);
    }
    let (one, other) = tokio::join!(scan(&bench, dir.path()), scan(&bench, dir.path()));
    assert_eq!(
        (&one["state"], &other["state"]),
        (&json!("done"), &json!("done"))
    );
    assert_eq!(bench.ok("list_assets", json!({})).await["total"], 2);
    bench.station.stop().await;
}

#[tokio::test]
async fn files_of_many_containers_and_rates_come_in_with_their_frames_and_facts() {
    let bench = Bench::start().await;
    let dir = tempfile::tempdir().unwrap();
    let media = dir.path().join("media");
    std::fs::create_dir_all(media.join("sub")).unwrap();
    let (two_s, video) = (["-t", "2"], ["-c:v", "mpeg4"]);
    let with_tone = ["-f", "lavfi", "-i", PICTURE_25, "-f", "lavfi", "-i", TONE];
    ffmpeg(
        &media,
        "pal.mp4",
        &[&with_tone[..], &two_s, &video, &["-c:a", "aac"]].concat(),
    );
    let ntsc = [
        "-f",
        "lavfi",
        "-i",
        "testsrc=size=64x36:rate=30000/1001",
        "-frames:v",
        "60",
    ];
    ffmpeg(&media, "sub/ntsc.mov", &[&ntsc[..], &video].concat());
    let fifty = [
        "-f",
        "lavfi",
        "-i",
        "testsrc=size=64x36:rate=50",
        "-t",
        "1",
        "-c:v",
        "mpeg2video",
        "-b:v",
        "500k",
    ];
    ffmpeg(&media, "fifty.mkv", &fifty);
    ffmpeg(
        &media,
        "stream.ts",
        &[
            &with_tone[..],
            &two_s,
            &["-c:v", "mpeg2video", "-b:v", "500k", "-c:a", "mp2"],
        ]
        .concat(),
    );
    ffmpeg(
        &media,
        "tone.wav",
        &["-f", "lavfi", "-i", TONE, "-t", "1.5"],
    );
    ffmpeg(
        &media,
        "jingle.mp3",
        &["-f", "lavfi", "-i", TONE, "-t", "1"],
    );

    let job = scan(&bench, &media).await;
    assert_eq!(
        (&job["state"], &job["added"], &job["problems"]),
        (&json!("done"), &json!(6), &json!([])),
        "{job}"
    );
    assert_eq!((&job["done"], &job["total"]), (&json!(6), &json!(6)));

    let pal = asset(&bench, "pal").await;
    assert_eq!(
        (&pal["duration"], &pal["file"]),
        (&json!(50), &json!({ "root": "media", "path": "pal.mp4" }))
    );
    let info = &pal["info"];
    assert_eq!(
        (&info["video_codec"], &info["audio_codec"]),
        (&json!("mpeg4"), &json!("aac"))
    );
    assert_eq!(
        (&info["width"], &info["height"], &info["frame_rate"]),
        (&json!(64), &json!(36), &json!("25"))
    );
    assert_eq!(
        (&info["audio_channels"], &info["sample_rate_hz"]),
        (&json!(1), &json!(48_000))
    );
    let size = std::fs::metadata(media.join("pal.mp4")).unwrap().len();
    assert_eq!(info["size_bytes"], size);

    let ntsc = asset(&bench, "ntsc").await;
    assert_eq!(
        (&ntsc["info"]["frame_rate"], &ntsc["file"]["path"]),
        (&json!("30000/1001"), &json!("sub/ntsc.mov"))
    );
    assert_eq!(ntsc["duration"], 50, "60 frames at 29.97 are 2.002 s");
    assert_eq!(asset(&bench, "fifty").await["duration"], 25);
    assert_eq!(asset(&bench, "stream").await["duration"], 50);
    let tone = asset(&bench, "tone").await;
    assert_eq!(
        (&tone["duration"], &tone["info"]["video_codec"]),
        (&json!(38), &Value::Null),
        "1.5 s, to the nearest frame"
    );
    let jingle = asset(&bench, "jingle").await;
    assert!(
        (25..=27).contains(&jingle["duration"].as_i64().unwrap()),
        "an MP3 is padded to whole packets: {jingle}"
    );

    let history = bench.ok("get_history", json!({})).await;
    assert_eq!(
        strings(&history["entries"], "label"),
        ["Add 6 assets from media"]
    );
    bench.station.stop().await;
}

#[tokio::test]
async fn what_cannot_be_read_is_listed_with_its_reason_and_the_rest_comes_in() {
    let bench = Bench::start().await;
    let dir = tempfile::tempdir().unwrap();
    let still = ["-f", "lavfi", "-i", PICTURE_25, "-t", "1", "-c:v", "mpeg4"];
    ffmpeg(dir.path(), "good.mp4", &still);
    let whole = std::fs::read(dir.path().join("good.mp4")).unwrap();
    std::fs::write(dir.path().join("cut.mp4"), &whole[..whole.len() / 2]).unwrap();
    std::fs::write(dir.path().join("text.mp4"), "this is no film\n").unwrap();
    std::fs::write(dir.path().join("empty.mov"), "").unwrap();
    std::fs::write(dir.path().join("readme.txt"), "passed over").unwrap();
    std::fs::copy(
        dir.path().join("good.mp4"),
        dir.path().join("two\nlines.mp4"),
    )
    .unwrap();

    let job = scan(&bench, dir.path()).await;
    assert_eq!(
        (&job["state"], &job["added"], &job["problem_count"]),
        (&json!("done"), &json!(1), &json!(4)),
        "{job}"
    );
    let mut named = strings(&job["problems"], "path");
    named.sort();
    let expected = ["cut.mp4", "empty.mov", "text.mp4", "two\nlines.mp4"].map(|name| {
        dir.path()
            .canonicalize()
            .unwrap()
            .join(name)
            .display()
            .to_string()
    });
    assert_eq!(named, expected);
    assert!(
        strings(&job["problems"], "reason")
            .iter()
            .all(|reason| reason.len() > 10 && !reason.contains("0x")),
        "{job}"
    );
    bench.station.stop().await;
}

#[tokio::test]
async fn a_second_scan_updates_what_changed_and_keeps_what_an_operator_wrote() {
    let bench = Bench::start().await;
    let dir = tempfile::tempdir().unwrap();
    let seconds = |s| ["-f", "lavfi", "-i", PICTURE_25, "-t", s, "-c:v", "mpeg4"];
    ffmpeg(dir.path(), "a.mp4", &seconds("1"));
    ffmpeg(dir.path(), "b.mp4", &seconds("1"));
    scan(&bench, dir.path()).await;
    let id = asset(&bench, "a").await["id"].clone();
    bench
        .ok(
            "update_asset",
            json!({ "id": id, "set": { "title": "Opener", "category": "Promo" } }),
        )
        .await;

    let again = scan(&bench, dir.path()).await;
    assert_eq!(
        (&again["unchanged"], &again["added"], &again["updated"]),
        (&json!(2), &json!(0), &json!(0))
    );
    ffmpeg(dir.path(), "a.mp4", &seconds("2"));
    let changed = scan(&bench, dir.path()).await;
    assert_eq!(
        (
            &changed["unchanged"],
            &changed["added"],
            &changed["updated"]
        ),
        (&json!(1), &json!(0), &json!(1))
    );
    let a = bench.ok("get_asset", json!({ "id": id })).await;
    assert_eq!(
        (&a["title"], &a["category"], &a["duration"]),
        (&json!("Opener"), &json!("Promo"), &json!(50))
    );
    assert_eq!(bench.ok("list_assets", json!({})).await["total"], 2);
    bench.station.stop().await;
}

#[tokio::test]
async fn a_folder_below_a_media_root_belongs_to_it() {
    let bench = Bench::start().await;
    let dir = tempfile::tempdir().unwrap();
    let media = dir.path().join("library");
    std::fs::create_dir_all(media.join("promos")).unwrap();
    ffmpeg(
        &media,
        "promos/a.mp4",
        &["-f", "lavfi", "-i", PICTURE_25, "-t", "1", "-c:v", "mpeg4"],
    );
    scan(&bench, &media).await;
    let below = scan(&bench, &media.join("promos")).await;
    assert_eq!(
        (&below["unchanged"], &below["added"]),
        (&json!(1), &json!(0)),
        "no second asset for the same file"
    );
    let roots = bench.ok("list_media_roots", json!({})).await;
    assert_eq!(strings(&roots["roots"], "name"), ["library"]);
    bench.station.stop().await;
}

#[tokio::test]
async fn a_folder_that_cannot_be_scanned_is_refused_before_a_job_starts() {
    let bench = Bench::start().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    for (path, code) in [
        ("relative/folder", ErrorCode::Invalid),
        ("/nonexistent/folder", ErrorCode::NotFound),
        (file.path().to_str().unwrap(), ErrorCode::NotFound),
    ] {
        assert_eq!(
            bench.code("scan_folder", json!({ "path": path })).await,
            code,
            "{path}"
        );
    }
    assert_eq!(bench.ok("list_jobs", json!({})).await, json!([]));
    let stranger = "0192f0a0-0000-7000-8000-000000000001";
    assert_eq!(
        bench.code("get_job", json!({ "job": stranger })).await,
        ErrorCode::NotFound
    );
    bench.station.stop().await;
}
