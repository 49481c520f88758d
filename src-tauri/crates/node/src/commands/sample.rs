//! A sample channel: a few clips made by ffmpeg from its test sources, and a day of them, to try everything out with.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use domain::asset::{Asset, AssetKind, MediaFile, MediaInfo};
use domain::ids::AssetId;
use domain::rate::FrameRate;
use store::tables;
use tokio::process::Command;
use uuid::Uuid;

use super::Desk;
use super::desk::channel_and_clock;
use super::media_roots::MediaRootFolders;
use crate::api::{ApiError, ErrorCode, InsertItems, JobStarted, MakeSample, NewItem, Problem};
use crate::library::check::size_and_date;
use crate::library::ffprobe::Prober;
use crate::library::jobs::{Jobs, Work};
use crate::library::thumbnail::PROGRAM_VARIABLE;

/// The folder of the clips in the data directory, and the name of their media root.
const FOLDER: &str = "sample-media";
/// Seconds of a clip that are made; the rest repeats them.
const LOOP_S: u32 = 2;
/// How long one clip may take to make.
const TIME_LIMIT: Duration = Duration::from_secs(60);
/// How many items the day gets at most.
const ITEMS_MAX: usize = 5_000;
const DAY_S: i64 = 24 * 3600;

/// One clip of the sample.
struct Sample {
    title: &'static str,
    category: &'static str,
    seconds: i64,
    /// ffmpeg's test source: <https://ffmpeg.org/ffmpeg-filters.html#Video-Sources>.
    source: &'static str,
    tone_hz: u32,
}

const SAMPLES: &[Sample] = &[
    Sample {
        title: "Station ident",
        category: "Ident",
        seconds: 5,
        source: "smptehdbars=size=320x180:rate=25",
        tone_hz: 660,
    },
    Sample {
        title: "Morning news",
        category: "News",
        seconds: 90,
        source: "testsrc2=size=320x180:rate=25",
        tone_hz: 440,
    },
    Sample {
        title: "Weather",
        category: "News",
        seconds: 30,
        source: "testsrc=size=320x180:rate=25",
        tone_hz: 330,
    },
    Sample {
        title: "Promo: tonight",
        category: "Promo",
        seconds: 15,
        source: "rgbtestsrc=size=320x180:rate=25",
        tone_hz: 550,
    },
    Sample {
        title: "Promo: the weekend",
        category: "Promo",
        seconds: 20,
        source: "yuvtestsrc=size=320x180:rate=25",
        tone_hz: 495,
    },
    Sample {
        title: "Short film",
        category: "Film",
        seconds: 120,
        source: "testsrc2=size=320x180:rate=25",
        tone_hz: 220,
    },
];

/// `make_sample`.
///
/// # Errors
/// `read_only`, `conflict` where the library is not empty, `busy` where too many jobs run. What goes wrong later stands in
/// the job.
pub async fn make(
    desk: &Desk,
    folders: &std::sync::Arc<MediaRootFolders>,
    prober: &Prober,
    jobs: &Jobs,
    args: MakeSample,
) -> Result<JobStarted, ApiError> {
    desk.check_editable()?;
    if tables::assets::count(&mut *desk.read().await?).await? > 0 {
        let message = "The sample channel is for an empty library: this one has assets already.";
        return Err(ApiError::new(ErrorCode::Conflict, message));
    }
    let making = Making {
        desk: desk.clone(),
        folders: folders.clone(),
        prober: prober.clone(),
        date: args.date,
    };
    let job = jobs.start("Make a sample channel".into(), |work| making.run(work))?;
    Ok(JobStarted { job })
}

struct Making {
    desk: Desk,
    folders: std::sync::Arc<MediaRootFolders>,
    prober: Prober,
    date: String,
}

impl Making {
    async fn run(self, work: Work) -> Result<(), ApiError> {
        work.progress(|job| job.total = SAMPLES.len() as u64);
        let folder = self.desk.data_dir().join(FOLDER);
        tokio::fs::create_dir_all(&folder).await.map_err(|error| {
            let message = format!("{} cannot be made: {error}.", folder.display());
            ApiError::new(ErrorCode::Unavailable, message)
        })?;
        let (place, _) = self.folders.place(&folder).await?;
        let rate = channel_and_clock(&mut *self.desk.read().await?)
            .await?
            .1
            .counting()
            .rate();
        let mut assets = Vec::new();
        for sample in SAMPLES {
            let made = self.clip(sample, &folder, &place.root, rate);
            let Some(asset) = work.cancelled().run_until_cancelled(made).await else {
                return Ok(());
            };
            if asset.file.is_none() && !work.has_problems() {
                let Problem { path, reason } = without_files(&folder);
                work.problem(path, reason);
            }
            assets.push(asset);
            work.progress(|job| job.done += 1);
        }
        let count = assets.len() as u64;
        let mut edit = self.desk.edit("Add a sample library").await?;
        let assets = tables::assets::add(edit.connection(), assets).await?;
        self.desk.commit(edit).await?;
        work.progress(|job| job.added = count);
        self.schedule(&assets, rate).await
    }

