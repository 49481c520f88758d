use proptest::prelude::*;

use super::*;

fn channel(rate: &str, drop_frame: bool, zone: &str, day_start: &str) -> Channel {
    Channel {
        name: "One".into(),
        frame_rate: rate.parse().unwrap(),
        drop_frame,
        time_zone: zone.into(),
        day_start: day_start.parse().unwrap(),
    }
}

fn day(rate: &str, drop_frame: bool, zone: &str, day_start: &str, date: &str) -> BroadcastDay {
    ChannelClock::new(&channel(rate, drop_frame, zone, day_start))
        .unwrap()
        .day(date.parse().unwrap())
        .unwrap()
}

fn berlin(date: &str) -> BroadcastDay {
    day("25", false, "Europe/Berlin", "06:00:00:00", date)
}

fn tc(text: &str) -> Timecode {
    text.parse().unwrap()
}

const HOUR: i64 = 25 * 3600;

#[test]
fn a_day_has_24_hours_and_23_or_25_with_a_change_of_the_clock() {
    assert_eq!(berlin("2026-11-22").length(), 24 * HOUR);
    assert_eq!(
        berlin("2026-03-28").length(),
        23 * HOUR,
        "the clock goes forward on the 29th at 02:00"
    );
    assert_eq!(berlin("2026-03-29").length(), 24 * HOUR);
    assert_eq!(
        berlin("2026-10-24").length(),
        25 * HOUR,
        "the clock goes back on the 25th at 03:00"
    );
}

#[test]
fn a_skipped_hour_has_no_times_and_the_labels_jump() {
    let day = berlin("2026-03-28");
    assert_eq!(day.timecode_at(20 * HOUR - 1).to_string(), "01:59:59:24");
    assert_eq!(day.timecode_at(20 * HOUR).to_string(), "03:00:00:00");
    assert!(day.offsets_of(tc("02:30:00:00")).unwrap().is_empty());
    assert_eq!(
        day.offset_of(tc("02:30:00:00"), 0).unwrap_err().to_string(),
        "the clock does not show 02:30:00:00 in the broadcast day of 2026-03-28"
    );
    assert_eq!(day.offset_of(tc("03:00:00:00"), 0).unwrap(), 20 * HOUR);
    assert_eq!(day.offset_of(tc("05:59:59:24"), 0).unwrap(), 23 * HOUR - 1);
}

#[test]
fn a_repeated_hour_comes_twice() {
    let day = berlin("2026-10-24");
    let (first, second) = (20 * HOUR + HOUR / 2, 21 * HOUR + HOUR / 2);
    assert_eq!(day.offsets_of(tc("02:30:00:00")).unwrap(), [first, second]);
    assert_eq!(day.offset_of(tc("02:30:00:00"), 0).unwrap(), first);
    assert_eq!(day.offset_of(tc("02:30:00:00"), first + 1).unwrap(), second);
    assert_eq!(
        day.offset_of(tc("02:30:00:00"), second + 1).unwrap(),
        second,
        "the last one, where none is left"
    );
    assert_eq!(day.timecode_at(first), day.timecode_at(second));
}

#[test]
fn the_day_start_itself_belongs_to_its_own_day_only() {
    let day = berlin("2026-11-22");
    assert_eq!(day.offsets_of(tc("06:00:00:00")).unwrap(), [0]);
    assert_eq!(day.offsets_of(tc("05:59:59:24")).unwrap(), [24 * HOUR - 1]);
}

#[test]
fn a_day_start_that_is_skipped_comes_as_much_later() {
    let day = day("25", false, "Europe/Berlin", "02:30:00:00", "2026-03-29");
    assert_eq!(day.start().to_string(), "2026-03-29T01:30:00Z");
    assert_eq!(day.timecode_at(0).to_string(), "03:30:00:00");
    assert_eq!(day.length(), 23 * HOUR);
}

#[test]
fn a_day_start_that_comes_twice_is_the_first() {
    let day = day("25", false, "Europe/Berlin", "02:30:00:00", "2026-10-25");
    assert_eq!(day.start().to_string(), "2026-10-25T00:30:00Z");
    assert_eq!(day.length(), 25 * HOUR);
    assert_eq!(day.offsets_of(tc("02:30:00:00")).unwrap(), [0, HOUR]);
}

