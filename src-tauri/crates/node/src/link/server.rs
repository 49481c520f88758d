//! The peer listener: who may reach what.
//!
//! | caller | may reach |
//! |---|---|
//! | the station whose certificate is pinned | everything here |
//! | anybody, while this station's peer URL has no fingerprint | the exchange of a short code; elsewhere `confirm_code` |
//! | anybody else | nothing: every path answers `not_paired` |

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls::TlsInfo;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use bytes::Bytes;
use pair::message::Hello;
use serde_json::json;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use super::ask::{ASK_LEN_MAX, ASKED_MAX, Answer, Pending, Question};
use super::fingerprint::Fingerprint;
use super::identity::Identity;
use super::pairing::{Agreed, PairingDesk, PairingRequest};
use super::socket::{Link, MESSAGE_LEN_MAX};
use super::tls;
use super::wire::{self, CONTROL_LEN_MAX, HEADER_LEN};

/// Where Hellos are exchanged (POST).
pub(super) const HELLO_PATH: &str = "/peer/v1/hello";
/// Where the link is opened (GET, upgraded to a WebSocket).
pub(super) const LINK_PATH: &str = "/peer/v1/link";
/// Where one station asks the other something (POST).
pub(super) const ASK_PATH: &str = "/peer/v1/ask";
/// Where a short code is exchanged (POST).
pub(super) const PAIRING_PATH: &str = "/peer/v1/pairing";
/// The code that a caller who may not reach what it asks for gets, with status 403.
pub(super) const NOT_PAIRED: &str = "not_paired";
/// The code that a caller gets while this station's own URL for its peer lacks a fingerprint, with status 403.
pub(super) const CONFIRM_CODE: &str = "confirm_code";

/// How long a caller may take for its handshake, and for its request.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a connection may stay between two requests.
const HEADER_PATIENCE: Duration = Duration::from_secs(10);
/// How long this station may take to answer a Hello.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(1);
/// How long the body of a question may take to arrive, and how long its answer may take.
const QUESTION_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an orderly end waits for requests that are being answered.
const CLOSE_GRACE: Duration = Duration::from_millis(500);

/// What the listener hands to the redundancy driver.
pub enum Inbound {
    /// The peer's Hello, to be answered with ours.
    Hello {
        /// Who and where the peer is.
        hello: Box<Hello>,
        /// For the answer.
        reply: oneshot::Sender<Hello>,
    },
    /// The peer opened the link.
    Link(Link),
    /// The peer asks something.
    Asked(Box<Pending>),
}

