//! A secondary whose data is not its primary's, and how it becomes so (rule 8): by comparing and moving only what differs, or
//! by a whole snapshot where that is shorter. And what a primary serves of that.
//!
//! Both compare at one position: the primary pins its data (one read transaction) for as long as the comparison takes, the
//! secondary applies nothing meanwhile. The primary's edits go on; they follow as entries after the pinned position, which
//! the secondary takes over together with the rows, in one transaction.

use crate::action::{Action, HangupReason};
use crate::breach::Breach;
use crate::config::Mode;
use crate::doubt::Doubt;
use crate::event::{CompareFault, LinkId, Own, SnapshotFault};
use crate::follow::{Heal, Phase};
use crate::message::{Message, SnapshotAt, Stream};
use crate::reason::Reason;
use crate::state::State;
use crate::view::{Notice, Progress, Record, Retained};

/// What a primary is sending beside entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Serving {
    pub(crate) what: Served,
    pub(crate) progress: Progress,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Served {
    Snapshot,
    Comparison,
}

/// What a resync did.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resynced {
    pub(crate) moved: u64,
    pub(crate) removed: u64,
    pub(crate) rows: u64,
}

const NOTHING_YET: Progress = Progress { done: 0, total: 0 };

impl State {
    /// Has what differs sent. A station without data takes the whole.
    pub(crate) fn compare(&mut self) {
        if self.own.empty {
            self.copy_whole();
            return;
        }
        let Some((link, stream)) = self.stream() else {
            return;
        };
        self.follow.partial = None;
        self.doubt_begins();
        self.out.push(Action::Compare {
            link,
            stream,
            epochs: self.follow.epochs.clone(),
            orphans_after: self.follow.orphans_after,
        });
        self.out.push(Action::Send {
            link,
            message: Message::CompareRequest,
        });
        self.follow.phase = Phase::Comparing {
            progress: NOTHING_YET,
        };
    }

    /// Has everything sent; the rest of it where a part is there.
    pub(crate) fn copy_whole(&mut self) {
        let Some((link, stream)) = self.stream() else {
            return;
        };
        let resume = self.follow.partial;
        self.follow.resuming = resume;
        self.out.push(Action::ReceiveSnapshot {
            link,
            stream,
            epochs: self.follow.epochs.clone(),
            backup: !self.own.empty,
            orphans_after: self.follow.orphans_after,
            resume,
        });
        self.out.push(Action::Send {
            link,
            message: Message::SnapshotRequest { resume },
        });
        self.follow.phase = Phase::Copying {
            progress: NOTHING_YET,
        };
    }

    pub(crate) fn snapshot_progress(
        &mut self,
        stream: Stream,
        done: u64,
        total: u64,
        at: Option<SnapshotAt>,
    ) {
        if !self.is_current(stream) {
            return;
        }
        let progress = Progress { done, total };
        self.serve_progress(Served::Snapshot, progress);
        if !matches!(self.follow.phase, Phase::Copying { .. }) {
            return;
        }
        self.follow.moved = self.now.mono;
        self.follow.phase = Phase::Copying { progress };
        if at.is_none() {
            return;
        }
        self.follow.partial = at;
        let resumed = self.follow.resuming.take().zip(at);
        if resumed.is_some_and(|(asked, got)| asked.id == got.id && asked.chunks > 0) {
            self.log(Record::SnapshotResumed { done, total });
        }
    }

    pub(crate) fn compare_progress(&mut self, stream: Stream, done: u64, total: u64) {
        if !self.is_current(stream) {
            return;
        }
        let progress = Progress { done, total };
        self.serve_progress(Served::Comparison, progress);
        if matches!(self.follow.phase, Phase::Comparing { .. }) {
            self.follow.moved = self.now.mono;
            self.follow.phase = Phase::Comparing { progress };
        }
    }

    pub(crate) fn snapshot_installed(&mut self, stream: Stream, own: Own) {
        self.replaced(stream, own, Record::SnapshotInstalled);
    }

    pub(crate) fn resynced(&mut self, stream: Stream, own: Own, what: Resynced) {
        let Resynced {
            moved,
            removed,
            rows,
        } = what;
        let record = Record::Resynced {
            moved,
            removed,
            rows,
        };
        self.replaced(stream, own, record);
    }

    /// The data is the primary's at a position of its own, and has been verified.
    fn replaced(&mut self, stream: Stream, own: Own, record: Record) {
        if !self.mode().is_secondary() {
            return;
        }
        let number = own.head.position.epoch.number;
        if own.head.position.lineage != self.own.head.position.lineage {
            self.wanted.epoch_seen = None;
        }
        let head = own.head;
        self.own = own;
        self.note_epoch_seen(number);
        self.wanted.replace_confirmed = false;
        self.log(record);
        self.data_replaced();
        self.follow.heal = None;
        self.follow.doubt = Doubt::default();
        self.follow.orphans_after = None;
        self.follow.partial = None;
        self.follow.trouble = None;
        if self.is_current(stream) {
            self.follow.moved = self.now.mono;
            self.follow.phase = Phase::Applying;
            if let Some(link) = self.link_id() {
                self.out.push(Action::Send {
                    link,
                    message: Message::Ack { head },
                });
            }
            self.check_equal();
        }
    }

