use std::ffi::{c_int, c_void};
use std::fmt;
use std::ptr::{self, NonNull};

use libsqlite3_sys as ffi;

use crate::format::{self, DELETE, Header, INSERT, Reader, TABLE};
use crate::{ChangeGroup, Error, ValueRef};

/// A checked changeset: every constructor walks the whole of the bytes, so that iterating cannot fail.
///
/// That it is well-formed does not mean that it is what was recorded: a flipped bit inside a value goes unnoticed here.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Changeset(Vec<u8>);

/// What happened to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// The row is new.
    Insert,
    /// Columns other than its key changed.
    Update,
    /// The row is gone.
    Delete,
}

/// One row's change, borrowed from its changeset.
#[derive(Clone, Copy)]
pub struct Change<'a> {
    /// The table's name.
    pub table: &'a str,
    /// What happened.
    pub op: Op,
    /// Whether a trigger or a foreign key did it.
    pub indirect: bool,
    key: &'a [u8],
    old: Option<Reader<'a>>,
    new: Option<Reader<'a>>,
}

/// One side of a change, column by column; `None` where the column is not part of an update.
#[derive(Clone)]
pub struct Values<'a> {
    reader: Option<Reader<'a>>,
    left: usize,
}

/// The changes of a changeset, in its order.
#[derive(Clone)]
pub struct Changes<'a> {
    reader: Reader<'a>,
    header: Option<Header<'a>>,
}

impl Changeset {
    /// Takes bytes that are a changeset.
    ///
    /// # Errors
    /// [`Error::Malformed`] says where they are not one. Patchsets are not accepted: they cannot be inverted.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, Error> {
        format::check(&bytes)?;
        Ok(Changeset(bytes))
    }

    /// The bytes as SQLite made them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes as SQLite made them.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The changes, row by row.
    #[must_use]
    pub fn changes(&self) -> Changes<'_> {
        Changes {
            reader: Reader {
                bytes: &self.0,
                at: 0,
            },
            header: None,
        }
    }

    /// The changeset that takes this one back.
    ///
    /// # Errors
    /// [`Error::Sqlite`] when memory runs out.
    pub fn invert(&self) -> Result<Self, Error> {
        let mut out = Buffer::default();
        // SAFETY: the input is a checked changeset of `len` bytes that is only read; the outputs are valid for writes,
        // and `Buffer` frees what SQLite allocated.
        let code = unsafe {
            ffi::sqlite3changeset_invert(
                self.len_c()?,
                self.0.as_ptr().cast(),
                &raw mut out.len,
                &raw mut out.data,
            )
        };
        out.into_changeset(code, "invert a changeset")
    }

    /// This changeset and then `next` as one.
    ///
    /// # Errors
    /// [`Error::Sqlite`] when the two disagree about a table's columns, or memory runs out.
    pub fn concat(&self, next: &Changeset) -> Result<Self, Error> {
        let mut group = ChangeGroup::new()?;
        group.add(self)?;
        group.add(next)?;
        group.output()
    }

    /// The changes that `keep` says yes to, in the same order, as a changeset of their own.
    #[must_use]
    pub fn retain(&self, mut keep: impl FnMut(&Change<'_>) -> bool) -> Self {
        let mut kept = Vec::new();
        let mut changes = self.changes();
        // The table that the next change is of, and whether what is kept names it already.
        let (mut table, mut named) = (0..0, false);
        loop {
            let mut ahead = changes.reader;
            let start = loop {
                let at = ahead.at;
                // Checked when the changeset was constructed, as is what `next` walks over.
                if ahead.byte().ok() == Some(TABLE) && ahead.header().is_ok() {
                    (table, named) = (at..ahead.at, false);
                } else {
                    break at;
                }
            };
            let Some(change) = changes.next() else {
                return Changeset(kept);
            };
            if !keep(&change) {
                continue;
            }
            if !named {
                kept.extend_from_slice(&self.0[table.clone()]);
                named = true;
            }
            kept.extend_from_slice(&self.0[start..changes.reader.at]);
        }
    }

    /// The length as SQLite's functions take it. Constructors refuse what is longer.
    pub(crate) fn len_c(&self) -> Result<c_int, Error> {
        c_int::try_from(self.0.len()).map_err(|_| Error::TooLarge {
            bytes: self.0.len() as u64,
            max: c_int::MAX as u64,
        })
    }
}

