//! How far to descend, and when a whole snapshot is shorter: from estimated bytes alone.

use super::range::KeyRange;

/// Into how many parts a range is split.
pub(super) const FAN_OUT: u32 = 256;
/// The comparison ends at this level at the latest: `FAN_OUT` to that power is more rows than any station has.
const LEVELS_MAX: u32 = 5;
/// What asking for the sum of one range takes on the wire, there and back: two keys, a sum, a count.
const RANGE_BYTES: u64 = 64;
/// How much rows shrink when they are sent; sums do not.
const COMPRESSION: u64 = 3;
/// Comparing may always take so many bytes: less than it costs to begin anew with a snapshot.
const ASKING_BYTES_FREE: u64 = 256 << 10;
/// Rows that are always fetched rather than having everything sent.
const ROWS_FREE: u64 = 64;

/// A range in which the two stations differ.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Differing {
    pub(super) range: KeyRange,
    /// Rows here.
    pub(super) ours: u64,
    /// Rows at the primary.
    pub(super) theirs: u64,
}

impl Differing {
    /// Splitting it further would find nothing: there is at most one row on either side to be told apart.
    pub(super) fn is_leaf(&self) -> bool {
        self.ours <= 1 || self.theirs <= 1
    }
}

/// What there is at the primary.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) rows: u64,
    /// Of all rows, before compression.
    pub(super) bytes: u64,
}

#[derive(Debug, PartialEq)]
pub(super) enum Plan {
    /// Split these and compare their parts.
    Descend(Vec<Differing>),
    /// Have the rows of these sent.
    Fetch(Vec<Differing>),
    /// A whole snapshot is shorter.
    Whole,
}

/// What to do after a level of the descent: `differing` are its ranges that could be split further, `leaves` all ranges
/// that cannot; `asked` ranges were compared so far.
pub(super) fn plan(
    size: Size,
    level: u32,
    asked: u64,
    differing: Vec<Differing>,
    mut leaves: Vec<Differing>,
) -> (Plan, Vec<Differing>) {
    let parts: u64 = differing
        .iter()
        .map(|d| d.ours.min(u64::from(FAN_OUT)))
        .sum();
    let whole = size.bytes / COMPRESSION;
    let affordable = (asked + parts) * RANGE_BYTES <= (whole / 4).max(ASKING_BYTES_FREE);
    if !differing.is_empty() && level < LEVELS_MAX && affordable {
        return (Plan::Descend(differing), leaves);
    }
    leaves.extend(differing);
    let rows: u64 = leaves.iter().map(|leaf| leaf.theirs).sum();
    // A row that is replaced alone costs more than one of many, on the wire and in the database.
    let whole_is_shorter = rows > ROWS_FREE && rows / 3 >= size.rows / 4;
    if whole_is_shorter {
        (Plan::Whole, Vec::new())
    } else {
        (Plan::Fetch(leaves), Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differing(ours: u64, theirs: u64) -> Differing {
        Differing {
            range: KeyRange::whole("item"),
            ours,
            theirs,
        }
    }

    const MILLION: Size = Size {
        rows: 1_000_000,
        bytes: 100_000_000,
    };

    #[test]
    fn a_few_differing_ranges_are_split_until_single_rows_are_found() {
        let (at_first, _) = plan(MILLION, 1, 256, vec![differing(3_906, 3_906)], Vec::new());
        assert!(matches!(at_first, Plan::Descend(_)));
        let single = vec![differing(1, 1)];
        let (found, _) = plan(MILLION, 4, 2_000, Vec::new(), single.clone());
        assert_eq!(found, Plan::Fetch(single));
    }

    #[test]
    fn equal_data_needs_nothing() {
        let (nothing, _) = plan(MILLION, 1, 256, Vec::new(), Vec::new());
        assert_eq!(nothing, Plan::Fetch(Vec::new()));
    }

    #[test]
    fn where_everything_differs_the_whole_is_taken_before_asking_costs_as_much() {
        let all = vec![differing(3_906, 3_906); 256];
        let (on, leaves) = plan(MILLION, 1, 256, all, Vec::new());
        assert!(matches!(on, Plan::Descend(_)), "it may be one row in each");
        let all = vec![differing(15, 15); 66_000];
        let (enough, _) = plan(MILLION, 2, 65_792, all, leaves);
        assert_eq!(enough, Plan::Whole);
    }

    #[test]
    fn where_a_tenth_differs_that_tenth_is_fetched() {
        let tenth = vec![differing(15, 15); 6_600];
        let (plan, _) = plan(MILLION, 5, 65_792, tenth.clone(), Vec::new());
        assert_eq!(plan, Plan::Fetch(tenth));
    }

    #[test]
    fn rows_that_only_the_primary_has_are_fetched_without_asking_on() {
        assert!(differing(1, 10_000).is_leaf() && differing(500, 0).is_leaf());
        let small = Size {
            rows: 5,
            bytes: 500,
        };
        let leaf = vec![differing(4, 5)];
        let (plan, _) = plan(small, 5, 9, leaf.clone(), Vec::new());
        assert_eq!(plan, Plan::Fetch(leaf), "a handful is never worth a copy");
    }
}
