//! In which language the tray and the notifications speak: the one that the window's screen speaks, which says so. Until it
//! has, that of the system.

use std::collections::HashMap;
use std::env;
use std::sync::{Arc, Mutex, PoisonError};

use node::api::{Reason, Redundancy};
use node::station::Station;
use serde::Deserialize;
use tauri::{AppHandle, Manager, State};

use crate::tray::Tray;

/// A language of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Language {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

impl Language {
    /// The one of the two texts that is in this language.
    pub(crate) fn pick<T>(self, en: T, de: T) -> T {
        match self {
            Language::En => en,
            Language::De => de,
        }
    }

    /// The language of a POSIX locale: `de_AT.UTF-8`.
    fn of_locale(locale: &str) -> Self {
        match locale.split(['_', '.', '@', '-']).next() {
            Some("de") => Language::De,
            _ => Language::En,
        }
    }

    /// The system's: the first of these that is set decides.
    fn of_system() -> Self {
        ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(|name| env::var(name).ok())
            .find(|locale| !locale.is_empty())
            .map_or_else(Self::default, |locale| Self::of_locale(&locale))
    }
}

/// Why the pair is as it is, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Sentences {
    pub(crate) cause: String,
    pub(crate) cure: String,
}

/// What the screen has told: its language, and its own sentences for every reason where the station's would be in another
/// language.
#[derive(Clone, Debug, Default)]
pub(crate) struct Speech {
    pub(crate) language: Language,
    pub(crate) reasons: HashMap<Reason, Sentences>,
}

impl Speech {
    /// In this language, with no sentences of the screen's.
    pub(crate) fn of_system() -> Self {
        Self {
            language: Language::of_system(),
            reasons: HashMap::new(),
        }
    }

    /// The sentences about a reason: the screen's, or else the station's own.
    pub(crate) fn said<'a>(
        &'a self,
        reason: Reason,
        cause: &'a str,
        cure: Option<&'a str>,
    ) -> (&'a str, Option<&'a str>) {
        match self.reasons.get(&reason) {
            Some(said) => (&said.cause, cure.map(|_| said.cure.as_str())),
            None => (cause, cure),
        }
    }

    /// Why the pair is as it is.
    pub(crate) fn cause<'a>(&'a self, pair: &'a Redundancy) -> &'a str {
        self.said(pair.reason, &pair.cause, None).0
    }
}

/// What is spoken now.
pub(crate) struct Voice(Mutex<Arc<Speech>>);

impl Voice {
    pub(crate) fn new(speech: Speech) -> Self {
        Self(Mutex::new(Arc::new(speech)))
    }

    pub(crate) fn now(&self) -> Arc<Speech> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn set(&self, speech: Speech) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(speech);
    }
}

/// The screen tells its language, and its sentences about the present pair; again whenever one of them changes.
#[tauri::command]
pub(crate) async fn speak(
    app: AppHandle,
    voice: State<'_, Voice>,
    language: Language,
    reasons: HashMap<Reason, Sentences>,
) -> Result<(), ()> {
    voice.set(Speech { language, reasons });
    if let Ok((station, redundancy)) = app.state::<Station>().status().await {
        Tray::show(&app, &station, &redundancy, language);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Language, Sentences, Speech};
    use node::api::Reason;

    #[test]
    fn a_locale_decides_where_the_screen_has_not_spoken_yet() {
        for (locale, language) in [
            ("de_AT.UTF-8", Language::De),
            ("de", Language::De),
            ("en_GB.UTF-8", Language::En),
            ("C", Language::En),
            ("den_XX", Language::En),
        ] {
            assert_eq!(Language::of_locale(locale), language, "{locale}");
        }
    }

    #[test]
    fn the_screens_sentences_go_before_the_stations_and_no_cure_is_made_up() {
        let mut speech = Speech::default();
        let own = ("B does not answer.", Some("Check it."));
        assert_eq!(speech.said(Reason::NoAnswer, own.0, own.1), own);
        let german = Sentences {
            cause: "B antwortet nicht.".into(),
            cure: "Prüfen Sie es.".into(),
        };
        speech.reasons.insert(Reason::NoAnswer, german);
        let said = speech.said(Reason::NoAnswer, own.0, own.1);
        assert_eq!(said, ("B antwortet nicht.", Some("Prüfen Sie es.")));
        assert_eq!(speech.said(Reason::NoAnswer, own.0, None).1, None);
    }
}
