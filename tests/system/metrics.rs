//! `GET /metrics`: a page that Prometheus accepts, which says what the screen says and moves with what happens.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::station::{DAY, Pair, Station, until};

/// A page, read as strictly as the format is written: every sample by its name and labels as they stand.
struct Page(BTreeMap<String, f64>);

impl Page {
    fn of(station: &Station) -> Self {
        let token = std::fs::read_to_string(station.dir.join("metrics.token")).expect("a token");
        let http = reqwest::blocking::Client::builder()
            .no_proxy()
            .build()
            .expect("a client");
        let page = http
            .get(format!("{}/metrics", station.control().0))
            .bearer_auth(token)
            .send()
            .and_then(reqwest::blocking::Response::error_for_status)
            .and_then(reqwest::blocking::Response::text)
            .expect("a page");
        Self::read(&page)
    }

    fn read(text: &str) -> Self {
        assert!(text.ends_with('\n'), "the last line ends");
        let mut samples = BTreeMap::new();
        let mut kinds: BTreeMap<&str, &str> = BTreeMap::new();
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            let help = line.strip_prefix("# HELP ").expect("a family begins");
            let (family, sentence) = help.split_once(' ').expect("a help text");
            assert!(sentence.ends_with('.'), "{line}");
            let kind = lines.next().and_then(|line| line.strip_prefix("# TYPE "));
            let (same, kind) = kind.and_then(|kind| kind.split_once(' ')).expect("a type");
            assert_eq!(same, family);
            assert_eq!(kinds.insert(family, kind), None, "{family} stands twice");
            assert!(family.starts_with("tandem_"));
            assert_eq!(family.ends_with("_total"), kind == "counter", "{family}");
            let before = samples.len();
            while let Some(line) = lines.next_if(|line| !line.starts_with('#')) {
                let (name, value) = line.rsplit_once(' ').expect("a value");
                check_name(name, family, kind);
                let value: f64 = value.parse().expect("a number");
                assert!(
                    value.is_finite() && (kind == "gauge" || value >= 0.0),
                    "{line}"
                );
                let twice = samples.insert(name.to_owned(), value);
                assert_eq!(twice, None, "{name} stands twice");
            }
            assert!(samples.len() > before, "{family} has no sample");
        }
        let page = Self(samples);
        for (family, _) in kinds.iter().filter(|(_, kind)| **kind == "histogram") {
            page.check_histogram(family);
        }
        page
    }

    fn check_histogram(&self, family: &str) {
        let prefix = format!("{family}_bucket{{le=\"");
        let bound = |name: &String| {
            let rest = name.strip_prefix(&prefix)?;
            rest.strip_suffix("\"}")?.parse::<f64>().ok()
        };
        let mut buckets: Vec<(f64, f64)> = self
            .0
            .iter()
            .filter_map(|(name, count)| Some((bound(name)?, *count)))
            .collect();
        buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert!(
            buckets.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1),
            "{buckets:?}"
        );
        let last = buckets.last().expect("buckets");
        assert_eq!(*last, (f64::INFINITY, self.get(&format!("{family}_count"))));
        assert!(self.0.contains_key(&format!("{family}_sum")));
    }

    fn get(&self, sample: &str) -> f64 {
        *self.0.get(sample).unwrap_or_else(|| panic!("no {sample}"))
    }

    /// The one word of a state set that holds.
    fn one(&self, family: &str, label: &str) -> String {
        let prefix = format!("{family}{{{label}=\"");
        let holds: Vec<&str> = self
            .0
            .iter()
            .filter(|(_, value)| **value == 1.0)
            .filter_map(|(name, _)| name.strip_prefix(&prefix)?.strip_suffix("\"}"))
            .collect();
        assert_eq!(holds.len(), 1, "{family}: {holds:?}");
        holds[0].to_owned()
    }
}

fn check_name(sample: &str, family: &str, kind: &str) {
    let (name, labels) = match sample.split_once('{') {
        Some((name, labels)) => (name, labels.strip_suffix('}').expect("labels end")),
        None => (sample, ""),
    };
    let suffix = name.strip_prefix(family).expect("the family's name");
    match kind {
        "histogram" => assert!(["_bucket", "_sum", "_count"].contains(&suffix), "{sample}"),
        "gauge" | "counter" => assert_eq!(suffix, "", "{sample}"),
        other => panic!("{other} is no type that is used here"),
    }
    for label in labels.split("\",").filter(|label| !label.is_empty()) {
        let (label, _) = label.split_once("=\"").expect("a quoted value");
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
        assert!(label.bytes().all(plain), "{sample}");
    }
}

fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("no number: {value}"))
}

