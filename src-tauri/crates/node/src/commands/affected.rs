//! What an entry changed, in words.

use std::collections::BTreeMap;

use store::{Op, Value};

use crate::api::{Affected, AffectedRow, RowChange, Thing};

/// Rows that a summary names; of the others it says how many.
const NAMED_MAX: usize = 6;

/// What an entry changed, as the contract writes it.
pub(super) fn shown(affected: store::Affected) -> Affected {
    let rows: Vec<AffectedRow> = affected.rows.into_iter().map(shown_row).collect();
    Affected {
        summary: summary(&rows, affected.total),
        total: affected.total,
        rows,
    }
}

pub(super) fn shown_row(row: store::AffectedRow) -> AffectedRow {
    let thing = shown_thing(row.thing);
    let mut fields: Vec<String> = row
        .columns
        .iter()
        .map(|column| field(thing, column).to_owned())
        .collect();
    // Several columns may be one thing to people.
    fields.dedup();
    AffectedRow {
        thing,
        change: match row.op {
            Op::Insert => RowChange::Added,
            Op::Update => RowChange::Changed,
            Op::Delete => RowChange::Removed,
        },
        id: row.id.map(|id| id.hyphenated().to_string()),
        title: row.title,
        date: row.date,
        fields,
    }
}

pub(super) fn shown_thing(thing: store::Thing) -> Thing {
    match thing {
        store::Thing::Settings => Thing::Settings,
        store::Thing::Playlist => Thing::Playlist,
        store::Thing::Item => Thing::Item,
        store::Thing::Asset => Thing::Asset,
        store::Thing::Template => Thing::Template,
        store::Thing::TemplateItem => Thing::TemplateItem,
    }
}

/// What operators call a column.
pub(super) fn field(thing: Thing, column: &str) -> &str {
    match (thing, column) {
        (_, "rank") => "place",
        (_, "playlist_id") => "day",
        (_, "asset_id") => "media",
        (_, "kind") => "type",
        (_, "start_mode") => "start mode",
        (_, "fixed_start") => "fixed start",
        (_, "in_point") => "in point",
        (_, "start_offset") => "fixed start",
        (_, "starts_at") => "original time",
        (_, "frame_rate") => "frame rate",
        (_, "drop_frame") => "drop-frame counting",
        (_, "time_zone") => "time zone",
        (_, "day_start") => "start of the day",
        (_, "file_root" | "file_path") => "file",
        (_, "created_at") => "time of adding",
        (Thing::Settings, "name") => "channel name",
        (_, column) if column.starts_with("info_") => "details of the file",
        (_, column) => column,
    }
}

/// What a row is called in a sentence: `“News” (2026-11-22)`.
pub(super) fn name(row: &AffectedRow) -> String {
    let title = row.title.as_deref().map(|title| format!("“{title}”"));
    match row.thing {
        Thing::Settings => String::from("the channel's settings"),
        Thing::Playlist => match &row.date {
            Some(date) => format!("the playlist of {date}"),
            None => String::from("a playlist"),
        },
        Thing::Item => {
            let title = title.unwrap_or_else(|| String::from("an item"));
            match &row.date {
                Some(date) => format!("{title} ({date})"),
                None => title,
            }
        }
        Thing::Asset => title.map_or_else(
            || String::from("an asset"),
            |title| format!("the asset {title}"),
        ),
        Thing::Template => title.map_or_else(
            || String::from("a template"),
            |title| format!("the template {title}"),
        ),
        Thing::TemplateItem => title.map_or_else(
            || String::from("an item of a template"),
            |title| format!("{title} of a template"),
        ),
    }
}

