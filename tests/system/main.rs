//! Whole-system tests: real `tandem-node` processes, real sockets and TLS, real SQLite files, real faults.
//! Each test reads as a claim about the product (DESIGN.md 5 to 7).

mod api;
mod crash;
mod crash_points;
mod crash_switch;
mod desk;
mod disk;
mod events;
mod failover;
mod failpoint;
mod hostile;
mod media;
mod metrics;
mod modes;
mod offline;
mod pairing;
mod partition;
mod proxy;
mod station;
mod switch;
mod verify;
