//! Calls to the peer: the probe, the exchange of a short code, and the opening of the link.

use std::error::Error as StdError;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use pair::message::Hello;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Response, StatusCode};
use reqwest_websocket::Upgrade as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tungstenite::protocol::WebSocketConfig;

use super::ask::{ASK_LEN_MAX, Answer, Question};
use super::fingerprint::Fingerprint;
use super::identity::Identity;
use super::pairing::{Agreed, PairingAnswer, PairingDesk, PairingRequest, commitment_to};
use super::peer_url::PeerUrl;
use super::server::{
    ASK_PATH, CONFIRM_CODE, Door, HELLO_PATH, LINK_PATH, NOT_PAIRED, PAIRING_PATH,
};
use super::socket::{Link, MESSAGE_LEN_MAX};
use super::tls::{self, Expected, PinMismatch};
use super::wire::{self, CONTROL_LEN_MAX, FrameError, HEADER_LEN};

/// How long a call, connecting included, may take.
const CALL_TIMEOUT: Duration = Duration::from_secs(2);
/// The same for a question, which may carry much and have to wait for the peer's disk.
const QUESTION_TIMEOUT: Duration = Duration::from_secs(12);
/// An idle connection is not trusted for longer: a cut cable leaves no trace on it.
const IDLE_MAX: Duration = Duration::from_secs(5);

/// Why the peer could not be reached, or did not answer as a peer does.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContactError {
    /// The host has no address.
    #[error("the host name could not be resolved: {0}")]
    Dns(String),
    /// Nobody listens there.
    #[error("the connection was refused")]
    Refused,
    /// No answer in time.
    #[error("no answer within {} s", CALL_TIMEOUT.as_secs())]
    Timeout,
    /// Another certificate than the pinned one.
    #[error(transparent)]
    WrongCertificate(#[from] PinMismatch),
    /// The peer does not know this station.
    #[error("the peer is not paired with this station")]
    NotPaired,
    /// The peer's URL for this station has no fingerprint yet.
    #[error("the short code must be confirmed on the peer")]
    ConfirmCode,
    /// The network has no way there.
    #[error("the network has no way to the peer")]
    Unreachable,
    /// What came back is not what a station says.
    #[error("the answer is not that of a Tandem station: {0}")]
    NotAPeer(String),
    /// The network or the peer failed in another way.
    #[error("{0}")]
    Failed(String),
}

/// Calls one peer. Cheap to clone; clones share their connections.
#[derive(Debug, Clone)]
pub struct PeerClient {
    http: reqwest::Client,
    url: PeerUrl,
}

impl PeerClient {
    /// A client for the peer at `url`: pinned where the URL has a fingerprint, otherwise good for [`Self::agree`] alone.
    pub fn new(identity: &Identity, url: PeerUrl) -> Result<Self, ContactError> {
        let expected = url.fingerprint().map_or(Expected::Anyone, Expected::Pinned);
        let tls = tls::client_config(identity, expected)
            .map_err(|error| ContactError::Failed(error.to_string()))?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .tls_info(true)
            .http1_only()
            .https_only(true)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .dns_resolver(SystemResolver)
            .tcp_nodelay(true)
            .connect_timeout(CALL_TIMEOUT)
            .pool_idle_timeout(IDLE_MAX)
            .pool_max_idle_per_host(1)
            .build()
            .map_err(contact_error)?;
        Ok(Self { http, url })
    }

    /// Where this client calls.
    #[must_use]
    pub fn url(&self) -> &PeerUrl {
        &self.url
    }

    /// Exchanges Hellos.
    pub async fn hello(&self, own: &Hello) -> Result<Hello, ContactError> {
        self.pin()?;
        let (peer, hello): (_, Hello) = self.call(HELLO_PATH, own).await?;
        if !hello.is_within_limits() {
            return Err(ContactError::NotAPeer(
                "its Hello is beyond its limits".into(),
            ));
        }
        if hello.fingerprint.0 == peer.to_string() {
            Ok(hello)
        } else {
            Err(ContactError::NotAPeer(
                "its Hello names another certificate than its own".into(),
            ))
        }
    }

