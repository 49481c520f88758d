//! Edits that only one side of a cut got: compared while an operator has to choose, kept, and brought back.

use serde_json::{Value, json};

use crate::partition::Wired;
use crate::station::{DAY, Pair, Station, note, until};

const TOMORROW: &str = "2026-11-23";

/// The labels and titles of what one side has, newest first.
pub fn summaries(side: &Value) -> Vec<String> {
    side["entries"]
        .as_array()
        .unwrap_or_else(|| panic!("no entries: {side}"))
        .iter()
        .map(|entry| {
            entry["affected"]["summary"]
                .as_str()
                .expect("a summary")
                .to_owned()
        })
        .collect()
}

fn orphans(station: &Station) -> Vec<Value> {
    let answer = station.ok("list_orphans", json!({}));
    assert_eq!(answer["peer_error"], json!(null), "{answer}");
    answer["orphans"].as_array().expect("orphans").clone()
}

/// The id of an item of a day.
fn item(station: &Station, date: &str, title: &str) -> Value {
    let day = station.ok("get_playlist", json!({ "date": date }));
    let items = day["items"].as_array().expect("items");
    let found = items.iter().find(|item| item["title"] == title);
    found.unwrap_or_else(|| panic!("no {title}: {day}"))["id"].clone()
}

fn rename(station: &Station, from: &str, to: &str) {
    let id = item(station, DAY, from);
    station.ok(
        "update_items",
        json!({ "ids": [id], "set": { "title": to } }),
    );
}

/// A pair that was cut in two while both edited: Alpha (the old primary) put three edits aside when it became Beta's
/// secondary. Of these, the first fits, the second does not, and of the third one of two changes does.
fn healed() -> Wired {
    let pair = Wired::synced("secondary_failover", 2);
    let (alpha, beta) = (&pair.primary, &pair.secondary);
    alpha.note(DAY, "two");
    pair.until_synced();
    pair.silence();
    alpha.note(TOMORROW, "from Alpha");
    rename(alpha, "one", "one by Alpha");
    let both = [item(alpha, DAY, "two"), item(alpha, DAY, "one by Alpha")];
    alpha.ok(
        "update_items",
        json!({ "ids": both, "set": { "notes": "checked" } }),
    );
    beta.until("primary", |r| r["mode"] == "primary");
    beta.until_editable();
    rename(beta, "one", "one by Beta");
    let one = item(beta, DAY, "one by Beta");
    beta.ok(
        "update_items",
        json!({ "ids": [one], "set": { "notes": "by Beta" } }),
    );
    pair.heal();
    alpha.until_reason("incompatible", "superseded");
    pair
}

#[test]
fn both_sides_of_a_cut_list_what_each_has_that_the_other_lacks() {
    let pair = healed();
    let (alpha, beta) = (&pair.primary, &pair.secondary);
    beta.until_status("incompatible");
    let of_alpha = [
        "2026-11-22: changed “two” (notes), changed “one by Alpha” (notes)",
        "2026-11-22: changed “one” (title)",
        "2026-11-23: added “from Alpha”",
    ];
    let of_beta = [
        "2026-11-22: changed “one by Beta” (notes)",
        "2026-11-22: changed “one” (title)",
    ];
    for (station, here, there) in [
        (alpha, "only_here", "only_there"),
        (beta, "only_there", "only_here"),
    ] {
        let compared = station.ok("compare_histories", json!({}));
        assert_eq!(compared["peer_error"], json!(null), "{compared}");
        assert_eq!(compared["shared_seq"], json!(2), "{compared}");
        assert_eq!(compared[here]["total"], json!(3));
        assert_eq!(compared[there]["total"], json!(2));
        let mut alphas = summaries(&compared[here]);
        // The order of the rows of one edit is SQLite's own.
        assert_eq!(alphas[0].len(), of_alpha[0].len(), "{alphas:?}");
        of_alpha[0].clone_into(&mut alphas[0]);
        assert_eq!(alphas, of_alpha);
        assert_eq!(summaries(&compared[there]), of_beta);
        let entry = &compared[here]["entries"][1];
        assert!(entry["user"].as_str().is_some_and(|user| !user.is_empty()));
        assert!(
            entry["label"]
                .as_str()
                .is_some_and(|label| !label.is_empty())
        );
        let difference = &station.redundancy()["difference"];
        assert_eq!(difference["shared_seq"], json!(2), "{difference}");
    }

    // Without the other side, this one is listed all the same.
    pair.silence();
    let alone = alpha.ok("compare_histories", json!({}));
    assert_eq!(alone["only_there"], json!(null));
    assert!(
        alone["peer_error"]
            .as_str()
            .is_some_and(|why| !why.is_empty())
    );
    assert_eq!(alone["only_here"]["total"], json!(3), "{alone}");
}

