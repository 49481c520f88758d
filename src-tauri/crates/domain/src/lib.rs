//! The channel and its rundown as values: what a station schedules, and the arithmetic of it.
//!
//! Pure: no IO, no clock, no async. Time and randomness are arguments.

pub mod asset;
pub mod channel;
pub mod convert;
pub mod day;
pub mod fill;
pub mod history;
pub mod ids;
pub mod kept;
pub mod preview;
pub mod rank;
pub mod rate;
pub mod rundown;
pub mod template;
pub mod timecode;
pub mod timing;
pub mod validate;
