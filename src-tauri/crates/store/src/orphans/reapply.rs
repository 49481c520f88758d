//! Applying an orphan again: on the present data, as an entry of its own that can be undone.

use changeset::{Changeset, Db, OnConflict, ValueRef};

use super::conflict::{Obstacles, OrphanConflict, RowConflict, missing_days};
use super::parcel::Parcel;
use super::{Again, BundleId, Mark, Orphan, OrphanId, find, no_such, put_mark};
use crate::affected::Names;
use crate::entry::{Entry, fitting};
use crate::error::{During as _, Error};
use crate::store::{Store, WriterParts};
use crate::write::{EditMeta, Links, Written, finish};

/// How often what does not fit is left out anew: leaving out a row may leave others without what they refer to.
const ROUNDS_MAX: usize = 8;
/// Bytes of a bundle that names are learned from: the writer waits for it.
const LEARNED_BYTES_MAX: usize = 8 << 20;
const DURING: &str = "apply an orphan again";

/// Where an orphan comes from.
#[derive(Debug, Clone)]
pub enum OrphanSource {
    /// It is kept here.
    Here(OrphanId),
    /// The other station keeps it. Once it is applied it is kept here as well, so that it is not applied twice.
    There(Box<Parcel>),
}

/// An orphan that was applied again.
#[derive(Debug, Clone, PartialEq)]
pub struct Reapplied {
    /// Its label.
    pub label: String,
    /// As what.
    pub again: Again,
    /// The first of the rows that were left out, explained.
    pub left_out: Vec<RowConflict>,
}

/// An orphan that is about to be applied.
struct Candidate {
    id: OrphanId,
    label: String,
    changeset: Changeset,
    /// The last entry before the cut, where that was in the present lineage.
    since: u64,
    bundle: BundleId,
    /// To be kept with its mark.
    parcel: Option<(Box<Parcel>, Entry)>,
}

/// What became of a try.
enum Try {
    Applied(Written<()>),
    /// These do not fit; everything is as it was.
    InTheWay(Obstacles, Vec<RowConflict>),
}

impl Store {
    /// Applies an orphan to the present data as a new entry, if no row stands in its way; with `partial`, without those
    /// that do. Rows that are already as it wants them stand in nobody's way.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] where it is kept here and was applied again already, or where the parcel is
    /// damaged; [`Error::Orphan`] with the rows that are not as the orphan found them; and as [`Store::write`]. Nothing
    /// was changed then.
    pub async fn reapply_orphan(
        &self,
        user: &str,
        source: OrphanSource,
        partial: bool,
    ) -> Result<Written<Reapplied>, Error> {
        self.check_permit()?;
        let user = user.to_owned();
        self.with_writer(move |parts| reapply(parts, user, source, partial))
            .await
    }
}

fn reapply(
    parts: &mut WriterParts<'_, '_>,
    user: String,
    source: OrphanSource,
    partial: bool,
) -> Result<Written<Reapplied>, Error> {
    let candidate = match candidate(parts, source)? {
        Ok(candidate) => candidate,
        Err(done) => return Ok(done),
    };
    let schema = parts.shared.schema.clone();
    let mut names = Names::new(&schema);
    learn_from_bundle(parts.db, candidate.bundle, &mut names)?;
    names.learn(&candidate.changeset);
    let changes = candidate.changeset.changes().count();
    let (mut rest, mut left_out, mut explained) = (candidate.changeset.clone(), 0, Vec::new());
    for _ in 0..ROUNDS_MAX {
        let again = |seq| Again {
            seq,
            left_out: left_out as u64,
        };
        match attempt(parts, &candidate, &rest, &names, &user, again(None))? {
            Try::Applied(written) => {
                let again = again(written.changed.then_some(written.seq));
                return Ok(Written {
                    epoch: written.epoch,
                    seq: written.seq,
                    changed: written.changed,
                    value: Reapplied {
                        label: candidate.label,
                        again,
                        left_out: explained,
                    },
                });
            }
            Try::InTheWay(obstacles, rows) => {
                left_out += obstacles.len();
                explained.extend(rows);
                if !partial || obstacles.is_empty() || left_out == changes {
                    break;
                }
                rest = rest.retain(|change| obstacles.spare(change));
            }
        }
    }
    Err(Error::Orphan(Box::new(OrphanConflict {
        label: candidate.label,
        changes: changes as u64,
        in_the_way: left_out.max(1) as u64,
        rows: explained,
    })))
}

