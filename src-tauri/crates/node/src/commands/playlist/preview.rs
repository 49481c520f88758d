//! What an edit would move: the day in memory, with the edit made on a copy of what decides its times.

use std::collections::{HashMap, HashSet};

use domain::day::{BroadcastDay, ChannelClock};
use domain::ids::{ItemId, PlaylistId};
use domain::preview::{self, GapChange, Line, Loss, Preview, Shift};
use domain::rank::Rank;
use domain::rundown::{Item, ItemChange};
use domain::template::Trim;
use domain::timecode::Timecode;
use domain::validate;
use store::tables::assets::Lent;
use store::tables::{self, TableError, items};

use super::templates::{Source, trimmed};
use super::{ITEMS_MAX, change, date, fixed_at, fixes_where_they_are, made, repeat, timed};
use crate::api::{
    Aired, ApiError, BeforeAfter, EditPreview, ErrorCode, NewItem, PlannedEdit, PreviewCut,
    PreviewEdit, PreviewGap, PreviewItem, PreviewRow, PreviewShift,
};
use crate::commands::Desk;
use crate::commands::desk::distinct;

/// How many shifts, cuts and gaps are told one by one.
const TOLD_MAX: usize = 4;
/// How many rows can be asked for.
const ROWS_MAX: usize = 500;

/// `preview_edit`.
///
/// # Errors
/// As the edit itself, but for `read_only`: a secondary may ask as well.
pub async fn preview(desk: &Desk, args: PreviewEdit) -> Result<EditPreview, ApiError> {
    let on = date("date", &args.date)?;
    let rows = args.rows.unwrap_or_default();
    if rows.len() > ROWS_MAX {
        let message = format!("At most {ROWS_MAX} rows can be asked for.");
        return Err(ApiError::new(ErrorCode::TooLarge, message));
    }
    let day = desk.store().day(PlaylistId::of_date(on)).await?;
    let (channel, items) = match &day {
        Some(day) => (day.channel.clone(), &day.items[..]),
        None => (
            tables::channel::get(&mut *desk.read().await?).await?,
            &[][..],
        ),
    };
    let clock = ChannelClock::new(&channel)?.day(on)?;
    let planned = plan(desk, &clock, items, on, args.edit).await?;
    let was: Vec<Line> = items.iter().map(Line::from).collect();
    let preview = preview::compare(&clock, &was, &planned.lines, &planned.edited);
    let words = Words {
        clock: &clock,
        items,
        planned: &planned,
        preview: &preview,
    };
    let touched: Vec<_> = words
        .planned
        .edited
        .iter()
        .map(|id| (*id, PlaylistId::of_date(on)))
        .collect();
    let aired = timed::aired(desk, &touched).await?;
    Ok(words.told(&rows, aired))
}

/// A day with an edit made on it.
struct Planned {
    lines: Vec<Line>,
    edited: HashSet<ItemId>,
    /// What is called otherwise than the items of the day, or is not among them.
    titles: HashMap<ItemId, String>,
    removed: usize,
    left_out: usize,
}

