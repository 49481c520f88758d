//! Fractional ranks: the order of a playlist's items as strings that compare byte by byte. Between any two there is
//! room for another, so that moving an item changes one row (the idea is David Greenspan's "Implementing fractional
//! indexing", 2020).
//!
//! A rank is a fraction of 1 in base 62 without its leading point: `"V"` is one half. Ranks after the last and before
//! the first count in steps, so that filling a day by appending keeps them short; ranks in between halve the room,
//! which costs a character for about six insertions at one place. No rank is longer than [`RANK_LEN_MAX`]: where the
//! room is used up, [`rebalance`] renumbers as few neighbors as it can.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE: u32 = 62;

/// The longest rank in bytes.
pub const RANK_LEN_MAX: usize = 48;

/// How long ranks may be right after a [`rebalance`], so that it pays for a long time.
const REBALANCED_LEN_MAX: usize = 10;

/// Appending and prepending count in the first so many digits: room for 62^5 / 2, some 458 million steps.
const STEP_DIGITS: usize = 5;

/// Why there is no rank to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RankError {
    /// The text is not a rank.
    #[error("a rank has 1 to {RANK_LEN_MAX} letters and digits and does not end in 0")]
    Malformed,
    /// The two are equal, out of order, or so close that the next rank would be too long: rebalance.
    #[error("there is no room between the two ranks")]
    NoRoom,
}

/// An item's place in its playlist. Ordered byte by byte, as SQLite's BINARY collation does.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rank(String);

impl Rank {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The rank in the middle of everything: the first item of an empty playlist.
    #[must_use]
    pub fn middle() -> Rank {
        Rank("V".to_owned())
    }

    /// A rank after `low` and before `high`; `None` is the list's start and end.
    ///
    /// # Errors
    /// [`RankError::NoRoom`].
    pub fn between(low: Option<&Rank>, high: Option<&Rank>) -> Result<Rank, RankError> {
        match (low, high) {
            (None, None) => Ok(Rank::middle()),
            (Some(low), None) => step(low, 1).map_or_else(|| halve(low.as_str(), None), Ok),
            (None, Some(high)) => step(high, -1).map_or_else(|| halve("", Some(high.as_str())), Ok),
            (Some(low), Some(high)) => halve(low.as_str(), Some(high.as_str())),
        }
    }

    /// `count` ranks in ascending order, all after `low` and before `high`.
    ///
    /// # Errors
    /// [`RankError::NoRoom`].
    pub fn spread(
        low: Option<&Rank>,
        high: Option<&Rank>,
        count: usize,
    ) -> Result<Vec<Rank>, RankError> {
        let mut ranks = Vec::with_capacity(count);
        match (low, high) {
            (low, None) => {
                for _ in 0..count {
                    let next = Rank::between(ranks.last().or(low), None)?;
                    ranks.push(next);
                }
            }
            (None, high) => {
                for _ in 0..count {
                    let next = Rank::between(None, ranks.last().or(high))?;
                    ranks.push(next);
                }
                ranks.reverse();
            }
            (Some(low), Some(high)) => bisect(low, high, count, &mut ranks)?,
        }
        Ok(ranks)
    }
}

impl fmt::Display for Rank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Rank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rank({})", self.0)
    }
}

impl FromStr for Rank {
    type Err = RankError;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let valid = (1..=RANK_LEN_MAX).contains(&s.len())
            && s.bytes().all(|b| digit(b).is_some())
            && !s.ends_with('0');
        if valid {
            Ok(Rank(s.to_owned()))
        } else {
            Err(RankError::Malformed)
        }
    }
}

/// What [`rebalance`] changes: new ranks for the items in `range`, and ranks for those to be inserted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebalance {
    /// The items that get new ranks, as indices into the list given.
    pub range: Range<usize>,
    /// Their new ranks, in order.
    pub ranks: Vec<Rank>,
    /// The ranks of the inserted, in order.
    pub inserted: Vec<Rank>,
}

