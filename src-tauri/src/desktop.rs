//! What only a desktop has: dialogs, the clipboard, other programs. Files are opened by catalogued id, never by a
//! path that the page names.

use std::io;
use std::path::{Path, PathBuf};

use lookalike_engine::Error;
use lookalike_engine::wire::{ErrorCode, ErrorReply, ExportFormat, ExportRequest};
use lookalike_engine::words::{Words, desktop};
use rfd::AsyncFileDialog;
use serde::Serialize;
use tauri::{Manager, State, WebviewWindow};

use crate::shell::{Shell, crashed, on_worker};

type Reply<T> = Result<T, ErrorReply>;

/// Endings that the file dialog offers; the engine looks at the content.
const PHOTO_ENDINGS: &[&str] = &["jpg", "jpeg", "jpe", "jfif", "png", "gif", "webp", "bmp", "tif", "tiff", "avif", "heic", "heif", "jxl"];

/// Longer side of a picture that is put on the clipboard, in pixels.
const COPIED_SIDE: u32 = 2048;

/// What the clipboard held.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum Pasted {
    Path { path: PathBuf },
    Picture,
    Nothing,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PathKind {
    Folder,
    File,
    Missing,
}

// Dialogs are async on purpose: a synchronous one freezes the event loop that has to draw it.

#[tauri::command]
pub(crate) async fn pick_folder(window: WebviewWindow, shell: State<'_, Shell>, title: String) -> Reply<Option<PathBuf>> {
    let picked = dialog(&window, &title).pick_folder().await;
    Ok(picked.map(|folder| {
        shell.note_picked(folder.path());
        folder.path().to_owned()
    }))
}

/// Asks where to, and writes the list of results there; false when the user closed the dialog.
#[tauri::command]
pub(crate) async fn export_results(window: WebviewWindow, shell: State<'_, Shell>, request: ExportRequest, title: String) -> Reply<bool> {
    let ending = match request.format {
        ExportFormat::Csv => "csv",
        ExportFormat::Json => "json",
    };
    let picked = dialog(&window, &title).set_file_name(format!("look-alikes.{ending}")).add_filter(ending, &[ending]).save_file().await;
    let Some(file) = picked else { return Ok(false) };
    let text = on_worker(&shell.engine().await?, move |engine| engine.export(&request)).await?;
    let path = file.path().to_owned();
    let written = tauri::async_runtime::spawn_blocking(move || {
        std::fs::write(&path, text)
            .map_err(|error| Error::new(ErrorCode::Io, desktop::file_not_written(&*path, &error)).with_hint(desktop::choose_other_place()))
    });
    written.await.map_err(crashed)??;
    Ok(true)
}

/// Puts a picture itself on the clipboard, large enough for a screen.
#[tauri::command]
pub(crate) async fn copy_picture(shell: State<'_, Shell>, id: String) -> Reply<()> {
    let pixels = on_worker(&shell.engine().await?, move |engine| engine.pixels(&id, COPIED_SIDE)).await?;
    let (width, height) = (pixels.width as usize, pixels.height as usize);
    let bytes: Vec<u8> = pixels.data.chunks_exact(3).flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255]).collect();
    shell.with_clipboard(move |clipboard| clipboard.set_image(arboard::ImageData { width, height, bytes: bytes.into() })).await
}

#[tauri::command]
pub(crate) async fn pick_photo(window: WebviewWindow, title: String) -> Reply<Option<PathBuf>> {
    let upper: Vec<String> = PHOTO_ENDINGS.iter().map(|ending| ending.to_uppercase()).collect();
    let endings: Vec<&str> = PHOTO_ENDINGS.iter().copied().chain(upper.iter().map(String::as_str)).collect();
    let picked = dialog(&window, &title).add_filter(&title, &endings).pick_file().await;
    Ok(picked.map(|file| file.path().to_owned()))
}

/// Starts where photos usually are: GTK would start in "Recent", where a typed folder cannot be opened.
fn dialog(window: &WebviewWindow, title: &str) -> AsyncFileDialog {
    let dialog = AsyncFileDialog::new().set_parent(window).set_title(title);
    let places = [window.path().picture_dir(), window.path().home_dir()];
    match places.into_iter().flatten().find(|place| place.is_dir()) {
        Some(place) => dialog.set_directory(place),
        None => dialog,
    }
}

