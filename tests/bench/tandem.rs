//! A pair of stations, and its clients.

use std::time::Instant;

use serde_json::{Value, json};

use crate::client::{Client, Row, System, date};
use crate::http::Http;
use crate::scratch::Scratch;
use crate::station::{Pair, Station};
use crate::watch::Watch;

/// A pair that is watched.
pub struct Tandem {
    pub pair: Pair,
    pub primary: Watch,
    pub secondary: Watch,
}

/// Starts a station on a directory of the run's own.
pub fn station(scratch: &Scratch, name: &str) -> Station {
    Station::start_in(name, &scratch.dir(name), &[("TANDEM_LOG", "error")])
}

impl Tandem {
    /// A primary, and a secondary in this mode (`{"mode": …}`), Synced. Their directories are named after `name`.
    pub fn start(scratch: &Scratch, name: &str, mode: Value) -> Self {
        let primary = station(scratch, &format!("{name}-primary"));
        let secondary = station(scratch, &format!("{name}-secondary"));
        let (primary_url, secondary_url) = (primary.url(), secondary.url());
        Self::configure(
            Pair { primary, secondary },
            mode,
            &primary_url,
            &secondary_url,
        )
    }

    /// Configures two stations, each reached at this URL by the other, as a pair, and waits until both are Synced.
    pub fn configure(pair: Pair, mut mode: Value, primary_url: &str, secondary_url: &str) -> Self {
        let (primary, secondary) = (Watch::on(&pair.primary), Watch::on(&pair.secondary));
        let begun = Instant::now();
        let lead = json!({"mode": "primary", "peer_url": secondary_url});
        pair.primary.ok("set_redundancy", lead);
        mode["peer_url"] = json!(primary_url);
        mode["confirm_replace"] = json!(true);
        pair.secondary.ok("set_redundancy", mode);
        let tandem = Self {
            pair,
            primary,
            secondary,
        };
        tandem.synced(begun);
        tandem
    }

    /// When both were Synced, at this moment or later.
    pub fn synced(&self, since: Instant) -> Instant {
        let synced = |watch: &Watch| watch.status(since, "Synced", |r| r["status"] == "synced").1;
        synced(&self.primary).max(synced(&self.secondary))
    }

    /// Number of the last entry.
    pub fn head(&self) -> u64 {
        let redundancy = self.pair.primary.redundancy();
        redundancy["position"]["seq"].as_u64().expect("a seq")
    }

    /// Answered when the edit is durable on the primary.
    pub fn answered(&self) -> System<'_> {
        System {
            name: "Tandem, answered",
            connect: Box::new(|| Box::new(Operator::of(&self.pair.primary, None))),
        }
    }

    /// Waits until the primary has told that the edit is durable on both stations.
    pub fn durable_twice(&self) -> System<'_> {
        System {
            name: "Tandem, durable twice",
            connect: Box::new(|| {
                Box::new(Operator::of(&self.pair.primary, Some(self.primary.clone())))
            }),
        }
    }
}

/// A client of the control API that appends items to its days.
pub struct Operator {
    http: Http,
    /// Where it waits for the second station.
    twice: Option<Watch>,
    last: Value,
    answered: Vec<(u64, Instant)>,
}

impl Operator {
    pub fn of(station: &Station, twice: Option<Watch>) -> Self {
        Self {
            http: Http::to(station),
            twice,
            last: Value::Null,
            answered: Vec::new(),
        }
    }

    /// Adds the row; when it is answered, the entry's number.
    pub fn add(&mut self, row: &Row) -> u64 {
        self.try_add(row)
            .unwrap_or_else(|error| panic!("insert_items: {error}"))
    }

    /// The same where it may be refused.
    pub fn try_add(&mut self, row: &Row) -> Result<u64, Value> {
        let after = if row.first_of_day {
            &Value::Null
        } else {
            &self.last
        };
        let args = json!({
            "date": date(row.day),
            "after": after,
            "items": [{"kind": "clip", "title": row.title, "duration": 250}],
        });
        let mut answer = self.http.call("insert_items", &args)?;
        self.last = answer["items"][0]["id"].take();
        Ok(answer["seq"].as_u64().expect("a seq"))
    }
}

impl Client for Operator {
    fn edit(&mut self, row: &Row) {
        let seq = self.add(row);
        match &self.twice {
            Some(watch) => drop(watch.durable(seq)),
            None => self.answered.push((seq, Instant::now())),
        }
    }

    fn answered(&mut self) -> Vec<(u64, Instant)> {
        std::mem::take(&mut self.answered)
    }
}
