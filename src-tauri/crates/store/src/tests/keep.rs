//! Backups, retention, local records, what an edit touches.

use domain::ids::PlaylistId;
use uuid::Uuid;

use super::fixture::{
    ROTTEN_ROW, Step, add_items, allow, assert_true, damage, edit, id, put_item, station,
};
use super::replicate::copy_snapshot;
use crate::{Error, Retention, TailError};

#[tokio::test]
async fn a_backup_is_restored_as_an_edit_that_can_be_undone() {
    let station = station().await;
    add_items(&station, 1, 0..5).await;
    edit(
        &station,
        &[Step::PutAsset {
            number: 1,
            kind: 0,
            title: None,
            thumbnail: None,
            gain: None,
        }],
    )
    .await
    .unwrap();
    let then = station.head().sum;
    let backup = station.create_backup("by hand").await.unwrap();
    assert_eq!(
        station.backups().await.unwrap(),
        std::slice::from_ref(&backup)
    );
    edit(
        &station,
        &[
            Step::DropItem { id: 0 },
            put_item(1, 1, "changed"),
            Step::DropAsset { number: 1 },
        ],
    )
    .await
    .unwrap();
    add_items(&station, 2, 6..9).await;
    let now = station.head().sum;
    let restored = station.restore_backup("ada", &backup.id).await.unwrap();
    assert!(restored.changed);
    assert_eq!(assert_true(&station).await.sum, then);
    station.undo("ada", None).await.unwrap();
    assert_eq!(assert_true(&station).await.sum, now);
    assert!(
        !station
            .dir
            .path()
            .join("incoming")
            .read_dir()
            .unwrap()
            .any(|_| true)
    );
}

#[tokio::test]
async fn a_backup_from_before_a_snapshot_brings_the_old_data_back() {
    let (source, target) = (station().await, station().await);
    add_items(&source, 1, 0..5).await;
    add_items(&target, 2, 3..9).await;
    let then = target.head().sum;
    let backup = target
        .create_backup("before this station's data was replaced")
        .await
        .unwrap();
    copy_snapshot(&source, &target).await;
    allow(&target);
    target.restore_backup("ada", &backup.id).await.unwrap();
    assert_eq!(assert_true(&target).await.sum, then);
}

#[tokio::test]
async fn a_station_with_damaged_data_is_whole_again_once_a_backup_is_restored() {
    for damaged in [ROTTEN_ROW, "UPDATE state SET sum = zeroblob(16)"] {
        let station = station().await;
        add_items(&station, 1, 0..5).await;
        let then = station.head();
        let backup = station.create_backup("by hand").await.unwrap();
        damage(&station, damaged).await;
        station.close().await.unwrap();
        let again = super::fixture::open(station.dir.path()).await;
        assert!(!again.verify().await.unwrap().ok, "{damaged}");

        let restored = again.restore_backup("ada", &backup.id).await.unwrap();
        assert!(restored.changed && !restored.value.damaged, "{damaged}");
        let now = assert_true(&again).await;
        assert_eq!(now.sum, then.sum, "{damaged}");
        assert_ne!(
            now.position.lineage, then.position.lineage,
            "no station goes on from the history that led to other rows"
        );
        allow(&again);
        add_items(&again, 2, 6..9).await;
        assert_true(&again).await;
    }
}

#[tokio::test]
async fn of_two_damaged_stations_one_restores_a_backup_and_the_other_takes_a_copy_of_it() {
    let (primary, secondary) = (station().await, station().await);
    add_items(&primary, 1, 0..5).await;
    let backup = primary.create_backup("by hand").await.unwrap();
    copy_snapshot(&primary, &secondary).await;
    damage(&primary, ROTTEN_ROW).await;
    damage(&secondary, "DELETE FROM item").await;

    primary.restore_backup("ada", &backup.id).await.unwrap();
    copy_snapshot(&primary, &secondary).await;
    assert_eq!(
        assert_true(&secondary).await.sum,
        assert_true(&primary).await.sum
    );
}

#[tokio::test]
async fn a_backup_that_was_made_of_damaged_data_says_so_when_it_is_restored() {
    let station = station().await;
    add_items(&station, 1, 0..5).await;
    damage(&station, ROTTEN_ROW).await;
    let backup = station.create_backup("by hand").await.unwrap();
    for _ in 0..2 {
        let restored = station.restore_backup("ada", &backup.id).await.unwrap();
        assert!(restored.value.damaged);
        assert_true(&station).await;
        allow(&station);
        add_items(&station, 1, 0..3).await;
    }
}

