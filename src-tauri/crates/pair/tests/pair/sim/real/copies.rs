//! Copies and comparisons of the real store: what the driver of the product does with it, call by call.

use pair::event::{CompareFault, SnapshotFault};
use store::{
    CompareError, Comparison, Error, Install, SnapshotError, SnapshotHeader, SnapshotImport, Store,
};

use super::super::disk::Keep;
use super::files::block_on;
use super::{Frames, Real, Said, rows};

impl Real {
    /// What there is of this snapshot, up to so many chunks of it, or a new import.
    pub(super) async fn begin(
        store: &Store,
        snapshot: &Frames,
        earlier: Option<(SnapshotImport, u32)>,
    ) -> Result<SnapshotImport, SnapshotError> {
        let header = SnapshotHeader::decode(&snapshot.header)?;
        if let Some((mut import, chunks)) = earlier
            && import.header() == &header
            && import.resume_after(chunks)
        {
            return Ok(import);
        }
        store.import_snapshot(header).await
    }

    pub(super) async fn replace(
        store: &Store,
        import: SnapshotImport,
        keep: Keep,
    ) -> Result<(), SnapshotError> {
        if keep.backup {
            store.create_backup("before its data was replaced").await?;
        }
        import.install(install(keep)).await.map(drop)
    }

    /// Takes a part in; whether it was the last of an answer.
    pub(super) async fn take(
        store: &Store,
        comparison: &mut Option<Comparison>,
        part: &Said,
    ) -> Result<bool, CompareError> {
        match (part, &mut *comparison) {
            (Said::Header(header), _) => {
                let header = SnapshotHeader::decode(header)?;
                *comparison = Some(store.compare(header).await?);
            }
            (Said::Sums(sums), Some(comparison)) => comparison.take_sums(sums).await?,
            (Said::End, Some(comparison)) => comparison.take_end()?,
            (Said::Rows(chunk), Some(comparison)) => {
                comparison.take_rows(chunk.clone()).await?;
                return Ok(false);
            }
            (Said::Entry(entry), Some(comparison)) => {
                comparison.take_entry(entry)?;
                return Ok(false);
            }
            (_, None) | (Said::Question(_), Some(_)) => return Err(CompareError::Moved),
        }
        Ok(true)
    }

    /// After the data was replaced, or not.
    pub(super) fn after_replacing(&mut self, replaced: bool, backed_up: bool) {
        self.look();
        self.count_orphans();
        if replaced {
            if backed_up {
                let edits = block_on(rows::of_newest_backup(self.store()));
                self.backups.extend(edits);
            }
            (self.rotten, self.sum_is_off) = (false, false);
        }
    }

    pub(super) fn not_copied(&mut self, error: &SnapshotError) -> SnapshotFault {
        self.why = error.to_string();
        match error {
            SnapshotError::Damaged { .. } => SnapshotFault::Damaged,
            SnapshotError::Excessive { .. } => SnapshotFault::Excessive,
            SnapshotError::Store(Error::NoSpace { .. }) => SnapshotFault::NoSpace,
            SnapshotError::Store(Error::Damaged { .. }) => SnapshotFault::Broken,
            // A bit of the schema's hash flipped on its way.
            SnapshotError::SchemaDiffers => SnapshotFault::Broken,
            error => panic!("VIOLATED: the store fails: {error}"),
        }
    }

    pub(super) fn not_compared(&mut self, error: &CompareError) -> CompareFault {
        self.why = error.to_string();
        match error {
            CompareError::PrimaryDamaged => CompareFault::PrimaryDamaged,
            CompareError::Moved => CompareFault::Broken,
            CompareError::Snapshot(error) => match self.not_copied(error) {
                SnapshotFault::NoSpace => CompareFault::NoSpace,
                _ => CompareFault::Broken,
            },
        }
    }
}

pub(super) fn install(keep: Keep) -> Install {
    Install {
        orphans_after: keep.orphans_after,
        reason: String::from("the primary's data replaced it"),
        local: Vec::new(),
    }
}
