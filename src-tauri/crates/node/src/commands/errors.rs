//! What the errors of the lower layers mean to whoever called: one place, one meaning each. Causes that are no business
//! of a caller go to the log.

use domain::day::DayError;
use domain::validate::Invalid;
use serde_json::{Value, json};
use store::tables::TableError;

use crate::api::{ApiError, ErrorCode};
use crate::redundancy::RedundancyError;

impl From<store::Error> for ApiError {
    fn from(error: store::Error) -> Self {
        use store::Error as E;
        let message = error.to_string();
        match &error {
            E::ReadOnly { .. } => ApiError::new(ErrorCode::ReadOnly, message),
            E::Busy { .. } => ApiError::new(ErrorCode::Busy, message),
            E::NoSpace { .. } => ApiError::new(ErrorCode::NoSpace, message),
            E::TooLarge { bytes, max } => ApiError::new(ErrorCode::TooLarge, message)
                .with(json!({ "bytes": bytes, "max": max })),
            E::Conflict(conflict) => {
                let later = conflict
                    .later
                    .as_ref()
                    .map(|entry| json!({ "seq": entry.seq, "label": entry.label }));
                ApiError::new(ErrorCode::Conflict, sentence(&message))
                    .with(json!({ "later": later }))
            }
            E::Orphan(_) => ApiError::new(ErrorCode::Conflict, sentence(&message)),
            E::NotFound(_) => ApiError::new(ErrorCode::NotFound, message),
            E::Invalid(_) => ApiError::new(ErrorCode::Invalid, message),
            E::Constraint { .. } => ApiError::new(ErrorCode::Invalid, message),
            E::Closed => ApiError::new(ErrorCode::Unavailable, "This station is stopping."),
            E::Damaged { .. } => {
                tracing::error!(%error, "the database is damaged");
                ApiError::new(ErrorCode::Internal, message)
            }
            _ => internal(&error),
        }
    }
}

/// An error whose cause is for the log alone.
fn internal(error: &dyn std::error::Error) -> ApiError {
    tracing::error!(%error, "a command failed");
    ApiError::new(
        ErrorCode::Internal,
        "Something went wrong inside the station; nothing was changed. The log has the cause.",
    )
}

impl From<TableError> for ApiError {
    fn from(error: TableError) -> Self {
        let message = sentence(&error.to_string());
        match error {
            TableError::NotFound { what, id } => {
                ApiError::new(ErrorCode::NotFound, message).with(json!({ "what": what, "id": id }))
            }
            TableError::Invalid(invalid) => invalid.into(),
            TableError::OtherPlaylist { id, .. } => {
                ApiError::new(ErrorCode::Invalid, message).with(json!({ "id": id }))
            }
            TableError::TooManyItems { count, max, .. } => {
                ApiError::new(ErrorCode::TooLarge, message)
                    .with(json!({ "count": count, "max": max }))
            }
            TableError::TooMany { count, max, .. } => ApiError::new(ErrorCode::TooLarge, message)
                .with(json!({ "count": count, "max": max })),
            TableError::Store(error) => error.into(),
            other => internal(&other),
        }
    }
}

impl From<Invalid> for ApiError {
    fn from(invalid: Invalid) -> Self {
        ApiError::new(ErrorCode::Invalid, sentence(&invalid.to_string()))
            .with(json!({ "field": invalid.field() }))
    }
}

impl From<DayError> for ApiError {
    fn from(error: DayError) -> Self {
        Invalid::from(error).into()
    }
}

impl From<RedundancyError> for ApiError {
    fn from(error: RedundancyError) -> Self {
        let code = serde_json::from_value(Value::from(error.code())).unwrap_or(ErrorCode::Internal);
        let details = error
            .field()
            .map_or(Value::Null, |field| json!({ "field": field }));
        ApiError::new(code, sentence(&error.to_string())).with(details)
    }
}

/// An error's text as a sentence.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters
        .next()
        .map(|first| first.to_uppercase().to_string())
        .unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{first}{}{end}", letters.as_str())
}
