//! BXF, the Broadcast Exchange Format (SMPTE ST 2021): a `Schedule` of `ScheduledEvent`s, as traffic systems and automation
//! exchange them. Elements are matched by their local names, so that messages of every edition of the schema (2008 and
//! later) are read.
//!
//! Read: primary events with title, start, length, start mode, content, file and start of media. Left out: secondary
//! events (logos, keys, macros), which Tandem does not schedule, and program headers, which repeat their segments; both
//! are counted as one problem each kind, not one a line.
//!
//! A message may hold several broadcast days: the one that is asked for is read, or its first where that one is not in it,
//! as a file of another day is read in every format; [`Read::date`] says which.
//!
//! Written: [`write()`] the schedule as it is edited (fixed, follow and manual starts), or as planned (every event that
//! plays, at the time and for the length that it will). The schema itself is not public; the shape follows messages of
//! real systems, and is not validated against it.

use std::fmt::Write as _;

use domain::ids::AssetId;
use domain::rate::FrameRate;
use domain::rundown::{ItemKind, StartMode};
use domain::timecode::{Counting, Timecode};
use jiff::civil::Date;
use roxmltree::{Document, Node};

use crate::line::Line;
use crate::plan::{Day, Planned};
use crate::text::{file_stem, xml_text};
use crate::{Context, Read, ReadError, seconds};

/// Where Tandem's own asset id stands in a `ContentId`.
const OWN_ID: &str = "Tandem";
/// Most nodes of a message: a day of 20,000 events with everything that they usually hold.
const NODES_MAX: u32 = 4_000_000;

/// Reads the schedule of a message.
///
/// # Errors
/// [`ReadError`] where it is no XML, or has no schedule.
pub fn read(text: &str, context: &Context) -> Result<Read, ReadError> {
    let options = roxmltree::ParsingOptions {
        allow_dtd: false,
        nodes_limit: NODES_MAX,
        ..roxmltree::ParsingOptions::default()
    };
    let document =
        Document::parse_with_options(text, options).map_err(|error| ReadError::Broken {
            line: error.pos().row,
            expected: "XML",
            what: error.to_string(),
        })?;
    if document.root_element().tag_name().name() != "BxfMessage" {
        return Err(ReadError::NoPlaylist(format!(
            "The XML is a <{}>, not a <BxfMessage>.",
            document.root_element().tag_name().name()
        )));
    }
    let schedules: Vec<Node<'_, '_>> = document
        .descendants()
        .filter(|node| is(*node, "Schedule"))
        .collect();
    if schedules.is_empty() {
        return Err(ReadError::NoPlaylist(
            "The BXF message has no <Schedule>.".into(),
        ));
    }
    let mut reader = Reader {
        document: &document,
        context,
        read: Read::default(),
        secondary: 0,
        headers: 0,
        other_days: Vec::new(),
    };
    reader.read.channel = schedules
        .iter()
        .find_map(|schedule| child(*schedule, "Channel").and_then(channel_name));
    let events: Vec<Node<'_, '_>> = schedules
        .iter()
        .flat_map(Node::children)
        .filter(|node| is(*node, "ScheduledEvent"))
        .collect();
    let days = reader.days(&events);
    let of_message = || days.iter().copied().flatten();
    reader.read.date = of_message()
        .find(|day| *day == context.date)
        .or_else(|| of_message().next());
    for (event, day) in events.into_iter().zip(&days) {
        reader.event(event, *day);
    }
    Ok(reader.end())
}

struct Reader<'d, 'i> {
    document: &'d Document<'i>,
    context: &'d Context,
    read: Read,
    secondary: usize,
    headers: usize,
    other_days: Vec<Date>,
}

impl Reader<'_, '_> {
    /// The broadcast day of each event that says one. Some systems write the calendar's date: what starts in the small hours
    /// is of the day whose events it follows, whether it has that day's date or the next one.
    fn days(&self, events: &[Node<'_, '_>]) -> Vec<Option<Date>> {
        let mut present: Option<Date> = None;
        let day_of = |event: &Node<'_, '_>| {
            let data = child(*event, "EventData").filter(|data| is_scheduled(*data))?;
            let start = path(data, &["StartDateTime", "SmpteDateTime"])?;
            let date: Date = attribute(start, "broadcastDate")?.parse().ok()?;
            if !self.before_day_start(start) {
                present = Some(date);
                return present;
            }
            let after_midnight = present.is_some_and(|day| day.tomorrow().ok() == Some(date));
            present.filter(|_| after_midnight).or(Some(date))
        };
        events.iter().map(day_of).collect()
    }

