//! As many edits as clients can make, each system by turns; and how far the second station is behind meanwhile.

use std::time::{Duration, Instant};

use crate::client::{Rows, System};
use crate::samples::Samples;
use crate::scenario::Side;
use crate::table::{Row, Section};

/// How long a system is driven before the next one's turn.
const TURN: Duration = Duration::from_secs(1);
const TURNS: usize = 7;
const CLIENTS: [usize; 2] = [1, 8];
/// How far the second station may be behind (ARCHITECTURE.md's goal under saturation).
const BEHIND_MAX: Duration = Duration::from_millis(5);

pub fn measure(side: &mut Side) -> Section {
    let mut section = Section::new(
        "Throughput",
        format!(
            "Edits a second: the middle one of {TURNS} turns of {} s for each system; one client and {} clients, each waiting for its answer before \
             its next edit. What each waits for is what it waits for above. The tail is how long after an edit's answer the \
             primary knew it to be durable on the secondary, while {} clients that do not wait for that saturate it.",
            TURN.as_secs(),
            CLIENTS[1],
            CLIENTS[1],
        ),
    );
    for clients in CLIENTS {
        by_turns(side, clients, &mut section);
    }
    section
}

fn by_turns(side: &mut Side, clients: usize, section: &mut Section) {
    let systems = [
        side.postgres.system("PostgreSQL, local", "local"),
        side.postgres.system("PostgreSQL, on", "on"),
        side.postgres
            .system("PostgreSQL, remote_apply", "remote_apply"),
        side.redis.system(),
        side.tandem.answered(),
        side.tandem.durable_twice(),
    ];
    let mut rates: [Vec<f64>; 6] = Default::default();
    let mut behind = Samples::default();
    for turn in 0..TURNS {
        for at in 0..systems.len() {
            let at = (turn + at) % systems.len();
            let driven = drive(&systems[at], clients, TURN);
            rates[at].push(driven.rate);
            for (seq, answered) in driven.answered {
                let durable = side.tandem.primary.durable(seq);
                behind.push(durable.saturating_duration_since(answered));
            }
            side.probe.sample();
        }
        side.tandem.primary.forget();
        side.tandem.secondary.forget();
    }
    let rates = rates.map(|mut turns| {
        turns.sort_by(f64::total_cmp);
        turns[TURNS / 2]
    });
    let [local, _, remote_apply, redis, answered, twice] = rates;
    let (many, peers) = match clients {
        1 => ("1 client".to_owned(), "client"),
        n => (format!("{n} clients"), "clients"),
    };
    for (system, rate) in systems.iter().zip(rates) {
        let row = Row::one(format!("{}, {many}", system.name), format!("{rate:.0}/s"));
        section.row(match system.name {
            "Tandem, answered" => row.ratio(answered / local, "PostgreSQL local"),
            "Tandem, durable twice" => row.ratio(twice / remote_apply, "remote_apply"),
            "Redis, WAIT 1" => row.ratio(redis / remote_apply, "remote_apply"),
            _ => row,
        });
    }
    let what = format!("tail behind the answer, {} {peers}", clients);
    section.row(Row::of(&what, &behind).within(BEHIND_MAX, behind.p99()));
    section.row(Row::one(
        format!("{what}: the longest"),
        crate::table::shown(behind.max()),
    ));
}

/// What a number of clients reached.
pub struct Driven {
    pub rate: f64,
    pub answered: Vec<(u64, Instant)>,
}

/// Drives a system with so many clients for so long.
pub fn drive(system: &System<'_>, clients: usize, time: Duration) -> Driven {
    let until = Instant::now() + time;
    drive_while(system, clients, || Instant::now() < until)
}

/// Drives a system with so many clients for as long as one of them is told to go on before each edit.
pub fn drive_while(system: &System<'_>, clients: usize, go_on: impl Fn() -> bool + Sync) -> Driven {
    let connected: Vec<_> = (0..clients).map(|_| (system.connect)()).collect();
    let begun = Instant::now();
    let done: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = connected
            .into_iter()
            .map(|mut client| {
                let go_on = &go_on;
                scope.spawn(move || {
                    let (mut rows, mut edits) = (Rows::default(), 0_u64);
                    while go_on() {
                        client.edit(&rows.next());
                        edits += 1;
                    }
                    (edits, client.answered())
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("a client"))
            .collect()
    });
    let took = begun.elapsed();
    let edits: u64 = done.iter().map(|(edits, _)| edits).sum();
    Driven {
        rate: edits as f64 / took.as_secs_f64(),
        answered: done
            .into_iter()
            .flat_map(|(_, answered)| answered)
            .collect(),
    }
}
