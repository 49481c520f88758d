//! The alarm of this station: raised by what befalls the pair, silenced by an operator, and on record.
//!
//! The rule of which change raises it is here, once, so that every window and browser sounds and falls silent together.

mod board;
#[cfg(test)]
mod tests;

use std::pin::pin;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use pair::view::Notice;
use store::Store;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::api::{Alarm, Alarms, ApiError, Event};
use crate::commands;
use crate::redundancy::RedundancyHandle;
use crate::station::Events;
use board::{Board, When};

/// The key of the board among the store's local records.
const KEY: &str = "alarms";

/// How long an alarm waits to be on disk before it sounds. One that sounds is there after a crash, too, but no disk that hangs
/// holds it up.
const KEPT_WITHIN: Duration = Duration::from_secs(1);

/// The alarms of a running station.
pub(crate) struct Keeper {
    store: Store,
    board: watch::Sender<Board>,
    /// What everybody is told of the board.
    shown: watch::Sender<Alarms>,
    started: Instant,
}

impl Keeper {
    /// Takes up what nobody had acknowledged when the station was last there.
    pub(crate) async fn open(store: Store) -> Self {
        let kept = store.local(KEY).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the alarms of before could not be read");
            None
        });
        let board: Board = kept.unwrap_or_default();
        Self {
            store,
            shown: watch::Sender::new(board.shown()),
            board: watch::Sender::new(board),
            started: Instant::now(),
        }
    }

    /// What nobody has acknowledged.
    pub(crate) fn open_alarms(&self) -> Alarms {
        self.shown.borrow().clone()
    }

    /// An operator has seen everything up to this number: silent at once, then on record.
    ///
    /// # Errors
    /// `no_space`, `internal`, where it could not be put on record; it is silent all the same.
    pub(crate) async fn acknowledge(&self, up_to: u64, user: &str) -> Result<Alarms, ApiError> {
        let mut seen = Vec::new();
        let now = self.started.elapsed();
        self.board
            .send_modify(|board| seen = board.acknowledge(up_to, now));
        self.show(&self.board.borrow());
        for alarm in &seen {
            let detail = acknowledged(alarm, user);
            self.store.log_redundancy("acknowledged", &detail).await?;
        }
        Ok(self.open_alarms())
    }

    /// Watches the pair, until the station stops.
    pub(crate) async fn watch(&self, redundancy: RedundancyHandle) {
        let mut snapshots = redundancy.subscribe();
        let mut notices = redundancy.notices();
        snapshots.mark_changed();
        loop {
            let due = self.board.borrow().due();
            let settles = async {
                match due {
                    Some(due) => tokio::time::sleep(due.saturating_sub(self.now().mono)).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                changed = snapshots.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    let pair = commands::redundancy::shown(&snapshots.borrow_and_update().clone());
                    self.change(|board, now| board.see(&pair, now));
                }
                notice = notices.recv() => match notice {
                    Ok(Notice::TookOver) => {
                        let pair = commands::redundancy::shown(&redundancy.snapshot());
                        self.change(|board, now| board.took_over(&pair, now));
                    }
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                },
                () = settles => self.change(|board, now| board.settle(now.mono)),
            }
        }
    }

    /// Tells everybody of every change.
    pub(crate) async fn tell(&self, events: Events) {
        let mut shown = self.shown.subscribe();
        while shown.changed().await.is_ok() {
            let now = shown.borrow_and_update().clone();
            events.send(Event::Alarms(now));
        }
    }

    /// Keeps the board on disk, and shows it then.
    pub(crate) async fn keep(&self) {
        let mut boards = self.board.subscribe();
        // It may have changed before this began.
        boards.mark_changed();
        while boards.changed().await.is_ok() {
            let board = boards.borrow_and_update().clone();
            let mut keeping = pin!(self.store.put_local(KEY, &board));
            let kept = match timeout(KEPT_WITHIN, &mut keeping).await {
                Ok(kept) => kept,
                Err(_) => {
                    self.show(&self.board.borrow());
                    keeping.await
                }
            };
            if let Err(error) = kept {
                tracing::warn!(%error, "the alarms could not be kept: a restart may forget or repeat one");
            }
            // What came meanwhile is kept first.
            if *self.board.borrow() == board {
                self.show(&board);
            }
        }
    }

    fn show(&self, board: &Board) {
        let next = board.shown();
        self.shown.send_if_modified(|shown| {
            let differs = *shown != next;
            *shown = next;
            differs
        });
    }

    fn change(&self, change: impl FnOnce(&mut Board, &When)) {
        let now = self.now();
        self.board.send_if_modified(|board| {
            let before = board.clone();
            change(board, &now);
            *board != before
        });
    }

    fn now(&self) -> When {
        When {
            mono: self.started.elapsed(),
            wall: Timestamp::from_second(Timestamp::now().as_second())
                .unwrap_or_default()
                .to_string(),
        }
    }
}

/// The line of the redundancy log.
fn acknowledged(alarm: &Alarm, user: &str) -> String {
    format!(
        "{user} acknowledged the alarm of {}: {}",
        alarm.at, alarm.text
    )
}
