use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use changeset::{Changeset, Db, Locked, Recorder, Schema};
use domain::history::EpochStart;
use domain::ids::StationId;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use sqlx::{ConnectOptions as _, Connection as _, Sqlite};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{Mutex, OwnedMutexGuard, broadcast, watch};

use crate::activity::Activity;
use crate::batch::{self, Batch, Queue};
use crate::days::Days;
use crate::entry::Entry;
use crate::error::{During as _, Error};
use crate::faults::Faults;
use crate::history::HistoryEntry;
use crate::line::Line;
use crate::lock::DirLock;
use crate::migrate::Definition;
use crate::open::{self, DATABASE_FILE};
use crate::permit::{EditPermit, Gate};
use crate::state::{self, Base, Head};

/// One station's data. Cheap to clone; all clones are the same store.
#[derive(Clone)]
pub struct Store(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) dir: PathBuf,
    /// Given back when the store is closed.
    pub(crate) lock: std::sync::Mutex<Option<DirLock>>,
    pub(crate) definition: Definition,
    pub(crate) station: StationId,
    pub(crate) was_clean: bool,
    pub(crate) schema: Schema,
    pub(crate) schema_hash: String,
    pub(crate) readers: SqlitePool,
    pub(crate) gate: Gate,
    pub(crate) faults: Faults,
    pub(crate) activity: Activity,
    pub(crate) queue: Queue,
    pub(crate) line: Line,
    pub(crate) head: watch::Sender<Head>,
    /// Told first: a peer waits for these.
    pub(crate) peers: broadcast::Sender<Commit>,
    pub(crate) commits: broadcast::Sender<Commit>,
    pub(crate) days: Mutex<Days>,
    /// `None` once the store is closed.
    pub(crate) writer: Arc<Mutex<Option<Writer>>>,
}

/// The one connection that writes, with what is known of the history.
pub(crate) struct Writer {
    pub(crate) recorder: Recorder,
    /// After the edits in `batch`.
    pub(crate) head: Head,
    pub(crate) base: Base,
    /// Edits that are done and not committed yet.
    pub(crate) batch: Option<Batch>,
}

/// Something was committed, told to whoever subscribed. A subscriber that fell behind reads the journal.
#[derive(Debug, Clone)]
pub enum Commit {
    /// An edit was made on this station.
    Edited(Arc<Entry>),
    /// Entries of another station were applied.
    Applied(Arc<Applied>),
    /// The data as a whole was replaced or taken back, or changed in any other way than by the entries that are told:
    /// everything may be different.
    Replaced,
}

/// Entries of another station that were applied in one transaction.
#[derive(Debug, Clone)]
pub struct Applied {
    /// Who, when and what, without the changesets.
    pub entries: Vec<HistoryEntry>,
    /// What they changed in all.
    pub changeset: Changeset,
}

/// A connection that only reads, lent from a pool.
pub struct Reader(PoolConnection<Sqlite>);

impl Store {
    /// This station's identity, made with its database.
    #[must_use]
    pub fn station(&self) -> StationId {
        self.0.station
    }

