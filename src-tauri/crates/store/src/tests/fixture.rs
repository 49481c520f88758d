//! Stations for tests: stores on temporary directories with tables made for the purpose, and edits on them.

use std::path::Path;

use proptest::prelude::*;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use tempfile::TempDir;

use crate::migrate::{Definition, LOCAL, LOCAL_ORPHAN_MARKS};
use crate::{DATABASE_FILE, EditMeta, EditPermit, Error, Head, Store, Written};

pub(super) const TABLES: &str = include_str!("schema.sql");
pub(super) const DEFINITION: Definition = Definition {
    steps: &[&[LOCAL, LOCAL_ORPHAN_MARKS, TABLES]],
    replicated: &["channel", "playlist", "asset", "item"],
    derived: &["item_text"],
};

/// A store that is gone with its directory.
pub(super) struct Station {
    pub(super) store: Store,
    pub(super) dir: TempDir,
}

impl std::ops::Deref for Station {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

/// A new station that may be edited.
pub(super) async fn station() -> Station {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path()).await;
    Station { store, dir }
}

/// Opens what is in `dir`, for edits.
pub(super) async fn open(dir: &Path) -> Store {
    let store = Store::open_as(dir, DEFINITION).await.unwrap();
    let epoch = store.head().position.epoch;
    store.set_permit(EditPermit::Allowed { epoch, until: None });
    store
}

/// Lets edits in, in whatever epoch is in force now.
pub(super) fn allow(store: &Store) {
    store.set_permit(EditPermit::Allowed {
        epoch: store.head().position.epoch,
        until: None,
    });
}

/// One change, small enough that many of them meet the same rows.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Channel(String),
    PutPlaylist {
        id: u8,
        date: String,
    },
    DropPlaylist {
        id: u8,
    },
    PutItem {
        id: u8,
        playlist: u8,
        rank: String,
        title: String,
        duration: i64,
    },
    MoveItem {
        id: u8,
        rank: String,
    },
    DropItem {
        id: u8,
    },
    PutAsset {
        number: i64,
        kind: u8,
        title: Option<String>,
        thumbnail: Option<Vec<u8>>,
        gain: Option<f64>,
    },
    DropAsset {
        number: i64,
    },
}

pub(super) fn id(n: u8) -> Vec<u8> {
    vec![n; 16]
}

impl Step {
    pub(super) async fn run(&self, conn: &mut SqliteConnection) -> Result<(), Error> {
        let query = match self.clone() {
            Step::Channel(name) => sqlx::query("INSERT OR REPLACE INTO channel VALUES (1, ?)").bind(name),
            Step::PutPlaylist { id: n, date } => {
                sqlx::query("INSERT INTO playlist VALUES (?1, ?2) ON CONFLICT DO UPDATE SET date = ?2")
                    .bind(id(n))
                    .bind(date)
            }
            Step::DropPlaylist { id: n } => sqlx::query("DELETE FROM playlist WHERE id = ?").bind(id(n)),
            Step::PutItem { id: n, playlist, rank, title, duration } => sqlx::query(
                "INSERT INTO item SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM playlist WHERE id = ?2) \
                 ON CONFLICT DO UPDATE SET playlist_id = ?2, title = ?4, duration = ?5",
            )
            .bind(id(n))
            .bind(id(playlist))
            .bind(rank)
            .bind(title)
            .bind(duration),
            Step::MoveItem { id: n, rank } => {
                sqlx::query("UPDATE item SET rank = ? WHERE id = ?").bind(rank).bind(id(n))
            }
            Step::DropItem { id: n } => sqlx::query("DELETE FROM item WHERE id = ?").bind(id(n)),
            Step::PutAsset { number, kind, title, thumbnail, gain } => {
                sqlx::query("INSERT OR REPLACE INTO asset VALUES (?, ?, ?, ?, ?)")
                    .bind(if kind == 0 { "clip" } else { "live" })
                    .bind(number)
                    .bind(title)
                    .bind(thumbnail)
                    .bind(gain)
            }
            Step::DropAsset { number } => sqlx::query("DELETE FROM asset WHERE number = ?").bind(number),
        };
        query.execute(conn).await?;
        Ok(())
    }
}

