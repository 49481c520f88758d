//! Opening a data directory.

use std::fs::{DirBuilder, File};
use std::io::{self, Read as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use changeset::{Db, Recorder, Schema};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::sync::{Mutex, broadcast, watch};
use xxhash_rust::xxh3::xxh3_128;

use crate::activity::Activity;
use crate::batch::Queue;
use crate::days::Days;
use crate::error::{During as _, Error};
use crate::faults::Faults;
use crate::line::Line;
use crate::lock::DirLock;
use crate::migrate::{self, APPLICATION_ID, Definition, TANDEM, pragma};
use crate::permit::Gate;
use crate::state::{self, State};
use crate::store::{Shared, Store, Writer};
use crate::{journal, snapshot, sum, wal};

/// The database's file in the data directory.
pub const DATABASE_FILE: &str = "tandem.db";

const READERS_MAX: u32 = 4;
/// The writer's page cache, in KiB: a snapshot or a large import that does not fit spills into the WAL page by page.
const WRITER_CACHE_KIB: u32 = 64 << 10;
/// How long the WAL grows before an edit has to wait until it is copied into the database, in pages of 4 KiB: rarely
/// enough to stay out of the slowest hundredth of edits.
pub(crate) const WAL_PAGES: u32 = 4_000;
/// What a snapshot or a backup's restoration made of the WAL is given back down to so many bytes.
const WAL_BYTES_KEPT: u32 = 64 << 20;
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Commits that a slow subscriber may be behind before it must catch up from the journal.
const COMMITS_KEPT: usize = 64;

/// Why a data directory was not opened. The files in it are as they were.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another station runs on it.
    #[error("another Tandem{} already runs on {}. Close it, or use another directory with --data-dir",
        pid.map_or_else(String::new, |pid| format!(" (process {pid})")), dir.display())]
    InUse {
        /// The directory.
        dir: PathBuf,
        /// The other station's process, where it could be read.
        pid: Option<u32>,
    },
    /// A newer Tandem wrote the database.
    #[error("{} was written by a newer Tandem (database version {found}, this one knows {known}). Update Tandem; the \
        file was left as it is", path.display())]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The latest version that this build knows.
        known: i64,
    },
    /// The file is a database, but not Tandem's.
    #[error("{} is a database of another program. Use another directory with --data-dir; the file was left as it is",
        path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file is no database, or a damaged one.
    #[error("{} is damaged ({what}). Move it away and restore a copy from the backups folder beside it; the file was \
        left as it is", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What was found.
        what: String,
    },
    /// A file could not be read or written.
    #[error("could not {during} ({}): {source}", path.display())]
    Io {
        /// What was tried.
        during: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// SQLite refused.
    #[error("could not open {}: {source}", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// Why.
        source: Error,
    },
}

impl Store {
    /// Opens the data directory, and makes it and its database where they are not there yet. The edit permit is closed
    /// at first.
    ///
    /// # Errors
    /// [`OpenError`]; nothing was changed then.
    pub async fn open(dir: &Path) -> Result<Store, OpenError> {
        Store::open_as(dir, TANDEM).await
    }

    /// As [`Store::open`], and sees to it that edits are quick from the first one on: their log is laid out, which takes some
    /// hundredths of a second and 16 MiB of a disk that has plenty.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn open_to_edit(dir: &Path) -> Result<Store, OpenError> {
        let store = Store::open(dir).await?;
        if let Err(error) = store.lay_out_log().await {
            tracing::warn!(%error, "the database's log is not laid out: edits take a little longer at first");
        }
        Ok(store)
    }

    /// As [`Store::open`], with databases of another definition.
    pub(crate) async fn open_as(dir: &Path, definition: Definition) -> Result<Store, OpenError> {
        let path = dir.join(DATABASE_FILE);
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(|source| OpenError::Io {
                during: "make the data directory",
                path: dir.to_owned(),
                source,
            })?;
        let lock = DirLock::take(dir)?;
        inspect(&path, &definition).await?;
        snapshot::clean(dir);
        open_database(dir, &path, lock, definition)
            .await
            .map_err(|error| match error {
                Error::Damaged { what } => OpenError::Corrupt { path, what },
                source => OpenError::Database { path, source },
            })
    }

    pub(crate) async fn lay_out_log(&self) -> Result<(), Error> {
        let during = "lay out the database's log";
        let database = self.0.dir.join(DATABASE_FILE);
        let writer = self.writer().await?;
        writer
            .run(move |_| wal::lay_out(&database).during(during))
            .await
    }
}

