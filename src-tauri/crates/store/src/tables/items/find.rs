//! Finding items over all days.

use domain::ids::AssetId;
use domain::rundown::Item;
use jiff::civil::Date;
use sqlx::sqlite::SqliteConnection;

use super::super::{TableError, row};
use super::{COLUMNS, from_row};

/// Which items of which days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// A part of the title or the notes, without regard to the case of ASCII letters.
    pub text: Option<String>,
    /// Only items of this asset.
    pub asset: Option<AssetId>,
    /// First day, included.
    pub from: Option<Date>,
    /// Last day, included.
    pub to: Option<Date>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// How many items there are in all.
    pub total: u64,
    /// On how many days.
    pub days: u64,
    /// The first of them with their days, by day and in order.
    pub items: Vec<(Date, Item)>,
}

/// Finds items over all days.
///
/// # Errors
/// [`TableError::Store`].
pub async fn find(
    conn: &mut SqliteConnection,
    wanted: &Wanted,
    limit: u32,
) -> Result<Found, TableError> {
    // A condition that asks for nothing is left to SQLite: with an asset given, its index finds the items.
    macro_rules! matching {
        () => {
            " FROM item JOIN playlist ON playlist.id = item.playlist_id \
             WHERE (?1 IS NULL OR instr(lower(title), lower(?1)) OR instr(lower(notes), lower(?1))) \
             AND (?2 IS NULL OR date >= ?2) AND (?3 IS NULL OR date <= ?3) AND "
        };
    }
    // With an asset, its index finds the items.
    let (counting, listing) = match wanted.asset {
        Some(_) => (
            concat!(
                "SELECT count(*), count(DISTINCT date)",
                matching!(),
                "asset_id = ?4"
            ),
            concat!(
                "SELECT item.id, playlist_id, rank, kind, title, asset_id, start_mode, fixed_start, in_point, duration, notes, date",
                matching!(),
                "asset_id = ?4 ORDER BY date, rank, item.id LIMIT ?5"
            ),
        ),
        None => (
            concat!(
                "SELECT count(*), count(DISTINCT date)",
                matching!(),
                "?4 IS NULL"
            ),
            concat!(
                "SELECT item.id, playlist_id, rank, kind, title, asset_id, start_mode, fixed_start, in_point, duration, notes, date",
                matching!(),
                "?4 IS NULL ORDER BY date, rank, item.id LIMIT ?5"
            ),
        ),
    };
    let asset = wanted.asset.map(|asset| asset.as_bytes().to_vec());
    let day = |day: Option<Date>| day.map(|day| day.to_string());
    let counted = sqlx::query(counting)
        .bind(&wanted.text)
        .bind(day(wanted.from))
        .bind(day(wanted.to))
        .bind(asset.clone())
        .fetch_one(&mut *conn)
        .await?;
    let rows = sqlx::query(listing)
        .bind(&wanted.text)
        .bind(day(wanted.from))
        .bind(day(wanted.to))
        .bind(asset)
        .bind(limit)
        .fetch_all(conn)
        .await?;
    Ok(Found {
        total: row::count(&counted, 0)?,
        days: row::count(&counted, 1)?,
        items: rows
            .iter()
            .map(|row| Ok((row::parsed(row, COLUMNS.len(), "date")?, from_row(row)?)))
            .collect::<Result<_, TableError>>()?,
    })
}