    fn before_day_start(&self, start: Node<'_, '_>) -> bool {
        child(start, "SmpteTimeCode")
            .and_then(own_text)
            .and_then(|text| self.timecode(&text, attribute(start, "frameRate")).ok())
            .and_then(|clock| self.context.counting.count(clock).ok())
            .is_some_and(|count| count < self.context.day_start)
    }

    fn event(&mut self, event: Node<'_, '_>, day: Option<Date>) {
        let at = self.document.text_pos_at(event.range().start).row;
        let Some(data) = child(event, "EventData") else {
            self.read
                .problem(at, true, "Left out: the event has no <EventData>.");
            return;
        };
        let kind = kind_of(data);
        match kind.as_deref() {
            Some("nonprimary") => {
                self.secondary += 1;
                return;
            }
            Some("primary-programheader") => {
                self.headers += 1;
                return;
            }
            _ => {}
        }
        if let Some(other) = day.filter(|day| Some(*day) != self.read.date) {
            if !self.other_days.contains(&other) {
                self.other_days.push(other);
            }
            return;
        }
        match kind.as_deref() {
            Some("comment") => {
                let title = title_of(event, data);
                self.read.push(Line {
                    kind: ItemKind::Note,
                    notes: text_of(event, &["Content", "Description"])
                        .filter(|notes| *notes != title)
                        .unwrap_or_default(),
                    title,
                    duration: Some(0),
                    ..Line::clip(at)
                });
            }
            _ => self.primary(at, event, data),
        }
    }

    fn primary(&mut self, at: u32, event: Node<'_, '_>, data: Node<'_, '_>) {
        let title = title_of(event, data);
        let file = path(
            event,
            &[
                "Content",
                "Media",
                "MediaLocation",
                "Location",
                "AssetServer",
                "PathName",
            ],
        )
        .and_then(|node| own_text(node));
        if title.is_empty() && file.is_none() {
            self.read.problem(
                at,
                true,
                "Left out: the event has neither a title nor a file.",
            );
            return;
        }
        let length = path(data, &["LengthOption", "Duration"]);
        let Ok(duration) = self.frames(at, "length", length) else {
            return;
        };
        let som = path(event, &["Content", "Media", "MediaLocation", "SOM"]);
        let Ok(in_point) = self.frames(at, "start of media", som) else {
            return;
        };
        let ad_type = path(
            data,
            &["PrimaryEvent", "NonProgramEvent", "Details", "AdType"],
        )
        .and_then(own_text);
        let spot_type = path(
            data,
            &["PrimaryEvent", "NonProgramEvent", "Details", "SpotType"],
        )
        .and_then(own_text);
        let live = ad_type.as_deref() == Some("Live")
            || path(event, &["Content", "Media", "Live"]).is_some();
        let asset = event
            .descendants()
            .find(|node| is(*node, "AlternateId") && attribute(*node, "idType") == Some(OWN_ID))
            .and_then(own_text)
            .and_then(|text| text.parse().ok())
            .map(AssetId);
        let mut line = Line {
            kind: if live { ItemKind::Live } else { ItemKind::Clip },
            notes: text_of(event, &["Content", "Description"])
                .filter(|notes| *notes != title)
                .unwrap_or_default(),
            title,
            file,
            asset,
            in_point: in_point.unwrap_or(0),
            duration,
            category: ad_type
                .filter(|_| !live)
                .or(spot_type.filter(|_| !live))
                .unwrap_or_default(),
            ..Line::clip(at)
        };
        self.start(at, data, &mut line);
        self.read.push(line);
    }

