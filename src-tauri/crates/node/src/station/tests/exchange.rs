use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Bench, DAY, strings};
use crate::api::ErrorCode;

const OTHER_DAY: &str = "2026-11-23";

fn file(name: &str, text: &str, more: Value) -> Value {
    let mut args = json!({ "name": name, "data": STANDARD.encode(text), "date": DAY });
    for (key, value) in more.as_object().unwrap() {
        args[key] = value.clone();
    }
    args
}

/// What of a day's items must come back as it was.
async fn essence(bench: &Bench, date: &str) -> Vec<Value> {
    let day = bench.ok("get_playlist", json!({ "date": date })).await;
    let items = day["items"].as_array().unwrap().iter().map(|item| {
        json!([
            item["kind"],
            item["title"],
            item["asset_id"],
            item["start_mode"],
            item["fixed_start"],
            item["in_point"],
            item["duration"],
            item["notes"],
        ])
    });
    items.collect()
}

/// A library with a file below a mapped media root, and a day of every kind of item.
async fn scheduled(bench: &Bench, folder: &str) {
    bench
        .ok("set_media_root", json!({ "name": "media", "path": folder }))
        .await;
    let assets = json!([
        { "title": "News", "duration": 45_000, "file": { "root": "media", "path": "news/early.mp4" }, "category": "News" },
        { "title": "Harbor", "kind": "live" },
    ]);
    let added = bench.ok("add_assets", json!({ "assets": assets })).await;
    let ids = strings(&added["assets"], "id");
    let items = json!([
        { "kind": "note", "title": "Early shift" },
        { "asset_id": ids[0], "in_point": 100, "duration": 44_000 },
        { "asset_id": ids[1], "duration": 9_000, "fixed_start": "07:10:00:10", "notes": "two\nlines" },
        { "title": "On call", "start_mode": "hold", "duration": 77 },
        { "asset_id": ids[0], "title": "News again" },
        { "kind": "note", "title": "Good night" },
    ]);
    bench
        .ok(
            "insert_items",
            json!({ "date": DAY, "after": null, "items": items }),
        )
        .await;
}

/// What is told of a file of [`DAY`] that goes to [`OTHER_DAY`], in a format that names its day.
fn says_the_day(format: &str) -> Value {
    match format {
        "ffplayout" | "bxf" => json!([{
            "line": null,
            "left_out": false,
            "message": format!("The file is for {DAY}; its items go to {OTHER_DAY}."),
        }]),
        _ => json!([]),
    }
}

#[tokio::test]
async fn a_day_that_is_exported_and_imported_is_the_same_day_also_on_another_date() {
    let bench = Bench::start().await;
    let folder = tempfile::tempdir().unwrap();
    scheduled(&bench, folder.path().to_str().unwrap()).await;
    let before = essence(&bench, DAY).await;
    for format in ["ffplayout", "csv", "m3u8", "bxf"] {
        let exported = bench
            .ok("export_playlist", json!({ "date": DAY, "format": format }))
            .await;
        assert_eq!(exported["items"], 6, "{format}");
        let text = exported["text"].as_str().unwrap();
        let args = file(
            exported["name"].as_str().unwrap(),
            text,
            json!({ "place": "replace" }),
        );
        let preview = bench.ok("preview_import", args.clone()).await;
        assert_eq!(preview["problems"], json!([]), "{format}: {text}");
        assert_eq!(preview["removes"], 6, "{format}");
        assert_eq!(preview["matched"], 3, "{format}: {preview}");
        bench.ok("import_playlist", args).await;
        assert_eq!(essence(&bench, DAY).await, before, "{format}: {text}");

        let name = exported["name"].as_str().unwrap();
        let args = file(name, text, json!({ "date": OTHER_DAY, "place": "replace" }));
        let preview = bench.ok("preview_import", args.clone()).await;
        assert_eq!(
            strings(&preview["items"], "title").len(),
            6,
            "{format}: {preview}"
        );
        assert_eq!(preview["problems"], says_the_day(format), "{format}");
        bench.ok("import_playlist", args).await;
        assert_eq!(
            essence(&bench, OTHER_DAY).await,
            before,
            "{format} on another day"
        );
    }
    bench.station.stop().await;
}

