use std::ffi::c_int;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

use libsqlite3_sys as ffi;

use crate::change::Buffer;
use crate::{Changeset, Error};

/// Squashes changesets, added in the order in which they happened, into one with the same effect: a row that was
/// inserted and deleted again leaves no trace.
pub struct ChangeGroup {
    raw: NonNull<ffi::sqlite3_changegroup>,
    not_shared: PhantomData<*const ()>,
}

impl ChangeGroup {
    /// An empty group.
    ///
    /// # Errors
    /// [`Error::Sqlite`] when memory runs out.
    pub fn new() -> Result<Self, Error> {
        let mut raw = ptr::null_mut();
        // SAFETY: the output is valid for writes.
        let code = unsafe { ffi::sqlite3changegroup_new(&raw mut raw) };
        match NonNull::new(raw) {
            Some(raw) if code == ffi::SQLITE_OK => Ok(ChangeGroup {
                raw,
                not_shared: PhantomData,
            }),
            _ => Err(Error::sqlite(code, "start a change group")),
        }
    }

    /// Adds what happened next.
    ///
    /// # Errors
    /// [`Error::Sqlite`] when it disagrees with an earlier one about a table's columns or key, or memory runs out. The
    /// group must not be used further then.
    pub fn add(&mut self, changeset: &Changeset) -> Result<(), Error> {
        let len: c_int = changeset.len_c()?;
        // SAFETY: `raw` is alive until drop and used by one thread at a time (`&mut self`, and the type is not Sync);
        // the input is a checked changeset of `len` bytes, which SQLite only reads (its parameter lacks a const).
        let code = unsafe {
            ffi::sqlite3changegroup_add(
                self.raw.as_ptr(),
                len,
                changeset.as_bytes().as_ptr().cast_mut().cast(),
            )
        };
        match code {
            ffi::SQLITE_OK => Ok(()),
            code => Err(Error::sqlite(code, "squash changesets")),
        }
    }

    /// All that was added, as one changeset.
    ///
    /// # Errors
    /// [`Error::Sqlite`] when memory runs out.
    pub fn output(&mut self) -> Result<Changeset, Error> {
        let mut out = Buffer::default();
        // SAFETY: as in `add`; the outputs are valid for writes, and `Buffer` frees what SQLite allocated.
        let code = unsafe {
            ffi::sqlite3changegroup_output(self.raw.as_ptr(), &raw mut out.len, &raw mut out.data)
        };
        out.into_changeset(code, "squash changesets")
    }
}

impl Drop for ChangeGroup {
    fn drop(&mut self) {
        // SAFETY: made by sqlite3changegroup_new, deleted once.
        unsafe { ffi::sqlite3changegroup_delete(self.raw.as_ptr()) }
    }
}
