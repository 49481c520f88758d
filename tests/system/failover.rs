//! The primary dies; the secondary carries on; the primary returns.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::partition::Wired;
use crate::station::{DAY, Pair, note};
use crate::verify;

/// One heartbeat (DESIGN.md 5.3 rule 1).
const HEARTBEAT: Duration = Duration::from_millis(500);

#[test]
fn a_secondary_failover_takes_over_after_the_offset_and_edits_at_once() {
    let mut pair = Pair::failover(3);
    let armed = pair.secondary.until("armed", |r| r["armed"] == true);
    assert_eq!(armed["status"], "synced");

    pair.primary.kill();
    let killed = Instant::now();
    // The offset counts from the last contact, which is at most a heartbeat before the kill: until then it may not act.
    let counting = pair.secondary.until_status("unavailable");
    assert!(counting["countdown_s"].is_u64(), "{counting}");
    while killed.elapsed() < Duration::from_secs(3) - HEARTBEAT - Duration::from_millis(50) {
        let now = pair.secondary.redundancy();
        assert_eq!(
            now["mode"],
            "secondary_failover",
            "too early: {:?}",
            killed.elapsed()
        );
        pair.secondary
            .refused("insert_items", note(DAY, "early"), "read_only");
        std::thread::sleep(Duration::from_millis(50));
    }
    pair.secondary.until("primary", |r| r["mode"] == "primary");
    pair.secondary.until_editable();
    pair.secondary.note(DAY, "from the new primary");
    assert_eq!(pair.secondary.titles(DAY)[0], "from the new primary");
    let log = pair.secondary.ok("get_redundancy_log", json!({}));
    assert!(!log.as_array().expect("entries").is_empty());
}

#[test]
fn a_secondary_copy_never_takes_over_by_itself_but_its_operator_can() {
    let mut pair = Pair::copy();
    pair.primary.kill();
    let unavailable = pair.secondary.until_status("unavailable");
    assert_eq!(unavailable["armed"], false);
    assert!(
        unavailable["countdown_s"].is_null(),
        "no countdown that cannot fire"
    );
    let watched = Instant::now();
    while watched.elapsed() < Duration::from_secs(5) {
        assert_eq!(pair.secondary.redundancy()["mode"], "secondary_copy");
        std::thread::sleep(Duration::from_millis(100));
    }
    pair.secondary.ok("make_primary", json!({}));
    assert_eq!(pair.secondary.redundancy()["mode"], "primary");
    pair.secondary.note(DAY, "by its operator");
}

#[test]
fn a_secondary_failover_whose_data_are_damaged_is_not_armed_and_leaves_it_to_its_operator() {
    let mode = json!({"mode": "secondary_failover", "failover_offset_s": 2});
    let mut pair = Pair::synced_with(mode, verify::OFTEN);
    pair.secondary.until("armed", |r| r["armed"] == true);
    verify::damage(&pair.secondary);
    pair.secondary.until_reason("not_synced", "data_damaged");
    assert_eq!(pair.secondary.redundancy()["armed"], false);

    pair.primary.kill();
    let unavailable = pair.secondary.until_status("unavailable");
    assert!(unavailable["countdown_s"].is_null(), "{unavailable}");
    let watched = Instant::now();
    while watched.elapsed() < Duration::from_secs(2) + 3 * HEARTBEAT {
        assert_eq!(pair.secondary.redundancy()["mode"], "secondary_failover");
        std::thread::sleep(Duration::from_millis(100));
    }
    pair.secondary.ok("make_primary", json!({}));
    pair.secondary.until_editable();
}

#[test]
fn the_old_primary_returns_superseded_and_one_step_makes_them_equal_with_its_orphans_kept() {
    let mut pair = Wired::synced("secondary_failover", 2);
    // What the secondary never gets, not even into its socket: the old primary has it alone.
    pair.silence();
    pair.primary.note(DAY, "only on the old primary");
    pair.primary.kill();

    pair.secondary.until("primary", |r| r["mode"] == "primary");
    pair.secondary.until_editable();
    pair.secondary.note(DAY, "only on the new primary");

    pair.heal();
    pair.primary.run();
    let old = pair.primary.until_reason("incompatible", "superseded");
    assert_eq!(old["offers"]["become_secondary"], true, "{old}");
    pair.primary
        .refused("insert_items", note(DAY, "no"), "read_only");
    let new = pair.secondary.until_status("incompatible");
    assert!(new["reason"].is_string());
    // The new primary goes on editing: it is in charge.
    pair.secondary.note(DAY, "still in charge");

    // That it is superseded is on its disk: alone and started anew, it still knows.
    pair.secondary.kill();
    pair.primary.crash_and_restart();
    pair.primary.until_reason("incompatible", "superseded");
    pair.primary
        .refused("insert_items", note(DAY, "no"), "read_only");
    pair.secondary.run();
    pair.secondary.until_status("incompatible");
    pair.secondary.until_editable();

    pair.primary.ok("become_secondary", json!({}));
    pair.until_synced();
    assert_eq!(pair.primary.redundancy()["mode"], "secondary_failover");
    assert_eq!(pair.primary.redundancy()["orphans"], 1);
    let orphans = pair.primary.ok("list_orphans", json!({}));
    assert_eq!(
        orphans["orphans"].as_array().expect("orphans").len(),
        1,
        "{orphans}"
    );
    let orphan = &orphans["orphans"][0];
    let said = |what: &str| orphan[what].as_str().unwrap_or_default().to_owned();
    assert!(
        said("label").contains("only on the old primary"),
        "{orphan}"
    );
    assert!(!said("user").is_empty(), "{orphan}");
    said("at").parse::<jiff::Timestamp>().expect("when");
    assert_eq!(pair.primary.titles(DAY), pair.secondary.titles(DAY));
    assert!(
        !pair
            .primary
            .titles(DAY)
            .contains(&"only on the old primary".to_owned())
    );

    // It survives a restart, and goes into a file.
    pair.primary.crash_and_restart();
    pair.until_synced();
    assert_eq!(pair.primary.redundancy()["orphans"], 1);
    let file = pair.primary.dir.join("orphans.json");
    pair.primary.ok("export_orphans", json!({"path": file}));
    let exported = std::fs::read_to_string(&file).expect("the file is there");
    assert!(exported.contains("only on the old primary"), "{exported}");
}

