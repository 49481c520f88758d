//! PostgreSQL with streaming replication: a primary and a hot standby that the benchmark sets up, with every setting as
//! it comes but for the ports.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::client::{Client, Row, System, date};
use crate::scratch::Scratch;
use crate::server::{Owner, Server, free_port, run, until};
use crate::wire::Connection;

const OWNER: Owner = Owner::UnlessRoot("postgres");

/// The same table as a station's, with the same indexes.
const SCHEMA: &str = "
CREATE TABLE playlist (id uuid PRIMARY KEY, date text NOT NULL CHECK (length(date) = 10));
CREATE INDEX playlist_by_date ON playlist (date);
CREATE TABLE item (
  id uuid PRIMARY KEY,
  playlist_id uuid NOT NULL REFERENCES playlist (id),
  rank text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('clip', 'live', 'note')),
  title text NOT NULL,
  asset_id uuid,
  start_mode text NOT NULL CHECK (start_mode IN ('follow', 'fixed', 'hold')),
  fixed_start text,
  in_point bigint NOT NULL CHECK (in_point >= 0),
  duration bigint NOT NULL CHECK (duration >= 0),
  notes text NOT NULL,
  CHECK ((start_mode = 'fixed') = (fixed_start IS NOT NULL))
);
CREATE INDEX item_in_playlist ON item (playlist_id, rank, id);
CREATE INDEX item_total ON item (playlist_id, duration);
CREATE INDEX item_of_asset ON item (asset_id) WHERE asset_id IS NOT NULL;";

/// A primary and its standby.
pub struct Postgres {
    pub primary: Node,
    pub standby: Node,
}

/// One server of the two.
pub struct Node {
    name: &'static str,
    dir: PathBuf,
    pub port: u16,
    server: Option<Server>,
}

impl Postgres {
    /// Starts both; the standby streams when this returns.
    pub fn start(scratch: &Scratch) -> Self {
        let home = scratch.dir("postgres");
        OWNER.own(&home);
        let mut primary = Node::new("primary", &home);
        run(OWNER
            .command(&program("initdb"))
            .args(["--auth=trust", "--username=bench", "--no-locale"])
            .args(["--encoding=UTF8", "-D"])
            .arg(&primary.dir));
        primary.run();
        let mut sql = primary.connect("local");
        sql.ok(SCHEMA);
        let mut standby = Node::new("standby", &home);
        let source = format!(
            "host=127.0.0.1 port={} user=bench application_name=standby",
            primary.port
        );
        run(OWNER
            .command(&program("pg_basebackup"))
            .args([
                "--checkpoint=fast",
                "--write-recovery-conf",
                "--create-slot",
            ])
            .args(["--slot=standby", "--dbname", &source, "-D"])
            .arg(&standby.dir));
        standby.run();
        until("the standby streams", || {
            let streaming = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = 'sync'";
            (sql.one(streaming) == "1").then_some(())
        });
        Self { primary, standby }
    }

    /// The version of the programs.
    pub fn version() -> String {
        run(Command::new(program("postgres")).arg("--version"))
            .trim()
            .to_owned()
    }

    /// Clients that wait for this `synchronous_commit`.
    pub fn system(&self, name: &'static str, commit: &'static str) -> System<'_> {
        System {
            name,
            connect: Box::new(move || Box::new(Desk::of(self.primary.connect(commit)))),
        }
    }
}

impl Node {
    fn new(name: &'static str, home: &Path) -> Self {
        Self {
            name,
            dir: home.join(name),
            port: free_port(),
            server: None,
        }
    }

    /// Starts it, and waits until it answers queries.
    pub fn run(&mut self) {
        self.spawn();
        until("PostgreSQL answers", || Connection::open(self.port).ok());
    }

    /// Starts it.
    pub fn spawn(&mut self) {
        let log = self.dir.with_extension("log");
        let mut command = OWNER.command(&program("postgres"));
        command.arg("-D").arg(&self.dir);
        command.args(["-p", &self.port.to_string()]);
        command.args(["-c", "listen_addresses=127.0.0.1"]);
        command.args(["-c", "unix_socket_directories="]);
        // A commit waits for the standby, where its session asks for more than `local`.
        command.args(["-c", "synchronous_standby_names=standby"]);
        self.server = Some(Server::start(self.name, &mut command, &log));
    }

    /// Ends it.
    pub fn stop(&mut self) {
        self.server = None;
    }

    /// A connection whose commits wait for this.
    pub fn connect(&self, synchronous_commit: &str) -> Connection {
        let mut connection = Connection::open(self.port).expect("PostgreSQL answers");
        connection.ok(&format!("SET synchronous_commit = {synchronous_commit}"));
        connection
    }
}

/// A client that inserts rows, each in a transaction of its own.
struct Desk {
    connection: Connection,
}

impl Desk {
    fn of(mut connection: Connection) -> Self {
        connection.ok(
            "PREPARE add_item (uuid, uuid, text, text) AS INSERT INTO item \
             VALUES ($1, $2, $3, 'clip', $4, NULL, 'follow', NULL, 0, 250, '')",
        );
        Self { connection }
    }
}

impl Client for Desk {
    fn edit(&mut self, row: &Row) {
        let playlist = uuid::Uuid::from_u128(u128::from(row.day) + 1);
        if row.first_of_day {
            self.connection.ok(&format!(
                "INSERT INTO playlist VALUES ('{playlist}', '{}') ON CONFLICT DO NOTHING",
                date(row.day)
            ));
        }
        self.connection.ok(&format!(
            "EXECUTE add_item ('{}', '{playlist}', '{:08}', '{}')",
            row.id, row.place, row.title
        ));
    }
}

/// A program of the newest PostgreSQL that is installed the way Debian does.
fn program(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let newest = versions
        .flatten()
        .filter_map(|version| version.file_name().to_str()?.parse::<u32>().ok())
        .max()
        .expect("PostgreSQL of Debian's packages (run `.ci/setup bench`)");
    Path::new("/usr/lib/postgresql")
        .join(newest.to_string())
        .join("bin")
        .join(name)
}
