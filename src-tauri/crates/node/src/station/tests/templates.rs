use serde_json::{Value, json};

use super::{Bench, DAY, strings};
use crate::api::ErrorCode;

const OTHER: &str = "2026-11-23";
const MINUTE: i64 = 60 * 25;

/// A block "Break" of two clips, five and three minutes, made from a day where it starts at 06:20; the day's items.
async fn bench_with_template() -> (Bench, String, Vec<String>) {
    let bench = Bench::start().await;
    let items = json!([
        { "title": "Film", "duration": 20 * MINUTE },
        { "title": "Promo", "duration": 5 * MINUTE, "notes": "n" },
        { "title": "Ident", "duration": 3 * MINUTE },
    ]);
    let made = bench
        .ok("insert_items", json!({ "date": DAY, "items": items }))
        .await;
    let ids = strings(&made["items"], "id");
    let template = bench
        .ok(
            "create_template",
            json!({ "name": "Break", "ids": [ids[2], ids[1]] }),
        )
        .await;
    assert_eq!(template["template"]["starts_at"], "06:20:00:00");
    assert_eq!(template["template"]["duration"], 8 * MINUTE);
    let id = template["template"]["id"].as_str().unwrap().to_owned();
    (bench, id, ids)
}

async fn starts(bench: &Bench, date: &str) -> Vec<(String, String)> {
    let day = bench.ok("get_playlist", json!({ "date": date })).await;
    let titles = strings(&day["items"], "title");
    titles
        .into_iter()
        .zip(strings(&day["items"], "starts_at"))
        .collect()
}

fn line(title: &str, at: &str) -> (String, String) {
    (title.into(), at.into())
}

#[tokio::test]
async fn a_template_is_made_listed_renamed_deleted_and_each_can_be_undone() {
    let (bench, id, ids) = bench_with_template().await;
    let listed = || async { bench.ok("list_templates", json!({})).await };
    assert_eq!(strings(&listed().await["templates"], "name"), ["Break"]);
    assert_eq!(listed().await["templates"][0]["items"], 2);
    bench
        .ok("rename_template", json!({ "id": id, "name": "Long break" }))
        .await;
    bench.ok("delete_template", json!({ "id": id })).await;
    assert_eq!(listed().await["templates"], json!([]));
    let history = bench.ok("get_history", json!({ "limit": 3 })).await;
    assert_eq!(
        strings(&history["entries"], "label"),
        [
            "Delete the template “Long break”",
            "Rename the template “Break”",
            "Make the template “Break”",
        ]
    );
    bench.ok("undo", json!({})).await;
    assert_eq!(
        strings(&listed().await["templates"], "name"),
        ["Long break"]
    );
    bench.ok("undo", json!({})).await;
    assert_eq!(strings(&listed().await["templates"], "name"), ["Break"]);
    assert_eq!(bench.ok("verify", json!({})).await["ok"], true);
    // The items that it was made from may go.
    bench.ok("delete_items", json!({ "ids": ids })).await;
    assert_eq!(listed().await["templates"][0]["items"], 2);
    bench.station.stop().await;
}

#[tokio::test]
async fn a_template_goes_here_to_its_original_time_or_to_a_given_time() {
    let (bench, id, ids) = bench_with_template().await;
    let insert = |date: &'static str, place: Value| {
        let args = json!({ "id": id, "date": date, "place": place, "mode": "move" });
        bench.ok("insert_template", args)
    };
    let before = bench.state().await.1;
    let here = insert(DAY, json!({ "kind": "here", "after": ids[0] })).await;
    assert_eq!(here["items"].as_array().unwrap().len(), 2);
    assert_eq!(
        starts(&bench, DAY).await,
        [
            line("Film", "06:00:00:00"),
            line("Promo", "06:20:00:00"),
            line("Ident", "06:25:00:00"),
            line("Promo", "06:28:00:00"),
            line("Ident", "06:33:00:00"),
        ]
    );
    bench.ok("undo", json!({})).await;
    assert_eq!(bench.state().await.1, before, "one step");
    insert(OTHER, json!({ "kind": "original" })).await;
    insert(OTHER, json!({ "kind": "at", "time": "20:15:00:00" })).await;
    assert_eq!(
        starts(&bench, OTHER).await,
        [
            line("Promo", "06:20:00:00"),
            line("Ident", "06:25:00:00"),
            line("Promo", "20:15:00:00"),
            line("Ident", "20:20:00:00"),
        ]
    );
    bench.station.stop().await;
}

