//! The channel's settings: one row.

use domain::channel::Channel;
use domain::convert::{self, ItemTimes};
use domain::timecode::Counting;
use domain::validate::{self, Invalid};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{QueryBuilder, Row as _, Sqlite};
use uuid::Uuid;

use super::row::{BINDS_MAX, parsed};
use super::{TableError, assets, items, row, templates};

/// What a new frame rate would convert.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Conversion {
    /// How many items.
    pub items: u64,
    /// How many assets.
    pub assets: u64,
}

/// The settings.
///
/// # Errors
/// [`TableError::Store`].
pub async fn get(conn: &mut SqliteConnection) -> Result<Channel, TableError> {
    let row = sqlx::query("SELECT name, frame_rate, drop_frame, time_zone, day_start FROM channel")
        .fetch_one(conn)
        .await?;
    from_row(&row)
}

/// How the channel counts frames.
///
/// # Errors
/// [`TableError::Store`].
pub async fn counting(conn: &mut SqliteConnection) -> Result<Counting, TableError> {
    let channel = get(conn).await?;
    Ok(counting_of(&channel)?)
}

/// What [`update`] would have to convert: nothing where the frame rate stays or there are neither items nor assets.
///
/// # Errors
/// [`TableError::Store`].
pub async fn conversion(
    conn: &mut SqliteConnection,
    new: &Channel,
) -> Result<Option<Conversion>, TableError> {
    if get(&mut *conn).await?.frame_rate == new.frame_rate {
        return Ok(None);
    }
    let row = sqlx::query("SELECT (SELECT count(*) FROM item), (SELECT count(*) FROM asset)")
        .fetch_one(conn)
        .await?;
    let conversion = Conversion {
        items: row::count(&row, 0)?,
        assets: row::count(&row, 1)?,
    };
    Ok(Some(conversion).filter(|conversion| *conversion != Conversion::default()))
}

/// Sets the channel. A new way of counting frames converts all durations, in points and fixed starts
/// ([`domain::convert`]). Returns what was stored.
///
/// # Errors
/// [`TableError::Invalid`], [`TableError::Store`].
pub async fn update(conn: &mut SqliteConnection, new: &Channel) -> Result<Channel, TableError> {
    let old = get(&mut *conn).await?;
    let (from, to) = (counting_of(&old)?, counting_of(new)?);
    let mut new = new.clone();
    if from != to {
        convert_all(&mut *conn, from, to).await?;
        templates::convert(&mut *conn, from, to).await?;
        // A day start that was not set anew is a clock time like any other.
        if from.check(new.day_start) == Ok(old.day_start) {
            new.day_start = from.convert(old.day_start, to).map_err(Invalid::from)?;
        }
    }
    let new = validate::normalize_channel(new)?;
    sqlx::query(
        "UPDATE channel SET name = ?, frame_rate = ?, drop_frame = ?, time_zone = ?, day_start = ?",
    )
    .bind(&new.name)
    .bind(new.frame_rate.to_string())
    .bind(new.drop_frame)
    .bind(&new.time_zone)
    .bind(new.day_start.to_string())
    .execute(conn)
    .await?;
    Ok(new)
}

fn counting_of(channel: &Channel) -> Result<Counting, Invalid> {
    Ok(Counting::new(channel.frame_rate, channel.drop_frame)?)
}

fn from_row(row: &SqliteRow) -> Result<Channel, TableError> {
    Ok(Channel {
        name: row.try_get(0)?,
        frame_rate: parsed(row, 1, "frame rate")?,
        drop_frame: row.try_get(2)?,
        time_zone: row.try_get(3)?,
        day_start: parsed(row, 4, "day start")?,
    })
}

/// Brings items and assets to a new counting, in bounded batches. Items first, while their assets still have the old
/// durations.
async fn convert_all(
    conn: &mut SqliteConnection,
    from: Counting,
    to: Counting,
) -> Result<(), TableError> {
    const BATCH: usize = BINDS_MAX / 4;
    let mut after: Option<Uuid> = None;
    loop {
        let batch = items::page_by_id(&mut *conn, after, BATCH).await?;
        let Some(last) = batch.last() else { break };
        after = Some(last.id.0);
        let ids = batch.iter().filter_map(|item| item.asset_id);
        let of_assets = assets::by_ids(&mut *conn, ids).await?;
        let mut changed = Vec::with_capacity(batch.len());
        for item in &batch {
            let asset = item.asset_id.and_then(|id| of_assets.get(&id));
            let durations =
                asset.map(|asset| (asset.duration, convert::asset_duration(asset, from, to)));
            let times = convert::item_times(item, durations, from, to).map_err(Invalid::from)?;
            changed.push((item.id.0, times));
        }
        set_item_times(&mut *conn, &changed).await?;
    }
    let mut after: Option<Uuid> = None;
    loop {
        let batch = assets::page_by_id(&mut *conn, after, BATCH).await?;
        let Some(last) = batch.last() else { break };
        after = Some(last.id.0);
        let changed: Vec<_> = batch
            .iter()
            .map(|asset| (asset.id.0, convert::asset_duration(asset, from, to)))
            .collect();
        set_asset_durations(&mut *conn, &changed).await?;
    }
    Ok(())
}

async fn set_item_times(
    conn: &mut SqliteConnection,
    items: &[(Uuid, ItemTimes)],
) -> Result<(), TableError> {
    let mut sql: QueryBuilder<Sqlite> = QueryBuilder::new(
        "UPDATE item SET in_point = v.column2, duration = v.column3, fixed_start = v.column4 FROM (",
    );
    sql.push_values(items, |mut row, (id, times)| {
        row.push_bind(id.as_bytes().to_vec())
            .push_bind(times.in_point)
            .push_bind(times.duration)
            .push_bind(times.fixed_start.map(|at| at.to_string()));
    });
    sql.push(") AS v WHERE item.id = v.column1");
    sql.build().persistent(false).execute(conn).await?;
    Ok(())
}

async fn set_asset_durations(
    conn: &mut SqliteConnection,
    assets: &[(Uuid, i64)],
) -> Result<(), TableError> {
    let mut sql: QueryBuilder<Sqlite> =
        QueryBuilder::new("UPDATE asset SET duration = v.column2 FROM (");
    sql.push_values(assets, |mut row, (id, duration)| {
        row.push_bind(id.as_bytes().to_vec()).push_bind(*duration);
    });
    sql.push(") AS v WHERE asset.id = v.column1");
    sql.build().persistent(false).execute(conn).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
