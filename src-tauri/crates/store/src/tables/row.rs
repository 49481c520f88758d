//! Columns to values and back. What cannot be read was not written by this program, or was damaged since.

use std::fmt::Display;
use std::str::FromStr;

use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::TableError;

/// SQLite's limit of values bound to one statement, with room to spare.
pub(crate) const BINDS_MAX: usize = 30_000;

/// A 16-byte blob.
pub(crate) fn uuid(row: &SqliteRow, column: usize) -> Result<Uuid, TableError> {
    let bytes: &[u8] = row.try_get(column)?;
    Uuid::from_slice(bytes).map_err(|error| damaged("id", error))
}

/// A 16-byte blob, or NULL.
pub(crate) fn uuid_or_null(row: &SqliteRow, column: usize) -> Result<Option<Uuid>, TableError> {
    let bytes: Option<&[u8]> = row.try_get(column)?;
    bytes
        .map(|bytes| Uuid::from_slice(bytes).map_err(|error| damaged("id", error)))
        .transpose()
}

/// A value that is kept as text.
pub(crate) fn parsed<T>(row: &SqliteRow, column: usize, what: &'static str) -> Result<T, TableError>
where
    T: FromStr<Err: Display>,
{
    let text: &str = row.try_get(column)?;
    text.parse().map_err(|error| damaged(what, error))
}

/// A value that is kept as text, or NULL.
pub(crate) fn parsed_or_null<T>(
    row: &SqliteRow,
    column: usize,
    what: &'static str,
) -> Result<Option<T>, TableError>
where
    T: FromStr<Err: Display>,
{
    let text: Option<&str> = row.try_get(column)?;
    text.map(|text| text.parse().map_err(|error| damaged(what, error)))
        .transpose()
}

/// A count that SQLite keeps as a signed integer.
pub(crate) fn count(row: &SqliteRow, column: usize) -> Result<u64, TableError> {
    let count: i64 = row.try_get(column)?;
    u64::try_from(count).map_err(|error| damaged("count", error))
}

/// A small number, or NULL.
pub(crate) fn u32_or_null(row: &SqliteRow, column: usize) -> Result<Option<u32>, TableError> {
    let number: Option<i64> = row.try_get(column)?;
    number
        .map(|number| u32::try_from(number).map_err(|error| damaged("number", error)))
        .transpose()
}

pub(crate) fn damaged(what: &str, error: impl Display) -> TableError {
    TableError::Store(crate::Error::Damaged {
        what: format!("a row's {what} cannot be read ({error})"),
    })
}

/// Ids as a JSON array of hexadecimal strings, to be bound as one value and taken apart by `json_each` and `unhex`.
pub(crate) fn hex_array(ids: impl IntoIterator<Item = Uuid>) -> String {
    let mut json = String::from("[");
    for id in ids {
        if json.len() > 1 {
            json.push(',');
        }
        json.push('"');
        json.push_str(id.simple().encode_lower(&mut Uuid::encode_buffer()));
        json.push('"');
    }
    json.push(']');
    json
}
