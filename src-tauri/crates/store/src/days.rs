//! Days in memory: the rundowns that were read last, kept up from what is committed, so that an edit's answer need not read
//! a day of ten thousand items again to say when its items start.
//!
//! Nothing runs in between: whoever asks first has the commits taken in that were made since. A commit is told before the
//! edit that made it is answered, so what is returned is never older than an edit that its asker knows of.

use std::sync::Arc;

use changeset::{Change, Changeset, Db, Op, Schema, ValueRef};
use domain::channel::Channel;
use domain::ids::{AssetId, ItemId, PlaylistId};
use domain::rundown::{Item, ItemKind, Playlist, StartMode};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::TryRecvError;
use uuid::Uuid;

use crate::error::{During as _, Error};
use crate::state::count;
use crate::store::{Commit, Store};
use crate::tables::items::{kind, start_mode};

/// Days that are kept, the least recently used going first.
const DAYS_MAX: usize = 4;
/// Where one commit changes more items than this, days are read anew: that costs less.
const CHANGES_MAX: usize = 500;

const READING: &str = "read a day";

/// A day's rundown, with what it needs to be timed: all of one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Day {
    /// The channel's settings.
    pub channel: Channel,
    /// The playlist.
    pub playlist: Playlist,
    /// Its items, in order.
    pub items: Vec<Item>,
}

/// The days that are kept.
pub(crate) struct Days {
    commits: broadcast::Receiver<Commit>,
    /// The most recently used last.
    kept: Vec<Kept>,
}

struct Kept {
    /// The last entry that is in it.
    seq: u64,
    day: Arc<Day>,
}

impl Store {
    /// The day of a playlist as it is after the last commit; `None` where nothing was ever scheduled on it.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::Database`].
    pub async fn day(&self, playlist: PlaylistId) -> Result<Option<Arc<Day>>, Error> {
        let mut days = self.0.days.lock().await;
        days.take_in(&self.0.schema);
        if let Some(at) = days.at(playlist) {
            let kept = days.kept.remove(at);
            let day = Arc::clone(&kept.day);
            days.kept.push(kept);
            return Ok(Some(day));
        }
        let read = self
            .with_reader(READING, move |db| read(db, playlist))
            .await?;
        let Some(kept) = read else { return Ok(None) };
        let day = Arc::clone(&kept.day);
        if days.kept.len() >= DAYS_MAX {
            days.kept.remove(0);
        }
        days.kept.push(kept);
        Ok(Some(day))
    }
}

impl Days {
    /// Kept up from these commits; nothing is kept at first.
    pub(crate) fn new(commits: broadcast::Receiver<Commit>) -> Self {
        Days {
            commits,
            kept: Vec::new(),
        }
    }

    fn at(&self, playlist: PlaylistId) -> Option<usize> {
        self.kept
            .iter()
            .position(|kept| kept.day.playlist.id == playlist)
    }