    /// Agrees on a short code with a peer whose certificate is not known yet, or finds that the code still stands. `None` while the
    /// peer is the one to open the exchange and has not done so. The outcome stands at `door` too.
    pub async fn agree(&self, door: &Door) -> Result<Option<Agreed>, ContactError> {
        if let Some(agreed) = door.with_desk(|desk| desk.agreed()) {
            match self.pairing(PairingRequest::Check).await? {
                (peer, PairingAnswer::Agreed) if peer == agreed.peer => return Ok(Some(agreed)),
                _ => door.with_desk(PairingDesk::forget),
            }
        }
        let first = rand::random();
        let (peer, answer) = self
            .pairing(PairingRequest::Commit(commitment_to(&first)))
            .await?;
        let second = match answer {
            PairingAnswer::Nonce(second) => second,
            PairingAnswer::Wait => return Ok(None),
            PairingAnswer::Agreed | PairingAnswer::Unknown => return Err(out_of_turn()),
        };
        match self.pairing(PairingRequest::Reveal(first)).await? {
            (same, PairingAnswer::Agreed) if same == peer => Ok(Some(
                door.with_desk(|desk| desk.conclude(peer, &first, &second)),
            )),
            _ => Err(out_of_turn()),
        }
    }

    /// One step of the exchange of a short code; the answer, and the certificate that the peer has shown.
    async fn pairing(
        &self,
        request: PairingRequest,
    ) -> Result<(Fingerprint, PairingAnswer), ContactError> {
        self.call(PAIRING_PATH, &request).await
    }

    /// Opens the link.
    pub async fn link(&self) -> Result<Link, ContactError> {
        let pin = self.pin()?;
        let limits = WebSocketConfig::default()
            .max_message_size(Some(MESSAGE_LEN_MAX))
            .max_frame_size(Some(MESSAGE_LEN_MAX));
        let open = async {
            let upgrade = self
                .http
                .get(self.url.endpoint(LINK_PATH))
                .upgrade()
                .web_socket_config(limits)
                .send()
                .await;
            let upgrade = upgrade.map_err(websocket_error)?;
            if upgrade.status() != StatusCode::SWITCHING_PROTOCOLS {
                return Err(refusal(upgrade.into_inner()).await);
            }
            upgrade.into_websocket().await.map_err(websocket_error)
        };
        let socket = tokio::time::timeout(CALL_TIMEOUT, open)
            .await
            .map_err(|_| ContactError::Timeout)??;
        Ok(Link::dialed(pin, socket))
    }

    /// Asks the peer something.
    pub async fn ask(&self, question: &Question) -> Result<Answer, ContactError> {
        self.pin()?;
        let body = wire::encode_body_within(question, ASK_LEN_MAX).map_err(not_a_peer)?;
        let exchange = async {
            let (_, body) = self.exchange(ASK_PATH, body, ASK_LEN_MAX).await?;
            wire::decode_body_within(&body, ASK_LEN_MAX).map_err(not_a_peer)
        };
        tokio::time::timeout(QUESTION_TIMEOUT, exchange)
            .await
            .map_err(|_| ContactError::Timeout)?
    }

    fn pin(&self) -> Result<Fingerprint, ContactError> {
        self.url.fingerprint().ok_or(ContactError::ConfirmCode)
    }

    async fn call<Q: Serialize, A: DeserializeOwned>(
        &self,
        path: &str,
        request: &Q,
    ) -> Result<(Fingerprint, A), ContactError> {
        let body = wire::encode_body(request).map_err(not_a_peer)?;
        let exchange = async {
            let (peer, body) = self.exchange(path, body, CONTROL_LEN_MAX).await?;
            Ok((peer, wire::decode_body(&body).map_err(not_a_peer)?))
        };
        tokio::time::timeout(CALL_TIMEOUT, exchange)
            .await
            .map_err(|_| ContactError::Timeout)?
    }

