//! Undo and redo: entries of their own, made from the inverse of another. What can be undone is read from the journal
//! alone, so it reaches as far as the journal does, over restarts and changes of primary.

use std::collections::HashSet;
use std::fmt;

use changeset::{Changeset, Db, OnConflict, Value};

use crate::entry::Entry;
use crate::error::{During as _, Error};
use crate::history::{self, HistoryEntry};
use crate::journal;
use crate::state::sql;
use crate::store::{Store, WriterParts};
use crate::write::{EditMeta, Links, Written, finish};

/// A later edit stands in the way of an undo or a redo.
#[derive(Debug, Clone, PartialEq)]
pub struct UndoConflict {
    /// What could not be done, why, and what to do.
    pub message: String,
    /// The latest entry that touched the same rows, where one is known.
    pub later: Option<HistoryEntry>,
    /// The rows that are not as they would have to be: table and key.
    pub rows: Vec<(String, Vec<Value>)>,
}

impl fmt::Display for UndoConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Most rows that a conflict names.
const ROWS_MAX: usize = 100;

impl Store {
    /// Takes back an entry: `seq`, or the latest that is not taken back yet. The result's value is its number and label.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is none (any more), [`Error::Conflict`] where later edits touched the same rows,
    /// and as [`Store::write`].
    pub async fn undo(&self, user: &str, seq: Option<u64>) -> Result<Written<HistoryEntry>, Error> {
        self.check_permit()?;
        let user = user.to_owned();
        self.with_writer(move |parts| {
            let target = to_undo(parts.db, seq)?;
            let links = Links {
                undoes: Some(target.seq),
                redoes: None,
            };
            let label = format!("Undo: {}", target.label);
            let inverse = target.changeset.invert().during("undo an edit")?;
            take_back(
                parts,
                &target,
                target.seq,
                &inverse,
                EditMeta { user, label },
                links,
            )
        })
        .await
    }

    /// Does again the entry that was taken back last, unless something new was done since.
    ///
    /// # Errors
    /// As [`Store::undo`].
    pub async fn redo(&self, user: &str) -> Result<Written<HistoryEntry>, Error> {
        self.check_permit()?;
        let user = user.to_owned();
        self.with_writer(move |parts| {
            let (undo, target) = to_redo(parts.db)?;
            let links = Links {
                undoes: None,
                redoes: Some(target.seq),
            };
            let label = format!("Redo: {}", target.label);
            take_back(
                parts,
                &target,
                undo,
                &target.changeset,
                EditMeta { user, label },
                links,
            )
        })
        .await
    }
}

/// Applies `change` as an edit, unless entries after `since` touched its rows.
fn take_back(
    parts: &mut WriterParts<'_, '_>,
    target: &Entry,
    since: u64,
    change: &Changeset,
    meta: EditMeta,
    links: Links,
) -> Result<Written<HistoryEntry>, Error> {
    let verb = if links.undoes.is_some() {
        "undone"
    } else {
        "redone"
    };
    if let Some(later) = later_on_same_rows(parts.db, since, change)? {
        let message = format!(
            "“{}” cannot be {verb}: “{}” (entry {}) changed the same lines later. Undo that first",
            target.label, later.label, later.seq
        );
        return Err(Error::Conflict(Box::new(UndoConflict {
            message,
            later: Some(later),
            rows: Vec::new(),
        })));
    }
    let what = format!("“{}” cannot be {verb}", target.label);
    let written = apply_as_edit(parts, change, meta, links, &what)?;
    let Written {
        epoch,
        seq,
        changed,
        value: (),
    } = written;
    Ok(Written {
        epoch,
        seq,
        changed,
        value: HistoryEntry::of(target),
    })
}

/// Applies a changeset through the write path, if no row stands in its way.
fn apply_as_edit(
    parts: &mut WriterParts<'_, '_>,
    change: &Changeset,
    meta: EditMeta,
    links: Links,
    what: &str,
) -> Result<Written<()>, Error> {
    let during = "apply an edit again";
    parts.shared.gate.check(parts.head.position.epoch)?;
    parts.db.abandon().during(during)?;
    parts.db.execute("BEGIN IMMEDIATE").during(during)?;
    parts.db.record(&parts.shared.schema).during(during)?;
    let conflicts = parts
        .db
        .apply(&parts.shared.schema, change, OnConflict::Report(ROWS_MAX))
        .during(during)?;
    if let Some(first) = conflicts.first() {
        let message = format!("{what}: {first}. Nothing was changed");
        let rows = conflicts
            .into_iter()
            .map(|conflict| (conflict.table, conflict.key))
            .collect();
        return Err(Error::Conflict(Box::new(UndoConflict {
            message,
            later: None,
            rows,
        })));
    }
    finish(parts, meta, links)
}

