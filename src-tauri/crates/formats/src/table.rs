//! CSV (RFC 4180) with a header line: comma, semicolon or tab, quoted or not. Columns are found by their names, in
//! English and German, or as the caller maps them.

use domain::rundown::{ItemKind, StartMode};
use serde::{Deserialize, Serialize};

use crate::line::Line;
use crate::plan::Day;
use crate::text::Lines;
use crate::{Context, Read, ReadError, seconds};

/// What a column can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// What the item is called.
    Title,
    /// The media file or address.
    File,
    /// How long it plays.
    Duration,
    /// When it starts; says nothing of how, unless `start_mode` says fixed.
    Start,
    /// `follow`, `fixed` or `hold`.
    StartMode,
    /// First frame that is played.
    InPoint,
    /// `clip`, `live` or `note`.
    Kind,
    /// Grouping.
    Category,
    /// Free text.
    Notes,
    /// Tandem's id of the asset.
    Asset,
}

/// Every column with the names that it goes by, lower case, without spaces, hyphens and underscores.
const NAMES: &[(Column, &[&str])] = &[
    (
        Column::Title,
        &[
            "title",
            "name",
            "titel",
            "programme",
            "program",
            "event",
            "sendung",
            "clip",
        ],
    ),
    (
        Column::File,
        &[
            "file", "path", "source", "filename", "datei", "pfad", "media", "url", "location",
        ],
    ),
    (
        Column::Duration,
        &[
            "duration", "dur", "length", "dauer", "länge", "laufzeit", "runtime",
        ],
    ),
    (
        Column::Start,
        &[
            "start",
            "starttime",
            "time",
            "onairtime",
            "begin",
            "beginn",
            "startzeit",
            "uhrzeit",
            "zeit",
        ],
    ),
    (
        Column::StartMode,
        &["startmode", "starttype", "mode", "startmodus", "startart"],
    ),
    (Column::InPoint, &["inpoint", "in", "markin", "som", "tcin"]),
    (Column::Kind, &["kind", "type", "art", "typ"]),
    (
        Column::Category,
        &[
            "category",
            "group",
            "genre",
            "kategorie",
            "gruppe",
            "contenttype",
        ],
    ),
    (
        Column::Notes,
        &[
            "notes",
            "note",
            "comment",
            "comments",
            "remark",
            "notizen",
            "bemerkung",
            "kommentar",
        ],
    ),
    (Column::Asset, &["assetid", "tandemasset"]),
];

/// Which column of a file holds what, by its number from 0; a column that is not named is found by its header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns(pub Vec<(Column, usize)>);

/// A file's header, for a person who maps its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// What separates the fields.
    pub delimiter: char,
    /// The names of the columns, in order.
    pub names: Vec<String>,
    /// What was found by name.
    pub found: Vec<(Column, usize)>,
}

/// Reads the first line of a file.
///
/// # Errors
/// [`ReadError::NoPlaylist`] for an empty file.
pub fn header(text: &str) -> Result<Header, ReadError> {
    let first = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .ok_or_else(|| {
            ReadError::NoPlaylist(
                "The file is empty: it should begin with a line that names its columns.".into(),
            )
        })?;
    let delimiter = delimiter(first);
    let mut reader = reader(first, delimiter);
    let mut record = csv::StringRecord::new();
    // One line in memory: it can be read, if perhaps as one field.
    let _ = reader.read_record(&mut record);
    let names: Vec<String> = record.iter().map(|name| name.trim().to_owned()).collect();
    let found = NAMES.iter().filter_map(|(column, known)| {
        let at = names
            .iter()
            .position(|name| known.contains(&plain(name).as_str()))?;
        Some((*column, at))
    });
    Ok(Header {
        delimiter: char::from(delimiter),
        found: found.collect(),
        names,
    })
}

