//! Playlists in the formats of other programs: what a file would bring, taking it, and writing one.
//!
//! A preview and the import itself make their items by the same function, from the same bytes: what was shown is what
//! happens, in one entry that can be undone.

mod export;
mod library;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::day::BroadcastDay;
use domain::ids::{ItemId, PlaylistId};
use domain::rank::Rank;
use domain::rundown::{Item, ItemKind, StartMode};
use domain::timing::{self, TimingInput};
use domain::validate;
use formats::table::{Column, Columns};
use formats::{Context, Format, Line, ReadError};
use jiff::civil::Date;
use serde_json::json;
use sqlx::sqlite::SqliteConnection;
use store::tables::{self, items};
use uuid::Uuid;

pub use export::export;

use self::library::Library;
use super::desk::{channel_and_clock, count};
use super::media_roots::MediaRootFolders;
use super::playlist::date;
use super::{Desk, playlist};
use crate::api::{
    ApiError, ErrorCode, ImportFormat, ImportItem, ImportPlace, ImportPlaylist, ImportPreview,
    ImportProblem, Imported, ImportedDay, MappedColumn, TableColumn, TableHeader,
};
use crate::library::Roots;

/// How many items one import makes: as many as one insertion.
const ITEMS_MAX: usize = 10_000;

/// `preview_import`.
///
/// # Errors
/// `invalid` for a file that is not of its format, a date or a column that is none; `not_found` for `after`; `too_large`.
pub async fn preview(
    desk: &Desk,
    roots: &MediaRootFolders,
    args: ImportPlaylist,
) -> Result<ImportPreview, ApiError> {
    let file = File::open(args)?;
    let roots = roots.all().await?;
    let mut reader = desk.read().await?;
    let day = Day::of(&mut reader, file.date).await?;
    let made = file.make(&mut reader, &roots, &day).await?;
    let (at, removes) = place(&file, &day.items)?;
    let mut inputs: Vec<TimingInput> = day.items.iter().map(TimingInput::from).collect();
    let gone = if removes { inputs.len() } else { 0 };
    inputs.splice(at..at + gone, made.items.iter().map(input));
    let timed = timing::time(&day.day, &inputs);
    let shown = made
        .items
        .iter()
        .zip(&made.lines)
        .zip(timed.items.into_iter().skip(at));
    let items: Vec<ImportItem> = shown
        .map(|((item, line), timing)| ImportItem {
            line: *line,
            kind: item.kind,
            title: item.title.clone(),
            asset_id: item.asset_id,
            start_mode: item.start_mode,
            fixed_start: item.fixed_start,
            in_point: item.in_point,
            duration: item.duration,
            starts_at: day.day.timecode_at(timing.start),
            marks: timing.marks,
        })
        .collect();
    let summary = timed.summary;
    Ok(ImportPreview {
        format: shown_format(file.format),
        file_date: made.date.map(|date| date.to_string()),
        channel: made.channel,
        table: file.header()?,
        matched: items.iter().filter(|item| item.asset_id.is_some()).count() as u64,
        items,
        problems: made.problems,
        more_problems: made.more_problems as u64,
        removes: gone as u64,
        day: ImportedDay {
            items: inputs.len() as u64,
            scheduled: summary.scheduled,
            gaps: summary.gaps,
            lost: summary.lost,
            overrun: summary.overrun,
            unfilled: summary.unfilled,
        },
    })
}

