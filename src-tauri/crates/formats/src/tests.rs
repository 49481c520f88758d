//! What is read of files as other programs write them, and that a day survives being written and read again.

use domain::channel::Channel;
use domain::day::ChannelClock;
use domain::ids::AssetId;
use domain::rate::FrameRate;
use domain::rundown::{ItemKind, StartMode};
use domain::timing::{self, TimingInput};
use jiff::civil::{Date, date};
use uuid::Uuid;

use super::*;

const DATE: Date = date(2026, 11, 22);

fn clock(rate: FrameRate, drop_frame: bool) -> ChannelClock {
    ChannelClock::new(&Channel {
        name: "Harbor & Sea <TV>".into(),
        frame_rate: rate,
        drop_frame,
        time_zone: "Europe/Berlin".into(),
        day_start: "06:00:00:00".parse().unwrap(),
    })
    .unwrap()
}

fn context(clock: &ChannelClock) -> Context {
    let counting = clock.counting();
    Context {
        counting,
        date: DATE,
        day_start: counting.count("06:00:00:00".parse().unwrap()).unwrap(),
    }
}

fn pal() -> Context {
    context(&clock(FrameRate::FPS_25, false))
}

fn read_file(format: Format, bytes: &[u8]) -> Read {
    read(format, bytes, &table::Columns::default(), &pal()).unwrap()
}

fn told(read: &Read) -> Vec<String> {
    let told = read.problems.iter().map(|problem| {
        let line = problem.line.map_or("-".into(), |line| line.to_string());
        format!(
            "{line} {}: {}",
            if problem.left_out { "out" } else { "kept" },
            problem.message
        )
    });
    told.collect()
}

#[test]
fn an_ffplayout_day_is_read_with_every_problem_by_its_line() {
    let read = read_file(
        Format::Ffplayout,
        include_bytes!("../fixtures/ffplayout.json"),
    );
    assert_eq!(
        (read.date, read.channel.as_deref()),
        (Some(DATE), Some("Harbor TV"))
    );
    let lines: Vec<_> = read
        .lines
        .iter()
        .map(|line| {
            (
                line.line,
                line.kind,
                line.title.as_str(),
                line.file.as_deref().unwrap(),
                line.in_point,
                line.duration,
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            (
                5,
                ItemKind::Clip,
                "Morning news",
                "/srv/media/news/morning.mp4",
                0,
                Some(45_000)
            ),
            (
                12,
                ItemKind::Clip,
                "",
                "/srv/media/ads/ferry.mov",
                312,
                Some(1_500)
            ),
            (
                19,
                ItemKind::Live,
                "",
                "rtmp://studio.example/live",
                0,
                Some(22_500)
            ),
            (33, ItemKind::Clip, "", "/srv/media/ident.mp4", 0, Some(763)),
        ]
    );
    let told = told(&read);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("27 out: Left out: it ends"), "{told:?}");
    assert!(
        told[1].starts_with("33 kept: \"out\" is \"soon\""),
        "{told:?}"
    );
}

#[test]
fn a_table_of_a_traffic_system_is_read_in_its_own_language_and_encoding() {
    let read = read_file(
        Format::Table,
        include_bytes!("../fixtures/traffic-cp1252.csv"),
    );
    let lines: Vec<_> = read
        .lines
        .iter()
        .map(|line| {
            (
                line.line,
                line.kind,
                line.title.as_str(),
                line.start_mode,
                line.duration,
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            (
                2,
                ItemKind::Clip,
                "Frühnachrichten",
                StartMode::Fixed,
                Some(45_000)
            ),
            (4, ItemKind::Clip, "Werbung", StartMode::Follow, Some(2_250)),
            (
                7,
                ItemKind::Live,
                "Live vom Hafen",
                StartMode::Hold,
                Some(22_500)
            ),
        ]
    );
    assert_eq!(
        read.lines[0].fixed_start.unwrap().to_string(),
        "06:00:00:00"
    );
    assert_eq!(read.lines[0].notes, "mit Wetter;\r\nund Verkehr");
    let told = told(&read);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("5 out: Left out: its duration \"eine Stunde\""),
        "{told:?}"
    );
}

