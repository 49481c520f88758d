use std::fs::{self, File, OpenOptions};
use std::io::{BufReader, Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use changeset::{Schema, Statement, Table};
use uuid::Uuid;

use super::bulk::SetAside;
use super::chunk::ChunkRows;
use super::{SnapshotError, SnapshotHeader};
use crate::error::{During as _, Error};
use crate::failpoint::{self, Point};
use crate::faults::Fault;
use crate::local::LocalPut;
use crate::orphans::{self, BundleId};
use crate::state::{self, Base, Head};
use crate::store::{Commit, Store, WriterParts, blocking};
use crate::sum::{self, quoted};

/// Where snapshots are kept until they are whole. What a crash leaves there is removed at the next start.
const SPOOL: &str = "incoming";
/// No chunk is longer than a frame of the link.
const CHUNK_BYTES_MAX: usize = 64 << 20;

/// A snapshot being received: every chunk is checked and kept in a file beside the database. Nothing is replaced before
/// [`SnapshotImport::install`]. Dropped, it leaves no trace.
pub struct SnapshotImport {
    store: Store,
    header: SnapshotHeader,
    spool: Arc<Spool>,
    chunks: u32,
    rows: u64,
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

/// A file that is gone when this is dropped.
pub(crate) struct Spool(pub(crate) PathBuf);

/// A name in the spool that no other file has.
pub(crate) fn spool(dir: &Path) -> Spool {
    Spool(dir.join(SPOOL).join(Uuid::now_v7().simple().to_string()))
}

impl Drop for Spool {
    fn drop(&mut self) {
        // What is left is removed at the next start.
        let _ = fs::remove_file(&self.0);
    }
}

/// Removes what a crash left.
pub(crate) fn clean(dir: &Path) {
    let _ = fs::remove_dir_all(dir.join(SPOOL));
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
        let dir = self.0.dir.join(SPOOL);
        let spool = spool(&self.0.dir);
        let spool = blocking::<_, Error>(move |_| {
            let during = "receive a snapshot";
            fs::create_dir_all(&dir).during(during)?;
            let mut options = OpenOptions::new();
            options
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&spool.0)
                .during(during)?;
            Ok(spool)
        })
        .await?;
        Ok(SnapshotImport {
            store: self.clone(),
            header,
            spool: Arc::new(spool),
            chunks: 0,
            rows: 0,
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
        (self.rows, self.header.rows)
    }

    /// Takes the next chunk.
    ///
    /// # Errors
    /// [`SnapshotError::Damaged`] when it is not the next one, not whole, or more than was announced;
    /// [`SnapshotError::Store`]. The import is of no use then.
    pub async fn push(&mut self, chunk: Vec<u8>) -> Result<(), SnapshotError> {
        if chunk.len() > CHUNK_BYTES_MAX {
            return Err(SnapshotError::damaged("a chunk is too long"));
        }
        let (index, spool) = (self.chunks, Arc::clone(&self.spool));
        let schema = self.store.0.schema.clone();
        let shared = Arc::clone(&self.store.0);
        let rows = blocking(move |_| {
            let during = "receive a snapshot";
            shared.faults.room(during)?;
            let rows = ChunkRows::open(&chunk, index)?;
            table_of(&schema, &rows)?;
            let mut file = OpenOptions::new()
                .append(true)
                .open(&spool.0)
                .during(during)?;
            file.write_all(&(chunk.len() as u32).to_be_bytes())
                .during(during)?;
            file.write_all(&chunk).during(during)?;
            Ok::<_, SnapshotError>(u64::from(rows.rows))
        })
        .await?;
        self.chunks += 1;
        self.rows += rows;
        if self.rows > self.header.rows {
            return Err(SnapshotError::damaged("it has more rows than it said"));
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
        if self.rows != self.header.rows {
            let what = format!("{} of {} rows arrived", self.rows, self.header.rows);
            return Err(SnapshotError::damaged(what));
        }
        let SnapshotImport {
            store,
            header,
            spool,
            chunks,
            ..
        } = self;
        store
            .with_writer(move |parts| {
                failpoint::at(Point::InstallBefore).during("install a snapshot")?;
                let bundle = parts.transaction("install a snapshot", |parts| {
                    let bundle = match install.orphans_after {
                        Some(seq) => orphans::save_after(parts, seq, &install.reason)?.0,
                        None => None,
                    };
                    replace(parts, &spool.0, chunks)?;
                    let scan =
                        sum::scan(parts.db, &parts.shared.schema).during("verify a snapshot")?;
                    let summed = !parts.shared.faults.has(Fault::SnapshotNotSummed);
                    if summed && scan.sum != header.head.sum {
                        return Err(SnapshotError::damaged(
                            "the sum of its rows is not the one that it said",
                        ));
                    }
                    adopt(parts, &header)?;
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

/// The table that a chunk is of, where its columns are that table's.
fn table_of<'s>(schema: &'s Schema, rows: &ChunkRows) -> Result<&'s Table, SnapshotError> {
    schema
        .tables()
        .get(usize::from(rows.table))
        .filter(|table| table.columns.len() == usize::from(rows.columns))
        .ok_or_else(|| SnapshotError::damaged("a chunk is of no table that there is"))
}

/// Replaces the rows of all tables with those in the spool.
fn replace(
    parts: &mut WriterParts<'_, '_>,
    spool: &Path,
    chunks: u32,
) -> Result<(), SnapshotError> {
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
    let mut file = BufReader::new(File::open(spool).during(during)?);
    file.rewind().during(during)?;
    for index in 0..chunks {
        let mut len = [0; 4];
        file.read_exact(&mut len).during(during)?;
        let mut chunk = vec![0; u32::from_be_bytes(len) as usize];
        file.read_exact(&mut chunk).during(during)?;
        // Checked once more: it was on the disk meanwhile.
        let rows = ChunkRows::open(&chunk, index)?;
        let statement = match &mut insert {
            Some((table, statement)) if *table == rows.table => statement,
            other => {
                let sql = insert_into(table_of(schema, &rows)?);
                &mut other
                    .insert((rows.table, parts.db.prepare(&sql).during(during)?))
                    .1
            }
        };
        rows.each(|values| statement.run(values)).during(during)?;
    }
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

/// Makes the snapshot's place in the history this station's own.
fn adopt(parts: &mut WriterParts<'_, '_>, header: &SnapshotHeader) -> Result<(), Error> {
    let during = "install a snapshot";
    let position = header.head.position;
    parts
        .db
        .execute("DELETE FROM journal; DELETE FROM epoch")
        .during(during)?;
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
    *parts.base = Base {
        seq: position.seq,
        chain: position.chain,
        sum: header.head.sum,
    };
    state::save_head(parts.db, parts.head)?;
    state::save_base(parts.db, parts.base)
}
