//! Finding the media files below a folder.

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::scan::Candidate;

/// How many files one scan takes in.
pub(super) const FILES_MAX: usize = 200_000;
/// How deep folders may lie.
const DEPTH_MAX: usize = 64;

/// What is taken for media, by the end of its name. Everything else (sidecars, project files, stills) is passed over
/// silently: trying it all would list every text file of a folder as a problem.
const EXTENSIONS: &[&str] = &[
    "3gp", "aac", "ac3", "aif", "aiff", "asf", "avi", "bwf", "dif", "dv", "eac3", "f4v", "flac",
    "flv", "gxf", "lxf", "m2t", "m2ts", "m2v", "m4a", "m4v", "mka", "mkv", "mov", "mp2", "mp3",
    "mp4", "mpeg", "mpg", "mts", "mxf", "oga", "ogg", "ogv", "opus", "rf64", "ts", "vob", "w64",
    "wav", "webm", "wma", "wmv",
];

/// One thing that the walk came upon.
#[derive(Debug)]
pub(super) enum Finding {
    /// A media file.
    File {
        /// Where.
        path: PathBuf,
        /// Its size, change date and so on.
        metadata: Metadata,
    },
    /// Something that could not be looked at.
    Problem {
        /// Where.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

/// Walks the tree below `root`, folders in the order of their names, and tells `found` of everything until it answers
/// `false`. Follows symbolic links, each folder once. Hidden files and folders are skipped.
///
/// # Errors
/// What the system said where `root` itself cannot be read.
pub(super) fn walk(root: &Path, mut found: impl FnMut(Finding) -> bool) -> io::Result<()> {
    let mut seen = HashSet::new();
    let mut files = 0;
    let mut folders = vec![(root.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let entries = match read_sorted(&folder) {
            Ok(entries) => entries,
            Err(error) if depth == 0 => return Err(error),
            Err(error) => {
                if !found(Finding::Problem {
                    path: folder,
                    reason: error.to_string(),
                }) {
                    return Ok(());
                }
                continue;
            }
        };
        let mut below = Vec::new();
        for path in entries {
            let finding = match fs::metadata(&path) {
                Ok(metadata) if metadata.is_dir() => match enter(&mut seen, &metadata, depth) {
                    Ok(true) => {
                        below.push((path, depth + 1));
                        continue;
                    }
                    Ok(false) => continue,
                    Err(reason) => Finding::Problem { path, reason },
                },
                Ok(metadata) if metadata.is_file() && is_media(&path) => {
                    files += 1;
                    if files > FILES_MAX {
                        let reason = format!(
                            "more than {FILES_MAX} media files lie here: scan its folders one by one"
                        );
                        found(Finding::Problem {
                            path: root.to_owned(),
                            reason,
                        });
                        return Ok(());
                    }
                    Finding::File { path, metadata }
                }
                Ok(_) => continue,
                Err(error) if is_media(&path) => Finding::Problem {
                    path,
                    reason: error.to_string(),
                },
                Err(_) => continue,
            };
            if !found(finding) {
                return Ok(());
            }
        }
        folders.extend(below.into_iter().rev());
    }
    Ok(())
}

/// The media files below a folder; what cannot be looked at is left out.
///
/// # Errors
/// What the system said where the folder itself cannot be read.
pub(crate) fn files(folder: &Path) -> io::Result<Vec<Candidate>> {
    let mut files = Vec::new();
    walk(folder, |finding| {
        if let Finding::File { path, metadata } = finding {
            files.push(Candidate { path, metadata });
        }
        true
    })?;
    Ok(files)
}

/// Whether to go into a folder: `false` where the walk was there already, by another link.
fn enter(
    seen: &mut HashSet<(u64, u64)>,
    metadata: &Metadata,
    depth: usize,
) -> Result<bool, String> {
    if depth >= DEPTH_MAX {
        return Err(format!("it lies more than {DEPTH_MAX} folders deep"));
    }
    Ok(seen.insert((metadata.dev(), metadata.ino())))
}

fn read_sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let hidden = |path: &PathBuf| {
        path.file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
    };
    let mut paths = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| !hidden(path));
    paths.sort();
    Ok(paths)
}

/// Whether a file is taken for media, by its name.
pub(crate) fn is_media(path: &Path) -> bool {
    let extension = path
        .extension()
        .and_then(|extension| extension.to_str())
        .map(str::to_ascii_lowercase);
    extension.is_some_and(|extension| EXTENSIONS.binary_search(&extension.as_str()).is_ok())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn files_below(root: &Path) -> Vec<String> {
        let mut names = Vec::new();
        walk(root, |finding| {
            match finding {
                Finding::File { path, .. } => {
                    names.push(path.strip_prefix(root).unwrap().display().to_string())
                }
                Finding::Problem { path, reason } => {
                    names.push(format!("{}! {reason}", path.display()))
                }
            }
            true
        })
        .unwrap();
        names
    }

    #[test]
    fn extensions_are_in_order() {
        assert!(EXTENSIONS.is_sorted());
    }

    #[test]
    fn media_is_found_at_every_depth_and_the_rest_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        for path in [
            "b.MP4",
            "a/c.mov",
            "a/deep/d.wav",
            "notes.txt",
            ".hidden.mp4",
            ".cache/e.mp4",
            "f.mp4.part",
        ] {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        assert_eq!(
            files_below(dir.path()),
            ["b.MP4", "a/c.mov", "a/deep/d.wav"]
        );
    }

    #[test]
    fn a_loop_of_links_ends_and_a_dangling_link_is_named() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("a")).unwrap();
        fs::write(dir.path().join("a/clip.mp4"), "").unwrap();
        symlink(dir.path().join("a"), dir.path().join("a/again")).unwrap();
        symlink(dir.path().join("a"), dir.path().join("b")).unwrap();
        symlink("/nonexistent/x.mp4", dir.path().join("gone.mp4")).unwrap();
        let found = files_below(dir.path());
        assert_eq!(
            found
                .iter()
                .filter(|name| name.ends_with("clip.mp4"))
                .count(),
            1,
            "{found:?}"
        );
        assert!(
            found.iter().any(|name| name.contains("gone.mp4!")),
            "{found:?}"
        );
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        assert!(walk(Path::new("/nonexistent/media"), |_| true).is_err());
    }

    #[test]
    fn the_walk_stops_when_told_to() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a.mp4"), "").unwrap();
        fs::write(dir.path().join("b.mp4"), "").unwrap();
        let mut count = 0;
        walk(dir.path(), |_| {
            count += 1;
            false
        })
        .unwrap();
        assert_eq!(count, 1);
    }
}
