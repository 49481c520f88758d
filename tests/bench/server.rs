//! A server to compare with: a child process that ends with the benchmark, however that ends.

use std::fs::File;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// The longest that a server may take to start or to stop.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// As whom a server runs.
#[derive(Clone, Copy)]
pub enum Owner {
    /// As whoever runs the benchmark.
    Myself,
    /// As this system user where the benchmark runs as root: PostgreSQL refuses to.
    UnlessRoot(&'static str),
}

impl Owner {
    fn user(self) -> Option<&'static str> {
        match self {
            Self::UnlessRoot(user) if rustix::process::getuid().is_root() => Some(user),
            _ => None,
        }
    }

    /// A directory that belongs to it.
    pub fn own(self, dir: &Path) {
        if let Some(user) = self.user() {
            run(Command::new("chown").arg(format!("{user}:")).arg(dir));
        }
    }

    /// A command that runs as it, and is interrupted when the benchmark ends.
    pub fn command(self, program: &Path) -> Command {
        let mut command = Command::new("setpriv");
        if let Some(user) = self.user() {
            command.args(["--reuid", user, "--regid", user, "--init-groups"]);
        }
        command.args(["--pdeathsig", "INT"]).arg(program);
        command.current_dir("/").stdin(Stdio::null());
        command
    }
}

/// Runs a command that must succeed.
pub fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{command:?} failed:\n{out}{err}");
    out
}

/// A port of loopback that nobody has now.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address").port()
}

/// A running server.
pub struct Server {
    name: String,
    child: Child,
}

impl Server {
    /// Starts it; what it says goes to `log`. To be called from the main thread: the server ends with the thread that started it.
    pub fn start(name: &str, command: &mut Command, log: &Path) -> Self {
        let log = File::options()
            .create(true)
            .append(true)
            .open(log)
            .expect("a log file");
        let child = command
            .stdout(log.try_clone().expect("the same file"))
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Self {
            name: name.to_owned(),
            child,
        }
    }

    /// Ends it orderly. (SIGINT is PostgreSQL's fast shutdown, and an orderly one for Redis.)
    pub fn stop(&mut self) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        let _ = pid.map(|pid| kill_process(pid, Signal::INT));
        let until = Instant::now() + PATIENCE;
        while matches!(self.child.try_wait(), Ok(None)) {
            if Instant::now() > until {
                eprintln!("{} does not end: it is killed", self.name);
                let _ = self.child.kill();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Tries until something is there.
pub fn until<T>(what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = attempt() {
            return found;
        }
        assert!(Instant::now() < until, "never: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}
