//! Times as other programs write them, without floats.

use domain::rate::FrameRate;
use domain::timecode::{Counting, Timecode};

/// A number of seconds in decimal digits (`"647.68"`, `"30"`) as microseconds, rounded to the nearest. `None` for
/// anything else: a sign, an exponent, more than a year.
pub(crate) fn micros(text: &str) -> Option<i64> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 8 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let mut micros: i64 = whole.parse::<i64>().ok()? * 1_000_000;
    let mut digit_value = 100_000;
    for (at, byte) in fraction.bytes().enumerate() {
        let digit = i64::from(byte - b'0');
        if at < 6 {
            micros += digit * digit_value;
            digit_value /= 10;
        } else {
            micros += i64::from(digit >= 5);
            break;
        }
    }
    Some(micros)
}

/// Microseconds as seconds with as many digits as are needed: `"647.68"`.
pub(crate) fn text(micros: i64) -> String {
    let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Frames as seconds.
pub(crate) fn of_frames(frames: i64, rate: FrameRate) -> String {
    text(rate.micros_from_frames(frames))
}

/// A duration as people and programs write it: `HH:MM:SS:FF` (or `;FF`), `HH:MM:SS.mmm`, `HH:MM:SS`, `MM:SS`, seconds
/// (`90`, `90.5`). Hours may go beyond 23.
pub(crate) fn duration(text: &str, counting: Counting) -> Option<i64> {
    let text = text.trim();
    let rate = counting.rate();
    let parts: Vec<&str> = text.split([':', ';']).collect();
    let number = |part: &str| {
        (!part.is_empty() && part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| part.parse::<i64>().ok())?
    };
    let below_60 = |part: &str| number(part).filter(|number| *number < 60);
    match parts.as_slice() {
        [seconds] => {
            micros(&seconds.replace(',', ".")).map(|micros| rate.frames_from_micros(micros))
        }
        [minutes, seconds] => {
            clock_micros(0, number(minutes)?, seconds).map(|m| rate.frames_from_micros(m))
        }
        [hours, minutes, seconds] => clock_micros(number(hours)?, below_60(minutes)?, seconds)
            .map(|m| rate.frames_from_micros(m)),
        [hours, minutes, seconds, frames] => {
            let (hours, minutes, seconds) =
                (number(hours)?, below_60(minutes)?, below_60(seconds)?);
            let frames = number(frames).filter(|frames| *frames < i64::from(rate.nominal()))?;
            // Labels are counted within a day; whole days of labels come on top.
            let label = format!("{:02}:{minutes:02}:{seconds:02}:{frames:02}", hours % 24);
            let within = counting.count(label.parse().ok()?).ok()?;
            Some(within + hours / 24 * counting.frames_per_cycle())
        }
        _ => None,
    }
}

fn clock_micros(hours: i64, minutes: i64, seconds: &str) -> Option<i64> {
    let seconds = micros(&seconds.replace(',', "."))?;
    (seconds < 60_000_000).then_some((hours * 3_600 + minutes * 60) * 1_000_000 + seconds)
}

/// A clock time as people and programs write it, as the channel's timecode: `HH:MM:SS:FF`, `HH:MM:SS.mmm`, `HH:MM:SS`,
/// `HH:MM`; one digit will do where two are usual.
pub(crate) fn clock(text: &str, counting: Counting) -> Option<Timecode> {
    let mut parts = text.trim().split([':', ';']);
    let mut part = || parts.next();
    let whole = |text: Option<&str>| text?.parse::<u8>().ok();
    let (hours, minutes) = (whole(part())?, whole(part())?);
    let seconds = part().unwrap_or("0").replace(',', ".");
    let frames = part().map(|frames| frames.parse::<u8>());
    if part().is_some() {
        return None;
    }
    let within = micros(&seconds)?;
    let of_second = i64::from(counting.rate().nominal()) * (within % 1_000_000) / 1_000_000;
    let frames = match frames {
        Some(frames) => frames.ok()?,
        None => u8::try_from(of_second).ok()?,
    };
    let seconds = u8::try_from(within / 1_000_000).ok()?;
    let label = |frames| {
        let label =
            Timecode::new(hours, minutes, seconds, frames, counting.is_drop_frame()).ok()?;
        counting.check(label).ok()
    };
    // The first labels of most minutes are dropped where labels are; such a time is the first label that is there.
    label(frames).or_else(|| (frames < 8).then(|| (frames..8).find_map(label))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(num: u32, den: u32, drop: bool) -> Counting {
        Counting::new(FrameRate::new(num, den).unwrap(), drop).unwrap()
    }

    #[test]
    fn seconds_are_read_and_written_without_a_float() {
        for (written, expected) in [
            ("647.68", 647_680_000),
            ("30", 30_000_000),
            ("30.0", 30_000_000),
            ("0.0333667", 33_367),
        ] {
            assert_eq!(micros(written), Some(expected), "{written}");
        }
        for refused in ["", "-1", "1e3", "1.5.2", "NaN", "999999999", "1:00", "."] {
            assert_eq!(micros(refused), None, "{refused}");
        }
        assert_eq!(text(647_680_000), "647.68");
        assert_eq!(text(30_000_000), "30");
        assert_eq!(text(0), "0");
    }

    #[test]
    fn every_count_of_frames_survives_being_written_in_seconds() {
        for counting in [
            at(25, 1, false),
            at(30_000, 1001, true),
            at(60_000, 1001, false),
            at(24, 1, false),
        ] {
            for frames in (0..200_000).step_by(37) {
                let written = of_frames(frames, counting.rate());
                assert_eq!(duration(&written, counting), Some(frames), "{written}");
            }
        }
    }

    #[test]
    fn durations_are_read_in_every_usual_way() {
        let pal = at(25, 1, false);
        for (written, frames) in [
            ("00:01:30:12", 90 * 25 + 12),
            ("00:01:30", 90 * 25),
            ("00:01:30.480", 90 * 25 + 12),
            ("00:01:30,480", 90 * 25 + 12),
            ("1:30", 90 * 25),
            ("90", 90 * 25),
            ("90.48", 90 * 25 + 12),
            ("26:00:00:00", 26 * 3_600 * 25),
        ] {
            assert_eq!(duration(written, pal), Some(frames), "{written}");
        }
        for refused in [
            "",
            "abc",
            "00:61:00:00",
            "00:00:00:25",
            "1:2:3:4:5",
            "-5",
            "00:00:75",
        ] {
            assert_eq!(duration(refused, pal), None, "{refused}");
        }
        let ntsc = at(30_000, 1001, true);
        assert_eq!(duration("00:10:00;00", ntsc), Some(17_982));
    }

    #[test]
    fn clock_times_are_read_with_and_without_frames() {
        let pal = at(25, 1, false);
        for (written, label) in [
            ("06:00:00:12", "06:00:00:12"),
            ("6:00", "06:00:00:00"),
            ("06:30:10", "06:30:10:00"),
            ("06:30:10.480", "06:30:10:12"),
        ] {
            assert_eq!(
                clock(written, pal).map(|tc| tc.to_string()).as_deref(),
                Some(label),
                "{written}"
            );
        }
        for refused in ["24:00:00:00", "25:00", "06", "noon", "06:00:00:25"] {
            assert_eq!(clock(refused, pal), None, "{refused}");
        }
        // 06:01:00 has no frames 00 and 01 in drop-frame counting.
        let ntsc = at(30_000, 1001, true);
        assert_eq!(
            clock("06:01:00", ntsc).map(|tc| tc.to_string()).as_deref(),
            Some("06:01:00;02")
        );
    }
}