/// `import_playlist`.
///
/// # Errors
/// As [`preview`]; `invalid` where the file brings no item; `read_only`, `busy`, `no_space`. Nothing was changed then.
pub async fn import(
    desk: &Desk,
    roots: &MediaRootFolders,
    args: ImportPlaylist,
) -> Result<Imported, ApiError> {
    desk.check_editable()?;
    let file = File::open(args)?;
    let roots = roots.all().await?;
    let made = {
        let mut reader = desk.read().await?;
        let day = Day::of(&mut reader, file.date).await?;
        file.make(&mut reader, &roots, &day).await?
    };
    if made.items.is_empty() {
        let message = "No line of the file can be used; the day was left as it is.";
        return Err(
            ApiError::new(ErrorCode::Invalid, message).with(json!({ "problems": made.problems }))
        );
    }
    let what = count(made.items.len(), "item");
    let mut edit = desk
        .edit(format!("Import {what} from “{}”", file.name))
        .await?;
    let playlist_id = tables::playlists::ensure(edit.connection(), file.date)
        .await?
        .id;
    let present = items::of_playlist(edit.connection(), playlist_id).await?;
    let (at, removes) = place(&file, &present)?;
    let placed = |item: &Item| (item.id, playlist_id);
    let mut gone = Vec::new();
    if removes && !present.is_empty() {
        let ids: Vec<ItemId> = present.iter().map(|item| item.id).collect();
        items::delete(edit.connection(), &ids).await?;
        gone = present.iter().map(placed).collect();
    }
    // What readers see is still what was there before.
    let was = playlist::aired(desk, &gone).await?;
    let after = (!removes && at > 0).then(|| present[at - 1].id);
    let inserted = items::insert(edit.connection(), playlist_id, after, made.items).await?;
    let committed = desk.commit(edit).await?;
    let here: Vec<_> = inserted.iter().map(placed).collect();
    Ok(Imported {
        playlist_id,
        items: inserted.iter().map(|item| item.id).collect(),
        removed: gone.len() as u64,
        problems: (made.problems.len() + made.more_problems) as u64,
        // The edit is done: what cannot be read back does not undo it.
        aired: was.max(playlist::aired(desk, &here).await.unwrap_or_default()),
        committed,
    })
}

/// Where the items go: behind how many of the day's, and whether the day's go.
fn place(file: &File, present: &[Item]) -> Result<(usize, bool), ApiError> {
    match (file.place, file.after) {
        (ImportPlace::Replace, _) => Ok((0, true)),
        (ImportPlace::Append, _) => Ok((present.len(), false)),
        (ImportPlace::Insert, None) => Ok((0, false)),
        (ImportPlace::Insert, Some(after)) => present
            .iter()
            .position(|item| item.id == after)
            .map(|at| (at + 1, false))
            .ok_or_else(|| ApiError::not_found("item", after)),
    }
}

fn input(item: &items::NewItem) -> TimingInput {
    TimingInput {
        kind: item.kind,
        start_mode: item.start_mode,
        fixed_start: item.fixed_start,
        duration: item.duration,
    }
}

/// A day as it is.
struct Day {
    day: BroadcastDay,
    context: Context,
    items: Vec<Item>,
}

impl Day {
    async fn of(connection: &mut SqliteConnection, date: Date) -> Result<Self, ApiError> {
        let (channel, clock) = channel_and_clock(&mut *connection).await?;
        let counting = clock.counting();
        Ok(Self {
            day: clock.day(date)?,
            context: Context {
                counting,
                date,
                // A channel's day start is a label of its own clock.
                day_start: counting.count(channel.day_start).unwrap_or(0),
            },
            items: items::of_playlist(connection, PlaylistId::of_date(date)).await?,
        })
    }
}

/// A file and what is to be done with it.
struct File {
    name: String,
    bytes: Vec<u8>,
    format: Format,
    columns: Columns,
    date: Date,
    place: ImportPlace,
    after: Option<ItemId>,
}

/// The items that a file makes.
struct Made {
    items: Vec<items::NewItem>,
    /// The line of each.
    lines: Vec<u32>,
    date: Option<Date>,
    channel: Option<String>,
    problems: Vec<ImportProblem>,
    more_problems: usize,
}

