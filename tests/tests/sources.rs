//! What must not be in the sources.

use std::path::Path;

/// The engine runs without a display and without a host: it names none of these crates.
#[test]
fn the_engine_knows_no_host() {
    let manifest = fs_err::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/Cargo.toml")).unwrap();
    for host in ["tauri", "axum", "clap"] {
        assert!(!manifest.lines().any(|line| line.starts_with(host)), "engine/Cargo.toml names {host}");
    }
}