#[test]
fn a_superseded_primary_may_win_when_its_operator_says_so() {
    let mut pair = Pair::failover(2);
    pair.primary.kill();
    pair.secondary.until("primary", |r| r["mode"] == "primary");
    pair.secondary.until_editable();
    pair.secondary.note(DAY, "by the new primary");
    pair.primary.run();
    pair.primary.until_reason("incompatible", "superseded");

    pair.primary.ok("make_primary", json!({}));
    pair.primary.until_editable();
    pair.secondary.until_reason("incompatible", "superseded");
    pair.secondary
        .refused("insert_items", note(DAY, "no"), "read_only");
    pair.secondary.ok("become_secondary", json!({}));
    pair.until_synced();
    let orphans = pair.secondary.ok("list_orphans", json!({}));
    assert!(!orphans["orphans"].as_array().expect("orphans").is_empty());
}

#[test]
fn both_restarted_at_once_find_each_other_with_the_roles_they_had() {
    let mut pair = Pair::failover(5);
    pair.primary.kill();
    pair.secondary.kill();
    pair.primary.run();
    pair.secondary.run();
    pair.until_synced();
    assert_eq!(pair.primary.redundancy()["mode"], "primary");
    pair.primary.until_editable();
    pair.primary.note(DAY, "after both");
    pair.until_synced();
}

#[test]
fn a_primary_that_was_stopped_past_the_offset_does_not_edit_when_it_wakes() {
    let pair = Pair::failover(2);
    pair.primary.pause();
    pair.secondary.until("primary", |r| r["mode"] == "primary");
    pair.secondary.until_editable();
    pair.secondary.note(DAY, "while the other slept");
    pair.primary.resume();
    // From its first answer on, it is not writable: two edits at one time never both succeed.
    let woken = pair.primary.call("insert_items", note(DAY, "woken"));
    let refused = woken.expect_err("an edit while the other leads");
    assert!(
        matches!(refused.code.as_str(), "busy" | "read_only"),
        "{refused:?}"
    );
    pair.primary.until_reason("incompatible", "superseded");
    pair.primary
        .refused("insert_items", note(DAY, "woken"), "read_only");
    pair.primary.ok("become_secondary", json!({}));
    pair.until_synced();
}

#[test]
fn hold_stops_the_countdown_until_contact_returns_and_survives_a_restart() {
    let mut pair = Pair::failover(3);
    pair.primary.kill();
    pair.secondary.until_status("unavailable");
    pair.secondary.ok("hold_failover", json!({}));
    let held = pair.secondary.redundancy();
    assert!(
        held["countdown_s"].is_null() && held["held"] == true,
        "{held}"
    );
    pair.secondary.crash_and_restart();
    let watched = Instant::now();
    while watched.elapsed() < Duration::from_secs(6) {
        assert_eq!(pair.secondary.redundancy()["mode"], "secondary_failover");
        std::thread::sleep(Duration::from_millis(100));
    }
    pair.primary.run();
    pair.until_synced();
    pair.primary.kill();
    pair.secondary.until("primary", |r| r["mode"] == "primary");
}

#[test]
fn an_undo_after_a_takeover_undoes_what_the_old_primary_did() {
    let mut pair = Pair::failover(2);
    pair.primary.note(DAY, "to be undone");
    pair.until_synced();
    pair.primary.kill();
    pair.secondary.until("primary", |r| r["mode"] == "primary");
    pair.secondary.until_editable();
    pair.secondary.ok("undo", json!({}));
    assert_eq!(pair.secondary.titles(DAY), ["one", "two", "three"]);
}

#[test]
fn a_mode_url_or_offset_that_is_changed_while_it_counts_begins_the_count_anew() {
    let mut pair = Pair::failover(3);
    let url = pair.primary.url();
    pair.primary.kill();
    let counting = |r: &serde_json::Value| r["countdown_s"].as_u64().is_some_and(|s| s <= 2);
    pair.secondary.until("nearly over", counting);
    let of_mode = json!({"mode": "secondary_copy"});
    let copy = pair.secondary.ok("set_redundancy", of_mode);
    assert!(copy["countdown_s"].is_null(), "{copy}");

    let of_offset = json!({"mode": "secondary_failover", "failover_offset_s": 4});
    pair.secondary.ok("set_redundancy", of_offset);
    pair.secondary.until("nearly over", counting);
    // The same station by another name.
    let url = url.replace("127.0.0.1", "localhost");
    let of_url = json!({"mode": "secondary_failover", "failover_offset_s": 2, "peer_url": url});
    let changed = Instant::now();
    pair.secondary.ok("set_redundancy", of_url);
    pair.secondary.until("primary", |r| r["mode"] == "primary");
    assert!(changed.elapsed() >= Duration::from_secs(2), "too early");
    pair.secondary.until_editable();
}
