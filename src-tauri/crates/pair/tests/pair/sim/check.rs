//! What must hold after every step (DESIGN.md 7).

use std::collections::BTreeSet;
use std::time::Duration;

use domain::history::Epoch;
use pair::Status;
use pair::action::Edits;
use pair::message::Stream;
use pair::time::HEARTBEAT;
use pair::view::{Armed, Opening};

use super::disk::Disk;
use super::world::World;

impl<D: Disk> World<D> {
    pub(super) fn violated(&mut self, what: &str) -> ! {
        let trace: Vec<String> = self.trace.iter().cloned().collect();
        panic!("VIOLATED at {} ms: {what}\n{}", self.now, trace.join("\n"));
    }

    pub(super) fn writable(&self, s: usize) -> Option<Epoch> {
        let now = self.clock(s).mono;
        match self.st[s].proc.as_ref()?.gate {
            Edits::Allowed { epoch, until } if until.is_none_or(|until| now < until) => Some(epoch),
            _ => None,
        }
    }

    pub(super) fn check(&mut self, s: usize) {
        if let Some(epoch) = self.writable(s) {
            if epoch != self.st[s].disk.epoch() {
                self.violated(&format!(
                    "{s} may edit in {epoch:?}, its store is in {:?}",
                    self.st[s].disk.epoch()
                ));
            }
            if epoch.opener != self.st[s].id {
                self.violated(&format!(
                    "{s} may edit in {epoch:?}, which another station opened"
                ));
            }
            if self.st[s].disk.record().config.mode.is_secondary() {
                self.violated(&format!("{s} is a secondary and may edit"));
            }
            if self.st[s].must_not_edit {
                self.violated(&format!(
                    "{s} may edit, though it is superseded or forked and nobody has decided"
                ));
            }
        }
        self.check_one_primary();
        self.check_synced(s);
    }

    /// Synced means equal, to the row. On a primary: the secondary holds all that the primary holds. On a secondary: it
    /// holds a point of the primary's history, to the row; what was committed since is still on its way.
    fn check_synced(&mut self, s: usize) {
        let now = self.clock(s);
        let Some(proc) = self.st[s].proc.as_ref() else {
            return;
        };
        let view = proc.state.view(now);
        if view.status != Status::Synced {
            return;
        }
        let recently = |t: Option<u64>| t.is_some_and(|t| self.now - t < 3_000);
        if recently(self.st[0].restored_at) || recently(self.st[1].restored_at) {
            return;
        }
        let mut held = self.st[s].disk.edits();
        if proc.committed == Some(Ok(())) {
            // Nobody was told of it yet.
            held.pop();
        }
        let mut within = self.st[1 - s].disk.edits();
        // What a restored backup takes out of the data is an edit like any other: the secondary may not have it yet.
        held.retain(|id| !self.forgiven.contains(id));
        within.retain(|id| !self.forgiven.contains(id));
        let within = &within[..within.len().min(held.len())];
        if within != held {
            let other = self.st[1 - s].disk.edits();
            self.violated(&format!(
                "{s} says Synced, but holds {held:?} where the other holds {other:?}"
            ));
        }
        let (own, other) = (&self.st[s].disk, &self.st[1 - s].disk);
        if own.position() != other.position() {
            return;
        }
        let follows = own.record().config.mode.is_secondary();
        // What became of the other one's sum while its process was away is learnt at the next contact.
        let known = !recently(self.st[1 - s].sum_off_at);
        if follows && known && own.head().sum != other.head().sum {
            self.violated(&format!("{s} says Synced, but the sums differ"));
        }
        let (own, other) = (&self.st[s].disk, &self.st[1 - s].disk);
        // What a full scan alone can find is looked for in the end.
        if own.is_damaged() || other.is_damaged() {
            return;
        }
        if own.rows() != other.rows() {
            self.violated(&format!("{s} says Synced, but the rows differ"));
        }
    }

