//! From the command line to a running window, and back down again.

use std::env;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use node::api::{Alarms, Event, Mode, Redundancy};
use node::station::{Options, StartError, Station};
use tauri::async_runtime::JoinHandle;
use tauri::{App, AppHandle, Context, Manager, RunEvent, Wry};
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};
use tauri_plugin_notification::NotificationExt;
use tauri_plugin_window_state::StateFlags;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;

use crate::desktop::TrayHost;
use crate::login::Login;
use crate::quit::Quit;
use crate::sleep::Sleep;
use crate::speech::{Speech, Voice};
use crate::tray::Tray;
use crate::{computer, ipc, notices, notify, policy, quit, second_start, speech, window};

/// Tandem: one channel, two workstations that back each other up.
#[derive(Debug, Parser)]
#[command(name = "tandem", version)]
struct Cli {
    #[command(flatten)]
    options: Options,
}

/// Runs the desktop app until the operator quits.
#[must_use]
pub fn run() -> ExitCode {
    let options = Cli::parse().options;
    log_to_stderr();
    if !has_display() {
        return fail(
            "Tandem found no display to open its window on. `tandem-node run` runs a station without one.",
        );
    }
    match tauri::async_runtime::block_on(Station::start(options)) {
        Ok(station) => show(station),
        Err(StartError::AlreadyRunning { data_dir, .. })
            if second_start::raise_first(&data_dir) =>
        {
            eprintln!(
                "Tandem already runs on {}: its window was raised.",
                data_dir.display()
            );
            ExitCode::SUCCESS
        }
        Err(error) => refuse(&error.to_string()),
    }
}

/// Logs to standard error, where a desktop session keeps it. `TANDEM_LOG` sets how much.
fn log_to_stderr() {
    let filter = EnvFilter::try_from_env("TANDEM_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
}

/// Whether a window can be opened at all. Only Unix desktops can lack a display.
fn has_display() -> bool {
    !cfg!(target_os = "linux")
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| env::var_os(name).is_some())
}

fn context() -> Context<Wry> {
    tauri::generate_context!()
}

/// Says why there is no window, where whoever started it can read it.
fn fail(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::FAILURE
}

/// The same in a dialog too: a desktop app is seldom started from a terminal.
fn refuse(message: &str) -> ExitCode {
    let shown = message.to_owned();
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .setup(move |app| {
            let handle = app.handle().clone();
            let dialog = app
                .dialog()
                .message(shown)
                .title("Tandem cannot start")
                .kind(MessageDialogKind::Error);
            dialog.show(move |_| handle.exit(1));
            Ok(())
        })
        .build(context());
    let said = fail(message);
    if let Ok(app) = app {
        app.run_return(|_, _| {});
    }
    said
}

