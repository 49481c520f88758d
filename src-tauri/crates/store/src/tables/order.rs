//! Places in a playlist: ranks for items that come in, with neighbors renumbered only where the room is used up.

use changeset::{Db, Row};
use domain::ids::ItemId;
use domain::rank::{Rank, Rebalance, rebalance};
use domain::rundown::Playlist;
use uuid::Uuid;

use super::TableError;
use super::items::raw_uuid;
use super::raw::{each, first, parsed};
use super::row::hex_array;
use crate::error::{During as _, Error};

const PLACING: &str = "find the place in the playlist";

/// Ranks for `count` items right after `after`, or at the playlist's start. `moved` are items that leave their places for
/// this; `after` may be one of them, and then means the item that stays before it.
pub(crate) fn make_room(
    db: &Db<'_>,
    playlist: &Playlist,
    after: Option<ItemId>,
    count: usize,
    moved: &[ItemId],
) -> Result<Vec<Rank>, TableError> {
    let moved = hex_array(moved.iter().map(|id| id.0));
    let low = match after {
        Some(after) => low_neighbor(db, playlist, after, &moved)?,
        None => None,
    };
    let high = high_neighbor(db, playlist, low.as_ref(), &moved)?;
    let (low_rank, high_rank) = (
        low.as_ref().map(|place| &place.rank),
        high.as_ref().map(|place| &place.rank),
    );
    match Rank::spread(low_rank, high_rank, count) {
        Ok(ranks) => Ok(ranks),
        Err(_) => renumber(db, playlist, low.map(|place| place.id), count, &moved),
    }
}

struct Place {
    id: ItemId,
    rank: Rank,
}

fn place(row: &Row<'_>) -> Result<Place, Error> {
    Ok(Place {
        id: ItemId(id(row, 0)?),
        rank: parsed(row, 1, "rank")?,
    })
}

fn id(row: &Row<'_>, column: usize) -> Result<Uuid, Error> {
    raw_uuid(row.get(column)).ok_or_else(|| Error::Damaged {
        what: String::from("a row's id cannot be read"),
    })
}

/// `after` itself, or the item that stays before it.
fn low_neighbor(
    db: &Db<'_>,
    playlist: &Playlist,
    after: ItemId,
    moved: &str,
) -> Result<Option<Place>, TableError> {
    let sql = "SELECT playlist_id, rank FROM item WHERE id = ?1";
    let found = first(db, PLACING, sql, &[after.as_bytes().into()], |row| {
        Ok((id(row, 0)?, parsed::<Rank>(row, 1, "rank")?))
    })?;
    let (of, rank) = found.ok_or_else(|| TableError::not_found("item", after))?;
    if of != playlist.id.0 {
        return Err(TableError::OtherPlaylist {
            id: after.to_string(),
            date: playlist.date,
        });
    }
    if moved == "[]" {
        return Ok(Some(Place { id: after, rank }));
    }
    let sql = "SELECT id, rank FROM item WHERE playlist_id = ?1 AND (rank, id) <= (?2, ?3) \
               AND id NOT IN (SELECT unhex(value) FROM json_each(?4)) ORDER BY rank DESC, id DESC LIMIT 1";
    let parameters = [
        playlist.id.as_bytes().into(),
        rank.as_str().into(),
        after.as_bytes().into(),
        moved.into(),
    ];
    Ok(first(db, PLACING, sql, &parameters, place)?)
}

fn high_neighbor(
    db: &Db<'_>,
    playlist: &Playlist,
    low: Option<&Place>,
    moved: &str,
) -> Result<Option<Place>, TableError> {
    let (rank, id) = low.map_or(("", &[][..]), |place| {
        (place.rank.as_str(), &place.id.as_bytes()[..])
    });
    let sql = "SELECT id, rank FROM item WHERE playlist_id = ?1 AND (rank, id) > (?2, ?3) \
               AND id NOT IN (SELECT unhex(value) FROM json_each(?4)) ORDER BY rank, id LIMIT 1";
    let parameters = [
        playlist.id.as_bytes().into(),
        rank.into(),
        id.into(),
        moved.into(),
    ];
    Ok(first(db, PLACING, sql, &parameters, place)?)
}

/// Gives as few items as possible new ranks, so that `count` fit after `low`.
fn renumber(
    db: &Db<'_>,
    playlist: &Playlist,
    low: Option<ItemId>,
    count: usize,
    moved: &str,
) -> Result<Vec<Rank>, TableError> {
    let sql = "SELECT id, rank FROM item WHERE playlist_id = ?1 \
               AND id NOT IN (SELECT unhex(value) FROM json_each(?2)) ORDER BY rank, id";
    let parameters = [playlist.id.as_bytes().into(), moved.into()];
    let places = each(db, PLACING, sql, &parameters, place)?;
    let at = low
        .and_then(|low| places.iter().position(|place| place.id == low))
        .map_or(0, |index| index + 1);
    let old: Vec<Rank> = places.iter().map(|place| place.rank.clone()).collect();
    let Rebalance {
        range,
        ranks,
        inserted,
    } = rebalance(&old, at, count);
    for (place, rank) in places[range].iter().zip(ranks) {
        db.run(
            "UPDATE item SET rank = ?1 WHERE id = ?2",
            &[rank.as_str().into(), place.id.as_bytes().into()],
        )
        .during(PLACING)?;
    }
    Ok(inserted)
}
