//! Long work beside everything else: who runs, how far it is, and how it ended.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::api::{ApiError, ErrorCode, Event, Job, JobState, Problem};
use crate::station::Events;

/// How many jobs may run at once.
const RUNNING_MAX: usize = 4;
/// How many ended jobs are kept to be asked for.
const ENDED_MAX: usize = 50;
/// How many problems of a job are listed; they are counted beyond.
const PROBLEMS_MAX: usize = 1_000;
/// How often progress is told at most.
const TELL_EVERY: Duration = Duration::from_millis(200);

/// The station's jobs.
#[derive(Clone)]
pub struct Jobs {
    events: Events,
    slots: Arc<Mutex<VecDeque<Slot>>>,
    tasks: TaskTracker,
    stopping: CancellationToken,
}

struct Slot {
    job: Job,
    cancel: CancellationToken,
    /// Set once the job has ended.
    ended: CancellationToken,
    told_at: Instant,
}

/// A running job's own end: reports progress, hears of its cancellation.
#[derive(Clone)]
pub struct Work {
    id: Uuid,
    jobs: Jobs,
    cancel: CancellationToken,
}

impl Jobs {
    /// None yet; their progress goes to `events`.
    #[must_use]
    pub fn new(events: Events) -> Self {
        Self {
            events,
            slots: Arc::default(),
            tasks: TaskTracker::new(),
            stopping: CancellationToken::new(),
        }
    }

    /// Starts a job.
    ///
    /// # Errors
    /// `busy` where as many run as may.
    pub fn start<F, W>(&self, label: String, work: W) -> Result<Uuid, ApiError>
    where
        W: FnOnce(Work) -> F,
        F: Future<Output = Result<(), ApiError>> + Send + 'static,
    {
        let id = Uuid::now_v7();
        let cancel = CancellationToken::new();
        {
            let mut slots = self.slots();
            if slots
                .iter()
                .filter(|slot| slot.job.state == JobState::Running)
                .count()
                >= RUNNING_MAX
            {
                let message =
                    format!("{RUNNING_MAX} jobs run already: wait until one ends, or cancel one.");
                return Err(ApiError::new(ErrorCode::Busy, message));
            }
            let ended = slots
                .iter()
                .filter(|slot| slot.job.state != JobState::Running)
                .count();
            if ended >= ENDED_MAX
                && let Some(oldest) = slots
                    .iter()
                    .rposition(|slot| slot.job.state != JobState::Running)
            {
                slots.remove(oldest);
            }
            slots.push_front(Slot {
                job: new_job(id, label),
                cancel: cancel.clone(),
                ended: CancellationToken::new(),
                told_at: Instant::now(),
            });
        }
        let work_end = Work {
            id,
            jobs: self.clone(),
            cancel: cancel.clone(),
        };
        let running = work(work_end.clone());
        self.tasks.spawn(async move {
            let outcome = running.await;
            work_end.end(outcome);
        });
        Ok(id)
    }

    /// A job as it is now.
    ///
    /// # Errors
    /// `not_found`.
    pub fn get(&self, id: Uuid) -> Result<Job, ApiError> {
        let slots = self.slots();
        let slot = slots.iter().find(|slot| slot.job.job == id);
        slot.map(|slot| slot.job.clone())
            .ok_or_else(|| ApiError::not_found("job", id))
    }

    /// All that run or are kept, newest first.
    #[must_use]
    pub fn list(&self) -> Vec<Job> {
        self.slots().iter().map(|slot| slot.job.clone()).collect()
    }

    /// Cancels a job and waits until it has ended. One that had ended stays as it was.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn cancel(&self, id: Uuid) -> Result<Job, ApiError> {
        let ended = {
            let slots = self.slots();
            let slot = slots
                .iter()
                .find(|slot| slot.job.job == id)
                .ok_or_else(|| ApiError::not_found("job", id))?;
            slot.cancel.cancel();
            slot.ended.clone()
        };
        ended.cancelled().await;
        self.get(id)
    }

    /// Waits until a job has ended.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn ended(&self, id: Uuid) -> Result<Job, ApiError> {
        let ended = {
            let slots = self.slots();
            let slot = slots.iter().find(|slot| slot.job.job == id);
            slot.ok_or_else(|| ApiError::not_found("job", id))?
                .ended
                .clone()
        };
        ended.cancelled().await;
        self.get(id)
    }

    /// Work that nobody is told of: it goes on beside everything until the station stops.
    #[must_use]
    pub fn unseen(&self) -> Work {
        Work {
            id: Uuid::nil(),
            jobs: self.clone(),
            cancel: self.stopping.child_token(),
        }
    }

    /// Cancels everything and waits until it has ended.
    pub async fn stop(&self) {
        self.stopping.cancel();
        self.slots().iter().for_each(|slot| slot.cancel.cancel());
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn slots(&self) -> MutexGuard<'_, VecDeque<Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, id: Uuid, tell_now: bool, change: impl FnOnce(&mut Job)) {
        let mut slots = self.slots();
        let Some(slot) = slots.iter_mut().find(|slot| slot.job.job == id) else {
            return;
        };
        change(&mut slot.job);
        if slot.job.state != JobState::Running {
            slot.ended.cancel();
        }
        if tell_now || slot.told_at.elapsed() >= TELL_EVERY {
            slot.told_at = Instant::now();
            self.events.send(Event::Job {
                job: Box::new(slot.job.clone()),
            });
        }
    }
}

