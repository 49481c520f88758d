use proptest::prelude::*;

use super::*;
use crate::channel::Channel;
use crate::day::ChannelClock;

const SECOND: i64 = 25;
const HOUR: i64 = 3600 * SECOND;

fn day_of(date: &str) -> BroadcastDay {
    let channel = Channel {
        name: "One".into(),
        frame_rate: "25".parse().unwrap(),
        drop_frame: false,
        time_zone: "Europe/Berlin".into(),
        day_start: "06:00:00:00".parse().unwrap(),
    };
    ChannelClock::new(&channel)
        .unwrap()
        .day(date.parse().unwrap())
        .unwrap()
}

fn clip(duration: i64) -> TimingInput {
    TimingInput {
        kind: ItemKind::Clip,
        start_mode: StartMode::Follow,
        fixed_start: None,
        duration,
    }
}

fn fixed(at: &str, duration: i64) -> TimingInput {
    TimingInput {
        start_mode: StartMode::Fixed,
        fixed_start: Some(at.parse().unwrap()),
        ..clip(duration)
    }
}

fn note() -> TimingInput {
    TimingInput {
        kind: ItemKind::Note,
        ..clip(500)
    }
}

fn times(items: &[TimingInput]) -> Vec<(i64, i64, Vec<Mark>)> {
    time(&day_of("2026-11-22"), items)
        .items
        .into_iter()
        .map(|t| (t.start, t.end, t.marks))
        .collect()
}

#[test]
fn an_empty_day_is_unfilled() {
    let timing = time(&day_of("2026-11-22"), &[]);
    assert_eq!(
        timing.summary,
        Summary {
            day_length: 24 * HOUR,
            unfilled: 24 * HOUR,
            ..Summary::default()
        }
    );
}

#[test]
fn items_follow_each_other_from_the_start_of_the_day() {
    let hold = TimingInput {
        start_mode: StartMode::Hold,
        ..clip(30)
    };
    assert_eq!(
        times(&[clip(100), hold, note(), clip(1)]),
        [
            (0, 100, vec![]),
            (100, 130, vec![]),
            (130, 130, vec![]),
            (130, 131, vec![])
        ]
    );
}

#[test]
fn a_later_fixed_start_leaves_a_gap() {
    let rows = times(&[clip(HOUR), fixed("08:00:00:00", 10)]);
    assert_eq!(
        rows[1],
        (2 * HOUR, 2 * HOUR + 10, vec![Mark::Gap { frames: HOUR }])
    );
}

#[test]
fn an_earlier_fixed_start_cuts_the_item_above_short() {
    let rows = times(&[clip(3 * HOUR), fixed("08:00:00:00", 10)]);
    assert_eq!(
        rows,
        [
            (0, 2 * HOUR, vec![Mark::CutShort { frames: HOUR }]),
            (2 * HOUR, 2 * HOUR + 10, vec![])
        ]
    );
}

#[test]
fn an_item_with_no_frame_left_never_plays() {
    let rows = times(&[clip(3 * HOUR), clip(50), note(), fixed("08:00:00:00", 10)]);
    assert_eq!(rows[1], (2 * HOUR, 2 * HOUR, vec![Mark::NeverPlays]));
    assert_eq!(
        rows[2],
        (2 * HOUR, 2 * HOUR, vec![]),
        "a note does not play"
    );
}

#[test]
fn a_fixed_start_out_of_order_wins_over_those_above_it() {
    let rows = times(&[
        clip(HOUR),
        fixed("10:00:00:00", HOUR),
        clip(HOUR),
        fixed("06:30:00:00", 10),
        clip(5),
    ]);
    assert_eq!(
        rows[0],
        (0, HOUR / 2, vec![Mark::CutShort { frames: HOUR / 2 }])
    );
    assert_eq!(rows[1], (4 * HOUR, 4 * HOUR, vec![Mark::NeverPlays]));
    assert_eq!(rows[2], (HOUR / 2, HOUR / 2, vec![Mark::NeverPlays]));
    assert_eq!(rows[3], (HOUR / 2, HOUR / 2 + 10, vec![]));
    assert_eq!(rows[4], (HOUR / 2 + 10, HOUR / 2 + 15, vec![]));
}

