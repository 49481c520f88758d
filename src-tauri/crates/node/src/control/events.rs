//! `GET /api/v1/events`: the station's events over a WebSocket, one JSON object each.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::{IntoResponse, Response};
use tokio::sync::broadcast::error::RecvError;

use super::Served;
use crate::api::{ApiError, ErrorCode, Event, Handlers, Nothing};

/// The subprotocol that browsers name beside the one with the token.
const PROTOCOL: &str = "tandem";
/// How many may listen at once.
const LISTENERS_MAX: usize = 64;
/// How long a client may take for one event before it is given up.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);
/// How often a quiet connection is checked.
const PING_EVERY: Duration = Duration::from_secs(20);

pub(super) async fn listen<H: Handlers + 'static>(
    State(served): State<Arc<Served<H>>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    if served.listeners.len() > LISTENERS_MAX {
        let message =
            format!("{LISTENERS_MAX} clients listen to this station's events already: close one.");
        return ApiError::new(ErrorCode::Busy, message).into_response();
    }
    let task = served.listeners.token();
    upgrade
        .protocols([PROTOCOL])
        .max_message_size(4_096)
        .on_upgrade(async move |socket| {
            let _task = task;
            tell(socket, &served).await;
        })
}

async fn tell<H: Handlers>(mut socket: WebSocket, served: &Served<H>) {
    // Listening starts before the first status is made: nothing falls in between.
    let mut events = served.events.subscribe();
    if !matches!(status(served).await, Some(event) if send(&mut socket, &event).await) {
        return;
    }
    let mut ping = tokio::time::interval(PING_EVERY);
    loop {
        let event = tokio::select! {
            () = served.closing.cancelled() => break,
            event = events.recv() => event,
            from_client = socket.recv() => match from_client {
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => return,
            },
            _ = ping.tick() => {
                if !send_message(&mut socket, Message::Ping(bytes::Bytes::new())).await { return }
                continue;
            }
        };
        let sent = match event {
            Ok(event) => send(&mut socket, &event).await,
            Err(RecvError::Lagged(missed)) => {
                tracing::debug!(missed, "a client was too slow for the station's events");
                let status = status(served).await;
                send(&mut socket, &Event::Refetch).await
                    && matches!(status, Some(event) if send(&mut socket, &event).await)
            }
            Err(RecvError::Closed) => break,
        };
        if !sent {
            return;
        }
    }
    send_message(&mut socket, Message::Close(None)).await;
}

async fn status<H: Handlers>(served: &Served<H>) -> Option<Event> {
    let station = served.handlers.get_station(Nothing {}).await.ok()?;
    let redundancy = served.handlers.get_redundancy(Nothing {}).await.ok()?;
    Some(Event::Status {
        station: Box::new(station),
        redundancy: Box::new(redundancy),
    })
}

async fn send(socket: &mut WebSocket, event: &Event) -> bool {
    match serde_json::to_string(event) {
        Ok(text) => send_message(socket, Message::Text(text.into())).await,
        Err(error) => {
            tracing::error!(%error, "an event could not be written as JSON");
            true
        }
    }
}

async fn send_message(socket: &mut WebSocket, message: Message) -> bool {
    matches!(
        tokio::time::timeout(SEND_TIMEOUT, socket.send(message)).await,
        Ok(Ok(()))
    )
}
