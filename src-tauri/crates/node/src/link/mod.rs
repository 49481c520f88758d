//! The wire between two stations: who may speak (keys, pins, URLs), and how (TLS, HTTP, WebSocket frames).
//!
//! Nothing here decides anything about the pair: [`crate::redundancy`] does, by what `pair` tells it.

pub mod address;
pub mod ask;
pub mod client;
pub mod fingerprint;
pub mod flow;
pub mod identity;
pub mod pairing;
pub mod peer_url;
pub mod server;
pub mod socket;
pub mod tls;
pub mod wire;

#[cfg(test)]
mod tests;
