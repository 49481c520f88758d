//! XMLTV, the format of programme guides (<http://wiki.xmltv.org>, `xmltv.dtd`): a `programme` for each item that is on
//! long enough to be one, at the times at which it will play, in the channel's zone.

use std::fmt::Write as _;

use domain::rundown::ItemKind;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::plan::{Day, Planned};
use crate::text::xml_text;

/// Writes a day. Items that play for less than `frames_min` frames (advertisements, idents) are no programmes: they belong to the one
/// before them.
#[must_use]
pub fn write(day: &Day, zone: &TimeZone, frames_min: i64) -> String {
    let id = channel_id(&day.channel);
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE tv SYSTEM \"xmltv.dtd\">\n\
         <tv generator-info-name=\"Tandem\">\n  <channel id=\"{id}\">\n    <display-name>{}</display-name>\n  </channel>\n",
        xml_text(&day.channel)
    );
    let programmes: Vec<&Planned> = day
        .items
        .iter()
        .filter(|item| item.kind != ItemKind::Note && item.plays > 0 && item.plays >= frames_min)
        .collect();
    for (at, programme) in programmes.iter().enumerate() {
        // What is too short to be listed fills the time up to the next programme, but a gap does not.
        let next = programmes.get(at + 1).map(|next| next.start_offset);
        let stop = day
            .items
            .iter()
            .filter(|item| item.plays > 0 && item.start_offset >= programme.start_offset)
            .filter(|item| next.is_none_or(|next| item.start_offset < next))
            .fold(programme.start_offset + programme.plays, |end, item| {
                if item.start_offset == end {
                    end + item.plays
                } else {
                    end
                }
            });
        let category = if programme.category.is_empty() {
            String::new()
        } else {
            format!(
                "    <category>{}</category>\n",
                xml_text(&programme.category)
            )
        };
        let description = if programme.notes.is_empty() {
            String::new()
        } else {
            format!("    <desc>{}</desc>\n", xml_text(&programme.notes))
        };
        // Writing into a String cannot fail.
        let _ = write!(
            xml,
            "  <programme start=\"{}\" stop=\"{}\" channel=\"{id}\">\n    <title>{}</title>\n{description}{category}  </programme>\n",
            instant(programme.starts_at(&day.day), zone),
            instant(day.day.instant_at(stop), zone),
            xml_text(&programme.title),
        );
    }
    xml.push_str("</tv>\n");
    xml
}

/// `YYYYMMDDhhmmss +0100`.
fn instant(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone())
        .strftime("%Y%m%d%H%M%S %z")
        .to_string()
}

/// A name as XMLTV's ids are written: letters, digits and hyphens with a domain's dots.
fn channel_id(name: &str) -> String {
    let plain: String = name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let plain = plain.trim_matches('-');
    format!(
        "{}.tandem",
        if plain.is_empty() { "channel" } else { plain }
    )
}
