//! One station: everything that runs on one data directory, wired together; started and stopped as one.

mod events;
mod handlers;
mod options;
mod tell;
mod watching;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::ids::StationId;
use domain::validate;
use futures_util::future::BoxFuture;
use semver::Version;
use serde_json::Value;
use store::{OpenError, Store};
use tokio::sync::{broadcast, mpsc};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use events::Events;
pub use options::{NoDataDir, Options, VERSION_VARIABLE, data_dir, version};

use crate::alarm::Keeper;
use crate::api::{self, Alarms, ApiError, Event, Handlers as _, Nothing, Redundancy, StationInfo};
use crate::commands::media_roots::MediaRootFolders;
use crate::commands::{self, Desk};
use crate::control::{self, ControlError, ControlServer, find_ui};
use crate::library::ffprobe::Prober;
use crate::library::files::Files;
use crate::library::jobs::Jobs;
use crate::library::keeper;
use crate::library::view::Viewer;
use crate::library::watch::{self, Watched};
use crate::link::ask::{ASKED_MAX, Pending};
use crate::metrics::{Exporter, Metrics};
use crate::redundancy::{self, RedundancyHandle};

/// The key of the station's name among the store's local records.
const NAME_KEY: &str = "station_name";

/// How long the check of the media files in the background pauses between two steps.
const CHECK_PAUSE: Duration = Duration::from_millis(50);

