//! Getting hold of a running station at a named moment (`store::failpoint`).

use serde_json::{Value, json};
use store::failpoint::Point;

use crate::station::{Station, until};

impl Station {
    /// Has this happen the next time that the station gets there: `kill`, `pause`, `fail`, `value:TEXT`.
    pub fn arm(&self, point: Point, action: &str) {
        self.failpoint(json!({"point": point.name(), "action": action}));
    }

    /// The same, once it has got there unharmed so often.
    pub fn arm_after(&self, skip: u32, point: Point, action: &str) {
        self.failpoint(json!({"point": point.name(), "action": action, "skip": skip}));
    }

    /// Nothing happens there any more, and whoever stands still there goes on.
    pub fn disarm(&self, point: Point) {
        self.failpoint(json!({"point": point.name()}));
    }

    /// How often this process got there.
    pub fn reached(&self, point: Point) -> u64 {
        let (url, token) = self.control();
        let answer = http()
            .get(format!("{url}/api/v1/failpoints"))
            .bearer_auth(token)
            .send()
            .expect("the failpoints are served");
        let counts: Value = answer.json().expect("JSON");
        counts[point.name()].as_u64().expect("a count")
    }

    /// Waits until it gets there once more than `before`.
    pub fn until_reached(&self, point: Point, before: u64) {
        until(point.name(), || self.reached(point) > before);
    }

    fn failpoint(&self, body: Value) {
        let (url, token) = self.control();
        let answer = http()
            .post(format!("{url}/api/v1/failpoints"))
            .bearer_auth(token)
            .json(&body)
            .send()
            .expect("the failpoints are served");
        assert_eq!(answer.status(), 200, "{body}");
    }
}

fn http() -> reqwest::blocking::Client {
    reqwest::blocking::Client::builder()
        .no_proxy()
        .build()
        .expect("a client for loopback")
}
