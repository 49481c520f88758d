//! The one error that commands answer with.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The closed set of error codes. Each has one HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ErrorCode {
    /// The caller's token is missing or wrong.
    Unauthorized,
    /// This station does not edit now: it is a secondary, or a primary that must wait.
    ReadOnly,
    /// What was named does not exist.
    NotFound,
    /// The request is malformed or breaks a rule of the product.
    Invalid,
    /// The request, or what it would make, is beyond a limit.
    TooLarge,
    /// The state of things forbids it now; `details` say what stands in the way.
    Conflict,
    /// The peer's version, schema or history does not allow it.
    Incompatible,
    /// Something that is needed is not there: the peer, `ffprobe`, a folder.
    Unavailable,
    /// A handover or another exclusive step is going on: try again in a moment.
    Busy,
    /// The disk is full; nothing was changed.
    NoSpace,
    /// A fault of the program or of the disk; the log has the cause.
    Internal,
}

impl ErrorCode {
    /// The code as the contract writes it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::ReadOnly => "read_only",
            Self::NotFound => "not_found",
            Self::Invalid => "invalid",
            Self::TooLarge => "too_large",
            Self::Conflict => "conflict",
            Self::Incompatible => "incompatible",
            Self::Unavailable => "unavailable",
            Self::Busy => "busy",
            Self::NoSpace => "no_space",
            Self::Internal => "internal",
        }
    }

    /// The HTTP status of the control API.
    #[must_use]
    pub fn http_status(self) -> u16 {
        match self {
            Self::Unauthorized => 401,
            Self::ReadOnly => 403,
            Self::NotFound => 404,
            Self::Invalid => 400,
            Self::TooLarge => 413,
            Self::Conflict | Self::Incompatible => 409,
            Self::Busy | Self::Unavailable => 503,
            Self::NoSpace => 507,
            Self::Internal => 500,
        }
    }
}

/// What a command answers when it does not do what was asked. Nothing was changed, unless `message` says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{message}")]
#[ts(export)]
pub struct ApiError {
    /// What kind of error, for programs.
    pub code: ErrorCode,
    /// What was tried, what went wrong and what to do, for people.
    pub message: String,
    /// Facts for programs: which field, which ids, which counts. Null where there are none.
    #[ts(type = "Record<string, unknown> | null")]
    pub details: serde_json::Value,
}

impl ApiError {
    /// An error without details.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            details: serde_json::Value::Null,
        }
    }

    /// The same with facts for programs: an object.
    #[must_use]
    pub fn with(mut self, details: serde_json::Value) -> Self {
        self.details = details;
        self
    }

    /// A request that breaks a rule at `field`.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Invalid, message).with(serde_json::json!({ "field": field }))
    }

    /// Something named does not exist: `what` is its kind, `id` what was asked for.
    pub fn not_found(what: &str, id: impl std::fmt::Display) -> Self {
        Self::new(ErrorCode::NotFound, format!("There is no {what} {id}."))
            .with(serde_json::json!({ "what": what, "id": id.to_string() }))
    }
}
