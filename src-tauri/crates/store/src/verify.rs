//! Holding the rolling sum against a full scan.

use std::time::{Duration, Instant};

use domain::history::Sum;

use crate::error::{During as _, Error};
use crate::state::{self, Head};
use crate::store::Store;
use crate::sum;

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
    /// How long it took.
    pub took: Duration,
}

impl Store {
    /// Scans all replicated rows, at one moment, without holding up edits.
    ///
    /// # Errors
    /// [`Error::Database`]; [`Error::Damaged`] when SQLite itself finds a page broken.
    pub async fn verify(&self) -> Result<Verified, Error> {
        let during = "verify the data";
        let schema = self.0.schema.clone();
        self.with_long_reader(during, move |db| {
            let start = Instant::now();
            let head = state::load(db)?.ok_or(Error::Closed)?.head;
            let scan = sum::scan(db, &schema).during(during)?;
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
