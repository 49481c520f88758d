//! The contract that other programs see (DESIGN.md 6).

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::station::{DAY, Station};

#[test]
fn the_ready_line_and_get_station_have_their_exact_shapes() {
    let station = Station::start("Alpha");
    let mut keys: Vec<_> = station
        .ready
        .as_object()
        .expect("an object")
        .keys()
        .cloned()
        .collect();
    keys.sort();
    assert_eq!(keys, ["control", "ready", "station_id", "url"]);
    assert!(station.url().starts_with("https://127.0.0.1:"));
    assert!(station.url().contains("/#sha256-"));
    assert!(
        station.ready["control"]
            .as_str()
            .expect("a url")
            .starts_with("http://127.0.0.1:")
    );
    let info = station.ok("get_station", json!({}));
    assert_eq!(info["station_id"], station.ready["station_id"]);
    assert_eq!(info["name"], "Alpha");
    assert_eq!(info["mode"], "none");
    assert_eq!(info["editable"], true);
}

#[test]
fn get_redundancy_has_the_fields_of_the_contract() {
    let station = Station::start("Alpha");
    let r = station.redundancy();
    for field in [
        "mode",
        "peer_url",
        "failover_offset_s",
        "status",
        "reason",
        "since",
        "armed",
        "countdown_s",
        "lag",
        "position",
        "peer_durable_seq",
        "sum",
        "peer",
        "orphans",
    ] {
        assert!(r.get(field).is_some(), "{field} is missing: {r:#}");
    }
    for field in ["lineage", "epoch", "opener", "seq", "chain"] {
        assert!(
            r["position"].get(field).is_some(),
            "position.{field} is missing"
        );
    }
    assert_eq!(
        r["sum"].as_str().map(str::len),
        Some(32),
        "lower-case hex of 128 bits"
    );
}

#[test]
fn call_prints_the_answer_and_errors_go_to_stderr_with_exit_code_1() {
    let station = Station::start("Alpha");
    let call = |args: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_tandem-node"))
            .arg("call")
            .arg("--data-dir")
            .arg(&station.dir)
            .args(args)
            .stdin(Stdio::null())
            .output()
            .expect("tandem-node call runs")
    };
    let good = call(&["get_station"]);
    assert!(good.status.success());
    let answer: Value = serde_json::from_slice(&good.stdout).expect("JSON");
    assert_eq!(answer["name"], "Alpha");

    for (args, code) in [
        (["get_playlist", r#"{"date": "not a day"}"#], "invalid"),
        (["get_playlist", "{"], "invalid"),
        (["no_such_command", "{}"], "not_found"),
    ] {
        let bad = call(&args);
        assert_eq!(bad.status.code(), Some(1), "{args:?}");
        assert!(bad.stdout.is_empty());
        let error: Value = serde_json::from_slice(&bad.stderr).expect("JSON on stderr");
        assert_eq!(error["code"], code, "{error}");
        assert!(error.get("message").is_some() && error.get("details").is_some());
    }
}

#[test]
fn nobody_gets_in_without_the_token() {
    let station = Station::start("Alpha");
    let (url, token) = station.control();
    let http = reqwest::blocking::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    let post = |bearer: Option<&str>| {
        let mut request = http
            .post(format!("{url}/api/v1/call/get_station"))
            .json(&json!({}));
        if let Some(bearer) = bearer {
            request = request.bearer_auth(bearer);
        }
        request.send().expect("an answer")
    };
    for bearer in [None, Some(""), Some("wrong"), Some(&token[1..])] {
        let answer = post(bearer);
        assert_eq!(answer.status(), 401);
        let error: Value = answer.json().expect("JSON");
        assert_eq!(error["code"], "unauthorized");
    }
    assert_eq!(post(Some(&token)).status(), 200);
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(station.dir.join("control.json"))
            .expect("control.json")
            .permissions(),
    );
    assert_eq!(mode & 0o077, 0, "readable by the user alone");
}

