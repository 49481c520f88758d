use changeset::{Db, Table, quoted};

use super::assembly::Assembly;
use super::chunk::{chunks_max, unseal};
use super::spool::{CHUNK_BYTES_MAX, room_for};
use super::{SnapshotError, SnapshotHeader, install, rows_of, verify};
use crate::error::{During as _, Error};
use crate::faults::Fault;
use crate::local::LocalPut;
use crate::orphans::BundleId;
use crate::state::{self, Base, Head};
use crate::store::{Store, blocking};

/// A snapshot being received: every chunk is checked and becomes part of a database beside this station's own. Nothing is
/// replaced before [`SnapshotImport::install`]. Dropped, it leaves no trace.
pub struct SnapshotImport {
    store: Store,
    header: SnapshotHeader,
    /// `None` once a chunk did not get in.
    assembly: Option<Box<Assembly>>,
    /// Chunks that are in, and the one that is due: below it where a link was cut.
    taken: u32,
    due: u32,
    /// Bytes of chunks that came.
    bytes: u64,
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
        let assembly = Assembly::create(&self.0.dir, self.0.definition).await?;
        if header.layout != assembly.layout().hash {
            return Err(SnapshotError::SchemaDiffers);
        }
        room_for(assembly.folder(), header.bytes.saturating_mul(2))?;
        Ok(SnapshotImport {
            store: self.clone(),
            header,
            assembly: Some(Box::new(assembly)),
            taken: 0,
            due: 0,
            bytes: 0,
        })
    }
}

impl SnapshotImport {
    /// What the snapshot says of itself.
    #[must_use]
    pub fn header(&self) -> &SnapshotHeader {
        &self.header
    }

    /// About how many rows have arrived, of how many.
    #[must_use]
    pub fn progress(&self) -> (u64, u64) {
        let rows = match &self.assembly {
            Some(assembly) if assembly.is_complete() => self.header.rows,
            Some(assembly) => rows_of(&self.header, assembly.bytes()),
            None => 0,
        };
        (rows, self.header.rows)
    }

    /// How many chunks have arrived.
    #[must_use]
    pub fn chunks(&self) -> u32 {
        self.due
    }

    /// Goes on after the first `chunks` chunks of what arrived; `false` where there are not so many. Those that come once
    /// more are passed over.
    pub fn resume_after(&mut self, chunks: u32) -> bool {
        let elsewhere = self.store.0.faults.has(Fault::ResumedElsewhere);
        let chunks = chunks.saturating_sub(u32::from(elsewhere));
        let there = chunks <= self.taken;
        if there {
            self.due = chunks;
        }
        there
    }

    /// Takes the next chunk.
    ///
    /// # Errors
    /// [`SnapshotError::Damaged`] when it is not the next one or not whole, [`SnapshotError::Excessive`] when it is more
    /// than was announced, [`SnapshotError::Store`]. The import is of no use then.
    pub async fn push(&mut self, chunk: Vec<u8>) -> Result<(), SnapshotError> {
        self.store.0.faults.room("receive a snapshot")?;
        if chunk.len() > CHUNK_BYTES_MAX {
            return Err(SnapshotError::damaged("a chunk is too long"));
        }
        let index = self.due;
        if index < self.taken {
            unseal(&chunk, index)?;
            self.due += 1;
            return Ok(());
        }
        self.bytes += chunk.len() as u64;
        let most = self.header.bytes_max;
        let excessive = |what| Err(SnapshotError::Excessive { what });
        if self.bytes > most || u64::from(index) >= chunks_max(most) {
            return excessive(format!("at most {most} bytes"));
        }
        let gone = || SnapshotError::damaged("a chunk before this one did not get in");
        let mut assembly = self.assembly.take().ok_or_else(gone)?;
        let assembly = blocking::<_, SnapshotError>(move |_| {
            assembly.take(&chunk, index)?;
            Ok(assembly)
        })
        .await?;
        if assembly.bytes() > most {
            return excessive(format!("at most {most} bytes"));
        }
        let replicated = self.store.0.definition.replicated;
        if assembly.rows(|table| replicated.contains(&table)) > self.header.rows {
            return excessive(format!("{} rows", self.header.rows));
        }
        self.assembly = Some(assembly);
        self.due += 1;
        self.taken = self.due;
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
        let Self {
            store,
            header,
            assembly,
            ..
        } = self;
        let gone = || SnapshotError::damaged("a chunk of it did not get in");
        let assembled = assembly.ok_or_else(gone)?.finish()?;
        let scan = verify::scan(assembled.path(), &store.0.schema)
            .await
            .map_err(as_damage)?;
        if scan.rows != header.rows {
            let what = format!("{} of {} rows arrived", scan.rows, header.rows);
            return Err(SnapshotError::damaged(what));
        }
        if scan.sum != header.head.sum && !store.0.faults.has(Fault::SnapshotNotSummed) {
            return Err(SnapshotError::damaged(
                "the sum of its rows is not the one that it said",
            ));
        }
        install::install(&store, assembled, header, install)
            .await
            .map_err(as_damage)
    }
}

/// What SQLite finds broken before anything is replaced is the snapshot.
fn as_damage(error: SnapshotError) -> SnapshotError {
    match error {
        SnapshotError::Store(Error::Damaged { what }) => SnapshotError::Damaged { what },
        error => error,
    }
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
    db: &Db<'_>,
    head: &mut Head,
    base: &mut Base,
    header: &SnapshotHeader,
    journal_kept: bool,
) -> Result<(), Error> {
    let during = "install a snapshot";
    let position = header.head.position;
    db.execute("DELETE FROM epoch").during(during)?;
    if position.lineage != head.position.lineage {
        db.execute("DELETE FROM left_lineage").during(during)?;
    }
    header
        .epochs
        .iter()
        .try_for_each(|start| state::add_epoch(db, start))?;
    *head = header.head;
    state::save_head(db, head)?;
    if journal_kept {
        return Ok(());
    }
    db.execute("DELETE FROM journal").during(during)?;
    *base = Base {
        seq: position.seq,
        chain: position.chain,
        sum: header.head.sum,
    };
    state::save_base(db, base)
}
