//! A peer that is who it says and lies in everything else: it is cut off with a reason, changes nothing, and takes no more
//! memory than its frames may have.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::history::{Chain, Sum};
use domain::ids::StationId;
use node::link::client::{ContactError, PeerClient};
use node::link::identity::Identity;
use node::link::peer_url::PeerUrl;
use node::link::socket::{Link, MESSAGE_LEN_MAX, SocketError};
use node::link::tls::{self, Expected};
use node::link::wire::{BULK_LEN_MAX, BulkKind, Frame};
use pair::breach::Breach;
use pair::config::{Fingerprint, RunId};
use pair::message::{EPOCHS_MAX, Hello, Message, Standing, Stream};
use pair::{Mode, Reason};
use serde_json::json;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::giant::{giant_head, read_head};
use crate::station::{DAY, PATIENCE, Station, until};

/// A liar that a real primary takes for its secondary.
struct Liar {
    runtime: Runtime,
    client: PeerClient,
    /// What it would say if it told the truth.
    hello: Hello,
    _dir: TempDir,
}

impl Liar {
    fn to(primary: &Station) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let identity = Identity::load_or_create(dir.path()).expect("an identity");
        // Nobody listens there: a secondary that is never reached back may follow all the same.
        let url = format!("https://127.0.0.1:9/#sha256-{}", identity.fingerprint());
        let url = url.replace("#sha256-sha256-", "#sha256-");
        primary.ok(
            "set_redundancy",
            json!({"mode": "primary", "peer_url": url}),
        );
        let runtime = Runtime::new().expect("a runtime");
        let to = primary.url().parse().expect("the primary's URL");
        let client = PeerClient::new(&identity, to).expect("a client");
        let mut hello = Hello {
            protocol: pair::message::PROTOCOL,
            station: StationId(Uuid::from_u128(77)),
            name: "Liar".into(),
            run: RunId(Uuid::from_u128(78)),
            fingerprint: Fingerprint(identity.fingerprint().to_string()),
            peer: None,
            version: semver::Version::new(0, 1, 0),
            schema: String::new(),
            mode: Mode::SecondaryCopy,
            former_mode: None,
            standing: Standing::Following,
            head: pair::message::Head {
                position: domain::history::Position {
                    lineage: domain::ids::LineageId(Uuid::from_u128(1)),
                    epoch: domain::history::Epoch {
                        number: 1,
                        opener: StationId(Uuid::from_u128(77)),
                    },
                    seq: 0,
                    chain: Chain(0),
                },
                sum: Sum(0),
                journal_bytes: 0,
            },
            empty: true,
            epochs: Vec::new(),
            left: None,
            epoch_seen: 1,
            handing_over: None,
            refused: None,
            witness: None,
            said_at: pair::Mono::default(),
            wall_ms: 0,
        };
        let theirs = runtime.block_on(async {
            loop {
                match client.hello(&hello).await {
                    Ok(theirs) => return theirs,
                    // Its listener opens in a moment.
                    Err(ContactError::Refused) => {
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                    Err(error) => panic!("the primary does not answer: {error}"),
                }
            }
        });
        hello.schema = theirs.schema;
        hello.version = theirs.version;
        hello.head = theirs.head;
        hello.epochs = theirs.epochs;
        hello.empty = false;
        Self {
            runtime,
            client,
            hello,
            _dir: dir,
        }
    }

    /// A link on which the primary has accepted it.
    async fn accepted(&self) -> (Link, Stream) {
        let mut link = self.client.link().await.expect("the link opens");
        let hello = Message::Hello(Box::new(self.hello.clone()));
        link.sender
            .send(&Frame::Control(hello))
            .await
            .expect("it is sent");
        loop {
            match link.receiver.next().await.expect("an answer") {
                Frame::Control(Message::Accept { stream, .. }) => return (link, stream),
                Frame::Control(Message::Incompatible { reason, .. }) => {
                    panic!("the primary refuses: {reason:?}")
                }
                _ => {}
            }
        }
    }

