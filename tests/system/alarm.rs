//! The alarm: raised on whichever station needs its operator, silenced by an operator, and on record.

use serde_json::{Value, json};

use crate::station::{Pair, Station, until};

fn alarms(station: &Station) -> Value {
    station.ok("get_alarms", json!({}))
}

fn open(station: &Station) -> Vec<String> {
    let alarms = alarms(station);
    let open = alarms["open"].as_array().expect("alarms");
    let cause = |alarm: &Value| alarm["cause"].as_str().expect("a cause").to_owned();
    open.iter().map(cause).collect()
}

fn until_open(station: &Station, causes: &[&str]) {
    until(
        &format!("{} has {causes:?} as its alarms", station.name),
        || open(station) == causes,
    );
}

fn acknowledge(station: &Station) {
    let up_to = alarms(station)["open"]
        .as_array()
        .and_then(|open| open.last())
        .map(|alarm| alarm["number"].clone())
        .expect("an open alarm");
    let left = station.ok("acknowledge_alarms", json!({ "up_to": up_to }));
    assert_eq!(left["open"], json!([]));
    assert_eq!(left["sounds"], false);
}

fn acknowledgements(station: &Station) -> Vec<String> {
    let log = station.ok("get_redundancy_log", json!({}));
    let entries = log.as_array().expect("entries").iter();
    entries
        .filter(|entry| entry["event"] == "acknowledged")
        .map(|entry| entry["detail"].as_str().expect("a detail").to_owned())
        .collect()
}

#[test]
fn a_lost_primary_and_the_failover_sound_until_acknowledged_and_so_does_the_old_primarys_return() {
    let mut pair = Pair::failover(3);
    assert_eq!(open(&pair.primary), Vec::<String>::new());
    assert_eq!(open(&pair.secondary), Vec::<String>::new());

    pair.primary.kill();
    until_open(&pair.secondary, &["unavailable"]);
    assert_eq!(alarms(&pair.secondary)["sounds"], true);
    acknowledge(&pair.secondary);
    let [line] = &acknowledgements(&pair.secondary)[..] else {
        panic!("one line");
    };
    let user = pair.secondary.ok("get_station", json!({}))["user"].clone();
    assert!(
        line.starts_with(&format!("{} acknowledged", user.as_str().expect("a user"))),
        "{line}"
    );

    // A new one: nobody has seen that this station leads now.
    until_open(&pair.secondary, &["took_over"]);

    // It is still there when the station itself comes back.
    pair.secondary.kill();
    pair.secondary.run();
    assert_eq!(open(&pair.secondary)[0], "took_over");

    pair.primary.run();
    until_open(&pair.primary, &["superseded"]);
    until_open(&pair.secondary, &["took_over", "two_primaries"]);
}
