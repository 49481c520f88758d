//! The library's assets: reading, editing. Listing and searching are in `list`.

mod list;

use std::collections::HashMap;

use changeset::Db;
use domain::asset::{Asset, AssetKind, MediaFile, MediaInfo};
use domain::ids::AssetId;
use domain::validate;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{QueryBuilder, Row as _, Sqlite};
use uuid::Uuid;

pub use list::{AssetFilter, AssetPage, AssetQuery, AssetSort, Category, categories, list};

use super::items::raw_uuid;
use super::raw::first;
use super::row::{BINDS_MAX, count as count_column, damaged, hex_array, u32_or_null, uuid};
use super::{TableError, channel, locked};

/// All columns, in the order in which [`from_row`] reads and [`add`] and [`update`] write them.
macro_rules! columns {
    () => {
        "id, kind, title, file_root, file_path, duration, category, notes, created_at, info_container, \
         info_video_codec, info_width, info_height, info_frame_rate, info_audio_codec, info_audio_channels, \
         info_sample_rate_hz, info_duration_us, info_size_bytes, info_modified_at"
    };
}
pub(crate) use columns;

const COLUMN_COUNT: usize = 20;

/// The asset of an id.
///
/// # Errors
/// [`TableError::NotFound`], [`TableError::Store`].
pub async fn get(conn: &mut SqliteConnection, id: AssetId) -> Result<Asset, TableError> {
    let row = sqlx::query(concat!("SELECT ", columns!(), " FROM asset WHERE id = ?"))
        .bind(&id.as_bytes()[..])
        .fetch_optional(conn)
        .await?;
    from_row(&row.ok_or_else(|| TableError::not_found("asset", id))?)
}

/// Those of the assets named that are there.
///
/// # Errors
/// [`TableError::Store`].
pub async fn by_ids(
    conn: &mut SqliteConnection,
    ids: impl IntoIterator<Item = AssetId>,
) -> Result<HashMap<AssetId, Asset>, TableError> {
    let mut ids: Vec<Uuid> = ids.into_iter().map(|id| id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query(concat!(
        "SELECT ",
        columns!(),
        " FROM asset WHERE id IN (SELECT unhex(value) FROM json_each(?))"
    ))
    .bind(hex_array(ids))
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| from_row(row).map(|asset| (asset.id, asset)))
        .collect()
}

/// The asset of a file (the oldest, should there be several).
///
/// # Errors
/// [`TableError::Store`].
pub async fn of_file(
    conn: &mut SqliteConnection,
    file: &MediaFile,
) -> Result<Option<Asset>, TableError> {
    let row = sqlx::query(concat!(
        "SELECT ",
        columns!(),
        " FROM asset WHERE file_root = ? AND file_path = ? ORDER BY id LIMIT 1"
    ))
    .bind(&file.root)
    .bind(&file.path)
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(from_row).transpose()
}

/// The asset of this title, whatever its case; `None` where there is none or more than one.
///
/// # Errors
/// [`TableError::Store`].
pub async fn of_title(
    conn: &mut SqliteConnection,
    title: &str,
) -> Result<Option<Asset>, TableError> {
    let rows = sqlx::query(concat!(
        "SELECT ",
        columns!(),
        " FROM asset WHERE title = ? COLLATE NOCASE LIMIT 2"
    ))
    .bind(title)
    .fetch_all(conn)
    .await?;
    match rows.as_slice() {
        [row] => from_row(row).map(Some),
        _ => Ok(None),
    }
}

/// Clips of at most `frames` frames, of one category or any: the longest or the shortest first, the older of equal ones
/// before the newer.
///
/// # Errors
/// [`TableError::Store`].
pub async fn fitting(
    conn: &mut SqliteConnection,
    frames: i64,
    category: Option<&str>,
    longest: bool,
    limit: u32,
) -> Result<Vec<Asset>, TableError> {
    let query = if longest {
        concat!(
            "SELECT ",
            columns!(),
            " FROM asset WHERE kind = 'clip' AND duration BETWEEN 1 AND ?1 AND (?2 IS NULL OR category = ?2) \
             ORDER BY duration DESC, id LIMIT ?3"
        )
    } else {
        concat!(
            "SELECT ",
            columns!(),
            " FROM asset WHERE kind = 'clip' AND duration BETWEEN 1 AND ?1 AND (?2 IS NULL OR category = ?2) \
             ORDER BY duration, id LIMIT ?3"
        )
    };
    let rows = sqlx::query(query)
        .bind(frames)
        .bind(category)
        .bind(limit)
        .fetch_all(conn)
        .await?;
    rows.iter().map(from_row).collect()
}

