//! How days stand, many at once: for a calendar. They are read for this alone, so that the days that operators work on stay in
//! memory.

use std::collections::HashMap;

use domain::asset::FileState;
use domain::day::{BroadcastDay, ChannelClock};
use domain::ids::AssetId;
use domain::rundown::{ItemKind, Mark};
use domain::timing::{self, TimingInput};
use jiff::civil::Date;
use store::tables::items::Scheduled;
use store::tables::{channel, items, playlists};

use super::date;
use crate::api::{ApiError, DaySummary, ErrorCode, ListDays};
use crate::commands::Desk;

/// Most days at once: two months.
const DAYS_MAX: i32 = 62;

/// `list_days`: those that have a playlist, by date.
///
/// # Errors
/// `invalid` for what is no date, `too_large` for too many days, `internal`.
pub async fn days(desk: &Desk, args: ListDays) -> Result<Vec<DaySummary>, ApiError> {
    let (from, to) = (date("from", &args.from)?, date("to", &args.to)?);
    if from.until(to).map_or(i32::MAX, |span| span.get_days()) >= DAYS_MAX {
        let message = format!("At most {DAYS_MAX} days can be asked for at once.");
        return Err(ApiError::new(ErrorCode::TooLarge, message));
    }
    let mut reader = desk.read().await?;
    let channel = channel::get(&mut reader).await?;
    let clock = ChannelClock::new(&channel)?;
    let files = desk.files().states();
    let mut days = Vec::new();
    for summary in playlists::list(&mut reader, Some(from), Some(to)).await? {
        let playlist = summary.playlist;
        let scheduled = items::scheduled(&mut reader, playlist.id).await?;
        let summed = summed(
            &clock.day(playlist.date)?,
            playlist.date,
            &scheduled,
            &files,
        );
        days.push(DaySummary {
            id: playlist.id,
            ..summed
        });
    }
    Ok(days)
}

fn summed(
    clock: &BroadcastDay,
    on: Date,
    scheduled: &[Scheduled],
    files: &HashMap<AssetId, FileState>,
) -> DaySummary {
    let inputs: Vec<TimingInput> = scheduled.iter().map(|item| item.input).collect();
    let timing = timing::time(clock, &inputs);
    let overruns = timing.items.iter().filter(|item| {
        let overrun = |mark: &Mark| {
            matches!(
                mark,
                Mark::CutShort { .. } | Mark::NeverPlays | Mark::PastDayEnd { .. }
            )
        };
        item.marks.iter().any(overrun)
    });
    let alone = |item: &&Scheduled| item.input.kind == ItemKind::Clip && item.asset_id.is_none();
    let missing = |item: &&Scheduled| {
        let state = item.asset_id.and_then(|asset| files.get(&asset));
        state == Some(&FileState::Missing)
    };
    let summary = timing.summary;
    DaySummary {
        id: domain::ids::PlaylistId::of_date(on),
        date: on.to_string(),
        items: scheduled.len() as u64,
        day_length: summary.day_length,
        filled: (summary.played - summary.overrun).max(0),
        gaps: summary.gap_count as u64,
        gap_frames: summary.gaps,
        unfilled: summary.unfilled,
        overruns: overruns.count() as u64,
        lost: summary.lost,
        overrun: summary.overrun,
        without_media: scheduled.iter().filter(alone).count() as u64,
        files_missing: scheduled.iter().filter(missing).count() as u64,
    }
}
