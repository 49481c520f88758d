//! The schedules, and the proof that they find faults.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hasher as _;
use std::iter;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

use super::disk::Disk;
use super::faults::Fault;
use super::model::Model;
use super::real::Real;
use super::world::{Pace, World};

/// What came of a schedule.
#[derive(Debug, Default)]
struct Ran {
    /// What happened in it, and how often.
    tally: BTreeMap<&'static str, u64>,
    steps: u64,
    /// Equal for equal runs.
    digest: u64,
}

/// Runs one schedule to its end.
fn run<D: Disk>(seed: u64, fault: Option<Fault>) -> Ran {
    let Pace { long_ms, .. } = D::PACE;
    let mut world = World::<D>::new(seed, fault);
    let long = world.rng.range(long_ms.0, long_ms.1);
    world.run(long);
    world.heal_and_settle();
    Ran {
        tally: world.tally,
        steps: world.steps,
        digest: world.digest.finish(),
    }
}

fn outcome<D: Disk>(seed: u64, fault: Option<Fault>) -> Result<Ran, String> {
    catch_unwind(AssertUnwindSafe(|| run::<D>(seed, fault))).map_err(|panic| {
        panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()))
            .unwrap_or_default()
    })
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Runs the schedules of these seeds on all processors; fails with the first seed that violates anything, and how to
/// replay it.
fn schedules<D: Disk>(env: &str, usual: u64, must_come_by: &[&str]) {
    if let Some(seed) = number(&format!("{env}_SEED")) {
        run::<D>(seed, None);
        return;
    }
    let count = number(&format!("{env}_SCHEDULES")).unwrap_or(usual);
    let first = number(&format!("{env}_FIRST")).unwrap_or(0);
    let next = AtomicU64::new(first);
    let all = Mutex::new((Ran::default(), BTreeMap::new()));
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= first + count {
                return;
            }
            let outcome = outcome::<D>(seed, None);
            let mut all = all.lock().expect("nothing panics in here");
            match outcome {
                Ok(ran) => {
                    all.0.steps += ran.steps;
                    for (what, n) in ran.tally {
                        *all.0.tally.entry(what).or_insert(0) += n;
                    }
                }
                Err(why) => {
                    next.store(first + count, Ordering::Relaxed);
                    all.1.insert(seed, why);
                }
            }
            if count > usual && (seed + 1 - first).is_multiple_of(1_000) {
                println!("{} of {count} schedules", seed + 1 - first);
            }
        }
    };
    on_all_processors(work);
    let (Ran { tally, steps, .. }, failures) = all.into_inner().expect("nothing panics in here");
    if let Some((seed, why)) = failures.first_key_value() {
        panic!("schedule {seed} (replay with {env}_SEED={seed}): {why}");
    }
    println!("{count} schedules, {steps} steps: {tally:?}");
    if count < usual {
        return;
    }
    for what in must_come_by {
        assert!(
            tally.get(what).is_some_and(|n| *n > 0),
            "no schedule came by: {what}"
        );
    }
}

/// Looks for each fault, one at a time in a world: by the schedule that shows it, or, where the product or the world
/// is other since, by any of so many.
fn find_faults<D: Disk>(faults: &[(Fault, u64)], tries: u64) {
    let only = std::env::var("SIM_FAULTS").ok();
    let first = number("SIM_FIRST").unwrap_or(0);
    std::panic::set_hook(Box::new(|_| {}));
    let next = AtomicUsize::new(0);
    let missed = Mutex::new(Vec::new());
    on_all_processors(|| {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(&(fault, known)) = faults.get(at) else {
                return;
            };
            let name = format!("{fault:?}");
            if only.as_ref().is_some_and(|only| !only.contains(&name)) {
                continue;
            }
            let shown = iter::once(known)
                .chain(first..first + tries)
                .find_map(|seed| outcome::<D>(seed, Some(fault)).err().map(|why| (seed, why)));
            match shown {
                Some((seed, why)) => println!(
                    "{name}: schedule {seed}{}: {}",
                    if seed == known { "" } else { " now" },
                    why.lines().next().unwrap_or_default()
                ),
                None => missed.lock().expect("nothing panics in here").push(fault),
            }
        }
    });
    let _ = std::panic::take_hook();
    let missed = missed.into_inner().expect("nothing panics in here");
    assert!(
        missed.is_empty(),
        "not found in {tries} schedules: {missed:?}"
    );
}

fn on_all_processors(work: impl Fn() + Sync) {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..processors {
            scope.spawn(&work);
        }
    });
}

/// Schedules in which something came to light once, in the product or in the world itself: they are tried every time.
const ONCE: [u64; 14] = [
    370, 1306, 4495, 6307, 7379, 8016, 9161, 10020, 12348, 15549, 18731, 21901, 22997, 28777,
];

const COMES_BY: &[&str] = &[
    "switch",
    "superseded",
    "orphans",
    "snapshot",
    "snapshot resumed",
    "resync moved what differs",
    "hand-over refused",
    "unclean stop",
    "damage",
    "edit by the lease",
    "edit by the promise",
];

/// What the fewer schedules on real files need not come by: what a seed comes by there is other whenever a file has another
/// length, so only what comes by often can be asked for.
const RARE: &[&str] = &[
    "failover",
    "forked",
    "restore",
    "edit by the operator's word",
];

/// What only files have.
const OF_FILES: &[&str] = &["resync alone"];

#[test]
fn whatever_befalls_a_pair_nothing_is_lost_and_it_comes_into_step_again() {
    schedules::<Model>("PAIR", 1_000, &[COMES_BY, RARE].concat());
}

#[test]
fn whatever_befalls_a_pair_on_real_files_nothing_is_lost_and_it_comes_into_step_again() {
    schedules::<Real>("STORE", 120, &[COMES_BY, OF_FILES].concat());
}

#[test]
fn where_something_came_to_light_once_all_is_well() {
    for seed in ONCE {
        run::<Model>(seed, None);
    }
}

#[test]
fn every_deliberate_fault_is_found() {
    find_faults::<Model>(&Fault::OF_THE_MODEL, 1_000);
}

#[test]
fn every_deliberate_fault_of_a_store_and_its_driver_is_found() {
    find_faults::<Real>(
        &Fault::OF_THE_REAL,
        number("STORE_SCHEDULES").unwrap_or(400),
    );
}

#[test]
fn a_seed_gives_the_same_schedule_each_time() {
    fn twice<D: Disk>(seed: u64) {
        let (first, second) = (run::<D>(seed, None), run::<D>(seed, None));
        assert_eq!((first.digest, first.steps), (second.digest, second.steps));
    }
    (0..20).for_each(twice::<Model>);
    (0..5).for_each(twice::<Real>);
}

#[test]
fn the_page_about_the_simulation_lists_every_fault_with_the_schedule_that_shows_it() {
    let page = include_str!("../../../../../../docs/simulation.md");
    let listed = |column: usize| -> BTreeSet<(String, u64)> {
        page.lines()
            .map(|line| line.split('|').map(str::trim).collect::<Vec<_>>())
            .filter(|cells| cells.len() == 7)
            .filter_map(|cells| Some((cells[2].replace('`', ""), cells[column].parse().ok()?)))
            .collect()
    };
    let tried = |faults: &[(Fault, u64)]| -> BTreeSet<(String, u64)> {
        faults
            .iter()
            .map(|(fault, seed)| (format!("{fault:?}"), *seed))
            .collect()
    };
    assert_eq!(listed(3), tried(&Fault::OF_THE_MODEL));
    assert_eq!(listed(4), tried(&Fault::OF_THE_REAL));
}