impl fmt::Debug for Changeset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.changes()).finish()
    }
}

impl<'a> Change<'a> {
    /// Number of columns that the table had when this was recorded.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.key.len()
    }

    /// One byte a column, not zero where it is part of the primary key (there it is its place in the key, from 1).
    #[must_use]
    pub fn key_mask(&self) -> &'a [u8] {
        self.key
    }

    /// The row before, column by column: all of it for a delete; for an update the key and what changes; nothing for
    /// an insert.
    #[must_use]
    pub fn before(&self) -> Values<'a> {
        Values {
            reader: self.old,
            left: self.key.len(),
        }
    }

    /// The row after, column by column: all of it for an insert; for an update what changes; nothing for a delete.
    #[must_use]
    pub fn after(&self) -> Values<'a> {
        Values {
            reader: self.new,
            left: self.key.len(),
        }
    }

    /// The values of the primary key, in column order.
    pub fn key(&self) -> impl Iterator<Item = ValueRef<'a>> + use<'a> {
        let side = if self.old.is_some() {
            self.before()
        } else {
            self.after()
        };
        side.zip(self.key)
            .filter(|(_, k)| **k != 0)
            .filter_map(|(value, _)| value)
    }
}

impl fmt::Debug for Change<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} {} {:?}",
            self.op,
            self.table,
            self.key().collect::<Vec<_>>()
        )?;
        if self.op == Op::Update {
            let pairs = self.before().zip(self.after()).enumerate();
            for (column, (old, new)) in pairs.filter_map(|(i, (o, n))| Some((i, (o?, n?)))) {
                write!(f, " #{column} {old:?}→{new:?}")?;
            }
        }
        Ok(())
    }
}

impl<'a> Iterator for Values<'a> {
    type Item = Option<ValueRef<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        Some(match &mut self.reader {
            // Checked when the changeset was constructed.
            Some(reader) => reader.value().unwrap_or(None),
            None => None,
        })
    }
}

impl<'a> Iterator for Changes<'a> {
    type Item = Change<'a>;

    fn next(&mut self) -> Option<Change<'a>> {
        // Every read below was checked when the changeset was constructed.
        loop {
            if self.reader.is_done() {
                return None;
            }
            match self.reader.byte().ok()? {
                TABLE => self.header = Some(self.reader.header().ok()?),
                byte => {
                    let Header { key, name } = self.header?;
                    let mut old = self.reader;
                    self.reader.check_change(byte, key).ok()?;
                    let indirect = old.byte().ok()? != 0;
                    let op = match byte {
                        INSERT => Op::Insert,
                        DELETE => Op::Delete,
                        _ => Op::Update,
                    };
                    let mut new = old;
                    if op == Op::Update {
                        key.iter().try_for_each(|_| new.value().map(drop)).ok()?;
                    }
                    return Some(Change {
                        table: name,
                        op,
                        indirect,
                        key,
                        old: (op != Op::Insert).then_some(old),
                        new: (op != Op::Delete).then_some(new),
                    });
                }
            }
        }
    }
}

/// Bytes that SQLite allocated; freed when dropped.
pub(crate) struct Buffer {
    pub(crate) len: c_int,
    pub(crate) data: *mut c_void,
}

impl Default for Buffer {
    fn default() -> Self {
        Buffer {
            len: 0,
            data: ptr::null_mut(),
        }
    }
}

impl Buffer {
    /// The changeset in the buffer, where `code` says that there is one.
    pub(crate) fn into_changeset(
        self,
        code: c_int,
        during: &'static str,
    ) -> Result<Changeset, Error> {
        if code != ffi::SQLITE_OK {
            return Err(Error::sqlite(code, during));
        }
        let bytes = match (NonNull::new(self.data), usize::try_from(self.len)) {
            (Some(data), Ok(len)) if len > 0 => {
                // SAFETY: SQLite reported success, so `data` points to `len` initialized bytes, which nobody else
                // holds, until `self` is dropped at the end of this function.
                unsafe { std::slice::from_raw_parts(data.as_ptr().cast::<u8>(), len) }.to_vec()
            }
            _ => Vec::new(),
        };
        Changeset::from_bytes(bytes)
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // SAFETY: `data` is null or was allocated by SQLite, and is freed once.
        unsafe { ffi::sqlite3_free(self.data) }
    }
}
