//! The data are checked in the background, on both sides, and what no edit made is found, shown and mended.

use serde_json::{Value, json};
use sqlx::{ConnectOptions as _, sqlite::SqliteConnectOptions};

use crate::station::{DAY, Pair, Station, until};

/// Both stations check their data every second.
pub const OFTEN: &[&str] = &["--verify-every", "1"];

fn pair() -> Pair {
    Pair::synced_with(json!({"mode": "secondary_copy"}), OFTEN)
}

/// Changes a row behind the station's back, as a disk does whose bits rot.
pub fn damage(station: &Station) {
    let database = station.dir.join("tandem.db");
    let work = async {
        let mut other = SqliteConnectOptions::new()
            .filename(database)
            .busy_timeout(crate::station::PATIENCE)
            .connect()
            .await
            .expect("the station's database");
        let changed = sqlx::query("UPDATE item SET title = 'rotten' WHERE title = 'two'")
            .execute(&mut other)
            .await
            .expect("a row is changed");
        assert_eq!(changed.rows_affected(), 1);
    };
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(work);
}

fn titles(station: &Station) -> Vec<Value> {
    let playlist = station.ok("get_playlist", json!({"date": DAY}));
    let items = playlist["items"].as_array().expect("items").clone();
    items.iter().map(|item| item["title"].clone()).collect()
}

fn until_reason(station: &Station, reason: &str) {
    until(&format!("{} shows {reason}", station.name), || {
        station.redundancy()["reason"] == reason
    });
    assert_eq!(station.redundancy()["status"], "not_synced");
}

fn log_of(station: &Station) -> String {
    station
        .ok("get_redundancy_log", json!({"limit": 1000}))
        .to_string()
}

#[test]
fn both_stations_check_their_data_in_the_background_and_each_shows_both_results() {
    let pair = pair();
    for station in [&pair.primary, &pair.secondary] {
        until("both results are known", || {
            let shown = station.redundancy();
            shown["last_verify"]["ok"] == true && shown["peer"]["last_verify"]["ok"] == true
        });
        let first = station.redundancy()["last_verify"].clone();
        assert!(first["cells"].as_u64() > Some(0), "{first}");
        until("it is checked again", || {
            station.redundancy()["last_verify"]["at"] != first["at"]
        });
    }
    pair.until_synced();
}

#[test]
fn damage_on_the_secondary_is_found_shown_on_both_sides_and_mended_by_resync_now() {
    let pair = pair();
    damage(&pair.secondary);
    until_reason(&pair.secondary, "data_damaged");
    until_reason(&pair.primary, "data_damaged");
    assert_eq!(pair.secondary.redundancy()["last_verify"]["ok"], false);
    assert_eq!(
        pair.primary.redundancy()["peer"]["last_verify"]["ok"],
        false
    );
    assert!(log_of(&pair.secondary).contains("found data on this station that no edit made"));
    // It goes on following meanwhile.
    pair.primary.note(DAY, "later");
    until("the edit arrives", || {
        titles(&pair.secondary).contains(&json!("later"))
    });

    pair.secondary.ok("resync_now", json!({}));
    pair.until_synced();
    assert_eq!(titles(&pair.secondary), titles(&pair.primary));
    until("the new data are checked", || {
        pair.secondary.redundancy()["last_verify"]["ok"] == true
    });
}

#[test]
fn damage_on_the_primary_is_found_and_mended_by_a_hand_over_and_resync_now() {
    let pair = pair();
    damage(&pair.primary);
    until_reason(&pair.primary, "primary_damaged");
    until_reason(&pair.secondary, "primary_damaged");
    pair.primary.note(DAY, "the show goes on");

    pair.primary.ok("hand_over", json!({}));
    assert_eq!(pair.secondary.redundancy()["mode"], "primary");
    until_reason(&pair.primary, "data_damaged");
    // Its link to the new primary comes up meanwhile.
    until("it can be synced", || {
        pair.primary.call("resync_now", json!({})).is_ok()
    });
    pair.until_synced();
    let mended = titles(&pair.primary);
    assert!(mended.contains(&json!("two")) && !mended.contains(&json!("rotten")));
    assert!(mended.contains(&json!("the show goes on")));
}

#[test]
fn an_operators_check_answers_when_what_it_found_is_shown() {
    let pair = Pair::synced_with(json!({"mode": "secondary_copy"}), &["--verify-every", "0"]);
    damage(&pair.secondary);
    assert_eq!(pair.secondary.ok("verify", json!({}))["ok"], false);
    assert_eq!(pair.secondary.redundancy()["reason"], "data_damaged");
}

#[test]
fn where_both_stations_are_damaged_a_restored_backup_and_resync_now_bring_them_into_step() {
    let pair = pair();
    let backup = pair.primary.ok("create_backup", json!({}))["backup"]["id"].clone();
    damage(&pair.primary);
    damage(&pair.secondary);
    until_reason(&pair.primary, "no_whole_copy");
    until_reason(&pair.secondary, "no_whole_copy");
    pair.primary.refused("hand_over", json!({}), "conflict");

    let restored = pair.primary.ok("restore_backup", json!({"id": backup}));
    assert_eq!(restored["damaged"], false);
    assert_eq!(pair.primary.ok("verify", json!({}))["ok"], true);
    until("the pair is in step", || {
        // By itself, where the secondary held all of the history that was left; else this is the cure that is shown.
        let shown = pair.secondary.redundancy();
        if shown["reason"] == "replace_not_confirmed" {
            pair.secondary.ok("resync_now", json!({}));
        }
        shown["status"] == "synced"
    });
    pair.until_synced();
    assert_eq!(titles(&pair.secondary), titles(&pair.primary));
    assert!(titles(&pair.secondary).contains(&json!("two")));
}

#[test]
fn a_backup_that_was_made_of_damaged_data_says_so_when_it_is_restored() {
    let pair = pair();
    damage(&pair.primary);
    until_reason(&pair.primary, "primary_damaged");
    let backup = pair.primary.ok("create_backup", json!({}))["backup"]["id"].clone();
    let restored = pair.primary.ok("restore_backup", json!({"id": backup}));
    assert_eq!(restored["damaged"], true);
    assert_eq!(pair.primary.ok("verify", json!({}))["ok"], true);
}