    fn start(&mut self, at: u32, data: Node<'_, '_>, line: &mut Line) {
        match child(data, "StartMode").and_then(own_text).as_deref() {
            Some("Manual" | "ManualStart") => line.start_mode = StartMode::Hold,
            Some("Fixed" | "HardFixed" | "Hard" | "Absolute") => {
                let start = path(data, &["StartDateTime", "SmpteDateTime"]);
                let clock = start.and_then(|start| {
                    let text = child(start, "SmpteTimeCode").and_then(own_text)?;
                    Some((self.timecode(&text, attribute(start, "frameRate")), text))
                });
                match clock {
                    Some((Ok(clock), _)) => (line.start_mode, line.fixed_start) = (StartMode::Fixed, Some(clock)),
                    Some((Err(why), text)) => self.read.problem(
                        at,
                        false,
                        format!("Its fixed start {text} is no time of the channel's clock ({why}); it follows the item before it."),
                    ),
                    None => self.read.problem(at, false, "It has a fixed start, but no time; it follows the item before it."),
                }
            }
            _ => {}
        }
    }

    /// A clock time of the file as the channel's.
    fn timecode(&self, text: &str, rate: Option<&str>) -> Result<Timecode, String> {
        let clock: Timecode = text.parse().map_err(|error| format!("{error}"))?;
        let of_file = self.counting(rate, clock.is_drop_frame());
        of_file
            .convert(clock, self.context.counting)
            .map_err(|error| error.to_string())
    }

    /// How the file counts where it says so; else as the channel does. Traffic systems write 30 for 29.97, so a rate of
    /// the channel's nominal one is the channel's.
    fn counting(&self, rate: Option<&str>, drop_frame: bool) -> Counting {
        let own = self.context.counting;
        let Some(rate) = rate
            .and_then(parse_rate)
            .filter(|rate| rate.nominal() != own.rate().nominal())
        else {
            return own;
        };
        Counting::new(rate, drop_frame && rate.allows_drop_frame()).unwrap_or(own)
    }

    /// The frames of a `Duration` or `SOM`; `Err` where the event is left out for it.
    fn frames(
        &mut self,
        at: u32,
        name: &str,
        node: Option<Node<'_, '_>>,
    ) -> Result<Option<i64>, ()> {
        let Some(node) = node else { return Ok(None) };
        let holder = child(node, "SmpteDuration").unwrap_or(node);
        let Some(text) = child(holder, "SmpteTimeCode").and_then(own_text) else {
            return Ok(None);
        };
        let of_file = self.counting(attribute(holder, "frameRate"), text.contains([';', '.']));
        let found = seconds::duration(&text.replace('.', ";"), of_file)
            .or_else(|| seconds::duration(&text, of_file));
        match found {
            Some(frames) if of_file == self.context.counting => Ok(Some(frames)),
            Some(frames) => Ok(Some(
                of_file.rate().convert(frames, self.context.counting.rate()),
            )),
            None => {
                let message = format!(
                    "Left out: its {name} \"{text}\" is no timecode at {} frames a second.",
                    of_file.rate()
                );
                self.read.problem(at, true, message);
                Err(())
            }
        }
    }

    fn end(mut self) -> Read {
        let mut whole = |message: String| {
            self.read.problems.push(crate::Problem {
                line: None,
                left_out: true,
                message,
            });
        };
        if self.secondary > 0 {
            whole(format!(
                "Left out: {} secondary events (logos, keys, macros), which Tandem does not schedule.",
                self.secondary
            ));
        }
        if self.headers > 0 {
            whole(format!(
                "Left out: {} program headers; their segments are read.",
                self.headers
            ));
        }
        if !self.other_days.is_empty() {
            let days: Vec<String> = self.other_days.iter().map(Date::to_string).collect();
            whole(format!(
                "Left out: events of other broadcast days ({}).",
                days.join(", ")
            ));
        }
        self.read
    }
}

/// What an event is, in lower case: editions of the schema differ in it.
fn kind_of(data: Node<'_, '_>) -> Option<String> {
    attribute(data, "eventType").map(str::to_ascii_lowercase)
}

/// Whether the event is one that is read.
fn is_scheduled(data: Node<'_, '_>) -> bool {
    !matches!(
        kind_of(data).as_deref(),
        Some("nonprimary" | "primary-programheader")
    )
}

fn parse_rate(text: &str) -> Option<FrameRate> {
    match text.trim() {
        "23.976" | "23.98" => FrameRate::new(24_000, 1001).ok(),
        "29.97" => FrameRate::new(30_000, 1001).ok(),
        "59.94" => FrameRate::new(60_000, 1001).ok(),
        other => other.parse().ok(),
    }
}

