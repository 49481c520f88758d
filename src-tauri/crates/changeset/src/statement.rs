use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::c_int;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

use libsqlite3_sys as ffi;

use crate::value::of_sqlite;
use crate::{Db, Error, ValueRef};

/// A prepared statement on a locked connection.
pub struct Statement<'db> {
    raw: Option<RawStatement>,
    db: &'db Db<'db>,
    home: Option<(&'db RefCell<StatementCache>, Cow<'static, str>)>,
}

/// A row of a statement's result; its values are borrowed and gone at the next step.
pub struct Row<'s> {
    statement: NonNull<ffi::sqlite3_stmt>,
    columns: usize,
    borrow: PhantomData<&'s mut ()>,
}

/// A prepared statement; finalized when dropped. Whoever holds one sees to it that the handle is not in use on another
/// thread, or is serialized, when it is dropped.
pub(crate) struct RawStatement(NonNull<ffi::sqlite3_stmt>);

/// Statements that outlive one lock, for a recorder.
#[derive(Default)]
pub(crate) struct StatementCache(HashMap<Cow<'static, str>, RawStatement>);

/// Statements that are kept. Those of the program are fewer; what changesets need depends on their columns.
const STATEMENTS_MAX: usize = 256;

impl RawStatement {
    pub(crate) fn prepare(db: &Db<'_>, sql: &str) -> Result<Self, Error> {
        let Ok(len) = c_int::try_from(sql.len()) else {
            return Err(Error::sqlite(ffi::SQLITE_TOOBIG, "prepare a statement"));
        };
        let mut raw = ptr::null_mut();
        // SAFETY: `db` holds the lock on this open handle; `sql` is `len` readable bytes; the output is valid for
        // writes and no tail is asked for.
        let code = unsafe {
            ffi::sqlite3_prepare_v2(
                db.raw().as_ptr(),
                sql.as_ptr().cast(),
                len,
                &raw mut raw,
                ptr::null_mut(),
            )
        };
        db.check(code, "prepare a statement")?;
        // Null where the SQL is empty.
        NonNull::new(raw)
            .map(RawStatement)
            .ok_or_else(|| Error::sqlite(ffi::SQLITE_MISUSE, "prepare empty SQL"))
    }
}

impl Drop for RawStatement {
    fn drop(&mut self) {
        // SAFETY: prepared once, finalized once. The connection is alive (SQLite does not close one that has
        // statements) and either locked by the `Db` that the owner borrows, or serialized (the recorder's cache).
        unsafe { ffi::sqlite3_finalize(self.0.as_ptr()) };
    }
}

impl StatementCache {
    pub(crate) fn take(&mut self, sql: &str) -> Option<RawStatement> {
        self.0.remove(sql)
    }

    fn keep(&mut self, sql: Cow<'static, str>, statement: RawStatement) {
        let one_of_ours = matches!(sql, Cow::Borrowed(_));
        if one_of_ours || self.0.len() < STATEMENTS_MAX {
            self.0.insert(sql, statement);
        }
    }
}

impl<'db> Statement<'db> {
    pub(crate) fn new(
        db: &'db Db<'db>,
        raw: RawStatement,
        home: Option<(&'db RefCell<StatementCache>, Cow<'static, str>)>,
    ) -> Self {
        Statement {
            raw: Some(raw),
            db,
            home,
        }
    }

    fn raw(&self) -> NonNull<ffi::sqlite3_stmt> {
        // Taken only by drop.
        self.raw.as_ref().map_or(NonNull::dangling(), |raw| raw.0)
    }

    /// Binds the parameter `?index`, counted from 1. The value is copied.
    ///
    /// # Errors
    /// [`Error::Sqlite`] when there is no such parameter, the statement is running, or the value is too big.
    pub fn bind<'v>(&mut self, index: usize, value: impl Into<ValueRef<'v>>) -> Result<(), Error> {
        // SAFETY: SQLITE_TRANSIENT has SQLite copy the bytes during the call.
        unsafe { self.bind_with(index, value.into(), ffi::SQLITE_TRANSIENT()) }
    }

    /// # Safety
    /// `lifetime` is SQLITE_TRANSIENT, or SQLITE_STATIC and the value's bytes stay as they are until the parameter is bound
    /// anew or cleared.
    unsafe fn bind_with(
        &mut self,
        index: usize,
        value: ValueRef<'_>,
        lifetime: ffi::sqlite3_destructor_type,
    ) -> Result<(), Error> {
        let statement = self.raw().as_ptr();
        let index = c_int::try_from(index).unwrap_or(c_int::MAX);
        // SAFETY: the statement is prepared and its handle locked; pointers are to as many readable bytes as said, for as
        // long as `lifetime` needs them (the caller's promise).
        let code = unsafe {
            match value {
                ValueRef::Null => ffi::sqlite3_bind_null(statement, index),
                ValueRef::Integer(i) => ffi::sqlite3_bind_int64(statement, index, i),
                ValueRef::Real(r) => ffi::sqlite3_bind_double(statement, index, r),
                ValueRef::Text(t) => ffi::sqlite3_bind_text64(
                    statement,
                    index,
                    t.as_ptr().cast(),
                    t.len() as u64,
                    lifetime,
                    ffi::SQLITE_UTF8 as u8,
                ),
                ValueRef::Blob(b) => ffi::sqlite3_bind_blob64(
                    statement,
                    index,
                    b.as_ptr().cast(),
                    b.len() as u64,
                    lifetime,
                ),
            }
        };
        self.db.check(code, "bind a parameter")
    }

    /// Binds the parameters `?1`, `?2`, …
    ///
    /// # Errors
    /// As [`Statement::bind`].
    pub fn bind_all(&mut self, parameters: &[ValueRef<'_>]) -> Result<(), Error> {
        parameters
            .iter()
            .enumerate()
            .try_for_each(|(i, value)| self.bind(i + 1, *value))
    }

    /// The next row, or `None` at the end, where the statement is ready to run again.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn step(&mut self) -> Result<Option<Row<'_>>, Error> {
        let statement = self.raw();
        // SAFETY: the statement is prepared and its handle locked; no row of it is borrowed (`&mut self`).
        match unsafe { ffi::sqlite3_step(statement.as_ptr()) } {
            ffi::SQLITE_ROW => {
                // SAFETY: as above.
                let columns = unsafe { ffi::sqlite3_column_count(statement.as_ptr()) };
                Ok(Some(Row {
                    statement,
                    columns: usize::try_from(columns).unwrap_or(0),
                    borrow: PhantomData,
                }))
            }
            ffi::SQLITE_DONE => {
                // SAFETY: as above.
                unsafe { ffi::sqlite3_reset(statement.as_ptr()) };
                Ok(None)
            }
            code => {
                // SAFETY: the handle is locked by `self.db`; the message is read before the reset.
                let error = unsafe { Error::sqlite_on(self.db.raw(), code, "run a statement") };
                // SAFETY: as above.
                unsafe { ffi::sqlite3_reset(statement.as_ptr()) };
                Err(error)
            }
        }
    }

    /// Runs a statement that changes something, to its end, with these parameters, which are not copied.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn run(&mut self, parameters: &[ValueRef<'_>]) -> Result<(), Error> {
        self.reset();
        let bound = parameters.iter().enumerate().try_for_each(|(i, value)| {
            // SAFETY: the bytes are borrowed for the whole call, and cleared before it returns.
            unsafe { self.bind_with(i + 1, *value, ffi::SQLITE_STATIC()) }
        });
        let done = bound.and_then(|()| {
            while self.step()?.is_some() {}
            Ok(())
        });
        self.reset();
        // SAFETY: the statement is prepared, its handle locked, and it is not running.
        unsafe { ffi::sqlite3_clear_bindings(self.raw().as_ptr()) };
        done
    }

    /// Makes the statement ready to run again before its end; parameters stay bound.
    pub fn reset(&mut self) {
        // SAFETY: the statement is prepared and its handle locked; no row of it is borrowed (`&mut self`). The result
        // repeats the last step's, which was reported then.
        unsafe { ffi::sqlite3_reset(self.raw().as_ptr()) };
    }
}

