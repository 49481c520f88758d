//! Which asset a line of a file means.

use std::collections::HashMap;
use std::path::Path;

use domain::asset::{Asset, MediaFile};
use formats::Line;
use sqlx::sqlite::SqliteConnection;
use store::tables::assets;

use crate::api::ApiError;
use crate::library::Roots;

/// Finds assets, each once: a day repeats its clips.
pub(super) struct Library<'r> {
    roots: &'r Roots,
    by_file: HashMap<String, Option<Asset>>,
    by_title: HashMap<String, Option<Asset>>,
}

impl<'r> Library<'r> {
    pub(super) fn new(roots: &'r Roots) -> Self {
        Self {
            roots,
            by_file: HashMap::new(),
            by_title: HashMap::new(),
        }
    }

    /// The asset that the line names by Tandem's id, by its file, or, where exactly one has it, by its title.
    pub(super) async fn find(
        &mut self,
        connection: &mut SqliteConnection,
        line: &Line,
    ) -> Result<Option<Asset>, ApiError> {
        if let Some(id) = line.asset {
            let found = assets::by_ids(&mut *connection, [id]).await?;
            if let Some(asset) = found.into_values().next() {
                return Ok(Some(asset));
            }
        }
        if let Some(file) = &line.file
            && let Some(asset) = self.of_file(connection, file).await?
        {
            return Ok(Some(asset));
        }
        let title = title(line, None);
        if title.is_empty() {
            return Ok(None);
        }
        if !self.by_title.contains_key(&title) {
            let found = assets::of_title(connection, &title).await?;
            self.by_title.insert(title.clone(), found);
        }
        Ok(self.by_title.get(&title).cloned().flatten())
    }

    async fn of_file(
        &mut self,
        connection: &mut SqliteConnection,
        file: &str,
    ) -> Result<Option<Asset>, ApiError> {
        if let Some(known) = self.by_file.get(file) {
            return Ok(known.clone());
        }
        let mut found = None;
        for candidate in self.candidates(file) {
            found = assets::of_file(&mut *connection, &candidate).await?;
            if found.is_some() {
                break;
            }
        }
        self.by_file.insert(file.to_owned(), found.clone());
        Ok(found)
    }

    /// The files of the library that a path may mean: below the folder of a media root, behind a media root's name, or below
    /// any root.
    fn candidates(&self, file: &str) -> Vec<MediaFile> {
        let file = file
            .strip_prefix("file://")
            .unwrap_or(file)
            .replace('\\', "/");
        let path = Path::new(&file);
        if path.is_absolute() {
            return self.roots.file(path).into_iter().collect();
        }
        let file = file.trim_start_matches("./");
        let named = file.split_once('/').map(|(root, path)| MediaFile {
            root: root.into(),
            path: path.into(),
        });
        let below = self.roots.0.keys().map(|root| MediaFile {
            root: root.clone(),
            path: file.into(),
        });
        named.into_iter().chain(below).collect()
    }
}

/// What a line's item is called: as the file says, as the asset is, or like its file.
pub(super) fn title(line: &Line, asset: Option<&Asset>) -> String {
    if !line.title.trim().is_empty() {
        return line.title.trim().to_owned();
    }
    if let Some(asset) = asset {
        return asset.title.clone();
    }
    line.file
        .as_deref()
        .map(formats::file_stem)
        .unwrap_or_default()
        .to_owned()
}
