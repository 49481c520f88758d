use uuid::Uuid;

use super::*;
use crate::channel::Channel;
use crate::day::ChannelClock;
use crate::ids::PlaylistId;
use crate::rank::Rank;

const MINUTE: i64 = 60 * 25;

fn day() -> BroadcastDay {
    let channel = Channel {
        name: "One".into(),
        frame_rate: "25".parse().unwrap(),
        drop_frame: false,
        time_zone: "UTC".into(),
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

fn item(n: u128, minutes: i64, fixed: Option<&str>) -> Item {
    Item {
        id: id(n),
        playlist_id: PlaylistId(Uuid::nil()),
        rank: Rank::middle(),
        kind: ItemKind::Clip,
        title: String::new(),
        asset_id: None,
        start_mode: fixed.map_or(StartMode::Follow, |_| StartMode::Fixed),
        fixed_start: fixed.map(|at| at.parse().unwrap()),
        in_point: 100,
        duration: minutes * MINUTE,
        notes: String::new(),
    }
}

/// 06:00 A 10′, B 10′, C 10′ · gap 30′ · 07:00 fixed D 10′, E 10′.
fn rundown() -> Vec<Item> {
    vec![
        item(1, 10, None),
        item(2, 10, None),
        item(3, 10, None),
        item(4, 10, Some("07:00:00:00")),
        item(5, 10, None),
    ]
}

fn block(minutes: &[i64]) -> Vec<TemplateItem> {
    let one = |minutes: &i64| TemplateItem {
        kind: ItemKind::Clip,
        title: String::new(),
        asset_id: None,
        start_mode: StartMode::Follow,
        start_offset: None,
        in_point: 0,
        duration: minutes * MINUTE,
        notes: String::new(),
    };
    minutes.iter().map(one).collect()
}

fn placed(block: &[TemplateItem], at: Place, mode: Mode) -> Placed {
    place(&day(), &rundown(), block, at, mode).unwrap()
}

fn fixed_starts(placed: &Placed) -> Vec<Option<String>> {
    let of = |item: &PlacedItem| item.fixed_start.map(|at| at.to_string());
    placed.items.iter().map(of).collect()
}

#[test]
fn here_follows_what_stands_before_and_fixed_starts_keep_their_distance() {
    let mut evening = block(&[5, 5, 5]);
    evening[0].start_mode = StartMode::Fixed;
    evening[0].start_offset = Some(0);
    evening[2].start_mode = StartMode::Fixed;
    evening[2].start_offset = Some(15 * MINUTE);
    let here = placed(&evening, Place::After(Some(id(1))), Mode::Move);
    assert_eq!(here.after, Some(id(1)));
    assert_eq!(
        fixed_starts(&here),
        [None, None, Some("06:25:00:00".into())]
    );
    assert_eq!(here.items[0].start_mode, StartMode::Follow);
    assert_eq!(
        (here.removed, here.trimmed, here.left_out),
        (vec![], vec![], 0)
    );
}

#[test]
fn at_a_time_the_block_starts_then_before_what_starts_later() {
    let at = placed(&block(&[5, 5]), Place::At(15 * MINUTE), Mode::Move);
    assert_eq!(at.after, Some(id(2)), "which runs then, and is cut short");
    assert_eq!(fixed_starts(&at), [Some("06:15:00:00".into()), None]);
    let in_gap = placed(&block(&[5]), Place::At(40 * MINUTE), Mode::Move);
    assert_eq!(in_gap.after, Some(id(3)));
    let late = placed(&block(&[5]), Place::At(600 * MINUTE), Mode::Move);
    assert_eq!(late.after, Some(id(5)));
}

#[test]
fn overwriting_takes_the_time_from_what_lies_there_and_moves_nothing_after_it() {
    // 06:15 to 06:27: the end of B, and the start of C.
    let placed = placed(&block(&[7, 5]), Place::At(15 * MINUTE), Mode::Overwrite);
    assert_eq!(placed.removed, []);
    let tail = Trim {
        item: id(2),
        in_point: 100,
        duration: 5 * MINUTE,
        follows: false,
    };
    let head = Trim {
        item: id(3),
        in_point: 100 + 7 * MINUTE,
        duration: 3 * MINUTE,
        follows: false,
    };
    assert_eq!(placed.trimmed, [tail, head]);
}

#[test]
fn overwriting_removes_what_lies_within_and_frees_a_fixed_start_that_it_covers() {
    // Behind B, 06:20 to 07:05: C, the gap, and the first half of D.
    let placed = placed(&block(&[45]), Place::After(Some(id(2))), Mode::Overwrite);
    assert_eq!(placed.removed, [id(3)]);
    let head = Trim {
        item: id(4),
        in_point: 100 + 5 * MINUTE,
        duration: 5 * MINUTE,
        follows: true,
    };
    assert_eq!(placed.trimmed, [head]);
}

#[test]
fn fitting_takes_in_order_what_finds_room_and_leaves_the_rest_out() {
    let mut evening = block(&[20, 15, 10]);
    evening[2].start_mode = StartMode::Fixed;
    evening[2].start_offset = Some(60 * MINUTE);
    let gap = placed(&evening, Place::After(Some(id(3))), Mode::Fit);
    let taken: Vec<usize> = gap.items.iter().map(|item| item.index).collect();
    assert_eq!((taken, gap.left_out), (vec![0, 2], 1));
    assert_eq!(fixed_starts(&gap), [None, None]);
    let timed = placed(&evening, Place::At(35 * MINUTE), Mode::Fit);
    assert_eq!(fixed_starts(&timed), [Some("06:35:00:00".into())]);
    let second = placed(&evening, Place::At(45 * MINUTE), Mode::Fit);
    assert_eq!(second.items[0].index, 1, "the first does not fit");
    assert_eq!(fixed_starts(&second), [Some("06:45:00:00".into())]);
    let end = placed(&block(&[30]), Place::After(Some(id(5))), Mode::Fit);
    assert_eq!(end.left_out, 0, "the day's end is far");
}

#[test]
fn where_nothing_fits_or_the_place_is_gone_it_is_refused() {
    let refused = |at, minutes| place(&day(), &rundown(), &block(&[minutes]), at, Mode::Fit);
    assert_eq!(
        refused(Place::After(Some(id(1))), 1),
        Err(NoPlace::NothingFits { room: 0 })
    );
    assert_eq!(
        refused(Place::At(5 * MINUTE), 1),
        Err(NoPlace::NothingFits { room: 0 })
    );
    assert_eq!(
        refused(Place::After(Some(id(3))), 31),
        Err(NoPlace::NothingFits { room: 30 * MINUTE })
    );
    assert_eq!(
        refused(Place::After(Some(id(9))), 1),
        Err(NoPlace::NoSuchItem(id(9)))
    );
}
