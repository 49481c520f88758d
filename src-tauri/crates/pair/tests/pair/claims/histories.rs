//! How two histories relate.

use domain::history::{Chain, EpochStart};
use pair::relate::{History, Relation, relate};

use super::bench::{head, start};

fn relation(mine: (&[EpochStart], u64), theirs: (&[EpochStart], u64)) -> Relation {
    let position =
        |(epochs, seq): (&[EpochStart], u64)| head(9, epochs[epochs.len() - 1].epoch, seq).position;
    let (a, b) = (position(mine), position(theirs));
    relate(
        History {
            position: &a,
            epochs: mine.0,
        },
        History {
            position: &b,
            epochs: theirs.0,
        },
    )
}

#[test]
fn two_histories_find_the_last_entry_that_they_share() {
    let one = start(1, 1, 0);
    let two = start(2, 2, 10);
    let two_elsewhere = start(2, 1, 12);
    let three = start(3, 1, 8);
    let five = start(5, 1, 30);
    type Row<'a> = (&'a [EpochStart], u64, &'a [EpochStart], u64, Relation);
    let table: [Row<'_>; 9] = [
        (&[one], 10, &[one], 10, Relation::Equal),
        (&[one], 4, &[one], 10, Relation::Behind { shared_seq: 4 }),
        (&[one], 10, &[one], 4, Relation::Ahead { shared_seq: 4 }),
        (
            &[one],
            10,
            &[one, two],
            10,
            Relation::Behind { shared_seq: 10 },
        ),
        (
            &[one],
            10,
            &[one, two],
            25,
            Relation::Behind { shared_seq: 10 },
        ),
        (
            &[one],
            13,
            &[one, two],
            25,
            Relation::Diverged {
                shared_seq: 10,
                shared_epoch: 1,
            },
        ),
        (
            &[one, two],
            20,
            &[one, three],
            9,
            Relation::Diverged {
                shared_seq: 8,
                shared_epoch: 1,
            },
        ),
        (
            &[one, two],
            20,
            &[one, two_elsewhere],
            12,
            Relation::Forked { shared_seq: 10 },
        ),
        (
            &[one, two],
            40,
            &[one, two, five],
            33,
            Relation::Diverged {
                shared_seq: 30,
                shared_epoch: 2,
            },
        ),
    ];
    for (mine, my_seq, theirs, their_seq, expected) in table {
        assert_eq!(
            relation((mine, my_seq), (theirs, their_seq)),
            expected,
            "{mine:?}@{my_seq} to {theirs:?}@{their_seq}"
        );
    }
}

#[test]
fn each_side_sees_the_mirror_of_what_the_other_sees() {
    let histories: [(&[EpochStart], u64); 5] = [
        (&[start(1, 1, 0)], 3),
        (&[start(1, 1, 0)], 9),
        (&[start(1, 1, 0), start(2, 2, 5)], 8),
        (&[start(1, 1, 0), start(2, 2, 5), start(4, 1, 6)], 11),
        (&[start(1, 1, 0), start(3, 1, 9)], 9),
    ];
    for mine in histories {
        for theirs in histories {
            let mirrored = match relation(theirs, mine) {
                Relation::Behind { shared_seq } => Relation::Ahead { shared_seq },
                Relation::Ahead { shared_seq } => Relation::Behind { shared_seq },
                same => same,
            };
            assert_eq!(relation(mine, theirs), mirrored);
        }
    }
}

#[test]
fn equal_epochs_and_seqs_with_another_chain_are_no_equality() {
    let epochs = [start(1, 1, 0)];
    let a = head(9, epochs[0].epoch, 5).position;
    let mut b = a;
    b.chain = Chain(999);
    let related = relate(
        History {
            position: &a,
            epochs: &epochs,
        },
        History {
            position: &b,
            epochs: &epochs,
        },
    );
    assert_eq!(related, Relation::ChainDiffers);
}

#[test]
fn another_lineage_shares_nothing_whatever_its_numbers_say() {
    let epochs = [start(1, 1, 0)];
    let a = head(9, epochs[0].epoch, 5).position;
    let b = head(8, epochs[0].epoch, 5).position;
    let related = relate(
        History {
            position: &a,
            epochs: &epochs,
        },
        History {
            position: &b,
            epochs: &epochs,
        },
    );
    assert_eq!(related, Relation::OtherLineage);
}
