//! Edits that are committed together.

use std::time::Duration;

use tokio::task::JoinHandle;

use super::fixture::{Station, Step, add_items, assert_true, edit, open, put_item, station};
use crate::error::During as _;
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

/// A hot edit: the title of an item that is there.
async fn retitle(store: &Store, title: String) -> Result<Written<()>, Error> {
    let change = move |db: &changeset::Db<'_>| {
        let changed = db
            .run("UPDATE item SET title = ?1", &[title.as_str().into()])
            .during("retitle")?;
        assert_eq!(changed, 1);
        if title == "bad" {
            return Err(Error::Invalid(title));
        }
        Ok((title, ()))
    };
    store.edit("ada", change).await
}

/// Hot edits that are asked for, in this order, while another edit is under way.
async fn in_line(store: &Store, titles: &[&str]) -> Vec<Answer> {
    let mut answers = Vec::new();
    for title in titles {
        let (at_store, title) = (store.clone(), (*title).to_owned());
        let before = store.0.line.len();
        answers.push(tokio::spawn(async move { retitle(&at_store, title).await }));
        while store.0.line.len() == before {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    answers
}

#[tokio::test]
async fn hot_edits_in_line_are_committed_together_and_one_that_fails_fails_alone() {
    let station = station().await;
    add_items(&station, 1, 0..1).await;
    let first = begin(&station, "first").await;
    let in_line = in_line(&station, &["a", "bad", "b"]).await;
    let first = commit(first, put_item(0, 1, "first")).await.unwrap();
    let mut told = Vec::new();
    for answer in in_line {
        told.push(answer.await.unwrap().map(|written| written.seq));
    }
    assert!(
        matches!(&told[..], [Ok(3), Err(Error::Invalid(_)), Ok(4)]),
        "{told:?}"
    );
    assert_eq!(first.seq, 2);
    assert_eq!(assert_true(&station).await.position.seq, 4);
    let entries = station.entries_after(1, 9, u64::MAX).await.unwrap();
    assert_eq!(labels(&entries), ["first", "a", "b"]);
}

#[tokio::test]
async fn a_hot_edit_that_nobody_waits_for_any_more_is_not_made_and_holds_nobody_up() {
    let station = station().await;
    add_items(&station, 1, 0..1).await;
    let first = begin(&station, "first").await;
    // The one that was to see to all of them is gone, too.
    let mut in_line = in_line(&station, &["gone", "a", "gone, too", "b"]).await;
    let (b, gone_too, a, gone) = (
        in_line.pop().unwrap(),
        in_line.pop().unwrap(),
        in_line.pop().unwrap(),
        in_line.pop().unwrap(),
    );
    for gone in [gone, gone_too] {
        gone.abort();
        assert!(gone.await.unwrap_err().is_cancelled());
    }
    first.rollback().await.unwrap();
    assert_eq!(a.await.unwrap().unwrap().seq, 2);
    assert_eq!(b.await.unwrap().unwrap().seq, 3);
    let entries = station.entries_after(1, 9, u64::MAX).await.unwrap();
    assert_eq!(labels(&entries), ["a", "b"]);
    assert_eq!(assert_true(&station).await.position.seq, 3);
}

#[tokio::test]
async fn hot_edits_that_are_kept_out_or_find_the_store_closed_hear_so() {
    let station = station().await;
    add_items(&station, 1, 0..1).await;
    let before = station.head();
    let first = begin(&station, "first").await;
    let kept_out = in_line(&station, &["a", "b"]).await;
    station.set_permit(EditPermit::Busy {
        why: String::from("handing over"),
    });
    first.rollback().await.unwrap();
    for kept_out in kept_out {
        let kept_out = kept_out.await.unwrap();
        assert!(matches!(kept_out, Err(Error::Busy { .. })), "{kept_out:?}");
    }
    assert_eq!(assert_true(&station).await, before);
    super::fixture::allow(&station);
    station.close().await.unwrap();
    let closed = retitle(&station, String::from("late")).await;
    assert!(matches!(closed, Err(Error::Closed)), "{closed:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_hot_edits_come_at_once_with_others_each_is_answered_for_itself() {
    let station = station().await;
    add_items(&station, 1, 0..1).await;
    let tasks: Vec<_> = (0..80_u8)
        .map(|n| {
            let store = station.store.clone();
            tokio::spawn(async move {
                match n % 4 {
                    0 => edit(&store, &[put_item(0, 1, &format!("slow {n}"))]).await,
                    1 => retitle(&store, String::from("bad")).await,
                    _ => retitle(&store, format!("hot {n}")).await,
                }
            })
        })
        .collect();
    let mut seqs = Vec::new();
    for (n, task) in tasks.into_iter().enumerate() {
        match task.await.unwrap() {
            Ok(written) => seqs.push(written.seq),
            Err(error) => assert!(n % 4 == 1 && matches!(error, Error::Invalid(_)), "{error}"),
        }
    }
    seqs.sort_unstable();
    assert_eq!(
        seqs,
        (2..=61).collect::<Vec<u64>>(),
        "each has an entry of its own"
    );
    assert_eq!(assert_true(&station).await.position.seq, 61);
}
