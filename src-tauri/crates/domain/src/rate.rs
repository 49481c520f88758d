//! Frame rates as exact rationals, and the arithmetic between frames, time and other rates. Integers only.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The highest nominal rate that a channel may have, in frames per second.
pub const NOMINAL_FPS_MAX: u32 = 120;

const NANOS_PER_SECOND: i128 = 1_000_000_000;
const MICROS_PER_SECOND: i128 = 1_000_000;

/// Why a text is not a frame rate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RateError {
    /// It is not `"N"` or `"N/D"` with positive integers.
    #[error(
        "\"{0}\" is not a frame rate; write it as a whole number or a fraction, such as 25 or 30000/1001"
    )]
    Malformed(String),
    /// It is a fraction that no television system uses.
    #[error(
        "{num}/{den} is not a rate that a channel can have; it must be a whole number from 1 to {NOMINAL_FPS_MAX}, \
         or such a number times 1000/1001 (30000/1001)"
    )]
    Unsupported {
        /// Numerator as given.
        num: u32,
        /// Denominator as given.
        den: u32,
    },
}

/// Frames per second: a whole number from 1 to [`NOMINAL_FPS_MAX`], or such a number times 1000/1001, which are the
/// rates of television (SMPTE ST 12-1, ST 12-3; EBU R 148). Written as `"25"` and `"30000/1001"`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, TS)]
#[ts(export, type = "string")]
pub struct FrameRate {
    nominal: u32,
    /// Whether the rate is the nominal one times 1000/1001.
    pulled_down: bool,
}

impl FrameRate {
    /// 25 frames a second.
    pub const FPS_25: FrameRate = FrameRate {
        nominal: 25,
        pulled_down: false,
    };
    /// 50 frames a second.
    pub const FPS_50: FrameRate = FrameRate {
        nominal: 50,
        pulled_down: false,
    };
    /// 30000/1001 frames a second, "29.97".
    pub const FPS_29_97: FrameRate = FrameRate {
        nominal: 30,
        pulled_down: true,
    };
    /// 60000/1001 frames a second, "59.94".
    pub const FPS_59_94: FrameRate = FrameRate {
        nominal: 60,
        pulled_down: true,
    };

    /// The rate `num`/`den`, in lowest terms or not.
    ///
    /// # Errors
    /// [`RateError::Unsupported`] unless it is a whole number from 1 to 120, or that times 1000/1001.
    pub fn new(num: u32, den: u32) -> Result<FrameRate, RateError> {
        let unsupported = RateError::Unsupported { num, den };
        if den == 0 {
            return Err(unsupported);
        }
        let (n, d) = (u64::from(num), u64::from(den));
        let (nominal, pulled_down) = if n.is_multiple_of(d) {
            (n / d, false)
        } else if (n * 1001).is_multiple_of(d * 1000) {
            (n * 1001 / (d * 1000), true)
        } else {
            return Err(unsupported);
        };
        match u32::try_from(nominal) {
            Ok(nominal @ 1..=NOMINAL_FPS_MAX) => Ok(FrameRate {
                nominal,
                pulled_down,
            }),
            _ => Err(unsupported),
        }
    }

    /// Frames per second as timecode counts them: 30 for 30000/1001.
    #[must_use]
    pub const fn nominal(self) -> u32 {
        self.nominal
    }

    /// Whether the rate is the nominal one times 1000/1001.
    #[must_use]
    pub const fn is_pulled_down(self) -> bool {
        self.pulled_down
    }

    /// Whether drop-frame counting is defined for this rate: 30000/1001 (SMPTE ST 12-1) and its multiples.
    #[must_use]
    pub const fn allows_drop_frame(self) -> bool {
        self.pulled_down && self.nominal.is_multiple_of(30)
    }

    /// Numerator of the rate as it is written.
    #[must_use]
    pub const fn num(self) -> u32 {
        if self.pulled_down {
            self.nominal * 1000
        } else {
            self.nominal
        }
    }

    /// Denominator of the rate as it is written.
    #[must_use]
    pub const fn den(self) -> u32 {
        if self.pulled_down { 1001 } else { 1 }
    }

    /// The first whole nanosecond at which frame `frames` is on, counted from frame 0. So
    /// [`frame_at_nanos`](Self::frame_at_nanos) of it is `frames` again.
    #[must_use]
    pub fn nanos_at_frame(self, frames: i64) -> i128 {
        div_ceil(
            i128::from(frames) * i128::from(self.den()) * NANOS_PER_SECOND,
            i128::from(self.num()),
        )
    }

    /// The frame that is on `nanos` nanoseconds after the start of frame 0: whole frames, rounded down.
    #[must_use]
    pub fn frame_at_nanos(self, nanos: i128) -> i64 {
        let per = i128::from(self.den()) * NANOS_PER_SECOND;
        clamp((nanos * i128::from(self.num())).div_euclid(per))
    }

    /// How many frames a duration in microseconds has, to the nearest, halves up. Probed durations are rounded to a
    /// microsecond themselves, so rounding down would lose a frame of a file that has a whole number of them.
    #[must_use]
    pub fn frames_from_micros(self, micros: i64) -> i64 {
        div_nearest(
            i128::from(micros) * i128::from(self.num()),
            i128::from(self.den()) * MICROS_PER_SECOND,
        )
    }

    /// The duration of so many frames in microseconds, to the nearest, halves up.
    #[must_use]
    pub fn micros_from_frames(self, frames: i64) -> i64 {
        div_nearest(
            i128::from(frames) * i128::from(self.den()) * MICROS_PER_SECOND,
            i128::from(self.num()),
        )
    }