    /// One clip: with a file where ffmpeg and ffprobe are there, without one otherwise.
    async fn clip(&self, sample: &Sample, folder: &Path, root: &str, rate: FrameRate) -> Asset {
        let name = format!("{}.webm", sample.title.replace(": ", " - "));
        let path = folder.join(&name);
        let info = match film(sample, &path).await {
            true => self.info(&path).await,
            false => None,
        };
        let file = info.is_some().then(|| MediaFile {
            root: root.into(),
            path: name,
        });
        Asset {
            id: AssetId(Uuid::now_v7()),
            kind: AssetKind::Clip,
            title: sample.title.into(),
            duration: rate.frames_from_micros(sample.seconds * 1_000_000),
            category: sample.category.into(),
            notes: if file.is_some() {
                "A sample, made of a test picture.".into()
            } else {
                "A sample without a file: ffmpeg is not installed on this station.".into()
            },
            file,
            info: info.unwrap_or_default(),
            created_at: jiff::Timestamp::now().to_string(),
        }
    }

    async fn info(&self, path: &Path) -> Option<MediaInfo> {
        let info = self.prober.probe(path).await.ok()?;
        let metadata = tokio::fs::metadata(path).await.ok()?;
        let (size_bytes, modified_at) = size_and_date(&metadata);
        Some(MediaInfo {
            size_bytes,
            modified_at,
            ..info
        })
    }

    /// Fills the day with the clips, an ident between each two of them.
    async fn schedule(&self, assets: &[Asset], rate: FrameRate) -> Result<(), ApiError> {
        let day = rate.frames_from_micros(DAY_S * 1_000_000);
        let Some((ident, others)) = assets.split_first() else {
            return Ok(());
        };
        let mut items = Vec::new();
        let mut filled = 0;
        let round = others.iter().flat_map(|asset| [ident, asset]);
        for asset in round.cycle().take(ITEMS_MAX) {
            if filled + asset.duration > day {
                break;
            }
            filled += asset.duration;
            items.push(NewItem {
                asset_id: Some(asset.id),
                ..NewItem::default()
            });
        }
        let insert = InsertItems {
            date: Some(self.date.clone()),
            items,
            ..InsertItems::default()
        };
        super::playlist::insert(&self.desk, insert).await.map(drop)
    }
}

fn without_files(folder: &Path) -> Problem {
    Problem {
        path: folder.display().to_string(),
        reason:
            "the clips have no files, since ffmpeg is not installed (Debian: `apt install ffmpeg`)"
                .into(),
    }
}

/// Makes a clip: a few seconds of picture and tone, then copies of them one after the other. Encoding all of it would take
/// a minute. False where that did not work.
async fn film(sample: &Sample, path: &Path) -> bool {
    let part = path.with_extension("part.webm");
    let tone = format!("sine=frequency={}:sample_rate=48000", sample.tone_hz);
    let source = [
        "-f",
        "lavfi",
        "-i",
        sample.source,
        "-f",
        "lavfi",
        "-i",
        &tone,
    ];
    let codecs = [
        ["-c:v", "libvpx"],
        ["-deadline", "realtime"],
        ["-cpu-used", "8"],
        ["-b:v", "300k"],
        ["-pix_fmt", "yuv420p"],
        // Every webview plays this.
        ["-c:a", "libopus"],
        ["-b:a", "32k"],
    ];
    let seconds = LOOP_S.to_string();
    let made = ffmpeg(|command| {
        command.args(source).args(["-t", &seconds]);
        command.args(codecs.as_flattened()).arg(&part);
    });
    let repeated = async {
        let seconds = sample.seconds.to_string();
        ffmpeg(|command| {
            command.args(["-stream_loop", "-1", "-i"]).arg(&part);
            command.args(["-t", &seconds, "-c", "copy"]).arg(path);
        })
        .await
    };
    let made = made.await && repeated.await;
    if let Err(error) = tokio::fs::remove_file(&part).await {
        tracing::debug!(%error, "a part of a sample stays");
    }
    made
}

/// Runs ffmpeg. False where that did not work.
async fn ffmpeg(arguments: impl FnOnce(&mut Command)) -> bool {
    let program = std::env::var_os(PROGRAM_VARIABLE).map_or_else(|| "ffmpeg".into(), PathBuf::from);
    let mut command = Command::new(program);
    command.args(["-v", "error", "-nostdin", "-y"]);
    arguments(&mut command);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let status = tokio::time::timeout(TIME_LIMIT, command.status()).await;
    matches!(status, Ok(Ok(status)) if status.success())
}
