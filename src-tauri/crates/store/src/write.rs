//! The one write path (DESIGN.md 4).

use std::sync::Arc;

use changeset::{Changeset, Db};
use domain::history::{Chain, Epoch};
use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::batch::{self, Done, Outcome};
use crate::entry::{CHANGESET_BYTES_MAX, Entry, fitting};
use crate::error::{During as _, Error};
use crate::store::{Store, Writer, WriterGuard, WriterParts};
use crate::{journal, state, sum};

/// Who makes an edit, and what a person reads about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditMeta {
    /// Who: an operator's or a program's name.
    pub user: String,
    /// What: `"Move 3 items"`.
    pub label: String,
}

/// An edit that is durable on this station.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written<T> {
    /// The epoch that it was written in.
    pub epoch: Epoch,
    /// Its entry; the last one before it where it changed nothing.
    pub seq: u64,
    /// Whether it changed anything; if not, there is no new entry.
    pub changed: bool,
    /// What the edit returned.
    pub value: T,
}

/// An edit under way: a transaction that is recorded. Dropped without [`Edit::commit`], it leaves no trace.
///
/// It holds the only writer: nothing else is written until it ends, so nothing slow belongs in between.
pub struct Edit {
    // None only while it is being dropped or committed.
    guard: Option<WriterGuard>,
    meta: EditMeta,
}

/// The links of an undo or redo to other entries.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Links {
    pub(crate) undoes: Option<u64>,
    pub(crate) redoes: Option<u64>,
}

impl EditMeta {
    /// Who and what.
    pub fn new(user: impl Into<String>, label: impl Into<String>) -> Self {
        EditMeta {
            user: user.into(),
            label: label.into(),
        }
    }
}

impl Store {
    /// Runs `edit` as one transaction and one journal entry.
    ///
    /// ```ignore
    /// let written = store.write(EditMeta::new("desk 1", "Add 2 items"), async move |conn| {
    ///     tables::item::insert(conn, &items).await
    /// }).await?;
    /// ```
    ///
    /// # Errors
    /// What `edit` returns, or: [`Error::ReadOnly`], [`Error::Busy`], [`Error::NoSpace`], [`Error::TooLarge`],
    /// [`Error::Constraint`], [`Error::Database`]. Nothing was changed then.
    pub async fn write<T, E, F>(&self, meta: EditMeta, edit: F) -> Result<Written<T>, E>
    where
        E: From<Error>,
        F: AsyncFnOnce(&mut SqliteConnection) -> Result<T, E>,
    {
        let mut open = self.begin(meta).await?;
        let value = match edit(open.connection()).await {
            Ok(value) => value,
            Err(error) => {
                open.rollback().await?;
                return Err(error);
            }
        };
        let Written {
            epoch,
            seq,
            changed,
            value: (),
        } = open.commit().await?;
        Ok(Written {
            epoch,
            seq,
            changed,
            value,
        })
    }

    /// Runs `edit` on the writer's raw handle as one transaction and one journal entry, all of it on one thread that may
    /// block: for edits that are hot. `edit` returns the entry's label, which may depend on what it found, and what the
    /// caller wants to know.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn edit<T, E, F>(&self, user: &str, edit: F) -> Result<Written<T>, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnOnce(&Db<'_>) -> Result<(String, T), E> + Send + 'static,
    {
        self.check_permit()?;
        let user = fitting(user.to_owned());
        let (answer, made) = oneshot::channel();
        self.have_made(Box::new(move |parts| {
            // Whoever asked for it may be gone: then it is not made.
            if !answer.is_closed() {
                let _ = answer.send(make(parts, user, edit));
            }
        }))
        .await;
        // Where nobody is left to make it, the store is gone.
        let (value, outcome) = made.await.unwrap_or(Err(Error::Closed.into()))?;
        let Written {
            epoch,
            seq,
            changed,
            value: (),
        } = outcome.told().await?;
        Ok(Written {
            epoch,
            seq,
            changed,
            value,
        })
    }

    /// The writer, once it is an edit's turn.
    async fn edits_turn(&self) -> Result<WriterGuard, Error> {
        self.check_permit()?;
        let place = self.0.queue.line_up();
        let guard = self.turn().await?;
        drop(place);
        // It may have been taken away while the edit before this one was running.
        self.check_permit()?;
        Ok(guard)
    }

    /// Begins an edit; [`Store::write`] for those who prefer to hold it in their own hands.
    ///
    /// # Errors
    /// [`Error::ReadOnly`], [`Error::Busy`], [`Error::Database`].
    pub async fn begin(&self, meta: EditMeta) -> Result<Edit, Error> {
        let mut guard = self.edits_turn().await?;
        start(&mut guard).await?;
        let meta = EditMeta {
            user: fitting(meta.user),
            label: fitting(meta.label),
        };
        Ok(Edit {
            guard: Some(guard),
            meta,
        })
    }
}

