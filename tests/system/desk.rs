//! Two operators who edit without a pause, one at each station, while a test does its worst.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};

use crate::station::{DAY, Station, note};

/// Between two edits of one operator: what a test edits is looked through again and again.
const PAUSE: Duration = Duration::from_millis(10);

/// The operators at work.
pub struct Desk {
    done: Arc<AtomicBool>,
    acknowledged: Arc<AtomicUsize>,
    operators: Vec<JoinHandle<Vec<Acknowledged>>>,
}

/// An edit that a station said is durable.
#[derive(Debug, Clone)]
pub struct Acknowledged {
    pub title: String,
    pub station: PathBuf,
    pub epoch: u64,
}

impl Desk {
    /// Starts to edit both stations; `round` tells the titles apart.
    pub fn edits(stations: [&Station; 2], round: &str) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let acknowledged = Arc::new(AtomicUsize::new(0));
        let operators = stations.map(|station| {
            let (dir, name) = (station.dir.clone(), format!("{round} {}", station.name));
            let (done, acknowledged) = (Arc::clone(&done), Arc::clone(&acknowledged));
            std::thread::spawn(move || operate(&dir, &name, &done, &acknowledged))
        });
        Self {
            done,
            acknowledged,
            operators: operators.into(),
        }
    }

    /// Waits until so many edits were acknowledged.
    pub fn until(&self, count: usize) {
        crate::station::until("edits are acknowledged", || {
            self.acknowledged.load(Ordering::SeqCst) >= count
        });
    }

    /// How many edits were acknowledged.
    pub fn count(&self) -> usize {
        self.acknowledged.load(Ordering::SeqCst)
    }

    /// Ends the editing; answers what was acknowledged. Each epoch had one station that wrote in it.
    pub fn stop(self) -> Vec<Acknowledged> {
        self.done.store(true, Ordering::SeqCst);
        let all: Vec<Acknowledged> = self
            .operators
            .into_iter()
            .flat_map(|operator| operator.join().expect("an operator"))
            .collect();
        let mut writers = BTreeMap::new();
        for edit in &all {
            let writer = writers.entry(edit.epoch).or_insert(&edit.station);
            assert_eq!(
                *writer, &edit.station,
                "two stations wrote in epoch {}",
                edit.epoch
            );
        }
        all
    }
}

fn operate(dir: &Path, name: &str, done: &AtomicBool, count: &AtomicUsize) -> Vec<Acknowledged> {
    let http = reqwest::blocking::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(20))
        .build()
        .expect("a client for loopback");
    let mut acknowledged = Vec::new();
    for n in 0.. {
        if done.load(Ordering::SeqCst) {
            break;
        }
        std::thread::sleep(PAUSE);
        let title = format!("{name} {n}");
        // A station that is gone answers nothing: whether the edit is there, nobody knows.
        let Some((status, answer)) = insert(&http, dir, &title) else {
            continue;
        };
        if status == 200 {
            acknowledged.push(Acknowledged {
                title,
                station: dir.to_owned(),
                epoch: answer["epoch"].as_u64().expect("an epoch"),
            });
            count.fetch_add(1, Ordering::SeqCst);
            continue;
        }
        let code = answer["code"].as_str().unwrap_or_default();
        assert!(
            matches!(code, "busy" | "read_only"),
            "an edit was refused in another way: {answer}"
        );
    }
    acknowledged
}

fn insert(http: &reqwest::blocking::Client, dir: &Path, title: &str) -> Option<(u16, Value)> {
    let control = std::fs::read(dir.join("control.json")).ok()?;
    let control: Value = serde_json::from_slice(&control).ok()?;
    let answer = http
        .post(format!(
            "{}/api/v1/call/insert_items",
            control["url"].as_str()?
        ))
        .bearer_auth(control["token"].as_str()?)
        .json(&note(DAY, title))
        .send()
        .ok()?;
    let status = answer.status().as_u16();
    Some((status, answer.json().ok()?))
}

/// Every acknowledged edit is on this station, once.
pub fn holds_all(station: &Station, acknowledged: &[Acknowledged]) {
    let titles = station.titles(DAY);
    for edit in acknowledged {
        let found = titles.iter().filter(|title| **title == edit.title).count();
        assert_eq!(found, 1, "{edit:?} on {}", station.name);
    }
}

/// Asks a station for something in a thread of its own, since it may die before it answers.
pub fn ask(station: &Station, command: &'static str) -> JoinHandle<()> {
    ask_with(station, command, json!({}))
}

/// The same with arguments.
pub fn ask_with(station: &Station, command: &'static str, args: Value) -> JoinHandle<()> {
    let (url, token) = station.control();
    std::thread::spawn(move || {
        let http = reqwest::blocking::Client::builder()
            .no_proxy()
            .build()
            .expect("a client for loopback");
        // However it ends: the stations are asked afterwards what came of it.
        let _ = http
            .post(format!("{url}/api/v1/call/{command}"))
            .bearer_auth(token)
            .json(&args)
            .send();
    })
}
