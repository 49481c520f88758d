//! The data directories of one station: the one that is in use, and what a crash leaves of it.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

use domain::ids::StationId;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{ConnectOptions as _, Connection as _};
use store::{DATABASE_FILE, Store};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use super::super::rng::Rng;

thread_local! {
    static RUNTIME: Runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made");
}

/// Runs the store's work to its end: to the simulation it happens at one moment.
pub(super) fn block_on<T>(work: impl Future<Output = T>) -> T {
    RUNTIME.with(|runtime| runtime.block_on(work))
}

/// How far the files are: what was written after this may be torn by a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    wal_len: u64,
    /// Tells whether the WAL was begun anew since.
    wal_salt: [u8; 8],
    /// Tells whether anything was copied into the database since.
    database: Option<(SystemTime, u64)>,
}

pub(super) struct Files {
    root: TempDir,
    count: u32,
}

/// Memory, where there is a file system in it: a schedule's files live for a fraction of a second.
fn parent() -> PathBuf {
    let memory = Path::new("/dev/shm");
    match tempfile::tempdir_in(memory) {
        Ok(_) => memory.to_owned(),
        Err(_) => std::env::temp_dir(),
    }
}

/// The databases that new stations begin with: those that the store makes, with the stations' ids in them.
fn template(s: usize, station: StationId) -> &'static [u8] {
    static TEMPLATES: [OnceLock<Vec<u8>>; 2] = [const { OnceLock::new() }; 2];
    TEMPLATES[s].get_or_init(|| {
        let dir = tempfile::tempdir_in(parent()).expect("a directory can be made");
        let path = dir.path().join(DATABASE_FILE);
        block_on(async {
            let store = Store::open(dir.path()).await.expect("a new store opens");
            store.close().await.expect("it closes");
            let mut connection = SqliteConnectOptions::new()
                .filename(&path)
                .journal_mode(SqliteJournalMode::Wal)
                .connect()
                .await
                .expect("the database opens");
            let id = station.as_bytes().as_slice();
            for query in [
                "UPDATE state SET station = ?1, opener = ?1, lineage = ?1",
                "UPDATE epoch SET opener = ?1",
            ] {
                let named = sqlx::query(query).bind(id).execute(&mut connection).await;
                named.expect("the station can be named");
            }
            connection.close().await.expect("the database closes");
        });
        fs::read(path).expect("the database can be read")
    })
}

impl Files {
    pub(super) fn new(s: usize, station: StationId) -> Self {
        let root = tempfile::tempdir_in(parent()).expect("a directory can be made");
        let files = Self { root, count: 0 };
        fs::create_dir(files.dir()).expect("a directory can be made");
        fs::write(files.database(), template(s, station)).expect("the database can be written");
        files
    }

    /// The data directory.
    pub(super) fn dir(&self) -> PathBuf {
        self.nth(self.count)
    }

    pub(super) fn database(&self) -> PathBuf {
        self.dir().join(DATABASE_FILE)
    }

    fn nth(&self, n: u32) -> PathBuf {
        self.root.path().join(n.to_string())
    }

    pub(super) fn mark(&self) -> Mark {
        let (mut wal_len, mut wal_salt) = (0, [0; 8]);
        if let Ok(mut wal) = File::open(wal_of(&self.dir())) {
            wal_len = wal.metadata().map_or(0, |meta| meta.len());
            let salted = wal
                .seek(SeekFrom::Start(16))
                .and_then(|_| wal.read_exact(&mut wal_salt));
            if salted.is_err() {
                wal_salt = [0; 8];
            }
        }
        let database = fs::metadata(self.database()).ok();
        let database = database.and_then(|meta| Some((meta.modified().ok()?, meta.len())));
        Mark {
            wal_len,
            wal_salt,
            database,
        }
    }

    /// Copies what is on the disk at this moment to where the next process starts. What was written to the WAL since
    /// `told` may be there in part: SQLite syncs it before it says that a commit is done.
    pub(super) fn copy_what_a_crash_leaves(&self, told: Mark, rng: &mut Rng) {
        let (from, to) = (self.dir(), self.nth(self.count + 1));
        copy_all(&from, &to);
        let now = self.mark();
        let one_write = now.database == told.database
            && (now.wal_salt == told.wal_salt || told.wal_len == 0)
            && now.wal_len > told.wal_len;
        if !one_write || rng.chance(40) {
            return;
        }
        let path = wal_of(&to);
        let mut wal = fs::read(&path).expect("the WAL can be read");
        let torn_at = rng.range(told.wal_len, now.wal_len) as usize;
        if rng.chance(50) {
            wal.truncate(torn_at);
        } else {
            // The file grew, but the blocks were never written.
            wal[torn_at..].fill(0);
        }
        fs::write(path, wal).expect("the WAL can be written");
    }

    pub(super) fn turn_to_what_was_left(&mut self) {
        let former = self.dir();
        self.count += 1;
        // What the process that is gone has under way may still put a file there: it goes with all of them in the end.
        let _ = fs::remove_dir_all(former);
    }
}

fn wal_of(dir: &Path) -> PathBuf {
    dir.join(format!("{DATABASE_FILE}-wal"))
}

/// All but what belongs to the process that is gone: its lock, and the WAL's index in shared memory.
fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory can be made");
    for file in fs::read_dir(from).expect("a directory can be read") {
        let file = file.expect("a directory can be read");
        let (path, copy) = (file.path(), to.join(file.file_name()));
        if path.is_dir() {
            copy_all(&path, &copy);
        } else if path
            .extension()
            .is_none_or(|it| it != "lock" && it != "db-shm")
        {
            fs::copy(path, copy).expect("a file can be copied");
        }
    }
}
