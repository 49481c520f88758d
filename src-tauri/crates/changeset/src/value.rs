use std::fmt;

use libsqlite3_sys as ffi;

use crate::statement::bytes;

/// A value of a cell, borrowed from a changeset or a row. Text is kept as bytes: SQLite does not promise UTF-8.
#[derive(Clone, Copy, PartialEq)]
pub enum ValueRef<'a> {
    /// NULL.
    Null,
    /// INTEGER.
    Integer(i64),
    /// REAL.
    Real(f64),
    /// TEXT in the database's encoding, which is UTF-8.
    Text(&'a [u8]),
    /// BLOB.
    Blob(&'a [u8]),
}

/// A value of a cell, owned.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// NULL.
    Null,
    /// INTEGER.
    Integer(i64),
    /// REAL.
    Real(f64),
    /// TEXT.
    Text(Vec<u8>),
    /// BLOB.
    Blob(Vec<u8>),
}

impl<'a> ValueRef<'a> {
    /// A copy that lives on its own.
    #[must_use]
    pub fn to_owned(self) -> Value {
        match self {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(i) => Value::Integer(i),
            ValueRef::Real(r) => Value::Real(r),
            ValueRef::Text(t) => Value::Text(t.to_vec()),
            ValueRef::Blob(b) => Value::Blob(b.to_vec()),
        }
    }

    /// The integer, if it is one.
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        match self {
            ValueRef::Integer(i) => Some(i),
            _ => None,
        }
    }

    /// The text, if it is one and is UTF-8.
    #[must_use]
    pub fn as_str(self) -> Option<&'a str> {
        match self {
            ValueRef::Text(t) => std::str::from_utf8(t).ok(),
            _ => None,
        }
    }

    /// The blob, if it is one.
    #[must_use]
    pub fn as_blob(self) -> Option<&'a [u8]> {
        match self {
            ValueRef::Blob(b) => Some(b),
            _ => None,
        }
    }
}

impl Value {
    /// The same value, borrowed.
    #[must_use]
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Value::Null => ValueRef::Null,
            Value::Integer(i) => ValueRef::Integer(*i),
            Value::Real(r) => ValueRef::Real(*r),
            Value::Text(t) => ValueRef::Text(t),
            Value::Blob(b) => ValueRef::Blob(b),
        }
    }
}

impl<'a> From<i64> for ValueRef<'a> {
    fn from(i: i64) -> Self {
        ValueRef::Integer(i)
    }
}

impl<'a> From<&'a str> for ValueRef<'a> {
    fn from(s: &'a str) -> Self {
        ValueRef::Text(s.as_bytes())
    }
}

impl<'a> From<&'a [u8]> for ValueRef<'a> {
    fn from(b: &'a [u8]) -> Self {
        ValueRef::Blob(b)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for ValueRef<'a> {
    fn from(b: &'a [u8; N]) -> Self {
        ValueRef::Blob(b)
    }
}

impl<'a, T: Into<ValueRef<'a>>> From<Option<T>> for ValueRef<'a> {
    fn from(v: Option<T>) -> Self {
        v.map_or(ValueRef::Null, Into::into)
    }
}

/// A value that SQLite holds; NULL for a null pointer.
///
/// # Safety
/// `value` is null or a value that stays as it is, and that nobody else uses, for all of `'a`.
pub(crate) unsafe fn of_sqlite<'a>(value: *mut ffi::sqlite3_value) -> ValueRef<'a> {
    if value.is_null() {
        return ValueRef::Null;
    }
    // SAFETY: not null, ours (the caller's promise); the accessor is the one of the value's own type. The length is asked for
    // first: SQLite brings a text into UTF-8 for that, if it is in another encoding. Asked for as a blob, a text is not copied
    // for the sake of a NUL behind it.
    unsafe {
        let whole = || {
            let len = ffi::sqlite3_value_bytes(value);
            bytes(ffi::sqlite3_value_blob(value).cast(), len)
        };
        match ffi::sqlite3_value_type(value) {
            ffi::SQLITE_INTEGER => ValueRef::Integer(ffi::sqlite3_value_int64(value)),
            ffi::SQLITE_FLOAT => ValueRef::Real(ffi::sqlite3_value_double(value)),
            ffi::SQLITE_TEXT => ValueRef::Text(whole()),
            ffi::SQLITE_BLOB => ValueRef::Blob(whole()),
            _ => ValueRef::Null,
        }
    }
}

impl fmt::Debug for ValueRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ValueRef::Null => f.write_str("NULL"),
            ValueRef::Integer(i) => write!(f, "{i}"),
            ValueRef::Real(r) => write!(f, "{r}"),
            ValueRef::Text(t) => write!(f, "{:?}", String::from_utf8_lossy(t)),
            ValueRef::Blob(b) => {
                f.write_str("x'")?;
                b.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
                f.write_str("'")
            }
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_ref().fmt(f)
    }
}
