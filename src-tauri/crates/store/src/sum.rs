//! The sum: Σ mod 2^128 of the xxh3 hash of (table, primary key, column, value) over every cell of the replicated
//! tables. It does not depend on the order of rows, and a change moves it by that change's own cells.

use changeset::{Changeset, Db, Op, Schema, Table, ValueRef, quoted};
use domain::history::Sum;
use xxhash_rust::xxh3::xxh3_128;

/// Hashes cells. The encoding is unambiguous: every part says how long it is.
#[derive(Default)]
struct Cells {
    /// The table's name and the row's key, then, behind `row_len`, the cell at hand; what is behind `len` is of no account.
    buffer: Vec<u8>,
    row_len: usize,
    len: usize,
}

/// Type tags of the encoding.
const NULL: u8 = 0;
const INTEGER: u8 = 1;
const REAL: u8 = 2;
const TEXT: u8 = 3;
const BLOB: u8 = 4;

impl Cells {
    /// Turns to a row.
    fn row<'v>(&mut self, table: &str, key: impl Iterator<Item = ValueRef<'v>>) {
        self.len = 0;
        self.put_bytes(&[], table.as_bytes());
        // The number of key columns stands behind them: it is known only then.
        let mut columns = 0_u8;
        for value in key {
            self.put(value);
            columns = columns.wrapping_add(1);
        }
        self.put_raw([columns]);
        self.row_len = self.len;
    }

    /// The hash of the row alone.
    fn hash(&self) -> u128 {
        xxh3_128(&self.buffer[..self.len])
    }

    /// The hash of one cell of the row.
    fn cell(&mut self, column: usize, value: ValueRef<'_>) -> u128 {
        self.len = self.row_len;
        self.put_raw((column as u32).to_le_bytes());
        self.put(value);
        self.hash()
    }

    fn put(&mut self, value: ValueRef<'_>) {
        match value {
            ValueRef::Null => self.put_raw([NULL]),
            ValueRef::Integer(i) => self.put_tagged(INTEGER, i.to_le_bytes()),
            ValueRef::Real(r) => self.put_tagged(REAL, r.to_bits().to_le_bytes()),
            ValueRef::Text(t) => self.put_bytes(&[TEXT], t),
            ValueRef::Blob(b) => self.put_bytes(&[BLOB], b),
        }
    }

    fn put_tagged(&mut self, tag: u8, value: [u8; 8]) {
        let mut both = [tag; 9];
        both[1..].copy_from_slice(&value);
        self.put_raw(both);
    }

    fn put_bytes(&mut self, tag: &[u8], bytes: &[u8]) {
        let len = (bytes.len() as u64).to_le_bytes();
        let mut at = self.len;
        self.len += tag.len() + len.len() + bytes.len();
        self.make_room();
        for part in [tag, &len, bytes] {
            self.buffer[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        }
    }

    fn put_raw<const N: usize>(&mut self, bytes: [u8; N]) {
        let at = self.len;
        self.len += N;
        self.make_room();
        self.buffer[at..self.len].copy_from_slice(&bytes);
    }

    fn make_room(&mut self) {
        if self.buffer.len() < self.len {
            self.buffer.resize(2 * self.len, 0);
        }
    }
}

/// Adds up rows of values, in whatever order they come: equal where the same rows were added.
#[derive(Default)]
pub(crate) struct Bag {
    cells: Cells,
    sum: u128,
}

impl Bag {
    /// Adds a row.
    pub(crate) fn add<'v>(&mut self, values: impl Iterator<Item = ValueRef<'v>>) {
        self.cells.row("", values);
        self.sum = self.sum.wrapping_add(self.cells.hash());
    }

    pub(crate) fn sum(&self) -> u128 {
        self.sum
    }
}

/// The sum after a changeset, from the sum before it and the changeset's own old and new values.
pub(crate) fn after(before: Sum, changeset: &Changeset) -> Sum {
    let mut cells = Cells::default();
    let mut sum = before.0;
    for change in changeset.changes() {
        cells.row(change.table, change.key());
        match change.op {
            Op::Insert => {
                for (column, value) in change.after().enumerate() {
                    sum = sum.wrapping_add(cells.cell(column, value.unwrap_or(ValueRef::Null)));
                }
            }
            Op::Delete => {
                for (column, value) in change.before().enumerate() {
                    sum = sum.wrapping_sub(cells.cell(column, value.unwrap_or(ValueRef::Null)));
                }
            }
            Op::Update => {
                for (column, (old, new)) in change.before().zip(change.after()).enumerate() {
                    if let (Some(old), Some(new)) = (old, new) {
                        sum = sum
                            .wrapping_sub(cells.cell(column, old))
                            .wrapping_add(cells.cell(column, new));
                    }
                }
            }
        }
    }
    Sum(sum)
}

/// What a scan found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Scan {
    pub(crate) sum: Sum,
    pub(crate) cells: u64,
    pub(crate) rows: u64,
}

impl Scan {
    pub(crate) fn add(&mut self, other: Scan) {
        self.sum = Sum(self.sum.0.wrapping_add(other.sum.0));
        self.cells += other.cells;
        self.rows += other.rows;
    }
}

/// Adds up the rows of `table` that a SELECT of all its columns, in order, yields.
pub(crate) fn scan_rows(
    table: &Table,
    rows: &mut changeset::Statement<'_>,
) -> Result<Scan, changeset::Error> {
    scan_while(table, rows, |_| true)
}

/// The same for as long as `go_on` says so, which is asked before each row. Columns behind the table's own do not count.
pub(crate) fn scan_while(
    table: &Table,
    rows: &mut changeset::Statement<'_>,
    mut go_on: impl FnMut(&changeset::Row<'_>) -> bool,
) -> Result<Scan, changeset::Error> {
    let mut cells = Cells::default();
    let mut scan = Scan::default();
    let key: Vec<usize> = (0..table.key.len())
        .filter(|&column| table.key[column] != 0)
        .collect();
    while let Some(row) = rows.step()? {
        if !go_on(&row) {
            break;
        }
        cells.row(&table.name, key.iter().map(|&column| row.get(column)));
        for column in 0..table.columns.len() {
            scan.sum.0 = scan.sum.0.wrapping_add(cells.cell(column, row.get(column)));
        }
        scan.cells += table.columns.len() as u64;
        scan.rows += 1;
    }
    Ok(scan)
}

/// Adds up everything.
pub(crate) fn scan(db: &Db<'_>, schema: &Schema) -> Result<Scan, changeset::Error> {
    let mut all = Scan::default();
    for table in schema.tables() {
        all.add(scan_rows(table, &mut db.prepare(&select_all(table))?)?);
    }
    Ok(all)
}

/// A SELECT of all columns of a table, in the schema's order, without an end.
pub(crate) fn select_all(table: &Table) -> String {
    let columns: Vec<String> = table.columns.iter().map(|column| quoted(column)).collect();
    format!("SELECT {} FROM {}", columns.join(", "), quoted(&table.name))
}