/// `"2026-11-22: added “News”, changed “Weather” (duration) · library: removed “Jingle”"`.
fn summary(rows: &[AffectedRow], total: u64) -> String {
    let mut groups: BTreeMap<(u8, &str), Vec<String>> = BTreeMap::new();
    let with_items: Vec<&str> = rows
        .iter()
        .filter(|row| row.thing == Thing::Item)
        .filter_map(|row| row.date.as_deref())
        .collect();
    let mut named = 0;
    for row in rows {
        let date = row.date.as_deref().unwrap_or("a day");
        // That a day got its playlist goes without saying where items went into it.
        let silent = row.thing == Thing::Playlist && with_items.contains(&date);
        if silent || named == NAMED_MAX {
            continue;
        }
        named += 1;
        let verb = match row.change {
            RowChange::Added => "added",
            RowChange::Changed => "changed",
            RowChange::Removed => "removed",
        };
        let fields = match row.fields[..] {
            [] => String::new(),
            _ => format!(" ({})", row.fields.join(", ")),
        };
        let title = |unknown: &str| {
            let known = row.title.as_deref().map(|title| format!("“{title}”"));
            known.unwrap_or_else(|| unknown.to_owned())
        };
        let (key, words) = match row.thing {
            Thing::Item => ((0, date), format!("{verb} {}{fields}", title("an item"))),
            Thing::Playlist => ((0, date), format!("{verb} the playlist")),
            Thing::Asset => (
                (1, "library"),
                format!("{verb} {}{fields}", title("an asset")),
            ),
            Thing::Template | Thing::TemplateItem => (
                (2, "templates"),
                format!("{verb} {}{fields}", title("a template")),
            ),
            Thing::Settings => ((3, "settings"), row.fields.join(", ")),
        };
        groups.entry(key).or_default().push(words);
    }
    let shown: Vec<String> = groups
        .into_iter()
        .map(|((_, place), words)| format!("{place}: {}", words.join(", ")))
        .collect();
    let silent = rows
        .iter()
        .filter(|row| row.thing == Thing::Playlist)
        .filter(|row| {
            row.date
                .as_deref()
                .is_some_and(|date| with_items.contains(&date))
        })
        .count();
    let more = total.saturating_sub((named + silent) as u64);
    match (shown.is_empty(), more) {
        (true, 0) => String::new(),
        (true, more) => format!("{more} rows"),
        (false, 0) => shown.join(" · "),
        (false, more) => format!("{} and {more} more", shown.join(" · ")),
    }
}

/// How values are written for people.
pub(super) struct Values {
    pub(super) counting: domain::timecode::Counting,
    /// Titles of the assets that are spoken of.
    pub(super) assets: BTreeMap<uuid::Uuid, String>,
}

impl Values {
    /// A value of a column.
    pub(super) fn text(&self, column: &str, value: &Value) -> String {
        let id = |bytes: &[u8]| uuid::Uuid::from_slice(bytes).ok();
        match (column, value) {
            (_, Value::Null) => String::from("nothing"),
            ("rank", _) => String::from("another place"),
            ("duration" | "in_point", Value::Integer(frames)) => {
                self.counting.duration_text(*frames)
            }
            ("drop_frame", Value::Integer(on)) => String::from(if *on == 0 { "off" } else { "on" }),
            ("playlist_id", Value::Blob(bytes)) => id(bytes)
                .and_then(|id| domain::ids::PlaylistId(id).date())
                .map_or_else(|| String::from("another day"), |date| date.to_string()),
            ("asset_id", Value::Blob(bytes)) => {
                let title = id(bytes).and_then(|id| self.assets.get(&id));
                title.map_or_else(
                    || String::from("another asset"),
                    |title| format!("“{title}”"),
                )
            }
            (_, Value::Text(text)) if text.is_empty() => String::from("nothing"),
            (_, Value::Text(text)) => String::from_utf8_lossy(text).into_owned(),
            (_, Value::Integer(number)) => number.to_string(),
            (_, Value::Real(number)) => number.to_string(),
            (_, Value::Blob(_)) => String::from("other data"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(
        thing: Thing,
        change: RowChange,
        title: Option<&str>,
        date: Option<&str>,
    ) -> AffectedRow {
        AffectedRow {
            thing,
            change,
            id: None,
            title: title.map(str::to_owned),
            date: date.map(str::to_owned),
            fields: match change {
                RowChange::Changed => vec![String::from("duration")],
                RowChange::Added | RowChange::Removed => Vec::new(),
            },
        }
    }

    #[test]
    fn a_summary_names_days_items_assets_and_settings() {
        let (day, next) = (Some("2026-11-22"), Some("2026-11-23"));
        let rows = [
            row(Thing::Playlist, RowChange::Added, None, day),
            row(Thing::Item, RowChange::Added, Some("News"), day),
            row(Thing::Item, RowChange::Changed, Some("Weather"), day),
            row(Thing::Playlist, RowChange::Added, None, next),
            row(Thing::Asset, RowChange::Removed, Some("Jingle"), None),
            row(Thing::Settings, RowChange::Changed, None, None),
        ];
        assert_eq!(
            summary(&rows, 6),
            "2026-11-22: added “News”, changed “Weather” (duration) · 2026-11-23: added the playlist · \
             library: removed “Jingle” · settings: duration"
        );
        assert_eq!(
            summary(&rows[1..2], 40),
            "2026-11-22: added “News” and 39 more"
        );
        assert_eq!(summary(&[], 0), "");
        let unknown = [row(Thing::Item, RowChange::Removed, None, None)];
        assert_eq!(summary(&unknown, 1), "a day: removed an item");
    }
}
