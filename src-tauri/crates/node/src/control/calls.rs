//! `POST /api/v1/call/COMMAND`: one command with a JSON object.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use serde_json::Value;

use super::Served;
use crate::api::{self, ApiError, ErrorCode, Handlers};

/// The longest request: ten thousand items with long notes fit.
const BODY_BYTES_MAX: usize = 16 << 20;

pub(super) async fn call<H: Handlers + 'static>(
    State(served): State<Arc<Served<H>>>,
    Path(command): Path<String>,
    body: Body,
) -> Result<impl IntoResponse, ApiError> {
    let args = read(body).await?;
    let answer: String = api::dispatch(&*served.handlers, &command, args).await?;
    Ok(([(CONTENT_TYPE, "application/json")], answer))
}

async fn read(body: Body) -> Result<Value, ApiError> {
    let mut parts = body.into_data_stream();
    let mut bytes = Vec::new();
    while let Some(part) = parts.next().await {
        let part = part.map_err(|_| {
            ApiError::new(ErrorCode::Invalid, "The request broke off before its end.")
        })?;
        if bytes.len() + part.len() > BODY_BYTES_MAX {
            let message = format!(
                "The request is longer than {} MiB: send it in parts.",
                BODY_BYTES_MAX >> 20
            );
            return Err(ApiError::new(ErrorCode::TooLarge, message));
        }
        bytes.extend_from_slice(&part);
    }
    if bytes.is_empty() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    match serde_json::from_slice(&bytes) {
        Ok(args @ Value::Object(_)) => Ok(args),
        Ok(_) => Err(ApiError::new(
            ErrorCode::Invalid,
            "The arguments must be a JSON object, such as {}.",
        )),
        Err(error) => Err(ApiError::new(
            ErrorCode::Invalid,
            format!("The request is not valid JSON: {error}."),
        )),
    }
}

pub(super) async fn no_such_path(uri: Uri) -> Response {
    ApiError::not_found("path", uri.path()).into_response()
}
