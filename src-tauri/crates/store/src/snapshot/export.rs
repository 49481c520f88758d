use changeset::{Db, Schema, Table};
use sqlx::Connection as _;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::chunk::{ChunkWriter, bytes_max, row_bytes};
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
    chunks: mpsc::Receiver<Result<Chunk, SnapshotError>>,
    rows: u64,
}

/// Rows as they are sent, and how many.
struct Chunk {
    rows: u32,
    bytes: Vec<u8>,
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
        let chunk = self.chunks.recv().await?;
        Some(chunk.map(|Chunk { rows, bytes }| {
            self.rows += u64::from(rows);
            bytes
        }))
    }

    /// Rows in the chunks that were handed out.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
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
                    let result = read_header(&db, &schema, schema_hash).and_then(|header| {
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
            Ok(header) => Ok(SnapshotExport {
                header,
                chunks,
                rows: 0,
            }),
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

/// Rows of each table from which the size of all is estimated.
const SAMPLE: u64 = 200;

/// What a snapshot of the present read transaction says of itself.
pub(crate) fn read_header(
    db: &Db<'_>,
    schema: &Schema,
    schema_hash: String,
) -> Result<SnapshotHeader, SnapshotError> {
    let head = state::load(db)?.ok_or(Error::Closed)?.head;
    let (mut rows, mut bytes, mut cells) = (0, 0, 0);
    for table in schema.tables() {
        let of_table = number(db, &format!("SELECT count(*) FROM {}", quoted(&table.name)))?;
        rows += of_table;
        cells += of_table * table.columns.len() as u64;
        bytes += estimated_bytes(db, table, of_table)?;
    }
    // What is stored has no more bytes than the file, and what the WAL adds to it.
    let pages = number(
        db,
        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
    )?;
    Ok(SnapshotHeader {
        id: Uuid::new_v4(),
        head,
        epochs: state::epochs(db)?,
        schema_hash,
        rows,
        bytes,
        bytes_max: bytes_max(cells, pages),
    })
}

fn number(db: &Db<'_>, query: &str) -> Result<u64, SnapshotError> {
    let during = "read a snapshot";
    let mut statement = db.prepare(query).during(during)?;
    let row = statement.step().during(during)?;
    Ok(row.map_or(0, |row| state::count(&row, 0)))
}

fn estimated_bytes(db: &Db<'_>, table: &Table, rows: u64) -> Result<u64, SnapshotError> {
    let during = "read a snapshot";
    let query = format!("{} LIMIT {SAMPLE}", select_all(table));
    let mut sample = db.prepare(&query).during(during)?;
    let mut bytes = 0;
    while let Some(row) = sample.step().during(during)? {
        bytes += row_bytes(&row);
    }
    Ok(bytes * rows / rows.clamp(1, SAMPLE))
}

type Chunks = mpsc::Sender<Result<Chunk, SnapshotError>>;

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
    let mut writer = ChunkWriter::of(number, table)?;
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
            let rows = writer.rows();
            let bytes = writer.finish(*index)?;
            *index += 1;
            if chunks.blocking_send(Ok(Chunk { rows, bytes })).is_err() {
                return Ok(false);
            }
        }
        if !more {
            return Ok(true);
        }
    }
}
