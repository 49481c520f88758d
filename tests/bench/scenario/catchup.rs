//! A backlog that grew while the second station was stopped.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use crate::client::System;
use crate::samples::ratio;
use crate::scenario::Side;
use crate::scenario::throughput::{drive, drive_while};
use crate::server::until;
use crate::table::{Row, Section, shown};
use crate::watch::Watch;

const BACKLOG: i64 = 20_000;
const CLIENTS: usize = 8;

/// How long it took to catch up.
struct Caught {
    /// Since the second station's process was started.
    from_start: Duration,
    /// Since the first saw it again.
    from_contact: Duration,
}

pub fn measure(side: &mut Side) -> Section {
    let mut section = Section::new(
        "Catching up",
        format!(
            "The second station is stopped in order, {BACKLOG} rows are added one by one by {CLIENTS} clients, and it is started again. \
             It has caught up when everything is durable and applied there: Tandem's primary has been told so, and PostgreSQL's \
             standby has replayed up to the primary's last byte. Contact is the moment at which the primary saw the other again."
        ),
    );
    let single = drive(&side.tandem.answered(), 1, Duration::from_secs(4)).rate;
    section.row(Row::one(
        "Tandem: single edits, one client",
        format!("{single:.0}/s"),
    ));
    let postgres = of_postgres(side);
    let tandem = of_tandem(side);
    let rate = |caught: &Caught| BACKLOG as f64 / caught.from_contact.as_secs_f64();
    let whole = BACKLOG as f64 / tandem.from_start.as_secs_f64();
    section
        .row(Row::one(
            "PostgreSQL, from contact",
            figures(postgres.from_contact, rate(&postgres)),
        ))
        .row(Row::one(
            "PostgreSQL, from the start of its process",
            shown(postgres.from_start),
        ))
        .row(
            Row::one(
                "Tandem, from contact",
                figures(tandem.from_contact, rate(&tandem)),
            )
            .at_most(
                2.0,
                ratio(tandem.from_contact, postgres.from_contact),
                "PostgreSQL",
            ),
        )
        .row(
            Row::one(
                "Tandem, from the start of its process",
                shown(tandem.from_start),
            )
            .at_most(
                2.0,
                ratio(tandem.from_start, postgres.from_start),
                "PostgreSQL",
            ),
        )
        .row(
            Row::one(
                "Tandem, its rate, the start of its process included",
                format!("{whole:.0}/s"),
            )
            .at_least(5.0, whole / single, "single edits"),
        );
    section
}

fn figures(took: Duration, rate: f64) -> String {
    format!("{} ({rate:.0}/s)", shown(took))
}

fn fill(system: &System<'_>) {
    let left = AtomicI64::new(BACKLOG);
    drive_while(system, CLIENTS, || left.fetch_sub(1, Ordering::Relaxed) > 0);
}

fn of_tandem(side: &mut Side) -> Caught {
    side.tandem.pair.secondary.stop();
    fill(&side.tandem.answered());
    let head = side.tandem.head();
    let begun = Instant::now();
    side.tandem.pair.secondary.run();
    let primary = &side.tandem.primary;
    let (_, contact) = primary.status(begun, "contact", |r| r["status"] != "unavailable");
    let caught = primary.durable(head);
    side.tandem.secondary = Watch::on(&side.tandem.pair.secondary);
    side.tandem.synced(begun);
    Caught {
        from_start: caught - begun,
        from_contact: caught - contact,
    }
}

fn of_postgres(side: &mut Side) -> Caught {
    let postgres = &mut side.postgres;
    // What was written before is not part of it: both begin at a checkpoint.
    let mut primary = postgres.primary.connect("local");
    primary.ok("CHECKPOINT");
    let mut standby = postgres.standby.connect("local");
    replayed(&mut primary, &mut standby);
    standby.ok("CHECKPOINT");
    drop(standby);
    postgres.standby.stop();
    // Nobody waits for the standby, nor for the disk: only the log counts, and it is the same.
    fill(&postgres.system("PostgreSQL", "off"));
    let begun = Instant::now();
    postgres.standby.spawn();
    let port = postgres.standby.port;
    let contact = until("the standby connects", || {
        let connected = primary.one("SELECT count(*) FROM pg_stat_replication");
        (connected != "0").then(Instant::now)
    });
    let mut standby = until("the standby answers", || {
        crate::wire::Connection::open(port).ok()
    });
    replayed(&mut primary, &mut standby);
    let caught = Instant::now();
    until("the standby is waited for again", || {
        let sync =
            primary.one("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'");
        (sync == "1").then_some(())
    });
    Caught {
        from_start: caught - begun,
        from_contact: caught - contact,
    }
}

/// Waits until the standby has replayed what the primary has written by now.
fn replayed(primary: &mut crate::wire::Connection, standby: &mut crate::wire::Connection) {
    let written = primary.one("SELECT pg_current_wal_insert_lsn()");
    let replayed = format!("SELECT pg_last_wal_replay_lsn() >= '{written}'");
    until("the standby has replayed it", || {
        (standby.one(&replayed) == "t").then_some(())
    });
}
