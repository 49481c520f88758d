//! What the network does to a pair.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::proxy::Proxy;
use crate::station::{DAY, Station, note, until_synced};

/// A pair whose link runs through a proxy in each direction.
struct Wired {
    primary: Station,
    secondary: Station,
    to_primary: Proxy,
    to_secondary: Proxy,
}

impl Wired {
    fn synced(mode: &str, offset_s: u32) -> Self {
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

    fn silence(&self) {
        self.to_primary.silence();
        self.to_secondary.silence();
    }

    fn heal(&self) {
        self.to_primary.heal();
        self.to_secondary.heal();
    }

    fn until_synced(&self) {
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
fn a_flipped_bit_on_the_wire_changes_nothing_but_the_connection() {
    let pair = Wired::synced("secondary_copy", 30);
    pair.to_primary.flip_in_next(40);
    pair.primary.note(DAY, "through a bad cable");
    crate::station::until("a bit was flipped", || pair.to_primary.flipped());
    pair.until_synced();
    assert_eq!(pair.secondary.titles(DAY), ["through a bad cable", "one"]);
}
