//! `tandem-node`: a station without a window, and one command at a time for the station that runs on a data directory.

use std::io::{IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use node::api::{ApiError, ErrorCode};
use node::call::call;
use node::station::{Options, Station, data_dir};
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Tandem: one channel, two workstations that back each other up. A station without a window.
#[derive(Debug, Parser)]
#[command(name = "tandem-node", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a station until SIGTERM or Ctrl-C. Prints one JSON line when it is ready
    Run {
        #[command(flatten)]
        options: Options,
    },
    /// Run one command against the station that runs on a data directory; prints its JSON. Errors go to stderr as JSON
    Call {
        /// The station's data directory
        #[arg(long, value_name = "DIR")]
        data_dir: Option<PathBuf>,
        /// The command, such as get_station
        command: String,
        /// Its arguments as a JSON object; - reads them from stdin
        #[arg(default_value = "{}")]
        args: String,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("TANDEM_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    #[cfg(all(feature = "failpoints", debug_assertions))]
    if let Err(error) = store::failpoint::arm_from_env() {
        eprintln!("tandem-node: FAILPOINTS: {error}");
        return ExitCode::FAILURE;
    }
    match Cli::parse().command {
        Command::Run { options } => match run(options).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("tandem-node: {error:#}");
                ExitCode::FAILURE
            }
        },
        Command::Call {
            data_dir,
            command,
            args,
        } => match call_once(data_dir.as_deref(), &command, args).await {
            Ok(answer) => {
                println!("{answer}");
                ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("{}", serde_json::to_string(&error).unwrap_or(error.message));
                ExitCode::FAILURE
            }
        },
    }
}

/// Runs a station until it is told to end.
async fn run(options: Options) -> anyhow::Result<()> {
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate()).context("hear SIGTERM")?,
        signal(SignalKind::interrupt()).context("hear SIGINT")?,
    );
    let station = Station::start(options).await?;
    // The token is for whoever started this, not for what collects logs.
    eprintln!(
        "Open {} in a browser on this machine.",
        station.browser_url()
    );
    let ready = json!({
        "ready": true,
        "station_id": station.id(),
        "url": station.url(),
        "control": station.control_url(),
    });
    let told = writeln!(std::io::stdout(), "{ready}");
    if let Err(error) = told.and_then(|()| std::io::stdout().flush()) {
        tracing::warn!(%error, "nobody reads that this station is ready");
    }
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("this station ends in order");
    station.stop().await;
    Ok(())
}

async fn call_once(given: Option<&Path>, command: &str, args: String) -> Result<Value, ApiError> {
    let data_dir = data_dir(given)
        .map_err(|error| ApiError::new(ErrorCode::Unavailable, error.to_string()))?;
    let args = if args == "-" { from_stdin()? } else { args };
    call(&data_dir, command, args).await
}

fn from_stdin() -> Result<String, ApiError> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map(|_| text)
        .map_err(|error| {
            ApiError::new(
                ErrorCode::Invalid,
                format!("The arguments could not be read from stdin: {error}."),
            )
        })
}
