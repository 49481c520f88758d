//! The rundown of a day: reading it with its times, and editing it.

mod calendar;
mod preview;
mod repeat;
pub mod templates;
mod timed;
mod versions;

use std::collections::HashMap;

use domain::asset::AssetKind;
use domain::ids::{AssetId, ItemId, PlaylistId};
use domain::rundown::{Item, ItemChange, ItemKind, StartMode};
use domain::timecode::Timecode;
use jiff::civil::Date;
use serde_json::json;
use store::Db;
use store::tables::assets::{self, Lent};
use store::tables::{self, TableError, items};
use uuid::Uuid;

pub use calendar::days;
pub use preview::preview;
pub use repeat::repeat;
pub(super) use timed::aired;
pub(crate) use versions::Versions;

use super::Desk;
use super::desk::{count, distinct};
use super::settings::parsed;
use crate::api::{
    Aired, ApiError, Committed, DeleteItems, ErrorCode, GetPlaylist, GetPlaylistChanges,
    InsertItems, ItemSet, ItemsChanged, ItemsDeleted, ListPlaylists, MoveItems, NewItem,
    PlaylistChanges, PlaylistSummary, PlaylistView, UpdateItems,
};

/// How many items one command takes.
const ITEMS_MAX: usize = 10_000;

/// `list_playlists`.
///
/// # Errors
/// `invalid` for what is no date, `internal`.
pub async fn list(desk: &Desk, args: ListPlaylists) -> Result<Vec<PlaylistSummary>, ApiError> {
    let from = args
        .from
        .as_deref()
        .map(|from| date("from", from))
        .transpose()?;
    let to = args.to.as_deref().map(|to| date("to", to)).transpose()?;
    let playlists = tables::playlists::list(&mut *desk.read().await?, from, to).await?;
    let shown = playlists.into_iter().map(|summary| PlaylistSummary {
        id: summary.playlist.id,
        date: summary.playlist.date.to_string(),
        items: summary.items,
        duration: summary.duration,
    });
    Ok(shown.collect())
}

/// `get_playlist`.
///
/// # Errors
/// `invalid` unless exactly one of date and id is given, `not_found` for an id without a playlist.
pub async fn get(desk: &Desk, args: GetPlaylist) -> Result<PlaylistView, ApiError> {
    match (args.date, args.id) {
        (Some(text), None) => timed::of_date(desk, date("date", &text)?).await,
        (None, Some(id)) => timed::of_playlist(desk, id).await,
        _ => Err(ApiError::invalid(
            "date",
            "Name one playlist: by its date or by its id.",
        )),
    }
}

/// `get_playlist_changes`.
///
/// # Errors
/// `invalid` for what is no date; `internal`.
pub async fn changes(desk: &Desk, args: GetPlaylistChanges) -> Result<PlaylistChanges, ApiError> {
    Since::of(args)?.changes(desk).await
}

/// The version of a day that a client has.
struct Since {
    date: Date,
    version: String,
}

impl Since {
    fn of(GetPlaylistChanges { date: on, version }: GetPlaylistChanges) -> Result<Self, ApiError> {
        let date = date("date", &on)?;
        Ok(Since { date, version })
    }

    async fn changes(&self, desk: &Desk) -> Result<PlaylistChanges, ApiError> {
        timed::since(desk, self.date, &self.version).await
    }

    /// For the answer to an edit, which is done: where they cannot be read, the client asks again.
    async fn after_edit(since: Option<Self>, desk: &Desk) -> Option<PlaylistChanges> {
        let changes = since?.changes(desk).await;
        changes
            .inspect_err(|error| tracing::warn!(%error, "a day could not be read after an edit"))
            .ok()
    }
}

/// `insert_items`.
///
/// # Errors
/// `invalid`, `not_found` for the playlist, the item to insert after or an asset, `too_large`, `read_only`, `busy`,
/// `no_space`.
pub async fn insert(desk: &Desk, args: InsertItems) -> Result<ItemsChanged, ApiError> {
    desk.check_editable()?;
    let InsertItems {
        date: on,
        playlist_id,
        after,
        items,
        since,
    } = args;
    let since = since.map(Since::of).transpose()?;
    if items.is_empty() {
        return Err(ApiError::invalid("items", "Give at least one item."));
    }
    if items.len() > ITEMS_MAX {
        let message = format!(
            "{} items are too many at once: at most {ITEMS_MAX} are possible.",
            items.len()
        );
        return Err(ApiError::new(ErrorCode::TooLarge, message));
    }
    let target = match (on, playlist_id) {
        (Some(text), None) => Target::Date(date("date", &text)?),
        (None, Some(id)) => Target::Playlist(id),
        _ => {
            return Err(ApiError::invalid(
                "date",
                "Name one playlist: by date or by playlist_id.",
            ));
        }
    };
    let (inserted, committed) = desk
        .change(move |db| {
            let playlist_id = match target {
                Target::Date(date) => tables::playlists::ensure_raw(db, date)?.id,
                Target::Playlist(id) => id,
            };
            let assets = assets::lent(db, items.iter().filter_map(|item| item.asset_id))?;
            let label = insert_label(&assets, &items)?;
            let items = items.into_iter().enumerate().map(|(at, item)| {
                let asset = item.asset_id.and_then(|id| assets.get(&id));
                made(item, asset).map_err(|error| {
                    error.with(json!({ "field": format!("items[{at}].fixed_start") }))
                })
            });
            let items = items.collect::<Result<Vec<_>, _>>()?;
            let inserted = items::edit::insert(db, playlist_id, after, items)?;
            Ok((label, places(&inserted)))
        })
        .await?;
    answer(desk, inserted, None, committed, since).await
}

