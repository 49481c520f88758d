//! A day to be written.

use domain::day::BroadcastDay;
use domain::ids::AssetId;
use domain::rundown::{ItemKind, StartMode};
use domain::timecode::Timecode;
use jiff::Timestamp;

use crate::line::{Extra, NoteLine};

/// A broadcast day with its items.
#[derive(Debug, Clone)]
pub struct Day {
    /// What operators call the channel.
    pub channel: String,
    /// Its frames, date and clock.
    pub day: BroadcastDay,
    /// The items in order.
    pub items: Vec<Planned>,
}

/// One item to be written, with its time.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Clip, live source or note.
    pub kind: ItemKind,
    /// What it is called.
    pub title: String,
    /// The asset's id.
    pub asset: Option<AssetId>,
    /// The path or address to write.
    pub file: Option<String>,
    /// The asset's grouping.
    pub category: String,
    /// The asset's own duration in frames; 0 where it is not known.
    pub asset_duration: i64,
    /// How it starts.
    pub start_mode: StartMode,
    /// The clock time of a fixed start.
    pub fixed_start: Option<Timecode>,
    /// First frame that is played.
    pub in_point: i64,
    /// How long it is, in frames.
    pub duration: i64,
    /// Free text.
    pub notes: String,
    /// Its first frame, in frames since the day's start.
    pub start_offset: i64,
    /// How many frames of it play.
    pub plays: i64,
}

impl Planned {
    /// What of it a format without in point, fixed starts, holds and notes cannot say.
    pub(crate) fn extra(&self) -> Extra {
        Extra {
            kind: (self.kind != ItemKind::Clip).then_some(self.kind),
            start_mode: (self.start_mode != StartMode::Follow).then_some(self.start_mode),
            fixed_start: self.fixed_start,
            asset: self.asset,
            notes: self.notes.clone(),
            no_file: self.file.is_none(),
            ..Extra::default()
        }
    }

    /// What an entry is called in a format that wants a file for each.
    pub(crate) fn file_or_title(&self) -> &str {
        self.file.as_deref().unwrap_or(&self.title)
    }

    /// When its first frame is on.
    pub(crate) fn starts_at(&self, day: &BroadcastDay) -> Timestamp {
        day.instant_at(self.start_offset)
    }
}

impl Day {
    /// The items that are no notes, each with the notes before it, and the notes after the last.
    pub(crate) fn with_notes(&self) -> (Vec<(Vec<NoteLine>, &Planned)>, Vec<NoteLine>) {
        let mut entries = Vec::new();
        let mut waiting = Vec::new();
        for item in &self.items {
            if item.kind == ItemKind::Note {
                waiting.push(NoteLine {
                    title: item.title.clone(),
                    notes: item.notes.clone(),
                });
            } else {
                entries.push((std::mem::take(&mut waiting), item));
            }
        }
        (entries, waiting)
    }
}
