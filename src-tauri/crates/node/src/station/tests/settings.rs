use serde_json::json;

use super::{Bench, DAY};
use crate::api::ErrorCode;

#[tokio::test]
async fn settings_are_changed_in_part() {
    let bench = Bench::start().await;
    let changed = bench
        .ok(
            "update_settings",
            json!({ "channel": { "name": "Kanal 9", "time_zone": "Europe/Berlin" } }),
        )
        .await;
    assert_eq!(changed["channel"]["name"], "Kanal 9");
    assert_eq!(changed["channel"]["frame_rate"], "25");
    assert_eq!(
        bench.ok("get_settings", json!({})).await["channel"],
        changed["channel"]
    );
    let day = bench
        .ok("get_playlist", json!({ "date": "2026-10-25" }))
        .await;
    assert_eq!(day["day_start_utc"], "2026-10-25T05:00:00Z");
    let day = bench
        .ok("get_playlist", json!({ "date": "2026-10-24" }))
        .await;
    assert_eq!(
        day["day_length"],
        25 * 3600 * 25,
        "the clock is set back in this broadcast day"
    );
    bench.station.stop().await;
}

#[tokio::test]
async fn a_new_frame_rate_asks_before_it_converts_and_can_be_undone() {
    let bench = Bench::start().await;
    bench.insert(&["A"]).await;
    let before = bench.state().await.1;
    let to_50 = |convert: bool| json!({ "channel": { "frame_rate": "50" }, "convert": convert });
    let refused = bench.err("update_settings", to_50(false)).await;
    assert_eq!(
        (refused.code, refused.details),
        (ErrorCode::Conflict, json!({ "items": 1, "assets": 0 }))
    );
    assert_eq!(bench.state().await.1, before);

    bench.ok("update_settings", to_50(true)).await;
    let day = bench.ok("get_playlist", json!({ "date": DAY })).await;
    assert_eq!(
        (&day["items"][0]["duration"], &day["items"][0]["ends_at"]),
        (&json!(200), &json!("06:00:04:00"))
    );
    bench.ok("undo", json!({})).await;
    assert_eq!(bench.state().await.1, before);
    bench.station.stop().await;
}

#[tokio::test]
async fn drop_frame_ends_with_the_rate_that_had_it() {
    let bench = Bench::start().await;
    let set = json!({ "channel": { "frame_rate": "30000/1001", "drop_frame": true, "day_start": "06:00:00;00" } });
    assert_eq!(
        bench.ok("update_settings", set).await["channel"]["drop_frame"],
        true
    );
    let changed = bench
        .ok(
            "update_settings",
            json!({ "channel": { "frame_rate": "25" } }),
        )
        .await;
    assert_eq!(changed["channel"]["drop_frame"], false);
    bench.station.stop().await;
}

#[tokio::test]
async fn bad_settings_are_refused_by_their_field() {
    let bench = Bench::start().await;
    let before = bench.state().await;
    for (field, value) in [
        ("name", json!(" ")),
        ("frame_rate", json!("29.97")),
        ("frame_rate", json!("0")),
        ("time_zone", json!("Mars/Olympus")),
        ("day_start", json!("6 o'clock")),
    ] {
        let error = bench
            .err("update_settings", json!({ "channel": { field: value } }))
            .await;
        assert_eq!(
            (error.code, &error.details["field"]),
            (ErrorCode::Invalid, &json!(field)),
            "{error:?}"
        );
    }
    let no_drop_frame = bench
        .code(
            "update_settings",
            json!({ "channel": { "drop_frame": true } }),
        )
        .await;
    assert_eq!(no_drop_frame, ErrorCode::Invalid);
    assert_eq!(bench.state().await, before);
    bench.station.stop().await;
}
