//! What a value may be: a limit on everything that an operator or another program can enter.

use jiff::civil::Date;

use crate::asset::{Asset, AssetKind, MediaFile};
use crate::channel::Channel;
use crate::day::{ChannelClock, DayError, YEAR_MAX, YEAR_MIN};
use crate::rate::FrameRate;
use crate::rundown::{Item, ItemKind, StartMode};
use crate::timecode::{Counting, TimecodeError};

/// Longest title of an item or asset, in characters.
pub const TITLE_CHARS_MAX: usize = 300;
/// Longest notes, in characters.
pub const NOTES_CHARS_MAX: usize = 10_000;
/// Longest name of a channel, category or media root, in characters.
pub const NAME_CHARS_MAX: usize = 100;
/// Longest path below a media root, in bytes (Linux's PATH_MAX).
pub const PATH_BYTES_MAX: usize = 4_096;
/// Longest text that a probe may report of a file, in characters.
pub const PROBED_CHARS_MAX: usize = 200;
/// Longest duration and latest in point, in hours.
pub const DURATION_HOURS_MAX: u32 = 48;
/// Most items that a playlist may have.
pub const ITEMS_MAX: usize = 50_000;

/// Why a value is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// A text that must not be empty is.
    #[error("{0} must not be empty")]
    Empty(&'static str),
    /// A text is too long.
    #[error("{field} is too long: {len} characters, at most {max} are allowed")]
    TooLong {
        /// Which value.
        field: &'static str,
        /// Its length.
        len: usize,
        /// The limit.
        max: usize,
    },
    /// A text has control characters or line breaks where none may be.
    #[error("{0} must be one line without control characters")]
    ControlCharacters(&'static str),
    /// A count of frames is negative or too large.
    #[error("{field} must be between 0 and {max} frames ({DURATION_HOURS_MAX} hours), not {value}")]
    Frames {
        /// Which value.
        field: &'static str,
        /// What it is.
        value: i64,
        /// The limit at the channel's rate.
        max: i64,
    },
    /// A date is out of range.
    #[error("{0} cannot be scheduled; dates go from {YEAR_MIN}-01-01 to {YEAR_MAX}-12-31")]
    Date(Date),
    /// A path does not stay below its media root.
    #[error(
        "\"{0}\" is not a path below a media folder: give it relative to the folder, with forward slashes, without \"..\""
    )]
    Path(String),
    /// A fixed start has no time.
    #[error("an item with a fixed start needs a clock time, such as 20:15:00:00")]
    FixedStartMissing,
    /// A start time that would never be used.
    #[error("only an item with a fixed start has a clock time; set its start to fixed first")]
    FixedStartUnused,
    /// A live source cannot have a file.
    #[error("a live source has no file")]
    LiveWithFile,
    /// A probed value makes no sense.
    #[error("{field} of a media file must not be negative")]
    Negative {
        /// Which value.
        field: &'static str,
    },
    /// The channel's clock cannot be.
    #[error(transparent)]
    Day(#[from] DayError),
    /// A clock time cannot be.
    #[error(transparent)]
    Timecode(#[from] TimecodeError),
}

impl Invalid {
    /// The value that is wrong, by its name in the API.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Invalid::Empty(field)
            | Invalid::TooLong { field, .. }
            | Invalid::ControlCharacters(field)
            | Invalid::Frames { field, .. }
            | Invalid::Negative { field } => field,
            Invalid::Date(_) | Invalid::Day(DayError::DateOutOfRange(_)) => "date",
            Invalid::Path(_) | Invalid::LiveWithFile => "file",
            Invalid::FixedStartMissing | Invalid::FixedStartUnused => "fixed_start",
            Invalid::Day(DayError::UnknownZone(_)) => "time_zone",
            Invalid::Day(DayError::Timecode(TimecodeError::NoDropFrame(_)))
            | Invalid::Timecode(TimecodeError::NoDropFrame(_)) => "drop_frame",
            Invalid::Day(DayError::Timecode(_)) => "day_start",
            Invalid::Timecode(_) | Invalid::Day(DayError::NoSuchTime { .. }) => "fixed_start",
        }
    }
}

/// The longest duration at a rate, in frames.
#[must_use]
pub fn duration_max(rate: FrameRate) -> i64 {
    i64::from(DURATION_HOURS_MAX) * 3600 * i64::from(rate.nominal())
}

/// One line of text: not empty, without control characters, at most `max` characters.
///
/// # Errors
/// [`Invalid::Empty`], [`Invalid::TooLong`], [`Invalid::ControlCharacters`].
pub fn line(field: &'static str, text: &str, max: usize) -> Result<(), Invalid> {
    if text.trim().is_empty() {
        return Err(Invalid::Empty(field));
    }
    optional_line(field, text, max)
}

/// Like [`line()`], but it may be empty.
///
/// # Errors
/// [`Invalid::TooLong`], [`Invalid::ControlCharacters`].
pub fn optional_line(field: &'static str, text: &str, max: usize) -> Result<(), Invalid> {
    if text.chars().any(char::is_control) {
        return Err(Invalid::ControlCharacters(field));
    }
    length(field, text, max)
}

/// Free text of several lines.
///
/// # Errors
/// [`Invalid::TooLong`]; [`Invalid::ControlCharacters`] for a NUL, which texts in a database must not have.
pub fn notes(text: &str) -> Result<(), Invalid> {
    if text.contains('\0') {
        return Err(Invalid::ControlCharacters("notes"));
    }
    length("notes", text, NOTES_CHARS_MAX)
}

