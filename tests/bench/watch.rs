//! What a station tells, with the moment at which it was told.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::TryStreamExt as _;
use reqwest_websocket::{Message, Upgrade as _};
use serde::Deserialize;
use serde_json::Value;

use crate::station::Station;

/// The longest that anything may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// Listens to a station on a thread of its own, for as long as the station runs.
#[derive(Clone)]
pub struct Watch(Arc<Shared>);

#[derive(Default)]
struct Shared {
    told: Mutex<Told>,
    more: Condvar,
}

#[derive(Default)]
struct Told {
    listening: bool,
    entries: Vec<(u64, Instant)>,
    durables: Vec<(u64, Instant)>,
    statuses: Vec<(Value, Instant)>,
}

impl Watch {
    /// Listens from now on: the first status was heard when this returns.
    pub fn on(station: &Station) -> Self {
        let shared = Arc::new(Shared::default());
        let (url, token) = station.control();
        let watcher = Arc::clone(&shared);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(watcher.hear(&url, &token));
        });
        let watch = Self(shared);
        watch.wait("the first status", |told| told.listening.then_some(()));
        watch
    }

    /// When this station told of an entry.
    pub fn entry(&self, seq: u64) -> Instant {
        self.wait("the entry", |told| first(&told.entries, seq))
    }

    /// When this station told that its peer holds everything up to an entry durably.
    pub fn durable(&self, seq: u64) -> Instant {
        self.wait("that the peer holds it durably", |told| {
            first(&told.durables, seq)
        })
    }

    /// When its redundancy became as wanted, at this moment or later.
    pub fn status(
        &self,
        since: Instant,
        what: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> (Value, Instant) {
        self.wait(what, |told| {
            told.statuses
                .iter()
                .find(|(status, at)| *at >= since && wanted(status))
                .cloned()
        })
    }

    /// Forgets entries that were told of.
    pub fn forget(&self) {
        let mut told = self.0.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.entries.clear();
        told.durables.clear();
        told.statuses.clear();
    }

    fn wait<T>(&self, what: &str, found: impl Fn(&Told) -> Option<T>) -> T {
        let until = Instant::now() + PATIENCE;
        let mut told = self.0.told.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(found) = found(&told) {
                return found;
            }
            assert!(Instant::now() < until, "never told: {what}");
            told = self
                .0
                .more
                .wait_timeout(told, Duration::from_secs(1))
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}

/// The first that reaches `seq`. They come in order, so it is found by halving.
fn first(told: &[(u64, Instant)], seq: u64) -> Option<Instant> {
    let at = told.partition_point(|(number, _)| *number < seq);
    told.get(at).map(|(_, at)| *at)
}

/// What is read of every event; the watcher is no load that counts.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    seq: Option<u64>,
}

fn redundancy(status: &str) -> Value {
    let mut status: Value = serde_json::from_str(status).expect("events are JSON");
    status["redundancy"].take()
}

impl Shared {
    async fn hear(&self, url: &str, token: &str) {
        let mut events = reqwest::Client::builder()
            .no_proxy()
            .http1_only()
            .tcp_nodelay(true)
            .build()
            .expect("a client")
            .get(format!("{url}/api/v1/events"))
            .bearer_auth(token)
            .upgrade()
            .send()
            .await
            .expect("the events are served")
            .into_websocket()
            .await
            .expect("a WebSocket");
        while let Ok(Some(message)) = events.try_next().await {
            let Message::Text(text) = message else {
                continue;
            };
            let at = Instant::now();
            let event: Event<'_> = serde_json::from_str(&text).expect("events are JSON");
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            match event.kind {
                "entry" => told.entries.push((event.seq.expect("a seq"), at)),
                "peer_durable" => told.durable(event.seq, at),
                "status" => {
                    let redundancy = redundancy(&text);
                    told.listening = true;
                    told.durable(redundancy["peer_durable_seq"].as_u64(), at);
                    told.statuses.push((redundancy, at));
                }
                _ => {}
            }
            drop(told);
            self.more.notify_all();
        }
    }
}

impl Told {
    fn durable(&mut self, seq: Option<u64>, at: Instant) {
        if let Some(seq) = seq
            && self.durables.last().is_none_or(|(last, _)| *last < seq)
        {
            self.durables.push((seq, at));
        }
    }
}
