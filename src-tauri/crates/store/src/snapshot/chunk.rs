//! A chunk: some rows of one table (or pages of one b-tree), compressed, with a hash.
//!
//! `index (4 bytes) · compressed rows · hash (16 bytes)`, big-endian. The rows: `table (2 bytes) · columns (2 bytes) ·
//! number of rows (4 bytes)`, then their values: a type tag, then eight bytes of a number, or a length of four bytes and
//! that many bytes.

use changeset::{Row, Schema, Table, ValueRef};
use xxhash_rust::xxh3::xxh3_128;

use super::SnapshotError;

/// A chunk is closed once its rows have so many bytes.
const ROWS_BYTES_TARGET: usize = 1 << 20;
/// No chunk has more bytes of rows than this: one row may be longer than the target.
const ROWS_BYTES_MAX: usize = 48 << 20;
const COMPRESSION: i32 = 1;

const HEAD_LEN: usize = 8;
const NULL: u8 = 0;
const INTEGER: u8 = 1;
const REAL: u8 = 2;
const TEXT: u8 = 3;
const BLOB: u8 = 4;

/// The most chunks that so many bytes can come in: all but the last of each table are full.
pub(super) fn chunks_max(bytes: u64) -> u64 {
    bytes / ROWS_BYTES_TARGET as u64 + u64::from(u16::MAX)
}

/// The most bytes that rows of so many cells, whose values have at most so many bytes in all, take as chunks.
pub(super) fn bytes_max(cells: u64, value_bytes: u64) -> u64 {
    // A tag and a number or length for each cell; what zstd adds to data that does not shrink, and each chunk's own.
    let rows = value_bytes + cells * 9;
    rows + rows / 128 + (1 << 20)
}

/// How many bytes a row takes before compression.
pub(super) fn row_bytes(row: &Row<'_>) -> u64 {
    let mut bytes = Vec::new();
    (0..row.len()).for_each(|column| put(&mut bytes, row.get(column)));
    bytes.len() as u64
}

/// Collects rows of one table.
pub(crate) struct ChunkWriter {
    table: u16,
    columns: u16,
    rows: u32,
    bytes: Vec<u8>,
}

impl ChunkWriter {
    /// For rows of the table that has this number in the schema.
    pub(crate) fn of(number: usize, table: &Table) -> Result<Self, SnapshotError> {
        let too_many = |_| SnapshotError::damaged("there are too many tables or columns");
        let columns = u16::try_from(table.columns.len()).map_err(too_many)?;
        Ok(Self::new(u16::try_from(number).map_err(too_many)?, columns))
    }

    fn new(table: u16, columns: u16) -> Self {
        let mut bytes = Vec::with_capacity(ROWS_BYTES_TARGET + 4096);
        bytes.resize(HEAD_LEN, 0);
        ChunkWriter {
            table,
            columns,
            rows: 0,
            bytes,
        }
    }

