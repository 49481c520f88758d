//! Taking a diverged station back to the last entry that it shares with its peer.

use changeset::{ChangeGroup, OnConflict};
use domain::history::{Epoch, Sum};

use crate::error::{During as _, Error};
use crate::failpoint::{self, Point};
use crate::faults::Fault;
use crate::orphans::{self, BundleId};
use crate::state::{self, Head, sql};
use crate::store::{Commit, Store, WriterParts};
use crate::{journal, sum};

/// A station that was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rewound {
    /// Where it is now.
    pub head: Head,
    /// The bundle that holds what was cut off; `None` where that was nothing.
    pub bundle: Option<BundleId>,
    /// How many entries it holds.
    pub orphans: u64,
}

impl Store {
    /// Takes the station back to entry `to_seq`: saves the entries after it as a bundle of orphans, undoes them, and cuts
    /// journal and epoch history there, all in one transaction. Epochs that began at `to_seq` or later are cut, too: those
    /// that the primary shares come back with the next [`Store::apply`].
    ///
    /// # Errors
    /// [`Error::NotFound`] where the journal does not reach back that far (a snapshot is needed then),
    /// [`Error::Damaged`] where the journal's inverses do not lead to the sum that was recorded there,
    /// [`Error::NoSpace`], [`Error::Database`]. Nothing was changed then.
    pub async fn rewind(&self, to_seq: u64, reason: &str) -> Result<Rewound, Error> {
        let reason = reason.to_owned();
        self.with_writer(move |parts| {
            let (bundle, orphans) =
                parts.transaction("rewind", |parts| rewind(parts, to_seq, &reason))?;
            failpoint::at(Point::RewindAfterCommit).during("rewind")?;
            parts.publish(Some(Commit::Replaced));
            Ok(Rewound {
                head: *parts.head,
                bundle,
                orphans,
            })
        })
        .await
    }
}

fn rewind(
    parts: &mut WriterParts<'_, '_>,
    to_seq: u64,
    reason: &str,
) -> Result<(Option<BundleId>, u64), Error> {
    let during = "rewind";
    let head = *parts.head;
    if to_seq > head.position.seq {
        return Err(Error::Invalid(format!(
            "cannot rewind to entry {to_seq}: the last one is {}",
            head.position.seq
        )));
    }
    let (chain, sum) = journal::at(parts.db, to_seq, parts.base)?.ok_or_else(|| {
        let base = parts.base.seq;
        Error::NotFound(format!(
            "cannot rewind to entry {to_seq}: the journal keeps only what comes after {base}"
        ))
    })?;
    let (bundle, orphans) = match parts.shared.faults.has(Fault::OrphansDropped) {
        true => (None, 0),
        false => orphans::save_after(parts.db, parts.db, parts.head, to_seq, reason)?,
    };
    let bytes = undo_after(parts, to_seq, sum)?;
    parts
        .db
        .run("DELETE FROM journal WHERE seq > ?1", &[sql(to_seq).into()])
        .during(during)?;
    let position = &mut parts.head.position;
    position.seq = to_seq;
    position.chain = chain;
    if !parts.shared.faults.has(Fault::EpochsKept) {
        position.epoch = cut_epochs(parts.db, to_seq)?;
    }
    parts.head.sum = sum;
    parts.head.journal_bytes = head.journal_bytes.saturating_sub(bytes);
    state::save_head(parts.db, parts.head)?;
    failpoint::at(Point::RewindBeforeCommit).during(during)?;
    Ok((bundle, orphans))
}

/// Applies the inverses of the entries after `to_seq`, newest first, as one; they must lead to `expected`. Returns how
/// many bytes of changesets they had.
fn undo_after(parts: &mut WriterParts<'_, '_>, to_seq: u64, expected: Sum) -> Result<u64, Error> {
    let during = "rewind";
    let mut group = ChangeGroup::new().during(during)?;
    let mut bytes = 0;
    journal::each_back_to(parts.db, to_seq, |entry| {
        bytes += entry.changeset.as_bytes().len() as u64;
        group
            .add(&entry.changeset.invert().during(during)?)
            .during(during)?;
        Ok(true)
    })?;
    let inverse = group.output().during(during)?;
    if sum::after(parts.head.sum, &inverse) != expected {
        return Err(Error::Damaged {
            what: format!(
                "taking back the entries after {to_seq} does not lead to the sum that was recorded there"
            ),
        });
    }
    parts
        .db
        .apply(&parts.shared.schema, &inverse, OnConflict::Abort)
        .map_err(|error| match error {
            changeset::Error::Conflict(conflict) => Error::Damaged {
                what: format!("the entries after {to_seq} cannot be taken back: {conflict}"),
            },
            other => Error::sqlite(during, other),
        })?;
    Ok(bytes)
}

/// Drops the epochs that began at `to_seq` or later, but for the lineage's first; returns the one that is in force then.
fn cut_epochs(db: &changeset::Db<'_>, to_seq: u64) -> Result<Epoch, Error> {
    let cut =
        "DELETE FROM epoch WHERE after_seq >= ?1 AND number > (SELECT min(number) FROM epoch)";
    db.run(cut, &[sql(to_seq).into()]).during("rewind")?;
    state::epochs(db)?
        .last()
        .map(|start| start.epoch)
        .ok_or_else(|| Error::Damaged {
            what: String::from("the epoch history is empty"),
        })
}
