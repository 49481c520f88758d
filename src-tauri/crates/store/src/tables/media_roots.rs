//! Media roots: the names that assets' files lie under. Which folder a name stands for is each station's own affair and
//! not kept here.

use sqlx::Row as _;
use sqlx::sqlite::SqliteConnection;

use super::TableError;
use super::row::count;

/// A media root that assets use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaRootUse {
    /// Its name.
    pub name: String,
    /// How many assets lie under it.
    pub assets: u64,
}

/// The media roots that assets use, by name.
///
/// # Errors
/// [`TableError::Store`].
pub async fn in_use(conn: &mut SqliteConnection) -> Result<Vec<MediaRootUse>, TableError> {
    let rows = sqlx::query(
        "SELECT file_root, count(*) FROM asset WHERE file_root IS NOT NULL GROUP BY file_root ORDER BY file_root",
    )
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(MediaRootUse {
                name: row.try_get(0)?,
                assets: count(row, 1)?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;