#[test]
fn a_table_separated_by_tabs_with_a_byte_order_mark_is_read() {
    let read = read_file(Format::Table, include_bytes!("../fixtures/tabs-bom.tsv"));
    assert_eq!(read.lines.len(), 1);
    assert_eq!(
        (read.lines[0].title.as_str(), read.lines[0].duration),
        ("Ident, summer", Some(750))
    );
}

#[test]
fn the_columns_of_a_table_can_be_mapped_by_hand() {
    let text = b"a,b,c\nx.mp4,00:00:10:00,Ten seconds\n";
    let error = read(Format::Table, text, &table::Columns::default(), &pal()).unwrap_err();
    assert!(error.to_string().contains("a, b, c"), "{error}");
    let columns = table::Columns(vec![
        (table::Column::File, 0),
        (table::Column::Duration, 1),
        (table::Column::Title, 2),
    ]);
    let read = read(Format::Table, text, &columns, &pal()).unwrap();
    assert_eq!(
        (read.lines[0].title.as_str(), read.lines[0].duration),
        ("Ten seconds", Some(250))
    );
}

#[test]
fn a_list_of_a_media_player_is_read() {
    let read = read_file(Format::M3u, include_bytes!("../fixtures/list.m3u8"));
    let lines: Vec<_> = read
        .lines
        .iter()
        .map(|line| (line.line, line.kind, line.title.as_str(), line.duration))
        .collect();
    assert_eq!(
        lines,
        [
            (4, ItemKind::Clip, "Morning news", Some(45_000)),
            (6, ItemKind::Live, "Harbor, live", None),
            (9, ItemKind::Clip, "Without a duration", None),
        ]
    );
    assert_eq!(told(&read).len(), 1);
}

