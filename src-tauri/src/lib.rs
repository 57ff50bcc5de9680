//! The Lookalike window: a thin Tauri shell around [`lookalike_engine`].
//!
//! `shell` holds the engine, `commands`, `desktop` and `native` are what the page may ask for, `pictures` serves thumbnails.
//! Deliberately absent: file access from the page, and any decision about photos.

use std::path::{Path, PathBuf};

use tauri::{App, AppHandle, Emitter, Manager, RunEvent, WindowEvent};
use tauri_plugin_window_state::StateFlags;

mod commands;
mod desktop;
mod native;
mod pictures;
mod shell;

/// The window's name, as `tauri.conf.json` gives it.
pub(crate) const MAIN: &str = "main";

/// What of the window is as it was left. Whether it is shown is not: a window that was hidden when it was closed must not stay so.
pub(crate) const REMEMBERED: StateFlags = StateFlags::SIZE.union(StateFlags::POSITION).union(StateFlags::MAXIMIZED).union(StateFlags::FULLSCREEN);

/// Opens the window over a data directory. The process ends when it is closed.
pub fn run(data_dir: PathBuf) -> tauri::Result<()> {
    tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, arguments, directory| {
            native::open_in(app, native::paths_among(arguments, Path::new(&directory)));
            come_to_front(app);
        }))
        .plugin(tauri_plugin_window_state::Builder::default().with_state_flags(REMEMBERED).build())
        .plugin(tauri_plugin_notification::init())
        .on_window_event(|window, event| {
            if matches!(event, WindowEvent::Resized(_) | WindowEvent::Moved(_)) {
                native::remember_soon(window.app_handle());
            }
        })
        .on_menu_event(|app, event| {
            if let Err(error) = app.emit("menu", event.id().as_ref()) {
                tracing::warn!(%error, "the page missed a choice in the menu");
            }
        })
        .register_asynchronous_uri_scheme_protocol(pictures::SCHEME, pictures::serve)
        .setup(move |app: &mut App| {
            app.manage(shell::Shell::new(app.handle().clone(), data_dir));
            end_when_told(app.handle());
            #[cfg(target_os = "linux")]
            native::draw_as_the_machine_can(app.handle());
            let directory = std::env::current_dir().unwrap_or_default();
            native::open_in(app.handle(), native::paths_among(std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()), &directory));
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
            commands::explain,
            commands::copy_files,
            commands::cancel_copy,
            commands::check_folder,
            commands::check_status,
            commands::cancel_check,
            commands::checked,
            commands::copy_new,
            commands::preferences,
            commands::set_preferences,
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
            native::set_menu,
            native::set_theme,
            native::notify,
            native::show_progress,
            native::opened,
            desktop::pick_folder,
            desktop::export_results,
            desktop::copy_picture,
            desktop::pick_photo,
            desktop::path_kind,
            desktop::paste,
            desktop::copy_text,
            desktop::open,
            desktop::show_in_folder,
        ])
        .build(tauri::generate_context!())?
        .run(|app, event| {
            // The program ends without letting go of anything.
            if let RunEvent::Exit = event {
                app.state::<shell::Shell>().close();
            }
        });
    Ok(())
}

/// Ends the program as a closed window does, where its session or a terminal asks it to.
#[cfg(unix)]
fn end_when_told(app: &AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};
    for kind in [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()] {
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            match signal(kind) {
                Ok(mut told) => {
                    if told.recv().await.is_some() {
                        app.exit(0);
                    }
                }
                // The system's own way to end a program is left, and the index is made up for at the next start.
                Err(error) => tracing::warn!(%error, "a signal cannot be caught"),
            }
        });
    }
}

#[cfg(not(unix))]
fn end_when_told(_: &AppHandle) {}

/// A second start shows the window that is already open.
fn come_to_front(app: &AppHandle) {
    let Some(window) = app.get_webview_window(MAIN) else { return };
    for step in [window.unminimize(), window.show(), window.set_focus()] {
        if let Err(error) = step {
            tracing::warn!(%error, "the window did not come to the front");
        }
    }
}
