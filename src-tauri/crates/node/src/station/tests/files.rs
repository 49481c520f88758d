//! Files that vanish, change and come back under the library's feet. Real media.

use std::fs::{self, File, FileTimes};
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;

use super::scan::{PICTURE_25, asset, ended, ffmpeg, scan};
use super::{Bench, DAY, strings};
use crate::api::{ErrorCode, Event, FileCheck};

pub(super) fn film(folder: &Path, name: &str, seconds: &str) {
    let args = [
        "-f", "lavfi", "-i", PICTURE_25, "-t", seconds, "-c:v", "mpeg4",
    ];
    ffmpeg(folder, name, &args);
}

/// A library of `a` and `b`, one second each, read from a folder.
async fn library(bench: &Bench, folder: &Path) {
    film(folder, "a.mp4", "1");
    film(folder, "b.mp4", "1");
    scan(bench, folder).await;
}

async fn check(bench: &Bench) -> Value {
    let job = ended(bench, "check_files", json!({})).await;
    assert_eq!(job["state"], "done", "{job}");
    let summary = bench.ok("get_file_check", json!({})).await;
    assert!(summary["checked_at"].is_string(), "{summary}");
    summary
}

pub(super) async fn told(events: &mut Receiver<Event>, missing: u64, changed: u64) {
    Bench::heard(events, |event| match event {
        Event::Files(FileCheck {
            missing: m,
            changed: c,
            ..
        }) if (m, c) == (missing, changed) => Some(()),
        _ => None,
    })
    .await;
}

async fn titles(bench: &Bench, only: &str) -> Vec<String> {
    let found = bench.ok("list_assets", json!({ "only": only })).await;
    assert_eq!(found["total"], found["assets"].as_array().unwrap().len());
    strings(&found["assets"], "title")
}

