use serde_json::{Value, json};

use super::{Bench, DAY, strings};
use crate::api::ErrorCode;

const HOUR: i64 = 3600 * 25;

async fn month(bench: &Bench) -> Value {
    let args = json!({ "from": "2026-11-01", "to": "2026-12-31" });
    bench.ok("list_days", args).await
}

#[tokio::test]
async fn a_month_says_how_far_its_days_are_filled_and_what_is_wrong_with_them() {
    let bench = Bench::start().await;
    assert_eq!(month(&bench).await, json!([]));
    let asset = json!({ "assets": [{ "title": "Film", "duration": 2 * HOUR }] });
    let film = bench.ok("add_assets", asset).await["assets"][0]["id"].clone();
    let day = json!([
        { "asset_id": film },
        { "title": "Stands alone", "duration": HOUR },
        { "title": "Too late", "duration": HOUR },
        { "title": "News", "kind": "live", "duration": HOUR, "fixed_start": "08:30:00:00" },
        { "asset_id": film, "fixed_start": "12:00:00:00" },
        { "title": "Read this", "kind": "note" },
    ]);
    bench
        .ok("insert_items", json!({ "date": DAY, "items": day }))
        .await;
    let long = json!([{ "asset_id": film, "duration": 25 * HOUR }]);
    bench
        .ok(
            "insert_items",
            json!({ "date": "2026-12-24", "items": long }),
        )
        .await;

    let days = month(&bench).await;
    assert_eq!(strings(&days, "date"), [DAY, "2026-12-24"]);
    let first = &days[0];
    assert_eq!(first["items"], 6);
    assert_eq!(first["filled"], 5 * HOUR + HOUR / 2);
    assert_eq!(
        (&first["gaps"], &first["gap_frames"]),
        (&json!(1), &json!(5 * HOUR / 2))
    );
    assert_eq!(first["unfilled"], 16 * HOUR);
    assert_eq!(
        (&first["overruns"], &first["lost"]),
        (&json!(2), &json!(3 * HOUR / 2))
    );
    assert_eq!(first["without_media"], 2, "a live source needs none");
    let second = &days[1];
    assert_eq!(
        (&second["overruns"], &second["overrun"]),
        (&json!(1), &json!(HOUR))
    );
    assert_eq!(second["filled"], second["day_length"]);

    // It is the day as its rundown says it.
    let view = bench.ok("get_playlist", json!({ "date": DAY })).await;
    assert_eq!(
        (&view["played"], &view["gaps"]),
        (&first["filled"], &first["gap_frames"])
    );
    assert_eq!(
        (&view["lost"], &view["unfilled"]),
        (&first["lost"], &first["unfilled"])
    );
    for (from, to, code) in [
        ("2026-11-01", "2027-01-02", ErrorCode::TooLarge),
        ("1.11.2026", "2026-12-31", ErrorCode::Invalid),
    ] {
        let args = json!({ "from": from, "to": to });
        assert_eq!(bench.code("list_days", args).await, code);
    }
    bench.station.stop().await;
}
