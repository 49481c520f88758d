//! A station as a process of its own: started, stopped, killed, started again.

mod asking;
mod pair;

use std::io::{BufRead, BufReader, Read};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

pub use asking::{DAY, PATIENCE, note, until};
pub use pair::{Pair, until_synced};

/// A running `tandem-node` on a data directory of its own.
pub struct Station {
    child: Option<Child>,
    pub name: String,
    pub dir: PathBuf,
    options: Vec<String>,
    env: Vec<(String, String)>,
    /// The size of a disk of its own, in MiB; `None` for the machine's.
    disk_mib: Option<u32>,
    /// A process in whose network namespace it stands; `None` for the test's own.
    network: Option<u32>,
    /// Held while its port is its own among all tests that run.
    port: Option<UnixListener>,
    pub ready: Value,
    http: reqwest::blocking::Client,
    _home: Option<TempDir>,
}

impl Station {
    /// Starts a station on a new data directory.
    pub fn start(name: &str) -> Self {
        Self::start_with(name, &[])
    }

    /// The same with variables in its environment.
    pub fn start_with(name: &str, env: &[(&str, &str)]) -> Self {
        Self::start_anew(name, env, &[])
    }

    /// The same with options on its command line.
    pub fn start_with_options(name: &str, options: &[&str]) -> Self {
        Self::start_anew(name, &[], options)
    }

    fn start_anew(name: &str, env: &[(&str, &str)], options: &[&str]) -> Self {
        let home = tempfile::Builder::new()
            .prefix(&format!("tandem-{name}-"))
            .tempdir()
            .expect("a directory for the station");
        let mut station = Self::new(name, &home.path().join("data"), env);
        station
            .options
            .extend(options.iter().map(|option| (*option).to_owned()));
        station._home = Some(home);
        station.run();
        station
    }

    /// Starts a station whose data directory is a small disk of its own: a tmpfs that only this process sees and that
    /// ends with it.
    pub fn start_on_small_disk(name: &str, disk_mib: u32) -> Self {
        let home = tempfile::tempdir().expect("a directory for the station");
        let dir = home.path().join("data");
        std::fs::create_dir(&dir).expect("the place of its disk");
        let mut station = Self::new(name, &dir, &[]);
        station.disk_mib = Some(disk_mib);
        station._home = Some(home);
        station.run();
        station
    }

    /// Starts a station in the network namespace of this process, listening there.
    pub fn start_inside(name: &str, network: u32, listen: &str) -> Self {
        let home = tempfile::tempdir().expect("a directory for the station");
        let mut station = Self::new(name, &home.path().join("data"), &[]);
        station.options = ["--listen", listen, "--name", name]
            .map(str::to_owned)
            .to_vec();
        station.network = Some(network);
        station._home = Some(home);
        station.run();
        station
    }

    /// Starts a station on this data directory.
    pub fn start_in(name: &str, dir: &Path, env: &[(&str, &str)]) -> Self {
        let mut station = Self::new(name, dir, env);
        station.run();
        station
    }