#[test]
fn half_an_hour_of_dst_is_half_an_hour_of_frames() {
    let lord_howe =
        |date: &str| day("50", false, "Australia/Lord_Howe", "06:00:00:00", date).length();
    assert_eq!(lord_howe("2026-04-04"), 2 * (24 * HOUR + HOUR / 2));
    assert_eq!(lord_howe("2026-10-03"), 2 * (24 * HOUR - HOUR / 2));
}

#[test]
fn a_drop_frame_day_has_24_hours_of_labels() {
    let day = day(
        "30000/1001",
        true,
        "America/New_York",
        "06:00:00;00",
        "2026-11-22",
    );
    assert_eq!(day.length(), 2_589_408);
    assert_eq!(day.timecode_at(0).to_string(), "06:00:00;00");
    assert_eq!(day.timecode_at(day.length()).to_string(), "06:00:00;00");
    assert_eq!(day.offset_of(tc("05:59:59;29"), 0).unwrap(), 2_589_407);
    let noon = day.instant_at(day.offset_of(tc("12:00:00;00"), 0).unwrap());
    let clock: Timestamp = "2026-11-22T17:00:00Z".parse().unwrap();
    assert!(
        (noon.as_millisecond() - clock.as_millisecond()).abs() < 100,
        "{noon}"
    );
}

#[test]
fn a_drop_frame_day_with_a_change_of_the_clock_jumps_at_the_full_hour() {
    let day = day(
        "30000/1001",
        true,
        "America/New_York",
        "00:00:00;00",
        "2026-03-08",
    );
    assert_eq!(day.length(), 23 * 107_892);
    assert_eq!(day.timecode_at(2 * 107_892 - 1).to_string(), "01:59:59;29");
    assert_eq!(day.timecode_at(2 * 107_892).to_string(), "03:00:00;00");
    assert!(day.offset_of(tc("02:00:00;00"), 0).is_err());
}

#[test]
fn a_fractional_day_without_drop_frame_ends_with_the_clock() {
    let day = day(
        "30000/1001",
        false,
        "America/New_York",
        "06:00:00:00",
        "2026-11-22",
    );
    assert_eq!(day.length(), 2_589_410);
    assert_eq!(day.timecode_at(day.length()).to_string(), "05:58:33:20");
    assert!(matches!(
        day.offset_of(tc("05:59:00:00"), 0),
        Err(DayError::NoSuchTime { .. })
    ));
}

#[test]
fn an_instant_belongs_to_the_day_that_has_begun() {
    let clock = ChannelClock::new(&channel("25", false, "Europe/Berlin", "06:00:00:00")).unwrap();
    let date_at = |instant: &str| clock.date_at(instant.parse().unwrap()).unwrap().to_string();
    assert_eq!(date_at("2026-11-22T04:59:59.999Z"), "2026-11-21");
    assert_eq!(date_at("2026-11-22T05:00:00Z"), "2026-11-22");
}

#[test]
fn what_is_no_channel_has_no_clock() {
    let error = |channel: Channel| ChannelClock::new(&channel).unwrap_err().to_string();
    assert_eq!(
        error(channel("25", false, "Mars/Olympus", "06:00:00:00")),
        "\"Mars/Olympus\" is not a time zone; choose one by its IANA name, such as Europe/Berlin"
    );
    assert!(error(channel("25", true, "UTC", "06:00:00:00")).contains("drop-frame"));
    assert!(
        error(channel("25", false, "UTC", "06:00:00:25"))
            .contains("frame numbers go from 00 to 24")
    );
    let clock = ChannelClock::new(&channel("25", false, "UTC", "06:00:00:00")).unwrap();
    assert!(matches!(
        clock.day("1969-12-31".parse().unwrap()),
        Err(DayError::DateOutOfRange(_))
    ));
    assert!(matches!(
        clock.day("2200-01-01".parse().unwrap()),
        Err(DayError::DateOutOfRange(_))
    ));
}

