//! The operator who follows the cures that the stations show.

use pair::event::Command;
use pair::message::Standing;
use pair::{Mode, Reason, Status};

use super::disk::Disk;
use super::station::Op;
use super::world::{Ev, World};

impl<D: Disk> World<D> {
    /// Everything works again; operators follow what the stations tell them, and in the end the pair is in step.
    pub(super) fn heal_and_settle(&mut self) {
        self.chaotic = false;
        self.resyncs.end();
        self.up = [true; 2];
        self.witness_heals();
        for s in 0..2 {
            self.st[s].full_until = 0;
            self.st[s].hangs_until = 0;
            self.st[s].stalled_until = self.st[s].stalled_until.min(self.now);
            self.wake(s);
            if let Some(proc) = self.st[s].proc.as_ref() {
                let boot = proc.boot;
                self.at(15, Ev::OpDone { s, boot });
            }
            if self.st[s].proc.is_none() {
                self.boot(s);
            }
        }
        (0..2).for_each(|s| self.check_data(s));
        for round in 0..60 {
            let until = self.now + 1_500;
            self.run(until);
            if self.in_step() {
                break;
            }
            if round % 2 == 1 {
                let s = self.rng.below(2);
                if round % 4 == 1 || !(self.cure_damage(s) || self.cure_damage(1 - s)) {
                    self.follow_cure(s);
                }
            }
        }
        let until = self.now + 6_000;
        self.run(until);
        if !self.in_step() {
            let seen = [0, 1].map(|s| {
                self.st[s].proc.as_ref().map(|p| {
                    let view = p.state.view(self.clock(s));
                    (
                        view.mode,
                        view.status,
                        view.reason,
                        p.state.edits(self.clock(s)),
                    )
                })
            });
            let trace: Vec<String> = self.trace.iter().cloned().collect();
            panic!(
                "VIOLATED: the pair does not come into step: {seen:?}\n{}",
                trace.join("\n")
            );
        }
        for s in 0..2 {
            self.check_kept(s);
            let open = self.st[s]
                .proc
                .as_ref()
                .map(|proc| proc.replies.clone())
                .unwrap_or_default();
            assert!(
                open.is_empty(),
                "VIOLATED: commands {open:?} of station {s} were never answered"
            );
        }
    }

    /// The operator has the data checked, so that damage is known before the pair is called in step.
    fn check_data(&mut self, s: usize) {
        if let Some(proc) = self.st[s].proc.as_mut() {
            let token = proc.state.operator_checks();
            self.queue(s, Op::Verify { token });
        }
    }

    fn in_step(&self) -> bool {
        let synced = |s: usize| {
            self.st[s]
                .proc
                .as_ref()
                .is_some_and(|p| p.state.view(self.clock(s)).status == Status::Synced)
        };
        let equal = self.st[0].disk.position() == self.st[1].disk.position()
            && self.st[0].disk.rows() == self.st[1].disk.rows();
        let writable = [0, 1].iter().filter(|s| self.writable_now(**s)).count();
        synced(0) && synced(1) && equal && writable == 1
    }

    fn follow_cure(&mut self, s: usize) {
        let now = self.clock(s);
        let Some(view) = self.st[s].proc.as_ref().map(|proc| proc.state.view(now)) else {
            return;
        };
        let other = self.st[1 - s].proc.as_ref().map(|proc| proc.state.mode());
        // Whoever knows that one station is damaged decides for the other one.
        let damaged = [s, 1 - s].map(|s| self.st[s].disk.is_damaged());
        let (here_alone, there_alone) = (damaged == [true, false], damaged == [false, true]);
        let command = match view.reason {
            Reason::Superseded | Reason::Forked if there_alone => {
                Command::MakePrimary { force: true }
            }
            Reason::Superseded | Reason::Forked if here_alone => Command::BecomeSecondary,
            Reason::Superseded | Reason::Forked
                if self.rng.chance(70)
                    && !view
                        .peer
                        .as_ref()
                        .is_some_and(|peer| peer.mode.is_secondary()) =>
            {
                Command::BecomeSecondary
            }
            Reason::Superseded | Reason::Forked | Reason::BothSecondary | Reason::Waiting => {
                Command::MakePrimary { force: false }
            }
            Reason::BothPrimary if there_alone => {
                return self.configure_to(1 - s, Mode::SecondaryCopy);
            }
            Reason::BothPrimary => return self.configure_to(s, Mode::SecondaryCopy),
            Reason::NoRedundancy if other.is_some_and(Mode::is_secondary) => {
                return self.configure_to(s, Mode::Primary);
            }
            Reason::NoRedundancy => return self.configure_to(s, Mode::SecondaryCopy),
            Reason::NoWholeCopy => return self.restore_on_the_primary(s),
            Reason::PrimaryDamaged if damaged == [true; 2] => {
                return self.restore_on_the_primary(s);
            }
            Reason::HandoverOpen => Command::MakePrimary { force: true },
            // See `cure_damage`; or a bit flipped on its way, which looks the same, and the primary's own check tells it apart.
            Reason::PrimaryDamaged => return,
            _ if view.status == Status::NotSynced => Command::ResyncNow,
            _ => {
                let peer_stands = view.peer.map(|peer| peer.standing);
                if peer_stands == Some(Standing::Superseded) && view.mode.is_secondary() {
                    Command::MakePrimary { force: true }
                } else {
                    return;
                }
            }
        };
        self.command(s, command);
    }

    fn restore_on_the_primary(&mut self, s: usize) {
        let leads = self.st[s].disk.record().config.mode == Mode::Primary;
        self.restore(if leads { s } else { 1 - s });
    }

    /// A full scan shows a damaged station: it follows the other one and takes everything anew, unless that is damaged, too.
    fn cure_damage(&mut self, s: usize) -> bool {
        let damaged = [s, 1 - s].map(|s| self.st[s].disk.is_damaged());
        // Without redundancy it follows nobody yet.
        let alone = self.st[s].disk.record().config.mode == Mode::None;
        if damaged != [true, false] || alone || self.st[s].proc.is_none() {
            return false;
        }
        if self.st[s].disk.record().config.mode.is_secondary() {
            self.command(s, Command::ResyncNow);
        } else {
            self.command(1 - s, Command::MakePrimary { force: true });
        }
        true
    }
}
