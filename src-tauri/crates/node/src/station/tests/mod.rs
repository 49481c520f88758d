//! A whole station without a peer, through its router: what each command promises.

mod backups;
mod calendar;
mod changes;
mod dropped;
mod events;
mod exchange;
mod files;
mod history;
mod library;
mod planning;
mod playlist;
mod preview;
mod read_only;
mod scan;
mod settings;
mod templates;
mod watch;

use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Options, Station};
use crate::api::{ApiError, ErrorCode, Event};

/// The longest that anything may take before a test gives up. Generous: a slow machine is no fault.
const PATIENCE: Duration = Duration::from_secs(60);
const DAY: &str = "2026-11-22";

/// A station on a data directory of its own.
struct Bench {
    station: Station,
    _dir: TempDir,
}

impl Bench {
    async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self {
            station: Station::start(options(&dir)).await.unwrap(),
            _dir: dir,
        }
    }

    async fn call(&self, command: &str, args: Value) -> Result<Value, ApiError> {
        self.station.router().call(command, args).await
    }

    async fn ok(&self, command: &str, args: Value) -> Value {
        self.call(command, args)
            .await
            .unwrap_or_else(|error| panic!("{command}: {error:?}"))
    }

    async fn err(&self, command: &str, args: Value) -> ApiError {
        match self.call(command, args.clone()).await {
            Ok(answer) => panic!("{command} {args} was not refused: {answer}"),
            Err(error) => error,
        }
    }

    async fn code(&self, command: &str, args: Value) -> ErrorCode {
        self.err(command, args).await.code
    }

    /// Inserts items of 100 frames at the end of the day; their ids.
    async fn insert(&self, titles: &[&str]) -> Vec<String> {
        let day = self.ok("get_playlist", json!({ "date": DAY })).await;
        let after = day["items"]
            .as_array()
            .unwrap()
            .last()
            .map_or(Value::Null, |item| item["id"].clone());
        let items: Vec<Value> = titles
            .iter()
            .map(|title| json!({ "title": title, "duration": 100 }))
            .collect();
        let inserted = self
            .ok(
                "insert_items",
                json!({ "date": DAY, "after": after, "items": items }),
            )
            .await;
        strings(&inserted["items"], "id")
    }

    /// The titles of the day's items in order.
    async fn titles(&self) -> Vec<String> {
        strings(
            &self.ok("get_playlist", json!({ "date": DAY })).await["items"],
            "title",
        )
    }

    /// Where the station is, and the sum of its data: equal before and after whatever changed nothing.
    async fn state(&self) -> (Value, Value) {
        let pair = self.ok("get_redundancy", json!({})).await;
        (pair["position"].clone(), pair["sum"].clone())
    }

    /// The first event that `wanted` takes.
    async fn heard<T>(
        events: &mut tokio::sync::broadcast::Receiver<Event>,
        wanted: impl Fn(Event) -> Option<T>,
    ) -> T {
        let search = async {
            loop {
                if let Some(found) = wanted(events.recv().await.unwrap()) {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, search)
            .await
            .expect("the event comes")
    }
}

fn options(dir: &TempDir) -> Options {
    Options {
        data_dir: Some(dir.path().join("data")),
        listen: Some("127.0.0.1:0".parse().unwrap()),
        name: Some("Station A".into()),
        ..Options::default()
    }
}

fn strings(list: &Value, field: &str) -> Vec<String> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|entry| entry[field].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_station_tells_who_it_is_and_a_second_one_on_its_data_is_refused() {
    let bench = Bench::start().await;
    let station = bench.ok("get_station", json!({})).await;
    assert_eq!(station["name"], "Station A");
    assert_eq!(station["editable"], true);
    assert_eq!(station["mode"], "none");
    assert!(
        station["url"].as_str().unwrap().contains("/#sha256-"),
        "{station}"
    );

    let data_dir = Some(bench.station.data_dir().to_owned());
    match Station::start(Options {
        data_dir: data_dir.clone(),
        ..Options::default()
    })
    .await
    {
        Err(super::StartError::AlreadyRunning {
            data_dir: named, ..
        }) => assert_eq!(Some(named), data_dir),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("two stations run on one data directory"),
    }
    bench.station.stop().await;
}

#[tokio::test]
async fn name_and_data_are_kept_over_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let first = Bench {
        station: Station::start(options(&dir)).await.unwrap(),
        _dir: tempfile::tempdir().unwrap(),
    };
    first.insert(&["News"]).await;
    let (state, url) = (first.state().await, first.station.url());
    first.station.stop().await;
    assert_eq!(
        first.code("get_station", json!({})).await,
        ErrorCode::Unavailable,
        "a stopped station answers nothing"
    );

    let again = Options {
        name: None,
        ..options(&dir)
    };
    let second = Bench {
        station: Station::start(again).await.unwrap(),
        _dir: tempfile::tempdir().unwrap(),
    };
    assert_eq!(
        second.ok("get_station", json!({})).await["name"],
        "Station A"
    );
    assert_eq!(second.titles().await, ["News"]);
    assert_eq!(second.state().await.1, state.1);
    assert_eq!(second.station.url(), url, "its peer must find it again");
    second.station.stop().await;
}

#[tokio::test]
async fn what_is_no_command_or_has_other_arguments_is_refused_by_name() {
    let bench = Bench::start().await;
    assert_eq!(
        bench.code("make_coffee", json!({})).await,
        ErrorCode::NotFound
    );
    for args in [
        json!({ "date": DAY, "colour": 1 }),
        json!({ "date": 7 }),
        json!([]),
        json!("x"),
        Value::Null,
    ] {
        assert_eq!(
            bench.code("get_playlist", args.clone()).await,
            ErrorCode::Invalid,
            "{args}"
        );
    }
    assert_eq!(
        bench
            .code("delete_items", json!({ "ids": ["not-an-id"] }))
            .await,
        ErrorCode::Invalid
    );
    bench.station.stop().await;
}
