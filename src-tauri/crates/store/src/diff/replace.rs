//! Putting the difference in place, inside the transaction of a resync.

use std::collections::HashMap;

use changeset::{Db, Schema, Statement, Table, Value, ValueRef, quoted};

use super::plan::Differing;
use super::range::{key_columns, keys_of};
use crate::entry::Entry;
use crate::error::{During as _, Error};
use crate::faults::Fault;
use crate::journal;
use crate::orphans::{self, BundleId};
use crate::snapshot::{Install, SnapshotError, SnapshotHeader, Spool, adopt, insert_into};
use crate::store::WriterParts;
use crate::sum;

const DURING: &str = "resync";

/// What the primary sent.
pub(super) struct Difference<'a> {
    pub(super) header: &'a SnapshotHeader,
    pub(super) leaves: &'a [Differing],
    pub(super) spool: &'a Spool,
    pub(super) entries: &'a [Entry],
}

/// Replaces what differs; returns how many rows were taken out, and the bundle of orphans.
pub(super) fn replace(
    parts: &mut WriterParts<'_, '_>,
    difference: &Difference<'_>,
    install: &Install,
) -> Result<(u64, Option<BundleId>), SnapshotError> {
    let bundle = match install.orphans_after {
        Some(seq) => orphans::save_after(parts.db, parts.db, parts.head, seq, &install.reason)?.0,
        None => None,
    };
    // Rows come table by table; what they refer to may come later. Reset by SQLite at the transaction's end.
    parts
        .db
        .execute("PRAGMA defer_foreign_keys = ON")
        .during(DURING)?;
    let schema = &parts.shared.schema;
    let mut gone = keys_in(parts.db, schema, difference.leaves)?;
    write_rows(parts.db, schema, difference.spool, &mut gone)?;
    let removed = gone.values().map(HashMap::len).sum::<usize>() as u64;
    if !parts.shared.faults.has(Fault::RowsKept) {
        remove_rows(parts.db, schema, &gone)?;
    }
    let scan = sum::scan(parts.db, schema).during("verify a resync")?;
    let summed = !parts.shared.faults.has(Fault::ResyncNotSummed);
    if summed && scan.sum != difference.header.head.sum {
        return Err(SnapshotError::damaged(
            "the rows that differed do not make up the difference",
        ));
    }
    let kept = keep_journal(parts, difference)?;
    adopt(parts.db, parts.head, parts.base, difference.header, kept)?;
    install.local.iter().try_for_each(|put| put.run(parts.db))?;
    Ok((removed, bundle))
}

/// Keys of rows by table: the encoded key, for comparing, with its values.
type Keys = HashMap<usize, HashMap<Vec<u8>, Vec<Value>>>;

/// The keys of this station's rows in the ranges.
fn keys_in(db: &Db<'_>, schema: &Schema, leaves: &[Differing]) -> Result<Keys, SnapshotError> {
    let mut keys = Keys::new();
    for leaf in leaves {
        let number = schema
            .tables()
            .iter()
            .position(|table| table.name == leaf.range.table);
        let of_table = keys.entry(number.unwrap_or_default()).or_default();
        let mut found = keys_of(db, schema, &leaf.range)?;
        while let Some(row) = found.step().during(DURING)? {
            let key: Vec<Value> = (0..row.len())
                .map(|column| row.get(column).to_owned())
                .collect();
            of_table.insert(encoded(key.iter().map(Value::as_ref)), key);
        }
    }
    Ok(keys)
}

fn encoded<'v>(key: impl Iterator<Item = ValueRef<'v>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    key.for_each(|value| crate::snapshot::put(&mut bytes, value));
    bytes
}

/// Writes the rows that came; what is left of `gone` the primary does not have.
fn write_rows(
    db: &Db<'_>,
    schema: &Schema,
    spool: &Spool,
    gone: &mut Keys,
) -> Result<(), SnapshotError> {
    spool.each_chunk(|rows| {
        let number = usize::from(rows.table);
        let table = rows.table_of(schema)?;
        let key = places_of_key(table);
        let mut put = db.prepare(&upsert(table)).during(DURING)?;
        let none = &mut HashMap::new();
        let of_table = gone.get_mut(&number).unwrap_or(none);
        rows.each(|values| {
            of_table.remove(&encoded(key.iter().map(|&column| values[column])));
            put.run(values).during(DURING)
        })?;
        Ok(())
    })
}

/// The columns of the key, in the key's order, as places among the table's columns.
fn places_of_key(table: &Table) -> Vec<usize> {
    let mut places: Vec<usize> = (0..table.key.len())
        .filter(|&column| table.key[column] != 0)
        .collect();
    places.sort_by_key(|&column| table.key[column]);
    places
}

/// An INSERT that becomes an UPDATE where the row is there: nothing is deleted on the way, so that no foreign key acts.
fn upsert(table: &Table) -> String {
    let set: Vec<String> = table
        .columns
        .iter()
        .zip(&table.key)
        .filter(|(_, key)| **key == 0)
        .map(|(column, _)| format!("{0} = excluded.{0}", quoted(column)))
        .collect();
    let act = if set.is_empty() {
        "NOTHING".to_owned()
    } else {
        format!("UPDATE SET {}", set.join(", "))
    };
    format!(
        "{} ON CONFLICT ({}) DO {act}",
        insert_into(table),
        key_columns(table).join(", ")
    )
}

/// Takes rows out; what refers to others before what is referred to.
fn remove_rows(db: &Db<'_>, schema: &Schema, gone: &Keys) -> Result<(), SnapshotError> {
    for (number, table) in schema.tables().iter().enumerate().rev() {
        let Some(keys) = gone.get(&number).filter(|keys| !keys.is_empty()) else {
            continue;
        };
        let clause: Vec<String> = key_columns(table)
            .iter()
            .enumerate()
            .map(|(n, column)| format!("{column} = ?{}", n + 1))
            .collect();
        let query = format!(
            "DELETE FROM {} WHERE {}",
            quoted(&table.name),
            clause.join(" AND ")
        );
        let mut delete: Statement<'_> = db.prepare(&query).during(DURING)?;
        for key in keys.values() {
            let key: Vec<ValueRef<'_>> = key.iter().map(Value::as_ref).collect();
            delete.run(&key).during(DURING)?;
        }
    }
    Ok(())
}

/// Whether this station's journal leads to the pinned position; the entries that came are added to it then.
fn keep_journal(
    parts: &mut WriterParts<'_, '_>,
    difference: &Difference<'_>,
) -> Result<bool, Error> {
    let (own, pinned) = (parts.head.position, difference.header.head.position);
    let mut at = (own.seq, own.chain);
    for entry in difference.entries {
        let next = entry.seq == at.0 + 1 && entry.follows(at.1) && entry.is_intact();
        if !next {
            return Ok(false);
        }
        at = (entry.seq, entry.chain);
    }
    if own.lineage != pinned.lineage || at != (pinned.seq, pinned.chain) {
        return Ok(false);
    }
    let mut statement = journal::inserting(parts.db)?;
    difference
        .entries
        .iter()
        .try_for_each(|entry| journal::insert_with(&mut statement, entry))?;
    Ok(true)
}
