//! Holding the rolling sum against a full scan.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use changeset::{Db, Schema};
use domain::history::Sum;

use crate::error::{During as _, Error};
use crate::state::{self, Head};
use crate::store::Store;
use crate::sum::{self, Scan};

/// Rows between two looks at the pace.
const ROWS_AT_ONCE: u32 = 64;
/// A scan in the background rests so many times as long as it works: a fifth of one processor at most.
const REST: u32 = 4;
/// The longest rest at a time, so that a scan that is to hurry or to end does so at once.
const REST_MAX: Duration = Duration::from_millis(20);

/// What a full scan found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// Whether the scan gives the rolling sum.
    pub ok: bool,
    /// Where the station was.
    pub head: Head,
    /// What the scan gives; [`Head::sum`] is the rolling sum.
    pub scanned_sum: Sum,
    /// Cells that were scanned.
    pub cells: u64,
    /// How long it took, with the rests of a scan in the background.
    pub took: Duration,
}

/// How fast a scan goes; can be changed while it does. Clones are the same pace.
#[derive(Debug, Clone)]
pub struct Pace(Arc<Flags>);

#[derive(Debug)]
struct Flags {
    rests: AtomicBool,
    ends: AtomicBool,
}

impl Pace {
    /// As fast as it can be.
    #[must_use]
    pub fn full() -> Self {
        Self::new(false)
    }

    /// At a rate that no edit feels.
    #[must_use]
    pub fn background() -> Self {
        Self::new(true)
    }

    fn new(rests: bool) -> Self {
        Self(Arc::new(Flags {
            rests: AtomicBool::new(rests),
            ends: AtomicBool::new(false),
        }))
    }

    /// Somebody waits for it: no more rests.
    pub fn hurry(&self) {
        self.0.rests.store(false, Ordering::Relaxed);
    }

    /// Ends the scan without a result.
    pub fn end(&self) {
        self.0.ends.store(true, Ordering::Relaxed);
    }

    /// Whether both are the pace of one scan.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    fn ends(&self) -> bool {
        self.0.ends.load(Ordering::Relaxed)
    }

    /// Rests after a stretch of work, as long as the pace asks for it.
    fn rest_after(&self, worked: Duration) {
        let until = Instant::now() + worked * REST;
        while self.0.rests.load(Ordering::Relaxed) && !self.ends() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            thread::sleep(left.min(REST_MAX));
        }
    }
}

impl Store {
    /// Scans all replicated rows, at one moment, without holding up edits.
    ///
    /// # Errors
    /// [`Error::Database`]; [`Error::Damaged`] when SQLite itself finds a page broken.
    pub async fn verify(&self) -> Result<Verified, Error> {
        self.verify_at(Pace::full()).await
    }

    /// The same at a pace.
    ///
    /// # Errors
    /// As [`Self::verify`]; [`Error::Closed`] where the pace ended it.
    pub async fn verify_at(&self, pace: Pace) -> Result<Verified, Error> {
        let during = "verify the data";
        let schema = self.0.schema.clone();
        self.with_long_reader(during, move |db| {
            let start = Instant::now();
            let head = state::load(db)?.ok_or(Error::Closed)?.head;
            let scan = scan(db, &schema, &pace).during(during)?;
            if pace.ends() {
                return Err(Error::Closed);
            }
            Ok(Verified {
                ok: scan.sum == head.sum,
                head,
                scanned_sum: scan.sum,
                cells: scan.cells,
                took: start.elapsed(),
            })
        })
        .await
    }
}

/// Adds up everything, with rests, until the pace ends it.
fn scan(db: &Db<'_>, schema: &Schema, pace: &Pace) -> Result<Scan, changeset::Error> {
    let mut all = Scan::default();
    let (mut rows, mut since) = (0_u32, Instant::now());
    for table in schema.tables() {
        let mut statement = db.prepare(&sum::select_all(table))?;
        all.add(sum::scan_while(table, &mut statement, |_| {
            rows += 1;
            if rows.is_multiple_of(ROWS_AT_ONCE) {
                pace.rest_after(since.elapsed());
                since = Instant::now();
            }
            !pace.ends()
        })?);
    }
    Ok(all)
}
