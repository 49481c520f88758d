use serde_json::{Value, json};

use super::{Bench, DAY, strings};
use crate::api::ErrorCode;

#[tokio::test]
async fn an_unused_date_is_an_empty_playlist() {
    let bench = Bench::start().await;
    let day = bench.ok("get_playlist", json!({ "date": DAY })).await;
    assert_eq!(
        (&day["id"], &day["date"], &day["items"]),
        (&Value::Null, &json!(DAY), &json!([]))
    );
    assert_eq!(day["day_length"], 24 * 3600 * 25);
    assert_eq!(bench.ok("list_playlists", json!({})).await, json!([]));
    bench.station.stop().await;
}

#[tokio::test]
async fn items_are_inserted_where_asked_and_timed() {
    let bench = Bench::start().await;
    let ids = bench.insert(&["A", "C"]).await;
    let inserted = bench
        .ok(
            "insert_items",
            json!({ "date": DAY, "after": ids[0], "items": [{ "title": "B", "duration": 50 }] }),
        )
        .await;
    assert_eq!(inserted["items"][0]["starts_at"], "06:00:04:00");
    assert_eq!(inserted["seq"], 2);
    bench
        .ok(
            "insert_items",
            json!({ "date": DAY, "after": null, "items": [{ "title": "First", "duration": 25 }] }),
        )
        .await;
    assert_eq!(bench.titles().await, ["First", "A", "B", "C"]);

    let day = bench.ok("get_playlist", json!({ "date": DAY })).await;
    let last = &day["items"][3];
    assert_eq!(last["start_offset"], 25 + 100 + 50);
    assert_eq!(last["starts_at"], "06:00:07:00");
    assert_eq!(last["starts_at_utc"], "2026-11-22T06:00:07Z");
    assert_eq!(last["ends_at"], "06:00:11:00");
    assert_eq!(
        (&day["duration"], &day["ends_at_offset"]),
        (&json!(275), &json!(275))
    );

    let listed = bench
        .ok("list_playlists", json!({ "from": DAY, "to": DAY }))
        .await;
    assert_eq!(
        listed,
        json!([{ "id": day["id"], "date": DAY, "items": 4, "duration": 275 }])
    );
    let by_id = bench.ok("get_playlist", json!({ "id": day["id"] })).await;
    assert_eq!(by_id, day);
    bench.station.stop().await;
}

#[tokio::test]
async fn a_fixed_start_makes_gaps_and_cuts_that_are_marked() {
    let bench = Bench::start().await;
    let items = json!([
        { "title": "Long", "duration": 1000 },
        { "title": "At six", "duration": 10, "fixed_start": "06:00:20:00" },
        { "title": "Later", "duration": 10, "fixed_start": "06:01:00:00" },
    ]);
    let inserted = bench
        .ok(
            "insert_items",
            json!({ "date": DAY, "after": null, "items": items }),
        )
        .await;
    assert_eq!(
        inserted["items"][0]["marks"],
        json!([{ "kind": "cut_short", "frames": 500 }])
    );
    assert_eq!(inserted["items"][0]["plays"], 500);
    assert_eq!(inserted["items"][1]["start_mode"], "fixed");
    assert_eq!(
        inserted["items"][2]["marks"],
        json!([{ "kind": "gap", "frames": 990 }])
    );
    let day = bench.ok("get_playlist", json!({ "date": DAY })).await;
    assert_eq!((&day["lost"], &day["gaps"]), (&json!(500), &json!(990)));
    bench.station.stop().await;
}

#[tokio::test]
async fn an_item_takes_from_its_asset_what_is_not_given() {
    let bench = Bench::start().await;
    let assets = json!([{ "title": "Camera 1", "kind": "live", "duration": 300 }, { "title": "Promo", "duration": 250 }]);
    let added = bench.ok("add_assets", json!({ "assets": assets })).await;
    let items = json!([
        { "asset_id": added["assets"][0]["id"] },
        { "asset_id": added["assets"][1]["id"], "in_point": 50, "title": "Short promo" },
    ]);
    let inserted = bench
        .ok(
            "insert_items",
            json!({ "date": DAY, "after": null, "items": items }),
        )
        .await;
    let of = |at: usize, field: &str| inserted["items"][at][field].clone();
    assert_eq!(
        (of(0, "kind"), of(0, "title"), of(0, "duration")),
        (json!("live"), json!("Camera 1"), json!(300))
    );
    assert_eq!(
        (of(1, "kind"), of(1, "title"), of(1, "duration")),
        (json!("clip"), json!("Short promo"), json!(200))
    );
    bench.station.stop().await;
}

#[tokio::test]
async fn items_are_changed_together_and_null_clears() {
    let bench = Bench::start().await;
    let ids = bench.insert(&["A", "B"]).await;
    let changed = bench
        .ok("update_items", json!({ "ids": ids, "set": { "notes": "live from Paris", "fixed_start": "07:00:00:00" } }))
        .await;
    assert_eq!(
        strings(&changed["items"], "notes"),
        ["live from Paris", "live from Paris"]
    );
    assert_eq!(strings(&changed["items"], "start_mode"), ["fixed", "fixed"]);
    let cleared = bench
        .ok(
            "update_items",
            json!({ "ids": [ids[0]], "set": { "fixed_start": null } }),
        )
        .await;
    assert_eq!(
        (
            &cleared["items"][0]["start_mode"],
            &cleared["items"][0]["fixed_start"]
        ),
        (&json!("follow"), &Value::Null)
    );
    assert_eq!(
        cleared["items"][0]["notes"], "live from Paris",
        "what is not given stays"
    );

    let before = cleared["seq"].clone();
    let same = bench
        .ok(
            "update_items",
            json!({ "ids": [ids[0]], "set": { "title": "A" } }),
        )
        .await;
    assert_eq!(
        same["seq"], before,
        "an edit that changes nothing makes no entry"
    );
    bench.station.stop().await;
}

