use jiff::civil::date;
use uuid::Uuid;

use super::super::items;
use super::super::testing::{new_item, open};
use super::*;

#[tokio::test]
async fn a_date_has_one_playlist() {
    let mut conn = open().await;
    let day = date(2026, 11, 22);
    assert_eq!(of_date(&mut conn, day).await.unwrap(), None);
    let made = ensure(&mut conn, day).await.unwrap();
    assert_eq!(ensure(&mut conn, day).await.unwrap(), made);
    assert_eq!(of_date(&mut conn, day).await.unwrap(), Some(made.clone()));
    assert_eq!(get(&mut conn, made.id).await.unwrap(), made);
    assert_eq!(count(&mut conn).await.unwrap(), 1);
}

#[tokio::test]
async fn an_unknown_playlist_and_a_bad_date_are_refused() {
    let mut conn = open().await;
    let unknown = get(&mut conn, PlaylistId(Uuid::now_v7())).await;
    assert!(matches!(
        unknown,
        Err(TableError::NotFound {
            what: "playlist",
            ..
        })
    ));
    let bad = ensure(&mut conn, date(1900, 1, 1)).await;
    assert!(matches!(bad, Err(TableError::Invalid(_))));
    assert!(list(&mut conn, None, None).await.unwrap().is_empty());
}

#[tokio::test]
async fn days_are_listed_with_what_is_in_them() {
    let mut conn = open().await;
    for (day, durations) in [(3, vec![100, 200]), (1, vec![]), (2, vec![7])] {
        let playlist = ensure(&mut conn, date(2026, 11, day)).await.unwrap();
        let items = durations
            .into_iter()
            .map(|duration| new_item("x", duration))
            .collect();
        items::insert(&mut conn, playlist.id, None, items)
            .await
            .unwrap();
    }
    let all = list(&mut conn, None, None).await.unwrap();
    let found: Vec<_> = all
        .iter()
        .map(|s| (s.playlist.date.day(), s.items, s.duration))
        .collect();
    assert_eq!(found, [(1, 0, 0), (2, 1, 7), (3, 2, 300)]);
    let some = list(&mut conn, Some(date(2026, 11, 2)), Some(date(2026, 11, 2)))
        .await
        .unwrap();
    assert_eq!(some.len(), 1);
    let from = list(&mut conn, Some(date(2026, 11, 2)), None)
        .await
        .unwrap();
    assert_eq!(from.len(), 2);
}
