//! What an entry changed, in the terms of those who schedule: which day, which items, which assets, which settings.

use std::collections::HashMap;

use changeset::{Change, Changeset, Db, Op, Schema, Value, ValueRef};
use domain::ids::PlaylistId;
use uuid::Uuid;

use crate::error::{During as _, Error};
use crate::history::{self, HistoryEntry};
use crate::state::sql;
use crate::store::Store;

/// Rows that are described one by one; of the others it is told how many.
const ROWS_MAX: usize = 20;
/// Rows whose names are remembered over the entries of one list.
const NAMES_MAX: usize = 50_000;
/// Bytes of changesets that one list walks over; entries beyond are listed without what they changed.
const BYTES_MAX: usize = 64 << 20;

/// A kind of row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Thing {
    /// The channel's settings.
    Settings,
    /// The playlist of a day.
    Playlist,
    /// A line of a playlist.
    Item,
    /// An entry of the library.
    Asset,
    /// A template.
    Template,
    /// A line of a template.
    TemplateItem,
}

/// A row that was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AffectedRow {
    /// What it is.
    pub thing: Thing,
    /// What happened to it.
    pub op: Op,
    /// Which: `None` for the settings.
    pub id: Option<Uuid>,
    /// The title of an item or asset, as far as it is known here.
    pub title: Option<String>,
    /// The day of a playlist or item, as far as it is known here: `2026-11-22`.
    pub date: Option<String>,
    /// The columns that an update changed.
    pub columns: Vec<String>,
}

/// What an entry changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Affected {
    /// How many rows.
    pub total: u64,
    /// The first of them.
    pub rows: Vec<AffectedRow>,
}

/// An entry with what it changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribedEntry {
    /// Who, when and what.
    pub entry: HistoryEntry,
    /// Which rows.
    pub affected: Affected,
}

impl Store {
    /// The last entries after `after_seq`, newest first, at most `limit`, with what they changed.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::Database`].
    pub async fn described_after(
        &self,
        after_seq: u64,
        limit: u32,
    ) -> Result<Vec<DescribedEntry>, Error> {
        let schema = self.0.schema.clone();
        self.with_reader("list what was changed", move |db| {
            described(db, &schema, after_seq, limit)
        })
        .await
    }
}

fn described(
    db: &Db<'_>,
    schema: &Schema,
    after_seq: u64,
    limit: u32,
) -> Result<Vec<DescribedEntry>, Error> {
    let during = "list what was changed";
    let query = format!(
        "SELECT {}, changeset FROM journal WHERE seq > ?1 ORDER BY seq DESC LIMIT ?2",
        history::COLUMNS
    );
    let mut names = Names::new(schema);
    let mut described = Vec::new();
    // Names are learned first: what an entry of this list added, a later one may have removed.
    for learning in [true, false] {
        let mut bytes = 0;
        let mut statement = db.prepare(&query).during(during)?;
        statement
            .bind_all(&[sql(after_seq).into(), i64::from(limit).into()])
            .during(during)?;
        while let Some(row) = statement.step().during(during)? {
            bytes += row.blob(10).len();
            let changeset = (bytes <= BYTES_MAX)
                .then(|| Changeset::from_bytes(row.blob(10).to_vec()))
                .transpose();
            let changeset = changeset.map_err(|_| Error::Damaged {
                what: format!("journal entry {} is malformed", row.i64(0)),
            })?;
            if learning {
                changeset.iter().for_each(|changes| names.learn(changes));
                continue;
            }
            let affected = changeset.map(|changes| names.affected(db, &changes));
            described.push(DescribedEntry {
                entry: HistoryEntry::read(&row),
                affected: affected.transpose()?.unwrap_or_default(),
            });
        }
    }
    Ok(described)
}

/// Finds names for rows: in the change itself, in the data, or in other changes that were learned from.
pub(crate) struct Names<'s> {
    schema: &'s Schema,
    known: HashMap<(Thing, Uuid), Known>,
}

#[derive(Default)]
struct Known {
    title: Option<String>,
    playlist: Option<PlaylistId>,
}

impl<'s> Names<'s> {
    pub(crate) fn new(schema: &'s Schema) -> Self {
        Names {
            schema,
            known: HashMap::new(),
        }
    }

    /// Remembers what the rows of a changeset are called in it.
    pub(crate) fn learn(&mut self, changeset: &Changeset) {
        for change in changeset.changes() {
            if self.known.len() >= NAMES_MAX {
                return;
            }
            let (Some(thing), Some(id)) = (thing(change.table), key_id(&change)) else {
                continue;
            };
            let title = self.text(&change, title_column(thing));
            let playlist = self.playlist_in(&change);
            if title.is_none() && playlist.is_none() {
                continue;
            }
            let known = self.known.entry((thing, id)).or_default();
            known.title = title.or(known.title.take());
            known.playlist = playlist.or(known.playlist.take());
        }
    }

    /// What a changeset changed.
    pub(crate) fn affected(&self, db: &Db<'_>, changeset: &Changeset) -> Result<Affected, Error> {
        let mut affected = Affected::default();
        for change in changeset.changes() {
            affected.total += 1;
            if affected.rows.len() < ROWS_MAX
                && let Some(row) = self.row(db, &change)?
            {
                affected.rows.push(row);
            }
        }
        Ok(affected)
    }

