use std::borrow::Cow;
use std::cell::RefCell;
use std::ffi::{CString, c_int};
use std::ptr::{self, NonNull};

use libsqlite3_sys as ffi;
use sqlx::Connection as _;
use sqlx::sqlite::{LockedSqliteHandle, SqliteConnection};

use crate::statement::{RawStatement, Statement, StatementCache};
use crate::{Error, ValueRef};

/// A connection's raw handle, locked: statements run on the calling thread, without a hop to sqlx's worker. Calls
/// block; anything long belongs on a thread that may.
///
/// Neither `Send` nor `Sync`: what it hands out is used on the thread that locked it.
pub struct Db<'c> {
    raw: NonNull<ffi::sqlite3>,
    pub(crate) cache: Option<&'c RefCell<StatementCache>>,
    // Keeps sqlx's worker off the handle for as long as this lives; `None` where the worker is known to rest.
    _lock: Option<LockedSqliteHandle<'c>>,
}

impl<'c> Db<'c> {
    /// Locks the connection's handle.
    ///
    /// # Errors
    /// [`Error::Lock`] when the connection's own thread is gone.
    pub async fn lock(connection: &'c mut SqliteConnection) -> Result<Self, Error> {
        // sqlx's lock takes for granted that the worker has the handle. One that was unlocked a moment ago may not have taken
        // it back yet: then both would wait for each other for ever. What answers has it.
        connection.ping().await.map_err(Error::Lock)?;
        let mut lock = connection.lock_handle().await.map_err(Error::Lock)?;
        Ok(Db {
            raw: lock.as_raw_handle(),
            cache: None,
            _lock: Some(lock),
        })
    }

    /// A handle that sqlx's worker has nothing to do with.
    ///
    /// # Safety
    /// `raw` is open and serialized for all of `'c`, and no command of sqlx's runs or waits on it.
    pub(crate) unsafe fn resting(raw: NonNull<ffi::sqlite3>) -> Self {
        Db {
            raw,
            cache: None,
            _lock: None,
        }
    }

    pub(crate) fn raw(&self) -> NonNull<ffi::sqlite3> {
        self.raw
    }

    /// `Ok` for SQLITE_OK, else the handle's error.
    pub(crate) fn check(&self, code: c_int, during: &'static str) -> Result<(), Error> {
        match code {
            ffi::SQLITE_OK => Ok(()),
            // SAFETY: `self` holds the lock on this open handle.
            code => Err(unsafe { Error::sqlite_on(self.raw, code, during) }),
        }
    }

    /// Runs statements that return no rows.
    ///
    /// # Errors
    /// [`Error::Sqlite`]; what came before the failing statement stays done.
    pub fn execute(&self, sql: &str) -> Result<(), Error> {
        let Ok(sql) = CString::new(sql) else {
            return Err(Error::sqlite(ffi::SQLITE_MISUSE, "run SQL with a NUL byte"));
        };
        // SAFETY: `self` holds the lock on this open handle; `sql` is NUL-terminated and outlives the call; no
        // callback and no message pointer are given.
        let code = unsafe {
            ffi::sqlite3_exec(
                self.raw.as_ptr(),
                sql.as_ptr(),
                None,
                ptr::null_mut(),
                ptr::null_mut(),
            )
        };
        self.check(code, "run a statement")
    }

    /// Prepares one statement.
    ///
    /// # Errors
    /// [`Error::Sqlite`] when it does not parse or names what is not there.
    pub fn prepare(&self, sql: &str) -> Result<Statement<'_>, Error> {
        Ok(Statement::new(
            self,
            RawStatement::prepare(self, sql)?,
            None,
        ))
    }

    /// Prepares one statement, or takes it from the recorder's cache, where it returns when it is dropped.
    ///
    /// # Errors
    /// As [`Db::prepare`].
    pub fn cached(&self, sql: impl Into<Cow<'static, str>>) -> Result<Statement<'_>, Error> {
        let sql = sql.into();
        let kept = self.cache.and_then(|cache| cache.borrow_mut().take(&sql));
        let raw = match kept {
            Some(raw) => raw,
            None => RawStatement::prepare(self, &sql)?,
        };
        Ok(Statement::new(
            self,
            raw,
            self.cache.map(|cache| (cache, sql)),
        ))
    }

    /// Runs one statement from the cache to its end, ignoring rows; returns how many rows it changed.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn run(
        &self,
        sql: impl Into<Cow<'static, str>>,
        parameters: &[ValueRef<'_>],
    ) -> Result<u64, Error> {
        self.cached(sql)?.run(parameters)?;
        Ok(self.changed())
    }

    /// As [`Db::run`], with a statement that is not kept.
    pub(crate) fn run_once(&self, sql: &str, parameters: &[ValueRef<'_>]) -> Result<u64, Error> {
        self.prepare(sql)?.run(parameters)?;
        Ok(self.changed())
    }

    /// How many rows the last statement changed.
    fn changed(&self) -> u64 {
        // SAFETY: `self` holds the lock on this open handle.
        let changes = unsafe { ffi::sqlite3_changes64(self.raw.as_ptr()) };
        u64::try_from(changes).unwrap_or(0)
    }

    /// Whether the open transaction leaves rows that refer to rows that are not there: its commit would fail.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn has_dangling_references(&self) -> Result<bool, Error> {
        let (mut now, mut highest) = (0, 0);
        // SAFETY: `self` holds the lock on this open handle; both outputs are valid for writes.
        let code = unsafe {
            ffi::sqlite3_db_status(
                self.raw.as_ptr(),
                ffi::SQLITE_DBSTATUS_DEFERRED_FKS,
                &raw mut now,
                &raw mut highest,
                0,
            )
        };
        self.check(code, "check references")?;
        Ok(now != 0)
    }

    /// Makes this connection's database a copy of the other's, page by page, in a transaction of its own: all of it or
    /// nothing. Neither may have a transaction open. Prepared statements see the new tables when they run next.
    ///
    /// # Errors
    /// [`Error::Sqlite`]; nothing was changed then.
    pub fn become_copy_of(&self, source: &Db<'_>) -> Result<(), Error> {
        let during = "copy a database";
        // SAFETY: both `Db`s hold the locks on their open handles, which are two (each has its lock exclusively), until
        // the copy is finished below; the names are NUL-terminated.
        let copy = unsafe {
            ffi::sqlite3_backup_init(
                self.raw.as_ptr(),
                c"main".as_ptr(),
                source.raw.as_ptr(),
                c"main".as_ptr(),
            )
        };
        if copy.is_null() {
            // SAFETY: `self` holds the lock on this open handle.
            let code = unsafe { ffi::sqlite3_errcode(self.raw.as_ptr()) };
            return self.check(code, during);
        }
        // SAFETY: the copy was begun above, is used by nobody else, and not after it is finished.
        let (done, finished) = unsafe {
            (
                ffi::sqlite3_backup_step(copy, -1),
                ffi::sqlite3_backup_finish(copy),
            )
        };
        match done {
            ffi::SQLITE_DONE => self.check(finished, during),
            // Waiting for another process was in vain: finishing says nothing of that.
            code => self.check(code, during),
        }
    }

    /// Whether a transaction is open.
    #[must_use]
    pub fn in_transaction(&self) -> bool {
        // SAFETY: `self` holds the lock on this open handle.
        unsafe { ffi::sqlite3_get_autocommit(self.raw.as_ptr()) == 0 }
    }
}
