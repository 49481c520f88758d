//! What a transaction does to the tables of a schema, row by row, and the changeset of it: what SQLite's session extension
//! records, in its format. A session would read the shape of each table anew (a PRAGMA, prepared four times) and prepare a
//! query for every transaction, which takes longer than all the rest of a small edit.

use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{self, NonNull};

use libsqlite3_sys as ffi;

use crate::format::{self, Reader};
use crate::value::of_sqlite;
use crate::{Changeset, Db, Error, Schema, Table, ValueRef};

const RECORDING: &str = "record a change";

/// A recording under way on a handle; ended when dropped. Its owner sees to it that the handle stays allocated.
pub(crate) struct Recording {
    raw: NonNull<ffi::sqlite3>,
    // SQLite has this pointer while it is recorded. It is used by whoever holds the handle's mutex: SQLite within a
    // statement, and this type's own methods once SQLite has forgotten it.
    rows: NonNull<Rows>,
}

/// The rows that were touched.
struct Rows {
    schema: Schema,
    touched: Vec<Touched>,
    /// Where in `touched` a row is, by the place of its table and its key.
    places: HashMap<(usize, Vec<u8>), usize>,
    /// What all of this takes, about.
    bytes: u64,
    failed: Option<Error>,
}

struct Touched {
    /// Its table's place in the schema.
    table: usize,
    /// The values of its key, encoded.
    key: Vec<u8>,
    /// Its values before it was touched first, encoded; `None` where it was not there.
    before: Option<Vec<u8>>,
    /// Only triggers and foreign keys touched it.
    indirect: bool,
}

impl Recording {
    /// Starts to record on a locked handle.
    pub(crate) fn start(db: &Db<'_>, schema: &Schema) -> Self {
        let rows = Box::new(Rows {
            schema: schema.clone(),
            touched: Vec::new(),
            places: HashMap::new(),
            bytes: 0,
            failed: None,
        });
        let recording = Recording {
            raw: db.raw(),
            rows: NonNull::from(Box::leak(rows)),
        };
        // SAFETY: the handle is open and locked; `touch` is given `rows`, which stays allocated until SQLite forgets it
        // (this type's drop).
        unsafe {
            ffi::sqlite3_preupdate_hook(
                recording.raw.as_ptr(),
                Some(touch),
                recording.rows.as_ptr().cast(),
            )
        };
        recording
    }

    /// Ends the recording: the changeset of what is other now than it was at its start. Refused where recording it took more than
    /// `bytes_max`, about.
    pub(crate) fn end(self, db: &Db<'_>, bytes_max: u64) -> Result<Changeset, Error> {
        self.forget();
        // SAFETY: SQLite has forgotten it, and `self` is borrowed for as long as this is.
        let rows = unsafe { &mut *self.rows.as_ptr() };
        match rows.failed.take() {
            Some(error) => Err(error),
            None if rows.bytes > bytes_max => Err(Error::TooLarge {
                bytes: rows.bytes,
                max: bytes_max,
            }),
            None => rows.changeset(db),
        }
    }

    fn forget(&self) {
        // SAFETY: the handle is allocated (its owner's promise). SQLite takes its mutex for this, so no statement is in
        // the midst of `touch` afterwards.
        unsafe { ffi::sqlite3_preupdate_hook(self.raw.as_ptr(), None, ptr::null_mut()) };
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.forget();
        // SAFETY: leaked once by `start`, taken back once, and SQLite has forgotten it.
        drop(unsafe { Box::from_raw(self.rows.as_ptr()) });
    }
}

/// A change as SQLite tells of it, before it is made.
struct Event {
    db: *mut ffi::sqlite3,
    op: c_int,
}

/// SQLite's hook, called before each change of a row.
///
/// # Safety
/// SQLite calls it from within a statement, with the `Rows` of the recording that runs and the handle, whose mutex it holds.
unsafe extern "C" fn touch(
    rows: *mut c_void,
    db: *mut ffi::sqlite3,
    op: c_int,
    database: *const c_char,
    table: *const c_char,
    _: i64,
    _: i64,
) {
    // SAFETY: the pointer is to the `Rows` of the recording, used by nobody else while the handle's mutex is held; the names
    // are NUL-terminated.
    let (rows, database, table) = unsafe {
        (
            &mut *rows.cast::<Rows>(),
            CStr::from_ptr(database),
            CStr::from_ptr(table),
        )
    };
    if database != c"main" || rows.failed.is_some() {
        return;
    }
    // A panic (out of memory, say) must not unwind into C.
    let noted = catch_unwind(AssertUnwindSafe(|| {
        rows.note(&Event { db, op }, table.to_bytes())
    }));
    rows.failed = match noted {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error),
        Err(_) => Some(Error::Recording("recording panicked")),
    };
}

impl Event {
    /// The value of a column before or after the change. Only for a side that there is.
    fn value(&self, after: bool, column: usize) -> Result<ValueRef<'_>, Error> {
        let column = c_int::try_from(column).unwrap_or(c_int::MAX);
        let mut value = ptr::null_mut();
        // SAFETY: within the hook on its handle; SQLite refuses columns that are not there; the value is SQLite's and stays
        // as it is for as long as the hook runs.
        let code = unsafe {
            if after {
                ffi::sqlite3_preupdate_new(self.db, column, &raw mut value)
            } else {
                ffi::sqlite3_preupdate_old(self.db, column, &raw mut value)
            }
        };
        if code != ffi::SQLITE_OK {
            return Err(Error::sqlite(code, RECORDING));
        }
        // SAFETY: as above.
        Ok(unsafe { of_sqlite(value) })
    }

    /// The values of the key, encoded; `None` where one is NULL, which the session extension leaves out as well.
    fn key(&self, after: bool, table: &Table) -> Result<Option<Vec<u8>>, Error> {
        let mut key = Vec::new();
        for (column, _) in table.key.iter().enumerate().filter(|(_, k)| **k != 0) {
            match self.value(after, column)? {
                ValueRef::Null => return Ok(None),
                value => format::put_value(&mut key, value),
            }
        }
        Ok(Some(key))
    }
}

