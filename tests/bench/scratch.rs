//! What a run leaves on the machine, and that it leaves nothing: one directory, and processes that are its children.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::signal::unix::{SignalKind, signal};

/// How long processes may take to end before they are killed.
const GRACE: Duration = Duration::from_secs(3);

/// The directory of a run. It is removed at the end, after a panic, and at Ctrl+C or SIGTERM.
pub struct Scratch {
    dir: TempDir,
}

impl Scratch {
    /// In `parent`, which should be on the disk that is to be measured.
    pub fn new(parent: &Path) -> Self {
        let dir = tempfile::Builder::new()
            .prefix("tandem-bench-")
            .permissions(Permissions::from_mode(0o755))
            .tempdir_in(parent)
            .unwrap_or_else(|error| panic!("a directory in {}: {error}", parent.display()));
        let root = dir.path().to_owned();
        std::thread::spawn(move || end_when_told(&root));
        Self { dir }
    }

    /// The whole of it.
    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    /// A new directory in it.
    pub fn dir(&self, name: &str) -> PathBuf {
        let dir = self.dir.path().join(name);
        std::fs::create_dir(&dir)
            .unwrap_or_else(|error| panic!("the directory {}: {error}", dir.display()));
        dir
    }
}

/// Waits for Ctrl+C or SIGTERM; then ends every child of this process, removes the directory and exits.
fn end_when_told(root: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime for signals");
    runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt()).expect("hear Ctrl+C");
        let mut terminate = signal(SignalKind::terminate()).expect("hear SIGTERM");
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    });
    eprintln!("\nEnding what was started");
    // What is being measured fails now, and nobody wants to read how.
    std::panic::set_hook(Box::new(|_| {}));
    // SIGINT is what all of them end orderly at: a station, PostgreSQL (a fast shutdown), Redis.
    tell_children(Signal::INT);
    let until = std::time::Instant::now() + GRACE;
    while std::time::Instant::now() < until && !running_children().is_empty() {
        std::thread::sleep(Duration::from_millis(50));
    }
    tell_children(Signal::KILL);
    while !running_children().is_empty() {
        std::thread::sleep(Duration::from_millis(10));
    }
    let _ = std::fs::remove_dir_all(root);
    std::process::exit(130);
}

fn tell_children(signal: Signal) {
    for pid in running_children() {
        let _ = kill_process(pid, signal);
    }
}

/// This process's children that have not ended (one that has is listed until it is waited for).
fn running_children() -> Vec<Pid> {
    let own = std::process::id().to_string();
    std::fs::read_dir("/proc")
        .expect("the processes")
        .flatten()
        .filter_map(|process| {
            let stat = std::fs::read_to_string(process.path().join("stat")).ok()?;
            // "PID (NAME) STATE PARENT …", where the name may contain anything.
            let mut fields = stat.rsplit_once(") ")?.1.split_whitespace();
            let (state, parent) = (fields.next()?, fields.next()?);
            let pid = process.file_name().to_str()?.parse().ok()?;
            (parent == own && state != "Z").then_some(pid)
        })
        .filter_map(Pid::from_raw)
        .collect()
}