#[test]
fn two_fixed_starts_at_one_time_leave_the_lower_one() {
    let rows = times(&[fixed("07:00:00:00", 10), fixed("07:00:00:00", 20)]);
    assert_eq!(rows[0], (HOUR, HOUR, vec![Mark::NeverPlays]));
    assert_eq!(rows[1], (HOUR, HOUR + 20, vec![Mark::Gap { frames: HOUR }]));
}

#[test]
fn what_runs_past_the_end_of_the_day_is_marked() {
    let timing = time(
        &day_of("2026-11-22"),
        &[fixed("05:59:00:00", 120 * SECOND), clip(10)],
    );
    assert_eq!(
        timing.items[0].marks[1],
        Mark::PastDayEnd {
            frames: 60 * SECOND
        }
    );
    assert_eq!(timing.items[1].marks, [Mark::PastDayEnd { frames: 10 }]);
    assert_eq!(
        (timing.summary.overrun, timing.summary.unfilled),
        (60 * SECOND + 10, 0)
    );
}

#[test]
fn a_time_that_the_day_does_not_have_is_marked_and_follows() {
    let timing = time(
        &day_of("2026-03-28"),
        &[clip(10), fixed("02:30:00:00", 10), fixed("03:00:00:00", 10)],
    );
    assert_eq!(
        (timing.items[1].start, &timing.items[1].marks[..]),
        (10, &[Mark::NoSuchTime][..])
    );
    assert_eq!(timing.items[2].start, 20 * HOUR);
    let without = TimingInput {
        fixed_start: None,
        ..fixed("07:00:00:00", 1)
    };
    assert_eq!(times(&[without])[0].2, [Mark::NoSuchTime]);
    assert_eq!(
        times(&[fixed("07:00:00:25", 1)])[0].2,
        [Mark::NoSuchTime],
        "no label at this rate"
    );
}

#[test]
fn a_repeated_clock_time_means_the_next_one_in_the_list() {
    let timing = time(
        &day_of("2026-10-24"),
        &[
            fixed("02:30:00:00", 10),
            fixed("02:10:00:00", 10),
            fixed("03:00:00:00", 10),
        ],
    );
    let starts: Vec<i64> = timing.items.iter().map(|t| t.start).collect();
    assert_eq!(
        starts,
        [20 * HOUR + HOUR / 2, 21 * HOUR + HOUR / 6, 22 * HOUR]
    );
    assert_eq!(timing.summary.never_plays, 0);
}

#[test]
fn a_clip_of_unknown_length_takes_no_time_and_is_not_marked() {
    assert_eq!(
        times(&[clip(0), fixed("06:00:00:00", 5)]),
        [(0, 0, vec![]), (0, 5, vec![])]
    );
}

/// The rules again, item by item and with no regard for cost: the control for the one pass.
fn time_slowly(day: &BroadcastDay, items: &[TimingInput]) -> Vec<(i64, i64)> {
    let offsets: Vec<Option<i64>> = items
        .iter()
        .enumerate()
        .map(|(i, item)| {
            let above = items[..i]
                .iter()
                .filter_map(|above| fixed_offset(day, above))
                .next_back()
                .unwrap_or(0);
            item_fixed(item).and_then(|tc| day.offset_of(tc, above).ok())
        })
        .collect();
    let mut cursor = 0;
    items
        .iter()
        .enumerate()
        .map(|(i, item)| {
            let limit = offsets[i + 1..]
                .iter()
                .flatten()
                .min()
                .copied()
                .unwrap_or(i64::MAX);
            let start = offsets[i].unwrap_or(cursor);
            let length = if item.kind == ItemKind::Note {
                0
            } else {
                item.duration
            };
            if start > limit || (start == limit && length > 0) {
                return (start, start);
            }
            cursor = (start + length).min(limit);
            (start, cursor)
        })
        .collect()
}