#[tokio::test]
async fn two_backups_of_one_second_have_two_names_and_a_broken_one_is_refused() {
    let station = station().await;
    add_items(&station, 1, 0..2).await;
    let first = station.create_backup("one").await.unwrap();
    let second = station.create_backup("two").await.unwrap();
    assert_ne!(first.id, second.id);
    assert_eq!(station.backups().await.unwrap().len(), 2);
    std::fs::write(&first.path, "not a database").unwrap();
    let before = station.head();
    assert!(matches!(
        station.restore_backup("ada", &first.id).await,
        Err(Error::Invalid(_))
    ));
    assert!(matches!(
        station.restore_backup("ada", "../tandem").await,
        Err(Error::NotFound(_))
    ));
    assert_eq!(assert_true(&station).await, before);
}

#[tokio::test]
async fn the_journal_keeps_what_the_peer_lacks_up_to_a_limit() {
    let station = station().await;
    for n in 0..10 {
        add_items(&station, 1, n..n + 1).await;
    }
    let small = Retention {
        entries_min: 4,
        unacknowledged_bytes_max: u64::MAX,
    };
    let pruned = station.prune(small, Some(3)).await.unwrap();
    assert_eq!(
        (pruned.dropped, pruned.base_seq, pruned.peer_cut_off),
        (3, 3, false)
    );
    assert!(pruned.unacknowledged_bytes > 0);
    assert!(matches!(
        station.entries_after(2, 9, u64::MAX).await,
        Err(TailError::Cut { base_seq: 3 })
    ));
    assert_eq!(
        station.entries_after(3, 99, u64::MAX).await.unwrap().len(),
        7
    );
    let cut = station
        .prune(
            Retention {
                unacknowledged_bytes_max: 1,
                ..small
            },
            Some(3),
        )
        .await
        .unwrap();
    assert_eq!((cut.base_seq, cut.peer_cut_off), (6, true));
    let later = station.prune(small, Some(3)).await.unwrap();
    assert!(!later.peer_cut_off, "it is said once");
    assert_eq!(station.prune(small, None).await.unwrap().dropped, 0);
    let (chain, _) = station.at(6).await.unwrap();
    station.check_shared(6, chain).await.unwrap();
    assert!(matches!(
        station.check_shared(5, chain).await,
        Err(TailError::Cut { .. })
    ));
    assert!(matches!(
        station.check_shared(7, chain).await,
        Err(TailError::ChainDiffers { seq: 7 })
    ));
    assert!(matches!(
        station.check_shared(70, chain).await,
        Err(TailError::NoSuchSeq { .. })
    ));
    for _ in 0..4 {
        station.undo("ada", None).await.unwrap();
    }
    assert!(matches!(
        station.undo("ada", None).await,
        Err(Error::NotFound(_))
    ));
    station.close().await.unwrap();
    let again = super::fixture::open(station.dir.path()).await;
    assert_true(&again).await;
    assert_eq!(again.epochs().await.unwrap().len(), 1);
}

#[tokio::test]
async fn local_records_are_kept_replaced_and_removed() {
    let station = station().await;
    assert_eq!(station.local::<u32>("a").await.unwrap(), None);
    station.put_local("a", &1).await.unwrap();
    station.put_local("a", &2).await.unwrap();
    assert_eq!(station.local::<u32>("a").await.unwrap(), Some(2));
    assert!(matches!(
        station.local::<Vec<String>>("a").await,
        Err(Error::Damaged { .. })
    ));
    station.remove_local("a").await.unwrap();
    assert_eq!(station.local::<u32>("a").await.unwrap(), None);
    station.log_redundancy("status", "Synced").await.unwrap();
    station
        .log_redundancy("status", "Unavailable")
        .await
        .unwrap();
    let log = station.redundancy_log(1).await.unwrap();
    assert_eq!(log.len(), 1);
    assert_eq!(log[0].detail, "Unavailable");
    assert_eq!(station.head().position.seq, 0, "none of this is journaled");
}

#[tokio::test]
async fn an_edit_names_the_playlists_that_it_touches() {
    let station = station().await;
    add_items(&station, 1, 0..2).await;
    add_items(&station, 2, 2..3).await;
    let playlist = |n| PlaylistId(Uuid::from_slice(&id(n)).unwrap());
    let moved = edit(
        &station,
        &[
            put_item(0, 2, "title"),
            Step::MoveItem {
                id: 2,
                rank: String::from("z"),
            },
        ],
    )
    .await;
    let entry = station
        .entries_after(moved.unwrap().seq - 1, 1, u64::MAX)
        .await
        .unwrap()
        .remove(0);
    let touched = station.touched(&entry.changeset).await.unwrap();
    assert_eq!(
        touched.playlists.into_iter().collect::<Vec<_>>(),
        [playlist(1), playlist(2)]
    );
    assert!(!touched.assets && !touched.channel);
    edit(&station, &[Step::Channel(String::from("x"))])
        .await
        .unwrap();
    let entry = station
        .entries_after(3, 1, u64::MAX)
        .await
        .unwrap()
        .remove(0);
    assert!(station.touched(&entry.changeset).await.unwrap().channel);
}