fn is(node: Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|node| is(*node, name))
}

fn path<'a, 'i>(node: Node<'a, 'i>, names: &[&str]) -> Option<Node<'a, 'i>> {
    names.iter().try_fold(node, |node, name| child(node, name))
}

/// An attribute whatever the case of its first letter: editions of the schema differ in it.
fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attributes()
        .find(|attribute| attribute.name().eq_ignore_ascii_case(name))
        .map(|attribute| attribute.value())
}

fn own_text(node: Node<'_, '_>) -> Option<String> {
    let text = node.text().unwrap_or_default().trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn text_of(node: Node<'_, '_>, names: &[&str]) -> Option<String> {
    path(node, names).and_then(own_text)
}

fn channel_name(channel: Node<'_, '_>) -> Option<String> {
    child(channel, "Name")
        .and_then(own_text)
        .or_else(|| attribute(channel, "shortName").map(str::to_owned))
}

fn title_of(event: Node<'_, '_>, data: Node<'_, '_>) -> String {
    let candidates = [
        text_of(data, &["EventTitle"]),
        text_of(event, &["Content", "Name"]),
        text_of(data, &["PrimaryEvent", "ProgramEvent", "ProgramName"]),
        text_of(event, &["Series", "SeriesName"]),
        text_of(
            data,
            &["PrimaryEvent", "NonProgramEvent", "Details", "AdType"],
        ),
        text_of(
            data,
            &["PrimaryEvent", "NonProgramEvent", "Details", "SpotType"],
        ),
    ];
    candidates.into_iter().flatten().next().unwrap_or_default()
}

/// Which schedule is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// As it is edited.
    Schedule,
    /// As it will play.
    AsPlanned,
}

/// Writes a day. `message` names the message: a UUID; `at` is when it is made (RFC 3339).
#[must_use]
pub fn write(day: &Day, view: View, message: uuid::Uuid, at: jiff::Timestamp) -> String {
    let counting = day.day.counting();
    let end = day.day.timecode_at(day.day.length());
    let start = day.day.timecode_at(0);
    let date = day.day.date();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing into a String cannot fail.
    let _ = writeln!(
        xml,
        "<BxfMessage xmlns=\"http://smpte-ra.org/schemas/2021/2008/BXF\" \
         xmlns:pmcp=\"http://www.atsc.org/XMLSchemas/pmcp/2007/3.1\" id=\"urn:uuid:{message}\" dateTime=\"{at}\" \
         messageType=\"Information\" origin=\"Tandem\" originType=\"Automation\" userName=\"Tandem\" destination=\"Any\">\n\
         <BxfData action=\"add\">\n\
         <Schedule type=\"Primary\" scheduleId=\"urn:uuid:{message}\" scheduleStart=\"{date}T{start}\" \
         scheduleEnd=\"{date}T{end}\" action=\"add\">\n\
         <Channel channelNumber=\"0-1\" status=\"active\" type=\"digital_television\" ca=\"false\" shortName=\"{channel}\" \
         outOfBand=\"false\" action=\"add\"><pmcp:Name lang=\"und\" action=\"add\">{channel}</pmcp:Name></Channel>\n\
         <ScheduleName>{channel} {date}{suffix}</ScheduleName>",
        channel = xml_text(&day.channel),
        suffix = match view {
            View::Schedule => "",
            View::AsPlanned => " as planned",
        },
    );
    for (number, item) in (1_u128..).zip(&day.items) {
        let plays = view == View::Schedule || item.plays > 0 && item.kind != ItemKind::Note;
        if plays {
            event(
                &mut xml,
                day,
                counting,
                view,
                item,
                event_id(message, number),
            );
        }
    }
    xml.push_str("</Schedule>\n</BxfData>\n</BxfMessage>\n");
    xml
}

/// A UUID for each event that follows from the message's.
fn event_id(message: uuid::Uuid, number: u128) -> uuid::Uuid {
    uuid::Builder::from_custom_bytes((message.as_u128().wrapping_add(number)).to_be_bytes())
        .into_uuid()
}

