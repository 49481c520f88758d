//! The store against its own promises, on real files.

mod fixture;
mod write;
