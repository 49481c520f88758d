//! SMPTE timecode (ST 12-1, for the higher rates ST 12-3): labels for frames, non-drop and drop-frame, as pure functions.
//!
//! Drop-frame counting leaves out *labels*, never frames: at 30000/1001 the first two labels of every minute that is
//! not a multiple of ten do not exist (`00:00:59;29` is followed by `00:01:00;02`), so that an hour of labels takes
//! 107,892 frames, 3.6 ms less than an hour. At 60000/1001 four labels go, at 120000/1001 eight.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::rate::FrameRate;

/// Why a text or a label is no timecode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimecodeError {
    /// It does not read `HH:MM:SS:FF` (or `HH:MM:SS;FF`).
    #[error("\"{0}\" is not a timecode; write it as HH:MM:SS:FF, such as 06:00:00:00")]
    Malformed(String),
    /// Hours, minutes or seconds are beyond a clock's.
    #[error("{0} is not a time of a clock; hours go to 23, minutes and seconds to 59")]
    NoClockTime(String),
    /// The frame number does not exist at this rate.
    #[error("{timecode} does not exist at {rate} frames a second: frame numbers go from 00 to {max}", max = rate.nominal() - 1)]
    NoSuchFrame {
        /// The label.
        timecode: Timecode,
        /// The rate that it was read at.
        rate: FrameRate,
    },
    /// The label is one that drop-frame counting leaves out.
    #[error(
        "{timecode} does not exist in drop-frame timecode: this minute starts with frame {first:02}"
    )]
    Dropped {
        /// The label.
        timecode: Timecode,
        /// The first frame number of that minute.
        first: u32,
    },
    /// Drop-frame counting is not defined for this rate.
    #[error(
        "drop-frame timecode is not defined at {0} frames a second; it goes with 30000/1001 and 60000/1001"
    )]
    NoDropFrame(FrameRate),
}

/// One label of a clock: hours, minutes, seconds, frames. Whether it exists depends on the [`Counting`].
///
/// Written `HH:MM:SS:FF`, in drop-frame counting `HH:MM:SS;FF`; the frame number has three digits from 100 on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, TS)]
#[ts(export, type = "string")]
pub struct Timecode {
    hours: u8,
    minutes: u8,
    seconds: u8,
    frames: u8,
    drop_frame: bool,
}

impl Timecode {
    /// The label of a clock time.
    ///
    /// # Errors
    /// [`TimecodeError::NoClockTime`] where hours, minutes, seconds or frames are beyond 23, 59, 59 and 119.
    pub fn new(
        hours: u8,
        minutes: u8,
        seconds: u8,
        frames: u8,
        drop_frame: bool,
    ) -> Result<Timecode, TimecodeError> {
        if hours < 24
            && minutes < 60
            && seconds < 60
            && u32::from(frames) < crate::rate::NOMINAL_FPS_MAX
        {
            Ok(Timecode {
                hours,
                minutes,
                seconds,
                frames,
                drop_frame,
            })
        } else {
            Err(TimecodeError::NoClockTime(format!(
                "{hours:02}:{minutes:02}:{seconds:02}:{frames:02}"
            )))
        }
    }

    /// Hours, 0 to 23.
    #[must_use]
    pub const fn hours(self) -> u8 {
        self.hours
    }

    /// Minutes, 0 to 59.
    #[must_use]
    pub const fn minutes(self) -> u8 {
        self.minutes
    }

    /// Seconds, 0 to 59.
    #[must_use]
    pub const fn seconds(self) -> u8 {
        self.seconds
    }

    /// Frames since the second's start, dropped labels counted.
    #[must_use]
    pub const fn frames(self) -> u8 {
        self.frames
    }

    /// Whether it is written as drop-frame.
    #[must_use]
    pub const fn is_drop_frame(self) -> bool {
        self.drop_frame
    }
}

impl fmt::Display for Timecode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.drop_frame { ';' } else { ':' };
        let Timecode {
            hours,
            minutes,
            seconds,
            frames,
            ..
        } = self;
        write!(
            f,
            "{hours:02}:{minutes:02}:{seconds:02}{separator}{frames:02}"
        )
    }
}

impl fmt::Debug for Timecode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timecode({self})")
    }
}