/// The categories that have clips of at most `frames` frames, A to Z.
///
/// # Errors
/// [`TableError::Store`].
pub async fn categories_fitting(
    conn: &mut SqliteConnection,
    frames: i64,
) -> Result<Vec<String>, TableError> {
    let rows = sqlx::query(
        "SELECT DISTINCT category FROM asset WHERE kind = 'clip' AND category <> '' AND duration BETWEEN 1 AND ? \
         ORDER BY category COLLATE NOCASE, category",
    )
    .bind(frames)
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// How many items refer to an asset.
///
/// # Errors
/// [`TableError::Store`].
pub async fn used_by(conn: &mut SqliteConnection, id: AssetId) -> Result<u64, TableError> {
    let row = sqlx::query("SELECT count(*) FROM item WHERE asset_id = ?")
        .bind(&id.as_bytes()[..])
        .fetch_one(conn)
        .await?;
    count_column(&row, 0)
}

/// How many assets there are.
///
/// # Errors
/// [`TableError::Store`].
pub async fn count(conn: &mut SqliteConnection) -> Result<u64, TableError> {
    let row = sqlx::query("SELECT count(*) FROM asset")
        .fetch_one(conn)
        .await?;
    count_column(&row, 0)
}

/// Adds assets. Returns them as stored.
///
/// # Errors
/// [`TableError::Invalid`]; [`TableError::Store`], also for an id that is taken.
pub async fn add(
    conn: &mut SqliteConnection,
    assets: Vec<Asset>,
) -> Result<Vec<Asset>, TableError> {
    let rate = channel::counting(&mut *conn).await?.rate();
    let assets = assets
        .into_iter()
        .map(|asset| validate::normalize_asset(asset, rate))
        .collect::<Result<Vec<_>, _>>()?;
    for batch in assets.chunks(BINDS_MAX / COLUMN_COUNT) {
        let mut sql: QueryBuilder<Sqlite> =
            QueryBuilder::new(concat!("INSERT INTO asset (", columns!(), ") "));
        sql.push_values(batch, |mut row, asset| {
            let (root, path) = asset
                .file
                .clone()
                .map(|file| (file.root, file.path))
                .unzip();
            let info = asset.info.clone();
            row.push_bind(asset.id.as_bytes().to_vec())
                .push_bind(kind_text(asset.kind))
                .push_bind(asset.title.clone())
                .push_bind(root)
                .push_bind(path)
                .push_bind(asset.duration)
                .push_bind(asset.category.clone())
                .push_bind(asset.notes.clone())
                .push_bind(asset.created_at.clone())
                .push_bind(info.container)
                .push_bind(info.video_codec)
                .push_bind(info.width)
                .push_bind(info.height)
                .push_bind(info.frame_rate)
                .push_bind(info.audio_codec)
                .push_bind(info.audio_channels)
                .push_bind(info.sample_rate_hz)
                .push_bind(info.duration_us)
                .push_bind(info.size_bytes)
                .push_bind(info.modified_at);
        });
        sql.build().persistent(false).execute(&mut *conn).await?;
    }
    Ok(assets)
}

/// Writes an asset over the one of its id; when it was added stays. Items that refer to it keep their own title and
/// duration. Returns it as stored.
///
/// # Errors
/// [`TableError::NotFound`], [`TableError::Invalid`], [`TableError::Store`].
pub async fn update(conn: &mut SqliteConnection, asset: Asset) -> Result<Asset, TableError> {
    let rate = channel::counting(&mut *conn).await?.rate();
    let created_at = get(&mut *conn, asset.id).await?.created_at;
    let asset = validate::normalize_asset(
        Asset {
            created_at,
            ..asset
        },
        rate,
    )?;
    let file = asset.file.as_ref();
    let info = &asset.info;
    sqlx::query(
        "UPDATE asset SET kind = ?, title = ?, file_root = ?, file_path = ?, duration = ?, category = ?, notes = ?, \
         info_container = ?, info_video_codec = ?, info_width = ?, info_height = ?, info_frame_rate = ?, \
         info_audio_codec = ?, info_audio_channels = ?, info_sample_rate_hz = ?, info_duration_us = ?, \
         info_size_bytes = ?, info_modified_at = ? WHERE id = ?",
    )
    .bind(kind_text(asset.kind))
    .bind(&asset.title)
    .bind(file.map(|file| &file.root))
    .bind(file.map(|file| &file.path))
    .bind(asset.duration)
    .bind(&asset.category)
    .bind(&asset.notes)
    .bind(&info.container)
    .bind(&info.video_codec)
    .bind(info.width)
    .bind(info.height)
    .bind(&info.frame_rate)
    .bind(&info.audio_codec)
    .bind(info.audio_channels)
    .bind(info.sample_rate_hz)
    .bind(info.duration_us)
    .bind(info.size_bytes)
    .bind(&info.modified_at)
    .bind(&asset.id.as_bytes()[..])
    .execute(conn)
    .await?;
    Ok(asset)
}

/// Deletes assets. Items that refer to them stand alone afterwards: they keep title and duration. Returns how many.
///
/// # Errors
/// [`TableError::NotFound`] where one is not there; [`TableError::Store`].
pub async fn delete(conn: &mut SqliteConnection, ids: &[AssetId]) -> Result<u64, TableError> {
    locked(&mut *conn, |db| require_raw(db, ids.iter().copied())).await?;
    let json = hex_array(ids.iter().map(|id| id.0));
    // In words of its own, not as ON DELETE SET NULL: so the items' change is in the changeset by itself.
    for sql in [
        "UPDATE item SET asset_id = NULL WHERE asset_id IN (SELECT unhex(value) FROM json_each(?))",
        "UPDATE template_item SET asset_id = NULL WHERE asset_id IN (SELECT unhex(value) FROM json_each(?))",
    ] {
        sqlx::query(sql).bind(&json).execute(&mut *conn).await?;
    }
    let result =
        sqlx::query("DELETE FROM asset WHERE id IN (SELECT unhex(value) FROM json_each(?))")
            .bind(&json)
            .execute(conn)
            .await?;
    Ok(result.rows_affected())
}

/// Refuses ids of assets that are not there.
pub(crate) fn require_raw(
    db: &Db<'_>,
    ids: impl IntoIterator<Item = AssetId>,
) -> Result<(), TableError> {
    let json = hex_array(ids.into_iter().map(|id| id.0));
    if json == "[]" {
        return Ok(());
    }
    let sql = "SELECT unhex(value) FROM json_each(?1) \
               WHERE NOT EXISTS (SELECT 1 FROM asset WHERE id = unhex(value)) LIMIT 1";
    let missing = first(db, "look up assets", sql, &[json.as_str().into()], |row| {
        Ok(raw_uuid(row.get(0)).unwrap_or_default())
    })?;
    match missing {
        Some(id) => Err(TableError::not_found("asset", AssetId(id))),
        None => Ok(()),
    }
}

/// What an item takes over from its asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lent {
    /// Clip or live source.
    pub kind: AssetKind,
    /// What operators call it.
    pub title: String,
    /// In frames.
    pub duration: i64,
}

