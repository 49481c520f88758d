//! Orphans on their way to another station: over the link to the primary, or in a file.

use changeset::Db;
use domain::ids::LineageId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{BundleId, OrphanId, find, insert, no_such};
use crate::entry::Entry;
use crate::error::{During as _, Error};
use crate::state::{self, sql};
use crate::store::Store;

/// Most characters of a bundle's reason that came from elsewhere.
const REASON_CHARS_MAX: usize = 1_000;

/// What was cut off at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// Its name.
    pub id: BundleId,
    /// When it was cut off: Unix microseconds.
    pub cut_at_us: i64,
    /// The history that it was cut from.
    pub lineage: LineageId,
    /// The last entry before the cut.
    pub after_seq: u64,
    /// Why.
    pub reason: String,
}

/// An orphan as it travels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel {
    /// Its name: the same wherever it goes.
    pub id: OrphanId,
    /// What it was cut off with.
    pub bundle: Bundle,
    /// The encoded entry, which carries its own hash.
    pub entry: Vec<u8>,
}

impl Bundle {
    /// Keeps it, unless it is kept already.
    pub(super) fn put(&self, db: &Db<'_>, imported_at_us: Option<i64>) -> Result<(), Error> {
        let query = "INSERT OR IGNORE INTO orphan_bundle (id, at, lineage, after_seq, reason, imported_at) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let row = [
            self.id.0.as_bytes().into(),
            self.cut_at_us.into(),
            self.lineage.as_bytes().into(),
            sql(self.after_seq).into(),
            self.reason.as_str().into(),
            imported_at_us.into(),
        ];
        db.run(query, &row).during("save the orphans").map(drop)
    }
}

impl Parcel {
    /// The entry in it, where that is one as it was written.
    pub(super) fn open(&self) -> Result<Entry, Error> {
        let damaged =
            |what: String| Error::Invalid(format!("The orphan {} is damaged: {what}.", self.id));
        if self.bundle.reason.chars().count() > REASON_CHARS_MAX {
            return Err(damaged(String::from("its reason is too long")));
        }
        let entry = Entry::decode(&self.entry).map_err(|error| damaged(error.to_string()))?;
        if entry.seq <= self.bundle.after_seq {
            return Err(damaged(String::from("it is from before the cut")));
        }
        Ok(entry)
    }

    /// Keeps it; whether it was not kept already.
    pub(super) fn put(
        &self,
        db: &Db<'_>,
        entry: &Entry,
        imported_at_us: Option<i64>,
    ) -> Result<bool, Error> {
        if find(db, self.id)?.is_some() {
            return Ok(false);
        }
        self.bundle.put(db, imported_at_us)?;
        insert(db, self.id, self.bundle.id, entry.seq, &self.entry)?;
        Ok(true)
    }
}

impl Store {
    /// An orphan, to be sent to the other station.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Damaged`], [`Error::Database`].
    pub async fn orphan_parcel(&self, id: OrphanId) -> Result<Parcel, Error> {
        let during = "read an orphan";
        self.with_reader(during, move |db| {
            let (orphan, _) = find(db, id)?.ok_or_else(|| no_such(id))?;
            let mut statement = db
                .prepare("SELECT entry FROM orphan WHERE id = ?1")
                .during(during)?;
            statement.bind(1, id.0.as_bytes()).during(during)?;
            let entry = statement.step().during(during)?;
            Ok(Parcel {
                id,
                bundle: orphan.bundle,
                entry: entry.map(|row| row.blob(0).to_vec()).unwrap_or_default(),
            })
        })
        .await
    }

    /// Every orphan as it travels, the latest bundle first.
    pub(super) async fn parcels(&self) -> Result<Vec<Parcel>, Error> {
        let during = "read the orphans";
        self.with_reader(during, move |db| {
            let query = "SELECT orphan.id, entry, orphan_bundle.id, at, lineage, after_seq, reason FROM orphan \
                JOIN orphan_bundle ON orphan_bundle.id = orphan.bundle ORDER BY at DESC, bundle, seq";
            let mut statement = db.prepare(query).during(during)?;
            let mut parcels = Vec::new();
            while let Some(row) = statement.step().during(during)? {
                let uuid = |column| Uuid::from_bytes(state::sixteen(&row, column));
                parcels.push(Parcel {
                    id: OrphanId(uuid(0)),
                    entry: row.blob(1).to_vec(),
                    bundle: Bundle {
                        id: BundleId(uuid(2)),
                        cut_at_us: row.i64(3),
                        lineage: LineageId(uuid(4)),
                        after_seq: state::count(&row, 5),
                        reason: row.str(6).to_owned(),
                    },
                });
            }
            Ok(parcels)
        })
        .await
    }
}
