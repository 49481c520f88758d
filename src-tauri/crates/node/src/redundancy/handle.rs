//! What the rest of the station asks of its redundancy.

use std::sync::Arc;
use std::time::Duration;

use pair::Mode;
use pair::action::{Refusal, RefusalCode};
use pair::config::ConfigError;
use pair::event::Command;
use pair::view::Notice;
use pair::witness::WitnessRef;
use store::Verified;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use super::scans::ScanAnswer;
use super::snapshot::Snapshot;
use crate::link::client::PeerClient;
use crate::link::peer_url::{PeerUrl, PeerUrlError};
use crate::link::server::ListenError;
use crate::witness::{Secrets, SetWitness, WitnessError, set_up};

/// How long an orderly end may take.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// Why a command was not carried out. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum RedundancyError {
    /// The rules of the pair speak against it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The peer's URL is not one.
    #[error("the URL of the other station is not valid: {0}")]
    Url(#[from] PeerUrlError),
    /// The mode, URL and offset do not fit together.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The peer listener cannot be opened.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The witness is of no use as it was typed.
    #[error(transparent)]
    Witness(#[from] WitnessError),
    /// There is no short code to confirm.
    #[error(
        "there is no code to confirm now: it stands on both screens once the stations have reached each other"
    )]
    NoCode,
    /// The code that was given is not the one on this screen.
    #[error(
        "that is not the code on this screen: compare both screens, and confirm only when they show the same"
    )]
    WrongCode,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The station stops.
    #[error("this station is stopping")]
    Stopping,
}

impl RedundancyError {
    /// The error code of the contract (DESIGN.md 6.2).
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code.code(),
            Self::Url(_) | Self::Config(_) | Self::WrongCode | Self::Witness(_) => {
                RefusalCode::Invalid.code()
            }
            Self::NoCode => RefusalCode::Conflict.code(),
            Self::Store(_) => "internal",
            Self::Listen(_) | Self::Stopping => RefusalCode::Unavailable.code(),
        }
    }

    /// The field of the request that is at fault, where it is one.
    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Url(_) | Self::Config(ConfigError::PeerMissing) => Some("peer_url"),
            Self::Config(ConfigError::Offset(_) | ConfigError::OffsetWitnessed(_)) => {
                Some("failover_offset_s")
            }
            Self::Witness(error) => Some(error.field()),
            Self::WrongCode => Some("code"),
            Self::Refused(_) | Self::Listen(_) | Self::NoCode | Self::Store(_) | Self::Stopping => {
                None
            }
        }
    }
}

/// `set_redundancy`: what is `None` stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetRedundancy {
    /// The mode, with its offset.
    pub mode: Mode,
    /// The peer's URL as the operator typed it.
    pub peer_url: Option<String>,
    /// A superseded primary without orphans follows again by itself.
    pub auto_rejoin: Option<bool>,
    /// The operator agreed that this station's data is replaced.
    pub confirm_replace: bool,
    /// The witness; `Some(None)` does without one from now on.
    pub witness: Option<Option<SetWitness>>,
}

/// The witness that a change of the configuration brings: none is `Some(None)`.
pub(super) type WitnessChange = Option<Option<WitnessRef>>;

/// What the driver is asked.
pub(super) enum Request {
    Current(oneshot::Sender<Arc<Snapshot>>),
    Peer(oneshot::Sender<Option<PeerClient>>),
    RecountOrphans,
    Configure(SetRedundancy, WitnessChange, Answer),
    ConfirmPeer(String, Answer),
    Command(Command, Answer),
    MayRestore(Answer),
    Restored(Answer),
    Verify(ScanAnswer),
    Stop(oneshot::Sender<()>),
}

/// Where the outcome of a request goes.
pub(super) type Answer = oneshot::Sender<Result<(), RedundancyError>>;

/// The redundancy of this station, for whoever shows or commands it. Cheap to clone.
#[derive(Clone)]
pub struct RedundancyHandle {
    pub(super) requests: mpsc::Sender<Request>,
    pub(super) snapshots: watch::Receiver<Arc<Snapshot>>,
    pub(super) notices: broadcast::Sender<Notice>,
    pub(super) own_url: Arc<PeerUrl>,
    pub(super) secrets: Secrets,
}

impl RedundancyHandle {
    /// This station's own URL, to be given to its peer: `https://HOST:PORT/#sha256-…`.
    #[must_use]
    pub fn own_url(&self) -> String {
        self.own_url.to_string()
    }

