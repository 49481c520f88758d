use proptest::prelude::*;
use tempfile::TempDir;

use super::fixture::{
    Station, Step, add_items, allow, assert_true, block_on, edit, edits, station,
};
use super::replicate::copy_snapshot;
use crate::tables::assets::{self, AssetQuery};
use crate::tables::testing;
use crate::{Commit, EditMeta, Error, Install, LocalPut, SnapshotError, SnapshotHeader, Store};

pub(super) async fn chunks(from: &Store) -> (SnapshotHeader, Vec<Vec<u8>>) {
    let mut export = from.export_snapshot().await.unwrap();
    let mut chunks = Vec::new();
    while let Some(chunk) = export.next().await {
        chunks.push(chunk.unwrap());
    }
    (export.header().clone(), chunks)
}

pub(super) async fn install(
    to: &Store,
    header: SnapshotHeader,
    chunks: Vec<Vec<u8>>,
    with: Install,
) -> Result<(), SnapshotError> {
    let mut import = to.import_snapshot(header).await?;
    for chunk in chunks {
        import.push(chunk).await?;
    }
    import.install(with).await.map(drop)
}

async fn filled() -> Station {
    let station = station().await;
    add_items(&station, 1, 0..5).await;
    edit(
        &station,
        &[Step::PutAsset {
            number: 1,
            kind: 1,
            title: None,
            thumbnail: Some(vec![1, 2]),
            gain: Some(0.5),
        }],
    )
    .await
    .unwrap();
    station
}

#[tokio::test]
async fn a_station_that_took_a_snapshot_equals_its_source_and_follows_it() {
    let (source, target) = (filled().await, station().await);
    add_items(&target, 2, 7..9).await;
    target.put_local("role", &"secondary").await.unwrap();
    let mut commits = target.subscribe();
    copy_snapshot(&source, &target).await;
    assert!(matches!(commits.recv().await, Ok(Commit::Replaced)));
    assert_eq!(assert_true(&target).await, source.head());
    assert_eq!(
        target.epochs().await.unwrap(),
        source.epochs().await.unwrap()
    );
    assert!(
        target.history(None, 10).await.unwrap().is_empty(),
        "the journal is the source's from here on"
    );
    assert_eq!(
        target.local::<String>("role").await.unwrap().as_deref(),
        Some("secondary")
    );
    edit(&source, &[Step::DropPlaylist { id: 1 }])
        .await
        .unwrap();
    let entries = source
        .entries_after(target.head().position.seq, 9, u64::MAX)
        .await
        .unwrap();
    target.apply(Vec::new(), entries).await.unwrap();
    assert_eq!(assert_true(&target).await, source.head());
}

#[tokio::test]
async fn edits_made_while_a_snapshot_is_read_are_not_in_it() {
    let source = filled().await;
    let before = source.head();
    let mut export = source.export_snapshot().await.unwrap();
    edit(&source, &[Step::DropPlaylist { id: 1 }])
        .await
        .unwrap();
    assert_eq!(export.header().head, before);
    let target = station().await;
    let mut import = target
        .import_snapshot(export.header().clone())
        .await
        .unwrap();
    while let Some(chunk) = export.next().await {
        import.push(chunk.unwrap()).await.unwrap();
    }
    assert_eq!(import.progress().0, import.progress().1);
    import.install(Install::default()).await.unwrap();
    assert_eq!(assert_true(&target).await, before);
}

