use domain::asset::MediaInfo;
use domain::ids::ItemId;
use domain::rundown::{ItemChange, StartMode};
use jiff::civil::date;

use super::super::testing::{new_asset, new_item, open};
use super::super::{assets, items, playlists};
use super::*;

fn channel(rate: &str, drop_frame: bool) -> Channel {
    Channel {
        name: "One".into(),
        frame_rate: rate.parse().unwrap(),
        drop_frame,
        time_zone: "Europe/Berlin".into(),
        day_start: "06:00:00:00".parse().unwrap(),
    }
}

#[tokio::test]
async fn a_new_station_has_a_channel() {
    let mut conn = open().await;
    let channel = get(&mut conn).await.unwrap();
    assert_eq!(validate::channel(&channel), Ok(()));
}

#[tokio::test]
async fn settings_are_kept() {
    let mut conn = open().await;
    let stored = update(&mut conn, &channel("30000/1001", true))
        .await
        .unwrap();
    assert_eq!(
        stored.day_start.to_string(),
        "06:00:00;00",
        "written as the channel counts"
    );
    assert_eq!(get(&mut conn).await.unwrap(), stored);
}

#[tokio::test]
async fn settings_that_cannot_be_are_refused() {
    let mut conn = open().await;
    for bad in [
        channel("25", true),
        Channel {
            time_zone: "Mars/Olympus".into(),
            ..channel("25", false)
        },
        Channel {
            name: " ".into(),
            ..channel("25", false)
        },
        Channel {
            day_start: "06:00:00:25".parse().unwrap(),
            ..channel("25", false)
        },
    ] {
        assert!(
            matches!(update(&mut conn, &bad).await, Err(TableError::Invalid(_))),
            "{bad:?}"
        );
    }
}

#[tokio::test]
async fn a_new_rate_needs_conversion_only_where_something_is_scheduled() {
    let mut conn = open().await;
    assert_eq!(
        conversion(&mut conn, &channel("50", false)).await.unwrap(),
        None
    );
    assets::add(&mut conn, vec![new_asset("News", 250)])
        .await
        .unwrap();
    let expected = Conversion {
        items: 0,
        assets: 1,
    };
    assert_eq!(
        conversion(&mut conn, &channel("50", false)).await.unwrap(),
        Some(expected)
    );
    assert_eq!(
        conversion(&mut conn, &channel("25", false)).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn a_new_rate_converts_everything_that_is_counted_in_frames() {
    let mut conn = open().await;
    update(
        &mut conn,
        &Channel {
            day_start: "06:00:00:12".parse().unwrap(),
            ..channel("25", false)
        },
    )
    .await
    .unwrap();
    let info = MediaInfo {
        duration_us: Some(10_020_000),
        ..MediaInfo::default()
    };
    let probed = domain::asset::Asset {
        info,
        ..new_asset("Probed", 251)
    };
    let by_hand = new_asset("By hand", 100);
    assets::add(&mut conn, vec![probed.clone(), by_hand.clone()])
        .await
        .unwrap();
    let playlist = playlists::ensure(&mut conn, date(2026, 11, 22))
        .await
        .unwrap();
    let whole = items::NewItem {
        asset_id: Some(probed.id),
        ..new_item("Whole", 251)
    };
    let part = items::NewItem {
        asset_id: Some(probed.id),
        in_point: 10,
        ..new_item("Part", 100)
    };
    let fixed = items::NewItem {
        start_mode: StartMode::Fixed,
        fixed_start: Some("20:15:00:05".parse().unwrap()),
        ..new_item("Fixed", 1)
    };
    items::insert(&mut conn, playlist.id, None, vec![whole, part, fixed])
        .await
        .unwrap();

    // The day start is left as it was, as a client does that changes the rate alone.
    let new = Channel {
        day_start: "06:00:00:12".parse().unwrap(),
        ..channel("50", false)
    };
    let stored = update(&mut conn, &new).await.unwrap();
    assert_eq!(stored.day_start.to_string(), "06:00:00:24");
    let durations: Vec<_> = [probed.id, by_hand.id].into_iter().collect();
    let assets = assets::by_ids(&mut conn, durations).await.unwrap();
    assert_eq!(
        (assets[&probed.id].duration, assets[&by_hand.id].duration),
        (501, 200)
    );
    let items = items::of_playlist(&mut conn, playlist.id).await.unwrap();
    let times: Vec<_> = items
        .iter()
        .map(|item| (item.in_point, item.duration))
        .collect();
    assert_eq!(times, [(0, 501), (20, 200), (0, 2)]);
    assert_eq!(items[2].fixed_start.unwrap().to_string(), "20:15:00:10");
}

#[tokio::test]
async fn a_rate_that_has_no_such_day_start_converts_it() {
    let mut conn = open().await;
    let old = Channel {
        day_start: "06:00:00:24".parse().unwrap(),
        ..channel("25", false)
    };
    let old = update(&mut conn, &old).await.unwrap();
    let stored = update(
        &mut conn,
        &Channel {
            frame_rate: "24".parse().unwrap(),
            ..old
        },
    )
    .await
    .unwrap();
    assert_eq!(stored.day_start.to_string(), "06:00:00:23");
}

#[tokio::test]
async fn drop_frame_moves_fixed_starts_to_labels_that_exist() {
    let mut conn = open().await;
    update(&mut conn, &channel("30000/1001", false))
        .await
        .unwrap();
    let playlist = playlists::ensure(&mut conn, date(2026, 11, 22))
        .await
        .unwrap();
    let item = new_item("Fixed", 100);
    let id: ItemId = item.id;
    items::insert(&mut conn, playlist.id, None, vec![item])
        .await
        .unwrap();
    let fixed = ItemChange {
        fixed_start: Some(Some("20:01:00:00".parse().unwrap())),
        ..ItemChange::default()
    };
    items::update(&mut conn, &[id], &fixed).await.unwrap();
    assert_eq!(
        conversion(&mut conn, &channel("30000/1001", true))
            .await
            .unwrap(),
        None,
        "no frame is lost by it"
    );
    update(&mut conn, &channel("30000/1001", true))
        .await
        .unwrap();
    let items = items::get(&mut conn, &[id]).await.unwrap();
    assert_eq!(items[0].fixed_start.unwrap().to_string(), "20:01:00;02");
    assert_eq!(items[0].duration, 100);
}