/// Makes room for `count` ranks before index `at` of an ordered list by giving new ranks to the fewest neighbors (the
/// window around `at` doubles until its ranks are short again). Equal and unordered ranks in the window are mended.
/// An `at` beyond the end means the end.
#[must_use]
pub fn rebalance(ranks: &[Rank], at: usize, count: usize) -> Rebalance {
    let at = at.min(ranks.len());
    let mut radius = 4;
    loop {
        let range = at.saturating_sub(radius)..(at + radius).min(ranks.len());
        let low = range.start.checked_sub(1).and_then(|i| ranks.get(i));
        let high = ranks.get(range.end);
        let whole = low.is_none() && high.is_none();
        if let Ok(mut fresh) = Rank::spread(low, high, range.len() + count)
            && (whole || fresh.iter().all(|rank| rank.0.len() <= REBALANCED_LEN_MAX))
        {
            let tail = fresh.split_off(at - range.start);
            let (inserted, after) = tail.split_at(count);
            let inserted = inserted.to_vec();
            fresh.extend_from_slice(after);
            return Rebalance {
                range,
                ranks: fresh,
                inserted,
            };
        }
        radius *= 2;
    }
}

fn digit(byte: u8) -> Option<u32> {
    DIGITS
        .binary_search(&byte)
        .ok()
        .and_then(|i| u32::try_from(i).ok())
}

/// The digit at a place; places beyond the end are zeros.
fn digit_at(text: &str, place: usize) -> u32 {
    text.as_bytes()
        .get(place)
        .copied()
        .and_then(digit)
        .unwrap_or(0)
}

fn letter(digit: u32) -> char {
    char::from(DIGITS[digit as usize % DIGITS.len()])
}

/// The rank one step up or down in the first [`STEP_DIGITS`] digits; `None` where they are used up.
fn step(from: &Rank, by: i64) -> Option<Rank> {
    let base = i64::from(BASE);
    let value = (0..STEP_DIGITS).fold(0, |value, place| {
        value * base + i64::from(digit_at(from.as_str(), place))
    });
    // Downward, digits beyond the fifth make `from` larger than `value`, so `value` itself would do; one less is as good.
    let mut rest = value + by;
    let end = base.pow(u32::try_from(STEP_DIGITS).ok()?);
    if rest <= 0 || rest >= end {
        return None;
    }
    let mut text = Vec::with_capacity(STEP_DIGITS);
    for _ in 0..STEP_DIGITS {
        text.push(letter(u32::try_from(rest % base).ok()?));
        rest /= base;
    }
    let text: String = text.into_iter().rev().collect();
    Some(Rank(text.trim_end_matches('0').to_owned()))
}

/// The shortest text near the middle of two fractions; `None` is 1.
fn halve(low: &str, high: Option<&str>) -> Result<Rank, RankError> {
    if high.is_some_and(|high| low >= high) {
        return Err(RankError::NoRoom);
    }
    let mut text = String::new();
    // Until the digits differ, `high` bounds the rank from above; below that, the bound is 1.
    let mut bounded = high;
    for place in 0..RANK_LEN_MAX {
        let from = digit_at(low, place);
        let to = bounded.map_or(BASE, |high| digit_at(high, place));
        if to > from + 1 {
            text.push(letter(from + (to - from) / 2));
            return Ok(Rank(text));
        }
        text.push(letter(from));
        if to == from + 1 {
            bounded = None;
        }
    }
    Err(RankError::NoRoom)
}