    /// The data directory.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.0.dir
    }

    /// A hash of the replicated tables' SQL. Two stations exchange entries and snapshots only where it is equal.
    #[must_use]
    pub fn schema_hash(&self) -> &str {
        &self.0.schema_hash
    }

    /// Whether the process that had the store before closed it in order; true for a new one.
    #[must_use]
    pub fn was_clean(&self) -> bool {
        self.0.was_clean
    }

    /// Where this station is: the last durable entry and the sum there.
    #[must_use]
    pub fn head(&self) -> Head {
        *self.0.head.borrow()
    }

    /// Follows [`Store::head`]; a new value is durable before it is seen here.
    #[must_use]
    pub fn watch_head(&self) -> watch::Receiver<Head> {
        self.0.head.subscribe()
    }

    /// Tells of every commit from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Commit> {
        self.0.commits.subscribe()
    }

    /// [`Self::subscribe`] for what sends commits to a peer: told before everybody else.
    #[must_use]
    pub fn subscribe_first(&self) -> broadcast::Receiver<Commit> {
        self.0.peers.subscribe()
    }

    /// Lets edits in or keeps them out, from this moment: an edit that is under way is refused when it comes to commit,
    /// unless its commit has begun. See [`Store::quiesce`].
    pub fn set_permit(&self, permit: EditPermit) {
        self.0.gate.set(permit);
    }

    /// The permit as it was last set.
    #[must_use]
    pub fn permit(&self) -> EditPermit {
        self.0.gate.get()
    }

    /// Whether an edit that began now would be let in.
    ///
    /// # Errors
    /// [`Error::ReadOnly`] or [`Error::Busy`] with the sentence for the operator.
    pub fn check_permit(&self) -> Result<(), Error> {
        self.0.gate.check(self.head().position.epoch)
    }

    /// Waits until no write is under way and returns the head after it. With the permit closed before, that head is
    /// final.
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub async fn quiesce(&self) -> Result<Head, Error> {
        let guard = self.writer().await?;
        Ok(guard.head)
    }

    /// For how long the write that is under way has been running; `None` where none is. A disk that hangs shows here.
    #[must_use]
    pub fn writer_busy_for(&self) -> Option<Duration> {
        self.0.activity.busy_for()
    }

    /// A connection for queries. It sees what was committed before each of its statements, or before its transaction
    /// began, and cannot write.
    ///
    /// # Errors
    /// [`Error::Database`] when none can be opened in time.
    pub async fn read(&self) -> Result<Reader, Error> {
        Ok(Reader(
            self.0.readers.acquire().await.during("read the database")?,
        ))
    }

    /// The epoch history of the present lineage, oldest first; the last one is in force.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn epochs(&self) -> Result<Vec<EpochStart>, Error> {
        self.with_reader("read the epoch history", state::epochs)
            .await
    }

    /// Closes the store in order: the next open finds it clean. Waits for the write that is under way.
    ///
    /// # Errors
    /// [`Error::NoSpace`], [`Error::Database`]; the store is closed all the same.
    pub async fn close(&self) -> Result<(), Error> {
        let mut writer = match self.writer().await {
            Ok(mut guard) => guard.guard.take().ok_or(Error::Closed)?,
            Err(Error::Closed) => return Ok(()),
            Err(error) => return Err(error),
        };
        self.0.readers.close().await;
        let marked = {
            let mut db = writer.recorder.lock().await.during("close the database")?;
            db.abandon()
                .and_then(|()| db.run("UPDATE state SET closed = 1", &[]))
                .during("close the database")
        };
        writer.recorder.close().await.during("close the database")?;
        drop(
            self.0
                .lock
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        marked.map(drop)
    }

    /// The writer, once no other write is under way and what was done is committed.
    pub(crate) async fn writer(&self) -> Result<WriterGuard, Error> {
        self.turn().await?.settled().await
    }

    /// The writer for an edit, which may go on in the transaction of the edits before it.
    pub(crate) async fn turn(&self) -> Result<WriterGuard, Error> {
        let guard = Arc::clone(&self.0.writer).lock_owned().await;
        if guard.is_none() {
            return Err(Error::Closed);
        }
        self.0.activity.begin();
        Ok(WriterGuard {
            guard,
            shared: Arc::clone(&self.0),
        })
    }

    /// Runs `work` with the writer's raw handle on a thread that may block. A transaction that `work` leaves open is
    /// rolled back.
    pub(crate) async fn with_writer<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnOnce(&mut WriterParts<'_, '_>) -> Result<T, E> + Send + 'static,
    {
        self.writer().await?.run(work).await
    }

    /// Runs `work` in a transaction of the writer on a thread that may block: committed if it returns `Ok`, else rolled
    /// back. `head` and `base` are put back then as well.
    pub(crate) async fn transaction<T, E, F>(&self, during: &'static str, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnOnce(&mut WriterParts<'_, '_>) -> Result<T, E> + Send + 'static,
    {
        self.with_writer(move |parts| parts.transaction(during, work))
            .await
    }

    /// Runs `work` with a reader's raw handle on a thread that may block.
    pub(crate) async fn with_reader<T, F>(&self, during: &'static str, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Db<'_>) -> Result<T, Error> + Send + 'static,
    {
        let mut reader = self.read().await?;
        blocking(move |runtime| {
            let db = runtime.block_on(Db::lock(&mut reader)).during(during)?;
            let result = work(&db);
            if db.in_transaction() {
                db.execute("ROLLBACK").during(during)?;
            }
            result
        })
        .await
    }

    /// A read-only connection of its own, for work that takes long and must not use up the pool.
    pub(crate) async fn long_reader(&self) -> Result<SqliteConnection, Error> {
        open::options(&self.0.dir.join(DATABASE_FILE))
            .read_only(true)
            .connect()
            .await
            .during("read the database")
    }

    /// Runs `work` with a reader of its own inside one read transaction, on a thread that may block.
    pub(crate) async fn with_long_reader<T, F>(
        &self,
        during: &'static str,
        work: F,
    ) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Db<'_>) -> Result<T, Error> + Send + 'static,
    {
        let mut connection = self.long_reader().await?;
        blocking(move |runtime| {
            let result = {
                let db = runtime.block_on(Db::lock(&mut connection)).during(during)?;
                let result = db.execute("BEGIN").during(during).and_then(|()| work(&db));
                if db.in_transaction() {
                    db.execute("ROLLBACK").during(during)?;
                }
                result
            };
            runtime.block_on(connection.close()).during(during)?;
            result
        })
        .await
    }
}

/// Runs blocking work, with a handle to wait for the few async calls in it.
pub(crate) async fn blocking<T, E>(
    work: impl FnOnce(&Handle) -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    let runtime = Handle::current();
    match tokio::task::spawn_blocking(move || work(&runtime)).await {
        Ok(result) => result,
        Err(failure) if failure.is_panic() => std::panic::resume_unwind(failure.into_panic()),
        Err(_) => Err(Error::Closed.into()),
    }
}

/// Runs work that blocks for no longer than a commit, on this very thread where another one can take over what it would do
/// meanwhile: whoever waits for it is on this thread, and waking another one and being woken by it takes longer than most
/// of an edit.
pub(crate) async fn blocking_here<T, E>(
    work: impl FnOnce(&Handle) -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    let runtime = Handle::current();
    match runtime.runtime_flavor() {
        RuntimeFlavor::MultiThread => tokio::task::block_in_place(|| work(&runtime)),
        _ => blocking(work).await,
    }
}

/// The writer, held by one write.
pub(crate) struct WriterGuard {
    guard: OwnedMutexGuard<Option<Writer>>,
    shared: Arc<Shared>,
}

/// What a write works with.
pub(crate) struct WriterParts<'w, 'r> {
    pub(crate) db: &'w mut Locked<'r>,
    pub(crate) head: &'w mut Head,
    pub(crate) base: &'w mut Base,
    pub(crate) batch: &'w mut Option<Batch>,
    pub(crate) shared: &'w Arc<Shared>,
}

impl WriterGuard {
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(crate) async fn run<T, E, F>(mut self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnOnce(&mut WriterParts<'_, '_>) -> Result<T, E> + Send + 'static,
    {
        blocking(move |runtime| self.work(runtime, work)).await
    }

    /// [`Self::run`] for work that takes no longer than an edit.
    pub(crate) async fn run_here<T, E, F>(mut self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnOnce(&mut WriterParts<'_, '_>) -> Result<T, E> + Send + 'static,
    {
        blocking_here(move |runtime| self.work(runtime, work)).await
    }

    /// Has the edits committed that wait for it. Whether that succeeds is told to them.
    async fn settled(mut self) -> Result<Self, Error> {
        if self.batch.is_none() {
            return Ok(self);
        }
        blocking(move |runtime| {
            if let Err(error) = self.work(runtime, |parts| parts.settle()) {
                tracing::debug!(%error, "edits that were done could not be committed");
            }
            Ok(self)
        })
        .await
    }

    fn work<T, E: From<Error>>(
        &mut self,
        runtime: &Handle,
        work: impl FnOnce(&mut WriterParts<'_, '_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let shared = Arc::clone(&self.shared);
        let Writer {
            recorder,
            head,
            base,
            batch,
        } = &mut **self;
        let mut db = runtime.block_on(recorder.lock()).during("use the writer")?;
        let mut parts = WriterParts {
            db: &mut db,
            head,
            base,
            batch,
            shared: &shared,
        };
        let result = work(&mut parts);
        batch::roll_back(parts.db, parts.head, parts.batch).during("roll back")?;
        result
    }
}

impl Deref for WriterGuard {
    type Target = Writer;

    #[expect(
        clippy::expect_used,
        reason = "a guard is made only over an open writer, and close takes the lock"
    )]
    fn deref(&self) -> &Writer {
        self.guard
            .as_ref()
            .expect("the writer is open while a guard on it lives")
    }
}

impl DerefMut for WriterGuard {
    #[expect(
        clippy::expect_used,
        reason = "a guard is made only over an open writer, and close takes the lock"
    )]
    fn deref_mut(&mut self) -> &mut Writer {
        self.guard
            .as_mut()
            .expect("the writer is open while a guard on it lives")
    }
}