/// Why a station does not start. The data directory is as it was.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another station runs on this data directory.
    #[error("another Tandem{} already runs on {}: close it, or use another folder with --data-dir", process(*pid), data_dir.display())]
    AlreadyRunning {
        /// The data directory.
        data_dir: PathBuf,
        /// The other one's process, where it is known.
        pid: Option<u32>,
    },
    /// There is no place for data.
    #[error(transparent)]
    NoDataDir(#[from] NoDataDir),
    /// The data cannot be opened.
    #[error(transparent)]
    Open(OpenError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The name cannot be.
    #[error("--name: {0}")]
    Name(#[from] validate::Invalid),
    /// The version that a debug build was told to claim is none.
    #[error("{VERSION_VARIABLE} is not a semantic version: {0}")]
    Version(#[from] semver::Error),
    /// The redundancy does not start.
    #[error(transparent)]
    Redundancy(#[from] redundancy::StartError),
    /// What is known of the media files cannot be read.
    #[error(transparent)]
    Files(#[from] ApiError),
    /// The control API does not start.
    #[error(transparent)]
    Control(#[from] ControlError),
}

fn process(pid: Option<u32>) -> String {
    pid.map_or_else(String::new, |pid| format!(" (process {pid})"))
}

impl From<OpenError> for StartError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::InUse { dir, pid } => Self::AlreadyRunning { data_dir: dir, pid },
            other => Self::Open(other),
        }
    }
}

/// Everything that the commands of a running station work with.
struct Running {
    desk: Desk,
    metrics: Arc<Metrics>,
    redundancy: RedundancyHandle,
    alarms: Keeper,
    jobs: Jobs,
    prober: Prober,
    roots: Arc<MediaRootFolders>,
    watched: Watched,
    viewer: Viewer,
    name: String,
    version: Version,
}

/// A running station. Cheap to clone; all clones are the same station.
#[derive(Clone)]
pub struct Station(Arc<Inner>);

struct Inner {
    running: Arc<Running>,
    events: Events,
    control_url: String,
    browser_url: String,
    control: Mutex<Option<ControlServer>>,
    closing: CancellationToken,
    tasks: TaskTracker,
}

/// Runs commands by name, knowing no transport.
#[derive(Clone)]
pub struct Router(Arc<Running>);

impl Router {
    /// Runs one command of [`crate::api`].
    ///
    /// # Errors
    /// What the command answers, `not_found` for an unknown one, `invalid` for arguments of another shape.
    pub async fn call(&self, command: &str, args: Value) -> Result<Value, ApiError> {
        api::dispatch(&*self.0, command, args).await
    }

    /// The same with the answer as JSON text, for who only passes it on: spares a large answer a copy.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub async fn call_text(&self, command: &str, args: Value) -> Result<String, ApiError> {
        api::dispatch(&*self.0, command, args).await
    }
}

impl Station {
    /// Starts a station: opens its data, takes up its redundancy, and listens for commands on loopback.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let data_dir = options.data_dir()?;
        let version = version()?;
        let store = Store::open_to_edit(&data_dir).await?;
        match Self::start_on(store.clone(), options, version).await {
            Ok(station) => Ok(station),
            Err(error) => {
                if let Err(error) = store.close().await {
                    tracing::warn!(%error, "the data could not be closed in order");
                }
                Err(error)
            }
        }
    }

    async fn start_on(
        store: Store,
        options: Options,
        version: Version,
    ) -> Result<Self, StartError> {
        let name = station_name(&store, options.name.clone()).await?;
        let metrics = Arc::new(Metrics::default());
        let (questions, asked) = mpsc::channel(ASKED_MAX);
        let redundancy = redundancy::start(redundancy::Options {
            store: store.clone(),
            metrics: metrics.clone(),
            name: name.clone(),
            version: version.clone(),
            listen: options.listen,
            verify_every: options.verify_every(),
            questions,
        })
        .await?;
        commands::redundancy::settled(&redundancy).await;
        let events = Events::new();
        let watched = Watched::default();
        let files = match Files::open(store.clone(), events.clone(), watched.clone()).await {
            Ok(files) => files,
            Err(error) => {
                redundancy.stop().await;
                return Err(error.into());
            }
        };
        let viewer = Viewer::new(store.clone());
        let running = Arc::new(Running {
            desk: Desk::new(
                store.clone(),
                &options::system_user(),
                metrics.clone(),
                files,
            ),
            metrics: metrics.clone(),
            redundancy: redundancy.clone(),
            alarms: Keeper::open(store.clone()).await,
            jobs: Jobs::new(events.clone()),
            prober: Prober::default(),
            roots: Arc::new(MediaRootFolders::new(store.clone())),
            watched,
            viewer: viewer.clone(),
            name: name.clone(),
            version,
        });
        let exporter = Exporter {
            metrics,
            redundancy: redundancy.clone(),
            store: store.clone(),
            name,
        };
        let served = control::Options {
            data_dir: store.dir(),
            port: options.control_port,
            ui: find_ui(),
            exporter,
            viewer,
        };
        let control = match ControlServer::start(running.clone(), events.clone(), served).await {
            Ok(control) => control,
            Err(error) => {
                redundancy.stop().await;
                return Err(error.into());
            }
        };
        let (closing, tasks) = (CancellationToken::new(), TaskTracker::new());
        tasks.spawn(
            closing
                .clone()
                .run_until_cancelled_owned(watch::run(running.clone(), running.watched.clone())),
        );
        tasks.spawn(
            closing.clone().run_until_cancelled_owned(keep_files(
                running.clone(),
                options.check_files_every(),
            )),
        );
        tasks.spawn(
            closing
                .clone()
                .run_until_cancelled_owned(tell::commits(store.clone(), events.clone())),
        );
        tasks.spawn(
            closing
                .clone()
                .run_until_cancelled_owned(tell::statuses(running.clone(), events.clone())),
        );
        tasks.spawn(
            closing
                .clone()
                .run_until_cancelled_owned(tell::durables(running.clone(), events.clone())),
        );
        for task in alarm_tasks(&running, &redundancy, &events) {
            tasks.spawn(closing.clone().run_until_cancelled_owned(task));
        }
        tasks.spawn(closing.clone().run_until_cancelled_owned(answer_peer(
            running.desk.clone(),
            redundancy.clone(),
            asked,
        )));
        tasks.spawn(
            closing
                .clone()
                .run_until_cancelled_owned(tell::notices(redundancy, events.clone())),
        );
        Ok(Self(Arc::new(Inner {
            running,
            events,
            control_url: control.url().to_owned(),
            browser_url: control.browser_url(),
            control: Mutex::new(Some(control)),
            closing,
            tasks,
        })))
    }

    /// Runs commands.
    #[must_use]
    pub fn router(&self) -> Router {
        Router(self.0.running.clone())
    }

    /// Hears the station's events from now on.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.0.events.subscribe()
    }

    /// How the station and the pair stand now.
    ///
    /// # Errors
    /// `unavailable` while the station stops.
    pub async fn status(&self) -> Result<(StationInfo, Redundancy), ApiError> {
        let running = &self.0.running;
        Ok((
            running.get_station(Nothing {}).await?,
            running.get_redundancy(Nothing {}).await?,
        ))
    }

    /// The alarms that nobody has acknowledged.
    #[must_use]
    pub fn alarms(&self) -> Alarms {
        self.0.running.alarms.open_alarms()
    }

    /// Who this station is.
    #[must_use]
    pub fn id(&self) -> StationId {
        self.0.running.desk.store().station()
    }

    /// This station's own URL for its peer: `https://HOST:PORT/#sha256-…`.
    #[must_use]
    pub fn url(&self) -> String {
        self.0.running.redundancy.own_url()
    }

    /// Where the control API listens: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn control_url(&self) -> &str {
        &self.0.control_url
    }

    /// The address of the user interface for a browser on this machine. Holds the token: for its user's eyes alone.
    #[must_use]
    pub fn browser_url(&self) -> &str {
        &self.0.browser_url
    }

    /// The data directory.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        self.0.running.desk.data_dir()
    }

    /// Ends in order: no more commands, jobs cancelled, the pair's state and the data closed. A second call does
    /// nothing.
    pub async fn stop(&self) {
        let control = self
            .0
            .control
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(control) = control else { return };
        self.0.running.jobs.stop().await;
        control.stop().await;
        self.0.running.redundancy.stop().await;
        self.0.closing.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
        if let Err(error) = self.0.running.desk.store().close().await {
            tracing::warn!(%error, "the data could not be closed in order");
        }
    }
}

