use serde_json::{Value, json};

use super::{Bench, DAY, strings};
use crate::api::ErrorCode;

async fn add(bench: &Bench, titles: &[&str]) -> Vec<String> {
    let assets: Vec<Value> = titles
        .iter()
        .map(|title| json!({ "title": title, "duration": 250 }))
        .collect();
    strings(
        &bench.ok("add_assets", json!({ "assets": assets })).await["assets"],
        "id",
    )
}

#[tokio::test]
async fn assets_are_found_by_the_beginnings_of_words_and_paged() {
    let bench = Bench::start().await;
    add(&bench, &["Morning News", "Evening news", "Weather"]).await;
    let found = bench.ok("list_assets", json!({ "query": "new" })).await;
    assert_eq!(found["total"], 2);
    assert_eq!(
        strings(&found["assets"], "title"),
        ["Evening news", "Morning News"]
    );
    let page = bench
        .ok(
            "list_assets",
            json!({ "sort": "title_desc", "offset": 1, "limit": 1 }),
        )
        .await;
    assert_eq!(
        (&page["total"], strings(&page["assets"], "title")),
        (&json!(3), vec!["Morning News".to_owned()])
    );
    assert_eq!(
        bench.ok("list_assets", json!({ "kind": "live" })).await["total"],
        0
    );
    for odd in ["\"", "*", "a AND", "(", "né\u{0}"] {
        bench.ok("list_assets", json!({ "query": odd })).await;
    }
    assert_eq!(
        bench
            .code("list_assets", json!({ "query": "x".repeat(501) }))
            .await,
        ErrorCode::Invalid
    );
    bench.station.stop().await;
}

#[tokio::test]
async fn an_asset_is_changed_in_part() {
    let bench = Bench::start().await;
    let ids = add(&bench, &["Promo"]).await;
    let file = json!({ "root": "media", "path": "promos/a.mp4" });
    let changed = bench
        .ok(
            "update_asset",
            json!({ "id": ids[0], "set": { "category": "Promo", "file": file } }),
        )
        .await;
    assert_eq!(
        (&changed["asset"]["title"], &changed["asset"]["file"]),
        (&json!("Promo"), &file)
    );
    let cleared = bench
        .ok(
            "update_asset",
            json!({ "id": ids[0], "set": { "file": null } }),
        )
        .await;
    assert_eq!(
        (&cleared["asset"]["file"], &cleared["asset"]["category"]),
        (&Value::Null, &json!("Promo"))
    );
    bench.station.stop().await;
}

#[tokio::test]
async fn several_assets_are_changed_as_one_entry_which_one_undo_takes_back() {
    let bench = Bench::start().await;
    let ids = add(&bench, &["A", "B", "C"]).await;
    let set = json!({ "ids": ids[..2], "set": { "category": "Promo", "duration": 250 } });
    let changed = bench.ok("update_assets", set).await;
    assert_eq!(strings(&changed["assets"], "title"), ["A", "B"]);
    assert_eq!(strings(&changed["assets"], "category"), ["Promo", "Promo"]);
    let history = bench.ok("get_history", json!({})).await;
    assert_eq!(history["entries"][0]["label"], "Change 2 assets");
    bench.ok("undo", json!({})).await;
    let assets = bench.ok("list_assets", json!({})).await;
    assert_eq!(strings(&assets["assets"], "category"), ["", "", ""]);

    // One that is gone, a bad value and a file change nothing.
    let before = bench.state().await;
    let gone = json!({ "ids": [ids[0], uuid::Uuid::nil()], "set": { "category": "X" } });
    assert_eq!(bench.code("update_assets", gone).await, ErrorCode::NotFound);
    let file = json!({ "root": "media", "path": "a.mp4" });
    for set in [json!({ "duration": -1 }), json!({ "file": file })] {
        let args = json!({ "ids": ids, "set": set });
        assert_eq!(bench.code("update_assets", args).await, ErrorCode::Invalid);
    }
    assert_eq!(bench.state().await, before);
    bench.station.stop().await;
}

