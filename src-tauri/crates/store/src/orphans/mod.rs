//! Orphans: entries that were cut off this station's history because its successor never had them (DESIGN.md 5.3,
//! rule 6). Nothing here removes one.

mod conflict;
mod file;
mod parcel;
mod reapply;

use std::fmt;

use changeset::{Changeset, Db, Row, ValueRef};
use domain::history::Epoch;
use domain::ids::{LineageId, StationId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::affected::{Affected, Names};
use crate::entry::Entry;
use crate::error::{During as _, Error};
use crate::journal;
use crate::state::{self, sql};
use crate::store::Store;

pub use conflict::{FieldConflict, Obstacle, OrphanConflict, RowConflict};
pub use file::{EXPORT_BYTES_MAX, ImportError, Imported};
pub use parcel::{Bundle, Parcel};
pub use reapply::{OrphanSource, Reapplied};

/// Names a bundle: what was cut off at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BundleId(pub Uuid);

/// Names an orphan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OrphanId(pub Uuid);

/// An entry that was cut off.
#[derive(Debug, Clone, PartialEq)]
pub struct Orphan {
    /// Its name.
    pub id: OrphanId,
    /// What it was cut off with.
    pub bundle: Bundle,
    /// When it came here from a file: Unix microseconds; `None` where it was cut off here.
    pub imported_at_us: Option<i64>,
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
    /// What became of it.
    pub fate: Fate,
}

/// What became of an orphan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Fate {
    /// It was applied again, and that was not undone since.
    pub reapplied: Option<Again>,
    /// An operator set it aside: Unix microseconds.
    pub set_aside_at_us: Option<i64>,
    /// When it was exported: Unix microseconds; `None` as long as nobody did.
    pub exported_at_us: Option<i64>,
}

/// How an orphan was applied again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Again {
    /// The entry that it became; `None` where everything was as it wanted it already.
    pub seq: Option<u64>,
    /// How many of its changes did not fit and were left out.
    pub left_out: u64,
}

/// What an operator, or the other station, says of an orphan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mark {
    /// It was applied again.
    Reapplied(Again),
    /// It is done with.
    SetAside,
    /// It is not done with after all.
    TakenUp,
}

/// An orphan with what it changed.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribedOrphan {
    /// The orphan.
    pub orphan: Orphan,
    /// Which rows.
    pub affected: Affected,
}

/// Whether an orphan's re-application stands: it was not undone since. (Only an entry that says so of itself is taken for
/// one: a history that was cut back counts anew.)
const STANDS: &str = "(reapplied_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM journal WHERE seq = reapplied_seq \
    AND label LIKE 'Re-apply: %' \
    AND (SELECT count(*) FROM journal u WHERE u.undoes = reapplied_seq) \
      > (SELECT count(*) FROM journal r WHERE r.redoes = reapplied_seq)))";

/// The columns that [`Orphan::read`] reads.
fn columns() -> String {
    format!(
        "SELECT orphan.id, entry, orphan_bundle.id, orphan_bundle.at, orphan_bundle.lineage, orphan_bundle.after_seq, \
         orphan_bundle.reason, imported_at, {STANDS}, reapplied_seq, left_out, set_aside_at, exported_at \
         FROM orphan JOIN orphan_bundle ON orphan_bundle.id = orphan.bundle"
    )
}

impl fmt::Display for OrphanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl Fate {
    /// Whether an operator still has to deal with it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        *self == Fate::default()
    }
}

impl Orphan {
    /// The orphan, and what it changed.
    fn read(row: &Row<'_>) -> Result<(Self, Changeset), Error> {
        let id = OrphanId(Uuid::from_bytes(state::sixteen(row, 0)));
        let entry = Entry::decode(row.blob(1)).map_err(|error| Error::Damaged {
            what: format!("orphan {id}: {error}"),
        })?;
        let number = |column| row.get(column).as_i64().and_then(|n| u64::try_from(n).ok());
        let again = Again {
            seq: number(9),
            left_out: number(10).unwrap_or(0),
        };
        let orphan = Orphan {
            id,
            bundle: Bundle {
                id: BundleId(Uuid::from_bytes(state::sixteen(row, 2))),
                cut_at_us: row.i64(3),
                lineage: LineageId(Uuid::from_bytes(state::sixteen(row, 4))),
                after_seq: state::count(row, 5),
                reason: row.str(6).to_owned(),
            },
            imported_at_us: row.get(7).as_i64(),
            seq: entry.seq,
            epoch: entry.epoch,
            at_us: entry.at_us,
            station: entry.station,
            user: entry.user,
            label: entry.label,
            fate: Fate {
                reapplied: (row.i64(8) != 0).then_some(again),
                set_aside_at_us: row.get(11).as_i64(),
                exported_at_us: row.get(12).as_i64(),
            },
        };
        Ok((orphan, entry.changeset))
    }
}

impl Store {
    /// Orphans with what they changed: the latest bundle first, in each in the order in which they were made; at most
    /// `limit`, and how many there are in all.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::Database`].
    pub async fn orphans(&self, limit: u32) -> Result<(u64, Vec<DescribedOrphan>), Error> {
        let during = "list the orphans";
        let schema = self.0.schema.clone();
        self.with_reader(during, move |db| {
            let mut counting = db.prepare("SELECT count(*) FROM orphan").during(during)?;
            let total = counting
                .step()
                .during(during)?
                .map_or(0, |row| state::count(&row, 0));
            let mut names = Names::new(&schema);
            let query = format!(
                "{} ORDER BY orphan_bundle.at DESC, bundle, seq LIMIT ?1",
                columns()
            );
            let mut statement = db.prepare(&query).during(during)?;
            statement.bind(1, i64::from(limit)).during(during)?;
            let mut described = Vec::new();
            while let Some(row) = statement.step().during(during)? {
                let (orphan, changeset) = Orphan::read(&row)?;
                // An item that an orphan added is known to the ones after it by that alone.
                names.learn(&changeset);
                let affected = names.affected(db, &changeset)?;
                described.push(DescribedOrphan { orphan, affected });
            }
            Ok((total, described))
        })
        .await
    }

