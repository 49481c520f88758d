//! What this station found about the files of assets (see [`crate::FileNote`]): reading it.

use std::collections::HashMap;

use domain::asset::{Asset, FileState, MediaFile};
use domain::ids::AssetId;
use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::TableError;
use super::assets::{columns, from_row};
use super::row::{damaged, hex_array, uuid};
use crate::FileNote;

macro_rules! note_columns {
    () => {
        "asset_file.asset_id, asset_file.state, asset_file.size_bytes, asset_file.modified_at, asset_file.probe, \
         asset_file.problem"
    };
}

/// What was found about these assets' files, where something was.
///
/// # Errors
/// [`TableError::Store`].
pub async fn notes(
    conn: &mut SqliteConnection,
    ids: impl IntoIterator<Item = AssetId>,
) -> Result<HashMap<AssetId, FileNote>, TableError> {
    let rows = sqlx::query(concat!(
        "SELECT ",
        note_columns!(),
        " FROM asset_file WHERE asset_id IN (SELECT unhex(value) FROM json_each(?))"
    ))
    .bind(hex_array(ids.into_iter().map(|id| id.0)))
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| note(row).map(|note| (note.asset, note)))
        .collect()
}

/// At most `limit` files that changed and can be read, in the order of their assets' ids, after one of them.
///
/// # Errors
/// [`TableError::Store`].
pub async fn readable_changes(
    conn: &mut SqliteConnection,
    after: Option<AssetId>,
    limit: u32,
) -> Result<Vec<FileNote>, TableError> {
    let rows = sqlx::query(concat!(
        "SELECT ",
        note_columns!(),
        " FROM asset_file JOIN asset ON asset.id = asset_id \
         WHERE state = 'changed' AND probe IS NOT NULL AND asset_id > ? ORDER BY asset_id LIMIT ?"
    ))
    .bind(after.map(|id| id.as_bytes().to_vec()).unwrap_or_default())
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(note).collect()
}

/// What is wrong with which asset's file.
///
/// # Errors
/// [`TableError::Store`].
pub async fn states(
    conn: &mut SqliteConnection,
) -> Result<HashMap<AssetId, FileState>, TableError> {
    let rows = sqlx::query(
        "SELECT asset_id, state FROM asset_file JOIN asset ON asset.id = asset_id WHERE state IS NOT NULL",
    )
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| Ok((AssetId(uuid(row, 0)?), state(row.try_get(1)?)?)))
        .collect()
}

/// At most `limit` assets that have a file, in the order of their ids, after one of them.
///
/// # Errors
/// [`TableError::Store`].
pub async fn assets_with_file(
    conn: &mut SqliteConnection,
    after: Option<AssetId>,
    limit: u32,
) -> Result<Vec<Asset>, TableError> {
    let rows = sqlx::query(concat!(
        "SELECT ",
        columns!(),
        " FROM asset WHERE file_root IS NOT NULL AND id > ? ORDER BY id LIMIT ?"
    ))
    .bind(after.map(|id| id.as_bytes().to_vec()).unwrap_or_default())
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(from_row).collect()
}

/// The file of an asset, as the library has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileOfAsset {
    /// The asset.
    pub asset: AssetId,
    /// Where it is.
    pub file: MediaFile,
    /// Its size when it was read.
    pub size_bytes: Option<i64>,
    /// Its date when it was read.
    pub modified_at: Option<String>,
}

/// The files of a media root below a folder in it; of the whole root where the folder is empty.
///
/// # Errors
/// [`TableError::Store`].
pub async fn assets_under(
    conn: &mut SqliteConnection,
    root: &str,
    folder: &str,
) -> Result<Vec<FileOfAsset>, TableError> {
    let below = if folder.is_empty() {
        String::new()
    } else {
        format!("{folder}/")
    };
    let rows = sqlx::query(
        "SELECT id, file_path, info_size_bytes, info_modified_at FROM asset \
         WHERE file_root = ?1 AND substr(file_path, 1, length(?2)) = ?2",
    )
    .bind(root)
    .bind(below)
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(FileOfAsset {
                asset: AssetId(uuid(row, 0)?),
                file: MediaFile {
                    root: root.to_owned(),
                    path: row.try_get(1)?,
                },
                size_bytes: row.try_get(2)?,
                modified_at: row.try_get(3)?,
            })
        })
        .collect()
}

fn note(row: &SqliteRow) -> Result<FileNote, TableError> {
    let probe: Option<&str> = row.try_get(4)?;
    Ok(FileNote {
        asset: AssetId(uuid(row, 0)?),
        state: row.try_get::<Option<&str>, _>(1)?.map(state).transpose()?,
        size_bytes: row.try_get(2)?,
        modified_at: row.try_get(3)?,
        probe: probe
            .map(|json| serde_json::from_str(json).map_err(|error| damaged("probe", error)))
            .transpose()?,
        problem: row.try_get(5)?,
    })
}

fn state(text: &str) -> Result<FileState, TableError> {
    match text {
        "missing" => Ok(FileState::Missing),
        "changed" => Ok(FileState::Changed),
        other => Err(damaged("state", other)),
    }
}
