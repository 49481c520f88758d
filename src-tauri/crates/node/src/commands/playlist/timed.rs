//! A day's items with their times, as the contract writes them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use domain::channel::Channel;
use domain::day::{BroadcastDay, ChannelClock};
use domain::ids::{ItemId, PlaylistId};
use domain::rundown::{Item, StartMode};
use domain::timecode::Timecode;
use domain::timing::{self, ItemTiming, Timing, TimingInput};
use jiff::civil::Date;
use store::Day;
use store::tables::{self, TableError};

use crate::api::{ApiError, ItemView, PlaylistView};
use crate::commands::Desk;

/// A day with the times of its items.
pub(super) struct Timed {
    day: Arc<Day>,
    clock: BroadcastDay,
    timing: Timing,
}

impl Timed {
    fn new(day: Arc<Day>) -> Result<Self, ApiError> {
        let clock = ChannelClock::new(&day.channel)?.day(day.playlist.date)?;
        let inputs: Vec<TimingInput> = day.items.iter().map(TimingInput::from).collect();
        let timing = timing::time(&clock, &inputs);
        Ok(Self { day, clock, timing })
    }

    /// The whole day.
    fn view(&self) -> PlaylistView {
        let Self { day, clock, timing } = self;
        let items = day.items.iter().zip(&timing.items);
        view(
            &day.channel,
            clock,
            timing,
            Some(day.playlist.id),
            items
                .map(|(item, timing)| shown(clock, item, timing))
                .collect(),
        )
    }

    /// When these items start; `None` for one whose start is fixed.
    fn starts(&self, ids: &HashSet<ItemId>) -> impl Iterator<Item = (ItemId, Option<Timecode>)> {
        let items = self.day.items.iter().zip(&self.timing.items);
        items
            .filter(|(item, _)| ids.contains(&item.id))
            .map(|(item, timing)| {
                let follows = item.start_mode != StartMode::Fixed;
                let at = follows.then(|| self.clock.timecode_at(timing.start));
                (item.id, at)
            })
    }

    /// Only these items, in order.
    fn only(&self, ids: &HashSet<ItemId>) -> impl Iterator<Item = ItemView> {
        let items = self.day.items.iter().zip(&self.timing.items);
        items
            .filter(|(item, _)| ids.contains(&item.id))
            .map(|(item, timing)| shown(&self.clock, item, timing))
    }
}

/// The day of a date; an empty one where nothing was scheduled.
pub(super) async fn of_date(desk: &Desk, date: Date) -> Result<PlaylistView, ApiError> {
    if let Some(day) = desk.store().day(PlaylistId::of_date(date)).await? {
        return Ok(Timed::new(day)?.view());
    }
    let channel = tables::channel::get(&mut *desk.read().await?).await?;
    let clock = ChannelClock::new(&channel)?.day(date)?;
    let timing = timing::time(&clock, &[]);
    Ok(view(&channel, &clock, &timing, None, Vec::new()))
}

/// The day of a playlist.
pub(super) async fn of_playlist(desk: &Desk, id: PlaylistId) -> Result<PlaylistView, ApiError> {
    match desk.store().day(id).await? {
        Some(day) => Ok(Timed::new(day)?.view()),
        None => Err(TableError::NotFound {
            what: "playlist",
            id: id.to_string(),
        }
        .into()),
    }
}

/// These items by day and in order, timed as they are now. One that is gone since is left out.
pub(super) async fn items_by_id(
    desk: &Desk,
    touched: &[(ItemId, PlaylistId)],
) -> Result<Vec<ItemView>, ApiError> {
    let ids: HashSet<ItemId> = touched.iter().map(|(item, _)| *item).collect();
    let playlists: HashSet<PlaylistId> = touched.iter().map(|(_, playlist)| *playlist).collect();
    let mut days = BTreeMap::new();
    for id in playlists {
        if let Some(day) = desk.store().day(id).await? {
            days.insert(day.playlist.date, Timed::new(day)?);
        }
    }
    Ok(days.values().flat_map(|day| day.only(&ids)).collect())
}

/// When each of these items starts now; `None` for one whose start is fixed.
pub(super) async fn starts(
    desk: &Desk,
    ids: &[ItemId],
) -> Result<HashMap<ItemId, Option<Timecode>>, ApiError> {
    let items = tables::items::get(&mut *desk.read().await?, ids).await?;
    let playlists: HashSet<PlaylistId> = items.iter().map(|item| item.playlist_id).collect();
    let wanted: HashSet<ItemId> = ids.iter().copied().collect();
    let mut starts = HashMap::new();
    for id in playlists {
        if let Some(day) = desk.store().day(id).await? {
            starts.extend(Timed::new(day)?.starts(&wanted));
        }
    }
    Ok(starts)
}

fn view(
    channel: &Channel,
    day: &BroadcastDay,
    timing: &Timing,
    id: Option<PlaylistId>,
    items: Vec<ItemView>,
) -> PlaylistView {
    let summary = timing.summary;
    PlaylistView {
        id,
        date: day.date().to_string(),
        day_start: channel.day_start,
        day_start_utc: day.start().to_string(),
        day_length: summary.day_length,
        duration: summary.scheduled,
        played: summary.played,
        lost: summary.lost,
        ends_at_offset: summary.span,
        gaps: summary.gaps,
        unfilled: summary.unfilled,
        overrun: summary.overrun,
        items,
    }
}

fn shown(day: &BroadcastDay, item: &Item, timing: &ItemTiming) -> ItemView {
    ItemView {
        id: item.id,
        kind: item.kind,
        title: item.title.clone(),
        asset_id: item.asset_id,
        start_mode: item.start_mode,
        fixed_start: item.fixed_start,
        in_point: item.in_point,
        duration: item.duration,
        starts_at: day.timecode_at(timing.start),
        ends_at: day.timecode_at(timing.end),
        start_offset: timing.start,
        plays: timing.end - timing.start,
        starts_at_utc: day.instant_at(timing.start).to_string(),
        ends_at_utc: day.instant_at(timing.end).to_string(),
        marks: timing.marks.clone(),
        notes: item.notes.clone(),
    }
}
