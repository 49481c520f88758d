//! The one window: made from the configuration, closed to the tray, raised again.

use std::path::Path;

use tauri::webview::WebviewWindowBuilder;
use tauri::{App, AppHandle, Manager, WebviewWindow, WindowEvent};

use crate::desktop::TrayHost;

/// The window's label in tauri.conf.json and in the capabilities.
pub(crate) const LABEL: &str = "main";

/// Opens the window. What the webview keeps (scroll, panel sizes) lies in the station's data directory, so that two
/// stations on one machine never share it.
///
/// # Errors
/// When the configuration names no such window, or the webview cannot be created.
pub(crate) fn open(app: &App, title: &str, data_dir: &Path, tray: TrayHost) -> tauri::Result<()> {
    let config = app
        .config()
        .app
        .windows
        .iter()
        .find(|window| window.label == LABEL);
    let config = config.ok_or(tauri::Error::WindowNotFound)?;
    let window = WebviewWindowBuilder::from_config(app, config)?
        .title(title)
        .data_directory(data_dir.join("webview"))
        .build()?;
    #[cfg(target_os = "linux")]
    crate::drawing::fit(&window)?;
    let closing = window.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::CloseRequested { api, .. } = event {
            api.prevent_close();
            put_away(&closing, &tray);
        }
    });
    Ok(())
}

/// Hides the window into the tray, or minimizes it where no tray could bring it back.
fn put_away(window: &WebviewWindow, tray: &TrayHost) {
    let outcome = if tray.present() {
        window.hide()
    } else {
        window.minimize()
    };
    if let Err(error) = outcome {
        tracing::warn!(%error, "the window could not be put away");
    }
}

/// Brings the window back, to the front.
pub(crate) fn raise(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else {
        return;
    };
    for outcome in [window.show(), window.unminimize(), window.set_focus()] {
        if let Err(error) = outcome {
            tracing::warn!(%error, "the window could not be raised");
        }
    }
}

/// Brings a window that only the tray could reach back to the task bar, when the tray has gone.
pub(crate) fn rescue(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else {
        return;
    };
    if !window.is_visible().unwrap_or(true) {
        raise(app);
    }
}
