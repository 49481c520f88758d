//! A network that comes back after edits were missed.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::proxy::Proxy;
use crate::samples::Samples;
use crate::scenario::throughput::drive_while;
use crate::scratch::Scratch;
use crate::station::Pair;
use crate::table::{Row, Section};
use crate::tandem::{Tandem, station};

const CUTS: usize = 10;
const MISSED: i64 = 900;
const TARGET: Duration = Duration::from_millis(300);

pub fn measure(scratch: &Scratch) -> Section {
    let primary = station(scratch, "wired-primary");
    let secondary = station(scratch, "wired-secondary");
    let (to_primary, primary_url) = Proxy::before(&primary.url());
    let (to_secondary, secondary_url) = Proxy::before(&secondary.url());
    let pair = Pair { primary, secondary };
    let mode = json!({"mode": "secondary_copy"});
    let tandem = Tandem::configure(pair, mode, &primary_url, &secondary_url);
    let (mut from_contact, mut from_network) = (Samples::default(), Samples::default());
    for _ in 0..CUTS {
        tandem.primary.forget();
        tandem.secondary.forget();
        let cut = Instant::now();
        to_primary.silence();
        to_secondary.silence();
        let unavailable = |r: &serde_json::Value| r["status"] == "unavailable";
        tandem.primary.status(cut, "Unavailable", unavailable);
        tandem.secondary.status(cut, "Unavailable", unavailable);
        let left = AtomicI64::new(MISSED);
        drive_while(&tandem.answered(), 8, || {
            left.fetch_sub(1, Ordering::Relaxed) > 0
        });
        let head = tandem.head();
        let healed = Instant::now();
        to_primary.heal();
        to_secondary.heal();
        let contact = |watch: &crate::watch::Watch| {
            watch
                .status(healed, "contact", |r| r["status"] != "unavailable")
                .1
        };
        let contact = contact(&tandem.primary).min(contact(&tandem.secondary));
        let synced = tandem.synced(healed).max(tandem.primary.durable(head));
        from_contact.push(synced - contact);
        from_network.push(synced - healed);
    }
    let mut section = Section::new(
        "Reconnecting",
        format!(
            "{CUTS} times: the network between the stations swallows everything until both say Unavailable, {MISSED} edits are made \
             on the primary, and the network comes back. Both say Synced (durable there, sums equal) after this time: from the \
             first contact, and from the network's return (a secondary tries to reach its primary every 500 ms)."
        ),
    );
    section
        .row(
            Row::of("from contact to Synced on both", &from_contact)
                .within(TARGET, from_contact.p50()),
        )
        .row(Row::of(
            "from the network's return to Synced on both",
            &from_network,
        ));
    section
}
