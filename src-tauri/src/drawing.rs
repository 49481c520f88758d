//! How the window is drawn. Without a graphics card the webview would have OpenGL worked out by the processor, every frame of it
//! anew and whole: a long list then scrolls at half the frames. Drawn straight, only what changed is drawn.

use std::path::Path;

use tauri::WebviewWindow;
use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};

/// Where the kernel shows its devices.
const DEVICES: &str = "/dev";

/// Has the window drawn as is fastest on this machine. `WEBKIT_FORCE_COMPOSITING_MODE` of the webview's own overrules it.
///
/// # Errors
/// When the webview cannot be reached.
pub(crate) fn fit(window: &WebviewWindow) -> tauri::Result<()> {
    if has_graphics_card(Path::new(DEVICES)) {
        return Ok(());
    }
    tracing::info!("no graphics card: the window is drawn without OpenGL");
    window.with_webview(|webview| {
        if let Some(settings) = webview.inner().settings() {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
    })
}

/// Whether something draws that is not the processor: a render node of the kernel's own drivers, of Nvidia's, or of WSL.
/// A virtual machine's display is a card without a render node.
fn has_graphics_card(devices: &Path) -> bool {
    let renders = std::fs::read_dir(devices.join("dri")).is_ok_and(|nodes| {
        nodes
            .flatten()
            .any(|node| node.file_name().to_string_lossy().starts_with("renderD"))
    });
    renders
        || ["nvidia0", "dxg"]
            .iter()
            .any(|name| devices.join(name).exists())
}

#[cfg(test)]
mod tests {
    use super::has_graphics_card;
    use std::fs::{create_dir, write};

    #[test]
    fn a_graphics_card_is_what_can_render() {
        let devices = tempfile::tempdir().unwrap();
        assert!(!has_graphics_card(devices.path()));
        create_dir(devices.path().join("dri")).unwrap();
        write(devices.path().join("dri/card0"), "").unwrap();
        assert!(!has_graphics_card(devices.path()));
        write(devices.path().join("dri/renderD128"), "").unwrap();
        assert!(has_graphics_card(devices.path()));
    }

    #[test]
    fn a_driver_of_its_own_is_a_graphics_card_too() {
        let devices = tempfile::tempdir().unwrap();
        write(devices.path().join("nvidia0"), "").unwrap();
        assert!(has_graphics_card(devices.path()));
    }
}