    pub(crate) fn snapshot_failed(&mut self, stream: Stream, why: SnapshotFault) {
        if !self.is_current(stream) {
            return self.snapshot_failed_late();
        }
        self.follow.moved = self.now.mono;
        if self.mode() == Mode::Primary {
            self.drop_link(HangupReason::Changed);
            return;
        }
        match why {
            SnapshotFault::Cut => self.drop_link(HangupReason::Silent),
            SnapshotFault::NoSpace => self.stuck(Reason::NoSpace),
            SnapshotFault::Damaged | SnapshotFault::Broken => self.stuck(Reason::SnapshotFailed),
            SnapshotFault::Excessive => {
                self.follow.heal = None;
                self.stuck(Reason::SnapshotExcessive);
                self.drop_link(HangupReason::Broke(Breach::Excessive));
            }
        }
    }

    /// A copy failed as its link was lost: there is no part of it to go on with. Whoever takes in the next one says this first,
    /// so what was asked for on its link is begun anew.
    fn snapshot_failed_late(&mut self) {
        self.follow.partial = None;
        if self.follow.resuming.take().is_some()
            && matches!(self.follow.phase, Phase::Copying { .. })
        {
            self.drop_link(HangupReason::Changed);
        }
    }

    pub(crate) fn compare_failed(&mut self, stream: Stream, why: CompareFault) {
        if !self.is_current(stream) || !matches!(self.follow.phase, Phase::Comparing { .. }) {
            return;
        }
        self.follow.moved = self.now.mono;
        match why {
            CompareFault::WholeIsShorter | CompareFault::Broken => {
                self.follow.heal = Some(Heal::Whole);
                self.copy_whole();
            }
            CompareFault::PrimaryDamaged => self.primary_is_damaged(),
            CompareFault::NoSpace => self.stuck(Reason::NoSpace),
        }
    }

    /// Resync now, from either operator. `here` is true where this station's own operator asked.
    pub(crate) fn resync(&mut self, here: bool) {
        let Some(link) = self.link_id() else { return };
        match self.follow.trouble {
            Some(Reason::DecisionOwed | Reason::SecondaryAhead) => {
                self.out.push(Action::Send {
                    link,
                    message: Message::Yield,
                });
            }
            Some(Reason::ReplaceNotConfirmed) if here => {
                self.wanted.replace_confirmed = true;
                self.begin_sync();
            }
            Some(Reason::ReplaceNotConfirmed) => {}
            Some(_) => {
                self.follow.heal = self.follow.heal.or(Some(Heal::Compare));
                self.follow.trouble = None;
                self.drop_link(HangupReason::Changed);
            }
            None if matches!(self.follow.phase, Phase::Applying) => {
                let token = self.token();
                self.out.push(Action::StopApplying);
                self.out.push(Action::Verify { token });
                self.follow.phase = Phase::Verifying { token };
            }
            None => {}
        }
    }

    /// The check that Resync now begins with has ended. Whatever it found, the data is then held against the primary's.
    pub(crate) fn verified(&mut self, ok: bool) {
        self.follow.heal = Some(Heal::Compare);
        if !ok {
            self.follow.trouble = Some(Reason::DataDamaged);
            self.wanted.in_step = false;
        }
        self.drop_link(HangupReason::Changed);
    }

    pub(crate) fn send_snapshot(&mut self, id: LinkId, resume: Option<SnapshotAt>) {
        if let Some((_, stream)) = self.stream() {
            self.serve(Served::Snapshot);
            self.out.push(Action::SendSnapshot {
                link: id,
                stream,
                resume,
            });
        }
    }

    pub(crate) fn serve_comparison(&mut self, id: LinkId) {
        if let Some((_, stream)) = self.stream() {
            self.serve(Served::Comparison);
            self.out.push(Action::ServeComparison { link: id, stream });
            // What is copied is to be what was edited: both sides check their data for a resync.
            let token = self.operator_checks();
            self.out.push(Action::Check { token });
        }
    }

    fn serve(&mut self, what: Served) {
        self.lead.serving = Some(Serving {
            what,
            progress: NOTHING_YET,
        });
    }

    fn serve_progress(&mut self, what: Served, progress: Progress) {
        if let Some(serving) = self.lead.serving.as_mut().filter(|s| s.what == what) {
            serving.progress = progress;
        }
    }

    /// Rule 9: the operator is told long before the journal has to drop what the peer still needs.
    pub(crate) fn retained(&mut self, bytes: u64, bytes_max: u64, peer_cut_off: bool) {
        let before = self.lead.retained;
        // A station that never followed takes a copy anyway.
        let peer_cut_off = peer_cut_off && self.wanted.synced_with.is_some();
        let warns = peer_cut_off || bytes > bytes_max / 4;
        self.lead.retained = warns.then_some(Retained {
            bytes,
            bytes_max,
            peer_cut_off,
        });
        if warns && before.is_none() {
            self.out.push(Action::Notify(Notice::JournalFills));
            if !peer_cut_off {
                self.log(Record::JournalFills { bytes, bytes_max });
            }
        }
        if peer_cut_off && !before.is_some_and(|before| before.peer_cut_off) {
            self.log(Record::PeerCutOff);
        }
        if before != self.lead.retained {
            self.out.push(Action::Changed);
        }
    }
}
