//! The items of playlists.

pub mod edit;
mod find;

use changeset::{Row as RawRow, ValueRef};
use domain::ids::{AssetId, ItemId, PlaylistId};
use domain::rank::Rank;
use domain::rundown::{Item, ItemChange, ItemKind, StartMode};
use domain::timecode::Timecode;
use domain::timing::TimingInput;
use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use uuid::Uuid;

pub use find::{Found, Wanted, find};

use super::row::{self, damaged, parsed, parsed_or_null, uuid, uuid_or_null};
use super::{TableError, locked};

/// An item to be inserted: an [`Item`] without its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewItem {
    /// Identity; new.
    pub id: ItemId,
    /// Clip, live source or note.
    pub kind: ItemKind,
    /// What operators call it.
    pub title: String,
    /// The asset it refers to, if any.
    pub asset_id: Option<AssetId>,
    /// How it starts.
    pub start_mode: StartMode,
    /// The clock time of a fixed start.
    pub fixed_start: Option<Timecode>,
    /// First frame of the asset that is played.
    pub in_point: i64,
    /// How long it plays, in frames.
    pub duration: i64,
    /// Free text.
    pub notes: String,
}

impl NewItem {
    fn at(self, playlist_id: PlaylistId, rank: Rank) -> Item {
        let NewItem {
            id,
            kind,
            title,
            asset_id,
            start_mode,
            fixed_start,
            in_point,
            duration,
            notes,
        } = self;
        Item {
            id,
            playlist_id,
            rank,
            kind,
            title,
            asset_id,
            start_mode,
            fixed_start,
            in_point,
            duration,
            notes,
        }
    }
}

/// All columns, in the order in which [`from_row`], [`from_raw`] and [`edit`] read and write them.
macro_rules! columns {
    () => {
        "id, playlist_id, rank, kind, title, asset_id, start_mode, fixed_start, in_point, duration, notes"
    };
}
pub(crate) use columns;

/// The same, one by one.
pub(crate) const COLUMNS: [&str; 11] = [
    "id",
    "playlist_id",
    "rank",
    "kind",
    "title",
    "asset_id",
    "start_mode",
    "fixed_start",
    "in_point",
    "duration",
    "notes",
];

/// The items of a playlist, in order.
///
/// # Errors
/// [`TableError::Store`].
pub async fn of_playlist(
    conn: &mut SqliteConnection,
    playlist: PlaylistId,
) -> Result<Vec<Item>, TableError> {
    let rows = sqlx::query(concat!(
        "SELECT ",
        columns!(),
        " FROM item WHERE playlist_id = ? ORDER BY rank, id"
    ))
    .bind(&playlist.as_bytes()[..])
    .fetch_all(conn)
    .await?;
    rows.iter().map(from_row).collect()
}

/// What of an item a calendar counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scheduled {
    /// What decides its time.
    pub input: TimingInput,
    /// The asset it refers to, if any.
    pub asset_id: Option<AssetId>,
}

/// The items of a playlist, in order, as far as a calendar counts them.
///
/// # Errors
/// [`TableError::Store`].
pub async fn scheduled(
    conn: &mut SqliteConnection,
    playlist: PlaylistId,
) -> Result<Vec<Scheduled>, TableError> {
    let rows = sqlx::query(
        "SELECT kind, start_mode, fixed_start, duration, asset_id FROM item WHERE playlist_id = ? ORDER BY rank, id",
    )
    .bind(&playlist.as_bytes()[..])
    .fetch_all(conn)
    .await?;
    let scheduled = |row: &SqliteRow| {
        Ok(Scheduled {
            input: TimingInput {
                kind: kind(row.try_get(0)?)?,
                start_mode: start_mode(row.try_get(1)?)?,
                fixed_start: parsed_or_null(row, 2, "fixed start")?,
                duration: row.try_get(3)?,
            },
            asset_id: uuid_or_null(row, 4)?.map(AssetId),
        })
    };
    rows.iter().map(scheduled).collect()
}

/// Items by their ids, each once, in the order of their playlists' dates and within them.
///
/// # Errors
/// [`TableError::NotFound`] where one is not there; [`TableError::Store`].
pub async fn get(conn: &mut SqliteConnection, ids: &[ItemId]) -> Result<Vec<Item>, TableError> {
    locked(conn, |db| edit::get(db, ids)).await
}

/// [`edit::insert`] on a connection.
///
/// # Errors
/// As there.
pub async fn insert(
    conn: &mut SqliteConnection,
    playlist_id: PlaylistId,
    after: Option<ItemId>,
    items: Vec<NewItem>,
) -> Result<Vec<Item>, TableError> {
    locked(conn, |db| edit::insert(db, playlist_id, after, items)).await
}

/// [`edit::update`] on a connection.
///
/// # Errors
/// As there.
pub async fn update(
    conn: &mut SqliteConnection,
    ids: &[ItemId],
    change: &ItemChange,
) -> Result<Vec<Item>, TableError> {
    locked(conn, |db| edit::update(db, ids, change)).await
}

/// [`edit::move_to`] on a connection.
///
/// # Errors
/// As there.
pub async fn move_to(
    conn: &mut SqliteConnection,
    ids: &[ItemId],
    playlist: Option<PlaylistId>,
    after: Option<ItemId>,
) -> Result<Vec<Item>, TableError> {
    locked(conn, |db| edit::move_to(db, ids, playlist, after)).await
}

