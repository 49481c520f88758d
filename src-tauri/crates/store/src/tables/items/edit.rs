//! Editing the items of playlists: statements on the writer's raw handle, all of an edit on one thread. Through sqlx each of
//! them would change threads twice, which took longer than the rest of the edit.

use std::collections::HashSet;

use changeset::Db;
use domain::ids::{ItemId, PlaylistId};
use domain::rundown::{Item, ItemChange, Playlist};
use domain::timecode::Counting;
use domain::validate::{self, ITEMS_MAX};

use super::{NewItem, columns, from_raw, kind_text, start_mode_text};
use crate::error::During as _;
use crate::state::count;
use crate::tables::raw::{each, first, parsed};
use crate::tables::row::hex_array;
use crate::tables::{TableError, assets, order};

const EDITING: &str = "edit the playlist";

/// Items by their ids, each once, in the order of their playlists' dates and within them.
///
/// # Errors
/// [`TableError::NotFound`] where one is not there; [`TableError::Store`].
pub fn get(db: &Db<'_>, ids: &[ItemId]) -> Result<Vec<Item>, TableError> {
    let items = if let [id] = ids {
        let sql = concat!("SELECT ", columns!(), " FROM item WHERE id = ?1");
        each(db, EDITING, sql, &[id.as_bytes().into()], from_raw)?
    } else {
        let sql = concat!(
            "SELECT ",
            columns!(),
            " FROM item WHERE id IN (SELECT unhex(value) FROM json_each(?1)) \
             ORDER BY (SELECT date FROM playlist WHERE playlist.id = playlist_id), rank, id"
        );
        let ids = hex_array(ids.iter().map(|id| id.0));
        each(db, EDITING, sql, &[ids.as_str().into()], from_raw)?
    };
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
pub fn insert(
    db: &Db<'_>,
    playlist_id: PlaylistId,
    after: Option<ItemId>,
    items: Vec<NewItem>,
) -> Result<Vec<Item>, TableError> {
    let (playlist, counting) = destination(db, playlist_id)?;
    check_count(db, &playlist, items.len())?;
    let ranks = order::make_room(db, &playlist, after, items.len(), &[])?;
    let items = items
        .into_iter()
        .zip(ranks)
        .map(|(item, rank)| validate::normalize_item(item.at(playlist_id, rank), counting))
        .collect::<Result<Vec<_>, _>>()?;
    assets::require_raw(db, items.iter().filter_map(|item| item.asset_id))?;
    items.iter().try_for_each(|item| insert_row(db, item))?;
    Ok(items)
}

/// Makes the same change to all items named. Returns them as stored, in order.
///
/// # Errors
/// [`TableError::NotFound`] for an item or the asset; [`TableError::Invalid`] where the change does not fit one of them;
/// [`TableError::Store`].
pub fn update(db: &Db<'_>, ids: &[ItemId], change: &ItemChange) -> Result<Vec<Item>, TableError> {
    let sql = "SELECT frame_rate, drop_frame FROM channel";
    let counting = first(db, EDITING, sql, &[], |row| {
        Ok((parsed(row, 0, "frame rate")?, row.i64(1) != 0))
    })?;
    let Some((rate, drop_frame)) = counting else {
        return Err(TableError::not_found("channel", "settings"));
    };
    let counting = Counting::new(rate, drop_frame).map_err(validate::Invalid::from)?;
    assets::require_raw(db, change.asset_id.flatten())?;
    let mut items = get(db, ids)?;
    for item in &mut items {
        let changed = validate::normalize_item(change.apply(item.clone()), counting)?;
        if changed != *item {
            store(db, &changed)?;
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
pub fn move_to(
    db: &Db<'_>,
    ids: &[ItemId],
    playlist: Option<PlaylistId>,
    after: Option<ItemId>,
) -> Result<Vec<Item>, TableError> {
    let mut items = get(db, ids)?;
    let Some(first) = items.first() else {
        return Ok(items);
    };
    let (target, _) = destination(db, playlist.unwrap_or(first.playlist_id))?;
    let coming = items.iter().filter(|item| item.playlist_id != target.id);
    match coming.clone().next() {
        Some(stranger) if playlist.is_none() => {
            return Err(TableError::OtherPlaylist {
                id: stranger.id.to_string(),
                date: target.date,
            });
        }
        Some(_) => check_count(db, &target, coming.count())?,
        None => {}
    }
    let ranks = order::make_room(db, &target, after, items.len(), ids)?;
    for (item, rank) in items.iter_mut().zip(ranks) {
        (item.playlist_id, item.rank) = (target.id, rank);
        db.run(
            "UPDATE item SET playlist_id = ?1, rank = ?2 WHERE id = ?3",
            &[
                target.id.as_bytes().into(),
                item.rank.as_str().into(),
                item.id.as_bytes().into(),
            ],
        )
        .during(EDITING)?;
    }
    Ok(items)
}

/// Deletes items. Returns how many.
///
/// # Errors
/// [`TableError::NotFound`] where one is not there; [`TableError::Store`].
pub fn delete(db: &Db<'_>, ids: &[ItemId]) -> Result<u64, TableError> {
    let items = get(db, ids)?;
    for item in &items {
        db.run(
            "DELETE FROM item WHERE id = ?1",
            &[item.id.as_bytes().into()],
        )
        .during(EDITING)?;
    }
    Ok(items.len() as u64)
}

/// Where items go: the playlist, and how its channel counts frames.
fn destination(db: &Db<'_>, id: PlaylistId) -> Result<(Playlist, Counting), TableError> {
    let sql = "SELECT date, frame_rate, drop_frame FROM playlist, channel WHERE playlist.id = ?1";
    let found = first(db, EDITING, sql, &[id.as_bytes().into()], |row| {
        let date = parsed(row, 0, "date")?;
        let rate = parsed(row, 1, "frame rate")?;
        Ok((Playlist { id, date }, rate, row.i64(2) != 0))
    })?;
    let Some((playlist, rate, drop_frame)) = found else {
        return Err(TableError::not_found("playlist", id));
    };
    let counting = Counting::new(rate, drop_frame).map_err(validate::Invalid::from)?;
    Ok((playlist, counting))
}

/// Refuses more items than a playlist may have.
fn check_count(db: &Db<'_>, playlist: &Playlist, more: usize) -> Result<(), TableError> {
    let sql = "SELECT count(*) FROM item WHERE playlist_id = ?1";
    let present = first(db, EDITING, sql, &[playlist.id.as_bytes().into()], |row| {
        Ok(count(row, 0))
    })?;
    let present = usize::try_from(present.unwrap_or(0)).unwrap_or(usize::MAX);
    match present.saturating_add(more) {
        count if count > ITEMS_MAX => Err(TableError::TooManyItems {
            date: playlist.date,
            count,
            max: ITEMS_MAX,
        }),
        _ => Ok(()),
    }
}

fn insert_row(db: &Db<'_>, item: &Item) -> Result<(), TableError> {
    let fixed_start = item.fixed_start.map(|at| at.to_string());
    db.run(
        concat!(
            "INSERT INTO item (",
            columns!(),
            ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
        ),
        &[
            item.id.as_bytes().into(),
            item.playlist_id.as_bytes().into(),
            item.rank.as_str().into(),
            kind_text(item.kind).into(),
            item.title.as_str().into(),
            item.asset_id.as_ref().map(|id| id.as_bytes()).into(),
            start_mode_text(item.start_mode).into(),
            fixed_start.as_deref().into(),
            item.in_point.into(),
            item.duration.into(),
            item.notes.as_str().into(),
        ],
    )
    .during(EDITING)?;
    Ok(())
}

/// Writes what [`update`] may have changed.
fn store(db: &Db<'_>, item: &Item) -> Result<(), TableError> {
    let fixed_start = item.fixed_start.map(|at| at.to_string());
    db.run(
        "UPDATE item SET kind = ?1, title = ?2, asset_id = ?3, start_mode = ?4, fixed_start = ?5, in_point = ?6, \
         duration = ?7, notes = ?8 WHERE id = ?9",
        &[
            kind_text(item.kind).into(),
            item.title.as_str().into(),
            item.asset_id.as_ref().map(|id| id.as_bytes()).into(),
            start_mode_text(item.start_mode).into(),
            fixed_start.as_deref().into(),
            item.in_point.into(),
            item.duration.into(),
            item.notes.as_str().into(),
            item.id.as_bytes().into(),
        ],
    )
    .during(EDITING)?;
    Ok(())
}
