//! Resync moves only what differs, a copy that was cut off goes on where it stopped, and a journal that was cut is no end.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use serde_json::{Value, json};
use sqlx::{ConnectOptions as _, sqlite::SqliteConnectOptions};
use store::failpoint::Point;

use crate::proxy::Proxy;
use crate::station::{DAY, Pair, Station, until, until_synced};

/// A day before the one that the tests' own notes are in.
const LONG_DAY: &str = "2026-11-21";

/// Fills a day with notes.
fn fill(station: &Station, items: usize, notes: &str) {
    let mut left = items;
    while left > 0 {
        let some = left.min(500);
        let items: Vec<Value> = (0..some)
            .map(|n| json!({"kind": "note", "title": format!("{left} {n}"), "notes": notes}))
            .collect();
        station.ok(
            "insert_items",
            json!({"date": LONG_DAY, "after": null, "items": items}),
        );
        left -= some;
    }
}

/// Changes rows behind the station's back, as a disk does whose bits rot.
fn rot(station: &Station, sql: &'static str) {
    let database = station.dir.join("tandem.db");
    let work = async {
        let mut other = SqliteConnectOptions::new()
            .filename(database)
            .busy_timeout(crate::station::PATIENCE)
            .connect()
            .await
            .expect("the station's database");
        let changed = sqlx::query(sql).execute(&mut other).await.expect("a row");
        assert_eq!(changed.rows_affected(), 1);
    };
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(work);
}

/// The titles of the day's items as they are on the disk: the station itself shows a day that it read before.
fn stored_titles(station: &Station) -> Vec<String> {
    let database = station.dir.join("tandem.db");
    let work = async {
        let mut other = SqliteConnectOptions::new()
            .filename(database)
            .busy_timeout(crate::station::PATIENCE)
            .read_only(true)
            .connect()
            .await
            .expect("the station's database");
        sqlx::query_scalar("SELECT title FROM item JOIN playlist ON playlist.id = playlist_id WHERE date = ? ORDER BY rank, item.id")
            .bind(DAY)
            .fetch_all(&mut other)
            .await
            .expect("titles")
    };
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(work)
}

const ROW: &str = "UPDATE item SET title = 'rotten' WHERE title = 'two'";

/// The last line of this kind in the redundancy log.
fn last_line(station: &Station, event: &str) -> Option<String> {
    let log = station.ok("get_redundancy_log", json!({"limit": 200}));
    let lines = log["lines"].as_array().or(log.as_array()).expect("lines");
    let line = lines.iter().find(|line| line["event"] == event)?;
    Some(line["detail"].as_str().expect("its words").to_owned())
}

fn until_line(station: &Station, event: &str) -> String {
    until(&format!("{} logs {event}", station.name), || {
        last_line(station, event).is_some()
    });
    last_line(station, event).expect("it was there")
}

/// Replicated rows of a station.
fn rows(station: &Station) -> u64 {
    let database = station.dir.join("tandem.db");
    let work = async {
        let mut other = SqliteConnectOptions::new()
            .filename(database)
            .read_only(true)
            .connect()
            .await
            .expect("the station's database");
        let count = "SELECT (SELECT count(*) FROM item) + (SELECT count(*) FROM playlist) \
                     + (SELECT count(*) FROM asset) + (SELECT count(*) FROM channel)";
        let rows: i64 = sqlx::query_scalar(count)
            .fetch_one(&mut other)
            .await
            .expect("a count");
        u64::try_from(rows).expect("a count")
    };
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(work)
}

fn grouped(n: u64) -> String {
    if n < 1_000 {
        n.to_string()
    } else {
        format!("{},{:03}", n / 1_000, n % 1_000)
    }
}

#[test]
fn of_thousands_of_rows_only_the_one_that_rotted_is_moved_and_the_history_stays() {
    let mut pair = Pair::copy();
    fill(&pair.primary, 4_000, "");
    pair.until_synced();
    let history = pair.secondary.ok("get_history", json!({}));
    pair.secondary.stop();
    rot(&pair.secondary, ROW);
    pair.secondary.run();
    pair.secondary.until_status("synced");
    pair.secondary.ok("resync_now", json!({}));
    let said = until_line(&pair.secondary, "resynced");
    let rows = grouped(rows(&pair.secondary));
    assert_eq!(said, format!("Resync moved 1 of {rows} rows."));
    pair.until_synced();
    assert_eq!(pair.secondary.ok("get_history", json!({})), history);
    assert_eq!(pair.secondary.titles(DAY), pair.primary.titles(DAY));
}

