//! The broadcast day: how many frames a date has in a time zone, and how frames, clock times and instants map onto
//! each other in it.
//!
//! # Rules
//! - A day begins at the channel's day start (a clock time of its date) and ends where the next date's begins. Where a
//!   DST change skips the day start, the day begins as much later; where it comes twice, at the first (RFC 5545, 3.3.5).
//! - At the start of the day the timecode is set to the clock, and from there every frame gets the next label: that is
//!   the daily jam of house timecode (SMPTE ST 2059-1, 9). When the clock reads the time of a DST change, its label jumps
//!   by the change; a clock time may thus occur twice in a day, or not at all.
//! - The day's length is the number of frames up to the label of the next day's start, or up to the instant of it,
//!   whichever comes first. At whole rates both are the same. 24 hours of 29.97 drop-frame are 2,589,408 frames; the
//!   86 ms that they lack of 24 hours pass before the next day's jam. 24 hours of 29.97 *non-drop* are 2,589,410 frames:
//!   that timecode runs behind the clock by 3.6 seconds an hour, and its last labels before the next day's start never come.
//! - Zone rules come from the tz database compiled into the program, so that both stations of a pair agree.

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};
use jiff::{Span, Timestamp};

use crate::channel::Channel;
use crate::timecode::{Counting, Timecode, TimecodeError};

/// The first year of a broadcast day.
pub const YEAR_MIN: i16 = 1970;
/// The last year of a broadcast day.
pub const YEAR_MAX: i16 = 2199;

/// Why there is no such day, or no such time in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DayError {
    /// The zone is not in the tz database.
    #[error("\"{0}\" is not a time zone; choose one by its IANA name, such as Europe/Berlin")]
    UnknownZone(String),
    /// The date is beyond what a channel schedules.
    #[error("{0} cannot be scheduled; dates go from {YEAR_MIN}-01-01 to {YEAR_MAX}-12-31")]
    DateOutOfRange(Date),
    /// The clock time is no label of the channel's timecode.
    #[error(transparent)]
    Timecode(#[from] TimecodeError),
    /// The clock never shows this time in this day.
    #[error("the clock does not show {timecode} in the broadcast day of {date}")]
    NoSuchTime {
        /// The clock time.
        timecode: Timecode,
        /// The day.
        date: Date,
    },
}

/// A channel's clock: how it counts, where it stands, when its day starts.
#[derive(Debug, Clone)]
pub struct ChannelClock {
    counting: Counting,
    zone: TimeZone,
    day_start: Timecode,
}

impl ChannelClock {
    /// The clock of a channel.
    ///
    /// # Errors
    /// [`DayError::UnknownZone`], or [`DayError::Timecode`] where the channel's rate has no drop-frame counting or its
    /// day start is not a label.
    pub fn new(channel: &Channel) -> Result<ChannelClock, DayError> {
        let counting = Counting::new(channel.frame_rate, channel.drop_frame)?;
        let day_start = counting.check(channel.day_start)?;
        let zone = TimeZoneDatabase::bundled()
            .get(&channel.time_zone)
            .map_err(|_| DayError::UnknownZone(channel.time_zone.chars().take(80).collect()))?;
        Ok(ChannelClock {
            counting,
            zone,
            day_start,
        })
    }

    /// How it counts frames.
    #[must_use]
    pub fn counting(&self) -> Counting {
        self.counting
    }

    /// The broadcast day of a date.
    ///
    /// # Errors
    /// [`DayError::DateOutOfRange`].
    pub fn day(&self, date: Date) -> Result<BroadcastDay, DayError> {
        let out_of_range = || DayError::DateOutOfRange(date);
        if !(YEAR_MIN..=YEAR_MAX).contains(&date.year()) {
            return Err(out_of_range());
        }
        let start = self.start_of(date).ok_or_else(out_of_range)?;
        let end = date
            .tomorrow()
            .ok()
            .and_then(|tomorrow| self.start_of(tomorrow))
            .ok_or_else(out_of_range)?;
        Ok(BroadcastDay::new(self, date, start, end))
    }

    /// The date of the broadcast day that an instant lies in.
    ///
    /// # Errors
    /// [`DayError::DateOutOfRange`].
    pub fn date_at(&self, instant: Timestamp) -> Result<Date, DayError> {
        let civil = self.zone.to_datetime(instant).date();
        let out_of_range = || DayError::DateOutOfRange(civil);
        if self.start_of(civil).ok_or_else(out_of_range)? <= instant {
            return Ok(civil);
        }
        civil.yesterday().map_err(|_| out_of_range())
    }

    /// The instant at which a date's day begins.
    fn start_of(&self, date: Date) -> Option<Timestamp> {
        let at = self.day_start;
        let narrow = |n: u8| i8::try_from(n).ok();
        let civil = DateTime::from_parts(
            date,
            jiff::civil::Time::new(
                narrow(at.hours())?,
                narrow(at.minutes())?,
                narrow(at.seconds())?,
                0,
            )
            .ok()?,
        );
        let second = self.zone.to_ambiguous_timestamp(civil).compatible().ok()?;
        add_nanos(
            second,
            self.counting.rate().nanos_at_frame(i64::from(at.frames())),
        )
    }
}

/// A stretch of a day without a change of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretch {
    /// Its first frame, counted from the day's start.
    offset: i64,
    /// That frame's label, counted in frames from 00:00 of the day's date.
    label: i64,
}

/// A date's broadcast day. Offsets are frames since its start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BroadcastDay {
    counting: Counting,
    date: Date,
    start: Timestamp,
    length: i64,
    /// Never empty; more than one where the clock is changed in this day.
    stretches: Vec<Stretch>,
}

