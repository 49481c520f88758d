//! The tray icon: the status by shape and color, and a menu that starts with the status in words.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use node::api::{Redundancy, StationInfo, Status};
use tauri::image::Image;
use tauri::menu::{Menu, MenuItem, PredefinedMenuItem};
use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Manager as _, Wry, include_image};

use crate::speech::Language;
use crate::{actions, window, words};

/// One icon for each status, drawn in icons/status and told apart by shape alone.
fn icon(status: Status) -> Image<'static> {
    match status {
        Status::NoRedundancy => include_image!("icons/tray/no_redundancy.png"),
        Status::Connecting => include_image!("icons/tray/connecting.png"),
        Status::Syncing => include_image!("icons/tray/syncing.png"),
        Status::Synced => include_image!("icons/tray/synced.png"),
        Status::NotSynced => include_image!("icons/tray/not_synced.png"),
        Status::Unavailable => include_image!("icons/tray/unavailable.png"),
        Status::Incompatible => include_image!("icons/tray/incompatible.png"),
    }
}

/// What an action of the menu says and whether the present state offers it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    text: String,
    enabled: bool,
}

/// Everything that the tray shows at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Face {
    status: Status,
    /// The status in a word, beside the icon.
    word: &'static str,
    headline: String,
    open: Entry,
    resync: Entry,
    make_primary: Entry,
    hand_over: Entry,
    hold: Entry,
    quit: Entry,
}

impl Face {
    fn of(station: &StationInfo, redundancy: &Redundancy, language: Language) -> Self {
        let offers = redundancy.offers;
        let entry = |text: String, enabled| Entry { text, enabled };
        Self {
            status: redundancy.status,
            word: words::status(language, redundancy.status),
            headline: words::headline(language, redundancy),
            open: entry(words::open(language, station), true),
            resync: entry(words::RESYNC_NOW.into(), offers.resync_now),
            make_primary: entry(
                words::make_primary(language, station, redundancy),
                offers.make_primary,
            ),
            hand_over: entry(words::hand_over(language, redundancy), offers.hand_over),
            hold: entry(words::hold(language).into(), offers.hold_failover),
            quit: entry(words::quit(language, redundancy), true),
        }
    }
}

/// The icon in the tray with its menu.
pub(crate) struct Tray {
    icon: TrayIcon,
    headline: MenuItem<Wry>,
    open: MenuItem<Wry>,
    resync: MenuItem<Wry>,
    make_primary: MenuItem<Wry>,
    hand_over: MenuItem<Wry>,
    hold: MenuItem<Wry>,
    quit: MenuItem<Wry>,
    shown: Mutex<Face>,
}

impl Tray {
    /// Puts the icon into the tray. Desktops read it from a file, which lies in the station's data directory, so that
    /// two stations on one machine never show each other's status.
    ///
    /// # Errors
    /// When the system's tray or menu refuses.
    pub(crate) fn build(
        app: &AppHandle,
        station: &StationInfo,
        redundancy: &Redundancy,
        language: Language,
        data_dir: &Path,
    ) -> tauri::Result<Self> {
        let face = Face::of(station, redundancy, language);
        let item = |id: &str, entry: &Entry| {
            MenuItem::with_id(app, id, &entry.text, entry.enabled, None::<&str>)
        };
        let headline = MenuItem::with_id(app, "headline", &face.headline, false, None::<&str>)?;
        let open = item(actions::OPEN, &face.open)?;
        let resync = item(actions::RESYNC_NOW, &face.resync)?;
        let make_primary = item(actions::MAKE_PRIMARY, &face.make_primary)?;
        let hand_over = item(actions::HAND_OVER, &face.hand_over)?;
        let hold = item(actions::HOLD_FAILOVER, &face.hold)?;
        let quit = item(actions::QUIT, &face.quit)?;
        let (above, below) = (
            PredefinedMenuItem::separator(app)?,
            PredefinedMenuItem::separator(app)?,
        );
        let menu = Menu::with_items(
            app,
            &[
                &headline,
                &above,
                &open,
                &resync,
                &make_primary,
                &hand_over,
                &hold,
                &below,
                &quit,
            ],
        )?;
        let icon = TrayIconBuilder::with_id("status")
            .icon(icon(face.status))
            .title(face.word)
            .temp_dir_path(data_dir.join("tray"))
            .tooltip(&face.headline)
            .menu(&menu)
            .show_menu_on_left_click(false)
            .on_menu_event(|app, event| actions::run(app, event.id.as_ref()))
            .on_tray_icon_event(|tray, event| {
                if let TrayIconEvent::Click {
                    button: MouseButton::Left,
                    button_state: MouseButtonState::Up,
                    ..
                } = event
                {
                    window::raise(tray.app_handle());
                }
            })
            .build(app)?;
        Ok(Self {
            icon,
            headline,
            open,
            resync,
            make_primary,
            hand_over,
            hold,
            quit,
            shown: Mutex::new(face),
        })
    }

