//! A real etcd as the witness: TLS with a certificate of its own, users and roles, on loopback, with its data in a temporary
//! directory.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::station::PATIENCE;

/// The user that stations log in as; it may use `tandem/` alone.
pub const USER: &str = "tandem";
/// Its password.
pub const PASSWORD: &str = "correct-horse-battery";
const ROOT_PASSWORD: &str = "root-of-the-test";

/// One etcd server.
pub struct Etcd {
    child: Option<Child>,
    home: TempDir,
    client_port: u16,
    peer_port: u16,
    fingerprint: String,
    http: reqwest::blocking::Client,
}

impl Etcd {
    /// Starts one with authentication on, and a user for Tandem.
    pub fn start() -> Self {
        // reqwest asks for one; a second installation is refused and harmless.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let home = tempfile::tempdir().expect("a directory for etcd");
        let key =
            rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
        std::fs::write(home.path().join("cert.pem"), key.cert.pem()).expect("it is written");
        std::fs::write(home.path().join("key.pem"), key.signing_key.serialize_pem())
            .expect("it is written");
        let digest = Sha256::digest(key.cert.der());
        let mut etcd = Self {
            child: None,
            home,
            client_port: free_port(),
            peer_port: free_port(),
            fingerprint: format!("sha256-{}", URL_SAFE_NO_PAD.encode(digest)),
            http: reqwest::blocking::Client::builder()
                .no_proxy()
                .tls_danger_accept_invalid_certs(true)
                .timeout(PATIENCE)
                .build()
                .expect("a client for loopback"),
        };
        etcd.run();
        etcd.enable_users();
        etcd
    }

    /// Starts the process on the data as it is, and waits until it answers.
    pub fn run(&mut self) {
        assert!(self.child.is_none(), "etcd runs already");
        let (client, peer) = (
            format!("https://127.0.0.1:{}", self.client_port),
            format!("http://127.0.0.1:{}", self.peer_port),
        );
        let child = Command::new("etcd")
            .args([
                "--name",
                "witness",
                "--log-level",
                "error",
                "--bcrypt-cost",
                "4",
            ])
            .args(["--heartbeat-interval", "50", "--election-timeout", "250"])
            .arg("--data-dir")
            .arg(self.file("data"))
            .args([
                "--listen-client-urls",
                &client,
                "--advertise-client-urls",
                &client,
            ])
            .args([
                "--listen-peer-urls",
                &peer,
                "--initial-advertise-peer-urls",
                &peer,
            ])
            .args(["--initial-cluster", &format!("witness={peer}")])
            .arg("--cert-file")
            .arg(self.file("cert.pem"))
            .arg("--key-file")
            .arg(self.file("key.pem"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("etcd starts (Debian's package etcd-server)");
        self.child = Some(child);
        let until = Instant::now() + PATIENCE;
        while !self.is_well() {
            assert!(Instant::now() < until, "etcd never became healthy");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn is_well(&self) -> bool {
        let answer = self
            .http
            .get(format!("https://127.0.0.1:{}/health", self.client_port))
            .send();
        answer.is_ok_and(|answer| answer.text().is_ok_and(|text| text.contains("\"true\"")))
    }

    /// kill -9.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().expect("kill -9");
        child.wait().expect("it ends");
    }

    /// Loses everything, as a new installation in its place would.
    pub fn wipe(&mut self) {
        self.kill();
        std::fs::remove_dir_all(self.file("data")).expect("its data goes");
        self.run();
        self.enable_users();
    }

    /// Its URL with the fingerprint, as an operator gives it to a station.
    pub fn url(&self) -> String {
        format!(
            "https://127.0.0.1:{}/#{}",
            self.client_port, self.fingerprint
        )
    }

    /// The fingerprint of its certificate.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// What `set_redundancy` is given.
    pub fn settings(&self) -> Value {
        settings(&self.url())
    }

    fn file(&self, name: &str) -> PathBuf {
        Path::join(self.home.path(), name)
    }

    fn enable_users(&self) {
        let prefix = json!({"permType": "READWRITE", "key": STANDARD.encode("tandem/"), "range_end": STANDARD.encode("tandem0")});
        for (path, body) in [
            (
                "user/add",
                json!({"name": "root", "password": ROOT_PASSWORD}),
            ),
            ("role/add", json!({"name": "root"})),
            ("user/grant", json!({"user": "root", "role": "root"})),
            ("user/add", json!({"name": USER, "password": PASSWORD})),
            (
                "user/add",
                json!({"name": "stranger", "password": PASSWORD}),
            ),
            ("role/add", json!({"name": USER})),
            ("role/grant", json!({"name": USER, "perm": prefix})),
            ("user/grant", json!({"user": USER, "role": USER})),
            ("enable", json!({})),
        ] {
            let answer = self
                .http
                .post(format!(
                    "https://127.0.0.1:{}/v3/auth/{path}",
                    self.client_port
                ))
                .json(&body)
                .send()
                .expect("etcd answers");
            assert!(answer.status().is_success(), "{path}: {:?}", answer.text());
        }
    }
}

/// What `set_redundancy` is given for this URL.
pub fn settings(url: &str) -> Value {
    json!({"url": url, "user": USER, "password": PASSWORD})
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

impl Drop for Etcd {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
