//! Places in a playlist: ranks for items that come in, with neighbors renumbered only where the room is used up.

use domain::ids::ItemId;
use domain::rank::{Rank, Rebalance, rebalance};
use domain::rundown::Playlist;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::TableError;
use super::row::{hex_array, parsed, uuid};

/// Ranks for `count` items right after `after`, or at the playlist's start. `moved` are items that leave their places for
/// this; `after` may be one of them, and then means the item that stays before it.
pub(crate) async fn make_room(
    conn: &mut SqliteConnection,
    playlist: &Playlist,
    after: Option<ItemId>,
    count: usize,
    moved: &[ItemId],
) -> Result<Vec<Rank>, TableError> {
    let moved_json = hex_array(moved.iter().map(|id| id.0));
    let low = match after {
        Some(after) => low_neighbor(&mut *conn, playlist, after, &moved_json).await?,
        None => None,
    };
    let high = high_neighbor(&mut *conn, playlist, low.as_ref(), &moved_json).await?;
    let (low_rank, high_rank) = (
        low.as_ref().map(|place| &place.rank),
        high.as_ref().map(|place| &place.rank),
    );
    match Rank::spread(low_rank, high_rank, count) {
        Ok(ranks) => Ok(ranks),
        Err(_) => {
            renumber(
                conn,
                playlist,
                low.map(|place| place.id),
                count,
                &moved_json,
            )
            .await
        }
    }
}

struct Place {
    id: ItemId,
    rank: Rank,
}

fn place(row: &SqliteRow) -> Result<Place, TableError> {
    Ok(Place {
        id: ItemId(uuid(row, 0)?),
        rank: parsed(row, 1, "rank")?,
    })
}

/// `after` itself, or the item that stays before it.
async fn low_neighbor(
    conn: &mut SqliteConnection,
    playlist: &Playlist,
    after: ItemId,
    moved: &str,
) -> Result<Option<Place>, TableError> {
    let row = sqlx::query("SELECT playlist_id, rank FROM item WHERE id = ?")
        .bind(&after.as_bytes()[..])
        .fetch_optional(&mut *conn)
        .await?
        .ok_or_else(|| TableError::not_found("item", after))?;
    if uuid(&row, 0)? != playlist.id.0 {
        return Err(TableError::OtherPlaylist {
            id: after.to_string(),
            date: playlist.date,
        });
    }
    let rank: Rank = parsed(&row, 1, "rank")?;
    let row = sqlx::query(
        "SELECT id, rank FROM item WHERE playlist_id = ? AND (rank, id) <= (?, ?) \
         AND id NOT IN (SELECT unhex(value) FROM json_each(?)) ORDER BY rank DESC, id DESC LIMIT 1",
    )
    .bind(&playlist.id.as_bytes()[..])
    .bind(rank.as_str())
    .bind(&after.as_bytes()[..])
    .bind(moved)
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(place).transpose()
}

async fn high_neighbor(
    conn: &mut SqliteConnection,
    playlist: &Playlist,
    low: Option<&Place>,
    moved: &str,
) -> Result<Option<Place>, TableError> {
    let (rank, id) = low.map_or(("", &[][..]), |place| {
        (place.rank.as_str(), &place.id.as_bytes()[..])
    });
    let row = sqlx::query(
        "SELECT id, rank FROM item WHERE playlist_id = ? AND (rank, id) > (?, ?) \
         AND id NOT IN (SELECT unhex(value) FROM json_each(?)) ORDER BY rank, id LIMIT 1",
    )
    .bind(&playlist.id.as_bytes()[..])
    .bind(rank)
    .bind(id)
    .bind(moved)
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(place).transpose()
}

/// Gives as few items as possible new ranks, so that `count` fit after `low`.
async fn renumber(
    conn: &mut SqliteConnection,
    playlist: &Playlist,
    low: Option<ItemId>,
    count: usize,
    moved: &str,
) -> Result<Vec<Rank>, TableError> {
    let rows = sqlx::query(
        "SELECT id, rank FROM item WHERE playlist_id = ? AND id NOT IN (SELECT unhex(value) FROM json_each(?)) \
         ORDER BY rank, id",
    )
    .bind(&playlist.id.as_bytes()[..])
    .bind(moved)
    .fetch_all(&mut *conn)
    .await?;
    let places = rows.iter().map(place).collect::<Result<Vec<_>, _>>()?;
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
        sqlx::query("UPDATE item SET rank = ? WHERE id = ?")
            .bind(rank.as_str())
            .bind(&place.id.as_bytes()[..])
            .execute(&mut *conn)
            .await?;
    }
    Ok(inserted)
}
