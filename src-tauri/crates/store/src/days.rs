//! Days in memory: the rundowns that were read last, kept up from what is committed, so that an edit's answer need not read
//! a day of ten thousand items again to say when its items start.
//!
//! Nothing runs in between: whoever asks first has the commits taken in that were made since. A commit is told before the
//! edit that made it is answered, so what is returned is never older than an edit that its asker knows of.

use std::sync::Arc;

use changeset::{Change, Changeset, Db, Op, Schema, ValueRef};
use domain::channel::Channel;
use domain::ids::{ItemId, PlaylistId};
use domain::rundown::{Item, Playlist};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::TryRecvError;

use crate::error::{During as _, Error};
use crate::state::count;
use crate::store::{Commit, Store};
use crate::tables::items::{blank, columns, from_raw, raw_uuid, set};

/// Days that are kept, the least recently used going first: as many as operators and programs edit at a time. Tests have
/// more days than that.
const DAYS_MAX: usize = if cfg!(test) { 4 } else { 32 };
/// Items in all days that are kept; one day is kept however long it is.
const ITEMS_MAX: usize = 50_000;
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
        days.keep(kept);
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

    /// Keeps a day that was read, and forgets those for which there is no room then.
    fn keep(&mut self, day: Kept) {
        self.kept.push(day);
        let mut items = 0;
        let fit = self.kept.iter().rev().take(DAYS_MAX).take_while(|kept| {
            items += kept.day.items.len();
            items <= ITEMS_MAX
        });
        let room_for = fit.count().max(1);
        self.kept.drain(..self.kept.len() - room_for);
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
    let id = ItemId(raw_uuid(change.key().next()?)?);
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

fn items(db: &Db<'_>, playlist: PlaylistId) -> Result<Vec<Item>, Error> {
    let mut statement = db
        .prepare(concat!(
            "SELECT ",
            columns!(),
            " FROM item WHERE playlist_id = ?1 ORDER BY rank, id"
        ))
        .during(READING)?;
    statement.bind(1, playlist.as_bytes()).during(READING)?;
    let mut items = Vec::new();
    while let Some(row) = statement.step().during(READING)? {
        items.push(from_raw(&row)?);
    }
    Ok(items)
}

fn playlist_id(value: ValueRef<'_>) -> Option<PlaylistId> {
    raw_uuid(value).map(PlaylistId)
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