fn event(
    xml: &mut String,
    day: &Day,
    counting: Counting,
    view: View,
    item: &Planned,
    id: uuid::Uuid,
) {
    let note = item.kind == ItemKind::Note;
    let planned = view == View::AsPlanned;
    let length = if planned { item.plays } else { item.duration };
    let start = item
        .fixed_start
        .filter(|_| !planned)
        .unwrap_or_else(|| day.day.timecode_at(item.start_offset));
    let mode = match item.start_mode {
        _ if planned => "Fixed",
        StartMode::Fixed => "Fixed",
        StartMode::Hold => "Manual",
        StartMode::Follow => "Follow",
    };
    let (title, rate) = (xml_text(&item.title), rate_text(counting.rate()));
    let kind = match item.kind {
        ItemKind::Live => {
            "<NonProgramEvent><Details><AdType>Live</AdType></Details></NonProgramEvent>".to_owned()
        }
        _ if !item.category.is_empty() => format!(
            "<NonProgramEvent><Details><SpotType>{}</SpotType></Details></NonProgramEvent>",
            xml_text(&item.category)
        ),
        _ => format!(
            "<ProgramEvent><SegmentNumber>0</SegmentNumber><ProgramName>{title}</ProgramName></ProgramEvent>"
        ),
    };
    let _ = writeln!(
        xml,
        "<ScheduledEvent><EventData eventType=\"{}\" action=\"add\"><EventId><EventId>urn:uuid:{id}</EventId></EventId>\
         <EventTitle>{title}</EventTitle>{}\
         <StartDateTime><SmpteDateTime broadcastDate=\"{}\" frameRate=\"{rate}\"><SmpteTimeCode>{start}</SmpteTimeCode>\
         </SmpteDateTime></StartDateTime>\
         <LengthOption><Duration><SmpteDuration frameRate=\"{rate}\"><SmpteTimeCode>{}</SmpteTimeCode></SmpteDuration>\
         </Duration></LengthOption><StartMode>{mode}</StartMode><EndMode>Duration</EndMode></EventData>",
        if note { "Comment" } else { "Primary" },
        if note {
            String::new()
        } else {
            format!("<PrimaryEvent>{kind}</PrimaryEvent>")
        },
        day.day.date(),
        counting.duration_text(length),
    );
    content(xml, counting, item, length);
    xml.push_str("</ScheduledEvent>\n");
}

fn content(xml: &mut String, counting: Counting, item: &Planned, length: i64) {
    let house = item.file.as_deref().map_or(item.title.as_str(), file_stem);
    let own = item
        .asset
        .map(|id| {
            format!(
                "<AlternateId idType=\"{OWN_ID}\">{}</AlternateId>",
                id.0.hyphenated()
            )
        })
        .unwrap_or_default();
    let _ = write!(
        xml,
        "<Content><ContentId><HouseNumber>{}</HouseNumber>{own}</ContentId><Name>{}</Name>",
        xml_text(house),
        xml_text(&item.title),
    );
    if !item.notes.is_empty() {
        let _ = write!(xml, "<Description>{}</Description>", xml_text(&item.notes));
    }
    if item.kind != ItemKind::Note {
        let location = item.file.as_deref().map_or_else(String::new, |file| {
            format!(
                "<Location><AssetServer playoutAllowed=\"true\" fileTransferAllowed=\"false\"><PathName>{}</PathName>\
                 </AssetServer></Location>",
                xml_text(file)
            )
        });
        let _ = write!(
            xml,
            "<Media><MediaLocation>{location}<SOM><SmpteTimeCode>{}</SmpteTimeCode></SOM><Duration><SmpteDuration \
             frameRate=\"{}\"><SmpteTimeCode>{}</SmpteTimeCode></SmpteDuration></Duration></MediaLocation></Media>",
            counting.duration_text(item.in_point),
            rate_text(counting.rate()),
            counting.duration_text(length),
        );
    }
    xml.push_str("</Content>");
}

/// A rate as BXF writes it.
fn rate_text(rate: FrameRate) -> String {
    match (rate.nominal(), rate.is_pulled_down()) {
        (24, true) => "23.976".into(),
        (30, true) => "29.97".into(),
        (60, true) => "59.94".into(),
        _ => rate.to_string(),
    }
}
