//! A database in memory with this module's tables.

use domain::asset::{Asset, AssetKind, MediaInfo};
use domain::ids::{AssetId, ItemId};
use domain::rundown::{ItemKind, StartMode};
use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnection;
use uuid::Uuid;

use super::items::NewItem;

pub(crate) async fn open() -> SqliteConnection {
    let mut conn = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    sqlx::raw_sql("PRAGMA foreign_keys = ON")
        .execute(&mut conn)
        .await
        .unwrap();
    sqlx::raw_sql(super::SCHEMA)
        .execute(&mut conn)
        .await
        .unwrap();
    sqlx::raw_sql(super::TEMPLATES)
        .execute(&mut conn)
        .await
        .unwrap();
    sqlx::raw_sql(crate::migrate::LOCAL_FILES)
        .execute(&mut conn)
        .await
        .unwrap();
    conn
}

pub(crate) fn new_item(title: &str, duration: i64) -> NewItem {
    NewItem {
        id: ItemId(Uuid::now_v7()),
        kind: ItemKind::Clip,
        title: title.into(),
        asset_id: None,
        start_mode: StartMode::Follow,
        fixed_start: None,
        in_point: 0,
        duration,
        notes: String::new(),
    }
}

pub(crate) fn new_asset(title: &str, duration: i64) -> Asset {
    Asset {
        id: AssetId(Uuid::now_v7()),
        kind: AssetKind::Clip,
        title: title.into(),
        file: None,
        duration,
        category: String::new(),
        notes: String::new(),
        info: MediaInfo::default(),
        created_at: "2026-11-22T12:00:00Z".into(),
    }
}
