//! This station's listener and its calls, as the configured peer requires.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use pair::event::Attempt;
use pair::message::Hello;
use pair::{Config, Mode};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::attempts::{AttemptId, Attempts};
use super::contact;
use super::driver::{Input, Reached};
use crate::link::client::{ContactError, PeerClient};
use crate::link::fingerprint::Fingerprint;
use crate::link::identity::Identity;
use crate::link::pairing::Agreed;
use crate::link::peer_url::PeerUrl;
use crate::link::server::{Door, Inbound, ListenError, PeerServer};

/// How often a listener that could not be opened is tried again.
const LISTEN_RETRY: Duration = Duration::from_secs(5);

/// The two ways between this station and its peer. The listener is open, and calls are made, only while a mode is set.
pub(super) struct Connection {
    identity: Identity,
    address: SocketAddr,
    door: Arc<Door>,
    inbound: mpsc::Sender<Inbound>,
    inputs: mpsc::Sender<Input>,
    listener: Listener,
    /// The configuration that the rest follows; `None` before the first.
    config: Option<Config>,
    /// Calls the peer; `None` without one.
    client: Option<PeerClient>,
    attempts: Attempts,
}

enum Listener {
    Closed,
    /// It was closed, and its port may be in use for a moment yet.
    Closing(JoinHandle<()>),
    Open(PeerServer),
    Failed {
        error: ListenError,
        retry_at: Instant,
    },
}

impl Connection {
    pub(super) fn new(
        identity: Identity,
        address: SocketAddr,
        inbound: mpsc::Sender<Inbound>,
        inputs: mpsc::Sender<Input>,
    ) -> Self {
        let door = Arc::new(Door::new(identity.fingerprint()));
        Self {
            identity,
            address,
            door,
            inbound,
            inputs,
            listener: Listener::Closed,
            config: None,
            client: None,
            attempts: Attempts::default(),
        }
    }

    pub(super) fn door(&self) -> &Arc<Door> {
        &self.door
    }

    /// For calls to the present peer.
    pub(super) fn client(&self) -> Option<PeerClient> {
        self.client.clone()
    }

    /// Of this station's own certificate.
    pub(super) fn fingerprint(&self) -> Fingerprint {
        self.identity.fingerprint()
    }

    /// An attempt has ended: which kind it was, unless it was given up before. The first that succeeds ends the others.
    pub(super) fn concluded(&mut self, id: AttemptId, reached: bool) -> Option<Attempt> {
        self.attempts.concluded(id, reached)
    }

    /// The code that both screens show, where there is one.
    pub(super) fn code_to_show(&self) -> Option<Agreed> {
        self.config
            .as_ref()
            .filter(|config| config.mode != Mode::None)?;
        *self.door.agreed().borrow()
    }

    /// The code that this station's operator is to confirm: only while the peer's certificate is not known.
    pub(super) fn code_to_confirm(&self) -> Option<Agreed> {
        self.client
            .as_ref()
            .filter(|client| client.url().fingerprint().is_none())?;
        self.code_to_show()
    }

    /// Why the listener is not open though it should be.
    pub(super) fn listener_error(&self) -> Option<String> {
        match &self.listener {
            Listener::Failed { error, .. } => Some(error.to_string()),
            Listener::Closed | Listener::Closing(_) | Listener::Open(_) => None,
        }
    }

    /// Makes listener, pins and calls follow the configuration in force.
    pub(super) fn follow(&mut self, config: &Config) {
        if self.config.as_ref() == Some(config) {
            return;
        }
        let former_peer = self
            .config
            .replace(config.clone())
            .and_then(|former| former.peer);
        if config.mode == Mode::None {
            self.close_listener();
            self.call(None);
            return;
        }
        if former_peer != config.peer || self.client.is_none() {
            self.call(config.peer.as_ref().and_then(|peer| parse(&peer.url)));
        }
        if let Err(error) = self.listen() {
            tracing::error!(%error, "the peer cannot reach this station");
            self.listener = Listener::Failed {
                error,
                retry_at: Instant::now() + LISTEN_RETRY,
            };
        }
    }

