//! The library from real media: probing files with ffprobe, scanning folders of them as a background job, and looking
//! whether the files are still what they were.

pub mod check;
pub mod ffprobe;
pub mod files;
pub mod jobs;
pub mod keeper;
mod roots;
pub mod scan;
mod walk;

pub use roots::{Place, Roots};
