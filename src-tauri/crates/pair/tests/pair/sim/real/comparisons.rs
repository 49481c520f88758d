//! Comparisons of the real store: what the driver of the product does with it, question by question.

use pair::event::{CompareFault, SnapshotFault};
use store::{
    Answer, CompareError, Comparison, Error, Next, Pinned, SnapshotError, SnapshotHeader, Store,
};

use super::super::disk::{Compares, Found, Hazards as _, Keep, Moved, NotDone};
use super::super::rng::Rng;
use super::Real;
use super::copies::install;
use super::files::block_on;
use super::hazards::flip;

/// What the two ends of a comparison say, in the messages of the product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sim) enum Said {
    Header(Vec<u8>),
    Question(Vec<u8>),
    Sums(Vec<u8>),
    Rows(Vec<u8>),
    Entry(Vec<u8>),
    End,
}

impl Real {
    /// Takes a part in; whether it was the last of an answer.
    pub(super) async fn take(
        store: &Store,
        comparison: &mut Option<Comparison>,
        part: &Said,
    ) -> Result<bool, CompareError> {
        match (part, &mut *comparison) {
            (Said::Header(header), _) => {
                let header = SnapshotHeader::decode(header)?;
                *comparison = Some(store.compare(header).await?);
            }
            (Said::Sums(sums), Some(comparison)) => comparison.take_sums(sums).await?,
            (Said::End, Some(comparison)) => comparison.take_end()?,
            (Said::Rows(chunk), Some(comparison)) => {
                comparison.take_rows(chunk.clone()).await?;
                return Ok(false);
            }
            (Said::Entry(entry), Some(comparison)) => {
                comparison.take_entry(entry)?;
                return Ok(false);
            }
            (_, None) | (Said::Question(_), Some(_)) => return Err(CompareError::Moved),
        }
        Ok(true)
    }

    pub(super) fn not_compared(&mut self, error: &CompareError) -> CompareFault {
        self.why = error.to_string();
        match error {
            CompareError::PrimaryDamaged => CompareFault::PrimaryDamaged,
            CompareError::Moved => CompareFault::Broken,
            CompareError::Snapshot(error) => match self.not_copied(error) {
                SnapshotFault::NoSpace => CompareFault::NoSpace,
                _ => CompareFault::Broken,
            },
        }
    }
}

impl Compares for Real {
    type Pinned = Pinned;
    type Comparison = Comparison;
    type Part = Said;

    const ASKS: bool = true;

    fn pin(&mut self) -> Result<(Pinned, Said), NotDone> {
        self.told();
        let pinned = block_on(self.store().pin()).expect("the data can be pinned");
        let header = Said::Header(pinned.header().encode());
        Ok((pinned, header))
    }

    fn answer(pinned: &mut Pinned, question: &Said) -> Result<Vec<Said>, NotDone> {
        let Said::Question(question) = question else {
            return Err(NotDone);
        };
        block_on(async {
            let (sender, mut answers) = tokio::sync::mpsc::channel(8);
            let taking = async {
                let mut said = Vec::new();
                while let Some(answer) = answers.recv().await {
                    said.push(match answer {
                        Answer::Sums(sums) => Said::Sums(sums),
                        Answer::Rows(rows) => Said::Rows(rows),
                        Answer::Entry(entry) => Said::Entry(entry),
                        Answer::End => Said::End,
                    });
                }
                said
            };
            let (answered, said) = tokio::join!(pinned.answer(question, sender), taking);
            match answered {
                Ok(()) => Ok(said),
                // A bit of the question flipped on its way.
                Err(SnapshotError::Damaged { .. } | SnapshotError::Store(Error::Invalid(_))) => {
                    Err(NotDone)
                }
                Err(error) => panic!("VIOLATED: the store fails: {error}"),
            }
        })
    }

    fn pinned_at(pinned: &Pinned) -> u64 {
        pinned.header().head.position.seq
    }

    fn take_part(
        &mut self,
        comparison: &mut Option<Comparison>,
        part: &Said,
    ) -> Result<Found<Said>, CompareFault> {
        let store = self.store();
        let next = block_on(async {
            let asks_on = Self::take(store, comparison, part).await?;
            match comparison {
                Some(comparison) if asks_on => comparison.next().await.map(Some),
                _ => Ok(None),
            }
        });
        match next.map_err(|error| self.not_compared(&error))? {
            None => Ok(Found::More),
            Some(Next::Ask(question)) => Ok(Found::Ask(Said::Question(question))),
            Some(Next::Whole) => Ok(Found::Whole),
            Some(Next::Ready) => Ok(Found::All),
        }
    }

    fn put_in_place(&mut self, comparison: Comparison, keep: Keep) -> Result<Moved, CompareFault> {
        let backs_up = keep.backup && comparison.changes_rows();
        let done = block_on(async {
            if backs_up {
                let reason = "before a resync";
                self.store().create_backup(reason).await?;
            }
            comparison.put_in_place(install(keep)).await
        });
        self.after_replacing(done.is_ok(), backs_up);
        let done = done.map_err(|error| self.not_compared(&error))?;
        Ok(Moved {
            moved: done.moved,
            removed: done.removed,
            rows: done.rows,
        })
    }

    fn flip_part(part: &mut Said, rng: &mut Rng) {
        match part {
            Said::Header(bytes)
            | Said::Question(bytes)
            | Said::Sums(bytes)
            | Said::Rows(bytes)
            | Said::Entry(bytes) => flip(bytes, rng),
            Said::End => {}
        }
    }
}