    /// Opens the listener unless it is open.
    pub(super) fn listen(&mut self) -> Result<(), ListenError> {
        if !matches!(self.listener, Listener::Open(_)) {
            let server = PeerServer::open(
                self.address,
                &self.identity,
                Arc::clone(&self.door),
                self.inbound.clone(),
            )?;
            tracing::info!(address = %server.address(), "listening for the peer");
            self.listener = Listener::Open(server);
        }
        Ok(())
    }

    /// Tries again to open a listener that could not be opened.
    pub(super) fn retry_listening(&mut self) {
        let due = matches!(self.listener, Listener::Failed { retry_at, .. } if retry_at <= Instant::now());
        if due && let Err(error) = self.listen() {
            self.listener = Listener::Failed {
                error,
                retry_at: Instant::now() + LISTEN_RETRY,
            };
        }
    }

    /// Closes the listener where the configuration does not need it: after a change of mode that was refused.
    pub(super) fn close_unneeded(&mut self) {
        if self
            .config
            .as_ref()
            .is_none_or(|config| config.mode == Mode::None)
        {
            self.close_listener();
        }
    }

    /// Closes everything; returns when the listener is closed.
    pub(super) async fn close(&mut self) {
        self.close_listener();
        self.call(None);
        if let Some(closing) = self.take_closing() {
            // It ends in any case.
            let _ = closing.await;
        }
    }

    /// The end of a listener that is being closed: to be waited for before [`Self::listen`].
    pub(super) fn take_closing(&mut self) -> Option<JoinHandle<()>> {
        match std::mem::replace(&mut self.listener, Listener::Closed) {
            Listener::Closing(closing) => Some(closing),
            other => {
                self.listener = other;
                None
            }
        }
    }

    fn close_listener(&mut self) {
        self.listener = match std::mem::replace(&mut self.listener, Listener::Closed) {
            Listener::Open(server) => Listener::Closing(server.close()),
            Listener::Closing(closing) => Listener::Closing(closing),
            Listener::Closed | Listener::Failed { .. } => Listener::Closed,
        };
    }

    /// Asks the peer who it is; where its certificate is not known, for a short code.
    pub(super) fn probe(&mut self, own: Hello) {
        let door = Arc::clone(&self.door);
        self.attempt(Attempt::Probe, |client| async move {
            contact::probe(client, door, own)
                .await
                .map(|hello| Reached::Hello(Box::new(hello)))
        });
    }

    /// Opens the link to the peer.
    pub(super) fn dial(&mut self) {
        self.attempt(Attempt::Dial, |client| async move {
            client.link().await.map(Reached::Link)
        });
    }

    fn attempt<F>(&mut self, kind: Attempt, call: impl FnOnce(PeerClient) -> F)
    where
        F: Future<Output = Result<Reached, ContactError>> + Send + 'static,
    {
        let inputs = self.inputs.clone();
        let call = self.client.clone().map(call);
        self.attempts.begin(kind, |attempt| async move {
            let outcome = match call {
                Some(call) => call.await,
                None => Err(ContactError::Failed("the peer's URL is not valid".into())),
            };
            // Where the driver has ended, nobody needs to know.
            let _ = inputs.send(Input::Contact { attempt, outcome }).await;
        });
    }

    /// Turns to another peer, or to none.
    fn call(&mut self, peer: Option<PeerUrl>) {
        self.attempts.give_up();
        self.client =
            peer.as_ref()
                .and_then(|url| match PeerClient::new(&self.identity, url.clone()) {
                    Ok(client) => Some(client),
                    Err(error) => {
                        tracing::error!(%error, "calls to the peer cannot be set up");
                        None
                    }
                });
        match peer {
            Some(url) => self.door.admit(url.fingerprint()),
            None => self.door.shut(),
        }
    }
}

fn parse(url: &str) -> Option<PeerUrl> {
    url.parse()
        .inspect_err(|error| tracing::error!(%error, url, "the peer's URL on record is not valid"))
        .ok()
}
