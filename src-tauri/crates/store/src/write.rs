//! The one write path (DESIGN.md 4).

use std::sync::Arc;

use changeset::Changeset;
use domain::history::{Chain, Epoch};
use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;
use tokio::runtime::Handle;

use crate::entry::{CHANGESET_BYTES_MAX, Entry, fitting};
use crate::error::{During as _, Error};
use crate::failpoint::{self, Point};
use crate::faults::Fault;
use crate::store::{Commit, Store, WriterGuard, WriterParts};
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

    /// Begins an edit; [`Store::write`] for those who prefer to hold it in their own hands.
    ///
    /// # Errors
    /// [`Error::ReadOnly`], [`Error::Busy`], [`Error::Database`].
    pub async fn begin(&self, meta: EditMeta) -> Result<Edit, Error> {
        self.check_permit()?;
        let mut guard = self.writer().await?;
        // It may have been taken away while the edit before this one was running.
        self.check_permit()?;
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

/// Opens the transaction and starts to record.
async fn start(guard: &mut WriterGuard) -> Result<(), Error> {
    let during = "begin an edit";
    let shared = Arc::clone(guard.shared());
    let mut db = guard.recorder.lock().await.during(during)?;
    db.abandon().during(during)?;
    db.execute("BEGIN IMMEDIATE").during(during)?;
    let recording = db.record(&shared.schema);
    if recording.is_err() {
        db.abandon().during(during)?;
    }
    recording.during(during)
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
        guard
            .run(move |parts| finish(parts, meta, Links::default()))
            .await
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
    let mut db = guard.recorder.lock().await.during("roll back")?;
    db.abandon().during("roll back")
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
    let during = "write the edit";
    let changeset = parts.db.recorded(CHANGESET_BYTES_MAX).during(during)?;
    let position = parts.head.position;
    if changeset.is_empty() {
        parts.db.execute("ROLLBACK").during(during)?;
        return Ok(Written {
            epoch: position.epoch,
            seq: position.seq,
            changed: false,
            value: (),
        });
    }
    let entry = append(parts, meta, links, changeset)?;
    failpoint::at(Point::EditBeforeCommit).during(during)?;
    // The last moment at which the answer can still be no.
    if !parts.shared.faults.has(Fault::PermitNotChecked) {
        parts.shared.gate.check(position.epoch)?;
    }
    parts.shared.faults.room(during)?;
    parts.db.execute("COMMIT").during(during)?;
    failpoint::at(Point::EditAfterCommit).during(during)?;
    let written = Written {
        epoch: entry.epoch,
        seq: entry.seq,
        changed: true,
        value: (),
    };
    parts.publish(Some(Commit::Edited(Arc::new(entry))));
    Ok(written)
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