    pub(crate) fn push(&mut self, row: &Row<'_>) {
        for column in 0..usize::from(self.columns) {
            put(&mut self.bytes, row.get(column));
        }
        self.rows += 1;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    pub(crate) fn is_full(&self) -> bool {
        self.bytes.len() >= ROWS_BYTES_TARGET
    }

    /// The chunk as it is sent; empties the writer.
    pub(crate) fn finish(&mut self, index: u32) -> Result<Vec<u8>, SnapshotError> {
        self.bytes[..2].copy_from_slice(&self.table.to_be_bytes());
        self.bytes[2..4].copy_from_slice(&self.columns.to_be_bytes());
        self.bytes[4..8].copy_from_slice(&self.rows.to_be_bytes());
        if self.bytes.len() > ROWS_BYTES_MAX {
            return Err(SnapshotError::damaged("a row is too long to be sent"));
        }
        let compressed = zstd::bulk::compress(&self.bytes, COMPRESSION)
            .map_err(|error| SnapshotError::damaged(format!("compressing failed: {error}")))?;
        self.bytes.truncate(HEAD_LEN);
        self.rows = 0;
        Ok(seal(index, &compressed))
    }
}

/// The chunk of this index.
pub(super) fn seal(index: u32, compressed: &[u8]) -> Vec<u8> {
    let mut chunk = Vec::with_capacity(compressed.len() + 20);
    chunk.extend_from_slice(&index.to_be_bytes());
    chunk.extend_from_slice(compressed);
    let hash = xxh3_128(&chunk);
    chunk.extend_from_slice(&hash.to_be_bytes());
    chunk
}

/// What is compressed in the chunk that must have this index.
pub(super) fn unseal(chunk: &[u8], index: u32) -> Result<&[u8], SnapshotError> {
    let short = || SnapshotError::damaged("a chunk is too short");
    let (body, hash) = chunk.split_last_chunk::<16>().ok_or_else(short)?;
    if xxh3_128(body) != u128::from_be_bytes(*hash) {
        return Err(SnapshotError::damaged(format!(
            "the hash of chunk {index} does not match"
        )));
    }
    let (found, compressed) = body.split_first_chunk::<4>().ok_or_else(short)?;
    let found = u32::from_be_bytes(*found);
    if found != index {
        return Err(SnapshotError::damaged(format!(
            "chunk {found} came where chunk {index} is due"
        )));
    }
    Ok(compressed)
}

/// Appends a value: its tag, then what it is.
pub(crate) fn put(bytes: &mut Vec<u8>, value: ValueRef<'_>) {
    let (tag, data) = match value {
        ValueRef::Null => return bytes.push(NULL),
        ValueRef::Integer(i) => {
            bytes.push(INTEGER);
            return bytes.extend_from_slice(&i.to_be_bytes());
        }
        ValueRef::Real(r) => {
            bytes.push(REAL);
            return bytes.extend_from_slice(&r.to_be_bytes());
        }
        ValueRef::Text(data) => (TEXT, data),
        ValueRef::Blob(data) => (BLOB, data),
    };
    bytes.push(tag);
    // SQLite's values have less than 2^31 bytes.
    bytes.extend_from_slice(&(data.len() as u32).to_be_bytes());
    bytes.extend_from_slice(data);
}

/// The rows of a chunk that was received; checked as a whole before it is made.
pub(crate) struct ChunkRows {
    pub(crate) table: u16,
    pub(crate) columns: u16,
    pub(crate) rows: u32,
    bytes: Vec<u8>,
}

impl ChunkRows {
    /// Checks and opens the chunk that must have this index.
    pub(crate) fn open(chunk: &[u8], index: u32) -> Result<Self, SnapshotError> {
        let compressed = unseal(chunk, index)?;
        let bytes = zstd::bulk::decompress(compressed, ROWS_BYTES_MAX).map_err(|error| {
            SnapshotError::damaged(format!("chunk {index} cannot be decompressed: {error}"))
        })?;
        let (head, _) = bytes
            .split_first_chunk::<HEAD_LEN>()
            .ok_or_else(|| SnapshotError::damaged("a chunk is too short"))?;
        let [t0, t1, c0, c1, r0, r1, r2, r3] = *head;
        let opened = ChunkRows {
            table: u16::from_be_bytes([t0, t1]),
            columns: u16::from_be_bytes([c0, c1]),
            rows: u32::from_be_bytes([r0, r1, r2, r3]),
            bytes,
        };
        opened.check()?;
        Ok(opened)
    }

    /// The table that the rows are of, where their columns are that table's.
    pub(crate) fn table_of<'s>(&self, schema: &'s Schema) -> Result<&'s Table, SnapshotError> {
        schema
            .tables()
            .get(usize::from(self.table))
            .filter(|table| table.columns.len() == usize::from(self.columns))
            .ok_or_else(|| SnapshotError::damaged("a chunk is of no table that there is"))
    }

    fn check(&self) -> Result<(), SnapshotError> {
        if self.rows == 0 || self.columns == 0 {
            return Err(SnapshotError::damaged("a chunk is empty"));
        }
        let mut rest = &self.bytes[HEAD_LEN..];
        for _ in 0..u64::from(self.rows) * u64::from(self.columns) {
            take(&mut rest).ok_or_else(|| SnapshotError::damaged("a chunk ends too early"))?;
        }
        if rest.is_empty() {
            Ok(())
        } else {
            Err(SnapshotError::damaged("a chunk holds more than its rows"))
        }
    }

    /// Hands each row's values to `take_row`.
    pub(crate) fn each<E>(
        &self,
        mut take_row: impl FnMut(&[ValueRef<'_>]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rest = &self.bytes[HEAD_LEN..];
        let mut values = Vec::with_capacity(usize::from(self.columns));
        for _ in 0..self.rows {
            values.clear();
            // Checked when the chunk was opened.
            values.extend((0..self.columns).map(|_| take(&mut rest).unwrap_or(ValueRef::Null)));
            take_row(&values)?;
        }
        Ok(())
    }
}

fn take<'a>(rest: &mut &'a [u8]) -> Option<ValueRef<'a>> {
    let (&tag, after) = rest.split_first()?;
    *rest = after;
    Some(match tag {
        NULL => ValueRef::Null,
        INTEGER => ValueRef::Integer(i64::from_be_bytes(take_array(rest)?)),
        REAL => ValueRef::Real(f64::from_be_bytes(take_array(rest)?)),
        TEXT | BLOB => {
            let len = usize::try_from(u32::from_be_bytes(take_array(rest)?)).ok()?;
            let (data, after) = rest.split_at_checked(len)?;
            *rest = after;
            if tag == TEXT {
                ValueRef::Text(data)
            } else {
                ValueRef::Blob(data)
            }
        }
        _ => return None,
    })
}

fn take_array<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, after) = rest.split_first_chunk::<N>()?;
    *rest = after;
    Some(*taken)
}