    /// Says these on a new link; the reason for which the primary ends it.
    fn is_cut_off_for(&self, lies: Vec<Frame>) -> String {
        let ended = async {
            let (mut link, _) = self.accepted().await;
            for lie in lies {
                if link.sender.send(&lie).await.is_err() {
                    break;
                }
            }
            end_of(&mut link).await
        };
        self.runtime
            .block_on(async { tokio::time::timeout(PATIENCE, ended).await })
            .expect("the primary ends the link")
    }
}

async fn end_of(link: &mut Link) -> String {
    loop {
        match link.receiver.next().await {
            Ok(_) => {}
            Err(SocketError::Closed(reason) | SocketError::Broken(reason)) => return reason,
            Err(error) => return error.to_string(),
        }
    }
}

/// The most memory that a station has ever held, in bytes.
pub fn most_memory(station: &Station) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", station.pid()));
    let status = status.expect("it runs");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .expect("a high-water mark");
    let kib: usize = line
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .expect("a number");
    kib << 10
}

/// For what a station has cut its peer off, by its redundancy log, latest first.
pub fn cut_off_for(station: &Station) -> Vec<String> {
    let log = station.ok("get_redundancy_log", json!({"limit": 1000}));
    let lines = log.as_array().expect("lines").iter();
    lines
        .filter(|line| line["event"] == "cut_off")
        .map(|line| {
            let detail = line["detail"].as_str().expect("its words");
            let why = detail.strip_prefix("The other station was cut off: ");
            let why = why.and_then(|why| why.strip_suffix('.'));
            why.expect("a sentence").to_owned()
        })
        .collect()
}

/// Waits until the station's log says that it cut its peer off for this.
fn until_cut_off(station: &Station, why: Breach) {
    until(&format!("{why:?} is in the log"), || {
        cut_off_for(station).contains(&why.words().to_owned())
    });
}

/// A primary with an item, and a liar that it takes for its secondary.
fn primary_and_liar() -> (Station, Liar) {
    let primary = Station::start("Alpha");
    primary.note(DAY, "one");
    let liar = Liar::to(&primary);
    (primary, liar)
}

fn bulk(stream_of: &Hello, data: Vec<u8>) -> Frame {
    Frame::Bulk {
        stream: Stream {
            epoch: stream_of.head.position.epoch,
            run: stream_of.run,
            number: 1,
        },
        kind: BulkKind::Entry,
        data: Bytes::from(data),
    }
}

#[test]
fn a_hello_with_giant_texts_or_too_many_epochs_or_impossible_numbers_is_not_listened_to() {
    let (primary, liar) = primary_and_liar();
    let before = primary.verified_sum();
    let lies: [fn(&mut Hello); 3] = [
        |hello| hello.name = "x".repeat(900_000),
        |hello| hello.epochs = vec![hello.epochs[0]; EPOCHS_MAX + 1],
        |hello| hello.epoch_seen = u64::MAX,
    ];
    for lie in lies {
        let mut hello = liar.hello.clone();
        lie(&mut hello);
        let refused = liar.runtime.block_on(liar.client.hello(&hello));
        assert!(refused.is_err());
        let said = Frame::Control(Message::Hello(Box::new(hello)));
        let ended = liar.runtime.block_on(async {
            let mut link = liar.client.link().await.expect("the link opens");
            link.sender.send(&said).await.expect("it is sent");
            tokio::time::timeout(PATIENCE, end_of(&mut link)).await
        });
        let ended = ended.expect("the primary ends the link");
        assert_eq!(ended, Breach::Frame.words());
    }
    until_cut_off(&primary, Breach::Frame);
    assert_eq!(primary.redundancy()["peer"]["name"], "Liar");
    assert_eq!(primary.verified_sum(), before);
    primary.note(DAY, "still works");
}

#[test]
fn a_secondary_that_claims_another_sum_is_never_synced() {
    let (primary, liar) = primary_and_liar();
    let mut head = liar.hello.head;
    head.sum = Sum(head.sum.0 ^ 1);
    let ack = Frame::Control(Message::Ack { head });
    // Kept, so that the link stays open.
    let _link = liar.runtime.block_on(async {
        let (mut link, _) = liar.accepted().await;
        link.sender.send(&ack).await.expect("it is sent");
        link
    });
    primary.until("it is Not synced", |now| {
        now["status"] == "not_synced" && now["reason"] == "sums_differ"
    });
    primary.note(DAY, "still works");
}