#[tokio::test]
async fn a_missing_file_is_marked_in_the_library_and_the_rundown_until_it_is_back() {
    let bench = Bench::start().await;
    let dir = tempfile::tempdir().unwrap();
    library(&bench, dir.path()).await;
    let id = asset(&bench, "a").await["id"].clone();
    bench
        .ok(
            "insert_items",
            json!({ "date": DAY, "after": null, "items": [{ "asset_id": id }] }),
        )
        .await;
    let before = bench.state().await;
    fs::rename(dir.path().join("a.mp4"), dir.path().join("hidden")).unwrap();

    let summary = check(&bench).await;
    assert_eq!(
        (&summary["missing"], &summary["changed"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(titles(&bench, "missing").await, ["a"]);
    assert_eq!(asset(&bench, "a").await["file_state"], "missing");
    assert_eq!(asset(&bench, "b").await["file_state"], Value::Null);
    let finding = bench.ok("get_asset", json!({ "id": id })).await["finding"].clone();
    assert_eq!(
        (&finding["state"], &finding["root_present"]),
        (&json!("missing"), &json!(true))
    );
    let day = bench.ok("get_playlist", json!({ "date": DAY })).await;
    assert_eq!(
        day["items"][0]["marks"],
        json!([{ "kind": "file_missing" }])
    );
    let month = json!({ "from": DAY, "to": DAY });
    let day = bench.ok("list_days", month).await[0].clone();
    assert_eq!(
        (&day["files_missing"], &day["without_media"]),
        (&json!(1), &json!(0))
    );

    fs::rename(dir.path().join("hidden"), dir.path().join("a.mp4")).unwrap();
    assert_eq!(check(&bench).await["missing"], 0);
    assert_eq!(
        bench.ok("get_asset", json!({ "id": id })).await["finding"],
        Value::Null
    );
    let day = bench.ok("get_playlist", json!({ "date": DAY })).await;
    assert_eq!(day["items"][0]["marks"], json!([]));
    assert_eq!(
        bench.state().await,
        before,
        "what is known of files is no edit"
    );
    bench.station.stop().await;
}

#[tokio::test]
async fn a_client_that_has_a_version_of_a_day_hears_of_a_file_that_went_missing() {
    let bench = Bench::start().await;
    let dir = tempfile::tempdir().unwrap();
    library(&bench, dir.path()).await;
    let (a, b) = (asset(&bench, "a").await, asset(&bench, "b").await);
    let items = json!([{ "asset_id": b["id"] }, { "asset_id": a["id"] }, { "title": "Live" }]);
    bench
        .ok(
            "insert_items",
            json!({ "date": DAY, "after": null, "items": items }),
        )
        .await;
    let since = async |version: &Value| {
        let args = json!({ "date": DAY, "version": version });
        bench.ok("get_playlist_changes", args).await
    };
    let had = bench.ok("get_playlist", json!({ "date": DAY })).await["version"].clone();
    check(&bench).await;
    let same = since(&had).await;
    assert_eq!(
        (&same["version"], &same["items"], &same["placed"]),
        (&had, &Value::Null, &json!([])),
        "nothing is other"
    );

    fs::rename(dir.path().join("a.mp4"), dir.path().join("hidden")).unwrap();
    assert_eq!(check(&bench).await["missing"], 1);
    let gone = since(&had).await;
    assert_ne!(gone["version"], had);
    assert_eq!(
        (&gone["items"], &gone["removed"], &gone["shifted"]),
        (&Value::Null, &json!([]), &json!([]))
    );
    let placed = gone["placed"].as_array().unwrap();
    assert_eq!(placed.len(), 1, "only the item whose file it is: {gone}");
    assert_eq!(
        (&placed[0]["index"], &placed[0]["item"]["marks"]),
        (&json!(1), &json!([{ "kind": "file_missing" }]))
    );

    fs::rename(dir.path().join("hidden"), dir.path().join("a.mp4")).unwrap();
    assert_eq!(check(&bench).await["missing"], 0);
    let back = since(&gone["version"]).await;
    let placed = back["placed"].as_array().unwrap();
    assert_eq!(
        (placed.len(), &placed[0]["item"]["marks"]),
        (1, &json!([])),
        "{back}"
    );
    bench.station.stop().await;
}

#[tokio::test]
async fn a_folder_that_is_gone_is_told_apart_from_a_file_that_is() {
    let bench = Bench::start().await;
    let dir = tempfile::tempdir().unwrap();
    let media = dir.path().join("media");
    fs::create_dir(&media).unwrap();
    library(&bench, &media).await;
    fs::rename(&media, dir.path().join("unmounted")).unwrap();
    assert_eq!(check(&bench).await["missing"], 2);
    let id = asset(&bench, "a").await["id"].clone();
    let finding = bench.ok("get_asset", json!({ "id": id })).await["finding"].clone();
    assert_eq!(finding["root_present"], false);
    bench.station.stop().await;
}

#[tokio::test]
async fn a_longer_file_is_offered_as_one_edit_that_can_be_undone() {
    let bench = Bench::start().await;
    let dir = tempfile::tempdir().unwrap();
    library(&bench, dir.path()).await;
    film(dir.path(), "a.mp4", "3");
    film(dir.path(), "b.mp4", "2");

    let summary = check(&bench).await;
    assert_eq!(
        (&summary["missing"], &summary["changed"]),
        (&json!(0), &json!(2))
    );
    let id = asset(&bench, "a").await["id"].clone();
    let seen = bench.ok("get_asset", json!({ "id": id })).await;
    assert_eq!(
        (&seen["duration"], &seen["finding"]["duration"]),
        (&json!(25), &json!(75))
    );

    let mut events = bench.station.events();
    let updated = bench.ok("update_from_files", json!({})).await;
    assert_eq!(
        (&updated["updated"], &updated["durations"]),
        (&json!(2), &json!(2))
    );
    told(&mut events, 0, 0).await;
    assert_eq!(asset(&bench, "a").await["duration"], 75);
    assert_eq!(asset(&bench, "b").await["duration"], 50);
    let history = bench.ok("get_history", json!({})).await;
    assert_eq!(
        strings(&history["entries"], "label")[0],
        "Update 2 assets from their files"
    );

    bench.ok("undo", json!({})).await;
    told(&mut events, 0, 2).await;
    assert_eq!(asset(&bench, "a").await["duration"], 25);
    assert_eq!(
        titles(&bench, "changed").await,
        ["a", "b"],
        "an undo changes no file"
    );

    bench.ok("update_from_files", json!({ "ids": [id] })).await;
    told(&mut events, 0, 1).await;
    assert_eq!(titles(&bench, "changed").await, ["b"]);
    bench.station.stop().await;
}

#[tokio::test]
async fn a_copy_with_a_date_of_its_own_is_the_same_file() {
    let bench = Bench::start().await;
    let dir = tempfile::tempdir().unwrap();
    library(&bench, dir.path()).await;
    let later = FileTimes::new().set_modified(SystemTime::now() + Duration::from_secs(3600));
    File::options()
        .write(true)
        .open(dir.path().join("a.mp4"))
        .unwrap()
        .set_times(later)
        .unwrap();
    assert_eq!(check(&bench).await["changed"], 0);
    assert_eq!(
        bench.code("update_from_files", json!({})).await,
        ErrorCode::Conflict
    );
    bench.station.stop().await;
}

#[tokio::test]
async fn a_file_that_can_no_longer_be_read_is_changed_and_says_why() {
    let bench = Bench::start().await;
    let dir = tempfile::tempdir().unwrap();
    library(&bench, dir.path()).await;
    fs::write(dir.path().join("a.mp4"), "no film any more").unwrap();
    assert_eq!(check(&bench).await["changed"], 1);
    let id = asset(&bench, "a").await["id"].clone();
    let finding = bench.ok("get_asset", json!({ "id": id })).await["finding"].clone();
    assert_eq!(
        (&finding["state"], &finding["duration"]),
        (&json!("changed"), &Value::Null)
    );
    assert!(finding["problem"].as_str().unwrap().len() > 10, "{finding}");
    assert_eq!(
        bench
            .code("update_from_files", json!({ "ids": [id] }))
            .await,
        ErrorCode::Conflict,
        "there is nothing to take in"
    );

    // It is one changed file as before, but whoever shows why hears that it is another reason now.
    let mut events = bench.station.events();
    film(dir.path(), "a.mp4", "3");
    check(&bench).await;
    told(&mut events, 0, 1).await;
    let finding = bench.ok("get_asset", json!({ "id": id })).await["finding"].clone();
    assert_eq!(
        (&finding["problem"], &finding["duration"]),
        (&Value::Null, &json!(75))
    );
    bench.station.stop().await;
}

#[tokio::test]
async fn what_was_found_is_known_after_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let start = async || Bench {
        station: super::Station::start(super::options(&home)).await.unwrap(),
        _dir: tempfile::tempdir().unwrap(),
    };
    let dir = tempfile::tempdir().unwrap();
    let first = start().await;
    library(&first, dir.path()).await;
    fs::remove_file(dir.path().join("b.mp4")).unwrap();
    check(&first).await;
    first.station.stop().await;

    let second = start().await;
    let summary = second.ok("get_file_check", json!({})).await;
    assert_eq!(
        (&summary["missing"], &summary["checked_at"]),
        (&json!(1), &Value::Null)
    );
    assert_eq!(titles(&second, "missing").await, ["b"]);
    second.station.stop().await;
}

#[tokio::test]
async fn the_library_is_narrowed_by_category_duration_and_use() {
    let bench = Bench::start().await;
    let new = |title: &str, duration: i64, category: &str| json!({ "title": title, "duration": duration, "category": category });
    let added = bench
        .ok(
            "add_assets",
            json!({ "assets": [new("Opener", 100, "News"), new("Weather", 200, "News"), new("Promo", 300, "")] }),
        )
        .await;
    let id = &added["assets"][1]["id"];
    bench
        .ok(
            "insert_items",
            json!({ "date": DAY, "after": null, "items": [{ "asset_id": id }] }),
        )
        .await;
    let list = async |args: Value| strings(&bench.ok("list_assets", args).await["assets"], "title");
    assert_eq!(
        list(json!({ "category": "News", "sort": "duration_desc" })).await,
        ["Weather", "Opener"]
    );
    assert_eq!(list(json!({ "category": "" })).await, ["Promo"]);
    assert_eq!(
        list(json!({ "duration_min": 150, "duration_max": 200 })).await,
        ["Weather"]
    );
    assert_eq!(list(json!({ "only": "unused" })).await, ["Opener", "Promo"]);
    assert_eq!(
        list(json!({ "only": "unused", "query": "open", "kind": "clip" })).await,
        ["Opener"]
    );
    assert_eq!(
        list(json!({ "only": "unused", "kind": "live" })).await,
        Vec::<String>::new()
    );
    assert_eq!(
        list(json!({ "only": "unused", "limit": 1, "offset": 1 })).await,
        ["Promo"]
    );
    let categories = bench.ok("list_categories", json!({})).await;
    assert_eq!(
        categories["categories"],
        json!([{ "name": "News", "assets": 2 }])
    );
    bench.station.stop().await;
}
