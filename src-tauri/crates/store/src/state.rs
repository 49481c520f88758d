//! Where this station is, as its `state` row keeps it.

use changeset::{Db, Row};
use domain::history::{Chain, Epoch, EpochStart, Position, Sum};
use domain::ids::{LineageId, StationId};
use uuid::Uuid;

use crate::error::{During as _, Error};

/// Where a station is and what it holds there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The last durable entry, and the epoch in force.
    pub position: Position,
    /// The sum of all replicated data.
    pub sum: Sum,
    /// Bytes of all changesets of the history up to here, also of those no longer kept: for a lag in bytes.
    pub journal_bytes: u64,
}

/// The entry before the first one that the journal still holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Base {
    pub(crate) seq: u64,
    pub(crate) chain: Chain,
    pub(crate) sum: Sum,
}

/// The whole row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct State {
    pub(crate) station: StationId,
    pub(crate) head: Head,
    pub(crate) base: Base,
    /// Whether the last process closed the store in order.
    pub(crate) closed: bool,
}

/// A 16-byte blob of a row.
pub(crate) fn sixteen(row: &Row<'_>, column: usize) -> [u8; 16] {
    row.blob(column).try_into().unwrap_or_default()
}

pub(crate) fn hash(row: &Row<'_>, column: usize) -> u128 {
    u128::from_be_bytes(sixteen(row, column))
}

pub(crate) fn station(row: &Row<'_>, column: usize) -> StationId {
    StationId(Uuid::from_bytes(sixteen(row, column)))
}

pub(crate) fn count(row: &Row<'_>, column: usize) -> u64 {
    u64::try_from(row.i64(column)).unwrap_or(0)
}

/// SQLite's integers are signed; what is counted here never gets near their end.
pub(crate) fn sql(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Reads the row; `None` in a database that was just made.
pub(crate) fn load(db: &Db<'_>) -> Result<Option<State>, Error> {
    let mut statement = db
        .prepare(
            "SELECT station, lineage, epoch, opener, seq, chain, sum, journal_bytes, base_seq, base_chain, base_sum, \
             closed FROM state",
        )
        .during("read where this station is")?;
    let row = statement.step().during("read where this station is")?;
    Ok(row.map(|row| State {
        station: station(&row, 0),
        head: Head {
            position: Position {
                lineage: LineageId(Uuid::from_bytes(sixteen(&row, 1))),
                epoch: Epoch {
                    number: count(&row, 2),
                    opener: station(&row, 3),
                },
                seq: count(&row, 4),
                chain: Chain(hash(&row, 5)),
            },
            sum: Sum(hash(&row, 6)),
            journal_bytes: count(&row, 7),
        },
        base: Base {
            seq: count(&row, 8),
            chain: Chain(hash(&row, 9)),
            sum: Sum(hash(&row, 10)),
        },
        closed: row.i64(11) != 0,
    }))
}

/// Makes the row of a new station: the first epoch of a new lineage.
pub(crate) fn create(db: &Db<'_>, sum: Sum) -> Result<(), Error> {
    let station = StationId(Uuid::now_v7());
    let lineage = LineageId(Uuid::now_v7());
    let zero = 0_u128.to_be_bytes();
    let sum = sum.0.to_be_bytes();
    db.run(
        "INSERT INTO state VALUES (1, ?1, ?2, 1, ?1, 0, ?3, ?4, 0, 0, ?3, ?4, 1)",
        &[
            station.as_bytes().into(),
            lineage.as_bytes().into(),
            (&zero).into(),
            (&sum).into(),
        ],
    )
    .during("start this station's history")?;
    let epoch = Epoch {
        number: 1,
        opener: station,
    };
    add_epoch(
        db,
        &EpochStart {
            epoch,
            after_seq: 0,
            chain: Chain::default(),
        },
    )
}

/// Writes where the station is now.
pub(crate) fn save_head(db: &Db<'_>, head: &Head) -> Result<(), Error> {
    let Head {
        position,
        sum,
        journal_bytes,
    } = head;
    db.run(
        "UPDATE state SET lineage = ?1, epoch = ?2, opener = ?3, seq = ?4, chain = ?5, sum = ?6, journal_bytes = ?7",
        &[
            position.lineage.as_bytes().into(),
            sql(position.epoch.number).into(),
            position.epoch.opener.as_bytes().into(),
            sql(position.seq).into(),
            (&position.chain.0.to_be_bytes()).into(),
            (&sum.0.to_be_bytes()).into(),
            sql(*journal_bytes).into(),
        ],
    )
    .during("write where this station is")?;
    Ok(())
}

/// Writes where the journal begins.
pub(crate) fn save_base(db: &Db<'_>, base: &Base) -> Result<(), Error> {
    db.run(
        "UPDATE state SET base_seq = ?1, base_chain = ?2, base_sum = ?3",
        &[
            sql(base.seq).into(),
            (&base.chain.0.to_be_bytes()).into(),
            (&base.sum.0.to_be_bytes()).into(),
        ],
    )
    .during("write where the journal begins")?;
    Ok(())
}

/// The epochs of the lineage, oldest first.
pub(crate) fn epochs(db: &Db<'_>) -> Result<Vec<EpochStart>, Error> {
    let during = "read the epoch history";
    let mut statement = db
        .cached("SELECT number, opener, after_seq, chain FROM epoch ORDER BY number")
        .during(during)?;
    let mut starts = Vec::new();
    while let Some(row) = statement.step().during(during)? {
        starts.push(EpochStart {
            epoch: Epoch {
                number: count(&row, 0),
                opener: station(&row, 1),
            },
            after_seq: count(&row, 2),
            chain: Chain(hash(&row, 3)),
        });
    }
    Ok(starts)
}

/// Adds to the epoch history.
pub(crate) fn add_epoch(db: &Db<'_>, start: &EpochStart) -> Result<(), Error> {
    db.run(
        "INSERT INTO epoch (number, opener, after_seq, chain) VALUES (?1, ?2, ?3, ?4)",
        &[
            sql(start.epoch.number).into(),
            start.epoch.opener.as_bytes().into(),
            sql(start.after_seq).into(),
            (&start.chain.0.to_be_bytes()).into(),
        ],
    )
    .during("record an epoch")?;
    Ok(())
}
