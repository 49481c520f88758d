use std::io;

use crate::orphans::OrphanConflict;
use crate::undo::UndoConflict;

/// Why the store did not do what was asked. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// This station may not be edited (`read_only`).
    #[error("{why}")]
    ReadOnly {
        /// One sentence for the operator.
        why: String,
    },
    /// Not now, but in a moment (`busy`).
    #[error("{why}")]
    Busy {
        /// One sentence for the operator.
        why: String,
    },
    /// The disk is full (`no_space`).
    #[error(
        "could not {during}: the disk of the data directory is full. Free some space and try again; nothing was changed"
    )]
    NoSpace {
        /// What was tried.
        during: &'static str,
    },
    /// One edit changes more than an entry may hold (`too_large`).
    #[error(
        "the edit would make an entry of {bytes} bytes; at most {max} are possible. Do it in several steps"
    )]
    TooLarge {
        /// What it would take.
        bytes: u64,
        /// The limit.
        max: u64,
    },
    /// A later edit stands in the way of an undo or redo (`conflict`).
    #[error("{0}")]
    Conflict(Box<UndoConflict>),
    /// An orphan does not fit the present data (`conflict`).
    #[error("{0}")]
    Orphan(Box<OrphanConflict>),
    /// There is nothing of that name or number (`not_found`).
    #[error("{0}")]
    NotFound(String),
    /// What was given makes no sense (`invalid`).
    #[error("{0}")]
    Invalid(String),
    /// A rule of the data itself forbids it (`invalid`): a foreign key, a CHECK.
    #[error("the data does not allow that: {message}")]
    Constraint {
        /// SQLite's words.
        message: String,
    },
    /// What is on disk is not what was written there (`internal`).
    #[error(
        "this station's database is damaged: {what}. Run verify, then Resync now, or restore a backup"
    )]
    Damaged {
        /// What was found.
        what: String,
    },
    /// SQLite or the connection to it failed (`internal`).
    #[error("could not {during}: {source}")]
    Database {
        /// What was tried.
        during: &'static str,
        /// What went wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A file could not be read or written (`internal`).
    #[error("could not {during}: {source}")]
    Io {
        /// What was tried.
        during: &'static str,
        /// What went wrong.
        source: io::Error,
    },
    /// The store is closed, or its thread is gone.
    #[error("the store is closed")]
    Closed,
}

/// What failures below the store mean: SQLITE_FULL and the like.
const SQLITE_CORRUPT: i32 = 11;
const SQLITE_FULL: i32 = 13;
const SQLITE_CONSTRAINT: i32 = 19;
const SQLITE_NOTADB: i32 = 26;
/// SQLite reports a full disk as this where the WAL's index cannot grow.
const SQLITE_IOERR_SHMSIZE: i32 = 10 | 19 << 8;

impl Error {
    /// Maps a failure of SQLite to what it means here.
    pub(crate) fn sqlite(during: &'static str, error: changeset::Error) -> Self {
        match error {
            changeset::Error::TooLarge { bytes, max } => Error::TooLarge { bytes, max },
            changeset::Error::Sqlite {
                code, ref message, ..
            } => {
                let message = message.clone();
                Error::by_code(during, code, message, Box::new(error))
            }
            other => Error::Database {
                during,
                source: Box::new(other),
            },
        }
    }

    /// Maps a failure of sqlx to what it means here.
    pub(crate) fn sqlx(during: &'static str, error: sqlx::Error) -> Self {
        let code = error
            .as_database_error()
            .and_then(|e| e.code())
            .and_then(|code| code.parse::<i32>().ok());
        match code {
            Some(code) => {
                let message = error
                    .as_database_error()
                    .map_or_else(String::new, |e| e.message().to_owned());
                Error::by_code(during, code, message, Box::new(error))
            }
            None => Error::Database {
                during,
                source: Box::new(error),
            },
        }
    }

    fn by_code(
        during: &'static str,
        code: i32,
        message: String,
        source: Box<dyn std::error::Error + Send + Sync>,
    ) -> Self {
        match code {
            SQLITE_IOERR_SHMSIZE => Error::NoSpace { during },
            code if code & 0xff == SQLITE_FULL => Error::NoSpace { during },
            code if code & 0xff == SQLITE_CONSTRAINT => Error::Constraint { message },
            code if matches!(code & 0xff, SQLITE_CORRUPT | SQLITE_NOTADB) => {
                Error::Damaged { what: message }
            }
            _ => Error::Database { during, source },
        }
    }

    /// The same failure for another edit that it befell.
    pub(crate) fn once_more(&self) -> Self {
        match self {
            Error::ReadOnly { why } => Error::ReadOnly { why: why.clone() },
            Error::Busy { why } => Error::Busy { why: why.clone() },
            Error::NoSpace { during } => Error::NoSpace { during },
            Error::Closed => Error::Closed,
            other => Error::Database {
                during: "write the edit",
                source: other.to_string().into(),
            },
        }
    }

    /// Maps a failure of the file system.
    pub(crate) fn io(during: &'static str, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::NoSpace { during },
            _ => Error::Io { during, source },
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Error::sqlx("use the database", error)
    }
}

/// Attaches what was tried to a failure from below.
pub(crate) trait During<T> {
    fn during(self, what: &'static str) -> Result<T, Error>;
}

impl<T> During<T> for Result<T, changeset::Error> {
    fn during(self, what: &'static str) -> Result<T, Error> {
        self.map_err(|error| Error::sqlite(what, error))
    }
}

impl<T> During<T> for Result<T, sqlx::Error> {
    fn during(self, what: &'static str) -> Result<T, Error> {
        self.map_err(|error| Error::sqlx(what, error))
    }
}

impl<T> During<T> for Result<T, io::Error> {
    fn during(self, what: &'static str) -> Result<T, Error> {
        self.map_err(|error| Error::io(what, error))
    }
}
