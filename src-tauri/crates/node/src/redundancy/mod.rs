//! The redundancy of this station at work: one task owns the pair's state machine, feeds it with what happens and carries out
//! what it decides.
//!
//! ```text
//! operators ─ handle ─┐                          ┌─ edit permit, records, epochs ─ lane ─┐
//! peer ─ listener ────┤        driver            ├─ follower (entries, snapshots in) ────┤ store
//! peer ─ probe, dial ─┼─▶ (pair::State::step) ──▶┤                                       │
//! links ──────────────┤                          ├─ tail (entries, snapshots out) ───────┘
//! store's head, clock ┘                          └─ frames on links, probes, dials
//! ```
//!
//! The driver never waits for a disk or a socket, so heartbeats go on when either hangs.

mod answer;
mod attempts;
mod clock;
mod compare;
mod connection;
mod contact;
mod copy;
mod describe;
mod driver;
mod follow;
mod handle;
mod lane;
mod links;
mod perform;
mod requests;
mod scans;
mod send;
mod snapshot;
mod start;
mod tail;
mod third;
mod writer;

pub use handle::{RedundancyError, RedundancyHandle, SetRedundancy};
pub use snapshot::Snapshot;
pub use start::{Options, StartError, start};

#[cfg(test)]
mod tests;
