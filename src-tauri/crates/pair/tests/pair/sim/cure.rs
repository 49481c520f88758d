//! Chaos, and the operator who follows the cures that the stations show.

use pair::action::Edits;
use pair::config::Config;
use pair::event::{Command, Event};
use pair::message::Standing;
use pair::{Mode, Reason, Status};

use super::world::{Ev, Op, World, peer_of};

impl World {
    pub(super) fn chaos(&mut self) {
        if !self.chaotic {
            return;
        }
        let wait = self.rng.range(5, 700);
        self.at(wait, Ev::Chaos);
        let s = self.rng.below(2);
        match self.rng.below(100) {
            0..45 => {
                let s = if self.writable_now(s) { s } else { 1 - s };
                self.edit(s);
            }
            45..48 => self.edit(s),
            48..57 => self.cut_network(),
            57..66 => self.kill(s),
            66..68 => {
                let announced = self.rng.chance(50);
                self.kill_with(0, announced);
                self.kill_with(1, announced);
            }
            68..70 => self.feed(s, Event::Stop),
            70..75 => self.stall(s),
            75..80 => self.reset_links(),
            80..83 => self.st[s].full_until = self.now + self.rng.range(100, 4_000),
            83..85 => self.st[s].hangs_until = self.now + self.rng.range(100, 3_000),
            85..87 => self.st[s].disk.cut_journal(3),
            87 => self.damage(s),
            88 => self.restore(s),
            _ => self.some_command(s),
        }
    }

    fn writable_now(&self, s: usize) -> bool {
        self.st[s]
            .proc
            .as_ref()
            .is_some_and(|proc| matches!(proc.gate, Edits::Allowed { .. }))
    }

    fn cut_network(&mut self) {
        self.up = match self.rng.below(3) {
            0 => [false, false],
            1 => [false, true],
            _ => [true, false],
        };
        let long = self.rng.range(100, 9_000);
        let up = self.up;
        self.note(|| format!("network {up:?} for {long} ms"));
        self.at(long, Ev::Heal);
    }

    pub(super) fn kill(&mut self, s: usize) {
        let announced = self.rng.chance(60);
        self.kill_with(s, announced);
    }

    fn kill_with(&mut self, s: usize, announced: bool) {
        self.crash(s, announced);
        let wait = if self.rng.chance(30) {
            self.rng.range(50, 500)
        } else {
            self.rng.range(500, 9_000)
        };
        self.at(wait, Ev::Restart { s });
    }

    fn stall(&mut self, s: usize) {
        let long = self.rng.range(200, 9_000);
        self.st[s].stalled_until = self.now + long;
        self.note(|| format!("{s} is stopped for {long} ms"));
        self.at(long, Ev::Wake { s });
    }

    fn damage(&mut self, s: usize) {
        if self.st[s].disk.record.config.mode.is_secondary() {
            self.note(|| format!("{s}: a row is damaged"));
            let disk = &mut self.st[s].disk;
            disk.damage = 1 + u128::from(self.rng.next());
            disk.damaged_at = Some(disk.seq());
        }
    }

    fn restore(&mut self, s: usize) {
        let may = self.now >= self.st[s].stalled_until
            && self.st[s]
                .proc
                .as_ref()
                .is_some_and(|p| p.state.may_restore().is_ok() && !p.op_runs);
        if may && self.st[s].disk.record.config.mode == Mode::Primary {
            self.note(|| format!("{s}: a backup is restored"));
            self.count("restore");
            let drop = self.rng.below(4);
            self.st[s].disk.restore(drop);
            self.st[s].restored_at = Some(self.now);
            let own = self.st[s].disk.own();
            self.feed(s, Event::Restored { own });
        }
    }

    /// A primary whose rows are damaged, as are those of the secondary that copied them: a backup from before.
    fn restore_whole(&mut self, s: usize) {
        let may = self.st[s]
            .proc
            .as_ref()
            .is_some_and(|p| p.state.may_restore().is_ok() && !p.op_runs);
        if may {
            self.note(|| format!("{s}: a backup from before the damage is restored"));
            self.st[s].disk.damage = 0;
            self.st[s].disk.damaged_at = None;
            self.st[s].disk.restore(0);
            self.st[s].restored_at = Some(self.now);
            let own = self.st[s].disk.own();
            self.feed(s, Event::Restored { own });
        }
    }

    fn some_command(&mut self, s: usize) {
        let force = self.rng.chance(30);
        let command = match self.rng.below(14) {
            0..5 => Command::MakePrimary { force },
            5..8 => {
                self.edit(s);
                Command::HandOver
            }
            8..10 => Command::BecomeSecondary,
            10 => Command::ResyncNow,
            11 => Command::HoldFailover,
            12 => Command::ResyncNow,
            _ => {
                let mode = match self.rng.below(4) {
                    0 => Mode::None,
                    1 => Mode::Primary,
                    2 => Mode::SecondaryCopy,
                    _ => Mode::SecondaryFailover {
                        offset_s: self.rng.range(2, 5) as u32,
                    },
                };
                self.configure_to(s, mode);
                return;
            }
        };
        self.command(s, command);
    }

    fn configure_to(&mut self, s: usize, mode: Mode) {
        let config = Config {
            mode,
            peer: peer_of(s),
            auto_rejoin: self.rng.chance(30),
        };
        self.command(
            s,
            Command::Configure {
                config,
                confirm_replace: true,
            },
        );
    }

    /// Everything works again; operators follow what the stations tell them, and in the end the pair is in step.
    pub(super) fn heal_and_settle(&mut self) {
        self.chaotic = false;
        self.up = [true; 2];
        for s in 0..2 {
            self.st[s].full_until = 0;
            self.st[s].hangs_until = 0;
            self.st[s].stalled_until = self.st[s].stalled_until.min(self.now);
            self.wake(s);
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
                self.follow_cure(s);
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
            && self.st[0].disk.ids().eq(self.st[1].disk.ids());
        let writable = [0, 1].iter().filter(|s| self.writable_now(**s)).count();
        synced(0) && synced(1) && equal && writable == 1
    }

    fn follow_cure(&mut self, s: usize) {
        let now = self.clock(s);
        let Some(view) = self.st[s].proc.as_ref().map(|proc| proc.state.view(now)) else {
            return;
        };
        let other = self.st[1 - s].proc.as_ref().map(|proc| proc.state.mode());
        let command = match view.reason {
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
            Reason::BothPrimary => return self.configure_to(s, Mode::SecondaryCopy),
            Reason::NoRedundancy if other.is_some_and(Mode::is_secondary) => {
                return self.configure_to(s, Mode::Primary);
            }
            Reason::NoRedundancy => return self.configure_to(s, Mode::SecondaryCopy),
            Reason::HandoverOpen => Command::MakePrimary { force: true },
            Reason::PrimaryDamaged if !view.mode.is_secondary() => return self.restore_whole(s),
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
}
