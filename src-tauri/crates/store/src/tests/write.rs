use proptest::prelude::*;

use super::fixture::{
    Step, add_items, allow, assert_true, block_on, edit, edits, open, put_item, station,
};
use crate::{Commit, EditMeta, EditPermit, Error};

#[tokio::test]
async fn an_edit_is_one_entry_with_who_what_and_the_sum() {
    let station = station().await;
    let mut commits = station.subscribe();
    let written = add_items(&station, 1, 0..3).await;
    assert!(written.changed);
    assert_eq!(written.seq, 1);
    let head = assert_true(&station).await;
    assert_eq!(head.position.seq, 1);
    let entries = station.entries_after(0, 10, u64::MAX).await.unwrap();
    let [entry] = entries.as_slice() else {
        panic!("{entries:?}")
    };
    assert_eq!(
        (entry.user.as_str(), entry.label.as_str()),
        ("ada", "4 steps")
    );
    assert_eq!((entry.chain, entry.sum), (head.position.chain, head.sum));
    assert_eq!(entry.changeset.changes().count(), 4);
    assert!(matches!(commits.recv().await, Ok(Commit::Edited(sent)) if *sent == *entry));
}

#[tokio::test]
async fn an_edit_that_changes_nothing_makes_no_entry() {
    let station = station().await;
    add_items(&station, 1, 0..1).await;
    let before = station.head();
    let rename = |title| [put_item(0, 1, title)];
    let written = edit(&station, &rename("title")).await.unwrap();
    assert!(!written.changed);
    assert_eq!(written.seq, before.position.seq);
    assert_eq!(station.head(), before);
    assert!(edit(&station, &rename("other")).await.unwrap().changed);
}

#[tokio::test]
async fn a_failed_edit_leaves_no_trace() {
    let station = station().await;
    add_items(&station, 1, 0..1).await;
    let before = assert_true(&station).await;
    let failed = station
        .write(EditMeta::new("ada", "Fail"), async |conn| {
            Step::DropPlaylist { id: 1 }.run(conn).await?;
            sqlx::query("INSERT INTO item VALUES (x'00', x'00', '', '', 0)")
                .execute(conn)
                .await?;
            Ok::<_, Error>(())
        })
        .await;
    assert!(
        matches!(failed, Err(Error::Constraint { .. })),
        "{failed:?}"
    );
    assert_eq!(assert_true(&station).await, before);
    add_items(&station, 2, 3..4).await;
    assert_true(&station).await;
}

#[tokio::test]
async fn an_edit_that_breaks_a_foreign_key_only_at_its_end_is_refused() {
    let station = station().await;
    let before = station.head();
    let failed = station
        .write(EditMeta::new("ada", "Dangle"), async |conn| {
            sqlx::query("PRAGMA defer_foreign_keys = ON")
                .execute(&mut *conn)
                .await?;
            sqlx::query("INSERT INTO item VALUES (zeroblob(16), zeroblob(16), '', '', 0)")
                .execute(conn)
                .await?;
            Ok::<_, Error>(())
        })
        .await;
    assert!(
        matches!(failed, Err(Error::Constraint { .. })),
        "{failed:?}"
    );
    assert_eq!(assert_true(&station).await, before);
}

#[tokio::test]
async fn an_edit_dropped_half_way_is_rolled_back_and_the_next_one_goes_on() {
    let station = station().await;
    add_items(&station, 1, 0..1).await;
    let before = station.head();
    let mut open = station
        .begin(EditMeta::new("ada", "Give up"))
        .await
        .unwrap();
    put_item(9, 1, "lost").run(open.connection()).await.unwrap();
    drop(open);
    assert_eq!(station.quiesce().await.unwrap(), before);
    add_items(&station, 2, 1..3).await;
    assert_true(&station).await;
}

#[tokio::test]
async fn edits_are_refused_with_the_reason_unless_they_are_let_in() {
    let station = station().await;
    station.set_permit(EditPermit::ReadOnly {
        why: String::from("a secondary"),
    });
    let refused = edit(&station, &[Step::Channel(String::from("x"))]).await;
    assert!(
        matches!(&refused, Err(Error::ReadOnly { why }) if why == "a secondary"),
        "{refused:?}"
    );
    let epoch = station.head().position.epoch;
    station.set_permit(EditPermit::Allowed {
        epoch,
        until: Some(std::time::Duration::ZERO),
    });
    let lapsed = edit(&station, &[Step::Channel(String::from("x"))]).await;
    assert!(matches!(lapsed, Err(Error::Busy { .. })), "{lapsed:?}");
    station.open_epoch(2, Vec::new()).await.unwrap();
    station.set_permit(EditPermit::Allowed { epoch, until: None });
    let old_epoch = edit(&station, &[Step::Channel(String::from("x"))]).await;
    assert!(
        matches!(old_epoch, Err(Error::Busy { .. })),
        "{old_epoch:?}"
    );
    allow(&station);
    edit(&station, &[Step::Channel(String::from("x"))])
        .await
        .unwrap();
}

#[tokio::test]
async fn a_permit_taken_away_during_an_edit_keeps_it_out() {
    let station = station().await;
    let before = station.head();
    let mut open = station
        .begin(EditMeta::new("ada", "Too late"))
        .await
        .unwrap();
    Step::Channel(String::from("x"))
        .run(open.connection())
        .await
        .unwrap();
    station.set_permit(EditPermit::Busy {
        why: String::from("handing over"),
    });
    assert!(matches!(open.commit().await, Err(Error::Busy { .. })));
    assert_eq!(station.quiesce().await.unwrap(), before);
    assert_true(&station).await;
}

#[tokio::test]
async fn edits_survive_a_restart_and_continue_the_chain() {
    let station = station().await;
    add_items(&station, 1, 0..5).await;
    let before = station.head();
    station.close().await.unwrap();
    assert!(matches!(edit(&station, &[]).await, Err(Error::Closed)));
    let again = open(station.dir.path()).await;
    assert!(again.was_clean());
    assert_eq!(assert_true(&again).await, before);
    add_items(&again, 2, 5..7).await;
    let entries = again.entries_after(0, 10, u64::MAX).await.unwrap();
    assert_eq!(entries.len(), 2);
    assert!(entries[1].follows(entries[0].chain));
}

#[tokio::test]
async fn edits_of_many_tasks_take_their_turns() {
    let station = station().await;
    add_items(&station, 1, 0..1).await;
    let tasks: Vec<_> = (1..20_u8)
        .map(|n| {
            let store = station.store.clone();
            tokio::spawn(async move { edit(&store, &[put_item(n, 1, "x")]).await.unwrap().seq })
        })
        .collect();
    let mut seqs = Vec::new();
    for task in tasks {
        seqs.push(task.await.unwrap());
    }
    seqs.sort_unstable();
    assert_eq!(seqs, (2..21).collect::<Vec<u64>>());
    assert_true(&station).await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_rolling_sum_is_the_sum_of_the_rows_after_any_edits(edits in edits(1..12)) {
        block_on(async {
            let station = station().await;
            for steps in &edits {
                edit(&station, steps).await.unwrap();
                assert_true(&station).await;
            }
        });
    }
}