impl File {
    fn open(args: ImportPlaylist) -> Result<Self, ApiError> {
        let name = args.name.trim().to_owned();
        validate::line("name", &name, validate::TITLE_CHARS_MAX)?;
        let date = date("date", &args.date)?;
        let bytes = STANDARD.decode(args.data.as_bytes()).map_err(|error| {
            ApiError::invalid("data", format!("The file's bytes are not base64: {error}."))
        })?;
        let format = match args.format {
            Some(format) => read_as(format),
            None => formats::guess(&name, &bytes).ok_or_else(|| {
                let message = format!(
                    "“{name}” is of no format that Tandem reads: ffplayout's JSON, CSV, M3U8 or BXF."
                );
                ApiError::invalid("format", message)
            })?,
        };
        let columns = args.columns.unwrap_or_default();
        let columns = columns
            .iter()
            .map(|mapped| (column(mapped.holds), mapped.column as usize));
        Ok(Self {
            format,
            columns: Columns(columns.collect()),
            name,
            bytes,
            date,
            place: args.place.unwrap_or_default(),
            after: args.after,
        })
    }

    fn header(&self) -> Result<Option<TableHeader>, ApiError> {
        if self.format != Format::Table {
            return Ok(None);
        }
        let header =
            formats::table::header(&formats::decode(&self.bytes)).map_err(|e| self.unusable(&e))?;
        let mapped = &self.columns.0;
        let found = header
            .found
            .iter()
            .filter(|(found, _)| mapped.iter().all(|(column, _)| column != found));
        let columns = mapped.iter().chain(found).map(|(holds, at)| MappedColumn {
            holds: shown_column(*holds),
            column: u32::try_from(*at).unwrap_or(u32::MAX),
        });
        Ok(Some(TableHeader {
            columns: columns.collect(),
            names: header.names,
        }))
    }

    fn unusable(&self, error: &ReadError) -> ApiError {
        let line = match error {
            ReadError::Broken { line, .. } => Some(*line),
            _ => None,
        };
        // A table without a known column can be mapped by hand: its header is told.
        let header = (self.format == Format::Table)
            .then(|| formats::table::header(&formats::decode(&self.bytes)).ok())
            .flatten()
            .map(|header| header.names);
        let code = match error {
            ReadError::TooLong { .. } => ErrorCode::TooLarge,
            _ => ErrorCode::Invalid,
        };
        ApiError::new(
            code,
            format!(
                "“{}” cannot be read: {}",
                self.name,
                super::errors::sentence(&error.to_string())
            ),
        )
        .with(json!({ "field": "data", "line": line, "columns": header }))
    }

    async fn make(
        &self,
        connection: &mut SqliteConnection,
        roots: &Roots,
        day: &Day,
    ) -> Result<Made, ApiError> {
        let read = formats::read(self.format, &self.bytes, &self.columns, &day.context)
            .map_err(|error| self.unusable(&error))?;
        let mut made = Made {
            items: Vec::with_capacity(read.lines.len()),
            lines: Vec::with_capacity(read.lines.len()),
            date: read.date,
            channel: read.channel,
            problems: read
                .problems
                .into_iter()
                .map(|problem| ImportProblem {
                    line: problem.line,
                    left_out: problem.left_out,
                    message: problem.message,
                })
                .collect(),
            more_problems: read.more_problems,
        };
        if let Some(of_file) = made.date.filter(|of_file| *of_file != self.date) {
            made.tell(
                None,
                false,
                format!("The file is for {of_file}; its items go to {}.", self.date),
            );
        }
        if read.lines.len() > ITEMS_MAX {
            let message = format!(
                "“{}” has {} items; at most {ITEMS_MAX} are imported at once. Split it.",
                self.name,
                read.lines.len()
            );
            return Err(ApiError::new(ErrorCode::TooLarge, message));
        }
        let mut library = Library::new(roots);
        for line in read.lines {
            made.take(connection, &mut library, day, line).await?;
        }
        made.problems.sort_by_key(|problem| problem.line);
        Ok(made)
    }
}

