use proptest::prelude::*;

use super::fixture::{
    Station, Step, add_items, assert_true, block_on, edit, edits, put_item, station,
};
use crate::{ApplyError, Commit, Entry, Store};

/// A station that holds what `primary` does.
async fn replica_of(primary: &Store) -> Station {
    let replica = station().await;
    copy_snapshot(primary, &replica).await;
    replica
}

pub(super) async fn copy_snapshot(from: &Store, to: &Store) {
    let mut export = from.export_snapshot().await.unwrap();
    let mut import = to.import_snapshot(export.header().clone()).await.unwrap();
    while let Some(chunk) = export.next().await {
        import.push(chunk.unwrap()).await.unwrap();
    }
    import.install(crate::Install::default()).await.unwrap();
}

async fn tail(primary: &Store, after: u64) -> Vec<Entry> {
    primary
        .entries_after(after, usize::MAX, u64::MAX)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_replica_that_applied_every_entry_equals_its_primary() {
    let primary = station().await;
    let replica = replica_of(&primary).await;
    add_items(&primary, 1, 0..4).await;
    edit(&primary, &[Step::DropPlaylist { id: 1 }])
        .await
        .unwrap();
    let mut commits = replica.subscribe();
    let head = replica
        .apply(Vec::new(), tail(&primary, 0).await)
        .await
        .unwrap();
    assert_eq!(head, primary.head());
    assert_true(&replica).await;
    assert_eq!(
        replica.history(None, 9).await.unwrap(),
        primary.history(None, 9).await.unwrap()
    );
    let Ok(Commit::Applied(applied)) = commits.recv().await else {
        panic!("nothing was announced")
    };
    assert_eq!(applied.entries.len(), 2);
    assert!(
        applied.changeset.is_empty(),
        "items that came and went leave no trace: {:?}",
        applied.changeset
    );
}

#[tokio::test]
async fn epochs_are_entered_where_they_begin() {
    let primary = station().await;
    let replica = replica_of(&primary).await;
    add_items(&primary, 1, 0..2).await;
    primary.open_epoch(5, Vec::new()).await.unwrap();
    primary.open_epoch(6, Vec::new()).await.unwrap();
    super::fixture::allow(&primary);
    add_items(&primary, 2, 2..4).await;
    primary.open_epoch(9, Vec::new()).await.unwrap();
    let epochs = primary.epochs().await.unwrap();
    assert_eq!(
        epochs
            .iter()
            .map(|start| start.epoch.number)
            .collect::<Vec<_>>(),
        [1, 5, 6, 9]
    );
    let entries = tail(&primary, 0).await;
    assert!(matches!(
        replica.apply(Vec::new(), entries.clone()).await,
        Err(ApplyError::WrongEpoch { seq: 2, .. })
    ));
    replica
        .apply(epochs.clone(), entries[..1].to_vec())
        .await
        .unwrap();
    assert_eq!(replica.head().position.epoch.number, 6);
    replica
        .apply(epochs.clone(), entries[1..].to_vec())
        .await
        .unwrap();
    assert_eq!(replica.head(), primary.head());
    assert_eq!(replica.epochs().await.unwrap(), epochs);
    assert_true(&replica).await;
}

#[tokio::test]
async fn a_gap_a_repetition_and_another_history_are_refused() {
    let primary = station().await;
    let replica = replica_of(&primary).await;
    for n in 0..3 {
        add_items(&primary, 1, n..n + 1).await;
    }
    let entries = tail(&primary, 0).await;
    let gap = replica.apply(Vec::new(), entries[1..].to_vec()).await;
    assert!(
        matches!(
            gap,
            Err(ApplyError::Gap {
                expected: 1,
                found: 2
            })
        ),
        "{gap:?}"
    );
    replica
        .apply(Vec::new(), entries[..2].to_vec())
        .await
        .unwrap();
    let again = replica.apply(Vec::new(), entries[1..].to_vec()).await;
    assert!(
        matches!(
            again,
            Err(ApplyError::Gap {
                expected: 3,
                found: 2
            })
        ),
        "{again:?}"
    );
    super::fixture::allow(&replica);
    edit(&replica, &[Step::Channel(String::from("mine"))])
        .await
        .unwrap();
    edit(&primary, &[Step::Channel(String::from("theirs"))])
        .await
        .unwrap();
    let other = replica.apply(Vec::new(), tail(&primary, 3).await).await;
    assert!(
        matches!(other, Err(ApplyError::ChainDiffers { seq: 4 })),
        "{other:?}"
    );
    assert_true(&replica).await;
}

#[tokio::test]
async fn an_entry_that_lies_about_itself_is_refused_and_changes_nothing() {
    let primary = station().await;
    let replica = replica_of(&primary).await;
    add_items(&primary, 1, 0..2).await;
    let before = replica.head();
    let [good] = tail(&primary, 0)
        .await
        .try_into()
        .unwrap_or_else(|_| panic!("one entry"));
    let label = Entry {
        label: String::from("another"),
        ..good.clone()
    };
    let refused = replica.apply(Vec::new(), vec![label]).await;
    assert!(
        matches!(refused, Err(ApplyError::Damaged { seq: 1 })),
        "{refused:?}"
    );
    let mut sum = Entry {
        sum: domain::history::Sum(good.sum.0 ^ 1),
        ..good.clone()
    };
    sum.seal(before.position.chain);
    let refused = replica.apply(Vec::new(), vec![sum]).await;
    assert!(
        matches!(refused, Err(ApplyError::SumDiffers { seq: 1 })),
        "{refused:?}"
    );
    assert_eq!(assert_true(&replica).await, before);
    replica.apply(Vec::new(), vec![good]).await.unwrap();
}

#[tokio::test]
async fn an_entry_that_meets_other_rows_is_refused_and_changes_nothing() {
    let primary = station().await;
    let replica = replica_of(&primary).await;
    add_items(&primary, 1, 0..2).await;
    replica
        .apply(Vec::new(), tail(&primary, 0).await)
        .await
        .unwrap();
    super::damage(
        &replica,
        "UPDATE item SET title = 'flipped' WHERE id = zeroblob(16)",
    )
    .await;
    assert!(!replica.verify().await.unwrap().ok);
    edit(&primary, &[put_item(0, 1, "new")]).await.unwrap();
    let before = replica.head();
    let refused = replica.apply(Vec::new(), tail(&primary, 1).await).await;
    assert!(
        matches!(refused, Err(ApplyError::Refused { from_seq: 2, .. })),
        "{refused:?}"
    );
    assert_eq!(replica.head(), before);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_replica_equals_its_primary_however_the_entries_are_batched(
        edits in edits(1..16),
        batches in proptest::collection::vec(1..6_usize, 1..6),
    ) {
        block_on(async {
            let primary = station().await;
            let replica = replica_of(&primary).await;
            for steps in &edits {
                edit(&primary, steps).await.unwrap();
            }
            let mut batches = batches.into_iter().cycle();
            while replica.head().position.seq < primary.head().position.seq {
                let after = replica.head().position.seq;
                let batch = primary.entries_after(after, batches.next().unwrap(), u64::MAX).await.unwrap();
                replica.apply(Vec::new(), batch).await.unwrap();
                assert_true(&replica).await;
            }
            prop_assert_eq!(replica.head(), primary.head());
            Ok(())
        })?;
    }

    #[test]
    fn a_flipped_bit_in_a_sent_entry_is_always_found(edits in edits(1..4), at in any::<prop::sample::Index>(), bit in 0..8_u32) {
        block_on(async {
            let primary = station().await;
            for steps in &edits {
                edit(&primary, steps).await.unwrap();
            }
            for entry in tail(&primary, 0).await {
                let mut bytes = entry.encode();
                prop_assert_eq!(Entry::decode(&bytes).unwrap(), entry.clone());
                let at = at.index(bytes.len());
                bytes[at] ^= 1_u8 << bit;
                // The chain is not under the hash: it is held against the entry before.
                if let Ok(decoded) = Entry::decode(&bytes) {
                    prop_assert!(at >= bytes.len() - 16);
                    prop_assert_ne!(decoded.chain, entry.chain);
                }
                prop_assert!(Entry::decode(&bytes[..at]).is_err());
            }
            Ok(())
        })?;
    }
}
