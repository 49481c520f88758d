//! Orphans: entries that were cut off this station's history because its successor never had them (DESIGN.md 5.3,
//! rule 6). Nothing here removes one.

use std::path::Path;
use std::{fmt, io};

use changeset::{Changeset, Db, Op, Row, ValueRef};
use domain::history::Epoch;
use domain::ids::{LineageId, StationId};
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::entry::Entry;
use crate::error::{During as _, Error};
use crate::state::{self, sql};
use crate::store::{Store, WriterParts};
use crate::undo::apply_as_edit;
use crate::write::{EditMeta, Links, Written};
use crate::{files, journal};

/// Names a bundle: what was cut off at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BundleId(pub Uuid);

/// Names an orphan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrphanId(pub Uuid);

/// An entry that was cut off.
#[derive(Debug, Clone, PartialEq)]
pub struct Orphan {
    /// Its name.
    pub id: OrphanId,
    /// The bundle that it is in.
    pub bundle: BundleId,
    /// When it was cut off: Unix microseconds.
    pub cut_at_us: i64,
    /// The history that it was cut from.
    pub lineage: LineageId,
    /// Why.
    pub reason: String,
    /// Its number in the history that it was cut from.
    pub seq: u64,
    /// The epoch that it was written in.
    pub epoch: Epoch,
    /// When it was made: Unix microseconds.
    pub at_us: i64,
    /// Where.
    pub station: StationId,
    /// Who made it.
    pub user: String,
    /// What it was.
    pub label: String,
    /// The entry that it became when it was applied again; `None` as long as nobody did.
    pub reapplied_seq: Option<u64>,
    /// When it was exported: Unix microseconds; `None` as long as nobody did.
    pub exported_at_us: Option<i64>,
    /// What it changed.
    pub changeset: Changeset,
}

/// The columns that [`Orphan::read`] reads.
const COLUMNS: &str = "SELECT orphan.id, bundle, orphan_bundle.at, orphan_bundle.lineage, orphan_bundle.reason, entry, \
    reapplied_seq, exported_at FROM orphan JOIN orphan_bundle ON orphan_bundle.id = orphan.bundle";

/// What an operator still has to deal with.
const OPEN: &str = "reapplied_seq IS NULL AND exported_at IS NULL";

impl fmt::Display for OrphanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl Orphan {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        let id = OrphanId(Uuid::from_bytes(state::sixteen(row, 0)));
        let entry = Entry::decode(row.blob(5)).map_err(|error| Error::Damaged {
            what: format!("orphan {id}: {error}"),
        })?;
        Ok(Orphan {
            id,
            bundle: BundleId(Uuid::from_bytes(state::sixteen(row, 1))),
            cut_at_us: row.i64(2),
            lineage: LineageId(Uuid::from_bytes(state::sixteen(row, 3))),
            reason: row.str(4).to_owned(),
            seq: entry.seq,
            epoch: entry.epoch,
            at_us: entry.at_us,
            station: entry.station,
            user: entry.user,
            label: entry.label,
            reapplied_seq: row.get(6).as_i64().and_then(|seq| u64::try_from(seq).ok()),
            exported_at_us: row.get(7).as_i64(),
            changeset: entry.changeset,
        })
    }
}

impl Store {
    /// All orphans, the latest bundle first, in each in the order in which they were made.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::Database`].
    pub async fn orphans(&self) -> Result<Vec<Orphan>, Error> {
        let during = "list the orphans";
        self.with_reader(during, move |db| {
            let query = format!("{COLUMNS} ORDER BY orphan_bundle.at DESC, bundle, seq");
            let mut statement = db.prepare(&query).during(during)?;
            let mut orphans = Vec::new();
            while let Some(row) = statement.step().during(during)? {
                orphans.push(Orphan::read(&row)?);
            }
            Ok(orphans)
        })
        .await
    }

