//! Group commit: edits that wait for the writer at the same time are committed together, and wait for the disk once.
//!
//! Each keeps its own entry, label, answer and failure: an edit that fails is rolled back alone. Whoever is done while
//! others wait for their turn leaves the transaction open for them, and is answered once it was committed for all. An edit
//! that nobody waits behind is committed at once, so a lone operator waits for nobody.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use changeset::Locked;
use tokio::sync::oneshot;

use crate::entry::Entry;
use crate::error::{During as _, Error};
use crate::failpoint::{self, Point};
use crate::faults::Fault;
use crate::state::Head;
use crate::store::{Commit, WriterParts};
use crate::write::Written;

/// Edits that are committed together at most.
pub(crate) const EDITS_MAX: usize = 64;
/// Bytes of changesets after which a commit takes in no further edit.
const BYTES_MAX: usize = 4 << 20;

const WRITING: &str = "write the edit";

/// Edits that are done, in a transaction that is still open.
pub(crate) struct Batch {
    /// Where the writer was before the first of them.
    before: Head,
    waiting: Vec<Waiting>,
    bytes: usize,
    /// An edit is under way that is not among them.
    editing: bool,
}

struct Waiting {
    done: Done,
    answer: oneshot::Sender<Result<Written<()>, Error>>,
}

/// An edit that is done but for its commit.
pub(crate) struct Done {
    pub(crate) written: Written<()>,
    /// `None` where it changed nothing: it may have found things so because of an edit before it in the batch.
    pub(crate) entry: Option<Arc<Entry>>,
}

/// What has become of an edit that is done.
pub(crate) enum Outcome {
    /// It is durable.
    Durable(Written<()>),
    /// It waits for the edits that wait for the writer; what becomes of it is told here.
    Waits(oneshot::Receiver<Result<Written<()>, Error>>),
}

impl Outcome {
    /// Waits until it is known.
    pub(crate) async fn told(self) -> Result<Written<()>, Error> {
        match self {
            Outcome::Durable(written) => Ok(written),
            // Where nobody is left to tell, the store is gone.
            Outcome::Waits(answer) => answer.await.unwrap_or(Err(Error::Closed)),
        }
    }
}

/// Begins an edit: a transaction, or a part of the one that is open.
pub(crate) fn begin(
    db: &mut Locked<'_>,
    head: &mut Head,
    batch: &mut Option<Batch>,
) -> Result<(), Error> {
    let during = "begin an edit";
    roll_back(db, head, batch).during(during)?;
    let begin = match batch {
        Some(batch) => {
            batch.editing = true;
            "SAVEPOINT edit"
        }
        None => "BEGIN IMMEDIATE",
    };
    db.run(begin, &[]).during(during).map(drop)
}

/// Takes back the edit that is under way, if one is; those that are done stay. Where a failure took the whole transaction
/// with it, as that of a full disk may, those have failed, too.
pub(crate) fn roll_back(
    db: &mut Locked<'_>,
    head: &mut Head,
    batch: &mut Option<Batch>,
) -> Result<(), changeset::Error> {
    if !db.in_transaction()
        && let Some(lost) = batch.take()
    {
        *head = lost.before;
        lost.fail(|| Error::Database {
            during: "write the edit",
            source: "an edit beside it failed and took it along".into(),
        });
    }
    match batch {
        None => db.abandon(),
        Some(batch) if batch.editing => {
            batch.editing = false;
            db.stop_recording();
            db.execute("ROLLBACK TO edit; RELEASE edit")
        }
        Some(_) => Ok(()),
    }
}

impl Batch {
    fn fail(self, error: impl Fn() -> Error) {
        for Waiting { answer, .. } in self.waiting {
            // Whoever waited for it may be gone.
            let _ = answer.send(Err(error()));
        }
    }
}

impl WriterParts<'_, '_> {
    /// Ends an edit that is done: by a commit, or by leaving it to those that wait for their turn. `before` is where the
    /// writer was before it.
    pub(crate) fn conclude(&mut self, before: Head, done: Done) -> Result<Outcome, Error> {
        if let Some(batch) = &mut *self.batch {
            if let Err(error) = self.db.run("RELEASE edit", &[]).during(WRITING) {
                *self.head = before;
                return Err(error);
            }
            batch.editing = false;
        }
        let has_room = self
            .batch
            .as_ref()
            .is_none_or(|batch| batch.waiting.len() + 1 < EDITS_MAX && batch.bytes < BYTES_MAX);
        let others_wait = self.shared.queue.len() + self.shared.line.len() > 0;
        if !has_room || !others_wait {
            let written = done.written;
            self.commit(before, Some(done))?;
            return Ok(Outcome::Durable(written));
        }
        let batch = self.batch.get_or_insert_with(|| Batch {
            before,
            waiting: Vec::new(),
            bytes: 0,
            editing: false,
        });
        batch.bytes += done
            .entry
            .as_ref()
            .map_or(0, |entry| entry.changeset.as_bytes().len());
        let (answer, to_come) = oneshot::channel();
        batch.waiting.push(Waiting { done, answer });
        Ok(Outcome::Waits(to_come))
    }

    /// Commits the edits that wait for it, and takes back what is not done.
    pub(crate) fn settle(&mut self) -> Result<(), Error> {
        roll_back(self.db, self.head, self.batch).during(WRITING)?;
        match &self.batch {
            Some(batch) => self.commit(batch.before, None),
            None => Ok(()),
        }
    }

    pub(crate) fn permitted(&self) -> Result<(), Error> {
        if self.shared.faults.has(Fault::PermitNotChecked) {
            return Ok(());
        }
        self.shared.gate.check(self.head.position.epoch)
    }

    /// Commits the transaction that is open: the edits that wait for it, and `last`.
    pub(crate) fn commit(&mut self, before: Head, last: Option<Done>) -> Result<(), Error> {
        let batch = self.batch.take();
        let before = batch.as_ref().map_or(before, |batch| batch.before);
        let committed = failpoint::at(Point::EditBeforeCommit)
            .during(WRITING)
            // The last moment at which the answer can still be no.
            .and_then(|()| self.permitted())
            .and_then(|()| self.shared.faults.room(WRITING))
            .and_then(|()| self.db.run("COMMIT", &[]).during(WRITING))
            .and_then(|_| failpoint::at(Point::EditAfterCommit).during(WRITING));
        if let Err(error) = committed {
            *self.head = before;
            if let Some(batch) = batch {
                batch.fail(|| error.once_more());
            }
            return Err(error);
        }
        let waiting = batch.map_or_else(Vec::new, |batch| batch.waiting);
        let done = waiting.iter().map(|waiting| &waiting.done).chain(&last);
        let entries = done.filter_map(|done| done.entry.clone());
        self.publish(entries.map(Commit::Edited));
        for Waiting { done, answer } in waiting {
            // Whoever waited for it may be gone.
            let _ = answer.send(Ok(done.written));
        }
        Ok(())
    }
}

/// Counts the edits that wait for their turn.
#[derive(Default)]
pub(crate) struct Queue(AtomicUsize);

/// An edit's place in the queue; given up when dropped.
pub(crate) struct Place<'a>(&'a Queue);

impl Queue {
    pub(crate) fn line_up(&self) -> Place<'_> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Place(self)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}
