//! The items of playlists.

mod find;

use std::collections::HashSet;

use domain::ids::{AssetId, ItemId, PlaylistId};
use domain::rank::Rank;
use domain::rundown::{Item, ItemChange, ItemKind, Playlist, StartMode};
use domain::timecode::{Counting, Timecode};
use domain::timing::TimingInput;
use domain::validate::{self, ITEMS_MAX};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{QueryBuilder, Row as _, Sqlite};
use uuid::Uuid;

pub use find::{Found, Wanted, find};

use super::row::{self, BINDS_MAX, damaged, hex_array, parsed, parsed_or_null, uuid, uuid_or_null};
use super::{TableError, assets, channel, order, playlists};

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

/// All columns, in the order in which [`from_row`] reads and [`insert_rows`] writes them.
macro_rules! columns {
    () => {
        "id, playlist_id, rank, kind, title, asset_id, start_mode, fixed_start, in_point, duration, notes"
    };
}

const COLUMN_COUNT: usize = 11;

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
    let rows = sqlx::query(concat!(
        "SELECT ",
        columns!(),
        " FROM item WHERE id IN (SELECT unhex(value) FROM json_each(?)) \
         ORDER BY (SELECT date FROM playlist WHERE playlist.id = playlist_id), rank, id"
    ))
    .bind(hex_array(ids.iter().map(|id| id.0)))
    .fetch_all(conn)
    .await?;
    let items = rows.iter().map(from_row).collect::<Result<Vec<_>, _>>()?;
    let found: HashSet<ItemId> = items.iter().map(|item| item.id).collect();
    match ids.iter().find(|id| !found.contains(id)) {
        Some(missing) => Err(TableError::not_found("item", missing)),
        None => Ok(items),
    }
}

/// Inserts items, in the order given, right after `after`, or at the playlist's start. Returns them as stored.
///
/// # Errors
/// [`TableError::NotFound`] for the playlist, `after` or an asset; [`TableError::OtherPlaylist`],
/// [`TableError::TooManyItems`], [`TableError::Invalid`], [`TableError::Store`].
pub async fn insert(
    conn: &mut SqliteConnection,
    playlist_id: PlaylistId,
    after: Option<ItemId>,
    items: Vec<NewItem>,
) -> Result<Vec<Item>, TableError> {
    let (playlist, counting, present) = destination(&mut *conn, playlist_id).await?;
    check_count(&playlist, present, items.len())?;
    let ranks = order::make_room(&mut *conn, &playlist, after, items.len(), &[]).await?;
    let items = items
        .into_iter()
        .zip(ranks)
        .map(|(item, rank)| validate::normalize_item(item.at(playlist_id, rank), counting))
        .collect::<Result<Vec<_>, _>>()?;
    assets::require(&mut *conn, items.iter().filter_map(|item| item.asset_id)).await?;
    insert_rows(conn, &items).await?;
    Ok(items)
}

/// Makes the same change to all items named. Returns them as stored, in order.
///
/// # Errors
/// [`TableError::NotFound`] for an item or the asset; [`TableError::Invalid`] where the change does not fit one of them;
/// [`TableError::Store`].
pub async fn update(
    conn: &mut SqliteConnection,
    ids: &[ItemId],
    change: &ItemChange,
) -> Result<Vec<Item>, TableError> {
    let counting = channel::counting(&mut *conn).await?;
    assets::require(&mut *conn, change.asset_id.flatten()).await?;
    let mut items = get(&mut *conn, ids).await?;
    for item in &mut items {
        let changed = validate::normalize_item(change.apply(item.clone()), counting)?;
        if changed != *item {
            store(&mut *conn, &changed).await?;
            *item = changed;
        }
    }
    Ok(items)
}

/// Moves items to right after `after`, or to the start, of `playlist`, or of their own where it is `None`. They keep their
/// order. Returns them as stored, in order.
///
/// # Errors
/// [`TableError::NotFound`] for an item, the playlist or `after`; [`TableError::OtherPlaylist`] where `after` is not in the
/// target, or no target is given and the items are not all in one playlist; [`TableError::TooManyItems`],
/// [`TableError::Store`].
pub async fn move_to(
    conn: &mut SqliteConnection,
    ids: &[ItemId],
    playlist: Option<PlaylistId>,
    after: Option<ItemId>,
) -> Result<Vec<Item>, TableError> {
    let mut items = get(&mut *conn, ids).await?;
    let Some(first) = items.first() else {
        return Ok(items);
    };
    let target = playlists::get(&mut *conn, playlist.unwrap_or(first.playlist_id)).await?;
    let coming = items.iter().filter(|item| item.playlist_id != target.id);
    match coming.clone().next() {
        Some(stranger) if playlist.is_none() => {
            return Err(TableError::OtherPlaylist {
                id: stranger.id.to_string(),
                date: target.date,
            });
        }
        Some(_) => {
            let (_, _, present) = destination(&mut *conn, target.id).await?;
            check_count(&target, present, coming.count())?;
        }
        None => {}
    }
    let ranks = order::make_room(&mut *conn, &target, after, items.len(), ids).await?;
    for (item, rank) in items.iter_mut().zip(ranks) {
        (item.playlist_id, item.rank) = (target.id, rank);
        sqlx::query("UPDATE item SET playlist_id = ?, rank = ? WHERE id = ?")
            .bind(&target.id.as_bytes()[..])
            .bind(item.rank.as_str())
            .bind(&item.id.as_bytes()[..])
            .execute(&mut *conn)
            .await?;
    }
    Ok(items)
}

