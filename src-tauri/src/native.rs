//! What the desktop around the window has: its menu, notifications, the task bar, and files that the program is asked to open.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use lookalike_engine::wire::ErrorReply;
use serde::Deserialize;
use tauri::menu::{CheckMenuItem, Menu, MenuItem, PredefinedMenuItem, Submenu};
use tauri::window::{ProgressBarState, ProgressBarStatus};
use tauri::{AppHandle, Emitter, Manager, State, Theme, WebviewWindow};
use tauri_plugin_notification::NotificationExt;
use tauri_plugin_window_state::AppHandleExt;

use crate::shell::{Shell, crashed};
use crate::{MAIN, REMEMBERED};

/// How long a window that is being dragged rests before it counts as left there.
const SETTLED: Duration = Duration::from_millis(400);

type Reply<T> = Result<T, ErrorReply>;

/// Lets WebKitGTK draw without layers where there is no graphics card: composing them takes longer there than drawing anew.
#[cfg(target_os = "linux")]
pub(crate) fn draw_as_the_machine_can(app: &AppHandle) {
    use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};
    // A card's nodes for programs that draw.
    let cards = std::fs::read_dir("/dev/dri").into_iter().flatten().flatten();
    let has_card = cards.map(|node| node.file_name()).any(|name| name.to_string_lossy().starts_with("renderD"));
    let Some(window) = app.get_webview_window(MAIN).filter(|_| !has_card) else { return };
    let told = window.with_webview(|webview| {
        if let Some(settings) = webview.inner().settings() {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
    });
    if let Err(error) = told {
        tracing::warn!(%error, "the window draws as if there were a graphics card");
    }
}

/// A menu of the menu bar, in the words of the page.
#[derive(Deserialize)]
pub(crate) struct NativeMenu {
    label: String,
    /// None: a separator.
    items: Vec<Option<NativeItem>>,
}

#[derive(Deserialize)]
struct NativeItem {
    /// What comes back as an event when it is chosen.
    item: String,
    label: String,
    keys: Option<String>,
    /// Of one that is chosen or not: whether it is.
    checked: Option<bool>,
}

impl NativeItem {
    /// On Linux the page takes the keys itself, and a menu that is replaced has GTK complain of those of the old one.
    fn shortcut(&self) -> Option<&str> {
        self.keys.as_deref().filter(|_| !cfg!(target_os = "linux"))
    }
}

/// Replaces the menu bar.
#[tauri::command]
pub(crate) async fn set_menu(app: AppHandle, menu: Vec<NativeMenu>) -> Reply<()> {
    let menu = built(&app, &menu).map_err(crashed)?;
    app.set_menu(menu).map_err(crashed)?;
    Ok(())
}

fn built(app: &AppHandle, menus: &[NativeMenu]) -> tauri::Result<Menu<tauri::Wry>> {
    let bar = Menu::new(app)?;
    // The first menu of macOS is the program's own.
    #[cfg(target_os = "macos")]
    bar.append(&Submenu::with_items(
        app,
        "Lookalike",
        true,
        &[
            &PredefinedMenuItem::hide(app, None)?,
            &PredefinedMenuItem::hide_others(app, None)?,
            &PredefinedMenuItem::separator(app)?,
            &PredefinedMenuItem::quit(app, None)?,
        ],
    )?)?;
    for menu in menus {
        let submenu = Submenu::new(app, &menu.label, true)?;
        for entry in &menu.items {
            match entry {
                Some(NativeItem { item, label, checked: Some(checked), .. }) => {
                    submenu.append(&CheckMenuItem::with_id(app, item, label, true, *checked, entry.as_ref().and_then(NativeItem::shortcut))?)?;
                }
                Some(entry) => submenu.append(&MenuItem::with_id(app, &entry.item, &entry.label, true, entry.shortcut())?)?,
                None => submenu.append(&PredefinedMenuItem::separator(app)?)?,
            }
        }
        bar.append(&submenu)?;
    }
    Ok(bar)
}

/// Makes title bar and dialogs light or dark; none: as the system has it.
#[tauri::command]
pub(crate) async fn set_theme(window: WebviewWindow, theme: Option<String>) -> Reply<()> {
    let theme = match theme.as_deref() {
        Some("light") => Some(Theme::Light),
        Some("dark") => Some(Theme::Dark),
        _ => None,
    };
    window.set_theme(theme).map_err(crashed)
}

/// Says something in the way of the system, where the user looks elsewhere.
#[tauri::command]
pub(crate) async fn notify(window: WebviewWindow, title: String, body: String) -> Reply<()> {
    if window.is_focused().unwrap_or(false) {
        return Ok(());
    }
    let shown = window.app_handle().notification().builder().title(title).body(body).show();
    // A desktop without notifications is no fault of the work that has ended.
    shown.unwrap_or_else(|error| tracing::debug!(%error, "no notification"));
    Ok(())
}

/// Shows in the task bar how far long work is, 0 ..= 1; none: none goes on.
#[tauri::command]
pub(crate) async fn show_progress(window: WebviewWindow, share: Option<f64>) -> Reply<()> {
    let state = match share {
        Some(share) => ProgressBarState { status: Some(ProgressBarStatus::Normal), progress: Some((share.clamp(0.0, 1.0) * 100.0) as u64) },
        None => ProgressBarState { status: Some(ProgressBarStatus::None), progress: None },
    };
    window.set_progress_bar(state).unwrap_or_else(|error| tracing::debug!(%error, "no progress in the task bar"));
    Ok(())
}

/// Saves size and place of the window once they have not changed for a moment: a program that is killed, as at the end of a
/// session, is asked for nothing.
pub(crate) fn remember_soon(app: &AppHandle) {
    static CHANGES: AtomicU64 = AtomicU64::new(0);
    let change = CHANGES.fetch_add(1, Ordering::Relaxed) + 1;
    let app = app.clone();
    tauri::async_runtime::spawn_blocking(move || {
        std::thread::sleep(SETTLED);
        if CHANGES.load(Ordering::Relaxed) == change
            && let Err(error) = app.save_window_state(REMEMBERED)
        {
            tracing::warn!(%error, "the window will not be as it was left");
        }
    });
}

/// What the program was started with, once. From then on `opened` events tell of more.
#[tauri::command]
pub(crate) async fn opened(shell: State<'_, Shell>) -> Reply<Vec<PathBuf>> {
    Ok(shell.take_opened())
}

/// Hands files to the page: at once, or when it first asks.
pub(crate) fn open_in(app: &AppHandle, paths: Vec<PathBuf>) {
    if paths.is_empty() {
        return;
    }
    let Some(paths) = app.state::<Shell>().keep_opened(paths) else { return };
    if let Err(error) = app.emit("opened", paths) {
        tracing::warn!(%error, "the page missed files that were to be opened");
    }
}

/// The files and folders among arguments. `directory`: what relative ones are relative to.
pub(crate) fn paths_among(arguments: impl IntoIterator<Item = String>, directory: &Path) -> Vec<PathBuf> {
    let mut arguments = arguments.into_iter().skip(1);
    let mut paths = Vec::new();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--data-dir" => drop(arguments.next()),
            option if option.starts_with("--") => {}
            path => paths.push(directory.join(path.strip_prefix("file://").unwrap_or(path))),
        }
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_from_options() {
        let arguments = ["lookalike-desktop", "--data-dir", "/data", "a.jpg", "--unknown", "/photos", "file:///b.jpg"].map(String::from);
        assert_eq!(paths_among(arguments, Path::new("/home")), ["/home/a.jpg", "/photos", "/b.jpg"].map(PathBuf::from));
    }
}
