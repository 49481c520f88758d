//! Either side dies at a named step: of an edit on its way, of a first copy, of a rewind, of a promotion. Every point of
//! `store::failpoint` has its case here or in `crash_switch`.

use serde_json::json;
use store::failpoint::Point;

use crate::desk::{Desk, ask, ask_with, holds_all};
use crate::station::{DAY, Pair, note, until};

/// Edits go on; one side dies there and comes back. Nothing that was acknowledged is gone.
fn dies_while_editing(pair: &mut Pair, of_primary: bool, point: Point) {
    let desk = Desk::edits([&pair.primary, &pair.secondary], point.name());
    desk.until(3);
    let victim = if of_primary {
        &mut pair.primary
    } else {
        &mut pair.secondary
    };
    victim.arm_after(2, point, "kill");
    victim.until_dead(point.name());
    victim.run();
    let edited = desk.count();
    desk.until(edited + 3);
    let acknowledged = desk.stop();
    pair.until_synced();
    holds_all(&pair.primary, &acknowledged);
    holds_all(&pair.secondary, &acknowledged);
    assert_eq!(pair.primary.redundancy()["mode"], "primary");
}

#[test]
fn the_primary_may_die_at_each_step_of_an_edit() {
    let mut pair = Pair::copy();
    for point in [
        Point::EditBeforeCommit,
        Point::EditAfterCommit,
        Point::EntryBeforeSend,
        Point::BulkAfterSend,
    ] {
        dies_while_editing(&mut pair, true, point);
    }
}

#[test]
fn the_secondary_may_die_at_each_step_of_applying() {
    let mut pair = Pair::copy();
    for point in [
        Point::ApplyBefore,
        Point::ApplyMid,
        Point::ApplyBeforeCommit,
        Point::ApplyAfterCommit,
        Point::AckBeforeSend,
        Point::AckAfterSend,
    ] {
        dies_while_editing(&mut pair, false, point);
    }
}

/// The secondary becomes a station of its own with an edit of its own, then follows again: a full copy with a backup, in
/// which one side dies.
fn dies_in_a_copy(pair: &mut Pair, of_primary: bool, point: Point) {
    pair.secondary.ok("set_redundancy", json!({"mode": "none"}));
    pair.secondary.note(DAY, point.name());
    let of_its_own = pair.secondary.titles(DAY);
    let victim = if of_primary {
        &pair.primary
    } else {
        &pair.secondary
    };
    victim.arm(point, "kill");
    // It may die before it answers.
    let (url, dir) = (pair.primary.url(), pair.secondary.dir.clone());
    let follow = json!({"mode": "secondary_copy", "peer_url": url, "confirm_replace": true});
    let asked = ask_with(&pair.secondary, "set_redundancy", follow.clone());
    let victim = if of_primary {
        &mut pair.primary
    } else {
        &mut pair.secondary
    };
    victim.until_dead(point.name());
    asked.join().expect("asked");
    victim.run();
    let now = pair.secondary.titles(DAY);
    assert!(
        now == of_its_own || now == pair.primary.titles(DAY),
        "{}: neither the old data nor the new: {now:?}",
        point.name()
    );
    if pair.secondary.redundancy()["mode"] == "none" {
        pair.secondary.ok("set_redundancy", follow);
    }
    pair.until_synced();
    let backups = std::fs::read_dir(dir.join("backups")).expect("the backups");
    let unfinished = backups
        .filter_map(Result::ok)
        .filter(|file| file.path().extension().is_some_and(|e| e == "unfinished"))
        .count();
    assert!(unfinished <= 1, "what a crash left does not pile up");
}

#[test]
fn the_secondary_may_die_at_each_step_of_a_full_copy() {
    let mut pair = Pair::copy();
    for point in [
        Point::SnapshotHeaderReceived,
        Point::SnapshotChunkReceived,
        Point::SnapshotEndReceived,
        Point::BackupBefore,
        Point::BackupBeforeFinish,
        Point::BackupAfterFinish,
        Point::InstallBefore,
        Point::InstallBeforeCommit,
        Point::InstallAfterCommit,
    ] {
        dies_in_a_copy(&mut pair, false, point);
    }
}

#[test]
fn the_primary_may_die_at_each_step_of_a_full_copy() {
    let mut pair = Pair::copy();
    for point in [
        Point::SnapshotHeaderBeforeSend,
        Point::SnapshotChunkBeforeSend,
        Point::SnapshotEndBeforeSend,
    ] {
        dies_in_a_copy(&mut pair, true, point);
    }
}

#[test]
fn a_station_that_dies_while_it_leaves_its_pair_is_in_it_or_out_of_it() {
    let mut pair = Pair::copy();
    let lineage = pair.secondary.redundancy()["position"]["lineage"].clone();
    for (point, left) in [
        (Point::LineageBeforeCommit, false),
        (Point::LineageAfterCommit, true),
    ] {
        pair.secondary.arm(point, "kill");
        let leave = json!({"mode": "none"});
        let asked = ask_with(&pair.secondary, "set_redundancy", leave);
        pair.secondary.until_dead(point.name());
        asked.join().expect("asked");
        pair.secondary.run();
        if left {
            let alone = pair.secondary.redundancy();
            assert_eq!(alone["mode"], "none");
            assert_ne!(alone["position"]["lineage"], lineage, "a new lineage");
            pair.secondary.note(DAY, "on its own");
        } else {
            pair.until_synced();
        }
    }
    assert_eq!(pair.secondary.titles(DAY).len(), 4);
    pair.secondary.verified_sum();
}