pub(super) fn steps() -> impl Strategy<Value = Step> {
    let text = "[a-zé]{0,6}";
    prop_oneof![
        text.prop_map(Step::Channel),
        (0..3_u8, text).prop_map(|(id, date)| Step::PutPlaylist { id, date }),
        (0..3_u8).prop_map(|id| Step::DropPlaylist { id }),
        (0..8_u8, 0..3_u8, text, text, 0..4_i64).prop_map(
            |(id, playlist, rank, title, duration)| Step::PutItem {
                id,
                playlist,
                rank,
                title,
                duration
            }
        ),
        (0..8_u8, text).prop_map(|(id, rank)| Step::MoveItem { id, rank }),
        (0..8_u8).prop_map(|id| Step::DropItem { id }),
        (
            0..4_i64,
            0..2_u8,
            proptest::option::of(text),
            proptest::option::of(proptest::collection::vec(any::<u8>(), 0..9)),
            proptest::option::of(-2.0..2.0_f64)
        )
            .prop_map(|(number, kind, title, thumbnail, gain)| Step::PutAsset {
                number,
                kind,
                title,
                thumbnail,
                gain
            }),
        (0..4_i64).prop_map(|number| Step::DropAsset { number }),
    ]
}

/// Edits: each a transaction of some steps.
pub(super) fn edits(
    count: impl Into<proptest::collection::SizeRange>,
) -> impl Strategy<Value = Vec<Vec<Step>>> {
    proptest::collection::vec(proptest::collection::vec(steps(), 1..5), count)
}

pub(super) async fn edit(store: &Store, steps: &[Step]) -> Result<Written<()>, Error> {
    let steps = steps.to_vec();
    store
        .write(
            EditMeta::new("ada", format!("{} steps", steps.len())),
            async move |conn| {
                for step in &steps {
                    step.run(conn).await?;
                }
                Ok::<_, Error>(())
            },
        )
        .await
}

/// A playlist and so many items in it, in one edit.
pub(super) async fn add_items(
    store: &Store,
    playlist: u8,
    items: std::ops::Range<u8>,
) -> Written<()> {
    let mut steps = vec![Step::PutPlaylist {
        id: playlist,
        date: String::from("2026-11-22"),
    }];
    steps.extend(items.map(|id| put_item(id, playlist, "title")));
    edit(store, &steps).await.unwrap()
}

pub(super) fn put_item(id: u8, playlist: u8, title: &str) -> Step {
    Step::PutItem {
        id,
        playlist,
        rank: String::from("m"),
        title: title.to_owned(),
        duration: 25,
    }
}

/// The promise that everything rests on: the rolling sum is the sum of the rows.
pub(super) async fn assert_true(store: &Store) -> Head {
    let verified = store.verify().await.unwrap();
    assert!(
        verified.ok,
        "rolling sum {}, scan {}",
        verified.head.sum, verified.scanned_sum
    );
    assert_eq!(verified.head, store.head());
    verified.head
}

/// Changes what lies on the disk behind the store's back.
pub(super) async fn damage(station: &Station, sql: &'static str) {
    let mut other = SqliteConnectOptions::new()
        .filename(station.dir().join(DATABASE_FILE))
        .connect()
        .await
        .unwrap();
    sqlx::query(sql).execute(&mut other).await.unwrap();
    other.close().await.unwrap();
}

/// A bit of a row.
pub(super) const ROTTEN_ROW: &str =
    "UPDATE item SET title = title || '!' WHERE id = (SELECT min(id) FROM item)";

/// Runs async code in a property.
pub(super) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}
