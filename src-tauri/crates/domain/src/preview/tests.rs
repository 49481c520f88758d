use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::channel::Channel;
use crate::day::ChannelClock;

const MINUTE: i64 = 60 * 25;

fn day() -> BroadcastDay {
    let channel = Channel {
        name: "One".into(),
        frame_rate: "25".parse().unwrap(),
        drop_frame: false,
        time_zone: "Europe/Berlin".into(),
        day_start: "06:00:00:00".parse().unwrap(),
    };
    ChannelClock::new(&channel)
        .unwrap()
        .day("2026-11-22".parse().unwrap())
        .unwrap()
}

fn id(n: u128) -> ItemId {
    ItemId(Uuid::from_u128(n))
}

fn clip(n: u128, duration: i64) -> Line {
    Line {
        id: id(n),
        input: TimingInput {
            kind: ItemKind::Clip,
            start_mode: StartMode::Follow,
            fixed_start: None,
            duration,
        },
    }
}

fn fixed(n: u128, at: &str, duration: i64) -> Line {
    let mut line = clip(n, duration);
    line.input.start_mode = StartMode::Fixed;
    line.input.fixed_start = Some(at.parse().unwrap());
    line
}

fn edited(ids: &[u128]) -> HashSet<ItemId> {
    ids.iter().map(|n| id(*n)).collect()
}

/// 06:00 A 10′, B 10′, C 10′ · gap 30′ · 07:00 fixed D 10′, E 10′.
fn rundown() -> Vec<Line> {
    vec![
        clip(1, 10 * MINUTE),
        clip(2, 10 * MINUTE),
        clip(3, 10 * MINUTE),
        fixed(4, "07:00:00:00", 10 * MINUTE),
        clip(5, 10 * MINUTE),
    ]
}

#[test]
fn an_insertion_moves_what_follows_until_the_fixed_start_and_takes_from_its_gap() {
    let (was, mut now) = (rundown(), rundown());
    assert!(insert(&mut now, Some(id(1)), vec![clip(9, 5 * MINUTE)]));
    let preview = compare(&day(), &was, &now, &edited(&[9]));
    assert_eq!(preview.start, Some(10 * MINUTE));
    let shift = Shift {
        first: id(2),
        items: 2,
        frames: 5 * MINUTE,
        until: Some(id(4)),
    };
    assert_eq!(preview.shifts, [shift]);
    let gap = GapChange {
        before: id(4),
        was: 30 * MINUTE,
        now: 25 * MINUTE,
    };
    assert_eq!(preview.gaps, [gap]);
    assert_eq!(preview.losses, []);
    assert_eq!(preview.moved[&id(3)], (25 * MINUTE, 5 * MINUTE));
}

#[test]
fn what_no_longer_fits_before_a_fixed_start_says_how_much_it_loses() {
    let (was, mut now) = (rundown(), rundown());
    now[1].input.duration = 35 * MINUTE;
    now[2].input.duration = 20 * MINUTE;
    let preview = compare(&day(), &was, &now, &edited(&[2, 3]));
    assert_eq!(
        preview.shifts,
        [],
        "what is behind the fixed start stays, and the rest is edited itself"
    );
    let loss = Loss {
        item: id(3),
        was: 0,
        now: 5 * MINUTE,
    };
    assert_eq!(preview.losses, [loss]);
    assert_eq!(preview.gaps[0].now, 0);
}

#[test]
fn a_move_shifts_what_it_leaves_and_what_it_comes_before() {
    let (was, mut now) = (rundown(), rundown());
    assert!(move_to(&mut now, &edited(&[5]), None));
    let preview = compare(&day(), &was, &now, &edited(&[5]));
    assert_eq!(preview.start, Some(0));
    assert_eq!(preview.shifts.len(), 1);
    assert_eq!(
        (preview.shifts[0].items, preview.shifts[0].frames),
        (3, 10 * MINUTE)
    );
    assert_eq!(preview.now.overrun, preview.was.overrun);
    assert_eq!(preview.now.unfilled, preview.was.unfilled + 10 * MINUTE);
}

