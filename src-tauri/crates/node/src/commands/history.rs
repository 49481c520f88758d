//! What was done; undo and redo.

use store::{HistoryEntry as Entry, Store, Written};

use super::desk::{committed, instant_us};
use super::{Desk, playlist};
use crate::api::{Aired, ApiError, GetHistory, History, HistoryEntry, UndoEdit, UndoStep, Undone};

const ENTRIES_DEFAULT: u32 = 100;
const ENTRIES_MAX: u32 = 1_000;
/// How many entries are looked through at a time for the next undo and redo.
const PAGE: u32 = 200;

/// `undo`.
///
/// # Errors
/// `not_found` where there is nothing to undo, `conflict` where later edits touched the same rows, `read_only`, `busy`.
pub async fn undo(desk: &Desk, args: UndoEdit) -> Result<Undone, ApiError> {
    let before = match args.seq {
        Some(seq) => foreseen(desk, Some(seq)).await?,
        None => {
            let (undo, _) = next_steps(desk.store()).await?;
            foreseen(desk, undo.map(|step| step.seq)).await?
        }
    };
    let written = desk.store().undo(desk.user(), args.seq).await?;
    Ok(undone(desk, before, written).await)
}

/// `redo`.
///
/// # Errors
/// As [`undo`].
pub async fn redo(desk: &Desk) -> Result<Undone, ApiError> {
    let (_, redo) = next_steps(desk.store()).await?;
    let before = foreseen(desk, redo.map(|step| step.seq)).await?;
    let written = desk.store().redo(desk.user()).await?;
    Ok(undone(desk, before, written).await)
}

/// What the items of an entry are before it is taken back or made again.
struct Foreseen {
    seq: Option<u64>,
    aired: Option<Aired>,
}

async fn foreseen(desk: &Desk, seq: Option<u64>) -> Result<Foreseen, ApiError> {
    desk.check_editable()?;
    let aired = match seq {
        Some(seq) => aired_of(desk, seq).await?,
        None => None,
    };
    Ok(Foreseen { seq, aired })
}

async fn aired_of(desk: &Desk, seq: u64) -> Result<Option<Aired>, ApiError> {
    playlist::aired(desk, &desk.store().touched_items(seq).await?).await
}

async fn undone(desk: &Desk, before: Foreseen, written: Written<Entry>) -> Undone {
    let committed = committed(&written);
    let Entry { label, seq, .. } = written.value;
    // Another edit may have come in between; what was foreseen is then another entry's.
    let was = before.aired.filter(|_| before.seq == Some(seq));
    // It is done: what cannot be read back does not undo it.
    let is = aired_of(desk, seq).await.unwrap_or_default();
    Undone {
        label,
        of_seq: seq,
        aired: was.max(is),
        committed,
    }
}

/// `get_history`.
///
/// # Errors
/// `internal`.
pub async fn get(desk: &Desk, args: GetHistory) -> Result<History, ApiError> {
    let limit = args.limit.unwrap_or(ENTRIES_DEFAULT).min(ENTRIES_MAX);
    let entries = desk.store().history(args.before_seq, limit).await?;
    let (undo, redo) = next_steps(desk.store()).await?;
    Ok(History {
        entries: entries.into_iter().map(shown).collect(),
        undo,
        redo,
    })
}

/// What the next undo and redo would act on.
async fn next_steps(store: &Store) -> Result<(Option<UndoStep>, Option<UndoStep>), ApiError> {
    let mut search = Search::default();
    let mut before = None;
    loop {
        let page = store.history(before, PAGE).await?;
        let Some(last) = page.last() else { break };
        before = Some(last.seq);
        if page.iter().any(|entry| search.is_over_after(entry)) {
            break;
        }
    }
    let redo = match search.redo {
        Some(seq) => {
            let target = store
                .history(Some(seq + 1), 1)
                .await?
                .into_iter()
                .next()
                .filter(|entry| entry.seq == seq);
            target.map(|entry| UndoStep {
                seq,
                label: entry.label,
            })
        }
        None => None,
    };
    Ok((search.undo, redo))
}

/// The search for the next undo and redo, newest entry first; the rules are those of `store::undo`.
#[derive(Default)]
struct Search {
    undo: Option<UndoStep>,
    /// The entry that would be done again.
    redo: Option<u64>,
    redone: Vec<u64>,
    redo_is_known: bool,
}

impl Search {
    /// Looks at the next older entry; true where both are known then.
    fn is_over_after(&mut self, entry: &Entry) -> bool {
        if !self.redo_is_known {
            match (entry.undoes, entry.redoes) {
                (_, Some(target)) => self.redone.push(target),
                (Some(target), None) => match self.redone.iter().position(|seq| *seq == target) {
                    Some(at) => drop(self.redone.swap_remove(at)),
                    None => (self.redo, self.redo_is_known) = (Some(target), true),
                },
                (None, None) => self.redo_is_known = true,
            }
        }
        let is_edit = entry.undoes.is_none() && entry.redoes.is_none();
        if self.undo.is_none() && is_edit && !entry.undone {
            self.undo = Some(UndoStep {
                seq: entry.seq,
                label: entry.label.clone(),
            });
        }
        self.redo_is_known && self.undo.is_some()
    }
}

fn shown(entry: Entry) -> HistoryEntry {
    HistoryEntry {
        seq: entry.seq,
        epoch: entry.epoch.number,
        at: instant_us(entry.at_us),
        station_id: entry.station,
        user: entry.user,
        label: entry.label,
        undoes: entry.undoes,
        redoes: entry.redoes,
        undone: entry.undone,
    }
}
