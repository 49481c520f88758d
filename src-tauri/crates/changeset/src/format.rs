//! The changeset format, as the comment at the head of SQLite's sqlite3session.c gives it: table headers
//! (`'T'`, number of columns, key flags, name, NUL), each followed by its changes (operation, indirect flag, the old
//! record, the new record).

use crate::{Error, Table, ValueRef};

/// SQLite's own limit on the columns of a table (SQLITE_MAX_COLUMN's upper bound).
const COLUMNS_MAX: usize = 32_767;
/// The session extension counts bytes in a C int.
const BYTES_MAX: usize = i32::MAX as usize;

/// Stands for the value of a column that an update leaves as it is.
pub(crate) const UNDEFINED: u8 = 0;
pub(crate) const TABLE: u8 = b'T';
pub(crate) const DELETE: u8 = 9;
pub(crate) const INSERT: u8 = 18;
pub(crate) const UPDATE: u8 = 23;

/// Reads forward through bytes; every read is checked.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) at: usize,
}

/// What stands before a table's changes.
#[derive(Clone, Copy)]
pub(crate) struct Header<'a> {
    /// One byte a column: not zero where the column is part of the primary key.
    pub(crate) key: &'a [u8],
    pub(crate) name: &'a str,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, Error> {
        if bytes.len() > BYTES_MAX {
            return Err(Error::TooLarge {
                bytes: bytes.len() as u64,
                max: BYTES_MAX as u64,
            });
        }
        Ok(Reader { bytes, at: 0 })
    }

    pub(crate) fn is_done(&self) -> bool {
        self.at >= self.bytes.len()
    }

    fn malformed<T>(&self, what: &'static str) -> Result<T, Error> {
        Err(Error::Malformed {
            offset: self.at,
            what,
        })
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Error> {
        match self.bytes.get(self.at) {
            Some(&b) => {
                self.at += 1;
                Ok(b)
            }
            None => self.malformed("it ends too early"),
        }
    }

    fn take(&mut self, n: usize) -> Result<&'a [u8], Error> {
        match self
            .at
            .checked_add(n)
            .and_then(|end| self.bytes.get(self.at..end))
        {
            Some(taken) => {
                self.at += n;
                Ok(taken)
            }
            None => self.malformed("a length points past its end"),
        }
    }

    /// SQLite's variable-length integer, of which the format uses what fits a positive C int.
    fn varint(&mut self) -> Result<usize, Error> {
        let mut n: u64 = 0;
        for _ in 0..5 {
            let b = self.byte()?;
            n = n << 7 | u64::from(b & 0x7f);
            if b & 0x80 == 0 {
                return match usize::try_from(n) {
                    Ok(n) if n <= BYTES_MAX => Ok(n),
                    _ => self.malformed("a length is out of range"),
                };
            }
        }
        self.malformed("a length is out of range")
    }

    fn eight(&mut self) -> Result<[u8; 8], Error> {
        let taken = self.take(8)?;
        taken
            .try_into()
            .or_else(|_| self.malformed("it ends too early"))
    }

    /// `None` is the format's "undefined": a column that an update leaves as it is.
    pub(crate) fn value(&mut self) -> Result<Option<ValueRef<'a>>, Error> {
        Ok(Some(match self.byte()? {
            UNDEFINED => return Ok(None),
            1 => ValueRef::Integer(i64::from_be_bytes(self.eight()?)),
            2 => ValueRef::Real(f64::from_be_bytes(self.eight()?)),
            3 => {
                let n = self.varint()?;
                ValueRef::Text(self.take(n)?)
            }
            4 => {
                let n = self.varint()?;
                ValueRef::Blob(self.take(n)?)
            }
            5 => ValueRef::Null,
            _ => return self.malformed("a value has an unknown type"),
        }))
    }

    /// The header that follows a [`TABLE`] byte.
    pub(crate) fn header(&mut self) -> Result<Header<'a>, Error> {
        let columns = self.varint()?;
        if columns == 0 || columns > COLUMNS_MAX {
            return self.malformed("a table has an impossible number of columns");
        }
        let key = self.take(columns)?;
        if key.iter().all(|&k| k == 0) {
            return self.malformed("a table has no primary key");
        }
        let rest = &self.bytes[self.at..];
        let Some(len) = rest.iter().position(|&b| b == 0) else {
            return self.malformed("a table's name does not end");
        };
        let Ok(name) = std::str::from_utf8(&rest[..len]) else {
            return self.malformed("a table's name is not UTF-8");
        };
        if name.is_empty() {
            return self.malformed("a table has no name");
        }
        self.at += len + 1;
        Ok(Header { key, name })
    }

    /// Steps over one change whose operation byte was `op`, checking the whole of it.
    pub(crate) fn check_change(&mut self, op: u8, key: &[u8]) -> Result<(), Error> {
        if self.byte()? > 1 {
            return self.malformed("a change's indirect flag is neither 0 nor 1");
        }
        match op {
            INSERT | DELETE => {
                for _ in key {
                    if self.value()?.is_none() {
                        return self.malformed("a row lacks a value");
                    }
                }
                Ok(())
            }
            UPDATE => self.check_update(key),
            _ => self.malformed("a change has an unknown operation"),
        }
    }

    fn check_update(&mut self, key: &[u8]) -> Result<(), Error> {
        let mut old = *self;
        for &k in key {
            if self.value()?.is_none() && k != 0 {
                return self.malformed("an update lacks its key");
            }
        }
        for &k in key {
            let before = old.value()?;
            let after = self.value()?;
            match (k != 0, before.is_some(), after.is_some()) {
                (true, _, true) => return self.malformed("an update changes its key"),
                (false, b, a) if a != b => {
                    return self.malformed("an update has only one of old and new value");
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Checks the whole of `bytes`; what passes can be walked without errors.
pub(crate) fn check(bytes: &[u8]) -> Result<(), Error> {
    let mut reader = Reader::new(bytes)?;
    let mut key: Option<&[u8]> = None;
    while !reader.is_done() {
        match (reader.byte()?, key) {
            (TABLE, _) => key = Some(reader.header()?.key),
            (op, Some(key)) => reader.check_change(op, key)?,
            (_, None) => return reader.malformed("it does not start with a table"),
        }
    }
    Ok(())
}

/// Writes a header for changes of this table.
pub(crate) fn put_header(out: &mut Vec<u8>, table: &Table) {
    out.push(TABLE);
    put_varint(out, table.key.len());
    out.extend_from_slice(&table.key);
    out.extend_from_slice(table.name.as_bytes());
    out.push(0);
}

/// Writes a value.
pub(crate) fn put_value(out: &mut Vec<u8>, value: ValueRef<'_>) {
    match value {
        ValueRef::Integer(i) => {
            out.push(1);
            out.extend_from_slice(&i.to_be_bytes());
        }
        ValueRef::Real(r) => {
            out.push(2);
            out.extend_from_slice(&r.to_be_bytes());
        }
        ValueRef::Text(t) => put_bytes(out, 3, t),
        ValueRef::Blob(b) => put_bytes(out, 4, b),
        ValueRef::Null => out.push(5),
    }
}

/// Writes a value, or that there is none.
pub(crate) fn put_maybe(out: &mut Vec<u8>, value: Option<ValueRef<'_>>) {
    match value {
        Some(value) => put_value(out, value),
        None => out.push(UNDEFINED),
    }
}

fn put_bytes(out: &mut Vec<u8>, kind: u8, bytes: &[u8]) {
    out.push(kind);
    put_varint(out, bytes.len());
    out.extend_from_slice(bytes);
}

fn put_varint(out: &mut Vec<u8>, n: usize) {
    let sevens = (usize::BITS - n.leading_zeros()).div_ceil(7).max(1);
    for at in (0..sevens).rev() {
        let more = if at > 0 { 0x80 } else { 0 };
        out.push((n >> (7 * at)) as u8 & 0x7f | more);
    }
}
