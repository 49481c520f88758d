//! What each command of [`crate::api`] does: one file for each feature, against the [`Desk`].

mod affected;
pub mod backups;
pub mod compare;
pub mod data;
mod desk;
pub mod dropped;
mod errors;
pub mod exchange;
pub mod folders;
pub mod history;
pub mod library;
pub mod media_files;
pub mod media_roots;
pub mod orphans;
pub mod peer;
pub mod planning;
pub mod playlist;
pub mod redundancy;
pub mod sample;
pub mod settings;

pub use desk::Desk;
