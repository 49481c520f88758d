//! A planned switch while clients write.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::Rows;
use crate::samples::Samples;
use crate::scratch::Scratch;
use crate::station::{Station, until_synced};
use crate::table::{Row, Section};
use crate::tandem::{Operator, Tandem};

const SWITCHES: usize = 10;
const TARGET: Duration = Duration::from_millis(500);
/// How long clients write before and after.
const AROUND: Duration = Duration::from_millis(500);

pub fn measure(scratch: &Scratch) -> Section {
    let mode = json!({"mode": "secondary_failover", "failover_offset_s": 30});
    let tandem = Tandem::start(scratch, "switched", mode);
    let (mut old, mut new) = (&tandem.pair.primary, &tandem.pair.secondary);
    let mut gaps = Samples::default();
    for _ in 0..SWITCHES {
        gaps.push(once(old, new));
        until_synced(old, new);
        (old, new) = (new, old);
    }
    let mut section = Section::new(
        "Planned switch",
        format!(
            "{SWITCHES} times Make primary on the secondary, there and back, while one client on each station tries to edit again and \
             again: the longest time between two edits that were answered, on whichever station. It includes the time of an edit."
        ),
    );
    section.row(Row::of("longest time without an edit", &gaps).within(TARGET, gaps.max()));
    section
}

/// One switch: the longest time between two answered edits.
fn once(old: &Station, new: &Station) -> Duration {
    let stop = AtomicBool::new(false);
    let answered = std::thread::scope(|scope| {
        let stop = &stop;
        let writers = [old, new].map(|station| scope.spawn(move || write(station, stop)));
        std::thread::sleep(AROUND);
        new.ok("make_primary", json!({}));
        std::thread::sleep(AROUND);
        stop.store(true, Ordering::Relaxed);
        writers.map(|writer| writer.join().expect("a writer"))
    });
    let [before, after] = &answered;
    assert!(!before.is_empty() && !after.is_empty(), "both were edited");
    let mut all = answered.concat();
    all.sort_unstable();
    let gaps = all.windows(2).map(|pair| pair[1] - pair[0]);
    gaps.max().expect("edits were answered")
}

/// Tries to edit until it is told to stop: when edits were answered.
fn write(station: &Station, stop: &AtomicBool) -> Vec<Instant> {
    let (mut operator, mut rows) = (Operator::of(station, None), Rows::default());
    let (mut answered, mut row) = (Vec::new(), rows.next());
    while !stop.load(Ordering::Relaxed) {
        match operator.try_add(&row) {
            Ok(_) => {
                answered.push(Instant::now());
                row = rows.next();
            }
            Err(refused) => {
                let code = refused["code"].as_str().unwrap_or_default();
                assert!(["busy", "read_only"].contains(&code), "{refused}");
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }
    answered
}
