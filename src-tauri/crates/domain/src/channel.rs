//! What the station schedules.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::rate::FrameRate;
use crate::timecode::Timecode;

/// The settings of the channel. Replicated from the primary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Channel {
    /// What operators call it.
    pub name: String,
    /// Frames per second as a rational: `"25"`, `"30000/1001"`.
    pub frame_rate: FrameRate,
    /// Whether timecodes are counted drop-frame (only at 30000/1001 and its multiples).
    pub drop_frame: bool,
    /// IANA name of the time zone: `"Europe/Berlin"`.
    pub time_zone: String,
    /// Clock time at which the broadcast day starts, as a timecode: `"06:00:00:00"`.
    pub day_start: Timecode,
}
