//! One run of ffprobe: what a media file is. Bounded in time and output; ended when nobody waits any more.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use domain::asset::MediaInfo;
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;

/// The environment variable that names another program than `ffprobe` on the search path.
pub const PROGRAM_VARIABLE: &str = "TANDEM_FFPROBE";
/// How long one file may take: a disk that spins up or a network share may need seconds.
const TIME_LIMIT: Duration = Duration::from_secs(30);
const OUTPUT_BYTES_MAX: u64 = 4 << 20;
const COMPLAINT_BYTES_MAX: u64 = 16 << 10;

/// Why a file could not be probed.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// There is no ffprobe: nothing can be probed at all.
    #[error(
        "Media files cannot be read, because {program} is not installed. Install it (Debian: `apt install ffmpeg`) and scan \
         again; assets can be added by hand meanwhile."
    )]
    Missing {
        /// The program that was tried.
        program: String,
    },
    /// ffprobe could not be run or watched.
    #[error("ffprobe could not be run: {0}")]
    Run(#[from] io::Error),
    /// It took too long.
    #[error("ffprobe did not finish within {} s", TIME_LIMIT.as_secs())]
    TimedOut,
    /// It said more than any media file gives rise to.
    #[error("ffprobe said more than {} MiB about it", OUTPUT_BYTES_MAX >> 20)]
    TooMuch,
    /// ffprobe finds no media in it; its own words.
    #[error("{0}")]
    Unreadable(String),
    /// Neither picture nor sound.
    #[error("it has neither video nor audio")]
    NoStreams,
    /// Its duration is not known, so it cannot be scheduled.
    #[error("its duration cannot be told (a still picture, or a recording that was cut off)")]
    NoDuration,
    /// ffprobe's output is not what it should be.
    #[error("ffprobe's answer was not understood: {0}")]
    Malformed(#[from] serde_json::Error),
}

/// Runs ffprobe.
#[derive(Debug, Clone)]
pub struct Prober {
    program: PathBuf,
}

impl Default for Prober {
    /// `ffprobe` from the search path, or what `TANDEM_FFPROBE` names.
    fn default() -> Self {
        Self {
            program: std::env::var_os(PROGRAM_VARIABLE)
                .map_or_else(|| "ffprobe".into(), PathBuf::from),
        }
    }
}

impl Prober {
    /// Another program.
    #[must_use]
    pub fn with_program(program: PathBuf) -> Self {
        Self { program }
    }

    /// Finds out whether ffprobe is there.
    ///
    /// # Errors
    /// [`ProbeError::Missing`] where it is not, [`ProbeError::Run`] where it cannot be run.
    pub async fn check(&self) -> Result<(), ProbeError> {
        let mut command = self.command();
        command
            .arg("-version")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| self.spawn_error(error))?;
        tokio::time::timeout(TIME_LIMIT, child.wait())
            .await
            .map_err(|_| ProbeError::TimedOut)??;
        Ok(())
    }

    /// What the media file at `path` is. `size_bytes` and `modified_at` are left for the caller.
    ///
    /// # Errors
    /// [`ProbeError`]: the file's fault, except for `Missing` and `Run`.
    pub async fn probe(&self, path: &Path) -> Result<MediaInfo, ProbeError> {
        tokio::time::timeout(TIME_LIMIT, self.run(path))
            .await
            .map_err(|_| ProbeError::TimedOut)?
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .stdin(Stdio::null())
            .env("LC_ALL", "C")
            .kill_on_drop(true);
        command
    }

    fn spawn_error(&self, error: io::Error) -> ProbeError {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => ProbeError::Missing {
                program: self.program.display().to_string(),
            },
            _ => ProbeError::Run(error),
        }
    }

    async fn run(&self, path: &Path) -> Result<MediaInfo, ProbeError> {
        // `file:` keeps a name such as "concat:x" from being taken for a protocol; the whitelist keeps a playlist file
        // from reaching out to the network.
        let mut url = std::ffi::OsString::from("file:");
        url.push(path);
        let mut command = self.command();
        command
            .args(["-v", "error", "-hide_banner", "-protocol_whitelist", "file"])
            .args([
                "-print_format",
                "json",
                "-show_format",
                "-show_streams",
                "-i",
            ])
            .arg(&url)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| self.spawn_error(error))?;
        let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(ProbeError::Run(io::Error::other(
                "its output is not connected",
            )));
        };
        let (output, complaint) = tokio::try_join!(
            read_at_most(stdout, OUTPUT_BYTES_MAX),
            read_at_most(stderr, COMPLAINT_BYTES_MAX)
        )?;
        let output = output.ok_or(ProbeError::TooMuch)?;
        let status = child.wait().await?;
        if !status.success() {
            return Err(ProbeError::Unreadable(in_words(
                &complaint.unwrap_or_default(),
                path,
            )));
        }
        serde_json::from_slice::<Report>(&output)?.media_info()
    }
}

