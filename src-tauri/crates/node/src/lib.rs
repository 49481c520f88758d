//! A station: the store and the pair driven by tokio, the peer's link, and the commands that operators and programs run.

mod alarm;
pub mod api;
pub mod call;
pub mod commands;
pub mod control;
pub mod library;
pub mod link;
pub mod metrics;
pub mod redundancy;
pub mod station;
pub mod witness;