/// Opens the window on a running station and stays until the end.
fn show(station: Station) -> ExitCode {
    let window_state = tauri_plugin_window_state::Builder::new()
        .with_filename(station.data_dir().join("window.json").to_string_lossy())
        .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
        .build();
    let mut context = context();
    policy::allow_media(context.config_mut(), station.control_url());
    let built = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(window_state)
        .invoke_handler(tauri::generate_handler![
            ipc::call,
            computer::computer,
            computer::start_at_login,
            quit::quit_heard,
            quit::quit,
            speech::speak,
        ])
        .manage(station.clone())
        .manage(Login::of(station.data_dir()))
        .manage(Arc::new(Sleep::default()))
        .manage(Quit::default())
        .manage(Voice::new(Speech::of_system()))
        .setup(|app| Ok(set_up(app)?))
        .build(context);
    let app = match built {
        Ok(app) => app,
        Err(error) => {
            tauri::async_runtime::block_on(station.stop());
            return fail(&format!("Tandem could not open its window: {error}."));
        }
    };
    let code = app.run_return(move |app, event| {
        if let RunEvent::Exit = event {
            let following = app.state::<Following>();
            following.events.abort();
            following.sleep.abort();
            tauri::async_runtime::block_on(station.stop());
        }
    });
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

/// Window, tray, and the tasks that keep them current.
fn set_up(app: &mut App) -> anyhow::Result<()> {
    let handle = app.handle().clone();
    let station = app.state::<Station>().inner().clone();
    let events = station.events();
    let (info, redundancy) = tauri::async_runtime::block_on(station.status())?;
    let known = Known {
        alarms: station.alarms(),
        redundancy: redundancy.clone(),
    };

    let lost = handle.clone();
    let host = TrayHost::watch(move || window::rescue(&lost));
    window::open(
        app,
        &format!("{} – Tandem", info.name),
        station.data_dir(),
        host,
    )?;
    app.manage(Tray::build(
        &handle,
        &info,
        &redundancy,
        app.state::<Voice>().now().language,
        station.data_dir(),
    )?);

    let raised = handle.clone();
    if let Err(error) = second_start::listen(station.data_dir(), move || window::raise(&raised)) {
        tracing::warn!(%error, "a second start will not be able to raise this window");
    }
    let (paired, mode_is_set) = watch::channel(is_paired(&redundancy));
    let sleep = Arc::clone(&app.state::<Arc<Sleep>>());
    app.manage(Following {
        events: tauri::async_runtime::spawn(follow(handle.clone(), events, known, paired)),
        sleep: tauri::async_runtime::spawn(async move { sleep.follow(mode_is_set).await }),
    });
    let clicked = handle.clone();
    handle
        .notification()
        .on_action(move |_| window::raise(&clicked))?;
    tauri::async_runtime::spawn(end_on_signal(handle));
    Ok(())
}

/// The tasks that pass events on. They end before the window and the tray do, which could not be told any more.
struct Following {
    events: JoinHandle<()>,
    sleep: JoinHandle<()>,
}

fn is_paired(redundancy: &Redundancy) -> bool {
    redundancy.mode != Mode::None
}

/// What was told last.
struct Known {
    redundancy: Redundancy,
    alarms: Alarms,
}

/// Passes every event of the station on: to the window as it is, to the tray and as notices what changed.
async fn follow(
    app: AppHandle,
    mut events: Receiver<Event>,
    mut known: Known,
    paired: watch::Sender<bool>,
) {
    loop {
        let event = match events.recv().await {
            Ok(event) => event,
            Err(RecvError::Lagged(missed)) => {
                tracing::warn!(
                    missed,
                    "the window was too slow for the station's events; it refetches"
                );
                Event::Refetch
            }
            Err(RecvError::Closed) => return,
        };
        ipc::tell(&app, &event);
        let speech = app.state::<Voice>().now();
        match event {
            Event::Status {
                station,
                redundancy,
            } => {
                if let Some(notice) =
                    notices::lead(&speech, &station, &known.redundancy, &redundancy)
                {
                    notify(&app, &notice);
                }
                Tray::show(&app, &station, &redundancy, speech.language);
                paired.send_if_modified(|paired| {
                    std::mem::replace(paired, is_paired(&redundancy)) != is_paired(&redundancy)
                });
                known.redundancy = *redundancy;
            }
            Event::Alarms(alarms) => {
                // An alarm may be told before the status that it is about.
                if let Ok((station, redundancy)) = app.state::<Station>().status().await {
                    for notice in
                        notices::alarms(&speech, &station, &redundancy, &known.alarms, &alarms)
                    {
                        notify(&app, &notice);
                    }
                }
                known.alarms = alarms;
            }
            _ => {}
        }
    }
}

/// Ends cleanly when the session manager, or whoever started Tandem, asks it to.
async fn end_on_signal(app: AppHandle) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut term), Ok(mut interrupt)) = (
            signal(SignalKind::terminate()),
            signal(SignalKind::interrupt()),
        ) else {
            tracing::warn!("signals cannot be heard; end Tandem by Quit");
            return;
        };
        tokio::select! {
            _ = term.recv() => {}
            _ = interrupt.recv() => {}
        }
        app.exit(0);
    }
}