#[test]
fn orphans_that_lie_on_the_secondary_are_applied_again_on_its_primary_from_either_station() {
    let pair = healed();
    let (alpha, beta) = (&pair.primary, &pair.secondary);
    alpha.ok("become_secondary", json!({}));
    pair.until_synced();
    assert_eq!(alpha.redundancy()["orphans"], 3);

    // Both stations list them, each once, with what they are about.
    let mine = orphans(alpha);
    let theirs = orphans(beta);
    assert_eq!((mine.len(), theirs.len()), (3, 3));
    for (a, b) in mine.iter().zip(&theirs) {
        assert_eq!(a["id"], b["id"]);
        assert_eq!(
            (&a["kept_here"], &b["kept_here"]),
            (&json!(true), &json!(false))
        );
    }
    assert_eq!(
        mine[0]["affected"]["summary"],
        "2026-11-23: added “from Alpha”"
    );
    assert_eq!(mine[0]["affected"]["rows"][1]["title"], "from Alpha");

    // From the secondary: it sends the edit to its primary, and both have it and its mark.
    let done = alpha.ok("reapply_orphan", json!({ "id": mine[0]["id"] }));
    assert_eq!(
        (&done["changed"], &done["left_out"]),
        (&json!(true), &json!(0))
    );
    pair.until_synced();
    assert_eq!(alpha.titles(TOMORROW), ["from Alpha"]);
    assert_eq!(alpha.redundancy()["orphans"], 2);
    let label = beta.ok("get_history", json!({ "limit": 1 }))["entries"][0].clone();
    assert!(
        label["label"]
            .as_str()
            .is_some_and(|label| label.starts_with("Re-apply: ")),
        "{label}"
    );
    assert!(
        label["user"]
            .as_str()
            .is_some_and(|user| user.ends_with("(Alpha)")),
        "{label}"
    );
    for station in [alpha, beta] {
        let first = orphans(station).remove(0);
        assert_eq!(
            (&first["state"], &first["reapplied_seq"]),
            (&json!("reapplied"), &done["seq"])
        );
    }
    // Asked once more, the primary knows that it did it.
    let again = alpha.ok("reapply_orphan", json!({ "id": mine[0]["id"] }));
    assert_eq!(again["seq"], done["seq"]);
    assert_eq!(beta.titles(TOMORROW), ["from Alpha"]);
    beta.refused("reapply_orphan", json!({ "id": mine[0]["id"] }), "invalid");
}

