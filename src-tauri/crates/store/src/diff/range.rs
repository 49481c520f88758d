//! Ranges of primary keys: their sums, their parts, their rows.

use changeset::{Db, Schema, Statement, Table, Value, ValueRef, quoted};
use domain::history::Sum;

use crate::error::{During as _, Error};
use crate::state::{self, Head};
use crate::store::Store;
use crate::sum::{scan_rows, select_all};

const DURING: &str = "compare the data";

/// A range of a table's rows in the order of its primary key.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct KeyRange {
    /// The table.
    pub(crate) table: String,
    /// Rows after this key (its values in the key's order); from the first one where it is empty.
    pub(crate) after: Vec<Value>,
    /// Rows up to and with this key; to the last one where it is empty.
    pub(crate) to: Vec<Value>,
}

/// What a range holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RangeSum {
    /// The range.
    pub(crate) range: KeyRange,
    /// The sum of its cells.
    pub(crate) sum: Sum,
    /// How many rows it has.
    pub(crate) rows: u64,
}

impl KeyRange {
    /// All of a table.
    pub(crate) fn whole(table: impl Into<String>) -> Self {
        KeyRange {
            table: table.into(),
            after: Vec::new(),
            to: Vec::new(),
        }
    }
}

impl Store {
    /// The sums of these ranges, all at one moment, and where the station was then.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a range of no replicated table or with a key of another length, [`Error::Database`].
    pub(crate) async fn range_sums(
        &self,
        ranges: Vec<KeyRange>,
    ) -> Result<(Head, Vec<RangeSum>), Error> {
        let schema = self.0.schema.clone();
        self.with_long_reader(DURING, move |db| {
            let head = state::load(db)?.ok_or(Error::Closed)?.head;
            Ok((head, sums(db, &schema, ranges)?))
        })
        .await
    }

    /// Splits each range into at most `parts` of about equally many rows here, each with its number of rows; a range of one
    /// row or none stays whole. Together they cover exactly what the ranges did.
    ///
    /// # Errors
    /// As [`Store::range_sums`].
    pub(crate) async fn split_ranges(
        &self,
        ranges: Vec<KeyRange>,
        parts: u32,
    ) -> Result<Vec<(KeyRange, u64)>, Error> {
        let schema = self.0.schema.clone();
        self.with_long_reader(DURING, move |db| {
            let mut all = Vec::new();
            for range in ranges {
                split(db, &schema, range, u64::from(parts.max(1)), &mut all)?;
            }
            Ok(all)
        })
        .await
    }
}

/// One range for each replicated table: where a comparison begins.
pub(crate) fn whole_ranges(schema: &Schema) -> Vec<KeyRange> {
    let tables = schema.tables().iter();
    tables
        .map(|table| KeyRange::whole(table.name.as_str()))
        .collect()
}

/// The sum of each range.
pub(super) fn sums(
    db: &Db<'_>,
    schema: &Schema,
    ranges: Vec<KeyRange>,
) -> Result<Vec<RangeSum>, Error> {
    ranges
        .into_iter()
        .map(|range| range_sum(db, schema, range))
        .collect()
}

/// A query for all columns of a range's rows, in the schema's order, ready to step.
pub(super) fn rows_of<'db>(
    db: &'db Db<'_>,
    schema: &Schema,
    range: &KeyRange,
) -> Result<Statement<'db>, Error> {
    let table = table_of(schema, range)?;
    let query = format!("{}{}", select_all(table), condition(table, range));
    let mut rows = db.prepare(&query).during(DURING)?;
    rows.bind_all(&bounds(range)).during(DURING)?;
    Ok(rows)
}

/// A query for the keys of a range's rows, their values in the key's order, ready to step.
pub(super) fn keys_of<'db>(
    db: &'db Db<'_>,
    schema: &Schema,
    range: &KeyRange,
) -> Result<Statement<'db>, Error> {
    let table = table_of(schema, range)?;
    let key = key_columns(table).join(", ");
    let mut keys = db
        .prepare(&format!(
            "SELECT {key} FROM {}{} ORDER BY {key}",
            quoted(&table.name),
            condition(table, range)
        ))
        .during(DURING)?;
    keys.bind_all(&bounds(range)).during(DURING)?;
    Ok(keys)
}

