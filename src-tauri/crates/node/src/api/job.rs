//! Long work: a job runs beside everything else, reports its progress and can be cancelled.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

/// `scan_folder`: reads every media file below a folder into the library.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct ScanFolder {
    /// Absolute path on the station's machine.
    pub path: String,
}

/// What `scan_folder` answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct JobStarted {
    /// The job, for `get_job` and `cancel_job`.
    #[ts(type = "string")]
    pub job: Uuid,
}

/// `get_job` and `cancel_job`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct WhichJob {
    /// Which.
    #[ts(type = "string")]
    pub job: Uuid,
}

/// How a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum JobState {
    /// It works.
    Running,
    /// It finished; there may be problems.
    Done,
    /// It could not go on; `error` says why.
    Failed,
    /// It was cancelled; what it had done by then stays.
    Cancelled,
}

/// A job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Job {
    /// Identity.
    #[ts(type = "string")]
    pub job: Uuid,
    /// What it does, for people: `"Scan /media/promos"`.
    pub label: String,
    /// How it stands.
    pub state: JobState,
    /// Files done.
    pub done: u64,
    /// Files found so far; final once the folder was walked.
    pub total: u64,
    /// Assets added.
    pub added: u64,
    /// Assets whose file had changed.
    pub updated: u64,
    /// Files that the library had already as they are.
    pub unchanged: u64,
    /// What could not be read, at most 1,000 of them.
    pub problems: Vec<Problem>,
    /// How many problems there were in all.
    pub problem_count: u64,
    /// Why it failed; null unless it did.
    pub error: Option<super::ApiError>,
    /// When it started (RFC 3339).
    pub started_at: String,
    /// When it ended (RFC 3339); null while it runs.
    pub ended_at: Option<String>,
}

/// Something that a job could not do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Problem {
    /// The file or folder.
    pub path: String,
    /// Why, in words.
    pub reason: String,
}