#[test]
fn a_damaged_rolling_sum_is_mended_and_no_row_is_moved() {
    let mut pair = Pair::copy();
    pair.secondary.stop();
    rot(
        &pair.secondary,
        "UPDATE state SET sum = x'000102030405060708090a0b0c0d0e0f'",
    );
    pair.secondary.run();
    pair.secondary.until_reason("not_synced", "sums_differ");
    pair.secondary.ok("resync_now", json!({}));
    let said = until_line(&pair.secondary, "resynced");
    assert!(said.starts_with("Resync moved 0 of "), "{said}");
    pair.until_synced();
}

#[test]
fn resync_while_the_primary_is_edited_moves_little_and_loses_nothing() {
    let pair = Pair::copy();
    fill(&pair.primary, 2_000, "");
    pair.until_synced();
    let (edited, stop) = (AtomicU32::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::SeqCst) {
                let n = edited.load(Ordering::SeqCst);
                pair.primary.note(DAY, &format!("edit {n}"));
                edited.store(n + 1, Ordering::SeqCst);
            }
        });
        until("edits are made", || edited.load(Ordering::SeqCst) > 3);
        rot(&pair.secondary, ROW);
        pair.secondary.ok("resync_now", json!({}));
        let said = until_line(&pair.secondary, "resynced");
        let moved: u64 = said
            .split(' ')
            .nth(2)
            .and_then(|moved| moved.replace(',', "").parse().ok())
            .expect("how many were moved");
        assert!((1..500).contains(&moved), "{said}");
        let after = edited.load(Ordering::SeqCst);
        until("edits go on", || edited.load(Ordering::SeqCst) > after);
        stop.store(true, Ordering::SeqCst);
    });
    pair.until_synced();
    let titles = pair.secondary.titles(DAY);
    assert_eq!(titles.len() as u32, 3 + edited.load(Ordering::SeqCst));
    assert!(titles.contains(&"two".to_owned()));
}

/// A pair whose link runs through a proxy, and the proxy.
fn wired(primary: &Station, secondary: &Station) -> Proxy {
    let (proxy, url) = Proxy::before(&primary.url());
    primary.ok(
        "set_redundancy",
        json!({"mode": "primary", "peer_url": secondary.url()}),
    );
    secondary.ok(
        "set_redundancy",
        json!({"mode": "secondary_copy", "peer_url": url, "confirm_replace": true}),
    );
    proxy
}

#[test]
fn a_link_cut_in_the_middle_of_a_resync_leaves_all_as_it_was_and_the_next_one_ends_it() {
    let (primary, secondary) = (Station::start("Alpha"), Station::start("Beta"));
    primary.note(DAY, "two");
    fill(&primary, 1_000, "");
    let proxy = wired(&primary, &secondary);
    until_synced(&primary, &secondary);
    for skip in [0, 1, 2] {
        rot(&secondary, ROW);
        let before = primary.reached(Point::CompareAnswerBeforeSend);
        primary.arm_after(skip, Point::CompareAnswerBeforeSend, "pause");
        secondary.ok("resync_now", json!({}));
        until("it is in the middle", || {
            primary.reached(Point::CompareAnswerBeforeSend) > before + u64::from(skip)
        });
        assert_eq!(
            stored_titles(&secondary),
            ["rotten"],
            "nothing half applied"
        );
        proxy.cut();
        primary.disarm(Point::CompareAnswerBeforeSend);
        // It begins anew by itself on the next link.
        until_synced(&primary, &secondary);
        assert_eq!(stored_titles(&secondary), ["two"]);
        assert_eq!(secondary.titles(DAY), ["two"]);
        let said = until_line(&secondary, "resynced");
        assert!(said.starts_with("Resync moved 1 of "), "{said}");
    }
}