impl From<&Asset> for Lent {
    fn from(asset: &Asset) -> Self {
        Self {
            kind: asset.kind,
            title: asset.title.clone(),
            duration: asset.duration,
        }
    }
}

/// What items take over from those of the assets named that are there.
///
/// # Errors
/// [`TableError::Store`].
pub fn lent(
    db: &Db<'_>,
    ids: impl IntoIterator<Item = AssetId>,
) -> Result<HashMap<AssetId, Lent>, TableError> {
    let mut lent = HashMap::new();
    for id in ids {
        if lent.contains_key(&id) {
            continue;
        }
        let sql = "SELECT kind, title, duration FROM asset WHERE id = ?1";
        let found = first(db, "look up assets", sql, &[id.as_bytes().into()], |row| {
            Ok((row.str(0).to_owned(), row.str(1).to_owned(), row.i64(2)))
        })?;
        if let Some((kind_text, title, duration)) = found {
            let kind = kind(&kind_text)?;
            lent.insert(
                id,
                Lent {
                    kind,
                    title,
                    duration,
                },
            );
        }
    }
    Ok(lent)
}

/// At most `limit` assets in the order of their ids, after one of them.
pub(crate) async fn page_by_id(
    conn: &mut SqliteConnection,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Vec<Asset>, TableError> {
    let rows = sqlx::query(concat!(
        "SELECT ",
        columns!(),
        " FROM asset WHERE id > ? ORDER BY id LIMIT ?"
    ))
    .bind(after.map(|id| id.as_bytes().to_vec()).unwrap_or_default())
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(conn)
    .await?;
    rows.iter().map(from_row).collect()
}

pub(crate) fn from_row(row: &SqliteRow) -> Result<Asset, TableError> {
    let root: Option<String> = row.try_get(3)?;
    let path: Option<String> = row.try_get(4)?;
    Ok(Asset {
        id: AssetId(uuid(row, 0)?),
        kind: kind(row.try_get(1)?)?,
        title: row.try_get(2)?,
        file: root.zip(path).map(|(root, path)| MediaFile { root, path }),
        duration: row.try_get(5)?,
        category: row.try_get(6)?,
        notes: row.try_get(7)?,
        created_at: row.try_get(8)?,
        info: MediaInfo {
            container: row.try_get(9)?,
            video_codec: row.try_get(10)?,
            width: u32_or_null(row, 11)?,
            height: u32_or_null(row, 12)?,
            frame_rate: row.try_get(13)?,
            audio_codec: row.try_get(14)?,
            audio_channels: u32_or_null(row, 15)?,
            sample_rate_hz: u32_or_null(row, 16)?,
            duration_us: row.try_get(17)?,
            size_bytes: row.try_get(18)?,
            modified_at: row.try_get(19)?,
        },
    })
}

fn kind_text(kind: AssetKind) -> &'static str {
    match kind {
        AssetKind::Clip => "clip",
        AssetKind::Live => "live",
    }
}

fn kind(text: &str) -> Result<AssetKind, TableError> {
    match text {
        "clip" => Ok(AssetKind::Clip),
        "live" => Ok(AssetKind::Live),
        other => Err(damaged("kind", other)),
    }
}

#[cfg(test)]
mod tests;