/// Where items are.
fn places(items: &[Item]) -> Vec<(ItemId, PlaylistId)> {
    items
        .iter()
        .map(|item| (item.id, item.playlist_id))
        .collect()
}

enum Target {
    Date(Date),
    Playlist(PlaylistId),
}

/// An item from what was given and, for the rest, from its asset.
fn made(item: NewItem, asset: Option<&Lent>) -> Result<items::NewItem, ApiError> {
    let fixed_start = item
        .fixed_start
        .as_deref()
        .map(|text| parsed("fixed_start", text))
        .transpose()?;
    let in_point = item.in_point.unwrap_or(0);
    let of_asset = |asset: &Lent| asset.duration.saturating_sub(in_point).max(0);
    Ok(items::NewItem {
        id: ItemId(Uuid::now_v7()),
        kind: item
            .kind
            .or(asset.map(|asset| kind_for(asset.kind)))
            .unwrap_or(ItemKind::Clip),
        title: item
            .title
            .or(asset.map(|asset| asset.title.clone()))
            .unwrap_or_default(),
        asset_id: item.asset_id,
        start_mode: item.start_mode.unwrap_or(if fixed_start.is_some() {
            StartMode::Fixed
        } else {
            StartMode::Follow
        }),
        fixed_start,
        in_point,
        duration: item.duration.or(asset.map(of_asset)).unwrap_or(0),
        notes: item.notes.unwrap_or_default(),
    })
}

/// What an item of this asset is where nothing else is said.
pub(super) fn kind_for(kind: AssetKind) -> ItemKind {
    match kind {
        AssetKind::Clip => ItemKind::Clip,
        AssetKind::Live => ItemKind::Live,
    }
}

fn insert_label(assets: &HashMap<AssetId, Lent>, items: &[NewItem]) -> Result<String, ApiError> {
    let [one] = items else {
        return Ok(format!("Insert {}", count(items.len(), "item")));
    };
    let title = match (&one.title, one.asset_id) {
        (Some(title), _) => title.trim(),
        (None, Some(id)) => match assets.get(&id) {
            Some(asset) => &asset.title,
            None => return Err(TableError::not_found("asset", id).into()),
        },
        (None, None) => "",
    };
    Ok(if title.is_empty() {
        "Insert 1 item".into()
    } else {
        format!("Insert “{title}”")
    })
}

/// `update_items`.
///
/// # Errors
/// `not_found`, `invalid`, `too_large`, `read_only`, `busy`, `no_space`.
pub async fn update(desk: &Desk, args: UpdateItems) -> Result<ItemsChanged, ApiError> {
    desk.check_editable()?;
    let ids = distinct(&args.ids, ITEMS_MAX)?;
    let since = args.since.map(Since::of).transpose()?;
    let what = what_changes(&args.set);
    let change = change(args.set)?;
    // Read before the edit begins: it holds the only writer.
    let aired = timed::aired_now(desk, &ids).await?;
    let starts = match fixes_where_they_are(&change) {
        true => timed::starts(desk, &ids).await?,
        false => HashMap::new(),
    };
    let (updated, committed) = desk
        .change(move |db| {
            let label = format!("{what} {}", named(db, &ids)?);
            let items = if starts.is_empty() {
                items::edit::update(db, &ids, &change)?
            } else {
                for (id, at) in starts {
                    items::edit::update(db, &[id], &fixed_at(&change, at))?;
                }
                items::edit::get(db, &ids)?
            };
            Ok((label, places(&items)))
        })
        .await?;
    answer(desk, updated, aired, committed, since).await
}

fn change(set: ItemSet) -> Result<ItemChange, ApiError> {
    let fixed_start = match set.fixed_start {
        Some(text) => Some(
            text.as_deref()
                .map(|text| parsed("fixed_start", text))
                .transpose()?,
        ),
        None => None,
    };
    Ok(ItemChange {
        kind: set.kind,
        title: set.title,
        asset_id: set.asset_id,
        start_mode: set.start_mode,
        fixed_start,
        in_point: set.in_point,
        duration: set.duration,
        notes: set.notes,
    })
}