    /// Posts a body; the body of the answer, whose payload is at most `max` bytes long, and the certificate that the peer
    /// has shown.
    async fn exchange(
        &self,
        path: &str,
        body: Bytes,
        max: usize,
    ) -> Result<(Fingerprint, Bytes), ContactError> {
        let sent = self
            .http
            .post(self.url.endpoint(path))
            .body(body)
            .send()
            .await;
        let response = sent.map_err(contact_error)?;
        if response.status() != StatusCode::OK {
            return Err(refusal(response).await);
        }
        let peer = response
            .extensions()
            .get::<reqwest::tls::TlsInfo>()
            .and_then(|tls| tls.peer_certificate())
            .map(Fingerprint::of_certificate)
            .ok_or_else(|| ContactError::Failed("the connection carries no certificate".into()))?;
        Ok((peer, read_body(response, max + HEADER_LEN).await?))
    }
}

async fn read_body(mut response: Response, max: usize) -> Result<Bytes, ContactError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(contact_error)? {
        let len = body.len() + chunk.len();
        if len > max {
            return Err(not_a_peer(FrameError::TooLong { len, max }));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// What an answer other than the one asked for means.
async fn refusal(response: Response) -> ContactError {
    let status = response.status();
    let body = read_body(response, CONTROL_LEN_MAX)
        .await
        .unwrap_or_default();
    let code = serde_json::from_slice::<serde_json::Value>(&body).ok();
    match code.as_ref().and_then(|body| body["code"].as_str()) {
        Some(NOT_PAIRED) => ContactError::NotPaired,
        Some(CONFIRM_CODE) => ContactError::ConfirmCode,
        Some(code) => ContactError::Failed(format!("the peer answered {code}")),
        None => ContactError::NotAPeer(format!("HTTP status {status}")),
    }
}

fn not_a_peer(error: FrameError) -> ContactError {
    ContactError::NotAPeer(error.to_string())
}

fn out_of_turn() -> ContactError {
    ContactError::NotAPeer("an answer out of turn in the exchange of the short code".into())
}

fn websocket_error(error: reqwest_websocket::Error) -> ContactError {
    match error {
        reqwest_websocket::Error::Reqwest(error) => contact_error(error),
        other => ContactError::NotAPeer(other.to_string()),
    }
}

/// Finds the cause that an operator can act on in reqwest's chain of causes.
pub(crate) fn contact_error(error: reqwest::Error) -> ContactError {
    let mut last = error.to_string();
    let mut cause: Option<&(dyn StdError + 'static)> = Some(&error);
    while let Some(error) = cause {
        if let Some(known) = known_cause(error) {
            return known;
        }
        last = error.to_string();
        cause = error.source();
    }
    if error.is_timeout() {
        ContactError::Timeout
    } else {
        ContactError::Failed(last)
    }
}

fn known_cause(error: &(dyn StdError + 'static)) -> Option<ContactError> {
    if let Some(NoAddress(reason)) = error.downcast_ref() {
        return Some(ContactError::Dns(reason.clone()));
    }
    if let Some(rustls::Error::InvalidMessage(_)) = error.downcast_ref() {
        return Some(ContactError::NotAPeer("it does not speak TLS".into()));
    }
    if let Some(rustls::Error::InvalidCertificate(rustls::CertificateError::Other(other))) =
        error.downcast_ref()
    {
        return other
            .0
            .downcast_ref::<PinMismatch>()
            .map(|mismatch| (*mismatch).into());
    }
    let io = error.downcast_ref::<io::Error>()?;
    match io.kind() {
        io::ErrorKind::ConnectionRefused => Some(ContactError::Refused),
        io::ErrorKind::TimedOut => Some(ContactError::Timeout),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            Some(ContactError::Unreachable)
        }
        // An io::Error that wraps another does not name it as its source, but that one's source.
        _ => io.get_ref().and_then(|inner| known_cause(inner)),
    }
}

/// The system's resolver, with a failure that can be told from others.
pub(crate) struct SystemResolver;

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct NoAddress(String);

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0))
                .await
                .map_err(|error| NoAddress(error.to_string()))?;
            let addresses: Vec<SocketAddr> = found.collect();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