/// Why the listener does not open.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Another program has the port.
    #[error(
        "the peer port {0} is taken by another program; stop that program, or start this station with --listen ADDR:PORT and give \
         its new URL to the peer"
    )]
    PortTaken(SocketAddr),
    /// The system refused.
    #[error("could not listen for the peer on {address}: {source}")]
    Io {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The certificate was refused by the TLS library.
    #[error("could not set up TLS for the peer listener: {0}")]
    Tls(#[from] rustls::Error),
}

/// Whom the listener lets in. Shared by the listener and the driver, which sets it at every change of the peer.
pub struct Door {
    own: Fingerprint,
    inner: Mutex<Inner>,
    agreed: watch::Sender<Option<Agreed>>,
}

struct Inner {
    pinned: Option<Fingerprint>,
    desk: PairingDesk,
}

impl Door {
    /// A door that lets nobody in, for the station with this fingerprint.
    #[must_use]
    pub fn new(own: Fingerprint) -> Self {
        let inner = Inner {
            pinned: None,
            desk: PairingDesk::new(own, false),
        };
        Self {
            own,
            inner: Mutex::new(inner),
            agreed: watch::Sender::new(None),
        }
    }

    /// Lets in the station with this certificate alone; where `None`, nobody, but opens the exchange of a short code to all.
    /// A code that was just confirmed for that station stands until its operator has confirmed it too.
    pub fn admit(&self, pinned: Option<Fingerprint>) {
        let mut inner = self.lock();
        let stands = inner
            .desk
            .agreed()
            .filter(|agreed| pinned == Some(agreed.peer));
        *inner = Inner {
            pinned,
            desk: PairingDesk::new(self.own, pinned.is_none()).with_agreed(stands),
        };
        self.agreed.send_replace(stands);
    }

    /// Lets nobody in.
    pub fn shut(&self) {
        self.admit(Some(self.own));
    }

    /// The short code that stands now, and whom it is for; changes are published.
    #[must_use]
    pub fn agreed(&self) -> watch::Receiver<Option<Agreed>> {
        self.agreed.subscribe()
    }

    /// Acts on this station's side of the code exchange and publishes the outcome.
    pub(crate) fn with_desk<R>(&self, act: impl FnOnce(&mut PairingDesk) -> R) -> R {
        let mut inner = self.lock();
        let result = act(&mut inner.desk);
        let agreed = inner.desk.agreed();
        self.agreed
            .send_if_modified(|published| std::mem::replace(published, agreed) != agreed);
        result
    }

    /// Lets a caller through to a path, or says with which code it is refused.
    fn check(&self, caller: Fingerprint, path: &str) -> Result<(), &'static str> {
        let mut inner = self.lock();
        match inner.pinned {
            Some(pinned) if caller == pinned => {
                // A station calls for anything but the code only once its own operator has confirmed it.
                if path != PAIRING_PATH && inner.desk.agreed().is_some() {
                    inner.desk.forget();
                    self.agreed.send_replace(None);
                }
                Ok(())
            }
            Some(_) => Err(NOT_PAIRED),
            None if path == PAIRING_PATH => Ok(()),
            None => Err(CONFIRM_CODE),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The open listener. Dropped, it takes no more callers; requests that are being answered may end.
pub struct PeerServer {
    address: SocketAddr,
    handle: Handle<SocketAddr>,
    serving: Option<JoinHandle<()>>,
}

impl PeerServer {
    /// Opens the listener.
    pub fn open(
        address: SocketAddr,
        identity: &Identity,
        door: Arc<Door>,
        inbound: mpsc::Sender<Inbound>,
    ) -> Result<Self, ListenError> {
        let config = RustlsConfig::from_config(Arc::new(tls::server_config(identity)?));
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => ListenError::PortTaken(address),
            _ => ListenError::Io { address, source },
        };
        let listener = TcpListener::bind(address).map_err(failed)?;
        let bound = listener.local_addr().map_err(failed)?;
        let acceptor = RustlsAcceptor::new(config)
            .handshake_timeout(PATIENCE)
            .acceptor(NoDelayAcceptor::new());
        let handle = Handle::new();
        let mut server = axum_server::from_tcp(listener)
            .map_err(failed)?
            .acceptor(acceptor)
            .handle(handle.clone())
            .first_request_timeout(PATIENCE);
        server
            .http_builder()
            .http1()
            .header_read_timeout(HEADER_PATIENCE);
        let asking = Arc::new(Semaphore::new(ASKED_MAX));
        let router = router(Peer {
            door,
            inbound,
            asking,
        });
        let serving = tokio::spawn(async move {
            if let Err(error) = server.serve(router.into_make_service()).await {
                tracing::error!(%error, "the peer listener failed");
            }
        });
        Ok(Self {
            address: bound,
            handle,
            serving: Some(serving),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl PeerServer {
    /// Closes the listener; what is returned ends when its port is free.
    pub fn close(mut self) -> JoinHandle<()> {
        self.handle.graceful_shutdown(Some(CLOSE_GRACE));
        self.serving
            .take()
            .unwrap_or_else(|| tokio::spawn(async {}))
    }
}

impl Drop for PeerServer {
    fn drop(&mut self) {
        self.handle.graceful_shutdown(Some(CLOSE_GRACE));
    }
}

#[derive(Clone)]
struct Peer {
    door: Arc<Door>,
    inbound: mpsc::Sender<Inbound>,
    /// Bounds the questions that are read and dealt with at a time.
    asking: Arc<Semaphore>,
}

fn router(peer: Peer) -> Router {
    Router::new()
        .route(HELLO_PATH, post(hello))
        .route(LINK_PATH, get(link))
        .route(PAIRING_PATH, post(pairing))
        .route(ASK_PATH, post(ask))
        .layer(middleware::from_fn_with_state(peer.clone(), admit))
        .layer(DefaultBodyLimit::max(CONTROL_LEN_MAX + HEADER_LEN))
        .with_state(peer)
}

/// Answers `not_paired` before anything else is looked at; lets those through who may pass, with their fingerprint.
async fn admit(
    State(peer): State<Peer>,
    Extension(tls): Extension<Arc<TlsInfo>>,
    mut request: Request,
    next: Next,
) -> Response {
    let caller = tls
        .peer_certificates
        .first()
        .map(|certificate| Fingerprint::of_certificate(certificate));
    let checked = caller.ok_or(NOT_PAIRED).and_then(|caller| {
        peer.door.check(caller, request.uri().path())?;
        Ok(caller)
    });
    match checked {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(code) => refuse(
            StatusCode::FORBIDDEN,
            code,
            "this station does not let the caller in",
        ),
    }
}

async fn hello(
    State(peer): State<Peer>,
    Extension(caller): Extension<Fingerprint>,
    body: Bytes,
) -> Response {
    let hello = match wire::decode_hello(&body) {
        Ok(hello) => Box::new(hello),
        Err(error) => return refuse(StatusCode::BAD_REQUEST, "malformed", &error.to_string()),
    };
    if hello.fingerprint.0 != caller.to_string() {
        return refuse(
            StatusCode::BAD_REQUEST,
            "malformed",
            "the Hello names another certificate than the caller's",
        );
    }
    let (reply, answer) = oneshot::channel();
    let exchange = async {
        peer.inbound
            .send(Inbound::Hello { hello, reply })
            .await
            .ok()?;
        answer.await.ok()
    };
    match tokio::time::timeout(ANSWER_TIMEOUT, exchange).await {
        Ok(Some(hello)) => body_of(&hello),
        Ok(None) | Err(_) => refuse(
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "this station starts, stops or is overloaded",
        ),
    }
}

async fn link(
    State(peer): State<Peer>,
    Extension(caller): Extension<Fingerprint>,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade
        .max_message_size(MESSAGE_LEN_MAX)
        .max_frame_size(MESSAGE_LEN_MAX)
        .on_upgrade(move |socket| async move {
            if peer
                .inbound
                .send(Inbound::Link(Link::served(caller, socket)))
                .await
                .is_err()
            {
                tracing::debug!("a link came while the station stops");
            }
        })
}

/// Reads a question only once there is room to deal with it.
async fn ask(State(peer): State<Peer>, request: Request) -> Response {
    let busy = || {
        refuse(
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "this station starts, stops or is overloaded",
        )
    };
    let Ok(_permit) = peer.asking.try_acquire() else {
        return busy();
    };
    let read = axum::body::to_bytes(request.into_body(), ASK_LEN_MAX + HEADER_LEN);
    let Ok(Ok(body)) = tokio::time::timeout(QUESTION_TIMEOUT, read).await else {
        return refuse(
            StatusCode::BAD_REQUEST,
            "malformed",
            "the question is too long, or broke off",
        );
    };
    let question = match wire::decode_body_within::<Question>(&body, ASK_LEN_MAX) {
        Ok(question) => question,
        Err(error) => return refuse(StatusCode::BAD_REQUEST, "malformed", &error.to_string()),
    };
    drop(body);
    let (reply, answer) = oneshot::channel();
    let exchange = async {
        let pending = Box::new(Pending { question, reply });
        peer.inbound.send(Inbound::Asked(pending)).await.ok()?;
        answer.await.ok()
    };
    match tokio::time::timeout(QUESTION_TIMEOUT, exchange).await {
        Ok(Some(answer)) => answer_of(&answer),
        Ok(None) | Err(_) => busy(),
    }
}

fn answer_of(answer: &Answer) -> Response {
    match wire::encode_body_within(answer, ASK_LEN_MAX) {
        Ok(body) => body.into_response(),
        Err(error) => refuse(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            &error.to_string(),
        ),
    }
}

async fn pairing(
    State(peer): State<Peer>,
    Extension(caller): Extension<Fingerprint>,
    body: Bytes,
) -> Response {
    match wire::decode_body::<PairingRequest>(&body) {
        Ok(request) => body_of(
            &peer
                .door
                .with_desk(|desk| desk.answer(caller, request, rand::random())),
        ),
        Err(error) => refuse(StatusCode::BAD_REQUEST, "malformed", &error.to_string()),
    }
}

fn body_of<T: serde::Serialize>(value: &T) -> Response {
    match wire::encode_body(value) {
        Ok(body) => body.into_response(),
        Err(error) => refuse(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            &error.to_string(),
        ),
    }
}

fn refuse(status: StatusCode, code: &str, message: &str) -> Response {
    (status, Json(json!({ "code": code, "message": message }))).into_response()
}

#[cfg(test)]
mod tests {
    use super::super::pairing::PairingAnswer;
    use super::*;

    #[test]
    fn a_code_confirmed_here_stands_until_the_peer_has_confirmed_it_too() {
        let (own, peer) = (
            Fingerprint::of_certificate(b"own"),
            Fingerprint::of_certificate(b"peer"),
        );
        let door = Door::new(own);
        door.admit(None);
        let agreed = door.with_desk(|desk| desk.conclude(peer, &[1; 32], &[2; 32]));

        door.admit(Some(peer));
        assert_eq!(door.check(peer, PAIRING_PATH), Ok(()));
        let answer = door.with_desk(|desk| desk.answer(peer, PairingRequest::Check, [0; 32]));
        assert_eq!(answer, PairingAnswer::Agreed);
        assert_eq!(*door.agreed().borrow(), Some(agreed));

        assert_eq!(door.check(peer, HELLO_PATH), Ok(()));
        assert_eq!(*door.agreed().borrow(), None);
    }

    #[test]
    fn a_code_does_not_stand_for_another_station() {
        let (own, peer, other) = (
            Fingerprint::of_certificate(b"own"),
            Fingerprint::of_certificate(b"peer"),
            Fingerprint::of_certificate(b"other"),
        );
        let door = Door::new(own);
        door.admit(None);
        door.with_desk(|desk| desk.conclude(peer, &[1; 32], &[2; 32]));
        door.admit(Some(other));
        assert_eq!(*door.agreed().borrow(), None);
    }
}
