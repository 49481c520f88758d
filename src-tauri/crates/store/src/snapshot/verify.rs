//! Holding an assembled snapshot against what its header says, before it is put in place.

use std::path::Path;

use changeset::{Db, Schema, Table};
use sqlx::{ConnectOptions as _, Connection as _};

use super::SnapshotError;
use super::assembly::options;
use crate::error::During as _;
use crate::store::blocking;
use crate::sum::{Scan, quoted, scan_rows, select_all};

const DURING: &str = "verify a snapshot";

/// Adds up all rows, and sees to it that they refer to rows that are there: one half on each of two threads.
pub(super) async fn scan(file: &Path, schema: &Schema) -> Result<Scan, SnapshotError> {
    let (mut first, second) = tokio::try_join!(
        half(file, schema, Half::Lower),
        half(file, schema, Half::Upper)
    )?;
    first.add(second);
    Ok(first)
}

/// Of each table, by its rowids.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Lower,
    Upper,
}

async fn half(file: &Path, schema: &Schema, half: Half) -> Result<Scan, SnapshotError> {
    let mut connection = options(file).connect().await.during(DURING)?;
    let schema = schema.clone();
    blocking(move |runtime| {
        let scan = {
            let db = runtime.block_on(Db::lock(&mut connection)).during(DURING)?;
            let mut scan = Scan::default();
            for table in schema.tables() {
                scan.add(scan_half(&db, table, half)?);
                if half == Half::Upper {
                    check_references(&db, table)?;
                }
            }
            scan
        };
        runtime.block_on(connection.close()).during(DURING)?;
        Ok(scan)
    })
    .await
}

fn scan_half(db: &Db<'_>, table: &Table, half: Half) -> Result<Scan, SnapshotError> {
    let all = select_all(table);
    let name = quoted(&table.name);
    let middle = db.prepare(&format!(
        "SELECT min(rowid) / 2 + max(rowid) / 2 FROM {name}"
    ));
    // A table without rowids is not split.
    let query = match (middle, half) {
        (Err(_), Half::Lower) => all,
        (Err(_), Half::Upper) => return Ok(Scan::default()),
        (Ok(mut middle), half) => {
            let middle = middle.step().during(DURING)?.map_or(0, |row| row.i64(0));
            let side = match half {
                Half::Lower => "<=",
                Half::Upper => ">",
            };
            format!("{all} WHERE rowid {side} {middle}")
        }
    };
    let mut rows = db.prepare(&query).during(DURING)?;
    Ok(scan_rows(table, &mut rows).during(DURING)?)
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
