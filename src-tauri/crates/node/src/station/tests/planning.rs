use serde_json::{Value, json};

use super::{Bench, DAY, strings};
use crate::api::ErrorCode;

async fn titles_of(bench: &Bench, date: &str) -> Vec<String> {
    let day = bench.ok("get_playlist", json!({ "date": date })).await;
    strings(&day["items"], "title")
}

async fn asset(bench: &Bench, title: &str, category: &str, duration: i64) -> String {
    let asset = json!({ "title": title, "category": category, "duration": duration });
    let added = bench.ok("add_assets", json!({ "assets": [asset] })).await;
    added["assets"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn items_are_copied_to_other_days_in_one_step() {
    let bench = Bench::start().await;
    let ids = bench.insert(&["A", "B", "C"]).await;
    let there = json!({ "date": "2026-11-24", "after": null, "items": [{ "title": "Old", "duration": 5 }] });
    bench.ok("insert_items", there).await;
    let fixed = json!({ "ids": [ids[1]], "set": { "fixed_start": "07:00:00:00", "notes": "n" } });
    bench.ok("update_items", fixed).await;
    let before = bench.state().await.1;

    let to = json!({ "ids": [ids[2], ids[1]], "to": ["2026-11-23", "2026-11-24", "2026-11-23"] });
    let copied = bench.ok("copy_items", to).await;
    assert_eq!(
        (&copied["items"], &copied["removed"]),
        (&json!(4), &json!(0))
    );
    assert_eq!(
        titles_of(&bench, "2026-11-23").await,
        ["B", "C"],
        "in the order of their day"
    );
    assert_eq!(titles_of(&bench, "2026-11-24").await, ["Old", "B", "C"]);
    let day = bench
        .ok("get_playlist", json!({ "date": "2026-11-23" }))
        .await;
    assert_eq!(day["items"][0]["fixed_start"], "07:00:00:00");
    assert_eq!(day["items"][0]["notes"], "n");
    bench.ok("undo", json!({})).await;
    assert_eq!(bench.state().await.1, before, "one step for all days");

    let replace = json!({ "ids": [ids[0]], "to": ["2026-11-24"], "place": "replace" });
    assert_eq!(bench.ok("copy_items", replace).await["removed"], 1);
    assert_eq!(titles_of(&bench, "2026-11-24").await, ["A"]);
    bench.station.stop().await;
}

#[tokio::test]
async fn a_copy_that_cannot_be_changes_nothing() {
    let bench = Bench::start().await;
    let ids = bench.insert(&["A"]).await;
    let before = bench.state().await;
    let days: Vec<String> = (1..=30).map(|day| format!("2027-01-{day:02}")).collect();
    let many: Vec<&str> = std::iter::repeat_n("2027-01-01", 367).collect();
    for (args, code) in [
        (json!({ "ids": [], "to": days }), ErrorCode::Invalid),
        (json!({ "ids": ids, "to": [] }), ErrorCode::Invalid),
        (
            json!({ "ids": ids, "to": ["2026-13-01"] }),
            ErrorCode::Invalid,
        ),
        (json!({ "ids": ids, "to": many }), ErrorCode::TooLarge),
        (
            json!({ "ids": ids, "to": ["2026-11-23", DAY], "place": "replace" }),
            ErrorCode::Invalid,
        ),
        (
            json!({ "ids": ["019ac000-0000-7000-8000-000000000000"], "to": days }),
            ErrorCode::NotFound,
        ),
    ] {
        assert_eq!(bench.code("copy_items", args.clone()).await, code, "{args}");
    }
    assert_eq!(bench.state().await, before);
    bench.station.stop().await;
}

#[tokio::test]
async fn items_are_found_over_all_days_by_text_and_by_asset() {
    let bench = Bench::start().await;
    let news = asset(&bench, "News", "", 100).await;
    for (on, title) in [
        ("2026-11-24", "Late NEWS"),
        (DAY, "100% news"),
        ("2026-12-01", "Film"),
    ] {
        let items = json!([{ "title": title, "asset_id": news, "notes": "of the harbor" }]);
        bench
            .ok(
                "insert_items",
                json!({ "date": on, "after": null, "items": items }),
            )
            .await;
    }
    let found = |args: Value| async { bench.ok("find_items", args).await };
    let all = found(json!({ "query": "news" })).await;
    assert_eq!(strings(&all["items"], "title"), ["100% news", "Late NEWS"]);
    assert_eq!(strings(&all["items"], "date"), [DAY, "2026-11-24"]);
    assert_eq!(
        found(json!({ "query": "0% n" })).await["total"],
        1,
        "no character is a wildcard"
    );
    assert_eq!(
        found(json!({ "query": "harbor", "limit": 2 })).await["total"],
        3
    );
    let uses = found(json!({ "asset_id": news, "from": "2026-11-23" })).await;
    assert_eq!((&uses["total"], &uses["days"]), (&json!(2), &json!(2)));
    assert_eq!(
        bench.code("find_items", json!({ "query": " " })).await,
        ErrorCode::Invalid
    );
    bench.station.stop().await;
}

#[tokio::test]
async fn another_asset_takes_a_place_everywhere_and_keeps_what_operators_set() {
    let bench = Bench::start().await;
    let old = asset(&bench, "Promo 1", "", 100).await;
    let new = asset(&bench, "Promo 2", "", 60).await;
    let items = json!([
        { "asset_id": old },
        { "asset_id": old, "title": "Special", "in_point": 20, "duration": 30 },
        { "asset_id": old, "in_point": 80 },
    ]);
    bench
        .ok(
            "insert_items",
            json!({ "date": DAY, "after": null, "items": items }),
        )
        .await;
    let later = json!({ "date": "2026-11-30", "after": null, "items": [{ "asset_id": old }] });
    bench.ok("insert_items", later).await;

    let args = json!({ "asset_id": old, "with": new, "from": "2026-11-23" });
    assert_eq!(bench.ok("replace_asset", args).await["items"], 1);
    let done = bench
        .ok("replace_asset", json!({ "asset_id": old, "with": new }))
        .await;
    assert_eq!(done["items"], 3);
    let day = bench.ok("get_playlist", json!({ "date": DAY })).await;
    let got: Vec<Value> = day["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            json!([
                item["title"],
                item["asset_id"],
                item["in_point"],
                item["duration"]
            ])
        })
        .collect();
    assert_eq!(
        got,
        [
            json!(["Promo 2", new, 0, 60]),
            json!(["Special", new, 20, 30]),
            json!(["Promo 2", new, 0, 60]),
        ]
    );
    let none = json!({ "asset_id": old, "with": old });
    assert_eq!(bench.code("replace_asset", none).await, ErrorCode::Invalid);
    bench.station.stop().await;
}

#[tokio::test]
async fn a_gap_is_filled_to_the_frame_from_one_category() {
    let bench = Bench::start().await;
    let promo = asset(&bench, "Promo", "Promo", 250).await;
    asset(&bench, "Ident", "Ident", 130).await;
    asset(&bench, "Trailer", "Promo", 500).await;
    asset(&bench, "Film", "Film", 90_000).await;
    let fill = |args: Value| async { bench.ok("suggest_fill", args).await };
    let best = fill(json!({ "frames": 640 })).await;
    assert_eq!(
        (strings(&best["clips"], "title"), &best["filled"]),
        (vec!["Trailer".into(), "Ident".into()], &json!(630))
    );
    assert_eq!(best["categories"], json!(["Ident", "Promo"]));
    let promos = fill(json!({ "frames": 640, "category": "Promo" })).await;
    assert_eq!(strings(&promos["clips"], "title"), ["Trailer"]);
    let avoiding = fill(json!({ "frames": 250, "avoid": [promo] })).await;
    assert_eq!(strings(&avoiding["clips"], "title"), ["Ident"]);
    assert_eq!(
        bench.code("suggest_fill", json!({ "frames": -1 })).await,
        ErrorCode::Invalid
    );
    bench.station.stop().await;
}
