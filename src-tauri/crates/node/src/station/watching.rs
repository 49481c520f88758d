//! The station as its watched folders see it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::Running;
use crate::api::ApiError;
use crate::commands::library::scanning;
use crate::library::Roots;
use crate::library::check::Check;
use crate::library::files::Files;
use crate::library::jobs::Jobs;
use crate::library::scan::{Library, Scan};
use crate::library::watch::Place;

impl Place for Arc<Running> {
    async fn folders(&self) -> Result<(Vec<PathBuf>, Roots), ApiError> {
        Ok((self.roots.watched().await?, self.roots.all().await?))
    }

    fn edits(&self) -> bool {
        self.desk.check_editable().is_ok()
    }

    fn scan(&self, roots: Roots, folder: PathBuf) -> Scan<impl Library + 'static> {
        scanning(&self.desk, &self.prober, roots, folder)
    }

    fn check(&self, roots: Roots) -> Check {
        Check {
            store: self.desk.store().clone(),
            files: self.desk.files().clone(),
            prober: self.prober.clone(),
            roots,
            pause: Duration::ZERO,
        }
    }

    fn files(&self) -> &Files {
        self.desk.files()
    }

    fn jobs(&self) -> &Jobs {
        &self.jobs
    }
}
