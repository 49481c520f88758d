//! What a status says when it is none of the faults that have a file of their own: the first seconds of a contact, a peer that
//! is not there in one way or another, a primary that may not edit yet, a disk that hangs. With the rest of these tests every
//! reason is shown by real stations (`fault_table`).

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::Duration;

use pair::Reason;
use serde_json::json;
use store::failpoint::Point;

use crate::cable::Cabled;
use crate::crash_points::superseded;
use crate::desk::ask;
use crate::station::{DAY, Pair, Station, note, until};

/// The redundancy log has every change of the status that was news: also one that lasted for milliseconds.
fn says(station: &Station, reason: Reason) {
    until(&format!("{} logs {reason:?}", station.name), || {
        let log = station.ok("get_redundancy_log", json!({"limit": 1000}));
        log.to_string().contains(reason.cause())
    });
}

#[test]
fn a_pair_says_why_it_is_not_in_step_from_its_first_contact_to_a_switch() {
    let pair = Pair::failover(60);
    says(&pair.primary, Reason::FirstContact);
    says(&pair.secondary, Reason::FirstSync);

    pair.secondary.arm(Point::ApplyBeforeCommit, "pause");
    pair.primary.note(DAY, "on a disk that hangs");
    for station in [&pair.secondary, &pair.primary] {
        station.until_reason("not_synced", "secondary_writer_hangs");
    }
    let unarmed = pair.secondary.redundancy();
    assert_eq!(unarmed["armed"], false, "{unarmed}");
    let why = unarmed["unarmed_reason"].as_str();
    assert!(why.is_some_and(|why| !why.is_empty()), "{unarmed}");
    pair.secondary.disarm(Point::ApplyBeforeCommit);
    pair.until_synced();
    let armed = pair.secondary.until("armed again", |r| r["armed"] == true);
    assert_eq!(armed["unarmed_reason"], json!(null), "{armed}");

    pair.primary.arm(Point::CompareAnswerBeforeSend, "pause");
    pair.secondary.ok("resync_now", json!({}));
    // Both say so: whether they are equal is what is being looked at.
    for station in [&pair.secondary, &pair.primary] {
        station.until_reason("syncing", "comparing");
    }
    pair.primary.disarm(Point::CompareAnswerBeforeSend);
    pair.until_synced();

    // Neither knows yet whether the other one leads: there is nothing to do but to wait.
    pair.secondary.arm(Point::EpochBeforeCommit, "pause");
    let asked = ask(&pair.primary, "hand_over");
    for station in [&pair.secondary, &pair.primary] {
        station.until_reason("syncing", "switching");
    }
    pair.secondary.disarm(Point::EpochBeforeCommit);
    asked.join().expect("asked");
    pair.secondary.until("primary", |r| r["mode"] == "primary");
    pair.until_synced();
}

/// A station that has nobody but the peer at this address.
fn points_at(station: &Station, address: &str) {
    let peer_url = format!("https://{address}/#{PIN}");
    station.ok(
        "set_redundancy",
        json!({"mode": "secondary_copy", "peer_url": peer_url, "confirm_replace": true}),
    );
}

/// A fingerprint that no certificate has.
const PIN: &str = "sha256-47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

#[test]
fn a_peer_that_does_not_run_is_told_apart_from_one_that_does_not_answer_and_from_another_program() {
    let station = Station::start("Alpha");
    let other = TcpListener::bind("127.0.0.1:0").expect("a port");
    points_at(
        &station,
        &other.local_addr().expect("its address").to_string(),
    );
    // The kernel takes its calls and nobody answers them.
    station.until_reason("unavailable", "no_answer");
    std::thread::spawn(move || {
        for mut caller in other.incoming().map_while(Result::ok) {
            let _ = caller.read(&mut [0; 16]);
            let _ = caller.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        }
    });
    station.until_reason("unavailable", "bad_answer");
    let nobody = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = nobody.local_addr().expect("its address").to_string();
    drop(nobody);
    points_at(&station, &address);
    station.until_reason("unavailable", "refused");
}

