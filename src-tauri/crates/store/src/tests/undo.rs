use proptest::prelude::*;

use super::fixture::{
    Station, Step, add_items, assert_true, block_on, edit, edits, put_item, station,
};
use super::replicate::copy_snapshot;
use crate::{Error, Store};

async fn rename(store: &Store, id: u8, title: &str) -> u64 {
    edit(store, &[put_item(id, 1, title)]).await.unwrap().seq
}

async fn titles(store: &Store) -> Vec<String> {
    let mut reader = store.read().await.unwrap();
    sqlx::query_scalar("SELECT title FROM item ORDER BY id")
        .fetch_all(&mut *reader)
        .await
        .unwrap()
}

async fn three_items() -> Station {
    let station = station().await;
    add_items(&station, 1, 0..3).await;
    station
}

#[tokio::test]
async fn undo_and_redo_walk_back_and_forth_as_entries_of_their_own() {
    let station = three_items().await;
    let sums = [station.head().sum];
    let first = rename(&station, 0, "one").await;
    let second = rename(&station, 1, "two").await;
    let last = station.head().sum;
    let undone = station.undo("bob", None).await.unwrap();
    assert_eq!((undone.value.seq, undone.seq), (second, 4));
    assert_eq!(station.undo("bob", None).await.unwrap().value.seq, first);
    assert_eq!(assert_true(&station).await.sum, sums[0]);
    assert_eq!(station.redo("bob").await.unwrap().value.seq, first);
    assert_eq!(station.redo("bob").await.unwrap().value.seq, second);
    assert_eq!(assert_true(&station).await.sum, last);
    assert!(matches!(station.redo("bob").await, Err(Error::NotFound(_))));
    let history = station.history(None, 99).await.unwrap();
    assert_eq!(history.len(), 7);
    assert_eq!(history[0].redoes, Some(second));
    assert_eq!(
        (history[3].undoes, history[3].label.as_str()),
        (Some(second), "Undo: 1 steps")
    );
    assert_eq!(titles(&station).await, ["one", "two", "title"]);
}

#[tokio::test]
async fn a_new_edit_ends_what_can_be_redone_but_not_what_can_be_undone() {
    let station = three_items().await;
    rename(&station, 0, "one").await;
    station.undo("bob", None).await.unwrap();
    let new = rename(&station, 1, "new").await;
    assert!(matches!(station.redo("bob").await, Err(Error::NotFound(_))));
    assert_eq!(station.undo("bob", None).await.unwrap().value.seq, new);
    assert_eq!(station.undo("bob", None).await.unwrap().value.seq, 1);
    assert!(matches!(
        station.undo("bob", None).await,
        Err(Error::NotFound(_))
    ));
    assert_true(&station).await;
}

#[tokio::test]
async fn an_edit_whose_lines_were_edited_later_cannot_be_undone_before_that() {
    let station = three_items().await;
    let first = rename(&station, 0, "one").await;
    let later = rename(&station, 0, "two").await;
    rename(&station, 1, "elsewhere").await;
    let before = station.head();
    let refused = station.undo("bob", Some(first)).await;
    let Err(Error::Conflict(conflict)) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(conflict.later.as_ref().map(|later| later.seq), Some(later));
    assert_eq!(station.head(), before);
    station.undo("bob", Some(later)).await.unwrap();
    station.undo("bob", Some(first)).await.unwrap();
    assert_eq!(titles(&station).await, ["title", "elsewhere", "title"]);
    assert_true(&station).await;
}

#[tokio::test]
async fn an_entry_is_undone_once() {
    let station = three_items().await;
    let seq = rename(&station, 0, "one").await;
    station.undo("bob", Some(seq)).await.unwrap();
    assert!(matches!(
        station.undo("bob", Some(seq)).await,
        Err(Error::NotFound(_))
    ));
    assert!(
        matches!(station.undo("bob", Some(3)).await, Err(Error::Invalid(_))),
        "an undo is redone, not undone"
    );
    assert!(matches!(
        station.undo("bob", Some(77)).await,
        Err(Error::NotFound(_))
    ));
}

#[tokio::test]
async fn a_new_primary_undoes_what_the_old_one_did() {
    let (old, new) = (station().await, station().await);
    copy_snapshot(&old, &new).await;
    add_items(&old, 1, 0..3).await;
    let before = old.head().sum;
    let seq = rename(&old, 0, "by the old primary").await;
    new.apply(
        Vec::new(),
        old.entries_after(0, 99, u64::MAX).await.unwrap(),
    )
    .await
    .unwrap();
    new.open_epoch(2, Vec::new()).await.unwrap();
    super::fixture::allow(&new);
    let undone = new.undo("bob", None).await.unwrap();
    assert_eq!(
        (undone.value.seq, undone.value.station),
        (seq, old.station())
    );
    assert_eq!(assert_true(&new).await.sum, before);
}

#[tokio::test]
async fn a_deleted_playlist_comes_back_with_its_items() {
    let station = three_items().await;
    let before = station.head().sum;
    edit(&station, &[Step::DropPlaylist { id: 1 }])
        .await
        .unwrap();
    assert!(titles(&station).await.is_empty());
    station.undo("bob", None).await.unwrap();
    assert_eq!(titles(&station).await.len(), 3);
    assert_eq!(assert_true(&station).await.sum, before);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn undoing_everything_leads_back_through_every_earlier_sum(edits in edits(1..10)) {
        block_on(async {
            let station = station().await;
            let mut sums = vec![station.head().sum];
            for steps in &edits {
                if edit(&station, steps).await.unwrap().changed {
                    sums.push(station.head().sum);
                }
            }
            for (undone, sum) in sums.iter().rev().skip(1).enumerate() {
                station.undo("bob", None).await.unwrap();
                assert_eq!(assert_true(&station).await.sum, *sum, "after {} undos", undone + 1);
            }
            assert!(matches!(station.undo("bob", None).await, Err(Error::NotFound(_))));
            for sum in sums.iter().skip(1) {
                station.redo("bob").await.unwrap();
                assert_eq!(assert_true(&station).await.sum, *sum);
            }
            assert!(matches!(station.redo("bob").await, Err(Error::NotFound(_))));
        });
    }
}
