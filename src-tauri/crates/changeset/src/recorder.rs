use std::cell::RefCell;
use std::ops::Deref;
use std::ptr::NonNull;

use libsqlite3_sys as ffi;
use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;

use crate::recording::Recording;
use crate::statement::{RawStatement, StatementCache};
use crate::{Changeset, Db, Error, Schema};

/// How much more memory a recording may take than the changeset that it may become. Recording keeps each row once,
/// with some overhead.
const RECORDING_OVERHEAD: u64 = 4;

/// The connection that writes, and what it records.
///
/// Recording starts and ends under a lock ([`Recorder::lock`]); in between, the transaction's statements go through
/// sqlx ([`Recorder::connection`]).
pub struct Recorder {
    // Dropped in this order: the recording needs the handle, which the statements keep open, and only then may sqlx
    // close it.
    recording: Option<Recording>,
    cache: RefCell<StatementCache>,
    // Never run; while it exists, SQLite refuses to close the handle.
    _anchor: RawStatement,
    raw: NonNull<ffi::sqlite3>,
    /// Whether sqlx may have something to do on the connection: its worker may still be at a statement that nobody waits
    /// for any more.
    lent: bool,
    connection: SqliteConnection,
}

// SAFETY: the raw pointers belong to one connection in serialized mode, whose handle any thread may use, and are used
// only through `&mut self` or in drop.
unsafe impl Send for Recorder {}

/// A recorder's connection, locked: all of [`Db`], and recording.
pub struct Locked<'r> {
    db: Db<'r>,
    recording: &'r mut Option<Recording>,
}

impl Recorder {
    /// Takes over a connection that was opened with `serialized(true)`.
    ///
    /// # Errors
    /// [`Error::NotSerialized`], [`Error::Lock`], [`Error::Sqlite`].
    pub async fn new(mut connection: SqliteConnection) -> Result<Self, Error> {
        let (raw, anchor) = {
            let db = Db::lock(&mut connection).await?;
            // SAFETY: `db` holds the lock on this open handle. A handle has a mutex exactly in serialized mode.
            if unsafe { ffi::sqlite3_db_mutex(db.raw().as_ptr()) }.is_null() {
                return Err(Error::NotSerialized);
            }
            (db.raw(), RawStatement::prepare(&db, "SELECT 1")?)
        };
        Ok(Recorder {
            recording: None,
            cache: RefCell::default(),
            _anchor: anchor,
            raw,
            lent: false,
            connection,
        })
    }

    /// The connection, for statements through sqlx. It must stay in here: exchanging it is found at the next lock.
    pub fn connection(&mut self) -> &mut SqliteConnection {
        self.lent = true;
        &mut self.connection
    }

    /// Locks the raw handle. That costs two changes of threads where statements went through sqlx since the last time, and
    /// nothing where none did.
    ///
    /// # Errors
    /// [`Error::Lock`]; [`Error::Exchanged`] when the connection is not the one that came in.
    pub async fn lock(&mut self) -> Result<Locked<'_>, Error> {
        let mut db = if self.lent {
            let db = Db::lock(&mut self.connection).await?;
            if db.raw() != self.raw {
                return Err(Error::Exchanged);
            }
            self.lent = false;
            db
        } else {
            // SAFETY: the handle is serialized (checked in `new`) and open as long as the connection, which `self` owns and
            // which is the one that came in (checked since it was lent last). Whoever had it since then has given it back
            // (`&mut self`), and its lock was got after everything that was asked of sqlx.
            unsafe { Db::resting(self.raw) }
        };
        db.cache = Some(&self.cache);
        Ok(Locked {
            db,
            recording: &mut self.recording,
        })
    }

    /// Ends any recording and closes the connection.
    ///
    /// # Errors
    /// sqlx's, when closing fails.
    pub async fn close(self) -> Result<(), sqlx::Error> {
        let Recorder {
            recording,
            cache,
            _anchor,
            connection,
            ..
        } = self;
        drop(recording);
        drop(cache);
        drop(_anchor);
        connection.close().await
    }
}

impl<'r> Deref for Locked<'r> {
    type Target = Db<'r>;

    fn deref(&self) -> &Db<'r> {
        &self.db
    }
}

impl Locked<'_> {
    /// Starts to record what happens to the tables of `schema`.
    ///
    /// # Errors
    /// [`Error::Recording`] when a recording is already running.
    pub fn record(&mut self, schema: &Schema) -> Result<(), Error> {
        if self.recording.is_some() {
            return Err(Error::Recording("a recording is already running"));
        }
        *self.recording = Some(Recording::start(&self.db, schema));
        Ok(())
    }

    /// Whether a recording is running.
    #[must_use]
    pub fn is_recording(&self) -> bool {
        self.recording.is_some()
    }

    /// Ends the recording and returns what it saw; to be called before the transaction ends.
    ///
    /// # Errors
    /// [`Error::TooLarge`] beyond `bytes_max`, [`Error::Recording`] when no recording is running, [`Error::Sqlite`].
    /// The recording is over in every case.
    pub fn recorded(&mut self, bytes_max: u64) -> Result<Changeset, Error> {
        let Some(recording) = self.recording.take() else {
            return Err(Error::Recording("no recording is running"));
        };
        let changeset = recording.end(&self.db, bytes_max.saturating_mul(RECORDING_OVERHEAD))?;
        match changeset.as_bytes().len() as u64 {
            bytes if bytes > bytes_max => Err(Error::TooLarge {
                bytes,
                max: bytes_max,
            }),
            _ => Ok(changeset),
        }
    }

    /// Ends the recording, if one is running, and forgets what it saw.
    pub fn stop_recording(&mut self) {
        *self.recording = None;
    }

    /// Ends the recording, if one is running, and rolls back the transaction, if one is open.
    ///
    /// # Errors
    /// [`Error::Sqlite`] when the rollback fails.
    pub fn abandon(&mut self) -> Result<(), Error> {
        *self.recording = None;
        if self.db.in_transaction() {
            self.db.execute("ROLLBACK")
        } else {
            Ok(())
        }
    }
}
