//! Keeps what this station knows of its media files current: looks at the files of every asset that an edit touches, and
//! at all of them now and then.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::ids::AssetId;
use store::{Commit, touched_assets};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use super::check::{Check, Scope};
use super::jobs::Work;
use crate::api::ApiError;

/// How long after its start a station looks at all files for the first time: the screen comes first.
const FIRST_AFTER: Duration = Duration::from_secs(10);
/// How long touched assets are gathered: a scan touches many.
const GATHER: Duration = Duration::from_millis(200);
/// Beyond so many touched assets, all files are looked at.
const TOUCHED_MAX: usize = 5_000;

/// Runs until it is dropped. `every`: how often all files are looked at; `None` for never.
pub async fn run<F>(
    mut commits: tokio::sync::broadcast::Receiver<Commit>,
    every: Option<Duration>,
    work: Work,
    check: impl Fn() -> F,
) where
    F: Future<Output = Result<Check, ApiError>>,
{
    let mut due = every.map(|every| Instant::now() + every.min(FIRST_AFTER));
    let mut touched = BTreeSet::new();
    loop {
        let gathered = !touched.is_empty();
        tokio::select! {
            commit = commits.recv() => match commit {
                Ok(commit) => note(commit, &mut touched, &mut due),
                // Which assets they touched is not known.
                Err(RecvError::Lagged(_)) => due = Some(Instant::now()),
                Err(RecvError::Closed) => return,
            },
            () = tokio::time::sleep(GATHER), if gathered => {
                let ids: Vec<AssetId> = std::mem::take(&mut touched).into_iter().collect();
                let scope = if ids.len() > TOUCHED_MAX { Scope::All } else { Scope::Assets(ids) };
                look(&check, scope, &work).await;
            }
            () = until(due) => {
                look(&check, Scope::All, &work).await;
                due = every.map(|every| Instant::now() + every);
            }
        }
    }
}

fn note(commit: Commit, touched: &mut BTreeSet<AssetId>, due: &mut Option<Instant>) {
    match commit {
        Commit::Edited(entry) => touched.extend(touched_assets(&entry.changeset)),
        Commit::Applied(applied) => touched.extend(touched_assets(&applied.changeset)),
        Commit::Replaced => *due = Some(Instant::now()),
    }
}

async fn look<F>(check: &impl Fn() -> F, scope: Scope, work: &Work)
where
    F: Future<Output = Result<Check, ApiError>>,
{
    let looked = async { check().await?.run(scope, work).await }.await;
    if let Err(error) = looked {
        tracing::warn!(%error, "the media files could not be checked");
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}
