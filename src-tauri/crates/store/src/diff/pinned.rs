//! The primary's end: its data at one position, held by one read transaction, and the answers about it.

use changeset::{Db, Schema};
use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnection;
use tokio::sync::mpsc;

use super::range::{KeyRange, rows_of, sums};
use super::wire::{Question, encode_sums};
use crate::error::{During as _, Error};
use crate::journal;
use crate::snapshot::{ChunkWriter, SnapshotError, SnapshotHeader, read_header};
use crate::state;
use crate::store::{Store, blocking};

/// Most bytes of changesets that are sent so that a secondary keeps its own journal: beyond that it begins anew.
pub(super) const JOURNAL_BYTES_MAX: u64 = 16 << 20;

/// This station's data at one position. Edits go on meanwhile and are not in it; as long as it is held, SQLite's WAL grows
/// with them, so whoever holds it sees to it that it ends. Dropped, it ends.
pub struct Pinned {
    /// `None` once an answer failed.
    connection: Option<SqliteConnection>,
    schema: Schema,
    header: SnapshotHeader,
    /// Chunks of rows that were made so far.
    chunks: u32,
    /// Rows that were summed so far.
    summed: u64,
}

/// A part of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The sums that were asked for.
    Sums(Vec<u8>),
    /// Some of the rows that were asked for.
    Rows(Vec<u8>),
    /// One of the journal's entries that were asked for.
    Entry(Vec<u8>),
    /// That was all.
    End,
}

impl Store {
    /// Pins the data as it is at this moment.
    ///
    /// # Errors
    /// [`SnapshotError::Store`].
    pub async fn pin(&self) -> Result<Pinned, SnapshotError> {
        let during = "pin the data";
        let mut connection = self.long_reader().await?;
        let (schema, schema_hash) = (self.0.schema.clone(), self.0.schema_hash.clone());
        blocking(move |runtime| {
            let header = {
                let db = runtime.block_on(Db::lock(&mut connection)).during(during)?;
                db.execute("BEGIN").during(during)?;
                read_header(&db, &schema, schema_hash)?
            };
            Ok(Pinned {
                connection: Some(connection),
                schema,
                header,
                chunks: 0,
                summed: 0,
            })
        })
        .await
    }
}

impl Pinned {
    /// Where the data is pinned, and how much there is.
    #[must_use]
    pub fn header(&self) -> &SnapshotHeader {
        &self.header
    }

    /// Rows that were summed for answers so far.
    #[must_use]
    pub fn summed(&self) -> u64 {
        self.summed
    }

    /// Answers a question of [`super::Comparison`]. Ends early, and without an error, where nobody takes the answer.
    ///
    /// # Errors
    /// [`SnapshotError::Damaged`] for what is no question, [`SnapshotError::Store`].
    pub async fn answer(
        &mut self,
        question: &[u8],
        answer: mpsc::Sender<Answer>,
    ) -> Result<(), SnapshotError> {
        let during = "answer about the data";
        let question = Question::decode(question, self.schema.tables())?;
        let mut connection = self.connection.take().ok_or(Error::Closed)?;
        let (schema, mut chunks, last) = (
            self.schema.clone(),
            self.chunks,
            self.header.head.position.seq,
        );
        let (connection, chunks, summed) = blocking::<_, SnapshotError>(move |runtime| {
            let mut summed = 0;
            {
                let db = runtime.block_on(Db::lock(&mut connection)).during(during)?;
                match question {
                    Question::Sums(ranges) => {
                        let found = sums(&db, &schema, ranges)?;
                        summed = found.iter().map(|range| range.rows).sum();
                        let found: Vec<_> = found.iter().map(|r| (r.sum, r.rows)).collect();
                        say(&answer, Answer::Sums(encode_sums(&found)));
                    }
                    Question::Rows(ranges) => {
                        send_rows(&db, &schema, &ranges, &mut chunks, &answer)?;
                        say(&answer, Answer::End);
                    }
                    Question::Journal { after_seq, chain } => {
                        send_journal(&db, after_seq, chain, last, &answer)?;
                        say(&answer, Answer::End);
                    }
                }
            }
            Ok((connection, chunks, summed))
        })
        .await?;
        self.connection = Some(connection);
        self.chunks = chunks;
        self.summed += summed;
        Ok(())
    }

    /// Ends it in order.
    pub async fn release(mut self) {
        if let Some(connection) = self.connection.take()
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the connection that pinned the data was not closed in order");
        }
    }
}

/// `false` once nobody takes the answer any more.
fn say(answer: &mpsc::Sender<Answer>, part: Answer) -> bool {
    answer.blocking_send(part).is_ok()
}

fn send_rows(
    db: &Db<'_>,
    schema: &Schema,
    ranges: &[KeyRange],
    chunks: &mut u32,
    answer: &mpsc::Sender<Answer>,
) -> Result<(), SnapshotError> {
    let during = "answer about the data";
    // One table after the other: a chunk holds rows of one.
    for (number, table) in schema.tables().iter().enumerate() {
        let mut writer = ChunkWriter::of(number, table)?;
        let mut finish = |writer: &mut ChunkWriter| -> Result<bool, SnapshotError> {
            let chunk = writer.finish(*chunks)?;
            *chunks += 1;
            Ok(say(answer, Answer::Rows(chunk)))
        };
        for range in ranges.iter().filter(|range| range.table == table.name) {
            let mut rows = rows_of(db, schema, range)?;
            while let Some(row) = rows.step().during(during)? {
                writer.push(&row);
                if writer.is_full() && !finish(&mut writer)? {
                    return Ok(());
                }
            }
        }
        if !writer.is_empty() && !finish(&mut writer)? {
            return Ok(());
        }
    }
    Ok(())
}

/// Sends the entries after `after_seq` up to the pinned position, or none: where the chain is another, the journal does not
/// reach back, or they are too many. A damaged entry ends them: those before it lead nowhere then, and the other station's
/// journal begins anew.
fn send_journal(
    db: &Db<'_>,
    after_seq: u64,
    chain: domain::history::Chain,
    last: u64,
    answer: &mpsc::Sender<Answer>,
) -> Result<(), SnapshotError> {
    let during = "answer about the data";
    let base = state::load(db)?.ok_or(Error::Closed)?.base;
    let shared = journal::at(db, after_seq, &base)?.is_some_and(|(found, _)| found == chain);
    let mut bytes = db
        .prepare("SELECT coalesce(sum(length(changeset)), 0) FROM journal WHERE seq > ?1")
        .during(during)?;
    bytes.bind(1, state::sql(after_seq)).during(during)?;
    let bytes = bytes
        .step()
        .during(during)?
        .map_or(0, |row| state::count(&row, 0));
    if !shared || after_seq > last || bytes > JOURNAL_BYTES_MAX {
        return Ok(());
    }
    let sent = journal::each_after(db, after_seq, |entry| {
        Ok(say(answer, Answer::Entry(entry.encode())))
    });
    match sent {
        Err(Error::Damaged { what }) => {
            tracing::error!(what, "the journal is not sent beyond a damaged entry");
            Ok(())
        }
        other => Ok(other?),
    }
}
