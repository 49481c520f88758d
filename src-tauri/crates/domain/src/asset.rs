//! Entries of the library.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ids::AssetId;

/// What an asset is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum AssetKind {
    /// A media file.
    Clip,
    /// A live source.
    Live,
}

/// Where a file is: the name of a media root, which each station maps to a folder of its own, and the path below it,
/// with forward slashes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MediaFile {
    /// The media root's name.
    pub root: String,
    /// The path below it.
    pub path: String,
}

/// What is wrong with an asset's file on a station. Each station looks at its own disks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum FileState {
    /// It is not there.
    Missing,
    /// It is not the file that was read into the library.
    Changed,
}

/// What a probe found in the file. What is not there is null.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct MediaInfo {
    /// Container format as ffprobe names it: `"mov,mp4,m4a,3gp,3g2,mj2"`.
    pub container: Option<String>,
    /// Video codec: `"h264"`.
    pub video_codec: Option<String>,
    /// Width in pixels.
    pub width: Option<u32>,
    /// Height in pixels.
    pub height: Option<u32>,
    /// The file's own frame rate as a rational: `"25"`, `"30000/1001"`.
    pub frame_rate: Option<String>,
    /// Audio codec: `"aac"`.
    pub audio_codec: Option<String>,
    /// Audio channels of the first audio stream.
    pub audio_channels: Option<u32>,
    /// Audio sample rate in hertz.
    pub sample_rate_hz: Option<u32>,
    /// Exact duration of the file in microseconds, as probed: frames are computed from it at the channel's rate.
    #[ts(type = "number | null")]
    pub duration_us: Option<i64>,
    /// Size of the file in bytes.
    #[ts(type = "number | null")]
    pub size_bytes: Option<i64>,
    /// When the file was last changed (RFC 3339), as the file system says.
    pub modified_at: Option<String>,
}

/// An entry of the library: a media file or a live source, with its duration and metadata. Replicated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Asset {
    /// Identity.
    pub id: AssetId,
    /// Clip or live source.
    pub kind: AssetKind,
    /// What operators call it.
    pub title: String,
    /// The file of a clip; null for a live source or a clip that was entered by hand.
    pub file: Option<MediaFile>,
    /// Duration in frames of the channel's rate; 0 where it is not known.
    #[ts(type = "number")]
    pub duration: i64,
    /// Free grouping: `"Promo"`, `"News"`; empty where none.
    pub category: String,
    /// Free text.
    pub notes: String,
    /// What a probe found.
    pub info: MediaInfo,
    /// When it was added (RFC 3339).
    pub created_at: String,
}
