//! Files from the file manager, what a screen shows of them, and the sample channel. Real media.

use std::fs;

use serde_json::{Value, json};

use super::files::film;
use super::scan::{asset, ended, scan};
use super::{Bench, DAY, strings};
use crate::api::ErrorCode;

#[tokio::test]
async fn dropped_files_of_a_media_folder_come_in_and_others_name_the_folder_to_add() {
    let bench = Bench::start().await;
    let (dir, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    film(dir.path(), "old.mp4", "1");
    scan(&bench, dir.path()).await;
    film(dir.path(), "new.mp4", "1");
    film(outside.path(), "far.mp4", "1");
    fs::write(dir.path().join("notes.txt"), "no film").unwrap();
    let path = |name: &str| dir.path().join(name);
    let far = outside.path().join("far.mp4");

    let paths = [
        path("old.mp4"),
        path("new.mp4"),
        far.clone(),
        path("notes.txt"),
        path("gone.mp4"),
    ];
    let located = bench.ok("locate_files", json!({ "paths": paths })).await;
    let files = located["files"].as_array().unwrap();
    let inside: Vec<&Value> = files.iter().map(|file| &file["inside"]).collect();
    assert_eq!(
        json!(inside),
        json!([true, true, false, true, false]),
        "{located}"
    );
    assert_eq!(files[0]["asset_id"], asset(&bench, "old").await["id"]);
    assert_eq!(files[1]["asset_id"], Value::Null);
    assert_eq!(
        files[2]["folder"],
        json!(outside.path().canonicalize().unwrap())
    );
    assert!(
        files[3]["problem"].is_string() && files[4]["problem"].is_string(),
        "{located}"
    );

    let job = ended(
        &bench,
        "add_files",
        json!({ "paths": [path("old.mp4"), path("new.mp4")] }),
    )
    .await;
    assert_eq!(
        (&job["state"], &job["added"], &job["unchanged"]),
        (&json!("done"), &json!(1), &json!(1)),
        "{job}"
    );
    let error = bench.err("add_files", json!({ "paths": [far] })).await;
    assert_eq!(error.code, ErrorCode::Invalid);
    assert!(error.message.contains("no media folder"), "{error}");
    assert_eq!(bench.ok("list_assets", json!({})).await["total"], 2);
    bench.station.stop().await;
}

#[tokio::test]
async fn a_sample_channel_is_a_library_with_films_and_a_full_day_of_them() {
    let bench = Bench::start().await;
    let job = ended(&bench, "make_sample", json!({ "date": DAY })).await;
    assert_eq!(
        (&job["state"], &job["problems"]),
        (&json!("done"), &json!([])),
        "{job}"
    );
    let assets = bench.ok("list_assets", json!({})).await;
    assert_eq!(assets["total"], job["added"]);
    for asset in assets["assets"].as_array().unwrap() {
        assert_eq!(asset["info"]["video_codec"], "vp8", "{asset}");
    }
    let day = bench.ok("get_playlist", json!({ "date": DAY })).await;
    let unfilled = day["unfilled"].as_i64().unwrap();
    assert!(
        unfilled < 2 * 60 * 25,
        "less than one clip is left: {unfilled} frames"
    );
    assert_eq!(day["overrun"], 0);
    let history = bench.ok("get_history", json!({})).await;
    assert_eq!(
        strings(&history["entries"], "label")[1],
        "Add a sample library"
    );
    assert_eq!(
        bench.code("make_sample", json!({ "date": DAY })).await,
        ErrorCode::Conflict,
        "it is for an empty library"
    );
    bench.station.stop().await;
}
