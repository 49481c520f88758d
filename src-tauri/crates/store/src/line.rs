//! Hot edits wait in one line. Whoever has the writer makes all that wait, one after the other, and has the disk waited for
//! once: nobody behind it has to be woken before its edit is made.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;

use crate::batch::EDITS_MAX;
use crate::error::Error;
use crate::store::{Store, WriterParts};

/// An edit that waits to be made; it answers whoever asked for it.
pub(crate) type Job = Box<dyn FnOnce(&mut WriterParts<'_, '_>) + Send>;

/// The edits that wait to be made.
#[derive(Default)]
pub(crate) struct Line(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Job>,
    /// Somebody sees to it that they are made.
    seen_to: bool,
}

impl Line {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.waiting().jobs.len()
    }

    fn take(&self) -> Option<Job> {
        self.waiting().jobs.pop_front()
    }

    /// Lays the duty down where nothing waits.
    fn left(&self) -> bool {
        let mut waiting = self.waiting();
        waiting.seen_to &= !waiting.jobs.is_empty();
        !waiting.seen_to
    }

    /// Gives up what waits, which tells those who asked for it.
    fn give_up(&self) {
        let jobs = std::mem::take(&mut self.waiting().jobs);
        drop(jobs);
    }
}

impl Store {
    /// Has an edit made: by this caller with all that wait, or by whoever sees to the line already. What became of it, the
    /// job says; one that is dropped was given up.
    pub(crate) async fn have_made(&self, job: Job) {
        let seen_to = {
            let mut waiting = self.0.line.waiting();
            waiting.jobs.push_back(job);
            std::mem::replace(&mut waiting.seen_to, true)
        };
        if !seen_to {
            Duty(self.clone()).turn().await;
        }
    }
}

/// The duty to see to the line. Where it is given up while edits wait, a task of its own goes on with it.
struct Duty(Store);

impl Duty {
    /// Makes what waits.
    async fn turn(&self) {
        let made = async { self.0.turn().await?.run_here(make_waiting).await };
        if let Err(error) = made.await {
            tracing::error!(%error, "edits that wait are given up");
            self.0.0.line.give_up();
        }
    }
}

impl Drop for Duty {
    fn drop(&mut self) {
        if self.0.0.line.left() {
            return;
        }
        let duty = Duty(self.0.clone());
        match Handle::try_current() {
            Ok(runtime) => {
                runtime.spawn(async move {
                    duty.turn().await;
                });
            }
            // The process ends.
            Err(_) => self.0.0.line.give_up(),
        }
    }
}

/// Makes the edits that wait, as many as may be committed together, and commits them.
fn make_waiting(parts: &mut WriterParts<'_, '_>) -> Result<(), Error> {
    for _ in 0..EDITS_MAX {
        let Some(job) = parts.shared.line.take() else {
            break;
        };
        job(parts);
    }
    if let Err(error) = parts.settle() {
        // They have been told so.
        tracing::debug!(%error, "edits that were done could not be committed");
    }
    Ok(())
}
