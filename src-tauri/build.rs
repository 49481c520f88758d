//! Generates the window's context: its configuration, its capabilities and the permissions that they draw on.

use std::{fs, path::Path};

/// The built UI. Compiling embeds whatever stands there, so the folder must exist and a change must be seen.
const UI: &str = "ui/dist";

fn main() {
    if !Path::new(UI).exists() {
        fs::create_dir_all(UI).expect("create an empty ui/dist for a build without the UI");
    }
    for watched in [
        UI,
        "src-tauri/capabilities",
        "src-tauri/permissions",
        "icons",
    ] {
        println!("cargo:rerun-if-changed={watched}");
    }
    let permissions =
        tauri_build::AppManifest::new().permissions_path_pattern("./src-tauri/permissions/**/*");
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*")
        .app_manifest(permissions);
    tauri_build::try_build(attributes).expect("read tauri.conf.json, capabilities and permissions");
}
