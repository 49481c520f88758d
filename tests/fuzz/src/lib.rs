//! What comes from outside, byte by byte: each function takes anything and must neither panic nor break what it claims.
//! libFuzzer drives them (`make fuzz`); the system tests replay the kept corpus through the same functions.

mod exchange;
mod peer;

use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use changeset::Changeset;
use domain::history::{Chain, Epoch, EpochStart, Position, Sum};
use domain::ids::{LineageId, StationId};
use node::api::{self, COMMANDS, ErrorCode};
use node::link::peer_url::PeerUrl;
use node::link::wire::Frame;
use node::station::{Options, Station};
use pair::action::{Action, Edits};
use pair::config::{Fingerprint, Identity, RunId};
use pair::event::{Away, Event, LinkId, Own, Side};
use pair::message::{Head, Message};
use pair::{Config, Durable, Mode, Mono, Now, State};
use serde_json::Value;
use store::{Entry, Install, SnapshotHeader, Store};
use tokio::runtime::Runtime;
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_128;

pub use exchange::playlist;
pub use peer::{comparison, orphan, question};

/// A message of the link: what is read is written the same way again.
pub fn frame(data: &[u8]) {
    if let Ok(frame) = Frame::decode(&Bytes::copy_from_slice(data)) {
        let again = frame.encode().expect("what was read can be sent");
        assert_eq!(Frame::decode(&again), Ok(frame));
    }
}

/// A journal entry. Its hash is put right, since nothing behind it would be reached otherwise.
pub fn entry(data: &[u8]) {
    let _ = Entry::decode(data);
    let mut sealed = data.to_vec();
    sealed.extend_from_slice(&xxh3_128(data).to_be_bytes());
    sealed.extend_from_slice(&[0; 16]);
    if let Ok(entry) = Entry::decode(&sealed) {
        assert_eq!(entry.encode(), sealed);
        changes(&entry.changeset);
    }
}

/// A changeset, which SQLite reads after us.
pub fn changeset(data: &[u8]) {
    if let Ok(changeset) = Changeset::from_bytes(data.to_vec()) {
        changes(&changeset);
        if let Ok(inverse) = changeset.invert() {
            assert_eq!(inverse.changes().count(), changeset.changes().count());
        }
    }
}

fn changes(changeset: &Changeset) {
    for change in changeset.changes() {
        assert!(change.key().count() <= change.columns());
        assert!(change.before().count() <= change.columns());
        assert!(change.after().count() <= change.columns());
    }
}

/// A snapshot: a header, then chunks, each behind its length of two bytes and with its hash put right. Whatever it is, what
/// the store holds afterwards is whole.
pub fn snapshot(data: &[u8]) {
    let Some((header, chunks)) = part(data) else {
        return;
    };
    let _ = SnapshotHeader::decode(header);
    on_runtime(async {
        let dir = tempfile::tempdir().expect("a directory");
        let store = Store::open(dir.path()).await.expect("a new store");
        let own = store.export_snapshot().await.expect("its own snapshot");
        // One that fits, so that chunks are reached; the header's own word on its rows counts.
        let mut fitting = own.header().clone();
        drop(own);
        fitting.rows = u64::from(*header.first().unwrap_or(&0));
        if let Ok(mut import) = store.import_snapshot(fitting).await {
            let (mut rest, mut index) = (chunks, 0_u32);
            while let Some((chunk, after)) = part(rest) {
                let mut sealed = index.to_be_bytes().to_vec();
                sealed.extend_from_slice(chunk);
                let hash = xxh3_128(&sealed);
                sealed.extend_from_slice(&hash.to_be_bytes());
                if import.push(sealed).await.is_err() {
                    break;
                }
                (rest, index) = (after, index + 1);
            }
            let before = store.head();
            let installed = import.install(Install::default()).await;
            assert!(installed.is_ok() || store.head() == before);
        }
        assert!(store.verify().await.expect("a scan").ok);
        store.close().await.expect("it closes");
    });
}

/// What a peer says on the link to a primary, or to a secondary: whatever it is, a secondary never edits.
pub fn messages(data: &[u8]) {
    let Some((first, mut rest)) = data.split_first() else {
        return;
    };
    let (mode, side) = match first % 4 {
        0 => (Mode::Primary, Side::Accepted),
        1 => (Mode::SecondaryCopy, Side::Dialed),
        2 => (Mode::SecondaryFailover { offset_s: 2 }, Side::Dialed),
        _ => (Mode::SecondaryCopy, Side::Accepted),
    };
    let (mut state, actions) = station(mode);
    let mut at_ms = 10_000;
    let mut queue: Vec<Event> = answers(&state, actions);
    queue.push(Event::LinkUp {
        link: LinkId(1),
        side,
    });
    while let Some((message, after)) = part(rest) {
        rest = after;
        let mut framed = vec![node::link::wire::WIRE_VERSION, 1];
        framed.extend_from_slice(message);
        if let Ok(Frame::Control(message)) = Frame::decode(&Bytes::from(framed)) {
            queue.push(match message {
                // What a probe would bring.
                Message::Incompatible { hello, .. } => Event::Probed { hello },
                message => Event::Received {
                    link: LinkId(1),
                    message,
                },
            });
        }
        queue.push(Event::Tick);
        // What an action is answered with comes before what the peer says next.
        for event in std::mem::take(&mut queue) {
            let mut due = vec![event];
            for _ in 0..32 {
                let Some(event) = due.pop() else { break };
                at_ms += 100;
                let actions = state.step(event, now(at_ms));
                due.extend(answers(&state, actions));
                if state.mode().is_secondary() {
                    assert!(matches!(state.edits(now(at_ms)), Edits::Refused { .. }));
                }
                let _ = state.view(now(at_ms));
            }
        }
    }
}