/// Deletes items. Returns how many.
///
/// # Errors
/// [`TableError::NotFound`] where one is not there; [`TableError::Store`].
pub async fn delete(conn: &mut SqliteConnection, ids: &[ItemId]) -> Result<u64, TableError> {
    get(&mut *conn, ids).await?;
    let result =
        sqlx::query("DELETE FROM item WHERE id IN (SELECT unhex(value) FROM json_each(?))")
            .bind(hex_array(ids.iter().map(|id| id.0)))
            .execute(conn)
            .await?;
    Ok(result.rows_affected())
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

/// Where items go: the playlist, how its channel counts frames, and how many items are there. One query, since every
/// statement costs an edit a change of threads.
async fn destination(
    conn: &mut SqliteConnection,
    id: PlaylistId,
) -> Result<(Playlist, Counting, usize), TableError> {
    let row = sqlx::query(
        "SELECT date, frame_rate, drop_frame, (SELECT count(*) FROM item WHERE playlist_id = playlist.id) \
         FROM playlist, channel WHERE playlist.id = ?",
    )
    .bind(&id.as_bytes()[..])
    .fetch_optional(conn)
    .await?
    .ok_or_else(|| TableError::not_found("playlist", id))?;
    let date = parsed(&row, 0, "date")?;
    let counting = Counting::new(parsed(&row, 1, "frame rate")?, row.try_get(2)?)
        .map_err(validate::Invalid::from)?;
    let present = usize::try_from(row::count(&row, 3)?).unwrap_or(usize::MAX);
    Ok((Playlist { id, date }, counting, present))
}

fn check_count(playlist: &Playlist, present: usize, more: usize) -> Result<(), TableError> {
    match present.saturating_add(more) {
        count if count > ITEMS_MAX => Err(TableError::TooManyItems {
            date: playlist.date,
            count,
            max: ITEMS_MAX,
        }),
        _ => Ok(()),
    }
}

async fn insert_rows(conn: &mut SqliteConnection, items: &[Item]) -> Result<(), TableError> {
    for batch in items.chunks(BINDS_MAX / COLUMN_COUNT) {
        let mut sql: QueryBuilder<Sqlite> =
            QueryBuilder::new(concat!("INSERT INTO item (", columns!(), ") "));
        sql.push_values(batch, |mut row, item| {
            row.push_bind(item.id.as_bytes().to_vec())
                .push_bind(item.playlist_id.as_bytes().to_vec())
                .push_bind(item.rank.as_str().to_owned())
                .push_bind(kind_text(item.kind))
                .push_bind(item.title.clone())
                .push_bind(item.asset_id.map(|id| id.as_bytes().to_vec()))
                .push_bind(start_mode_text(item.start_mode))
                .push_bind(item.fixed_start.map(|at| at.to_string()))
                .push_bind(item.in_point)
                .push_bind(item.duration)
                .push_bind(item.notes.clone());
        });
        // One item is the usual case, and a statement worth keeping.
        let one = batch.len() == 1;
        sql.build().persistent(one).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Writes what [`update`] may have changed.
async fn store(conn: &mut SqliteConnection, item: &Item) -> Result<(), TableError> {
    sqlx::query(
        "UPDATE item SET kind = ?, title = ?, asset_id = ?, start_mode = ?, fixed_start = ?, in_point = ?, duration = ?, \
         notes = ? WHERE id = ?",
    )
    .bind(kind_text(item.kind))
    .bind(&item.title)
    .bind(item.asset_id.map(|id| id.as_bytes().to_vec()))
    .bind(start_mode_text(item.start_mode))
    .bind(item.fixed_start.map(|at| at.to_string()))
    .bind(item.in_point)
    .bind(item.duration)
    .bind(&item.notes)
    .bind(&item.id.as_bytes()[..])
    .execute(conn)
    .await?;
    Ok(())
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
