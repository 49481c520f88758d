//! Looking at media: which file an asset may be looked at in, and the links that a screen shows it by.
//!
//! A page's pictures and films can carry no header with the token, so each has a link of its own with a ticket that opens
//! this one asset and nothing else, until the station ends.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use domain::asset::Asset;
use domain::ids::AssetId;
use sha2::{Digest as _, Sha256};
use store::{Store, tables};

use super::thumbnail::Thumbnails;
use super::{ROOTS_KEY, Roots};

/// The media of a station, to be looked at. Cheap to clone.
#[derive(Clone)]
pub struct Viewer(Arc<Inner>);

struct Inner {
    store: Store,
    thumbnails: Thumbnails,
    secret: [u8; 32],
    /// `http://127.0.0.1:PORT`, once it is served.
    origin: OnceLock<String>,
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Its small picture.
    Thumbnail,
    /// The file itself.
    Media,
}

impl Part {
    /// As it stands in a link.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Part::Thumbnail => "thumbnail",
            Part::Media => "media",
        }
    }
}

impl Viewer {
    /// Of this station's media.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self(Arc::new(Inner {
            thumbnails: Thumbnails::of(store.dir()),
            store,
            secret: rand::random(),
            origin: OnceLock::new(),
        }))
    }

    /// Where links lead from now on. Only the first one counts.
    pub fn served_at(&self, origin: &str) {
        let _ = self.0.origin.set(origin.to_owned());
    }

    /// The link to a part of an asset; `None` where nothing can be looked at there.
    #[must_use]
    pub fn link(&self, asset: &Asset, part: Part) -> Option<String> {
        asset.file.as_ref()?;
        if part == Part::Thumbnail {
            asset.info.video_codec.as_ref()?;
        }
        let (origin, word) = (self.0.origin.get()?, part.word());
        let ticket = self.ticket(asset.id, part);
        // A file that changed has another picture.
        let stamp = asset.info.modified_at.as_deref().unwrap_or_default();
        let version: String = hex(&Sha256::digest(stamp)[..4]);
        Some(format!(
            "{origin}/{word}/{}?ticket={ticket}&v={version}",
            asset.id
        ))
    }

    /// Whether a ticket opens this part of this asset.
    #[must_use]
    pub fn opens(&self, ticket: &str, asset: AssetId, part: Part) -> bool {
        // Digests are compared: how far two of them agree tells nothing of the tickets.
        Sha256::digest(self.ticket(asset, part)) == Sha256::digest(ticket)
    }

    fn ticket(&self, asset: AssetId, part: Part) -> String {
        let mut hash = Sha256::new();
        hash.update(self.0.secret);
        hash.update(part.word());
        hash.update(asset.as_bytes());
        hash.update(self.0.secret);
        hex(&hash.finalize()[..16])
    }

    /// The file of an asset, where it lies below a media root of this station; links that lead out of it are not followed.
    pub async fn file(&self, id: AssetId) -> Option<(Asset, PathBuf)> {
        let mut reader = self.0.store.read().await.ok()?;
        let asset = tables::assets::get(&mut reader, id).await.ok()?;
        drop(reader);
        let roots: Roots = self.0.store.local(ROOTS_KEY).await.ok()??;
        let root = roots.0.get(&asset.file.as_ref()?.root)?;
        let file = inside(root, &roots.local_path(asset.file.as_ref()?)?).await?;
        Some((asset, file))
    }

    /// The small picture of an asset.
    pub async fn thumbnail(&self, id: AssetId) -> Option<Vec<u8>> {
        let (asset, file) = self.file(id).await?;
        self.0.thumbnails.get(&asset, &file).await
    }
}

/// The path of a file without links, where that lies below the folder.
async fn inside(folder: &Path, path: &Path) -> Option<PathBuf> {
    let folder = tokio::fs::canonicalize(folder).await.ok()?;
    let path = tokio::fs::canonicalize(path).await.ok()?;
    let is_file = tokio::fs::metadata(&path).await.ok()?.is_file();
    (is_file && path.starts_with(&folder)).then_some(path)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[tokio::test]
    async fn a_link_that_leads_out_of_the_folder_opens_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let media = dir.path().join("media");
        std::fs::create_dir_all(media.join("sub")).unwrap();
        std::fs::write(media.join("sub/a.mp4"), "a").unwrap();
        std::fs::write(dir.path().join("secret"), "s").unwrap();
        symlink(dir.path().join("secret"), media.join("out.mp4")).unwrap();
        symlink(media.join("sub/a.mp4"), media.join("in.mp4")).unwrap();
        assert!(inside(&media, &media.join("sub/a.mp4")).await.is_some());
        assert!(inside(&media, &media.join("in.mp4")).await.is_some());
        for outside in ["out.mp4", "../secret", "sub", "gone.mp4"] {
            assert_eq!(
                inside(&media, &media.join(outside)).await,
                None,
                "{outside}"
            );
        }
    }
}