    /// How many orphans were neither applied again nor exported.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn open_orphans(&self) -> Result<u64, Error> {
        let during = "count the orphans";
        self.with_reader(during, move |db| {
            let mut statement = db
                .prepare(&format!("SELECT count(*) FROM orphan WHERE {OPEN}"))
                .during(during)?;
            let row = statement.step().during(during)?;
            Ok(row.map_or(0, |row| state::count(&row, 0)))
        })
        .await
    }

    /// Applies an orphan to the present data as a new entry, if no row stands in its way.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`] where it was applied again already, [`Error::Conflict`] with the rows
    /// that are not as the orphan found them, and as [`Store::write`]. Nothing was changed then.
    pub async fn reapply_orphan(&self, user: &str, id: OrphanId) -> Result<Written<()>, Error> {
        self.check_permit()?;
        let user = user.to_owned();
        self.with_writer(move |parts| {
            let orphan = find(parts, id)?;
            if let Some(seq) = orphan.reapplied_seq {
                let message = format!(
                    "“{}” was applied again already, as entry {seq}.",
                    orphan.label
                );
                return Err(Error::Invalid(message));
            }
            let meta = EditMeta {
                user,
                label: format!("Re-apply: {}", orphan.label),
            };
            let what = format!("“{}” cannot be applied again", orphan.label);
            apply_as_edit(
                parts,
                &orphan.changeset,
                meta,
                Links::default(),
                &what,
                |db, seq| mark(db, id, seq),
            )
        })
        .await
    }

    /// Writes all orphans to a JSON file: readable changes for people, the encoded entries for Tandem. The file is whole
    /// or not there. Returns how many.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::NoSpace`], [`Error::Database`].
    pub async fn export_orphans(&self, path: &Path) -> Result<u64, Error> {
        let during = "export the orphans";
        let orphans = self.orphans().await?;
        let schema = self.0.schema.clone();
        let count = orphans.len() as u64;
        let path = path.to_owned();
        crate::store::blocking(move |_| {
            let export = Export::of(&orphans, &schema);
            let json = serde_json::to_vec_pretty(&export)
                .map_err(|error| Error::io(during, io::Error::other(error)))?;
            files::write_whole(&path, &json).during(during)
        })
        .await?;
        let at = Timestamp::now().as_microsecond();
        self.transaction(during, move |parts| {
            let query = "UPDATE orphan SET exported_at = ?1 WHERE exported_at IS NULL";
            parts.db.run(query, &[at.into()]).during(during).map(drop)
        })
        .await
        .map(|()| count)
    }
}

/// Notes the entry that an orphan became.
fn mark(db: &Db<'_>, id: OrphanId, seq: u64) -> Result<(), Error> {
    let query = "UPDATE orphan SET reapplied_at = ?1, reapplied_seq = ?2 WHERE id = ?3";
    let at = Timestamp::now().as_microsecond();
    db.run(query, &[at.into(), sql(seq).into(), id.0.as_bytes().into()])
        .during("apply an orphan again")
        .map(drop)
}

fn find(parts: &WriterParts<'_, '_>, id: OrphanId) -> Result<Orphan, Error> {
    let during = "apply an orphan again";
    let mut statement = parts
        .db
        .prepare(&format!("{COLUMNS} WHERE orphan.id = ?1"))
        .during(during)?;
    statement.bind(1, id.0.as_bytes()).during(during)?;
    match statement.step().during(during)? {
        Some(row) => Orphan::read(&row),
        None => Err(Error::NotFound(format!("There is no orphan {id}."))),
    }
}

