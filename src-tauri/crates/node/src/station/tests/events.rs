use serde_json::json;

use super::{Bench, DAY};
use crate::api::{Event, Mode};

#[tokio::test]
async fn every_edit_is_told_with_what_it_touched() {
    let bench = Bench::start().await;
    let mut events = bench.station.events();
    let entry = |event| match event {
        Event::Entry(entry) => Some(entry),
        _ => None,
    };
    bench.insert(&["A"]).await;
    let told = Bench::heard(&mut events, entry).await;
    let day = bench.ok("get_playlist", json!({ "date": DAY })).await;
    assert_eq!((told.seq, told.label.as_str()), (1, "Insert “A”"));
    assert_eq!(json!(told.playlists), json!([day["id"]]));
    assert_eq!((told.assets, told.channel), (false, false));
    assert_eq!(told.station_id, bench.station.id());

    bench
        .ok("add_assets", json!({ "assets": [{ "title": "Promo" }] }))
        .await;
    let told = Bench::heard(&mut events, entry).await;
    assert!(
        told.assets && !told.channel && told.playlists.is_empty(),
        "{told:?}"
    );

    bench
        .ok("update_settings", json!({ "channel": { "name": "Nine" } }))
        .await;
    assert!(Bench::heard(&mut events, entry).await.channel);

    bench.ok("undo", json!({})).await;
    assert!(
        Bench::heard(&mut events, entry).await.channel,
        "an undo is an edit like any other"
    );
    bench.station.stop().await;
}

#[tokio::test]
async fn a_change_of_mode_is_told_with_the_right_to_edit() {
    let bench = Bench::start().await;
    let mut events = bench.station.events();
    let peer = "https://127.0.0.1:9/#sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    bench
        .ok(
            "set_redundancy",
            json!({ "mode": "secondary_copy", "peer_url": peer }),
        )
        .await;
    let told = Bench::heard(&mut events, |event| match event {
        Event::Status {
            station,
            redundancy,
        } if station.mode == Mode::SecondaryCopy => Some((station, redundancy)),
        _ => None,
    })
    .await;
    assert!(!told.0.editable && told.0.read_only_reason.is_some());
    assert_eq!(told.1.peer_url.as_deref(), Some(peer));
    bench.station.stop().await;
}
