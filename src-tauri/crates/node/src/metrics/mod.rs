//! What a station counts and measures of itself, and the page that Prometheus reads.
//!
//! Counters are plain numbers that whoever does something adds to; everything that is a state (status, position, lag) is
//! read from the pair at the moment of the scrape, so that the page and the screen cannot disagree.

mod exporter;
mod exposition;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

pub use exporter::Exporter;

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub fn one(&self) {
        self.add(1);
    }

    /// So many more.
    pub fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    /// The number now.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counters by a word from a closed set, such as an error code.
#[derive(Debug, Default)]
pub struct Counters(Mutex<BTreeMap<&'static str, u64>>);

impl Counters {
    /// One more of this word.
    pub fn one(&self, word: &'static str) {
        *self.lock().entry(word).or_default() += 1;
    }

    /// All words that were counted.
    #[must_use]
    pub fn get(&self) -> BTreeMap<&'static str, u64> {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<&'static str, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The upper bounds of [`Durations`]' buckets, in microseconds: from a fast disk's fdatasync to a hanging one.
pub const BOUNDS_US: [u64; 14] = [
    250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 125_000, 250_000, 500_000,
    1_000_000, 4_000_000,
];

/// How long things took, in buckets.
#[derive(Debug, Default)]
pub struct Durations {
    /// How many fell into each bucket; the last is for those beyond all bounds.
    buckets: [AtomicU64; BOUNDS_US.len() + 1],
    sum_us: AtomicU64,
}

impl Durations {
    /// Takes note of one.
    pub fn note(&self, took: Duration) {
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS_US.partition_point(|bound| *bound < us);
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.sum_us.fetch_add(us, Ordering::Relaxed);
    }

    /// How many took at most each bound, how many there were in all, and their sum in microseconds.
    fn read(&self) -> ([u64; BOUNDS_US.len()], u64, u64) {
        let counts = self
            .buckets
            .each_ref()
            .map(|bucket| bucket.load(Ordering::Relaxed));
        let mut all = 0;
        let up_to = std::array::from_fn(|bucket| {
            all += counts[bucket];
            all
        });
        (
            up_to,
            all + counts[BOUNDS_US.len()],
            self.sum_us.load(Ordering::Relaxed),
        )
    }
}

/// What the journal keeps, as it was last looked up.
#[derive(Debug, Clone, Copy, Default)]
pub struct JournalKept {
    /// The entry before the first one that is kept.
    pub base_seq: u64,
    /// Bytes of changesets up to there, from the lineage's start.
    pub base_bytes: u64,
    /// Bytes of changesets that the peer had not acknowledged, and their limit; `None` before the journal was pruned.
    pub unacknowledged: Option<(u64, u64)>,
}

/// Everything that a station counts, since its process began.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Commands that edit, by `ok` or the code of the error.
    pub edits: Counters,
    /// From the end of an edit's changes until they are durable here.
    pub commits: Durations,
    /// From the arrival of a batch of entries until they are durable here.
    pub applies: Durations,
    /// Entries that were committed on this station.
    pub entries_committed: Counter,
    /// Entries of the primary that were applied.
    pub entries_applied: Counter,
    /// Heartbeats to the peer.
    pub heartbeats_sent: Counter,
    /// Heartbeats of the peer.
    pub heartbeats_received: Counter,
    /// Links to the peer that were opened, by either.
    pub links_opened: Counter,
    /// Bytes of frames to the peer.
    pub sent_bytes: Counter,
    /// Bytes of frames of the peer.
    pub received_bytes: Counter,
    /// Whole snapshots that were sent.
    pub snapshots_sent: Counter,
    /// Whole snapshots that were put in place.
    pub snapshots_installed: Counter,
    /// Resyncs of this secondary that came to their end.
    pub resyncs: Counter,
    /// Times that this station's history was cut back.
    pub rewinds: Counter,
    /// Full checks of the data, by what they found.
    pub verifications: Counters,
    /// Epochs that this station opened, by why.
    pub epochs_opened: Counters,
    /// What the journal keeps; `None` before it was looked up.
    pub journal: Mutex<Option<JournalKept>>,
}

#[cfg(test)]
mod tests;
