use proptest::prelude::*;

use super::fixture::{Step, add_items, block_on, edit, edits, put_item, station};
use crate::{Error, KeyRange, Store};

/// Descends from whole tables to the ranges of single rows in which the two differ.
async fn differing(here: &Store, there: &Store) -> Vec<KeyRange> {
    let mut found = Vec::new();
    let mut ranges = here.whole_ranges();
    while !ranges.is_empty() {
        let (_, ours) = here.range_sums(ranges.clone()).await.unwrap();
        let (_, theirs) = there.range_sums(ranges).await.unwrap();
        ranges = Vec::new();
        for (ours, theirs) in ours.into_iter().zip(theirs) {
            if ours.sum == theirs.sum {
                continue;
            }
            // Whoever has more rows splits; with one row on either side there is nothing left to split.
            let splitter = if ours.rows >= theirs.rows {
                here
            } else {
                there
            };
            match ours.rows.max(theirs.rows) {
                0 | 1 => found.push(ours.range),
                _ => ranges.extend(splitter.split_range(ours.range, 3).await.unwrap()),
            }
        }
    }
    found
}

#[tokio::test]
async fn the_differing_rows_are_found_among_many() {
    let (here, there) = (station().await, station().await);
    add_items(&here, 1, 0..100).await;
    add_items(&there, 1, 0..100).await;
    assert!(differing(&here, &there).await.is_empty());
    edit(
        &there,
        &[
            put_item(17, 1, "other"),
            Step::DropItem { id: 60 },
            put_item(120, 1, "more"),
        ],
    )
    .await
    .unwrap();
    let found = differing(&here, &there).await;
    assert!((1..=3).contains(&found.len()), "{found:?}");
    assert!(found.iter().all(|range| range.table == "item"));
}

#[tokio::test]
async fn a_range_of_no_table_or_with_half_a_key_is_refused() {
    let station = station().await;
    for range in [
        KeyRange::whole("journal"),
        KeyRange {
            after: vec![changeset::Value::Integer(1)],
            ..KeyRange::whole("asset")
        },
    ] {
        let refused = station.range_sums(vec![range]).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn the_parts_of_a_range_cover_it_exactly(edits in edits(1..12), parts in 1..5_u32) {
        block_on(async {
            let station = station().await;
            for steps in &edits {
                edit(&station, steps).await.unwrap();
            }
            for range in station.whole_ranges() {
                let (_, whole) = station.range_sums(vec![range.clone()]).await.unwrap();
                let split = station.split_range(range, parts).await.unwrap();
                let (_, sums) = station.range_sums(split).await.unwrap();
                let total = sums.iter().fold(0_u128, |total, part| total.wrapping_add(part.sum.0));
                assert_eq!(total, whole[0].sum.0);
                assert_eq!(sums.iter().map(|part| part.rows).sum::<u64>(), whole[0].rows);
            }
        });
    }
}
