//! One line of a playlist as a file has it.

use domain::ids::AssetId;
use domain::rundown::{ItemKind, StartMode};
use domain::timecode::Timecode;
use serde::{Deserialize, Serialize};

/// An item as a file describes it, in frames of the channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Where it stands in the file, from 1.
    pub line: u32,
    /// Clip, live source or note.
    pub kind: ItemKind,
    /// What it is called; empty where the file has no name for it.
    pub title: String,
    /// The media file or address as the file writes it.
    pub file: Option<String>,
    /// Tandem's own id of the asset, in a file that Tandem wrote.
    pub asset: Option<AssetId>,
    /// How it starts.
    pub start_mode: StartMode,
    /// The clock time of a fixed start.
    pub fixed_start: Option<Timecode>,
    /// First frame that is played.
    pub in_point: i64,
    /// How long it plays; `None` where the file does not say: the asset's own duration.
    pub duration: Option<i64>,
    /// Grouping, where the file has one.
    pub category: String,
    /// Free text.
    pub notes: String,
}

impl Line {
    /// A clip without more than its place.
    pub(crate) fn clip(line: u32) -> Self {
        Line {
            line,
            kind: ItemKind::Clip,
            title: String::new(),
            file: None,
            asset: None,
            start_mode: StartMode::Follow,
            fixed_start: None,
            in_point: 0,
            duration: None,
            category: String::new(),
            notes: String::new(),
        }
    }

    /// A note of a file that Tandem wrote.
    pub(crate) fn note(line: u32, note: NoteLine) -> Self {
        Line {
            kind: ItemKind::Note,
            title: note.title,
            notes: note.notes,
            duration: Some(0),
            ..Line::clip(line)
        }
    }
}

/// What Tandem knows of an item and a format has no place for. As JSON where the format's readers pass over it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Extra {
    /// The item's kind, unless it is a clip.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<ItemKind>,
    /// How it starts, unless it follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_mode: Option<StartMode>,
    /// The clock time of a fixed start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed_start: Option<Timecode>,
    /// The asset's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset: Option<AssetId>,
    /// First frame, where the format has no in point.
    #[serde(skip_serializing_if = "is_zero")]
    pub in_point: i64,
    /// Duration in frames, where the format's own is coarser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<i64>,
    /// Free text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub notes: String,
    /// Whether `file` of the line stands for no file: the format wants one for every entry.
    #[serde(skip_serializing_if = "is_false")]
    pub no_file: bool,
    /// Notes that stand before it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes_before: Vec<NoteLine>,
}

/// A note between items.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NoteLine {
    /// Its title.
    pub title: String,
    /// Its text.
    pub notes: String,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn is_zero(n: &i64) -> bool {
    *n == 0
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn is_false(b: &bool) -> bool {
    !*b
}

impl Extra {
    /// Lays what Tandem knows over what the format said.
    pub(crate) fn apply(self, line: &mut Line) {
        line.kind = self.kind.unwrap_or(line.kind);
        if let Some(at) = self.fixed_start {
            (line.start_mode, line.fixed_start) = (StartMode::Fixed, Some(at));
        }
        if let Some(mode) = self
            .start_mode
            .filter(|mode| *mode != StartMode::Fixed || line.fixed_start.is_some())
        {
            line.start_mode = mode;
        }
        line.asset = self.asset.or(line.asset);
        if self.in_point > 0 {
            line.in_point = self.in_point;
        }
        line.duration = self.duration.or(line.duration);
        if !self.notes.is_empty() {
            line.notes = self.notes;
        }
        if self.no_file {
            line.file = None;
        }
    }
}
