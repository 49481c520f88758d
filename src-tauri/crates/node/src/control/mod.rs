//! The control API: the station's commands and events for programs and browsers on the same machine.
//!
//! Loopback only. Every call carries the bearer token of `control.json`, which the user alone can read. A web page that
//! was lured here has neither: names that are made to resolve to this machine (DNS rebinding) fail at the Host check,
//! and pages of other origins at the Origin check.

mod access;
mod calls;
mod events;
#[cfg(all(feature = "failpoints", debug_assertions))]
mod failpoints;
mod file;
mod media;
mod metrics;
mod pages;

pub use access::Token;
pub use file::{
    CONTROL_FILE, Control, ControlFileError, METRICS_TOKEN_FILE, read as read_control_file,
};
pub use pages::{UI_VARIABLE, find_ui};

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware;
use axum::routing::{any, get, post};
use axum::serve::ListenerExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::api::Handlers;
use crate::library::view::Viewer;
use crate::metrics::Exporter;
use crate::station::Events;

/// How long an orderly end waits for calls that are being answered.
const STOP_GRACE: Duration = Duration::from_secs(5);

/// What every request is served from.
struct Served<H> {
    handlers: Arc<H>,
    events: Events,
    token: Token,
    /// Reads the metrics and nothing else.
    metrics_token: Token,
    exporter: Exporter,
    viewer: Viewer,
    address: SocketAddr,
    ui: Option<PathBuf>,
    listeners: TaskTracker,
    closing: CancellationToken,
}

/// What the control API is started with.
pub struct Options<'o> {
    /// Where `control.json` is written.
    pub data_dir: &'o Path,
    /// The port on loopback; 0 picks a free one.
    pub port: u16,
    /// The screen for a browser, where there is one.
    pub ui: Option<PathBuf>,
    /// What Prometheus is shown.
    pub exporter: Exporter,
    /// The media that a screen shows.
    pub viewer: Viewer,
}

/// The control API, listening.
pub struct ControlServer {
    url: String,
    token: Token,
    file: file::Guard,
    closing: CancellationToken,
    tasks: TaskTracker,
}

/// Why the control API does not start.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// No port on loopback.
    #[error("could not listen on this machine's loopback address for commands: {0}")]
    Listen(#[from] io::Error),
    /// `control.json` could not be written.
    #[error(transparent)]
    File(#[from] ControlFileError),
}

impl ControlServer {
    /// Listens on a loopback port, and writes where and with which token to `control.json` in `data_dir`.
    ///
    /// # Errors
    /// [`ControlError`].
    pub async fn start<H: Handlers + 'static>(
        handlers: Arc<H>,
        events: Events,
        options: Options<'_>,
    ) -> Result<Self, ControlError> {
        let Options {
            data_dir,
            port,
            ui,
            exporter,
            viewer,
        } = options;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let token = Token::random();
        let url = format!("http://{address}");
        viewer.served_at(&url);
        let file = file::write(
            data_dir,
            &Control {
                url: url.clone(),
                token: token.reveal().to_owned(),
            },
        )?;
        let (closing, tasks) = (CancellationToken::new(), TaskTracker::new());
        let served = Arc::new(Served {
            handlers,
            events,
            token: token.clone(),
            metrics_token: file::metrics_token(data_dir)?,
            exporter,
            viewer,
            address,
            ui,
            listeners: tasks.clone(),
            closing: closing.clone(),
        });
        let app = router(served);
        let shutdown = closing.clone().cancelled_owned();
        tasks.spawn(async move {
            if let Err(error) = axum::serve(listener.tap_io(at_once), app)
                .with_graceful_shutdown(shutdown)
                .await
            {
                tracing::error!(%error, "the control API ended");
            }
        });
        Ok(Self {
            url,
            token,
            file,
            closing,
            tasks,
        })
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address of the user interface for a browser on this machine, with the token where no server log sees it.
    #[must_use]
    pub fn browser_url(&self) -> String {
        format!("{}/#token={}", self.url, self.token.reveal())
    }

    /// Ends: answers what is being asked, closes event streams, removes `control.json`. A client that does not let go is
    /// not waited for longer than a few seconds.
    pub async fn stop(self) {
        self.file.remove();
        self.closing.cancel();
        self.tasks.close();
        if tokio::time::timeout(STOP_GRACE, self.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!("a client of the control API did not let go");
        }
    }
}

/// Has what is said to a client go out at once: an event must not wait until the one before it was acknowledged.
fn at_once(connection: &mut TcpStream) {
    if let Err(error) = connection.set_nodelay(true) {
        tracing::debug!(%error, "a client's connection may hold back what it is told");
    }
}

fn router<H: Handlers + 'static>(served: Arc<Served<H>>) -> Router {
    let api = Router::new()
        .route(
            "/api/v1/call/{command}",
            post(calls::call::<H>).fallback(calls::no_such_path),
        )
        .route(
            "/api/v1/events",
            get(events::listen::<H>).fallback(calls::no_such_path),
        )
        .route("/api/{*rest}", any(calls::no_such_path));
    #[cfg(all(feature = "failpoints", debug_assertions))]
    let api = api.merge(failpoints::routes());
    let api = api.layer(middleware::from_fn_with_state(
        served.clone(),
        access::check_token::<H>,
    ));
    let metrics = Router::new()
        .route("/metrics", get(metrics::page::<H>))
        .layer(middleware::from_fn_with_state(
            served.clone(),
            access::check_metrics_token::<H>,
        ));
    let media = Router::new()
        .route("/thumbnail/{id}", get(media::thumbnail::<H>))
        .route("/media/{id}", get(media::media::<H>));
    Router::new()
        .merge(api)
        .merge(metrics)
        .merge(media)
        .fallback(get(pages::page::<H>))
        .layer(middleware::from_fn_with_state(
            served.clone(),
            access::check_origin::<H>,
        ))
        .with_state(served)
}

#[cfg(test)]
mod tests;
