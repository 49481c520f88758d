//! The journal as operators read it.

use changeset::Row;
use domain::history::Epoch;
use domain::ids::StationId;

use crate::entry::Entry;
use crate::error::{During as _, Error};
use crate::state::{count, sql, station};
use crate::store::Store;

/// An entry as the history lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// Its number.
    pub seq: u64,
    /// The epoch that it was written in.
    pub epoch: Epoch,
    /// When: Unix microseconds, by the clock of its station.
    pub at_us: i64,
    /// Where.
    pub station: StationId,
    /// Who.
    pub user: String,
    /// What.
    pub label: String,
    /// The entry that this one takes back.
    pub undoes: Option<u64>,
    /// The entry that this one does again.
    pub redoes: Option<u64>,
    /// Whether it is taken back at present.
    pub undone: bool,
}

/// The columns that [`HistoryEntry::read`] reads. An entry is undone while it was taken back once more often than done
/// again.
pub(crate) const COLUMNS: &str = "seq, epoch, opener, at, station, user, label, undoes, redoes, \
    (SELECT count(*) FROM journal u WHERE u.undoes = journal.seq) > \
    (SELECT count(*) FROM journal r WHERE r.redoes = journal.seq)";

impl HistoryEntry {
    /// What the history shows of an entry that was just made.
    pub(crate) fn of(entry: &Entry) -> Self {
        HistoryEntry {
            seq: entry.seq,
            epoch: entry.epoch,
            at_us: entry.at_us,
            station: entry.station,
            user: entry.user.clone(),
            label: entry.label.clone(),
            undoes: entry.undoes,
            redoes: entry.redoes,
            undone: false,
        }
    }

    pub(crate) fn read(row: &Row<'_>) -> Self {
        let link = |column| row.get(column).as_i64().and_then(|n| u64::try_from(n).ok());
        HistoryEntry {
            seq: count(row, 0),
            epoch: Epoch {
                number: count(row, 1),
                opener: station(row, 2),
            },
            at_us: row.i64(3),
            station: station(row, 4),
            user: row.str(5).to_owned(),
            label: row.str(6).to_owned(),
            undoes: link(7),
            redoes: link(8),
            undone: row.i64(9) != 0,
        }
    }
}

impl Store {
    /// The last entries, newest first: at most `limit`, and only those before `before_seq` where that is given.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn history(
        &self,
        before_seq: Option<u64>,
        limit: u32,
    ) -> Result<Vec<HistoryEntry>, Error> {
        let during = "read the history";
        self.with_reader(during, move |db| {
            let query =
                format!("SELECT {COLUMNS} FROM journal WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2");
            let mut statement = db.prepare(&query).during(during)?;
            statement
                .bind(1, before_seq.map_or(i64::MAX, sql))
                .during(during)?;
            statement.bind(2, i64::from(limit)).during(during)?;
            let mut entries = Vec::new();
            while let Some(row) = statement.step().during(during)? {
                entries.push(HistoryEntry::read(&row));
            }
            Ok(entries)
        })
        .await
    }
}