    /// Shows the pair as it is now, soon. Nobody waits for it: only the main thread can draw, and at the end that one waits for
    /// the station, whose threads must not wait for it.
    pub(crate) fn show(
        app: &AppHandle,
        station: &StationInfo,
        redundancy: &Redundancy,
        language: Language,
    ) {
        let face = Face::of(station, redundancy, language);
        let at = app.clone();
        if let Err(error) = app.run_on_main_thread(move || at.state::<Self>().draw(face)) {
            tracing::debug!(%error, "the tray is gone");
        }
    }

    /// On the main thread. Costs nothing where nothing that can be seen has changed.
    fn draw(&self, face: Face) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if *shown == face {
            return;
        }
        if let Err(error) = self.redraw(&shown, &face) {
            tracing::warn!(%error, "the tray could not show the status");
        }
        *shown = face;
    }

    fn redraw(&self, old: &Face, new: &Face) -> tauri::Result<()> {
        if old.status != new.status {
            self.icon.set_icon(Some(icon(new.status)))?;
        }
        if old.word != new.word {
            self.icon.set_title(Some(new.word))?;
        }
        if old.headline != new.headline {
            self.headline.set_text(&new.headline)?;
            self.icon.set_tooltip(Some(&new.headline))?;
        }
        let items = [
            (&self.open, &old.open, &new.open),
            (&self.resync, &old.resync, &new.resync),
            (&self.make_primary, &old.make_primary, &new.make_primary),
            (&self.hand_over, &old.hand_over, &new.hand_over),
            (&self.hold, &old.hold, &new.hold),
            (&self.quit, &old.quit, &new.quit),
        ];
        for (item, old, new) in items {
            if old.text != new.text {
                item.set_text(&new.text)?;
            }
            if old.enabled != new.enabled {
                item.set_enabled(new.enabled)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Face;
    use crate::fixtures::{redundancy, station};
    use crate::speech::Language;
    use node::api::{Mode, Offers, Status};

    #[test]
    fn the_menu_offers_what_the_station_offers_and_nothing_else() {
        let mut pair = redundancy(Mode::SecondaryFailover, Status::Unavailable);
        pair.offers = Offers {
            make_primary: true,
            hold_failover: true,
            ..Offers::default()
        };
        let face = Face::of(&station("B"), &pair, Language::En);
        assert!(face.make_primary.enabled && face.hold.enabled && face.quit.enabled);
        assert!(!face.resync.enabled && !face.hand_over.enabled);
    }

    #[test]
    fn every_status_has_an_icon_of_its_own() {
        let all = [
            Status::NoRedundancy,
            Status::Connecting,
            Status::Syncing,
            Status::Synced,
            Status::NotSynced,
            Status::Unavailable,
            Status::Incompatible,
        ];
        let pixels: Vec<_> = all
            .into_iter()
            .map(|status| super::icon(status).rgba().to_vec())
            .collect();
        for (index, one) in pixels.iter().enumerate() {
            assert!(
                pixels[index + 1..].iter().all(|other| other != one),
                "{:?}",
                all[index]
            );
        }
    }
}
