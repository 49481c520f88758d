//! Resync: making this station's rows those of its primary by moving only the rows in which the two differ (DESIGN.md 5.3,
//! rule 8).
//!
//! The primary pins its data at one position ([`Pinned`]: one read transaction) and answers questions about it; edits go
//! on meanwhile and are not in it. The secondary, which applies nothing meanwhile, compares sums over ranges of primary
//! keys with its own ([`Comparison`]), splits the ranges that differ down to single rows, has the primary's rows of those
//! sent, and puts them in place in one transaction that ends with a full scan. It then is at the pinned position, wherever
//! it was before: a resync is a snapshot of which only the difference travels.

mod comparison;
mod pinned;
mod plan;
mod range;
mod replace;
mod wire;

pub use comparison::{CompareError, Comparison, Next, Resynced};
pub use pinned::{Answer, Pinned};
#[cfg(test)]
pub(crate) use range::{KeyRange, whole_ranges};