/// How every connection to the database is opened.
pub(crate) fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("trusted_schema", "OFF")
        .disable_statement_logging()
}

/// Looks at an existing file without changing it: is it ours, is it whole enough to read, is it not from the future?
pub(crate) async fn inspect(path: &Path, definition: &Definition) -> Result<(), OpenError> {
    let mut header = Vec::new();
    match File::open(path) {
        Ok(file) => file
            .take(16)
            .read_to_end(&mut header)
            .map_err(|source| OpenError::Io {
                during: "read the database",
                path: path.to_owned(),
                source,
            })?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => {
            return Err(OpenError::Io {
                during: "read the database",
                path: path.to_owned(),
                source,
            });
        }
    };
    if header.is_empty() {
        return Ok(());
    }
    let corrupt = |what: String| OpenError::Corrupt {
        path: path.to_owned(),
        what,
    };
    if header != *b"SQLite format 3\0" {
        return Err(corrupt(String::from("it is not an SQLite database")));
    }
    let (application, version) = identity(path).await.map_err(|error| match error {
        Error::Damaged { what } => corrupt(what),
        source => OpenError::Database {
            path: path.to_owned(),
            source,
        },
    })?;
    match (application, version) {
        (APPLICATION_ID, found) if found > definition.version() => Err(OpenError::Newer {
            path: path.to_owned(),
            found,
            known: definition.version(),
        }),
        // A database whose making was cut off has neither mark nor tables.
        (APPLICATION_ID, _) | (0, 0) => Ok(()),
        _ => Err(OpenError::Foreign {
            path: path.to_owned(),
        }),
    }
}

/// The file's application id and version.
async fn identity(path: &Path) -> Result<(i64, i64), Error> {
    let during = "look at the database";
    let mut connection = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging()
        .connect()
        .await
        .during(during)?;
    let found = {
        let db = Db::lock(&mut connection).await.during(during)?;
        let tables = db
            .prepare("SELECT count(*) FROM sqlite_schema")
            .and_then(|mut s| {
                let n = s.step()?.map_or(0, |row| row.i64(0));
                Ok(n)
            });
        let application = pragma(&db, "application_id").during(during)?;
        let version = pragma(&db, "user_version").during(during)?;
        // An empty database may become ours; one with tables and no mark is somebody else's.
        let foreign = tables.during(during)? > 0 && application == 0;
        (if foreign { -1 } else { application }, version)
    };
    connection.close().await.during(during)?;
    Ok(found)
}