#[test]
fn ids_that_do_not_exist_are_not_found_and_change_nothing() {
    let station = Station::start("Alpha");
    station.note(DAY, "one");
    let before = station.verified_sum();
    let nobody = "01890000-0000-7000-8000-000000000000";
    for (command, args) in [
        (
            "update_items",
            json!({"ids": [nobody], "set": {"title": "x"}}),
        ),
        ("move_items", json!({"ids": [nobody], "after": null})),
        ("delete_items", json!({"ids": [nobody]})),
        ("get_asset", json!({"id": nobody})),
        ("update_asset", json!({"id": nobody, "set": {"title": "x"}})),
        ("delete_assets", json!({"ids": [nobody]})),
        ("get_playlist", json!({"id": nobody})),
        ("get_job", json!({"job": nobody})),
        (
            "insert_items",
            json!({"date": DAY, "after": nobody, "items": [{"kind": "note", "title": "x"}]}),
        ),
    ] {
        station.refused(command, args, "not_found");
    }
    for (command, args) in [
        (
            "insert_items",
            json!({"date": DAY, "items": [{"kind": "clip", "title": "x", "duration": -1}]}),
        ),
        (
            "insert_items",
            json!({"date": "2026-02-30", "items": [{"kind": "note", "title": "x"}]}),
        ),
        ("update_settings", json!({"channel": {"frame_rate": "0/0"}})),
        (
            "update_settings",
            json!({"channel": {"time_zone": "Mars/Olympus"}}),
        ),
        (
            "update_settings",
            json!({"channel": {"day_start": "25:00:00:00"}}),
        ),
        ("get_playlist", json!({"date": DAY, "surprise": 1})),
    ] {
        station.refused(command, args, "invalid");
    }
    assert_eq!(station.verified_sum(), before);
}

#[test]
fn a_day_is_scheduled_edited_undone_and_redone() {
    let station = Station::start("Alpha");
    let items = json!([
        {"kind": "clip", "title": "News", "duration": 45_000},
        {"kind": "clip", "title": "Weather", "duration": 4_500},
        {"kind": "live", "title": "Studio", "duration": 90_000, "start_mode": "fixed", "fixed_start": "07:00:00:00"},
    ]);
    station.ok(
        "insert_items",
        json!({"date": DAY, "after": null, "items": items}),
    );
    let day = station.ok("get_playlist", json!({"date": DAY}));
    let list = day["items"].as_array().expect("items");
    assert_eq!(list.len(), 3);
    assert_eq!(list[0]["starts_at"], "06:00:00:00");
    assert_eq!(list[0]["ends_at"], "06:30:00:00");
    assert_eq!(list[1]["starts_at"], "06:30:00:00");
    assert_eq!(list[2]["starts_at"], "07:00:00:00");
    let mark = &list[2]["marks"][0];
    assert_eq!(
        (mark["kind"].as_str(), mark["frames"].as_i64()),
        (Some("gap"), Some(40_500))
    );

    let ids: Vec<_> = list.iter().map(|item| item["id"].clone()).collect();
    station.ok("move_items", json!({"ids": [ids[1]], "after": null}));
    assert_eq!(station.titles(DAY), ["Weather", "News", "Studio"]);
    station.ok("delete_items", json!({"ids": [ids[0]]}));
    assert_eq!(station.titles(DAY), ["Weather", "Studio"]);
    station.ok("undo", json!({}));
    station.ok("undo", json!({}));
    assert_eq!(station.titles(DAY), ["News", "Weather", "Studio"]);
    station.ok("redo", json!({}));
    assert_eq!(station.titles(DAY), ["Weather", "News", "Studio"]);
    let history = station.ok("get_history", json!({}));
    assert!(
        history["redo"]["label"]
            .as_str()
            .expect("a label")
            .contains("Delete"),
        "{history:#}"
    );
    station.verified_sum();
}