    /// At one point of a history the rows are one: those that its primary had there. So a secondary's rows come from its
    /// primary alone. `made` is true where this station made the point.
    pub(super) fn witness(&mut self, s: usize, made: bool) {
        let disk = &self.st[s].disk;
        if disk.is_damaged() {
            self.tainted |= made;
            return;
        }
        let (position, rows) = (disk.position(), disk.rows());
        let point = (position.lineage, position.chain.0);
        match self.known.get(&point) {
            Some(known) if *known == rows => {}
            None if made || self.tainted => {
                self.known.insert(point, rows);
            }
            Some(_) => self.violated(&format!(
                "{s} does not hold the rows that entry {} leads to",
                position.seq
            )),
            None => self.violated(&format!(
                "{s} is at entry {} of a history that nobody made",
                position.seq
            )),
        }
    }

    /// What became durable about who leads holds until an operator decides, or this station follows.
    pub(super) fn note_record(&mut self, s: usize) {
        let record = self.st[s].disk.record();
        let stops = record.superseded.is_some() || record.forked.is_some();
        let follows = record.config.mode.is_secondary();
        let stopped = std::mem::replace(&mut self.st[s].is_stopped, stops);
        // A command that is under way decides.
        let decides = self.st[s]
            .proc
            .as_ref()
            .is_some_and(|proc| !proc.replies.is_empty());
        // A slow disk may write what an operator has answered meanwhile.
        // Where the other one follows by now, its operator has chosen.
        let other_leads = !self.st[1 - s].disk.record().config.mode.is_secondary();
        let is_news = other_leads && self.st[s].stopped_at_ms > self.decided_at_ms;
        self.st[s].must_not_edit |= stops && !stopped && !decides && is_news;
        self.st[s].must_not_edit &= !follows;
        // Its operator may have chosen before the other one noticed the fork.
        if follows && self.st[1 - s].disk.record().forked.is_some() {
            self.st[1 - s].must_not_edit = false;
        }
    }

    /// An epoch was opened here, after `before`.
    pub(super) fn check_epoch(&mut self, s: usize, before: Epoch) {
        let position = self.st[s].disk.position();
        let epoch = position.epoch;
        if !self.opened.insert((position.lineage, epoch)) {
            self.violated(&format!("{s} opens {epoch:?} a second time"));
        }
        if epoch.number <= before.number || epoch.opener != self.st[s].id {
            self.violated(&format!("{s} opens {epoch:?} after {before:?}"));
        }
    }

    /// A promotion, and what it must not do.
    pub(super) fn check_opening(&mut self, s: usize, why: Opening) {
        let Some(proc) = self.st[s].proc.as_ref() else {
            return;
        };
        if why == Opening::Failover {
            let offset = self.st[s]
                .disk
                .record()
                .former_mode
                .and_then(pair::Mode::offset)
                .unwrap_or_default();
            // Its own clock may run faster than the world's.
            let silent = self.by_clock(s, proc.silent) + 2;
            if u128::from(silent) < offset.as_millis() {
                self.violated(&format!(
                    "{s} promotes itself after {silent} ms of an offset of {offset:?}"
                ));
            }
        }
        if why == Opening::Switch {
            let other = 1 - s;
            let theirs = self.st[other].disk.edits();
            let holds = self.st[s].disk.edits().starts_with(&theirs);
            let on_its_own = self.st[other].decided_at < self.st[other].handing_at;
            if on_its_own && (!holds || self.writable(other).is_some()) {
                self.violated(&format!(
                    "{s} took the lead by a switch, but the other went on: {theirs:?}"
                ));
            }
        }
    }

    /// Rule 2: by the offset and a heartbeat an armed secondary is on its way to the lead, unless its process or its disk was
    /// held up meanwhile.
    pub(super) fn check_promoted(&mut self, s: usize) {
        let station = &self.st[s];
        let (Some(proc), Some(offset)) = (
            station.proc.as_ref(),
            station.disk.record().config.mode.offset(),
        ) else {
            return;
        };
        let silent = Duration::from_millis(self.by_clock(s, self.now - proc.heard));
        if self.third.on || silent <= offset + HEARTBEAT {
            return;
        }
        let held_up = [
            station.stalled_until,
            station.full_until,
            station.hangs_until,
        ];
        let writes = proc.ops.iter().any(|op| op.record().is_some());
        if !writes
            && held_up.iter().all(|until| *until < proc.heard)
            && proc.state.view(self.clock(s)).armed == Armed::Armed
        {
            self.violated(&format!(
                "{s} is armed and has not taken the lead after {silent:?} of an offset of {offset:?}"
            ));
        }
    }

