//! The user interface for a browser on the same machine: the files that Vite built.
//!
//! They hold nothing secret, so they need no token; without one the page can do nothing.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};

use super::Served;
use crate::api::{ApiError, Handlers};

/// The environment variable that names the folder with the built user interface.
pub const UI_VARIABLE: &str = "TANDEM_UI_DIR";
const START_PAGE: &str = "index.html";

/// The folder with the built user interface: what `TANDEM_UI_DIR` names, `ui` beside the program, `share/tandem/ui` of
/// the place where it is installed, or this source tree's own `ui/dist` in a debug build.
#[must_use]
pub fn find_ui() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(UI_VARIABLE) {
        return Some(named.into());
    }
    let program = std::env::current_exe().ok();
    let folder = program.as_deref().and_then(Path::parent);
    let installed = folder
        .into_iter()
        .flat_map(|folder| [folder.join("ui"), folder.join("../share/tandem/ui")]);
    let built = cfg!(debug_assertions)
        .then(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/dist"));
    installed
        .chain(built)
        .find(|folder| folder.join(START_PAGE).is_file())
}

pub(super) async fn page<H: Handlers + 'static>(
    State(served): State<Arc<Served<H>>>,
    uri: Uri,
) -> Response {
    let Some(folder) = &served.ui else {
        return no_ui();
    };
    let Some(below) = path_below(uri.path()) else {
        return not_found(&uri);
    };
    let Ok(content) = tokio::fs::read(folder.join(&below)).await else {
        return not_found(&uri);
    };
    // Vite names what is in assets/ by its content.
    let cache = if below.starts_with("assets") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let headers = [
        (CONTENT_TYPE, content_type(&below).to_owned()),
        (CACHE_CONTROL, cache.to_owned()),
    ];
    (headers, safety(served.address.port()), content).into_response()
}

/// Headers that let the page load only what came with it, and talk only to its own station.
fn safety(port: u16) -> [(HeaderName, String); 4] {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' http://127.0.0.1:{port}/thumbnail/; \
         media-src 'self' http://127.0.0.1:{port}/media/; font-src 'self'; \
         connect-src 'self' ws://127.0.0.1:{port} ws://localhost:{port}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    [
        (CONTENT_SECURITY_POLICY, policy),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".into()),
        (REFERRER_POLICY, "no-referrer".into()),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin".into(),
        ),
    ]
}

/// The file that a path names; `None` for one that leads out of the folder or is written in another way than Vite does.
fn path_below(path: &str) -> Option<PathBuf> {
    let below = path.trim_start_matches('/');
    let below = if below.is_empty() { START_PAGE } else { below };
    let plain = |part: Component<'_>| matches!(part, Component::Normal(name) if !name.as_encoded_bytes().starts_with(b"."));
    (!below.contains(['%', '\\']) && Path::new(below).components().all(plain)).then(|| below.into())
}

fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}

fn not_found(uri: &Uri) -> Response {
    ApiError::not_found("page", uri.path()).into_response()
}

fn no_ui() -> Response {
    let text = format!(
        "<!doctype html><title>Tandem</title><p>This station runs, but its user interface is not built: run <code>npm --prefix ui run \
         build</code>, or set {UI_VARIABLE} to the folder with the built files, and start it again.</p>"
    );
    (StatusCode::NOT_FOUND, Html(text)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_cannot_lead_out_of_the_folder() {
        assert_eq!(path_below("/"), Some(START_PAGE.into()));
        assert_eq!(
            path_below("/assets/index-1a2b.js"),
            Some("assets/index-1a2b.js".into())
        );
        for path in [
            "/../control.json",
            "/a/../../b",
            "/%2e%2e/x",
            "/.env",
            "/assets/./../..",
            "/a\\b",
        ] {
            assert_eq!(path_below(path), None, "{path}");
        }
        assert_eq!(path_below("//etc/passwd"), Some("etc/passwd".into()));
    }
}
