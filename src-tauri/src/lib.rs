//! The Lookalike window: a thin Tauri shell around [`lookalike_engine`].
//!
//! `shell` holds the engine, `commands` and `desktop` are what the page may ask for, `pictures` serves thumbnails.
//! Deliberately absent: file access from the page, and any decision about photos.

use std::path::PathBuf;

use tauri::{App, AppHandle, Manager};

mod commands;
mod desktop;
mod pictures;
mod shell;

/// Opens the window over a data directory and returns when it is closed.
pub fn run(data_dir: PathBuf) -> tauri::Result<()> {
    tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, _arguments, _directory| come_to_front(app)))
        .register_asynchronous_uri_scheme_protocol(pictures::SCHEME, pictures::serve)
        .setup(move |app: &mut App| {
            app.manage(shell::Shell::new(app.handle().clone(), data_dir));
            Ok(())
        })
        .invoke_handler(tauri::generate_handler![
            commands::status,
            commands::reopen,
            commands::add_folder,
            commands::remove_folder,
            commands::pause_folder,
            commands::set_excludes,
            commands::rescan,
            commands::pause,
            commands::resume,
            commands::skipped,
            commands::retry,
            commands::search,
            commands::search_pasted,
            commands::page,
            commands::library,
            commands::picture,
            commands::models,
            commands::install_model,
            commands::cancel_install,
            commands::use_model,
            commands::pause_switch,
            commands::cancel_switch,
            commands::forget_model,
            commands::remove_model,
            commands::embedding_notes,
            commands::find_duplicates,
            commands::stop_finding_duplicates,
            commands::duplicates,
            commands::dismiss,
            commands::protect_folder,
            commands::trash,
            commands::undo_trash,
            commands::files_of,
            commands::connection,
            commands::connect,
            commands::disconnect,
            commands::test_connection,
            commands::sync_status,
            commands::pause_sync,
            commands::retry_sync,
            commands::verify_sync,
            desktop::pick_folder,
            desktop::pick_photo,
            desktop::path_kind,
            desktop::paste,
            desktop::copy_text,
            desktop::open,
            desktop::show_in_folder,
        ])
        .run(tauri::generate_context!())
}

/// A second start shows the window that is already open.
fn come_to_front(app: &AppHandle) {
    let Some(window) = app.get_webview_window("main") else { return };
    for step in [window.unminimize(), window.show(), window.set_focus()] {
        if let Err(error) = step {
            tracing::warn!(%error, "the window did not come to the front");
        }
    }
}
