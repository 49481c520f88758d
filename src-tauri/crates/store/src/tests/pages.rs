//! A snapshot's pages: what makes no database is refused, whoever sends it.

use proptest::prelude::*;
use xxhash_rust::xxh3::xxh3_128;

use super::damage;
use super::fixture::{
    DEFINITION, Station, Step, add_items, allow, assert_true, block_on, edit, put_item, station,
};
use super::snapshot::{chunks, install};
use crate::snapshot::testing;
use crate::{Install, SnapshotError, Store};

/// A station whose tables have several levels, and rows that go on in pages of their own.
async fn large() -> Station {
    let station = station().await;
    add_items(&station, 1, 0..200).await;
    let long = "long ".repeat(400);
    let steps: Vec<_> = (0..200).map(|id| put_item(id, 1, &long)).collect();
    edit(&station, &steps).await.unwrap();
    let steps: Vec<_> = (0..60)
        .map(|number| Step::PutAsset {
            number,
            kind: 0,
            title: Some(format!("Asset {number}")),
            thumbnail: Some(vec![
                number as u8;
                9_000 * usize::from(number % 7 == 0) + 40
            ]),
            gain: None,
        })
        .collect();
    edit(&station, &steps).await.unwrap();
    station
}

/// What is in a chunk.
fn opened(chunk: &[u8]) -> Vec<u8> {
    zstd::bulk::decompress(&chunk[4..chunk.len() - 16], 8 << 20).unwrap()
}

/// A chunk of this in the place of another.
fn sealed(pages: &[u8], index: usize) -> Vec<u8> {
    let mut chunk = (index as u32).to_be_bytes().to_vec();
    chunk.extend(zstd::bulk::compress(pages, 1).unwrap());
    let hash = xxh3_128(&chunk);
    chunk.extend(hash.to_be_bytes());
    chunk
}

/// The number of the chunk that has all of a table or index.
async fn tree(store: &Store, name: &str) -> usize {
    let names = testing::trees(store, DEFINITION).await;
    names.iter().position(|tree| tree == name).unwrap()
}

const PAGE: usize = 4_096;
/// In front of the pages.
const HEAD: usize = 3;

#[tokio::test]
async fn long_rows_and_tables_of_several_levels_arrive_as_they_were() {
    let (source, target) = (large().await, station().await);
    add_items(&target, 2, 1..9).await;
    let (header, sent) = chunks(&source).await;
    let item = opened(&sent[tree(&source, "item").await]);
    assert!(item.len() > 100 * PAGE, "a page for every other item");
    install(&target, header, sent, Install::default())
        .await
        .unwrap();
    assert_eq!(assert_true(&target).await, source.head());
    let query = "SELECT group_concat(integrity_check) FROM pragma_integrity_check";
    let whole: String = sqlx::query_scalar(query)
        .fetch_one(&mut *target.read().await.unwrap())
        .await
        .unwrap();
    assert_eq!(whole, "ok");
    let query = "SELECT count(*) FROM item_text WHERE item_text MATCH 'long'";
    let found: i64 = sqlx::query_scalar(query)
        .fetch_one(&mut *target.read().await.unwrap())
        .await
        .unwrap();
    assert_eq!(found, 200, "the search index came along");
    allow(&target);
    add_items(&target, 3, 201..209).await;
    assert_true(&target).await;
}

#[tokio::test]
async fn pages_that_make_no_tree_are_refused() {
    let (source, target) = (large().await, station().await);
    let before = target.head();
    let (header, sent) = chunks(&source).await;
    let index = tree(&source, "item").await;
    let whole = opened(&sent[index]);
    let page = |n: usize| HEAD + n * PAGE..HEAD + (n + 1) * PAGE;
    let root = whole.len() - PAGE;
    type Lie = Box<dyn Fn(&mut Vec<u8>)>;
    let lies: Vec<(&str, Lie)> = vec![
        (
            "a page is missing",
            Box::new(move |b| drop(b.drain(page(0)))),
        ),
        (
            "a page comes twice",
            Box::new(move |b| {
                let twice = b[page(0)].to_vec();
                drop(b.splice(HEAD..HEAD, twice));
            }),
        ),
        ("the root is missing", Box::new(move |b| b.truncate(root))),
        ("it does not end", Box::new(|b| b[2] = 0)),
        ("it is of another table", Box::new(|b| b[1] ^= 1)),
        (
            "there is half a page",
            Box::new(|b| b.truncate(b.len() - PAGE / 2)),
        ),
        ("there are no pages", Box::new(|b| b.truncate(HEAD))),
        ("a page is of an index", Box::new(move |b| b[HEAD] = 10)),
        ("a page is none", Box::new(move |b| b[HEAD] = 99)),
        (
            "the root points at itself",
            Box::new(move |b| {
                let own = ((b.len() - HEAD) / PAGE) as u32;
                b[root + 8..root + 12].copy_from_slice(&own.to_be_bytes());
            }),
        ),
        (
            "the root points at a page twice",
            Box::new(move |b| b[root + 8..root + 12].copy_from_slice(&1_u32.to_be_bytes())),
        ),
        (
            "the root points at what is not there",
            Box::new(move |b| b[root + 8..root + 12].copy_from_slice(&u32::MAX.to_be_bytes())),
        ),
        (
            "a page has more rows than it can hold",
            Box::new(|b| b[HEAD + 3..HEAD + 5].copy_from_slice(&u16::MAX.to_be_bytes())),
        ),
    ];
    for (what, lie) in lies {
        let mut told = whole.clone();
        lie(&mut told);
        let mut lying = sent.clone();
        lying[index] = sealed(&told, index);
        let refused = install(&target, header.clone(), lying, Install::default()).await;
        assert!(
            matches!(refused, Err(SnapshotError::Damaged { .. })),
            "{what}: {refused:?}"
        );
        assert_eq!(assert_true(&target).await, before, "{what}");
    }
}