/// What is to be applied; or the answer where it was applied before, and the other station did not hear of it.
fn candidate(
    parts: &mut WriterParts<'_, '_>,
    source: OrphanSource,
) -> Result<Result<Candidate, Written<Reapplied>>, Error> {
    let (id, parcel) = match source {
        OrphanSource::Here(id) => (id, None),
        OrphanSource::There(parcel) => (parcel.id, Some(parcel)),
    };
    let kept = find(parts.db, id)?;
    if let Some((Orphan { label, fate, .. }, _)) = &kept
        && let Some(again) = fate.reapplied
    {
        if parcel.is_none() {
            let message = match again.seq {
                Some(seq) => format!("“{label}” was applied again already, as entry {seq}."),
                None => format!("“{label}” was applied again already: everything was so."),
            };
            return Err(Error::Invalid(message));
        }
        return Ok(Err(Written {
            epoch: parts.head.position.epoch,
            seq: again.seq.unwrap_or(parts.head.position.seq),
            changed: false,
            value: Reapplied {
                label: label.clone(),
                again,
                left_out: Vec::new(),
            },
        }));
    }
    let lineage = parts.head.position.lineage;
    let since = |bundle: &super::Bundle| {
        if bundle.lineage == lineage {
            bundle.after_seq
        } else {
            0
        }
    };
    Ok(Ok(match (kept, parcel) {
        (Some((orphan, changeset)), _) => Candidate {
            id,
            label: orphan.label,
            changeset,
            since: since(&orphan.bundle),
            bundle: orphan.bundle.id,
            parcel: None,
        },
        (None, Some(parcel)) => {
            let entry = parcel.open()?;
            let fits = parts.shared.schema.check(&entry.changeset);
            fits.map_err(|error| {
                Error::Invalid(format!("The orphan {id} does not fit: {error}."))
            })?;
            Candidate {
                id,
                label: entry.label.clone(),
                changeset: entry.changeset.clone(),
                since: since(&parcel.bundle),
                bundle: parcel.bundle.id,
                parcel: Some((parcel, entry)),
            }
        }
        (None, None) => return Err(no_such(id)),
    }))
}

/// Applies `rest` of a candidate and makes it durable together with its mark, if nothing stands in its way.
fn attempt(
    parts: &mut WriterParts<'_, '_>,
    candidate: &Candidate,
    rest: &Changeset,
    names: &Names<'_>,
    user: &str,
    again: Again,
) -> Result<Try, Error> {
    parts.shared.gate.check(parts.head.position.epoch)?;
    parts.db.abandon().during(DURING)?;
    parts.db.execute("BEGIN IMMEDIATE").during(DURING)?;
    parts.db.record(&parts.shared.schema).during(DURING)?;
    let schema = &parts.shared.schema;
    for (playlist, date) in missing_days(parts.db, schema, rest)? {
        let row: [ValueRef<'_>; 2] = [playlist.as_bytes().into(), date.as_str().into()];
        parts
            .db
            .run("INSERT INTO playlist (id, date) VALUES (?1, ?2)", &row)
            .during(DURING)?;
    }
    let conflicts = parts
        .db
        .apply(schema, rest, OnConflict::Report(usize::MAX))
        .during(DURING)?;
    let dangles = conflicts
        .iter()
        .any(|conflict| conflict.kind == changeset::ConflictKind::ForeignKey);
    let obstacles = Obstacles::of(parts.db, schema, names, rest, conflicts)?;
    if !obstacles.is_empty() || dangles {
        let rows = obstacles.explain(parts.db, schema, names, rest, candidate.since)?;
        parts.db.abandon().during(DURING)?;
        return Ok(Try::InTheWay(obstacles, rows));
    }
    let next = parts.head.position.seq + 1;
    keep(
        parts.db,
        candidate,
        Again {
            seq: Some(next),
            ..again
        },
    )?;
    let written = finish(parts, meta(candidate, user, again), Links::default())?;
    if !written.changed {
        // Everything was so already: the mark went with the empty transaction.
        let nothing = Again { seq: None, ..again };
        parts.transaction(DURING, |parts| keep(parts.db, candidate, nothing))?;
    }
    Ok(Try::Applied(written))
}

fn meta(candidate: &Candidate, user: &str, again: Again) -> EditMeta {
    let part = if again.left_out > 0 { " (in part)" } else { "" };
    EditMeta {
        user: fitting(user.to_owned()),
        label: fitting(format!("Re-apply: {}{part}", candidate.label)),
    }
}

/// Notes that a candidate was applied; keeps it first where it is not kept here.
fn keep(db: &Db<'_>, candidate: &Candidate, again: Again) -> Result<(), Error> {
    if let Some((parcel, entry)) = &candidate.parcel {
        parcel.put(db, entry, None)?;
    }
    put_mark(db, candidate.id, Mark::Reapplied(again)).map(drop)
}

/// Learns the names of what the other orphans of a bundle added: the orphan may be about them.
fn learn_from_bundle(db: &Db<'_>, bundle: BundleId, names: &mut Names<'_>) -> Result<(), Error> {
    let query = "SELECT entry FROM orphan WHERE bundle = ?1 ORDER BY seq";
    let mut statement = db.prepare(query).during(DURING)?;
    statement.bind(1, bundle.0.as_bytes()).during(DURING)?;
    let mut bytes = 0;
    while let Some(row) = statement.step().during(DURING)? {
        bytes += row.blob(0).len();
        if bytes > LEARNED_BYTES_MAX {
            break;
        }
        // One that is damaged has no names to learn; what is wrong with it is said where it is the one that is wanted.
        if let Ok(entry) = Entry::decode(row.blob(0)) {
            names.learn(&entry.changeset);
        }
    }
    Ok(())
}
