//! `make bench`: how fast a pair of stations is, beside PostgreSQL's streaming replication and Redis's, on one disk in one
//! run.
//!
//! Absolute times differ from machine to machine and from minute to minute: the systems take turns, a probe of the disk
//! and of the loopback is measured in between, and only the ratios are claims. The servers are started by the benchmark in a
//! directory of its own; nothing is left behind.

mod client;
mod http;
mod machine;
mod postgres;
mod probe;
#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../system/proxy.rs"]
mod proxy;
mod redis;
mod samples;
mod scenario;
mod scratch;
mod server;
#[allow(dead_code, unused_imports, reason = "the tests use more of it")]
#[path = "../system/station/mod.rs"]
mod station;
mod table;
mod tandem;
mod watch;
mod wire;

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use postgres::Postgres;
use redis::Redis;
use scenario::{
    Side, capture, catchup, day, latency, promotion, reconnect, snapshot, switch, throughput,
};
use scratch::Scratch;
use table::Section;

/// Measures a pair of stations beside PostgreSQL and Redis.
#[derive(Parser)]
struct Options {
    /// Only these (with commas between them)
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Scenario>,
    /// The page to write; without it, the page goes to standard output only
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Where the data lie while it runs: a directory on the disk that is to be measured
    #[arg(long, value_name = "DIR", default_value = "/var/tmp")]
    dir: PathBuf,
    /// Cargo says so
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Scenario {
    Latency,
    Throughput,
    Capture,
    Catchup,
    Reconnect,
    Promotion,
    Switch,
    Snapshot,
    Day,
}

fn main() {
    let options = Options::parse();
    let scratch = Scratch::new(&options.dir);
    let versions = [
        format!("Tandem {} (release build)", env!("CARGO_PKG_VERSION")),
        format!("SQLite {}", snapshot::sqlite_version()),
        Postgres::version(),
        Redis::version(),
    ];
    let machine = machine::describe(scratch.root(), &versions);
    eprintln!("{machine}");
    let sections = measure(&options.only, &scratch);
    drop(scratch);
    let page = page(&machine, &sections);
    println!("{page}");
    if let Some(file) = options.save {
        std::fs::write(&file, page)
            .unwrap_or_else(|error| panic!("could not write {}: {error}", file.display()));
        eprintln!("written to {}", file.display());
    }
}

impl Scenario {
    /// Whether the other systems take part.
    fn beside_others(self) -> bool {
        matches!(
            self,
            Self::Latency | Self::Throughput | Self::Capture | Self::Catchup
        )
    }
}

fn measure(only: &[Scenario], scratch: &Scratch) -> Vec<Section> {
    let mut sections = Vec::new();
    let mut side: Option<Side> = None;
    for scenario in Scenario::value_variants() {
        if !only.is_empty() && !only.contains(scenario) {
            continue;
        }
        if !scenario.beside_others() {
            // They run only as long as they are compared.
            side = None;
        }
        let section = match scenario {
            Scenario::Latency => latency::measure(beside(&mut side, scratch)),
            Scenario::Throughput => throughput::measure(beside(&mut side, scratch)),
            Scenario::Capture => capture::measure(scratch),
            Scenario::Catchup => catchup::measure(beside(&mut side, scratch)),
            Scenario::Reconnect => reconnect::measure(scratch),
            Scenario::Promotion => promotion::measure(scratch),
            Scenario::Switch => switch::measure(scratch),
            Scenario::Snapshot => snapshot::measure(scratch),
            Scenario::Day => day::measure(scratch),
        };
        eprintln!("{}", section.page());
        sections.push(section);
    }
    sections
}

/// The other systems, started where they do not run yet.
fn beside<'a>(side: &'a mut Option<Side>, scratch: &Scratch) -> &'a mut Side {
    side.get_or_insert_with(|| Side::start(scratch))
}

/// The whole page.
fn page(machine: &str, sections: &[Section]) -> String {
    let (claims, met) = sections
        .iter()
        .map(Section::claims)
        .fold((0, 0), |sum, claims| (sum.0 + claims.0, sum.1 + claims.1));
    let mut page = format!(
        "# Benchmarks\n\n\
         How fast a pair of stations is, beside PostgreSQL's streaming replication and Redis's: two real `tandem-node` processes over \
         TLS, a primary and a hot standby, a master and a replica, all on one machine and one disk, started by `make bench` itself. \
         They take turns in one run; only the ratios are claims, since absolute times are this machine's at that moment, and ratios too \
         want a machine that does little else. \
         {met} of {claims} targets are met.\n\n{machine}\n"
    );
    for section in sections {
        page.push('\n');
        page.push_str(&section.page());
    }
    page
}