fn item_fixed(item: &TimingInput) -> Option<Timecode> {
    (item.kind != ItemKind::Note && item.start_mode == StartMode::Fixed)
        .then_some(item.fixed_start)
        .flatten()
}

/// For days in which no time comes twice.
fn fixed_offset(day: &BroadcastDay, item: &TimingInput) -> Option<i64> {
    item_fixed(item).and_then(|tc| day.offset_of(tc, 0).ok())
}

fn any_item() -> impl Strategy<Value = TimingInput> {
    let kind = prop_oneof![6 => Just(ItemKind::Clip), 1 => Just(ItemKind::Live), 1 => Just(ItemKind::Note)];
    let mode = prop_oneof![5 => Just(StartMode::Follow), 2 => Just(StartMode::Fixed), 1 => Just(StartMode::Hold)];
    (
        kind,
        mode,
        proptest::option::weighted(0.95, (0_u8..24, 0_u8..60, 0_u8..26)),
        0..2 * HOUR,
    )
        .prop_map(|(kind, start_mode, at, duration)| {
            let fixed_start = at.map(|(h, m, f)| Timecode::new(h, m, 0, f, false).unwrap());
            TimingInput {
                kind,
                start_mode,
                fixed_start,
                duration,
            }
        })
}

fn any_date() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec!["2026-11-22", "2026-03-28", "2026-10-24"])
}

proptest! {
    #[test]
    fn playing_items_never_overlap_nor_go_back(date in any_date(), items in proptest::collection::vec(any_item(), 0..60)) {
        let timing = time(&day_of(date), &items);
        let mut cursor = 0;
        for item in timing.items.iter().filter(|item| !item.never_plays()) {
            prop_assert!(item.start >= cursor);
            prop_assert!(item.end >= item.start);
            cursor = item.end;
        }
        prop_assert_eq!(cursor, timing.summary.span);
    }

    #[test]
    fn sums_agree(date in any_date(), items in proptest::collection::vec(any_item(), 0..60)) {
        let day = day_of(date);
        let Timing { items: timings, summary } = time(&day, &items);
        prop_assert_eq!(summary.played + summary.gaps, summary.span);
        prop_assert_eq!(summary.played + summary.lost, summary.scheduled);
        prop_assert_eq!(summary.span + summary.unfilled, summary.day_length + summary.overrun);
        prop_assert_eq!(summary.played, timings.iter().map(|t| t.end - t.start).sum::<i64>());
        let marked = |pick: fn(&Mark) -> i64| timings.iter().flat_map(|t| &t.marks).map(pick).sum::<i64>();
        prop_assert_eq!(summary.gaps, marked(|m| if let Mark::Gap { frames } = m { *frames } else { 0 }));
        prop_assert_eq!(summary.never_plays, timings.iter().filter(|t| t.never_plays()).count());
    }

    #[test]
    fn every_lost_frame_is_marked(items in proptest::collection::vec(any_item(), 0..60)) {
        let timing = time(&day_of("2026-11-22"), &items);
        for (item, timed) in items.iter().zip(&timing.items) {
            let length = if item.kind == ItemKind::Note { 0 } else { item.duration };
            let cut = timed.marks.iter().find_map(|m| if let Mark::CutShort { frames } = m { Some(*frames) } else { None });
            let lost = if timed.never_plays() { length } else { cut.unwrap_or(0) };
            prop_assert_eq!(timed.end - timed.start + lost, length);
        }
    }

    #[test]
    fn one_pass_gives_what_the_rules_give(date in proptest::sample::select(vec!["2026-11-22", "2026-03-28"]), items in proptest::collection::vec(any_item(), 0..40)) {
        let day = day_of(date);
        let fast: Vec<_> = time(&day, &items).items.iter().map(|t| (t.start, t.end)).collect();
        prop_assert_eq!(fast, time_slowly(&day, &items));
    }

    #[test]
    fn no_input_panics(durations in proptest::collection::vec(any::<i64>(), 0..20)) {
        let items: Vec<_> = durations.into_iter().map(clip).collect();
        let _ = time(&day_of("2026-11-22"), &items);
    }
}