/// Tells a dropped folder from a dropped photo.
#[tauri::command(async)]
pub(crate) fn path_kind(path: PathBuf) -> PathKind {
    match path.metadata() {
        Ok(metadata) if metadata.is_dir() => PathKind::Folder,
        Ok(_) => PathKind::File,
        Err(_) => PathKind::Missing,
    }
}

#[tauri::command]
pub(crate) async fn copy_text(shell: State<'_, Shell>, text: String) -> Reply<()> {
    shell.with_clipboard(move |clipboard| clipboard.set_text(text)).await
}

/// A copied file counts as its path, and so does a web address; a copied picture is kept for `search_pasted`.
#[tauri::command]
pub(crate) async fn paste(shell: State<'_, Shell>) -> Reply<Pasted> {
    let read = shell.with_clipboard(|clipboard| {
        if let Ok(files) = clipboard.get().file_list()
            && let Some(path) = files.into_iter().next()
        {
            return Ok((Some(path), None));
        }
        match clipboard.get_image() {
            Ok(image) => Ok((None, Some(image.to_owned_img()))),
            // The page knows a web address when it sees one.
            Err(arboard::Error::ContentNotAvailable) => Ok((clipboard.get_text().ok().filter(|text| is_address(text)).map(Into::into), None)),
            Err(error) => Err(error),
        }
    });
    match read.await? {
        (Some(path), _) => Ok(Pasted::Path { path }),
        (None, None) => Ok(Pasted::Nothing),
        (None, Some(image)) => {
            let png = tauri::async_runtime::spawn_blocking(move || encode_png(&image)).await;
            shell.keep_pasted(png.map_err(crashed)?.map_err(crashed)?).await;
            Ok(Pasted::Picture)
        }
    }
}

fn is_address(text: &str) -> bool {
    let text = text.trim();
    ["http://", "https://"].iter().any(|scheme| text.starts_with(scheme)) && !text.contains(char::is_whitespace)
}

fn encode_png(image: &arboard::ImageData<'_>) -> Result<Vec<u8>, png::EncodingError> {
    let too_large = |_| png::EncodingError::LimitsExceeded;
    let width = u32::try_from(image.width).map_err(too_large)?;
    let height = u32::try_from(image.height).map_err(too_large)?;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fastest);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&image.bytes)?;
    writer.finish()?;
    Ok(bytes)
}

#[tauri::command]
pub(crate) async fn open(shell: State<'_, Shell>, id: String) -> Reply<()> {
    hand_over(&shell, id, |path| tauri_plugin_opener::open_path(path, None::<&str>)).await
}

/// Selects the file in the file manager; where none can do that, opens its folder.
#[tauri::command]
pub(crate) async fn show_in_folder(shell: State<'_, Shell>, id: String) -> Reply<()> {
    hand_over(&shell, id, |path| {
        tauri_plugin_opener::reveal_item_in_dir(path).or_else(|error| match path.parent() {
            Some(folder) => tauri_plugin_opener::open_path(folder, None::<&str>),
            None => Err(error),
        })
    })
    .await
}

/// Gives a photo to another program.
async fn hand_over(shell: &Shell, id: String, give: impl FnOnce(&Path) -> Result<(), tauri_plugin_opener::Error> + Send + 'static) -> Reply<()> {
    let path = on_worker(&shell.engine().await?, move |engine| engine.locate(&id)).await?;
    let done = tauri::async_runtime::spawn_blocking(move || {
        give(&path).map_err(|error| Error::new(ErrorCode::Io, desktop::file_not_opened(&*path, error.to_string())).with_hint(hint_for(&error)))
    });
    Ok(done.await.map_err(crashed)??)
}

fn hint_for(error: &tauri_plugin_opener::Error) -> Words {
    match error {
        tauri_plugin_opener::Error::Io(error) if error.kind() == io::ErrorKind::NotFound => desktop::install_viewer(),
        _ => desktop::open_by_hand(),
    }
}
