use changeset::{Statement, Table};

use super::bulk::SetAside;
use super::spool::Spool;
use super::{SnapshotError, SnapshotHeader};
use crate::error::{During as _, Error};
use crate::failpoint::{self, Point};
use crate::faults::Fault;
use crate::local::LocalPut;
use crate::orphans::{self, BundleId};
use crate::state::{self, Base, Head};
use crate::store::{Commit, Store, WriterParts};
use crate::sum::{self, quoted};

/// A snapshot being received: every chunk is checked and kept in a file beside the database. Nothing is replaced before
/// [`SnapshotImport::install`]. Dropped, it leaves no trace.
pub struct SnapshotImport {
    store: Store,
    header: SnapshotHeader,
    spool: Spool,
}

/// What is to happen in the same transaction in which a snapshot replaces the data.
#[derive(Debug, Clone, Default)]
pub struct Install {
    /// Keep the entries after this one as a bundle of orphans.
    pub orphans_after: Option<u64>,
    /// Why they are cut off.
    pub reason: String,
    /// Local records to put.
    pub local: Vec<LocalPut>,
}

impl Store {
    /// Begins to receive the snapshot of this header.
    ///
    /// # Errors
    /// [`SnapshotError::SchemaDiffers`], [`SnapshotError::Store`].
    pub async fn import_snapshot(
        &self,
        header: SnapshotHeader,
    ) -> Result<SnapshotImport, SnapshotError> {
        if header.schema_hash != self.0.schema_hash {
            return Err(SnapshotError::SchemaDiffers);
        }
        header.check()?;
        let spool = Spool::create(&self.0.dir, header.bytes_max).await?;
        Ok(SnapshotImport {
            store: self.clone(),
            header,
            spool,
        })
    }
}

impl SnapshotImport {
    /// What the snapshot says of itself.
    #[must_use]
    pub fn header(&self) -> &SnapshotHeader {
        &self.header
    }

    /// How many rows have arrived, of how many.
    #[must_use]
    pub fn progress(&self) -> (u64, u64) {
        (self.spool.rows(), self.header.rows)
    }

    /// How many chunks have arrived.
    #[must_use]
    pub fn chunks(&self) -> u32 {
        self.spool.chunks()
    }

    /// Goes on after the first `chunks` chunks of what arrived, as if no more had; `false` where there are not so many.
    ///
    /// # Errors
    /// [`SnapshotError::Store`]. The import is of no use then.
    pub async fn resume_after(&mut self, chunks: u32) -> Result<bool, SnapshotError> {
        Ok(self.spool.truncate(chunks).await?)
    }

    /// Takes the next chunk.
    ///
    /// # Errors
    /// [`SnapshotError::Damaged`] when it is not the next one or not whole, [`SnapshotError::Excessive`] when it is more
    /// than was announced, [`SnapshotError::Store`]. The import is of no use then.
    pub async fn push(&mut self, chunk: Vec<u8>) -> Result<(), SnapshotError> {
        self.store.0.faults.room("receive a snapshot")?;
        self.spool.push(&self.store.0.schema, chunk).await?;
        if self.spool.rows() > self.header.rows {
            return Err(SnapshotError::Excessive {
                what: format!("{} rows", self.header.rows),
            });
        }
        Ok(())
    }

