//! Opening epochs and lineages (DESIGN.md 5.3).

use domain::history::{Chain, Epoch, EpochStart, Position};
use domain::ids::LineageId;
use jiff::Timestamp;
use uuid::Uuid;

use crate::error::{During as _, Error};
use crate::failpoint::{self, Point};
use crate::faults::Fault;
use crate::local::LocalPut;
use crate::state::{self, Base, Head, sql};
use crate::store::{Store, WriterParts};

/// Where a station is, with all that it says of itself to a peer; read at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// The last durable entry, and the sum there.
    pub head: Head,
    /// The epoch history, oldest first.
    pub epochs: Vec<EpochStart>,
    /// Whether nobody made anything here yet: no row in any replicated table but the channel's settings.
    pub empty: bool,
    /// Where it was in the lineage that it left for this one, if it left one.
    pub left: Option<Position>,
}

impl Store {
    /// Opens an epoch after the last entry, with this station as its opener, and puts `local` in the same transaction.
    ///
    /// # Errors
    /// [`Error::Invalid`] unless `number` is higher than that of the epoch in force; [`Error::NoSpace`],
    /// [`Error::Database`].
    pub async fn open_epoch(&self, number: u64, local: Vec<LocalPut>) -> Result<Head, Error> {
        let during = "open an epoch";
        let points = (Point::EpochBeforeCommit, Point::EpochAfterCommit);
        self.opening(during, points, move |parts| {
            let position = parts.head.position;
            let reused = parts.shared.faults.has(Fault::EpochReused);
            let number = if reused {
                position.epoch.number
            } else {
                number
            };
            if number <= position.epoch.number && !reused {
                return Err(Error::Invalid(format!(
                    "epoch {number} cannot be opened: epoch {} is in force already",
                    position.epoch.number
                )));
            }
            let epoch = Epoch {
                number,
                opener: parts.shared.station,
            };
            let start = EpochStart {
                epoch,
                after_seq: position.seq,
                chain: position.chain,
            };
            if !reused {
                state::add_epoch(parts.db, &start)?;
            }
            parts.head.position.epoch = epoch;
            state::save_head(parts.db, parts.head)?;
            local.iter().try_for_each(|put| put.run(parts.db))
        })
        .await
    }

    /// Opens a new lineage over the present data: its first epoch is number 1, opened here. Entries keep counting, and
    /// the old position stays on record. Puts `local` in the same transaction.
    ///
    /// # Errors
    /// [`Error::NoSpace`], [`Error::Database`].
    pub async fn open_lineage(&self, local: Vec<LocalPut>) -> Result<Head, Error> {
        let points = (Point::LineageBeforeCommit, Point::LineageAfterCommit);
        self.opening("open a lineage", points, move |parts| {
            new_lineage(parts)?;
            local.iter().try_for_each(|put| put.run(parts.db))
        })
        .await
    }

    /// Where the station is, with its epoch history.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn overview(&self) -> Result<Overview, Error> {
        let schema = self.0.schema.clone();
        self.with_reader("read where this station is", move |db| {
            let during = "read where this station is";
            db.execute("BEGIN").during(during)?;
            let state = state::load(db)?.ok_or(Error::Closed)?;
            let mut empty = true;
            for table in schema
                .tables()
                .iter()
                .filter(|table| table.name != "channel")
            {
                let query = format!("SELECT 1 FROM {} LIMIT 1", changeset::quoted(&table.name));
                empty &= db
                    .prepare(&query)
                    .and_then(|mut s| Ok(s.step()?.is_none()))
                    .during(during)?;
            }
            Ok(Overview {
                head: state.head,
                epochs: state::epochs(db)?,
                empty,
                left: left(db)?,
            })
        })
        .await
    }

    /// A transaction that opens something, with its failpoints.
    async fn opening<F>(
        &self,
        during: &'static str,
        (before, after): (Point, Point),
        work: F,
    ) -> Result<Head, Error>
    where
        F: FnOnce(&mut WriterParts<'_, '_>) -> Result<(), Error> + Send + 'static,
    {
        let head = self
            .transaction_published(during, move |parts| {
                work(parts)?;
                failpoint::at(before).during(during)
            })
            .await?;
        failpoint::reach(after).await.during(during)?;
        Ok(head)
    }

    /// A transaction of the writer that moves the head: committed, published, returned.
    pub(crate) async fn transaction_published<F>(
        &self,
        during: &'static str,
        work: F,
    ) -> Result<Head, Error>
    where
        F: FnOnce(&mut WriterParts<'_, '_>) -> Result<(), Error> + Send + 'static,
    {
        self.with_writer(move |parts| {
            parts.transaction(during, work)?;
            parts.publish(None);
            Ok(*parts.head)
        })
        .await
    }
}

/// Leaves the lineage for a new one over the present data.
pub(crate) fn new_lineage(parts: &mut WriterParts<'_, '_>) -> Result<(), Error> {
    leave(parts)?;
    let position = &mut parts.head.position;
    position.lineage = LineageId(Uuid::now_v7());
    position.epoch = Epoch {
        number: 1,
        opener: parts.shared.station,
    };
    let start = EpochStart {
        epoch: position.epoch,
        after_seq: position.seq,
        chain: position.chain,
    };
    parts
        .db
        .run("DELETE FROM epoch", &[])
        .during("open a lineage")?;
    state::add_epoch(parts.db, &start)?;
    state::save_head(parts.db, parts.head)
}

/// Drops the journal up to the head: the data is no longer what its entries lead to.
pub(crate) fn forget_journal(parts: &mut WriterParts<'_, '_>) -> Result<(), Error> {
    let Head { position, sum, .. } = *parts.head;
    parts
        .db
        .run("DELETE FROM journal", &[])
        .during("drop the journal")?;
    *parts.base = Base {
        seq: position.seq,
        chain: position.chain,
        sum,
    };
    state::save_base(parts.db, parts.base)
}

/// Puts the present position on record as one that is left.
fn leave(parts: &mut WriterParts<'_, '_>) -> Result<(), Error> {
    let Position {
        lineage,
        epoch,
        seq,
        chain,
    } = parts.head.position;
    parts
        .db
        .run(
            "INSERT INTO left_lineage (at, lineage, epoch, opener, seq, chain) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            &[
                Timestamp::now().as_microsecond().into(),
                lineage.as_bytes().into(),
                sql(epoch.number).into(),
                epoch.opener.as_bytes().into(),
                sql(seq).into(),
                (&chain.0.to_be_bytes()).into(),
            ],
        )
        .during("leave a lineage")?;
    Ok(())
}

/// The position that was left for the present lineage.
fn left(db: &changeset::Db<'_>) -> Result<Option<Position>, Error> {
    let during = "read the lineage that was left";
    let mut statement = db
        .prepare(
            "SELECT lineage, epoch, opener, seq, chain FROM left_lineage ORDER BY id DESC LIMIT 1",
        )
        .during(during)?;
    let row = statement.step().during(during)?;
    Ok(row.map(|row| Position {
        lineage: LineageId(Uuid::from_bytes(state::sixteen(&row, 0))),
        epoch: Epoch {
            number: state::count(&row, 1),
            opener: state::station(&row, 2),
        },
        seq: state::count(&row, 3),
        chain: Chain(state::hash(&row, 4)),
    }))
}
