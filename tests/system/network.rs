//! Silent loss on the network: of both directions or of one, shorter and longer than the offset, with an idle primary and
//! with one that edits. Nothing is reset, so nothing but silence tells the stations.

use serde_json::json;

use crate::cable::{Cabled, Loss};
use crate::station::{DAY, note};

#[test]
fn silence_shorter_than_the_offset_changes_no_role_whether_the_primary_is_idle_or_edits() {
    let pair = Cabled::failover(60);
    for edit in [None, Some("during the silence")] {
        pair.lose(Loss::Both);
        pair.secondary.until_status("unavailable");
        pair.primary.until_status("unavailable");
        if let Some(title) = edit {
            pair.primary.note(DAY, title);
        }
        pair.heal();
        pair.until_synced();
        assert_eq!(pair.primary.redundancy()["mode"], "primary");
    }
    assert_eq!(pair.secondary.titles(DAY), ["during the silence", "one"]);
}

/// The secondary took over while it could not hear its primary, or was not heard by it; then the cable is whole again.
fn heals_in_one_step(pair: &Cabled, orphans: usize) {
    pair.heal();
    let old = pair.primary.until_reason("incompatible", "superseded");
    assert_eq!(old["offers"]["become_secondary"], true, "{old}");
    pair.primary
        .refused("insert_items", note(DAY, "no"), "read_only");
    pair.secondary.note(DAY, "the new primary goes on");
    pair.primary.ok("become_secondary", json!({}));
    pair.until_synced();
    let kept = pair.primary.ok("list_orphans", json!({}));
    assert_eq!(
        kept["orphans"].as_array().map(Vec::len),
        Some(orphans),
        "{kept}"
    );
}

#[test]
fn silence_longer_than_the_offset_with_an_idle_primary_heals_without_an_orphan() {
    let pair = Cabled::failover(2);
    pair.lose(Loss::Both);
    pair.secondary.until("primary", |r| r["mode"] == "primary");
    heals_in_one_step(&pair, 0);
}

#[test]
fn silence_longer_than_the_offset_with_both_editing_heals_without_losing_an_edit() {
    let pair = Cabled::failover(2);
    pair.lose(Loss::Both);
    pair.secondary.until("primary", |r| r["mode"] == "primary");
    pair.secondary.until_editable();
    let old = pair.primary.note(DAY, "old side");
    let new = pair.secondary.note(DAY, "new side");
    assert!(
        new["epoch"].as_u64() > old["epoch"].as_u64(),
        "one writer in an epoch"
    );
    heals_in_one_step(&pair, 1);
    assert_eq!(
        pair.primary.titles(DAY),
        ["the new primary goes on", "new side", "one"]
    );
}

/// One direction is lost for good: neither end may think that all is well, and the secondary takes over at its offset.
fn one_way(loss: Loss) {
    let pair = Cabled::failover(2);
    pair.lose(loss);
    pair.primary.until_status("unavailable");
    pair.secondary.until("primary", |r| r["mode"] == "primary");
    heals_in_one_step(&pair, 0);
}

#[test]
fn a_secondary_that_no_longer_hears_its_primary_takes_over_and_the_primary_knows_it_is_not_heard() {
    one_way(Loss::OfPrimary);
}

#[test]
fn a_secondary_that_is_no_longer_heard_is_not_synced_to_either_end_and_takes_over() {
    one_way(Loss::OfSecondary);
}
