//! ffplayout's playlist of one day: a JSON object with `date` and a list `program` of entries with `in`, `out` and
//! `duration` in seconds and a `source` (<https://github.com/ffplayout/ffplayout>, docs/playlist_gen.md and its example
//! playlists). `out - in` is what plays, `duration` is the file's own.
//!
//! Tandem's own knowledge of an item stands in an object `tandem` of the entry, which ffplayout passes over.

use domain::rundown::{ItemKind, StartMode};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::line::{Extra, Line, NoteLine};
use crate::plan::{Day, Planned};
use crate::text::Lines;
use crate::{Context, Read, ReadError, seconds};

#[derive(Deserialize)]
struct Playlist<'a> {
    #[serde(default)]
    channel: Option<String>,
    #[serde(default)]
    date: Option<String>,
    #[serde(borrow)]
    program: Option<Vec<&'a RawValue>>,
    #[serde(default)]
    tandem: Trailer,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(rename = "in", borrow, default)]
    from: Option<&'a RawValue>,
    #[serde(borrow, default)]
    out: Option<&'a RawValue>,
    #[serde(borrow, default)]
    duration: Option<&'a RawValue>,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    category: Option<String>,
    #[serde(default)]
    tandem: Extra,
}

/// Notes behind the last entry.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
struct Trailer {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes_after: Vec<NoteLine>,
}

/// Reads a playlist.
///
/// # Errors
/// [`ReadError`] where it is no JSON, or has no `program`.
pub fn read(text: &str, context: &Context) -> Result<Read, ReadError> {
    let playlist: Playlist<'_> = serde_json::from_str(text).map_err(|error| ReadError::Broken {
        line: u32::try_from(error.line()).unwrap_or(u32::MAX).max(1),
        expected: "JSON as ffplayout writes it",
        what: error.to_string(),
    })?;
    let program = playlist.program.ok_or_else(|| {
        ReadError::NoPlaylist(
            "The JSON has no list \"program\", which ffplayout's playlists have.".into(),
        )
    })?;
    let mut read = Read {
        channel: playlist.channel.filter(|name| !name.is_empty()),
        ..Read::default()
    };
    if let Some(date) = playlist.date {
        match date.parse() {
            Ok(date) => read.date = Some(date),
            Err(_) => read.problem(
                1,
                false,
                format!("\"{date}\" is not a date such as 2026-11-22; it is passed over."),
            ),
        }
    }
    let lines = Lines::of(text);
    for raw in program {
        entry(
            &mut read,
            lines.at(raw.get().as_ptr() as usize - text.as_ptr() as usize),
            raw,
            context,
        );
    }
    let end = lines.count();
    for note in playlist.tandem.notes_after {
        read.push(Line::note(end, note));
    }
    Ok(read)
}

fn entry(read: &mut Read, at: u32, raw: &RawValue, context: &Context) {
    let entry: Entry<'_> = match serde_json::from_str(raw.get()) {
        Ok(entry) => entry,
        Err(error) => {
            read.problem(
                at,
                true,
                format!("Left out: the entry cannot be read: {error}."),
            );
            return;
        }
    };
    let rate = context.counting.rate();
    let mut frames = |name: &str, value: Option<&RawValue>| {
        let text = value?.get();
        let found = seconds::micros(text).map(|micros| rate.frames_from_micros(micros));
        if found.is_none() && text != "null" {
            read.problem(
                at,
                false,
                format!("\"{name}\" is {text}, which is no number of seconds; it is passed over."),
            );
        }
        found
    };
    let (from, out, own) = (
        frames("in", entry.from),
        frames("out", entry.out),
        frames("duration", entry.duration),
    );
    let in_point = from.unwrap_or(0);
    let until = out.or(own);
    if until.is_some_and(|until| until < in_point) {
        read.problem(
            at,
            true,
            "Left out: it ends (\"out\") before it begins (\"in\").",
        );
        return;
    }
    for note in entry.tandem.notes_before.clone() {
        read.push(Line::note(at, note));
    }
    let source = entry.source.filter(|source| !source.trim().is_empty());
    if source.is_none() && entry.title.as_deref().unwrap_or_default().is_empty() {
        read.problem(
            at,
            true,
            "Left out: it has neither a \"source\" nor a \"title\".",
        );
        return;
    }
    let mut line = Line {
        kind: match &source {
            Some(source) if is_address(source) => ItemKind::Live,
            _ => ItemKind::Clip,
        },
        title: entry.title.unwrap_or_default(),
        file: source,
        in_point,
        duration: until.map(|until| until - in_point),
        category: entry.category.unwrap_or_default(),
        ..Line::clip(at)
    };
    entry.tandem.apply(&mut line);
    read.push(line);
}

/// Whether a source is an address to play from rather than a file.
pub(crate) fn is_address(source: &str) -> bool {
    source.split_once("://").is_some_and(|(scheme, _)| {
        scheme != "file" && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

#[derive(Serialize)]
struct Written<'a> {
    channel: &'a str,
    date: String,
    program: Vec<WrittenEntry<'a>>,
    #[serde(skip_serializing_if = "is_empty")]
    tandem: Trailer,
}

fn is_empty(trailer: &Trailer) -> bool {
    trailer.notes_after.is_empty()
}

#[derive(Serialize)]
struct WrittenEntry<'a> {
    #[serde(rename = "in")]
    from: Box<RawValue>,
    out: Box<RawValue>,
    duration: Box<RawValue>,
    source: &'a str,
    title: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    category: &'a str,
    #[serde(skip_serializing_if = "is_default")]
    tandem: Extra,
}

fn is_default(extra: &Extra) -> bool {
    *extra == Extra::default()
}

/// Writes a day. Items play for as long as they are scheduled; what a fixed start cuts off ffplayout finds out by itself.
#[must_use]
pub fn write(day: &Day) -> String {
    let rate = day.day.counting().rate();
    // A number in decimal digits is JSON.
    let number = |frames: i64| {
        RawValue::from_string(seconds::of_frames(frames, rate))
            .unwrap_or_else(|_| RawValue::NULL.to_owned())
    };
    let (entries, notes_after) = day.with_notes();
    let program = entries.into_iter().map(|(notes_before, item)| {
        let Planned {
            in_point,
            duration,
            asset_duration,
            ..
        } = *item;
        WrittenEntry {
            from: number(in_point),
            out: number(in_point + duration),
            duration: number(asset_duration.max(in_point + duration)),
            source: item.file_or_title(),
            title: &item.title,
            category: &item.category,
            tandem: Extra {
                notes_before,
                // What is read as live is said to be so by its address.
                kind: match item.kind {
                    ItemKind::Live if is_address(item.file_or_title()) => None,
                    ItemKind::Clip if is_address(item.file_or_title()) => Some(ItemKind::Clip),
                    ItemKind::Clip => None,
                    kind => Some(kind),
                },
                start_mode: (item.start_mode != StartMode::Follow).then_some(item.start_mode),
                ..item.extra()
            },
        }
    });
    let written = Written {
        channel: &day.channel,
        date: day.day.date().to_string(),
        program: program.collect(),
        tandem: Trailer { notes_after },
    };
    // Plain data always encodes.
    serde_json::to_string_pretty(&written).unwrap_or_default() + "\n"
}
