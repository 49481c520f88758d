//! Asking a station over its control API, and waiting for what it is to say.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Station;

/// The longest that anything may take before a test gives up. Generous: a slow machine is no fault.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The broadcast day that tests schedule.
pub const DAY: &str = "2026-11-22";

/// An error as the contract has it.
#[derive(Debug, Clone)]
pub struct CallError {
    pub status: u16,
    pub code: String,
    pub message: String,
    pub details: Value,
}

impl CallError {
    fn of(status: u16, body: &Value) -> Self {
        let text = |field: &str| body[field].as_str().unwrap_or_default().to_owned();
        Self {
            status,
            code: text("code"),
            message: text("message"),
            details: body["details"].clone(),
        }
    }
}

impl Station {
    /// Calls a command where the station is: this process cannot reach its control port.
    fn call_inside(&self, command: &str, args: &Value) -> Result<Value, CallError> {
        let output = self
            .enter(env!("CARGO_BIN_EXE_tandem-node"))
            .args(["call", "--data-dir"])
            .arg(&self.dir)
            .args([command, &args.to_string()])
            .output()
            .expect("tandem-node call runs");
        let parse = |bytes: &[u8]| {
            serde_json::from_slice(bytes).unwrap_or_else(|error| {
                let text = String::from_utf8_lossy(bytes);
                panic!("{}: {command} answers no JSON: {error}: {text}", self.name)
            })
        };
        if output.status.success() {
            return Ok(parse(&output.stdout));
        }
        Err(CallError::of(0, &parse(&output.stderr)))
    }

    /// Where the control API is, and its token.
    pub fn control(&self) -> (String, String) {
        let text =
            std::fs::read_to_string(self.files().join("control.json")).expect("control.json");
        let control: Value = serde_json::from_str(&text).expect("control.json is JSON");
        let field = |name: &str| control[name].as_str().expect("a string").to_owned();
        (field("url"), field("token"))
    }

    /// Calls a command.
    pub fn call(&self, command: &str, args: Value) -> Result<Value, CallError> {
        if self.network.is_some() {
            return self.call_inside(command, &args);
        }
        let (url, token) = self.control();
        let answer = self
            .http
            .post(format!("{url}/api/v1/call/{command}"))
            .bearer_auth(token)
            .json(&args)
            .send()
            .unwrap_or_else(|error| panic!("{}: {command}: {error}", self.name));
        let status = answer.status().as_u16();
        let body: Value = answer
            .json()
            .unwrap_or_else(|error| panic!("{}: {command} answers no JSON: {error}", self.name));
        if status == 200 {
            return Ok(body);
        }
        Err(CallError::of(status, &body))
    }

    /// Calls a command that must succeed.
    pub fn ok(&self, command: &str, args: Value) -> Value {
        self.call(command, args.clone())
            .unwrap_or_else(|error| panic!("{}: {command} {args}: {error:?}", self.name))
    }

    /// Calls a command that must be refused with this code, with a message for people.
    pub fn refused(&self, command: &str, args: Value, code: &str) -> CallError {
        match self.call(command, args.clone()) {
            Ok(answer) => panic!("{}: {command} {args} was not refused: {answer}", self.name),
            Err(error) => {
                assert_eq!(
                    error.code, code,
                    "{}: {command} {args}: {error:?}",
                    self.name
                );
                assert!(!error.message.is_empty(), "{command}: no message");
                error
            }
        }
    }

    pub fn redundancy(&self) -> Value {
        self.ok("get_redundancy", json!({}))
    }

    pub fn status(&self) -> String {
        self.redundancy()["status"]
            .as_str()
            .expect("a status")
            .to_owned()
    }

    /// Waits until the redundancy is as wanted; answers it.
    pub fn until(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let until = Instant::now() + PATIENCE;
        loop {
            let now = self.redundancy();
            if wanted(&now) {
                return now;
            }
            assert!(
                Instant::now() < until,
                "{}: never {what}; it is {now:#}\nlog: {:#}",
                self.name,
                self.ok("get_redundancy_log", json!({"limit": 20}))
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits for this status.
    pub fn until_status(&self, status: &str) -> Value {
        self.until(status, |r| r["status"] == status)
    }

    /// Waits for this status with this reason.
    pub fn until_reason(&self, status: &str, reason: &str) -> Value {
        self.until(&format!("{status} ({reason})"), |r| {
            r["status"] == status && r["reason"] == reason
        })
    }

    /// Waits until this station accepts edits.
    pub fn until_editable(&self) {
        let until = Instant::now() + PATIENCE;
        while self.ok("get_station", json!({}))["editable"] != json!(true) {
            assert!(
                Instant::now() < until,
                "{} never became editable; it is {:#}",
                self.name,
                self.redundancy()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Inserts a note at the head of this day; answers the whole answer.
    pub fn note(&self, date: &str, title: &str) -> Value {
        self.ok("insert_items", note(date, title))
    }

    /// The titles of a day in order.
    pub fn titles(&self, date: &str) -> Vec<String> {
        self.ok("get_playlist", json!({"date": date}))["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|item| item["title"].as_str().expect("a title").to_owned())
            .collect()
    }

    /// The rolling sum, after holding it against a full scan.
    pub fn verified_sum(&self) -> String {
        let verify = self.ok("verify", json!({}));
        assert_eq!(verify["ok"], json!(true), "{}: {verify}", self.name);
        assert_eq!(verify["sum"], verify["scanned_sum"]);
        verify["sum"].as_str().expect("a sum").to_owned()
    }
}

/// The arguments that insert a note at the head of a day.
pub fn note(date: &str, title: &str) -> Value {
    json!({"date": date, "after": null, "items": [{"kind": "note", "title": title}]})
}

/// Waits until a condition holds.
pub fn until(what: &str, condition: impl Fn() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < until, "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
