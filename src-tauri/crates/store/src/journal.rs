//! The journal's rows.

use changeset::{Changeset, Db, Row, Statement};
use domain::history::{Chain, Epoch, Sum};

use crate::entry::Entry;
use crate::error::{During as _, Error};
use crate::state::{Base, count, hash, sql, station};

/// The columns of a whole entry, in the order that [`entry`] reads.
const COLUMNS: &str =
    "seq, epoch, opener, at, station, user, label, undoes, redoes, changeset, sum, chain, hash";

const INSERT: &str = "INSERT INTO journal \
    (seq, epoch, opener, at, station, user, label, undoes, redoes, changeset, sum, chain, hash) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";

/// Appends an entry.
pub(crate) fn insert(db: &Db<'_>, entry: &Entry) -> Result<(), Error> {
    let mut statement = db.cached(INSERT).during("write the journal")?;
    insert_with(&mut statement, entry)
}

/// The statement that [`insert_with`] runs, for many entries.
pub(crate) fn inserting<'db>(db: &'db Db<'_>) -> Result<Statement<'db>, Error> {
    db.cached(INSERT).during("write the journal")
}

pub(crate) fn insert_with(statement: &mut Statement<'_>, entry: &Entry) -> Result<(), Error> {
    statement
        .run(&[
            sql(entry.seq).into(),
            sql(entry.epoch.number).into(),
            entry.epoch.opener.as_bytes().into(),
            entry.at_us.into(),
            entry.station.as_bytes().into(),
            entry.user.as_str().into(),
            entry.label.as_str().into(),
            entry.undoes.map(sql).into(),
            entry.redoes.map(sql).into(),
            entry.changeset.as_bytes().into(),
            (&entry.sum.0.to_be_bytes()).into(),
            (&entry.chain.0.to_be_bytes()).into(),
            (&entry.hash.to_be_bytes()).into(),
        ])
        .during("write the journal")
}

fn entry(row: &Row<'_>) -> Result<Entry, Error> {
    let seq = count(row, 0);
    let damaged = |what: &str| Error::Damaged {
        what: format!("journal entry {seq} {what}"),
    };
    let changeset = Changeset::from_bytes(row.blob(9).to_vec())
        .map_err(|_| damaged("holds a malformed changeset"))?;
    let entry = Entry {
        seq,
        epoch: Epoch {
            number: count(row, 1),
            opener: station(row, 2),
        },
        at_us: row.i64(3),
        station: station(row, 4),
        user: row.str(5).to_owned(),
        label: row.str(6).to_owned(),
        undoes: row.get(7).as_i64().and_then(|n| u64::try_from(n).ok()),
        redoes: row.get(8).as_i64().and_then(|n| u64::try_from(n).ok()),
        changeset,
        sum: Sum(hash(row, 10)),
        chain: Chain(hash(row, 11)),
        hash: hash(row, 12),
    };
    if entry.is_intact() {
        Ok(entry)
    } else {
        Err(damaged("does not have the hash that it was written with"))
    }
}

/// The entry of this number, as far as it is kept.
pub(crate) fn get(db: &Db<'_>, seq: u64) -> Result<Option<Entry>, Error> {
    let during = "read the journal";
    let mut statement = db
        .prepare(&format!("SELECT {COLUMNS} FROM journal WHERE seq = ?1"))
        .during(during)?;
    statement.bind(1, sql(seq)).during(during)?;
    statement
        .step()
        .during(during)?
        .map(|row| entry(&row))
        .transpose()
}

/// Hands the entries after `seq` to `take`, oldest first, until it says `false`.
pub(crate) fn each_after(
    db: &Db<'_>,
    seq: u64,
    take: impl FnMut(Entry) -> Result<bool, Error>,
) -> Result<(), Error> {
    each(
        db,
        &format!("SELECT {COLUMNS} FROM journal WHERE seq > ?1 ORDER BY seq"),
        seq,
        take,
    )
}

/// Hands the entries after `seq` that are as they were written to `take`, oldest first. Returns what is wrong with the
/// others.
pub(crate) fn each_whole_after(
    db: &Db<'_>,
    seq: u64,
    mut take: impl FnMut(Entry) -> Result<(), Error>,
) -> Result<Vec<String>, Error> {
    let during = "read the journal";
    let query = format!("SELECT {COLUMNS} FROM journal WHERE seq > ?1 ORDER BY seq");
    let mut statement = db.prepare(&query).during(during)?;
    statement.bind(1, sql(seq)).during(during)?;
    let mut damaged = Vec::new();
    while let Some(row) = statement.step().during(during)? {
        match entry(&row) {
            Ok(entry) => take(entry)?,
            Err(Error::Damaged { what }) => damaged.push(what),
            Err(error) => return Err(error),
        }
    }
    Ok(damaged)
}

/// Hands the entries after `seq` to `take`, newest first.
pub(crate) fn each_back_to(
    db: &Db<'_>,
    seq: u64,
    take: impl FnMut(Entry) -> Result<bool, Error>,
) -> Result<(), Error> {
    each(
        db,
        &format!("SELECT {COLUMNS} FROM journal WHERE seq > ?1 ORDER BY seq DESC"),
        seq,
        take,
    )
}

fn each(
    db: &Db<'_>,
    query: &str,
    seq: u64,
    mut take: impl FnMut(Entry) -> Result<bool, Error>,
) -> Result<(), Error> {
    let during = "read the journal";
    let mut statement = db.prepare(query).during(during)?;
    statement.bind(1, sql(seq)).during(during)?;
    while let Some(row) = statement.step().during(during)? {
        if !take(entry(&row)?)? {
            break;
        }
    }
    Ok(())
}

/// The chain and sum after the entry of this number, as far as they are kept.
pub(crate) fn at(db: &Db<'_>, seq: u64, base: &Base) -> Result<Option<(Chain, Sum)>, Error> {
    if seq == base.seq {
        return Ok(Some((base.chain, base.sum)));
    }
    let during = "read the journal";
    let mut statement = db
        .cached("SELECT chain, sum FROM journal WHERE seq = ?1")
        .during(during)?;
    statement.bind(1, sql(seq)).during(during)?;
    let row = statement.step().during(during)?;
    Ok(row.map(|row| (Chain(hash(&row, 0)), Sum(hash(&row, 1)))))
}