/// Reads two digits (three for the frames of high rates) a field; `;` or `.` before the frames means drop-frame.
impl FromStr for Timecode {
    type Err = TimecodeError;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let malformed = || TimecodeError::Malformed(s.chars().take(40).collect());
        let [h1, h2, b':', m1, m2, b':', s1, s2, separator, frames @ ..] = s.as_bytes() else {
            return Err(malformed());
        };
        if !(2..=3).contains(&frames.len()) {
            return Err(malformed());
        }
        let drop_frame = match separator {
            b':' => false,
            b';' | b'.' => true,
            _ => return Err(malformed()),
        };
        let number = |digits: &[u8]| {
            digits.iter().try_fold(0_u16, |n, digit| {
                digit
                    .is_ascii_digit()
                    .then(|| n * 10 + u16::from(digit - b'0'))
            })
        };
        let field = |digits: &[u8]| number(digits).ok_or_else(malformed);
        let (hours, minutes, seconds, frames) = (
            field(&[*h1, *h2])?,
            field(&[*m1, *m2])?,
            field(&[*s1, *s2])?,
            field(frames)?,
        );
        let out_of_range = |_| TimecodeError::NoClockTime(s.to_owned());
        Timecode::new(
            u8::try_from(hours).map_err(out_of_range)?,
            u8::try_from(minutes).map_err(out_of_range)?,
            u8::try_from(seconds).map_err(out_of_range)?,
            u8::try_from(frames).map_err(out_of_range)?,
            drop_frame,
        )
    }
}

impl Serialize for Timecode {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timecode {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// How a channel counts its frames: at which rate, drop-frame or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Counting {
    rate: FrameRate,
    drop_frame: bool,
}

impl Counting {
    /// Counting at a rate.
    ///
    /// # Errors
    /// [`TimecodeError::NoDropFrame`] where drop-frame is asked for and the rate has none.
    pub fn new(rate: FrameRate, drop_frame: bool) -> Result<Counting, TimecodeError> {
        if drop_frame && !rate.allows_drop_frame() {
            return Err(TimecodeError::NoDropFrame(rate));
        }
        Ok(Counting { rate, drop_frame })
    }

    /// The rate.
    #[must_use]
    pub const fn rate(self) -> FrameRate {
        self.rate
    }

    /// Whether labels are dropped.
    #[must_use]
    pub const fn is_drop_frame(self) -> bool {
        self.drop_frame
    }

    /// Labels left out at the start of a minute that is not a multiple of ten.
    const fn dropped_per_minute(self) -> i64 {
        if self.drop_frame {
            self.rate.nominal() as i64 / 15
        } else {
            0
        }
    }

    const fn fps(self) -> i64 {
        self.rate.nominal() as i64
    }

    const fn frames_per_ten_minutes(self) -> i64 {
        600 * self.fps() - 9 * self.dropped_per_minute()
    }

    /// How many frames 24 hours of labels have: 2,160,000 at 25, 2,589,408 at 29.97 drop-frame.
    #[must_use]
    pub const fn frames_per_cycle(self) -> i64 {
        144 * self.frames_per_ten_minutes()
    }

    /// The label with this clock's counting, where it exists. `:` and `;` are both understood, whatever the channel
    /// counts, so that a person may type either.
    ///
    /// # Errors
    /// [`TimecodeError::NoSuchFrame`] and [`TimecodeError::Dropped`].
    pub fn check(self, timecode: Timecode) -> Result<Timecode, TimecodeError> {
        let timecode = Timecode {
            drop_frame: self.drop_frame,
            ..timecode
        };
        if u32::from(timecode.frames) >= self.rate.nominal() {
            return Err(TimecodeError::NoSuchFrame {
                timecode,
                rate: self.rate,
            });
        }
        let dropped = self.dropped_per_minute();
        if timecode.seconds == 0
            && !timecode.minutes.is_multiple_of(10)
            && i64::from(timecode.frames) < dropped
        {
            let first = self.rate.nominal() / 15;
            return Err(TimecodeError::Dropped { timecode, first });
        }
        Ok(timecode)
    }

    /// Reads a label and checks that it exists.
    ///
    /// # Errors
    /// As [`Timecode`]'s `from_str` and [`check`](Self::check).
    pub fn parse(self, text: &str) -> Result<Timecode, TimecodeError> {
        self.check(text.parse()?)
    }

