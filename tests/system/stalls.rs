//! A disk that hangs, a station that sleeps, a clock that jumps.

use std::time::{Duration, Instant};

use serde_json::json;
use store::failpoint::Point;

use crate::station::{DAY, Pair, note, until};

/// A day in milliseconds.
const DAY_MS: i64 = 86_400_000;

#[test]
fn a_primary_whose_disk_hangs_while_its_heartbeats_go_on_is_shown_and_not_taken_over() {
    // Long enough that a busy machine is not taken for a dead one.
    let pair = Pair::failover(5);
    pair.primary.arm(Point::EditBeforeCommit, "pause");
    std::thread::scope(|scope| {
        let edit = scope.spawn(|| {
            pair.primary
                .call("insert_items", note(DAY, "on a slow disk"))
        });
        pair.secondary
            .until_reason("not_synced", "primary_writer_hangs");
        pair.primary
            .until_reason("not_synced", "primary_writer_hangs");
        // There is contact all the time, so nothing is counted: not until the offset, and not beyond it.
        let watched = Instant::now();
        while watched.elapsed() < Duration::from_secs(6) {
            let shown = pair.secondary.redundancy();
            assert_eq!(shown["mode"], "secondary_failover", "{shown}");
            std::thread::sleep(Duration::from_millis(100));
        }
        pair.primary.disarm(Point::EditBeforeCommit);
        edit.join().expect("the edit").expect("the disk is back");
    });
    pair.until_synced();
    assert_eq!(pair.secondary.titles(DAY)[0], "on a slow disk");
}

#[test]
fn an_edit_that_hung_while_the_other_station_took_the_lead_is_refused_when_the_disk_is_back() {
    let pair = Pair::failover(30);
    pair.primary.arm(Point::EditBeforeCommit, "pause");
    std::thread::scope(|scope| {
        let edit = scope.spawn(|| pair.primary.call("insert_items", note(DAY, "too late")));
        pair.secondary
            .until_reason("not_synced", "primary_writer_hangs");
        pair.secondary
            .refused("make_primary", json!({}), "conflict");
        pair.secondary.ok("make_primary", json!({"force": true}));
        pair.secondary.until_editable();
        pair.secondary.note(DAY, "by the new primary");
        pair.primary
            .until("no longer in the lead", |r| r["status"] == "incompatible");
        pair.primary.disarm(Point::EditBeforeCommit);
        let refused = edit
            .join()
            .expect("the edit")
            .expect_err("another station leads");
        assert!(
            matches!(refused.code.as_str(), "busy" | "read_only"),
            "{refused:?}"
        );
    });
    pair.primary.until_reason("incompatible", "superseded");
    pair.primary.ok("become_secondary", json!({}));
    pair.until_synced();
    assert_eq!(pair.primary.titles(DAY)[0], "by the new primary");
    assert_eq!(pair.primary.redundancy()["orphans"], 0);
}

#[test]
fn a_secondary_that_slept_past_its_offset_takes_nothing_over_when_it_wakes() {
    let pair = Pair::failover(2);
    pair.secondary.pause();
    let asleep = Instant::now();
    pair.primary.until_status("unavailable");
    pair.primary.note(DAY, "while the secondary slept");
    std::thread::sleep(Duration::from_secs(4).saturating_sub(asleep.elapsed()));
    pair.secondary.resume();
    pair.until_synced();
    assert_eq!(pair.primary.redundancy()["mode"], "primary");
    assert_eq!(pair.secondary.redundancy()["mode"], "secondary_failover");
    assert_eq!(pair.secondary.titles(DAY)[0], "while the secondary slept");
    let log = pair.secondary.ok("get_redundancy_log", json!({}));
    assert!(!log.to_string().contains("promoted"), "{log}");
}

#[test]
fn a_wall_clock_that_jumps_by_a_day_changes_no_role_no_status_and_no_countdown() {
    let mut pair = Pair::failover(3);
    for (primary_ms, secondary_ms) in [(DAY_MS, 0), (-DAY_MS, 0), (0, DAY_MS), (0, -DAY_MS)] {
        pair.primary
            .arm(Point::WallClock, &format!("value:{primary_ms}"));
        pair.secondary
            .arm(Point::WallClock, &format!("value:{secondary_ms}"));
        let wanted = primary_ms - secondary_ms;
        pair.secondary.until("Synced with the jump seen", |r| {
            let difference = r["peer"]["clock_difference_ms"].as_i64();
            let seen = difference.is_some_and(|ms| (ms.abs() - wanted.abs()).abs() < 60_000);
            seen && r["status"] == "synced"
        });
        pair.primary.until_editable();
        pair.primary.note(DAY, "at another time");
    }
    pair.until_synced();
    let log = pair.secondary.ok("get_redundancy_log", json!({}));
    assert!(!log.to_string().contains("promoted"), "{log}");

    // While it counts, too: neither sooner for a jump forward nor later for one back.
    pair.primary.kill();
    let killed = Instant::now();
    pair.secondary
        .until("counting", |r| r["countdown_s"].is_u64());
    pair.secondary
        .arm(Point::WallClock, &format!("value:{}", 2 * DAY_MS));
    until("it leads", || {
        let leads = pair.secondary.redundancy()["mode"] == "primary";
        // The last contact was a heartbeat before the kill at most.
        assert!(
            !leads || killed.elapsed() >= Duration::from_millis(2_450),
            "too early"
        );
        leads
    });
}