/// Saves the entries after `seq` as a bundle, in the caller's transaction; no bundle where there are none. An entry that is
/// damaged cannot be applied again and is left out: what it did is in the backup that stands beside a replaced station's data.
pub(crate) fn save_after(
    parts: &mut WriterParts<'_, '_>,
    seq: u64,
    reason: &str,
) -> Result<(Option<BundleId>, u64), Error> {
    let during = "save the orphans";
    if parts.head.position.seq <= seq {
        return Ok((None, 0));
    }
    let bundle = BundleId(Uuid::now_v7());
    let query = "INSERT INTO orphan_bundle (id, at, lineage, after_seq, reason) VALUES (?1, ?2, ?3, ?4, ?5)";
    parts
        .db
        .run(
            query,
            &[
                bundle.0.as_bytes().into(),
                Timestamp::now().as_microsecond().into(),
                parts.head.position.lineage.as_bytes().into(),
                sql(seq).into(),
                reason.into(),
            ],
        )
        .during(during)?;
    let query = "INSERT INTO orphan (id, bundle, seq, entry) VALUES (?1, ?2, ?3, ?4)";
    let mut insert = parts.db.prepare(query).during(during)?;
    let mut saved = 0;
    let damaged = journal::each_whole_after(parts.db, seq, |entry| {
        let id = Uuid::now_v7();
        let encoded = entry.encode();
        let row: [ValueRef<'_>; 4] = [
            id.as_bytes().into(),
            bundle.0.as_bytes().into(),
            sql(entry.seq).into(),
            encoded.as_slice().into(),
        ];
        insert.run(&row).during(during)?;
        saved += 1;
        Ok(())
    })?;
    for what in damaged {
        tracing::error!(what, "an entry that is cut off cannot be kept");
    }
    Ok((Some(bundle), saved))
}

/// The exported file.
#[derive(Serialize)]
struct Export<'a> {
    format: &'static str,
    version: u32,
    exported_at: String,
    orphans: Vec<ExportedOrphan<'a>>,
}

#[derive(Serialize)]
struct ExportedOrphan<'a> {
    id: String,
    lineage: LineageId,
    seq: u64,
    epoch: Epoch,
    made_at: String,
    cut_at: String,
    reason: &'a str,
    station: StationId,
    user: &'a str,
    label: &'a str,
    changes: Vec<ExportedChange>,
    /// The changeset as SQLite applies it, in hexadecimal digits.
    changeset: String,
}

#[derive(Serialize)]
struct ExportedChange {
    table: String,
    operation: &'static str,
    key: Vec<String>,
    columns: Vec<ExportedColumn>,
}

#[derive(Serialize)]
struct ExportedColumn {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<String>,
}

impl<'a> Export<'a> {
    fn of(orphans: &'a [Orphan], schema: &changeset::Schema) -> Self {
        let exported = orphans.iter().map(|orphan| ExportedOrphan {
            id: orphan.id.to_string(),
            lineage: orphan.lineage,
            seq: orphan.seq,
            epoch: orphan.epoch,
            made_at: rfc3339(orphan.at_us),
            cut_at: rfc3339(orphan.cut_at_us),
            reason: &orphan.reason,
            station: orphan.station,
            user: &orphan.user,
            label: &orphan.label,
            changes: orphan
                .changeset
                .changes()
                .map(|change| exported(&change, schema))
                .collect(),
            changeset: orphan
                .changeset
                .as_bytes()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        });
        Export {
            format: "tandem-orphans",
            version: 1,
            exported_at: Timestamp::now().to_string(),
            orphans: exported.collect(),
        }
    }
}

fn exported(change: &changeset::Change<'_>, schema: &changeset::Schema) -> ExportedChange {
    let names = schema
        .table(change.table)
        .map(|table| table.columns.as_slice())
        .unwrap_or_default();
    let columns = change
        .before()
        .zip(change.after())
        .enumerate()
        .filter(|(_, (old, new))| old.is_some() || new.is_some());
    ExportedChange {
        table: change.table.to_owned(),
        operation: match change.op {
            Op::Insert => "insert",
            Op::Update => "update",
            Op::Delete => "delete",
        },
        key: change.key().map(readable).collect(),
        columns: columns
            .map(|(at, (old, new))| ExportedColumn {
                name: names
                    .get(at)
                    .cloned()
                    .unwrap_or_else(|| format!("column {at}")),
                old: old.map(readable),
                new: new.map(readable),
            })
            .collect(),
    }
}

/// A value as a person reads it: ids as UUIDs, text as it is.
fn readable(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Blob(blob) => match Uuid::from_slice(blob) {
            Ok(id) => id.hyphenated().to_string(),
            Err(_) => format!("{value:?}"),
        },
        other => format!("{other:?}"),
    }
}

fn rfc3339(at_us: i64) -> String {
    Timestamp::from_microsecond(at_us).map_or_else(|_| at_us.to_string(), |at| at.to_string())
}
