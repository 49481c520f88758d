//! The channel's settings.

use domain::channel::Channel;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Committed;

/// `get_settings`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Settings {
    /// The channel.
    pub channel: Channel,
}

/// `update_settings`: what is not given stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct UpdateSettings {
    /// What to change.
    #[ts(optional = false)]
    pub channel: ChannelSet,
    /// Convert all durations and times to the new frame rate (a conflict otherwise, where items or assets exist).
    pub convert: Option<bool>,
}

/// What of the channel to change.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub struct ChannelSet {
    /// What operators call it.
    pub name: Option<String>,
    /// Frames per second as a rational: `"25"`, `"30000/1001"`.
    pub frame_rate: Option<String>,
    /// Whether timecodes are counted drop-frame.
    pub drop_frame: Option<bool>,
    /// IANA name of the time zone.
    pub time_zone: Option<String>,
    /// Clock time at which the broadcast day starts, as a timecode.
    pub day_start: Option<String>,
}

/// What `update_settings` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SettingsUpdated {
    /// The channel as it is now.
    pub channel: Channel,
    /// Where in the history.
    #[serde(flatten)]
    pub committed: Committed,
}
