//! A second start on the same data directory raises the window of the first instead of failing dumbly.
//!
//! The store's lock decides who runs (DESIGN.md 6.1). The socket beside it only carries the wish to be seen, so it
//! needs no trust beyond the directory's own permissions, and losing it loses nothing.

#[cfg(unix)]
pub(crate) use unix::{listen, raise_first};

#[cfg(unix)]
mod unix {
    use std::fs;
    use std::io::{self, Read, Write};
    use std::net::Shutdown;
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::path::{Path, PathBuf};
    use std::time::Duration;

    const ANSWER: &[u8] = b"raised";
    const PATIENCE: Duration = Duration::from_secs(2);

    fn socket(data_dir: &Path) -> PathBuf {
        data_dir.join("window.sock")
    }

    /// Answers every later start on this data directory with `raise`. Call it only while holding the store's lock.
    ///
    /// # Errors
    /// When the socket cannot be made, such as for a path beyond the system's limit (108 bytes on Linux).
    pub(crate) fn listen(data_dir: &Path, raise: impl Fn() + Send + 'static) -> io::Result<()> {
        let path = socket(data_dir);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(path)?;
        std::thread::Builder::new()
            .name("second-start".into())
            .spawn(move || {
                for caller in listener.incoming() {
                    raise();
                    if let Err(error) = caller.and_then(|mut caller| caller.write_all(ANSWER)) {
                        tracing::debug!(%error, "a second start went away before it was answered");
                    }
                }
            })?;
        Ok(())
    }

    /// Asks the Tandem that runs on this data directory to show its window. False when none with a window answers.
    pub(crate) fn raise_first(data_dir: &Path) -> bool {
        let ask = || -> io::Result<Vec<u8>> {
            let stream = UnixStream::connect(socket(data_dir))?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.shutdown(Shutdown::Write)?;
            let mut answer = Vec::new();
            stream.take(ANSWER.len() as u64).read_to_end(&mut answer)?;
            Ok(answer)
        };
        ask().is_ok_and(|answer| answer == ANSWER)
    }

    #[cfg(test)]
    mod tests {
        use super::{listen, raise_first, socket};
        use std::sync::mpsc;

        #[test]
        fn a_second_start_raises_the_window_of_the_first() {
            let dir = tempfile::tempdir().unwrap();
            let (raised, seen) = mpsc::channel();
            listen(dir.path(), move || raised.send(()).unwrap()).unwrap();
            assert!(raise_first(dir.path()));
            assert_eq!(seen.try_iter().count(), 1);
        }

        #[test]
        fn without_a_window_there_is_nothing_to_raise() {
            let dir = tempfile::tempdir().unwrap();
            assert!(!raise_first(dir.path()));
        }

        #[test]
        fn a_socket_left_by_a_crash_is_replaced() {
            let dir = tempfile::tempdir().unwrap();
            std::fs::write(socket(dir.path()), "").unwrap();
            listen(dir.path(), || {}).unwrap();
            assert!(raise_first(dir.path()));
        }
    }
}

/// Elsewhere the second start only says that the first runs.
#[cfg(not(unix))]
pub(crate) fn listen(
    _data_dir: &std::path::Path,
    _raise: impl Fn() + Send + 'static,
) -> std::io::Result<()> {
    Ok(())
}

/// Elsewhere the second start only says that the first runs.
#[cfg(not(unix))]
pub(crate) fn raise_first(_data_dir: &std::path::Path) -> bool {
    false
}
