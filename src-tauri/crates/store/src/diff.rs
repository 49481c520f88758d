//! Finding the rows in which two stations differ, by comparing sums over ranges of primary keys (DESIGN.md 5.3, rule 8):
//! both sum the same ranges, and those whose sums differ are split further, down to single rows.

use changeset::{Db, Schema, Table, Value, ValueRef};
use domain::history::Sum;

use crate::error::{During as _, Error};
use crate::state::{self, Head};
use crate::store::Store;
use crate::sum::{quoted, scan_rows, select_all};

/// A range of a table's rows in the order of its primary key.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyRange {
    /// The table.
    pub table: String,
    /// Rows after this key (its values in the key's order); from the first one where it is empty.
    pub after: Vec<Value>,
    /// Rows up to and with this key; to the last one where it is empty.
    pub to: Vec<Value>,
}

/// What a range holds.
#[derive(Debug, Clone, PartialEq)]
pub struct RangeSum {
    /// The range.
    pub range: KeyRange,
    /// The sum of its cells.
    pub sum: Sum,
    /// How many rows it has.
    pub rows: u64,
}

impl KeyRange {
    /// All of a table.
    pub fn whole(table: impl Into<String>) -> Self {
        KeyRange {
            table: table.into(),
            after: Vec::new(),
            to: Vec::new(),
        }
    }
}

impl Store {
    /// One range for each replicated table: where a comparison begins.
    #[must_use]
    pub fn whole_ranges(&self) -> Vec<KeyRange> {
        self.0
            .schema
            .tables()
            .iter()
            .map(|table| KeyRange::whole(table.name.as_str()))
            .collect()
    }

    /// The sums of these ranges, all at one moment, and where the station was then.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a range of no replicated table or with a key of another length, [`Error::Database`].
    pub async fn range_sums(&self, ranges: Vec<KeyRange>) -> Result<(Head, Vec<RangeSum>), Error> {
        let schema = self.0.schema.clone();
        self.with_long_reader("compare the data", move |db| {
            let head = state::load(db)?.ok_or(Error::Closed)?.head;
            let sums = ranges
                .into_iter()
                .map(|range| range_sum(db, &schema, range))
                .collect::<Result<_, _>>()?;
            Ok((head, sums))
        })
        .await
    }

    /// Splits a range into at most `parts` ranges of about equally many rows here; a range of one row or none stays
    /// whole. Together they cover exactly what the range did.
    ///
    /// # Errors
    /// As [`Store::range_sums`].
    pub async fn split_range(&self, range: KeyRange, parts: u32) -> Result<Vec<KeyRange>, Error> {
        let schema = self.0.schema.clone();
        self.with_long_reader("compare the data", move |db| {
            split(db, &schema, range, u64::from(parts.max(1)))
        })
        .await
    }
}

fn range_sum(db: &Db<'_>, schema: &Schema, range: KeyRange) -> Result<RangeSum, Error> {
    let during = "compare the data";
    let table = table_of(schema, &range)?;
    let query = format!("{}{}", select_all(table), condition(table, &range));
    let mut rows = db.prepare(&query).during(during)?;
    rows.bind_all(&bounds(&range)).during(during)?;
    let scan = scan_rows(table, &mut rows).during(during)?;
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
) -> Result<Vec<KeyRange>, Error> {
    let during = "compare the data";
    let table = table_of(schema, &range)?;
    let (condition, key) = (condition(table, &range), key_columns(table).join(", "));
    let name = quoted(&table.name);
    let mut count = db
        .prepare(&format!("SELECT count(*) FROM {name}{condition}"))
        .during(during)?;
    count.bind_all(&bounds(&range)).during(during)?;
    let rows = count
        .step()
        .during(during)?
        .map_or(0, |row| state::count(&row, 0));
    drop(count);
    let step = rows.div_ceil(parts).max(1);
    let mut keys = db
        .prepare(&format!(
            "SELECT {key} FROM {name}{condition} ORDER BY {key}"
        ))
        .during(during)?;
    keys.bind_all(&bounds(&range)).during(during)?;
    let mut ranges = Vec::new();
    let mut after = range.after.clone();
    let mut seen = 0;
    while let Some(row) = keys.step().during(during)? {
        seen += 1;
        if seen % step == 0 && seen < rows {
            let to: Vec<Value> = (0..row.len())
                .map(|column| row.get(column).to_owned())
                .collect();
            ranges.push(KeyRange {
                table: range.table.clone(),
                after,
                to: to.clone(),
            });
            after = to;
        }
    }
    ranges.push(KeyRange {
        table: range.table,
        after,
        to: range.to,
    });
    Ok(ranges)
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
fn key_columns(table: &Table) -> Vec<String> {
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
