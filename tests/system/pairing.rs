//! Two stations become a pair, and what one edits the other holds.

use serde_json::json;

use crate::events::{listen, next};
use crate::station::{DAY, Pair, Station, note, until, until_synced};

#[test]
fn everything_on_the_primary_is_on_the_secondary_to_the_row() {
    let pair = Pair::failover(30);
    assert_eq!(pair.secondary.titles(DAY), ["one", "two", "three"]);

    pair.primary.note(DAY, "zero");
    pair.primary.ok(
        "add_assets",
        json!({"assets": [{"title": "Station ident", "duration": 250}]}),
    );
    pair.primary.ok(
        "update_settings",
        json!({"channel": {"name": "Channel One"}}),
    );
    pair.until_synced();

    assert_eq!(pair.secondary.titles(DAY), ["zero", "one", "two", "three"]);
    assert_eq!(
        pair.secondary.ok("get_settings", json!({}))["channel"]["name"],
        "Channel One"
    );
    let assets = pair.secondary.ok("list_assets", json!({"query": "ident"}));
    assert_eq!(
        assets["total"], 1,
        "the replica's search index follows: {assets}"
    );
}

#[test]
fn an_edit_tells_where_it_is_and_the_pair_tells_when_it_exists_twice() {
    let pair = Pair::copy();
    let answer = pair.primary.note(DAY, "counted");
    let seq = answer["seq"].as_u64().expect("a seq");
    assert!(answer["epoch"].is_u64(), "{answer}");
    pair.primary.until("the peer holds it", |r| {
        r["peer_durable_seq"].as_u64() >= Some(seq)
    });
    assert!(pair.secondary.titles(DAY).contains(&"counted".to_owned()));
}

#[test]
fn a_secondary_refuses_every_edit_and_nothing_changes() {
    let pair = Pair::copy();
    let item = pair.secondary.ok("get_playlist", json!({"date": DAY}))["items"][0]["id"].clone();
    let before = pair.secondary.verified_sum();
    let edits = [
        ("insert_items", note(DAY, "no")),
        (
            "update_items",
            json!({"ids": [item], "set": {"title": "no"}}),
        ),
        ("move_items", json!({"ids": [item], "after": null})),
        ("delete_items", json!({"ids": [item]})),
        (
            "add_assets",
            json!({"assets": [{"title": "no", "duration": 1}]}),
        ),
        ("update_settings", json!({"channel": {"name": "no"}})),
        ("scan_folder", json!({"path": "/tmp"})),
        ("undo", json!({})),
        ("redo", json!({})),
    ];
    for (command, args) in edits {
        let error = pair.secondary.refused(command, args, "read_only");
        assert_eq!(error.status, 403);
    }
    assert_eq!(pair.secondary.verified_sum(), before);
    assert_eq!(
        pair.secondary.ok("get_station", json!({}))["editable"],
        false
    );
    // Reading goes on.
    assert_eq!(pair.secondary.titles(DAY), ["one", "two", "three"]);
}

#[test]
fn a_station_with_data_becomes_a_secondary_only_when_that_is_confirmed_and_keeps_a_backup() {
    let primary = Station::start("Alpha");
    primary.note(DAY, "of the primary");
    let other = Station::start("Beta");
    other.note(DAY, "mine");
    primary.ok(
        "set_redundancy",
        json!({"mode": "primary", "peer_url": other.url()}),
    );

    let follow = json!({"mode": "secondary_copy", "peer_url": primary.url()});
    let error = other.refused("set_redundancy", follow.clone(), "conflict");
    assert!(error.details.is_object(), "the counts are shown: {error:?}");
    assert_eq!(
        other.redundancy()["mode"],
        "none",
        "a refusal changes nothing"
    );
    assert_eq!(other.titles(DAY), ["mine"]);

    let mut confirmed = follow;
    confirmed["confirm_replace"] = json!(true);
    other.ok("set_redundancy", confirmed);
    until_synced(&primary, &other);
    assert_eq!(other.titles(DAY), ["of the primary"]);
    let backups = other.ok("list_backups", json!({}));
    let kept = backups["backups"].as_array().expect("backups");
    assert_eq!(kept.len(), 1, "the replaced data is kept: {backups}");
}

#[test]
fn the_secondary_catches_up_after_it_was_away_and_after_kill_9() {
    let mut pair = Pair::copy();
    pair.secondary.kill();
    for n in 0..50 {
        pair.primary.note(DAY, &format!("while away {n}"));
    }
    pair.secondary.run();
    pair.until_synced();
    assert_eq!(pair.secondary.titles(DAY).len(), 53);

    pair.secondary.stop();
    pair.primary.note(DAY, "after a clean stop");
    pair.secondary.run();
    pair.until_synced();
    assert!(
        pair.secondary
            .titles(DAY)
            .contains(&"after a clean stop".to_owned())
    );
}

