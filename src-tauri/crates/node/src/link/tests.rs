//! Two stations' links over real sockets on loopback.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use domain::history::{Chain, Epoch, Position, Sum};
use domain::ids::{LineageId, StationId};
use futures_util::{SinkExt as _, StreamExt as _};
use pair::Mode;
use pair::config::{Fingerprint as PairFingerprint, RunId};
use pair::message::{Head, Hello, Message, PROTOCOL, Standing};
use reqwest_websocket::Upgrade as _;
use tempfile::TempDir;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::client::{ContactError, PeerClient};
use super::fingerprint::Fingerprint;
use super::identity::Identity;
use super::peer_url::PeerUrl;
use super::server::{Door, Inbound, ListenError, PeerServer};
use super::socket::{Link, SocketError};
use super::tls::{self, Expected};
use super::wire::{CONTROL_LEN_MAX, Frame};

const LOOPBACK: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// A station's link with its listener open.
struct Station {
    _dir: TempDir,
    identity: Identity,
    door: Arc<Door>,
    server: PeerServer,
    inbound: mpsc::Receiver<Inbound>,
}

impl Station {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let identity = Identity::load_or_create(dir.path()).unwrap();
        let door = Arc::new(Door::new(identity.fingerprint()));
        let (sender, inbound) = mpsc::channel(4);
        let server = PeerServer::open(LOOPBACK, &identity, Arc::clone(&door), sender).unwrap();
        Self {
            _dir: dir,
            identity,
            door,
            server,
            inbound,
        }
    }

    fn url(&self) -> PeerUrl {
        self.bare_url().pinned(self.identity.fingerprint())
    }

    fn bare_url(&self) -> PeerUrl {
        PeerUrl::new("127.0.0.1", self.server.address().port(), None).unwrap()
    }

    fn client_for(&self, url: PeerUrl) -> PeerClient {
        PeerClient::new(&self.identity, url).unwrap()
    }

    fn hello(&self) -> Hello {
        let station = StationId(Uuid::from_u128(1));
        let epoch = Epoch {
            number: 1,
            opener: station,
        };
        let position = Position {
            lineage: LineageId(Uuid::from_u128(2)),
            epoch,
            seq: 0,
            chain: Chain(0),
        };
        Hello {
            protocol: PROTOCOL,
            station,
            name: "Studio".into(),
            run: RunId(Uuid::from_u128(3)),
            fingerprint: PairFingerprint(self.identity.fingerprint().to_string()),
            peer: None,
            version: semver::Version::new(0, 1, 0),
            schema: "schema".into(),
            mode: Mode::Primary,
            former_mode: None,
            standing: Standing::Editing,
            head: Head {
                position,
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
        }
    }

    /// Answers the next Hello with this station's, and returns what the caller said.
    async fn answer_hello(&mut self) -> Hello {
        let own = self.hello();
        match self.inbound.recv().await {
            Some(Inbound::Hello { hello, reply }) => {
                reply.send(own).unwrap();
                *hello
            }
            _ => panic!("a Hello was expected"),
        }
    }

    async fn accept_link(&mut self) -> Link {
        match self.inbound.recv().await {
            Some(Inbound::Link(link)) => link,
            _ => panic!("a link was expected"),
        }
    }
}

/// Two stations, each pinning the other.
fn pair() -> (Station, Station) {
    let (one, two) = (Station::start(), Station::start());
    one.door.admit(Some(two.identity.fingerprint()));
    two.door.admit(Some(one.identity.fingerprint()));
    (one, two)
}

async fn open_link(from: &Station, to: &mut Station) -> (Link, Link) {
    let client = from.client_for(to.url());
    let (dialed, served) = tokio::join!(client.link(), to.accept_link());
    (dialed.unwrap(), served)
}

#[tokio::test]
async fn paired_stations_exchange_hellos() {
    let (one, mut two) = pair();
    let client = one.client_for(two.url());
    let own = one.hello();
    let (answer, heard) = tokio::join!(client.hello(&own), two.answer_hello());
    assert_eq!(heard, own);
    assert_eq!(answer.unwrap(), two.hello());
}

#[tokio::test]
async fn frames_cross_a_link_both_ways() {
    let (one, mut two) = pair();
    let (mut dialed, mut served) = open_link(&one, &mut two).await;
    assert_eq!(
        (dialed.peer, served.peer),
        (two.identity.fingerprint(), one.identity.fingerprint())
    );

    let up = Frame::Control(Message::SnapshotRequest { resume: None });
    dialed.sender.send(&up).await.unwrap();
    assert_eq!(served.receiver.next().await.unwrap(), up);
    let down = Frame::Control(Message::Fence { epoch_seen: 9 });
    served.sender.send(&down).await.unwrap();
    assert_eq!(dialed.receiver.next().await.unwrap(), down);

    served.sender.close("the mode changed").await;
    assert!(
        matches!(dialed.receiver.next().await, Err(SocketError::Closed(reason)) if reason == "the mode changed")
    );
}

