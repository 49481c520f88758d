//! Combinations that must not work together, and settings that must not be taken.

use serde_json::json;

use crate::histories::on_database;
use crate::station::{DAY, Pair, Station, note, until_synced};

fn set(station: &Station, mode: &str, peer: &Station) {
    station.ok(
        "set_redundancy",
        json!({"mode": mode, "peer_url": peer.url(), "confirm_replace": true}),
    );
}

#[test]
fn two_primaries_are_incompatible_on_both_ends() {
    let (a, b) = (Station::start("Alpha"), Station::start("Beta"));
    set(&a, "primary", &b);
    set(&b, "primary", &a);
    a.until_reason("incompatible", "both_primary");
    b.until_reason("incompatible", "both_primary");
}

#[test]
fn two_secondaries_are_incompatible_on_both_ends_whatever_their_kind() {
    let (a, b) = (Station::start("Alpha"), Station::start("Beta"));
    set(&a, "secondary_copy", &b);
    set(&b, "secondary_failover", &a);
    a.until_reason("incompatible", "both_secondary");
    b.until_reason("incompatible", "both_secondary");
    // One step resolves it.
    set(&a, "primary", &b);
    until_synced(&a, &b);
}

#[test]
fn a_different_version_is_incompatible_names_both_and_applies_nothing() {
    let primary = Station::start("Alpha");
    primary.note(DAY, "new");
    let mut secondary = Station::start_with("Beta", &[("TANDEM_VERSION_OVERRIDE", "9.8.7")]);
    set(&primary, "primary", &secondary);
    set(&secondary, "secondary_copy", &primary);
    for station in [&primary, &secondary] {
        let r = station.until_reason("incompatible", "different_version");
        let text = format!("{} {}", r["cause"], r["cure"]);
        assert!(text.contains("9.8.7"), "both versions are named: {text}");
    }
    assert!(secondary.titles(DAY).is_empty(), "nothing is applied");
    secondary.refused("make_primary", json!({}), "incompatible");

    // Build metadata is ignored, so the same version with some is compatible.
    let version = primary.ok("get_station", json!({}))["version"].clone();
    let version = format!("{}+build.7", version.as_str().expect("a version"));
    secondary.stop();
    secondary.set_env("TANDEM_VERSION_OVERRIDE", &version);
    secondary.run();
    until_synced(&primary, &secondary);
}

#[test]
fn a_pre_release_of_the_same_version_is_incompatible() {
    let primary = Station::start("Alpha");
    let version = primary.ok("get_station", json!({}))["version"].clone();
    let pre = format!("{}-rc.1", version.as_str().expect("a version"));
    let secondary = Station::start_with("Beta", &[("TANDEM_VERSION_OVERRIDE", &pre)]);
    set(&primary, "primary", &secondary);
    set(&secondary, "secondary_copy", &primary);
    primary.until_reason("incompatible", "different_version");
}

#[test]
fn bad_redundancy_settings_are_refused_and_change_nothing() {
    let station = Station::start("Alpha");
    let peer = Station::start("Beta");
    let url = peer.url();
    let bad = [
        json!({"mode": "primary"}),
        json!({"mode": "primary", "peer_url": ""}),
        json!({"mode": "primary", "peer_url": "not a url"}),
        json!({"mode": "primary", "peer_url": "http://127.0.0.1:4000/"}),
        json!({"mode": "primary", "peer_url": "https://127.0.0.1/#sha256-short"}),
        json!({"mode": "primary", "peer_url": "https://:99999/"}),
        json!({"mode": "secondary_failover", "peer_url": url, "failover_offset_s": 0}),
        json!({"mode": "secondary_failover", "peer_url": url, "failover_offset_s": -5}),
        json!({"mode": "secondary_failover", "peer_url": url, "failover_offset_s": 1}),
        json!({"mode": "secondary_failover", "peer_url": url, "failover_offset_s": 86_401}),
        json!({"mode": "secondary_failover", "peer_url": url, "failover_offset_s": 2.5}),
        json!({"mode": "sideways", "peer_url": url}),
    ];
    for args in bad {
        let error = station.refused("set_redundancy", args, "invalid");
        assert_eq!(error.status, 400);
    }
    let now = station.redundancy();
    assert_eq!(now["mode"], "none");
    assert_eq!(now["status"], "no_redundancy");
    assert_eq!(now["failover_offset_s"], 30, "the default");
}

#[test]
fn its_own_url_is_never_a_peer() {
    let station = Station::start("Alpha");
    match station.call(
        "set_redundancy",
        json!({"mode": "primary", "peer_url": station.url()}),
    ) {
        Err(error) => assert_eq!(error.code, "invalid"),
        Ok(_) => {
            station.until_reason("incompatible", "own_url");
        }
    }
}

#[test]
fn a_wrong_port_is_unavailable_and_says_so() {
    let station = Station::start("Alpha");
    let peer = Station::start("Beta");
    // A port that nobody listens on: the peer's own while its mode is none.
    station.ok(
        "set_redundancy",
        json!({"mode": "primary", "peer_url": peer.url()}),
    );
    let r = station.until_status("unavailable");
    assert!(!r["cause"].as_str().expect("a cause").is_empty());
    assert!(!r["cure"].as_str().expect("a cure").is_empty());
    // A primary whose peer was never there is a working station.
    station.until_editable();
    station.note(DAY, "alone");
}