#[test]
fn undo_and_redo_reach_the_secondary() {
    let pair = Pair::copy();
    pair.primary.note(DAY, "oops");
    pair.primary.ok("undo", json!({}));
    pair.until_synced();
    assert_eq!(pair.secondary.titles(DAY), ["one", "two", "three"]);
    pair.primary.ok("redo", json!({}));
    pair.until_synced();
    assert_eq!(pair.secondary.titles(DAY), ["oops", "one", "two", "three"]);
}

#[test]
fn resync_now_verifies_and_ends_synced_on_both_ends() {
    let pair = Pair::copy();
    pair.secondary.ok("resync_now", json!({}));
    pair.until_synced();
    pair.primary.ok("resync_now", json!({}));
    pair.until_synced();
}

#[test]
fn a_flipped_bit_in_a_replicas_row_is_found_by_resync_now_and_healed() {
    let mut pair = Pair::copy();
    pair.secondary.stop();
    let db = std::fs::read_dir(&pair.secondary.dir)
        .expect("the data directory")
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|e| e == "db"))
        .expect("a database");
    let mut bytes = std::fs::read(&db).expect("it can be read");
    let at = bytes
        .windows(5)
        .position(|w| w == b"three")
        .expect("the row's text is in the file");
    bytes[at + 4] ^= 0x01; // "three" becomes "thref", wherever the row stands
    for start in 0..bytes.len() - 5 {
        if &bytes[start..start + 5] == b"three" {
            bytes[start + 4] ^= 0x01;
        }
    }
    std::fs::write(&db, bytes).expect("it can be written");
    pair.secondary.run();
    pair.secondary.until_status("synced");
    pair.secondary.ok("resync_now", json!({}));
    until("the row is the primary's again", || {
        pair.secondary.titles(DAY) == ["one", "two", "three"]
    });
    pair.until_synced();
}

#[test]
fn a_peer_url_without_a_fingerprint_waits_for_the_short_code() {
    let primary = Station::start("Alpha");
    primary.note(DAY, "hello");
    let secondary = Station::start("Beta");
    let bare = |url: String| url.split('#').next().expect("a url").to_owned();
    primary.ok(
        "set_redundancy",
        json!({"mode": "primary", "peer_url": bare(secondary.url())}),
    );
    secondary.ok(
        "set_redundancy",
        json!({"mode": "secondary_copy", "peer_url": bare(primary.url())}),
    );
    let code = |station: &Station| {
        station.until("a code", |r| {
            r["status"] == "connecting"
                && r["reason"] == "confirm_code"
                && r["confirm_code"].is_string()
        })["confirm_code"]
            .clone()
    };
    let (a, b) = (code(&primary), code(&secondary));
    assert_eq!(a, b, "both screens show one code");
    assert!(
        secondary.titles(DAY).is_empty(),
        "nothing flows before it is confirmed"
    );

    primary.refused("confirm_peer", json!({"code": "000000x"}), "invalid");
    primary.ok("confirm_peer", json!({"code": a}));
    secondary.ok("confirm_peer", json!({"code": b}));
    until_synced(&primary, &secondary);
    assert_eq!(secondary.titles(DAY), ["hello"]);
}

#[test]
fn every_edit_is_told_on_the_other_station_and_when_it_exists_twice() {
    let pair = Pair::copy();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut here = listen(&pair.primary).await;
        let mut there = listen(&pair.secondary).await;
        for n in 0..20 {
            let (url, token) = pair.primary.control();
            let answer: serde_json::Value = reqwest::Client::builder()
                .no_proxy()
                .build()
                .expect("a client")
                .post(format!("{url}/api/v1/call/insert_items"))
                .bearer_auth(token)
                .json(&note(DAY, &format!("edit {n}")))
                .send()
                .await
                .expect("an answer")
                .json()
                .await
                .expect("JSON");
            let seq = answer["seq"].as_u64().expect("a seq");
            let entry = next(&mut there, "the entry", |e| {
                e["type"] == "entry" && e["seq"] == seq
            })
            .await;
            assert_eq!(
                entry["playlists"].as_array().map(Vec::len),
                Some(1),
                "{entry}"
            );
            next(&mut here, "that the peer holds it", |e| {
                e["type"] == "peer_durable" && e["seq"].as_u64() >= Some(seq)
            })
            .await;
        }
    });
    assert_eq!(
        pair.secondary.ok("get_playlist", json!({"date": DAY}))["items"][0]["title"],
        "edit 19"
    );
}
