//! Playlists in the formats of other programs: what a file would bring, taking it, and writing one.

use domain::ids::{AssetId, ItemId, PlaylistId};
use domain::rundown::{ItemKind, Mark, StartMode};
use domain::timecode::Timecode;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Aired, Committed};

/// A format that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ImportFormat {
    /// ffplayout's playlist of one day (JSON).
    Ffplayout,
    /// A table with a header line: comma, semicolon or tab.
    Csv,
    /// A media player's list (M3U, M3U8).
    M3u8,
    /// A schedule of a traffic system or automation (SMPTE ST 2021).
    Bxf,
}

/// A format that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ExportFormat {
    /// ffplayout's playlist of one day (JSON).
    Ffplayout,
    /// A table: comma-separated, UTF-8 with a byte order mark.
    Csv,
    /// A media player's list.
    M3u8,
    /// The schedule as it is edited (SMPTE ST 2021).
    Bxf,
    /// Every event that plays, at the time and for the length that it will (SMPTE ST 2021).
    BxfAsPlanned,
    /// A programme guide.
    Xmltv,
}

/// What a column of a table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum TableColumn {
    /// What the item is called.
    Title,
    /// The media file or address.
    File,
    /// How long it plays.
    Duration,
    /// When it starts.
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

/// Which column holds what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct MappedColumn {
    /// What it holds.
    pub holds: TableColumn,
    /// Its number, from 0.
    pub column: u32,
}

/// Where imported items go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ImportPlace {
    /// In the place of the day's items.
    Replace,
    /// Behind the day's last item.
    #[default]
    Append,
    /// Behind the item `after`, or at the day's start where that is null.
    Insert,
}

/// `preview_import` and `import_playlist`: a file and where its items go.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct ImportPlaylist {
    /// The file's name: its extension tells the format, and the history names it.
    pub name: String,
    /// The file's bytes in base64 (RFC 4648, section 4), at most 8 MiB of them.
    pub data: String,
    /// The format, where its name and content do not tell.
    #[serde(default)]
    pub format: Option<ImportFormat>,
    /// Columns of a table that are not found by their names.
    #[serde(default)]
    pub columns: Option<Vec<MappedColumn>>,
    /// The broadcast day.
    pub date: String,
    /// Where the items go; behind the day's last one where not given.
    #[serde(default)]
    pub place: Option<ImportPlace>,
    /// For `insert`: the item to insert after.
    #[serde(default)]
    pub after: Option<ItemId>,
}

/// What a file would bring. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImportPreview {
    /// The format that it was read as.
    pub format: ImportFormat,
    /// The day that the file says it is for; null where it says none.
    pub file_date: Option<String>,
    /// What the file calls its channel; null where it does not.
    pub channel: Option<String>,
    /// The columns of a table; null for another format.
    pub table: Option<TableHeader>,
    /// The items that would be made, in order, with the time that they would have.
    pub items: Vec<ImportItem>,
    /// What is not as it should be, by line.
    pub problems: Vec<ImportProblem>,
    /// Problems beyond those that are listed.
    pub more_problems: u64,
    /// How many of the items were found in the library.
    pub matched: u64,
    /// How many items of the day would go.
    pub removes: u64,
    /// The day as it would be.
    pub day: ImportedDay,
}

/// The header of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TableHeader {
    /// The names of the columns, in order.
    pub names: Vec<String>,
    /// What each was taken for.
    pub columns: Vec<MappedColumn>,
}

/// An item that an import would make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImportItem {
    /// Its line in the file, from 1.
    pub line: u32,
    /// Clip, live source or note.
    pub kind: ItemKind,
    /// What it would be called.
    pub title: String,
    /// The asset that it would refer to; null where none was found.
    pub asset_id: Option<AssetId>,
    /// How it would start.
    pub start_mode: StartMode,
    /// The clock time of a fixed start.
    pub fixed_start: Option<Timecode>,
    /// First frame that is played.
    pub in_point: i64,
    /// In frames.
    pub duration: i64,
    /// Clock time of its first frame.
    pub starts_at: Timecode,
    /// What would be marked.
    pub marks: Vec<Mark>,
}

/// Something about one line of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImportProblem {
    /// The line, from 1; null where it is about the whole file.
    pub line: Option<u32>,
    /// Whether something is left out for it; else it was mended, as the message says.
    pub left_out: bool,
    /// What it is, for people.
    pub message: String,
}

/// A day as an import would leave it, in frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImportedDay {
    /// How many items.
    pub items: u64,
    /// Sum of their durations.
    pub scheduled: i64,
    /// Sum of the gaps.
    pub gaps: i64,
    /// What fixed starts would cut off.
    pub lost: i64,
    /// Frames past the day's end; 0 where it fits.
    pub overrun: i64,
    /// Frames to the day's end; 0 where it runs past it.
    pub unfilled: i64,
}

/// What `import_playlist` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Imported {
    /// The playlist.
    pub playlist_id: PlaylistId,
    /// The items that were made, in order.
    pub items: Vec<ItemId>,
    /// How many items of the day went.
    pub removed: u64,
    /// How many lines were left out or mended.
    pub problems: u64,
    /// Whether it concerned what is on the air or has been; null where it did not. It is done all the same.
    pub aired: Option<Aired>,
    /// Where in the history.
    #[serde(flatten)]
    pub committed: Committed,
}

/// `export_playlist`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct ExportPlaylist {
    /// The broadcast day.
    pub date: String,
    /// The format.
    pub format: ExportFormat,
    /// The absolute path of a file to write on the station's machine; where not given, the text is answered.
    #[serde(default)]
    pub path: Option<String>,
    /// For a programme guide: what plays for less than so many seconds is no programme. 120 where not given.
    #[serde(default)]
    pub programme_min_s: Option<u32>,
}

/// What `export_playlist` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Exported {
    /// A name for the file: `"Harbor TV 2026-11-22.json"`.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// How many items it has.
    pub items: u64,
    /// The text; null where it was written to a file.
    pub text: Option<String>,
    /// The file; null where the text is answered.
    pub path: Option<String>,
}