/// The old primary holds an edit that its successor lacks, is superseded, and is to follow. The secondary is dead while the
/// edit is made: one that only sleeps finds it in its socket when it wakes.
pub fn superseded() -> Pair {
    let mut pair = Pair::failover(60);
    pair.secondary.kill();
    pair.primary.note(DAY, "only on the old primary");
    pair.primary.kill();
    pair.secondary.run();
    // By the operator: one that dies right after its first sync may not know any more that it was armed.
    pair.secondary.until_status("unavailable");
    pair.secondary.ok("make_primary", json!({}));
    pair.primary.run();
    pair.primary.until_reason("incompatible", "superseded");
    pair
}

#[test]
fn a_station_that_dies_while_its_history_is_cut_back_keeps_its_orphans() {
    std::thread::scope(|scope| {
        for point in [Point::RewindBeforeCommit, Point::RewindAfterCommit] {
            scope.spawn(move || {
                let mut pair = superseded();
                pair.primary.arm(point, "kill");
                let asked = ask(&pair.primary, "become_secondary");
                pair.primary.until_dead(point.name());
                asked.join().expect("asked");
                pair.primary.run();
                // The operator's word was durable before the history was cut: nothing is left to be said.
                pair.until_synced();
                let kept = pair.primary.ok("list_orphans", json!({}));
                let orphans = kept["orphans"].as_array().expect("orphans");
                assert_eq!(orphans.len(), 1, "{}: {kept}", point.name());
                assert!(
                    !pair
                        .primary
                        .titles(DAY)
                        .contains(&"only on the old primary".to_owned())
                );
            });
        }
    });
}

#[test]
fn a_secondary_that_dies_while_it_takes_over_takes_over_when_it_is_back() {
    let mut pair = Pair::failover(2);
    pair.primary.note(DAY, "held by both");
    pair.until_synced();
    pair.primary.kill();
    for point in [Point::EpochBeforeCommit, Point::EpochAfterCommit] {
        pair.secondary.arm(point, "kill");
        pair.secondary.until_dead(point.name());
        pair.secondary.run();
        let leads = pair.secondary.redundancy()["mode"] == "primary";
        assert_eq!(leads, point == Point::EpochAfterCommit);
    }
    pair.secondary.until_editable();
    pair.secondary.note(DAY, "by the new primary");
    pair.primary.run();
    pair.primary.until_reason("incompatible", "superseded");
    pair.primary.ok("become_secondary", json!({}));
    pair.until_synced();
    assert_eq!(
        pair.primary.titles(DAY)[..2],
        ["by the new primary", "held by both"]
    );
}

#[test]
fn a_primary_that_dies_while_it_opens_an_epoch_at_its_start_opens_one_at_the_next() {
    let mut pair = Pair::copy();
    for point in [Point::EpochBeforeCommit, Point::EpochAfterCommit] {
        let before = pair.primary.redundancy()["position"]["epoch"].as_u64();
        pair.primary.kill();
        pair.primary
            .set_env("FAILPOINTS", &format!("{}=kill", point.name()));
        pair.primary.run_to_death(point.name());
        pair.primary.set_env("FAILPOINTS", "");
        pair.primary.run();
        pair.primary.until_editable();
        pair.primary.note(DAY, point.name());
        pair.until_synced();
        let after = pair.primary.redundancy()["position"]["epoch"].as_u64();
        assert!(after > before, "{after:?} after {before:?}");
    }
}

#[test]
fn an_edit_whose_commit_fails_is_refused_and_leaves_no_trace() {
    let pair = Pair::copy();
    let before = pair.primary.verified_sum();
    pair.primary.arm(Point::EditBeforeCommit, "fail");
    pair.primary
        .refused("insert_items", note(DAY, "no"), "internal");
    pair.primary.disarm(Point::EditBeforeCommit);
    assert_eq!(pair.primary.verified_sum(), before);
    pair.primary.note(DAY, "after");
    pair.until_synced();
    assert_eq!(pair.secondary.titles(DAY), ["after", "one", "two", "three"]);
}

#[test]
fn entries_whose_commit_fails_are_not_acknowledged_and_are_there_after_resync_now() {
    let pair = Pair::copy();
    pair.secondary.arm(Point::ApplyBeforeCommit, "fail");
    let seq = pair.primary.note(DAY, "late")["seq"].as_u64();
    for station in [&pair.secondary, &pair.primary] {
        station.until_reason("not_synced", "apply_failed");
    }
    assert!(pair.primary.redundancy()["peer_durable_seq"].as_u64() < seq);
    assert_eq!(pair.secondary.titles(DAY), ["one", "two", "three"]);
    pair.secondary.disarm(Point::ApplyBeforeCommit);
    pair.secondary.ok("resync_now", json!({}));
    pair.until_synced();
    assert_eq!(pair.secondary.titles(DAY)[0], "late");
}

#[test]
fn a_takeover_that_cannot_be_saved_is_said_and_tried_again() {
    let mut pair = Pair::failover(2);
    pair.secondary.arm(Point::EpochBeforeCommit, "fail");
    pair.primary.kill();
    until("the promotion fails", || {
        pair.secondary.reached(Point::EpochBeforeCommit) > 0
    });
    let says = pair
        .secondary
        .until_reason("unavailable", "promotion_fails");
    assert_eq!(says["mode"], "secondary_failover", "{says}");
    pair.secondary
        .refused("insert_items", note(DAY, "no"), "read_only");
    pair.secondary.disarm(Point::EpochBeforeCommit);
    pair.secondary.until("primary", |r| r["mode"] == "primary");
    pair.secondary.until_editable();
    pair.secondary.note(DAY, "in the end");
}
