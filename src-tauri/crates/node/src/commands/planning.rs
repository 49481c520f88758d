//! Planning over days: finding items, copying them, replacing an asset wherever it is scheduled, filling gaps.

use std::collections::HashSet;

use domain::asset::Asset;
use domain::ids::{AssetId, ItemId};
use domain::rundown::{Item, ItemChange};
use domain::{fill, validate};
use jiff::civil::Date;
use serde_json::json;
use store::tables::{self, assets, items};
use uuid::Uuid;

use super::desk::{count, distinct};
use super::playlist::date;
use super::{Desk, playlist};
use crate::api::{
    ApiError, AssetReplaced, CopyItems, CopyPlace, ErrorCode, Fill, FillClip, FindItems, FoundItem,
    FoundItems, ItemsCopied, ReplaceAsset, SuggestFill,
};

/// How many items one command makes or changes.
const ITEMS_MAX: usize = 10_000;
/// How many items one search lists.
const FOUND_MAX: u32 = 500;
/// How many it lists where the request does not say.
const FOUND_DEFAULT: u32 = 200;
/// How many days items are copied to at once.
const DAYS_MAX: usize = 366;
/// Longest text that is searched for, in characters.
const QUERY_CHARS_MAX: usize = 200;

/// `find_items`.
///
/// # Errors
/// `invalid` where neither a text nor an asset is given, or for what is no date; `internal`.
pub async fn find(desk: &Desk, args: FindItems) -> Result<FoundItems, ApiError> {
    let query = args
        .query
        .as_deref()
        .map(str::trim)
        .filter(|query| !query.is_empty());
    if query.is_none() && args.asset_id.is_none() {
        return Err(ApiError::invalid(
            "query",
            "Give a text or an asset to look for.",
        ));
    }
    if let Some(query) = query {
        validate::line("query", query, QUERY_CHARS_MAX)?;
    }
    let day = |field, text: Option<&str>| text.map(|text| date(field, text)).transpose();
    let wanted = items::Wanted {
        text: query.map(str::to_owned),
        asset: args.asset_id,
        from: day("from", args.from.as_deref())?,
        to: day("to", args.to.as_deref())?,
    };
    let limit = args.limit.unwrap_or(FOUND_DEFAULT).min(FOUND_MAX);
    let found = items::find(&mut *desk.read().await?, &wanted, limit).await?;
    Ok(FoundItems {
        total: found.total,
        days: found.days,
        items: found
            .items
            .into_iter()
            .map(|(on, item)| FoundItem {
                id: item.id,
                date: on.to_string(),
                kind: item.kind,
                title: item.title,
                asset_id: item.asset_id,
                start_mode: item.start_mode,
                fixed_start: item.fixed_start,
                duration: item.duration,
            })
            .collect(),
    })
}

/// `copy_items`.
///
/// # Errors
/// `not_found`; `invalid` for what is no date, and where a day would replace what it is copied from; `too_large`,
/// `read_only`, `busy`, `no_space`. Nothing was changed then.
pub async fn copy(desk: &Desk, args: CopyItems) -> Result<ItemsCopied, ApiError> {
    desk.check_editable()?;
    let ids = distinct(&args.ids, ITEMS_MAX)?;
    let to = days(&args.to)?;
    if ids.len() * to.len() > ITEMS_MAX {
        let message = format!(
            "{} on {} are more than {ITEMS_MAX} at once: copy to fewer days.",
            count(ids.len(), "item"),
            count(to.len(), "day")
        );
        return Err(ApiError::new(ErrorCode::TooLarge, message));
    }
    let replaces = args.place.unwrap_or_default() == CopyPlace::Replace;
    let what = count(ids.len(), "item");
    let label = match to.as_slice() {
        [one] => format!("Copy {what} to {one}"),
        several => format!("Copy {what} to {}", count(several.len(), "day")),
    };
    let mut edit = desk.edit(label).await?;
    let sources = items::get(edit.connection(), &ids).await?;
    let (mut made, mut removed) = (Vec::new(), Vec::new());
    for on in to {
        let day = tables::playlists::ensure(edit.connection(), on).await?.id;
        let present = items::of_playlist(edit.connection(), day).await?;
        if replaces && sources.iter().any(|item| item.playlist_id == day) {
            let message = format!("{on} would replace the items that are copied from it.");
            return Err(ApiError::invalid("to", message));
        }
        if replaces && !present.is_empty() {
            let gone: Vec<ItemId> = present.iter().map(|item| item.id).collect();
            items::delete(edit.connection(), &gone).await?;
            removed.extend(gone.into_iter().map(|id| (id, day)));
        }
        let after = present.last().filter(|_| !replaces).map(|item| item.id);
        let copies = sources.iter().map(copy_of).collect();
        let copies = items::insert(edit.connection(), day, after, copies).await?;
        made.extend(copies.iter().map(|item| (item.id, day)));
    }
    // What readers see is still what was there before.
    let was = playlist::aired(desk, &removed).await?;
    let committed = desk.commit(edit).await?;
    Ok(ItemsCopied {
        items: made.len() as u64,
        removed: removed.len() as u64,
        aired: was.max(playlist::aired(desk, &made).await.unwrap_or_default()),
        committed,
    })
}

