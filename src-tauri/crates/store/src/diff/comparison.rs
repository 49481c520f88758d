//! The secondary's end: which rows differ, and the primary's in their place.

use std::collections::VecDeque;

use domain::history::Sum;
use tokio::task::JoinHandle;

use super::pinned::JOURNAL_BYTES_MAX;
use super::plan::{Differing, FAN_OUT, Plan, Size, plan};
use super::range::{KeyRange, RangeSum, whole_ranges};
use super::replace;
use super::wire::{Question, RANGES_MAX, decode_sums};
use crate::entry::{DamagedEntry, Entry};
use crate::error::{During as _, Error};
use crate::failpoint::{self, Point};
use crate::faults::Fault;
use crate::orphans::BundleId;
use crate::snapshot::{Install, SnapshotError, SnapshotHeader, Spool};
use crate::state::Head;
use crate::store::{Commit, Store};

/// Rows that one question is about, so that its answer is never long in coming.
const ROWS_MAX: u64 = 20_000;
/// Most entries that are taken so that this station's journal is kept.
const ENTRIES_MAX: usize = 100_000;

/// Why a resync did not come about. Nothing was replaced.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// The primary's own rows do not have the sum that its journal leads to: they are not to be copied.
    #[error("the primary's rows do not have the sum that its journal leads to")]
    PrimaryDamaged,
    /// This station's data changed meanwhile.
    #[error("this station's data changed while it was compared")]
    Moved,
    /// What arrived is not what was asked for, or its rows do not give the sum; or the store failed.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
}

impl From<Error> for CompareError {
    fn from(error: Error) -> Self {
        Self::Snapshot(error.into())
    }
}

impl From<DamagedEntry> for CompareError {
    fn from(damaged: DamagedEntry) -> Self {
        Self::Snapshot(damaged.into())
    }
}

/// What the comparison needs next.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// Ask the primary this.
    Ask(Vec<u8>),
    /// A whole snapshot is shorter.
    Whole,
    /// Everything is there: [`Comparison::put_in_place`].
    Ready,
}

/// What a resync did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resynced {
    /// Where the station is now.
    pub head: Head,
    /// Rows that the primary sent.
    pub moved: u64,
    /// Rows that were taken out, since the primary does not have them.
    pub removed: u64,
    /// Rows in all.
    pub rows: u64,
    /// The bundle of orphans, if one was made.
    pub bundle: Option<BundleId>,
}

/// A comparison with the data that a primary has pinned. Nothing is replaced before [`Comparison::put_in_place`]. Dropped,
/// it leaves no trace.
pub struct Comparison {
    store: Store,
    header: SnapshotHeader,
    /// Where this station was when it began: its data must not change meanwhile.
    began_at: Head,
    stage: Stage,
    level: u32,
    /// Ranges that were compared so far.
    asked: u64,
    /// What the primary's rows add up to, as far as the first level has come.
    their_sum: Sum,
    differing: Vec<Differing>,
    leaves: Vec<Differing>,
    spool: Spool,
    entries: Vec<Entry>,
    /// Of their changesets.
    entries_bytes: u64,
    journal_asked: bool,
    moved: u64,
    done: u64,
    total: u64,
}

enum Stage {
    /// These ranges, with so many rows here, are to be compared yet at this level.
    Compare(VecDeque<(KeyRange, u64)>),
    /// This was asked, and is being summed here at the same time.
    Summing {
        rest: VecDeque<(KeyRange, u64)>,
        asked: Vec<KeyRange>,
        ours: JoinHandle<Result<(Head, Vec<RangeSum>), Error>>,
    },
    /// The rows of these leaves are to be asked for yet.
    Fetch {
        next: usize,
    },
    /// Rows are on their way; the next leaf to ask for.
    Fetching {
        next: usize,
    },
    /// The journal is on its way.
    Journal,
    Ready,
}

impl Store {
    /// Begins to compare this station's data with those that a primary has pinned.
    ///
    /// # Errors
    /// [`SnapshotError::SchemaDiffers`], [`SnapshotError::Damaged`], [`SnapshotError::Store`].
    pub async fn compare(&self, header: SnapshotHeader) -> Result<Comparison, CompareError> {
        if header.schema_hash != self.0.schema_hash {
            return Err(SnapshotError::SchemaDiffers.into());
        }
        header.check()?;
        let began_at = self.head();
        let parts = self
            .split_ranges(whole_ranges(&self.0.schema), FAN_OUT)
            .await?;
        let spool = Spool::create(&self.0.dir, header.bytes_max).await?;
        let total = parts.iter().map(|(_, rows)| rows).sum();
        Ok(Comparison {
            store: self.clone(),
            header,
            began_at,
            stage: Stage::Compare(parts.into()),
            level: 1,
            asked: 0,
            their_sum: Sum::default(),
            differing: Vec::new(),
            leaves: Vec::new(),
            spool,
            entries: Vec::new(),
            entries_bytes: 0,
            journal_asked: false,
            moved: 0,
            done: 0,
            total,
        })
    }
}

