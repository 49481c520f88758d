//! What this station knows of the assets' files on its own disks, at hand for every list and rundown.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use domain::asset::FileState;
use domain::ids::AssetId;
use jiff::Timestamp;
use store::{Store, tables};

use super::watch::Watched;
use crate::api::{ApiError, Event, FileCheck};
use crate::station::Events;

/// What is wrong with which file. Cheap to clone; all clones are the same.
#[derive(Clone)]
pub struct Files(Arc<Inner>);

struct Inner {
    store: Store,
    events: Events,
    states: RwLock<Arc<HashMap<AssetId, FileState>>>,
    checked_at: Mutex<Option<Timestamp>>,
    watched: Watched,
    /// Whether more was found than what [`Files::states`] says: another duration, say.
    more: AtomicBool,
}

impl Files {
    /// As it was known when the station was closed.
    ///
    /// # Errors
    /// [`ApiError`] `internal`.
    pub async fn open(store: Store, events: Events, watched: Watched) -> Result<Self, ApiError> {
        let states = tables::files::states(&mut *store.read().await?).await?;
        Ok(Self(Arc::new(Inner {
            store,
            events,
            states: RwLock::new(Arc::new(states)),
            checked_at: Mutex::default(),
            watched,
            more: AtomicBool::default(),
        })))
    }

    /// What is wrong with which asset's file.
    #[must_use]
    pub fn states(&self) -> Arc<HashMap<AssetId, FileState>> {
        let states = self.0.states.read();
        states.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where assets are read.
    pub(super) fn store(&self) -> &Store {
        &self.0.store
    }

    /// How the files stand, and since when that is known.
    #[must_use]
    pub fn summary(&self) -> FileCheck {
        let states = self.states();
        let missing = states
            .values()
            .filter(|state| **state == FileState::Missing)
            .count();
        let checked_at = self.0.checked_at.lock();
        FileCheck {
            missing: missing as u64,
            changed: (states.len() - missing) as u64,
            checked_at: checked_at
                .unwrap_or_else(PoisonError::into_inner)
                .map(|at| at.to_string()),
            gone_folders: self.0.watched.gone(),
        }
    }

    /// Tells whoever shows it how the files stand.
    pub(super) fn tell(&self) {
        self.0.events.send(Event::Files(self.summary()));
    }

    /// Something was found about a file that was wrong before, too: whoever shows it is told with the next [`Files::reload`].
    pub(super) fn found_more(&self) {
        self.0.more.store(true, Ordering::Relaxed);
    }

    /// All files were looked at.
    pub(super) fn checked(&self) {
        let checked_at = self.0.checked_at.lock();
        *checked_at.unwrap_or_else(PoisonError::into_inner) = Some(Timestamp::now());
    }

    /// Takes up what was written down, and tells whoever shows it where it is something else than before.
    pub(super) async fn reload(&self) -> Result<(), ApiError> {
        let states = tables::files::states(&mut *self.0.store.read().await?).await?;
        {
            let known = self.0.states.write();
            let mut known = known.unwrap_or_else(PoisonError::into_inner);
            let more = self.0.more.swap(false, Ordering::Relaxed);
            if **known == states && !more {
                return Ok(());
            }
            *known = Arc::new(states);
        }
        self.tell();
        Ok(())
    }
}