    /// How many frames after `00:00:00:00` the label stands.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn count(self, timecode: Timecode) -> Result<i64, TimecodeError> {
        self.check(timecode)
            .map(|timecode| self.count_unchecked(timecode))
    }

    fn count_unchecked(self, timecode: Timecode) -> i64 {
        let minutes = i64::from(timecode.hours) * 60 + i64::from(timecode.minutes);
        let labels =
            (minutes * 60 + i64::from(timecode.seconds)) * self.fps() + i64::from(timecode.frames);
        labels - self.dropped_per_minute() * (minutes - minutes / 10)
    }

    /// The frame with the first label of a second: of `SS:00`, or of `SS;02` where that one is dropped. The parts must
    /// be those of a clock.
    pub(crate) fn count_at_second(self, hours: i8, minutes: i8, seconds: i8) -> i64 {
        let minutes_total = i64::from(hours) * 60 + i64::from(minutes);
        let labels = (minutes_total * 60 + i64::from(seconds)) * self.fps();
        let dropped = self.dropped_per_minute();
        let starts_dropped = seconds == 0 && minutes % 10 != 0;
        let first = if starts_dropped { dropped } else { 0 };
        labels + first - dropped * (minutes_total - minutes_total / 10)
    }

    /// The label of the frame `frames` after `00:00:00:00`; it starts again after 24 hours, and counts down before 0.
    #[must_use]
    pub fn label(self, frames: i64) -> Timecode {
        let (hours, minutes, seconds, frames) =
            self.split(frames.rem_euclid(self.frames_per_cycle()));
        // In range by the arithmetic: a cycle is 24 hours, and a rate has at most 120 labels a second.
        let narrow = |n: i64| u8::try_from(n).unwrap_or(0);
        Timecode {
            hours: narrow(hours),
            minutes: narrow(minutes),
            seconds: narrow(seconds),
            frames: narrow(frames),
            drop_frame: self.drop_frame,
        }
    }

    /// A duration as text: like a label, with hours beyond 24 where needed and a `-` before 0.
    #[must_use]
    pub fn duration_text(self, frames: i64) -> String {
        let sign = if frames < 0 { "-" } else { "" };
        let separator = if self.drop_frame { ';' } else { ':' };
        let (hours, minutes, seconds, frames) = self.split(frames.saturating_abs());
        format!("{sign}{hours:02}:{minutes:02}:{seconds:02}{separator}{frames:02}")
    }

    /// Hours, minutes, seconds and frames of a count of frames, which is not negative.
    fn split(self, frames: i64) -> (i64, i64, i64, i64) {
        let dropped = self.dropped_per_minute();
        let per_minute = 60 * self.fps() - dropped;
        let tens = frames / self.frames_per_ten_minutes();
        let rest = frames % self.frames_per_ten_minutes();
        // The first minute of ten keeps its labels, the nine after it lack `dropped` each.
        let minutes_after_first = (rest - dropped).max(0) / per_minute;
        let labels = frames.saturating_add(dropped * (9 * tens + minutes_after_first));
        let fps = self.fps();
        (
            labels / fps / 3600,
            labels / fps / 60 % 60,
            labels / fps % 60,
            labels % fps,
        )
    }

    /// A clock time of this counting as one of another: hours, minutes and seconds stay; the frames keep their place
    /// in the second, rounded down; a label that is dropped there becomes the first one of its minute.
    ///
    /// # Errors
    /// As [`check`](Self::check), where the label does not exist here.
    pub fn convert(self, timecode: Timecode, to: Counting) -> Result<Timecode, TimecodeError> {
        let timecode = self.check(timecode)?;
        let frames = i64::from(timecode.frames) * to.fps() / self.fps();
        let starts_dropped = timecode.seconds == 0 && timecode.minutes % 10 != 0;
        let frames = if starts_dropped {
            frames.max(to.dropped_per_minute())
        } else {
            frames
        };
        let frames = u8::try_from(frames).unwrap_or(0);
        Ok(Timecode {
            frames,
            drop_frame: to.drop_frame,
            ..timecode
        })
    }
}

#[cfg(test)]
mod tests;
