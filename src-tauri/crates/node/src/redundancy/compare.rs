//! A secondary's part in a comparison: what it asks of the data that the primary has pinned, and what differs put in place.

use bytes::Bytes;
use pair::event::{CompareFault, Own};
use store::{
    CompareError, Comparison, Install, Next, Resynced, SnapshotError, SnapshotHeader, Store,
};

use super::copy::Reporter;
use super::lane::read_own;
use super::links::{BulkSender, LinkGone};
use crate::link::wire::BulkKind;

/// A comparison under way.
pub(super) struct Comparing {
    orphans_after: Option<u64>,
    /// Where questions go.
    link: BulkSender,
    comparison: Option<Comparison>,
}

/// What an answer leads to.
pub(super) enum Step {
    /// The next question was asked, or there is more to come of an answer; the progress.
    More(u64, u64),
    /// So much differs that a whole snapshot is shorter.
    Whole,
    /// It is all there.
    Complete(Box<Found>),
}

/// What differs, all of it here.
pub(super) struct Found {
    orphans_after: Option<u64>,
    comparison: Comparison,
}

impl Comparing {
    pub(super) fn new(link: BulkSender, orphans_after: Option<u64>) -> Self {
        Self {
            orphans_after,
            link,
            comparison: None,
        }
    }

    /// Takes in the next part of an answer, and asks on where it was the last.
    pub(super) async fn take(
        &mut self,
        store: &Store,
        kind: BulkKind,
        data: &[u8],
        reporter: &Reporter<'_>,
    ) -> Result<Step, CompareFault> {
        let so_far = self
            .comparison
            .as_ref()
            .map_or((0, 0), Comparison::progress);
        let taken = self.take_part(store, kind, data);
        let asks_on = reporter
            .during(so_far, taken)
            .await
            .map_err(|e| fault(&e))?;
        let Some(comparison) = &mut self.comparison else {
            return Err(CompareFault::Broken);
        };
        let (done, total) = comparison.progress();
        if !asks_on {
            return Ok(Step::More(done, total));
        }
        let next = reporter.during((done, total), comparison.next()).await;
        let (kind, data) = match next.map_err(|error| fault(&error))? {
            Next::Whole => return Ok(Step::Whole),
            Next::Ask(question) => (BulkKind::Question, Bytes::from(question)),
            Next::Ready => (BulkKind::SnapshotEnd, Bytes::new()),
        };
        if let Err(LinkGone) = self.link.send(reporter.stream, kind, data).await {
            // That it is gone is told by the link itself.
            return Ok(Step::More(done, total));
        }
        match self.comparison.take_if(|_| kind == BulkKind::SnapshotEnd) {
            Some(comparison) => Ok(Step::Complete(Box::new(Found {
                orphans_after: self.orphans_after,
                comparison,
            }))),
            None => Ok(Step::More(done, total)),
        }
    }

    /// `true` where that was the last part of an answer.
    async fn take_part(
        &mut self,
        store: &Store,
        kind: BulkKind,
        data: &[u8],
    ) -> Result<bool, CompareError> {
        match (kind, &mut self.comparison) {
            (BulkKind::SnapshotHeader, comparison) => {
                let header = SnapshotHeader::decode(data)?;
                *comparison = Some(store.compare(header).await?);
            }
            (BulkKind::Sums, Some(comparison)) => comparison.take_sums(data).await?,
            (BulkKind::SnapshotEnd, Some(comparison)) => comparison.take_end()?,
            (BulkKind::SnapshotChunk, Some(comparison)) => {
                comparison.take_rows(data.to_vec()).await?;
                return Ok(false);
            }
            (BulkKind::Entry, Some(comparison)) => {
                comparison.take_entry(data)?;
                return Ok(false);
            }
            (_, None) | (BulkKind::Question, Some(_)) => return Err(CompareError::Moved),
        }
        Ok(true)
    }
}

impl Found {
    /// Keeps a backup of this station's data where rows are to be replaced.
    pub(super) async fn back_up(
        &self,
        store: &Store,
        reporter: &Reporter<'_>,
    ) -> Result<(), CompareFault> {
        if !self.comparison.changes_rows() {
            return Ok(());
        }
        let reason = "before a resync replaced what differed from the primary's data";
        let made = reporter
            .during(self.comparison.progress(), store.create_backup(reason))
            .await;
        made.map(drop).map_err(|error| fault(&error.into()))
    }

    /// Makes this station's data the primary's.
    pub(super) async fn put_in_place(
        self,
        store: &Store,
        reporter: &Reporter<'_>,
    ) -> Result<(Resynced, Own), CompareFault> {
        let install = Install {
            orphans_after: self.orphans_after,
            reason: "a resync made this station's data the primary's".to_owned(),
            local: Vec::new(),
        };
        let so_far = self.comparison.progress();
        let replace = async {
            let done = self.comparison.put_in_place(install).await?;
            Ok((done, read_own(store).await?))
        };
        reporter
            .during(so_far, replace)
            .await
            .map_err(|error: CompareError| fault(&error))
    }
}

fn fault(error: &CompareError) -> CompareFault {
    tracing::error!(%error, "the resync did not come about");
    match error {
        CompareError::PrimaryDamaged => CompareFault::PrimaryDamaged,
        CompareError::Snapshot(SnapshotError::Store(store::Error::NoSpace { .. })) => {
            CompareFault::NoSpace
        }
        CompareError::Snapshot(_) | CompareError::Moved => CompareFault::Broken,
    }
}
