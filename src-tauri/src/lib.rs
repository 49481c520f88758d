//! The desktop shell: a window, a tray icon, notifications, and the way from the window to the station.
//!
//! Thin on purpose: no rule of the product lives here. The station (crate `node`) decides; the shell shows and asks.

mod actions;
mod computer;
mod desktop;
#[cfg(target_os = "linux")]
mod drawing;
#[cfg(test)]
mod fixtures;
mod ipc;
mod login;
mod notices;
mod policy;
mod quit;
mod second_start;
mod sleep;
mod speech;
mod start;
mod tray;
mod window;
mod words;

pub use start::run;

use tauri::AppHandle;
use tauri_plugin_notification::NotificationExt;

/// Shows a desktop notification. A desktop without notifications loses nothing that the window does not show too.
fn notify(app: &AppHandle, notice: &notices::Notice) {
    let shown = app
        .notification()
        .builder()
        .title(&notice.title)
        .body(&notice.body)
        .show();
    if let Err(error) = shown {
        tracing::info!(%error, title = notice.title, "no desktop notification could be shown");
    }
}
