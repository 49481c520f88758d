use serde_json::{Value, json};

use super::{Bench, DAY};
use crate::api::{COMMANDS, Effect, ErrorCode};

/// Arguments with which a command would edit something.
fn args(command: &str, item: &str, asset: &str, backup: &Value, folder: &str) -> Value {
    match command {
        "restore_backup" => json!({ "id": backup }),
        "update_settings" => json!({ "channel": { "name": "Other" } }),
        "insert_items" => json!({ "date": DAY, "after": null, "items": [{ "title": "X" }] }),
        "update_items" => json!({ "ids": [item], "set": { "title": "X" } }),
        "move_items" => json!({ "ids": [item], "after": null }),
        "repeat_items" => json!({ "ids": [item], "times": 2 }),
        "delete_items" => json!({ "ids": [item] }),
        "create_template" => json!({ "name": "X", "ids": [item] }),
        "rename_template" => json!({ "id": item, "name": "X" }),
        "delete_template" => json!({ "id": item }),
        "insert_template" => {
            json!({ "id": item, "date": DAY, "place": { "kind": "original" }, "mode": "move" })
        }
        "copy_items" => json!({ "ids": [item], "to": [DAY] }),
        "replace_asset" => json!({ "asset_id": asset, "with": item }),
        "import_playlist" => {
            json!({ "name": "day.csv", "data": "dGl0bGUKWA==", "date": DAY })
        }
        "add_assets" => json!({ "assets": [{ "title": "X" }] }),
        "update_assets" => json!({ "ids": [asset], "set": { "category": "X" } }),
        "update_asset" => json!({ "id": asset, "set": { "title": "X" } }),
        "delete_assets" => json!({ "ids": [asset] }),
        "add_files" => json!({ "paths": [folder] }),
        "make_sample" => json!({ "date": DAY }),
        "scan_folder" => json!({ "path": folder }),
        "update_from_files" => json!({ "ids": [asset] }),
        "undo" | "redo" => json!({}),
        other => panic!("give {other} arguments here"),
    }
}

#[tokio::test]
async fn a_secondary_refuses_every_edit_and_answers_every_question() {
    let bench = Bench::start().await;
    let folder = tempfile::tempdir().unwrap();
    let item = bench.insert(&["A"]).await.remove(0);
    let added = bench
        .ok("add_assets", json!({ "assets": [{ "title": "Promo" }] }))
        .await;
    let asset = added["assets"][0]["id"].as_str().unwrap().to_owned();
    let backup = bench.ok("create_backup", json!({})).await["backup"]["id"].clone();

    let peer = "https://127.0.0.1:9/#sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let secondary = json!({ "mode": "secondary_failover", "failover_offset_s": 86_400, "peer_url": peer, "confirm_replace": true });
    bench.ok("set_redundancy", secondary).await;
    let before = bench.state().await.1;
    for (command, effect) in COMMANDS {
        if *effect == Effect::Edits {
            let args = args(
                command,
                &item,
                &asset,
                &backup,
                folder.path().to_str().unwrap(),
            );
            assert_eq!(
                bench.code(command, args).await,
                ErrorCode::ReadOnly,
                "{command}"
            );
        }
    }
    assert_eq!(bench.state().await.1, before);
    assert_eq!(bench.titles().await, ["A"]);
    for (question, args) in [
        ("get_settings", json!({})),
        ("list_assets", json!({})),
        ("get_asset", json!({ "id": asset })),
        ("get_history", json!({})),
        ("verify", json!({})),
        ("list_jobs", json!({})),
        ("list_media_roots", json!({})),
        ("list_categories", json!({})),
        ("get_file_check", json!({})),
        ("check_files", json!({})),
        ("locate_files", json!({ "paths": ["/tmp"] })),
        (
            "watch_folder",
            json!({ "path": folder.path().to_str().unwrap(), "watch": false }),
        ),
        ("create_backup", json!({})),
    ] {
        bench.ok(question, args).await;
    }
    bench.station.stop().await;
}

#[tokio::test]
async fn a_station_with_data_becomes_a_secondary_only_when_that_is_confirmed() {
    let bench = Bench::start().await;
    bench.insert(&["A", "B"]).await;
    let peer = "https://127.0.0.1:9/#sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let refused = bench
        .err(
            "set_redundancy",
            json!({ "mode": "secondary_copy", "peer_url": peer }),
        )
        .await;
    assert_eq!(refused.code, ErrorCode::Conflict);
    assert_eq!(
        refused.details,
        json!({ "playlists": 1, "items": 2, "assets": 0, "templates": 0 })
    );
    assert_eq!(bench.ok("get_station", json!({})).await["mode"], "none");
    bench.station.stop().await;
}

#[tokio::test]
async fn bad_redundancy_settings_are_refused_by_their_field() {
    let bench = Bench::start().await;
    let peer = "https://127.0.0.1:9/";
    for (field, args) in [
        (
            "failover_offset_s",
            json!({ "mode": "secondary_failover", "peer_url": peer, "failover_offset_s": 0 }),
        ),
        (
            "failover_offset_s",
            json!({ "mode": "secondary_failover", "peer_url": peer, "failover_offset_s": -1 }),
        ),
        (
            "failover_offset_s",
            json!({ "mode": "secondary_failover", "peer_url": peer, "failover_offset_s": 86_401 }),
        ),
        ("peer_url", json!({ "mode": "primary" })),
        (
            "peer_url",
            json!({ "mode": "primary", "peer_url": "http://127.0.0.1:9/" }),
        ),
        (
            "peer_url",
            json!({ "mode": "primary", "peer_url": "nonsense" }),
        ),
    ] {
        let error = bench.err("set_redundancy", args.clone()).await;
        assert_eq!(
            (error.code, &error.details["field"]),
            (ErrorCode::Invalid, &json!(field)),
            "{args}: {error:?}"
        );
    }
    assert_eq!(
        bench
            .code("set_redundancy", json!({ "mode": "tertiary" }))
            .await,
        ErrorCode::Invalid
    );
    assert_eq!(
        bench.ok("get_redundancy", json!({})).await["status"],
        "no_redundancy"
    );
    bench.station.stop().await;
}
