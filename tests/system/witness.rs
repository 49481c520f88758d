//! A pair with a witness: a real etcd, TLS, user and password. No two primaries at once, and no pair in contact is taken off.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use pair::time::HEARTBEAT;
use serde_json::{Value, json};

use crate::etcd::{Etcd, PASSWORD, USER, settings};
use crate::proxy::Proxy;
use crate::station::{DAY, Station, note, until, until_synced};

/// The least offset with a witness.
const OFFSET_S: u32 = 6;
/// How long a lease lasts (`pair::time::LEASE`).
const LEASE: Duration = Duration::from_secs(5);

/// A pair, its witness, and a proxy on every way between the three.
struct Three {
    primary: Station,
    secondary: Station,
    etcd: Etcd,
    to_primary: Proxy,
    to_secondary: Proxy,
    primary_to_witness: Proxy,
}

impl Three {
    fn synced() -> Self {
        let etcd = Etcd::start();
        let primary = Station::start("Alpha");
        primary.note(DAY, "one");
        let secondary = Station::start("Beta");
        let (to_primary, primary_url) = Proxy::before(&primary.url());
        let (to_secondary, secondary_url) = Proxy::before(&secondary.url());
        let (primary_to_witness, witness_url) = Proxy::before(&etcd.url());
        primary.ok(
            "set_redundancy",
            json!({"mode": "primary", "peer_url": secondary_url, "witness": settings(&witness_url)}),
        );
        secondary.ok(
            "set_redundancy",
            json!({
                "mode": "secondary_failover", "peer_url": primary_url, "failover_offset_s": OFFSET_S,
                "confirm_replace": true, "witness": etcd.settings(),
            }),
        );
        let three = Self {
            primary,
            secondary,
            etcd,
            to_primary,
            to_secondary,
            primary_to_witness,
        };
        three.until_synced();
        three
            .primary
            .until("the lease", |r| r["witness"]["state"] == "holding");
        three
    }

    fn until_synced(&self) {
        until_synced(&self.primary, &self.secondary);
    }

    fn part(&self) {
        self.to_primary.silence();
        self.to_secondary.silence();
    }

    fn heal(&self) {
        self.to_primary.heal();
        self.to_secondary.heal();
        self.primary_to_witness.heal();
    }
}

/// An edit that was acknowledged: when it was asked for, and when the answer was there.
struct Acked {
    asked: Instant,
    answered: Instant,
}

