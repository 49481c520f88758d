//! The planned switch: Make primary on the secondary, Hand over on the primary.

use serde_json::json;

use crate::station::{DAY, Pair, note};

#[test]
fn make_primary_on_a_synced_secondary_swaps_the_roles_and_loses_nothing() {
    let pair = Pair::failover(10);
    pair.primary.note(DAY, "just before");
    pair.secondary.ok("make_primary", json!({}));
    assert_eq!(pair.secondary.redundancy()["mode"], "primary");
    pair.secondary.until_editable();
    pair.until_synced();
    assert_eq!(pair.primary.redundancy()["mode"], "secondary_failover");
    assert_eq!(pair.primary.redundancy()["failover_offset_s"], 10);
    assert_eq!(pair.primary.redundancy()["orphans"], 0);
    assert!(
        pair.secondary
            .titles(DAY)
            .contains(&"just before".to_owned())
    );
    pair.primary
        .refused("insert_items", note(DAY, "no"), "read_only");

    // And back again.
    pair.secondary.note(DAY, "on the other side");
    pair.until_synced();
    pair.primary.ok("make_primary", json!({}));
    pair.primary.until_editable();
    pair.until_synced();
    assert_eq!(pair.secondary.redundancy()["mode"], "secondary_failover");
    assert_eq!(pair.primary.titles(DAY), pair.secondary.titles(DAY));
}

#[test]
fn hand_over_on_the_primary_is_the_same_switch() {
    let pair = Pair::copy();
    pair.primary.ok("hand_over", json!({}));
    pair.secondary.until("primary", |r| r["mode"] == "primary");
    pair.secondary.until_editable();
    pair.until_synced();
    assert_eq!(pair.primary.redundancy()["mode"], "secondary_copy");
}

#[test]
fn edits_that_were_acknowledged_during_a_switch_are_all_there() {
    let pair = Pair::failover(10);
    let mut acknowledged = Vec::new();
    std::thread::scope(|scope| {
        let switch = scope.spawn(|| pair.secondary.ok("make_primary", json!({})));
        for n in 0.. {
            let title = format!("edit {n}");
            match pair.primary.call("insert_items", note(DAY, &title)) {
                Ok(_) => acknowledged.push(title),
                Err(error) => {
                    assert!(
                        error.code == "busy" || error.code == "read_only",
                        "{error:?}"
                    );
                    if error.code == "read_only" {
                        break;
                    }
                }
            }
        }
        switch.join().expect("the switch");
    });
    pair.until_synced();
    let titles = pair.secondary.titles(DAY);
    assert!(!acknowledged.is_empty());
    for title in &acknowledged {
        assert!(
            titles.contains(title),
            "{title} was acknowledged and is gone"
        );
    }
}

#[test]
fn make_primary_is_refused_where_it_makes_no_sense() {
    let pair = Pair::copy();
    pair.primary.refused("make_primary", json!({}), "invalid");
    pair.secondary.refused("hand_over", json!({}), "invalid");
    pair.secondary
        .refused("become_secondary", json!({}), "invalid");
}
