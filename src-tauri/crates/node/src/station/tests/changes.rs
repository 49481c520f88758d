//! What is other in a day is all that a client needs to have it as it is.

use serde_json::{Value, json};

use super::{Bench, DAY, strings};
use crate::api::ErrorCode;

async fn day(bench: &Bench) -> Value {
    bench.ok("get_playlist", json!({ "date": DAY })).await
}

async fn since(bench: &Bench, version: &Value) -> Value {
    let args = json!({ "date": DAY, "version": version });
    bench.ok("get_playlist_changes", args).await
}

/// The list that a client makes of the one it has: ids with their offsets and the rest of what items say of themselves.
fn applied(was: &Value, changes: &Value) -> Vec<Value> {
    let array = |value: &Value| value.as_array().unwrap().clone();
    assert_eq!(changes["items"], Value::Null);
    let placed = array(&changes["placed"]);
    let gone = |item: &Value| {
        let removed = array(&changes["removed"]).contains(&item["id"]);
        removed
            || placed
                .iter()
                .any(|placed| placed["item"]["id"] == item["id"])
    };
    let mut items: Vec<Value> = array(&was["items"])
        .into_iter()
        .filter(|item| !gone(item))
        .collect();
    for placed in &placed {
        let index = placed["index"].as_u64().unwrap() as usize;
        items.insert(index, placed["item"].clone());
    }
    for shift in array(&changes["shifted"]) {
        let (index, count) = (
            shift["index"].as_u64().unwrap(),
            shift["count"].as_u64().unwrap(),
        );
        for item in &mut items[index as usize..(index + count) as usize] {
            let start = item["start_offset"].as_i64().unwrap();
            item["start_offset"] = json!(start + shift["frames"].as_i64().unwrap());
        }
    }
    items.iter().map(without_clock_times).collect()
}

/// What follows from the offset is for the client to say.
fn without_clock_times(item: &Value) -> Value {
    let mut item = item.clone();
    for field in ["starts_at", "ends_at", "starts_at_utc", "ends_at_utc"] {
        item.as_object_mut().unwrap().remove(field);
    }
    item
}

