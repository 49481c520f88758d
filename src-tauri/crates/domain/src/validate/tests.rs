use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::asset::MediaInfo;
use crate::ids::{AssetId, ItemId, PlaylistId};
use crate::rank::Rank;

fn pal() -> Counting {
    Counting::new(FrameRate::FPS_25, false).unwrap()
}

fn good_item() -> Item {
    Item {
        id: ItemId(Uuid::nil()),
        playlist_id: PlaylistId(Uuid::nil()),
        rank: Rank::middle(),
        kind: ItemKind::Clip,
        title: "News".into(),
        asset_id: None,
        start_mode: StartMode::Follow,
        fixed_start: None,
        in_point: 0,
        duration: 250,
        notes: String::new(),
    }
}

fn good_asset() -> Asset {
    Asset {
        id: AssetId(Uuid::nil()),
        kind: AssetKind::Clip,
        title: "News".into(),
        file: Some(MediaFile {
            root: "main".into(),
            path: "news/a.mp4".into(),
        }),
        duration: 250,
        category: String::new(),
        notes: "line one\nline two".into(),
        info: MediaInfo::default(),
        created_at: "2026-11-22T00:00:00Z".into(),
    }
}

#[test]
fn good_values_pass() {
    assert_eq!(item(&good_item(), pal()), Ok(()));
    assert_eq!(asset(&good_asset(), FrameRate::FPS_25), Ok(()));
}

#[test]
fn bad_items_are_refused_by_field() {
    let at = |text: &str| Some(text.parse().unwrap());
    let cases = [
        (
            Item {
                title: " \t".into(),
                ..good_item()
            },
            "title",
        ),
        (
            Item {
                title: "a\nb".into(),
                ..good_item()
            },
            "title",
        ),
        (
            Item {
                title: "x".repeat(301),
                ..good_item()
            },
            "title",
        ),
        (
            Item {
                notes: "a\0b".into(),
                ..good_item()
            },
            "notes",
        ),
        (
            Item {
                notes: "x".repeat(10_001),
                ..good_item()
            },
            "notes",
        ),
        (
            Item {
                duration: -1,
                ..good_item()
            },
            "duration",
        ),
        (
            Item {
                duration: 48 * 3600 * 25 + 1,
                ..good_item()
            },
            "duration",
        ),
        (
            Item {
                in_point: -1,
                ..good_item()
            },
            "in_point",
        ),
        (
            Item {
                start_mode: StartMode::Fixed,
                ..good_item()
            },
            "fixed_start",
        ),
        (
            Item {
                fixed_start: at("10:00:00:00"),
                ..good_item()
            },
            "fixed_start",
        ),
        (
            Item {
                start_mode: StartMode::Fixed,
                fixed_start: at("10:00:00:25"),
                ..good_item()
            },
            "fixed_start",
        ),
    ];
    for (bad, field) in cases {
        let error = item(&bad, pal()).unwrap_err();
        assert_eq!(error.field(), field, "{error}");
    }
}

#[test]
fn limits_count_characters_not_bytes() {
    assert_eq!(
        item(
            &Item {
                title: "ü".repeat(300),
                ..good_item()
            },
            pal()
        ),
        Ok(())
    );
}

#[test]
fn bad_assets_are_refused_by_field() {
    let info = |info| Asset {
        info,
        ..good_asset()
    };
    let cases = [
        (
            Asset {
                category: "x".repeat(101),
                ..good_asset()
            },
            "category",
        ),
        (
            Asset {
                kind: AssetKind::Live,
                ..good_asset()
            },
            "file",
        ),
        (
            info(MediaInfo {
                duration_us: Some(-1),
                ..MediaInfo::default()
            }),
            "duration_us",
        ),
        (
            info(MediaInfo {
                container: Some("x".repeat(201)),
                ..MediaInfo::default()
            }),
            "container",
        ),
    ];
    for (bad, field) in cases {
        assert_eq!(asset(&bad, FrameRate::FPS_25).unwrap_err().field(), field);
    }
}

#[test]
fn a_path_stays_below_its_root() {
    for path in [
        "",
        "/etc/passwd",
        "../a",
        "a/../../b",
        "a//b",
        "./a",
        "a/",
        "a\\b",
        "a\0",
        "a\nb",
        &"x".repeat(5_000),
    ] {
        assert!(
            file(&MediaFile {
                root: "main".into(),
                path: path.into()
            })
            .is_err(),
            "{path:?}"
        );
    }
    for path in ["a.mp4", "2026/ä ö/..a..mp4", "…/a"] {
        assert_eq!(
            file(&MediaFile {
                root: "main".into(),
                path: path.into()
            }),
            Ok(()),
            "{path:?}"
        );
    }
}

#[test]
fn dates_have_limits() {
    assert!(date(jiff::civil::date(1969, 12, 31)).is_err());
    assert!(date(jiff::civil::date(2200, 1, 1)).is_err());
    assert!(date(jiff::civil::date(2026, 2, 28)).is_ok());
}

#[test]
fn a_note_is_stored_without_time() {
    let note = Item {
        kind: ItemKind::Note,
        title: "  Weather next ".into(),
        start_mode: StartMode::Fixed,
        fixed_start: Some("10:00:00:00".parse().unwrap()),
        ..good_item()
    };
    let stored = normalize_item(note, pal()).unwrap();
    assert_eq!(
        (
            stored.title.as_str(),
            stored.duration,
            stored.start_mode,
            stored.fixed_start
        ),
        ("Weather next", 0, StartMode::Follow, None)
    );
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC*") {
        let _ = item(&Item { title: text.clone(), notes: text.clone(), ..good_item() }, pal());
        let _ = file(&MediaFile { root: text.clone(), path: text });
    }
}
