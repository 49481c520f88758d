use serde_json::{Value, json};

use super::{Bench, strings};
use crate::api::ErrorCode;

#[tokio::test]
async fn edits_are_undone_and_redone_by_label() {
    let bench = Bench::start().await;
    bench.insert(&["A"]).await;
    bench.insert(&["B", "C"]).await;
    let undone = bench.ok("undo", json!({})).await;
    assert_eq!(
        (&undone["label"], &undone["of_seq"], &undone["seq"]),
        (&json!("Insert 2 items"), &json!(2), &json!(3))
    );
    assert_eq!(bench.titles().await, ["A"]);

    let history = bench.ok("get_history", json!({})).await;
    assert_eq!(history["undo"], json!({ "seq": 1, "label": "Insert “A”" }));
    assert_eq!(
        history["redo"],
        json!({ "seq": 2, "label": "Insert 2 items" })
    );
    assert_eq!(
        strings(&history["entries"], "label"),
        ["Undo: Insert 2 items", "Insert 2 items", "Insert “A”"]
    );
    assert_eq!(history["entries"][1]["undone"], true);

    bench.ok("redo", json!({})).await;
    assert_eq!(bench.titles().await, ["A", "B", "C"]);
    let history = bench.ok("get_history", json!({})).await;
    assert_eq!(
        (&history["undo"]["seq"], &history["redo"]),
        (&json!(2), &Value::Null)
    );
    assert_eq!(bench.code("redo", json!({})).await, ErrorCode::NotFound);
    bench.station.stop().await;
}

#[tokio::test]
async fn what_would_be_undone_and_redone_next_is_always_what_the_history_says() {
    let bench = Bench::start().await;
    for title in ["A", "B", "C", "D"] {
        bench.insert(&[title]).await;
    }
    for step in [
        "undo", "undo", "redo", "undo", "undo", "redo", "redo", "undo",
    ] {
        let announced = bench.ok("get_history", json!({ "limit": 1 })).await[step].clone();
        let done = bench.ok(step, json!({})).await;
        assert_eq!(
            (&announced["seq"], &announced["label"]),
            (&done["of_seq"], &done["label"]),
            "{step}"
        );
    }
    bench.station.stop().await;
}

#[tokio::test]
async fn an_undo_that_later_edits_stand_against_is_a_conflict_that_names_them() {
    let bench = Bench::start().await;
    let ids = bench.insert(&["A"]).await;
    bench
        .ok(
            "update_items",
            json!({ "ids": ids, "set": { "title": "B" } }),
        )
        .await;
    let before = bench.state().await;
    let refused = bench.err("undo", json!({ "seq": 1 })).await;
    assert_eq!(refused.code, ErrorCode::Conflict);
    assert_eq!(
        refused.details["later"],
        json!({ "seq": 2, "label": "Rename “A”" })
    );
    assert_eq!(bench.state().await, before);
    assert_eq!(
        bench.code("undo", json!({ "seq": 99 })).await,
        ErrorCode::NotFound
    );
    bench.station.stop().await;
}

#[tokio::test]
async fn there_is_nothing_to_undo_at_first() {
    let bench = Bench::start().await;
    assert_eq!(bench.code("undo", json!({})).await, ErrorCode::NotFound);
    let history = bench.ok("get_history", json!({})).await;
    assert_eq!(
        history,
        json!({ "entries": [], "undo": null, "redo": null })
    );
    bench.station.stop().await;
}

#[tokio::test]
async fn the_history_is_read_in_pages_and_names_who_did_what() {
    let bench = Bench::start().await;
    for title in ["A", "B", "C"] {
        bench.insert(&[title]).await;
    }
    let page = bench
        .ok("get_history", json!({ "limit": 2, "before_seq": 3 }))
        .await;
    let entries = page["entries"].as_array().unwrap();
    assert_eq!(
        entries
            .iter()
            .map(|entry| entry["seq"].clone())
            .collect::<Vec<_>>(),
        [json!(2), json!(1)]
    );
    let station = bench.ok("get_station", json!({})).await;
    assert_eq!(
        (&entries[0]["station_id"], &entries[0]["user"]),
        (&station["station_id"], &station["user"])
    );
    bench.station.stop().await;
}

#[tokio::test]
async fn a_full_scan_gives_the_rolling_sum() {
    let bench = Bench::start().await;
    bench.insert(&["A", "B"]).await;
    bench.ok("undo", json!({})).await;
    let verified = bench.ok("verify", json!({})).await;
    assert_eq!(verified["ok"], true);
    assert_eq!(verified["sum"], verified["scanned_sum"]);
    assert_eq!(verified["sum"], bench.state().await.1);
    bench.station.stop().await;
}
