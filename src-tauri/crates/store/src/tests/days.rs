//! A day in memory is always the day that is stored.

use std::sync::Arc;

use domain::ids::{ItemId, PlaylistId};
use domain::rundown::ItemChange;
use domain::timecode::Timecode;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use proptest::sample::Index;
use tempfile::TempDir;

use super::fixture::{allow, block_on};
use crate::tables::{TableError, channel, items, playlists, testing};
use crate::{EditMeta, Error, Install, Store};

/// More days than are kept.
const DAYS: i8 = 6;

fn day(n: i8) -> Date {
    date(2026, 11, 1 + n)
}

/// Something that happens to the days.
#[derive(Debug, Clone)]
enum Step {
    Insert {
        day: i8,
        after: Option<Index>,
        count: usize,
    },
    /// Items from one place on, to a place in a day.
    Move {
        from: Index,
        count: usize,
        day: i8,
        after: Option<Index>,
    },
    Trim {
        item: Index,
        duration: i64,
    },
    Fix {
        item: Index,
        hour: Option<u8>,
    },
    Delete {
        from: Index,
        count: usize,
    },
    Rate(bool),
    Undo,
    Redo,
    Rewind,
    /// The replica takes in what it lacks.
    Replicate,
    Read(i8),
}

fn steps() -> impl Strategy<Value = Step> {
    let place = || proptest::option::of(any::<Index>());
    prop_oneof![
        3 => (0..DAYS, place(), 1..4_usize)
            .prop_map(|(day, after, count)| Step::Insert { day, after, count }),
        4 => (any::<Index>(), 1..4_usize, 0..DAYS, place())
            .prop_map(|(from, count, day, after)| Step::Move { from, count, day, after }),
        2 => (any::<Index>(), 0..1_000_i64).prop_map(|(item, duration)| Step::Trim { item, duration }),
        2 => (any::<Index>(), proptest::option::of(6..24_u8))
            .prop_map(|(item, hour)| Step::Fix { item, hour }),
        2 => (any::<Index>(), 1..3_usize).prop_map(|(from, count)| Step::Delete { from, count }),
        1 => any::<bool>().prop_map(Step::Rate),
        2 => Just(Step::Undo),
        1 => Just(Step::Redo),
        1 => Just(Step::Rewind),
        3 => Just(Step::Replicate),
        5 => (0..DAYS).prop_map(Step::Read),
    ]
}

async fn store() -> (Store, TempDir) {
    let dir = TempDir::new().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    allow(&store);
    (store, dir)
}

async fn item_ids(store: &Store) -> Vec<ItemId> {
    let mut reader = store.read().await.unwrap();
    let mut ids = Vec::new();
    for n in 0..DAYS {
        let playlist = PlaylistId::of_date(day(n));
        let items = items::of_playlist(&mut reader, playlist).await.unwrap();
        ids.extend(items.iter().map(|item| item.id));
    }
    ids
}

/// Where an item is to go: after one of that day, or to its start.
async fn place(store: &Store, n: i8, after: Option<&Index>) -> Option<ItemId> {
    let mut reader = store.read().await.unwrap();
    let items = items::of_playlist(&mut reader, PlaylistId::of_date(day(n)))
        .await
        .unwrap();
    after
        .filter(|_| !items.is_empty())
        .map(|index| index.get(&items).id)
}

fn some(ids: &[ItemId], from: &Index, count: usize) -> Vec<ItemId> {
    if ids.is_empty() {
        return Vec::new();
    }
    let from = from.index(ids.len());
    ids[from..ids.len().min(from + count)].to_vec()
}

async fn edit<F>(store: &Store, edit: F)
where
    F: AsyncFnOnce(&mut sqlx::sqlite::SqliteConnection) -> Result<(), TableError>,
{
    store
        .write(EditMeta::new("ada", "Edit"), edit)
        .await
        .unwrap();
}

