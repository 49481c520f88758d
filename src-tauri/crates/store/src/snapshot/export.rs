use changeset::{Db, Schema, Table, quoted};
use sqlx::Connection as _;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::chunk::{bytes_max, row_bytes, seal};
use super::layout::Layout;
use super::pages::PagesWriter;
use super::walk::Walk;
use super::{SnapshotError, SnapshotHeader, rows_of};
use crate::error::{During as _, Error};
use crate::migrate::{Definition, pragma};
use crate::state;
use crate::store::{Store, blocking};
use crate::sum::select_all;

/// Chunks that are read ahead of the one that sends them.
const CHUNKS_AHEAD: usize = 2;

/// A snapshot being read. Edits go on meanwhile and are not in it. Dropped, it ends.
pub struct SnapshotExport {
    header: SnapshotHeader,
    chunks: mpsc::Receiver<Result<Chunk, SnapshotError>>,
    rows: u64,
}

/// A chunk as it is sent, and how many rows that makes so far.
struct Chunk {
    rows: u64,
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
            self.rows = rows;
            bytes
        }))
    }

    /// About how many rows were handed out: all of them once all chunks were.
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
        let definition = self.0.definition;
        let (header_tx, header_rx) = oneshot::channel();
        let (chunk_tx, chunks) = mpsc::channel(CHUNKS_AHEAD);
        let failed = chunk_tx.clone();
        tokio::spawn(async move {
            let read = blocking::<(), SnapshotError>(move |runtime| {
                let result = {
                    let db = runtime.block_on(Db::lock(&mut connection)).during(during)?;
                    db.execute("BEGIN").during(during)?;
                    let result = Reading::begin(&db, &schema, schema_hash, &definition).and_then(
                        |reading| {
                            // Nobody waiting any more means that the snapshot was given up.
                            if header_tx.send(reading.header.clone()).is_ok() {
                                reading.send(&db, &chunk_tx)
                            } else {
                                Ok(())
                            }
                        },
                    );
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

/// A quarter faster than level 1, for a thirtieth more to send: zstd is what making a snapshot takes longest for.
const COMPRESSION: i32 = -1;
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
        layout: 0,
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

/// A snapshot in its read transaction.
struct Reading {
    header: SnapshotHeader,
    layout: Layout,
    pages_max: u64,
}

impl Reading {
    fn begin(
        db: &Db<'_>,
        schema: &Schema,
        schema_hash: String,
        definition: &Definition,
    ) -> Result<Self, SnapshotError> {
        let during = "read a snapshot";
        let mut header = read_header(db, schema, schema_hash)?;
        let layout = Layout::read(db, definition)?;
        let pages_max = u64::try_from(pragma(db, "page_count").during(during)?).unwrap_or(0);
        let mut walk = Walk::new(db, pages_max)?;
        let mut pages = 0;
        for tree in &layout.trees {
            pages += walk.count(tree.root)?;
        }
        header.layout = layout.hash;
        header.bytes = pages * layout.page_size as u64;
        header.bytes_max = bytes_max(0, pages_max * layout.page_size as u64);
        Ok(Reading {
            header,
            layout,
            pages_max,
        })
    }

    /// Sends every tree, as long as somebody takes them.
    fn send(&self, db: &Db<'_>, chunks: &Chunks) -> Result<(), SnapshotError> {
        let mut walk = Walk::new(db, self.pages_max)?;
        let mut sender = Sender::new(&self.header, chunks)?;
        for (number, tree) in self.layout.trees.iter().enumerate() {
            let taken = walk.tree(tree.root, &mut |page| {
                // Only now, so that a tree's last chunk always has its root.
                let taken = !sender.writer.is_full() || sender.flush(number, false)?;
                sender.writer.push(page);
                Ok(taken)
            })?;
            if !taken || !sender.flush(number, true)? {
                break;
            }
        }
        sender.end();
        Ok(())
    }
}

/// Makes chunks of pages, and hands them out one late: the last one says that all rows are there.
struct Sender<'a> {
    header: &'a SnapshotHeader,
    chunks: &'a Chunks,
    compressor: zstd::bulk::Compressor<'static>,
    writer: PagesWriter,
    index: u32,
    bytes: u64,
    held: Option<Chunk>,
}

impl<'a> Sender<'a> {
    fn new(header: &'a SnapshotHeader, chunks: &'a Chunks) -> Result<Self, SnapshotError> {
        Ok(Sender {
            header,
            chunks,
            compressor: zstd::bulk::Compressor::new(COMPRESSION).map_err(|error| failed(&error))?,
            writer: PagesWriter::new(),
            index: 0,
            bytes: 0,
            held: None,
        })
    }

    /// `false` once nobody takes the chunks any more.
    fn flush(&mut self, tree: usize, ends: bool) -> Result<bool, SnapshotError> {
        let pages = self.writer.finish(tree, ends)?;
        let compressed = self.compressor.compress(pages);
        self.bytes += pages.len() as u64;
        self.writer.clear();
        let chunk = Chunk {
            rows: rows_of(self.header, self.bytes),
            bytes: seal(self.index, &compressed.map_err(|error| failed(&error))?),
        };
        self.index += 1;
        Ok(match self.held.replace(chunk) {
            Some(chunk) => self.chunks.blocking_send(Ok(chunk)).is_ok(),
            None => true,
        })
    }

    fn end(self) {
        if let Some(mut last) = self.held {
            last.rows = self.header.rows;
            // Whoever took it no more has given the snapshot up.
            let _ = self.chunks.blocking_send(Ok(last));
        }
    }
}

fn failed(error: &std::io::Error) -> SnapshotError {
    SnapshotError::damaged(format!("compressing failed: {error}"))
}
