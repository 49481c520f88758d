//! What of this computer the window's settings show and change: no part of the station, so no command of it.

use node::api::{ApiError, ErrorCode};
use serde::Serialize;
use tauri::State;

use crate::login::Login;
use crate::sleep::{Awake, Sleep};

/// How this computer is set.
#[derive(Debug, Serialize)]
pub(crate) struct Computer {
    /// Whether this station starts when its user logs in; null where this system has no such thing.
    start_at_login: Option<bool>,
    /// Whether this computer is kept awake.
    awake: Awake,
}

/// How this computer is set now.
#[tauri::command]
pub(crate) fn computer(
    login: State<'_, Login>,
    sleep: State<'_, std::sync::Arc<Sleep>>,
) -> Computer {
    Computer {
        start_at_login: login.starts(),
        awake: sleep.state(),
    }
}

/// Has this station start when its user logs in, or not.
#[tauri::command]
pub(crate) fn start_at_login(login: State<'_, Login>, on: bool) -> Result<(), ApiError> {
    login.set(on).map_err(|error| {
        let message = format!("The entry in the autostart folder could not be changed: {error}.");
        ApiError::new(ErrorCode::Internal, message)
    })
}