#[test]
fn a_peer_with_another_certificate_gets_nothing() {
    let primary = Station::start("Alpha");
    primary.note(DAY, "secret");
    let secondary = Station::start("Beta");
    let stranger = Station::start("Gamma");
    set(&primary, "primary", &secondary);
    set(&secondary, "secondary_copy", &primary);
    until_synced(&primary, &secondary);

    // The stranger has the primary's URL; the primary does not know it.
    set(&stranger, "secondary_copy", &primary);
    let told = stranger.until_reason("incompatible", "peer_names_other");
    assert!(
        told["peer"].is_null(),
        "it learns \"not paired\" and nothing else: {told}"
    );
    assert!(stranger.titles(DAY).is_empty());
    for station in [&primary, &secondary] {
        assert_eq!(
            station.status(),
            "synced",
            "a stranger's calls change nothing"
        );
    }

    // And a URL with another station's fingerprint is refused by whoever dials it.
    let (address, _) = primary
        .url()
        .split_once('#')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .expect("a fragment");
    let (_, pin) = stranger
        .url()
        .split_once('#')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .expect("a fragment");
    secondary.ok(
        "set_redundancy",
        json!({"mode": "secondary_copy", "peer_url": format!("{address}#{pin}"), "confirm_replace": true}),
    );
    secondary.until_reason("unavailable", "wrong_certificate");
    assert_eq!(secondary.titles(DAY), ["secret"]);
}

#[test]
fn a_copied_data_directory_is_told_apart() {
    let mut original = Station::start("Alpha");
    original.note(DAY, "one");
    original.stop();
    let copy_home = tempfile::tempdir().expect("a directory");
    let copy_dir = copy_home.path().join("data");
    copy_tree(&original.dir, &copy_dir);
    original.run();
    let mut copy = Station::start_in("Copy", &copy_dir, &[]);
    match copy.call(
        "set_redundancy",
        json!({"mode": "secondary_copy", "peer_url": original.url(), "confirm_replace": true}),
    ) {
        // A copy has the original's certificate, so the original's URL may be seen as its own.
        Err(error) => assert_eq!(error.code, "invalid"),
        Ok(_) => {
            copy.until_status("incompatible");
        }
    }
    assert_eq!(original.titles(DAY), ["one"]);

    // With a port of its own, both call a third one. It cannot tell which of them it hears, and says so while both do.
    copy.stop();
    std::fs::remove_file(copy_dir.join("peer-address")).expect("a port of its own");
    copy.run();
    let third = Station::start("Third");
    for station in [&original, &copy] {
        set(station, "primary", &third);
    }
    set(&third, "secondary_copy", &original);
    third.until_reason("incompatible", "cloned");
}

pub fn copy_tree(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).expect("the copy's directory");
    for entry in std::fs::read_dir(from)
        .expect("the original")
        .filter_map(Result::ok)
    {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copied file");
        }
    }
}

#[test]
fn leaving_the_pair_makes_a_station_of_its_own_again() {
    let pair = Pair::copy();
    let old = pair.secondary.redundancy()["position"]["lineage"].clone();
    pair.secondary.ok("set_redundancy", json!({"mode": "none"}));
    let alone = pair.secondary.redundancy();
    assert_eq!(alone["status"], "no_redundancy");
    assert_ne!(alone["position"]["lineage"], old, "a new lineage");
    pair.secondary.note(DAY, "on its own");
    assert_eq!(
        pair.secondary.titles(DAY),
        ["on its own", "one", "two", "three"]
    );
    pair.secondary.verified_sum();
}

#[test]
fn a_secondary_that_is_paired_to_another_primary_takes_its_data() {
    let pair = Pair::copy();
    let other = Station::start("Gamma");
    other.note("2026-12-24", "of the other");
    set(&other, "primary", &pair.secondary);
    let follow = json!({"mode": "secondary_copy", "peer_url": other.url()});
    pair.secondary.refused("set_redundancy", follow, "conflict");
    set(&pair.secondary, "secondary_copy", &other);
    until_synced(&other, &pair.secondary);
    assert!(pair.secondary.titles(DAY).is_empty());
    pair.secondary
        .refused("insert_items", note(DAY, "no"), "read_only");
}

#[test]
fn the_same_version_with_other_tables_is_incompatible_and_applies_nothing() {
    let mut pair = Pair::copy();
    pair.secondary.stop();
    on_database(&pair.secondary, async |db| {
        sqlx::query("ALTER TABLE item ADD COLUMN of_another_build TEXT")
            .execute(db)
            .await
            .expect("another table");
    });
    pair.secondary.run();
    pair.primary.note(DAY, "not for other tables");
    for station in [&pair.primary, &pair.secondary] {
        station.until_reason("incompatible", "different_schema");
    }
    assert_eq!(pair.secondary.titles(DAY), ["one", "two", "three"]);
}

#[test]
fn crossed_pairs_copy_nothing_and_each_says_that_the_other_names_somebody_else() {
    let names = ["Alpha", "Beta", "Gamma", "Delta"];
    let [a, b, c, d] = names.map(Station::start);
    a.note(DAY, "of the first pair");
    c.note(DAY, "of the second pair");
    // Each leads to the next one round.
    set(&a, "primary", &b);
    set(&b, "secondary_copy", &c);
    set(&c, "primary", &d);
    set(&d, "secondary_copy", &a);
    for station in [&a, &b, &c, &d] {
        station.until_reason("incompatible", "peer_names_other");
    }
    assert!(b.titles(DAY).is_empty() && d.titles(DAY).is_empty());
    set(&b, "secondary_copy", &a);
    set(&d, "secondary_copy", &c);
    until_synced(&a, &b);
    until_synced(&c, &d);
    assert_eq!(b.titles(DAY), ["of the first pair"]);
}
