//! A day's items with their times, as the contract writes them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use domain::asset::FileState;
use domain::channel::Channel;
use domain::day::{BroadcastDay, ChannelClock};
use domain::ids::{AssetId, ItemId, PlaylistId};
use domain::rundown::{Item, Mark, StartMode};
use domain::timecode::Timecode;
use domain::timing::{self, ItemTiming, Summary, Timing, TimingInput};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use store::Day;
use store::tables::{self, TableError};

use super::versions::changes;
use crate::api::{
    Aired, ApiError, Carried, ClockStretch, ItemView, PlaylistChanges, PlaylistHead, PlaylistView,
};
use crate::commands::Desk;

/// A day with the times of its items, and what was known of its files then.
pub(super) struct Timed {
    day: Arc<Day>,
    clock: BroadcastDay,
    timing: Timing,
    files: Arc<HashMap<AssetId, FileState>>,
}

impl Timed {
    fn new(day: Arc<Day>, files: Arc<HashMap<AssetId, FileState>>) -> Result<Self, ApiError> {
        let clock = ChannelClock::new(&day.channel)?.day(day.playlist.date)?;
        let inputs: Vec<TimingInput> = day.items.iter().map(TimingInput::from).collect();
        let timing = timing::time(&clock, &inputs);
        Ok(Self {
            day,
            clock,
            timing,
            files,
        })
    }

    /// The day as it is now, timed anew only where it is another one than was timed last, or where other files are missing:
    /// a version says that, too.
    async fn of(desk: &Desk, id: PlaylistId) -> Result<Option<Arc<Self>>, ApiError> {
        let Some(day) = desk.store().day(id).await? else {
            return Ok(None);
        };
        let files = desk.files().states();
        let same =
            |timed: &Timed| Arc::ptr_eq(&timed.day, &day) && Arc::ptr_eq(&timed.files, &files);
        if let Some(known) = desk.versions().known(same) {
            return Ok(Some(known));
        }
        Ok(Some(Arc::new(Timed::new(day, files)?)))
    }

    /// The items in order.
    pub(super) fn items(&self) -> &[Item] {
        &self.day.items
    }

    /// The offset at which the item at an index starts.
    pub(super) fn start(&self, at: usize) -> i64 {
        self.timing.items[at].start
    }

    /// What is seen of the item at an index beside what it holds itself, wherever it stands: how long it plays, its marks,
    /// and whether its file is missing.
    pub(super) fn look(&self, at: usize) -> (i64, &[Mark], bool) {
        let timing = &self.timing.items[at];
        let missing = self.file_missing(&self.day.items[at]);
        (timing.end - timing.start, &timing.marks, missing)
    }

    /// The item at an index.
    pub(super) fn item(&self, at: usize) -> ItemView {
        self.shown(&self.day.items[at], &self.timing.items[at])
    }

    /// Whether this station knows that an item's file is not there.
    fn file_missing(&self, item: &Item) -> bool {
        let state = item.asset_id.and_then(|asset| self.files.get(&asset));
        state == Some(&FileState::Missing)
    }

    /// An item with its marks: those of its time, and that its file is not here.
    fn shown(&self, item: &Item, timing: &ItemTiming) -> ItemView {
        let mut marks = timing.marks.clone();
        if self.file_missing(item) {
            marks.push(Mark::FileMissing);
        }
        shown(&self.clock, item, timing, marks)
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
            .map(|(item, timing)| self.shown(item, timing))
    }

    /// The gravest of what these items are at an instant: on the air, or past.
    fn aired(&self, ids: &HashSet<ItemId>, now: Timestamp) -> Option<Aired> {
        let now = self.clock.offset_at(now);
        let items = self.day.items.iter().zip(&self.timing.items);
        items
            .filter(|(item, timing)| timing.start <= now && ids.contains(&item.id))
            .map(|(_, timing)| match timing.end > now {
                true => Aired::OnAir,
                false => Aired::Past,
            })
            .max()
    }

    /// What runs on into the next day.
    fn carries(&self) -> Option<Carried> {
        let Summary { overrun, .. } = self.timing.summary;
        let mut items = self.day.items.iter().zip(&self.timing.items);
        let (last, timing) = items
            .rfind(|(_, timing)| timing.end > timing.start)
            .filter(|_| overrun > 0)?;
        Some(Carried {
            title: last.title.clone(),
            frames: overrun,
            ends_at: self.clock.timecode_at(timing.end),
        })
    }
}

/// The day of a date; an empty one where nothing was scheduled.
pub(super) async fn of_date(desk: &Desk, date: Date) -> Result<PlaylistView, ApiError> {
    if let Some(timed) = Timed::of(desk, PlaylistId::of_date(date)).await? {
        return whole(desk, &timed).await;
    }
    let channel = tables::channel::get(&mut *desk.read().await?).await?;
    let clock = ChannelClock::new(&channel)?.day(date)?;
    let timing = timing::time(&clock, &[]);
    Ok(PlaylistView {
        head: head(desk, &channel, &clock, &timing, None, String::new()).await?,
        items: Vec::new(),
    })
}

/// The day of a playlist.
pub(super) async fn of_playlist(desk: &Desk, id: PlaylistId) -> Result<PlaylistView, ApiError> {
    match Timed::of(desk, id).await? {
        Some(timed) => whole(desk, &timed).await,
        None => Err(TableError::NotFound {
            what: "playlist",
            id: id.to_string(),
        }
        .into()),
    }
}

