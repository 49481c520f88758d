//! Whole-system tests: real `tandem-node` processes, real sockets and TLS, real SQLite files, real faults.
//! Each test reads as a claim about the product (DESIGN.md 5 to 7).

mod alarm;
mod api;
mod cable;
mod corpus;
mod crash;
mod crash_points;
mod crash_switch;
mod desk;
mod disk;
mod etcd;
mod events;
mod failover;
mod failpoint;
mod fault_table;
mod frames;
mod histories;
mod hostile;
mod lying;
mod lying_primary;
mod media;
mod metrics;
mod modes;
mod network;
mod offline;
mod orphans;
mod pairing;
mod partition;
mod proxy;
mod reconnect;
mod resync;
mod stalls;
mod station;
mod switch;
mod verify;
mod witness;