impl BroadcastDay {
    fn new(clock: &ChannelClock, date: Date, start: Timestamp, end: Timestamp) -> BroadcastDay {
        let counting = clock.counting;
        let zone = &clock.zone;
        let frames_in_second = i64::from(clock.day_start.frames());
        let label = |offset: Offset, instant: Timestamp| {
            label_at_second(counting, date, offset.to_datetime(instant))
        };

        let mut offset = zone.to_offset(start);
        let mut stretches = vec![Stretch {
            offset: 0,
            label: label(offset, start) + frames_in_second,
        }];
        let mut last = stretches[0];
        for change in zone
            .following(start)
            .take_while(|change| change.timestamp() < end)
        {
            if change.offset() == offset {
                continue;
            }
            let ends_with = label(offset, change.timestamp());
            offset = change.offset();
            last = Stretch {
                offset: last.offset + (ends_with - last.label).max(0),
                label: label(offset, change.timestamp()),
            };
            stretches.push(last);
        }
        let end_label = label(zone.to_offset(end), end) + frames_in_second;
        let labels = last.offset + (end_label - last.label).max(0);
        let real = counting
            .rate()
            .frame_at_nanos(end.as_nanosecond() - start.as_nanosecond());
        BroadcastDay {
            counting,
            date,
            start,
            length: labels.min(real),
            stretches,
        }
    }

    /// The date.
    #[must_use]
    pub fn date(&self) -> Date {
        self.date
    }

    /// The stretches without a change of the clock, each by its first offset and what the clock shows there: as frames since
    /// 00:00 of the date, so that [`timecode_at`](Self::timecode_at) can be followed elsewhere.
    pub fn stretches(&self) -> impl Iterator<Item = (i64, i64)> {
        self.stretches
            .iter()
            .map(|stretch| (stretch.offset, stretch.label))
    }

    /// How its frames are counted.
    #[must_use]
    pub fn counting(&self) -> Counting {
        self.counting
    }

    /// The instant of its first frame.
    #[must_use]
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// How many frames it has.
    #[must_use]
    pub fn length(&self) -> i64 {
        self.length
    }

    /// The instant of the frame at an offset, which may lie before the day or after its end (to the nanosecond, rounded up,
    /// so that [`offset_at`](Self::offset_at) gives the offset back). It stops at the ends of what a timestamp can hold.
    #[must_use]
    pub fn instant_at(&self, offset: i64) -> Timestamp {
        let nanos = self.counting.rate().nanos_at_frame(offset);
        add_nanos(self.start, nanos).unwrap_or(if nanos < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        })
    }

    /// The offset of the frame that is on at an instant: negative before the day's start, the length and more after its end.
    #[must_use]
    pub fn offset_at(&self, instant: Timestamp) -> i64 {
        self.counting
            .rate()
            .frame_at_nanos(instant.as_nanosecond() - self.start.as_nanosecond())
    }

    /// What the clock shows at an offset. Beyond the day's end it counts on without further changes of the clock.
    #[must_use]
    pub fn timecode_at(&self, offset: i64) -> Timecode {
        let after = self
            .stretches
            .partition_point(|stretch| stretch.offset <= offset);
        let stretch = self.stretches[after.saturating_sub(1)];
        self.counting
            .label((offset - stretch.offset).saturating_add(stretch.label))
    }

    /// The offsets at which the clock shows a time in this day, in order: none where a DST change skips it, two where one
    /// repeats it.
    ///
    /// # Errors
    /// [`DayError::Timecode`] where it is not a label of the channel's timecode.
    pub fn offsets_of(&self, timecode: Timecode) -> Result<Vec<i64>, DayError> {
        let count = self.counting.count(timecode)?;
        let cycle = self.counting.frames_per_cycle();
        let ends = self
            .stretches
            .iter()
            .skip(1)
            .map(|stretch| stretch.offset)
            .chain([self.length]);
        let mut offsets = Vec::with_capacity(1);
        for (stretch, end) in self.stretches.iter().zip(ends) {
            let first = (count - stretch.label).rem_euclid(cycle) + stretch.offset;
            offsets.extend(
                (0..)
                    .map(|n| first + n * cycle)
                    .take_while(|offset| *offset < end.min(self.length)),
            );
        }
        Ok(offsets)
    }

    /// The offset of a clock time: its first occurrence at or after `not_before`, or else its last one.
    ///
    /// # Errors
    /// [`DayError::NoSuchTime`] where the clock never shows it in this day; [`DayError::Timecode`] where it is no label.
    pub fn offset_of(&self, timecode: Timecode, not_before: i64) -> Result<i64, DayError> {
        let offsets = self.offsets_of(timecode)?;
        let next = offsets.iter().find(|offset| **offset >= not_before);
        next.or(offsets.last())
            .copied()
            .ok_or(DayError::NoSuchTime {
                timecode,
                date: self.date,
            })
    }
}

/// The label of a second as frames since 00:00 of `date`, over as many days as lie between.
fn label_at_second(counting: Counting, date: Date, civil: DateTime) -> i64 {
    let days = date
        .until(civil.date())
        .map_or(0, |span: Span| i64::from(span.get_days()));
    days * counting.frames_per_cycle()
        + counting.count_at_second(civil.hour(), civil.minute(), civil.second())
}

fn add_nanos(instant: Timestamp, nanos: i128) -> Option<Timestamp> {
    Timestamp::from_nanosecond(instant.as_nanosecond().checked_add(nanos)?).ok()
}

#[cfg(test)]
mod tests;
