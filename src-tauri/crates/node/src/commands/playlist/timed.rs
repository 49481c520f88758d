//! A day's items with their times, as the contract writes them.

use std::collections::{BTreeMap, HashSet};

use domain::channel::Channel;
use domain::day::BroadcastDay;
use domain::ids::{ItemId, PlaylistId};
use domain::rundown::Item;
use domain::timing::{self, ItemTiming, Timing, TimingInput};
use jiff::civil::Date;
use sqlx::sqlite::SqliteConnection;
use store::tables;

use crate::api::{ApiError, ItemView, PlaylistView};
use crate::commands::Desk;
use crate::commands::desk::channel_and_clock;

/// The items of a day, timed.
pub(super) struct Timed {
    channel: Channel,
    day: BroadcastDay,
    items: Vec<Item>,
    timing: Timing,
}

impl Timed {
    /// Reads and times the items of a date; none where nothing was scheduled.
    pub(super) async fn read(
        connection: &mut SqliteConnection,
        date: Date,
    ) -> Result<Self, ApiError> {
        let (channel, clock) = channel_and_clock(&mut *connection).await?;
        let day = clock.day(date)?;
        let items = tables::items::of_playlist(connection, PlaylistId::of_date(date)).await?;
        let inputs: Vec<TimingInput> = items.iter().map(TimingInput::from).collect();
        let timing = timing::time(&day, &inputs);
        Ok(Self {
            channel,
            day,
            items,
            timing,
        })
    }

    /// The whole day.
    pub(super) fn view(self, id: Option<PlaylistId>) -> PlaylistView {
        let summary = self.timing.summary;
        PlaylistView {
            id,
            date: self.day.date().to_string(),
            day_start: self.channel.day_start,
            day_start_utc: self.day.start().to_string(),
            day_length: summary.day_length,
            duration: summary.scheduled,
            played: summary.played,
            lost: summary.lost,
            ends_at_offset: summary.span,
            gaps: summary.gaps,
            unfilled: summary.unfilled,
            overrun: summary.overrun,
            items: self
                .items
                .into_iter()
                .zip(self.timing.items)
                .map(|(item, timing)| shown(&self.day, item, timing))
                .collect(),
        }
    }

    /// Only these items, in order.
    fn only(self, ids: &HashSet<ItemId>) -> impl Iterator<Item = ItemView> {
        let Self {
            day, items, timing, ..
        } = self;
        let wanted = items
            .into_iter()
            .zip(timing.items)
            .filter(|(item, _)| ids.contains(&item.id));
        wanted
            .map(move |(item, timing)| shown(&day, item, timing))
            .collect::<Vec<_>>()
            .into_iter()
    }
}

/// These items by day and in order, timed as they are now. One that is gone since is left out.
pub(super) async fn items_by_id(
    desk: &Desk,
    touched: &[(ItemId, PlaylistId)],
) -> Result<Vec<ItemView>, ApiError> {
    let ids: HashSet<ItemId> = touched.iter().map(|(item, _)| *item).collect();
    let playlists: HashSet<PlaylistId> = touched.iter().map(|(_, playlist)| *playlist).collect();
    let mut reader = desk.read().await?;
    let mut days = BTreeMap::new();
    for id in playlists {
        let date = tables::playlists::get(&mut reader, id).await?.date;
        days.insert(date, Timed::read(&mut reader, date).await?);
    }
    Ok(days.into_values().flat_map(|day| day.only(&ids)).collect())
}

fn shown(day: &BroadcastDay, item: Item, timing: ItemTiming) -> ItemView {
    ItemView {
        id: item.id,
        kind: item.kind,
        title: item.title,
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
        marks: timing.marks,
        notes: item.notes,
    }
}