fn days(to: &[String]) -> Result<Vec<Date>, ApiError> {
    if to.is_empty() {
        return Err(ApiError::invalid("to", "Name at least one day."));
    }
    if to.len() > DAYS_MAX {
        let message = format!(
            "{} days are too many at once: at most {DAYS_MAX} are possible.",
            to.len()
        );
        return Err(ApiError::new(ErrorCode::TooLarge, message));
    }
    let mut seen = HashSet::new();
    let days = to
        .iter()
        .map(|text| date("to", text))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(days.into_iter().filter(|on| seen.insert(*on)).collect())
}

fn copy_of(item: &Item) -> items::NewItem {
    items::NewItem {
        id: ItemId(Uuid::now_v7()),
        kind: item.kind,
        title: item.title.clone(),
        asset_id: item.asset_id,
        start_mode: item.start_mode,
        fixed_start: item.fixed_start,
        in_point: item.in_point,
        duration: item.duration,
        notes: item.notes.clone(),
    }
}

/// `replace_asset`.
///
/// # Errors
/// `not_found` for an asset; `invalid` where both are one, or for what is no date; `too_large`, `read_only`, `busy`,
/// `no_space`. Nothing was changed then.
pub async fn replace(desk: &Desk, args: ReplaceAsset) -> Result<AssetReplaced, ApiError> {
    desk.check_editable()?;
    let from = args
        .from
        .as_deref()
        .map(|text| date("from", text))
        .transpose()?;
    if args.asset_id == args.with {
        return Err(ApiError::invalid(
            "with",
            "Choose another asset to replace it with.",
        ));
    }
    let (old, new) = {
        let mut reader = desk.read().await?;
        (
            assets::get(&mut reader, args.asset_id).await?,
            assets::get(&mut reader, args.with).await?,
        )
    };
    let mut edit = desk
        .edit(format!("Replace “{}” with “{}”", old.title, new.title))
        .await?;
    let wanted = items::Wanted {
        asset: Some(old.id),
        from,
        ..items::Wanted::default()
    };
    let found = items::find(edit.connection(), &wanted, ITEMS_MAX as u32).await?;
    if found.total > ITEMS_MAX as u64 {
        let message = format!(
            "It is scheduled {} times, and at most {ITEMS_MAX} are replaced at once: give a first day.",
            found.total
        );
        return Err(
            ApiError::new(ErrorCode::TooLarge, message).with(json!({ "items": found.total }))
        );
    }
    let touched: Vec<_> = found
        .items
        .iter()
        .map(|(_, item)| (item.id, item.playlist_id))
        .collect();
    // What readers see is still what was there before.
    let was = playlist::aired(desk, &touched).await?;
    for (_, item) in found.items {
        items::update(edit.connection(), &[item.id], &replaced(&item, &old, &new)).await?;
    }
    let committed = desk.commit(edit).await?;
    Ok(AssetReplaced {
        items: touched.len() as u64,
        // The edit is done: what cannot be read back does not undo it.
        aired: was.max(playlist::aired(desk, &touched).await.unwrap_or_default()),
        committed,
    })
}

/// The change that has an item play another asset: what it had from the old one it has from the new one, what an operator
/// set stays.
fn replaced(item: &Item, old: &Asset, new: &Asset) -> ItemChange {
    let in_point = if item.in_point < new.duration {
        item.in_point
    } else {
        0
    };
    let whole = item.duration == old.duration - item.in_point;
    ItemChange {
        asset_id: Some(Some(new.id)),
        title: (item.title == old.title).then(|| new.title.clone()),
        in_point: Some(in_point),
        duration: (whole && new.duration > 0).then_some(new.duration - in_point),
        ..ItemChange::default()
    }
}

/// `suggest_fill`.
///
/// # Errors
/// `invalid` for a gap of no length or beyond two days; `internal`.
pub async fn suggest(desk: &Desk, args: SuggestFill) -> Result<Fill, ApiError> {
    let mut reader = desk.read().await?;
    let rate = tables::channel::counting(&mut reader).await?.rate();
    validate::frames("frames", args.frames, rate)?;
    let avoid: HashSet<AssetId> = args.avoid.unwrap_or_default().into_iter().collect();
    let category = args.category.as_deref();
    let most = fill::CANDIDATES_MAX as u32 / 2 + avoid.len() as u32;
    // The longest for the bulk of it and the shortest for the rest.
    let mut candidates = assets::fitting(&mut reader, args.frames, category, true, most).await?;
    let shortest = assets::fitting(&mut reader, args.frames, category, false, most).await?;
    let mut seen: HashSet<AssetId> = avoid;
    candidates.extend(shortest);
    candidates.retain(|asset| seen.insert(asset.id));
    let categories = assets::categories_fitting(&mut reader, args.frames).await?;
    drop(reader);
    let durations: Vec<i64> = candidates.iter().map(|asset| asset.duration).collect();
    let frames = args.frames;
    let chosen = tokio::task::spawn_blocking(move || fill::fill(frames, &durations))
        .await
        .map_err(|_| ApiError::new(ErrorCode::Unavailable, "This station is stopping."))?;
    let clips: Vec<FillClip> = chosen
        .into_iter()
        .map(|at| &candidates[at])
        .map(|asset| FillClip {
            asset_id: asset.id,
            title: asset.title.clone(),
            category: asset.category.clone(),
            duration: asset.duration,
        })
        .collect();
    Ok(Fill {
        filled: clips.iter().map(|clip| clip.duration).sum(),
        clips,
        categories,
    })
}