#[tokio::test]
async fn a_template_overwrites_what_lies_there_as_its_preview_said() {
    let (bench, id, _) = bench_with_template().await;
    let place = json!({ "kind": "at", "time": "06:18:00:00" });
    let edit = json!({ "kind": "template", "id": id, "place": place, "mode": "overwrite" });
    let told = bench
        .ok("preview_edit", json!({ "date": DAY, "edit": edit }))
        .await;
    assert_eq!(
        (&told["removed"], &told["shifts_total"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(told["starts_at"], "06:18:00:00");
    let args = json!({ "id": id, "date": DAY, "place": place, "mode": "overwrite" });
    let done = bench.ok("insert_template", args).await;
    assert_eq!((&done["removed"], &done["trimmed"]), (&json!(1), &json!(2)));
    assert_eq!(
        starts(&bench, DAY).await,
        [
            line("Film", "06:00:00:00"),
            line("Promo", "06:18:00:00"),
            line("Ident", "06:23:00:00"),
            line("Ident", "06:26:00:00"),
        ],
        "what is behind it ends when it did"
    );
    let day = bench.ok("get_playlist", json!({ "date": DAY })).await;
    assert_eq!(day["ends_at_offset"], 28 * MINUTE);
    assert_eq!(day["lost"], 0);
    bench.station.stop().await;
}

#[tokio::test]
async fn of_a_template_only_what_fits_is_taken_and_where_nothing_does_nothing_changes() {
    let (bench, id, ids) = bench_with_template().await;
    let fixed = json!({ "title": "News", "duration": 100, "fixed_start": "06:32:00:00" });
    let after = json!({ "date": DAY, "after": ids[2], "items": [fixed] });
    bench.ok("insert_items", after).await;
    let args = |after: &str| json!({ "id": id, "date": DAY, "place": { "kind": "here", "after": after }, "mode": "fit" });
    let before = bench.state().await;
    assert_eq!(
        bench.code("insert_template", args(&ids[0])).await,
        ErrorCode::Conflict
    );
    assert_eq!(bench.state().await, before);
    let done = bench.ok("insert_template", args(&ids[2])).await;
    assert_eq!(done["left_out"], 1);
    let day = starts(&bench, DAY).await;
    assert_eq!(day[3], line("Ident", "06:28:00:00"));
    assert_eq!(day[4], line("News", "06:32:00:00"));
    bench.station.stop().await;
}

#[tokio::test]
async fn what_is_no_template_or_no_place_is_refused_and_changes_nothing() {
    let (bench, id, ids) = bench_with_template().await;
    let there = json!({ "date": OTHER, "items": [{ "title": "X" }] });
    let other = strings(&bench.ok("insert_items", there).await["items"], "id");
    let before = bench.state().await;
    let gone = "019ac000-0000-7000-8000-000000000000";
    let insert =
        |id: &str, place: Value| json!({ "id": id, "date": DAY, "place": place, "mode": "move" });
    for (command, args, code) in [
        (
            "create_template",
            json!({ "name": " ", "ids": ids }),
            ErrorCode::Invalid,
        ),
        (
            "create_template",
            json!({ "name": "X", "ids": [] }),
            ErrorCode::Invalid,
        ),
        (
            "create_template",
            json!({ "name": "X", "ids": [gone] }),
            ErrorCode::NotFound,
        ),
        (
            "create_template",
            json!({ "name": "X", "ids": [ids[0], other[0]] }),
            ErrorCode::Invalid,
        ),
        (
            "rename_template",
            json!({ "id": gone, "name": "X" }),
            ErrorCode::NotFound,
        ),
        (
            "rename_template",
            json!({ "id": id, "name": "a\nb" }),
            ErrorCode::Invalid,
        ),
        (
            "delete_template",
            json!({ "id": gone }),
            ErrorCode::NotFound,
        ),
        (
            "insert_template",
            insert(gone, json!({ "kind": "original" })),
            ErrorCode::NotFound,
        ),
        (
            "insert_template",
            insert(&id, json!({ "kind": "here", "after": gone })),
            ErrorCode::NotFound,
        ),
        (
            "insert_template",
            insert(&id, json!({ "kind": "at", "time": "25:00:00:00" })),
            ErrorCode::Invalid,
        ),
        (
            "insert_template",
            insert(&id, json!({ "kind": "somewhere" })),
            ErrorCode::Invalid,
        ),
    ] {
        assert_eq!(
            bench.code(command, args.clone()).await,
            code,
            "{command} {args}"
        );
    }
    assert_eq!(bench.state().await, before);
    bench.station.stop().await;
}
