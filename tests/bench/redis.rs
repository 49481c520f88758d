//! Redis with a replica: both append every write to their file and wait for the disk; a client waits for the replica.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::client::{Client, Row, System, date};
use crate::scratch::Scratch;
use crate::server::{Owner, Server, free_port, run, until};

/// A master and its replica.
pub struct Redis {
    port: u16,
    _master: Server,
    _replica: Server,
}

impl Redis {
    /// Starts both; the replica follows when this returns.
    pub fn start(scratch: &Scratch) -> Self {
        let (port, replica_port) = (free_port(), free_port());
        let master = server("master", &scratch.dir("redis-master"), port, None);
        until("Redis answers", || {
            TcpStream::connect(("127.0.0.1", port)).ok()
        });
        let replica = server(
            "replica",
            &scratch.dir("redis-replica"),
            replica_port,
            Some(port),
        );
        let redis = Self {
            port,
            _master: master,
            _replica: replica,
        };
        let mut client = Writer::of(port);
        until("the replica follows", || {
            client.set_and_wait("ready", "1").then_some(())
        });
        redis
    }

    /// The version of the program.
    pub fn version() -> String {
        run(Command::new("redis-server").arg("--version"))
            .split(" sha=")
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned()
    }

    /// Clients that wait for the replica after each write.
    pub fn system(&self) -> System<'_> {
        System {
            name: "Redis, WAIT 1",
            connect: Box::new(|| Box::new(Writer::of(self.port))),
        }
    }
}

fn server(name: &str, dir: &Path, port: u16, master: Option<u16>) -> Server {
    let mut command = Owner::Myself.command(&PathBuf::from("/usr/bin/redis-server"));
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--dir"]);
    command.arg(dir);
    command.args(["--appendonly", "yes", "--appendfsync", "always"]);
    // What is durable is the file of all writes; dumps of the whole would only disturb.
    command.args(["--save", "", "--repl-diskless-sync-delay", "0"]);
    if let Some(master) = master {
        command.args(["--replicaof", "127.0.0.1", &master.to_string()]);
    }
    Server::start(name, &mut command, &dir.with_extension("log"))
}

/// A client that speaks Redis's protocol.
struct Writer {
    stream: BufReader<TcpStream>,
}

impl Writer {
    fn of(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("Redis answers");
        stream.set_nodelay(true).expect("no delay");
        Self {
            stream: BufReader::new(stream),
        }
    }

    /// Writes, and waits for one replica (at most a second); both requests go out together. Whether the replica has it.
    fn set_and_wait(&mut self, key: &str, value: &str) -> bool {
        let request = format!(
            "*3\r\n$3\r\nSET\r\n${}\r\n{key}\r\n${}\r\n{value}\r\n*3\r\n$4\r\nWAIT\r\n$1\r\n1\r\n$4\r\n1000\r\n",
            key.len(),
            value.len()
        );
        self.stream
            .get_mut()
            .write_all(request.as_bytes())
            .expect("a request");
        let set = self.line();
        assert_eq!(set, "+OK", "Redis refuses a write");
        self.line() == ":1"
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).expect("a reply");
        line.trim_end().to_owned()
    }
}

impl Client for Writer {
    fn edit(&mut self, row: &Row) {
        let value = json!({
            "playlist_id": date(row.day), "rank": format!("{:08}", row.place), "kind": "clip", "title": row.title,
            "asset_id": null, "start_mode": "follow", "fixed_start": null, "in_point": 0, "duration": 250, "notes": "",
        });
        let held = self.set_and_wait(&format!("item:{}", row.id), &value.to_string());
        assert!(held, "the replica is gone");
    }
}