impl Work {
    /// Ends when the job is cancelled.
    #[must_use]
    pub fn cancelled(&self) -> &CancellationToken {
        &self.cancel
    }

    /// Reports progress.
    pub fn progress(&self, change: impl FnOnce(&mut Job)) {
        self.jobs.change(self.id, false, change);
    }

    /// Whether anything was reported that could not be done.
    #[must_use]
    pub fn has_problems(&self) -> bool {
        let job = self.jobs.get(self.id);
        job.is_ok_and(|job| job.problem_count > 0)
    }

    /// Reports something that could not be done.
    pub fn problem(&self, path: String, reason: String) {
        self.progress(|job| {
            job.problem_count += 1;
            if job.problems.len() < PROBLEMS_MAX {
                job.problems.push(Problem { path, reason });
            }
        });
    }

    fn end(&self, outcome: Result<(), ApiError>) {
        self.jobs.change(self.id, true, |job| {
            job.state = match &outcome {
                Ok(()) if self.cancel.is_cancelled() => JobState::Cancelled,
                Ok(()) => JobState::Done,
                Err(_) => JobState::Failed,
            };
            job.error = outcome.err();
            job.ended_at = Some(jiff::Timestamp::now().to_string());
        });
    }
}

fn new_job(job: Uuid, label: String) -> Job {
    Job {
        job,
        label,
        state: JobState::Running,
        done: 0,
        total: 0,
        added: 0,
        updated: 0,
        unchanged: 0,
        problems: Vec::new(),
        problem_count: 0,
        error: None,
        started_at: jiff::Timestamp::now().to_string(),
        ended_at: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_job_tells_its_progress_and_its_end() {
        let events = Events::new();
        let mut heard = events.subscribe();
        let jobs = Jobs::new(events);
        let id = jobs
            .start("Count".into(), |work| async move {
                work.progress(|job| job.done = 3);
                work.problem("x".into(), "because".into());
                Ok(())
            })
            .unwrap();
        let ended = loop {
            if let Event::Job { job } = heard.recv().await.unwrap()
                && job.state != JobState::Running
            {
                break job;
            }
        };
        assert_eq!(
            (ended.job, ended.state, ended.done, ended.problem_count),
            (id, JobState::Done, 3, 1)
        );
        assert_eq!(jobs.get(id).unwrap(), *ended);
    }

    #[tokio::test]
    async fn a_cancelled_job_ends_as_cancelled_and_a_stop_ends_all() {
        let jobs = Jobs::new(Events::new());
        let wait = |work: Work| async move {
            work.cancelled().cancelled().await;
            Ok(())
        };
        let first = jobs.start("Wait".into(), wait).unwrap();
        let second = jobs.start("Wait too".into(), wait).unwrap();
        assert_eq!(jobs.cancel(first).await.unwrap().state, JobState::Cancelled);
        assert_eq!(jobs.get(second).unwrap().state, JobState::Running);
        jobs.stop().await;
        assert_eq!(jobs.get(second).unwrap().state, JobState::Cancelled);
        assert_eq!(
            jobs.cancel(Uuid::nil()).await.unwrap_err().code,
            ErrorCode::NotFound
        );
    }

    #[tokio::test]
    async fn no_more_jobs_run_than_may_and_old_ones_are_forgotten() {
        let jobs = Jobs::new(Events::new());
        let wait = |work: Work| async move {
            work.cancelled().cancelled().await;
            Ok(())
        };
        for _ in 0..RUNNING_MAX {
            jobs.start("Wait".into(), wait).unwrap();
        }
        assert_eq!(
            jobs.start("One more".into(), wait).unwrap_err().code,
            ErrorCode::Busy
        );
        jobs.stop().await;

        let jobs = Jobs::new(Events::new());
        let mut heard = jobs.events.subscribe();
        for _ in 0..ENDED_MAX + 10 {
            jobs.start("Quick".into(), |_| async { Ok(()) }).unwrap();
            heard.recv().await.unwrap();
        }
        assert_eq!(jobs.list().len(), ENDED_MAX);
    }
}