async fn run(primary: &Store, replica: &Store, step: &Step) {
    let ids = item_ids(primary).await;
    match step {
        Step::Insert {
            day: n,
            after,
            count,
        } => {
            let after = place(primary, *n, after.as_ref()).await;
            edit(primary, async |conn| {
                let playlist = playlists::ensure(&mut *conn, day(*n)).await?;
                let new = (0..*count).map(|_| testing::new_item("Title", 250));
                items::insert(conn, playlist.id, after, new.collect()).await?;
                Ok(())
            })
            .await;
        }
        Step::Move {
            from,
            count,
            day: n,
            after,
        } => {
            let ids = some(&ids, from, *count);
            let after = place(primary, *n, after.as_ref()).await;
            edit(primary, async |conn| {
                let playlist = playlists::ensure(&mut *conn, day(*n)).await?;
                items::move_to(conn, &ids, Some(playlist.id), after).await?;
                Ok(())
            })
            .await;
        }
        Step::Trim { item, duration } => {
            let change = ItemChange {
                duration: Some(*duration),
                title: Some(format!("{duration} frames")),
                ..ItemChange::default()
            };
            let ids = some(&ids, item, 1);
            edit(primary, async |conn| {
                items::update(conn, &ids, &change).await.map(drop)
            })
            .await;
        }
        Step::Fix { item, hour } => {
            let at = hour.map(|hour| format!("{hour:02}:00:00:00").parse::<Timecode>().unwrap());
            let change = ItemChange {
                fixed_start: Some(at),
                ..ItemChange::default()
            };
            let ids = some(&ids, item, 1);
            edit(primary, async |conn| {
                items::update(conn, &ids, &change).await.map(drop)
            })
            .await;
        }
        Step::Delete { from, count } => {
            let ids = some(&ids, from, *count);
            edit(primary, async |conn| {
                items::delete(conn, &ids).await.map(drop)
            })
            .await;
        }
        Step::Rate(fast) => {
            edit(primary, async |conn| {
                let mut channel = channel::get(&mut *conn).await?;
                channel.frame_rate = if *fast { "50" } else { "25" }.parse().unwrap();
                channel::update(conn, &channel).await.map(drop)
            })
            .await;
        }
        // There may be nothing to undo or redo.
        Step::Undo => drop(primary.undo("ada", None).await),
        Step::Redo => drop(primary.redo("ada").await),
        Step::Rewind => {
            let back_to = primary.head().position.seq.saturating_sub(2);
            primary.rewind(back_to, "a test").await.unwrap();
            copy(primary, replica).await;
        }
        Step::Replicate => replicate(primary, replica).await,
        Step::Read(n) => {
            assert_as_stored(primary, *n).await;
            assert_as_stored(replica, *n).await;
        }
    }
}

async fn replicate(primary: &Store, replica: &Store) {
    let after = replica.head().position.seq;
    let entries = primary.entries_after(after, 100, u64::MAX).await.unwrap();
    let epochs = primary.epochs().await.unwrap();
    replica.apply(epochs, entries).await.unwrap();
}

async fn copy(primary: &Store, replica: &Store) {
    let mut export = primary.export_snapshot().await.unwrap();
    let mut import = replica
        .import_snapshot(export.header().clone())
        .await
        .unwrap();
    while let Some(chunk) = export.next().await {
        import.push(chunk.unwrap()).await.unwrap();
    }
    import.install(Install::default()).await.unwrap();
}

async fn assert_as_stored(store: &Store, n: i8) {
    let id = PlaylistId::of_date(day(n));
    let mut reader = store.read().await.unwrap();
    let stored = playlists::of_date(&mut reader, day(n)).await.unwrap();
    let day = store.day(id).await.unwrap();
    assert_eq!(day.as_ref().map(|day| &day.playlist), stored.as_ref());
    let Some(day) = day else { return };
    assert_eq!(day.channel, channel::get(&mut reader).await.unwrap());
    assert_eq!(
        day.items,
        items::of_playlist(&mut reader, id).await.unwrap()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_day_in_memory_is_the_day_that_is_stored_whatever_happens(
        steps in proptest::collection::vec(steps(), 1..40)
    ) {
        block_on(async {
            let (primary, _dir) = store().await;
            let (replica, _replica_dir) = store().await;
            copy(&primary, &replica).await;
            for step in &steps {
                run(&primary, &replica, step).await;
            }
            replicate(&primary, &replica).await;
            for n in 0..DAYS {
                assert_as_stored(&primary, n).await;
                assert_as_stored(&replica, n).await;
            }
        });
    }
}

#[tokio::test]
async fn a_day_is_read_once_and_then_kept_up() {
    let (store, _dir) = store().await;
    let id = PlaylistId::of_date(day(0));
    assert_eq!(store.day(id).await.unwrap(), None);
    let insert = async |count: usize| {
        edit(&store, async |conn| {
            let playlist = playlists::ensure(&mut *conn, day(0)).await?;
            let new = (0..count).map(|_| testing::new_item("Title", 250));
            items::insert(conn, playlist.id, None, new.collect()).await?;
            Ok(())
        })
        .await;
    };
    insert(3).await;
    let before = store.day(id).await.unwrap().unwrap();
    assert!(Arc::ptr_eq(&before, &store.day(id).await.unwrap().unwrap()));
    // Rows that are damaged behind the store's back show that what was read once is not read again.
    super::damage(&store, "UPDATE item SET title = 'damaged'").await;
    insert(1).await;
    let after = store.day(id).await.unwrap().unwrap();
    assert_eq!(after.items.len(), 4);
    assert!(after.items.iter().all(|item| item.title == "Title"));
    // More commits than are told to whoever falls behind.
    for _ in 0..80 {
        insert(1).await;
    }
    assert_eq!(store.day(id).await.unwrap().unwrap().items.len(), 84);
    let gone = store
        .write(EditMeta::new("ada", "Fail"), async |conn| {
            items::delete(conn, &[after.items[0].id]).await?;
            Err::<(), _>(TableError::Store(Error::Closed))
        })
        .await;
    assert!(gone.is_err());
    assert_eq!(store.day(id).await.unwrap().unwrap().items.len(), 84);
}
