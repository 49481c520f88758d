//! What an edit would move is what it then moves.

use serde_json::{Value, json};

use super::{Bench, DAY, strings};
use crate::api::ErrorCode;

/// A at 06:00, B, C, each of 100 frames, and D fixed at 07:00.
async fn rundown(bench: &Bench) -> Vec<String> {
    let ids = bench.insert(&["A", "B", "C", "D"]).await;
    let fixed = json!({ "ids": [ids[3]], "set": { "fixed_start": "07:00:00:00" } });
    bench.ok("update_items", fixed).await;
    ids
}

async fn preview(bench: &Bench, edit: Value, rows: &[String]) -> Value {
    let args = json!({ "date": DAY, "edit": edit, "rows": rows });
    bench.ok("preview_edit", args).await
}

/// The starts of the day's items by title.
async fn starts(bench: &Bench) -> Vec<(String, String)> {
    let day = bench.ok("get_playlist", json!({ "date": DAY })).await;
    let titles = strings(&day["items"], "title");
    titles
        .into_iter()
        .zip(strings(&day["items"], "starts_at"))
        .collect()
}

#[tokio::test]
async fn an_edit_moves_what_its_preview_said_and_the_preview_changes_nothing() {
    let bench = Bench::start().await;
    let ids = rundown(&bench).await;
    let before = bench.state().await;
    let set = json!({ "duration": 850 });
    let edit = json!({ "kind": "update", "ids": [ids[0]], "set": set });
    let told = preview(&bench, edit, &ids).await;
    assert_eq!(bench.state().await, before);
    assert_eq!(told["starts_at"], "06:00:00:00");
    let shift = &told["shifts"][0];
    assert_eq!(
        (&shift["items"], &shift["frames"]),
        (&json!(2), &json!(750))
    );
    assert_eq!(shift["until"]["title"], "D");
    assert_eq!(shift["until"]["starts_at"], "07:00:00:00");
    let gap = 90_000 - 300;
    assert_eq!(
        told["gaps"][0]["frames"],
        json!({ "was": gap, "now": gap - 750 })
    );
    let rows: Vec<(&Value, &Value)> = told["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (&row["id"], &row["starts_at"]))
        .collect();
    assert_eq!(
        rows,
        [
            (&json!(ids[1]), &json!("06:00:34:00")),
            (&json!(ids[2]), &json!("06:00:38:00")),
        ]
    );
    bench
        .ok("update_items", json!({ "ids": [ids[0]], "set": set }))
        .await;
    let now = starts(&bench).await;
    assert_eq!(now[1], ("B".into(), "06:00:34:00".into()));
    assert_eq!(now[2], ("C".into(), "06:00:38:00".into()));
    bench.station.stop().await;
}

#[tokio::test]
async fn a_preview_says_what_a_fixed_start_will_cut() {
    let bench = Bench::start().await;
    let ids = rundown(&bench).await;
    let asset = json!({ "assets": [{ "title": "Film", "duration": 90_000 }] });
    let added = bench.ok("add_assets", asset).await;
    let items = json!([{ "asset_id": added["assets"][0]["id"] }]);
    let edit = json!({ "kind": "insert", "after": ids[1], "items": items });
    let told = preview(&bench, edit, &[]).await;
    assert_eq!(told["starts_at"], "06:00:08:00");
    assert_eq!(told["cuts_total"], 2);
    let film = &told["cuts"][0];
    assert_eq!(film["item"]["title"], "Film");
    assert_eq!(film["lost"], json!({ "was": 0, "now": 200 }));
    assert_eq!(film["never_plays"], false);
    assert_eq!(told["cuts"][1]["item"]["title"], "C");
    assert_eq!(told["cuts"][1]["never_plays"], true);
    bench.station.stop().await;
}

#[tokio::test]
async fn moves_and_deletions_are_previewed_and_what_cannot_be_is_refused() {
    let bench = Bench::start().await;
    let ids = rundown(&bench).await;
    let edit = json!({ "kind": "move", "ids": [ids[2]], "after": null });
    let told = preview(&bench, edit, &ids).await;
    assert_eq!(told["starts_at"], "06:00:00:00");
    assert_eq!(
        (&told["shifts"][0]["items"], &told["shifts"][0]["frames"]),
        (&json!(2), &json!(100))
    );
    let told = preview(&bench, json!({ "kind": "delete", "ids": [ids[0]] }), &[]).await;
    assert_eq!(told["starts_at"], Value::Null);
    assert_eq!(told["shifts"][0]["frames"], -100);

    let gone = "019ac000-0000-7000-8000-000000000000";
    for (edit, code) in [
        (
            json!({ "kind": "delete", "ids": [gone] }),
            ErrorCode::NotFound,
        ),
        (
            json!({ "kind": "move", "ids": [ids[0]], "after": gone }),
            ErrorCode::NotFound,
        ),
        (
            json!({ "kind": "insert", "after": gone, "items": [{ "title": "X" }] }),
            ErrorCode::NotFound,
        ),
        (
            json!({ "kind": "insert", "after": null, "items": [{ "title": "" }] }),
            ErrorCode::Invalid,
        ),
        (
            json!({ "kind": "update", "ids": [ids[0]], "set": { "duration": -1 } }),
            ErrorCode::Invalid,
        ),
        (json!({ "kind": "juggle" }), ErrorCode::Invalid),
    ] {
        let args = json!({ "date": DAY, "edit": edit });
        assert_eq!(
            bench.code("preview_edit", args.clone()).await,
            code,
            "{args}"
        );
    }
    bench.station.stop().await;
}

#[tokio::test]
async fn an_edit_of_a_day_that_nothing_is_on_can_be_previewed() {
    let bench = Bench::start().await;
    let edit =
        json!({ "kind": "insert", "after": null, "items": [{ "title": "X", "duration": 100 }] });
    let told = preview(&bench, edit, &[]).await;
    assert_eq!(told["starts_at"], "06:00:00:00");
    let day = 24 * 3600 * 25;
    assert_eq!(told["unfilled"], json!({ "was": day, "now": day - 100 }));
    bench.station.stop().await;
}

#[tokio::test]
async fn starts_are_fixed_at_the_times_that_items_have_in_one_step() {
    let bench = Bench::start().await;
    let ids = rundown(&bench).await;
    let before = bench.state().await.1;
    let fix = json!({ "ids": [ids[1], ids[2], ids[3]], "set": { "start_mode": "fixed" } });
    let fixed = bench.ok("update_items", fix).await;
    assert_eq!(
        strings(&fixed["items"], "fixed_start"),
        ["06:00:04:00", "06:00:08:00", "07:00:00:00"]
    );
    bench.ok("undo", json!({})).await;
    assert_eq!(bench.state().await.1, before, "one step for all of them");
    bench.station.stop().await;
}