#[test]
fn a_full_copy_whose_link_is_cut_goes_on_where_it_stopped() {
    let (primary, secondary) = (Station::start("Alpha"), Station::start("Beta"));
    fill(&primary, 1_500, &"every row is long ".repeat(200));
    primary.arm_after(3, Point::SnapshotChunkBeforeSend, "pause");
    let proxy = wired(&primary, &secondary);
    let shown = secondary.until("chunks have come", |now| {
        primary.reached(Point::SnapshotChunkBeforeSend) > 3
            && now["progress"]["done"].as_u64() > Some(0)
    });
    let (done, total) = (&shown["progress"]["done"], &shown["progress"]["total"]);
    assert!(done.as_u64() < total.as_u64(), "{shown}");
    assert!(primary.redundancy()["progress"]["total"].as_u64() > Some(0));
    proxy.cut();
    until("the rest is asked for on the next link", || {
        primary.reached(Point::SnapshotHeaderBeforeSend) > 1
    });
    primary.disarm(Point::SnapshotChunkBeforeSend);
    let said = until_line(&secondary, "copying");
    assert!(said.contains("goes on where it was cut off, at "), "{said}");
    assert!(!said.contains("at 0 of"), "{said}");
    until_synced(&primary, &secondary);
    let left = |station: &Station, folder: &str| {
        std::fs::read_dir(station.dir.join(folder)).map_or(0, Iterator::count)
    };
    assert_eq!(left(&secondary, "incoming"), 0);
    until("the primary forgets the copy", || {
        left(&primary, "outgoing") == 0
    });
}

#[test]
fn a_full_copy_that_is_called_off_when_all_of_it_is_there_is_put_in_place_on_the_next_link() {
    let (primary, secondary) = (Station::start("Alpha"), Station::start("Beta"));
    primary.note(DAY, "one");
    // Its own data are kept as a backup first, and meanwhile the link breaks.
    secondary.note(DAY, "of another history");
    secondary.arm(Point::BackupBefore, "pause");
    let proxy = wired(&primary, &secondary);
    until("the backup begins", || {
        secondary.reached(Point::BackupBefore) > 0
    });
    proxy.cut();
    until("the rest is sent on the next link", || {
        primary.reached(Point::SnapshotHeaderBeforeSend) > 1
    });
    secondary.disarm(Point::BackupBefore);
    until_synced(&primary, &secondary);
    assert_eq!(secondary.titles(DAY), ["one"]);
    let log = secondary.ok("get_redundancy_log", json!({"limit": 200}));
    assert!(!log.to_string().contains("snapshot_failed"), "{log}");
}

#[test]
fn a_full_copy_that_fails_as_its_link_is_lost_begins_anew_by_itself() {
    let (primary, secondary) = (Station::start("Alpha"), Station::start("Beta"));
    primary.note(DAY, "one");
    secondary.note(DAY, "of another history");
    secondary.arm(Point::BackupBefore, "pause");
    secondary.arm(Point::BackupBeforeFinish, "fail");
    let proxy = wired(&primary, &secondary);
    until("the backup begins", || {
        secondary.reached(Point::BackupBefore) > 0
    });
    proxy.cut();
    until("the rest is asked for on the next link", || {
        primary.reached(Point::SnapshotHeaderBeforeSend) > 1
    });
    // Nothing of it is taken in before the disk is well again.
    let headers = secondary.reached(Point::SnapshotHeaderReceived);
    secondary.arm(Point::SnapshotHeaderReceived, "pause");
    secondary.disarm(Point::BackupBefore);
    secondary.until_reached(Point::SnapshotHeaderReceived, headers);
    assert_eq!(secondary.reached(Point::BackupBeforeFinish), 1, "it failed");
    secondary.disarm(Point::BackupBeforeFinish);
    secondary.disarm(Point::SnapshotHeaderReceived);
    until_synced(&primary, &secondary);
    assert_eq!(secondary.titles(DAY), ["one"]);
    assert_eq!(secondary.reached(Point::BackupAfterFinish), 1, "one backup");
    let log = secondary.ok("get_redundancy_log", json!({"limit": 200}));
    assert!(!log.to_string().contains("snapshot_failed"), "{log}");
}

