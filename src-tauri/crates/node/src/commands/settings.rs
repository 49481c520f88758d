//! The channel's settings.

use std::fmt::Display;
use std::str::FromStr;

use domain::channel::Channel;
use serde_json::json;
use store::tables;

use super::Desk;
use super::errors::sentence;
use crate::api::{ApiError, ChannelSet, ErrorCode, Settings, SettingsUpdated, UpdateSettings};

/// `get_settings`.
///
/// # Errors
/// `internal`.
pub async fn get(desk: &Desk) -> Result<Settings, ApiError> {
    Ok(Settings {
        channel: tables::channel::get(&mut *desk.read().await?).await?,
    })
}

/// `update_settings`: one entry, which converts every duration and time where the frame rate changes.
///
/// # Errors
/// `invalid` with the field; `conflict` with the counts, where items or assets would be converted and `convert` is not
/// set; `read_only`, `busy`, `no_space`.
pub async fn update(desk: &Desk, args: UpdateSettings) -> Result<SettingsUpdated, ApiError> {
    let mut edit = desk.edit(label(&args.channel)).await?;
    let old = tables::channel::get(edit.connection()).await?;
    let new = changed(old, &args.channel)?;
    if let Some(conversion) = tables::channel::conversion(edit.connection(), &new).await?
        && !args.convert.unwrap_or(false)
    {
        let tables::channel::Conversion { items, assets } = conversion;
        let message = format!(
            "A new frame rate converts the durations and times of {items} items and {assets} assets. Confirm with convert: true."
        );
        return Err(ApiError::new(ErrorCode::Conflict, message)
            .with(json!({ "items": items, "assets": assets })));
    }
    let channel = tables::channel::update(edit.connection(), &new).await?;
    Ok(SettingsUpdated {
        channel,
        committed: desk.commit(edit).await?,
    })
}

fn changed(old: Channel, set: &ChannelSet) -> Result<Channel, ApiError> {
    let frame_rate = set
        .frame_rate
        .as_deref()
        .map_or(Ok(old.frame_rate), |text| parsed("frame_rate", text))?;
    Ok(Channel {
        name: set.name.clone().unwrap_or(old.name),
        frame_rate,
        // A rate that has no drop-frame counting ends it, unless it was asked for.
        drop_frame: set
            .drop_frame
            .unwrap_or(old.drop_frame && frame_rate.allows_drop_frame()),
        time_zone: set.time_zone.clone().unwrap_or(old.time_zone),
        day_start: set
            .day_start
            .as_deref()
            .map_or(Ok(old.day_start), |text| parsed("day_start", text))?,
    })
}

/// A value that a request writes as text.
pub(super) fn parsed<T: FromStr<Err: Display>>(field: &str, text: &str) -> Result<T, ApiError> {
    text.trim()
        .parse()
        .map_err(|error: T::Err| ApiError::invalid(field, sentence(&error.to_string())))
}

fn label(set: &ChannelSet) -> String {
    let named = [
        (set.name.is_some(), "name"),
        (set.frame_rate.is_some(), "frame rate"),
        (set.drop_frame.is_some(), "drop-frame counting"),
        (set.time_zone.is_some(), "time zone"),
        (set.day_start.is_some(), "start of the day"),
    ];
    let changed: Vec<&str> = named
        .into_iter()
        .filter_map(|(given, name)| given.then_some(name))
        .collect();
    match changed[..] {
        [one] => format!("Change the channel's {one}"),
        _ => "Change the channel's settings".into(),
    }
}
