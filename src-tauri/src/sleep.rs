//! Keeps this machine awake while a redundancy mode is set: a station that sleeps is one that its peer must do without.
//!
//! logind is asked first (`Inhibit`, for sleep and idling, held as long as a file descriptor is open), then the desktop's own
//! power management (`org.freedesktop.PowerManagement.Inhibit`, held as long as its connection is). Where neither
//! answers, the settings say so.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;

/// How the machine's sleep stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Awake {
    /// No redundancy mode is set: it may sleep.
    #[default]
    NotNeeded,
    /// It is kept awake.
    Held,
    /// It should be, and no service that could keep it answers.
    NoService,
}

/// How long until a service that did not answer is asked again.
const AGAIN: Duration = Duration::from_secs(30);

/// Keeps the machine awake, or lets it sleep, as the mode demands.
#[derive(Default)]
pub(crate) struct Sleep {
    state: Mutex<Awake>,
}

impl Sleep {
    /// How it stands now.
    pub(crate) fn state(&self) -> Awake {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn becomes(&self, state: Awake) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// Follows whether a mode is set, until the sender is gone. What is held is let go with this future.
    pub(crate) async fn follow(&self, mut wanted: tokio::sync::watch::Receiver<bool>) {
        let mut held = None;
        loop {
            let want = *wanted.borrow_and_update();
            if !want {
                held = None;
            } else if held.is_none() {
                held = hold().await;
            }
            self.becomes(match (want, &held) {
                (false, _) => Awake::NotNeeded,
                (true, Some(_)) => Awake::Held,
                (true, None) => Awake::NoService,
            });
            let missing = want && held.is_none();
            tokio::select! {
                changed = wanted.changed() => if changed.is_err() {
                    return;
                },
                () = tokio::time::sleep(AGAIN), if missing => {}
            }
        }
    }
}

#[cfg(target_os = "linux")]
use linux::hold;

#[cfg(target_os = "linux")]
mod linux {
    use zbus::{Connection, OwnedFd};

    const WHO: &str = "Tandem";
    const WHY: &str = "This station and its peer back each other up";

    /// What is held: dropping it lets the machine sleep.
    pub(super) enum Held {
        Login { _until_closed: OwnedFd },
        Desktop { _until_closed: Connection },
    }

    /// Asks whoever can keep this machine awake. `None` where nobody can.
    pub(super) async fn hold() -> Option<Held> {
        match login().await {
            Ok(held) => return Some(held),
            Err(error) => tracing::info!(%error, "logind does not keep this machine awake"),
        }
        match desktop().await {
            Ok(held) => Some(held),
            Err(error) => {
                tracing::warn!(%error, "nothing keeps this machine awake");
                None
            }
        }
    }

    async fn login() -> zbus::Result<Held> {
        let system = Connection::system().await?;
        let answer = system
            .call_method(
                Some("org.freedesktop.login1"),
                "/org/freedesktop/login1",
                Some("org.freedesktop.login1.Manager"),
                "Inhibit",
                &("sleep:idle", WHO, WHY, "block"),
            )
            .await?;
        Ok(Held::Login {
            _until_closed: answer.body().deserialize()?,
        })
    }

    async fn desktop() -> zbus::Result<Held> {
        let session = Connection::session().await?;
        session
            .call_method(
                Some("org.freedesktop.PowerManagement"),
                "/org/freedesktop/PowerManagement/Inhibit",
                Some("org.freedesktop.PowerManagement.Inhibit"),
                "Inhibit",
                &(WHO, WHY),
            )
            .await?;
        Ok(Held::Desktop {
            _until_closed: session,
        })
    }
}

/// Elsewhere nobody is asked yet.
#[cfg(not(target_os = "linux"))]
async fn hold() -> Option<()> {
    None
}
