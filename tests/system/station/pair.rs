//! Two stations that are a pair.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{DAY, PATIENCE, Station};

/// How two stations are paired.
pub struct Pair {
    pub primary: Station,
    pub secondary: Station,
}

impl Pair {
    /// A primary with a few items, and an empty secondary in this mode, Synced.
    pub fn synced(mode: Value) -> Self {
        Self::synced_with(mode, &[])
    }

    /// The same with options for both.
    pub fn synced_with(mode: Value, options: &[&str]) -> Self {
        let primary = Station::start_with_options("Alpha", options);
        for title in ["three", "two", "one"] {
            primary.note(DAY, title);
        }
        let secondary = Station::start_with_options("Beta", options);
        let pair = Self { primary, secondary };
        pair.configure(mode);
        pair.until_synced();
        pair
    }

    /// A pair whose secondary takes over after this offset.
    pub fn failover(offset_s: u32) -> Self {
        Self::synced(json!({"mode": "secondary_failover", "failover_offset_s": offset_s}))
    }

    /// A pair whose secondary never takes over by itself.
    pub fn copy() -> Self {
        Self::synced(json!({"mode": "secondary_copy"}))
    }

    pub fn configure(&self, mut mode: Value) {
        self.primary.ok(
            "set_redundancy",
            json!({"mode": "primary", "peer_url": self.secondary.url()}),
        );
        mode["peer_url"] = json!(self.primary.url());
        mode["confirm_replace"] = json!(true);
        self.secondary.ok("set_redundancy", mode);
    }

    /// Waits until both say Synced, and holds the claim against the data.
    pub fn until_synced(&self) {
        until_synced(&self.primary, &self.secondary);
    }
}

/// Waits until both say Synced at one position; then the claim is held against both stations' rows.
pub fn until_synced(a: &Station, b: &Station) {
    let until = Instant::now() + PATIENCE;
    loop {
        let (ra, rb) = (a.redundancy(), b.redundancy());
        let same = |field: &str| ra[field] == rb[field];
        if ra["status"] == "synced" && rb["status"] == "synced" && same("position") {
            assert!(same("sum"), "Synced with different sums: {ra:#}\n{rb:#}");
            break;
        }
        assert!(
            Instant::now() < until,
            "never both Synced:\n{} {ra:#}\n{} {rb:#}",
            a.name,
            b.name
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(
        a.verified_sum(),
        b.verified_sum(),
        "Synced means equal, to the row"
    );
}
