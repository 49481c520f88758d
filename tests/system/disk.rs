//! A full disk on either side: nothing that was acknowledged is lost, and it goes on by itself once there is room.

use std::fs::File;
use std::io::Write;

use serde_json::json;

use crate::station::{DAY, Station, note, until_synced};

/// Takes all the room that is left on the station's disk, down to the last page.
fn fill(station: &Station) {
    let mut file = File::create(station.files().join("filler")).expect("a file on its disk");
    for chunk in [1024 * 1024, 64 * 1024, 4096] {
        while file.write_all(&vec![0x55; chunk]).is_ok() {}
    }
}

fn make_room(station: &Station) {
    std::fs::remove_file(station.files().join("filler")).expect("the filler can go");
}

#[test]
fn an_edit_on_a_full_disk_is_refused_with_no_space_and_everything_before_it_is_there() {
    let station = Station::start_on_small_disk("Alpha", 32);
    station.note(DAY, "before");
    fill(&station);
    let mut acknowledged = vec!["before".to_owned()];
    let refused = (0..20_000).find_map(|n| {
        let title = format!("edit {n}");
        match station.call("insert_items", note(DAY, &title)) {
            Ok(_) => {
                acknowledged.push(title);
                None
            }
            Err(error) => Some(error),
        }
    });
    let error = refused.expect("a full disk takes no edit");
    assert_eq!(
        (error.code.as_str(), error.status),
        ("no_space", 507),
        "{error:?}"
    );

    acknowledged.reverse();
    assert_eq!(station.titles(DAY), acknowledged, "each once, and no other");
    station.verified_sum();

    make_room(&station);
    station.note(DAY, "after");
    assert_eq!(station.titles(DAY).len(), acknowledged.len() + 1);
    station.verified_sum();
}

#[test]
fn a_secondary_with_a_full_disk_says_so_and_catches_up_when_there_is_room() {
    let primary = Station::start("Alpha");
    primary.note(DAY, "one");
    let secondary = Station::start_on_small_disk("Beta", 128);
    primary.ok(
        "set_redundancy",
        json!({"mode": "primary", "peer_url": secondary.url()}),
    );
    secondary.ok(
        "set_redundancy",
        json!({"mode": "secondary_copy", "peer_url": primary.url(), "confirm_replace": true}),
    );
    until_synced(&primary, &secondary);

    fill(&secondary);
    let many: Vec<_> = (0..2_000)
        .map(|n| json!({"kind": "note", "title": format!("line {n}"), "notes": "x".repeat(2_000)}))
        .collect();
    for _ in 0..3 {
        primary.ok(
            "insert_items",
            json!({"date": DAY, "after": null, "items": many}),
        );
    }
    let stuck = secondary.until("in trouble", |r| {
        r["status"] == "not_synced" || r["status"] == "unavailable"
    });
    assert!(
        !stuck["cure"].as_str().expect("a cure").is_empty(),
        "{stuck}"
    );

    make_room(&secondary);
    until_synced(&primary, &secondary);
    assert_eq!(secondary.titles(DAY).len(), 6_001);
}

#[test]
fn a_primary_with_a_full_disk_stays_in_its_pair_with_everything_that_it_acknowledged() {
    let primary = Station::start_on_small_disk("Alpha", 32);
    let secondary = Station::start("Beta");
    primary.ok(
        "set_redundancy",
        json!({"mode": "primary", "peer_url": secondary.url()}),
    );
    secondary.ok(
        "set_redundancy",
        json!({"mode": "secondary_copy", "peer_url": primary.url(), "confirm_replace": true}),
    );
    until_synced(&primary, &secondary);
    fill(&primary);
    let long = json!({"kind": "note", "title": "long", "notes": "x".repeat(3_000)});
    let insert = json!({"date": DAY, "after": null, "items": vec![long; 20]});
    let mut acknowledged = 0;
    let refused = (0..1_000).find_map(|_| {
        let refused = primary.call("insert_items", insert.clone()).err();
        acknowledged += usize::from(refused.is_none()) * 20;
        refused
    });
    assert_eq!(refused.expect("a full disk takes no edit").code, "no_space");
    // What was acknowledged goes on to the other station: its disk has room.
    crate::station::until("the secondary holds it", || {
        secondary.titles(DAY).len() == acknowledged
    });
    make_room(&primary);
    primary.note(DAY, "after");
    until_synced(&primary, &secondary);
    assert_eq!(secondary.titles(DAY).len(), acknowledged + 1);
}
