//! Media roots: names that every station knows, each standing for a folder of its own on each station.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use domain::asset::MediaFile;
use serde::{Deserialize, Serialize};

/// The key of the folders among the store's local records.
pub const ROOTS_KEY: &str = "media_roots";

/// The folders of this station by the names of their media roots.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Roots(pub BTreeMap<String, PathBuf>);

/// Where a scanned folder belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The media root's name.
    pub root: String,
    /// Its folder on this station.
    pub folder: PathBuf,
    /// Whether the root is new on this station, so that its folder must be put on record.
    pub is_new: bool,
}

impl Roots {
    /// The media root that `folder` lies in, or the one to make of it: named like the folder, with a number where that
    /// name stands for another folder here. A root of that name which has no folder here is taken to be the same: that
    /// is how the second station of a pair finds its copies of the first one's files.
    #[must_use]
    pub fn place(&self, folder: &Path) -> Place {
        if let Some((root, folder)) = self.nearest(folder) {
            return Place {
                root: root.into(),
                folder: folder.into(),
                is_new: false,
            };
        }
        let name = folder.file_name().map_or_else(
            || "media".into(),
            |name| name.to_string_lossy().into_owned(),
        );
        let free = |name: &String| !self.0.contains_key(name);
        let numbered = (2_u32..).map(|number| format!("{name} {number}"));
        let root = std::iter::once(name.clone())
            .chain(numbered)
            .find(free)
            .unwrap_or(name);
        Place {
            root,
            folder: folder.into(),
            is_new: true,
        }
    }

    /// The file at `path` by its nearest root; `None` where it lies in none, or its name is not valid Unicode.
    #[must_use]
    pub fn file(&self, path: &Path) -> Option<MediaFile> {
        let (root, folder) = self.nearest(path)?;
        let below = path.strip_prefix(folder).ok()?;
        let parts: Option<Vec<&str>> = below
            .components()
            .map(|part| part.as_os_str().to_str())
            .collect();
        Some(MediaFile {
            root: root.into(),
            path: parts?.join("/"),
        })
    }

    /// Where the file is on this station; `None` where its root has no folder here, or its path leads out of it.
    #[must_use]
    pub fn local_path(&self, file: &MediaFile) -> Option<PathBuf> {
        let below = Path::new(&file.path);
        let stays = below
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        stays.then(|| self.0.get(&file.root).map(|folder| folder.join(below)))?
    }

    fn nearest(&self, path: &Path) -> Option<(&str, &Path)> {
        let around = self.0.iter().filter(|(_, folder)| path.starts_with(folder));
        around
            .max_by_key(|(_, folder)| folder.components().count())
            .map(|(name, folder)| (name.as_str(), folder.as_path()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roots(pairs: &[(&str, &str)]) -> Roots {
        Roots(
            pairs
                .iter()
                .map(|(name, folder)| ((*name).into(), folder.into()))
                .collect(),
        )
    }

    #[test]
    fn a_folder_in_a_root_belongs_to_it_and_another_becomes_one() {
        let roots = roots(&[("media", "/srv/media")]);
        let place = roots.place(Path::new("/srv/media/promos"));
        assert_eq!((place.root.as_str(), place.is_new), ("media", false));
        let place = roots.place(Path::new("/srv/mediaplus"));
        assert_eq!((place.root.as_str(), place.is_new), ("mediaplus", true));
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let roots = roots(&[("media", "/srv/media")]);
        assert_eq!(roots.place(Path::new("/mnt/media")).root, "media 2");
    }

    #[test]
    fn files_go_to_the_nearest_root_and_back() {
        let roots = roots(&[("all", "/srv"), ("media", "/srv/media")]);
        let file = roots.file(Path::new("/srv/media/a/b.mp4")).unwrap();
        assert_eq!(
            file,
            MediaFile {
                root: "media".into(),
                path: "a/b.mp4".into()
            }
        );
        assert_eq!(
            roots.local_path(&file).unwrap(),
            Path::new("/srv/media/a/b.mp4")
        );
        assert_eq!(roots.file(Path::new("/home/x.mp4")), None);
    }

    #[test]
    fn a_path_cannot_lead_out_of_its_root() {
        let roots = roots(&[("media", "/srv/media")]);
        for path in ["../secret", "/etc/passwd", "a/../../b", "./../x"] {
            assert_eq!(
                roots.local_path(&MediaFile {
                    root: "media".into(),
                    path: path.into()
                }),
                None,
                "{path}"
            );
        }
    }
}
