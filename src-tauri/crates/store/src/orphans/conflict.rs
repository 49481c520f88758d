//! Why an orphan cannot be applied again as it is: row by row, in terms of what it found and what stands there now.

use std::collections::{HashMap, HashSet};
use std::fmt;

use changeset::{Change, Changeset, Conflict, ConflictKind, Db, Op, Schema, Value, quoted};
use domain::ids::PlaylistId;
use uuid::Uuid;

use crate::affected::{AffectedRow, Names, Thing, column_at, day, id_of, thing};
use crate::error::{During as _, Error};
use crate::history::{self, HistoryEntry};
use crate::state::sql;
use crate::undo::row_id;

/// Rows in the way that are explained; of the others it is told how many.
const EXPLAINED_MAX: usize = 50;
/// Rows without what they refer to that are looked at.
const DANGLING_MAX: usize = 10_000;
/// How far back in the journal it is looked for who changed a row.
const ENTRIES_SEARCHED_MAX: i64 = 20_000;

/// An orphan does not fit the present data. Nothing was changed.
#[derive(Debug, Clone, PartialEq)]
pub struct OrphanConflict {
    /// The orphan's label.
    pub label: String,
    /// How many rows it changes.
    pub changes: u64,
    /// How many of them stand in the way.
    pub in_the_way: u64,
    /// The first of them, explained.
    pub rows: Vec<RowConflict>,
}

/// A row that stands in the way.
#[derive(Debug, Clone, PartialEq)]
pub struct RowConflict {
    /// Which, and what the orphan wanted with it.
    pub row: AffectedRow,
    /// What is in the way.
    pub why: Obstacle,
    /// What the orphan found, wanted, and what stands there now, column by column.
    pub fields: Vec<FieldConflict>,
    /// The entry that changed the row since, where the journal still has one.
    pub by: Option<HistoryEntry>,
}

/// What is in an orphan's way.
#[derive(Debug, Clone, PartialEq)]
pub enum Obstacle {
    /// The row was changed since.
    Changed,
    /// The row is not there.
    Gone,
    /// Another row with this identity is there.
    Exists,
    /// A rule of the data forbids what would become of it.
    Forbidden,
    /// It refers to something that is not there: what kind, and its name where that is known.
    Missing(Thing, Option<String>),
    /// It cannot be removed: a row that is there now refers to it, of this name where that is known.
    InUse(Option<String>),
}

/// A column of a row that stands in the way.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldConflict {
    /// Its name.
    pub column: String,
    /// What the orphan found; `None` where it found no row.
    pub found: Option<Value>,
    /// What it made of it; `None` where it removed the row.
    pub wanted: Option<Value>,
    /// What stands there; `None` where there is no row.
    pub now: Option<Value>,
}

impl fmt::Display for OrphanConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "“{}” cannot be applied again as it is: {} of its {} changes do not fit what is there now",
            self.label, self.in_the_way, self.changes
        )
    }
}

/// What stands in the way of a changeset that was just applied without what does not fit.
pub(super) struct Obstacles {
    /// By row.
    rows: HashMap<Vec<u8>, Obstacle>,
    /// Rows that are already as the changeset wants them.
    pub(super) settled: usize,
}