/// The separator that the header line has most of, outside of quotes.
fn delimiter(first: &str) -> u8 {
    let count = |wanted: char| {
        let mut quoted = false;
        first
            .chars()
            .filter(|c| {
                quoted ^= *c == '"';
                *c == wanted && !quoted
            })
            .count()
    };
    [(b'\t', '\t'), (b';', ';'), (b',', ',')]
        .into_iter()
        .max_by_key(|(_, separator)| count(*separator))
        .map_or(b',', |(byte, _)| byte)
}

fn plain(name: &str) -> String {
    name.to_lowercase()
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '_' | '.'))
        .collect()
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes())
}

/// Reads a table. It names no day.
///
/// # Errors
/// [`ReadError::NoPlaylist`] where no column holds a title or a file.
pub fn read(text: &str, columns: &Columns, context: &Context) -> Result<Read, ReadError> {
    let header = header(text)?;
    let place = |wanted: Column| {
        let of = |pairs: &[(Column, usize)]| {
            pairs
                .iter()
                .find(|(column, _)| *column == wanted)
                .map(|(_, at)| *at)
        };
        of(&columns.0).or_else(|| of(&header.found))
    };
    if place(Column::Title).is_none() && place(Column::File).is_none() {
        return Err(ReadError::NoPlaylist(format!(
            "No column is called Title or File; the columns are: {}. Say which column holds the title.",
            header.names.join(", ")
        )));
    }
    let mut read = Read::default();
    let mut reader = reader(text, header.delimiter as u8);
    let mut record = csv::StringRecord::new();
    let lines = Lines::of(text);
    let line_of = |position: Option<&csv::Position>| {
        let byte = position.map_or(0, csv::Position::byte);
        lines.at(usize::try_from(byte).unwrap_or(usize::MAX))
    };
    let mut is_header = true;
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(read),
            Ok(true) if std::mem::take(&mut is_header) => {}
            Ok(true) => {
                let row = Row {
                    at: line_of(record.position()),
                    field: |column| {
                        place(column)
                            .and_then(|at| record.get(at))
                            .unwrap_or_default()
                    },
                };
                row.take(&mut read, context);
            }
            Err(error) => {
                return Err(ReadError::Broken {
                    line: line_of(error.position()),
                    expected: "CSV",
                    what: error.to_string(),
                });
            }
        }
    }
}

struct Row<F> {
    at: u32,
    field: F,
}

