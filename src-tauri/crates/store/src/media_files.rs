//! What this station found where the file of an asset is not as the library has it. Local: every station has disks of its
//! own, so nothing of this is an edit. Reading it is in [`crate::tables::files`].

use domain::asset::{FileState, MediaInfo};
use domain::ids::AssetId;

use crate::error::{During as _, Error};
use crate::store::Store;

/// What was found about one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileNote {
    /// The asset.
    pub asset: AssetId,
    /// What is wrong; `None` where only the file's date differs from the library's, as it does for a copy.
    pub state: Option<FileState>,
    /// Its size, where it is there.
    pub size_bytes: Option<i64>,
    /// When it was changed, where it is there.
    pub modified_at: Option<String>,
    /// What a probe found in it; `None` where there was none, or it failed.
    pub probe: Option<MediaInfo>,
    /// Why it cannot be read, in the words of the probe.
    pub problem: Option<String>,
}

/// How a state is kept.
pub(crate) fn state_text(state: FileState) -> &'static str {
    match state {
        FileState::Missing => "missing",
        FileState::Changed => "changed",
    }
}

impl Store {
    /// Writes down what was found, in one transaction, and forgets it of the files that are as they should be.
    ///
    /// # Errors
    /// [`Error::NoSpace`], [`Error::Database`].
    pub async fn note_files(
        &self,
        notes: Vec<FileNote>,
        forget: Vec<AssetId>,
    ) -> Result<(), Error> {
        const DURING: &str = "write down what was found about files";
        if notes.is_empty() && forget.is_empty() {
            return Ok(());
        }
        self.transaction(DURING, move |parts| {
            for note in &notes {
                let probe = note.probe.as_ref().map(serde_json::to_string).transpose();
                let probe = probe.map_err(|error| {
                    Error::Invalid(format!("a probe cannot be written: {error}"))
                })?;
                parts
                    .db
                    .run(
                        "INSERT OR REPLACE INTO asset_file (asset_id, state, size_bytes, modified_at, probe, problem) \
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                        &[
                            note.asset.as_bytes().as_slice().into(),
                            note.state.map(state_text).into(),
                            note.size_bytes.into(),
                            note.modified_at.as_deref().into(),
                            probe.as_deref().into(),
                            note.problem.as_deref().into(),
                        ],
                    )
                    .during(DURING)?;
            }
            for asset in &forget {
                let id = asset.as_bytes().as_slice().into();
                parts
                    .db
                    .run("DELETE FROM asset_file WHERE asset_id = ?1", &[id])
                    .during(DURING)?;
            }
            Ok(())
        })
        .await
    }

    /// Forgets what was found about the files of assets that are gone.
    ///
    /// # Errors
    /// [`Error::NoSpace`], [`Error::Database`].
    pub async fn forget_files_of_no_asset(&self) -> Result<(), Error> {
        const DURING: &str = "forget files of assets that are gone";
        self.transaction(DURING, move |parts| {
            let gone = "DELETE FROM asset_file WHERE asset_id NOT IN (SELECT id FROM asset)";
            parts.db.run(gone, &[]).during(DURING).map(drop)
        })
        .await
    }
}