#[test]
fn a_network_without_a_way_to_the_peer_is_told_apart_from_a_name_without_an_address() {
    let mut pair = Cabled::failover(600);
    if !pair.is_virtual() {
        eprintln!(
            "no network namespaces here: where packets and questions go is the machine's own"
        );
        return;
    }
    pair.primary.kill();
    // In its namespace nothing but the cable leads anywhere.
    points_at(&pair.secondary, "192.0.2.1:4000");
    pair.secondary.until_reason("unavailable", "unreachable");
    points_at(&pair.secondary, "nowhere.invalid:4000");
    pair.secondary.until_reason("unavailable", "unknown_host");
}

#[test]
fn a_primary_that_was_away_for_longer_than_the_offset_waits_for_its_operator_while_its_peer_is_silent()
 {
    let mut pair = Pair::failover(2);
    let offset = Duration::from_secs(2);
    pair.secondary.kill();
    pair.primary.kill();
    std::thread::sleep(offset + Duration::from_secs(1));
    pair.primary.run();
    let waits = pair.primary.until_reason("unavailable", "waiting");
    says(&pair.primary, Reason::AskingPeer);
    assert_eq!(waits["offers"]["make_primary"], true, "{waits}");
    pair.primary
        .refused("insert_items", note(DAY, "no"), "read_only");
    // The operator knows that the other one did not take over.
    let before = waits["position"]["epoch"].as_u64();
    pair.primary.ok("make_primary", json!({}));
    pair.primary.until_editable();
    pair.primary.note(DAY, "on the operator's word");
    let after = pair.primary.redundancy()["position"]["epoch"].as_u64();
    assert!(after > before, "a new epoch: {after:?} after {before:?}");
    pair.secondary.run();
    pair.until_synced();
}

#[test]
fn a_primary_whose_silent_peer_cannot_lead_edits_two_seconds_after_its_start() {
    // Its peer never leads by itself, or has not been left alone for long enough.
    for mut pair in [Pair::copy(), Pair::failover(600)] {
        pair.secondary.kill();
        pair.primary.crash_and_restart();
        pair.primary.until_editable();
        assert_eq!(pair.primary.redundancy()["mode"], "primary");
        pair.primary.note(DAY, "alone");
        pair.secondary.run();
        pair.until_synced();
    }
}

#[test]
fn a_primary_whose_peer_falls_silent_in_a_hand_over_waits_for_it_or_for_its_operator() {
    let mut pair = Pair::failover(60);
    pair.secondary.arm(Point::HandoverReceived, "kill");
    let asked = ask(&pair.primary, "hand_over");
    pair.secondary.until_dead("it hears that it is to lead");
    asked.join().expect("asked");
    let open = pair.primary.until_reason("unavailable", "handover_open");
    assert_eq!(open["offers"]["make_primary"], true, "{open}");
    let refused = pair.primary.call("insert_items", note(DAY, "no"));
    let refused = refused.expect_err("the other one may lead");
    assert!(
        matches!(refused.code.as_str(), "busy" | "read_only"),
        "{refused:?}"
    );
    // The risk is named before it is taken.
    let risk = pair.primary.refused("make_primary", json!({}), "conflict");
    assert!(risk.message.contains("both would lead"), "{risk:?}");
    pair.primary.ok("make_primary", json!({"force": true}));
    pair.primary.until_editable();
    pair.primary.note(DAY, "on the operator's word");
    pair.secondary.run();
    pair.until_synced();
    assert_eq!(pair.secondary.titles(DAY)[0], "on the operator's word");
}

#[test]
fn a_secondary_whose_primary_was_superseded_says_so_and_its_orphans_are_put_aside_in_their_own_step()
 {
    let pair = superseded();
    let (old, new) = (&pair.primary, &pair.secondary);
    let url = old.url();
    new.ok(
        "set_redundancy",
        json!({"mode": "secondary_copy", "peer_url": url, "confirm_replace": true}),
    );
    new.until_reason("incompatible", "peer_superseded");
    old.until_reason("incompatible", "superseded");
    assert!(
        old.titles(DAY)
            .contains(&"only on the old primary".to_owned())
    );

    new.ok("make_primary", json!({"force": true}));
    new.until_editable();
    old.arm(Point::RewindBeforeCommit, "pause");
    let asked = ask(old, "become_secondary");
    old.until_reason("syncing", "rewinding");
    old.disarm(Point::RewindBeforeCommit);
    asked.join().expect("asked");
    pair.until_synced();
    assert_eq!(old.redundancy()["orphans"], 1);
}
