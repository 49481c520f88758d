//! A chunk of pages: some of one b-tree, every page behind those that it points at, so that the last of a tree is its root.
//!
//! `tree (2 bytes) · whether its root is here (1 byte)`, then the pages. They point at each other by their places in the
//! tree, counted from 1; in the rest of a long row the next page is the next one sent.

use super::SnapshotError;

/// A chunk is closed once its pages have so many bytes.
const PAGES_BYTES_TARGET: usize = 1 << 20;
/// No chunk of pages has more bytes than this: the largest page of SQLite's beyond the target.
pub(super) const PAGES_BYTES_MAX: usize = PAGES_BYTES_TARGET + (1 << 16) + HEAD_LEN;

const HEAD_LEN: usize = 3;

/// Collects pages of one tree.
pub(super) struct PagesWriter {
    bytes: Vec<u8>,
}

impl PagesWriter {
    pub(super) fn new() -> Self {
        let mut bytes = Vec::with_capacity(PAGES_BYTES_MAX);
        bytes.resize(HEAD_LEN, 0);
        PagesWriter { bytes }
    }

    pub(super) fn push(&mut self, page: &[u8]) {
        self.bytes.extend_from_slice(page);
    }

    pub(super) fn is_full(&self) -> bool {
        self.bytes.len() >= PAGES_BYTES_TARGET
    }

    /// What is to be sent of the tree that has this number.
    pub(super) fn finish(&mut self, tree: usize, ends: bool) -> Result<&[u8], SnapshotError> {
        let number = u16::try_from(tree)
            .map_err(|_| SnapshotError::damaged("there are too many tables and indexes"))?;
        self.bytes[..2].copy_from_slice(&number.to_be_bytes());
        self.bytes[2] = u8::from(ends);
        Ok(&self.bytes)
    }

    pub(super) fn clear(&mut self) {
        self.bytes.truncate(HEAD_LEN);
    }
}

/// The tree, whether its root is here, and the pages; `None` where there are no such.
pub(super) fn read(bytes: &mut [u8], page_size: usize) -> Option<(usize, bool, &mut [u8])> {
    let (head, pages) = bytes.split_first_chunk_mut::<HEAD_LEN>()?;
    let whole = !pages.is_empty() && pages.len().is_multiple_of(page_size) && head[2] <= 1;
    let tree = usize::from(u16::from_be_bytes([head[0], head[1]]));
    whole.then_some((tree, head[2] == 1, pages))
}
