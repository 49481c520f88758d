//! Which b-trees a snapshot holds: the replicated tables, what is derived from them (the search index), and all their
//! indexes.

use changeset::Db;
use xxhash_rust::xxh3::xxh3_128;

use crate::error::{During as _, Error};
use crate::migrate::{Definition, pragma};

/// The b-trees of a database that go into its snapshots, in the order in which they are sent.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) page_size: usize,
    pub(super) trees: Vec<Tree>,
    /// Equal where the trees and the pages of two stations are.
    pub(super) hash: u128,
}

/// A b-tree.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    pub(super) name: String,
    /// The table that it is, or is an index of.
    pub(super) table: String,
    pub(super) root: u32,
    /// It has an entry for each row of the table: all but partial indexes.
    pub(super) of_all_rows: bool,
}

impl Layout {
    /// Reads it.
    pub(super) fn read(db: &Db<'_>, definition: &Definition) -> Result<Self, Error> {
        let during = "read which tables there are";
        let page_size = pragma(db, "page_size").during(during)?;
        let mut text = format!("{page_size}\n");
        let mut trees = Vec::new();
        let query = "SELECT s.name, s.tbl_name, s.rootpage, coalesce(s.sql, ''), s.type = 'table' OR \
            NOT (SELECT partial FROM pragma_index_list(s.tbl_name) i WHERE i.name = s.name) \
            FROM sqlite_schema s WHERE s.rootpage > 0 ORDER BY s.name";
        let mut statement = db.prepare(query).during(during)?;
        while let Some(row) = statement.step().during(during)? {
            let (name, table) = (row.str(0).to_owned(), row.str(1).to_owned());
            if !definition.ships(&table) {
                continue;
            }
            let words: Vec<&str> = row.str(3).split_whitespace().collect();
            text.push_str(&format!("{name} {}\n", words.join(" ")));
            trees.push(Tree {
                name,
                table,
                root: u32::try_from(row.i64(2)).unwrap_or(0),
                of_all_rows: row.i64(4) != 0,
            });
        }
        Ok(Layout {
            page_size: usize::try_from(page_size).unwrap_or(0),
            trees,
            hash: xxh3_128(text.as_bytes()),
        })
    }
}