async fn follows(bench: &Bench, was: &mut Value) -> Value {
    let changes = since(bench, &was["version"]).await;
    let now = day(bench).await;
    let wanted: Vec<Value> = now["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(without_clock_times)
        .collect();
    assert_eq!(applied(was, &changes), wanted);
    assert_eq!(changes["version"], now["version"]);
    assert_eq!(changes["ends_at_offset"], now["ends_at_offset"]);
    *was = now;
    changes
}

#[tokio::test]
async fn a_day_is_followed_through_every_kind_of_edit() {
    let bench = Bench::start().await;
    let ids = bench
        .insert(&["A", "B", "C", "D", "E", "F", "G", "H"])
        .await;
    let mut was = day(&bench).await;
    let changes = follows(&bench, &mut was).await;
    assert_eq!(
        (&changes["placed"], &changes["shifted"]),
        (&json!([]), &json!([]))
    );

    let longer = json!({ "ids": [ids[1]], "set": { "duration": 300 } });
    bench.ok("update_items", longer).await;
    let changes = follows(&bench, &mut was).await;
    assert_eq!(
        changes["placed"].as_array().unwrap().len(),
        1,
        "only what was edited"
    );
    assert_eq!(
        changes["shifted"],
        json!([{ "index": 2, "count": 6, "frames": 200 }])
    );

    let first = json!({ "ids": [ids[7]], "after": null });
    bench.ok("move_items", first).await;
    let changes = follows(&bench, &mut was).await;
    assert_eq!(
        changes["placed"].as_array().unwrap().len(),
        1,
        "only what was moved"
    );
    let last = json!({ "ids": [ids[7], ids[0]], "after": ids[6] });
    bench.ok("move_items", last).await;
    follows(&bench, &mut was).await;

    bench
        .ok("delete_items", json!({ "ids": [ids[3], ids[5]] }))
        .await;
    let changes = follows(&bench, &mut was).await;
    assert_eq!(changes["removed"], json!([ids[3], ids[5]]));
    let fixed = json!({ "ids": [ids[4]], "set": { "fixed_start": "06:00:02:00" } });
    bench.ok("update_items", fixed).await;
    follows(&bench, &mut was).await;
    bench
        .ok(
            "repeat_items",
            json!({ "ids": [ids[1], ids[2]], "times": 3 }),
        )
        .await;
    follows(&bench, &mut was).await;
    for _ in 0..4 {
        bench.ok("undo", json!({})).await;
        follows(&bench, &mut was).await;
    }
    bench.station.stop().await;
}

#[tokio::test]
async fn a_version_that_is_not_known_or_counts_otherwise_is_answered_with_the_whole_day() {
    let bench = Bench::start().await;
    bench.insert(&["A", "B"]).await;
    let was = day(&bench).await;
    for version in [
        json!(""),
        json!("x-1"),
        json!("00000000000000000000000000000000-1"),
    ] {
        let whole = since(&bench, &version).await;
        assert_eq!(strings(&whole["items"], "title"), ["A", "B"]);
        assert_eq!(whole["version"], was["version"], "nothing changed since");
    }
    let later = json!({ "channel": { "day_start": "05:00:00:00" } });
    bench.ok("update_settings", later).await;
    let whole = since(&bench, &was["version"]).await;
    assert_eq!(strings(&whole["items"], "starts_at")[0], "05:00:00:00");
    // Older ones are forgotten.
    let oldest = whole["version"].clone();
    for n in 0..8 {
        bench.insert(&["X"]).await;
        let changes = since(&bench, &day(&bench).await["version"]).await;
        assert_eq!(changes["items"], Value::Null, "{n}");
    }
    assert_eq!(
        since(&bench, &oldest).await["items"]
            .as_array()
            .unwrap()
            .len(),
        10
    );
    let empty = json!({ "date": "2026-12-24", "version": "" });
    assert_eq!(
        bench.ok("get_playlist_changes", empty).await["items"],
        json!([])
    );
    let wrong = json!({ "date": "24.12.2026", "version": "" });
    assert_eq!(
        bench.code("get_playlist_changes", wrong).await,
        ErrorCode::Invalid
    );
    bench.station.stop().await;
}

#[tokio::test]
async fn what_runs_past_a_day_is_carried_into_the_next_one() {
    let bench = Bench::start().await;
    let next = "2026-11-23";
    let hour = 3600 * 25;
    let items = json!([
        { "title": "All day", "duration": 23 * hour },
        { "title": "Night film", "duration": 2 * hour },
    ]);
    bench
        .ok("insert_items", json!({ "date": DAY, "items": items }))
        .await;
    let day = bench.ok("get_playlist", json!({ "date": next })).await;
    assert_eq!(
        day["carried"],
        json!({ "title": "Night film", "frames": hour, "ends_at": "07:00:00:00" })
    );
    let before = bench.ok("get_playlist", json!({ "date": DAY })).await;
    assert_eq!(
        (&before["carried"], &day["previous_id"]),
        (&Value::Null, &before["id"])
    );
    bench.station.stop().await;
}

/// A day that goes on now, with an item that has been, one that is on, and one that is still to come.
async fn now(bench: &Bench) -> (String, Vec<String>) {
    let settings = bench.ok("get_settings", json!({})).await;
    assert_eq!(settings["channel"]["time_zone"], "UTC");
    let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
    // The day starts an hour before now, so that the test can run at any time of day.
    let start = now.checked_sub(jiff::Span::new().hours(1)).unwrap();
    let day_start = format!(
        "{:02}:{:02}:{:02}:00",
        start.hour(),
        start.minute(),
        start.second()
    );
    bench
        .ok(
            "update_settings",
            json!({ "channel": { "day_start": day_start } }),
        )
        .await;
    let date = start.date().to_string();
    let minute = 60 * 25;
    let items = json!([
        { "title": "Past", "duration": 30 * minute },
        { "title": "On", "duration": 60 * minute },
        { "title": "Later", "duration": 30 * minute },
    ]);
    let made = bench
        .ok("insert_items", json!({ "date": date, "items": items }))
        .await;
    assert_eq!(made["aired"], "on_air", "it puts something on the air");
    (date, strings(&made["items"], "id"))
}

#[tokio::test]
async fn an_edit_of_what_is_on_the_air_or_has_been_is_done_and_marked() {
    let bench = Bench::start().await;
    let (date, ids) = now(&bench).await;
    let rename = |id: &str| json!({ "ids": [id], "set": { "title": "X" } });
    let mut marks = Vec::new();
    for id in &ids {
        marks.push(bench.ok("update_items", rename(id)).await["aired"].clone());
    }
    assert_eq!(marks, [json!("past"), json!("on_air"), Value::Null]);
    let both = json!({ "ids": ids, "set": { "notes": "n" } });
    assert_eq!(bench.ok("update_items", both).await["aired"], "on_air");
    let after = json!({ "date": date, "after": ids[2], "items": [{ "title": "New" }] });
    assert_eq!(bench.ok("insert_items", after).await["aired"], Value::Null);
    let moved = json!({ "ids": [ids[2]], "after": null });
    assert_eq!(
        bench.ok("move_items", moved).await["aired"],
        "past",
        "where it comes to"
    );
    let edit = json!({ "kind": "delete", "ids": [ids[1]] });
    let told = bench
        .ok("preview_edit", json!({ "date": date, "edit": edit }))
        .await;
    assert_eq!(told["aired"], "on_air");
    let gone = bench.ok("delete_items", json!({ "ids": [ids[1]] })).await;
    assert_eq!(
        (&gone["deleted"], &gone["aired"]),
        (&json!(1), &json!("on_air"))
    );
    bench.station.stop().await;
}

#[tokio::test]
async fn undo_copies_imports_and_another_asset_are_marked_where_they_concern_what_is_on_the_air() {
    let bench = Bench::start().await;
    let assets = json!({ "assets": [{ "title": "Old", "duration": 50 }, { "title": "New", "duration": 50 }] });
    let assets = strings(&bench.ok("add_assets", assets).await["assets"], "id");
    let (date, ids) = now(&bench).await;
    let aired = |answer: Value| answer["aired"].clone();
    let rename = |id: &str| json!({ "ids": [id], "set": { "title": "X" } });
    for (id, mark) in [
        (&ids[0], json!("past")),
        (&ids[1], json!("on_air")),
        (&ids[2], Value::Null),
    ] {
        bench.ok("update_items", rename(id)).await;
        assert_eq!(aired(bench.ok("undo", json!({})).await), mark);
        assert_eq!(aired(bench.ok("redo", json!({})).await), mark);
    }
    bench.ok("delete_items", json!({ "ids": [ids[1]] })).await;
    assert_eq!(
        aired(bench.ok("undo", json!({})).await),
        "on_air",
        "it is on the air again"
    );
    let last = bench
        .ok(
            "insert_items",
            json!({ "date": "2026-11-01", "items": [{ "title": "Old" }] }),
        )
        .await;
    assert_eq!(last["aired"], "past", "a day that is long over");
    assert_eq!(aired(bench.ok("undo", json!({})).await), "past");

    let copy = |to: &str, place: &str| json!({ "ids": [ids[2]], "to": [to], "place": place });
    assert_eq!(
        aired(bench.ok("copy_items", copy("2199-01-01", "append")).await),
        Value::Null
    );
    assert_eq!(
        aired(bench.ok("copy_items", copy("2026-11-01", "append")).await),
        "past"
    );
    let far = json!({ "date": "2199-01-02", "items": [{ "asset_id": assets[0] }] });
    bench.ok("insert_items", far).await;
    let replace =
        |one: usize, other: usize| json!({ "asset_id": assets[one], "with": assets[other] });
    assert_eq!(
        aired(bench.ok("replace_asset", replace(0, 1)).await),
        Value::Null
    );
    let refer = json!({ "ids": [ids[1]], "set": { "asset_id": assets[1] } });
    bench.ok("update_items", refer).await;
    assert_eq!(
        aired(bench.ok("replace_asset", replace(1, 0)).await),
        "on_air"
    );
    let far = bench
        .ok("get_playlist", json!({ "date": "2199-01-02" }))
        .await;
    let from_far = json!({ "ids": strings(&far["items"], "id"), "to": [date], "place": "replace" });
    assert_eq!(
        aired(bench.ok("copy_items", from_far).await),
        "on_air",
        "what it replaces"
    );
    bench.station.stop().await;
}

#[tokio::test]
async fn items_are_repeated_behind_themselves_in_one_step() {
    let bench = Bench::start().await;
    let ids = bench.insert(&["A", "B", "C"]).await;
    let fixed = json!({ "ids": [ids[0]], "set": { "fixed_start": "06:00:00:00" } });
    bench.ok("update_items", fixed).await;
    let before = bench.state().await;
    let edit = json!({ "kind": "repeat", "ids": [ids[1], ids[0]], "times": 2 });
    let told = bench
        .ok("preview_edit", json!({ "date": DAY, "edit": edit }))
        .await;
    assert_eq!(
        (&told["starts_at"], &told["shifts"][0]["frames"]),
        (&json!("06:00:08:00"), &json!(400))
    );
    assert_eq!(bench.state().await, before);
    let args = |times: u32| json!({ "ids": [ids[1], ids[0]], "times": times });
    let made = bench.ok("repeat_items", args(2)).await;
    assert_eq!(strings(&made["items"], "start_mode"), ["follow"; 4]);
    assert_eq!(bench.titles().await, ["A", "B", "A", "B", "A", "B", "C"]);
    let history = bench.ok("get_history", json!({ "limit": 1 })).await;
    assert_eq!(history["entries"][0]["label"], "Repeat 2 items 2 times");
    bench.ok("undo", json!({})).await;
    assert_eq!(bench.state().await.1, before.1);
    assert_eq!(
        bench.code("repeat_items", args(0)).await,
        ErrorCode::Invalid
    );
    assert_eq!(
        bench.code("repeat_items", args(5_001)).await,
        ErrorCode::TooLarge
    );
    bench.station.stop().await;
}

#[tokio::test]
async fn an_edit_that_is_asked_to_answers_with_what_is_other_in_the_day() {
    let bench = Bench::start().await;
    let ids = bench.insert(&["A", "B", "C", "D"]).await;
    let mut was = day(&bench).await;
    let since = |was: &Value| json!({ "date": DAY, "version": was["version"] });
    let edits = [
        (
            "update_items",
            json!({ "ids": [ids[0]], "set": { "duration": 777 } }),
        ),
        ("move_items", json!({ "ids": [ids[3]], "after": ids[0] })),
        ("repeat_items", json!({ "ids": [ids[1]], "times": 2 })),
        (
            "insert_items",
            json!({ "date": DAY, "after": ids[2], "items": [{ "title": "E" }] }),
        ),
        ("delete_items", json!({ "ids": [ids[1], ids[2]] })),
    ];
    for (command, mut args) in edits {
        args["since"] = since(&was);
        let answer = bench.ok(command, args.clone()).await;
        let changes = since_of(&answer, command);
        let now = day(&bench).await;
        let wanted: Vec<Value> = now["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(without_clock_times)
            .collect();
        assert_eq!(applied(&was, changes), wanted, "{command}");
        assert_eq!(changes["version"], now["version"], "{command}");
        was = now;
    }

    // A version that is not known any more: the whole day. Not asked: nothing.
    let set = |since: Value| json!({ "ids": [ids[0]], "set": { "duration": 50 }, "since": since });
    let whole = bench
        .ok(
            "update_items",
            set(json!({ "date": DAY, "version": "old" })),
        )
        .await;
    assert_eq!(whole["changes"]["items"].as_array().map(Vec::len), Some(5));
    assert_eq!(
        bench.ok("update_items", set(Value::Null)).await["changes"],
        Value::Null
    );

    // What is no date refuses the edit before it is made.
    let wrong = set(json!({ "date": "tomorrow", "version": "old" }));
    let before = bench.state().await;
    assert_eq!(bench.code("update_items", wrong).await, ErrorCode::Invalid);
    assert_eq!(bench.state().await, before);
}

fn since_of<'a>(answer: &'a Value, command: &str) -> &'a Value {
    let changes = &answer["changes"];
    assert!(changes.is_object(), "{command}: {answer}");
    changes
}
