//! The window's way to the station: one command for every call, one event for every event.

use node::api::{ApiError, Event};
use node::station::Station;
use serde_json::Value;
use tauri::{AppHandle, Emitter, State};

use crate::window::LABEL;

/// The name under which the window hears `node::api::Event`.
pub(crate) const EVENT: &str = "tandem://event";

/// Runs a command of the station (DESIGN.md 6.2) for the window.
#[tauri::command]
pub(crate) async fn call(
    station: State<'_, Station>,
    command: String,
    args: Value,
) -> Result<Value, ApiError> {
    station.router().call(&command, args).await
}

/// Tells the window what happened.
pub(crate) fn tell(app: &AppHandle, event: &Event) {
    if let Err(error) = app.emit_to(LABEL, EVENT, event) {
        tracing::warn!(%error, "the window could not be told of an event");
    }
}
