//! Edits in a day of ten thousand items.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::http::Http;
use crate::samples::Samples;
use crate::scratch::Scratch;
use crate::table::{Row, Section};
use crate::tandem::Tandem;

const ITEMS: usize = 10_000;
const EDITS: usize = 200;
/// From key press to repaint; the screen's share is not in it.
const TARGET: Duration = Duration::from_millis(50);
const DAY: &str = "2026-11-22";

pub fn measure(scratch: &Scratch) -> Section {
    let tandem = Tandem::start(scratch, "day", json!({"mode": "secondary_copy"}));
    let mut http = Http::to(&tandem.pair.primary);
    let items: Vec<Value> = (0..ITEMS)
        .map(|n| json!({"kind": "clip", "title": format!("Item {n}"), "duration": 200 + n % 100}))
        .collect();
    let inserted = http.ok(
        "insert_items",
        &json!({"date": DAY, "after": null, "items": items}),
    );
    let ids: Vec<&Value> = (0..ITEMS).map(|n| &inserted["items"][n]["id"]).collect();
    let (mut edited, mut whole, mut both) =
        (Samples::default(), Samples::default(), Samples::default());
    for edit in 0..EDITS {
        // Steps of a prime reach every part of the day.
        let id = ids[edit * 3_571 % ITEMS];
        let begun = Instant::now();
        http.ok(
            "update_items",
            &json!({"ids": [id], "set": {"duration": 300 + edit}}),
        );
        let answered = begun.elapsed();
        let day = http.ok("get_playlist", &json!({"date": DAY}));
        let fetched = begun.elapsed();
        assert_eq!(day["items"].as_array().map(Vec::len), Some(ITEMS));
        edited.push(answered);
        whole.push(fetched - answered);
        both.push(fetched);
    }
    let mut section = Section::new(
        "A day of 10,000 items",
        format!(
            "{EDITS} edits of one item's duration, each followed by reading the whole day again with every time that follows. The \
             target is for key press to repaint; this is the station's part of it, read by a client that parses the whole answer."
        ),
    );
    section
        .row(Row::of("the edit is answered", &edited))
        .row(Row::of("the whole day is read", &whole))
        .row(Row::of("both", &both).within(TARGET, both.p50()));
    section
}
