//! Start at login: an entry in the user's autostart folder (freedesktop.org's Desktop Application Autostart Specification).
//!
//! What the setting shows is read from that folder each time, since the desktop's own settings change it too.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use directories::BaseDirs;

/// The autostart entry of one station.
pub(crate) struct Login {
    /// None where this system does not say where its folder is.
    entry: Option<PathBuf>,
    /// What starts the station again as it was started now.
    command: Vec<String>,
}

impl Login {
    /// For the station on this data directory, started as this process was.
    pub(crate) fn of(data_dir: &Path) -> Self {
        // An AppImage is started by its own file, not by what it unpacks.
        let program = env::var_os("APPIMAGE")
            .map(PathBuf::from)
            .or_else(|| env::current_exe().ok())
            .map(PathBuf::into_os_string);
        let arguments = env::args_os().skip(1);
        let command: Option<Vec<String>> = program
            .into_iter()
            .chain(arguments)
            .map(|part| OsString::into_string(part).ok())
            .collect();
        let folder = BaseDirs::new().map(|dirs| dirs.config_dir().join("autostart"));
        Self {
            entry: folder
                .filter(|_| cfg!(target_os = "linux") && command.is_some())
                .map(|folder| folder.join(file_name(data_dir))),
            command: command.unwrap_or_default(),
        }
    }

    /// Whether the station starts at login; `None` where this system has no such thing.
    pub(crate) fn starts(&self) -> Option<bool> {
        let entry = self.entry.as_ref()?;
        Some(fs::read_to_string(entry).is_ok_and(|text| is_on(&text)))
    }

    /// Makes it so.
    ///
    /// # Errors
    /// Where the entry cannot be written or removed.
    pub(crate) fn set(&self, on: bool) -> io::Result<()> {
        let Some(entry) = &self.entry else {
            return Err(io::ErrorKind::Unsupported.into());
        };
        if on {
            if let Some(folder) = entry.parent() {
                fs::create_dir_all(folder)?;
            }
            return fs::write(entry, text(&self.command));
        }
        match fs::remove_file(entry) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// One entry for each data directory: two stations on one machine are two programs to its user.
fn file_name(data_dir: &Path) -> String {
    let path = data_dir.to_string_lossy();
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let tail: String = path
        .chars()
        .rev()
        .take(120)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .map(plain)
        .collect();
    format!("tandem{tail}.desktop")
}

fn text(command: &[String]) -> String {
    let exec: Vec<String> = command.iter().map(|part| quoted(part)).collect();
    format!(
        "[Desktop Entry]\nType=Application\nVersion=1.0\nName=Tandem\nComment=A redundant playout scheduler\nExec={}\nTerminal=false\n",
        exec.join(" ")
    )
}

/// An argument as the Desktop Entry Specification quotes it: first for the command line, then for the file.
fn quoted(argument: &str) -> String {
    let mut quoted = String::from("\"");
    for c in argument.chars() {
        match c {
            '"' | '`' | '$' => quoted.extend(["\\\\".to_owned(), c.to_string()]),
            '\\' => quoted.push_str("\\\\\\\\"),
            '%' => quoted.push_str("%%"),
            '\n' => quoted.push_str("\\n"),
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A desktop's own settings turn an entry off by a key, not by removing it.
fn is_on(text: &str) -> bool {
    !text.lines().any(|line| {
        let line = line.replace(' ', "");
        line == "Hidden=true" || line == "X-GNOME-Autostart-enabled=false"
    })
}

#[cfg(test)]
mod tests {
    use super::{Login, file_name, is_on, quoted};
    use std::path::Path;

    fn login(folder: &Path) -> Login {
        Login {
            entry: Some(folder.join("autostart/tandem.desktop")),
            command: ["/opt/tandem", "--name", "Station \"A\""]
                .map(str::to_owned)
                .to_vec(),
        }
    }

    #[test]
    fn what_is_set_is_what_the_folder_says() {
        let folder = tempfile::tempdir().unwrap();
        let login = login(folder.path());
        assert_eq!(login.starts(), Some(false));
        login.set(true).unwrap();
        assert_eq!(login.starts(), Some(true));
        let text = std::fs::read_to_string(login.entry.as_ref().unwrap()).unwrap();
        assert!(
            text.contains("Exec=\"/opt/tandem\" \"--name\" \"Station \\\\\"A\\\\\"\"\n"),
            "{text}"
        );
        login.set(false).unwrap();
        login.set(false).unwrap();
        assert_eq!(login.starts(), Some(false));
    }

    #[test]
    fn an_entry_that_the_desktop_turned_off_is_off() {
        assert!(is_on("[Desktop Entry]\nType=Application\n"));
        assert!(!is_on("[Desktop Entry]\nHidden=true\n"));
        assert!(!is_on("[Desktop Entry]\nX-GNOME-Autostart-enabled=false\n"));
    }

    #[test]
    fn arguments_are_quoted_for_the_shell_that_is_none() {
        assert_eq!(quoted("/home/a b/50%"), "\"/home/a b/50%%\"");
        assert_eq!(quoted("$x"), "\"\\\\$x\"");
    }

    #[test]
    fn every_data_directory_has_an_entry_of_its_own() {
        assert_ne!(file_name(Path::new("/a/b")), file_name(Path::new("/a/c")));
        assert!(!file_name(Path::new("/a/b c")).contains(['/', ' ']));
    }
}