#[test]
fn a_conflict_is_explained_on_the_secondary_and_what_fits_is_applied_in_a_second_step() {
    let pair = healed();
    let (alpha, beta) = (&pair.primary, &pair.secondary);
    alpha.ok("become_secondary", json!({}));
    pair.until_synced();
    let kept = orphans(alpha);
    let before = beta.redundancy()["position"].clone();
    let refused = alpha.refused("reapply_orphan", json!({ "id": kept[1]["id"] }), "conflict");
    let row = &refused.details["conflicts"][0];
    assert_eq!(
        (&row["row"]["title"], &row["row"]["date"], &row["why"]),
        (&json!("one"), &json!(DAY), &json!("changed"))
    );
    assert_eq!(
        row["fields"],
        json!([{ "field": "title", "found": "one", "wanted": "one by Alpha", "now": "one by Beta" }])
    );
    assert!(row["by"]["seq"].is_u64(), "{row}");
    assert!(
        refused
            .message
            .contains("its title is “one by Beta” now, and was “one” before this edit"),
        "{}",
        refused.message
    );
    assert_eq!(beta.redundancy()["position"], before, "nothing was changed");

    // The primary's operator takes what fits of the third.
    let refused = beta.refused("reapply_orphan", json!({ "id": kept[2]["id"] }), "conflict");
    assert_eq!(
        (&refused.details["in_the_way"], &refused.details["changes"]),
        (&json!(1), &json!(2))
    );
    let done = beta.ok(
        "reapply_orphan",
        json!({ "id": kept[2]["id"], "partial": true }),
    );
    assert_eq!(done["left_out"], 1);
    assert_eq!(done["conflicts"][0]["fields"][0]["field"], "notes");
    pair.until_synced();
    let notes = |station: &Station, title: &str| {
        let day = station.ok("get_playlist", json!({ "date": DAY }));
        let items = day["items"].as_array().expect("items").clone();
        let item = items.into_iter().find(|item| item["title"] == title);
        item.expect("the item")["notes"].clone()
    };
    assert_eq!(notes(alpha, "two"), "checked");
    assert_eq!(notes(alpha, "one by Beta"), "by Beta");
    until("the secondary hears that it is dealt with", || {
        alpha.redundancy()["orphans"] == 2
    });

    // It is one entry, and undone as one: then it is open again.
    beta.ok("undo", json!({}));
    pair.until_synced();
    assert_eq!(notes(alpha, "two"), "");
    assert_eq!(orphans(alpha)[2]["state"], "kept");
}

#[test]
fn a_bundle_is_applied_again_as_far_as_it_fits_and_what_is_set_aside_stays_listed() {
    let pair = healed();
    let (alpha, beta) = (&pair.primary, &pair.secondary);
    alpha.ok("become_secondary", json!({}));
    pair.until_synced();
    let bundle = orphans(alpha)[0]["bundle"].clone();
    let done = alpha.ok("reapply_orphans", json!({ "bundle": bundle }));
    assert_eq!(
        done["reapplied"].as_array().map(Vec::len),
        Some(1),
        "{done}"
    );
    assert_eq!(
        done["conflicts"].as_array().map(Vec::len),
        Some(2),
        "{done}"
    );
    assert_eq!(done["stopped"], json!(null));
    pair.until_synced();
    assert_eq!(alpha.titles(TOMORROW), ["from Alpha"]);

    let open: Vec<Value> = orphans(alpha)[1..]
        .iter()
        .map(|orphan| orphan["id"].clone())
        .collect();
    alpha.ok(
        "set_aside_orphans",
        json!({ "ids": [open[0]], "set_aside": true }),
    );
    beta.ok(
        "set_aside_orphans",
        json!({ "ids": [open[1]], "set_aside": true }),
    );
    until("none is open", || alpha.redundancy()["orphans"] == 0);
    let states: Vec<Value> = orphans(beta)
        .iter()
        .map(|orphan| orphan["state"].clone())
        .collect();
    assert_eq!(
        states,
        [json!("reapplied"), json!("set_aside"), json!("set_aside")]
    );
    beta.ok(
        "set_aside_orphans",
        json!({ "ids": open, "set_aside": false }),
    );
    until("they are open again", || alpha.redundancy()["orphans"] == 2);

    // A file carries them to the other station, once.
    let file = alpha.dir.join("orphans.json");
    alpha.ok("export_orphans", json!({ "path": file }));
    let taken = beta.ok("import_orphans", json!({ "path": file }));
    assert_eq!(
        (&taken["imported"], &taken["known"]),
        (&json!(2), &json!(1)),
        "{taken}"
    );
    assert_eq!(
        beta.ok("import_orphans", json!({ "path": file }))["imported"],
        0
    );
    assert_eq!(orphans(beta).len(), 3);
    std::fs::write(&file, "{\"format\": \"tandem-orphans\", \"ver").expect("a cut file");
    beta.refused("import_orphans", json!({ "path": file }), "invalid");
}

