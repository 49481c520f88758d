//! Wherever an operator has to choose between two histories, both stations list what each has that the other lacks, by label and
//! item (DESIGN.md 5.3 rule 5). That of a superseded primary is in `orphans`.

use serde_json::json;

use crate::modes::copy_tree;
use crate::orphans::summaries;
use crate::partition::{Wired, forked};
use crate::station::{DAY, Pair, Station};

/// What a station lists of one side: labels, and what they are about, latest first.
type Listed<'a> = &'a [(&'a str, &'a str)];

/// Both stations list the same: what Alpha alone has, and what Beta alone has, after the last entry that they share.
fn both_list(alpha: &Station, beta: &Station, shared_seq: u64, alphas: Listed, betas: Listed) {
    for (station, own, others) in [(alpha, alphas, betas), (beta, betas, alphas)] {
        let compared = station.ok("compare_histories", json!({}));
        assert_eq!(compared["peer_error"], json!(null), "{compared:#}");
        assert_eq!(compared["shared_seq"], json!(shared_seq), "{compared:#}");
        for (side, expected) in [("only_here", own), ("only_there", others)] {
            let side = &compared[side];
            let labels = side["entries"].as_array().expect("entries").iter();
            let labels: Vec<_> = labels
                .map(|it| it["label"].as_str().expect("a label"))
                .collect();
            let abouts = summaries(side);
            let listed: Vec<_> = labels
                .into_iter()
                .zip(abouts.iter().map(String::as_str))
                .collect();
            assert_eq!(listed, expected, "{}: {compared:#}", station.name);
            assert_eq!(side["total"], json!(expected.len()), "{compared:#}");
        }
        let difference = &station.redundancy()["difference"];
        assert_eq!(difference["shared_seq"], json!(shared_seq), "{difference}");
    }
}

fn seq(station: &Station) -> u64 {
    station.redundancy()["position"]["seq"]
        .as_u64()
        .expect("a number")
}

#[test]
fn a_fork_is_compared_on_both_sides_before_either_operator_chooses() {
    let pair = forked();
    let shared = seq(&pair.primary) - 1;
    both_list(
        &pair.primary,
        &pair.secondary,
        shared,
        &[("Insert “on Alpha”", "2026-11-22: added “on Alpha”")],
        &[("Insert “on Beta”", "2026-11-22: added “on Beta”")],
    );
}

#[test]
fn a_primary_that_meets_a_higher_epoch_on_a_secondary_owes_a_decision_and_both_list_what_each_has()
{
    let pair = Wired::synced("secondary_failover", 2);
    let (alpha, beta) = (&pair.primary, &pair.secondary);
    let shared = seq(alpha);
    pair.silence();
    beta.until("primary", |r| r["mode"] == "primary");
    beta.until_editable();
    beta.note(DAY, "while Beta led");
    // Its operator has it follow again, and does not know what the other one did meanwhile.
    let mut back = json!({"mode": "secondary_copy", "confirm_replace": true});
    back["peer_url"] = beta.redundancy()["peer_url"].clone();
    beta.ok("set_redundancy", back);
    alpha.note(DAY, "on Alpha");
    pair.heal();
    for station in [alpha, beta] {
        station.until_reason("not_synced", "decision_owed");
    }
    both_list(
        alpha,
        beta,
        shared,
        &[("Insert “on Alpha”", "2026-11-22: added “on Alpha”")],
        &[(
            "Insert “while Beta led”",
            "2026-11-22: added “while Beta led”",
        )],
    );
    // Nothing was made equal without a word; Resync now is that word, and what only Beta has is kept.
    assert_eq!(beta.titles(DAY), ["while Beta led", "one"]);
    beta.ok("resync_now", json!({}));
    pair.until_synced();
    assert_eq!(beta.titles(DAY), ["on Alpha", "one"]);
    assert_eq!(beta.redundancy()["orphans"], 1);
}

#[test]
fn a_secondary_that_is_ahead_of_its_primary_is_compared_before_it_gives_anything_up() {
    let mut pair = Pair::copy();
    pair.primary.stop();
    let old = tempfile::tempdir().expect("a directory");
    copy_tree(&pair.primary.dir, &old.path().join("data"));
    pair.primary.run();
    pair.primary.until_editable();
    pair.primary.note(DAY, "since then");
    pair.until_synced();
    let shared = seq(&pair.primary) - 1;
    pair.primary.stop();
    std::fs::remove_dir_all(&pair.primary.dir).expect("the data directory can go");
    copy_tree(&old.path().join("data"), &pair.primary.dir);
    pair.primary.run();
    for station in [&pair.primary, &pair.secondary] {
        station.until_reason("not_synced", "secondary_ahead");
    }
    both_list(
        &pair.primary,
        &pair.secondary,
        shared,
        &[],
        &[("Insert “since then”", "2026-11-22: added “since then”")],
    );
    assert_eq!(pair.secondary.titles(DAY)[0], "since then");
}