#[tokio::test]
async fn an_index_that_lacks_rows_is_refused() {
    let (source, other, target) = (large().await, station().await, station().await);
    add_items(&other, 1, 0..3).await;
    let (header, mut sent) = chunks(&source).await;
    let (_, less) = chunks(&other).await;
    let index = tree(&source, "item_in_playlist").await;
    sent[index] = sealed(&opened(&less[index]), index);
    let refused = install(&target, header, sent, Install::default()).await;
    assert!(
        matches!(&refused, Err(SnapshotError::Damaged { what }) if what.contains("item_in_playlist")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn an_index_whose_entries_are_not_those_of_the_rows_is_refused() {
    let (source, other, target) = (large().await, large().await, station().await);
    edit(
        &other,
        &[Step::MoveItem {
            id: 7,
            rank: String::from("n"),
        }],
    )
    .await
    .unwrap();
    let (header, mut sent) = chunks(&source).await;
    let (_, moved) = chunks(&other).await;
    let index = tree(&source, "item_in_playlist").await;
    sent[index] = moved[index].clone();
    let refused = install(&target, header, sent, Install::default()).await;
    assert!(
        matches!(&refused, Err(SnapshotError::Damaged { what }) if what.contains("item_in_playlist")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn rows_that_refer_to_what_is_not_there_are_refused() {
    let (source, target) = (large().await, station().await);
    let before = target.head();
    damage(
        &source,
        "UPDATE item SET playlist_id = zeroblob(16) WHERE id = (SELECT min(id) FROM item)",
    )
    .await;
    let (mut header, sent) = chunks(&source).await;
    header.head.sum = source.verify().await.unwrap().scanned_sum;
    let refused = install(&target, header, sent, Install::default()).await;
    assert!(
        matches!(&refused, Err(SnapshotError::Damaged { what }) if what.contains("refer")),
        "{refused:?}"
    );
    assert_eq!(assert_true(&target).await, before);
}

#[tokio::test]
async fn a_snapshot_holds_nothing_of_its_sources_own() {
    let source = large().await;
    source.put_local("secret", &"open sesame").await.unwrap();
    let (_, sent) = chunks(&source).await;
    let secret = b"open sesame";
    for chunk in &sent {
        let pages = opened(chunk);
        assert!(!pages.windows(secret.len()).any(|bytes| bytes == secret));
    }
}

#[tokio::test]
async fn the_layout_of_every_new_station_is_the_same() {
    let (one, other) = (station().await, station().await);
    let layout = async |station: &Station| chunks(station).await.0.layout;
    assert_eq!(layout(&one).await, layout(&other).await);
    let trees = testing::trees(&one, DEFINITION).await;
    let tables = one.0.schema.tables();
    assert!(tables.iter().all(|table| trees.contains(&table.name)));
    let mut header = chunks(&one).await.0;
    header.layout ^= 1;
    assert!(matches!(
        other.import_snapshot(header).await,
        Err(SnapshotError::SchemaDiffers)
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whatever_a_chunk_holds_the_rows_are_those_that_were_announced(
        which in any::<prop::sample::Index>(),
        at in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        block_on(async {
            let (source, target) = (large().await, station().await);
            let before = target.head();
            let (header, mut sent) = chunks(&source).await;
            let index = which.index(sent.len());
            let mut pages = opened(&sent[index]);
            for (at, byte) in at {
                // The beginnings of pages, where most can go wrong, as often as the rest.
                let place = at.index(pages.len() * 2);
                let place = if place < pages.len() { place } else { HEAD + (place - pages.len()) / PAGE * PAGE + place % 16 };
                if let Some(old) = pages.get_mut(place) {
                    *old = byte;
                }
            }
            sent[index] = sealed(&pages, index);
            let installed = install(&target, header, sent, Install::default()).await;
            let expected = if installed.is_ok() { source.head() } else { before };
            assert_eq!(assert_true(&target).await, expected);
        });
    }
}