/// All of it; `None` where it is longer than `max`, and then the rest is not read.
async fn read_at_most(from: impl AsyncRead + Unpin, max: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    from.take(max + 1).read_to_end(&mut bytes).await?;
    Ok((bytes.len() as u64 <= max).then_some(bytes))
}

/// ffprobe's complaint without addresses in memory and the path, which stands beside it anyway.
fn in_words(complaint: &[u8], path: &Path) -> String {
    let text = String::from_utf8_lossy(complaint);
    let path = path.to_string_lossy();
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines() {
        let line = line
            .split_once("] ")
            .filter(|_| line.starts_with('['))
            .map_or(line, |(_, rest)| rest);
        let line = line.trim_start_matches("file:");
        let line = line
            .strip_prefix(&*path)
            .unwrap_or(line)
            .trim_start_matches(':')
            .trim();
        if !line.is_empty() && !lines.contains(&line) && lines.len() < 3 {
            lines.push(line);
        }
    }
    if lines.is_empty() {
        "ffprobe gave no reason".into()
    } else {
        lines.join("; ")
    }
}

#[derive(Deserialize)]
struct Report {
    #[serde(default)]
    streams: Vec<Stream>,
    #[serde(default)]
    format: Format,
}

#[derive(Deserialize, Default)]
struct Format {
    format_name: Option<String>,
    duration: Option<String>,
}

#[derive(Deserialize)]
struct Stream {
    codec_type: Option<String>,
    codec_name: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    avg_frame_rate: Option<String>,
    r_frame_rate: Option<String>,
    sample_rate: Option<String>,
    channels: Option<u32>,
    duration: Option<String>,
    #[serde(default)]
    disposition: Disposition,
    #[serde(default)]
    tags: Tags,
}

#[derive(Deserialize, Default)]
struct Disposition {
    #[serde(default)]
    attached_pic: u8,
}

#[derive(Deserialize, Default)]
struct Tags {
    /// Matroska: `"00:00:02.000000000"`.
    #[serde(rename = "DURATION")]
    duration: Option<String>,
}

impl Report {
    fn media_info(self) -> Result<MediaInfo, ProbeError> {
        let of_kind = |kind: &str| {
            self.streams.iter().find(|stream| {
                stream.codec_type.as_deref() == Some(kind) && stream.disposition.attached_pic == 0
            })
        };
        let (video, audio) = (of_kind("video"), of_kind("audio"));
        if video.is_none() && audio.is_none() {
            return Err(ProbeError::NoStreams);
        }
        // The picture says how long a clip is: sound is padded to whole packets, so a container's own figure is longer.
        let duration_us = video
            .or(audio)
            .and_then(Stream::duration_us)
            .or_else(|| self.format.duration.as_deref().and_then(seconds_in_us))
            .or_else(|| audio.and_then(Stream::duration_us))
            .filter(|duration| *duration > 0)
            .ok_or(ProbeError::NoDuration)?;
        Ok(MediaInfo {
            container: self.format.format_name.clone(),
            video_codec: video.and_then(|stream| stream.codec_name.clone()),
            width: video.and_then(|stream| stream.width),
            height: video.and_then(|stream| stream.height),
            frame_rate: video.and_then(Stream::frame_rate),
            audio_codec: audio.and_then(|stream| stream.codec_name.clone()),
            audio_channels: audio.and_then(|stream| stream.channels),
            sample_rate_hz: audio.and_then(|stream| stream.sample_rate.as_deref()?.parse().ok()),
            duration_us: Some(duration_us),
            size_bytes: None,
            modified_at: None,
        })
    }
}

impl Stream {
    fn duration_us(&self) -> Option<i64> {
        let plain = self.duration.as_deref().and_then(seconds_in_us);
        plain.or_else(|| self.tags.duration.as_deref().and_then(clock_in_us))
    }