impl Comparison {
    /// Rows compared or moved, of how many; begins anew where comparing ends and moving begins.
    #[must_use]
    pub fn progress(&self) -> (u64, u64) {
        (self.done, self.total)
    }

    /// What is needed next, once the last question is answered.
    ///
    /// # Errors
    /// [`CompareError`]. The comparison is of no use then.
    pub async fn next(&mut self) -> Result<Next, CompareError> {
        loop {
            match std::mem::replace(&mut self.stage, Stage::Ready) {
                Stage::Compare(rest) if rest.is_empty() => {
                    if !self.end_level().await? {
                        return Ok(Next::Whole);
                    }
                }
                Stage::Compare(rest) => return Ok(Next::Ask(self.ask_sums(rest))),
                Stage::Fetch { next } => {
                    if let Some(question) = self.ask_rows(next) {
                        return Ok(Next::Ask(question));
                    }
                }
                Stage::Ready if self.wants_journal() => {
                    self.stage = Stage::Journal;
                    let position = self.began_at.position;
                    let question = Question::Journal {
                        after_seq: position.seq,
                        chain: position.chain,
                    };
                    return Ok(Next::Ask(self.encode(&question)));
                }
                Stage::Ready => return Ok(Next::Ready),
                Stage::Summing { .. } | Stage::Fetching { .. } | Stage::Journal => {
                    return Err(unasked());
                }
            }
        }
    }

    fn encode(&self, question: &Question) -> Vec<u8> {
        question.encode(self.store.0.schema.tables())
    }

    /// Takes the next ranges of this level; they are summed here while the primary sums them.
    fn ask_sums(&mut self, mut rest: VecDeque<(KeyRange, u64)>) -> Vec<u8> {
        let mut asked = Vec::new();
        let mut rows = 0;
        while asked.len() < RANGES_MAX && rows < ROWS_MAX {
            let Some((range, more)) = rest.pop_front() else {
                break;
            };
            rows += more;
            asked.push(range);
        }
        let (store, ranges) = (self.store.clone(), asked.clone());
        let question = self.encode(&Question::Sums(asked.clone()));
        let ours = tokio::spawn(async move { store.range_sums(ranges).await });
        self.stage = Stage::Summing { rest, asked, ours };
        question
    }

    /// The next leaves whose rows are to be sent; `None` where all were asked for.
    fn ask_rows(&mut self, mut next: usize) -> Option<Vec<u8>> {
        let mut ranges = Vec::new();
        let mut rows = 0;
        if next == 0 && self.store.0.faults.has(Fault::RangeSkipped) {
            next = 1;
        }
        while ranges.len() < RANGES_MAX
            && rows < ROWS_MAX
            && let Some(leaf) = self.leaves.get(next)
        {
            next += 1;
            if leaf.theirs > 0 {
                rows += leaf.theirs;
                ranges.push(leaf.range.clone());
            }
        }
        if ranges.is_empty() {
            return None;
        }
        self.stage = Stage::Fetching { next };
        Some(self.encode(&Question::Rows(ranges)))
    }

    /// Takes the primary's answer about the sums of what was asked.
    ///
    /// # Errors
    /// [`CompareError`].
    pub async fn take_sums(&mut self, answer: &[u8]) -> Result<(), CompareError> {
        let (rest, asked, ours) = match std::mem::replace(&mut self.stage, Stage::Ready) {
            Stage::Summing { rest, asked, ours } => (rest, asked, ours),
            _ => return Err(unasked()),
        };
        let theirs = decode_sums(answer, asked.len())?;
        let (head, ours) = ours.await.map_err(|_| Error::Closed)??;
        if head.position != self.began_at.position {
            return Err(CompareError::Moved);
        }
        self.asked += asked.len() as u64;
        for (ours, (sum, rows)) in ours.into_iter().zip(theirs) {
            if rows > self.header.rows {
                let what = "a part of its data has more rows than all of it";
                return Err(SnapshotError::damaged(what).into());
            }
            if self.level == 1 {
                self.their_sum.0 = self.their_sum.0.wrapping_add(sum.0);
                self.done += ours.rows;
            }
            if ours.sum == sum && ours.rows == rows {
                continue;
            }
            let found = Differing {
                range: ours.range,
                ours: ours.rows,
                theirs: rows,
            };
            if found.is_leaf() {
                self.leaves.push(found);
            } else {
                self.differing.push(found);
            }
        }
        self.stage = Stage::Compare(rest);
        Ok(())
    }