impl<'r, F: Fn(Column) -> &'r str> Row<F> {
    fn get(&self, column: Column) -> &'r str {
        let text = (self.field)(column);
        // Notes may begin with white space for a reason.
        if column == Column::Notes {
            text
        } else {
            text.trim()
        }
    }

    fn take(&self, read: &mut Read, context: &Context) {
        let file = Some(self.get(Column::File)).filter(|file| !file.is_empty());
        if self.get(Column::Title).is_empty() && file.is_none() {
            let blank = NAMES.iter().all(|(column, _)| self.get(*column).is_empty());
            if !blank {
                read.problem(
                    self.at,
                    true,
                    "Left out: it has neither a title nor a file.",
                );
            }
            return;
        }
        let kind = self.kind(read, file);
        let duration = match self.frames(read, Column::Duration, "duration", context) {
            Ok(duration) => duration,
            Err(()) => return,
        };
        let Ok(in_point) = self.frames(read, Column::InPoint, "in point", context) else {
            return;
        };
        let mut line = Line {
            kind,
            title: self.get(Column::Title).to_owned(),
            file: file.map(str::to_owned),
            asset: self
                .get(Column::Asset)
                .parse::<uuid::Uuid>()
                .ok()
                .map(domain::ids::AssetId),
            in_point: in_point.unwrap_or(0),
            duration: if kind == ItemKind::Note {
                Some(0)
            } else {
                duration
            },
            category: self.get(Column::Category).to_owned(),
            notes: self.get(Column::Notes).to_owned(),
            ..Line::clip(self.at)
        };
        self.start(read, &mut line, context);
        read.push(line);
    }

    fn kind(&self, read: &mut Read, file: Option<&str>) -> ItemKind {
        let by_file = match file {
            Some(file) if crate::ffplayout::is_address(file) => ItemKind::Live,
            _ => ItemKind::Clip,
        };
        match plain(self.get(Column::Kind)).as_str() {
            "" => by_file,
            "clip" | "file" | "video" | "audio" | "beitrag" => ItemKind::Clip,
            "live" | "stream" => ItemKind::Live,
            "note" | "comment" | "notiz" => ItemKind::Note,
            other => {
                read.problem(
                    self.at,
                    false,
                    format!(
                        "\"{other}\" is no kind of item (clip, live, note); it is taken as a clip."
                    ),
                );
                by_file
            }
        }
    }

    /// A count of frames; `Err` where the line is left out for it.
    fn frames(
        &self,
        read: &mut Read,
        column: Column,
        name: &str,
        context: &Context,
    ) -> Result<Option<i64>, ()> {
        let text = self.get(column);
        if text.is_empty() {
            return Ok(None);
        }
        match seconds::duration(text, context.counting) {
            Some(frames) => Ok(Some(frames)),
            None => {
                let message = format!(
                    "Left out: its {name} \"{text}\" is none; write HH:MM:SS:FF, HH:MM:SS or seconds."
                );
                read.problem(self.at, true, message);
                Err(())
            }
        }
    }

    fn start(&self, read: &mut Read, line: &mut Line, context: &Context) {
        let (mode, at) = (plain(self.get(Column::StartMode)), self.get(Column::Start));
        match mode.as_str() {
            // A time without a mode is where the item came to lie, not where it must.
            "" | "follow" | "auto" | "sequential" | "folgt" => {}
            "hold" | "manual" | "manuell" | "halt" => line.start_mode = StartMode::Hold,
            "fixed" | "fix" | "absolute" | "hard" | "fest" => match seconds::clock(at, context.counting) {
                Some(clock) => (line.start_mode, line.fixed_start) = (StartMode::Fixed, Some(clock)),
                None => read.problem(
                    self.at,
                    false,
                    format!("Its fixed start \"{at}\" is no time of a clock; it follows the item before it."),
                ),
            },
            other => read.problem(
                self.at,
                false,
                format!("\"{other}\" is no way to start (follow, fixed, hold); it follows the item before it."),
            ),
        }
    }
}

/// Writes a day: comma-separated, UTF-8 with a byte order mark, so that spreadsheets show letters as they are.
#[must_use]
pub fn write(day: &Day) -> String {
    let counting = day.day.counting();
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let header = [
        "Start",
        "Title",
        "Duration",
        "Kind",
        "Start mode",
        "In point",
        "File",
        "Category",
        "Notes",
        "Asset id",
    ];
    // Into memory: nothing can fail.
    let _ = writer.write_record(header);
    for item in &day.items {
        let start = item
            .fixed_start
            .unwrap_or_else(|| day.day.timecode_at(item.start_offset));
        let _ = writer.write_record([
            start.to_string(),
            item.title.clone(),
            counting.duration_text(item.duration),
            word(item.kind).to_owned(),
            mode(item.start_mode).to_owned(),
            counting.duration_text(item.in_point),
            item.file.clone().unwrap_or_default(),
            item.category.clone(),
            item.notes.clone(),
            item.asset
                .map(|id| id.0.hyphenated().to_string())
                .unwrap_or_default(),
        ]);
    }
    let bytes = writer.into_inner().unwrap_or_default();
    format!("\u{FEFF}{}", String::from_utf8_lossy(&bytes))
}

fn word(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Clip => "clip",
        ItemKind::Live => "live",
        ItemKind::Note => "note",
    }
}

fn mode(mode: StartMode) -> &'static str {
    match mode {
        StartMode::Follow => "follow",
        StartMode::Fixed => "fixed",
        StartMode::Hold => "hold",
    }
}