/// What raises, tells and keeps the alarms.
fn alarm_tasks(
    running: &Arc<Running>,
    redundancy: &RedundancyHandle,
    events: &Events,
) -> [BoxFuture<'static, ()>; 3] {
    let [watching, telling, keeping] = [(); 3].map(|()| running.clone());
    let (redundancy, events) = (redundancy.clone(), events.clone());
    [
        Box::pin(async move { watching.alarms.watch(redundancy).await }),
        Box::pin(async move { telling.alarms.tell(events).await }),
        Box::pin(async move { keeping.alarms.keep().await }),
    ]
}

/// Keeps what is known of the media files current.
async fn keep_files(running: Arc<Running>, every: Option<Duration>) {
    let Running {
        desk,
        roots,
        prober,
        ..
    } = &*running;
    let check = || commands::media_files::check(desk, roots, prober, CHECK_PAUSE);
    let commits = desk.store().subscribe();
    keeper::run(commits, every, running.jobs.unseen(), check).await;
}

/// Answers what the peer asks, as it comes; the listener bounds how much that is at a time.
async fn answer_peer(
    desk: Desk,
    redundancy: RedundancyHandle,
    mut asked: mpsc::Receiver<Box<Pending>>,
) {
    let mut answering = JoinSet::new();
    loop {
        tokio::select! {
            Some(pending) = asked.recv() => {
                let (desk, redundancy) = (desk.clone(), redundancy.clone());
                answering.spawn(commands::peer::answer(desk, redundancy, *pending));
            }
            Some(_) = answering.join_next() => {}
            else => return,
        }
    }
}

/// The station's name: as given now (and kept), as kept, or this machine's.
async fn station_name(store: &Store, given: Option<String>) -> Result<String, StartError> {
    if let Some(given) = given {
        let name = given.trim().to_owned();
        validate::line("name", &name, validate::NAME_CHARS_MAX)?;
        store.put_local(NAME_KEY, &name).await?;
        return Ok(name);
    }
    Ok(store
        .local(NAME_KEY)
        .await?
        .unwrap_or_else(options::machine_name))
}

#[cfg(test)]
mod tests;
