//! A station's data held against its own sum, now and then, on either side of the pair: bits rot where nobody looks.
//!
//! A check that finds a difference stands in the durable record until a later one finds none, or until the data are replaced
//! as a whole. Entries are applied and edits let in all the same: what is damaged is a row, and the history goes on.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::action::{Action, Token};
use crate::config::Mode;
use crate::follow::Phase;
use crate::reason::Reason;
use crate::state::State;
use crate::time::{CHECK_AFTER_START, CHECK_EVERY, CHECK_RETRY, Mono};
use crate::view::{Notice, Record};

/// What the latest full check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Checked {
    /// When it ended, by the station's own wall clock: UTC milliseconds.
    pub at_ms: i64,
    /// The scan gave the rolling sum.
    pub ok: bool,
    /// Cells that were scanned.
    pub cells: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// What became of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scan {
    /// It was made.
    Done {
        /// It gave the rolling sum.
        ok: bool,
        /// Cells that were scanned.
        cells: u64,
        /// How long it took, in milliseconds.
        took_ms: u64,
    },
    /// It could not be made to its end, which says nothing of the data.
    NotMade,
}

/// When this station looks, and which scans count.
#[derive(Debug, Clone)]
pub(crate) struct Check {
    /// `None` where it never looks by itself.
    every: Option<Duration>,
    due: Mono,
    /// The scan that it asked for by itself.
    running: Option<Token>,
    /// Scans that operators asked for, oldest first.
    asked: Vec<Token>,
}

impl Check {
    /// Scans of operators whose outcome may be outstanding; the oldest is given up.
    const ASKED_MAX: usize = 16;

    pub(crate) fn new(now: Mono) -> Self {
        Self {
            every: Some(CHECK_EVERY),
            due: now + CHECK_AFTER_START,
            running: None,
            asked: Vec::new(),
        }
    }
}

impl State {
    /// Sets how often this station checks its data by itself; `None` for never. Without a word, every ten minutes.
    pub fn check_every(&mut self, every: Option<Duration>) {
        self.check.every = every;
        if let Some(every) = every {
            self.check.due = self.check.due.min(self.now.mono + every);
        }
    }

    /// An operator has the data scanned: the token that the outcome is to be reported with.
    pub fn operator_checks(&mut self) -> Token {
        let token = self.token();
        if self.check.asked.len() == Check::ASKED_MAX {
            self.check.asked.remove(0);
        }
        self.check.asked.push(token);
        token
    }

    /// Begins a check where one is due and nothing replaces the data meanwhile. Never two at once.
    pub(crate) fn settle_check(&mut self) {
        let busy = matches!(
            self.follow.phase,
            Phase::Copying { .. }
                | Phase::Comparing { .. }
                | Phase::Rewinding { .. }
                | Phase::Verifying { .. }
        );
        if self.check.every.is_none()
            || self.check.running.is_some()
            || self.now.mono < self.check.due
            || self.is_stopping()
            || self.mode().is_secondary() && busy
        {
            return;
        }
        let token = self.token();
        self.check.running = Some(token);
        self.out.push(Action::Check { token });
    }

    /// A scan ended. One that was begun before the data were replaced says nothing.
    pub(crate) fn scanned(&mut self, token: Token, scan: Scan) {
        let by_itself = self.check.running == Some(token);
        let asked = self.check.asked.contains(&token);
        let for_resync = self.follow.phase == (Phase::Verifying { token });
        self.check.asked.retain(|other| *other != token);
        if by_itself {
            self.check.running = None;
        }
        if by_itself || asked || for_resync {
            self.note_scan(scan, asked || for_resync);
        }
        if for_resync {
            self.verified(matches!(scan, Scan::Done { ok: true, .. }));
        }
    }

    fn note_scan(&mut self, scan: Scan, wanted: bool) {
        let now = self.now;
        let Scan::Done { ok, cells, took_ms } = scan else {
            self.check.due = now.mono + CHECK_RETRY;
            self.log(Record::NotVerified);
            return;
        };
        let before = self.wanted.checked.replace(Checked {
            at_ms: now.wall_ms,
            ok,
            cells,
            took_ms,
        });
        self.check.due = now.mono + self.check.every.unwrap_or(CHECK_EVERY);
        // The log tells what changed: a station that looks every ten minutes and finds nothing is no news.
        if wanted || !ok || before.is_none_or(|before| !before.ok) {
            self.log(Record::Verified { ok });
        }
        if ok {
            return;
        }
        if self.mode().is_secondary() {
            self.wanted.in_step = false;
        }
        if self.mode() == Mode::None && before.is_none_or(|before| before.ok) {
            self.out.push(Action::Notify(Notice::Damaged));
        }
    }

    /// The data were replaced as a whole: what was found of the former says nothing of them, and they are looked at soon.
    pub(crate) fn data_replaced(&mut self) {
        self.check.running = None;
        self.check.asked.clear();
        self.check.due = self.check.due.min(self.now.mono + CHECK_AFTER_START);
        self.wanted.checked = None;
    }

    /// What the latest check found wrong with this station's own data.
    pub(crate) fn damage(&self) -> Option<Reason> {
        let damaged = self.wanted.checked.is_some_and(|checked| !checked.ok);
        damaged.then_some(if self.mode().is_secondary() {
            Reason::DataDamaged
        } else {
            Reason::PrimaryDamaged
        })
    }
}
