use std::sync::Arc;

use crate::{Changeset, Db, Error};

/// The tables that are recorded and applied, as they are in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    tables: Arc<[Table]>,
    /// Whether a foreign key of one of the tables does anything but refuse.
    has_actions: bool,
}

/// A table's shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// The names of its columns, in order.
    pub columns: Vec<String>,
    /// One byte a column: 0, or the column's place in the primary key, counted from 1.
    pub key: Vec<u8>,
}

impl Schema {
    /// Reads the shape of these tables.
    ///
    /// # Errors
    /// [`Error::Schema`] when a table is missing or has no PRIMARY KEY, [`Error::Sqlite`].
    pub fn read(db: &Db<'_>, tables: &[&str]) -> Result<Self, Error> {
        let mut info = db
            .prepare("SELECT name, pk FROM pragma_table_xinfo(?1) WHERE hidden = 0 ORDER BY cid")?;
        let mut shapes = Vec::with_capacity(tables.len());
        for &name in tables {
            let mut table = Table {
                name: name.to_owned(),
                columns: Vec::new(),
                key: Vec::new(),
            };
            info.bind(1, name)?;
            while let Some(row) = info.step()? {
                table.columns.push(row.str(0).to_owned());
                table.key.push(u8::try_from(row.i64(1)).unwrap_or(u8::MAX));
            }
            if table.columns.is_empty() {
                return Err(Error::Schema {
                    table: table.name,
                    what: "is not there",
                });
            }
            if table.key.iter().all(|&k| k == 0) {
                return Err(Error::Schema {
                    table: table.name,
                    what: "has no PRIMARY KEY, so it cannot be recorded",
                });
            }
            shapes.push(table);
        }
        Ok(Schema {
            tables: shapes.into(),
            has_actions: has_actions(db, tables)?,
        })
    }

    /// The tables, in the order in which they were asked for.
    #[must_use]
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// Whether a foreign key of one of the tables does anything but refuse (CASCADE, SET NULL, …; RESTRICT counts, since
    /// it refuses before the transaction's end).
    pub(crate) fn has_actions(&self) -> bool {
        self.has_actions
    }

    /// The table of this name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// Whether every change in `changeset` is to a table of this schema, with its columns and its key. SQLite's apply
    /// would silently skip what is not.
    ///
    /// # Errors
    /// [`Error::Schema`] names the first table that does not fit.
    pub fn check(&self, changeset: &Changeset) -> Result<(), Error> {
        let mut last: Option<(&str, &[u8])> = None;
        for change in changeset.changes() {
            if last == Some((change.table, change.key_mask())) {
                continue;
            }
            let what = match self.table(change.table) {
                None => "is not one of the replicated tables",
                Some(table) if table.key.len() != change.columns() => {
                    "has another number of columns"
                }
                Some(table) if table.key != change.key_mask() => "has another primary key",
                Some(_) => {
                    last = Some((change.table, change.key_mask()));
                    continue;
                }
            };
            return Err(Error::Schema {
                table: change.table.to_owned(),
                what,
            });
        }
        Ok(())
    }
}

impl Table {
    /// Asks for a row by its key, whose values are its parameters in the order of the columns.
    pub(crate) fn row_query(&self) -> String {
        let columns: Vec<_> = self.columns.iter().map(|name| quoted(name)).collect();
        let key = columns.iter().zip(&self.key).filter(|(_, key)| **key != 0);
        let key: Vec<_> = (1..)
            .zip(key)
            .map(|(at, (column, _))| format!("{column} = ?{at}"))
            .collect();
        let (columns, key) = (columns.join(", "), key.join(" AND "));
        format!("SELECT {columns} FROM {} WHERE {key}", quoted(&self.name))
    }
}

fn has_actions(db: &Db<'_>, tables: &[&str]) -> Result<bool, Error> {
    let query = "SELECT 1 FROM pragma_foreign_key_list(?1) WHERE on_update <> 'NO ACTION' OR on_delete <> 'NO ACTION'";
    let mut statement = db.prepare(query)?;
    for &table in tables {
        statement.bind(1, table)?;
        if statement.step()?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A name as SQL takes it.
#[must_use]
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
