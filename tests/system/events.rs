//! Listening to what a station tells without being asked.

use futures_util::TryStreamExt;
use reqwest_websocket::{Message, Upgrade, WebSocket};
use serde_json::Value;

use crate::station::{PATIENCE, Station};

/// Listens to a station's events.
pub async fn listen(station: &Station) -> WebSocket {
    let (url, token) = station.control();
    reqwest::Client::builder()
        .no_proxy()
        .http1_only()
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
        .expect("a WebSocket")
}

/// The next event that is wanted.
pub async fn next(events: &mut WebSocket, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let found = async {
        while let Some(message) = events.try_next().await.expect("an event") {
            if let Message::Text(text) = message {
                let event: Value = serde_json::from_str(&text).expect("events are JSON");
                if wanted(&event) {
                    return event;
                }
            }
        }
        panic!("the station closed its events before: {what}")
    };
    tokio::time::timeout(PATIENCE, found)
        .await
        .unwrap_or_else(|_| panic!("never told: {what}"))
}