async fn plan(
    desk: &Desk,
    clock: &BroadcastDay,
    items: &[Item],
    on: jiff::civil::Date,
    edit: PlannedEdit,
) -> Result<Planned, ApiError> {
    let counting = clock.counting();
    let mut lines: Vec<Line> = items.iter().map(Line::from).collect();
    let mut titles = HashMap::new();
    let known = |ids: &[ItemId]| {
        let ids: HashSet<ItemId> = distinct(ids, ITEMS_MAX)?.into_iter().collect();
        let there = lines_of(items, &ids);
        match ids.iter().find(|id| !there.contains(id)) {
            Some(missing) => Err(not_found(missing)),
            None => Ok(ids),
        }
    };
    let (mut removed, mut left_out) = (0, 0);
    let edited = match edit {
        PlannedEdit::Insert { after, items } => {
            if items.len() > ITEMS_MAX {
                let message = format!("At most {ITEMS_MAX} items are possible at once.");
                return Err(ApiError::new(ErrorCode::TooLarge, message));
            }
            let new = new_items(desk, on, items).await?;
            let new = new
                .into_iter()
                .map(|item| validate::normalize_item(item, counting))
                .collect::<Result<Vec<_>, _>>()?;
            if !preview::insert(&mut lines, after, new.iter().map(Line::from).collect()) {
                return Err(after.map_or_else(|| not_found(&"?"), |after| not_found(&after)));
            }
            let edited = new.iter().map(|item| item.id).collect();
            titles.extend(new.into_iter().map(|item| (item.id, item.title)));
            edited
        }
        PlannedEdit::Update { ids, set } => {
            let edited = known(&ids)?;
            let change = change(set)?;
            let starts = match fixes_where_they_are(&change) {
                true => timed::starts(desk, &ids).await?,
                false => HashMap::new(),
            };
            for (line, item) in lines.iter_mut().zip(items) {
                if edited.contains(&line.id) {
                    let change = fixed_at_its_start(&change, starts.get(&line.id));
                    let changed = validate::normalize_item(change.apply(item.clone()), counting)?;
                    *line = Line::from(&changed);
                }
            }
            edited
        }
        PlannedEdit::Move { ids, after } => {
            let edited = known(&ids)?;
            if !preview::move_to(&mut lines, &edited, after) {
                return Err(after.map_or_else(|| not_found(&"?"), |after| not_found(&after)));
            }
            edited
        }
        PlannedEdit::Delete { ids } => {
            let edited = known(&ids)?;
            removed = edited.len();
            lines.retain(|line| !edited.contains(&line.id));
            edited
        }
        PlannedEdit::Repeat { ids, times } => {
            let sources = known(&ids)?;
            let times = repeat::times(sources.len(), times)?;
            let chosen: Vec<Item> = items
                .iter()
                .filter(|item| sources.contains(&item.id))
                .cloned()
                .collect();
            let after = chosen.last().map(|item| item.id);
            let new: Vec<Item> = repeat::copies(&chosen, times)
                .into_iter()
                .map(|item| nowhere(item, on))
                .collect();
            if !preview::insert(&mut lines, after, new.iter().map(Line::from).collect()) {
                return Err(not_found(&"?"));
            }
            let edited = new.iter().map(|item| item.id).collect();
            titles.extend(new.into_iter().map(|item| (item.id, item.title)));
            edited
        }
        PlannedEdit::Template { id, place, mode } => {
            let source = Source::read(desk, id).await?;
            let placed = source.placed(clock, items, &place, mode)?;
            (removed, left_out) = (placed.removed.len(), placed.left_out);
            let gone: HashSet<ItemId> = placed.removed.iter().copied().collect();
            let trims: HashMap<ItemId, &Trim> = placed
                .trimmed
                .iter()
                .map(|trim| (trim.item, trim))
                .collect();
            for (line, item) in lines.iter_mut().zip(items) {
                if let Some(trim) = trims.get(&line.id) {
                    *line = Line::from(&trimmed(trim).apply(item.clone()));
                }
            }
            let new: Vec<Item> = source
                .new_items(&placed)
                .into_iter()
                .map(|item| nowhere(item, on))
                .collect();
            if !preview::insert(
                &mut lines,
                placed.after,
                new.iter().map(Line::from).collect(),
            ) {
                return Err(not_found(&"?"));
            }
            lines.retain(|line| !gone.contains(&line.id));
            let edited = new
                .iter()
                .map(|item| item.id)
                .chain(trims.into_keys())
                .collect();
            titles.extend(new.into_iter().map(|item| (item.id, item.title)));
            edited
        }
    };
    Ok(Planned {
        lines,
        edited,
        titles,
        removed,
        left_out,
    })
}

fn fixed_at_its_start(change: &ItemChange, start: Option<&Option<Timecode>>) -> ItemChange {
    start.map_or_else(|| change.clone(), |at| fixed_at(change, *at))
}

fn lines_of(items: &[Item], ids: &HashSet<ItemId>) -> HashSet<ItemId> {
    items
        .iter()
        .map(|item| item.id)
        .filter(|id| ids.contains(id))
        .collect()
}

fn not_found(id: &dyn std::fmt::Display) -> ApiError {
    TableError::NotFound {
        what: "item",
        id: id.to_string(),
    }
    .into()
}