impl Drop for Statement<'_> {
    fn drop(&mut self) {
        let (Some(raw), Some((cache, sql))) = (self.raw.take(), self.home.take()) else {
            return;
        };
        // SAFETY: the statement is prepared and its handle locked; clearing drops what was bound, so that the cache
        // keeps no large values.
        unsafe {
            ffi::sqlite3_reset(raw.0.as_ptr());
            ffi::sqlite3_clear_bindings(raw.0.as_ptr());
        }
        if let Ok(mut cache) = cache.try_borrow_mut() {
            cache.keep(sql, raw);
        }
    }
}

impl Row<'_> {
    /// Number of columns.
    #[must_use]
    pub fn len(&self) -> usize {
        self.columns
    }

    /// Whether there are no columns.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.columns == 0
    }

    /// The value of column `index`, counted from 0; NULL beyond the last.
    #[must_use]
    pub fn get(&self, index: usize) -> ValueRef<'_> {
        let statement = self.statement.as_ptr();
        let Ok(column) = c_int::try_from(index) else {
            return ValueRef::Null;
        };
        if index >= self.columns {
            return ValueRef::Null;
        }
        // SAFETY: the statement stands on a row (this type exists only then, and borrows the statement exclusively), the
        // column exists, and the value stays as it is until the next step, which cannot happen while `self` is borrowed.
        unsafe { of_sqlite(ffi::sqlite3_column_value(statement, column)) }
    }

    /// The integer in column `index`; 0 where it is none.
    #[must_use]
    pub fn i64(&self, index: usize) -> i64 {
        self.get(index).as_i64().unwrap_or(0)
    }

    /// The text in column `index`; empty where it is none.
    #[must_use]
    pub fn str(&self, index: usize) -> &str {
        self.get(index).as_str().unwrap_or("")
    }

    /// The blob in column `index`; empty where it is none.
    #[must_use]
    pub fn blob(&self, index: usize) -> &[u8] {
        self.get(index).as_blob().unwrap_or(&[])
    }
}

/// # Safety
/// `data` is null (an empty value, or no memory) or points to `len` bytes that stay valid for `'a`.
pub(crate) unsafe fn bytes<'a>(data: *const u8, len: c_int) -> &'a [u8] {
    match usize::try_from(len) {
        // SAFETY: not null, and the rest is the caller's promise.
        Ok(len) if !data.is_null() => unsafe { std::slice::from_raw_parts(data, len) },
        _ => &[],
    }
}
