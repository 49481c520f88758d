//! The library from real media, probed by a real ffprobe.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::station::{Station, until};

fn make(dir: &Path, name: &str, args: &[&str]) {
    let output = Command::new("ffmpeg")
        .args(["-hide_banner", "-loglevel", "error", "-y"])
        .args(args)
        .arg(dir.join(name))
        .output()
        .expect("ffmpeg is installed by make test");
    assert!(
        output.status.success(),
        "{name}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn finished(station: &Station, job: &Value) -> Value {
    let get = || station.ok("get_job", json!({"job": job}));
    until("the job ends", || get()["state"] != "running");
    get()
}

#[test]
fn a_folder_of_real_media_becomes_the_library_and_broken_files_are_listed() {
    let home = tempfile::tempdir().expect("a folder");
    let dir = home.path();
    let video = |rate: &'static str| ["-f", "lavfi", "-i", rate, "-t", "2"];
    make(dir, "a25.mp4", &video("testsrc=size=320x180:rate=25"));
    make(
        dir,
        "b2997.mov",
        &video("testsrc=size=320x180:rate=30000/1001"),
    );
    std::fs::create_dir(dir.join("sub")).expect("a sub-folder");
    make(
        &dir.join("sub"),
        "c50.mkv",
        &video("testsrc=size=320x180:rate=50"),
    );
    make(
        dir,
        "tone.wav",
        &[
            "-f",
            "lavfi",
            "-i",
            "sine=frequency=440:sample_rate=48000",
            "-t",
            "3",
        ],
    );
    std::fs::write(dir.join("empty.mp4"), b"").expect("an empty file");
    std::fs::write(dir.join("text.mov"), b"this is no movie").expect("a text file");

    let station = Station::start("Alpha");
    let job = station.ok("scan_folder", json!({"path": dir}))["job"].clone();
    let done = finished(&station, &job);
    assert_eq!(done["state"], "done", "{done:#}");
    let problems = done["problems"].as_array().expect("problems");
    assert_eq!(problems.len(), 2, "{done:#}");
    for problem in problems {
        assert!(!problem["reason"].as_str().expect("a reason").is_empty());
    }
    let assets = station.ok("list_assets", json!({}));
    assert_eq!(assets["total"], 4, "{assets:#}");
    let find = |name: &str| {
        assets["assets"]
            .as_array()
            .expect("assets")
            .iter()
            .find(|a| {
                a["file"]["path"]
                    .as_str()
                    .is_some_and(|p| p.ends_with(name))
            })
            .unwrap_or_else(|| panic!("{name} is not in {assets:#}"))
            .clone()
    };
    assert_eq!(
        find("a25.mp4")["duration"],
        50,
        "2 s at the channel's 25 frames a second"
    );
    assert_eq!(find("tone.wav")["duration"], 75);
    assert_eq!(find("sub/c50.mkv")["info"]["frame_rate"], "50");
    assert_eq!(find("b2997.mov")["info"]["frame_rate"], "30000/1001");
    assert_eq!(find("a25.mp4")["info"]["width"], 320);

    // Scanning again adds nothing.
    let job = station.ok("scan_folder", json!({"path": dir}))["job"].clone();
    finished(&station, &job);
    assert_eq!(station.ok("list_assets", json!({}))["total"], 4);
    station.verified_sum();
}

#[test]
fn a_folder_that_is_not_there_is_refused() {
    let station = Station::start("Alpha");
    let error = station
        .call("scan_folder", json!({"path": "/nonexistent/folder"}))
        .expect_err("no such folder");
    assert!(
        ["not_found", "invalid", "unavailable"].contains(&error.code.as_str()),
        "{error:?}"
    );
}

#[test]
fn without_ffprobe_the_message_says_what_to_install_and_manual_entry_works() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("x.mp4"), b"x").expect("a file");
    let station = Station::start_with("Alpha", &[("PATH", "/nonexistent")]);
    let told = match station.call("scan_folder", json!({"path": home.path()})) {
        Err(error) => (error.code, error.message),
        Ok(started) => {
            let job = finished(&station, &started["job"]);
            assert_eq!(job["state"], "failed", "{job:#}");
            let text = |field: &str| job["error"][field].as_str().unwrap_or_default().to_owned();
            (text("code"), text("message"))
        }
    };
    assert_eq!(told.0, "unavailable");
    assert!(
        told.1.contains("ffprobe") && told.1.contains("install"),
        "{}",
        told.1
    );
    station.ok(
        "add_assets",
        json!({"assets": [{"title": "By hand", "duration": 100}]}),
    );
    assert_eq!(station.ok("list_assets", json!({}))["total"], 1);
}
