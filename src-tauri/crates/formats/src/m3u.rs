//! M3U8: a list of files or addresses in UTF-8, each after an `#EXTINF:seconds,title` (RFC 8216, section 4.3.2.1, for
//! the tag; the format itself comes from media players). Lines that begin with `#` and no known tag are comments; what
//! Tandem knows beyond title and duration stands in one, as `#TANDEM:` and a JSON object.

use domain::rundown::ItemKind;

use crate::ffplayout::is_address;
use crate::line::{Extra, Line};
use crate::plan::Day;
use crate::{Context, Read, ReadError, seconds};

/// Where Tandem's own knowledge of the next entry stands.
const OWN: &str = "#TANDEM:";

/// Reads a playlist. It names no day.
///
/// # Errors
/// [`ReadError::NoPlaylist`] for a playlist of segments of a stream, which is no schedule.
pub fn read(text: &str, context: &Context) -> Result<Read, ReadError> {
    let mut read = Read::default();
    let mut next = Next::default();
    for (at, text) in (1..).zip(text.lines()) {
        let text = text.trim();
        if text.starts_with("#EXT-X-TARGETDURATION") || text.starts_with("#EXT-X-STREAM-INF") {
            return Err(ReadError::NoPlaylist(
                "This M3U8 describes a stream's segments (HLS), not a list of clips.".into(),
            ));
        }
        if let Some(info) = text.strip_prefix("#EXTINF:") {
            next.info(&mut read, at, info, context);
        } else if let Some(group) = text.strip_prefix("#EXTGRP:") {
            next.category = group.trim().to_owned();
        } else if let Some(own) = text.strip_prefix(OWN) {
            next.own(&mut read, at, own);
        } else if !text.is_empty() && !text.starts_with('#') {
            std::mem::take(&mut next).entry(&mut read, at, text);
        }
    }
    let end = u32::try_from(text.lines().count()).unwrap_or(u32::MAX);
    for note in next.extra.notes_before {
        read.push(Line::note(end, note));
    }
    Ok(read)
}

/// What was said of the next entry.
#[derive(Default)]
struct Next {
    title: String,
    duration: Option<i64>,
    category: String,
    extra: Extra,
}

impl Next {
    fn info(&mut self, read: &mut Read, at: u32, info: &str, context: &Context) {
        let (duration, title) = info.split_at(comma(info).unwrap_or(info.len()));
        let title = title.strip_prefix(',').unwrap_or_default();
        let duration = duration.split_whitespace().next().unwrap_or_default();
        title.trim().clone_into(&mut self.title);
        // -1 and 0 say that it is not known.
        if !duration.starts_with('-') && duration != "0" && !duration.is_empty() {
            self.duration = seconds::duration(duration, context.counting);
            if self.duration.is_none() {
                read.problem(
                    at,
                    false,
                    format!(
                        "\"{duration}\" is no duration in seconds; that of the library is taken."
                    ),
                );
            }
        }
    }

    fn own(&mut self, read: &mut Read, at: u32, own: &str) {
        match serde_json::from_str(own) {
            Ok(extra) => self.extra = extra,
            Err(error) => read.problem(
                at,
                false,
                format!("What {OWN} says cannot be read: {error}; it is passed over."),
            ),
        }
    }

    fn entry(self, read: &mut Read, at: u32, file: &str) {
        for note in self.extra.notes_before.clone() {
            read.push(Line::note(at, note));
        }
        let mut line = Line {
            kind: if is_address(file) {
                ItemKind::Live
            } else {
                ItemKind::Clip
            },
            title: self.title,
            file: Some(file.to_owned()),
            duration: self.duration,
            category: self.category,
            ..Line::clip(at)
        };
        self.extra.apply(&mut line);
        read.push(line);
    }
}

/// The comma before the title. Attributes may stand between the duration and it: `-1 tvg-name="a, b",Title`.
fn comma(info: &str) -> Option<usize> {
    let mut quoted = false;
    info.char_indices()
        .find(|(_, c)| {
            quoted ^= *c == '"';
            *c == ',' && !quoted
        })
        .map(|(at, _)| at)
}

/// Writes a day.
#[must_use]
pub fn write(day: &Day) -> String {
    let rate = day.day.counting().rate();
    let mut text = String::from("#EXTM3U\n");
    let (entries, notes_after) = day.with_notes();
    for (notes_before, item) in entries {
        own(
            &mut text,
            &Extra {
                notes_before,
                kind: Some(item.kind),
                in_point: item.in_point,
                duration: Some(item.duration),
                ..item.extra()
            },
        );
        if !item.category.is_empty() {
            text += &format!("#EXTGRP:{}\n", one_line(&item.category));
        }
        let seconds = seconds::of_frames(item.duration, rate);
        text += &format!(
            "#EXTINF:{seconds},{}\n{}\n",
            one_line(&item.title),
            entry_of(item.file_or_title())
        );
    }
    if !notes_after.is_empty() {
        own(
            &mut text,
            &Extra {
                notes_before: notes_after,
                ..Extra::default()
            },
        );
    }
    text
}

fn own(text: &mut String, extra: &Extra) {
    // Plain data always encodes.
    *text += &format!(
        "{OWN}{}\n",
        serde_json::to_string(extra).unwrap_or_default()
    );
}

/// Titles are one line already; this keeps it so where they came from elsewhere.
fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}

/// An entry's line must not look like a comment, nor be empty.
fn entry_of(file: &str) -> String {
    let file = one_line(file);
    if file.trim().is_empty() || file.starts_with('#') {
        format!("./{file}")
    } else {
        file
    }
}