#[tokio::test]
async fn a_preview_shows_what_the_import_does_and_changes_nothing() {
    let bench = Bench::start().await;
    bench.insert(&["A", "B"]).await;
    let before = bench.state().await;
    let text = "title,duration,start,start mode\nFirst,10,,\nLate,20,06:00:30,fixed\nBroken,??,,\nTail,5,,\n";
    let args = file("day.csv", text, json!({}));
    let preview = bench.ok("preview_import", args.clone()).await;
    assert_eq!(bench.state().await, before);
    assert_eq!(
        strings(&preview["items"], "starts_at"),
        ["06:00:08:00", "06:00:30:00", "06:00:50:00"],
        "behind the items that are there, the fixed one at its time"
    );
    assert_eq!(
        preview["items"][1]["marks"],
        json!([{ "kind": "gap", "frames": 300 }])
    );
    assert_eq!(preview["problems"][0]["line"], 4);
    assert_eq!(preview["problems"][0]["left_out"], true);
    assert_eq!(
        (&preview["removes"], &preview["day"]["items"]),
        (&json!(0), &json!(5))
    );

    let imported = bench.ok("import_playlist", args).await;
    assert_eq!(imported["problems"], 1);
    assert_eq!(bench.titles().await, ["A", "B", "First", "Late", "Tail"]);
    let day = bench.ok("get_playlist", json!({ "date": DAY })).await;
    assert_eq!(day["items"][3]["starts_at"], "06:00:30:00");

    bench.ok("undo", json!({})).await;
    assert_eq!(
        bench.titles().await,
        ["A", "B"],
        "one entry, undone at once"
    );
    assert_eq!(bench.state().await.1, before.1);
    bench.station.stop().await;
}

#[tokio::test]
async fn items_of_a_file_go_where_they_are_wanted() {
    let bench = Bench::start().await;
    let ids = bench.insert(&["A", "B"]).await;
    let text = "title,duration\nX,1\n";
    let insert = |after: Value| file("x.csv", text, json!({ "place": "insert", "after": after }));
    bench.ok("import_playlist", insert(json!(ids[0]))).await;
    assert_eq!(bench.titles().await, ["A", "X", "B"]);
    bench.ok("import_playlist", insert(Value::Null)).await;
    assert_eq!(bench.titles().await, ["X", "A", "X", "B"]);
    let gone = json!("019ac000-0000-7000-8000-000000000000");
    assert_eq!(
        bench.code("import_playlist", insert(gone)).await,
        ErrorCode::NotFound
    );
    let replaced = bench
        .ok(
            "import_playlist",
            file("x.csv", text, json!({ "place": "replace" })),
        )
        .await;
    assert_eq!(replaced["removed"], 4);
    assert_eq!(bench.titles().await, ["X"]);
    bench.ok("undo", json!({})).await;
    assert_eq!(bench.titles().await, ["X", "A", "X", "B"]);
    bench.station.stop().await;
}

#[tokio::test]
async fn a_file_that_cannot_be_used_changes_nothing_and_says_where_it_is_broken() {
    let bench = Bench::start().await;
    bench.insert(&["A"]).await;
    let before = bench.state().await;
    let replace = json!({ "place": "replace" });
    for (name, text, line) in [
        ("day.json", "{\n\"program\": [,]}", json!(2)),
        ("day.bxf", "<BxfMessage>\n</wrong>", json!(2)),
        ("day.csv", "", Value::Null),
        ("day.csv", "a,b\n1,2\n", Value::Null),
        ("day.mp4", "not a playlist", Value::Null),
        ("day.csv", "title,duration\n,3\nX,??\n", Value::Null),
    ] {
        let refused = bench
            .err("import_playlist", file(name, text, replace.clone()))
            .await;
        assert_eq!(refused.code, ErrorCode::Invalid, "{name} {text}");
        assert_eq!(refused.details["line"], line, "{refused:?}");
    }
    let not_base64 = json!({ "name": "day.csv", "data": "%%%", "date": DAY });
    assert_eq!(
        bench.err("preview_import", not_base64).await.details["field"],
        "data"
    );
    let many = "X,1\n".repeat(10_001);
    let refused = bench
        .code(
            "preview_import",
            file("day.csv", &format!("title,duration\n{many}"), json!({})),
        )
        .await;
    assert_eq!(refused, ErrorCode::TooLarge);
    assert_eq!(bench.state().await, before);
    bench.station.stop().await;
}

