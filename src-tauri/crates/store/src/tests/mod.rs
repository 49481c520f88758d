//! The store against its own promises, on real files.

mod batch;
mod crash;
mod days;
mod diff;
mod diverge;
mod fixture;
mod keep;
mod open;
mod orphans;
mod pages;
mod replicate;
mod snapshot;
mod undo;
mod verify;
mod wal;
mod write;

use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

use crate::{DATABASE_FILE, Store};

/// Changes rows behind the store's back, as a failing disk would.
async fn damage(store: &Store, sql: &'static str) {
    let mut connection = SqliteConnectOptions::new()
        .filename(store.dir().join(DATABASE_FILE))
        .foreign_keys(false)
        .connect()
        .await
        .unwrap();
    sqlx::query(sql).execute(&mut connection).await.unwrap();
}
