//! What befalls a model.

use super::super::disk::{Damage, Disk as _, Hazards};
use super::super::rng::Rng;
use super::Model;

impl Hazards for Model {
    fn damage(&mut self, what: Damage, rng: &mut Rng) -> bool {
        match what {
            Damage::Row | Damage::RowGone | Damage::RowTooMany => {
                self.rotten_at = Some(self.seq());
                self.ids().next().is_some()
            }
            Damage::Sum => {
                self.damage = 1 + u128::from(rng.next());
                true
            }
            Damage::Journal => {
                let Some(last) = self.entries.len().checked_sub(1) else {
                    return false;
                };
                let at = rng.below(last + 1);
                self.entries[at].intact = false;
                true
            }
        }
    }

    fn cut_journal(&mut self, keep: usize) {
        while self.entries.len() > keep {
            let entry = self.entries.remove(0);
            self.base.push(entry.id);
            self.base_seq = entry.seq;
            self.base_chain = entry.chain;
        }
    }

    /// The last entries are gone from the data (and kept, as the operator's files are). Where the data are damaged, their
    /// history is left.
    fn restore(&mut self, rng: &mut Rng) -> Option<(Vec<u64>, bool)> {
        if self.is_damaged() {
            (self.rotten_at, self.damage) = (None, 0);
            self.leave(u128::from(rng.next()));
            return Some((Vec::new(), true));
        }
        let keep = self.entries.len().saturating_sub(rng.below(4));
        let gone: Vec<u64> = self.entries.drain(keep..).map(|entry| entry.id).collect();
        let seq = self.seq();
        let first = self.epochs[0];
        self.epochs.retain(|s| s.after_seq <= seq || *s == first);
        self.backups.extend(&gone);
        Some((Vec::new(), true))
    }

    fn crash(&mut self, _rng: &mut Rng) {
        (self.begun, self.copied) = (None, 0);
    }

    fn stop(&mut self) {
        self.copied = 0;
    }

    fn told(&mut self) {}

    fn reopen(&mut self) {}
}