/// Makes an edit, or nothing of it.
fn make<T, E: From<Error>>(
    parts: &mut WriterParts<'_, '_>,
    user: String,
    edit: impl FnOnce(&Db<'_>) -> Result<(String, T), E>,
) -> Result<(T, Outcome), E> {
    let made = || {
        parts.permitted()?;
        begin(parts)?;
        let (label, value) = edit(parts.db)?;
        let label = fitting(label);
        Ok((value, conclude(parts, EditMeta { user, label })?))
    };
    let made = made();
    batch::roll_back(parts.db, parts.head, parts.batch).during("roll back")?;
    made
}

/// Opens the transaction, or goes on in that of the edits before it, and starts to record.
fn begin(parts: &mut WriterParts<'_, '_>) -> Result<(), Error> {
    batch::begin(parts.db, parts.head, parts.batch)?;
    parts
        .db
        .record(&parts.shared.schema)
        .during("begin an edit")
}

/// [`begin`] for an edit that goes on elsewhere.
async fn start(guard: &mut WriterGuard) -> Result<(), Error> {
    let during = "begin an edit";
    let shared = Arc::clone(guard.shared());
    let Writer {
        recorder,
        head,
        base,
        batch,
    } = &mut **guard;
    let mut db = recorder.lock().await.during(during)?;
    let mut parts = WriterParts {
        db: &mut db,
        head,
        base,
        batch,
        shared: &shared,
    };
    let begun = begin(&mut parts);
    if begun.is_err() {
        batch::roll_back(parts.db, parts.head, parts.batch).during(during)?;
    }
    begun
}

impl Edit {
    /// The connection that the edit is made with. It is in a transaction; beginning or ending one is not for the edit.
    #[expect(
        clippy::expect_used,
        reason = "the guard is taken only by methods that consume the edit"
    )]
    pub fn connection(&mut self) -> &mut SqliteConnection {
        self.guard
            .as_mut()
            .expect("the edit is under way")
            .recorder
            .connection()
    }

    /// Makes the edit durable, with its journal entry.
    ///
    /// # Errors
    /// As [`Store::write`]; nothing was changed then.
    pub async fn commit(mut self) -> Result<Written<()>, Error> {
        let Some(guard) = self.guard.take() else {
            return Err(Error::Closed);
        };
        let meta = self.meta.clone();
        let store = Store(Arc::clone(guard.shared()));
        let outcome = guard.run_here(move |parts| conclude(parts, meta)).await?;
        if matches!(outcome, Outcome::Waits(_)) {
            // Those that it is left to may be given up before their turn: whoever comes behind them commits.
            tokio::spawn(async move { store.writer().await.map(drop) });
        }
        outcome.told().await
    }

    /// Gives the edit up.
    ///
    /// # Errors
    /// [`Error::Database`] when the rollback fails; the next edit tries it again.
    pub async fn rollback(mut self) -> Result<(), Error> {
        let Some(guard) = self.guard.take() else {
            return Ok(());
        };
        roll_back(guard).await
    }
}

async fn roll_back(mut guard: WriterGuard) -> Result<(), Error> {
    let Writer {
        recorder,
        head,
        batch,
        ..
    } = &mut *guard;
    let mut db = recorder.lock().await.during("roll back")?;
    batch::roll_back(&mut db, head, batch).during("roll back")
}

impl Drop for Edit {
    fn drop(&mut self) {
        let Some(guard) = self.guard.take() else {
            return;
        };
        // Whoever waited for the edit is gone. Without a runtime the next write rolls back before it begins.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                if let Err(error) = roll_back(guard).await {
                    tracing::warn!(%error, "an abandoned edit is rolled back by the next one");
                }
            });
        }
    }
}

/// Ends the recording, writes the entry and commits; on a thread that may block, since this waits for the disk.
pub(crate) fn finish(
    parts: &mut WriterParts<'_, '_>,
    meta: EditMeta,
    links: Links,
) -> Result<Written<()>, Error> {
    let before = *parts.head;
    let done = parts.or_back(|parts| done(parts, meta, links))?;
    let written = done.written;
    if done.entry.is_none() {
        parts.db.abandon().during("write the edit")?;
    } else {
        parts.commit(before, Some(done))?;
    }
    Ok(written)
}

/// As [`finish`], for an edit that may be committed with others.
fn conclude(parts: &mut WriterParts<'_, '_>, meta: EditMeta) -> Result<Outcome, Error> {
    let before = *parts.head;
    let done = parts.or_back(|parts| done(parts, meta, Links::default()))?;
    if done.entry.is_none() && parts.batch.is_none() {
        // What it leaves open is rolled back.
        return Ok(Outcome::Durable(done.written));
    }
    parts.conclude(before, done)
}

/// Ends the recording and writes the entry of what was recorded, if anything was.
fn done(parts: &mut WriterParts<'_, '_>, meta: EditMeta, links: Links) -> Result<Done, Error> {
    let during = "write the edit";
    let changeset = parts.db.recorded(CHANGESET_BYTES_MAX).during(during)?;
    let entry = if changeset.is_empty() {
        None
    } else {
        if parts.db.has_dangling_references().during(during)? {
            return Err(Error::Constraint {
                message: String::from("FOREIGN KEY constraint failed"),
            });
        }
        Some(Arc::new(append(parts, meta, links, changeset)?))
    };
    let position = parts.head.position;
    let written = Written {
        epoch: position.epoch,
        seq: position.seq,
        changed: entry.is_some(),
        value: (),
    };
    Ok(Done { written, entry })
}

/// Makes the entry of a changeset that was just recorded, and moves the head to it.
fn append(
    parts: &mut WriterParts<'_, '_>,
    meta: EditMeta,
    links: Links,
    changeset: Changeset,
) -> Result<Entry, Error> {
    let head = *parts.head;
    let mut entry = Entry {
        seq: head.position.seq + 1,
        epoch: head.position.epoch,
        at_us: Timestamp::now().as_microsecond(),
        station: parts.shared.station,
        user: meta.user,
        label: meta.label,
        undoes: links.undoes,
        redoes: links.redoes,
        sum: sum::after(head.sum, &changeset),
        changeset,
        chain: Chain::default(),
        hash: 0,
    };
    entry.seal(head.position.chain);
    parts.head.position.seq = entry.seq;
    parts.head.position.chain = entry.chain;
    parts.head.sum = entry.sum;
    parts.head.journal_bytes += entry.changeset.as_bytes().len() as u64;
    journal::insert(parts.db, &entry)?;
    state::save_head(parts.db, parts.head)?;
    Ok(entry)
}
