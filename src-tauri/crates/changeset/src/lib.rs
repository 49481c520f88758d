//! Changesets as SQLite's session extension has them (<https://www.sqlite.org/sessionintro.html>), recorded and applied, for
//! connections that sqlx opened.
//!
//! - [`Db`] locks a connection's raw handle: statements without a thread hop, and [`Db::apply`] for changesets.
//! - [`Recorder`] owns the one connection that writes. It records what a transaction changes in a list of tables,
//!   while the transaction's statements go through sqlx.
//! - [`Changeset`] is a checked changeset: what can be constructed can be walked without errors.
//! - [`ChangeGroup`] squashes many changesets into one.
//!
//! This is the only crate that says `unsafe`. What its safety rests on:
//!
//! 1. A [`Db`] holds sqlx's own lock on the connection, so no other thread uses the handle while it lives, and what it
//!    hands out (statements, rows) borrows from it.
//! 2. A [`Recorder`] outlives single locks. It insists on a serialized connection (`SQLITE_OPEN_FULLMUTEX`) and keeps
//!    one prepared statement for as long as it lives: SQLite refuses to close a connection that has one, so the
//!    handle stays allocated, with the hook on it, even if someone swaps the connection out of it.
//! 3. Bytes become a [`Changeset`] only after the whole of them was checked in safe code, so SQLite never reads a
//!    malformed one.
//!
//! Traps that no wrapper removes, each observed: a table without a PRIMARY KEY is not captured; another connection's
//! writes are not captured; SQLite's apply silently skips a table that is missing or has another shape, so [`Db::apply`] looks first;
//! a flipped bit inside a value makes a well-formed changeset that applies silently, so whoever stores or sends one must
//! hash it.

mod apply;
mod change;
mod db;
mod direct;
mod error;
mod format;
mod group;
mod recorder;
mod recording;
mod schema;
mod statement;
mod value;

pub use apply::{Conflict, ConflictKind, OnConflict};
pub use change::{Change, Changes, Changeset, Op, Values};
pub use db::Db;
pub use error::Error;
pub use group::ChangeGroup;
pub use recorder::{Locked, Recorder};
pub use schema::{Schema, Table, quoted};
pub use statement::{Row, Statement};
pub use value::{Value, ValueRef};

#[cfg(test)]
mod tests;
