//! Two stations with model stores on a network that loses, delays, duplicates and cuts, with crashes, stalls, full disks
//! and operators: after every step the invariants of DESIGN.md 7 are checked, and in the end, with everything healed and
//! an operator who follows the cures that are shown, the pair must be in step again with nothing lost.
//!
//! `PAIR_SCHEDULES=100000 cargo test -p tandem-pair --test pair schedules` runs more; `PAIR_SEED=n` replays one.

mod chaos;
mod check;
mod cure;
mod disk;
mod driver;
mod faults;
mod model;
mod network;
mod ops;
mod rng;
mod runs;
mod world;