    /// How many orphans were neither applied again nor exported nor set aside.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn open_orphans(&self) -> Result<u64, Error> {
        let during = "count the orphans";
        self.with_reader(during, move |db| {
            let query = format!(
                "SELECT count(*) FROM orphan WHERE NOT {STANDS} AND set_aside_at IS NULL AND exported_at IS NULL"
            );
            let mut statement = db.prepare(&query).during(during)?;
            let row = statement.step().during(during)?;
            Ok(row.map_or(0, |row| state::count(&row, 0)))
        })
        .await
    }

    /// The orphans of a bundle that were not applied again and not set aside, in the order in which they were made.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn orphans_to_reapply(&self, bundle: BundleId) -> Result<Vec<OrphanId>, Error> {
        let during = "list the orphans";
        self.with_reader(during, move |db| {
            let query = format!(
                "SELECT id FROM orphan WHERE bundle = ?1 AND NOT {STANDS} AND set_aside_at IS NULL ORDER BY seq"
            );
            let mut statement = db.prepare(&query).during(during)?;
            statement.bind(1, bundle.0.as_bytes()).during(during)?;
            let mut ids = Vec::new();
            while let Some(row) = statement.step().during(during)? {
                ids.push(OrphanId(Uuid::from_bytes(state::sixteen(&row, 0))));
            }
            Ok(ids)
        })
        .await
    }

    /// Notes what became of an orphan; whether it is kept here.
    ///
    /// # Errors
    /// [`Error::NoSpace`], [`Error::Database`].
    pub async fn mark_orphan(&self, id: OrphanId, mark: Mark) -> Result<bool, Error> {
        self.transaction("mark an orphan", move |parts| put_mark(parts.db, id, mark))
            .await
    }
}

/// Notes what became of an orphan; whether there is one of this name.
fn put_mark(db: &Db<'_>, id: OrphanId, mark: Mark) -> Result<bool, Error> {
    let now = Timestamp::now().as_microsecond();
    let id = id.0.as_bytes();
    let changed = match mark {
        Mark::Reapplied(Again { seq, left_out }) => db.run(
            "UPDATE orphan SET reapplied_at = ?1, reapplied_seq = ?2, left_out = ?3 WHERE id = ?4",
            &[
                now.into(),
                seq.map(sql).into(),
                sql(left_out).into(),
                id.into(),
            ],
        ),
        Mark::SetAside => db.run(
            "UPDATE orphan SET set_aside_at = ?1 WHERE id = ?2",
            &[now.into(), id.into()],
        ),
        Mark::TakenUp => db.run(
            "UPDATE orphan SET set_aside_at = NULL, exported_at = NULL WHERE id = ?1",
            &[id.into()],
        ),
    };
    Ok(changed.during("mark an orphan")? > 0)
}

/// The orphan of this name, and what it changed; `None` where it is not kept here.
fn find(db: &Db<'_>, id: OrphanId) -> Result<Option<(Orphan, Changeset)>, Error> {
    let during = "look up an orphan";
    let query = format!("{} WHERE orphan.id = ?1", columns());
    let mut statement = db.prepare(&query).during(during)?;
    statement.bind(1, id.0.as_bytes()).during(during)?;
    let row = statement.step().during(during)?;
    row.map(|row| Orphan::read(&row)).transpose()
}

fn no_such(id: OrphanId) -> Error {
    Error::NotFound(format!("There is no orphan {id}."))
}

/// Saves the entries after `seq` of a journal that ends at `head` as a bundle, in the caller's transaction on `to`; no bundle where there are none. An entry that is
/// damaged cannot be applied again and is left out: what it did is in the backup that stands beside a replaced station's data.
pub(crate) fn save_after(
    from: &Db<'_>,
    to: &Db<'_>,
    head: &state::Head,
    seq: u64,
    reason: &str,
) -> Result<(Option<BundleId>, u64), Error> {
    if head.position.seq <= seq {
        return Ok((None, 0));
    }
    let bundle = Bundle {
        id: BundleId(Uuid::now_v7()),
        cut_at_us: Timestamp::now().as_microsecond(),
        lineage: head.position.lineage,
        after_seq: seq,
        reason: reason.to_owned(),
    };
    bundle.put(to, None)?;
    let mut saved = 0;
    let damaged = journal::each_whole_after(from, seq, |entry| {
        let encoded = entry.encode();
        insert(to, OrphanId(Uuid::now_v7()), bundle.id, entry.seq, &encoded)?;
        saved += 1;
        Ok(())
    })?;
    for what in damaged {
        tracing::error!(what, "an entry that is cut off cannot be kept");
    }
    Ok((Some(bundle.id), saved))
}

/// Keeps an orphan in a bundle that is kept.
fn insert(
    db: &Db<'_>,
    id: OrphanId,
    bundle: BundleId,
    seq: u64,
    entry: &[u8],
) -> Result<(), Error> {
    let query = "INSERT INTO orphan (id, bundle, seq, entry) VALUES (?1, ?2, ?3, ?4)";
    let row: [ValueRef<'_>; 4] = [
        id.0.as_bytes().into(),
        bundle.0.as_bytes().into(),
        sql(seq).into(),
        entry.into(),
    ];
    db.cached(query)
        .and_then(|mut statement| statement.run(&row))
        .during("save the orphans")
}