/// A URL as an operator pastes it: what is taken is written the same way again.
pub fn peer_url(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(url) = text.parse::<PeerUrl>() {
        let again = url.to_string();
        assert_eq!(again.parse::<PeerUrl>().as_ref(), Ok(&url));
    }
}

/// A command of the control API, on a real station: the first byte says which, the rest are its arguments. Nothing is the
/// program's own fault, and the data stay whole.
pub fn control(data: &[u8]) {
    static STATION: OnceLock<(Station, tempfile::TempDir)> = OnceLock::new();
    /// What would leave the data directory: other folders, other machines.
    const NOT_HERE: [&str; 5] = [
        "export_orphans",
        "scan_folder",
        "list_folders",
        "set_media_root",
        "set_redundancy",
    ];
    let Some((which, args)) = data.split_first() else {
        return;
    };
    let (command, _) = COMMANDS[usize::from(*which) % COMMANDS.len()];
    let Ok(args @ Value::Object(_)) = serde_json::from_slice::<Value>(args) else {
        return;
    };
    match command {
        "export_orphans" => drop(serde_json::from_value::<api::ExportOrphans>(args.clone())),
        "scan_folder" => drop(serde_json::from_value::<api::ScanFolder>(args.clone())),
        "set_redundancy" => drop(serde_json::from_value::<api::SetRedundancy>(args.clone())),
        _ => {}
    }
    if NOT_HERE.contains(&command) {
        return;
    }
    let (station, _) = STATION.get_or_init(|| {
        let dir = tempfile::tempdir().expect("a directory");
        let options = Options {
            data_dir: Some(dir.path().into()),
            verify_every: 0,
            ..Options::default()
        };
        let station = on_runtime(Station::start(options)).expect("a station");
        (station, dir)
    });
    let answer = on_runtime(station.router().call(command, args));
    if let Err(error) = answer {
        assert_ne!(error.code, ErrorCode::Internal, "{command}: {error}");
        assert!(!error.message.is_empty());
    }
    let verified = on_runtime(
        station
            .router()
            .call("verify", Value::Object(Default::default())),
    );
    assert_eq!(verified.expect("a scan")["ok"], true, "after {command}");
}

/// A part behind its length of two bytes, and what follows it.
fn part(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = data.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*len)))
}

fn on_runtime<T>(work: impl Future<Output = T>) -> T {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| Runtime::new().expect("a runtime"));
    runtime.block_on(work)
}

fn now(ms: u64) -> Now {
    Now {
        mono: Mono(Duration::from_millis(ms)),
        wall_ms: 0,
    }
}

/// Where the station of [`messages`] is.
fn own() -> Own {
    let epoch = Epoch {
        number: 1,
        opener: StationId(Uuid::from_u128(2)),
    };
    let start = EpochStart {
        epoch,
        after_seq: 0,
        chain: Chain(0),
    };
    let position = Position {
        lineage: LineageId(Uuid::from_u128(9)),
        epoch,
        seq: 5,
        chain: Chain(5),
    };
    Own {
        head: Head {
            position,
            sum: Sum(35),
            journal_bytes: 500,
        },
        epochs: vec![start],
        empty: false,
        left: None,
    }
}

fn station(mode: Mode) -> (State, Vec<Action>) {
    let fingerprint = |n: u128| Fingerprint(format!("{n:064x}"));
    let me = Identity {
        station: StationId(Uuid::from_u128(1)),
        name: "this".into(),
        run: RunId(Uuid::from_u128(11)),
        fingerprint: fingerprint(1),
        version: semver::Version::new(1, 2, 3),
        schema: "tables".into(),
    };
    let peer = pair::config::PeerUrl {
        url: "https://other:1/".into(),
        fingerprint: Some(fingerprint(2)),
    };
    let durable = Durable {
        config: Config {
            mode,
            peer: Some(peer),
            ..Config::default()
        },
        ..Durable::default()
    };
    State::start(me, durable, own(), Away::Unknown, now(10_000))
}

/// A disk that does everything at once.
fn answers(state: &State, actions: Vec<Action>) -> Vec<Event> {
    let answer = |action| match action {
        Action::Persist { token, .. } => Some(Event::Persisted { token }),
        Action::OpenEpoch { token, number, .. } => {
            let mut own = state.own().clone();
            let epoch = Epoch {
                number,
                opener: StationId(Uuid::from_u128(1)),
            };
            own.epochs.push(EpochStart {
                epoch,
                after_seq: own.head.position.seq,
                chain: own.head.position.chain,
            });
            own.head.position.epoch = epoch;
            Some(Event::Opened { token, own })
        }
        Action::Quiesce { token } => Some(Event::Quiesced {
            token,
            head: state.own().head,
        }),
        Action::Rewind { token, .. } => Some(Event::RewindFailed { token }),
        _ => None,
    };
    actions.into_iter().filter_map(answer).collect()
}
