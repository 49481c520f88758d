//! The replicated tables: their schema, and the queries on them.
//!
//! Rules for whoever adds to this (DESIGN.md 3 and 4): every replicated table has an explicit PRIMARY KEY that never
//! changes for a row; no UNIQUE on an order; no floats; no AUTOINCREMENT; a trigger may write local tables only (a search
//! index), and local tables are not listed in [`REPLICATED`]. Foreign keys between replicated tables are NO ACTION or
//! CASCADE: what a cascade does is recorded. Queries that read take any connection; those that write are called with the
//! connection of an [`crate::Edit`] and with no other, since another connection's writes are not recorded.
//!
//! Values are checked where they are written ([`domain::validate`]), so that nothing gets in that cannot be read.

pub mod assets;
pub mod channel;
mod error;
pub mod files;
pub mod items;
pub mod media_roots;
mod order;
pub mod playlists;
mod raw;
mod row;
pub mod templates;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use error::TableError;
pub(crate) use raw::locked;

/// The schema that [`crate::Store::open`] creates in a new database, replicated and local tables alike of this module.
pub(crate) const SCHEMA: &str = include_str!("schema.sql");

/// The tables of templates, which came later.
pub(crate) const TEMPLATES: &str = include_str!("templates.sql");

/// The local tables that triggers keep: the search index of the library.
pub(crate) const DERIVED: &[&str] = &["asset_number", "asset_search"];

/// The tables that are recorded, shipped, summed and snapshotted; parents before the tables that refer to them.
/// `touched.rs` knows `channel`, `playlist`, `item` (by its column `playlist_id`), `asset`, `template` and
/// `template_item` by these names.
pub const REPLICATED: &[&str] = &[
    "channel",
    "playlist",
    "asset",
    "item",
    "template",
    "template_item",
];
