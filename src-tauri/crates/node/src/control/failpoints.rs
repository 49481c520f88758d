//! `/api/v1/failpoints`: how a test gets hold of a running station. Only in builds that have failpoints.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use store::failpoint::{self, Point};

use super::Served;
use crate::api::{ApiError, ErrorCode, Handlers};

/// What is to happen at a point.
#[derive(Debug, Deserialize)]
struct Arm {
    /// The point's name.
    point: String,
    /// `kill`, `pause`, `fail` or `value:TEXT`; nothing disarms the point.
    action: Option<String>,
    /// How often the point is passed unharmed before.
    #[serde(default)]
    skip: u32,
}

pub(super) fn routes<H: Handlers + 'static>() -> Router<Arc<Served<H>>> {
    Router::new().route("/api/v1/failpoints", get(reached).post(arm))
}

/// How often each point was reached in this process.
async fn reached() -> Json<BTreeMap<&'static str, u64>> {
    let counted = |point: &Point| (point.name(), failpoint::reached(*point));
    Json(Point::ALL.iter().map(counted).collect())
}

async fn arm(
    Json(Arm {
        point,
        action,
        skip,
    }): Json<Arm>,
) -> Result<Json<()>, ApiError> {
    let invalid = |message| ApiError::new(ErrorCode::Invalid, message);
    let point =
        Point::named(&point).ok_or_else(|| invalid(format!("There is no failpoint {point}.")))?;
    match action {
        None => failpoint::disarm(point),
        Some(action) => {
            let action = action.parse().map_err(invalid)?;
            failpoint::arm(point, &action, skip).map_err(invalid)?;
        }
    }
    Ok(Json(()))
}
