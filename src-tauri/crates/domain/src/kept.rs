//! Which lines of a list stay in order when it becomes another one.

/// Of positions in an old list, as they come in the new one, the indexes of a longest run that keeps its order: what is not
/// among them was moved. O(n log n).
#[must_use]
pub fn in_order(positions: &[usize]) -> Vec<usize> {
    // For each length, the index at which the run of that length ends with the smallest position.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; positions.len()];
    for (index, position) in positions.iter().enumerate() {
        let length = ends.partition_point(|end| positions[*end] < *position);
        before[index] = length.checked_sub(1).map(|shorter| ends[shorter]);
        if length == ends.len() {
            ends.push(index);
        } else {
            ends[length] = index;
        }
    }
    let mut run = Vec::with_capacity(ends.len());
    let mut at = ends.last().copied();
    while let Some(index) = at {
        run.push(index);
        at = before[index];
    }
    run.reverse();
    run
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_was_moved_is_left_out_and_the_rest_stays() {
        assert_eq!(in_order(&[]), [] as [usize; 0]);
        assert_eq!(in_order(&[0, 1, 2, 3]), [0, 1, 2, 3]);
        assert_eq!(in_order(&[3, 0, 1, 2]), [1, 2, 3], "the last came first");
        assert_eq!(in_order(&[1, 2, 3, 0]), [0, 1, 2], "the first came last");
    }

    proptest! {
        #[test]
        fn no_longer_run_keeps_its_order(positions in Just((0..8).collect::<Vec<usize>>()).prop_shuffle()) {
            let run = in_order(&positions);
            prop_assert!(run.windows(2).all(|pair| pair[0] < pair[1] && positions[pair[0]] < positions[pair[1]]));
            let longest = (0_u32..1 << positions.len())
                .map(|set| (0..positions.len()).filter(|at| set >> at & 1 == 1).map(|at| positions[at]).collect::<Vec<_>>())
                .filter(|some| some.windows(2).all(|pair| pair[0] < pair[1]))
                .map(|some| some.len())
                .max();
            prop_assert_eq!(Some(run.len()), longest);
        }
    }
}
