//! What a page of an SQLite b-tree points at (<https://www.sqlite.org/fileformat2.html#b_tree_pages>): enough to move a tree
//! into another file, where its pages have other numbers, and to see that it is a tree. What is in its cells is SQLite's.

/// What a pointer leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// A page of the same tree, one level below.
    Child,
    /// The first page of the rest of a long row.
    Overflow,
}

/// A pointer in a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pointer {
    /// Where its four bytes begin.
    pub(super) at: usize,
    pub(super) target: Target,
}

/// What kind of page it is, and how many rows lie in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// Of a table with rowids; else of an index, or of a table without rowids.
    pub(super) table: bool,
    pub(super) leaf: bool,
    pub(super) cells: u16,
}

impl Shape {
    /// Rows, or entries of an index, that lie in the page itself.
    pub(super) fn rows(self) -> u64 {
        match self {
            // Its cells only show the way.
            Shape {
                table: true,
                leaf: false,
                ..
            } => 0,
            Shape { cells, .. } => u64::from(cells),
        }
    }

    /// The shape of a page that is not the file's first; `None` where it is no page of a b-tree.
    pub(super) fn of(page: &[u8]) -> Option<Self> {
        let (table, leaf) = match page.first()? {
            2 => (false, false),
            5 => (true, false),
            10 => (false, true),
            13 => (true, true),
            _ => return None,
        };
        Some(Shape {
            table,
            leaf,
            cells: u16_at(page, 3)?,
        })
    }
}

/// The page's pointers, in the order of its rows, into `pointers`; `None` where it is no page of a b-tree, or one that is
/// not whole.
pub(super) fn pointers(page: &[u8], pointers: &mut Vec<Pointer>) -> Option<Shape> {
    pointers.clear();
    let shape = Shape::of(page)?;
    let head = if shape.leaf { 8 } else { 12 };
    let cells_end = head + 2 * usize::from(shape.cells);
    for at in page.get(head..cells_end)?.chunks_exact(2) {
        let cell = usize::from(u16::from_be_bytes([at[0], at[1]]));
        if cell < cells_end {
            return None;
        }
        if !shape.leaf {
            let child = Pointer {
                at: cell,
                target: Target::Child,
            };
            page.get(cell..cell + 4)?;
            pointers.push(child);
        }
        if let Some(at) = overflow_at(page, cell, shape)? {
            page.get(at..at + 4)?;
            let target = Target::Overflow;
            pointers.push(Pointer { at, target });
        }
    }
    if !shape.leaf {
        let target = Target::Child;
        pointers.push(Pointer { at: 8, target });
    }
    Some(shape)
}

/// Where the pointer to the rest of the row in this cell is: `Some(None)` where the whole row is here; `None` where the page is
/// not whole.
fn overflow_at(page: &[u8], cell: usize, shape: Shape) -> Option<Option<usize>> {
    if shape.table && !shape.leaf {
        return Some(None);
    }
    let at = if shape.leaf { cell } else { cell + 4 };
    let (bytes, at) = varint(page, at)?;
    let at = if shape.table { varint(page, at)?.1 } else { at };
    let usable = page.len() as u64;
    let most = match shape.table {
        true => usable - 35,
        false => (usable - 12) * 64 / 255 - 23,
    };
    if bytes <= most {
        page.get(at..at + bytes as usize)?;
        return Some(None);
    }
    let least = (usable - 12) * 32 / 255 - 23;
    let here = least + (bytes - least) % (usable - 4);
    let here = if here <= most { here } else { least };
    Some(Some(at + here as usize))
}

/// SQLite's integer of one to nine bytes, and where it ends.
fn varint(page: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut value = 0;
    for n in 0..8 {
        let byte = *page.get(at + n)?;
        value = value << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Some((value, at + n + 1));
        }
    }
    Some((value << 8 | u64::from(*page.get(at + 8)?), at + 9))
}

fn u16_at(page: &[u8], at: usize) -> Option<u16> {
    page.get(at..at + 2)
        .map(|bytes| u16::from_be_bytes([bytes[0], bytes[1]]))
}

/// The page number at this place.
pub(super) fn number_at(page: &[u8], at: usize) -> Option<u32> {
    let bytes = page.get(at..at + 4)?;
    Some(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

/// Puts a page number there, where the page reaches so far.
pub(super) fn put_number(page: &mut [u8], at: usize, number: u32) {
    if let Some(bytes) = page.get_mut(at..at + 4) {
        bytes.copy_from_slice(&number.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_every_length_are_read() {
        assert_eq!(varint(&[0x7f], 0), Some((127, 1)));
        assert_eq!(varint(&[0x81, 0x00], 0), Some((128, 2)));
        assert_eq!(varint(&[0xff; 9], 0), Some((u64::MAX, 9)));
        assert_eq!(varint(&[0xff; 8], 0), None);
    }

    #[test]
    fn a_page_whose_cells_lie_elsewhere_is_refused() {
        let mut page = vec![0_u8; 512];
        (page[0], page[4], page[8], page[9]) = (13, 1, 1, 244);
        assert!(pointers(&page, &mut Vec::new()).is_some());
        page[8] = 0;
        page[9] = 9;
        assert!(pointers(&page, &mut Vec::new()).is_none(), "in the header");
        (page[8], page[9]) = (255, 255);
        assert!(pointers(&page, &mut Vec::new()).is_none(), "behind the end");
        page[0] = 7;
        assert!(pointers(&page, &mut Vec::new()).is_none(), "no such page");
    }
}
