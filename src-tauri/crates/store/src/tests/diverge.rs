use proptest::prelude::*;

use super::fixture::{
    Station, Step, add_items, allow, assert_true, block_on, edit, edits, put_item, station,
};
use super::replicate::copy_snapshot;
use super::snapshot::{chunks, install};
use crate::{Error, Install, Mark, Orphan, OrphanSource, Store};

async fn follow(primary: &Store, replica: &Store) {
    let after = replica.head().position.seq;
    let entries = primary
        .entries_after(after, usize::MAX, u64::MAX)
        .await
        .unwrap();
    replica
        .apply(primary.epochs().await.unwrap(), entries)
        .await
        .unwrap();
    assert_eq!(replica.head(), primary.head());
}

/// Two stations that shared two entries and then both edited: the second in a new epoch.
async fn diverged() -> (Station, Station) {
    let (old, new) = (station().await, station().await);
    copy_snapshot(&old, &new).await;
    add_items(&old, 1, 0..3).await;
    add_items(&old, 2, 3..5).await;
    follow(&old, &new).await;
    new.open_epoch(2, Vec::new()).await.unwrap();
    allow(&new);
    edit(&new, &[put_item(0, 1, "new primary")]).await.unwrap();
    edit(&old, &[put_item(1, 1, "never sent")]).await.unwrap();
    edit(&old, &[put_item(0, 1, "conflicts")]).await.unwrap();
    (old, new)
}

/// The orphans that a station keeps.
async fn kept(store: &Store) -> Vec<Orphan> {
    let (total, orphans) = store.orphans(1_000).await.unwrap();
    assert_eq!(total, orphans.len() as u64);
    orphans
        .into_iter()
        .map(|described| described.orphan)
        .collect()
}

#[tokio::test]
async fn a_superseded_station_goes_back_to_the_shared_entry_keeps_its_orphans_and_follows() {
    let (old, new) = diverged().await;
    let rewound = old.rewind(2, "superseded").await.unwrap();
    assert_eq!((rewound.orphans, rewound.head.position.seq), (2, 2));
    assert_true(&old).await;
    follow(&new, &old).await;
    assert_true(&old).await;
    let orphans = kept(&old).await;
    let labels: Vec<_> = orphans
        .iter()
        .map(|orphan| (orphan.seq, orphan.bundle.reason.as_str()))
        .collect();
    assert_eq!(labels, [(3, "superseded"), (4, "superseded")]);
    assert_eq!(old.open_orphans().await.unwrap(), 2);
}

#[tokio::test]
async fn an_orphan_is_applied_again_where_it_does_not_conflict() {
    let (old, new) = diverged().await;
    old.rewind(2, "superseded").await.unwrap();
    follow(&new, &old).await;
    let orphans = kept(&old).await;
    old.open_epoch(3, Vec::new()).await.unwrap();
    allow(&old);
    let before = old.head();
    let again =
        |at: usize, partial| old.reapply_orphan("bob", OrphanSource::Here(orphans[at].id), partial);
    let refused = again(1, false).await;
    let Err(Error::Orphan(conflict)) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!((conflict.in_the_way, conflict.changes), (1, 1));
    assert_eq!(conflict.rows[0].row.title.as_deref(), Some("title"));
    assert_eq!(old.head(), before);
    let written = again(0, false).await.unwrap();
    assert!(written.changed);
    assert_true(&old).await;
    let history = old.history(None, 1).await.unwrap();
    assert!(history[0].label.starts_with("Re-apply: "), "{history:?}");
    assert_eq!(old.open_orphans().await.unwrap(), 1);
    assert!(matches!(again(0, false).await, Err(Error::Invalid(_))));
    let mark = kept(&old).await[0].fate.reapplied.unwrap();
    assert_eq!((mark.seq, mark.left_out), (Some(written.seq), 0));

    // Undone, it is to be dealt with again; redone, it is not.
    old.undo("bob", None).await.unwrap();
    assert_eq!(old.open_orphans().await.unwrap(), 2);
    old.redo("bob").await.unwrap();
    assert_eq!(old.open_orphans().await.unwrap(), 1);
}

#[tokio::test]
async fn an_orphan_that_is_set_aside_stays_listed_and_can_be_taken_up_again() {
    let (old, _new) = diverged().await;
    old.rewind(2, "superseded").await.unwrap();
    let id = kept(&old).await[0].id;
    assert!(old.mark_orphan(id, Mark::SetAside).await.unwrap());
    assert_eq!(old.open_orphans().await.unwrap(), 1);
    assert!(kept(&old).await[0].fate.set_aside_at_us.is_some());
    assert!(old.mark_orphan(id, Mark::TakenUp).await.unwrap());
    assert_eq!(old.open_orphans().await.unwrap(), 2);
    let nobody = crate::OrphanId(uuid::Uuid::nil());
    assert!(!old.mark_orphan(nobody, Mark::SetAside).await.unwrap());
}

