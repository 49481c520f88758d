//! What the desktop around the window offers: whether it shows tray icons at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The bus name that whoever draws tray icons owns (freedesktop.org's StatusNotifierItem specification).
#[cfg(target_os = "linux")]
const WATCHER: &str = "org.kde.StatusNotifierWatcher";

/// Knows whether a tray icon can be seen just now.
///
/// On Linux the session bus is asked and listened to, since a panel may start late or crash. Elsewhere the tray is
/// part of the system.
#[derive(Clone, Debug)]
pub(crate) struct TrayHost {
    present: Arc<AtomicBool>,
}

impl TrayHost {
    /// Watches for the tray; `lost` runs on the main thread whenever it goes away.
    #[cfg(target_os = "linux")]
    pub(crate) fn watch(lost: impl Fn() + Send + Sync + 'static) -> Self {
        let present = Arc::new(AtomicBool::new(false));
        let (appeared, vanished) = (Arc::clone(&present), Arc::clone(&present));
        gio::bus_watch_name(
            gio::BusType::Session,
            WATCHER,
            gio::BusNameWatcherFlags::NONE,
            move |_, _, _| appeared.store(true, Ordering::Relaxed),
            move |_, _| {
                if vanished.swap(false, Ordering::Relaxed) {
                    lost();
                }
            },
        );
        Self { present }
    }

    /// The tray is part of the system here and never goes away.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn watch(_lost: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            present: Arc::new(AtomicBool::new(true)),
        }
    }

    /// Whether a hidden window could be brought back by the tray icon.
    pub(crate) fn present(&self) -> bool {
        self.present.load(Ordering::Relaxed)
    }
}
