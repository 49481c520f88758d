//! Time as the machine sees it: a monotonic reading that is an argument, and the intervals of DESIGN.md 5.3.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How often both ends of a link say where they are (rule 1).
pub const HEARTBEAT: Duration = Duration::from_millis(500);
/// Silence after which the peer is unavailable: three heartbeats missed.
pub const SILENCE: Duration = Duration::from_millis(1_500);
/// How long a peer that never answered, or that a starting primary asks, is waited for (rule 0).
pub const FIRST_ANSWER: Duration = Duration::from_secs(2);
/// A gap between two steps that is longer than this is a wake (rule 0).
pub const WAKE_GAP: Duration = Duration::from_millis(1_500);
/// How long a pair in step is Syncing before the redundancy log says so.
pub const SYNCING_IS_NEWS: Duration = Duration::from_secs(1);
/// How long a writer may hang before the pair is Not synced.
pub const WRITER_HANGS: Duration = Duration::from_secs(2);
/// Longest pause between two attempts to reach the peer while no countdown runs.
pub const BACKOFF_MAX: Duration = Duration::from_secs(4);
/// How long a planned switch may take before it is given up (or, past the point where the primary may give it up
/// alone, before its operator is told that the outcome is open).
pub const SWITCH_PATIENCE: Duration = Duration::from_secs(5);
/// How long a secondary waits for the entries before a hand-over's position before it refuses.
pub const SWITCH_CATCH_UP: Duration = Duration::from_secs(2);
/// A link on which nothing is applied for this long, though the secondary is behind, is made anew.
pub const STALL: Duration = Duration::from_secs(15);
/// How long after its start, or after its data were replaced, a station checks its data for the first time.
pub const CHECK_AFTER_START: Duration = Duration::from_secs(30);
/// How often it does from then on, unless it was told otherwise.
pub const CHECK_EVERY: Duration = Duration::from_secs(600);
/// When a check that could not be made is tried again.
pub const CHECK_RETRY: Duration = Duration::from_secs(60);
/// How long a lease of the witness lasts, from the sending of the request for it.
pub const LEASE: Duration = Duration::from_secs(5);
/// How often a lease is renewed.
pub const LEASE_RENEW: Duration = Duration::from_secs(1);
/// The driver answers each request to the witness within this time.
pub const WITNESS_ANSWER: Duration = Duration::from_millis(1_500);
/// How often a station that does not want the lease looks whether the witness answers.
pub const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How long a primary relies on its secondary's promise, from the sending of the last heartbeat that was acknowledged.
pub const RELIANCE: Duration = Duration::from_secs(3);
/// How long an operator's Make primary waits for the lease: for the former holder's to run out, and a few attempts.
pub const CLAIM_PATIENCE: Duration = Duration::from_secs(10);
/// The least failover offset time with a witness, in seconds: by then the lease of a primary that died has run out.
pub const OFFSET_WITNESSED_S_MIN: u32 = 6;
/// The least and greatest failover offset time, in seconds.
pub const OFFSET_S: std::ops::RangeInclusive<u32> = 2..=86_400;

/// What is allowed for clocks that run at different rates: a tenth of the time that both count. Quartz clocks differ by less than
/// a thousandth; the rest is for clocks that are being adjusted.
#[must_use]
pub const fn margin(of: Duration) -> Duration {
    Duration::from_nanos((of.as_nanos() / 10) as u64)
}

/// A reading of a monotonic clock that counts suspend: time since some fixed moment of this boot.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Mono(pub Duration);

impl Mono {
    /// `ms` milliseconds after the clock's zero.
    #[must_use]
    pub const fn from_ms(ms: u64) -> Self {
        Self(Duration::from_millis(ms))
    }

    /// How long after `earlier` this is; zero where it is not after it.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl std::ops::Add<Duration> for Mono {
    type Output = Self;
    fn add(self, by: Duration) -> Self {
        Self(self.0.saturating_add(by))
    }
}

/// When a step is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Now {
    /// What all rules count with.
    pub mono: Mono,
    /// UTC milliseconds since 1970, for display alone: no rule reads it.
    pub wall_ms: i64,
}
