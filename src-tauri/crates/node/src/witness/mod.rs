//! The optional witness: an etcd key that at most one station holds at a time, over etcd's HTTP/JSON gateway.
//!
//! `pair` decides when the lease is wanted and what follows from it; this asks the witness. `etcd` speaks to the server, `holder`
//! keeps this process's lease, `setup` checks a witness that an operator sets, `secret` keeps the password.

mod error;
mod etcd;
mod holder;
mod secret;
mod setup;

pub use error::WitnessError;
pub use holder::Holder;
pub use secret::Secrets;
pub use setup::{SetWitness, set_up};

#[cfg(test)]
mod tests;
