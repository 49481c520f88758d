//! Holding an assembled snapshot against what its header says, before it is put in place.

use std::collections::HashMap;
use std::path::Path;

use changeset::{Db, Schema, Table, quoted};
use sqlx::{ConnectOptions as _, Connection as _};

use super::SnapshotError;
use super::assembly::options;
use super::entries::Index;
use crate::error::During as _;
use crate::store::blocking;
use crate::sum::{Bag, Scan, scan_while};

const DURING: &str = "verify a snapshot";

/// Adds up all rows, and sees to it that every index has their entries and that they refer to rows that are there: one half
/// on each of two threads.
pub(super) async fn scan(file: &Path, schema: &Schema) -> Result<Scan, SnapshotError> {
    let (mut found, second) = tokio::try_join!(
        half(file, schema, Half::Lower),
        half(file, schema, Half::Upper)
    )?;
    found.scan.add(second.scan);
    for (name, more) in second.sums {
        let sums = found.sums.entry(name).or_default();
        sums.rows = sums.rows.wrapping_add(more.rows);
        sums.entries = sums.entries.wrapping_add(more.entries);
    }
    match found.sums.iter().find(|(_, s)| s.rows != s.entries) {
        None => Ok(found.scan),
        Some((name, _)) => Err(SnapshotError::damaged(format!(
            "the entries of {name} are not those of the rows"
        ))),
    }
}

/// Of each table, by its rowids; and every other index.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Lower,
    Upper,
}

/// What one half has.
#[derive(Default)]
struct Found {
    scan: Scan,
    /// By index.
    sums: HashMap<String, Sums>,
}

/// Of an index: the entries that the rows should have, and those that there are.
#[derive(Default)]
struct Sums {
    rows: u128,
    entries: u128,
}

async fn half(file: &Path, schema: &Schema, half: Half) -> Result<Found, SnapshotError> {
    let mut connection = options(file).connect().await.during(DURING)?;
    let schema = schema.clone();
    blocking(move |runtime| {
        let found = {
            let db = runtime.block_on(Db::lock(&mut connection)).during(DURING)?;
            let mut found = Found::default();
            for table in schema.tables() {
                scan_half(&db, table, half, &mut found)?;
                if half == Half::Upper {
                    check_references(&db, table)?;
                }
            }
            found
        };
        runtime.block_on(connection.close()).during(DURING)?;
        Ok(found)
    })
    .await
}

fn scan_half(
    db: &Db<'_>,
    table: &Table,
    half: Half,
    found: &mut Found,
) -> Result<(), SnapshotError> {
    let indexes = Index::of(db, table)?;
    let mut bags: Vec<Bag> = indexes.iter().map(|_| Bag::default()).collect();
    if let Some(query) = rows_of_half(db, table, half, &indexes)? {
        let mut rows = db.prepare(&query).during(DURING)?;
        let only_at = table.columns.len() + 1;
        let scan = scan_while(table, &mut rows, |row| {
            for (n, (index, bag)) in indexes.iter().zip(&mut bags).enumerate() {
                index.add(row, only_at + n, bag);
            }
            true
        });
        found.scan.add(scan.during(DURING)?);
    }
    for (n, (index, bag)) in indexes.iter().zip(bags).enumerate() {
        let entries = match (n % 2 == 0) == (half == Half::Lower) {
            true => index.entries(db, table)?,
            false => 0,
        };
        let rows = bag.sum();
        found
            .sums
            .insert(index.name().to_owned(), Sums { rows, entries });
    }
    Ok(())
}

/// A SELECT of the rows of one half: the table's columns, the rowid, and which indexes have an entry for the row.
fn rows_of_half(
    db: &Db<'_>,
    table: &Table,
    half: Half,
    indexes: &[Index],
) -> Result<Option<String>, SnapshotError> {
    let name = quoted(&table.name);
    let columns: Vec<String> = table.columns.iter().map(|column| quoted(column)).collect();
    let only: String = indexes
        .iter()
        .map(|index| format!(", {}", index.only()))
        .collect();
    let columns = columns.join(", ");
    let middle = db.prepare(&format!(
        "SELECT min(rowid) / 2 + max(rowid) / 2 FROM {name}"
    ));
    Ok(match (middle, half) {
        // A table without rowids is not split.
        (Err(_), Half::Lower) => Some(format!(
            "SELECT {columns}, NULL{only} FROM {name} NOT INDEXED"
        )),
        (Err(_), Half::Upper) => None,
        (Ok(mut middle), half) => {
            let middle = middle.step().during(DURING)?.map_or(0, |row| row.i64(0));
            let side = match half {
                Half::Lower => "<=",
                Half::Upper => ">",
            };
            Some(format!(
                "SELECT {columns}, rowid{only} FROM {name} NOT INDEXED WHERE rowid {side} {middle}"
            ))
        }
    })
}

/// A foreign key: its number, the table that it refers to, and columns with those that they refer to; quoted.
struct ForeignKey {
    id: i64,
    parent: String,
    columns: Vec<(String, String)>,
}

/// Every row that the table's rows refer to must be there: each is looked for once, however many refer to it.
fn check_references(db: &Db<'_>, table: &Table) -> Result<(), SnapshotError> {
    let query = "SELECT id, \"table\", \"from\", coalesce(\"to\", \"from\") \
        FROM pragma_foreign_key_list(?1) ORDER BY id, seq";
    let mut keys: Vec<ForeignKey> = Vec::new();
    let mut list = db.prepare(query).during(DURING)?;
    list.bind(1, table.name.as_str()).during(DURING)?;
    while let Some(row) = list.step().during(DURING)? {
        let columns = (quoted(row.str(2)), quoted(row.str(3)));
        let id = row.i64(0);
        match keys.last_mut().filter(|key| key.id == id) {
            Some(key) => key.columns.push(columns),
            None => keys.push(ForeignKey {
                id,
                parent: quoted(row.str(1)),
                columns: vec![columns],
            }),
        }
    }
    for ForeignKey {
        parent, columns, ..
    } in keys
    {
        let own: Vec<&str> = columns.iter().map(|(from, _)| from.as_str()).collect();
        let there: Vec<String> = own.iter().map(|c| format!("{c} IS NOT NULL")).collect();
        let same: Vec<String> = columns
            .iter()
            .map(|(from, to)| format!("p.{to} = c.{from}"))
            .collect();
        let query = format!(
            "SELECT 1 FROM (SELECT DISTINCT {} FROM {} WHERE {}) c \
             WHERE NOT EXISTS (SELECT 1 FROM {parent} p WHERE {}) LIMIT 1",
            own.join(", "),
            quoted(&table.name),
            there.join(" AND "),
            same.join(" AND "),
        );
        if db
            .prepare(&query)
            .during(DURING)?
            .step()
            .during(DURING)?
            .is_some()
        {
            let what = format!("rows of {} refer to rows that are not there", table.name);
            return Err(SnapshotError::damaged(what));
        }
    }
    Ok(())
}
