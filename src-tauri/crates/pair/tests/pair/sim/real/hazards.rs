//! What befalls the real store: damage, and the life of the process that has it open.

use std::collections::BTreeSet;

use store::{EditPermit, Retention};

use super::super::disk::{Damage, Disk as _, Hazards};
use super::super::faults::Fault;
use super::super::rng::Rng;
use super::files::block_on;
use super::{Real, rows};

impl Hazards for Real {
    fn damage(&mut self, what: Damage, rng: &mut Rng) -> bool {
        if what == Damage::Journal
            || (what == Damage::Sum) != self.store.is_none()
            || self.edit.is_some()
        {
            return false;
        }
        let hit = block_on(rows::damage(&self.files.database(), what, rng));
        match what {
            Damage::Row | Damage::RowGone | Damage::RowTooMany => self.rotten |= hit,
            Damage::Sum => self.sum_is_off |= hit,
            Damage::Journal => {}
        }
        if self.store.is_some() {
            self.look();
            self.told();
        }
        hit
    }

    fn cut_journal(&mut self, keep: usize) {
        let retention = Retention {
            entries_min: keep as u64,
            unacknowledged_bytes_max: 0,
        };
        let pruned = block_on(self.store().prune(retention, Some(0)));
        // A full disk prunes nothing.
        let _ = self.done(pruned);
        self.told();
    }

    /// The first time a backup is made, then it is there to be restored.
    fn restore(&mut self, rng: &mut Rng) -> Option<(Vec<u64>, bool)> {
        self.set_full(false);
        let before = self.edits();
        let store = self.store();
        let epoch = store.head().position.epoch;
        store.set_permit(EditPermit::Allowed { epoch, until: None });
        let restored = block_on(async {
            let backups = store.backups().await?;
            let pick = (!backups.is_empty()).then(|| rng.below(backups.len()));
            store.create_backup("by hand").await?;
            match pick {
                Some(pick) => store
                    .restore_backup("sim", &backups[pick].id)
                    .await
                    .map(Some),
                None => Ok(None),
            }
        });
        let restored = self.done(restored);
        self.told();
        restored.ok().flatten()?;
        (self.rotten, self.sum_is_off) = (false, false);
        let now: BTreeSet<u64> = self.edits().into_iter().collect();
        Some((
            before.into_iter().filter(|id| !now.contains(id)).collect(),
            false,
        ))
    }

    fn crash(&mut self, rng: &mut Rng) {
        let Some(store) = self.store.take() else {
            return;
        };
        self.files.copy_what_a_crash_leaves(self.told, rng);
        self.import = None;
        let edit = self.edit.take();
        block_on(async {
            if let Some(edit) = edit {
                // What becomes of the abandoned copy is nobody's concern.
                let _ = edit.rollback().await;
            }
            let _ = store.close().await;
        });
        drop(store);
        self.files.turn_to_what_was_left();
    }

    fn stop(&mut self) {
        let Some(store) = self.store.take() else {
            return;
        };
        store.set_fault(store::faults::Fault::DiskFull, false);
        self.import = None;
        let edit = self.edit.take();
        block_on(async {
            if let Some(edit) = edit {
                edit.rollback().await.expect("an edit can be given up");
            }
            store.close().await.expect("a store can be closed");
        });
    }

    fn told(&mut self) {
        if self.fault != Some(Fault::DiskLies) {
            self.told = self.files.mark();
        }
        self.told_record.clone_from(&self.record);
        self.told_damage = self.is_damaged();
    }

    fn reopen(&mut self) {
        if self.store.is_none() {
            self.open();
        }
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        let (store, edit) = (self.store.take(), self.edit.take());
        self.import = None;
        // A run that failed may have left anything; the files go in any case.
        block_on(async {
            if let Some(edit) = edit {
                let _ = edit.rollback().await;
            }
            if let Some(store) = store {
                let _ = store.close().await;
            }
        });
    }
}

/// A bit flips.
pub(super) fn flip(bytes: &mut [u8], rng: &mut Rng) {
    let at = rng.below(bytes.len());
    bytes[at] ^= 1 << rng.below(8);
}