/// Whether a change makes starts fixed without saying at what time: each item's is then the one that it starts at now.
fn fixes_where_they_are(change: &ItemChange) -> bool {
    change.start_mode == Some(StartMode::Fixed) && change.fixed_start.is_none()
}

/// The change for an item that starts at this time, which its start is fixed at; `None` where it is fixed already.
fn fixed_at(change: &ItemChange, at: Option<Timecode>) -> ItemChange {
    ItemChange {
        fixed_start: at.map(Some),
        ..change.clone()
    }
}

fn what_changes(set: &ItemSet) -> &'static str {
    let start = set.start_mode.is_some() || set.fixed_start.is_some();
    let times = set.duration.is_some() || set.in_point.is_some();
    let rest = set.kind.is_some() || set.asset_id.is_some();
    match (set.title.is_some(), times, start, set.notes.is_some(), rest) {
        (true, false, false, false, false) => "Rename",
        (false, true, false, false, false) => "Change the duration of",
        (false, false, true, false, false) => "Change the start of",
        (false, false, false, true, false) => "Change the notes of",
        _ => "Change",
    }
}

/// `move_items`.
///
/// # Errors
/// `not_found`, `invalid` where the items are not all in one playlist, `too_large`, `read_only`, `busy`, `no_space`.
pub async fn move_(desk: &Desk, args: MoveItems) -> Result<ItemsChanged, ApiError> {
    desk.check_editable()?;
    let ids = distinct(&args.ids, ITEMS_MAX)?;
    let since = args.since.map(Since::of).transpose()?;
    let aired = timed::aired_now(desk, &ids).await?;
    let (moved, committed) = desk
        .change(move |db| {
            let label = format!("Move {}", named(db, &ids)?);
            let items = items::edit::move_to(db, &ids, args.playlist_id, args.after)?;
            Ok((label, places(&items)))
        })
        .await?;
    answer(desk, moved, aired, committed, since).await
}

/// `delete_items`.
///
/// # Errors
/// `not_found`, `invalid`, `too_large`, `read_only`, `busy`, `no_space`.
pub async fn delete(desk: &Desk, args: DeleteItems) -> Result<ItemsDeleted, ApiError> {
    desk.check_editable()?;
    let ids = distinct(&args.ids, ITEMS_MAX)?;
    let since = args.since.map(Since::of).transpose()?;
    let aired = timed::aired_now(desk, &ids).await?;
    let (deleted, committed) = desk
        .change(move |db| {
            let label = format!("Delete {}", named(db, &ids)?);
            Ok((label, items::edit::delete(db, &ids)?))
        })
        .await?;
    Ok(ItemsDeleted {
        deleted,
        aired,
        changes: Since::after_edit(since, desk).await,
        committed,
    })
}

/// What a label calls these items: the title of one, the number of several.
fn named(db: &Db<'_>, ids: &[ItemId]) -> Result<String, ApiError> {
    let [_] = ids else {
        return Ok(count(ids.len(), "item"));
    };
    let items = items::edit::get(db, ids)?;
    Ok(items
        .first()
        .map_or_else(|| "1 item".into(), |item| format!("“{}”", item.title)))
}

/// The items of an edit that is durable already, with their time as it is now. `aired` is what they were before it.
async fn answer(
    desk: &Desk,
    touched: Vec<(ItemId, PlaylistId)>,
    aired: Option<Aired>,
    committed: Committed,
    since: Option<Since>,
) -> Result<ItemsChanged, ApiError> {
    let read = timed::items_now(desk, &touched).await;
    let (items, aired_now) = read.map_err(|error| {
        let Committed { epoch, seq } = committed;
        let message = format!(
            "The edit is done (entry {seq}), but it could not be read back: {}",
            error.message
        );
        ApiError::new(error.code, message).with(json!({ "epoch": epoch, "seq": seq }))
    })?;
    let first = touched.first().map(|(_, playlist)| *playlist);
    let playlist_id = first.filter(|first| touched.iter().all(|(_, playlist)| playlist == first));
    Ok(ItemsChanged {
        items,
        playlist_id,
        aired: aired.max(aired_now),
        changes: Since::after_edit(since, desk).await,
        committed,
    })
}

/// A broadcast day as a request writes it: `"2026-11-22"`.
pub(super) fn date(field: &str, text: &str) -> Result<Date, ApiError> {
    let parsed = text
        .parse::<Date>()
        .ok()
        .filter(|date| date.to_string() == text);
    let date = parsed.ok_or_else(|| {
        ApiError::invalid(
            field,
            format!("\"{text}\" is not a date such as 2026-11-22."),
        )
    })?;
    domain::validate::date(date)?;
    Ok(date)
}
