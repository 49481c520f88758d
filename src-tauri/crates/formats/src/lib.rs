//! Playlists in the formats of other programs: bytes in, lines out, and back. Pure: no IO, no clock, no async.
//!
//! | format | read | written | known from |
//! |---|---|---|---|
//! | [`ffplayout`] | yes | yes | ffplayout's playlist of one day (JSON) |
//! | [`table`] | yes | yes | spreadsheets and traffic systems (CSV: comma, semicolon, tab) |
//! | [`m3u`] | yes | yes | media players (M3U8) |
//! | [`bxf`] | yes | yes | traffic and automation (SMPTE ST 2021, Broadcast Exchange Format) |
//! | [`xmltv`] | no | yes | programme guides |
//!
//! A reader tells two kinds of trouble apart. [`ReadError`]: the file as a whole cannot be used, and nothing of it is.
//! [`Problem`]: one line of it is left out or was mended; it names the line, so that a person finds it.
//!
//! Where a format has no place for what Tandem knows of an item (a hold, the asset's id, a note between two clips), the
//! writers put it where that format's own readers pass over it, and the readers take it back: what is written and read
//! again is the same day.

pub mod bxf;
pub mod ffplayout;
mod line;
pub mod m3u;
mod plan;
mod seconds;
pub mod table;
mod text;
pub mod xmltv;

use domain::timecode::Counting;
use jiff::civil::Date;

pub use line::{Extra, Line, NoteLine};
pub use plan::{Day, Planned};
pub use text::{decode, file_stem};

/// Most bytes that a file may have.
pub const FILE_BYTES_MAX: usize = 8 << 20;
/// Most lines that are read of a file.
pub const LINES_MAX: usize = 20_000;
/// Most problems that are told of a file; the rest are counted.
pub const PROBLEMS_MAX: usize = 1_000;

/// What a file is read for.
#[derive(Debug, Clone, Copy)]
pub struct Context {
    /// How the channel counts: times become frames of its rate.
    pub counting: Counting,
    /// The broadcast day to take; a file that has several says so where a line is of another.
    pub date: Date,
    /// When the broadcast day starts, in frames of a clock from 00:00.
    pub day_start: i64,
}

/// What was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Read {
    /// The day that the file says it is for.
    pub date: Option<Date>,
    /// What the file calls its channel.
    pub channel: Option<String>,
    /// The lines that can be used, in order.
    pub lines: Vec<Line>,
    /// What is not as it should be.
    pub problems: Vec<Problem>,
    /// Problems beyond [`PROBLEMS_MAX`].
    pub more_problems: usize,
}

/// Something about one line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line of the file, from 1; `None` where it is about the whole.
    pub line: Option<u32>,
    /// Whether the line is left out; else it was mended, as the message says.
    pub left_out: bool,
    /// What it is, in words.
    pub message: String,
}

/// Why nothing of a file can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is too long.
    #[error("the file has {len} bytes, and at most {FILE_BYTES_MAX} are read")]
    TooLong {
        /// Its length.
        len: usize,
    },
    /// It is not what its format says.
    #[error("line {line} is not {expected}: {what}")]
    Broken {
        /// The line, from 1.
        line: u32,
        /// What should be there.
        expected: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// It is of that format but holds no playlist.
    #[error("{0}")]
    NoPlaylist(String),
}

impl Read {
    /// Notes a problem, up to the limit.
    pub(crate) fn problem(&mut self, line: u32, left_out: bool, message: impl Into<String>) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(Problem {
                line: Some(line),
                left_out,
                message: message.into(),
            });
        } else {
            self.more_problems += 1;
        }
    }

    /// Takes a line, unless there are too many.
    pub(crate) fn push(&mut self, line: Line) {
        if self.lines.len() < LINES_MAX {
            self.lines.push(line);
        } else {
            self.problem(
                line.line,
                true,
                format!("Left out: at most {LINES_MAX} lines are read of a file."),
            );
        }
    }
}

/// The format of a file, by its name and what it begins with; `None` where that cannot be told.
#[must_use]
pub fn guess(name: &str, bytes: &[u8]) -> Option<Format> {
    let extension = name
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase());
    match extension.as_deref() {
        Some("json") => return Some(Format::Ffplayout),
        Some("csv" | "tsv" | "txt") => return Some(Format::Table),
        Some("m3u" | "m3u8") => return Some(Format::M3u),
        Some("bxf") => return Some(Format::Bxf),
        _ => {}
    }
    let start = text::decode(&bytes[..bytes.len().min(4_096)]);
    let start = start.trim_start();
    if start.starts_with('{') {
        Some(Format::Ffplayout)
    } else if start.starts_with("#EXTM3U") {
        Some(Format::M3u)
    } else if start.contains("<BxfMessage") || start.contains(":BxfMessage") {
        Some(Format::Bxf)
    } else {
        None
    }
}

/// A format that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// ffplayout's JSON.
    Ffplayout,
    /// CSV.
    Table,
    /// M3U8.
    M3u,
    /// BXF.
    Bxf,
}

/// Reads a file.
///
/// # Errors
/// [`ReadError`]: nothing of it can be used.
pub fn read(
    format: Format,
    bytes: &[u8],
    columns: &table::Columns,
    context: &Context,
) -> Result<Read, ReadError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(ReadError::TooLong { len: bytes.len() });
    }
    let text = text::decode(bytes);
    match format {
        Format::Ffplayout => ffplayout::read(&text, context),
        Format::Table => table::read(&text, columns, context),
        Format::M3u => m3u::read(&text, context),
        Format::Bxf => bxf::read(&text, context),
    }
}

#[cfg(test)]
mod tests;
