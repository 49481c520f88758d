use domain::ids::AssetId;
use domain::rank::RANK_LEN_MAX;
use domain::rundown::Playlist;
use domain::validate::ITEMS_MAX;
use jiff::civil::date;

use super::super::testing::{new_asset, new_item, open};
use super::super::{assets, playlists};
use super::*;

async fn day(conn: &mut SqliteConnection, day: i8, titles: &str) -> Playlist {
    let playlist = playlists::ensure(&mut *conn, date(2026, 11, day))
        .await
        .unwrap();
    let items = titles
        .split_whitespace()
        .map(|title| new_item(title, 100))
        .collect();
    insert(conn, playlist.id, None, items).await.unwrap();
    playlist
}

async fn titles(conn: &mut SqliteConnection, playlist: &Playlist) -> String {
    let items = of_playlist(conn, playlist.id).await.unwrap();
    items
        .iter()
        .map(|item| item.title.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

async fn id(conn: &mut SqliteConnection, playlist: &Playlist, title: &str) -> ItemId {
    let items = of_playlist(conn, playlist.id).await.unwrap();
    items.iter().find(|item| item.title == title).unwrap().id
}

async fn ids(conn: &mut SqliteConnection, playlist: &Playlist, titles: &str) -> Vec<ItemId> {
    let mut ids = Vec::new();
    for title in titles.split_whitespace() {
        ids.push(id(&mut *conn, playlist, title).await);
    }
    ids
}

fn set() -> ItemChange {
    ItemChange::default()
}

#[tokio::test]
async fn items_come_after_the_one_named_or_first() {
    let mut conn = open().await;
    let playlist = day(&mut conn, 22, "a b").await;
    let a = id(&mut conn, &playlist, "a").await;
    insert(
        &mut conn,
        playlist.id,
        Some(a),
        vec![new_item("c", 1), new_item("d", 1)],
    )
    .await
    .unwrap();
    insert(&mut conn, playlist.id, None, vec![new_item("e", 1)])
        .await
        .unwrap();
    assert_eq!(titles(&mut conn, &playlist).await, "e a c d b");
}

#[tokio::test]
async fn an_item_is_kept_as_it_was_given() {
    let mut conn = open().await;
    let playlist = day(&mut conn, 22, "").await;
    let asset = new_asset("News", 500);
    assets::add(&mut conn, vec![asset.clone()]).await.unwrap();
    let new = NewItem {
        kind: ItemKind::Live,
        asset_id: Some(asset.id),
        start_mode: StartMode::Fixed,
        fixed_start: Some("20:15:00:00".parse().unwrap()),
        in_point: 7,
        notes: "two\nlines".into(),
        ..new_item(" Ümläut \"' ", 400)
    };
    let stored = insert(&mut conn, playlist.id, None, vec![new.clone()])
        .await
        .unwrap();
    assert_eq!(stored, of_playlist(&mut conn, playlist.id).await.unwrap());
    let expected = NewItem {
        title: "Ümläut \"'".into(),
        ..new
    }
    .at(playlist.id, stored[0].rank.clone());
    assert_eq!(stored[0], expected);
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let mut conn = open().await;
    let playlist = day(&mut conn, 22, "a").await;
    let nobody = ItemId(Uuid::now_v7());
    let no_asset = NewItem {
        asset_id: Some(AssetId(Uuid::now_v7())),
        ..new_item("x", 1)
    };
    let no_playlist = PlaylistId::of_date(date(2026, 1, 1));
    let results = [
        (
            "playlist",
            insert(&mut conn, no_playlist, None, vec![new_item("x", 1)])
                .await
                .map(drop),
        ),
        (
            "item",
            insert(&mut conn, playlist.id, Some(nobody), vec![new_item("x", 1)])
                .await
                .map(drop),
        ),
        (
            "asset",
            insert(&mut conn, playlist.id, None, vec![no_asset])
                .await
                .map(drop),
        ),
        ("item", update(&mut conn, &[nobody], &set()).await.map(drop)),
        (
            "item",
            move_to(&mut conn, &[nobody], None, None).await.map(drop),
        ),
        ("item", delete(&mut conn, &[nobody]).await.map(drop)),
        ("item", get(&mut conn, &[nobody]).await.map(drop)),
    ];
    for (expected, result) in results {
        assert!(
            matches!(&result, Err(TableError::NotFound { what, .. }) if *what == expected),
            "{expected}: {result:?}"
        );
    }
    assert_eq!(titles(&mut conn, &playlist).await, "a");
}

#[tokio::test]
async fn a_value_that_cannot_be_is_invalid() {
    let mut conn = open().await;
    let playlist = day(&mut conn, 22, "a").await;
    let a = id(&mut conn, &playlist, "a").await;
    let bad = insert(&mut conn, playlist.id, None, vec![new_item("", 1)]).await;
    assert!(matches!(bad, Err(TableError::Invalid(_))));
    for change in [
        ItemChange {
            duration: Some(-1),
            ..set()
        },
        ItemChange {
            title: Some("a\nb".into()),
            ..set()
        },
        ItemChange {
            start_mode: Some(StartMode::Fixed),
            ..set()
        },
        ItemChange {
            fixed_start: Some(Some("10:00:00:25".parse().unwrap())),
            ..set()
        },
    ] {
        let result = update(&mut conn, &[a], &change).await;
        assert!(matches!(result, Err(TableError::Invalid(_))), "{change:?}");
    }
}

#[tokio::test]
async fn the_same_change_is_made_to_all_that_are_named() {
    let mut conn = open().await;
    let playlist = day(&mut conn, 22, "a b c").await;
    let named = ids(&mut conn, &playlist, "c a").await;
    let change = ItemChange {
        duration: Some(7),
        notes: Some("new".into()),
        ..set()
    };
    let stored = update(&mut conn, &named, &change).await.unwrap();
    assert_eq!(
        stored
            .iter()
            .map(|item| item.title.as_str())
            .collect::<Vec<_>>(),
        ["a", "c"],
        "in their order"
    );
    let all = of_playlist(&mut conn, playlist.id).await.unwrap();
    assert_eq!(
        all.iter().map(|item| item.duration).collect::<Vec<_>>(),
        [7, 100, 7]
    );
}

#[tokio::test]
async fn a_clock_time_makes_a_start_fixed_and_none_makes_it_follow() {
    let mut conn = open().await;
    let playlist = day(&mut conn, 22, "a").await;
    let a = id(&mut conn, &playlist, "a").await;
    let at = ItemChange {
        fixed_start: Some(Some("20:15:00:00".parse().unwrap())),
        ..set()
    };
    let item = update(&mut conn, &[a], &at).await.unwrap().remove(0);
    assert_eq!(
        (item.start_mode, item.fixed_start.unwrap().to_string()),
        (StartMode::Fixed, "20:15:00:00".into())
    );
    let none = ItemChange {
        fixed_start: Some(None),
        ..set()
    };
    let item = update(&mut conn, &[a], &none).await.unwrap().remove(0);
    assert_eq!(
        (item.start_mode, item.fixed_start),
        (StartMode::Follow, None)
    );
    update(&mut conn, &[a], &at).await.unwrap();
    let hold = ItemChange {
        start_mode: Some(StartMode::Hold),
        ..set()
    };
    let item = update(&mut conn, &[a], &hold).await.unwrap().remove(0);
    assert_eq!((item.start_mode, item.fixed_start), (StartMode::Hold, None));
}

#[tokio::test]
async fn moved_items_keep_their_order_among_themselves() {
    let mut conn = open().await;
    let playlist = day(&mut conn, 22, "a b c d e").await;
    let moved = ids(&mut conn, &playlist, "d b").await;
    let e = id(&mut conn, &playlist, "e").await;
    move_to(&mut conn, &moved, None, Some(e)).await.unwrap();
    assert_eq!(titles(&mut conn, &playlist).await, "a c e b d");
    move_to(&mut conn, &moved, None, None).await.unwrap();
    assert_eq!(titles(&mut conn, &playlist).await, "b d a c e");
}

#[tokio::test]
async fn an_item_moved_after_itself_stays_where_it_is() {
    let mut conn = open().await;
    let playlist = day(&mut conn, 22, "a b c").await;
    for title in ["a", "b", "c"] {
        let moved = id(&mut conn, &playlist, title).await;
        move_to(&mut conn, &[moved], None, Some(moved))
            .await
            .unwrap();
        assert_eq!(titles(&mut conn, &playlist).await, "a b c");
    }
}

#[tokio::test]
async fn items_move_to_another_day() {
    let mut conn = open().await;
    let (from, to) = (
        day(&mut conn, 22, "a b c").await,
        day(&mut conn, 23, "x y").await,
    );
    let moved = ids(&mut conn, &from, "a c").await;
    let x = id(&mut conn, &to, "x").await;
    move_to(&mut conn, &moved, Some(to.id), Some(x))
        .await
        .unwrap();
    assert_eq!(
        (titles(&mut conn, &from).await, titles(&mut conn, &to).await),
        ("b".into(), "x a c y".into())
    );
    let b = id(&mut conn, &from, "b").await;
    let wrong = move_to(&mut conn, &[b], None, Some(x)).await;
    assert!(matches!(wrong, Err(TableError::OtherPlaylist { .. })));
    let both = move_to(&mut conn, &[b, x], None, None).await;
    assert!(matches!(both, Err(TableError::OtherPlaylist { .. })));
}

#[tokio::test]
async fn deleted_items_are_gone_and_the_rest_stays() {
    let mut conn = open().await;
    let playlist = day(&mut conn, 22, "a b c").await;
    let gone = ids(&mut conn, &playlist, "a c").await;
    assert_eq!(delete(&mut conn, &gone).await.unwrap(), 2);
    assert_eq!(titles(&mut conn, &playlist).await, "b");
}

#[tokio::test]
async fn hundreds_of_insertions_at_one_place_keep_order_and_short_ranks() {
    let mut conn = open().await;
    let playlist = day(&mut conn, 22, "first last").await;
    let first = id(&mut conn, &playlist, "first").await;
    for n in 0..400 {
        insert(
            &mut conn,
            playlist.id,
            Some(first),
            vec![new_item(&n.to_string(), 1)],
        )
        .await
        .unwrap();
    }
    let all = of_playlist(&mut conn, playlist.id).await.unwrap();
    let order: Vec<_> = all.iter().map(|item| item.title.clone()).collect();
    let expected: Vec<_> = std::iter::once("first".to_owned())
        .chain((0..400).rev().map(|n| n.to_string()))
        .chain(["last".to_owned()])
        .collect();
    assert_eq!(order, expected);
    assert!(
        all.iter()
            .all(|item| item.rank.as_str().len() <= RANK_LEN_MAX)
    );
}

#[tokio::test]
async fn equal_ranks_are_mended_by_the_next_insertion_between_them() {
    let mut conn = open().await;
    let playlist = day(&mut conn, 22, "a b c").await;
    sqlx::query("UPDATE item SET rank = 'V'")
        .execute(&mut conn)
        .await
        .unwrap();
    let a = id(&mut conn, &playlist, "a").await;
    insert(&mut conn, playlist.id, Some(a), vec![new_item("x", 1)])
        .await
        .unwrap();
    assert_eq!(titles(&mut conn, &playlist).await, "a x b c");
}

#[tokio::test]
async fn a_playlist_has_a_limit() {
    let mut conn = open().await;
    let playlist = day(&mut conn, 22, "").await;
    let many = || (0..ITEMS_MAX / 2).map(|_| new_item("x", 1)).collect();
    insert(&mut conn, playlist.id, None, many()).await.unwrap();
    insert(&mut conn, playlist.id, None, many()).await.unwrap();
    assert_eq!(count(&mut conn).await.unwrap(), ITEMS_MAX as u64);
    let more = insert(&mut conn, playlist.id, None, vec![new_item("x", 1)]).await;
    assert!(matches!(more, Err(TableError::TooManyItems { .. })));
}