/// [`edit::delete`] on a connection.
///
/// # Errors
/// As there.
pub async fn delete(conn: &mut SqliteConnection, ids: &[ItemId]) -> Result<u64, TableError> {
    locked(conn, |db| edit::delete(db, ids)).await
}

/// How many items there are in all playlists.
///
/// # Errors
/// [`TableError::Store`].
pub async fn count(conn: &mut SqliteConnection) -> Result<u64, TableError> {
    let row = sqlx::query("SELECT count(*) FROM item")
        .fetch_one(conn)
        .await?;
    row::count(&row, 0)
}

/// At most `limit` items in the order of their ids, after one of them.
pub(crate) async fn page_by_id(
    conn: &mut SqliteConnection,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Vec<Item>, TableError> {
    let rows = sqlx::query(concat!(
        "SELECT ",
        columns!(),
        " FROM item WHERE id > ? ORDER BY id LIMIT ?"
    ))
    .bind(after.map(|id| id.as_bytes().to_vec()).unwrap_or_default())
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(conn)
    .await?;
    rows.iter().map(from_row).collect()
}

fn from_row(row: &SqliteRow) -> Result<Item, TableError> {
    Ok(Item {
        id: ItemId(uuid(row, 0)?),
        playlist_id: PlaylistId(uuid(row, 1)?),
        rank: parsed(row, 2, "rank")?,
        kind: kind(row.try_get(3)?)?,
        title: row.try_get(4)?,
        asset_id: uuid_or_null(row, 5)?.map(AssetId),
        start_mode: start_mode(row.try_get(6)?)?,
        fixed_start: parsed_or_null(row, 7, "fixed start")?,
        in_point: row.try_get(8)?,
        duration: row.try_get(9)?,
        notes: row.try_get(10)?,
    })
}

/// The item of a row with [`columns`].
pub(crate) fn from_raw(row: &RawRow<'_>) -> Result<Item, crate::Error> {
    let mut item = blank(ItemId(Uuid::nil()));
    for (at, column) in COLUMNS.iter().enumerate() {
        set(&mut item, column, row.get(at)).ok_or_else(|| crate::Error::Damaged {
            what: format!("a row's {column} cannot be read"),
        })?;
    }
    Ok(item)
}

pub(crate) fn blank(id: ItemId) -> Item {
    Item {
        id,
        playlist_id: PlaylistId(Uuid::nil()),
        rank: Rank::middle(),
        kind: ItemKind::Note,
        title: String::new(),
        asset_id: None,
        start_mode: StartMode::Follow,
        fixed_start: None,
        in_point: 0,
        duration: 0,
        notes: String::new(),
    }
}

/// Sets the column of this name; `None` where the value is none that this program writes. A column that items do not show
/// is let be.
pub(crate) fn set(item: &mut Item, column: &str, value: ValueRef<'_>) -> Option<()> {
    match column {
        "id" => item.id = ItemId(raw_uuid(value)?),
        "playlist_id" => item.playlist_id = PlaylistId(raw_uuid(value)?),
        "rank" => item.rank = value.as_str()?.parse().ok()?,
        "kind" => item.kind = kind(value.as_str()?).ok()?,
        "title" => item.title = value.as_str()?.to_owned(),
        "asset_id" => item.asset_id = unless_null(value, |value| raw_uuid(value).map(AssetId))?,
        "start_mode" => item.start_mode = start_mode(value.as_str()?).ok()?,
        "fixed_start" => {
            item.fixed_start = unless_null(value, |value| value.as_str()?.parse().ok())?;
        }
        "in_point" => item.in_point = value.as_i64()?,
        "duration" => item.duration = value.as_i64()?,
        "notes" => item.notes = value.as_str()?.to_owned(),
        _ => {}
    }
    Some(())
}

/// `Some(None)` for NULL; `None` for what cannot be read.
fn unless_null<T>(
    value: ValueRef<'_>,
    read: impl FnOnce(ValueRef<'_>) -> Option<T>,
) -> Option<Option<T>> {
    match value {
        ValueRef::Null => Some(None),
        value => read(value).map(Some),
    }
}

pub(crate) fn raw_uuid(value: ValueRef<'_>) -> Option<Uuid> {
    Uuid::from_slice(value.as_blob()?).ok()
}

pub(super) fn kind_text(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Clip => "clip",
        ItemKind::Live => "live",
        ItemKind::Note => "note",
    }
}

pub(crate) fn kind(text: &str) -> Result<ItemKind, TableError> {
    match text {
        "clip" => Ok(ItemKind::Clip),
        "live" => Ok(ItemKind::Live),
        "note" => Ok(ItemKind::Note),
        other => Err(damaged("kind", other)),
    }
}

pub(super) fn start_mode_text(mode: StartMode) -> &'static str {
    match mode {
        StartMode::Follow => "follow",
        StartMode::Fixed => "fixed",
        StartMode::Hold => "hold",
    }
}

pub(crate) fn start_mode(text: &str) -> Result<StartMode, TableError> {
    match text {
        "follow" => Ok(StartMode::Follow),
        "fixed" => Ok(StartMode::Fixed),
        "hold" => Ok(StartMode::Hold),
        other => Err(damaged("start mode", other)),
    }
}

#[cfg(test)]
mod tests;