impl Obstacles {
    /// Sorts the conflicts of an application into what stands in the way and what is already so.
    pub(super) fn of(
        db: &Db<'_>,
        schema: &Schema,
        names: &Names<'_>,
        change: &Changeset,
        conflicts: Vec<Conflict>,
    ) -> Result<Self, Error> {
        let mut obstacles = Obstacles {
            rows: HashMap::new(),
            settled: 0,
        };
        let mut dangles = false;
        let mut kinds = HashMap::new();
        for conflict in conflicts {
            if conflict.kind == ConflictKind::ForeignKey {
                dangles = true;
            } else {
                kinds.insert(
                    row_key(&conflict.table, conflict.key.iter().map(Value::as_ref)),
                    conflict.kind,
                );
            }
        }
        for change in change.changes() {
            let Some(kind) = kinds.get(&row_id(&change)) else {
                continue;
            };
            if is_so(db, schema, &change)? {
                obstacles.settled += 1;
            } else {
                let why = match kind {
                    ConflictKind::NotFound => Obstacle::Gone,
                    ConflictKind::Exists => Obstacle::Exists,
                    ConflictKind::Constraint => Obstacle::Forbidden,
                    ConflictKind::Data | ConflictKind::ForeignKey => Obstacle::Changed,
                };
                obstacles.rows.insert(row_id(&change), why);
            }
        }
        if dangles {
            obstacles.add_dangling(db, names, change)?;
        }
        Ok(obstacles)
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether a change is free to be applied.
    pub(super) fn spare(&self, change: &Change<'_>) -> bool {
        !self.rows.contains_key(&row_id(change))
    }

    /// Finds the changes after which rows refer to rows that are not there.
    fn add_dangling(
        &mut self,
        db: &Db<'_>,
        names: &Names<'_>,
        changeset: &Changeset,
    ) -> Result<(), Error> {
        let during = "find what refers to nothing";
        let touched: HashMap<Vec<u8>, Op> = changeset
            .changes()
            .map(|change| (row_id(&change), change.op))
            .collect();
        let mut check = db
            .prepare("SELECT \"table\", rowid, \"parent\" FROM pragma_foreign_key_check()")
            .during(during)?;
        let mut seen = 0;
        while let Some(row) = check.step().during(during)? {
            seen += 1;
            if seen > DANGLING_MAX {
                break;
            }
            let (table, parent) = (row.str(0), row.str(2));
            let query = format!(
                "SELECT id, {} FROM {} WHERE rowid = ?1",
                quoted(&format!("{parent}_id")),
                quoted(table)
            );
            let mut child = db.prepare(&query).during(during)?;
            child.bind(1, row.i64(1)).during(during)?;
            let Some(found) = child.step().during(during)? else {
                continue;
            };
            let (Some(child_id), Some(parent_id)) = (id_of(found.get(0)), id_of(found.get(1)))
            else {
                continue;
            };
            let child_key = row_key(table, [found.get(0)]);
            let parent_key = row_key(parent, [found.get(1)]);
            if touched.contains_key(&child_key) {
                let missing = missing(db, names, parent, parent_id)?;
                self.rows.insert(child_key, missing);
            } else if touched.get(&parent_key) == Some(&Op::Delete) {
                let user = names.title(db, thing(table).unwrap_or(Thing::Item), child_id)?;
                self.rows.insert(parent_key, Obstacle::InUse(user));
            }
        }
        Ok(())
    }

    /// Explains what stands in the way of `changeset`, which was made after entry `since` of the present lineage.
    pub(super) fn explain(
        &self,
        db: &Db<'_>,
        schema: &Schema,
        names: &Names<'_>,
        changeset: &Changeset,
        since: u64,
    ) -> Result<Vec<RowConflict>, Error> {
        let mut explained = Vec::new();
        let mut keys = Vec::new();
        for change in changeset.changes() {
            if explained.len() == EXPLAINED_MAX {
                break;
            }
            let key = row_id(&change);
            let Some(why) = self.rows.get(&key) else {
                continue;
            };
            let Some(row) = names.row(db, &change)? else {
                continue;
            };
            explained.push(RowConflict {
                row,
                why: why.clone(),
                fields: fields(db, schema, &change, why)?,
                by: None,
            });
            keys.push(key);
        }
        let mut changed_by = last_changes(db, since, keys.iter().cloned().collect())?;
        for (row, key) in explained.iter_mut().zip(&keys) {
            row.by = changed_by.remove(key);
        }
        Ok(explained)
    }
}

fn missing(db: &Db<'_>, names: &Names<'_>, table: &str, id: Uuid) -> Result<Obstacle, Error> {
    Ok(match table {
        "playlist" => Obstacle::Missing(Thing::Playlist, day(db, PlaylistId(id))?),
        "template" => Obstacle::Missing(Thing::Template, names.title(db, Thing::Template, id)?),
        _ => Obstacle::Missing(Thing::Asset, names.title(db, Thing::Asset, id)?),
    })
}

/// A row's identity, as [`row_id`] has it.
fn row_key<'v>(table: &str, key: impl IntoIterator<Item = changeset::ValueRef<'v>>) -> Vec<u8> {
    let mut id = table.as_bytes().to_vec();
    for value in key {
        id.extend_from_slice(format!("\0{value:?}").as_bytes());
    }
    id
}

/// The row that a change is about as it is now, column by column; `None` where there is none.
fn present(db: &Db<'_>, schema: &Schema, change: &Change<'_>) -> Result<Option<Vec<Value>>, Error> {
    let during = "read a row";
    let Some(table) = schema.table(change.table) else {
        return Ok(None);
    };
    let columns: Vec<String> = table.columns.iter().map(|name| quoted(name)).collect();
    let key: Vec<String> = columns
        .iter()
        .zip(change.key_mask())
        .filter(|(_, key)| **key != 0)
        .enumerate()
        .map(|(at, (name, _))| format!("{name} = ?{}", at + 1))
        .collect();
    let query = format!(
        "SELECT {} FROM {} WHERE {}",
        columns.join(", "),
        quoted(&table.name),
        key.join(" AND ")
    );
    let mut statement = db.prepare(&query).during(during)?;
    for (at, value) in change.key().enumerate() {
        statement.bind(at + 1, value).during(during)?;
    }
    let row = statement.step().during(during)?;
    Ok(row.map(|row| (0..row.len()).map(|at| row.get(at).to_owned()).collect()))
}