#[test]
fn the_metrics_of_a_pair_say_what_its_screen_says() {
    let pair = Pair::synced_with(
        json!({"mode": "secondary_failover"}),
        &["--verify-every", "0"],
    );
    let checks = "tandem_verifications_total{outcome=\"ok\"}";
    for station in [&pair.primary, &pair.secondary] {
        let before = Page::of(station).get(checks);
        station.ok("verify", json!({}));
        assert_eq!(Page::of(station).get(checks), before + 1.0);
    }
    for station in [&pair.primary, &pair.secondary] {
        until("both checks are known", || {
            station.redundancy()["peer"]["last_verify"]["ok"] == true
        });
        // Nothing happens meanwhile: two looks at one state.
        let shown = station.redundancy();
        let page = Page::of(station);
        for word in ["status", "reason", "mode"] {
            let family = format!("tandem_redundancy_{word}");
            assert_eq!(json!(page.one(&family, word)), shown[word]);
        }
        for (sample, value) in [
            (
                "tandem_position_entry{station=\"self\"}",
                &shown["position"]["seq"],
            ),
            (
                "tandem_position_epoch{station=\"self\"}",
                &shown["position"]["epoch"],
            ),
            (
                "tandem_position_entry{station=\"peer\"}",
                &shown["peer"]["position"]["seq"],
            ),
            (
                "tandem_position_epoch{station=\"peer\"}",
                &shown["peer"]["position"]["epoch"],
            ),
            ("tandem_replication_lag_entries", &shown["lag"]["entries"]),
            ("tandem_replication_lag_bytes", &shown["lag"]["bytes"]),
            (
                "tandem_failover_offset_seconds",
                &shown["failover_offset_s"],
            ),
            ("tandem_orphans_open", &shown["orphans"]),
            (
                "tandem_verify_cells{station=\"self\"}",
                &shown["last_verify"]["cells"],
            ),
            (
                "tandem_verify_cells{station=\"peer\"}",
                &shown["peer"]["last_verify"]["cells"],
            ),
        ] {
            assert_eq!(page.get(sample), number(value), "{sample}");
        }
        assert_eq!(
            page.get("tandem_failover_armed"),
            f64::from(shown["armed"] == true)
        );
        assert_eq!(page.get("tandem_verify_ok{station=\"self\"}"), 1.0);
        assert!(page.get("tandem_peer_last_contact_seconds") < 60.0);
        until("the journal was added up", || {
            Page::of(station).0.contains_key("tandem_journal_bytes")
        });
        let page = Page::of(station);
        assert!(
            page.get("tandem_journal_entries")
                <= page.get("tandem_position_entry{station=\"self\"}")
        );
    }
    let primary = Page::of(&pair.primary);
    assert_eq!(
        primary.get("tandem_peer_durable_entry"),
        number(&pair.primary.redundancy()["peer_durable_seq"])
    );
}

#[test]
fn the_metrics_move_with_what_happens() {
    let pair = Pair::copy();
    let both = || (Page::of(&pair.primary), Page::of(&pair.secondary));
    let (primary, secondary) = both();
    assert_eq!(primary.get("tandem_snapshots_sent_total"), 1.0);
    assert_eq!(secondary.get("tandem_snapshots_installed_total"), 1.0);

    pair.primary.note(DAY, "one more");
    pair.until_synced();
    let refused = json!({"date": DAY, "after": null, "items": [{"kind": "note", "title": "no"}]});
    let refused = pair.secondary.call("insert_items", refused);
    assert_eq!(refused.expect_err("a secondary refuses").code, "read_only");

    let (primary_now, secondary_now) = both();
    let moved = |now: &Page, before: &Page, sample: &str| now.get(sample) - before.get(sample);
    for sample in [
        "tandem_edits_total{outcome=\"ok\"}",
        "tandem_entries_committed_total",
        "tandem_commit_duration_seconds_count",
        "tandem_position_entry{station=\"self\"}",
        "tandem_peer_durable_entry",
    ] {
        assert_eq!(moved(&primary_now, &primary, sample), 1.0, "{sample}");
    }
    for sample in [
        "tandem_entries_applied_total",
        "tandem_apply_duration_seconds_count",
    ] {
        assert_eq!(moved(&secondary_now, &secondary, sample), 1.0, "{sample}");
    }
    assert_eq!(
        secondary_now.get("tandem_edits_total{outcome=\"read_only\"}"),
        1.0
    );
    assert!(moved(&primary_now, &primary, "tandem_link_sent_bytes_total") > 0.0);
    assert!(
        moved(
            &secondary_now,
            &secondary,
            "tandem_link_received_bytes_total"
        ) > 0.0
    );
    until("heartbeats are counted on both sides", || {
        let (primary, secondary) = both();
        [primary, secondary].iter().all(|page| {
            page.get("tandem_heartbeats_sent_total") >= 2.0
                && page.get("tandem_heartbeats_received_total") >= 2.0
        })
    });

    pair.primary.ok("hand_over", json!({}));
    let (former, leads) = both();
    assert_eq!(leads.get("tandem_epochs_opened_total{why=\"switch\"}"), 1.0);
    assert_eq!(leads.get("tandem_station_editable"), 1.0);
    assert_eq!(former.get("tandem_station_editable"), 0.0);
}

#[test]
fn a_port_that_was_asked_for_is_the_one_that_is_scraped() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port();
    let station = Station::start_with_options("Alpha", &["--control-port", &free.to_string()]);
    assert_eq!(station.control().0, format!("http://127.0.0.1:{free}"));
    let page = Page::of(&station);
    assert_eq!(
        page.one("tandem_redundancy_status", "status"),
        "no_redundancy"
    );
}

#[test]
fn a_resync_is_counted_when_it_has_come_to_its_end_and_a_check_is_none() {
    let pair = Pair::copy();
    let resyncs = |station: &Station| Page::of(station).get("tandem_resyncs_total");
    pair.secondary.ok("verify", json!({}));
    assert_eq!(resyncs(&pair.secondary), 0.0, "a check is no resync");
    pair.secondary.ok("resync_now", json!({}));
    until("the resync is counted", || resyncs(&pair.secondary) > 0.0);
    pair.until_synced();
    assert_eq!(resyncs(&pair.secondary), 1.0, "once");
    assert_eq!(resyncs(&pair.primary), 0.0, "its data is nobody's");
}
