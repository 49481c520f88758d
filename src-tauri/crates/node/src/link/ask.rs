//! What one station asks the other beside the link: what its history holds, its orphans, and to apply one of them again.
//! One request, one answer; each within a limit, and only between stations that pinned each other.

use domain::history::{EpochStart, Position};
use serde::{Deserialize, Serialize};
use store::{Mark, OrphanId, Parcel};
use tokio::sync::oneshot;

/// The longest question, and the longest answer, in bytes: an orphan with the largest entry fits.
pub const ASK_LEN_MAX: usize = 64 << 20;
/// Questions that are dealt with at a time; who asks beyond that is told to try again.
pub const ASKED_MAX: usize = 4;

/// What a station asks.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Question {
    /// What do you have that I lack?
    Compare {
        /// Where the asking station is.
        position: Position,
        /// Its epoch history, oldest first.
        epochs: Vec<EpochStart>,
    },
    /// Which orphans do you keep?
    Orphans,
    /// Give me this one.
    Orphan(OrphanId),
    /// Apply this one again: you are the primary.
    Reapply {
        /// Which.
        orphan: Asked,
        /// Without what does not fit.
        partial: bool,
        /// Who asks for it.
        user: String,
    },
    /// This became of an orphan that you may keep, too.
    Mark(OrphanId, Mark),
}

/// An orphan that is to be applied again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Asked {
    /// One that the asked station keeps.
    Yours(OrphanId),
    /// One that the asking station keeps.
    Mine(Box<Parcel>),
}

/// What a station answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Answer {
    /// A type of [`crate::api`] as JSON.
    Json(String),
    /// The orphan.
    Orphan(Box<Parcel>),
    /// It was noted.
    Noted,
    /// An [`crate::api::ApiError`] as JSON.
    Refused(String),
}

/// A question that came in, with the way back.
#[derive(Debug)]
pub struct Pending {
    /// What is asked.
    pub question: Question,
    /// Where the answer goes.
    pub reply: oneshot::Sender<Answer>,
}
