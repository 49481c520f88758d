//! Whether the entries of an index are those of its table's rows: both are added up, so that nothing is looked for.

use changeset::{Db, Row, Table, quoted};

use super::SnapshotError;
use crate::error::During as _;
use crate::sum::Bag;

const DURING: &str = "verify a snapshot";

/// An index of a table.
pub(super) struct Index {
    name: String,
    /// What an entry has, quoted, and where that stands among the table's columns. The rowid stands behind them.
    columns: Vec<(String, usize)>,
    /// Which rows have an entry; `None`: all.
    only: Option<String>,
}

impl Index {
    /// The indexes of a table. One over expressions is not among them.
    pub(super) fn of(db: &Db<'_>, table: &Table) -> Result<Vec<Self>, SnapshotError> {
        let query = "SELECT l.name, x.cid, coalesce(x.name, 'rowid'), l.partial, coalesce(s.sql, '') \
            FROM pragma_index_list(?1) l JOIN sqlite_schema s ON s.name = l.name JOIN pragma_index_xinfo(l.name) x \
            ORDER BY l.name, x.seqno";
        let mut list = db.prepare(query).during(DURING)?;
        list.bind(1, table.name.as_str()).during(DURING)?;
        let mut found: Vec<Index> = Vec::new();
        let mut beyond = Vec::new();
        while let Some(row) = list.step().during(DURING)? {
            let (name, column) = (row.str(0), row.str(2));
            if found.last().is_none_or(|index| index.name != name) {
                let only = row.str(4).split_once(" WHERE ");
                found.push(Index {
                    name: name.to_owned(),
                    columns: Vec::new(),
                    only: only.map(|(_, only)| only.to_owned()),
                });
                if only.is_some() != (row.i64(3) != 0) {
                    beyond.push(name.to_owned());
                }
            }
            let place = match row.i64(1) {
                -1 => Some(table.columns.len()),
                _ => table.columns.iter().position(|c| c == column),
            };
            match (place, found.last_mut()) {
                (Some(place), Some(index)) => index.columns.push((quoted(column), place)),
                _ => beyond.push(name.to_owned()),
            }
        }
        found.retain(|index| !beyond.contains(&index.name));
        Ok(found)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What a SELECT of rows has behind the rowid for this index: whether a row has an entry.
    pub(super) fn only(&self) -> &str {
        self.only.as_deref().unwrap_or("1")
    }

    /// Adds the entry that a row should have; `only_at` is where [`Index::only`] stands.
    pub(super) fn add(&self, row: &Row<'_>, only_at: usize, bag: &mut Bag) {
        if self.only.is_none() || row.i64(only_at) != 0 {
            bag.add(self.columns.iter().map(|(_, place)| row.get(*place)));
        }
    }

    /// Adds up the entries that there are.
    pub(super) fn entries(&self, db: &Db<'_>, table: &Table) -> Result<u128, SnapshotError> {
        let columns: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        let query = format!(
            "SELECT {} FROM {} INDEXED BY {} WHERE {}",
            columns.join(", "),
            quoted(&table.name),
            quoted(&self.name),
            self.only(),
        );
        let mut bag = Bag::default();
        let mut entries = db.prepare(&query).during(DURING)?;
        while let Some(entry) = entries.step().during(DURING)? {
            bag.add((0..entry.len()).map(|column| entry.get(column)));
        }
        Ok(bag.sum())
    }
}