    fn new(name: &str, dir: &Path, env: &[(&str, &str)]) -> Self {
        // reqwest asks for one even where it speaks plain HTTP only; a second installation is refused and harmless.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            child: None,
            name: name.to_owned(),
            dir: dir.to_owned(),
            options: ["--listen", "127.0.0.1:0", "--name", name]
                .map(str::to_owned)
                .to_vec(),
            env: env
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
            disk_mib: None,
            network: None,
            port: None,
            ready: Value::Null,
            http: reqwest::blocking::Client::builder()
                .no_proxy()
                .timeout(PATIENCE)
                .build()
                .expect("a client for loopback"),
            _home: None,
        }
    }

    /// Sets a variable for the next start.
    pub fn set_env(&mut self, key: &str, value: &str) {
        self.env.retain(|(name, _)| name != key);
        self.env.push((key.to_owned(), value.to_owned()));
    }

    /// Starts the process on the data directory as it is, and waits for its ready line.
    pub fn run(&mut self) {
        assert!(self.child.is_none(), "{} runs already", self.name);
        if self.disk_mib.is_none() && self.network.is_none() {
            self.reserve_port();
        }
        let mut child = self.command().spawn().expect("tandem-node starts");
        let stdout = child.stdout.take().expect("its standard output");
        let mut lines = BufReader::new(stdout);
        let mut line = String::new();
        lines.read_line(&mut line).expect("a line from tandem-node");
        self.ready = serde_json::from_str(&line).unwrap_or_else(|error| {
            let _ = child.kill();
            let mut log = String::new();
            let _ = child.stderr.take().map(|mut e| e.read_to_string(&mut log));
            let _ = child.wait();
            panic!("{}: no ready line ({error}): {line:?}\n{log}", self.name)
        });
        assert_eq!(self.ready["ready"], json!(true));
        // Whatever it logs must never fill the pipe and stop it.
        let name = self.name.clone();
        let stderr = child.stderr.take().expect("its standard error");
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                eprintln!("[{name}] {line}");
            }
        });
        std::thread::spawn(move || lines.lines().for_each(drop));
        self.child = Some(child);
    }

    /// Gives a new station a port that no other test's station is given while this one is in use. By itself a station picks one at
    /// random and opens it only once it has a mode: out of hundreds that tests start at a time, two met now and then.
    fn reserve_port(&mut self) {
        let file = self.dir.join("peer-address");
        if file.exists() {
            return;
        }
        let (port, reserved) = std::iter::repeat_with(|| rand::random_range(20_000_u16..30_000))
            .find_map(|port| {
                // Abstract: there is no file to be left behind, and it ends with this process at the latest.
                let name = format!("tandem-test-port-{port}");
                let name = std::os::unix::net::SocketAddr::from_abstract_name(name).ok()?;
                let reserved = UnixListener::bind_addr(&name).ok()?;
                std::net::TcpListener::bind(("127.0.0.1", port)).ok()?;
                Some((port, reserved))
            })
            .expect("it goes on until a port is free");
        std::fs::create_dir_all(&self.dir).expect("its data directory");
        std::fs::write(file, format!("127.0.0.1:{port}\n")).expect("its address");
        self.port = Some(reserved);
    }

    fn command(&self) -> Command {
        let program = env!("CARGO_BIN_EXE_tandem-node");
        let mut command = match (self.disk_mib, self.network) {
            (None, None) => Command::new(program),
            (None, Some(_)) => self.enter(program),
            (Some(mib), _) => {
                let mount = format!("mount -t tmpfs -o size={mib}m none \"$0\" && exec \"$@\"");
                let mut own_disk = Command::new("unshare");
                own_disk.args(["--user", "--map-root-user", "--mount", "sh", "-c", &mount]);
                own_disk.arg(&self.dir).arg(program);
                own_disk
            }
        };
        command
            .arg("run")
            .arg("--data-dir")
            .arg(&self.dir)
            .args(&self.options)
            .envs(self.env.iter().map(|(k, v)| (k.as_str(), v.as_str())))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// This program where the station is.
    fn enter(&self, program: &str) -> Command {
        let mut command = enter(self.network.expect("a namespace"), true);
        command.arg(program);
        command
    }

    /// Starts it expecting that it refuses to: its exit code and what it wrote.
    pub fn refuses_to_start(dir: &Path) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_tandem-node"))
            .args(["run", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(dir)
            .stdin(Stdio::null())
            .output()
            .expect("tandem-node runs");
        let text = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        (output.status.code().unwrap_or(-1), text)
    }

    /// The process id.
    pub fn pid(&self) -> i32 {
        let child = self.child.as_ref().expect("it runs");
        i32::try_from(child.id()).expect("a process id")
    }

    fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(self.pid()).expect("a process id");
        rustix::process::kill_process(pid, signal).expect("its own child can be signalled");
    }

    /// kill -9.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().expect("kill -9");
        child.wait().expect("it ends");
    }

    /// Starts the process, which is to die at some point of its start, perhaps before it says that it is ready.
    pub fn run_to_death(&mut self, why: &str) {
        assert!(self.child.is_none(), "{} runs already", self.name);
        let mut command = self.command();
        command.stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(command.spawn().expect("tandem-node starts"));
        self.until_dead(why);
    }

    /// Waits for the process to end by itself: it was made to die at some point.
    pub fn until_dead(&mut self, why: &str) {
        let mut child = self.child.take().expect("it runs");
        let until = Instant::now() + PATIENCE;
        while child.try_wait().expect("its status").is_none() {
            if Instant::now() > until {
                self.child = Some(child);
                panic!(
                    "{} did not die: {why}; it is {:#}",
                    self.name,
                    self.redundancy()
                );
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// SIGTERM, and waits for the clean end.
    pub fn stop(&mut self) {
        self.signal(rustix::process::Signal::TERM);
        let mut child = self.child.take().expect("it runs");
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = child.try_wait().expect("its status") {
                assert!(status.success(), "{} ended with {status}", self.name);
                return;
            }
            assert!(Instant::now() < until, "{} does not end", self.name);
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// SIGSTOP. Returns once every thread has stopped: until one has taken the signal, the others go on.
    pub fn pause(&self) {
        self.signal(rustix::process::Signal::STOP);
        until(&format!("{} has stopped", self.name), || {
            let threads = std::fs::read_dir(format!("/proc/{}/task", self.pid())).expect("threads");
            threads.filter_map(Result::ok).all(|thread| {
                let stat = std::fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
                // The name, in brackets, may hold anything; the state follows. A thread that has ended has none.
                stat.rsplit_once(") ")
                    .is_none_or(|(_, rest)| rest.starts_with('T'))
            })
        });
    }

    /// SIGCONT.
    pub fn resume(&self) {
        self.signal(rustix::process::Signal::CONT);
    }

    /// kill -9 and start again.
    pub fn crash_and_restart(&mut self) {
        self.kill();
        self.run();
    }

    /// The URL for its peer.
    pub fn url(&self) -> String {
        self.ready["url"].as_str().expect("a url").to_owned()
    }

    /// The data directory as this process can reach it.
    pub fn files(&self) -> PathBuf {
        match self.disk_mib {
            None => self.dir.clone(),
            Some(_) => PathBuf::from(format!("/proc/{}/root{}", self.pid(), self.dir.display())),
        }
    }
}

/// A command that runs another as root of that process's user namespace, in its network namespace too where asked for.
pub fn enter(pid: u32, network: bool) -> Command {
    let mut command = Command::new("nsenter");
    command.args(["--preserve-credentials", "--user", "--target"]);
    command.arg(pid.to_string());
    if network {
        command.arg("--net");
    }
    command.arg("--");
    command
}

impl Drop for Station {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
