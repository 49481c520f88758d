//! The library from real media: probing files with ffprobe, and scanning folders of them as a background job.

pub mod ffprobe;
pub mod jobs;
mod roots;
pub mod scan;
mod walk;

pub use roots::{Place, Roots};
