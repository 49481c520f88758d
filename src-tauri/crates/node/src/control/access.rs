//! Who may call: the token, and the checks that keep web pages of other origins out.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

use super::Served;
use super::file::METRICS_TOKEN_FILE;
use crate::api::{ApiError, ErrorCode, Handlers};

/// The control API's bearer token: 256 random bits, new at every start.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// A new one.
    #[must_use]
    pub fn random() -> Self {
        let bits: [u8; 32] = rand::random();
        Self(bits.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// One that was kept; `None` where the text is none.
    pub(super) fn kept(text: &str) -> Option<Self> {
        let text = text.trim();
        let hex = |byte: u8| byte.is_ascii_hexdigit();
        (text.len() == 64 && text.bytes().all(hex)).then(|| Self(text.to_owned()))
    }

    /// The text, for whoever is to have it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether `offered` is this token. Takes as long wherever the two differ: digests are compared, and how far two
    /// digests agree tells nothing of the texts.
    fn is(&self, offered: &str) -> bool {
        Sha256::digest(&self.0) == Sha256::digest(offered)
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code.http_status())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(self)).into_response()
    }
}

/// Lets in only what was addressed to this machine by its loopback names, and by no page of another origin.
pub(super) async fn check_origin<H: Handlers + 'static>(
    State(served): State<Arc<Served<H>>>,
    request: Request,
    next: Next,
) -> Response {
    if is_from_here(request.headers(), served.address.port()) {
        return next.run(request).await;
    }
    let message = "The control API answers only requests to 127.0.0.1 or localhost, from programs and pages of this very address.";
    ApiError::new(ErrorCode::Unauthorized, message).into_response()
}

fn is_from_here(headers: &HeaderMap, port: u16) -> bool {
    let is_ours = |host: &str| {
        ["127.0.0.1", "localhost"]
            .iter()
            .any(|name| host == format!("{name}:{port}"))
    };
    let text = |name| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or_default())
    };
    let same_origin =
        text(ORIGIN).is_none_or(|origin| origin.strip_prefix("http://").is_some_and(is_ours));
    text(HOST).is_some_and(is_ours) && same_origin
}

/// Lets in only who has the token: in `Authorization: Bearer …`, or, for browsers' WebSockets, which can set no headers,
/// as the subprotocol `bearer.…`.
pub(super) async fn check_token<H: Handlers + 'static>(
    State(served): State<Arc<Served<H>>>,
    request: Request,
    next: Next,
) -> Response {
    if offered_token(request.headers()).is_some_and(|offered| served.token.is(offered)) {
        return next.run(request).await;
    }
    let message = "The token is missing or wrong: send `Authorization: Bearer TOKEN` with the token of control.json. It changes at every start.";
    ApiError::new(ErrorCode::Unauthorized, message).into_response()
}

/// Whether a request comes with the token.
pub(super) fn has_token<H: Handlers>(served: &Served<H>, headers: &HeaderMap) -> bool {
    offered_token(headers).is_some_and(|offered| served.token.is(offered))
}

/// Lets in who has that token, or the one that reads the metrics and nothing else.
pub(super) async fn check_metrics_token<H: Handlers + 'static>(
    State(served): State<Arc<Served<H>>>,
    request: Request,
    next: Next,
) -> Response {
    let may = |offered: &str| served.token.is(offered) | served.metrics_token.is(offered);
    if offered_token(request.headers()).is_some_and(may) {
        return next.run(request).await;
    }
    let message = format!(
        "The token is missing or wrong: send `Authorization: Bearer TOKEN` with the content of {METRICS_TOKEN_FILE} in the data directory."
    );
    ApiError::new(ErrorCode::Unauthorized, message).into_response()
}

fn offered_token(headers: &HeaderMap) -> Option<&str> {
    let bearer = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    if let Some((scheme, token)) = bearer.and_then(|value| value.split_once(' ')) {
        return scheme
            .eq_ignore_ascii_case("bearer")
            .then_some(token.trim());
    }
    let protocols = headers
        .get(SEC_WEBSOCKET_PROTOCOL)
        .and_then(|value| value.to_str().ok())?;
    protocols
        .split(',')
        .find_map(|protocol| protocol.trim().strip_prefix("bearer."))
}