#[tokio::test]
async fn a_stranger_learns_not_paired_and_nothing_else() {
    let (_one, two) = pair();
    let stranger = Station::start();
    let client = stranger.client_for(two.url());
    assert_eq!(
        client.hello(&stranger.hello()).await,
        Err(ContactError::NotPaired)
    );
    assert_eq!(client.link().await.err(), Some(ContactError::NotPaired));
    assert_eq!(
        client.agree(&stranger.door).await,
        Err(ContactError::NotPaired)
    );

    let raw = raw_client(&stranger, &two);
    for path in [
        "/",
        "/peer/v1/hello",
        "/peer/v2/hello",
        "/api/v1/call/get_station",
    ] {
        let answer = raw
            .get(format!("https://{}{path}", two.server.address()))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 403, "{path}");
        assert_eq!(
            answer.json::<serde_json::Value>().await.unwrap()["code"],
            "not_paired"
        );
    }
}

#[tokio::test]
async fn a_caller_without_a_certificate_gets_no_connection() {
    let (_one, two) = pair();
    let mut config = tls::client_config(&two.identity, Expected::Anyone).unwrap();
    config.client_auth_cert_resolver = Arc::new(NoCertificate);
    let bare = reqwest::Client::builder()
        .tls_backend_preconfigured(config)
        .no_proxy()
        .build()
        .unwrap();
    let error = bare
        .get(format!("https://{}/", two.server.address()))
        .send()
        .await
        .unwrap_err();
    assert!(
        format!("{error:?}").contains("CertificateRequired"),
        "{error:?}"
    );
}

#[derive(Debug)]
struct NoCertificate;