    /// Replaces all replicated rows, the journal and the epoch history with the snapshot, in one transaction, once the
    /// sum of what was written is the one that the header says. Returns the head, and the bundle of orphans if one was
    /// made.
    ///
    /// # Errors
    /// [`SnapshotError::Damaged`] when rows are missing or the sum is another, [`SnapshotError::Store`]. Nothing was
    /// replaced then.
    pub async fn install(
        self,
        install: Install,
    ) -> Result<(Head, Option<BundleId>), SnapshotError> {
        if self.spool.rows() != self.header.rows {
            let what = format!("{} of {} rows arrived", self.spool.rows(), self.header.rows);
            return Err(SnapshotError::damaged(what));
        }
        let SnapshotImport {
            store,
            header,
            spool,
        } = self;
        store
            .with_writer(move |parts| {
                failpoint::at(Point::InstallBefore).during("install a snapshot")?;
                let bundle = parts.transaction("install a snapshot", |parts| {
                    let bundle = match install.orphans_after {
                        Some(seq) => orphans::save_after(parts, seq, &install.reason)?.0,
                        None => None,
                    };
                    replace(parts, &spool)?;
                    let scan =
                        sum::scan(parts.db, &parts.shared.schema).during("verify a snapshot")?;
                    let summed = !parts.shared.faults.has(Fault::SnapshotNotSummed);
                    if summed && scan.sum != header.head.sum {
                        return Err(SnapshotError::damaged(
                            "the sum of its rows is not the one that it said",
                        ));
                    }
                    adopt(parts, &header, false)?;
                    install.local.iter().try_for_each(|put| put.run(parts.db))?;
                    failpoint::at(Point::InstallBeforeCommit).during("install a snapshot")?;
                    Ok(bundle)
                })?;
                failpoint::at(Point::InstallAfterCommit).during("install a snapshot")?;
                parts.publish(Some(Commit::Replaced));
                Ok((*parts.head, bundle))
            })
            .await
    }
}

/// Replaces the rows of all tables with those in the spool.
fn replace(parts: &mut WriterParts<'_, '_>, spool: &Spool) -> Result<(), SnapshotError> {
    let during = "install a snapshot";
    let schema = &parts.shared.schema;
    // Rows come table by table; what they refer to may come later. Reset by SQLite at the transaction's end.
    parts
        .db
        .execute("PRAGMA defer_foreign_keys = ON")
        .during(during)?;
    let aside = SetAside::new(parts.db, schema)?;
    for table in schema.tables().iter().rev() {
        parts
            .db
            .execute(&format!("DELETE FROM {}", quoted(&table.name)))
            .during(during)?;
    }
    let mut insert: Option<(u16, Statement<'_>)> = None;
    spool.each_chunk(|rows| {
        let statement = match &mut insert {
            Some((table, statement)) if *table == rows.table => statement,
            other => {
                let sql = insert_into(rows.table_of(schema)?);
                &mut other
                    .insert((rows.table, parts.db.prepare(&sql).during(during)?))
                    .1
            }
        };
        rows.each(|values| statement.run(values)).during(during)?;
        Ok(())
    })?;
    drop(insert);
    Ok(aside.put_back(parts.db, parts.shared.definition.derived)?)
}

/// An INSERT of all columns of a table, in the schema's order.
pub(crate) fn insert_into(table: &Table) -> String {
    let columns: Vec<String> = table.columns.iter().map(|column| quoted(column)).collect();
    let parameters: Vec<String> = (1..=columns.len()).map(|n| format!("?{n}")).collect();
    format!(
        "INSERT INTO {} ({}) VALUES ({})",
        quoted(&table.name),
        columns.join(", "),
        parameters.join(", ")
    )
}

/// Makes the snapshot's place in the history this station's own. `journal_kept`: the journal leads there; else it begins
/// anew.
pub(crate) fn adopt(
    parts: &mut WriterParts<'_, '_>,
    header: &SnapshotHeader,
    journal_kept: bool,
) -> Result<(), Error> {
    let during = "install a snapshot";
    let position = header.head.position;
    parts.db.execute("DELETE FROM epoch").during(during)?;
    if position.lineage != parts.head.position.lineage {
        parts
            .db
            .execute("DELETE FROM left_lineage")
            .during(during)?;
    }
    header
        .epochs
        .iter()
        .try_for_each(|start| state::add_epoch(parts.db, start))?;
    *parts.head = header.head;
    state::save_head(parts.db, parts.head)?;
    if journal_kept {
        return Ok(());
    }
    parts.db.execute("DELETE FROM journal").during(during)?;
    *parts.base = Base {
        seq: position.seq,
        chain: position.chain,
        sum: header.head.sum,
    };
    state::save_base(parts.db, parts.base)
}