fn range_sum(db: &Db<'_>, schema: &Schema, range: KeyRange) -> Result<RangeSum, Error> {
    let table = table_of(schema, &range)?;
    let scan = scan_rows(table, &mut rows_of(db, schema, &range)?).during(DURING)?;
    Ok(RangeSum {
        range,
        sum: scan.sum,
        rows: scan.rows,
    })
}

fn split(
    db: &Db<'_>,
    schema: &Schema,
    range: KeyRange,
    parts: u64,
    into: &mut Vec<(KeyRange, u64)>,
) -> Result<(), Error> {
    let table = table_of(schema, &range)?;
    let mut count = db
        .prepare(&format!(
            "SELECT count(*) FROM {}{}",
            quoted(&table.name),
            condition(table, &range)
        ))
        .during(DURING)?;
    count.bind_all(&bounds(&range)).during(DURING)?;
    let rows = count
        .step()
        .during(DURING)?
        .map_or(0, |row| state::count(&row, 0));
    drop(count);
    let step = rows.div_ceil(parts).max(1);
    let mut keys = keys_of(db, schema, &range)?;
    let mut after = range.after.clone();
    let mut seen = 0;
    while let Some(row) = keys.step().during(DURING)? {
        seen += 1;
        if seen % step == 0 && seen < rows {
            let to: Vec<Value> = (0..row.len())
                .map(|column| row.get(column).to_owned())
                .collect();
            let part = KeyRange {
                table: range.table.clone(),
                after: std::mem::replace(&mut after, to.clone()),
                to,
            };
            into.push((part, step));
        }
    }
    drop(keys);
    let last = KeyRange {
        table: range.table,
        after,
        to: range.to,
    };
    into.push((last, rows - (rows.saturating_sub(1) / step) * step));
    Ok(())
}

fn table_of<'s>(schema: &'s Schema, range: &KeyRange) -> Result<&'s Table, Error> {
    let table = schema
        .table(&range.table)
        .ok_or_else(|| Error::Invalid(format!("{} is not a replicated table", range.table)))?;
    let width = key_columns(table).len();
    match [&range.after, &range.to]
        .iter()
        .all(|key| key.is_empty() || key.len() == width)
    {
        true => Ok(table),
        false => Err(Error::Invalid(format!(
            "a key of {} has {width} values",
            range.table
        ))),
    }
}

/// The key's columns in the key's order, which is also that of SQLite's index on it.
pub(super) fn key_columns(table: &Table) -> Vec<String> {
    let mut columns: Vec<(u8, String)> = table
        .key
        .iter()
        .zip(&table.columns)
        .filter(|(k, _)| **k != 0)
        .map(|(k, c)| (*k, quoted(c)))
        .collect();
    columns.sort();
    columns.into_iter().map(|(_, column)| column).collect()
}

/// The WHERE clause of a range; its parameters are [`bounds`].
fn condition(table: &Table, range: &KeyRange) -> String {
    let columns = key_columns(table);
    let key = columns.join(", ");
    let parameters = |from: usize| {
        (from..from + columns.len())
            .map(|n| format!("?{n}"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let lower = (!range.after.is_empty()).then(|| format!("({key}) > ({})", parameters(1)));
    let upper = (!range.to.is_empty())
        .then(|| format!("({key}) <= ({})", parameters(range.after.len() + 1)));
    match [lower, upper]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" AND ")
    {
        clause if clause.is_empty() => String::new(),
        clause => format!(" WHERE {clause}"),
    }
}

fn bounds(range: &KeyRange) -> Vec<ValueRef<'_>> {
    range
        .after
        .iter()
        .chain(&range.to)
        .map(Value::as_ref)
        .collect()
}