/// Edits without a pause until told to stop; what was acknowledged, and how many so far.
fn edit_on(station: &Station, over: &AtomicBool, so_far: &AtomicUsize) -> Vec<Acked> {
    let mut acked = Vec::new();
    while !over.load(Ordering::SeqCst) {
        let asked = Instant::now();
        match station.call("insert_items", note(DAY, &station.name)) {
            Ok(_) => {
                acked.push(Acked {
                    asked,
                    answered: Instant::now(),
                });
                so_far.store(acked.len(), Ordering::SeqCst);
            }
            Err(error) => assert!(
                matches!(error.code.as_str(), "read_only" | "busy"),
                "{}: {error:?}",
                station.name
            ),
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    acked
}

fn logged(station: &Station, event: &str) -> bool {
    let log = station.ok("get_redundancy_log", json!({}));
    log.as_array()
        .expect("lines")
        .iter()
        .any(|line| line["event"] == event)
}

#[test]
fn a_partition_leaves_one_station_writable_and_their_times_to_edit_never_overlap() {
    let three = Three::synced();
    let over = AtomicBool::new(false);
    let counts = [AtomicUsize::new(0), AtomicUsize::new(0)];
    let (by_primary, by_secondary) = std::thread::scope(|threads| {
        let primary = threads.spawn(|| edit_on(&three.primary, &over, &counts[0]));
        let secondary = threads.spawn(|| edit_on(&three.secondary, &over, &counts[1]));
        // The pair is cut; both reach the witness. The primary holds the lease, so the secondary waits.
        three.part();
        three
            .secondary
            .until_reason("unavailable", "lease_elsewhere");
        assert_eq!(three.secondary.redundancy()["mode"], "secondary_failover");
        assert_eq!(
            three.primary.ok("get_station", json!({}))["editable"],
            json!(true)
        );
        // The primary is cut off from the witness, too: it stops, and only then the secondary leads.
        three.primary_to_witness.silence();
        three.secondary.until("primary", |r| {
            if r["witness"]["state"] == "holding" {
                let former = three.primary.ok("get_station", json!({}));
                assert_eq!(
                    former["editable"],
                    json!(false),
                    "the lease has another holder"
                );
                three
                    .primary
                    .refused("insert_items", note(DAY, "no"), "read_only");
            }
            r["mode"] == "primary"
        });
        three.secondary.until_editable();
        three.primary.until_reason("unavailable", "witness_silent");
        // Both reach the witness again, and not each other: the lease decides.
        three.primary_to_witness.heal();
        three.primary.until_reason("unavailable", "lease_elsewhere");
        until("the secondary goes on editing", || {
            counts[1].load(Ordering::SeqCst) > 10
        });
        over.store(true, Ordering::SeqCst);
        let edits =
            |thread: std::thread::ScopedJoinHandle<Vec<Acked>>| thread.join().expect("it ends");
        (edits(primary), edits(secondary))
    });
    let last = by_primary.last().expect("edits of the primary");
    let first = by_secondary.first().expect("edits of the secondary");
    assert!(
        last.answered < first.asked,
        "the primary's last edit was answered {:?} after the secondary's first was asked for",
        last.answered - first.asked
    );
    // What only the old primary has stays with it until its operator decides.
    three.heal();
    three.primary.until_reason("incompatible", "superseded");
    three.primary.ok("become_secondary", json!({}));
    three.until_synced();
}

#[test]
fn a_witness_that_is_down_takes_no_pair_in_contact_off_and_may_come_back_restarted() {
    let mut three = Three::synced();
    three.etcd.kill();
    let killed = Instant::now();
    let mut edits = 0;
    while killed.elapsed() < LEASE + Duration::from_secs(2) {
        three.primary.note(DAY, "without the witness");
        edits += 1;
        std::thread::sleep(Duration::from_millis(50));
    }
    let shown = three.primary.redundancy();
    assert_eq!(shown["witness"]["state"], "promised", "{shown:#}");
    assert!(shown["witness"]["failure"].is_string(), "{shown:#}");
    assert_eq!(shown["witness"]["overridden"], false);
    three.until_synced();
    assert_eq!(three.secondary.titles(DAY).len(), edits + 1);

    // A planned switch, too: the former primary promises what it was promised.
    three.secondary.ok("make_primary", json!({}));
    three.secondary.until_editable();
    three.secondary.note(DAY, "after the switch");
    three
        .primary
        .refused("insert_items", note(DAY, "no"), "read_only");
    three.until_synced();

    // It forgot everybody's login; they log in again.
    three.etcd.run();
    three
        .secondary
        .until("the lease", |r| r["witness"]["state"] == "holding");
    three
        .primary
        .until("a look", |r| r["witness"]["state"] == "elsewhere");
}

#[test]
fn a_primary_without_witness_and_secondary_stops_and_says_why_and_its_operator_may_override() {
    let mut three = Three::synced();
    three.etcd.kill();
    three.secondary.kill();
    let stopped = three.primary.until_reason("unavailable", "witness_silent");
    assert_eq!(stopped["offers"]["make_primary"], true, "{stopped:#}");
    let refused = three
        .primary
        .refused("insert_items", note(DAY, "no"), "read_only");
    assert!(refused.message.contains("lease"), "{refused:?}");
    three.primary.refused("make_primary", json!({}), "conflict");
    three
        .primary
        .refused("insert_items", note(DAY, "no"), "read_only");

    // The operator's word is labelled, and survives a restart of the process.
    three.primary.ok("make_primary", json!({"force": true}));
    three.primary.until_editable();
    three.primary.note(DAY, "by override");
    let shown = three.primary.until_reason("unavailable", "overridden");
    assert_eq!(shown["witness"]["overridden"], true);
    assert!(logged(&three.primary, "overridden"));

    // It ends as soon as the witness gives the lease.
    three.etcd.run();
    three.primary.until("the lease", |r| {
        r["witness"]["state"] == "holding" && r["witness"]["overridden"] == false
    });
    assert!(logged(&three.primary, "guarantee_back"));
    three.primary.note(DAY, "with the lease");
    three.secondary.run();
    three.until_synced();
}

#[test]
fn a_secondary_takes_the_lease_of_a_dead_primary_and_never_leads_without_it() {
    let mut three = Three::synced();
    three.etcd.kill();
    three.primary.kill();
    let killed = Instant::now();
    three
        .secondary
        .until_reason("unavailable", "witness_silent");
    assert!(killed.elapsed() > Duration::from_secs(u64::from(OFFSET_S) - 1));
    let waiting = three.secondary.redundancy();
    assert_eq!(waiting["mode"], "secondary_failover");
    assert!(
        waiting["countdown_s"].is_null(),
        "no countdown that cannot fire: {waiting:#}"
    );
    three
        .secondary
        .refused("insert_items", note(DAY, "no"), "read_only");

    three.etcd.run();
    three.secondary.until("primary", |r| r["mode"] == "primary");
    three.secondary.until_editable();
    three.secondary.note(DAY, "by the new primary");
    assert_eq!(three.secondary.redundancy()["witness"]["state"], "holding");
    assert_eq!(three.secondary.redundancy()["witness"]["overridden"], false);

    three.primary.run();
    three.primary.until_reason("incompatible", "superseded");
    three
        .primary
        .refused("insert_items", note(DAY, "no"), "read_only");
    three.primary.ok("become_secondary", json!({}));
    three.until_synced();
}

#[test]
fn a_secondary_takes_over_from_a_dead_primary_after_the_offset_and_holds_the_lease_then() {
    let mut three = Three::synced();
    three.primary.kill();
    // The last contact is at most a heartbeat before.
    let killed = Instant::now();
    let counting = three.secondary.until_status("unavailable");
    assert!(counting["countdown_s"].is_u64(), "{counting:#}");
    three.secondary.until("primary", |r| r["mode"] == "primary");
    let (took, offset) = (killed.elapsed(), Duration::from_secs(OFFSET_S.into()));
    assert!(took + HEARTBEAT >= offset, "too early: {took:?}");
    three.secondary.until_editable();
    three.secondary.note(DAY, "by the new primary");
    let shown = three.secondary.redundancy();
    assert_eq!(shown["witness"]["state"], "holding", "{shown:#}");
    assert_eq!(shown["witness"]["overridden"], false, "{shown:#}");
    three.primary.run();
    three.primary.until_reason("incompatible", "superseded");
    three
        .primary
        .refused("insert_items", note(DAY, "no"), "read_only");
}

#[test]
fn a_primary_that_was_stopped_past_its_lease_writes_nothing_when_it_goes_on() {
    let three = Three::synced();
    let stopped = Instant::now();
    three.primary.pause();
    std::thread::scope(|threads| {
        // Edits that reach the stopped process and wait there.
        let waiting: Vec<_> = (0..4)
            .map(|_| threads.spawn(|| three.primary.call("insert_items", note(DAY, "too late"))))
            .collect();
        three.secondary.until("primary", |r| r["mode"] == "primary");
        assert!(stopped.elapsed() > LEASE, "the lease ran out first");
        three.secondary.until_editable();
        three.secondary.note(DAY, "meanwhile");
        three.primary.resume();
        for edit in waiting {
            let refused = edit
                .join()
                .expect("it ends")
                .expect_err("an edit past the lease");
            assert!(
                matches!(refused.code.as_str(), "busy" | "read_only"),
                "{refused:?}"
            );
        }
    });
    three.primary.until_reason("incompatible", "superseded");
    assert_eq!(three.primary.titles(DAY), ["one"]);
    three.primary.ok("become_secondary", json!({}));
    three.until_synced();
}

#[test]
fn a_witness_that_lost_its_data_gives_the_lease_to_nobody_until_it_is_set_anew() {
    let mut three = Three::synced();
    three.etcd.wipe();
    // The lease that it forgot runs out; the pair in contact goes on by the promise.
    three.primary.until("another witness", |r| {
        let failure = r["witness"]["failure"].as_str().unwrap_or_default();
        failure.contains("not the witness that was set") && r["witness"]["state"] == "promised"
    });
    three.primary.note(DAY, "goes on");
    let set_anew = |station: &Station| {
        let mode = station.redundancy()["mode"].clone();
        station.ok(
            "set_redundancy",
            json!({"mode": mode, "witness": three.etcd.settings()}),
        );
    };
    set_anew(&three.primary);
    for station in [&three.primary, &three.secondary] {
        let differ = station.until_reason("not_synced", "different_witness");
        assert_eq!(differ["armed"], false, "{differ}");
    }
    set_anew(&three.secondary);
    three
        .primary
        .until("the lease", |r| r["witness"]["state"] == "holding");
    three.until_synced();
}

#[test]
fn a_witness_is_set_only_where_it_can_be_used_and_its_password_is_kept_secret() {
    let etcd = Etcd::start();
    let station = Station::start("Alpha");
    let peer = "https://127.0.0.1:9/#sha256-47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
    let set = |witness: Value| json!({"mode": "primary", "peer_url": peer, "witness": witness});
    let (bare, pin) = (etcd.url(), etcd.fingerprint().to_owned());
    let bare = bare.split('#').next().expect("the URL").to_owned();
    let other_pin = format!("{bare}#sha256-47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
    for (witness, field, says) in [
        (
            json!({"url": "http://127.0.0.1:1/"}),
            "witness_url",
            "https://",
        ),
        (settings(&bare), "witness_url", pin.as_str()),
        (settings(&other_pin), "witness_url", pin.as_str()),
        (
            settings("https://127.0.0.1:9/#sha256-47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"),
            "witness_url",
            "reached",
        ),
        (json!({"url": etcd.url()}), "witness_user", "user"),
        (
            json!({"url": etcd.url(), "user": USER}),
            "witness_password",
            "missing",
        ),
        (
            json!({"url": etcd.url(), "user": USER, "password": "wrong"}),
            "witness_password",
            "refuses",
        ),
        (
            json!({"url": etcd.url(), "user": "stranger", "password": PASSWORD}),
            "witness_user",
            "tandem/",
        ),
    ] {
        let refused = station.refused("set_redundancy", set(witness.clone()), "invalid");
        assert_eq!(refused.details["field"], field, "{witness}: {refused:?}");
        assert!(refused.message.contains(says), "{witness}: {refused:?}");
        assert_eq!(station.redundancy()["mode"], "none", "nothing was set");
    }
    let mut short = set(etcd.settings());
    short["mode"] = json!("secondary_failover");
    short["failover_offset_s"] = json!(5);
    short["confirm_replace"] = json!(true);
    let refused = station.refused("set_redundancy", short, "invalid");
    assert_eq!(refused.details["field"], "failover_offset_s", "{refused:?}");

    let shown = station.ok("set_redundancy", set(etcd.settings()));
    assert_eq!(shown["witness"]["url"], etcd.url());
    assert_eq!(shown["witness"]["user"], USER);
    station.until("the lease", |r| r["witness"]["state"] == "holding");
    // Out of contact with its peer from the start, it edits by the lease.
    station.until_editable();
    station.note(DAY, "with the lease");

    let told = format!(
        "{}{}",
        station.redundancy(),
        station.ok("get_redundancy_log", json!({}))
    );
    assert!(!told.contains(PASSWORD));
    let mut keeps = 0;
    for entry in std::fs::read_dir(&station.dir).expect("its data directory") {
        let entry = entry.expect("a file");
        let holds = std::fs::read(entry.path()).is_ok_and(|bytes| {
            bytes
                .windows(PASSWORD.len())
                .any(|found| found == PASSWORD.as_bytes())
        });
        if holds {
            keeps += 1;
            let mode = entry.metadata().expect("its rights").permissions().mode();
            assert_eq!(mode & 0o077, 0, "{:?} can be read by others", entry.path());
        }
    }
    assert_eq!(keeps, 1, "one file holds it");

    let without = station.ok(
        "set_redundancy",
        json!({"mode": "primary", "witness": null}),
    );
    assert!(without["witness"].is_null(), "{without:#}");
}
