//! Quit asks first where it does something to a pair: the window says what, and offers to hand over.

use std::sync::atomic::{AtomicBool, Ordering};

use node::api::Mode;
use node::station::Station;
use tauri::{AppHandle, Emitter, Manager, State};

use crate::window;

/// The event that has the window ask.
const ASK: &str = "tandem://quit";

/// Whether the window was asked to ask, and has not said yet that it does.
#[derive(Default)]
pub(crate) struct Quit {
    unheard: AtomicBool,
}

/// Somebody chose Quit. A station alone ends at once. A window that does not answer keeps nobody: choosing Quit a second
/// time ends it, too.
pub(crate) async fn asked(app: AppHandle) {
    let paired = match app.state::<Station>().status().await {
        Ok((_, redundancy)) => redundancy.mode != Mode::None,
        Err(_) => false,
    };
    if !paired || app.state::<Quit>().unheard.swap(true, Ordering::Relaxed) {
        return app.exit(0);
    }
    window::raise(&app);
    if let Err(error) = app.emit_to(window::LABEL, ASK, ()) {
        tracing::warn!(%error, "the window could not be asked about quitting");
        app.exit(0);
    }
}

/// The window asks its operator now.
#[tauri::command]
pub(crate) fn quit_heard(quit: State<'_, Quit>) {
    quit.unheard.store(false, Ordering::Relaxed);
}

/// The operator's answer: ends the station and the window.
#[tauri::command]
pub(crate) fn quit(app: AppHandle) {
    app.exit(0);
}
