//! Whole-system tests: real `tandem-node` processes, real sockets and TLS, real SQLite files, real faults.
//! Each test reads as a claim about the product (DESIGN.md 5 to 7).

mod api;
mod crash;
mod disk;
mod events;
mod failover;
mod hostile;
mod media;
mod modes;
mod offline;
mod pairing;
mod partition;
mod proxy;
mod station;
mod switch;
mod verify;