fn length(field: &'static str, text: &str, max: usize) -> Result<(), Invalid> {
    // Bytes bound characters from above, so that most texts need no count.
    if text.len() <= max {
        return Ok(());
    }
    match text.chars().count() {
        len if len > max => Err(Invalid::TooLong { field, len, max }),
        _ => Ok(()),
    }
}

/// A duration or an in point.
///
/// # Errors
/// [`Invalid::Frames`].
pub fn frames(field: &'static str, value: i64, rate: FrameRate) -> Result<(), Invalid> {
    let max = duration_max(rate);
    if (0..=max).contains(&value) {
        Ok(())
    } else {
        Err(Invalid::Frames { field, value, max })
    }
}

/// The date of a playlist.
///
/// # Errors
/// [`Invalid::Date`].
pub fn date(date: Date) -> Result<(), Invalid> {
    if (YEAR_MIN..=YEAR_MAX).contains(&date.year()) {
        Ok(())
    } else {
        Err(Invalid::Date(date))
    }
}

/// A file's place: a root's name, and a relative path that stays below it on every system.
///
/// # Errors
/// [`Invalid::Path`], or as [`line()`] for the root's name.
pub fn file(file: &MediaFile) -> Result<(), Invalid> {
    line("root", &file.root, NAME_CHARS_MAX)?;
    let path = &file.path;
    let stays_below = path.split('/').all(|part| !matches!(part, "" | "." | ".."));
    let plain = path.len() <= PATH_BYTES_MAX
        && !path.contains(['\\', '\0'])
        && !path.chars().any(char::is_control);
    if stays_below && plain {
        Ok(())
    } else {
        Err(Invalid::Path(path.chars().take(200).collect()))
    }
}

/// The settings of a channel.
///
/// # Errors
/// Whatever is wrong with them first.
pub fn channel(channel: &Channel) -> Result<(), Invalid> {
    line("name", &channel.name, NAME_CHARS_MAX)?;
    ChannelClock::new(channel)?;
    Ok(())
}

/// A channel in the form in which it is stored: the name without spaces around it, the day start written as the channel
/// counts.
///
/// # Errors
/// As [`channel`].
pub fn normalize_channel(mut channel: Channel) -> Result<Channel, Invalid> {
    channel.name = channel.name.trim().to_owned();
    self::channel(&channel)?;
    channel.day_start =
        Counting::new(channel.frame_rate, channel.drop_frame)?.check(channel.day_start)?;
    Ok(channel)
}

/// An item, at its channel's counting.
///
/// # Errors
/// Whatever is wrong with it first.
pub fn item(item: &Item, counting: Counting) -> Result<(), Invalid> {
    line("title", &item.title, TITLE_CHARS_MAX)?;
    notes(&item.notes)?;
    frames("duration", item.duration, counting.rate())?;
    frames("in_point", item.in_point, counting.rate())?;
    match (item.start_mode, item.fixed_start) {
        (StartMode::Fixed, None) => Err(Invalid::FixedStartMissing),
        (StartMode::Fixed, Some(at)) => counting.check(at).map(drop).map_err(Invalid::from),
        (StartMode::Follow | StartMode::Hold, Some(_)) => Err(Invalid::FixedStartUnused),
        (StartMode::Follow | StartMode::Hold, None) => Ok(()),
    }
}

/// An item in the form in which it is stored: the title without spaces around it, a clock time only where it is used and
/// written as the channel counts, no time for a note.
///
/// # Errors
/// As [`item`].
pub fn normalize_item(mut item: Item, counting: Counting) -> Result<Item, Invalid> {
    item.title = item.title.trim().to_owned();
    if item.kind == ItemKind::Note {
        (item.start_mode, item.duration, item.in_point, item.asset_id) =
            (StartMode::Follow, 0, 0, None);
    }
    if item.start_mode != StartMode::Fixed {
        item.fixed_start = None;
    }
    self::item(&item, counting)?;
    item.fixed_start = item.fixed_start.map(|at| counting.check(at)).transpose()?;
    Ok(item)
}

/// An asset in the form in which it is stored: title and category without spaces around them.
///
/// # Errors
/// As [`asset`].
pub fn normalize_asset(mut asset: Asset, rate: FrameRate) -> Result<Asset, Invalid> {
    asset.title = asset.title.trim().to_owned();
    asset.category = asset.category.trim().to_owned();
    self::asset(&asset, rate)?;
    Ok(asset)
}

/// An asset, at its channel's rate.
///
/// # Errors
/// Whatever is wrong with it first.
pub fn asset(asset: &Asset, rate: FrameRate) -> Result<(), Invalid> {
    line("title", &asset.title, TITLE_CHARS_MAX)?;
    optional_line("category", &asset.category, NAME_CHARS_MAX)?;
    notes(&asset.notes)?;
    frames("duration", asset.duration, rate)?;
    if let Some(place) = &asset.file {
        if asset.kind == AssetKind::Live {
            return Err(Invalid::LiveWithFile);
        }
        file(place)?;
    }
    let info = &asset.info;
    for (field, text) in [
        ("container", &info.container),
        ("video_codec", &info.video_codec),
        ("frame_rate", &info.frame_rate),
        ("audio_codec", &info.audio_codec),
        ("modified_at", &info.modified_at),
    ] {
        optional_line(field, text.as_deref().unwrap_or_default(), PROBED_CHARS_MAX)?;
    }
    for (field, value) in [
        ("duration_us", info.duration_us),
        ("size_bytes", info.size_bytes),
    ] {
        if value.is_some_and(i64::is_negative) {
            return Err(Invalid::Negative { field });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