    /// Frames of a lower epoch, and of anybody but the primary that is followed, get nowhere.
    pub(super) fn check_frame(&mut self, s: usize, stream: Stream) {
        if !self.st[s].disk.record().config.mode.is_secondary() {
            self.violated(&format!("{s} is no secondary and applies {stream:?}"));
        }
        let assigned = self.st[s].proc.as_ref().and_then(|proc| proc.assigned);
        if assigned != Some(stream) {
            self.violated(&format!(
                "{s} applies a frame of {stream:?}, which was fenced off"
            ));
        }
        let (own, other) = (self.st[s].disk.position(), self.st[1 - s].disk.position());
        if own.lineage == other.lineage && stream.epoch.number < own.epoch.number {
            self.violated(&format!(
                "{s} in {:?} applies a frame of {stream:?}",
                own.epoch
            ));
        }
    }

    /// A copy, or what differs, was refused: something must have befallen it.
    pub(super) fn check_refusal(&mut self, s: usize, stream: Stream, said: &str) {
        // Rows of the secondary that are not the primary's are what a comparison is for, unless they become so in the midst of it.
        let whose: &[usize] = if self.resyncs.must_succeed() {
            &[1 - s]
        } else {
            &[0, 1]
        };
        let damaged = whose.iter().any(|s| self.st[*s].disk.is_damaged());
        if !damaged && !self.tainted && !self.spoilt.contains(&stream) {
            self.violated(&format!("{s} refuses what nothing befell: {said}"));
        }
    }

    /// A copy was just put in place: its rows are what its sum says.
    pub(super) fn check_installed(&mut self, s: usize) {
        if !self.st[s].disk.verify() {
            self.violated(&format!("{s} puts a copy in place that is damaged"));
        }
    }

    /// An edit was just committed: this station must be the one that may.
    pub(super) fn check_commit(&mut self, s: usize) {
        let epoch = self.st[s].disk.epoch();
        let follows = self.st[s].disk.record().config.mode.is_secondary();
        if follows || epoch.opener != self.st[s].id || self.writable(s) != Some(epoch) {
            self.violated(&format!(
                "{s} commits an edit in {epoch:?}, which it may not"
            ));
        }
    }

    /// What the machine was told is durable is what the next process finds, or what was being written when the last one died.
    pub(super) fn check_record(&mut self, s: usize) {
        let station = &mut self.st[s];
        let found = station.disk.record().clone();
        let dying = station.dying_record.take();
        let was_told = std::mem::replace(&mut station.told_record, found.clone());
        if found != was_told && Some(&found) != dying.as_ref() {
            self.violated(&format!(
                "{s} does not find the record that was said to be durable"
            ));
        }
    }

    /// A planned switch loses nothing, nor does it leave anything behind: the other one has every edit of this station.
    pub(super) fn check_handed_over(&mut self, s: usize) {
        let theirs: BTreeSet<u64> = self.st[1 - s].disk.edits().into_iter().collect();
        let left = self.st[s].disk.edits().into_iter().find(|id| {
            !theirs.contains(id)
                && !self.st[1 - s].disk.put_aside(*id)
                && !self.forgiven.contains(id)
        });
        if let Some(id) = left {
            self.violated(&format!("{s} handed over without edit {id}"));
        }
    }

    /// An edit was just committed: not after the machine was told that none is under way.
    pub(super) fn check_quiesced(&mut self, s: usize) {
        if self.st[s].proc.as_ref().is_some_and(|proc| proc.quiesced) {
            self.violated(&format!(
                "{s} commits an edit after it said that none is under way"
            ));
        }
    }

    /// Every edit that a station's operators were told is safe is in its data, in its orphans or in its backups.
    pub(super) fn check_kept(&mut self, s: usize) {
        let station = &self.st[s];
        let data: BTreeSet<u64> = station.disk.edits().into_iter().collect();
        let lost = station.acked.iter().find(|id| {
            !data.contains(id) && !station.disk.put_aside(**id) && !self.forgiven.contains(id)
        });
        if let Some(id) = lost.copied() {
            self.violated(&format!("edit {id} of station {s} is lost"));
        }
    }
}