    /// A count of this rate's frames as frames of another rate, to the nearest, halves up. What lasts at least one
    /// frame here lasts at least one there.
    #[must_use]
    pub fn convert(self, frames: i64, to: FrameRate) -> i64 {
        let converted = div_nearest(
            i128::from(frames) * i128::from(self.den()) * i128::from(to.num()),
            i128::from(self.num()) * i128::from(to.den()),
        );
        if frames > 0 {
            converted.max(1)
        } else {
            converted
        }
    }
}

fn clamp(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

fn div_nearest(num: i128, den: i128) -> i64 {
    clamp((2 * num + den).div_euclid(2 * den))
}

fn div_ceil(num: i128, den: i128) -> i128 {
    -(-num).div_euclid(den)
}

impl fmt::Display for FrameRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pulled_down {
            write!(f, "{}/{}", self.num(), self.den())
        } else {
            self.nominal.fmt(f)
        }
    }
}

impl fmt::Debug for FrameRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FrameRate({self})")
    }
}

impl FromStr for FrameRate {
    type Err = RateError;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let malformed = || RateError::Malformed(s.chars().take(40).collect());
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            digits
                .then(|| text.parse::<u32>().ok())
                .flatten()
                .ok_or_else(malformed)
        };
        let (num, den) = match s.split_once('/') {
            Some((num, den)) => (number(num)?, number(den)?),
            None => (number(s)?, 1),
        };
        FrameRate::new(num, den)
    }
}

impl Serialize for FrameRate {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FrameRate {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rate() -> impl Strategy<Value = FrameRate> {
        (1..=NOMINAL_FPS_MAX, any::<bool>()).prop_map(|(nominal, pulled_down)| FrameRate {
            nominal,
            pulled_down,
        })
    }

    #[test]
    fn a_rate_is_written_canonically() {
        for (text, canonical) in [
            ("25", "25"),
            ("50/2", "25"),
            ("30000/1001", "30000/1001"),
            ("60000/2002", "30000/1001"),
            ("7000/1001", "7000/1001"),
            ("1000/143", "7000/1001"),
        ] {
            assert_eq!(
                text.parse::<FrameRate>().unwrap().to_string(),
                canonical,
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_rate_of_television_is_refused() {
        for text in [
            "",
            "0",
            "121",
            "25/0",
            "0/1",
            "29.97",
            "-25",
            "+25",
            "25/",
            "/2",
            "30/1001",
            "12.5",
            "24/7",
            "1/2",
            " 25",
            "99999999999",
        ] {
            assert!(text.parse::<FrameRate>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn json_holds_a_string() {
        assert_eq!(
            serde_json::to_string(&FrameRate::FPS_29_97).unwrap(),
            "\"30000/1001\""
        );
        assert_eq!(
            serde_json::from_str::<FrameRate>("\"25\"").unwrap(),
            FrameRate::FPS_25
        );
        assert!(serde_json::from_str::<FrameRate>("25").is_err());
    }

    #[test]
    fn known_conversions_hold() {
        assert_eq!(FrameRate::FPS_25.frames_from_micros(10_000_000), 250);
        assert_eq!(FrameRate::FPS_29_97.frames_from_micros(33_367), 1);
        assert_eq!(
            FrameRate::FPS_25.frames_from_micros(20_000),
            1,
            "half a frame counts as one"
        );
        assert_eq!(FrameRate::FPS_25.frames_from_micros(19_999), 0);
        assert_eq!(
            FrameRate::FPS_29_97.micros_from_frames(30_000),
            1_001_000_000
        );
        assert_eq!(FrameRate::FPS_25.convert(250, FrameRate::FPS_50), 500);
        assert_eq!(
            FrameRate::FPS_25.convert(1001 * 25, FrameRate::FPS_29_97),
            30_000
        );
        assert_eq!(
            FrameRate::FPS_50.convert(1, FrameRate::new(1, 1).unwrap()),
            1,
            "something never becomes nothing"
        );
    }

    proptest! {
        #[test]
        fn text_and_back(r in rate()) {
            prop_assert_eq!(r.to_string().parse::<FrameRate>().unwrap(), r);
            prop_assert_eq!(FrameRate::new(r.num(), r.den()).unwrap(), r);
        }

        #[test]
        fn a_frame_starts_where_it_is_first_on(r in rate(), frames in -1_000_000_000_i64..1_000_000_000_000) {
            let start = r.nanos_at_frame(frames);
            prop_assert_eq!(r.frame_at_nanos(start), frames);
            prop_assert_eq!(r.frame_at_nanos(start - 1), frames - 1);
        }

        #[test]
        fn microseconds_and_back(r in rate(), frames in -1_000_000_000_i64..1_000_000_000_000) {
            prop_assert_eq!(r.frames_from_micros(r.micros_from_frames(frames)), frames);
        }

        #[test]
        fn a_finer_rate_loses_nothing(a in rate(), b in rate(), frames in 0_i64..1_000_000_000) {
            prop_assume!(u64::from(a.num()) * u64::from(b.den()) <= u64::from(b.num()) * u64::from(a.den()));
            prop_assert_eq!(b.convert(a.convert(frames, b), a), frames);
        }

        #[test]
        fn conversion_keeps_order(a in rate(), b in rate(), x in 0_i64..1_000_000_000, y in 0_i64..1_000_000_000) {
            prop_assert!(a.convert(x.min(y), b) <= a.convert(x.max(y), b));
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = text.parse::<FrameRate>();
        }

        #[test]
        fn no_count_panics(r in rate(), to in rate(), n in any::<i64>()) {
            let _ = (r.nanos_at_frame(n), r.frame_at_nanos(i128::from(n)), r.frames_from_micros(n), r.micros_from_frames(n), r.convert(n, to));
        }
    }
}