#[test]
fn a_full_copy_half_received_is_forgotten_by_a_promotion_and_the_data_from_before_it_leads() {
    let (mut primary, secondary) = (Station::start("Alpha"), Station::start("Beta"));
    fill(&primary, 1_500, &"every row is long ".repeat(200));
    secondary.note(DAY, "of its own");
    primary.arm_after(3, Point::SnapshotChunkBeforeSend, "pause");
    let _proxy = wired(&primary, &secondary);
    secondary.until("chunks have come", |now| {
        now["progress"]["done"].as_u64() > Some(0)
    });
    let left = || std::fs::read_dir(secondary.dir.join("incoming")).map_or(0, Iterator::count);
    assert_eq!(left(), 1);
    primary.kill();
    secondary.until_status("unavailable");
    secondary.ok("make_primary", json!({"force": true}));
    secondary.until_editable();
    secondary.note(DAY, "it leads");
    assert_eq!(secondary.titles(DAY), ["it leads", "of its own"]);
    until("what came of the copy is gone", || left() == 0);
    secondary.verified_sum();
}

#[test]
fn a_resync_that_the_secondary_does_not_survive_is_ordered_anew_by_its_next_check_of_itself() {
    let mut pair = Pair::synced_with(json!({"mode": "secondary_copy"}), &["--verify-every", "1"]);
    // Stopped before it can begin, and killed: nothing of the order is on its disk, but the reason for it is.
    pair.secondary.pause();
    pair.primary.ok("resync_now", json!({}));
    pair.secondary.kill();
    rot(&pair.secondary, ROW);
    pair.secondary.run();
    pair.secondary.until_reason("not_synced", "data_damaged");
    pair.primary.until_status("not_synced");
    until("it takes the order", || {
        pair.secondary.call("resync_now", json!({})).is_ok()
    });
    pair.until_synced();
    assert_eq!(stored_titles(&pair.secondary), ["one", "two", "three"]);
}

#[test]
fn a_secondary_beyond_the_journal_compares_and_the_operator_is_told() {
    let mut pair = Pair::copy();
    fill(&pair.primary, 1_000, "");
    pair.until_synced();
    pair.secondary.stop();
    pair.primary.arm(Point::JournalKeeps, "value:2");
    for n in 0..8 {
        pair.primary.note(DAY, &format!("unseen {n}"));
    }
    pair.primary.until("the operator is warned", |now| {
        !now["journal_warning"].is_null()
    });
    until("the journal is cut beyond the peer", || {
        last_line(&pair.primary, "journal").is_some_and(|line| line.contains("cannot be continued"))
    });
    pair.secondary.run();
    pair.until_synced();
    let said = until_line(&pair.secondary, "resynced");
    assert!(said.starts_with("Resync moved "), "{said}");
    let log = pair
        .secondary
        .ok("get_redundancy_log", json!({"limit": 200}));
    let copied = log.to_string().matches("A full copy of").count();
    assert_eq!(copied, 1, "the first one alone: {log}");
    assert_eq!(pair.secondary.titles(DAY), pair.primary.titles(DAY));
    pair.primary.until("the warning is over", |now| {
        now["journal_warning"].is_null()
    });
}

#[test]
fn either_side_may_die_in_the_middle_of_a_resync() {
    let mut pair = Pair::copy();
    for (of_primary, point) in [
        (false, Point::ResyncBefore),
        (false, Point::ResyncBeforeCommit),
        (false, Point::ResyncAfterCommit),
        (true, Point::CompareAnswerBeforeSend),
    ] {
        rot(&pair.secondary, ROW);
        let victim = if of_primary {
            &mut pair.primary
        } else {
            &mut pair.secondary
        };
        victim.arm(point, "kill");
        pair.secondary.ok("resync_now", json!({}));
        let victim = if of_primary {
            &mut pair.primary
        } else {
            &mut pair.secondary
        };
        victim.until_dead(point.name());
        victim.run();
        // What was found is not forgotten: it says so until it is mended.
        let now = pair
            .secondary
            .until("it follows again, damaged or not", |now| {
                now["status"] == "synced" || now["reason"] == "data_damaged"
            });
        let titles = stored_titles(&pair.secondary);
        assert!(
            now["status"] != "synced" || titles == ["one", "two", "three"],
            "{}: {titles:?} {now}",
            point.name()
        );
        until("it is in contact and takes the order", || {
            pair.secondary.call("resync_now", json!({})).is_ok()
        });
        pair.until_synced();
        assert_eq!(pair.secondary.titles(DAY), ["one", "two", "three"]);
    }
}