#[test]
fn the_schedule_of_a_bxf_message_is_read_and_what_is_left_out_is_told() {
    let read = read_file(
        Format::Bxf,
        include_bytes!("../fixtures/traffic-2008.bxf.xml"),
    );
    assert_eq!(
        (read.date, read.channel.as_deref()),
        (Some(DATE), Some("Harbor TV"))
    );
    let lines: Vec<_> = read
        .lines
        .iter()
        .map(|line| {
            (
                line.kind,
                line.title.as_str(),
                line.start_mode,
                line.in_point,
                line.duration,
                line.category.as_str(),
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            (
                ItemKind::Clip,
                "THE LONG VALLEY",
                StartMode::Fixed,
                375,
                Some(40_150),
                ""
            ),
            // 30 seconds and 25 frames of 50 are 30.5 seconds.
            (
                ItemKind::Clip,
                "FERRY & CO",
                StartMode::Follow,
                0,
                Some(763),
                "FI"
            ),
            // Half past midnight by the calendar's date is still this broadcast day.
            (
                ItemKind::Live,
                "NIGHT TALK",
                StartMode::Hold,
                0,
                Some(90_000),
                ""
            ),
        ]
    );
    let told = told(&read);
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(
        told[0].contains("its length \"00:00:10:26\" is no timecode"),
        "{told:?}"
    );
    assert!(told[1].contains("1 secondary events"), "{told:?}");
    assert!(
        told[2].contains("other broadcast days (2026-11-23)"),
        "{told:?}"
    );
}

#[test]
fn a_bxf_message_is_read_for_a_day_that_is_not_in_it_as_a_file_of_its_first_day() {
    let text = include_str!("../fixtures/traffic-2008.bxf.xml");
    let own = read_file(Format::Bxf, text.as_bytes());
    for asked in [date(2026, 11, 20), date(2026, 11, 21), date(2027, 1, 1)] {
        let context = Context {
            date: asked,
            ..pal()
        };
        let other = bxf::read(text, &context).unwrap();
        assert_eq!(other, own, "asked for {asked}");
    }
    let tomorrow = Context {
        date: DATE.tomorrow().unwrap(),
        ..pal()
    };
    let read = bxf::read(text, &tomorrow).unwrap();
    assert_eq!(read.date, Some(tomorrow.date));
    let titles: Vec<_> = read.lines.iter().map(|line| line.title.as_str()).collect();
    assert_eq!(titles, ["TOMORROW"]);
    let told = told(&read);
    assert!(
        told.last().unwrap().contains("days (2026-11-22)"),
        "{told:?}"
    );
}

#[test]
fn a_comment_of_another_day_is_left_out_with_the_rest_of_that_day() {
    let event = |kind: &str, title: &str, date: &str, time: &str| {
        format!(
            "<ScheduledEvent><EventData eventType=\"{kind}\"><EventTitle>{title}</EventTitle><StartDateTime>\
             <SmpteDateTime broadcastDate=\"{date}\"><SmpteTimeCode>{time}</SmpteTimeCode></SmpteDateTime>\
             </StartDateTime></EventData></ScheduledEvent>"
        )
    };
    let text = format!(
        "<BxfMessage><BxfData><Schedule>{}{}{}{}</Schedule></BxfData></BxfMessage>",
        event("Comment", "Early shift", "2026-11-22", "06:00:00:00"),
        event("Primary", "News", "2026-11-22", "06:00:00:00"),
        event("Comment", "Late shift", "2026-11-23", "06:00:00:00"),
        event("Primary", "Film", "2026-11-23", "06:00:00:00"),
    );
    let read = read_file(Format::Bxf, text.as_bytes());
    let titles: Vec<_> = read.lines.iter().map(|line| line.title.as_str()).collect();
    assert_eq!(titles, ["Early shift", "News"]);
    assert!(told(&read)[0].contains("other broadcast days (2026-11-23)"));
}

#[test]
fn a_file_that_is_not_of_its_format_is_refused_with_the_line() {
    for (format, bytes, says) in [
        (Format::Ffplayout, &b"{\"program\": [\n{]}"[..], "line 2"),
        (Format::Ffplayout, b"[]", "line 1"),
        (Format::Ffplayout, b"{\"date\": \"2026-11-22\"}", "program"),
        (Format::Table, b"", "empty"),
        (
            Format::M3u,
            b"#EXTM3U\n#EXT-X-TARGETDURATION:6\n",
            "segments",
        ),
        (
            Format::Bxf,
            b"<BxfMessage>\n<Schedule>\n</BxfMessage>",
            "line 3",
        ),
        (Format::Bxf, b"<html/>", "<html>"),
        (Format::Bxf, b"<BxfMessage/>", "no <Schedule>"),
        // No entity is expanded, however it is declared.
        (
            Format::Bxf,
            b"<!DOCTYPE a [<!ENTITY b \"c\">]><BxfMessage>&b;</BxfMessage>",
            "XML",
        ),
    ] {
        let error = read(format, bytes, &table::Columns::default(), &pal()).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
    }
    let long = vec![b' '; FILE_BYTES_MAX + 1];
    let error = read(Format::Table, &long, &table::Columns::default(), &pal()).unwrap_err();
    assert_eq!(error, ReadError::TooLong { len: long.len() });
}

#[test]
fn problems_and_lines_are_counted_up_to_a_limit() {
    let rows = "x,y\n".repeat(PROBLEMS_MAX + 10);
    let read = read_file(Format::Table, format!("title,duration\n{rows}").as_bytes());
    assert_eq!(
        (read.problems.len(), read.more_problems),
        (PROBLEMS_MAX, 10)
    );
    let rows = "x,1\n".repeat(LINES_MAX + 1);
    let read = read_file(Format::Table, format!("title,duration\n{rows}").as_bytes());
    assert_eq!((read.lines.len(), read.problems.len()), (LINES_MAX, 1));
}

#[test]
fn a_format_is_known_by_name_or_content() {
    assert_eq!(guess("2026-11-22.JSON", b""), Some(Format::Ffplayout));
    assert_eq!(guess("day.tsv", b""), Some(Format::Table));
    assert_eq!(
        guess(
            "schedule.xml",
            include_bytes!("../fixtures/traffic-2008.bxf.xml")
        ),
        Some(Format::Bxf)
    );
    assert_eq!(guess("list", b"#EXTM3U\n"), Some(Format::M3u));
    assert_eq!(guess("schedule.xml", b"<tv/>"), None);
}

/// A day with every kind of item, start and oddity.
fn day(clock: &ChannelClock) -> Day {
    let counting = clock.counting();
    let item = |kind, title: &str, file: Option<&str>, duration| Planned {
        kind,
        title: title.into(),
        asset: None,
        file: file.map(str::to_owned),
        category: String::new(),
        asset_duration: duration,
        start_mode: StartMode::Follow,
        fixed_start: None,
        in_point: 0,
        duration,
        notes: String::new(),
        start_offset: 0,
        plays: 0,
    };
    let fixed = |at: &str| Some(counting.parse(at).unwrap());
    let mut items = vec![
        item(ItemKind::Note, "Early shift", None, 0),
        Planned {
            asset: Some(AssetId(Uuid::from_u128(7))),
            in_point: 313,
            category: "News".into(),
            ..item(
                ItemKind::Clip,
                "News, \"early\" <1>; & more",
                Some("/srv/a, b; c.mp4"),
                44_999,
            )
        },
        Planned {
            notes: "two\nlines, \"quoted\"; <tag>".into(),
            ..item(ItemKind::Note, "Call the harbor", None, 0)
        },
        Planned {
            start_mode: StartMode::Fixed,
            fixed_start: fixed("07:10:00:10"),
            notes: " indented".into(),
            ..item(
                ItemKind::Live,
                "Live: harbor",
                Some("rtmp://studio.example/live"),
                9_001,
            )
        },
        Planned {
            start_mode: StartMode::Hold,
            ..item(ItemKind::Live, "Live without an address", None, 1)
        },
        Planned {
            start_mode: StartMode::Fixed,
            fixed_start: fixed("07:10:01:00"),
            ..item(ItemKind::Clip, "#hashtag", None, 107_892)
        },
        item(
            ItemKind::Clip,
            "https://as.a/clip",
            Some("https://as.a/clip.mp4"),
            77,
        ),
        item(ItemKind::Note, "Good night", None, 0),
    ];
    let broadcast_day = clock.day(DATE).unwrap();
    let inputs: Vec<TimingInput> = items
        .iter()
        .map(|item| TimingInput {
            kind: item.kind,
            start_mode: item.start_mode,
            fixed_start: item.fixed_start,
            duration: item.duration,
        })
        .collect();
    for (item, timing) in items
        .iter_mut()
        .zip(timing::time(&broadcast_day, &inputs).items)
    {
        (item.start_offset, item.plays) = (timing.start, timing.end - timing.start);
    }
    Day {
        channel: "Harbor & Sea <TV>".into(),
        day: broadcast_day,
        items,
    }
}

#[test]
fn what_is_written_and_read_again_is_the_same_day() {
    for (rate, drop_frame) in [
        (FrameRate::FPS_25, false),
        (FrameRate::FPS_29_97, true),
        (FrameRate::FPS_29_97, false),
        (FrameRate::FPS_59_94, true),
        (FrameRate::FPS_50, false),
    ] {
        let clock = clock(rate, drop_frame);
        let day = day(&clock);
        let id = Uuid::from_u128(1);
        let at = "2026-11-21T12:00:00Z".parse().unwrap();
        for (format, text) in [
            (Format::Ffplayout, ffplayout::write(&day)),
            (Format::Table, table::write(&day)),
            (Format::M3u, m3u::write(&day)),
            (Format::Bxf, bxf::write(&day, bxf::View::Schedule, id, at)),
        ] {
            let read = read(
                format,
                text.as_bytes(),
                &table::Columns::default(),
                &context(&clock),
            )
            .unwrap();
            assert_eq!(read.problems, [], "{text}");
            assert_eq!(read.lines.len(), day.items.len(), "{text}");
            for (line, item) in read.lines.iter().zip(&day.items) {
                // XML's white space at the ends of a text is nobody's.
                let notes = if format == Format::Bxf {
                    item.notes.trim()
                } else {
                    &item.notes
                };
                assert_eq!(
                    (
                        line.kind,
                        &line.title,
                        line.file.as_deref(),
                        line.asset,
                        line.start_mode,
                        line.fixed_start,
                        line.in_point,
                        line.duration,
                        line.notes.as_str()
                    ),
                    (
                        item.kind,
                        &item.title,
                        item.file.as_deref(),
                        item.asset,
                        item.start_mode,
                        item.fixed_start,
                        item.in_point,
                        Some(item.duration),
                        notes
                    ),
                    "{format:?} at {rate}: {text}"
                );
            }
        }
    }
}

#[test]
fn as_planned_tells_what_will_play_and_when() {
    let clock = clock(FrameRate::FPS_25, false);
    let text = bxf::write(
        &day(&clock),
        bxf::View::AsPlanned,
        Uuid::from_u128(1),
        "2026-11-21T12:00:00Z".parse().unwrap(),
    );
    let read = read(
        Format::Bxf,
        text.as_bytes(),
        &table::Columns::default(),
        &context(&clock),
    )
    .unwrap();
    let planned: Vec<_> = read
        .lines
        .iter()
        .map(|line| {
            (
                line.title.as_str(),
                line.fixed_start.unwrap().to_string(),
                line.duration.unwrap(),
            )
        })
        .collect();
    // The live source is cut short by the fixed start after it, so the hold between them never plays.
    assert_eq!(
        planned,
        [
            ("News, \"early\" <1>; & more", "06:00:00:00".into(), 44_999),
            ("Live: harbor", "07:10:00:10".into(), 15),
            ("#hashtag", "07:10:01:00".into(), 107_892),
            ("https://as.a/clip", "08:21:56:17".to_owned(), 77),
        ]
    );
}

#[test]
fn a_programme_guide_lists_what_is_on_long_enough_in_local_time() {
    let clock = clock(FrameRate::FPS_25, false);
    let zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
    let text = xmltv::write(&day(&clock), &zone, 25 * 60);
    let document = roxmltree::Document::parse_with_options(
        &text,
        roxmltree::ParsingOptions {
            allow_dtd: true,
            ..roxmltree::ParsingOptions::default()
        },
    )
    .unwrap();
    let programmes: Vec<_> = document
        .descendants()
        .filter(|node| node.has_tag_name("programme"))
        .map(|node| {
            (
                node.attribute("start").unwrap(),
                node.attribute("stop").unwrap(),
            )
        })
        .collect();
    assert_eq!(
        programmes,
        [
            ("20261122060000 +0100", "20261122062959 +0100"),
            // The short clip after it belongs to it.
            ("20261122071001 +0100", "20261122082159 +0100"),
        ]
    );
}

#[test]
fn what_no_xml_may_hold_is_left_out_of_xml() {
    let clock = clock(FrameRate::FPS_25, false);
    let mut day = day(&clock);
    for item in &mut day.items {
        item.notes = "first\u{B}second\u{FFFE} & \t<third>".into();
    }
    let zone = jiff::tz::TimeZone::UTC;
    let guide = xmltv::write(&day, &zone, 1);
    let options = roxmltree::ParsingOptions {
        allow_dtd: true,
        ..roxmltree::ParsingOptions::default()
    };
    roxmltree::Document::parse_with_options(&guide, options).unwrap();
    let at = jiff::Timestamp::UNIX_EPOCH;
    let schedule = bxf::write(&day, bxf::View::Schedule, Uuid::nil(), at);
    let read = read_file(Format::Bxf, schedule.as_bytes());
    assert_eq!(read.lines[0].notes, "first second  & \t<third>");
}
