use changeset::{Db, Schema, Table};
use sqlx::Connection as _;
use tokio::sync::{mpsc, oneshot};

use super::chunk::ChunkWriter;
use super::{SnapshotError, SnapshotHeader};
use crate::error::{During as _, Error};
use crate::state;
use crate::store::{Store, blocking};
use crate::sum::{quoted, select_all};

/// Chunks that are read ahead of the one that sends them.
const CHUNKS_AHEAD: usize = 2;

/// A snapshot being read. Edits go on meanwhile and are not in it. Dropped, it ends.
pub struct SnapshotExport {
    header: SnapshotHeader,
    chunks: mpsc::Receiver<Result<Vec<u8>, SnapshotError>>,
}

impl SnapshotExport {
    /// What is to be sent first.
    #[must_use]
    pub fn header(&self) -> &SnapshotHeader {
        &self.header
    }

    /// The next chunk, of some megabyte at most before compression unless a single row is longer; `None` once all were
    /// handed out.
    pub async fn next(&mut self) -> Option<Result<Vec<u8>, SnapshotError>> {
        self.chunks.recv().await
    }
}

impl Store {
    /// Begins to read a snapshot of this moment.
    ///
    /// # Errors
    /// [`SnapshotError::Store`].
    pub async fn export_snapshot(&self) -> Result<SnapshotExport, SnapshotError> {
        let during = "read a snapshot";
        let mut connection = self.long_reader().await?;
        let (schema, schema_hash) = (self.0.schema.clone(), self.0.schema_hash.clone());
        let (header_tx, header_rx) = oneshot::channel();
        let (chunk_tx, chunks) = mpsc::channel(CHUNKS_AHEAD);
        let failed = chunk_tx.clone();
        tokio::spawn(async move {
            let read = blocking::<(), SnapshotError>(move |runtime| {
                let result = {
                    let db = runtime.block_on(Db::lock(&mut connection)).during(during)?;
                    db.execute("BEGIN").during(during)?;
                    let result = header(&db, &schema, schema_hash).and_then(|header| {
                        // Nobody waiting any more means that the snapshot was given up.
                        if header_tx.send(header).is_ok() {
                            send_rows(&db, &schema, &chunk_tx)
                        } else {
                            Ok(())
                        }
                    });
                    db.execute("ROLLBACK").during(during)?;
                    result
                };
                runtime.block_on(connection.close()).during(during)?;
                result
            })
            .await;
            if let Err(error) = read {
                // As above.
                let _ = failed.send(Err(error)).await;
            }
        });
        match header_rx.await {
            Ok(header) => Ok(SnapshotExport { header, chunks }),
            Err(_) => {
                let mut chunks = chunks;
                match chunks.recv().await {
                    Some(Err(error)) => Err(error),
                    _ => Err(SnapshotError::Store(Error::Closed)),
                }
            }
        }
    }
}

fn header(
    db: &Db<'_>,
    schema: &Schema,
    schema_hash: String,
) -> Result<SnapshotHeader, SnapshotError> {
    let head = state::load(db)?.ok_or(Error::Closed)?.head;
    let mut rows = 0;
    for table in schema.tables() {
        let query = format!("SELECT count(*) FROM {}", quoted(&table.name));
        let mut statement = db.prepare(&query).during("read a snapshot")?;
        rows += statement
            .step()
            .during("read a snapshot")?
            .map_or(0, |row| state::count(&row, 0));
    }
    Ok(SnapshotHeader {
        head,
        epochs: state::epochs(db)?,
        schema_hash,
        rows,
    })
}

type Chunks = mpsc::Sender<Result<Vec<u8>, SnapshotError>>;

fn send_rows(db: &Db<'_>, schema: &Schema, chunks: &Chunks) -> Result<(), SnapshotError> {
    let mut index = 0;
    for (number, table) in schema.tables().iter().enumerate() {
        if !send_table(db, number, table, &mut index, chunks)? {
            break;
        }
    }
    Ok(())
}

/// `false` once nobody takes the chunks any more.
fn send_table(
    db: &Db<'_>,
    number: usize,
    table: &Table,
    index: &mut u32,
    chunks: &Chunks,
) -> Result<bool, SnapshotError> {
    let during = "read a snapshot";
    let too_many = |_| SnapshotError::damaged("there are too many tables or columns");
    let columns = u16::try_from(table.columns.len()).map_err(too_many)?;
    let mut writer = ChunkWriter::new(u16::try_from(number).map_err(too_many)?, columns);
    let mut rows = db.prepare(&select_all(table)).during(during)?;
    loop {
        let more = match rows.step().during(during)? {
            Some(row) => {
                writer.push(&row);
                true
            }
            None => false,
        };
        if writer.is_full() || !more && !writer.is_empty() {
            let chunk = writer.finish(*index)?;
            *index += 1;
            if chunks.blocking_send(Ok(chunk)).is_err() {
                return Ok(false);
            }
        }
        if !more {
            return Ok(true);
        }
    }
}