fn any_day() -> impl Strategy<Value = (ChannelClock, Date)> {
    let counting = proptest::sample::select(vec![
        ("25", false),
        ("24", false),
        ("50", false),
        ("30000/1001", true),
        ("60000/1001", true),
        ("30000/1001", false),
        ("24000/1001", false),
    ]);
    let zone = proptest::sample::select(vec![
        "Europe/Berlin",
        "America/New_York",
        "UTC",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "America/St_Johns",
        "Africa/Casablanca",
    ]);
    let start = proptest::sample::select(vec![
        "00:00:00:00",
        "06:00:00:00",
        "02:30:00:00",
        "05:59:59:12",
    ]);
    (counting, zone, start, 0_i32..80_000).prop_map(|((rate, drop_frame), zone, start, days)| {
        let date = jiff::civil::date(1971, 1, 1)
            .checked_add(Span::new().days(days))
            .unwrap();
        (
            ChannelClock::new(&channel(rate, drop_frame, zone, start)).unwrap(),
            date,
        )
    })
}

proptest! {
    #[test]
    fn days_follow_each_other_without_overlap((clock, date) in any_day()) {
        let (today, tomorrow) = (clock.day(date).unwrap(), clock.day(date.tomorrow().unwrap()).unwrap());
        let end = today.instant_at(today.length());
        prop_assert!(end <= tomorrow.start());
        let lost = tomorrow.start().as_millisecond() - end.as_millisecond();
        prop_assert!(lost <= 100, "{lost} ms lie in no day");
    }

    #[test]
    fn an_instant_is_found_again((clock, date) in any_day(), part in 0.0..1.0_f64) {
        let day = clock.day(date).unwrap();
        let offset = (day.length() as f64 * part) as i64;
        let instant = day.instant_at(offset);
        prop_assert_eq!(day.offset_at(instant), offset);
        prop_assert_eq!(clock.date_at(instant).unwrap(), date);
    }

    #[test]
    fn a_shown_time_is_found_again((clock, date) in any_day(), part in 0.0..1.0_f64) {
        let day = clock.day(date).unwrap();
        let offset = (day.length() as f64 * part) as i64;
        let shown = day.timecode_at(offset);
        let found = day.offsets_of(shown).unwrap();
        prop_assert!(found.contains(&offset), "{shown} at {offset} not in {found:?}");
        prop_assert!(found.iter().all(|offset| day.timecode_at(*offset) == shown));
        prop_assert_eq!(day.offset_of(shown, offset).unwrap(), offset);
    }

    #[test]
    fn what_the_clock_shows_follows_from_the_stretches((clock, date) in any_day(), part in 0.0..1.0_f64) {
        let day = clock.day(date).unwrap();
        let offset = (day.length() as f64 * part) as i64;
        let begun = day.stretches().filter(|(first, _)| *first <= offset);
        let (first, label) = begun.max_by_key(|(first, _)| *first).unwrap();
        prop_assert_eq!(day.counting().label(label + offset - first), day.timecode_at(offset));
    }

    #[test]
    fn labels_follow_each_other_but_at_a_change_of_the_clock((clock, date) in any_day(), part in 0.0..1.0_f64) {
        let day = clock.day(date).unwrap();
        let offset = (day.length() as f64 * part) as i64;
        let counting = day.counting();
        let next = counting.label(counting.count(day.timecode_at(offset)).unwrap() + 1);
        let jumps = day.stretches.iter().any(|stretch| stretch.offset == offset + 1);
        prop_assert!(jumps || day.timecode_at(offset + 1) == next);
    }

    #[test]
    fn a_whole_rate_keeps_to_the_clock((clock, date) in any_day(), part in 0.0..1.0_f64) {
        prop_assume!(!clock.counting().rate().is_pulled_down());
        let day = clock.day(date).unwrap();
        let offset = (day.length() as f64 * part) as i64;
        let civil = clock.zone.to_datetime(day.instant_at(offset));
        let shown = day.timecode_at(offset);
        prop_assert_eq!((civil.hour() as u8, civil.minute() as u8, civil.second() as u8), (shown.hours(), shown.minutes(), shown.seconds()));
    }

    #[test]
    fn no_offset_panics((clock, date) in any_day(), offset in any::<i64>()) {
        let day = clock.day(date).unwrap();
        let _ = (day.instant_at(offset), day.timecode_at(offset), day.offset_of(clock.day_start, offset));
    }
}