/// Fills `ranks` with `count` ranks between the two by halving, so that their lengths grow with the logarithm.
fn bisect(low: &Rank, high: &Rank, count: usize, ranks: &mut Vec<Rank>) -> Result<(), RankError> {
    if count == 0 {
        return Ok(());
    }
    let middle = halve(low.as_str(), Some(high.as_str()))?;
    bisect(low, &middle, count / 2, ranks)?;
    ranks.push(middle.clone());
    bisect(&middle, high, count - count / 2 - 1, ranks)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rank() -> impl Strategy<Value = Rank> {
        "[0-9A-Za-z]{0,10}[1-9A-Za-z]".prop_map(Rank)
    }

    fn assert_ascending(low: Option<&Rank>, ranks: &[Rank], high: Option<&Rank>) {
        let all: Vec<_> = low.into_iter().chain(ranks).chain(high).collect();
        assert!(all.is_sorted_by(|a, b| a < b), "{all:?}");
        for rank in ranks {
            assert_eq!(&rank.as_str().parse::<Rank>().unwrap(), rank);
        }
    }

    #[test]
    fn a_day_filled_by_appending_keeps_its_ranks_short() {
        let ranks = Rank::spread(None, None, 20_000).unwrap();
        assert_ascending(None, &ranks, None);
        assert!(ranks.iter().all(|rank| rank.as_str().len() <= STEP_DIGITS));
    }

    #[test]
    fn prepending_keeps_ranks_short_too() {
        let ranks = Rank::spread(None, Some(&Rank::middle()), 20_000).unwrap();
        assert_ascending(None, &ranks, Some(&Rank::middle()));
        assert!(ranks.iter().all(|rank| rank.as_str().len() <= STEP_DIGITS));
    }

    #[test]
    fn ten_thousand_pasted_between_two_neighbors_stay_short() {
        let (low, high) = ("V0001".parse().unwrap(), "V0002".parse().unwrap());
        let ranks = Rank::spread(Some(&low), Some(&high), 10_000).unwrap();
        assert_ascending(Some(&low), &ranks, Some(&high));
        assert!(ranks.iter().all(|rank| rank.as_str().len() <= 8));
    }

    #[test]
    fn equal_and_crossed_ranks_have_no_room() {
        let (a, b) = ("A".parse().unwrap(), "B".parse().unwrap());
        assert_eq!(Rank::between(Some(&a), Some(&a)), Err(RankError::NoRoom));
        assert_eq!(Rank::between(Some(&b), Some(&a)), Err(RankError::NoRoom));
    }

    #[test]
    fn a_thousand_insertions_at_one_place_end_in_a_rebalance_that_keeps_the_order() {
        // Ids stand for items; each new one goes to the same place, which is the worst case.
        let mut items: Vec<(Rank, u32)> = Rank::spread(None, None, 100)
            .unwrap()
            .into_iter()
            .zip(0..)
            .collect();
        let mut rebalanced = 0;
        for id in 100..1_100 {
            let (low, high) = (items[49].0.clone(), items[50].0.clone());
            let rank = Rank::between(Some(&low), Some(&high)).unwrap_or_else(|_| {
                rebalanced += 1;
                let ranks: Vec<Rank> = items.iter().map(|(rank, _)| rank.clone()).collect();
                let Rebalance {
                    range,
                    ranks,
                    inserted,
                } = rebalance(&ranks, 50, 1);
                for (item, rank) in items[range].iter_mut().zip(ranks) {
                    item.0 = rank;
                }
                inserted[0].clone()
            });
            items.insert(50, (rank, id));
            assert!(items.is_sorted_by(|a, b| a.0 < b.0));
        }
        assert!((1..=8).contains(&rebalanced), "{rebalanced}");
        assert!(
            items
                .iter()
                .all(|(rank, _)| rank.as_str().len() <= RANK_LEN_MAX)
        );
    }

    proptest! {
        #[test]
        fn between_two_there_is_one_more(a in rank(), b in rank()) {
            prop_assume!(a != b);
            let (low, high) = if a < b { (a, b) } else { (b, a) };
            let middle = Rank::between(Some(&low), Some(&high)).unwrap();
            assert_ascending(Some(&low), &[middle], Some(&high));
        }

        #[test]
        fn before_the_first_and_after_the_last_there_is_one_more(a in rank()) {
            assert_ascending(Some(&a), &[Rank::between(Some(&a), None).unwrap()], None);
            assert_ascending(None, &[Rank::between(None, Some(&a)).unwrap()], Some(&a));
        }

        #[test]
        fn any_count_fits_anywhere(a in proptest::option::of(rank()), b in proptest::option::of(rank()), count in 0_usize..300) {
            let (low, high) = match (a, b) {
                (Some(a), Some(b)) if a > b => (Some(b), Some(a)),
                (Some(a), Some(b)) if a == b => (Some(a), None),
                other => other,
            };
            let ranks = Rank::spread(low.as_ref(), high.as_ref(), count).unwrap();
            prop_assert_eq!(ranks.len(), count);
            assert_ascending(low.as_ref(), &ranks, high.as_ref());
        }

        #[test]
        fn a_rebalance_makes_order_with_room(mut ranks in proptest::collection::vec(rank(), 0..60), at in 0_usize..70, count in 0_usize..20) {
            ranks.sort();
            ranks.dedup();
            let at = at.min(ranks.len());
            let result = rebalance(&ranks, at, count);
            prop_assert_eq!(result.ranks.len(), result.range.len());
            prop_assert_eq!(result.inserted.len(), count);
            let mut all = ranks.clone();
            all.splice(result.range, result.ranks);
            all.splice(at..at, result.inserted);
            assert_ascending(None, &all, None);
        }

        #[test]
        fn only_ranks_are_read_as_ranks(text in "\\PC{0,60}") {
            if let Ok(rank) = text.parse::<Rank>() {
                prop_assert!(rank.as_str().bytes().all(|b| b.is_ascii_alphanumeric()));
                prop_assert!(!rank.as_str().ends_with('0'));
            }
        }
    }
}
