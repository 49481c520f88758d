//! The primary is killed; the secondary takes over when the offset is over.

use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};

use crate::client::Rows;
use crate::samples::Samples;
use crate::scratch::Scratch;
use crate::table::{Row, Section, shown};
use crate::tandem::{Operator, Tandem};

const ROUNDS: usize = 5;
const OFFSET: Duration = Duration::from_secs(2);
const HEARTBEAT: Duration = Duration::from_millis(500);
const WORK_MAX: Duration = Duration::from_millis(200);

pub fn measure(scratch: &Scratch) -> Section {
    let (mut work, mut after_kill) = (Samples::default(), Samples::default());
    for round in 0..ROUNDS {
        // Kills at every phase between two heartbeats.
        let phase = HEARTBEAT.mul_f64(round as f64 / ROUNDS as f64);
        let (worked, since_kill) = once(scratch, &format!("failover{round}"), phase);
        work.push(worked);
        after_kill.push(since_kill);
    }
    let mut section = Section::new(
        "Promotion",
        format!(
            "{ROUNDS} pairs with a failover offset of {}: the primary is killed (kill -9) at another moment between two heartbeats, and a client tries to edit on the secondary \
             until it may. The offset counts from the last contact, which is at most a heartbeat (500 ms) before the kill.",
            shown(OFFSET)
        ),
    );
    section
        .row(
            Row::of(
                "from the kill to the first edit that is answered",
                &after_kill,
            )
            .within(OFFSET + HEARTBEAT, after_kill.max()),
        )
        .row(
            Row::of("the same, beyond the offset since the last contact", &work)
                .within(WORK_MAX, work.max()),
        );
    section
}

/// One promotion: how long after its deadline, and after the kill, the first edit was answered.
fn once(scratch: &Scratch, name: &str, phase: Duration) -> (Duration, Duration) {
    let mode = json!({"mode": "secondary_failover", "failover_offset_s": OFFSET.as_secs()});
    let mut tandem = Tandem::start(scratch, name, mode);
    let secondary = &tandem.pair.secondary;
    secondary.until("armed", |r| r["armed"] == true);
    let (mut operator, mut rows) = (Operator::of(secondary, None), Rows::default());
    std::thread::sleep(phase);
    let killed = Instant::now();
    tandem.pair.primary.kill();
    let secondary = &tandem.pair.secondary;
    let unavailable = secondary.until_status("unavailable");
    let deadline = instant(&unavailable["peer"]["last_contact"]) + OFFSET;
    let row = rows.next();
    while let Err(refused) = operator.try_add(&row) {
        assert!(
            ["read_only", "busy"].contains(&refused["code"].as_str().unwrap_or_default()),
            "{refused}"
        );
        std::thread::sleep(Duration::from_millis(1));
    }
    let (at, since_kill) = (SystemTime::now(), killed.elapsed());
    let worked = at.duration_since(deadline).unwrap_or_else(|early| {
        panic!(
            "it took over {:?} before its offset was over",
            early.duration()
        )
    });
    (worked, since_kill)
}

/// The moment that an RFC 3339 text names.
fn instant(text: &Value) -> SystemTime {
    let text = text.as_str().expect("an instant");
    text.parse::<jiff::Timestamp>().expect("RFC 3339").into()
}