#[tokio::test]
async fn items_of_a_deleted_asset_stand_alone_and_an_undo_joins_them_again() {
    let bench = Bench::start().await;
    let ids = add(&bench, &["Promo"]).await;
    bench
        .ok(
            "insert_items",
            json!({ "date": DAY, "after": null, "items": [{ "asset_id": ids[0] }] }),
        )
        .await;
    assert_eq!(
        bench.ok("get_asset", json!({ "id": ids[0] })).await["used_by"],
        1
    );
    assert_eq!(
        bench.ok("delete_assets", json!({ "ids": ids })).await["deleted"],
        1
    );
    let item = bench.ok("get_playlist", json!({ "date": DAY })).await["items"][0].clone();
    assert_eq!(
        (&item["asset_id"], &item["title"], &item["duration"]),
        (&Value::Null, &json!("Promo"), &json!(250))
    );
    bench.ok("undo", json!({})).await;
    assert_eq!(
        bench.ok("get_playlist", json!({ "date": DAY })).await["items"][0]["asset_id"],
        json!(ids[0])
    );
    bench.station.stop().await;
}

#[tokio::test]
async fn bad_assets_are_refused_and_change_nothing() {
    let bench = Bench::start().await;
    let ids = add(&bench, &["Promo"]).await;
    let before = bench.state().await;
    let stranger = "0192f0a0-0000-7000-8000-000000000001";
    let one = |asset: Value| json!({ "assets": [asset] });
    let refused = [
        ("add_assets", json!({ "assets": [] }), ErrorCode::Invalid),
        (
            "add_assets",
            one(json!({ "title": " " })),
            ErrorCode::Invalid,
        ),
        (
            "add_assets",
            one(json!({ "title": "x", "duration": -5 })),
            ErrorCode::Invalid,
        ),
        (
            "add_assets",
            one(json!({ "title": "x", "file": { "root": "m", "path": "../etc/passwd" } })),
            ErrorCode::Invalid,
        ),
        (
            "add_assets",
            one(json!({ "title": "x", "file": { "root": "m", "path": "/etc/passwd" } })),
            ErrorCode::Invalid,
        ),
        (
            "add_assets",
            one(json!({ "title": "x", "kind": "film" })),
            ErrorCode::Invalid,
        ),
        (
            "update_asset",
            json!({ "id": stranger, "set": {} }),
            ErrorCode::NotFound,
        ),
        (
            "update_asset",
            json!({ "id": ids[0], "set": { "title": "" } }),
            ErrorCode::Invalid,
        ),
        (
            "delete_assets",
            json!({ "ids": [ids[0], stranger] }),
            ErrorCode::NotFound,
        ),
        ("get_asset", json!({ "id": stranger }), ErrorCode::NotFound),
    ];
    for (command, args, code) in refused {
        let error = bench.err(command, args.clone()).await;
        assert_eq!(error.code, code, "{command} {args}: {error:?}");
    }
    assert_eq!(bench.state().await, before);
    bench.station.stop().await;
}

#[tokio::test]
async fn a_media_root_maps_a_name_to_a_folder_of_this_station() {
    let bench = Bench::start().await;
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.mp4"), "x").unwrap();
    let file = json!({ "root": "media", "path": "a.mp4" });
    let added = bench
        .ok(
            "add_assets",
            json!({ "assets": [{ "title": "A", "file": file }] }),
        )
        .await;
    let id = added["assets"][0]["id"].clone();
    let roots = bench.ok("list_media_roots", json!({})).await;
    assert_eq!(
        roots["roots"],
        json!([{ "name": "media", "path": null, "present": false, "assets": 1 }])
    );
    assert_eq!(
        bench.ok("get_asset", json!({ "id": id })).await["local_path"],
        Value::Null
    );

    let path = dir.path().canonicalize().unwrap();
    let before = bench.state().await;
    let roots = bench
        .ok(
            "set_media_root",
            json!({ "name": "media", "path": path.to_str().unwrap() }),
        )
        .await;
    assert_eq!(
        (&roots["roots"][0]["present"], &roots["roots"][0]["assets"]),
        (&json!(true), &json!(1))
    );
    let asset = bench.ok("get_asset", json!({ "id": id })).await;
    assert_eq!(
        (&asset["local_path"], &asset["present"]),
        (&json!(path.join("a.mp4").to_str().unwrap()), &json!(true))
    );
    assert_eq!(
        bench.state().await,
        before,
        "folders are this station's own affair"
    );

    bench
        .ok("set_media_root", json!({ "name": "media", "path": null }))
        .await;
    assert_eq!(
        bench
            .code("set_media_root", json!({ "name": "media", "path": null }))
            .await,
        ErrorCode::NotFound
    );
    assert_eq!(
        bench
            .code(
                "set_media_root",
                json!({ "name": "m", "path": "/nonexistent" })
            )
            .await,
        ErrorCode::NotFound
    );
    assert_eq!(
        bench
            .code("set_media_root", json!({ "name": "m", "path": "media" }))
            .await,
        ErrorCode::Invalid
    );
    bench.station.stop().await;
}
