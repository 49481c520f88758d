//! Playlists: one for each broadcast day that anything was scheduled on.

use changeset::Db;
use domain::ids::PlaylistId;
use domain::rundown::Playlist;
use domain::validate;
use jiff::civil::Date;
use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::row::{self, parsed, uuid};
use super::{TableError, locked};
use crate::error::During as _;

/// A playlist with what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaylistSummary {
    /// The playlist.
    pub playlist: Playlist,
    /// How many items.
    pub items: u64,
    /// The sum of their durations in frames.
    pub duration: i64,
}

/// The playlists from one date to another, both included, by date.
///
/// # Errors
/// [`TableError::Store`].
pub async fn list(
    conn: &mut SqliteConnection,
    from: Option<Date>,
    to: Option<Date>,
) -> Result<Vec<PlaylistSummary>, TableError> {
    // Dates are written so that they sort as text.
    let rows = sqlx::query(
        "SELECT id, date, (SELECT count(*) FROM item WHERE playlist_id = playlist.id), \
         (SELECT coalesce(sum(duration), 0) FROM item WHERE playlist_id = playlist.id) \
         FROM playlist WHERE date BETWEEN coalesce(?, '0000') AND coalesce(?, '9999-12-31') ORDER BY date",
    )
    .bind(from.map(|date| date.to_string()))
    .bind(to.map(|date| date.to_string()))
    .fetch_all(conn)
    .await?;
    let summary = |row: &SqliteRow| {
        Ok(PlaylistSummary {
            playlist: from_row(row)?,
            items: row::count(row, 2)?,
            duration: row.try_get(3)?,
        })
    };
    rows.iter().map(summary).collect()
}

/// The playlist of an id.
///
/// # Errors
/// [`TableError::NotFound`], [`TableError::Store`].
pub async fn get(conn: &mut SqliteConnection, id: PlaylistId) -> Result<Playlist, TableError> {
    find(conn, id)
        .await?
        .ok_or_else(|| TableError::not_found("playlist", id))
}

/// The playlist of a date, where there is one.
///
/// # Errors
/// [`TableError::Store`].
pub async fn of_date(
    conn: &mut SqliteConnection,
    date: Date,
) -> Result<Option<Playlist>, TableError> {
    find(conn, PlaylistId::of_date(date)).await
}

/// The playlist of a date, made where there is none.
///
/// # Errors
/// [`TableError::Invalid`] for a date out of range; [`TableError::Store`].
pub async fn ensure(conn: &mut SqliteConnection, date: Date) -> Result<Playlist, TableError> {
    locked(conn, |db| ensure_raw(db, date)).await
}

/// [`ensure`] on the raw handle.
///
/// # Errors
/// As there.
pub fn ensure_raw(db: &Db<'_>, date: Date) -> Result<Playlist, TableError> {
    validate::date(date)?;
    let id = PlaylistId::of_date(date);
    db.run(
        "INSERT INTO playlist (id, date) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        &[id.as_bytes().into(), date.to_string().as_str().into()],
    )
    .during("make the playlist of a day")?;
    Ok(Playlist { id, date })
}

/// How many playlists there are.
///
/// # Errors
/// [`TableError::Store`].
pub async fn count(conn: &mut SqliteConnection) -> Result<u64, TableError> {
    let row = sqlx::query("SELECT count(*) FROM playlist")
        .fetch_one(conn)
        .await?;
    row::count(&row, 0)
}

async fn find(conn: &mut SqliteConnection, id: PlaylistId) -> Result<Option<Playlist>, TableError> {
    let row = sqlx::query("SELECT id, date FROM playlist WHERE id = ?")
        .bind(&id.as_bytes()[..])
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(from_row).transpose()
}

fn from_row(row: &SqliteRow) -> Result<Playlist, TableError> {
    Ok(Playlist {
        id: PlaylistId(uuid(row, 0)?),
        date: parsed(row, 1, "date")?,
    })
}

#[cfg(test)]
mod tests;