impl Made {
    fn tell(&mut self, line: Option<u32>, left_out: bool, message: impl Into<String>) {
        if self.problems.len() >= formats::PROBLEMS_MAX {
            self.more_problems += 1;
            return;
        }
        self.problems.push(ImportProblem {
            line,
            left_out,
            message: message.into(),
        });
    }

    async fn take(
        &mut self,
        connection: &mut SqliteConnection,
        library: &mut Library<'_>,
        day: &Day,
        line: Line,
    ) -> Result<(), ApiError> {
        let at = line.line;
        let asset = match line.kind {
            ItemKind::Note => None,
            _ => library.find(connection, &line).await?,
        };
        let title = fitting(&library::title(&line, asset.as_ref()));
        if asset.is_none() && line.kind != ItemKind::Note && line.file.is_some() {
            let file = line.file.as_deref().unwrap_or_default();
            self.tell(
                Some(at),
                false,
                format!("“{file}” is not in the library; the item stands alone."),
            );
        }
        let duration = line.duration.or_else(|| {
            let own = asset.as_ref()?.duration - line.in_point;
            (own > 0).then_some(own)
        });
        if duration.is_none() && line.kind != ItemKind::Note {
            self.tell(
                Some(at),
                false,
                "Neither the file nor the library says how long it is; its duration is 0.",
            );
        }
        let item = items::NewItem {
            id: ItemId(Uuid::now_v7()),
            kind: match (line.kind, &asset) {
                (ItemKind::Clip, Some(asset)) => super::playlist::kind_for(asset.kind),
                (kind, _) => kind,
            },
            title,
            asset_id: asset.map(|asset| asset.id),
            start_mode: line.start_mode,
            fixed_start: line
                .fixed_start
                .filter(|_| line.start_mode == StartMode::Fixed),
            in_point: line.in_point,
            duration: duration.unwrap_or(0),
            notes: line.notes.chars().take(validate::NOTES_CHARS_MAX).collect(),
        };
        // What the store would refuse is left out here, by its line, so that the rest comes in.
        match validate::normalize_item(as_stored(&item), day.context.counting) {
            Ok(_) => {
                self.items.push(item);
                self.lines.push(at);
            }
            Err(invalid) => self.tell(Some(at), true, format!("Left out: {invalid}.")),
        }
        Ok(())
    }
}

/// A title as an item can have it: one line, not too long.
fn fitting(title: &str) -> String {
    let plain = title
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(validate::TITLE_CHARS_MAX);
    plain.collect::<String>().trim().to_owned()
}

fn as_stored(item: &items::NewItem) -> Item {
    let item = item.clone();
    Item {
        id: item.id,
        playlist_id: PlaylistId(Uuid::nil()),
        rank: Rank::middle(),
        kind: item.kind,
        title: item.title,
        asset_id: item.asset_id,
        start_mode: item.start_mode,
        fixed_start: item.fixed_start,
        in_point: item.in_point,
        duration: item.duration,
        notes: item.notes,
    }
}

fn read_as(format: ImportFormat) -> Format {
    match format {
        ImportFormat::Ffplayout => Format::Ffplayout,
        ImportFormat::Csv => Format::Table,
        ImportFormat::M3u8 => Format::M3u,
        ImportFormat::Bxf => Format::Bxf,
    }
}

fn shown_format(format: Format) -> ImportFormat {
    match format {
        Format::Ffplayout => ImportFormat::Ffplayout,
        Format::Table => ImportFormat::Csv,
        Format::M3u => ImportFormat::M3u8,
        Format::Bxf => ImportFormat::Bxf,
    }
}

macro_rules! columns {
    ($($name:ident),*) => {
        fn column(column: TableColumn) -> Column {
            match column { $(TableColumn::$name => Column::$name),* }
        }

        fn shown_column(column: Column) -> TableColumn {
            match column { $(Column::$name => TableColumn::$name),* }
        }
    };
}

columns!(
    Title, File, Duration, Start, StartMode, InPoint, Kind, Category, Notes, Asset
);
