use proptest::prelude::*;

use super::*;

fn counting(rate: &str, drop_frame: bool) -> Counting {
    Counting::new(rate.parse().unwrap(), drop_frame).unwrap()
}

fn countings() -> Vec<Counting> {
    let non_drop = [
        "1",
        "24",
        "25",
        "30",
        "48",
        "50",
        "60",
        "100",
        "120",
        "24000/1001",
        "30000/1001",
        "60000/1001",
        "120000/1001",
    ];
    let drop = ["30000/1001", "60000/1001", "120000/1001"];
    non_drop
        .iter()
        .map(|rate| counting(rate, false))
        .chain(drop.iter().map(|rate| counting(rate, true)))
        .collect()
}

fn any_counting() -> impl Strategy<Value = Counting> {
    proptest::sample::select(countings())
}

/// An independent implementation: a clock that advances label by label, as the counter of a generator does, and leaves
/// out the labels that ST 12-1 leaves out.
struct Clock {
    parts: (u32, u32, u32, u32),
    fps: u32,
    dropped: u32,
}

impl Clock {
    fn tick(&mut self) {
        let (h, m, s, f) = &mut self.parts;
        *f += 1;
        if *f == self.fps {
            (*f, *s) = (0, *s + 1);
            if *s == 60 {
                (*s, *m) = (0, *m + 1);
                if *m == 60 {
                    (*m, *h) = (0, (*h + 1) % 24);
                }
                if *m % 10 != 0 {
                    *f = self.dropped;
                }
            }
        }
    }
}

#[test]
fn every_frame_of_a_day_has_the_label_that_a_clock_would_show() {
    for (rate, drop_frame, dropped) in [
        ("25", false, 0),
        ("30000/1001", true, 2),
        ("60000/1001", true, 4),
    ] {
        let counting = counting(rate, drop_frame);
        let mut clock = Clock {
            parts: (0, 0, 0, 0),
            fps: counting.rate().nominal(),
            dropped,
        };
        for frame in 0..counting.frames_per_cycle() {
            let label = counting.label(frame);
            let parts = (
                label.hours.into(),
                label.minutes.into(),
                label.seconds.into(),
                label.frames.into(),
            );
            assert_eq!(
                parts, clock.parts,
                "frame {frame} at {rate}, drop-frame {drop_frame}"
            );
            assert_eq!(counting.count_unchecked(label), frame);
            clock.tick();
        }
        assert_eq!(
            clock.parts,
            (0, 0, 0, 0),
            "a cycle is 24 hours of labels at {rate}"
        );
    }
}

#[test]
fn the_figures_of_the_standard_hold() {
    assert_eq!(counting("30000/1001", true).frames_per_cycle(), 2_589_408);
    assert_eq!(counting("60000/1001", true).frames_per_cycle(), 5_178_816);
    assert_eq!(counting("25", false).frames_per_cycle(), 2_160_000);
    let df = counting("30000/1001", true);
    assert_eq!(df.label(1799).to_string(), "00:00:59;29");
    assert_eq!(df.label(1800).to_string(), "00:01:00;02");
    assert_eq!(df.label(17_982).to_string(), "00:10:00;00");
    assert_eq!(df.label(-1).to_string(), "23:59:59;29");
    assert_eq!(
        counting("120", false).label(119).to_string(),
        "00:00:00:119"
    );
}

#[test]
fn dropped_labels_do_not_exist() {
    let df = counting("30000/1001", true);
    assert_eq!(
        df.parse("00:01:00;00").unwrap_err().to_string(),
        "00:01:00;00 does not exist in drop-frame timecode: this minute starts with frame 02"
    );
    assert!(matches!(
        df.parse("09:59:00;01"),
        Err(TimecodeError::Dropped { first: 2, .. })
    ));
    assert!(df.parse("00:10:00;00").is_ok());
    assert!(df.parse("00:01:01;00").is_ok());
    assert!(matches!(
        counting("60000/1001", true).parse("00:01:00;03"),
        Err(TimecodeError::Dropped { first: 4, .. })
    ));
}

