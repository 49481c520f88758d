//! The schedules, and the proof that they find faults.

use std::collections::BTreeMap;
use std::hash::Hasher as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::disk::Disk;
use super::faults::Fault;
use super::model::Model;
use super::world::World;

/// What came of a schedule.
#[derive(Debug, Default)]
pub(super) struct Ran {
    /// What happened in it, and how often.
    pub(super) tally: BTreeMap<&'static str, u64>,
    pub(super) steps: u64,
    /// Equal for equal runs.
    pub(super) digest: u64,
}

/// Runs one schedule to its end.
pub(super) fn run<D: Disk>(seed: u64, fault: Option<Fault>) -> Ran {
    let mut world = World::<D>::new(seed, fault);
    let long = world.rng.range(5_000, 40_000);
    world.run(long);
    world.heal_and_settle();
    Ran {
        tally: world.tally,
        steps: world.steps,
        digest: world.digest.finish(),
    }
}

pub(super) fn outcome<D: Disk>(seed: u64, fault: Option<Fault>) -> Result<Ran, String> {
    catch_unwind(AssertUnwindSafe(|| run::<D>(seed, fault))).map_err(|panic| {
        panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()))
            .unwrap_or_default()
    })
}

pub(super) fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn whatever_befalls_a_pair_nothing_is_lost_and_it_comes_into_step_again() {
    if let Some(seed) = number("PAIR_SEED") {
        run::<Model>(seed, None);
        return;
    }
    let schedules = number("PAIR_SCHEDULES").unwrap_or(1_000);
    let mut tally = BTreeMap::new();
    let mut steps = 0;
    for seed in 0..schedules {
        match outcome::<Model>(seed, None) {
            Ok(ran) => {
                steps += ran.steps;
                for (name, n) in ran.tally {
                    *tally.entry(name).or_insert(0) += n;
                }
            }
            Err(why) => panic!("schedule {seed} (replay with PAIR_SEED={seed}): {why}"),
        }
    }
    println!("{schedules} schedules, {steps} steps: {tally:?}");
    for what in [
        "failover",
        "switch",
        "superseded",
        "forked",
        "orphans",
        "snapshot",
        "hand-over refused",
        "unclean stop",
        "damage",
        "restore",
    ] {
        assert!(
            tally.get(what).is_some_and(|n| *n > 0),
            "no schedule came by: {what}"
        );
    }
}

#[test]
fn every_deliberate_fault_is_found() {
    std::panic::set_hook(Box::new(|_| {}));
    let tries = number("PAIR_SCHEDULES").unwrap_or(1_000);
    let mut missed = Vec::new();
    for fault in Fault::ALL {
        let found = (0..tries).find_map(|seed| {
            outcome::<Model>(seed, Some(fault))
                .err()
                .map(|why| (seed, why))
        });
        match found {
            Some((seed, why)) => println!(
                "{fault:?}: schedule {seed}: {}",
                why.lines().next().unwrap_or_default()
            ),
            None => missed.push(fault),
        }
    }
    let _ = std::panic::take_hook();
    assert!(
        missed.is_empty(),
        "not found in {tries} schedules: {missed:?}"
    );
}

#[test]
fn a_seed_gives_the_same_schedule_each_time() {
    for seed in 0..20 {
        let (first, second) = (run::<Model>(seed, None), run::<Model>(seed, None));
        assert_eq!((first.digest, first.steps), (second.digest, second.steps));
    }
}
