//! Queries on a raw handle, for what is hot: on the thread that asks, where sqlx would change threads for each.

use std::fmt::Display;
use std::str::FromStr;

use changeset::{Db, Row, ValueRef};
use sqlx::sqlite::SqliteConnection;

use super::TableError;
use crate::error::{During as _, Error};

/// The rows of a query, each read by `read`.
pub(crate) fn each<T>(
    db: &Db<'_>,
    during: &'static str,
    sql: &'static str,
    parameters: &[ValueRef<'_>],
    read: impl Fn(&Row<'_>) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let mut statement = db.cached(sql).during(during)?;
    statement.bind_all(parameters).during(during)?;
    let mut rows = Vec::new();
    while let Some(row) = statement.step().during(during)? {
        rows.push(read(&row)?);
    }
    Ok(rows)
}

/// The first row of a query, where there is one.
pub(crate) fn first<T>(
    db: &Db<'_>,
    during: &'static str,
    sql: &'static str,
    parameters: &[ValueRef<'_>],
    read: impl FnOnce(&Row<'_>) -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    let mut statement = db.cached(sql).during(during)?;
    statement.bind_all(parameters).during(during)?;
    let row = statement.step().during(during)?;
    row.map(|row| read(&row)).transpose()
}

/// A value that is kept as text.
pub(crate) fn parsed<T>(row: &Row<'_>, column: usize, what: &str) -> Result<T, Error>
where
    T: FromStr<Err: Display>,
{
    row.str(column).parse().map_err(|error| Error::Damaged {
        what: format!("a row's {what} cannot be read ({error})"),
    })
}

/// Runs `work` with the connection's raw handle: one change of threads for all of it.
pub(crate) async fn locked<T>(
    conn: &mut SqliteConnection,
    work: impl FnOnce(&Db<'_>) -> Result<T, TableError>,
) -> Result<T, TableError> {
    let db = Db::lock(conn).await.during("use the database")?;
    work(&db)
}