/// Items as `insert_items` would make them, at no place in particular.
async fn new_items(
    desk: &Desk,
    on: jiff::civil::Date,
    new: Vec<NewItem>,
) -> Result<Vec<Item>, ApiError> {
    let ids = new.iter().filter_map(|item| item.asset_id);
    let assets = tables::assets::by_ids(&mut *desk.read().await?, ids).await?;
    new.into_iter()
        .map(|item| {
            let asset = item.asset_id.and_then(|id| assets.get(&id));
            made(item, asset.map(Lent::from).as_ref()).map(|item| nowhere(item, on))
        })
        .collect()
}

fn nowhere(item: items::NewItem, on: jiff::civil::Date) -> Item {
    Item {
        id: item.id,
        playlist_id: PlaylistId::of_date(on),
        rank: Rank::middle(),
        kind: item.kind,
        title: item.title,
        asset_id: item.asset_id,
        start_mode: item.start_mode,
        fixed_start: item.fixed_start,
        in_point: item.in_point,
        duration: item.duration,
        notes: item.notes,
    }
}

/// The preview as the contract writes it.
struct Words<'a> {
    clock: &'a BroadcastDay,
    items: &'a [Item],
    planned: &'a Planned,
    preview: &'a Preview,
}

impl Words<'_> {
    fn told(&self, rows: &[ItemId], aired: Option<Aired>) -> EditPreview {
        let Preview {
            start,
            shifts,
            losses,
            gaps,
            was,
            now,
            moved,
            starts: _,
        } = self.preview;
        let told_rows = rows.iter().filter_map(|id| {
            let (start, frames) = *moved.get(id)?;
            Some(PreviewRow {
                id: *id,
                starts_at: self.clock.timecode_at(start),
                frames,
            })
        });
        EditPreview {
            starts_at: start.map(|start| self.clock.timecode_at(start)),
            shifts: told(shifts, |shift| self.shift(shift)),
            shifts_total: shifts.len() as u64,
            cuts: told(losses, |loss| self.cut(loss)),
            cuts_total: losses.len() as u64,
            gaps: told(gaps, |gap| self.gap(gap)),
            gaps_total: gaps.len() as u64,
            overrun: BeforeAfter {
                was: was.overrun,
                now: now.overrun,
            },
            unfilled: BeforeAfter {
                was: was.unfilled,
                now: now.unfilled,
            },
            aired,
            removed: self.planned.removed as u64,
            left_out: self.planned.left_out as u64,
            rows: told_rows.collect(),
        }
    }

    fn shift(&self, shift: &Shift) -> PreviewShift {
        PreviewShift {
            first: self.item(shift.first),
            items: shift.items as u64,
            frames: shift.frames,
            until: shift.until.map(|id| self.item(id)),
        }
    }

    fn cut(&self, loss: &Loss) -> PreviewCut {
        let line = self.planned.lines.iter().find(|line| line.id == loss.item);
        let whole = line.map_or(0, |line| line.input.duration);
        PreviewCut {
            item: self.item(loss.item),
            lost: BeforeAfter {
                was: loss.was,
                now: loss.now,
            },
            never_plays: loss.now > 0 && loss.now == whole,
        }
    }

    fn gap(&self, gap: &GapChange) -> PreviewGap {
        let stays = self.planned.lines.iter().any(|line| line.id == gap.before);
        PreviewGap {
            before: stays.then(|| self.item(gap.before)),
            frames: BeforeAfter {
                was: gap.was,
                now: gap.now,
            },
        }
    }

    fn item(&self, id: ItemId) -> PreviewItem {
        let start = self.preview.starts.get(&id).copied().unwrap_or(0);
        let title = self.planned.titles.get(&id).cloned().or_else(|| {
            let item = self.items.iter().find(|item| item.id == id)?;
            Some(item.title.clone())
        });
        PreviewItem {
            id,
            title: title.unwrap_or_default(),
            starts_at: self.clock.timecode_at(start),
        }
    }
}

fn told<T, R>(all: &[T], one: impl Fn(&T) -> R) -> Vec<R> {
    all.iter().take(TOLD_MAX).map(one).collect()
}
