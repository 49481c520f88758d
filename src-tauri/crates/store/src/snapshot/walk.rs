//! Reading b-trees page by page, in the order in which they are sent.

use changeset::{Db, Statement};

use super::SnapshotError;
use super::btree::{self, Pointer, Shape, Target};
use crate::error::During as _;

/// SQLite's own limit (BTCURSOR_MAX_DEPTH).
pub(super) const DEPTH_MAX: usize = 20;
const DURING: &str = "read a snapshot";

/// Reads the trees of a database at the moment of its open read transaction.
pub(super) struct Walk<'d> {
    page: Statement<'d>,
    /// Pages of all trees so far, and the most that there can be.
    read: u64,
    pages_max: u64,
}

impl<'d> Walk<'d> {
    pub(super) fn new(db: &'d Db<'d>, pages_max: u64) -> Result<Self, SnapshotError> {
        let page = db
            .prepare("SELECT data FROM sqlite_dbpage WHERE pgno = ?1")
            .during(DURING)?;
        Ok(Walk {
            page,
            read: 0,
            pages_max,
        })
    }

    /// Hands the page to `with`.
    fn page<T>(
        &mut self,
        number: u32,
        with: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<T, SnapshotError> {
        self.page.bind(1, i64::from(number)).during(DURING)?;
        let row = self.page.step().during(DURING)?;
        let result = row.and_then(|row| with(row.blob(0)));
        self.page.reset();
        result.ok_or_else(|| damaged(number))
    }

    /// How many pages a tree has, without those of long rows: all its leaves are at one depth, so that only those above need
    /// be read.
    pub(super) fn count(&mut self, root: u32) -> Result<u64, SnapshotError> {
        let mut level = vec![root];
        let mut pages = 0;
        for _ in 0..DEPTH_MAX {
            pages += level.len() as u64;
            let mut below = Vec::new();
            for &number in &level {
                let leaf = self.page(number, |page| {
                    let mut pointers = Vec::new();
                    let shape = btree::pointers(page, &mut pointers)?;
                    let children = pointers.iter().filter(|p| p.target == Target::Child);
                    below.extend(children.filter_map(|p| btree::number_at(page, p.at)));
                    Some(shape.leaf)
                })?;
                if leaf {
                    return Ok(pages);
                }
            }
            if pages + below.len() as u64 > self.pages_max {
                break;
            }
            level = below;
        }
        Err(damaged(root))
    }

    /// Hands every page of the tree to `take`, each behind those that it points at, by their places among those handed out.
    /// `false` once `take` wants no more.
    pub(super) fn tree(
        &mut self,
        root: u32,
        take: &mut dyn FnMut(&[u8]) -> Result<bool, SnapshotError>,
    ) -> Result<bool, SnapshotError> {
        let mut sent = Sent { pages: 0, take };
        Ok(self.subtree(root, 0, &mut sent)?.is_some())
    }

    /// The place of the page of this number, once it was sent.
    fn subtree(
        &mut self,
        number: u32,
        depth: usize,
        sent: &mut Sent<'_>,
    ) -> Result<Option<u32>, SnapshotError> {
        self.read += 1;
        if depth > DEPTH_MAX || self.read > self.pages_max {
            return Err(damaged(number));
        }
        let mut pointers: Vec<Pointer> = Vec::new();
        let mut whole = None;
        // Most pages are leaves that point nowhere: they go on from where SQLite has them.
        let place = self.page(number, |page| {
            let _: Shape = btree::pointers(page, &mut pointers)?;
            Some(if pointers.is_empty() {
                sent.push(page)
            } else {
                whole = Some(page.to_vec());
                Ok(None)
            })
        })??;
        let Some(mut page) = whole else {
            return Ok(place);
        };
        for &Pointer { at, target } in &pointers {
            let to = btree::number_at(&page, at).ok_or_else(|| damaged(number))?;
            let place = match target {
                Target::Child => self.subtree(to, depth + 1, sent)?,
                Target::Overflow => self.chain(to, sent)?,
            };
            let Some(place) = place else { return Ok(None) };
            btree::put_number(&mut page, at, place);
        }
        sent.push(&page)
    }

    /// Sends the rest of a long row; the place of its first page.
    fn chain(&mut self, first: u32, sent: &mut Sent<'_>) -> Result<Option<u32>, SnapshotError> {
        let place = sent.pages + 1;
        let mut number = first;
        while number != 0 {
            self.read += 1;
            if self.read > self.pages_max {
                return Err(damaged(number));
            }
            let mut page = self.page(number, |page| Some(page.to_vec()))?;
            number = btree::number_at(&page, 0).ok_or_else(|| damaged(number))?;
            let next = if number == 0 { 0 } else { sent.pages + 2 };
            btree::put_number(&mut page, 0, next);
            if sent.push(&page)?.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(place))
    }
}

/// What was sent of a tree.
struct Sent<'t> {
    pages: u32,
    take: &'t mut dyn FnMut(&[u8]) -> Result<bool, SnapshotError>,
}

impl Sent<'_> {
    /// Sends a page; its place.
    fn push(&mut self, page: &[u8]) -> Result<Option<u32>, SnapshotError> {
        self.pages += 1;
        Ok((self.take)(page)?.then_some(self.pages))
    }
}

fn damaged(page: u32) -> SnapshotError {
    let what = format!("page {page} is not where it belongs");
    SnapshotError::Store(crate::Error::Damaged { what })
}
