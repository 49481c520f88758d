//! One command for the station that runs on a data directory, over its control API.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::api::{ApiError, ErrorCode};
use crate::control::{ControlFileError, read_control_file};

/// How long a command may take: a verify or a backup of a large library takes its time.
const TIME_LIMIT: Duration = Duration::from_secs(15 * 60);
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// Runs `command` with `args` (a JSON object as text) and returns its answer.
///
/// # Errors
/// What the command answers; `unavailable` where no station runs on `data_dir` or it does not answer.
pub async fn call(data_dir: &Path, command: &str, args: String) -> Result<Value, ApiError> {
    let control = read_control_file(data_dir).map_err(|error| {
        let code = if matches!(error, ControlFileError::Missing { .. }) {
            ErrorCode::Unavailable
        } else {
            ErrorCode::Internal
        };
        ApiError::new(code, error.to_string())
    })?;
    let unreachable = |error: reqwest::Error| {
        let message = format!(
            "The station on {} does not answer ({error}). If it is not running, start it with `tandem-node run`.",
            data_dir.display()
        );
        ApiError::new(ErrorCode::Unavailable, message)
    };
    if !command
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    {
        return Err(ApiError::not_found("command", command));
    }
    let request = client()?
        .post(format!("{}/api/v1/call/{command}", control.url))
        .bearer_auth(control.token)
        .header("content-type", "application/json")
        .body(args);
    let response = request.send().await.map_err(unreachable)?;
    let succeeded = response.status().is_success();
    let body = response.bytes().await.map_err(unreachable)?;
    let strange = |error: serde_json::Error| {
        ApiError::new(
            ErrorCode::Internal,
            format!("The station's answer was not understood: {error}."),
        )
    };
    if succeeded {
        return serde_json::from_slice(&body).map_err(strange);
    }
    Err(serde_json::from_slice::<ApiError>(&body).unwrap_or_else(strange))
}

/// A client for plain HTTP on loopback: no proxy of the environment, and a TLS set-up that trusts nobody, since none is
/// spoken (reqwest does not do without).
pub(crate) fn client() -> Result<reqwest::Client, ApiError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| broken(&error))?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let builder = reqwest::Client::builder()
        .no_proxy()
        .connect_timeout(CONNECT_LIMIT)
        .timeout(TIME_LIMIT);
    builder
        .tls_backend_preconfigured(tls)
        .build()
        .map_err(|error| broken(&error))
}

fn broken(error: &dyn std::error::Error) -> ApiError {
    ApiError::new(
        ErrorCode::Internal,
        format!("No call could be made: {error}."),
    )
}