    /// A level is compared: the next one, or what was found. `false` where a whole snapshot is shorter.
    async fn end_level(&mut self) -> Result<bool, CompareError> {
        if self.level == 1 && self.their_sum != self.header.head.sum {
            return Err(CompareError::PrimaryDamaged);
        }
        let size = Size {
            rows: self.header.rows,
            bytes: self.header.bytes,
        };
        let (differing, leaves) = (
            std::mem::take(&mut self.differing),
            std::mem::take(&mut self.leaves),
        );
        let (next, leaves) = plan(size, self.level, self.asked, differing, leaves);
        match next {
            Plan::Descend(differing) => {
                self.leaves = leaves;
                self.level += 1;
                let ranges = differing.into_iter().map(|found| found.range).collect();
                let parts = self.store.split_ranges(ranges, FAN_OUT).await?;
                self.stage = Stage::Compare(parts.into());
                Ok(true)
            }
            Plan::Fetch(leaves) => {
                self.done = 0;
                self.total = leaves.iter().map(|leaf| leaf.theirs).sum();
                self.leaves = leaves;
                self.stage = Stage::Fetch { next: 0 };
                Ok(true)
            }
            Plan::Whole => Ok(false),
        }
    }

    /// Takes a chunk of the rows that were asked for.
    ///
    /// # Errors
    /// [`CompareError`].
    pub async fn take_rows(&mut self, chunk: Vec<u8>) -> Result<(), CompareError> {
        if !matches!(self.stage, Stage::Fetching { .. }) {
            return Err(unasked());
        }
        self.store.0.faults.room("receive a resync")?;
        let rows = self.spool.push(&self.store.0.schema, chunk).await?;
        self.moved += rows;
        self.done += rows;
        if self.moved > self.total {
            return Err(SnapshotError::damaged("more rows came than were asked for").into());
        }
        Ok(())
    }

    /// Takes an entry of the journal that was asked for.
    ///
    /// # Errors
    /// [`CompareError`].
    pub fn take_entry(&mut self, entry: &[u8]) -> Result<(), CompareError> {
        if !matches!(self.stage, Stage::Journal) || self.entries.len() >= ENTRIES_MAX {
            return Err(unasked());
        }
        let entry = Entry::decode(entry)?;
        self.entries_bytes += entry.changeset.as_bytes().len() as u64;
        if self.entries_bytes > JOURNAL_BYTES_MAX {
            return Err(unasked());
        }
        self.entries.push(entry);
        Ok(())
    }

    /// What was asked for has been sent.
    ///
    /// # Errors
    /// [`CompareError`].
    pub fn take_end(&mut self) -> Result<(), CompareError> {
        self.stage = match self.stage {
            Stage::Fetching { next } => Stage::Fetch { next },
            // Asked for once, whatever came.
            Stage::Journal => {
                self.journal_asked = true;
                Stage::Ready
            }
            _ => return Err(unasked()),
        };
        Ok(())
    }

    /// This station is behind the pinned position on what may be one history: with the entries in between it keeps its
    /// journal.
    fn wants_journal(&self) -> bool {
        let (own, pinned) = (self.began_at.position, self.header.head.position);
        !self.journal_asked && own.lineage == pinned.lineage && own.seq < pinned.seq
    }

    /// Whether rows are to be replaced or taken out.
    #[must_use]
    pub fn changes_rows(&self) -> bool {
        !self.leaves.is_empty()
    }

    /// Makes the rows here the primary's and this station's position the pinned one, in one transaction, once a full scan
    /// gives the primary's sum. The journal is kept where it leads there, else it begins anew, as with a snapshot.
    ///
    /// # Errors
    /// [`CompareError`]. Nothing was replaced then.
    pub async fn put_in_place(self, install: Install) -> Result<Resynced, CompareError> {
        let Comparison {
            store,
            header,
            began_at,
            leaves,
            spool,
            entries,
            moved,
            ..
        } = self;
        store
            .with_writer(move |parts| {
                failpoint::at(Point::ResyncBefore).during("resync")?;
                if *parts.head != began_at {
                    return Err(CompareError::Moved);
                }
                let (removed, bundle) = parts.transaction("resync", |parts| {
                    let difference = replace::Difference {
                        header: &header,
                        leaves: &leaves,
                        spool: &spool,
                        entries: &entries,
                    };
                    let replaced = replace::replace(parts, &difference, &install)?;
                    failpoint::at(Point::ResyncBeforeCommit).during("resync")?;
                    Ok::<_, CompareError>(replaced)
                })?;
                failpoint::at(Point::ResyncAfterCommit).during("resync")?;
                parts.publish(Some(Commit::Replaced));
                Ok(Resynced {
                    head: *parts.head,
                    moved,
                    removed,
                    rows: header.rows,
                    bundle,
                })
            })
            .await
    }
}

/// The peer says what it was not asked.
fn unasked() -> CompareError {
    SnapshotError::damaged("an answer came that was not asked for").into()
}
