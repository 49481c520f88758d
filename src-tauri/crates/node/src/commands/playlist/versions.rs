//! The versions of days that were given out last, so that a client that has one need be told only what is other since.

use std::collections::{HashMap, HashSet, VecDeque};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use domain::ids::ItemId;
use domain::kept::in_order;
use domain::rundown::Item;
use uuid::Uuid;

use super::timed::Timed;
use crate::api::{PlacedItem, PlaylistChanges, PlaylistHead, ShiftedItems};

/// Versions that are kept, of all days together; the oldest goes first. A client asks after every entry, so the last but one
/// is what it has.
const KEPT_MAX: usize = 6;

/// The versions that are kept. Cheap to clone; all clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Versions(Arc<Mutex<Kept>>);

struct Kept {
    /// Tells the versions of this run of the station from those of another.
    run: Uuid,
    next: u64,
    /// The newest last.
    days: VecDeque<(u64, Arc<Timed>)>,
}

impl Default for Kept {
    fn default() -> Self {
        Kept {
            run: Uuid::now_v7(),
            next: 1,
            days: VecDeque::new(),
        }
    }
}

impl Versions {
    /// The day that was timed last with this rundown, so that it need not be timed again.
    pub(super) fn known(&self, same: impl Fn(&Timed) -> bool) -> Option<Arc<Timed>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut newest_first = kept.days.iter().rev();
        let found = newest_first.find(|(_, timed)| same(timed));
        found.map(|(_, timed)| Arc::clone(timed))
    }

    /// The name of a version, which is kept for when it is asked about.
    pub(super) fn name(&self, timed: &Arc<Timed>) -> String {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept
            .days
            .iter()
            .find(|(_, kept)| Arc::ptr_eq(kept, timed))
            .map(|(number, _)| *number);
        let number = known.unwrap_or_else(|| {
            let number = kept.next;
            kept.next += 1;
            if kept.days.len() == KEPT_MAX {
                kept.days.pop_front();
            }
            kept.days.push_back((number, Arc::clone(timed)));
            number
        });
        format!("{}-{number}", kept.run.simple())
    }

    /// The version of this name, if it is still kept.
    pub(super) fn get(&self, name: &str) -> Option<Arc<Timed>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number: u64 = name
            .strip_prefix(&format!("{}-", kept.run.simple()))?
            .parse()
            .ok()?;
        let found = kept.days.iter().find(|(kept, _)| *kept == number);
        found.map(|(_, timed)| Arc::clone(timed))
    }
}

/// What is other in `now` than in `was`, of one day.
pub(super) fn changes(was: &Timed, now: &Timed, head: PlaylistHead) -> PlaylistChanges {
    let moved = Moved::between(was.items(), now.items());
    let stays = moved.stays(was, now);
    let mut shifted: Vec<ShiftedItems> = Vec::new();
    for (at, before) in &stays {
        let frames = now.start(*at) - was.start(*before);
        match shifted.last_mut() {
            _ if frames == 0 => {}
            Some(last) if last.frames == frames && last.index + last.count == *at as u64 => {
                last.count += 1;
            }
            _ => shifted.push(ShiftedItems {
                index: *at as u64,
                count: 1,
                frames,
            }),
        }
    }
    let mut in_place = vec![false; now.items().len()];
    for (at, _) in &stays {
        in_place[*at] = true;
    }
    let placed = (0..now.items().len())
        .filter(|at| !in_place[*at])
        .map(|at| PlacedItem {
            index: at as u64,
            item: now.item(at),
        });
    PlaylistChanges {
        head,
        items: None,
        placed: placed.collect(),
        removed: moved.removed(was.items(), now.items()),
        shifted,
    }
}

/// Where two lists of a day differ in which items they have, and in what order: most edits leave all of it as it is, and then
/// no item need be looked up.
struct Moved {
    /// In the old list.
    old: Range<usize>,
    /// In the new one.
    new: Range<usize>,
}

impl Moved {
    fn between(old: &[Item], new: &[Item]) -> Self {
        let same = |(a, b): &(&Item, &Item)| a.id == b.id;
        let head = old.iter().zip(new).take_while(same).count();
        let (old_rest, new_rest) = (&old[head..], &new[head..]);
        let ends = old_rest.iter().rev().zip(new_rest.iter().rev());
        let tail = ends.take_while(same).count();
        Moved {
            old: head..old.len() - tail,
            new: head..new.len() - tail,
        }
    }

    /// What is as it was and in the order that it had, by its places now and before.
    fn stays(&self, was: &Timed, now: &Timed) -> Vec<(usize, usize)> {
        let alike = |(at, before): &(usize, usize)| {
            equal(&was.items()[*before], &now.items()[*at]) && was.look(*before) == now.look(*at)
        };
        let old: HashMap<ItemId, usize> = self
            .old
            .clone()
            .map(|at| (was.items()[at].id, at))
            .collect();
        let between: Vec<(usize, usize)> = self
            .new
            .clone()
            .filter_map(|at| Some((at, *old.get(&now.items()[at].id)?)))
            .filter(alike)
            .collect();
        let positions: Vec<usize> = between.iter().map(|(_, before)| *before).collect();
        let between = in_order(&positions).into_iter().map(|n| between[n]);
        let head = (0..self.new.start).map(|at| (at, at)).filter(alike);
        let tail = (self.new.end..now.items().len()).zip(self.old.end..was.items().len());
        head.chain(between).chain(tail.filter(alike)).collect()
    }

    /// What is gone.
    fn removed(&self, old: &[Item], new: &[Item]) -> Vec<ItemId> {
        let there: HashSet<ItemId> = new[self.new.clone()].iter().map(|item| item.id).collect();
        let ids = old[self.old.clone()].iter().map(|item| item.id);
        ids.filter(|id| !there.contains(id)).collect()
    }
}

/// Whether two states of an item are shown alike, wherever they stand.
fn equal(a: &Item, b: &Item) -> bool {
    a.kind == b.kind
        && a.title == b.title
        && a.asset_id == b.asset_id
        && a.start_mode == b.start_mode
        && a.fixed_start == b.fixed_start
        && a.in_point == b.in_point
        && a.duration == b.duration
        && a.notes == b.notes
}
