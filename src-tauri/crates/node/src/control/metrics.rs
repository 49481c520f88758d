//! `GET /metrics`: the page that Prometheus reads.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use super::Served;
use crate::api::{ApiError, Handlers};
use crate::metrics::Exporter;

pub(super) async fn page<H: Handlers + 'static>(
    State(served): State<Arc<Served<H>>>,
) -> Result<impl IntoResponse, ApiError> {
    let page = served.exporter.page().await?;
    Ok(([(CONTENT_TYPE, Exporter::CONTENT_TYPE)], page))
}
