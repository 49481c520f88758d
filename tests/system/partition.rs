//! What the network does to a pair.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::proxy::{Proxy, Spoil};
use crate::station::{DAY, Station, note, until_synced};

/// A pair whose link runs through a proxy in each direction.
pub struct Wired {
    pub primary: Station,
    pub secondary: Station,
    to_primary: Proxy,
    to_secondary: Proxy,
}

impl Wired {
    pub fn synced(mode: &str, offset_s: u32) -> Self {
        let primary = Station::start("Alpha");
        primary.note(DAY, "one");
        let secondary = Station::start("Beta");
        let (to_primary, primary_url) = Proxy::before(&primary.url());
        let (to_secondary, secondary_url) = Proxy::before(&secondary.url());
        primary.ok(
            "set_redundancy",
            json!({"mode": "primary", "peer_url": secondary_url}),
        );
        secondary.ok(
            "set_redundancy",
            json!({"mode": mode, "peer_url": primary_url, "failover_offset_s": offset_s, "confirm_replace": true}),
        );
        until_synced(&primary, &secondary);
        Self {
            primary,
            secondary,
            to_primary,
            to_secondary,
        }
    }

    pub fn silence(&self) {
        self.to_primary.silence();
        self.to_secondary.silence();
    }

    pub fn heal(&self) {
        self.to_primary.heal();
        self.to_secondary.heal();
    }

    pub fn until_synced(&self) {
        until_synced(&self.primary, &self.secondary);
    }
}

#[test]
fn a_silent_partition_shorter_than_the_offset_changes_no_role() {
    let pair = Wired::synced("secondary_failover", 20);
    pair.silence();
    pair.primary.note(DAY, "during the silence");
    pair.secondary.until_status("unavailable");
    pair.primary.until_status("unavailable");
    pair.primary.note(DAY, "still editing");
    pair.heal();
    pair.until_synced();
    assert_eq!(pair.primary.redundancy()["mode"], "primary");
    assert_eq!(
        pair.secondary.titles(DAY),
        ["still editing", "during the silence", "one"]
    );
}

#[test]
fn a_silent_partition_longer_than_the_offset_with_both_editing_heals_without_losing_an_edit() {
    let pair = Wired::synced("secondary_failover", 2);
    pair.silence();
    pair.secondary.until("primary", |r| r["mode"] == "primary");
    pair.secondary.until_editable();
    pair.primary.note(DAY, "old side");
    pair.secondary.note(DAY, "new side");
    pair.heal();
    let old = pair.primary.until_reason("incompatible", "superseded");
    assert!(old["offers"]["become_secondary"] == true);
    pair.primary
        .refused("insert_items", note(DAY, "no"), "read_only");
    pair.secondary.until_status("incompatible");
    pair.primary.ok("become_secondary", json!({}));
    pair.until_synced();
    assert_eq!(pair.primary.titles(DAY), ["new side", "one"]);
    let kept = pair.primary.ok("list_orphans", json!({}));
    let orphans = kept["orphans"].as_array().expect("orphans");
    assert_eq!(orphans.len(), 1, "{kept}");

    // It is re-applied where it belongs: on the new primary, through its file or its list.
    assert_eq!(orphans[0]["state"], "kept");
}

#[test]
fn a_connection_that_is_reset_all_the_time_still_gets_every_edit_across() {
    let pair = Wired::synced("secondary_copy", 30);
    let until = Instant::now() + Duration::from_secs(4);
    let mut n = 0;
    while Instant::now() < until {
        pair.primary.note(DAY, &format!("edit {n}"));
        n += 1;
        pair.to_primary.cut();
        std::thread::sleep(Duration::from_millis(100));
    }
    let meanwhile = pair.secondary.titles(DAY).len();
    assert!(meanwhile > 1, "edits get across while it goes on");
    pair.until_synced();
    assert_eq!(pair.secondary.titles(DAY).len(), n + 1);
}

#[test]
fn loss_in_one_direction_is_no_contact_in_either() {
    for (up, down) in [(true, false), (false, true)] {
        let pair = Wired::synced("secondary_copy", 30);
        pair.to_primary.mute(up, down);
        pair.to_secondary.mute(up, down);
        pair.secondary.until_status("unavailable");
        pair.primary.until_status("unavailable");
        pair.primary.note(DAY, "alone");
        pair.heal();
        pair.until_synced();
    }
}

#[test]
fn bytes_that_are_flipped_cut_off_lost_or_replayed_cost_the_connection_and_nothing_else() {
    let pair = Wired::synced("secondary_copy", 30);
    let faults = [Spoil::Flip, Spoil::Truncate, Spoil::Lose, Spoil::Replay];
    for (n, fault) in faults.into_iter().enumerate() {
        pair.to_primary.spoil_next(fault);
        pair.primary.note(DAY, &format!("{fault:?}"));
        crate::station::until("bytes were spoilt", || pair.to_primary.spoilt());
        pair.until_synced();
        assert_eq!(pair.secondary.titles(DAY).len(), n + 2, "{fault:?}");
    }
}

#[test]
fn a_slow_network_delays_a_pair_and_does_not_part_it() {
    let pair = Wired::synced("secondary_failover", 5);
    for proxy in [&pair.to_primary, &pair.to_secondary] {
        proxy.delay(Duration::from_millis(200));
    }
    for n in 0..20 {
        pair.primary.note(DAY, &format!("edit {n}"));
    }
    pair.until_synced();
    let log = pair.secondary.ok("get_redundancy_log", json!({}));
    assert!(!log.to_string().contains("promoted"), "{log}");
    assert_eq!(pair.secondary.titles(DAY).len(), 21);
}

/// A pair in which both operators chose Make primary while it was cut, and both edited; it is whole again.
pub fn forked() -> Wired {
    let mut pair = Wired::synced("secondary_failover", 2);
    pair.silence();
    pair.secondary.until_status("unavailable");
    pair.secondary.ok("hold_failover", json!({}));
    // Away for longer than the offset, and out of contact: it waits for its operator.
    pair.primary.kill();
    std::thread::sleep(Duration::from_millis(2_500));
    pair.primary.run();
    pair.primary
        .until("waiting", |r| r["offers"]["make_primary"] == true);
    std::thread::scope(|scope| {
        scope.spawn(|| pair.primary.ok("make_primary", json!({})));
        scope.spawn(|| pair.secondary.ok("make_primary", json!({})));
    });
    let stations = [&pair.primary, &pair.secondary];
    let epoch_of = |station: &Station| station.redundancy()["position"]["epoch"].clone();
    assert_eq!(epoch_of(stations[0]), epoch_of(stations[1]), "a fork");
    for station in stations {
        station.until_editable();
        station.note(DAY, &format!("on {}", station.name));
    }
    pair.heal();
    for station in stations {
        station.until_reason("incompatible", "forked");
        station.refused("insert_items", note(DAY, "no"), "read_only");
    }
    pair
}

#[test]
fn make_primary_on_both_at_once_is_a_fork_in_which_neither_edits_until_one_is_chosen() {
    let pair = forked();
    pair.primary.ok("make_primary", json!({}));
    pair.primary.until_editable();
    pair.secondary.until("it can follow", |r| {
        r["offers"]["become_secondary"] == true || r["mode"] != "primary"
    });
    if pair.secondary.redundancy()["mode"] == "primary" {
        pair.secondary.ok("become_secondary", json!({}));
    }
    pair.until_synced();
    assert_eq!(pair.secondary.titles(DAY), ["on Alpha", "one"]);
    assert_eq!(pair.secondary.redundancy()["orphans"], 1);
}