#[test]
fn moved_lines_keep_their_order_wherever_the_place_is_named() {
    let order = |lines: &[Line]| {
        lines
            .iter()
            .map(|line| line.id.0.as_u128())
            .collect::<Vec<_>>()
    };
    let moved = |after: Option<u128>| {
        let mut lines = rundown();
        assert!(move_to(&mut lines, &edited(&[2, 4]), after.map(id)));
        order(&lines)
    };
    assert_eq!(moved(None), [2, 4, 1, 3, 5]);
    assert_eq!(moved(Some(5)), [1, 3, 5, 2, 4]);
    assert_eq!(
        moved(Some(4)),
        [1, 3, 2, 4, 5],
        "after what stays before it"
    );
    assert!(!move_to(&mut rundown(), &edited(&[2]), Some(id(77))));
}

#[test]
fn a_fixed_start_that_goes_takes_its_gap_along() {
    let (was, mut now) = (rundown(), rundown());
    now.remove(3);
    let preview = compare(&day(), &was, &now, &edited(&[4]));
    assert_eq!(preview.start, None);
    let closed = GapChange {
        before: id(4),
        was: 30 * MINUTE,
        now: 0,
    };
    assert_eq!(preview.gaps, [closed]);
    assert_eq!(preview.shifts[0].frames, -40 * MINUTE);
    assert_eq!(preview.shifts[0].until, None, "to the day's end");
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let one = (
        0_i64..90,
        prop::option::weighted(0.2, 6_u8..12),
        any::<bool>(),
    );
    prop::collection::vec(one, 1..30).prop_map(|lines| {
        lines
            .into_iter()
            .enumerate()
            .map(|(n, (minutes, hour, note))| {
                let n = n as u128;
                let mut line = match hour {
                    Some(hour) => fixed(n, &format!("{hour:02}:30:00:00"), minutes * MINUTE),
                    None => clip(n, minutes * MINUTE),
                };
                if note && hour.is_none() {
                    line.input.kind = ItemKind::Note;
                }
                line
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn an_edit_that_is_none_moves_nothing(lines in lines()) {
        let preview = compare(&day(), &lines, &lines, &HashSet::new());
        prop_assert!(preview.shifts.is_empty() && preview.losses.is_empty());
        prop_assert!(preview.gaps.is_empty() && preview.moved.is_empty());
        prop_assert_eq!(preview.was, preview.now);
    }

    #[test]
    fn the_preview_is_what_the_day_then_is(lines in lines(), at in any::<prop::sample::Index>(), minutes in 0_i64..200) {
        let at = at.index(lines.len());
        let mut now = lines.clone();
        now[at].input.duration = minutes * MINUTE;
        let edited = HashSet::from([lines[at].id]);
        let preview = compare(&day(), &lines, &now, &edited);
        let (then, timed) = (times(&day(), &now), times(&day(), &lines));
        prop_assert_eq!(preview.now, then.summary);
        for (line, (new, old)) in now.iter().zip(then.items.iter().zip(&timed.items)) {
            let moved = preview.moved.get(&line.id).copied();
            prop_assert_eq!(moved, (new.start != old.start).then_some((new.start, new.start - old.start)));
        }
        let counted: usize = preview.shifts.iter().map(|shift| shift.items).sum();
        let others = preview.moved.keys().filter(|id| !edited.contains(id)).count();
        prop_assert_eq!(counted, others, "every item that moves is in one shift");
        let lost: i64 = preview.losses.iter().map(|loss| loss.now - loss.was).sum();
        prop_assert_eq!(lost, preview.now.lost - preview.was.lost);
        let gaps: i64 = preview.gaps.iter().map(|gap| gap.now - gap.was).sum();
        prop_assert_eq!(gaps, preview.now.gaps - preview.was.gaps);
    }
}