async fn open_database(
    dir: &Path,
    path: &Path,
    lock: DirLock,
    definition: Definition,
) -> Result<Store, Error> {
    let during = "open the database";
    let connection: SqliteConnection = options(path)
        .create_if_missing(true)
        .serialized(true)
        .pragma("cache_size", format!("-{WRITER_CACHE_KIB}"))
        .pragma("wal_autocheckpoint", WAL_PAGES.to_string())
        .pragma("journal_size_limit", WAL_BYTES_KEPT.to_string())
        .connect()
        .await
        .during(during)?;
    let mut recorder = Recorder::new(connection).await.during(during)?;
    let prepared = {
        let mut db = recorder.lock().await.during(during)?;
        let prepared = prepare(&db, &definition);
        if prepared.is_err() {
            // What the error is about must not be hidden by a rollback that fails for the same reason.
            let _ = db.abandon();
        }
        prepared?
    };
    let Prepared {
        state,
        schema,
        schema_hash,
    } = prepared;
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS_MAX)
        // They are to a file: there is no connection to lose, and asking costs a hop to another thread.
        .test_before_acquire(false)
        .connect_lazy_with(options(path).read_only(true));
    let (head, _) = watch::channel(state.head);
    let (commits, told) = broadcast::channel(COMMITS_KEPT);
    let writer = Writer {
        recorder,
        head: state.head,
        base: state.base,
        batch: None,
    };
    Ok(Store(Arc::new(Shared {
        dir: dir.to_owned(),
        lock: std::sync::Mutex::new(Some(lock)),
        definition,
        station: state.station,
        was_clean: state.closed,
        schema,
        schema_hash,
        readers,
        gate: Gate::closed(),
        faults: Faults::default(),
        activity: Activity::default(),
        queue: Queue::default(),
        line: Line::default(),
        head,
        peers: broadcast::Sender::new(COMMITS_KEPT),
        commits,
        days: Mutex::new(Days::new(told)),
        writer: Arc::new(Mutex::new(Some(writer))),
    })))
}

struct Prepared {
    state: State,
    schema: Schema,
    schema_hash: String,
}

/// Migrates, makes what a new database lacks, and checks that what is there fits together.
fn prepare(db: &Db<'_>, definition: &Definition) -> Result<Prepared, Error> {
    let during = "open the database";
    db.execute("BEGIN IMMEDIATE").during(during)?;
    let version = pragma(db, "user_version").during(during)?;
    let migrated = version < definition.version();
    if migrated {
        migrate::migrate(db, version, definition).during("bring the database up to date")?;
    }
    let schema = Schema::read(db, definition.replicated).during(during)?;
    let state = match state::load(db)? {
        Some(mut state) => {
            if migrated {
                state.head.sum = sum::scan(db, &schema).during(during)?.sum;
                state::save_head(db, &state.head)?;
            }
            state
        }
        None => {
            state::create(db, sum::scan(db, &schema).during(during)?.sum)?;
            state::load(db)?.ok_or(Error::Closed)?
        }
    };
    check_journal(db, &state)?;
    if !state.closed {
        quick_check(db)?;
    }
    db.run("UPDATE state SET closed = 0", &[]).during(during)?;
    let schema_hash = schema_hash(db, definition).during(during)?;
    db.execute("COMMIT").during(during)?;
    Ok(Prepared {
        state,
        schema,
        schema_hash,
    })
}

/// The journal must end where the state says.
fn check_journal(db: &Db<'_>, state: &State) -> Result<(), Error> {
    let position = &state.head.position;
    match journal::at(db, position.seq, &state.base)? {
        Some((chain, _)) if chain == position.chain => Ok(()),
        _ => Err(Error::Damaged {
            what: format!("its journal does not end at entry {}", position.seq),
        }),
    }
}

/// SQLite's own check of its pages, after a process that did not end in order.
fn quick_check(db: &Db<'_>) -> Result<(), Error> {
    let mut statement = db
        .prepare("PRAGMA quick_check(1)")
        .during("check the database")?;
    match statement.step().during("check the database")? {
        Some(row) if row.str(0) != "ok" => Err(Error::Damaged {
            what: row.str(0).to_owned(),
        }),
        _ => Ok(()),
    }
}

/// What must be equal on both stations before a changeset of one is applied on the other: the SQL of the replicated
/// tables.
pub(crate) fn schema_hash(
    db: &Db<'_>,
    definition: &Definition,
) -> Result<String, changeset::Error> {
    let mut text = String::new();
    let mut statement =
        db.prepare("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?1")?;
    for &table in definition.replicated {
        statement.bind(1, table)?;
        while let Some(row) = statement.step()? {
            let words: Vec<&str> = row.str(0).split_whitespace().collect();
            text.push_str(&words.join(" "));
            text.push('\n');
        }
    }
    Ok(format!("{:032x}", xxh3_128(text.as_bytes())))
}
