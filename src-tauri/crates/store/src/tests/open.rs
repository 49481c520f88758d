use std::fs;

use super::fixture::{DEFINITION, Station, TABLES, add_items, assert_true, edit, open, station};
use super::replicate::copy_snapshot;
use crate::migrate::{Definition, LOCAL, LOCAL_ORPHAN_MARKS, pragma};
use crate::{DATABASE_FILE, Error, OpenError, Store};

const NEWER: Definition = Definition {
    steps: &[
        &[LOCAL, LOCAL_ORPHAN_MARKS, TABLES],
        &["ALTER TABLE item ADD COLUMN note TEXT NOT NULL DEFAULT 'none'"],
    ],
    replicated: DEFINITION.replicated,
    derived: DEFINITION.derived,
};

async fn closed(station: Station) -> tempfile::TempDir {
    station.close().await.unwrap();
    let Station { store, dir } = station;
    drop(store);
    dir
}

#[tokio::test]
async fn a_second_station_on_the_same_directory_is_told_which_process_has_it() {
    let station = station().await;
    let refused = Store::open_as(station.dir.path(), DEFINITION)
        .await
        .map(drop);
    let Err(OpenError::InUse { pid, .. }) = &refused else {
        panic!("{refused:?}")
    };
    assert_eq!(*pid, Some(std::process::id()));
    add_items(&station, 1, 0..1).await;
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_as_it_is() {
    let dir = tempfile::TempDir::new().unwrap();
    let newer = Store::open_as(dir.path(), NEWER).await.unwrap();
    newer.close().await.unwrap();
    let path = dir.path().join(DATABASE_FILE);
    let before = fs::read(&path).unwrap();
    let refused = Store::open_as(dir.path(), DEFINITION).await.map(drop);
    assert!(
        matches!(
            refused,
            Err(OpenError::Newer {
                found: 2,
                known: 1,
                ..
            })
        ),
        "{refused:?}"
    );
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn an_older_database_is_brought_up_to_date_with_a_true_sum() {
    let station = station().await;
    add_items(&station, 1, 0..5).await;
    let before = station.head();
    let dir = closed(station).await;
    let newer = Store::open_as(dir.path(), NEWER).await.unwrap();
    let head = assert_true(&newer).await;
    assert_eq!(head.position, before.position);
    assert_ne!(head.sum, before.sum);
    assert_ne!(newer.schema_hash(), "");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_as_it_is() {
    for content in [
        "x",
        "this is not a database, but it is longer than a header of one",
    ] {
        let dir = tempfile::TempDir::new().unwrap();
        let path = dir.path().join(DATABASE_FILE);
        fs::write(&path, content).unwrap();
        let refused = Store::open_as(dir.path(), DEFINITION).await.map(drop);
        assert!(
            matches!(refused, Err(OpenError::Corrupt { .. })),
            "{refused:?}"
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
}

#[tokio::test]
async fn a_database_of_another_program_is_left_as_it_is() {
    use sqlx::{ConnectOptions as _, Connection as _};
    let dir = tempfile::TempDir::new().unwrap();
    let path = dir.path().join(DATABASE_FILE);
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true);
    let mut connection = options.connect().await.unwrap();
    sqlx::query("CREATE TABLE theirs (x)")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let before = fs::read(&path).unwrap();
    let refused = Store::open_as(dir.path(), DEFINITION).await.map(drop);
    assert!(
        matches!(refused, Err(OpenError::Foreign { .. })),
        "{refused:?}"
    );
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_damaged_database_is_named_and_left_as_it_is() {
    let station = station().await;
    add_items(&station, 1, 0..20).await;
    let dir = closed(station).await;
    let path = dir.path().join(DATABASE_FILE);
    let mut bytes = fs::read(&path).unwrap();
    // The first page's tree, behind the header.
    bytes[100..4096].fill(0xa5);
    fs::write(&path, &bytes).unwrap();
    let refused = Store::open_as(dir.path(), DEFINITION).await.map(drop);
    assert!(
        matches!(refused, Err(OpenError::Corrupt { .. })),
        "{refused:?}"
    );
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[tokio::test]
async fn a_journal_that_does_not_end_at_the_head_is_damage() {
    let station = station().await;
    add_items(&station, 1, 0..2).await;
    super::damage(&station, "DELETE FROM journal").await;
    let dir = closed(station).await;
    let refused = Store::open_as(dir.path(), DEFINITION).await.map(drop);
    assert!(
        matches!(refused, Err(OpenError::Corrupt { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_store_that_was_not_closed_in_order_says_so() {
    let station = station().await;
    add_items(&station, 1, 0..2).await;
    let Station { store, dir } = station;
    drop(store);
    // The last handle is gone once the connection's thread has ended; the lock goes with it.
    let again = loop {
        match Store::open_as(dir.path(), DEFINITION).await {
            Ok(store) => break store,
            Err(OpenError::InUse { .. }) => tokio::task::yield_now().await,
            Err(other) => panic!("{other}"),
        }
    };
    assert!(!again.was_clean());
    assert_true(&again).await;
}

#[tokio::test]
async fn a_flipped_bit_in_a_row_is_found_by_verify() {
    let station = station().await;
    add_items(&station, 1, 0..9).await;
    super::damage(
        &station,
        "UPDATE item SET duration = duration + 1 WHERE id = zeroblob(16)",
    )
    .await;
    let verified = station.verify().await.unwrap();
    assert!(!verified.ok);
    assert_ne!(verified.scanned_sum, verified.head.sum);
}

#[tokio::test]
async fn a_flipped_bit_in_the_journal_is_found_when_it_is_read() {
    let station = station().await;
    add_items(&station, 1, 0..9).await;
    super::damage(
        &station,
        "UPDATE journal SET changeset = CAST(substr(changeset, 1, length(changeset) - 1) || x'00' AS BLOB)",
    )
    .await;
    let read = station.entries_after(0, 9, u64::MAX).await;
    assert!(
        matches!(read, Err(crate::TailError::Store(Error::Damaged { .. }))),
        "{read:?}"
    );
    let undone = station.undo("ada", None).await;
    assert!(matches!(undone, Err(Error::Damaged { .. })), "{undone:?}");
}

#[tokio::test]
async fn only_tandem_s_own_tables_make_a_database() {
    let dir = tempfile::TempDir::new().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    assert_true(&store).await;
    assert!(store.overview().await.unwrap().empty);
    store.close().await.unwrap();
    let again = open_product(dir.path()).await;
    let _ = edit(&again, &[]).await;
    again.close().await.unwrap();
}

async fn open_product(dir: &std::path::Path) -> Store {
    let store = Store::open(dir).await.unwrap();
    assert!(store.was_clean());
    store
}

#[tokio::test]
async fn what_a_crash_left_of_a_snapshot_is_removed() {
    let station = station().await;
    let incoming = station.dir.path().join("incoming");
    fs::create_dir_all(&incoming).unwrap();
    fs::write(incoming.join("half"), "x").unwrap();
    let dir = closed(station).await;
    let again = open(dir.path()).await;
    assert!(!incoming.exists());
    again.close().await.unwrap();
}

#[tokio::test]
async fn every_commit_waits_for_the_disk_also_after_a_copy_was_put_in_place() {
    let (primary, replica) = (station().await, station().await);
    add_items(&primary, 1, 0..3).await;
    copy_snapshot(&primary, &replica).await;
    for station in [&primary, &replica] {
        let mut writer = station.store.writer().await.unwrap();
        let db = writer.recorder.lock().await.unwrap();
        // FULL (https://www.sqlite.org/pragma.html#pragma_synchronous).
        assert_eq!(pragma(&db, "synchronous").unwrap(), 2);
    }
}