    /// The pair as last published: at every change other than the passing of time, and every second while a countdown runs.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshots.borrow().clone()
    }

    /// Follows what [`Self::snapshot`] returns.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.snapshots.clone()
    }

    /// What operators must be told even with the window closed.
    #[must_use]
    pub fn notices(&self) -> broadcast::Receiver<Notice> {
        self.notices.subscribe()
    }

    /// The pair at this moment, exactly.
    pub async fn current(&self) -> Result<Arc<Snapshot>, RedundancyError> {
        let (sender, answer) = oneshot::channel();
        self.send(Request::Current(sender)).await?;
        answer.await.map_err(|_| RedundancyError::Stopping)
    }

    /// For questions to the present peer; `None` without one.
    pub async fn peer(&self) -> Result<Option<PeerClient>, RedundancyError> {
        let (sender, answer) = oneshot::channel();
        self.send(Request::Peer(sender)).await?;
        answer.await.map_err(|_| RedundancyError::Stopping)
    }

    /// Counts anew the orphans that are shown: something was done about one.
    pub async fn recount_orphans(&self) -> Result<(), RedundancyError> {
        self.send(Request::RecountOrphans).await
    }

    /// Sets mode, peer and offset. Answers when they are durable.
    pub async fn configure(&self, settings: SetRedundancy) -> Result<(), RedundancyError> {
        let set = self.current().await?.config.witness.clone();
        let witness = match settings.witness.clone() {
            None => None,
            Some(None) => Some(None),
            Some(Some(typed)) => Some(Some(set_up(typed, set.as_ref(), &self.secrets).await?)),
        };
        let outcome = self
            .ask(|answer| Request::Configure(settings, witness.clone(), answer))
            .await;
        let set = match (&outcome, witness) {
            (Ok(()), Some(changed)) => changed,
            _ => set,
        };
        let named = set
            .as_ref()
            .and_then(|set| Some((set.url.as_str(), set.user.as_deref()?)));
        if let Err(error) = self.secrets.keep_only(named) {
            tracing::warn!(%error, "the passwords of former witnesses could not be removed");
        }
        outcome
    }

    /// Confirms the short code that both screens show; the peer's certificate is pinned from then on.
    pub async fn confirm_peer(&self, code: &str) -> Result<(), RedundancyError> {
        self.ask(|answer| Request::ConfirmPeer(code.to_owned(), answer))
            .await
    }

    /// Makes this station the primary. Answers when done.
    pub async fn make_primary(&self, force: bool) -> Result<(), RedundancyError> {
        self.command(Command::MakePrimary { force }).await
    }

    /// Makes the peer the primary. Answers when done.
    pub async fn hand_over(&self) -> Result<(), RedundancyError> {
        self.command(Command::HandOver).await
    }

    /// Makes this superseded or forked primary follow its peer.
    pub async fn become_secondary(&self) -> Result<(), RedundancyError> {
        self.command(Command::BecomeSecondary).await
    }

    /// Verifies and fetches what differs. Answers when begun.
    pub async fn resync_now(&self) -> Result<(), RedundancyError> {
        self.command(Command::ResyncNow).await
    }

    /// Stops the countdown until contact returns.
    pub async fn hold_failover(&self) -> Result<(), RedundancyError> {
        self.command(Command::HoldFailover).await
    }

    /// Whether a backup may be restored now. To be asked before the store is touched.
    pub async fn may_restore(&self) -> Result<(), RedundancyError> {
        self.ask(Request::MayRestore).await
    }

    /// Reports that a backup was restored into the store.
    pub async fn restored(&self) -> Result<(), RedundancyError> {
        self.ask(Request::Restored).await
    }

    /// A full scan of this station's data against its rolling sum. Answers when what it found is in force.
    pub async fn verify(&self) -> Result<Verified, RedundancyError> {
        let (sender, answer) = oneshot::channel();
        self.send(Request::Verify(sender)).await?;
        let found = answer.await.map_err(|_| RedundancyError::Stopping)??;
        // What the driver was told before is dealt with before the next request.
        self.current().await?;
        Ok(found)
    }

    /// Ends the redundancy in order; returns when the pair's state is durable and the listener closed,
    /// or when a disk that hangs has been waited for long enough.
    pub async fn stop(&self) {
        let (sender, done) = oneshot::channel();
        if self.send(Request::Stop(sender)).await.is_ok() {
            // Ended before, or not in time: nothing more can be done about it here.
            let _ = tokio::time::timeout(STOP_TIMEOUT, done).await;
        }
    }

    async fn command(&self, command: Command) -> Result<(), RedundancyError> {
        self.ask(|answer| Request::Command(command, answer)).await
    }

    async fn ask(&self, request: impl FnOnce(Answer) -> Request) -> Result<(), RedundancyError> {
        let (sender, answer) = oneshot::channel();
        self.send(request(sender)).await?;
        answer.await.map_err(|_| RedundancyError::Stopping)?
    }

    async fn send(&self, request: Request) -> Result<(), RedundancyError> {
        self.requests
            .send(request)
            .await
            .map_err(|_| RedundancyError::Stopping)
    }
}
