//! kill -9 at any moment: what was acknowledged is there.

use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};

use crate::station::{DAY, Pair, Station, note};

/// Edits without a pause for as long as the station answers; what it acknowledges is told, with its number.
fn edit_until_it_dies(url: &str, token: &str, name: &str, mut told: impl FnMut(u64, String)) {
    let http = reqwest::blocking::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    for n in 0..10_000 {
        let title = format!("{name} {n}");
        let sent = http
            .post(format!("{url}/api/v1/call/insert_items"))
            .bearer_auth(token)
            .json(&note(DAY, &title))
            .send();
        match sent {
            Ok(answer) if answer.status() == 200 => {
                let Ok(written) = answer.json::<Value>() else {
                    return;
                };
                told(written["seq"].as_u64().expect("its number"), title);
            }
            _ => return,
        }
    }
}

#[test]
fn every_acknowledged_edit_survives_kill_9_of_a_single_station() {
    let mut station = Station::start("Alpha");
    let mut acknowledged: Vec<String> = Vec::new();
    for round in 0..5 {
        let (url, token) = station.control();
        let written = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            scope.spawn(|| {
                edit_until_it_dies(&url, &token, &format!("round {round} edit"), |_, title| {
                    written.lock().expect("no poison").push(title);
                });
            });
            crate::station::until("some edits", || {
                written.lock().expect("no poison").len() > 10 + round * 7
            });
            station.kill();
        });
        acknowledged.extend(written.into_inner().expect("no poison"));
        station.run();
        let titles = station.titles(DAY);
        for title in &acknowledged {
            assert!(
                titles.contains(title),
                "{title} was acknowledged and is gone"
            );
        }
        station.verified_sum();
    }
}

#[test]
fn the_secondary_may_die_at_any_moment_of_applying() {
    let mut pair = Pair::copy();
    for round in 0..4 {
        for n in 0..40 {
            pair.primary.note(DAY, &format!("round {round} edit {n}"));
        }
        pair.secondary.kill();
        for n in 0..40 {
            pair.primary.note(DAY, &format!("round {round} unseen {n}"));
        }
        pair.secondary.run();
        std::thread::sleep(Duration::from_millis(15 * round));
        pair.secondary.crash_and_restart();
    }
    pair.until_synced();
    assert_eq!(pair.secondary.titles(DAY).len(), 3 + 4 * 80);
}

#[test]
fn a_crash_of_the_primary_loses_nothing_that_it_acknowledged() {
    let mut pair = Pair::copy();
    for n in 0..30 {
        pair.primary.note(DAY, &format!("edit {n}"));
    }
    pair.primary.crash_and_restart();
    pair.primary.until_editable();
    pair.until_synced();
    assert_eq!(pair.secondary.titles(DAY).len(), 33);
    assert_eq!(pair.secondary.redundancy()["orphans"], 0);
}

#[test]
fn what_both_stations_hold_outlives_the_primary_and_its_disk() {
    let mut pair = Pair::failover(2);
    pair.secondary.until("armed", |r| r["armed"] == true);
    let (url, token) = pair.primary.control();
    let edits = Mutex::new(Vec::new());
    let held = std::thread::scope(|scope| {
        scope.spawn(|| {
            edit_until_it_dies(&url, &token, "edit", |seq, title| {
                edits.lock().expect("no poison").push((seq, title));
            });
        });
        crate::station::until("some edits", || edits.lock().expect("no poison").len() > 40);
        let held = pair.primary.redundancy()["peer_durable_seq"].as_u64();
        pair.primary.kill();
        held.expect("what both hold")
    });
    std::fs::remove_dir_all(&pair.primary.dir).expect("its disk is gone, too");

    pair.secondary.until("primary", |r| r["mode"] == "primary");
    pair.secondary.until_editable();
    let titles = pair.secondary.titles(DAY);
    let edits = edits.into_inner().expect("no poison");
    let held: Vec<_> = edits.iter().filter(|(seq, _)| *seq <= held).collect();
    assert!(!held.is_empty());
    for (seq, title) in held {
        assert!(
            titles.contains(title),
            "entry {seq}, {title}, was on both and is gone"
        );
    }
    pair.secondary.verified_sum();
}

#[test]
fn what_was_scheduled_is_there_after_a_clean_stop() {
    let mut station = Station::start("Alpha");
    station.note(DAY, "kept");
    let day = |station: &Station| {
        let mut day = station.ok("get_playlist", json!({"date": DAY}));
        // A process knows only its own versions of a day.
        day["version"].take();
        day
    };
    let before = day(&station);
    station.stop();
    station.run();
    assert_eq!(day(&station), before);
}
