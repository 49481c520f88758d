//! What the tray's menu does. Every action on the pair is a command of the station, run by its router like any other.

use node::station::Station;
use serde_json::json;
use tauri::{AppHandle, Manager};

use crate::notices::Notice;
use crate::speech::Voice;
use crate::{notify, quit, window, words};

/// Raises the window.
pub(crate) const OPEN: &str = "open";
/// Ends the station and the window, once the operator knows what that does to the pair.
pub(crate) const QUIT: &str = "quit";
/// The commands of DESIGN.md 6.2 that the menu runs, by their own names.
pub(crate) const RESYNC_NOW: &str = "resync_now";
pub(crate) const MAKE_PRIMARY: &str = "make_primary";
pub(crate) const HAND_OVER: &str = "hand_over";
pub(crate) const HOLD_FAILOVER: &str = "hold_failover";

/// Runs the menu's action with this id.
pub(crate) fn run(app: &AppHandle, id: &str) {
    match id {
        OPEN => window::raise(app),
        QUIT => {
            tauri::async_runtime::spawn(quit::asked(app.clone()));
        }
        RESYNC_NOW | MAKE_PRIMARY | HAND_OVER | HOLD_FAILOVER => {
            command(app.clone(), id.to_owned())
        }
        _ => {}
    }
}

/// Runs a command without arguments; a refusal is shown, since no window may be open to show it.
fn command(app: AppHandle, name: String) {
    tauri::async_runtime::spawn(async move {
        let router = app.state::<Station>().router();
        if let Err(error) = router.call(&name, json!({})).await {
            tracing::warn!(command = %name, %error, "refused");
            notify(
                &app,
                &Notice {
                    title: words::refused(app.state::<Voice>().now().language).into(),
                    body: error.message,
                },
            );
        }
    });
}