#[tokio::test]
async fn the_columns_of_a_strange_table_are_told_and_can_be_mapped() {
    let bench = Bench::start().await;
    let text = "Sendeplatz;Wert\nNachrichten;60\n";
    let refused = bench
        .err("preview_import", file("plan.csv", text, json!({})))
        .await;
    assert_eq!(refused.details["columns"], json!(["Sendeplatz", "Wert"]));
    let columns = json!([{ "holds": "title", "column": 0 }, { "holds": "duration", "column": 1 }]);
    let preview = bench
        .ok(
            "preview_import",
            file("plan.csv", text, json!({ "columns": columns })),
        )
        .await;
    assert_eq!(preview["items"][0]["title"], "Nachrichten");
    assert_eq!(preview["items"][0]["duration"], 1_500);
    assert_eq!(preview["table"]["columns"], columns);
    bench.station.stop().await;
}

#[tokio::test]
async fn what_the_library_has_is_found_by_file_and_title_and_the_rest_is_told() {
    let bench = Bench::start().await;
    let folder = tempfile::tempdir().unwrap();
    scheduled(&bench, folder.path().to_str().unwrap()).await;
    let absolute = folder.path().join("news/early.mp4");
    let text = format!(
        "#EXTM3U\n{}\nmedia/news/early.mp4\nnews\\early.mp4\n#EXTINF:-1,harbor\nrtmp://elsewhere/x\n#EXTINF:3,Gone\n/srv/gone.mp4\n",
        absolute.display()
    );
    let args = file("list.m3u8", &text, json!({}));
    let preview = bench.ok("preview_import", args).await;
    let items = preview["items"].as_array().unwrap();
    assert_eq!(preview["matched"], 4, "{preview}");
    assert_eq!(items[0]["asset_id"], items[1]["asset_id"]);
    assert_eq!(items[0]["asset_id"], items[2]["asset_id"]);
    assert_eq!(
        (&items[0]["title"], &items[0]["duration"]),
        (&json!("News"), &json!(45_000)),
        "what the list does not say comes from the library"
    );
    assert_eq!(items[3]["kind"], "live");
    assert_eq!(items[4]["asset_id"], Value::Null);
    let told = strings(&preview["problems"], "message");
    assert!(
        told.iter().any(|told| told.contains("/srv/gone.mp4")),
        "{told:?}"
    );
    bench.station.stop().await;
}

#[tokio::test]
async fn a_day_is_written_to_a_file_that_is_not_there_yet() {
    let bench = Bench::start().await;
    bench.insert(&["A"]).await;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("guide.xml");
    let args = json!({ "date": DAY, "format": "xmltv", "path": path, "programme_min_s": 0 });
    let exported = bench.ok("export_playlist", args.clone()).await;
    assert_eq!(exported["text"], Value::Null);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("start=\"20261122060000 +0000\""), "{text}");
    assert_eq!(
        bench.code("export_playlist", args).await,
        ErrorCode::Conflict
    );
    for (path, code) in [
        (json!("guide.xml"), ErrorCode::Invalid),
        (
            json!(dir.path().join("none/guide.xml")),
            ErrorCode::Unavailable,
        ),
    ] {
        let args = json!({ "date": DAY, "format": "csv", "path": path });
        assert_eq!(bench.code("export_playlist", args).await, code);
    }
    let empty = json!({ "date": OTHER_DAY, "format": "csv" });
    assert_eq!(
        bench.code("export_playlist", empty).await,
        ErrorCode::Invalid
    );
    bench.station.stop().await;
}
