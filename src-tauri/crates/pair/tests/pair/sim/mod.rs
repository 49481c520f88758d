//! Two stations on a network that loses, delays, duplicates and cuts, with crashes at every step, stalls, clocks that jump,
//! full disks, flipped bits and operators: after every step the invariants of DESIGN.md 7 are checked, and in the end, with
//! everything healed and an operator who follows the cures that are shown, the pair must be in step again with nothing lost.
//!
//! The stations' disks are models (`model`: a hundred thousand schedules in minutes) or real stores on real files (`real`:
//! a crash leaves a torn WAL, and the next process opens that). A schedule follows from its seed alone.
//!
//! `make simulate` runs many. `PAIR_SEED=n` (`STORE_SEED=n` for real files) replays one, with `SIM_TRACE=1` line by line;
//! `PAIR_FIRST` and `STORE_FIRST` begin at another seed than 0.

mod chaos;
mod check;
mod copies;
mod cure;
mod disk;
mod driver;
mod faults;
mod model;
mod network;
mod ops;
mod process;
mod real;
mod resyncs;
mod rng;
mod runs;
mod station;
mod third;
mod world;
