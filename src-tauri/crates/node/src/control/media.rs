//! Pictures and films of the library, for the screen: each by a link with a ticket of its own (see
//! [`crate::library::view`]), or with the token. Parts of a film can be asked for, so that it can be wound.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::ids::AssetId;
use serde::Deserialize;
use tower_http::services::ServeFile;

use super::Served;
use super::access::has_token;
use crate::api::{ApiError, ErrorCode, Handlers};
use crate::library::view::Part;

#[derive(Deserialize)]
pub(super) struct Ticket {
    ticket: Option<String>,
}

/// The small picture of an asset; `not_found` where there is none.
pub(super) async fn thumbnail<H: Handlers + 'static>(
    State(served): State<Arc<Served<H>>>,
    Path(id): Path<AssetId>,
    Query(ticket): Query<Ticket>,
    request: Request,
) -> Result<Response, ApiError> {
    admit(&served, id, Part::Thumbnail, &ticket, &request)?;
    let picture = served.viewer.thumbnail(id).await;
    let picture = picture.ok_or_else(|| ApiError::not_found("thumbnail", id))?;
    let headers = [
        (CONTENT_TYPE, "image/jpeg"),
        (CACHE_CONTROL, "private, max-age=3600"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, picture).into_response())
}

/// The file of an asset, or the part of it that a `Range` header names.
pub(super) async fn media<H: Handlers + 'static>(
    State(served): State<Arc<Served<H>>>,
    Path(id): Path<AssetId>,
    Query(ticket): Query<Ticket>,
    request: Request,
) -> Result<Response, ApiError> {
    admit(&served, id, Part::Media, &ticket, &request)?;
    let file = served.viewer.file(id).await;
    let (_, path) = file.ok_or_else(|| ApiError::not_found("media file of asset", id))?;
    let answer = ServeFile::new(&path).try_call(request).await;
    let mut answer = answer.map_err(|error| {
        let message = format!("The file cannot be read: {error}.");
        ApiError::new(ErrorCode::Unavailable, message)
    })?;
    let headers = answer.headers_mut();
    // A file that is no media must be no page of this origin either.
    let is_media = |kind: &HeaderValue| {
        kind.to_str()
            .is_ok_and(|kind| kind.starts_with("video/") || kind.starts_with("audio/"))
    };
    if !headers.get(CONTENT_TYPE).is_some_and(is_media) {
        let plain = HeaderValue::from_static("application/octet-stream");
        headers.insert(CONTENT_TYPE, plain);
    }
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("sandbox; default-src 'none'"),
    );
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if answer.status() == StatusCode::NOT_FOUND {
        return Err(ApiError::not_found("media file of asset", id));
    }
    Ok(answer.map(Body::new))
}

fn admit<H: Handlers>(
    served: &Served<H>,
    id: AssetId,
    part: Part,
    ticket: &Ticket,
    request: &Request,
) -> Result<(), ApiError> {
    let opened = ticket
        .ticket
        .as_ref()
        .is_some_and(|ticket| served.viewer.opens(ticket, id, part));
    if opened || has_token(served, request.headers()) {
        return Ok(());
    }
    let message = "The ticket is missing or wrong: take the link that the asset has now. It changes at every start.";
    Err(ApiError::new(ErrorCode::Unauthorized, message))
}
