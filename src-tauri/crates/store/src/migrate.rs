//! The database's own version, and the way from older ones to it.

use changeset::Db;

use crate::tables;

/// Marks a file as Tandem's (`PRAGMA application_id`): "Tand".
pub(crate) const APPLICATION_ID: i64 = 0x5461_6e64;

/// What databases of this build hold.
#[derive(Clone, Copy)]
pub(crate) struct Definition {
    /// What makes version n out of version n − 1, in order. Steps that were released are never changed; one that alters
    /// a replicated table must leave the rows' other values alone: the sum is computed anew after it.
    pub(crate) steps: &'static [&'static [&'static str]],
    /// The tables that are replicated, parents before the tables that refer to them.
    pub(crate) replicated: &'static [&'static str],
    /// The local tables that triggers on the replicated ones keep: snapshots hold them, too. A virtual table's own tables
    /// count as it.
    pub(crate) derived: &'static [&'static str],
}

/// The tables of every database that are not replicated.
pub(crate) const LOCAL: &str = include_str!("local.sql");

/// What became of orphans beside being applied again: set aside by an operator, or applied again in part.
pub(crate) const LOCAL_ORPHAN_MARKS: &str = "ALTER TABLE orphan ADD COLUMN set_aside_at INTEGER; \
     ALTER TABLE orphan ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0; \
     ALTER TABLE orphan_bundle ADD COLUMN imported_at INTEGER";

/// What this station found where an asset's file is not as the library has it. Rows of assets that are gone do no harm and
/// go with the next check. And an order by category, for the library's filter.
pub(crate) const LOCAL_FILES: &str = "CREATE TABLE asset_file ( \
       asset_id BLOB PRIMARY KEY NOT NULL, \
       state TEXT CHECK (state IN ('missing', 'changed')), \
       size_bytes INTEGER, \
       modified_at TEXT, \
       probe TEXT, \
       problem TEXT \
     ) STRICT; \
     CREATE INDEX asset_file_by_state ON asset_file (state) WHERE state IS NOT NULL; \
     CREATE INDEX asset_by_category ON asset (category, id)";

/// One index of items by their playlists instead of two, which also counts and sums a playlist by itself: what an edit writes
/// and a snapshot holds is less by a page and by a million entries.
const ITEMS_BY_ONE_INDEX: &str = "DROP INDEX item_total; \
     DROP INDEX item_in_playlist; \
     CREATE INDEX item_in_playlist ON item (playlist_id, rank, id, duration)";

/// What Tandem's databases hold.
pub(crate) const TANDEM: Definition = Definition {
    steps: &[
        &[LOCAL, tables::SCHEMA],
        &[LOCAL_ORPHAN_MARKS],
        &[tables::TEMPLATES],
        &[LOCAL_FILES],
        &[ITEMS_BY_ONE_INDEX],
    ],
    replicated: tables::REPLICATED,
    derived: tables::DERIVED,
};

impl Definition {
    /// The version that this build reads and writes (`PRAGMA user_version`).
    pub(crate) fn version(&self) -> i64 {
        self.steps.len() as i64
    }

    /// Whether a snapshot holds this table.
    pub(crate) fn ships(&self, table: &str) -> bool {
        let of = |derived: &&str| match table.strip_prefix(*derived) {
            Some(rest) => rest.is_empty() || rest.starts_with('_'),
            None => false,
        };
        self.replicated.contains(&table) || self.derived.iter().any(of)
    }
}

/// Brings the database from version `from` to that of `definition`, within the caller's transaction.
pub(crate) fn migrate(
    db: &Db<'_>,
    from: i64,
    definition: &Definition,
) -> Result<(), changeset::Error> {
    let done = usize::try_from(from).unwrap_or(0);
    for sql in definition.steps.iter().skip(done).copied().flatten() {
        db.execute(sql)?;
    }
    db.execute(&format!(
        "PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {}",
        definition.version()
    ))
}

/// An integer pragma.
pub(crate) fn pragma(db: &Db<'_>, name: &str) -> Result<i64, changeset::Error> {
    let mut statement = db.prepare(&format!("PRAGMA {name}"))?;
    let value = statement.step()?.map_or(0, |row| row.i64(0));
    Ok(value)
}