#[tokio::test]
async fn items_move_within_a_day_and_to_another() {
    let bench = Bench::start().await;
    let ids = bench.insert(&["A", "B", "C", "D"]).await;
    bench
        .ok(
            "move_items",
            json!({ "ids": [ids[3], ids[1]], "after": null }),
        )
        .await;
    assert_eq!(
        bench.titles().await,
        ["B", "D", "A", "C"],
        "they keep their order among themselves"
    );
    bench
        .ok("move_items", json!({ "ids": [ids[1]], "after": ids[2] }))
        .await;
    assert_eq!(bench.titles().await, ["D", "A", "C", "B"]);

    let other = bench
        .ok("insert_items", json!({ "date": "2026-11-23", "after": null, "items": [{ "title": "X", "duration": 1 }] }))
        .await;
    let moved = bench
        .ok("move_items", json!({ "ids": [ids[0]], "playlist_id": other["playlist_id"], "after": other["items"][0]["id"] }))
        .await;
    assert_eq!(moved["playlist_id"], other["playlist_id"]);
    assert_eq!(bench.titles().await, ["D", "C", "B"]);
    bench.station.stop().await;
}

#[tokio::test]
async fn deleted_items_are_gone_and_the_history_names_them() {
    let bench = Bench::start().await;
    let ids = bench.insert(&["A", "B"]).await;
    assert_eq!(
        bench
            .ok("delete_items", json!({ "ids": [ids[0], ids[0]] }))
            .await["deleted"],
        1,
        "named twice, deleted once"
    );
    assert_eq!(bench.titles().await, ["B"]);
    let history = bench.ok("get_history", json!({ "limit": 1 })).await;
    assert_eq!(history["entries"][0]["label"], "Delete “A”");
    bench.station.stop().await;
}

#[tokio::test]
async fn bad_edits_are_refused_with_their_reason_and_change_nothing() {
    let bench = Bench::start().await;
    let ids = bench.insert(&["A"]).await;
    let before = bench.state().await;
    let stranger = "0192f0a0-0000-7000-8000-000000000001";
    let insert = |items: Value| json!({ "date": DAY, "after": null, "items": items });
    let refused = [
        ("insert_items", insert(json!([])), ErrorCode::Invalid),
        (
            "insert_items",
            insert(json!([{ "title": "" }])),
            ErrorCode::Invalid,
        ),
        (
            "insert_items",
            insert(json!([{ "title": "x".repeat(301) }])),
            ErrorCode::Invalid,
        ),
        (
            "insert_items",
            insert(json!([{ "title": "x", "duration": -1 }])),
            ErrorCode::Invalid,
        ),
        (
            "insert_items",
            insert(json!([{ "title": "x", "fixed_start": "25:00:00:00" }])),
            ErrorCode::Invalid,
        ),
        (
            "insert_items",
            insert(json!([{ "title": "x", "asset_id": stranger }])),
            ErrorCode::NotFound,
        ),
        (
            "insert_items",
            insert(json!(vec![json!({ "title": "x" }); 10_001])),
            ErrorCode::TooLarge,
        ),
        (
            "insert_items",
            json!({ "after": null, "items": [{ "title": "x" }] }),
            ErrorCode::Invalid,
        ),
        (
            "insert_items",
            json!({ "date": "22.11.2026", "items": [{ "title": "x" }] }),
            ErrorCode::Invalid,
        ),
        (
            "insert_items",
            json!({ "date": "2026-02-30", "items": [{ "title": "x" }] }),
            ErrorCode::Invalid,
        ),
        (
            "insert_items",
            json!({ "date": DAY, "after": stranger, "items": [{ "title": "x" }] }),
            ErrorCode::NotFound,
        ),
        (
            "insert_items",
            json!({ "playlist_id": stranger, "items": [{ "title": "x" }] }),
            ErrorCode::NotFound,
        ),
        (
            "update_items",
            json!({ "ids": [], "set": {} }),
            ErrorCode::Invalid,
        ),
        (
            "update_items",
            json!({ "ids": [stranger], "set": { "title": "x" } }),
            ErrorCode::NotFound,
        ),
        (
            "update_items",
            json!({ "ids": ids, "set": { "titel": "x" } }),
            ErrorCode::Invalid,
        ),
        (
            "move_items",
            json!({ "ids": [ids[0], stranger], "after": null }),
            ErrorCode::NotFound,
        ),
        (
            "delete_items",
            json!({ "ids": [ids[0], stranger] }),
            ErrorCode::NotFound,
        ),
        (
            "get_playlist",
            json!({ "id": stranger }),
            ErrorCode::NotFound,
        ),
        ("get_playlist", json!({}), ErrorCode::Invalid),
        (
            "list_playlists",
            json!({ "from": "yesterday" }),
            ErrorCode::Invalid,
        ),
    ];
    for (command, args, code) in refused {
        let error = bench.err(command, args.clone()).await;
        assert_eq!(error.code, code, "{command} {args}: {error:?}");
        assert!(
            error.message.ends_with('.'),
            "{command}: “{}” is no sentence",
            error.message
        );
    }
    assert_eq!(bench.state().await, before);
    bench.station.stop().await;
}
