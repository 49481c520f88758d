//! Starting a station's redundancy.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use pair::State;
use pair::config::{Fingerprint as PairFingerprint, Identity as PairIdentity, RunId};
use store::Store;
use tokio::sync::{broadcast, mpsc, watch};
use uuid::Uuid;

use super::clock::{self, AliveMark};
use super::connection::Connection;
use super::driver::{Driver, Outside, Queues};
use super::handle::RedundancyHandle;
use super::lane;
use super::snapshot::Snapshot;
use super::third::Third;
use crate::link::address::{self, AddressError};
use crate::link::ask::Pending;
use crate::link::identity::{Identity, IdentityError};
use crate::link::peer_url::PeerUrlError;
use crate::metrics::Metrics;
use crate::witness::Secrets;

/// Requests, events and callers that may wait for the driver. It never waits itself, so these only smooth bursts.
const WAITING_MAX: usize = 64;
/// Notices that a slow subscriber may be behind.
const NOTICES_KEPT: usize = 32;

/// What a station's redundancy starts with.
pub struct Options {
    /// The station's data.
    pub store: Store,
    /// What operators call the station.
    pub name: String,
    /// Of this build.
    pub version: semver::Version,
    /// Where to listen for the peer, if asked for: `--listen`.
    pub listen: Option<SocketAddr>,
    /// How often the data are verified in the background; `None` for never.
    pub verify_every: Option<Duration>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Takes what the peer asks; the station answers it.
    pub questions: mpsc::Sender<Box<Pending>>,
}

/// Why the redundancy did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The key or certificate.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The address to listen on.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// This machine's name cannot stand in a URL.
    #[error(
        "could not make this station's own URL: {0}; choose an address with --listen ADDR:PORT"
    )]
    OwnUrl(#[from] PeerUrlError),
    /// The pair's record or this station's history could not be read.
    #[error("could not read where this station is in its pair: {0}")]
    Store(#[from] store::Error),
}

/// Starts the redundancy of a station. The store's edit permit is the driver's from then on.
pub async fn start(options: Options) -> Result<RedundancyHandle, StartError> {
    let Options {
        store,
        name,
        version,
        listen,
        verify_every,
        metrics,
        questions,
    } = options;
    let identity = Identity::load_or_create(store.dir())?;
    let address = address::choose(store.dir(), listen)?;
    let own_url = Arc::new(address::advertised_url(address)?.pinned(identity.fingerprint()));
    let me = PairIdentity {
        station: store.station(),
        name,
        run: RunId(Uuid::new_v4()),
        fingerprint: PairFingerprint(identity.fingerprint().to_string()),
        version,
        schema: store.schema_hash().to_owned(),
    };
    let durable = lane::read_record(&store).await?;
    let own = lane::read_own(&store).await?;
    let alive = AliveMark::new(store.dir());
    let now = clock::now();
    let (mut state, actions) = State::start(me, durable, own, alive.away(now), now);
    state.check_every(verify_every);

    let (requests, request_queue) = mpsc::channel(WAITING_MAX);
    let (inputs, input_queue) = mpsc::channel(WAITING_MAX);
    let (link_events, link_event_queue) = mpsc::channel(WAITING_MAX);
    let (inbound, inbound_queue) = mpsc::channel(WAITING_MAX);
    let notices = broadcast::Sender::new(NOTICES_KEPT);
    let secrets = Secrets::new(store.dir());
    let third = Third::new(store.station(), secrets.clone(), inputs.clone());
    let connection = Connection::new(identity, address, inbound, inputs.clone());
    let (publish, snapshots) = watch::channel(Arc::new(Snapshot::of(&state, &connection, 0, now)));
    let outside = Outside {
        connection,
        third,
        alive,
        inputs,
        link_events,
        publish,
        notices: notices.clone(),
        metrics,
        questions,
    };
    let queues = Queues {
        requests: request_queue,
        inputs: input_queue,
        link_events: link_event_queue,
        inbound: inbound_queue,
    };
    let mut driver = Driver::new(state, store, outside, now);
    // Before anybody sees how the pair stands: what is shown as editable is.
    driver.carry_out(actions, now);
    tokio::spawn(driver.run(queues));
    Ok(RedundancyHandle {
        requests,
        snapshots,
        notices,
        own_url,
        secrets,
    })
}
