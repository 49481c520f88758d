//! Rows in bulk: without the triggers and indexes that each row would have to serve. What the triggers keep is filled, and
//! the indexes are built, once all rows are there: that is several times as fast.

use changeset::{Db, Schema};

use crate::error::{During as _, Error};
use crate::sum::quoted;

const DURING: &str = "replace the data";

/// Triggers and indexes that were taken away; all within the caller's transaction.
pub(super) struct SetAside {
    /// What makes the indexes.
    indexes: Vec<String>,
    /// What makes the triggers.
    triggers: Vec<String>,
}

impl SetAside {
    /// Takes them away from the tables of `schema`.
    pub(super) fn new(db: &Db<'_>, schema: &Schema) -> Result<Self, Error> {
        let mut aside = SetAside {
            indexes: Vec::new(),
            triggers: Vec::new(),
        };
        let mut drops = Vec::new();
        // Indexes that a PRIMARY KEY makes have no SQL, and stay.
        let query = "SELECT type, name, sql FROM sqlite_schema \
            WHERE tbl_name = ?1 AND type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY rowid";
        let mut statement = db.prepare(query).during(DURING)?;
        for table in schema.tables() {
            statement.bind(1, table.name.as_str()).during(DURING)?;
            while let Some(row) = statement.step().during(DURING)? {
                let (kind, name, sql) = (row.str(0), quoted(row.str(1)), row.str(2).to_owned());
                drops.push(format!("DROP {kind} {name}"));
                match kind {
                    "index" => aside.indexes.push(sql),
                    _ => aside.triggers.push(sql),
                }
            }
        }
        drop(statement);
        drops
            .iter()
            .try_for_each(|sql| db.execute(sql))
            .during(DURING)?;
        Ok(aside)
    }

    /// Puts them back; `derived` is the SQL that fills what the triggers keep.
    pub(super) fn put_back(self, db: &Db<'_>, derived: &str) -> Result<(), Error> {
        self.indexes
            .iter()
            .map(String::as_str)
            .chain([derived])
            .chain(self.triggers.iter().map(String::as_str))
            .try_for_each(|sql| db.execute(sql))
            .during(DURING)
    }
}
