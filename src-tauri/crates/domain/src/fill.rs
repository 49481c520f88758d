//! Which clips fill a gap best: a pure function of the gap and the clips' durations.

/// Most clips that are weighed against each other.
pub const CANDIDATES_MAX: usize = 300;
/// Most clips that a gap is filled with.
pub const CLIPS_MAX: usize = 1_000;
/// Up to this many frames every sum is tried; what a gap is longer takes the longest clips first.
const EXACT_FRAMES_MAX: i64 = 100_000;

/// The clips, by their index in `durations`, that fill a gap of `gap` frames: as much of it as can be, never more, with as few
/// clips as that takes. A clip comes again only once every other one was used, and never twice in a row. Clips without a
/// duration, and those beyond [`CANDIDATES_MAX`], are passed over.
#[must_use]
pub fn fill(gap: i64, durations: &[i64]) -> Vec<usize> {
    let usable: Vec<usize> = (0..durations.len())
        .filter(|&at| durations[at] > 0 && durations[at] <= gap)
        .take(CANDIDATES_MAX)
        .collect();
    let mut chosen = Vec::new();
    let mut rest = gap;
    while rest > 0 && chosen.len() < CLIPS_MAX {
        let all: i64 = usable.iter().map(|&at| durations[at]).sum();
        let whole = all <= rest;
        let mut round = if whole {
            usable.clone()
        } else {
            best(rest, &usable, durations)
        };
        round.truncate(CLIPS_MAX - chosen.len());
        // The last of one round must not be the first of the next.
        if !round.is_empty() && round.first() == chosen.last() {
            round.rotate_left(1);
            if round.first() == chosen.last() {
                break;
            }
        }
        rest -= round.iter().map(|&at| durations[at]).sum::<i64>();
        let ends = !whole || round.is_empty();
        chosen.extend(round);
        if ends {
            break;
        }
    }
    chosen
}

/// Clips, each once, that fill most of `gap`; all together are longer.
fn best(gap: i64, usable: &[usize], durations: &[i64]) -> Vec<usize> {
    let mut rest = gap;
    let mut chosen = Vec::new();
    let mut left: Vec<usize> = usable.to_vec();
    left.sort_by_key(|&at| (std::cmp::Reverse(durations[at]), at));
    left.retain(|&at| {
        let takes = rest > EXACT_FRAMES_MAX && durations[at] <= rest;
        if takes {
            rest -= durations[at];
            chosen.push(at);
        }
        !takes
    });
    left.retain(|&at| durations[at] <= rest);
    chosen.extend(exact(rest.min(EXACT_FRAMES_MAX), &left, durations));
    chosen
}

/// The subset with the largest sum up to `limit`, of those with that sum one with the fewest members (a 0/1 knapsack over the
/// sums that can be reached).
fn exact(limit: i64, candidates: &[usize], durations: &[i64]) -> Vec<usize> {
    let width = usize::try_from(limit).unwrap_or(0) + 1;
    const UNREACHED: u16 = u16::MAX;
    let mut fewest = vec![UNREACHED; width];
    fewest[0] = 0;
    // Whether a candidate is the last one of the best way to a sum, as of that candidate.
    let mut taken = vec![0_u64; candidates.len() * width.div_ceil(64)];
    let row = width.div_ceil(64);
    for (number, &at) in candidates.iter().enumerate() {
        let Ok(duration) = usize::try_from(durations[at]) else {
            continue;
        };
        for sum in (duration..width).rev() {
            let with = fewest[sum - duration].saturating_add(1);
            if with < fewest[sum] {
                fewest[sum] = with;
                taken[number * row + sum / 64] |= 1 << (sum % 64);
            }
        }
    }
    let mut sum = (0..width)
        .rev()
        .find(|&sum| fewest[sum] != UNREACHED)
        .unwrap_or(0);
    let mut chosen = Vec::new();
    for (number, &at) in candidates.iter().enumerate().rev() {
        if taken[number * row + sum / 64] >> (sum % 64) & 1 == 1 {
            chosen.push(at);
            sum -= usize::try_from(durations[at]).unwrap_or(0);
        }
    }
    chosen.sort_unstable();
    chosen
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sum(durations: &[i64], chosen: &[usize]) -> i64 {
        chosen.iter().map(|&at| durations[at]).sum()
    }

    #[test]
    fn a_gap_is_filled_exactly_where_that_can_be_with_few_clips() {
        assert_eq!(fill(100, &[30, 70, 50, 20]), [0, 1]);
        assert_eq!(fill(100, &[60, 50, 30]), [0, 2], "90 of 100: more than 80");
        assert_eq!(fill(100, &[101, 0, -5]), [] as [usize; 0]);
        assert_eq!(fill(0, &[1]), [] as [usize; 0]);
    }

    #[test]
    fn clips_come_again_only_after_all_others_and_never_twice_in_a_row() {
        assert_eq!(fill(100, &[10]), [0]);
        let chosen = fill(100, &[10, 15]);
        assert_eq!(sum(&[10, 15], &chosen), 100, "{chosen:?}");
        assert!(
            chosen.windows(2).all(|pair| pair[0] != pair[1]),
            "{chosen:?}"
        );
    }

    #[test]
    fn a_gap_of_a_day_is_filled_to_the_frame() {
        let durations: Vec<i64> = (0..400).map(|n| 500 + n * 37).collect();
        let gap = 24 * 3_600 * 25;
        let chosen = fill(gap, &durations);
        assert_eq!(sum(&durations, &chosen), gap);
        assert!(chosen.windows(2).all(|pair| pair[0] != pair[1]));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn no_other_choice_of_clips_fills_more(gap in 1_i64..400, durations in prop::collection::vec(1_i64..120, 1..9)) {
            let chosen = fill(gap, &durations);
            let filled = sum(&durations, &chosen);
            prop_assert!(filled <= gap);
            prop_assert!(chosen.windows(2).all(|pair| pair[0] != pair[1]));
            let all: i64 = durations.iter().filter(|d| **d <= gap).sum();
            if all > gap {
                let brute = (0_u32..1 << durations.len())
                    .map(|set| (0..durations.len()).filter(|at| set >> at & 1 == 1).map(|at| durations[at]).sum::<i64>())
                    .filter(|sum| *sum <= gap)
                    .max()
                    .unwrap_or(0);
                prop_assert_eq!(filled, brute);
            }
        }
    }
}
