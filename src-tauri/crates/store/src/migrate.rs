//! The database's own version, and the way from older ones to it.

use changeset::Db;

use crate::tables;

/// Marks a file as Tandem's (`PRAGMA application_id`): "Tand".
pub(crate) const APPLICATION_ID: i64 = 0x5461_6e64;

/// What makes version n out of version n − 1, in order. Steps that were released are never changed; one that alters a
/// replicated table must leave the other rows' values alone: the sum is computed anew after it.
pub(crate) const STEPS: &[&[&str]] = &[&[include_str!("local.sql"), tables::SCHEMA]];

/// The version that this build reads and writes (`PRAGMA user_version`).
pub(crate) fn latest() -> i64 {
    STEPS.len() as i64
}

/// Brings the database from version `from` to that of `steps`, within the caller's transaction.
pub(crate) fn migrate(db: &Db<'_>, from: i64, steps: &[&[&str]]) -> Result<(), changeset::Error> {
    let done = usize::try_from(from).unwrap_or(0);
    for sql in steps.iter().skip(done).copied().flatten() {
        db.execute(sql)?;
    }
    db.execute(&format!(
        "PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {}",
        steps.len()
    ))
}

/// An integer pragma.
pub(crate) fn pragma(db: &Db<'_>, name: &str) -> Result<i64, changeset::Error> {
    let mut statement = db.prepare(&format!("PRAGMA {name}"))?;
    let value = statement.step()?.map_or(0, |row| row.i64(0));
    Ok(value)
}