impl rustls::client::ResolvesClientCert for NoCertificate {
    fn resolve(
        &self,
        _: &[&[u8]],
        _: &[rustls::SignatureScheme],
    ) -> Option<Arc<rustls::sign::CertifiedKey>> {
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}

#[tokio::test]
async fn another_certificate_than_the_urls_is_named_as_the_cause() {
    let (one, two) = pair();
    let other = Fingerprint::of_certificate(b"another");
    let client = one.client_for(two.bare_url().pinned(other));
    let failure = client.hello(&one.hello()).await.unwrap_err();
    let ContactError::WrongCertificate(mismatch) = failure else {
        panic!("{failure:?}")
    };
    assert_eq!(
        (mismatch.expected, mismatch.seen),
        (other, two.identity.fingerprint())
    );
    assert!(matches!(
        client.link().await.err(),
        Some(ContactError::WrongCertificate(_))
    ));
}

#[tokio::test]
async fn a_dead_port_and_an_unknown_host_are_told_apart() {
    let (one, two) = pair();
    let gone = two.url();
    let address = two.server.address();
    drop(two);
    wait_until_refused(address).await;
    assert_eq!(
        one.client_for(gone.clone()).hello(&one.hello()).await,
        Err(ContactError::Refused)
    );
    assert_eq!(
        one.client_for(gone).link().await.err(),
        Some(ContactError::Refused)
    );

    let nowhere = PeerUrl::new(
        "tandem-test.invalid",
        7411,
        Some(one.identity.fingerprint()),
    )
    .unwrap();
    assert!(matches!(
        one.client_for(nowhere).hello(&one.hello()).await,
        Err(ContactError::Dns(_))
    ));
}

async fn wait_until_refused(address: SocketAddr) {
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn who_accepts_and_says_nothing_is_a_timeout() {
    let one = Station::start();
    let mute = std::net::TcpListener::bind(LOOPBACK).unwrap();
    let url = PeerUrl::new(
        "127.0.0.1",
        mute.local_addr().unwrap().port(),
        Some(Fingerprint::of_certificate(b"x")),
    )
    .unwrap();
    assert_eq!(
        one.client_for(url).hello(&one.hello()).await,
        Err(ContactError::Timeout)
    );
}

#[tokio::test]
async fn a_change_of_the_pin_shuts_out_the_former_peer_at_once() {
    let (one, mut two) = pair();
    let client = one.client_for(two.url());
    let own = one.hello();
    let (answer, _) = tokio::join!(client.hello(&own), two.answer_hello());
    answer.unwrap();
    two.door
        .admit(Some(Fingerprint::of_certificate(b"somebody else")));
    assert_eq!(client.hello(&own).await, Err(ContactError::NotPaired));
}

#[tokio::test]
async fn two_urls_without_fingerprints_lead_to_one_code_on_both_screens() {
    let (one, two) = (Station::start(), Station::start());
    one.door.admit(None);
    two.door.admit(None);
    let (from_one, from_two) = (
        one.client_for(two.bare_url()),
        two.client_for(one.bare_url()),
    );
    let outcomes = (
        from_one.agree(&one.door).await.unwrap(),
        from_two.agree(&two.door).await.unwrap(),
    );
    assert!(outcomes.0.is_some() || outcomes.1.is_some());
    let (at_one, at_two) = (
        one.door.agreed().borrow().unwrap(),
        two.door.agreed().borrow().unwrap(),
    );
    assert_eq!(at_one.code, at_two.code);
    assert_eq!(
        (at_one.peer, at_two.peer),
        (two.identity.fingerprint(), one.identity.fingerprint())
    );

    assert_eq!(
        from_one.agree(&one.door).await.unwrap(),
        Some(at_one),
        "the code stays until it is confirmed"
    );
    assert_eq!(from_two.agree(&two.door).await.unwrap(), Some(at_two));
    assert!(
        matches!(
            from_one.hello(&one.hello()).await,
            Err(ContactError::ConfirmCode)
        ),
        "a code is not a pin yet"
    );
}

#[tokio::test]
async fn one_url_without_a_fingerprint_shows_the_code_on_the_paired_station_too() {
    let (one, two) = (Station::start(), Station::start());
    one.door.admit(None);
    two.door.admit(Some(one.identity.fingerprint()));
    let agreed = one
        .client_for(two.bare_url())
        .agree(&one.door)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(two.door.agreed().borrow().unwrap().code, agreed.code);

    let from_two = two.client_for(one.url());
    assert_eq!(
        from_two.hello(&two.hello()).await,
        Err(ContactError::ConfirmCode),
        "one has not confirmed yet"
    );
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let one = Station::start();
    let (sender, _inbound) = mpsc::channel(1);
    let second = PeerServer::open(
        one.server.address(),
        &one.identity,
        Arc::clone(&one.door),
        sender,
    );
    assert!(
        matches!(second.err(), Some(ListenError::PortTaken(address)) if address == one.server.address())
    );
}

#[tokio::test]
async fn malformed_and_oversized_bodies_are_refused_before_anybody_sees_them() {
    let (one, mut two) = pair();
    let raw = raw_client(&one, &two);
    let url = format!("https://{}/peer/v1/hello", two.server.address());
    let answer = raw.post(&url).body("not a frame").send().await.unwrap();
    assert_eq!(answer.status(), 400);
    let answer = raw
        .post(&url)
        .body(vec![0; CONTROL_LEN_MAX + 100])
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 413);
    let mut liar = one.hello();
    liar.fingerprint = PairFingerprint(Fingerprint::of_certificate(b"another").to_string());
    let answer = one.client_for(two.url()).hello(&liar).await;
    assert_eq!(
        answer,
        Err(ContactError::Failed("the peer answered malformed".into()))
    );
    assert!(two.inbound.try_recv().is_err());
}

#[tokio::test]
async fn a_malformed_frame_on_a_link_is_an_error_with_its_reason() {
    let (one, mut two) = pair();
    let raw = raw_client(&one, &two);
    let url = format!("https://{}/peer/v1/link", two.server.address());
    let upgrade = raw.get(url).upgrade().send().await.unwrap();
    let (socket, mut served) = tokio::join!(upgrade.into_websocket(), two.accept_link());
    let (mut sink, mut stream) = socket.unwrap().split();
    sink.send(reqwest_websocket::Message::Binary(Bytes::from_static(&[
        1, 77, 0,
    ])))
    .await
    .unwrap();
    let error = served.receiver.next().await.unwrap_err();
    assert!(matches!(error, SocketError::Frame(_)), "{error}");
    served.sender.close(&error.to_string()).await;
    let told = stream.next().await.unwrap().unwrap();
    assert!(
        matches!(told, reqwest_websocket::Message::Close { reason, .. } if reason.contains("unknown frame kind 77"))
    );
}

/// A client with `from`'s certificate that says what it likes.
fn raw_client(from: &Station, to: &Station) -> reqwest::Client {
    let tls =
        tls::client_config(&from.identity, Expected::Pinned(to.identity.fingerprint())).unwrap();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .build()
        .unwrap()
}
