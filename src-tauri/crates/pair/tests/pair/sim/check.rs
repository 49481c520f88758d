//! What must hold after every step (DESIGN.md 7).

use pair::Status;
use pair::action::Edits;
use pair::message::Stream;
use pair::view::Opening;

use super::world::World;

impl World {
    fn violated(&mut self, what: &str) -> ! {
        let trace: Vec<String> = self.trace.iter().cloned().collect();
        panic!("VIOLATED at {} ms: {what}\n{}", self.now, trace.join("\n"));
    }

    fn writable(&self, s: usize) -> Option<domain::history::Epoch> {
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
            if self.st[s].disk.record.config.mode.is_secondary() {
                self.violated(&format!("{s} is a secondary and may edit"));
            }
        }
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
        let leads = !self.st[s].disk.record.config.mode.is_secondary();
        let (less, more) = (s, 1 - s);
        let held: Vec<u64> = self.st[less].disk.ids().collect();
        let within = self.st[more]
            .disk
            .ids()
            .take(held.len())
            .eq(held.iter().copied());
        if !within {
            let other: Vec<u64> = self.st[more].disk.ids().collect();
            self.violated(&format!(
                "{s} says Synced, but holds {held:?} where the other holds {other:?}"
            ));
        }
        // Damage is found by the sum of the next entry.
        let (own, other) = (&self.st[s].disk, &self.st[1 - s].disk);
        let differs = own.position() == other.position() && own.sum() != other.sum();
        if !leads && differs && own.damaged_at.is_some_and(|at| own.seq() > at) {
            self.violated(&format!(
                "{s} says Synced, but its rows were damaged before its last entry"
            ));
        }
    }

    pub(super) fn check_epoch(&mut self, s: usize, number: u64) {
        let epoch = domain::history::Epoch {
            number,
            opener: self.st[s].id,
        };
        let lineage = self.st[s].disk.lineage;
        if !self.opened.insert((lineage, epoch)) {
            self.violated(&format!("{s} opens {epoch:?} a second time"));
        }
        if number <= self.st[s].disk.epoch().number {
            self.violated(&format!(
                "{s} opens {epoch:?} after {:?}",
                self.st[s].disk.epoch()
            ));
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
                .record
                .former_mode
                .and_then(pair::Mode::offset)
                .unwrap_or_default();
            let silent = proc.silent;
            if u128::from(silent) < offset.as_millis() {
                self.violated(&format!(
                    "{s} promotes itself after {silent} ms of an offset of {offset:?}"
                ));
            }
        }
        if why == Opening::Switch {
            let other = 1 - s;
            let theirs: Vec<u64> = self.st[other].disk.ids().collect();
            let holds = self.st[s]
                .disk
                .ids()
                .take(theirs.len())
                .eq(theirs.iter().copied());
            let on_its_own = self.st[other].decided_at < self.st[other].handing_at;
            if on_its_own && (!holds || self.writable(other).is_some()) {
                self.violated(&format!(
                    "{s} took the lead by a switch, but the other went on: {theirs:?}"
                ));
            }
        }
    }

    /// Frames of a lower epoch, and of anybody but the primary that is followed, get nowhere.
    pub(super) fn check_frame(&mut self, s: usize, stream: Stream) {
        if !self.st[s].disk.record.config.mode.is_secondary() {
            self.violated(&format!("{s} is no secondary and applies {stream:?}"));
        }
        let own = &self.st[s].disk;
        let adopted = stream.epoch.number >= own.epoch().number;
        if own.lineage == self.st[1 - s].disk.lineage && !adopted {
            self.violated(&format!(
                "{s} in {:?} applies a frame of {stream:?}",
                own.epoch()
            ));
        }
    }

    pub(super) fn check_commit(&mut self, s: usize, gate: Edits) {
        let epoch = self.st[s].disk.epoch();
        if self.st[s].disk.record.config.mode.is_secondary() || epoch.opener != self.st[s].id {
            self.violated(&format!("{s} commits an edit in {epoch:?} with {gate:?}"));
        }
    }

    /// Every edit that a station's operators were told is safe is in its data, in its orphans or in its backups.
    pub(super) fn check_kept(&mut self, s: usize) {
        let station = &self.st[s];
        let data: std::collections::BTreeSet<u64> = station.disk.ids().collect();
        let lost = station.acked.iter().find(|id| {
            !data.contains(id)
                && !station.disk.orphans.contains(id)
                && !station.disk.backups.contains(id)
        });
        if let Some(id) = lost.copied() {
            self.violated(&format!("edit {id} of station {s} is lost"));
        }
    }
}