#[test]
fn what_is_no_timecode_is_refused() {
    for text in [
        "",
        "1:2:3:4",
        "00:00:00",
        "00:00:00:",
        "00:00:00:0",
        "24:00:00:00",
        "00:60:00:00",
        "00:00:60:00",
        "-1:00:00:00",
        "00:00:00:25",
        "00;00:00:00",
        "00:00:00:0000",
        "0٠:00:00:00",
        "00:00:00:999",
        " 00:00:00:00",
    ] {
        assert!(counting("25", false).parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn either_separator_is_read_and_the_counting_decides_how_it_is_written() {
    assert_eq!(
        counting("25", false)
            .parse("10:00:00;05")
            .unwrap()
            .to_string(),
        "10:00:00:05"
    );
    assert_eq!(
        counting("30000/1001", true)
            .parse("10:00:00:05")
            .unwrap()
            .to_string(),
        "10:00:00;05"
    );
}

#[test]
fn drop_frame_needs_a_rate_that_has_it() {
    for rate in ["25", "30", "60", "24000/1001"] {
        assert!(
            matches!(
                Counting::new(rate.parse().unwrap(), true),
                Err(TimecodeError::NoDropFrame(_))
            ),
            "{rate}"
        );
    }
}

#[test]
fn durations_run_beyond_a_day() {
    let c = counting("25", false);
    assert_eq!(c.duration_text(25 * 3600 * 30 + 1), "30:00:00:01");
    assert_eq!(c.duration_text(-26), "-00:00:01:01");
}

#[test]
fn a_clock_time_keeps_its_place_at_another_rate() {
    let (pal, df) = (counting("25", false), counting("30000/1001", true));
    let at = |text: &str| text.parse::<Timecode>().unwrap();
    assert_eq!(
        pal.convert(at("06:00:00:00"), df).unwrap().to_string(),
        "06:00:00;00"
    );
    assert_eq!(
        pal.convert(at("06:01:00:00"), df).unwrap().to_string(),
        "06:01:00;02"
    );
    assert_eq!(
        pal.convert(at("06:00:10:24"), counting("50", false))
            .unwrap()
            .to_string(),
        "06:00:10:48"
    );
}

/// Held against labels that another program made (its name stands in the file).
#[test]
fn labels_agree_with_another_implementation() {
    let mut lines = 0;
    for line in include_str!("reference.csv")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        let [rate, drop_frame, frame, label] =
            line.split(',').collect::<Vec<_>>().try_into().unwrap();
        let counting = counting(rate, drop_frame == "1");
        assert_eq!(
            counting.label(frame.parse().unwrap()).to_string(),
            label,
            "{line}"
        );
        assert_eq!(
            counting.count(label.parse().unwrap()).unwrap().to_string(),
            frame,
            "{line}"
        );
        lines += 1;
    }
    assert_eq!(lines, 960);
}

proptest! {
    #[test]
    fn label_and_count_are_inverse(counting in any_counting(), frame in any::<i32>()) {
        let frame = i64::from(frame);
        let label = counting.label(frame);
        prop_assert_eq!(counting.count(label).unwrap(), frame.rem_euclid(counting.frames_per_cycle()));
        prop_assert_eq!(counting.parse(&label.to_string()).unwrap(), label);
        prop_assert_eq!(label.to_string().parse::<Timecode>().unwrap(), label);
    }

    #[test]
    fn a_second_starts_with_its_first_label(counting in any_counting(), h in 0_i8..24, m in 0_i8..60, s in 0_i8..60) {
        let first = counting.count_at_second(h, m, s);
        let label = counting.label(first);
        prop_assert_eq!((label.hours, label.minutes, label.seconds), (h as u8, m as u8, s as u8));
        prop_assert_ne!(counting.label(first - 1).seconds, label.seconds);
    }

    #[test]
    fn conversion_gives_labels_that_exist(from in any_counting(), to in any_counting(), frame in 0_i64..10_000_000) {
        let converted = from.convert(from.label(frame), to).unwrap();
        prop_assert_eq!(to.check(converted).unwrap(), converted);
    }

    #[test]
    fn nothing_panics(counting in any_counting(), frame in any::<i64>(), text in "\\PC*") {
        let _ = (counting.label(frame), counting.duration_text(frame), counting.parse(&text));
    }
}
