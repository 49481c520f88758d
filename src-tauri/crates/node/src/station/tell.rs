//! Turns what happens in the store and in the pair into events for whoever listens.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use pair::action::Edits;
use pair::view::Notice;
use store::{Commit, HistoryEntry, Store, Touched};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use tokio::time::Instant;

use super::{Events, Running};
use crate::api::{
    EntryEvent, Event, Handlers as _, Level, Message, Nothing, PairNotice, Redundancy, StationInfo,
};
use crate::redundancy::{RedundancyHandle, Snapshot};

/// How often a status is told while only its figures change.
const FIGURES_EVERY: Duration = Duration::from_millis(250);

/// Tells of every commit, until the store is closed.
pub(super) async fn commits(store: Store, events: Events) {
    let mut commits = store.subscribe();
    loop {
        match commits.recv().await {
            Ok(Commit::Edited(entry)) => {
                let touched = or_everything(store.touched(&entry.changeset).await, &events);
                events.send(Event::Entry(EntryEvent {
                    epoch: entry.epoch.number,
                    seq: entry.seq,
                    label: entry.label.clone(),
                    user: entry.user.clone(),
                    station_id: entry.station,
                    playlists: touched.playlists.into_iter().collect(),
                    assets: touched.assets,
                    templates: touched.templates,
                    channel: touched.channel,
                }));
            }
            Ok(Commit::Applied(applied)) => {
                let mut touched = or_everything(store.touched(&applied.changeset).await, &events);
                let count = applied.entries.len();
                for (at, entry) in applied.entries.iter().enumerate() {
                    // They were committed as one: what they touched stands on the last of them.
                    let touched = if at + 1 == count {
                        std::mem::take(&mut touched)
                    } else {
                        Touched::default()
                    };
                    events.send(Event::Entry(applied_entry(entry, touched)));
                }
            }
            Ok(Commit::Replaced) => events.send(Event::Refetch),
            Err(RecvError::Lagged(_)) => events.send(Event::Refetch),
            Err(RecvError::Closed) => return,
        }
    }
}

fn applied_entry(entry: &HistoryEntry, touched: Touched) -> EntryEvent {
    EntryEvent {
        epoch: entry.epoch.number,
        seq: entry.seq,
        label: entry.label.clone(),
        user: entry.user.clone(),
        station_id: entry.station,
        playlists: touched.playlists.into_iter().collect(),
        assets: touched.assets,
        templates: touched.templates,
        channel: touched.channel,
    }
}

/// What was touched; everything, where that could not be read.
fn or_everything(touched: Result<Touched, store::Error>, events: &Events) -> Touched {
    touched.unwrap_or_else(|error| {
        tracing::warn!(%error, "what an edit touched could not be read; clients fetch everything again");
        events.send(Event::Refetch);
        Touched::default()
    })
}

/// Tells how the station and the pair stand: at once where the status, its reason or a right changes, now and then where
/// only figures do.
pub(super) async fn statuses(running: Arc<Running>, events: Events) {
    let mut snapshots = running.redundancy.subscribe();
    let mut told: Option<(StationInfo, Redundancy)> = None;
    let mut told_at = Instant::now();
    while snapshots.changed().await.is_ok() {
        let Some(mut now) = status(&running).await else {
            return;
        };
        if told
            .as_ref()
            .is_some_and(|before| same_but_for_figures(before, &now))
        {
            more_than_figures(&mut snapshots, told_at + FIGURES_EVERY).await;
            // What changed meanwhile comes with this one.
            snapshots.mark_unchanged();
            let Some(later) = status(&running).await else {
                return;
            };
            now = later;
        }
        events.send(Event::Status {
            station: Box::new(now.0.clone()),
            redundancy: Box::new(now.1.clone()),
        });
        (told, told_at) = (Some(now), Instant::now());
    }
}