#[tokio::test]
async fn orphans_are_exported_whole_and_stay_listed() {
    let (old, _new) = diverged().await;
    old.rewind(2, "superseded").await.unwrap();
    let path = old.dir.path().join("orphans.json");
    assert_eq!(old.export_orphans(&path).await.unwrap(), 2);
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(
        json["orphans"][0]["changes"][0]["columns"][1]["new"],
        "never sent"
    );
    assert_eq!(old.open_orphans().await.unwrap(), 0);
    assert_eq!(kept(&old).await.len(), 2);
}

#[tokio::test]
async fn rewinding_beyond_the_journal_or_the_future_changes_nothing() {
    let (source, target) = (station().await, station().await);
    add_items(&source, 1, 0..3).await;
    copy_snapshot(&source, &target).await;
    let before = target.head();
    assert!(matches!(
        target.rewind(0, "x").await,
        Err(Error::NotFound(_))
    ));
    assert!(matches!(
        target.rewind(9, "x").await,
        Err(Error::Invalid(_))
    ));
    assert_eq!(assert_true(&target).await, before);
    assert!(kept(&target).await.is_empty());
    let nothing = target.rewind(1, "x").await.unwrap();
    assert_eq!((nothing.bundle, nothing.head), (None, before));
}

#[tokio::test]
async fn epochs_that_only_this_station_opened_are_cut() {
    let (old, new) = diverged().await;
    old.open_epoch(7, Vec::new()).await.unwrap();
    old.rewind(2, "superseded").await.unwrap();
    assert_eq!(
        old.epochs()
            .await
            .unwrap()
            .iter()
            .map(|s| s.epoch.number)
            .collect::<Vec<_>>(),
        [1]
    );
    follow(&new, &old).await;
    assert_eq!(old.epochs().await.unwrap(), new.epochs().await.unwrap());
}

#[tokio::test]
async fn a_new_lineage_keeps_data_and_journal_and_remembers_where_it_left() {
    let station = station().await;
    add_items(&station, 1, 0..3).await;
    let before = station.head();
    station.open_lineage(Vec::new()).await.unwrap();
    let overview = station.overview().await.unwrap();
    assert_eq!(overview.left, Some(before.position));
    assert_ne!(overview.head.position.lineage, before.position.lineage);
    assert_eq!(overview.head.position.epoch.number, 1);
    assert!(!overview.empty);
    allow(&station);
    station.undo("bob", None).await.unwrap();
    assert_true(&station).await;
    edit(&station, &[Step::DropPlaylist { id: 1 }])
        .await
        .unwrap();
}

#[tokio::test]
async fn an_epoch_is_opened_only_upwards_and_survives_a_restart() {
    let station = station().await;
    station
        .open_epoch(4, vec![crate::LocalPut::new("with", &"it").unwrap()])
        .await
        .unwrap();
    assert!(matches!(
        station.open_epoch(4, Vec::new()).await,
        Err(Error::Invalid(_))
    ));
    assert!(matches!(
        station.open_epoch(3, Vec::new()).await,
        Err(Error::Invalid(_))
    ));
    station.close().await.unwrap();
    let again = super::fixture::open(station.dir.path()).await;
    assert_eq!(again.head().position.epoch.number, 4);
    assert_eq!(again.head().position.epoch.opener, again.station());
    assert_eq!(
        again.local::<String>("with").await.unwrap().as_deref(),
        Some("it")
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn rewinding_leads_to_the_sum_and_chain_of_that_moment(edits in edits(1..12), to in any::<prop::sample::Index>()) {
        block_on(async {
            let station = station().await;
            let mut heads = vec![station.head()];
            for steps in &edits {
                if edit(&station, steps).await.unwrap().changed {
                    heads.push(station.head());
                }
            }
            let target = *to.get(&heads);
            let cut = heads.len() as u64 - 1 - target.position.seq;
            let rewound = station.rewind(target.position.seq, "test").await.unwrap();
            assert_eq!(rewound.orphans, cut);
            assert_eq!(assert_true(&station).await, target);
            assert_eq!(kept(&station).await.len() as u64, cut);
        });
    }
}

#[tokio::test]
async fn a_damaged_entry_among_those_cut_off_does_not_keep_a_station_from_following() {
    let (old, new) = diverged().await;
    super::damage(&old, "UPDATE journal SET user = 'eve' WHERE seq = 3").await;
    assert!(matches!(
        old.rewind(2, "superseded").await,
        Err(Error::Damaged { .. })
    ));
    let (header, chunks) = chunks(&new).await;
    let with = Install {
        orphans_after: Some(2),
        reason: String::from("replaced"),
        local: Vec::new(),
    };
    install(&old, header, chunks, with).await.unwrap();
    assert_eq!(assert_true(&old).await, new.head());
    let kept: Vec<_> = kept(&old).await.iter().map(|orphan| orphan.seq).collect();
    assert_eq!(kept, [4]);
}
