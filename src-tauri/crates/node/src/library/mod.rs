//! The library from real media: probing files with ffprobe, scanning folders of them as a background job, and looking
//! whether the files are still what they were.

pub mod check;
pub mod ffprobe;
pub mod files;
pub mod jobs;
pub mod keeper;
mod roots;
pub mod scan;
pub mod thumbnail;
pub mod view;
pub(crate) mod walk;
pub mod watch;

pub use roots::{Place, ROOTS_KEY, Roots};
