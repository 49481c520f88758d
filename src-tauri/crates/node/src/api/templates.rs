//! Templates: blocks of items that are scheduled again and again.

use domain::ids::{ItemId, TemplateId};
use domain::timecode::Timecode;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Aired, Committed};

/// What `list_templates` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Templates {
    /// All of them, A to Z.
    pub templates: Vec<TemplateView>,
}

/// A template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TemplateView {
    /// Identity.
    pub id: TemplateId,
    /// What operators call it.
    pub name: String,
    /// How many items.
    pub items: u64,
    /// Sum of their durations in frames.
    pub duration: i64,
    /// The clock time that its first item started at when it was made.
    pub starts_at: Timecode,
}

/// `create_template`: from items of one day, at most 2,000.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct CreateTemplate {
    /// What operators will call it.
    pub name: String,
    /// Which items; taken in the order of their day.
    pub ids: Vec<ItemId>,
}

/// `rename_template`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct RenameTemplate {
    /// Which.
    pub id: TemplateId,
    /// What operators will call it.
    pub name: String,
}

/// `delete_template`. What was scheduled from it stays.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct DeleteTemplate {
    /// Which.
    pub id: TemplateId,
}

/// What `create_template` and `rename_template` answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TemplateChanged {
    /// As it is now.
    pub template: TemplateView,
    /// Where in the history.
    #[serde(flatten)]
    pub committed: Committed,
}

/// Where a template goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[ts(export, optional_fields = nullable)]
pub enum TemplatePlace {
    /// Right behind an item; its first item follows.
    Here {
        /// The item; null for the day's start.
        after: Option<ItemId>,
    },
    /// At the clock time that its first item started at when it was made.
    Original,
    /// At a clock time.
    At {
        /// As a timecode.
        time: String,
    },
}

/// What becomes of what lies where a template goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum TemplateMode {
    /// It is pushed.
    Move,
    /// It is replaced.
    Overwrite,
    /// It stays, and only what fits before it is taken.
    Fit,
}

/// `insert_template`: one entry.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct InsertTemplate {
    /// Which.
    pub id: TemplateId,
    /// The broadcast day.
    pub date: String,
    /// Where it goes.
    pub place: TemplatePlace,
    /// What becomes of what lies there.
    pub mode: TemplateMode,
}

/// What `insert_template` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TemplateInserted {
    /// The items that were made, in order.
    pub items: Vec<ItemId>,
    /// How many items of the day went.
    pub removed: u64,
    /// Of how many a part was taken away.
    pub trimmed: u64,
    /// How many of the template's items found no room.
    pub left_out: u64,
    /// Whether what it made lies where something is on the air or has been; null where all is still to come.
    pub aired: Option<Aired>,
    /// Where in the history.
    #[serde(flatten)]
    pub committed: Committed,
}
