//! Schedules in which nothing befalls a pair but this: rows of the secondary are not the primary's, and Resync now is to find all of them
//! and move them alone. In some of the comparisons one more row rots after it was compared.

use pair::Status;
use pair::event::Command;

use super::disk::{Damage, Disk};
use super::world::{Ev, World};

/// One schedule in so many, and which.
const EVERY: u64 = 16;
const AT: u64 = 6;
/// Rows that differ, at most.
const ROWS_MAX: usize = 8;
/// Rows that one edit changes, at most (`real::rows::edit`).
const ROWS_OF_AN_EDIT_MAX: u64 = 4;

#[derive(Debug, Default)]
pub(super) struct Resyncs {
    /// Whether this schedule is one of them.
    on: bool,
    /// The resync that is under way.
    under_way: Option<UnderWay>,
}

#[derive(Debug, Clone, Copy)]
struct UnderWay {
    /// Rows that differ.
    rows: usize,
    /// The entry at which they do.
    at_seq: u64,
    /// One more is to rot.
    rots: bool,
    /// It has.
    rotten: bool,
}

impl Resyncs {
    /// Only where rows are compared question by question is there anything to find.
    pub(super) fn new<D: Disk>(seed: u64) -> Self {
        Self {
            on: D::ASKS && seed % EVERY == AT,
            under_way: None,
        }
    }

    pub(super) const fn on(&self) -> bool {
        self.on
    }

    /// Nothing is done to the pair any more.
    pub(super) fn end(&mut self) {
        *self = Self::default();
    }

    /// Whether a comparison is under way that must find what differs, whatever it is.
    pub(super) fn must_succeed(&self) -> bool {
        self.under_way.is_some_and(|it| !it.rotten)
    }
}

impl<D: Disk> World<D> {
    /// Operators edit, and where the pair is in step, rows are made to differ and one of the operators has that mended.
    pub(super) fn next_resync(&mut self) {
        if !self.resyncs.on {
            return;
        }
        let soon = self.rng.range(200, 900);
        self.at(soon, Ev::NextResync);
        let leads = usize::from(!self.writable_now(0));
        for _ in 0..self.rng.below(10) {
            self.edit(leads);
        }
        let follows = 1 - leads;
        let idle = self.st[follows]
            .proc
            .as_ref()
            .is_some_and(|proc| proc.ops.is_empty());
        // A station without data takes everything anyway.
        let empty = self.st[follows].disk.edits().is_empty();
        if self.resyncs.under_way.is_some() || empty || !idle || !self.both_synced() {
            return;
        }
        let mut rows = 0;
        for _ in 0..self.rng.below(ROWS_MAX + 1) {
            let what = [Damage::Row, Damage::RowGone, Damage::RowTooMany][self.rng.below(3)];
            rows += usize::from(self.st[follows].disk.damage(what, &mut self.rng));
        }
        self.note(|| format!("{follows}: {rows} rows are not the primary's"));
        self.count("resync alone");
        self.resyncs.under_way = Some(UnderWay {
            rows,
            at_seq: self.st[follows].disk.position().seq,
            rots: self.rng.chance(30),
            rotten: false,
        });
        let asked_at = if self.rng.chance(50) { follows } else { leads };
        self.command(asked_at, Command::ResyncNow);
    }

    fn both_synced(&self) -> bool {
        [0, 1].iter().all(|&s| {
            let proc = self.st[s].proc.as_ref();
            proc.is_some_and(|proc| proc.state.view(self.clock(s)).status == Status::Synced)
        })
    }

    /// An answer was taken in: the moment for a row to rot that was found equal.
    pub(super) fn compared_on(&mut self, s: usize) {
        let due = self
            .resyncs
            .under_way
            .as_mut()
            .filter(|it| it.rots && !it.rotten);
        let Some(under_way) = due else { return };
        if self.st[s].disk.damage(Damage::Row, &mut self.rng) {
            under_way.rotten = true;
            self.note(|| format!("{s}: a row rots that was compared"));
        }
    }

    /// A resync has ended well: it moved what differs, and no more of the rest than lies beside it.
    pub(super) fn check_resynced(&mut self, s: usize, moved: u64, removed: u64) {
        let Some(begun) = self.resyncs.under_way.take() else {
            return;
        };
        let UnderWay { rows, rotten, .. } = begun;
        // What was edited until the primary pinned its data differs, too.
        let entries = self.st[s].disk.position().seq - begun.at_seq;
        let most = 2 * (rows as u64 + u64::from(rotten) + ROWS_OF_AN_EDIT_MAX * entries);
        if moved > most || removed > most {
            self.violated(&format!(
                "{s} had {moved} rows sent and {removed} taken out where {rows} differed, and {entries} entries were new"
            ));
        }
    }

    /// A whole copy was put in place.
    pub(super) fn check_copied(&mut self, s: usize) {
        if self.resyncs.must_succeed() {
            self.violated(&format!("{s} has everything sent where few rows differ"));
        }
        self.resyncs.under_way = None;
    }
}