    /// `"25/1"` as `"25"`; `None` for `"0/0"`, which ffprobe says where there is none.
    fn frame_rate(&self) -> Option<String> {
        [&self.avg_frame_rate, &self.r_frame_rate]
            .into_iter()
            .flatten()
            .find_map(|rate| {
                let (num, den) = rate.split_once('/')?;
                let (num, den): (u32, u32) = (num.parse().ok()?, den.parse().ok()?);
                match (num, den) {
                    (0, _) | (_, 0) => None,
                    (num, 1) => Some(num.to_string()),
                    (num, den) => Some(format!("{num}/{den}")),
                }
            })
    }
}

/// `"2.000000"` seconds in microseconds, exactly: no float in between.
fn seconds_in_us(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let micros: String = fraction.chars().chain("000000".chars()).take(6).collect();
    whole
        .parse::<u32>()
        .ok()
        .map(i64::from)?
        .checked_mul(1_000_000)?
        .checked_add(micros.parse().ok()?)
}

/// `"00:00:02.000000000"` in microseconds.
fn clock_in_us(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    let minutes =
        i64::from(hours.parse::<u16>().ok()?) * 60 + i64::from(minutes.parse::<u8>().ok()?);
    parts
        .next()
        .is_none()
        .then(|| seconds_in_us(seconds))?
        .map(|micros| minutes * 60_000_000 + micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_without_rounding() {
        assert_eq!(seconds_in_us("2.000000"), Some(2_000_000));
        assert_eq!(seconds_in_us("0.033367"), Some(33_367));
        assert_eq!(seconds_in_us("7"), Some(7_000_000));
        assert_eq!(seconds_in_us("1.5"), Some(1_500_000));
        assert_eq!(seconds_in_us("86400.123456789"), Some(86_400_123_456));
        assert_eq!(clock_in_us("01:00:02.040000000"), Some(3_602_040_000));
        for nonsense in ["", "N/A", "-1", "1.x", "nan", "1e3"] {
            assert_eq!(seconds_in_us(nonsense), None, "{nonsense}");
        }
        for nonsense in ["", "1:2", "00:00:00:01", "a:b:c"] {
            assert_eq!(clock_in_us(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_complaint_is_told_without_addresses_and_path() {
        let path = Path::new("/media/a: b.mp4");
        let said = b"[mov,mp4 @ 0x55de1aef81c0] moov atom not found\nfile:/media/a: b.mp4: Invalid data found when processing input\n";
        assert_eq!(
            in_words(said, path),
            "moov atom not found; Invalid data found when processing input"
        );
        assert_eq!(in_words(b"", path), "ffprobe gave no reason");
    }

    #[test]
    fn a_cover_picture_is_no_video() {
        let report = r#"{"streams":[{"codec_type":"audio","codec_name":"mp3","duration":"3.5","channels":2,"sample_rate":"44100"},
            {"codec_type":"video","codec_name":"png","disposition":{"attached_pic":1}}],"format":{"format_name":"mp3"}}"#;
        let info = serde_json::from_str::<Report>(report)
            .unwrap()
            .media_info()
            .unwrap();
        assert_eq!(
            (
                info.video_codec,
                info.audio_codec.as_deref(),
                info.duration_us
            ),
            (None, Some("mp3"), Some(3_500_000))
        );
    }

    #[test]
    fn a_still_picture_and_a_subtitle_file_are_refused_with_their_reason() {
        let report = |json: &str| serde_json::from_str::<Report>(json).unwrap().media_info();
        let still = r#"{"streams":[{"codec_type":"video","codec_name":"png"}],"format":{"format_name":"png_pipe"}}"#;
        assert!(matches!(report(still), Err(ProbeError::NoDuration)));
        assert!(matches!(
            report(r#"{"streams":[{"codec_type":"subtitle"}],"format":{}}"#),
            Err(ProbeError::NoStreams)
        ));
        assert!(matches!(report("{}"), Err(ProbeError::NoStreams)));
    }

    #[tokio::test]
    async fn a_missing_ffprobe_is_told_apart_from_a_bad_file() {
        let prober = Prober::with_program("/nonexistent/ffprobe".into());
        assert!(matches!(
            prober.check().await,
            Err(ProbeError::Missing { .. })
        ));
        assert!(matches!(
            prober.probe(Path::new("/etc/passwd")).await,
            Err(ProbeError::Missing { .. })
        ));
    }
}
