//! Playlists in the formats of other programs, as an operator picks them from a disk.

use domain::channel::Channel;
use domain::day::ChannelClock;
use domain::rate::FrameRate;
use domain::rundown::ItemKind;
use formats::table::{self, Columns};
use formats::{
    Context, Day, FILE_BYTES_MAX, Format, LINES_MAX, Line, PROBLEMS_MAX, Planned, bxf, ffplayout,
    guess, m3u, xmltv,
};
use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;
use uuid::Uuid;

const FORMATS: [Format; 4] = [Format::Ffplayout, Format::Table, Format::M3u, Format::Bxf];

/// A playlist: the first byte says as what it is read and on which channel. What is read of it is within the limits, and
/// the day of it is written in every format and read again with as many items.
pub fn playlist(data: &[u8]) {
    let Some((first, file)) = data.split_first() else {
        return;
    };
    let (format, clock) = (FORMATS[usize::from(first % 4)], clock(first / 4 % 4));
    let counting = clock.counting();
    let day_start = "06:00:00:00".parse().expect("a time of day");
    let context = Context {
        counting,
        date: date(2026, 10, 25),
        day_start: counting.count(day_start).expect("it is a frame"),
    };
    let _ = guess("a file", file);
    let _ = table::header(&formats::decode(file));
    let Ok(read) = formats::read(format, file, &Columns::default(), &context) else {
        return;
    };
    assert!(file.len() <= FILE_BYTES_MAX);
    assert!(read.lines.len() <= LINES_MAX && read.problems.len() <= PROBLEMS_MAX);
    for line in &read.lines {
        assert!(line.in_point >= 0, "{line:?}");
        assert!(line.duration.is_none_or(|frames| frames >= 0), "{line:?}");
        if let Some(at) = line.fixed_start {
            counting
                .check(at)
                .expect("a time of the channel's own counting");
        }
    }
    write_and_read(&read.lines, &clock, &context);
}

fn clock(which: u8) -> ChannelClock {
    let (frame_rate, drop_frame) = match which {
        0 => (FrameRate::FPS_25, false),
        1 => ("30000/1001".parse().expect("a rate"), true),
        2 => ("24000/1001".parse().expect("a rate"), false),
        _ => ("50".parse().expect("a rate"), false),
    };
    ChannelClock::new(&Channel {
        name: "One & <Two>".into(),
        frame_rate,
        drop_frame,
        time_zone: "Europe/Berlin".into(),
        day_start: "06:00:00:00".parse().expect("a time of day"),
    })
    .expect("a channel's clock")
}

/// A line as an item can have it: an import makes it so, or leaves it out.
fn plain(line: &str) -> String {
    let chars = line.chars();
    chars
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect::<String>()
        .trim()
        .to_owned()
}

/// As many of the lines as fit a day.
fn day_of(lines: &[Line], clock: &ChannelClock, context: &Context) -> Day {
    let day = clock.day(context.date).expect("a day");
    let mut start_offset = 0;
    let mut items = Vec::new();
    for line in lines {
        let duration = match line.kind {
            ItemKind::Note => 0,
            _ => line.duration.unwrap_or(25).clamp(1, 90_000),
        };
        if start_offset + duration > day.length() {
            break;
        }
        let title = plain(&line.title);
        // Every item of the store has one: an import says what is wrong with such a line.
        if title.is_empty() {
            continue;
        }
        items.push(Planned {
            kind: line.kind,
            title,
            asset: line.asset,
            file: line.file.as_deref().map(plain),
            category: plain(&line.category),
            asset_duration: 0,
            start_mode: line.start_mode,
            fixed_start: line.fixed_start,
            in_point: line.in_point.min(90_000),
            duration,
            notes: line.notes.replace('\0', " "),
            start_offset,
            plays: duration,
        });
        start_offset += duration;
    }
    Day {
        channel: "One & <Two>".into(),
        day,
        items,
    }
}

fn write_and_read(lines: &[Line], clock: &ChannelClock, context: &Context) {
    let day = day_of(lines, clock, context);
    let _ = xmltv::write(&day, &TimeZone::UTC, 1);
    if day.items.is_empty() {
        return;
    }
    for format in FORMATS {
        let text = match format {
            Format::Ffplayout => ffplayout::write(&day),
            Format::Table => table::write(&day),
            Format::M3u => m3u::write(&day),
            Format::Bxf => bxf::write(
                &day,
                bxf::View::Schedule,
                Uuid::nil(),
                Timestamp::UNIX_EPOCH,
            ),
        };
        let again = formats::read(format, text.as_bytes(), &Columns::default(), context)
            .unwrap_or_else(|error| panic!("{format:?}: {error}\n{text}"));
        let read: Vec<ItemKind> = again.lines.iter().map(|line| line.kind).collect();
        let written: Vec<ItemKind> = day.items.iter().map(|item| item.kind).collect();
        assert_eq!(read, written, "{format:?}: {:?}\n{text}", again.problems);
    }
}