#[tokio::test]
async fn a_snapshot_given_up_half_way_changes_nothing_and_leaves_no_file() {
    let (source, target) = (filled().await, filled().await);
    let before = target.head();
    let (header, mut sent) = chunks(&source).await;
    sent.pop();
    let refused = install(&target, header, sent, Install::default()).await;
    assert!(
        matches!(refused, Err(SnapshotError::Damaged { .. })),
        "{refused:?}"
    );
    assert_eq!(assert_true(&target).await, before);
    let left = std::fs::read_dir(target.dir.path().join("incoming"))
        .unwrap()
        .count();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_snapshot_of_other_tables_is_refused() {
    let (source, target) = (filled().await, station().await);
    let (header, _) = chunks(&source).await;
    let other = SnapshotHeader {
        schema_hash: String::from("another"),
        ..header
    };
    assert!(matches!(
        target.import_snapshot(other).await,
        Err(SnapshotError::SchemaDiffers)
    ));
}

#[tokio::test]
async fn rows_that_do_not_give_the_sum_are_not_installed() {
    let (source, target) = (filled().await, filled().await);
    let before = target.head();
    let (header, sent) = chunks(&source).await;
    let mut lying = header.clone();
    lying.head.sum.0 ^= 1;
    let refused = install(&target, lying, sent.clone(), Install::default()).await;
    assert!(
        matches!(refused, Err(SnapshotError::Damaged { .. })),
        "{refused:?}"
    );
    assert_eq!(assert_true(&target).await, before);
}

#[tokio::test]
async fn whoever_sends_more_than_was_announced_is_cut_off() {
    let (source, target) = (filled().await, station().await);
    let (header, sent) = chunks(&source).await;
    assert!(sent.iter().map(Vec::len).sum::<usize>() as u64 <= header.bytes_max);
    let more_rows = SnapshotHeader {
        rows: 1,
        ..header.clone()
    };
    let more_bytes = SnapshotHeader {
        bytes_max: 100,
        ..header.clone()
    };
    let beyond_belief = SnapshotHeader {
        bytes_max: u64::MAX,
        ..header
    };
    for announced in [more_rows, more_bytes, beyond_belief] {
        let refused = install(&target, announced, sent.clone(), Install::default()).await;
        assert!(
            matches!(refused, Err(SnapshotError::Excessive { .. })),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn a_snapshot_that_was_cut_off_goes_on_where_it_stopped() {
    let (source, target) = (filled().await, station().await);
    let export = source.export_snapshot().await.unwrap();
    let Ok(kept) = source.keep_snapshot(export).await.unwrap() else {
        panic!("the disk has room for a few rows")
    };
    let before = source.head();
    edit(&source, &[Step::DropPlaylist { id: 1 }])
        .await
        .unwrap();
    let mut import = target.import_snapshot(kept.header().clone()).await.unwrap();
    for index in [0, 1] {
        let (chunk, _) = kept.chunk(index).await.unwrap().unwrap();
        import.push(chunk).await.unwrap();
    }
    assert!(!import.resume_after(3), "only two are there");
    assert!(import.resume_after(1));
    let mut rows = 0;
    for index in 1.. {
        let Some((chunk, so_far)) = kept.chunk(index).await.unwrap() else {
            break;
        };
        import.push(chunk).await.unwrap();
        rows = so_far;
    }
    assert_eq!((rows, rows), import.progress());
    import.install(Install::default()).await.unwrap();
    assert_eq!(assert_true(&target).await, before);
    drop(kept);
    let left = std::fs::read_dir(source.dir.path().join("outgoing")).unwrap();
    assert_eq!(left.count(), 0);
}

#[tokio::test]
async fn what_the_snapshot_cuts_off_is_kept_as_orphans_in_the_same_transaction() {
    let (source, target) = (filled().await, station().await);
    add_items(&target, 2, 7..9).await;
    add_items(&target, 2, 9..10).await;
    let (header, sent) = chunks(&source).await;
    let with = Install {
        orphans_after: Some(1),
        reason: String::from("replaced"),
        local: vec![LocalPut::new("state", &7).unwrap()],
    };
    install(&target, header, sent, with).await.unwrap();
    let (_, orphans) = target.orphans(10).await.unwrap();
    let seqs: Vec<_> = orphans.iter().map(|kept| kept.orphan.seq).collect();
    assert_eq!(seqs, [2]);
    assert_eq!(target.local::<i32>("state").await.unwrap(), Some(7));
    assert_eq!(assert_true(&target).await, source.head());
}

#[tokio::test]
async fn a_snapshot_arrives_while_edits_are_refused_and_a_failed_one_does_not_stop_them() {
    let (source, target) = (filled().await, station().await);
    allow(&target);
    let (header, _) = chunks(&source).await;
    let import = target.import_snapshot(header).await.unwrap();
    drop(import);
    add_items(&target, 1, 0..2).await;
    assert_true(&target).await;
    let _: Result<(), Error> = target.close().await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_data_survives_a_snapshot(edits in edits(1..12)) {
        block_on(async {
            let (source, target) = (station().await, station().await);
            for steps in &edits {
                edit(&source, steps).await.unwrap();
            }
            copy_snapshot(&source, &target).await;
            assert_eq!(assert_true(&target).await, source.head());
        });
    }

    #[test]
    fn a_damaged_chunk_or_header_is_always_found(at in any::<prop::sample::Index>(), bit in 0..8_u32, cut in any::<prop::sample::Index>()) {
        block_on(async {
            let (source, target) = (filled().await, station().await);
            let (header, sent) = chunks(&source).await;
            let which = at.index(sent.len());
            let mut flipped = sent.clone();
            let byte = at.index(flipped[which].len());
            flipped[which][byte] ^= 1_u8 << bit;
            prop_assert!(install(&target, header.clone(), flipped, Install::default()).await.is_err());
            let mut short = sent.clone();
            let len = cut.index(short[which].len());
            short[which].truncate(len);
            prop_assert!(install(&target, header.clone(), short, Install::default()).await.is_err());
            let mut bytes = header.encode();
            prop_assert_eq!(&SnapshotHeader::decode(&bytes).unwrap(), &header);
            let byte = at.index(bytes.len());
            bytes[byte] ^= 1_u8 << bit;
            prop_assert!(SnapshotHeader::decode(&bytes).is_err());
            Ok(())
        })?;
    }
}

/// Indexes and triggers of the product's own tables, by name.
async fn made_on_tables(store: &Store) -> Vec<(String, String)> {
    let query = "SELECT name, sql FROM sqlite_schema WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY name";
    sqlx::query_as(query)
        .fetch_all(&mut *store.read().await.unwrap())
        .await
        .unwrap()
}

async fn found(store: &Store, search: &str) -> Vec<String> {
    let query = AssetQuery {
        search: search.to_owned(),
        limit: 10,
        ..AssetQuery::default()
    };
    let page = assets::list(&mut store.read().await.unwrap(), &query).await;
    let assets = page.unwrap().assets;
    assets.into_iter().map(|asset| asset.title).collect()
}

#[tokio::test]
async fn the_library_of_a_copy_is_searched_as_its_sources_and_goes_on_to_be() {
    let (source_dir, target_dir) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let source = Store::open(source_dir.path()).await.unwrap();
    let target = Store::open(target_dir.path()).await.unwrap();
    for store in [&source, &target] {
        allow(store);
        let title = if store.station() == source.station() {
            "Evening news"
        } else {
            "Something old"
        };
        let new = vec![testing::new_asset(title, 250)];
        store
            .write(EditMeta::new("ada", "Add"), async |conn| {
                assets::add(conn, new).await.map(drop)
            })
            .await
            .unwrap();
    }
    let before = made_on_tables(&target).await;
    copy_snapshot(&source, &target).await;
    assert_eq!(made_on_tables(&target).await, before);
    assert_eq!(found(&target, "eve").await, ["Evening news"]);
    assert!(found(&target, "old").await.is_empty());

    let mut asset = assets::list(
        &mut source.read().await.unwrap(),
        &AssetQuery {
            limit: 1,
            ..AssetQuery::default()
        },
    )
    .await
    .unwrap()
    .assets
    .remove(0);
    asset.title = "Morning news".into();
    source
        .write(EditMeta::new("ada", "Rename"), async |conn| {
            assets::update(conn, asset).await.map(drop)
        })
        .await
        .unwrap();
    let after = target.head().position.seq;
    let entries = source.entries_after(after, 9, u64::MAX).await.unwrap();
    target.apply(Vec::new(), entries).await.unwrap();
    assert_eq!(found(&target, "morn").await, ["Morning news"]);
    assert!(found(&target, "eve").await.is_empty());
}
