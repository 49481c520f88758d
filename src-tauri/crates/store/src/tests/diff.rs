use changeset::Value;
use proptest::prelude::*;
use tokio::sync::mpsc;

use super::fixture::{
    Station, Step, add_items, assert_true, block_on, edit, edits, put_item, station,
};
use super::replicate::copy_snapshot;
use crate::diff::KeyRange;
use crate::{
    Answer, CompareError, Comparison, Error, Install, Next, Pinned, Resynced, SnapshotError, Store,
};

/// Answers what the comparison asks until it has everything; `None` where a whole snapshot is shorter.
async fn fill(comparison: &mut Comparison, pinned: &mut Pinned) -> Result<bool, CompareError> {
    loop {
        let question = match comparison.next().await? {
            Next::Ready => return Ok(true),
            Next::Whole => return Ok(false),
            Next::Ask(question) => question,
        };
        let (sender, mut answers) = mpsc::channel(4);
        let (said, ()) = tokio::join!(pinned.answer(&question, sender), async {
            while let Some(answer) = answers.recv().await {
                match answer {
                    Answer::Sums(sums) => comparison.take_sums(&sums).await.unwrap(),
                    Answer::Rows(chunk) => comparison.take_rows(chunk).await.unwrap(),
                    Answer::Entry(entry) => comparison.take_entry(&entry).unwrap(),
                    Answer::End => comparison.take_end().unwrap(),
                }
            }
        });
        said?;
    }
}

async fn resync(here: &Store, there: &Store) -> Result<Option<Resynced>, CompareError> {
    let mut pinned = there.pin().await.unwrap();
    let mut comparison = here.compare(pinned.header().clone()).await?;
    if !fill(&mut comparison, &mut pinned).await? {
        return Ok(None);
    }
    let done = comparison.put_in_place(Install::default()).await.map(Some);
    pinned.release().await;
    done
}

/// A primary with 100 items, and a secondary that holds what it does.
async fn pair() -> (Station, Station) {
    let (primary, secondary) = (station().await, station().await);
    add_items(&primary, 1, 0..100).await;
    copy_snapshot(&primary, &secondary).await;
    (primary, secondary)
}