/// Whether the data is already as a change wants it.
fn is_so(db: &Db<'_>, schema: &Schema, change: &Change<'_>) -> Result<bool, Error> {
    let row = present(db, schema, change)?;
    Ok(match (change.op, row) {
        (Op::Delete, row) => row.is_none(),
        (_, None) => false,
        (_, Some(row)) => row
            .iter()
            .zip(change.after())
            .all(|(now, wanted)| wanted.is_none_or(|wanted| now.as_ref() == wanted)),
    })
}

fn fields(
    db: &Db<'_>,
    schema: &Schema,
    change: &Change<'_>,
    why: &Obstacle,
) -> Result<Vec<FieldConflict>, Error> {
    let now = match why {
        Obstacle::Changed | Obstacle::Exists | Obstacle::Gone => present(db, schema, change)?,
        Obstacle::Forbidden | Obstacle::Missing(..) | Obstacle::InUse(_) => return Ok(Vec::new()),
    };
    let names = schema
        .table(change.table)
        .map(|table| table.columns.as_slice())
        .unwrap_or_default();
    let sides = change.before().zip(change.after()).zip(change.key_mask());
    let mut fields = Vec::new();
    for (at, ((found, wanted), key)) in sides.enumerate() {
        if *key != 0 || (found.is_none() && wanted.is_none()) {
            continue;
        }
        let now = now.as_ref().and_then(|row| row.get(at).cloned());
        // A column that is as the orphan found it, or as it wants it, is in nobody's way.
        let expected = if change.op == Op::Insert {
            wanted
        } else {
            found
        };
        let agrees = now
            .as_ref()
            .is_some_and(|now| Some(now.as_ref()) == expected || Some(now.as_ref()) == wanted);
        if let Some(name) = names.get(at)
            && !agrees
        {
            fields.push(FieldConflict {
                column: name.clone(),
                found: found.map(changeset::ValueRef::to_owned),
                wanted: wanted.map(changeset::ValueRef::to_owned),
                now,
            });
        }
    }
    Ok(fields)
}

/// The latest entry after `since` that changed each of these rows, as far back as the journal is searched.
fn last_changes(
    db: &Db<'_>,
    since: u64,
    mut wanted: HashSet<Vec<u8>>,
) -> Result<HashMap<Vec<u8>, HistoryEntry>, Error> {
    let during = "look for who changed a row";
    let mut found = HashMap::new();
    let query = format!(
        "SELECT {}, changeset FROM journal WHERE seq > ?1 ORDER BY seq DESC LIMIT ?2",
        history::COLUMNS
    );
    let mut statement = db.prepare(&query).during(during)?;
    statement
        .bind_all(&[sql(since).into(), ENTRIES_SEARCHED_MAX.into()])
        .during(during)?;
    while !wanted.is_empty()
        && let Some(row) = statement.step().during(during)?
    {
        let Ok(changeset) = Changeset::from_bytes(row.blob(10).to_vec()) else {
            continue;
        };
        for change in changeset.changes() {
            let key = row_id(&change);
            if wanted.remove(&key) {
                found.insert(key, HistoryEntry::read(&row));
            }
        }
    }
    Ok(found)
}

/// The playlists that items go into by this changeset, and that are neither there nor made by it; where their ids say
/// which day they are of.
pub(super) fn missing_days(
    db: &Db<'_>,
    schema: &Schema,
    changeset: &Changeset,
) -> Result<Vec<(PlaylistId, String)>, Error> {
    let during = "look for playlists";
    let Some(at) = column_at(schema, "item", "playlist_id") else {
        return Ok(Vec::new());
    };
    let (mut days, mut made) = (HashMap::new(), HashSet::new());
    for change in changeset.changes() {
        match (change.table, change.op) {
            ("item", Op::Insert | Op::Update) => {
                let into = change.after().nth(at).flatten().and_then(id_of);
                if let Some(playlist) = into.map(PlaylistId)
                    && let Some(date) = playlist.date()
                {
                    days.insert(playlist, date.to_string());
                }
            }
            ("playlist", Op::Insert) => {
                made.extend(change.key().next().and_then(id_of).map(PlaylistId));
            }
            _ => {}
        }
    }
    let mut known = db
        .prepare("SELECT 1 FROM playlist WHERE id = ?1")
        .during(during)?;
    let mut missing = Vec::new();
    for (playlist, date) in days {
        known.bind(1, playlist.as_bytes()).during(during)?;
        let there = known.step().during(during)?.is_some();
        known.reset();
        if !there && !made.contains(&playlist) {
            missing.push((playlist, date));
        }
    }
    Ok(missing)
}
