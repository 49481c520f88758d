//! Edits that are committed together.

use std::time::Duration;

use tokio::task::JoinHandle;

use super::fixture::{Station, Step, add_items, assert_true, edit, open, put_item, station};
use crate::{Edit, EditMeta, EditPermit, Error, Store, Written};

type Answer = JoinHandle<Result<Written<()>, Error>>;

async fn begin(store: &Store, label: &str) -> Edit {
    store.begin(EditMeta::new("ada", label)).await.unwrap()
}

async fn commit(mut edit: Edit, step: Step) -> Result<Written<()>, Error> {
    step.run(edit.connection()).await?;
    edit.commit().await
}

/// An edit that waits for its turn; nobody else gets one meanwhile.
async fn waiting(store: &Store) -> JoinHandle<Edit> {
    let at_store = store.clone();
    let before = store.0.queue.len();
    let waiting = tokio::spawn(async move { begin(&at_store, "waited").await });
    while store.0.queue.len() == before {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    waiting
}

/// An edit that is done and left to the one that waited behind it, which is under way now.
async fn left_to_the_next(station: &Station) -> (Answer, Edit) {
    let first = begin(station, "first").await;
    let second = waiting(station).await;
    let first = tokio::spawn(commit(first, put_item(1, 1, "first")));
    (first, second.await.unwrap())
}

fn labels(entries: &[crate::Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.label.as_str()).collect()
}

#[tokio::test]
async fn edits_that_wait_are_committed_together_as_entries_of_their_own() {
    let station = station().await;
    add_items(&station, 1, 0..1).await;
    let before = station.head();
    let (first, second) = left_to_the_next(&station).await;
    assert_eq!(station.head(), before, "it is not durable yet");
    assert!(!first.is_finished());
    let second = commit(second, put_item(2, 1, "second")).await.unwrap();
    let first = first.await.unwrap().unwrap();
    assert_eq!((first.seq, second.seq), (2, 3));
    assert_eq!(assert_true(&station).await.position.seq, 3);
    let entries = station.entries_after(1, 9, u64::MAX).await.unwrap();
    assert_eq!(labels(&entries), ["first", "waited"]);

    station.close().await.unwrap();
    let again = open(station.dir.path()).await;
    assert_eq!(assert_true(&again).await.position.seq, 3);
}

#[tokio::test]
async fn an_edit_that_fails_beside_others_is_rolled_back_alone() {
    let station = station().await;
    add_items(&station, 1, 0..1).await;
    let (first, mut second) = left_to_the_next(&station).await;
    let third = waiting(&station).await;
    put_item(2, 1, "lost")
        .run(second.connection())
        .await
        .unwrap();
    let failed = sqlx::query("INSERT INTO item VALUES (x'00', x'00', '', '', 0)")
        .execute(second.connection())
        .await;
    assert!(failed.is_err());
    second.rollback().await.unwrap();

    let mut dangling = third.await.unwrap();
    let fourth = waiting(&station).await;
    sqlx::query("PRAGMA defer_foreign_keys = ON")
        .execute(dangling.connection())
        .await
        .unwrap();
    sqlx::query("INSERT INTO item VALUES (randomblob(16), zeroblob(16), '', '', 0)")
        .execute(dangling.connection())
        .await
        .unwrap();
    let refused = dangling.commit().await;
    assert!(
        matches!(refused, Err(Error::Constraint { .. })),
        "{refused:?}"
    );

    let fourth = commit(fourth.await.unwrap(), put_item(4, 1, "fourth")).await;
    assert_eq!(first.await.unwrap().unwrap().seq, 2);
    assert_eq!(fourth.unwrap().seq, 3);
    assert_true(&station).await;
    let entries = station.entries_after(1, 9, u64::MAX).await.unwrap();
    assert_eq!(entries.len(), 2);
}

#[tokio::test]
async fn an_edit_is_committed_though_whoever_waited_behind_it_is_gone() {
    let station = station().await;
    add_items(&station, 1, 0..1).await;
    let first = begin(&station, "first").await;
    let (second, third) = (waiting(&station).await, waiting(&station).await);
    let first = tokio::spawn(commit(first, put_item(1, 1, "first")));
    drop(second.await.unwrap());
    third.abort();
    assert_eq!(first.await.unwrap().unwrap().seq, 2);
    assert_eq!(assert_true(&station).await.position.seq, 2);
}

#[tokio::test]
async fn edits_that_are_kept_out_at_their_common_commit_all_hear_so() {
    let station = station().await;
    add_items(&station, 1, 0..1).await;
    let before = station.head();
    let (first, second) = left_to_the_next(&station).await;
    station.set_permit(EditPermit::Busy {
        why: String::from("handing over"),
    });
    let second = commit(second, put_item(2, 1, "second")).await;
    for kept_out in [first.await.unwrap(), second] {
        assert!(
            matches!(&kept_out, Err(Error::Busy { why }) if why == "handing over"),
            "{kept_out:?}"
        );
    }
    assert_eq!(station.quiesce().await.unwrap(), before);
    assert_eq!(assert_true(&station).await, before);
}

#[tokio::test]
async fn what_else_the_writer_does_finds_the_edits_before_it_committed() {
    let station = station().await;
    add_items(&station, 1, 0..1).await;
    let (first, second) = left_to_the_next(&station).await;
    let quiet = tokio::spawn({
        let store = station.store.clone();
        async move { store.quiesce().await }
    });
    second.rollback().await.unwrap();
    let head = quiet.await.unwrap().unwrap();
    assert_eq!(first.await.unwrap().unwrap().seq, 2);
    assert_eq!(head.position.seq, 2);
    assert_eq!(assert_true(&station).await, head);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_edits_come_at_once_each_is_answered_for_itself() {
    let station = station().await;
    add_items(&station, 1, 0..1).await;
    let tasks: Vec<_> = (1..60_u8)
        .map(|n| {
            let store = station.store.clone();
            tokio::spawn(async move {
                match n % 5 {
                    0 => edit(&store, &[put_item(n, 1, "x"), put_item(n, 1, "y")])
                        .await
                        .map(|w| w.changed),
                    // Given up half way.
                    1 => {
                        let mut open = begin(&store, "gone").await;
                        put_item(n, 1, "gone").run(open.connection()).await?;
                        drop(open);
                        Ok(false)
                    }
                    // Changes nothing.
                    2 => edit(&store, &[put_item(0, 1, "title")])
                        .await
                        .map(|w| w.changed),
                    _ => edit(&store, &[put_item(n, 1, "x")])
                        .await
                        .map(|w| w.changed),
                }
            })
        })
        .collect();
    let mut changed = 0;
    for task in tasks {
        changed += u64::from(task.await.unwrap().unwrap());
    }
    assert_eq!(changed, 11 + 24, "of 59");
    assert_eq!(assert_true(&station).await.position.seq, 1 + changed);
    let entries = station.entries_after(0, 99, u64::MAX).await.unwrap();
    assert_eq!(entries.len() as u64, 1 + changed);
}
