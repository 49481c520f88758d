use std::ffi::{CStr, c_int, c_void};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use libsqlite3_sys as ffi;

use crate::change::Op;
use crate::statement::bytes;
use crate::value::of_sqlite;
use crate::{Changeset, Db, Error, Schema, Value};

/// What to do with a change that meets a row that is not as it expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnConflict {
    /// Apply nothing and report the first conflict as [`Error::Conflict`].
    Abort,
    /// Leave that change out, apply the others, and report up to this many conflicts.
    Report(usize),
}

/// A change that could not be applied.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// What stands in the way.
    pub kind: ConflictKind,
    /// The table; empty for [`ConflictKind::ForeignKey`], which is found at the end for all changes together.
    pub table: String,
    /// What the change wanted to do.
    pub op: Option<Op>,
    /// The primary key of the row, in column order.
    pub key: Vec<Value>,
}

/// What stands in a change's way (<https://www.sqlite.org/session/c_changeset_conflict.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConflictKind {
    /// The row is there, but not with the values that the change expects.
    Data,
    /// The row to update or delete is not there.
    NotFound,
    /// The row to insert is already there.
    Exists,
    /// A constraint (NOT NULL, CHECK, UNIQUE, a type) does not let it be.
    Constraint,
    /// Rows would refer to rows that are not there.
    ForeignKey,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            ConflictKind::Data => "the row was changed since",
            ConflictKind::NotFound => "the row is not there",
            ConflictKind::Exists => "a row with this key is already there",
            ConflictKind::Constraint => "a constraint forbids it",
            ConflictKind::ForeignKey => {
                return f.write_str("rows would refer to rows that are not there");
            }
        };
        write!(f, "{} {:?}: {what}", self.table, self.key)
    }
}

impl Db<'_> {
    /// Applies a changeset: all of it or, with [`OnConflict::Report`], all that has no conflict. Foreign-key actions do
    /// not run, since the changeset already holds what they did; triggers do.
    ///
    /// # Errors
    /// [`Error::Schema`] when it does not fit `schema`, [`Error::Conflict`], [`Error::Sqlite`]. Nothing is applied then.
    pub fn apply(
        &self,
        schema: &Schema,
        changeset: &Changeset,
        on_conflict: OnConflict,
    ) -> Result<Vec<Conflict>, Error> {
        schema.check(changeset)?;
        let len = changeset.len_c()?;
        // The flag makes SQLite read the whole schema anew, twice: not where there is nothing to hold back.
        let flags = if schema.has_actions() {
            ffi::SQLITE_CHANGESETAPPLY_FKNOACTION
        } else {
            0
        };
        let mut context = Context {
            on_conflict,
            found: Vec::new(),
        };
        // SAFETY: `self` holds the lock on this open handle; the input is a checked changeset of `len` bytes that
        // SQLite only reads (its parameter lacks a const); `conflict` gets a pointer to `context`, which outlives the
        // call and is not touched by anyone else during it; no rebase output is asked for.
        let code = unsafe {
            ffi::sqlite3changeset_apply_v2(
                self.raw().as_ptr(),
                len,
                changeset.as_bytes().as_ptr().cast_mut().cast(),
                None,
                Some(conflict),
                (&raw mut context).cast(),
                ptr::null_mut(),
                ptr::null_mut(),
                flags,
            )
        };
        if code == ffi::SQLITE_OK {
            return Ok(context.found);
        }
        let error = self.check(code, "apply a changeset").err();
        match (on_conflict, context.found.pop(), error) {
            (OnConflict::Abort, Some(first), _) => Err(Error::Conflict(Box::new(first))),
            (_, _, Some(error)) => Err(error),
            (_, _, None) => Err(Error::sqlite(code, "apply a changeset")),
        }
    }
}

struct Context {
    on_conflict: OnConflict,
    found: Vec<Conflict>,
}

/// SQLite's conflict callback.
///
/// # Safety
/// SQLite calls it from within [`Db::apply`], with that call's context and an iterator that stands on a change.
unsafe extern "C" fn conflict(
    context: *mut c_void,
    kind: c_int,
    change: *mut ffi::sqlite3_changeset_iter,
) -> c_int {
    // SAFETY: the pointer is to the `Context` on the stack of `Db::apply`, used by nobody else during the call.
    let context = unsafe { &mut *context.cast::<Context>() };
    let (answer, room) = match context.on_conflict {
        OnConflict::Abort => (ffi::SQLITE_CHANGESET_ABORT, 1),
        OnConflict::Report(max) => (ffi::SQLITE_CHANGESET_OMIT, max),
    };
    if context.found.len() < room {
        // A panic (out of memory, say) must not unwind into C.
        // SAFETY: the iterator is the one that SQLite passed.
        match catch_unwind(AssertUnwindSafe(|| unsafe { describe(kind, change) })) {
            Ok(found) => context.found.push(found),
            Err(_) => return ffi::SQLITE_CHANGESET_ABORT,
        }
    }
    answer
}

/// # Safety
/// `change` is the iterator that SQLite passed to the conflict callback, together with `kind`, and is used within it.
unsafe fn describe(kind: c_int, change: *mut ffi::sqlite3_changeset_iter) -> Conflict {
    let kind = match kind {
        ffi::SQLITE_CHANGESET_DATA => ConflictKind::Data,
        ffi::SQLITE_CHANGESET_NOTFOUND => ConflictKind::NotFound,
        ffi::SQLITE_CHANGESET_CONFLICT => ConflictKind::Exists,
        ffi::SQLITE_CHANGESET_CONSTRAINT => ConflictKind::Constraint,
        // The iterator stands on no change here and must not be asked for one.
        _ => {
            return Conflict {
                kind: ConflictKind::ForeignKey,
                table: String::new(),
                op: None,
                key: Vec::new(),
            };
        }
    };
    let (mut table, mut columns, mut op, mut mask) = (ptr::null(), 0, 0, ptr::null_mut());
    // SAFETY: the iterator stands on a change (the caller's promise), and all outputs are valid for writes.
    let found = unsafe {
        ffi::sqlite3changeset_op(
            change,
            &raw mut table,
            &raw mut columns,
            &raw mut op,
            ptr::null_mut(),
        ) == ffi::SQLITE_OK
            && ffi::sqlite3changeset_pk(change, &raw mut mask, ptr::null_mut()) == ffi::SQLITE_OK
    };
    if !found || table.is_null() || mask.is_null() {
        return Conflict {
            kind,
            table: String::new(),
            op: None,
            key: Vec::new(),
        };
    }
    let op = match op {
        ffi::SQLITE_INSERT => Op::Insert,
        ffi::SQLITE_DELETE => Op::Delete,
        _ => Op::Update,
    };
    // SAFETY: SQLite gave `columns` mask bytes and a NUL-terminated name, valid while the iterator stands here.
    let (mask, table) = unsafe { (bytes(mask, columns), CStr::from_ptr(table)) };
    let key = (0..columns)
        .zip(mask)
        .filter(|(_, key)| **key != 0)
        .map(|(column, _)| {
            let mut value = ptr::null_mut();
            // SAFETY: the iterator stands on a change of this kind, which has this side; the column exists.
            unsafe {
                match op {
                    Op::Insert => ffi::sqlite3changeset_new(change, column, &raw mut value),
                    _ => ffi::sqlite3changeset_old(change, column, &raw mut value),
                };
                of_sqlite(value).to_owned()
            }
        });
    Conflict {
        kind,
        table: table.to_string_lossy().into_owned(),
        op: Some(op),
        key: key.collect(),
    }
}