impl Drop for WriterGuard {
    fn drop(&mut self) {
        self.shared.activity.end();
    }
}

impl WriterParts<'_, '_> {
    /// Runs `work`, and puts `head` and `base` back where it fails.
    pub(crate) fn or_back<T, E>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let before = (*self.head, *self.base);
        let result = work(self);
        if result.is_err() {
            (*self.head, *self.base) = before;
        }
        result
    }

    /// Runs `work` in a transaction. Whoever changes `head` in it publishes it after this returned `Ok`.
    pub(crate) fn transaction<T, E: From<Error>>(
        &mut self,
        during: &'static str,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.or_back(|parts| {
            parts.db.abandon().during(during)?;
            parts.db.run("BEGIN IMMEDIATE", &[]).during(during)?;
            let result = work(parts)?;
            parts.shared.faults.room(during)?;
            parts.db.run("COMMIT", &[]).during(during)?;
            Ok(result)
        })
    }

    /// Shows the head to whoever watches it, and the commits to whoever subscribed.
    pub(crate) fn publish(&self, commits: impl IntoIterator<Item = Commit> + Clone) {
        // Nobody subscribing is no error.
        for commit in commits.clone() {
            let _ = self.shared.peers.send(commit);
        }
        self.shared.head.send_replace(*self.head);
        for commit in commits {
            let _ = self.shared.commits.send(commit);
        }
    }
}

impl Deref for Reader {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.0
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.0
    }
}