    /// What a change is about; `None` where it is about nothing that people know.
    pub(crate) fn row(
        &self,
        db: &Db<'_>,
        change: &Change<'_>,
    ) -> Result<Option<AffectedRow>, Error> {
        let Some(thing) = thing(change.table) else {
            return Ok(None);
        };
        let id = (thing != Thing::Settings).then(|| key_id(change)).flatten();
        let title = match (thing, id) {
            (Thing::Item | Thing::Asset | Thing::Template | Thing::TemplateItem, Some(id)) => {
                match self.text(change, title_column(thing)) {
                    Some(title) => Some(title),
                    None => self.title(db, thing, id)?,
                }
            }
            _ => None,
        };
        let date = match (thing, id) {
            (Thing::Playlist, Some(id)) => match self.text(change, "date") {
                Some(date) => Some(date),
                None => day(db, PlaylistId(id))?,
            },
            (Thing::Item, Some(id)) => {
                let playlist = match self.playlist_in(change) {
                    Some(playlist) => Some(playlist),
                    None => self.playlist_of(db, id)?,
                };
                playlist
                    .map(|playlist| day(db, playlist))
                    .transpose()?
                    .flatten()
            }
            _ => None,
        };
        Ok(Some(AffectedRow {
            thing,
            op: change.op,
            id,
            title,
            date,
            columns: self.columns(change),
        }))
    }

    /// What an item or asset is called now, or was when it was last heard of.
    pub(crate) fn title(
        &self,
        db: &Db<'_>,
        thing: Thing,
        id: Uuid,
    ) -> Result<Option<String>, Error> {
        let query = match thing {
            Thing::Item => "SELECT title FROM item WHERE id = ?1",
            Thing::Asset => "SELECT title FROM asset WHERE id = ?1",
            Thing::Template => "SELECT name FROM template WHERE id = ?1",
            Thing::TemplateItem => "SELECT title FROM template_item WHERE id = ?1",
            Thing::Settings | Thing::Playlist => return Ok(None),
        };
        let now = one(db, query, id)?.and_then(|value| value.as_ref().as_str().map(str::to_owned));
        let known = || self.known.get(&(thing, id))?.title.clone();
        Ok(now.or_else(known))
    }

    fn playlist_of(&self, db: &Db<'_>, item: Uuid) -> Result<Option<PlaylistId>, Error> {
        let now = one(db, "SELECT playlist_id FROM item WHERE id = ?1", item)?;
        let now = now.and_then(|value| id_of(value.as_ref())).map(PlaylistId);
        let known = || self.known.get(&(Thing::Item, item))?.playlist;
        Ok(now.or_else(known))
    }

    /// The names of the columns that an update changed.
    fn columns(&self, change: &Change<'_>) -> Vec<String> {
        if change.op != Op::Update {
            return Vec::new();
        }
        let names = self
            .schema
            .table(change.table)
            .map(|table| table.columns.as_slice())
            .unwrap_or_default();
        names
            .iter()
            .zip(change.after())
            .filter(|(_, value)| value.is_some())
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// A column of a change: as it was, for what was there; as it became, for what is new.
    fn value<'a>(&self, change: &Change<'a>, column: &str) -> Option<ValueRef<'a>> {
        let at = column_at(self.schema, change.table, column)?;
        let before = change.before().nth(at).flatten();
        before.or_else(|| change.after().nth(at).flatten())
    }

    fn text(&self, change: &Change<'_>, column: &str) -> Option<String> {
        self.value(change, column)?.as_str().map(str::to_owned)
    }

    /// The playlist that an item is in by its change: where it went, or where it was.
    fn playlist_in(&self, change: &Change<'_>) -> Option<PlaylistId> {
        let at = column_at(self.schema, change.table, "playlist_id")?;
        let after = change.after().nth(at).flatten();
        let value = after.or_else(|| change.before().nth(at).flatten())?;
        id_of(value).map(PlaylistId)
    }
}

/// Where a column stands in its table.
pub(crate) fn column_at(schema: &Schema, table: &str, column: &str) -> Option<usize> {
    let table = schema.table(table)?;
    table.columns.iter().position(|name| name == column)
}

/// The day of a playlist: its id says it, or the data does.
pub(crate) fn day(db: &Db<'_>, playlist: PlaylistId) -> Result<Option<String>, Error> {
    if let Some(date) = playlist.date() {
        return Ok(Some(date.to_string()));
    }
    let found = one(db, "SELECT date FROM playlist WHERE id = ?1", playlist.0)?;
    Ok(found.and_then(|date| date.as_ref().as_str().map(str::to_owned)))
}

pub(crate) fn thing(table: &str) -> Option<Thing> {
    match table {
        "channel" => Some(Thing::Settings),
        "playlist" => Some(Thing::Playlist),
        "item" => Some(Thing::Item),
        "asset" => Some(Thing::Asset),
        "template" => Some(Thing::Template),
        "template_item" => Some(Thing::TemplateItem),
        _ => None,
    }
}

/// The column that says what a row is called.
fn title_column(thing: Thing) -> &'static str {
    match thing {
        Thing::Template => "name",
        _ => "title",
    }
}

pub(crate) fn id_of(value: ValueRef<'_>) -> Option<Uuid> {
    Uuid::from_slice(value.as_blob()?).ok()
}

fn key_id(change: &Change<'_>) -> Option<Uuid> {
    change.key().next().and_then(id_of)
}

/// The one value that a query answers for an id.
fn one(db: &Db<'_>, query: &str, id: Uuid) -> Result<Option<Value>, Error> {
    let during = "look up a name";
    let mut statement = db.prepare(query).during(during)?;
    statement.bind(1, id.as_bytes()).during(during)?;
    let row = statement.step().during(during)?;
    Ok(row.map(|row| row.get(0).to_owned()))
}