/// Changes data without an edit: through a connection of its own, as a disk that fails would.
async fn behind_its_back(station: &Station, sql: &'static str) {
    use sqlx::Connection as _;
    let url = format!(
        "sqlite://{}",
        station.dir.path().join("tandem.db").display()
    );
    let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
    sqlx::query(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

const FLIP: &str =
    "UPDATE item SET duration = duration + 1 WHERE id = x'11111111111111111111111111111111'";

#[tokio::test]
async fn only_the_row_that_differs_is_moved_and_the_journal_stays() {
    let (primary, secondary) = pair().await;
    edit(&primary, &[put_item(3, 1, "later")]).await.unwrap();
    let entries = primary.entries_after(1, 9, u64::MAX).await.unwrap();
    secondary.apply(Vec::new(), entries).await.unwrap();
    behind_its_back(&secondary, FLIP).await;
    assert!(!secondary.verify().await.unwrap().ok);

    let done = resync(&secondary, &primary).await.unwrap().unwrap();
    assert_eq!((done.moved, done.removed, done.rows), (1, 0, 101));
    assert_eq!(assert_true(&secondary).await, primary.head());
    assert_eq!(secondary.history(None, 9).await.unwrap().len(), 1);
    let again = resync(&secondary, &primary).await.unwrap().unwrap();
    assert_eq!((again.moved, again.removed), (0, 0));
}

#[tokio::test]
async fn a_secondary_that_is_behind_comes_to_the_pinned_position_with_its_journal() {
    let (primary, secondary) = pair().await;
    behind_its_back(&secondary, FLIP).await;
    edit(
        &primary,
        &[put_item(3, 1, "later"), Step::DropItem { id: 4 }],
    )
    .await
    .unwrap();
    edit(&primary, &[put_item(200, 1, "new")]).await.unwrap();
    let done = resync(&secondary, &primary).await.unwrap().unwrap();
    // The new row came with its neighbor, the one row here in whose range it lies.
    assert_eq!((done.moved, done.removed), (4, 1));
    assert_eq!(assert_true(&secondary).await, primary.head());
    assert_eq!(
        secondary.entries_after(1, 9, u64::MAX).await.unwrap(),
        primary.entries_after(1, 9, u64::MAX).await.unwrap(),
        "its journal goes on"
    );
}

#[tokio::test]
async fn edits_made_meanwhile_are_not_in_it_and_follow_as_entries() {
    let (primary, secondary) = pair().await;
    behind_its_back(&secondary, FLIP).await;
    let mut pinned = primary.pin().await.unwrap();
    let before = primary.head();
    edit(&primary, &[Step::DropPlaylist { id: 1 }])
        .await
        .unwrap();
    let mut comparison = secondary.compare(pinned.header().clone()).await.unwrap();
    assert!(fill(&mut comparison, &mut pinned).await.unwrap());
    comparison.put_in_place(Install::default()).await.unwrap();
    assert_eq!(assert_true(&secondary).await, before);
    let entries = primary
        .entries_after(before.position.seq, 9, u64::MAX)
        .await
        .unwrap();
    secondary.apply(Vec::new(), entries).await.unwrap();
    assert_eq!(assert_true(&secondary).await, primary.head());
}

#[tokio::test]
async fn a_damaged_rolling_sum_is_healed_though_all_rows_are_equal() {
    let (primary, secondary) = pair().await;
    let path = secondary.dir.path().to_owned();
    secondary.close().await.unwrap();
    let dir = secondary.dir;
    let closed = Station {
        store: secondary.store,
        dir,
    };
    behind_its_back(
        &closed,
        "UPDATE state SET sum = x'00000000000000000000000000000007'",
    )
    .await;
    let secondary = super::fixture::open(&path).await;
    assert!(!secondary.verify().await.unwrap().ok);
    let done = resync(&secondary, &primary).await.unwrap().unwrap();
    assert_eq!((done.moved, done.removed), (0, 0));
    assert_eq!(assert_true(&secondary).await, primary.head());
}

#[tokio::test]
async fn rows_of_a_damaged_primary_are_not_copied() {
    let (primary, secondary) = pair().await;
    behind_its_back(&primary, FLIP).await;
    let before = secondary.head();
    let refused = resync(&secondary, &primary).await;
    assert!(
        matches!(refused, Err(CompareError::PrimaryDamaged)),
        "{refused:?}"
    );
    assert_eq!(assert_true(&secondary).await, before);
}

#[tokio::test]
async fn where_nothing_is_shared_the_whole_is_shorter() {
    let (primary, secondary) = (station().await, station().await);
    add_items(&primary, 1, 0..100).await;
    add_items(&secondary, 2, 100..110).await;
    assert_eq!(resync(&secondary, &primary).await.unwrap(), None);
}

#[tokio::test]
async fn what_only_this_station_had_is_kept_as_orphans() {
    let (primary, secondary) = pair().await;
    super::fixture::allow(&secondary);
    add_items(&secondary, 1, 150..152).await;
    let mut pinned = primary.pin().await.unwrap();
    let mut comparison = secondary.compare(pinned.header().clone()).await.unwrap();
    assert!(fill(&mut comparison, &mut pinned).await.unwrap());
    let install = Install {
        orphans_after: Some(1),
        ..Install::default()
    };
    let done = comparison.put_in_place(install).await.unwrap();
    assert_eq!((done.moved, done.removed), (0, 2));
    assert!(done.bundle.is_some());
    assert_eq!(secondary.orphans(10).await.unwrap().0, 1);
    assert_eq!(assert_true(&secondary).await, primary.head());
    assert!(secondary.history(None, 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn answers_that_were_not_asked_for_and_rows_that_do_not_fit_change_nothing() {
    let (primary, secondary) = pair().await;
    edit(&primary, &[put_item(3, 1, "later")]).await.unwrap();
    let before = secondary.head();
    let mut pinned = primary.pin().await.unwrap();
    let header = pinned.header().clone();
    let mut comparison = secondary.compare(header.clone()).await.unwrap();
    assert!(comparison.take_end().is_err());
    assert!(comparison.take_sums(&[0]).await.is_err());
    assert!(comparison.take_rows(vec![0; 40]).await.is_err());
    assert!(pinned.answer(b"what", mpsc::channel(1).0).await.is_err());

    let mut comparison = secondary.compare(header).await.unwrap();
    let mut pinned = primary.pin().await.unwrap();
    assert!(fill(&mut comparison, &mut pinned).await.unwrap());
    behind_its_back(&secondary, FLIP).await;
    let refused = comparison.put_in_place(Install::default()).await;
    assert!(
        matches!(
            refused,
            Err(CompareError::Snapshot(SnapshotError::Damaged { .. }))
        ),
        "{refused:?}"
    );
    assert_eq!(secondary.head(), before);
}

#[tokio::test]
async fn a_range_of_no_table_or_with_half_a_key_is_refused() {
    let station = station().await;
    for range in [
        KeyRange::whole("journal"),
        KeyRange {
            after: vec![Value::Integer(1)],
            ..KeyRange::whole("asset")
        },
    ] {
        let refused = station.range_sums(vec![range]).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_parts_of_a_range_cover_it_exactly(edits in edits(1..12), parts in 1..5_u32) {
        block_on(async {
            let station = station().await;
            for steps in &edits {
                edit(&station, steps).await.unwrap();
            }
            for range in crate::diff::whole_ranges(&station.0.schema) {
                let (_, whole) = station.range_sums(vec![range.clone()]).await.unwrap();
                let split = station.split_ranges(vec![range], parts).await.unwrap();
                let (ranges, counts): (Vec<_>, Vec<u64>) = split.into_iter().unzip();
                let (_, sums) = station.range_sums(ranges).await.unwrap();
                let total = sums.iter().fold(0_u128, |total, part| total.wrapping_add(part.sum.0));
                assert_eq!(total, whole[0].sum.0);
                assert_eq!(sums.iter().map(|part| part.rows).collect::<Vec<_>>(), counts);
            }
        });
    }

    #[test]
    fn whatever_two_stations_hold_a_resync_makes_them_equal(
        shared in edits(0..6), ours in edits(0..6), theirs in edits(0..6),
    ) {
        block_on(async {
            let (primary, secondary) = (station().await, station().await);
            for steps in &shared {
                edit(&primary, steps).await.unwrap();
            }
            copy_snapshot(&primary, &secondary).await;
            super::fixture::allow(&secondary);
            for (station, edits) in [(&secondary, &ours), (&primary, &theirs)] {
                for steps in edits {
                    // In another station's epoch a secondary refuses edits: as what it holds, they are made all the same.
                    let _ = edit(station, steps).await;
                }
            }
            let done = resync(&secondary, &primary).await.unwrap();
            assert!(done.is_some(), "a handful of rows is never worth a copy");
            assert_eq!(assert_true(&secondary).await, primary.head());
            assert_eq!(secondary.epochs().await.unwrap(), primary.epochs().await.unwrap());
            let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM item_text WHERE item_text MATCH 'a* OR b* OR c* OR é*'")
                .fetch_one(&mut *secondary.read().await.unwrap()).await.unwrap();
            let theirs: i64 = sqlx::query_scalar("SELECT count(*) FROM item_text WHERE item_text MATCH 'a* OR b* OR c* OR é*'")
                .fetch_one(&mut *primary.read().await.unwrap()).await.unwrap();
            assert_eq!(rows, theirs, "the local search index follows");
        });
    }
}
