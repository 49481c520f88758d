//! What a station is started with, and what follows where nothing is said.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use directories::ProjectDirs;
use semver::Version;

/// How a station is started: the same for `tandem` and `tandem-node run`.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// The folder with this station's data; made where it is not there. One station at a time can use it
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Where to listen for the peer while a redundancy mode is set. Port 0 picks a free one; it is kept from then on
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<SocketAddr>,
    /// What people call this station; kept from then on. This machine's name where never given
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// How often this station verifies its data in the background, in seconds; 0 for never
    #[arg(long, value_name = "SECONDS", default_value_t = VERIFY_EVERY_S)]
    pub verify_every: u32,
    /// How often this station looks whether the media files are there and unchanged, in seconds; 0 for never
    #[arg(long, value_name = "SECONDS", default_value_t = CHECK_FILES_EVERY_S)]
    pub check_files_every: u32,
    /// The port on loopback for commands and for Prometheus; a free one at every start where not given
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub control_port: u16,
}

/// How often a station verifies its data where nothing is said.
const VERIFY_EVERY_S: u32 = 600;

/// How often a station looks at its media files where nothing is said.
const CHECK_FILES_EVERY_S: u32 = 600;

/// Neither a data directory nor a home directory is known.
#[derive(Debug, thiserror::Error)]
#[error(
    "this system does not say where programs keep their data; choose a folder with --data-dir DIR"
)]
pub struct NoDataDir;

impl Default for Options {
    fn default() -> Self {
        Self {
            data_dir: None,
            listen: None,
            name: None,
            verify_every: VERIFY_EVERY_S,
            check_files_every: CHECK_FILES_EVERY_S,
            control_port: 0,
        }
    }
}

impl Options {
    /// How often the data are verified in the background; `None` for never.
    pub(super) fn verify_every(&self) -> Option<Duration> {
        (self.verify_every > 0).then(|| Duration::from_secs(self.verify_every.into()))
    }

    /// How often the media files are looked at; `None` for never.
    pub(super) fn check_files_every(&self) -> Option<Duration> {
        (self.check_files_every > 0).then(|| Duration::from_secs(self.check_files_every.into()))
    }

    /// The data directory: as given, or the system's place for programs' data.
    ///
    /// # Errors
    /// [`NoDataDir`].
    pub fn data_dir(&self) -> Result<PathBuf, NoDataDir> {
        data_dir(self.data_dir.as_deref())
    }
}

/// The data directory: as given, or the system's place for programs' data (`~/.local/share/tandem` on Linux).
///
/// # Errors
/// [`NoDataDir`].
pub fn data_dir(given: Option<&Path>) -> Result<PathBuf, NoDataDir> {
    let standard = || ProjectDirs::from("", "", "tandem").map(|dirs| dirs.data_dir().to_owned());
    given.map(Path::to_owned).or_else(standard).ok_or(NoDataDir)
}

/// The environment variable that makes a debug build claim another version, for tests of the pair.
pub const VERSION_VARIABLE: &str = "TANDEM_VERSION_OVERRIDE";

/// The version of this build.
///
/// # Errors
/// In a debug build, where `TANDEM_VERSION_OVERRIDE` is set to what is no semantic version.
pub fn version() -> Result<Version, semver::Error> {
    let overridden = if cfg!(debug_assertions) {
        std::env::var(VERSION_VARIABLE).ok()
    } else {
        None
    };
    Version::parse(overridden.as_deref().unwrap_or(env!("CARGO_PKG_VERSION")))
}

/// This machine's name, for a station that was given none.
pub(super) fn machine_name() -> String {
    let name = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    let name = name.split('.').next().unwrap_or_default().trim();
    if name.is_empty() {
        "Tandem".into()
    } else {
        name.into()
    }
}

/// The system user that this process runs as, as the system's own list names it: the environment can say anything.
pub(super) fn system_user() -> String {
    let uid = rustix::process::getuid().as_raw();
    let listed = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let in_list = listed.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, id) = (fields.next()?, fields.nth(1)?);
        (id.parse() == Ok(uid)).then(|| name.to_owned())
    });
    // Users of a directory service are in no list.
    in_list
        .or_else(|| std::env::var("USER").ok())
        .unwrap_or_else(|| format!("uid {uid}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_given_data_directory_counts_for_more_than_the_systems() {
        assert_eq!(data_dir(Some(Path::new("/x"))).unwrap(), Path::new("/x"));
        assert!(data_dir(None).is_ok_and(|dir| dir.ends_with("tandem")));
    }

    #[test]
    fn the_user_is_known_by_name() {
        let user = system_user();
        assert!(!user.is_empty() && !user.contains(':'));
    }
}
