//! Where commands work: the data, and who works on them.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use domain::channel::Channel;
use domain::day::ChannelClock;
use sqlx::sqlite::SqliteConnection;
use store::{Db, Edit, EditMeta, Reader, Store, Written};

use super::playlist::Versions;
use crate::api::{ApiError, Committed, ErrorCode};
use crate::library::files::Files;
use crate::metrics::Metrics;

/// What the commands on data need of the station, and no more.
#[derive(Clone)]
pub struct Desk {
    store: Store,
    user: Arc<str>,
    metrics: Arc<Metrics>,
    versions: Versions,
    files: Files,
}

impl Desk {
    /// The desk of this user at this store.
    #[must_use]
    pub fn new(store: Store, user: &str, metrics: Arc<Metrics>, files: Files) -> Self {
        Self {
            store,
            user: user.into(),
            metrics,
            versions: Versions::default(),
            files,
        }
    }

    /// The versions of days that clients have.
    pub(super) fn versions(&self) -> &Versions {
        &self.versions
    }

    /// What this station knows of its media files.
    #[must_use]
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// The store, for what is neither reading nor editing.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The data directory.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        self.store.dir()
    }

    /// Who edits.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// A connection for queries.
    ///
    /// # Errors
    /// `internal`.
    pub async fn read(&self) -> Result<Reader, ApiError> {
        Ok(self.store.read().await?)
    }

    /// Refuses what would edit before anything else is looked at.
    ///
    /// # Errors
    /// `read_only`, `busy`.
    pub fn check_editable(&self) -> Result<(), ApiError> {
        Ok(self.store.check_permit()?)
    }

    /// Begins an edit, whose label operators read in the history.
    ///
    /// # Errors
    /// `read_only`, `busy`, `internal`.
    pub async fn edit(&self, label: impl Into<String>) -> Result<Edit, ApiError> {
        Ok(self.store.begin(EditMeta::new(&*self.user, label)).await?)
    }

    /// Makes an edit, all of it on one thread: for those that are hot. `edit` returns the label that operators read in the
    /// history, and what the caller wants to know.
    ///
    /// # Errors
    /// What `edit` returns, or as [`Self::commit`].
    pub(super) async fn change<T, F>(&self, edit: F) -> Result<(T, Committed), ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&Db<'_>) -> Result<(String, T), ApiError> + Send + 'static,
    {
        let began = Instant::now();
        let written = self.store.edit(&self.user, edit).await?;
        if written.changed {
            self.metrics.commits.note(began.elapsed());
        }
        let committed = committed(&written);
        Ok((written.value, committed))
    }

    /// Makes an edit durable and tells where it stands.
    ///
    /// # Errors
    /// `read_only`, `busy`, `too_large`, `no_space`, `internal`; nothing was changed then.
    pub(super) async fn commit(&self, edit: Edit) -> Result<Committed, ApiError> {
        let began = Instant::now();
        let written = edit.commit().await?;
        if written.changed {
            self.metrics.commits.note(began.elapsed());
        }
        Ok(committed(&written))
    }
}

pub(super) fn committed<T>(written: &Written<T>) -> Committed {
    Committed {
        epoch: written.epoch.number,
        seq: written.seq,
    }
}

/// The channel with its clock.
pub(super) async fn channel_and_clock(
    connection: &mut SqliteConnection,
) -> Result<(Channel, ChannelClock), ApiError> {
    let channel = store::tables::channel::get(connection).await?;
    let clock = ChannelClock::new(&channel)?;
    Ok((channel, clock))
}

/// An instant of the journal as the contract writes it.
pub(super) fn instant_us(unix_us: i64) -> String {
    jiff::Timestamp::from_microsecond(unix_us)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .to_string()
}

/// Ids as a request gives them: at least one, no more than `max`, each once.
pub(super) fn distinct<T: Copy + Eq + std::hash::Hash>(
    ids: &[T],
    max: usize,
) -> Result<Vec<T>, ApiError> {
    if ids.is_empty() {
        return Err(ApiError::invalid("ids", "Name at least one id."));
    }
    if ids.len() > max {
        let message = format!(
            "{} ids are too many at once: at most {max} are possible. Do it in several steps.",
            ids.len()
        );
        return Err(ApiError::new(ErrorCode::TooLarge, message));
    }
    let mut seen = std::collections::HashSet::with_capacity(ids.len());
    Ok(ids.iter().copied().filter(|id| seen.insert(*id)).collect())
}

/// `"1 item"`, `"3 items"`.
pub(super) fn count(number: usize, one: &str) -> String {
    if number == 1 {
        format!("1 {one}")
    } else {
        format!("{number} {one}s")
    }
}