#[test]
fn two_primaries_that_share_nothing_are_compared_without_a_link() {
    // Two stations with a life of their own each.
    let (alpha, beta) = (Station::start("Alpha"), Station::start("Beta"));
    alpha.note(DAY, "of Alpha");
    beta.note(DAY, "of Beta");
    alpha.ok(
        "set_redundancy",
        json!({ "mode": "primary", "peer_url": beta.url() }),
    );
    beta.ok(
        "set_redundancy",
        json!({ "mode": "primary", "peer_url": alpha.url() }),
    );
    let status = alpha.until_status("incompatible");
    let compared = alpha.ok("compare_histories", json!({}));
    assert_eq!(compared["shared_seq"], json!(null), "{compared} {status}");
    assert_eq!(
        summaries(&compared["only_here"]),
        ["2026-11-22: added “of Alpha”"]
    );
    assert_eq!(
        summaries(&compared["only_there"]),
        ["2026-11-22: added “of Beta”"]
    );
}

#[test]
fn an_idle_primary_that_died_follows_its_successor_by_itself_where_that_is_set() {
    let mut pair = Pair::failover(2);
    let rejoin =
        json!({ "mode": "primary", "peer_url": pair.secondary.url(), "auto_rejoin": true });
    pair.primary.ok("set_redundancy", rejoin);
    pair.until_synced();
    pair.primary.kill();
    pair.secondary.until("primary", |r| r["mode"] == "primary");
    pair.secondary.until_editable();
    pair.secondary.note(DAY, "by the successor");
    pair.primary.run();
    pair.primary.until("a secondary by itself", |r| {
        r["mode"] == "secondary_failover"
    });
    pair.until_synced();
    assert_eq!(pair.primary.redundancy()["orphans"], 0);
    assert_eq!(pair.primary.titles(DAY)[0], "by the successor");
}

#[test]
fn a_primary_with_edits_of_its_own_waits_for_its_operator_even_where_it_may_rejoin_by_itself() {
    let mut pair = Wired::synced("secondary_failover", 2);
    let peer_url = pair.primary.redundancy()["peer_url"].clone();
    let rejoin = json!({ "mode": "primary", "peer_url": peer_url, "auto_rejoin": true });
    pair.primary.ok("set_redundancy", rejoin);
    pair.until_synced();
    pair.silence();
    pair.primary.note(DAY, "never sent");
    pair.primary.kill();
    pair.secondary.until("primary", |r| r["mode"] == "primary");
    pair.heal();
    pair.primary.run();
    pair.primary.until_reason("incompatible", "superseded");
    // Several rounds of contact later it still waits.
    let heard = |station: &Station| station.redundancy()["peer"]["last_contact"].clone();
    for _ in 0..3 {
        let before = heard(&pair.primary);
        until("it hears from its successor", || {
            heard(&pair.primary) != before
        });
    }
    let waiting = pair.primary.redundancy();
    assert_eq!(
        (&waiting["mode"], &waiting["reason"]),
        (&json!("primary"), &json!("superseded"))
    );
    pair.primary
        .refused("insert_items", note(DAY, "no"), "read_only");
    pair.primary.ok("become_secondary", json!({}));
    pair.until_synced();
    assert_eq!(pair.primary.redundancy()["orphans"], 1);
}
