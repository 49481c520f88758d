//! `make bench`: how fast a pair is, as ratios to what the same machine's disk and loopback can do in the same run.
//!
//! Absolute times differ from machine to machine and from minute to minute; each is printed beside a probe that was
//! measured in between, and only the ratios are claims.

#[allow(
    dead_code,
    reason = "the tests use more of the harness than the benchmark does"
)]
#[path = "../system/station.rs"]
mod station;

#[path = "../system/events.rs"]
mod events;

use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use events::{listen, next};
use station::{DAY, Pair, Station, note};

/// Edits that are measured, after a tenth of them to warm up.
const EDITS: usize = 500;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let pair = Pair::copy();
    let mut probe = Probe::new(&pair.primary);
    let mut measured = Measured::default();
    runtime.block_on(edits(&pair, &mut probe, &mut measured));
    pair.until_synced();
    report(&mut measured);
}

#[derive(Default)]
struct Measured {
    fdatasync: Vec<Duration>,
    round_trip: Vec<Duration>,
    answered: Vec<Duration>,
    visible: Vec<Duration>,
    twice: Vec<Duration>,
}

async fn edits(pair: &Pair, probe: &mut Probe, measured: &mut Measured) {
    let http = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    let mut here = listen(&pair.primary).await;
    let mut there = listen(&pair.secondary).await;
    let (url, token) = pair.primary.control();
    for n in 0..EDITS + EDITS / 10 {
        let (synced, trip) = (probe.fdatasync(), probe.round_trip());
        let begun = Instant::now();
        let answer: Value = http
            .post(format!("{url}/api/v1/call/insert_items"))
            .bearer_auth(&token)
            .json(&note(DAY, &format!("edit {n}")))
            .send()
            .await
            .expect("an answer")
            .json()
            .await
            .expect("JSON");
        let answered = begun.elapsed();
        let seq = answer["seq"].as_u64().expect("a seq");
        next(&mut there, "the entry", |e| {
            e["type"] == "entry" && e["seq"] == seq
        })
        .await;
        let visible = begun.elapsed();
        next(&mut here, "that the peer holds it", |e| {
            e["type"] == "peer_durable" && e["seq"].as_u64() >= Some(seq)
        })
        .await;
        let twice = begun.elapsed();
        if n >= EDITS / 10 {
            measured.fdatasync.push(synced);
            measured.round_trip.push(trip);
            measured.answered.push(answered);
            measured.visible.push(visible);
            measured.twice.push(twice);
        }
    }
}

/// What the disk and the loopback can do at this moment.
struct Probe {
    file: File,
    client: TcpStream,
}

impl Probe {
    fn new(station: &Station) -> Self {
        let file = File::create(station.dir.join("probe")).expect("a file beside the database");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let client =
            TcpStream::connect(listener.local_addr().expect("an address")).expect("loopback");
        client.set_nodelay(true).expect("no delay");
        let (mut server, _) = listener.accept().expect("a connection");
        server.set_nodelay(true).expect("no delay");
        std::thread::spawn(move || {
            let mut bytes = [0; 512];
            while server.read_exact(&mut bytes).is_ok() && server.write_all(&bytes).is_ok() {}
        });
        Self { file, client }
    }

    /// Appends a page and waits for the disk.
    fn fdatasync(&mut self) -> Duration {
        let begun = Instant::now();
        self.file.write_all(&[7; 4096]).expect("a page");
        self.file.sync_data().expect("fdatasync");
        begun.elapsed()
    }

    /// Sends half a kilobyte there and back.
    fn round_trip(&mut self) -> Duration {
        let mut bytes = [7; 512];
        let begun = Instant::now();
        self.client.write_all(&bytes).expect("there");
        self.client.read_exact(&mut bytes).expect("and back");
        begun.elapsed()
    }
}

fn at(samples: &mut [Duration], percent: usize) -> f64 {
    samples.sort_unstable();
    let index = (samples.len() * percent / 100).min(samples.len() - 1);
    samples[index].as_secs_f64() * 1e6
}

fn report(measured: &mut Measured) {
    let rows = [
        ("probe: fdatasync of 4 KiB", &mut measured.fdatasync),
        ("probe: loopback round trip", &mut measured.round_trip),
        ("edit answered (durable here)", &mut measured.answered),
        ("edit visible on the peer", &mut measured.visible),
        ("edit known to be durable twice", &mut measured.twice),
    ]
    .map(|(name, samples)| (name, at(samples, 50), at(samples, 99)));
    println!("{EDITS} edits, one after the other");
    println!("| what | p50 µs | p99 µs | p99 / p50 |\n|---|---|---|---|");
    for (name, p50, p99) in rows {
        println!("| {name} | {p50:.0} | {p99:.0} | {:.1} |", p99 / p50);
    }
    let base = 2.0 * rows[0].1 + rows[1].1;
    println!(
        "\nRatios of the medians to 2 fdatasync + 1 round trip of the same run ({base:.0} µs):"
    );
    let ratios: Vec<Value> = rows[2..]
        .iter()
        .map(|(name, p50, _)| json!({"what": name, "ratio": (p50 / base * 100.0).round() / 100.0}))
        .collect();
    for ratio in &ratios {
        println!(
            "- {}: {}",
            ratio["what"].as_str().unwrap_or_default(),
            ratio["ratio"]
        );
    }
}
