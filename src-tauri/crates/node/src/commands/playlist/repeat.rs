//! Items once more, behind themselves.

use domain::ids::ItemId;
use domain::rundown::{Item, StartMode};
use store::tables::items;
use uuid::Uuid;

use super::{ITEMS_MAX, Since, answer, named, places};
use crate::api::{ApiError, ErrorCode, ItemsChanged, RepeatItems};
use crate::commands::Desk;
use crate::commands::desk::{count, distinct};

/// `repeat_items`.
///
/// # Errors
/// `not_found`; `invalid` for items of several days, and for no times; `too_large`, `read_only`, `busy`, `no_space`.
pub async fn repeat(desk: &Desk, args: RepeatItems) -> Result<ItemsChanged, ApiError> {
    desk.check_editable()?;
    let ids = distinct(&args.ids, ITEMS_MAX)?;
    let times = times(ids.len(), args.times)?;
    let since = args.since.map(Since::of).transpose()?;
    let (made, committed) = desk
        .change(move |db| {
            let label = format!("Repeat {} {}", named(db, &ids)?, count(times, "time"));
            let sources = items::edit::get(db, &ids)?;
            let last = sources
                .last()
                .filter(|last| {
                    sources
                        .iter()
                        .all(|item| item.playlist_id == last.playlist_id)
                })
                .ok_or_else(|| ApiError::invalid("ids", "Choose items of one day."))?;
            let new = copies(&sources, times);
            let made = items::edit::insert(db, last.playlist_id, Some(last.id), new)?;
            Ok((label, places(&made)))
        })
        .await?;
    answer(desk, made, None, committed, since).await
}

/// How often, where that is possible.
pub(super) fn times(items: usize, times: u32) -> Result<usize, ApiError> {
    let times = times as usize;
    if times == 0 {
        return Err(ApiError::invalid("times", "Repeat at least once."));
    }
    if items.saturating_mul(times) > ITEMS_MAX {
        let message = format!(
            "{} are more than {ITEMS_MAX} at once: repeat fewer times.",
            count(items.saturating_mul(times), "item")
        );
        return Err(ApiError::new(ErrorCode::TooLarge, message));
    }
    Ok(times)
}

/// The items so many times, all following: a clock time comes once a day.
pub(super) fn copies(sources: &[Item], times: usize) -> Vec<items::NewItem> {
    let copy = |item: &Item| items::NewItem {
        id: ItemId(Uuid::now_v7()),
        kind: item.kind,
        title: item.title.clone(),
        asset_id: item.asset_id,
        start_mode: match item.start_mode {
            StartMode::Fixed => StartMode::Follow,
            mode => mode,
        },
        fixed_start: None,
        in_point: item.in_point,
        duration: item.duration,
        notes: item.notes.clone(),
    };
    (0..times).flat_map(|_| sources.iter().map(copy)).collect()
}
