use std::ffi::{CStr, c_char, c_int};
use std::ptr::NonNull;

use libsqlite3_sys as ffi;

use crate::Conflict;

/// What can go wrong below the store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// SQLite refused.
    #[error("SQLite could not {during}: {message} (code {code})")]
    Sqlite {
        /// What was tried.
        during: &'static str,
        /// SQLite's extended result code (<https://www.sqlite.org/rescode.html>).
        code: i32,
        /// SQLite's own words.
        message: String,
    },
    /// The bytes are not a changeset.
    #[error("the changeset is malformed at byte {offset}: {what}")]
    Malformed {
        /// Where.
        offset: usize,
        /// What was found.
        what: &'static str,
    },
    /// A change does not fit the database: no such table, another number of columns, another primary key.
    #[error("the changeset does not fit the database: table {table} {what}")]
    Schema {
        /// The table that the change names.
        table: String,
        /// What differs.
        what: &'static str,
    },
    /// More was changed than fits into one changeset.
    #[error("the changeset would have {bytes} bytes, more than the {max} that are allowed")]
    TooLarge {
        /// Its size, or what recording it already takes.
        bytes: u64,
        /// The limit.
        max: u64,
    },
    /// A change met a row that is not as the changeset expects; nothing was applied.
    #[error("the changeset does not apply: {0}")]
    Conflict(Box<Conflict>),
    /// The connection was not opened in serialized mode.
    #[error("the recorder needs a connection opened with serialized(true)")]
    NotSerialized,
    /// The connection in the recorder is not the one that it was made for.
    #[error("the connection was exchanged behind the recorder's back")]
    Exchanged,
    /// Nothing is being recorded, or something already is.
    #[error("{0}")]
    Recording(&'static str),
    /// The connection's own thread is gone.
    #[error("the connection cannot be locked: {0}")]
    Lock(#[source] sqlx::Error),
}

impl Error {
    /// SQLite's primary result code, where SQLite refused: [`libsqlite3_sys::SQLITE_FULL`] and so on.
    #[must_use]
    pub fn sqlite_code(&self) -> Option<i32> {
        match self {
            Error::Sqlite { code, .. } => Some(code & 0xff),
            _ => None,
        }
    }

    /// The error for a result code alone.
    pub(crate) fn sqlite(code: c_int, during: &'static str) -> Self {
        // SAFETY: sqlite3_errstr returns a static NUL-terminated string for any code.
        let message = unsafe { text(ffi::sqlite3_errstr(code)) };
        Error::Sqlite {
            during,
            code,
            message,
        }
    }

    /// The error for a result code, with the handle's own message and extended code.
    ///
    /// # Safety
    /// `db` is an open handle that no other thread uses during the call.
    pub(crate) unsafe fn sqlite_on(
        db: NonNull<ffi::sqlite3>,
        code: c_int,
        during: &'static str,
    ) -> Self {
        // SAFETY: the handle is open and ours (the caller's promise); the message stays valid until the next call on
        // the handle and is copied here.
        let (extended, message) = unsafe {
            (
                ffi::sqlite3_extended_errcode(db.as_ptr()),
                text(ffi::sqlite3_errmsg(db.as_ptr())),
            )
        };
        let code = if extended & 0xff == code & 0xff {
            extended
        } else {
            code
        };
        Error::Sqlite {
            during,
            code,
            message,
        }
    }
}

/// # Safety
/// `message` is null or a NUL-terminated string that is valid during the call.
unsafe fn text(message: *const c_char) -> String {
    if message.is_null() {
        return String::from("unknown error");
    }
    // SAFETY: not null; the rest is the caller's promise.
    unsafe { CStr::from_ptr(message) }
        .to_string_lossy()
        .into_owned()
}