    /// Takes in what was committed since the last time.
    fn take_in(&mut self, schema: &Schema) {
        loop {
            match self.commits.try_recv() {
                Ok(Commit::Edited(entry)) => self.follow(schema, entry.seq, &entry.changeset),
                Ok(Commit::Applied(applied)) => {
                    if let Some(last) = applied.entries.last() {
                        self.follow(schema, last.seq, &applied.changeset);
                    }
                }
                Ok(Commit::Replaced) | Err(TryRecvError::Lagged(_)) => self.kept.clear(),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }

    /// Brings all days up to entry `seq`; those that it cannot bring up are forgotten.
    fn follow(&mut self, schema: &Schema, seq: u64, changeset: &Changeset) {
        if self.kept.iter().all(|kept| kept.seq >= seq) {
            return;
        }
        let columns = schema
            .table("item")
            .map_or(&[][..], |table| &table.columns[..]);
        // What was read after this commit was made has it already.
        let (done, mut behind): (Vec<_>, Vec<_>) = std::mem::take(&mut self.kept)
            .into_iter()
            .partition(|kept| kept.seq >= seq);
        let many = changeset.changes().nth(CHANGES_MAX).is_some();
        if many || follow_all(&mut behind, columns, changeset).is_none() {
            behind.clear();
        }
        behind.iter_mut().for_each(|kept| kept.seq = seq);
        self.kept = behind;
        self.kept.extend(done);
    }
}

/// `None` where something came that cannot be followed.
fn follow_all(days: &mut Vec<Kept>, columns: &[String], changeset: &Changeset) -> Option<()> {
    let mut moved = Vec::new();
    for change in changeset.changes() {
        match change.table {
            "channel" => return None,
            "playlist" => {
                let id = playlist_id(change.key().next()?)?;
                days.retain(|kept| kept.day.playlist.id != id);
            }
            "item" => follow_item(days, columns, &change, &mut moved)?,
            _ => {}
        }
    }
    // Only now: an item that comes into a day may stand in its changeset before one that leaves the same place.
    moved.into_iter().for_each(|item| put(days, item));
    Some(())
}

/// Takes the changed item out of its day, and into `changed` as it is now.
fn follow_item(
    days: &mut [Kept],
    columns: &[String],
    change: &Change<'_>,
    changed: &mut Vec<Item>,
) -> Option<()> {
    let id = ItemId(uuid(change.key().next()?)?);
    let found = days.iter_mut().find_map(|kept| {
        let at = kept.day.items.iter().position(|item| item.id == id)?;
        Some(Arc::make_mut(&mut kept.day).items.remove(at))
    });
    let mut item = match (change.op, found) {
        (Op::Delete, _) => return Some(()),
        (Op::Insert, _) => blank(id),
        (Op::Update, Some(item)) => item,
        (Op::Update, None) => {
            // It was in no day that is kept. Where it comes into one, the whole of it is not known.
            let at = columns.iter().position(|name| name == "playlist_id")?;
            let into = change.after().nth(at).flatten().and_then(playlist_id);
            let known = days.iter().any(|kept| Some(kept.day.playlist.id) == into);
            return (!known).then_some(());
        }
    };
    for (column, value) in columns.iter().zip(change.after()) {
        if let Some(value) = value {
            set(&mut item, column, value)?;
        }
    }
    changed.push(item);
    Some(())
}

/// Puts an item where it belongs, if its day is kept.
fn put(days: &mut [Kept], item: Item) {
    if let Some(kept) = days
        .iter_mut()
        .find(|kept| kept.day.playlist.id == item.playlist_id)
    {
        let items = &mut Arc::make_mut(&mut kept.day).items;
        let at = items.partition_point(|other| {
            (other.rank.as_str(), other.id) < (item.rank.as_str(), item.id)
        });
        items.insert(at, item);
    }
}

/// Reads a day, with the entry that it is of.
fn read(db: &Db<'_>, playlist: PlaylistId) -> Result<Option<Kept>, Error> {
    db.execute("BEGIN").during(READING)?;
    let mut statement = db
        .prepare(
            "SELECT state.seq, name, frame_rate, drop_frame, time_zone, day_start, date \
             FROM state, channel, playlist WHERE playlist.id = ?1",
        )
        .during(READING)?;
    statement.bind(1, playlist.as_bytes()).during(READING)?;
    let Some(row) = statement.step().during(READING)? else {
        return Ok(None);
    };
    let seq = count(&row, 0);
    let channel = Channel {
        name: row.str(1).to_owned(),
        frame_rate: parsed(row.get(2), "frame rate")?,
        drop_frame: row.i64(3) != 0,
        time_zone: row.str(4).to_owned(),
        day_start: parsed(row.get(5), "day start")?,
    };
    let date = parsed(row.get(6), "date")?;
    drop(statement);
    let day = Day {
        channel,
        playlist: Playlist { id: playlist, date },
        items: items(db, playlist)?,
    };
    Ok(Some(Kept {
        seq,
        day: Arc::new(day),
    }))
}

const COLUMNS: [&str; 11] = [
    "id",
    "playlist_id",
    "rank",
    "kind",
    "title",
    "asset_id",
    "start_mode",
    "fixed_start",
    "in_point",
    "duration",
    "notes",
];

fn items(db: &Db<'_>, playlist: PlaylistId) -> Result<Vec<Item>, Error> {
    let query = format!(
        "SELECT {} FROM item WHERE playlist_id = ?1 ORDER BY rank, id",
        COLUMNS.join(", ")
    );
    let mut statement = db.prepare(&query).during(READING)?;
    statement.bind(1, playlist.as_bytes()).during(READING)?;
    let mut items = Vec::new();
    while let Some(row) = statement.step().during(READING)? {
        let mut item = blank(ItemId(Uuid::nil()));
        for (at, column) in COLUMNS.iter().enumerate() {
            set(&mut item, column, row.get(at)).ok_or_else(|| damaged(column))?;
        }
        items.push(item);
    }
    Ok(items)
}

fn blank(id: ItemId) -> Item {
    Item {
        id,
        playlist_id: PlaylistId(Uuid::nil()),
        rank: domain::rank::Rank::middle(),
        kind: ItemKind::Note,
        title: String::new(),
        asset_id: None,
        start_mode: StartMode::Follow,
        fixed_start: None,
        in_point: 0,
        duration: 0,
        notes: String::new(),
    }
}

/// Sets the column of this name; `None` where the value is none that this program writes. A column that items do not show
/// is let be.
fn set(item: &mut Item, column: &str, value: ValueRef<'_>) -> Option<()> {
    match column {
        "id" => item.id = ItemId(uuid(value)?),
        "playlist_id" => item.playlist_id = playlist_id(value)?,
        "rank" => item.rank = value.as_str()?.parse().ok()?,
        "kind" => item.kind = kind(value.as_str()?).ok()?,
        "title" => item.title = value.as_str()?.to_owned(),
        "asset_id" => item.asset_id = unless_null(value, |value| uuid(value).map(AssetId))?,
        "start_mode" => item.start_mode = start_mode(value.as_str()?).ok()?,
        "fixed_start" => {
            item.fixed_start = unless_null(value, |value| value.as_str()?.parse().ok())?;
        }
        "in_point" => item.in_point = value.as_i64()?,
        "duration" => item.duration = value.as_i64()?,
        "notes" => item.notes = value.as_str()?.to_owned(),
        _ => {}
    }
    Some(())
}

/// `Some(None)` for NULL; `None` for what cannot be read.
fn unless_null<T>(
    value: ValueRef<'_>,
    read: impl FnOnce(ValueRef<'_>) -> Option<T>,
) -> Option<Option<T>> {
    match value {
        ValueRef::Null => Some(None),
        value => read(value).map(Some),
    }
}

fn uuid(value: ValueRef<'_>) -> Option<Uuid> {
    Uuid::from_slice(value.as_blob()?).ok()
}

fn playlist_id(value: ValueRef<'_>) -> Option<PlaylistId> {
    uuid(value).map(PlaylistId)
}

fn parsed<T: std::str::FromStr>(value: ValueRef<'_>, what: &str) -> Result<T, Error> {
    value
        .as_str()
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| damaged(what))
}

fn damaged(what: &str) -> Error {
    Error::Damaged {
        what: format!("a row's {what} cannot be read"),
    }
}
