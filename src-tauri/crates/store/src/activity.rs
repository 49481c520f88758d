//! What the writer is doing, so that a disk that hangs can be seen from outside.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The write that is under way.
#[derive(Default)]
pub(crate) struct Activity(Mutex<Option<Instant>>);

impl Activity {
    pub(crate) fn begin(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    pub(crate) fn end(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(crate) fn busy_for(&self) -> Option<Duration> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .map(|since| since.elapsed())
    }
}
