//! What befalls a pair: faults of machines, disks and networks, and operators who do anything.

use pair::Mode;
use pair::action::Edits;
use pair::config::Config;
use pair::event::{Command, Event};

use super::disk::{Damage, Disk};
use super::world::{Ev, Pace, World, peer_of};

impl<D: Disk> World<D> {
    pub(super) fn chaos(&mut self) {
        if !self.chaotic {
            return;
        }
        let Pace { pause_ms, .. } = D::PACE;
        let wait = self.rng.range(pause_ms.0, pause_ms.1);
        self.at(wait, Ev::Chaos);
        self.trouble_witness();
        let s = self.rng.below(2);
        // A pair with a witness is left to its trouble more often.
        let calm = self.third.on && self.rng.chance(60);
        let kinds = match calm {
            _ if self.now < self.calm_until => 43,
            true => 48,
            false => 100,
        };
        match self.rng.below(kinds) {
            0..40 => {
                let s = if self.writable_now(s) { s } else { 1 - s };
                for _ in 0..=self.rng.below(3) {
                    self.edit(s);
                }
            }
            40..43 => self.edit(s),
            43..48 => self.switch_at_work(s),
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
            85 => self.cut_journal(s),
            86 => self.damage(s, Damage::Journal),
            87..90 => self.damage(s, Damage::Row),
            90 => self.restore(s),
            91 => self.set_clock(s),
            _ => self.some_command(s),
        }
    }

    pub(super) fn writable_now(&self, s: usize) -> bool {
        self.st[s]
            .proc
            .as_ref()
            .is_some_and(|proc| matches!(proc.gate, Edits::Allowed { .. }))
    }

    pub(super) fn cut_network(&mut self) {
        self.up = match self.rng.below(3) {
            0 => [false, false],
            1 => [false, true],
            _ => [true, false],
        };
        let long = self.rng.range(100, self.longest());
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
        if self.rng.chance(8) {
            self.damage(s, Damage::Sum);
        }
        let wait = if self.rng.chance(30) {
            self.rng.range(50, 500)
        } else {
            self.rng.range(500, 9_000)
        };
        self.at(wait, Ev::Restart { s });
    }

    /// How long a trouble may last: long enough for an offset to run out.
    fn longest(&self) -> u64 {
        if self.third.on { 18_000 } else { 9_000 }
    }

    fn stall(&mut self, s: usize) {
        let long = self.rng.range(200, self.longest());
        if self.rng.chance(50) {
            // In the midst of an edit.
            self.edit(s);
        }
        self.st[s].stalled_until = self.now + long;
        self.note(|| format!("{s} is stopped for {long} ms"));
        self.at(long, Ev::Wake { s });
    }

    /// A bit flips on a disk. Rows are damaged on a secondary only, and seldom where the other station's are not whole.
    pub(super) fn damage(&mut self, s: usize, what: Damage) {
        let idle = self.st[s].proc.as_ref().is_none_or(|proc| !proc.op_runs);
        let heals = self.st[s].disk.record().config.mode.is_secondary()
            && (!self.st[1 - s].disk.is_damaged() || self.rng.chance(20));
        if idle && (heals || what == Damage::Journal) && self.st[s].disk.damage(what, &mut self.rng)
        {
            self.note(|| format!("{s}: {what:?} is damaged"));
            if what == Damage::Sum {
                self.st[s].sum_off_at = Some(self.now);
            }
            self.count("damage");
        }
    }

    fn cut_journal(&mut self, s: usize) {
        if self.st[s].proc.as_ref().is_some_and(|proc| !proc.op_runs) {
            self.note(|| format!("{s}: the journal is cut"));
            self.st[s].disk.cut_journal(3);
        }
    }

    /// The wall clock jumps, as much as a day.
    fn set_clock(&mut self, s: usize) {
        let day_ms = 86_400_000;
        self.st[s].wall_off_ms = self.rng.range(0, 2 * day_ms) as i64 - day_ms as i64;
    }

    pub(super) fn restore(&mut self, s: usize) {
        let may = self.now >= self.st[s].stalled_until
            && self.st[s]
                .proc
                .as_ref()
                .is_some_and(|p| p.state.may_restore().is_ok() && !p.op_runs);
        if !may || self.st[s].disk.record().config.mode != Mode::Primary {
            return;
        }
        let Some((gone, rewritten)) = self.st[s].disk.restore(&mut self.rng) else {
            return;
        };
        self.note(|| format!("{s}: a backup is restored"));
        self.count("restore");
        self.forgiven.extend(gone);
        if rewritten {
            self.st[s].restored_at = Some(self.now);
        }
        self.witness(s, true);
        let own = self.st[s].disk.own();
        self.feed(s, Event::Restored { own });
    }

    /// The lead changes hands while operators are at work: from either end, on whichever station leads.
    fn switch_at_work(&mut self, s: usize) {
        let leads = if self.writable_now(s) { s } else { 1 - s };
        for _ in 0..=self.rng.below(2) {
            self.edit(leads);
        }
        if self.rng.chance(70) {
            self.command(leads, Command::HandOver);
        } else {
            self.command(1 - leads, Command::MakePrimary { force: false });
        }
    }

    /// A station takes what differs anew while operators are at work, and most often comes to the end of it.
    pub(super) fn resync_at_work(&mut self, s: usize) {
        self.command(s, Command::ResyncNow);
        let soon = self.rng.range(20, 900);
        match self.rng.below(6) {
            0 => {
                let s = self.rng.below(2);
                self.at(soon, Ev::Kill { s });
            }
            1 => self.at(soon, Ev::Reset),
            _ => self.calm_until = self.now + 1_500,
        }
    }

    fn some_command(&mut self, s: usize) {
        let force = self.rng.chance(if self.third.on { 8 } else { 30 });
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
                        offset_s: self.rng.range(2, 5) as u32 + if self.third.on { 4 } else { 0 },
                    },
                };
                self.configure_to(s, mode);
                return;
            }
        };
        self.command(s, command);
    }

    pub(super) fn configure_to(&mut self, s: usize, mode: Mode) {
        let config = Config {
            mode,
            peer: peer_of(s),
            auto_rejoin: self.rng.chance(30),
            witness: self.third.set(),
        };
        self.command(
            s,
            Command::Configure {
                config,
                confirm_replace: true,
            },
        );
    }
}
