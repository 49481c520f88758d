//! What belongs to this station alone: small records of the node's, and the redundancy log. Never replicated, never in
//! a snapshot, never restored.

use changeset::Db;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{During as _, Error};
use crate::state::sql;
use crate::store::Store;

/// Lines of the redundancy log that are kept.
const LOG_LINES_MAX: u64 = 10_000;

/// A record to be put, encoded; several can become durable in one transaction with something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPut {
    key: String,
    json: String,
}

/// A line of the redundancy log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// When: Unix microseconds.
    pub at_us: i64,
    /// What happened, in a word.
    pub event: String,
    /// In words.
    pub detail: String,
}

impl LocalPut {
    /// The record `key`, to be replaced by `value`.
    ///
    /// # Errors
    /// [`Error::Invalid`] when `value` has no JSON form.
    pub fn new<T: Serialize>(key: impl Into<String>, value: &T) -> Result<Self, Error> {
        let key = key.into();
        let json = serde_json::to_string(value).map_err(|error| {
            Error::Invalid(format!("the local record {key} cannot be written: {error}"))
        })?;
        Ok(LocalPut { key, json })
    }

    pub(crate) fn run(&self, db: &Db<'_>) -> Result<(), Error> {
        db.run(
            "INSERT INTO local (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            &[self.key.as_str().into(), self.json.as_str().into()],
        )
        .during("write a local record")?;
        Ok(())
    }
}

impl Store {
    /// Replaces the record `key`, durably.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::NoSpace`], [`Error::Database`].
    pub async fn put_local<T: Serialize + Sync>(&self, key: &str, value: &T) -> Result<(), Error> {
        let put = LocalPut::new(key, value)?;
        self.put_locals(vec![put]).await
    }

    /// Replaces several records in one transaction, durably.
    ///
    /// # Errors
    /// [`Error::NoSpace`], [`Error::Database`].
    pub async fn put_locals(&self, puts: Vec<LocalPut>) -> Result<(), Error> {
        let during = "write a local record";
        self.transaction(during, move |parts| {
            puts.iter().try_for_each(|put| put.run(parts.db))
        })
        .await
    }

    /// The record `key`; `None` where there is none.
    ///
    /// # Errors
    /// [`Error::Damaged`] when it cannot be read as a `T`, [`Error::Database`].
    pub async fn local<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Error> {
        let during = "read a local record";
        let wanted = key.to_owned();
        let json = self
            .with_reader(during, move |db| {
                let mut statement = db
                    .prepare("SELECT value FROM local WHERE key = ?1")
                    .during(during)?;
                statement.bind(1, wanted.as_str()).during(during)?;
                Ok(statement
                    .step()
                    .during(during)?
                    .map(|row| row.str(0).to_owned()))
            })
            .await?;
        json.map(|json| {
            serde_json::from_str(&json).map_err(|error| Error::Damaged {
                what: format!("the local record {key} is not readable: {error}"),
            })
        })
        .transpose()
    }

    /// Removes the record `key`, durably; no error where there is none.
    ///
    /// # Errors
    /// [`Error::NoSpace`], [`Error::Database`].
    pub async fn remove_local(&self, key: &str) -> Result<(), Error> {
        let during = "remove a local record";
        let key = key.to_owned();
        self.transaction(during, move |parts| {
            parts
                .db
                .run("DELETE FROM local WHERE key = ?1", &[key.as_str().into()])
                .during(during)
                .map(drop)
        })
        .await
    }

    /// Adds a line to the redundancy log, with the present time; the oldest beyond 10,000 goes.
    ///
    /// # Errors
    /// [`Error::NoSpace`], [`Error::Database`].
    pub async fn log_redundancy(&self, event: &str, detail: &str) -> Result<(), Error> {
        let during = "write the redundancy log";
        let (event, detail) = (event.to_owned(), detail.to_owned());
        let at = Timestamp::now().as_microsecond();
        self.transaction(during, move |parts| {
            parts
                .db
                .run(
                    "INSERT INTO redundancy_log (at, event, detail) VALUES (?1, ?2, ?3)",
                    &[at.into(), event.as_str().into(), detail.as_str().into()],
                )
                .during(during)?;
            let keep = sql(LOG_LINES_MAX);
            let cut =
                "DELETE FROM redundancy_log WHERE id <= (SELECT max(id) FROM redundancy_log) - ?1";
            parts.db.run(cut, &[keep.into()]).during(during).map(drop)
        })
        .await
    }

    /// The redundancy log, newest first, at most `limit` lines.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn redundancy_log(&self, limit: u32) -> Result<Vec<LogLine>, Error> {
        let during = "read the redundancy log";
        self.with_reader(during, move |db| {
            let query = "SELECT at, event, detail FROM redundancy_log ORDER BY id DESC LIMIT ?1";
            let mut statement = db.prepare(query).during(during)?;
            statement.bind(1, i64::from(limit)).during(during)?;
            let mut lines = Vec::new();
            while let Some(row) = statement.step().during(during)? {
                lines.push(LogLine {
                    at_us: row.i64(0),
                    event: row.str(1).to_owned(),
                    detail: row.str(2).to_owned(),
                });
            }
            Ok(lines)
        })
        .await
    }
}