#[test]
fn numbers_beyond_what_can_be_end_the_link() {
    let (primary, liar) = primary_and_liar();
    let mut head = liar.hello.head;
    head.position.seq = u64::MAX;
    for lie in [
        Message::Ack { head },
        Message::Fence {
            epoch_seen: u64::MAX,
        },
        Message::Resume {
            after_seq: u64::MAX,
            chain: Chain(0),
        },
    ] {
        let told = liar.is_cut_off_for(vec![Frame::Control(lie)]);
        assert_eq!(told, Breach::Frame.words());
    }
    until_cut_off(&primary, Breach::Frame);
    // It calls again and again, so it is more than one frame that broke.
    let log = primary.ok("get_redundancy_log", json!({}));
    assert!(
        log.to_string().contains(Reason::RulesBroken.cause()),
        "{log}"
    );
    primary.note(DAY, "still works");
    assert_eq!(primary.redundancy()["position"]["epoch"], 1);
}

#[test]
fn who_sends_or_grants_beyond_the_window_is_cut_off_and_takes_bounded_memory() {
    let (primary, liar) = primary_and_liar();
    let before = most_memory(&primary);
    let told = liar.is_cut_off_for(vec![Frame::Credit { bytes: u32::MAX }]);
    assert_eq!(told, Breach::Window.words());
    until_cut_off(&primary, Breach::Window);
    // The longest frames that can be, one after the other, of a stream that nobody asked for.
    for _ in 0..2 {
        let longest = bulk(&liar.hello, vec![7; BULK_LEN_MAX - 1_024]);
        liar.is_cut_off_for(vec![longest.clone(), longest]);
    }
    // A flood of small ones, and of requests that each ask for everything anew.
    let small = bulk(&liar.hello, vec![7; 100]);
    liar.is_cut_off_for(vec![small; 10_000]);
    let requests = vec![Frame::Control(Message::SnapshotRequest { resume: None }); 1_000];
    let last = Frame::Control(Message::ResyncNow);
    liar.is_cut_off_for([requests, vec![last]].concat());
    until_cut_off(&primary, Breach::OutOfTurn);
    let grown = most_memory(&primary).saturating_sub(before);
    // A frame as it is received, and once more while the next one arrives.
    assert!(grown < 4 * MESSAGE_LEN_MAX, "grew by {} MiB", grown >> 20);
    primary.note(DAY, "still works");
}

#[test]
fn who_announces_a_giant_message_is_cut_off_before_any_of_it_is_kept() {
    use std::io::{Read as _, Write as _};
    let (primary, liar) = primary_and_liar();
    let before = most_memory(&primary);
    let identity = Identity::load_or_create(liar._dir.path()).expect("its identity");
    let to: PeerUrl = primary.url().parse().expect("the primary's URL");
    let pinned = Expected::Pinned(to.fingerprint().expect("a fingerprint"));
    let config = tls::client_config(&identity, pinned).expect("its TLS");
    let name = rustls::pki_types::ServerName::try_from("localhost").expect("a name");
    let connection = rustls::ClientConnection::new(Arc::new(config), name).expect("a connection");
    let url = primary.url();
    let rest = url.split_once("://").expect("a scheme").1;
    let socket = std::net::TcpStream::connect(&rest[..rest.find('/').expect("a path")]);
    let mut link = rustls::StreamOwned::new(connection, socket.expect("its port is open"));
    link.write_all(
        b"GET /peer/v1/link HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
          sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    )
    .expect("it is asked");
    let head = read_head(&mut link).expect("an answer");
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    link.write_all(&[giant_head(0x80), vec![0; 4]].concat())
        .expect("it is announced");
    // Until it hangs up.
    let _ = link.read_to_end(&mut Vec::new());
    until_cut_off(&primary, Breach::Frame);
    let grown = most_memory(&primary).saturating_sub(before);
    assert!(grown < MESSAGE_LEN_MAX, "grew by {} MiB", grown >> 20);
    primary.note(DAY, "still works");
}