/// What is other in the day than in a version of it.
pub(super) async fn since(
    desk: &Desk,
    date: Date,
    version: &str,
) -> Result<PlaylistChanges, ApiError> {
    let id = PlaylistId::of_date(date);
    let was = desk.versions().get(version);
    if let Some(was) = was.filter(|was| was.day.playlist.id == id)
        && let Some(now) = Timed::of(desk, id).await?
        && was.clock == now.clock
    {
        let head = timed_head(desk, &now).await?;
        return Ok(changes(&was, &now, head));
    }
    let PlaylistView { head, items } = of_date(desk, date).await?;
    Ok(PlaylistChanges {
        head,
        items: Some(items),
        placed: Vec::new(),
        removed: Vec::new(),
        shifted: Vec::new(),
    })
}

async fn whole(desk: &Desk, timed: &Arc<Timed>) -> Result<PlaylistView, ApiError> {
    Ok(PlaylistView {
        head: timed_head(desk, timed).await?,
        items: (0..timed.items().len()).map(|at| timed.item(at)).collect(),
    })
}

/// These items by day and in order, timed as they are now, and the gravest of what they are: on the air, or past; `None`
/// where all of them are still to come. One that is gone since is left out.
pub(super) async fn items_now(
    desk: &Desk,
    touched: &[(ItemId, PlaylistId)],
) -> Result<(Vec<ItemView>, Option<Aired>), ApiError> {
    let ids: HashSet<ItemId> = touched.iter().map(|(item, _)| *item).collect();
    let days = days(desk, touched.iter().map(|(_, playlist)| *playlist)).await?;
    let now = Timestamp::now();
    let items = days.values().flat_map(|day| day.only(&ids)).collect();
    let aired = days.values().filter_map(|day| day.aired(&ids, now)).max();
    Ok((items, aired))
}

/// What these items of these playlists are now: on the air, or past; `None` where all of them are still to come.
pub(in crate::commands) async fn aired(
    desk: &Desk,
    touched: &[(ItemId, PlaylistId)],
) -> Result<Option<Aired>, ApiError> {
    let now = Timestamp::now();
    let today = now.to_zoned(TimeZone::UTC).date();
    let mut near: HashMap<PlaylistId, HashSet<ItemId>> = HashMap::new();
    let mut aired = None;
    for (item, playlist) in touched {
        match playlist.date().map(|date| span(today, date)) {
            // Days that are over, or far ahead, need not be read for this: an edit may touch hundreds of them.
            Some(days) if days < -DAYS_AROUND => aired = Some(Aired::Past),
            Some(days) if days > DAYS_AROUND => {}
            _ => drop(near.entry(*playlist).or_default().insert(*item)),
        }
    }
    for (playlist, ids) in near {
        if let Some(day) = Timed::of(desk, playlist).await? {
            aired = aired.max(day.aired(&ids, now));
        }
    }
    Ok(aired)
}

/// How many days before and after today's date in UTC a broadcast day may still, or already, be on the air: time zones, the
/// start of the day, and what runs over into the next one.
const DAYS_AROUND: i32 = 3;

fn span(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// The same of items by their ids alone. One that is not there is nothing.
pub(super) async fn aired_now(desk: &Desk, ids: &[ItemId]) -> Result<Option<Aired>, ApiError> {
    let items = tables::items::get(&mut *desk.read().await?, ids).await?;
    let touched: Vec<_> = items
        .iter()
        .map(|item| (item.id, item.playlist_id))
        .collect();
    aired(desk, &touched).await
}

/// When each of these items starts now; `None` for one whose start is fixed.
pub(super) async fn starts(
    desk: &Desk,
    ids: &[ItemId],
) -> Result<HashMap<ItemId, Option<Timecode>>, ApiError> {
    let items = tables::items::get(&mut *desk.read().await?, ids).await?;
    let days = days(desk, items.iter().map(|item| item.playlist_id)).await?;
    let wanted: HashSet<ItemId> = ids.iter().copied().collect();
    Ok(days.values().flat_map(|day| day.starts(&wanted)).collect())
}

/// These days by their dates.
async fn days(
    desk: &Desk,
    playlists: impl Iterator<Item = PlaylistId>,
) -> Result<BTreeMap<Date, Arc<Timed>>, ApiError> {
    let playlists: HashSet<PlaylistId> = playlists.collect();
    let mut days = BTreeMap::new();
    for id in playlists {
        if let Some(timed) = Timed::of(desk, id).await? {
            days.insert(timed.day.playlist.date, timed);
        }
    }
    Ok(days)
}

async fn timed_head(desk: &Desk, timed: &Arc<Timed>) -> Result<PlaylistHead, ApiError> {
    let Timed {
        day, clock, timing, ..
    } = &**timed;
    let id = Some(day.playlist.id);
    let version = desk.versions().name(timed);
    head(desk, &day.channel, clock, timing, id, version).await
}

async fn head(
    desk: &Desk,
    channel: &Channel,
    day: &BroadcastDay,
    timing: &Timing,
    id: Option<PlaylistId>,
    version: String,
) -> Result<PlaylistHead, ApiError> {
    let summary = timing.summary;
    let previous = day.date().yesterday().ok().map(PlaylistId::of_date);
    let before = match previous {
        Some(previous) => Timed::of(desk, previous).await?,
        None => None,
    };
    Ok(PlaylistHead {
        id,
        date: day.date().to_string(),
        version,
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
        previous_id: previous,
        carried: before.and_then(|before| before.carries()),
        clock: day
            .stretches()
            .map(|(offset, label)| ClockStretch { offset, label })
            .collect(),
    })
}

fn shown(day: &BroadcastDay, item: &Item, timing: &ItemTiming, marks: Vec<Mark>) -> ItemView {
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
        marks,
        notes: item.notes.clone(),
    }
}