/// The entry to take back.
fn to_undo(db: &Db<'_>, seq: Option<u64>) -> Result<Entry, Error> {
    let during = "look for what can be undone";
    let Some(seq) = seq else {
        // Undone entries are skipped by their links alone; only those that were ever undone cost a look-up.
        let query = "SELECT seq FROM journal WHERE undoes IS NULL AND redoes IS NULL AND \
            (SELECT count(*) FROM journal u WHERE u.undoes = journal.seq) <= \
            (SELECT count(*) FROM journal r WHERE r.redoes = journal.seq) ORDER BY seq DESC LIMIT 1";
        let found = one(db, query, 0, during)?;
        let seq =
            found.ok_or_else(|| Error::NotFound(String::from("There is nothing to undo.")))?;
        return kept(db, seq);
    };
    let entry = kept(db, seq)?;
    if entry.undoes.is_some() || entry.redoes.is_some() {
        return Err(Error::Invalid(format!(
            "Entry {seq} is itself an undo or redo; undo or redo the edit it names."
        )));
    }
    let undone = "SELECT seq FROM journal WHERE seq = ?1 AND \
        (SELECT count(*) FROM journal u WHERE u.undoes = ?1) > (SELECT count(*) FROM journal r WHERE r.redoes = ?1)";
    match one(db, undone, seq, during)? {
        Some(_) => Err(Error::NotFound(format!(
            "“{}” (entry {seq}) is undone already.",
            entry.label
        ))),
        None => Ok(entry),
    }
}

/// The undo to take back, and the entry that it took back: walking back from the last entry, the first undo that was not
/// followed by its redo; nothing once an edit of another kind is met.
fn to_redo(db: &Db<'_>) -> Result<(u64, Entry), Error> {
    let during = "look for what can be redone";
    let nothing = || Error::NotFound(String::from("There is nothing to redo."));
    let mut statement = db
        .prepare("SELECT seq, undoes, redoes FROM journal ORDER BY seq DESC")
        .during(during)?;
    let mut redone: Vec<i64> = Vec::new();
    while let Some(row) = statement.step().during(during)? {
        match (row.get(1).as_i64(), row.get(2).as_i64()) {
            (_, Some(target)) => redone.push(target),
            (Some(target), _) => match redone.iter().position(|&seq| seq == target) {
                Some(at) => drop(redone.swap_remove(at)),
                None => {
                    let undo = u64::try_from(row.i64(0)).unwrap_or(0);
                    return Ok((undo, kept(db, u64::try_from(target).unwrap_or(0))?));
                }
            },
            (None, None) => break,
        }
    }
    Err(nothing())
}

fn kept(db: &Db<'_>, seq: u64) -> Result<Entry, Error> {
    journal::get(db, seq)?.ok_or_else(|| {
        Error::NotFound(format!(
            "Entry {seq} is not in the journal (any more); it cannot be undone."
        ))
    })
}

fn one(
    db: &Db<'_>,
    query: &str,
    parameter: u64,
    during: &'static str,
) -> Result<Option<u64>, Error> {
    let mut statement = db.prepare(query).during(during)?;
    if query.contains("?1") {
        statement.bind(1, sql(parameter)).during(during)?;
    }
    let row = statement.step().during(during)?;
    Ok(row.and_then(|row| u64::try_from(row.i64(0)).ok()))
}

/// The latest entry after `since` that still stands and touched a row of `change`. An entry that was taken back since,
/// and its undo and redo, leave the rows as they were.
fn later_on_same_rows(
    db: &Db<'_>,
    since: u64,
    change: &Changeset,
) -> Result<Option<HistoryEntry>, Error> {
    let during = "look for later edits of the same rows";
    let rows: HashSet<Vec<u8>> = change.changes().map(|change| row_id(&change)).collect();
    let query = format!(
        "SELECT {}, changeset FROM journal WHERE seq > ?1 ORDER BY seq DESC",
        history::COLUMNS
    );
    let mut statement = db.prepare(&query).during(during)?;
    statement.bind(1, sql(since)).during(during)?;
    while let Some(row) = statement.step().during(during)? {
        let entry = HistoryEntry::read(&row);
        // A pair of undo and redo that lies after `since` as a whole cancels out, as does an edit with its undo.
        let inner = entry
            .undoes
            .or(entry.redoes)
            .is_some_and(|target| target > since);
        if entry.undone || inner || cancelled(db, &entry, since)? {
            continue;
        }
        let malformed = |_| Error::Damaged {
            what: format!("journal entry {} is malformed", entry.seq),
        };
        let changeset = Changeset::from_bytes(row.blob(10).to_vec()).map_err(malformed)?;
        if changeset
            .changes()
            .any(|change| rows.contains(&row_id(&change)))
        {
            return Ok(Some(entry));
        }
    }
    Ok(None)
}

/// Whether `entry`, an undo or redo of an entry from before `since`, is cancelled by a later one of the other kind.
fn cancelled(db: &Db<'_>, entry: &HistoryEntry, since: u64) -> Result<bool, Error> {
    let Some(target) = entry.undoes.or(entry.redoes) else {
        return Ok(false);
    };
    let during = "look for later edits of the same rows";
    let query = "SELECT count(*) FROM journal WHERE seq > ?1 AND undoes = ?2 UNION ALL \
        SELECT count(*) FROM journal WHERE seq > ?1 AND redoes = ?2";
    let mut statement = db.prepare(query).during(during)?;
    statement
        .bind_all(&[sql(since).into(), sql(target).into()])
        .during(during)?;
    let mut counts = Vec::new();
    while let Some(row) = statement.step().during(during)? {
        counts.push(row.i64(0));
    }
    Ok(counts.first() == counts.last())
}

/// A row's identity: its table and key.
pub(crate) fn row_id(change: &changeset::Change<'_>) -> Vec<u8> {
    let mut id = change.table.as_bytes().to_vec();
    for value in change.key() {
        id.extend_from_slice(format!("\0{value:?}").as_bytes());
    }
    id
}