impl Rows {
    fn note(&mut self, event: &Event, name: &[u8]) -> Result<(), Error> {
        let tables = self.schema.tables();
        let Some(place) = tables
            .iter()
            .position(|table| table.name.as_bytes() == name)
        else {
            return Ok(());
        };
        let table = &tables[place];
        // SAFETY: within the hook on its handle.
        let (columns, depth) = unsafe {
            (
                ffi::sqlite3_preupdate_count(event.db),
                ffi::sqlite3_preupdate_depth(event.db),
            )
        };
        if usize::try_from(columns) != Ok(table.columns.len()) {
            return Err(Error::Schema {
                table: table.name.clone(),
                what: "has another number of columns than it had",
            });
        }
        let old = if event.op == ffi::SQLITE_INSERT {
            None
        } else {
            event.key(false, table)?
        };
        let new = if event.op == ffi::SQLITE_DELETE {
            None
        } else {
            event.key(true, table)?
        };
        // An update of its key takes a row away and brings another.
        let new = new.filter(|new| old.as_ref() != Some(new));
        let columns = table.columns.len();
        if let Some(key) = old {
            self.place(place, key, depth > 0, || {
                let mut before = Vec::new();
                for column in 0..columns {
                    format::put_value(&mut before, event.value(false, column)?);
                }
                Ok(Some(before))
            })?;
        }
        if let Some(key) = new {
            self.place(place, key, depth > 0, || Ok(None))?;
        }
        Ok(())
    }

    fn place(
        &mut self,
        table: usize,
        key: Vec<u8>,
        indirect: bool,
        before: impl FnOnce() -> Result<Option<Vec<u8>>, Error>,
    ) -> Result<(), Error> {
        let place = (table, key);
        if let Some(known) = self.places.get(&place) {
            self.touched[*known].indirect &= indirect;
            return Ok(());
        }
        let before = before()?;
        let key = place.1.clone();
        let held = size_of::<Touched>() + 2 * key.len() + before.as_ref().map_or(0, Vec::len);
        self.bytes = self.bytes.saturating_add(held as u64);
        self.places.insert(place, self.touched.len());
        self.touched.push(Touched {
            table,
            key,
            before,
            indirect,
        });
        Ok(())
    }

    /// Looks at what has become of each row that was touched.
    fn changeset(&self, db: &Db<'_>) -> Result<Changeset, Error> {
        let mut bytes = Vec::new();
        for (place, table) in self.schema.tables().iter().enumerate() {
            let mut of_it = self
                .touched
                .iter()
                .filter(|row| row.table == place)
                .peekable();
            if of_it.peek().is_none() {
                continue;
            }
            let start = bytes.len();
            format::put_header(&mut bytes, table);
            let header = bytes.len();
            let mut now = db.cached(table.row_query())?;
            for row in of_it {
                row.put(&mut bytes, table, &mut now)?;
            }
            if bytes.len() == header {
                bytes.truncate(start);
            }
        }
        Changeset::from_bytes(bytes)
    }
}

impl Touched {
    /// Writes the change of the row, if it is other than it was.
    fn put(
        &self,
        bytes: &mut Vec<u8>,
        table: &Table,
        now: &mut crate::Statement<'_>,
    ) -> Result<(), Error> {
        let mut key = Reader::new(&self.key)?;
        for at in 1..=table.key.iter().filter(|k| **k != 0).count() {
            now.bind(at, key.value()?.unwrap_or(ValueRef::Null))?;
        }
        let row = now.step()?;
        let indirect = u8::from(self.indirect);
        match (&self.before, row) {
            (None, None) => {}
            (None, Some(row)) => {
                bytes.extend([format::INSERT, indirect]);
                (0..table.columns.len()).for_each(|at| format::put_value(bytes, row.get(at)));
            }
            (Some(before), None) => {
                bytes.extend([format::DELETE, indirect]);
                bytes.extend_from_slice(before);
            }
            (Some(before), Some(row)) => {
                let start = bytes.len();
                bytes.extend([format::UPDATE, indirect]);
                let (mut old, mut after) = (Reader::new(before)?, Vec::new());
                for (at, key) in table.key.iter().enumerate() {
                    let (old, new) = (old.value()?.unwrap_or(ValueRef::Null), row.get(at));
                    let (old, new) = match (*key != 0, old == new) {
                        (true, _) => (Some(old), None),
                        (false, true) => (None, None),
                        (false, false) => (Some(old), Some(new)),
                    };
                    format::put_maybe(bytes, old);
                    format::put_maybe(&mut after, new);
                }
                if after.iter().all(|byte| *byte == format::UNDEFINED) {
                    bytes.truncate(start);
                } else {
                    bytes.extend(after);
                }
            }
        }
        now.reset();
        Ok(())
    }
}

#[cfg(test)]
mod tests;