/// Waits until the figures are due, or something else has changed: clients wait for Synced, say.
async fn more_than_figures(snapshots: &mut watch::Receiver<Arc<Snapshot>>, due: Instant) {
    let shown = |now: &Snapshot| {
        let editable = matches!(now.edits, Edits::Allowed { .. });
        (now.view.status, now.view.reason, editable)
    };
    let before = shown(&snapshots.borrow_and_update());
    let changed = snapshots.wait_for(|now| shown(now) != before);
    let _ = tokio::time::timeout_at(due, changed).await;
}

/// Tells what the peer holds durably, at once and whatever else is held back: clients wait for it.
pub(super) async fn durables(running: Arc<Running>, events: Events) {
    let mut snapshots = running.redundancy.subscribe();
    let mut told = None;
    loop {
        let durable = snapshots
            .borrow_and_update()
            .view
            .peer_durable
            .map(|position| position.seq);
        if durable != told
            && let Some(seq) = durable
        {
            events.send(Event::PeerDurable { seq });
        }
        told = durable;
        if snapshots.changed().await.is_err() {
            return;
        }
    }
}

async fn status(running: &Running) -> Option<(StationInfo, Redundancy)> {
    let station = running.get_station(Nothing {}).await.ok()?;
    let redundancy = running.get_redundancy(Nothing {}).await.ok()?;
    Some((station, redundancy))
}

fn same_but_for_figures(
    before: &(StationInfo, Redundancy),
    now: &(StationInfo, Redundancy),
) -> bool {
    let ((station, pair), (station_now, pair_now)) = (before, now);
    let figures_of = |pair: &Redundancy| Redundancy {
        countdown_s: pair.countdown_s.map(|_| 0),
        lag: None,
        progress: pair
            .progress
            .map(|_| crate::api::Progress { done: 0, total: 0 }),
        position: pair_now.position,
        peer_durable_seq: None,
        sum: pair_now.sum,
        peer: pair.peer.as_ref().map(|peer| crate::api::PeerView {
            position: pair_now.position,
            clock_difference_ms: None,
            last_contact: None,
            ..peer.clone()
        }),
        ..pair.clone()
    };
    station == station_now && figures_of(pair) == figures_of(pair_now)
}

/// Tells what an operator must know even without looking at the status.
pub(super) async fn notices(redundancy: RedundancyHandle, events: Events) {
    let mut notices: broadcast::Receiver<Notice> = redundancy.notices();
    loop {
        match notices.recv().await {
            Ok(notice) => {
                let (level, told, text) = in_words(notice);
                events.send(Event::Message(Message {
                    at: Timestamp::now().to_string(),
                    level,
                    code: None,
                    notice: Some(told),
                    text: text.into(),
                }));
            }
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

fn in_words(notice: Notice) -> (Level, PairNotice, &'static str) {
    match notice {
        Notice::Unavailable => (
            Level::Warning,
            PairNotice::Unavailable,
            "The other station is unavailable.",
        ),
        Notice::TookOver => (
            Level::Warning,
            PairNotice::TookOver,
            "This station has taken over: it is the primary now.",
        ),
        Notice::Superseded => (
            Level::Error,
            PairNotice::Superseded,
            "The other station became primary. This station has stopped editing.",
        ),
        Notice::Forked => (
            Level::Error,
            PairNotice::Forked,
            "Both stations became primary apart from each other. Both have stopped editing.",
        ),
        Notice::NotSynced => (
            Level::Warning,
            PairNotice::NotSynced,
            "The two stations do not come into step by themselves.",
        ),
        Notice::Damaged => (
            Level::Error,
            PairNotice::Damaged,
            "A full check found data on this station that no edit made: restore a backup.",
        ),
        Notice::JournalFills => (
            Level::Warning,
            PairNotice::JournalFills,
            "The journal keeps much that the other station has not acknowledged: bring that station back.",
        ),
        Notice::Synced => (
            Level::Info,
            PairNotice::Synced,
            "The two stations are in step.",
        ),
    }
}
