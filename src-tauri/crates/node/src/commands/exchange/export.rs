//! `export_playlist`: a day in the format of another program.

use std::path::Path;

use domain::asset::Asset;
use domain::ids::PlaylistId;
use domain::timing::{self, TimingInput};
use formats::{Day, Planned, bxf, ffplayout, m3u, table, xmltv};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use store::tables::{assets, items};
use uuid::Uuid;

use crate::api::{ApiError, ErrorCode, ExportFormat, ExportPlaylist, Exported};
use crate::commands::Desk;
use crate::commands::desk::channel_and_clock;
use crate::commands::folders::{new_file, unwritable};
use crate::commands::media_roots::MediaRootFolders;
use crate::commands::playlist::date;
use crate::library::Roots;

/// What plays for less is no programme of a guide, unless the request says otherwise.
const PROGRAMME_MIN_S: u32 = 120;

/// `export_playlist`.
///
/// # Errors
/// `invalid` for what is no date, for a day without items, and for a path that is not absolute; `conflict` where there is
/// something already; `unavailable` where the file cannot be written; `internal`.
pub async fn export(
    desk: &Desk,
    roots: &MediaRootFolders,
    args: ExportPlaylist,
) -> Result<Exported, ApiError> {
    let on = date("date", &args.date)?;
    let path = args.path.as_deref().map(new_file).transpose()?;
    let roots = roots.all().await?;
    let mut reader = desk.read().await?;
    let (channel, clock) = channel_and_clock(&mut reader).await?;
    let items = items::of_playlist(&mut reader, PlaylistId::of_date(on)).await?;
    if items.is_empty() {
        let message = format!("Nothing is scheduled on {on}, so there is nothing to export.");
        return Err(ApiError::invalid("date", message));
    }
    let assets = assets::by_ids(&mut reader, items.iter().filter_map(|item| item.asset_id)).await?;
    drop(reader);
    let broadcast_day = clock.day(on)?;
    let inputs: Vec<TimingInput> = items.iter().map(TimingInput::from).collect();
    let timings = timing::time(&broadcast_day, &inputs).items;
    let planned = items.into_iter().zip(timings).map(|(item, timing)| {
        let asset = item.asset_id.and_then(|id| assets.get(&id));
        Planned {
            kind: item.kind,
            title: item.title,
            asset: item.asset_id,
            file: asset.and_then(|asset| file_of(asset, &roots)),
            category: asset
                .map(|asset| asset.category.clone())
                .unwrap_or_default(),
            asset_duration: asset.map_or(0, |asset| asset.duration),
            start_mode: item.start_mode,
            fixed_start: item.fixed_start,
            in_point: item.in_point,
            duration: item.duration,
            notes: item.notes,
            start_offset: timing.start,
            plays: timing.end - timing.start,
        }
    });
    let day = Day {
        channel: channel.name,
        day: broadcast_day,
        items: planned.collect(),
    };
    let min_s = args.programme_min_s.unwrap_or(PROGRAMME_MIN_S);
    let text = written(&day, args.format, &channel.time_zone, min_s)?;
    let (extension, media_type) = kind_of_file(args.format);
    let name = format!("{} {on}{extension}", plain(&day.channel));
    let items = day.items.len() as u64;
    match path {
        None => Ok(Exported {
            name,
            media_type: media_type.into(),
            items,
            text: Some(text),
            path: None,
        }),
        Some(path) => {
            let file = path.clone();
            tokio::task::spawn_blocking(move || store::write_whole(&file, text.as_bytes()))
                .await
                .map_err(|_| ApiError::new(ErrorCode::Unavailable, "This station is stopping."))?
                .map_err(|error| unwritable(&path, &error))?;
            Ok(Exported {
                name,
                media_type: media_type.into(),
                items,
                text: None,
                path: Some(path.display().to_string()),
            })
        }
    }
}

fn written(day: &Day, format: ExportFormat, zone: &str, min_s: u32) -> Result<String, ApiError> {
    let bxf = |view| bxf::write(day, view, Uuid::now_v7(), Timestamp::now());
    Ok(match format {
        ExportFormat::Ffplayout => ffplayout::write(day),
        ExportFormat::Csv => table::write(day),
        ExportFormat::M3u8 => m3u::write(day),
        ExportFormat::Bxf => bxf(bxf::View::Schedule),
        ExportFormat::BxfAsPlanned => bxf(bxf::View::AsPlanned),
        ExportFormat::Xmltv => {
            let zone = TimeZone::get(zone).map_err(|error| {
                tracing::error!(%error, zone, "the channel's time zone is not known");
                ApiError::new(
                    ErrorCode::Internal,
                    "The channel's time zone is not known here.",
                )
            })?;
            let rate = day.day.counting().rate();
            xmltv::write(
                day,
                &zone,
                rate.frames_from_micros(i64::from(min_s) * 1_000_000),
            )
        }
    })
}

/// Where a player on this station finds the file; where its root has no folder here, the root's name and the path below.
fn file_of(asset: &Asset, roots: &Roots) -> Option<String> {
    let file = asset.file.as_ref()?;
    let local = roots
        .local_path(file)
        .and_then(|path: std::path::PathBuf| Path::to_str(&path).map(str::to_owned));
    Some(local.unwrap_or_else(|| format!("{}/{}", file.root, file.path)))
}

fn kind_of_file(format: ExportFormat) -> (&'static str, &'static str) {
    match format {
        ExportFormat::Ffplayout => (".json", "application/json"),
        ExportFormat::Csv => (".csv", "text/csv"),
        ExportFormat::M3u8 => (".m3u8", "application/vnd.apple.mpegurl"),
        ExportFormat::Bxf => (".bxf.xml", "application/xml"),
        ExportFormat::BxfAsPlanned => (" as planned.bxf.xml", "application/xml"),
        ExportFormat::Xmltv => (".xmltv.xml", "application/xml"),
    }
}

/// A name that every file system takes.
fn plain(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|') {
                '-'
            } else {
                c
            }
        })
        .collect();
    plain.trim_matches([' ', '.', '-']).to_owned()
}
