//! What lives as long as the window: the engine, opened when first asked for, and the clipboard.
//! Knows no command; see `commands`.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use lookalike_engine::wire::{ErrorCode, ErrorReply};
use lookalike_engine::words::desktop;
use lookalike_engine::{Access, Catalogue, Config, Engine, Error, ModelSource, SecretAccess};
use lookalike_models::LOOKALIKE_S;
use tauri::async_runtime::{self, Mutex};
use tauri::{AppHandle, Emitter};
use tokio::sync::broadcast::error::RecvError;

/// Name under which engine events reach the page.
const ENGINE_EVENT: &str = "engine";

pub(crate) struct Shell {
    app: AppHandle,
    data_dir: PathBuf,
    engine: Mutex<Option<Engine>>,
    /// The picture of the last paste as a PNG, so that it can be searched again after the clipboard changed.
    pasted: Mutex<Option<Vec<u8>>>,
    /// Kept open: on Linux the text that a program copied goes away with its clipboard.
    clipboard: Mutex<Option<arboard::Clipboard>>,
    /// Files to open that nobody has asked for yet; none: the page listens.
    opened: std::sync::Mutex<Option<Vec<PathBuf>>>,
    /// Folders that the user has picked: photos are copied to no other.
    picked: std::sync::Mutex<HashSet<PathBuf>>,
}

impl Shell {
    pub(crate) fn new(app: AppHandle, data_dir: PathBuf) -> Self {
        Self {
            app,
            data_dir,
            engine: Mutex::default(),
            pasted: Mutex::default(),
            clipboard: Mutex::default(),
            opened: std::sync::Mutex::new(Some(Vec::new())),
            picked: std::sync::Mutex::default(),
        }
    }

    /// The engine, opened on the first call. A failure is told to the caller, and the next call tries again.
    pub(crate) async fn engine(&self) -> Result<Engine, ErrorReply> {
        let mut slot = self.engine.lock().await;
        if let Some(engine) = slot.as_ref() {
            return Ok(engine.clone());
        }
        let engine = self.open_to_write_or_read().await?;
        Ok(slot.insert(engine).clone())
    }

    /// Opens the library anew, in the hope that whoever wrote to it has finished.
    pub(crate) async fn reopen(&self) -> Result<Engine, ErrorReply> {
        let mut slot = self.engine.lock().await;
        if let Some(engine) = slot.as_ref()
            && on_worker(engine, Engine::status).await?.writable
        {
            return Ok(engine.clone());
        }
        let engine = self.open_to_write_or_read().await?;
        Ok(slot.insert(engine).clone())
    }

    /// Saves what is to be saved, whatever is still being waited for: the program is about to end.
    pub(crate) fn close(&self) {
        // Locked: the library is just being opened, and there is nothing to save yet.
        if let Ok(slot) = self.engine.try_lock()
            && let Some(engine) = slot.as_ref()
        {
            engine.close();
        }
    }

    async fn open_to_write_or_read(&self) -> Result<Engine, ErrorReply> {
        let engine = match self.open(Access::Write).await {
            Err(error) if error.code == ErrorCode::LibraryBusy => self.open(Access::Read).await?,
            other => other?,
        };
        self.forward_events(&engine);
        Ok(engine)
    }

    async fn open(&self, access: Access) -> Result<Engine, ErrorReply> {
        let catalogue = Catalogue::parse(lookalike_models::CATALOGUE, "the catalogue of models").map_err(|error| error.reply())?;
        let config = Config {
            data_dir: self.data_dir.clone(),
            access,
            follow: true,
            workers: None,
            model: ModelSource::Bundled { manifest: LOOKALIKE_S.manifest, onnx: LOOKALIKE_S.onnx },
            catalogue,
            secrets: SecretAccess::default(),
            // The user's own word, and the user's own network.
            fetch_private: true,
        };
        let opened = async_runtime::spawn_blocking(move || Engine::open(config)).await;
        opened.map_err(crashed)?.map_err(|error| error.reply())
    }

    /// Ends by itself when the engine is dropped.
    fn forward_events(&self, engine: &Engine) {
        let app = self.app.clone();
        let mut events = engine.subscribe();
        async_runtime::spawn(async move {
            loop {
                match events.recv().await {
                    Ok(event) => {
                        if let Err(error) = app.emit(ENGINE_EVENT, event) {
                            tracing::warn!(%error, "the page missed an event");
                        }
                    }
                    // Every event says that something is out of date or replaces the one before: the next one will do.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                }
            }
        });
    }

    /// Keeps files to open until the page asks; gives them back when it listens.
    pub(crate) fn keep_opened(&self, paths: Vec<PathBuf>) -> Option<Vec<PathBuf>> {
        match &mut *self.opened.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(kept) => {
                kept.extend(paths);
                None
            }
            None => Some(paths),
        }
    }

    pub(crate) fn take_opened(&self) -> Vec<PathBuf> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default()
    }

    pub(crate) fn note_picked(&self, folder: &Path) {
        self.picked.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned());
    }

    /// Refuses to copy to a folder that the user has not picked.
    pub(crate) fn check_picked(&self, folder: &str) -> Result<(), ErrorReply> {
        if self.picked.lock().unwrap_or_else(PoisonError::into_inner).contains(Path::new(folder)) {
            return Ok(());
        }
        Err(Error::invalid(desktop::folder_not_picked(folder)).with_hint(desktop::pick_again()).into())
    }

    pub(crate) async fn keep_pasted(&self, png: Vec<u8>) {
        *self.pasted.lock().await = Some(png);
    }

    pub(crate) async fn pasted(&self) -> Result<Vec<u8>, ErrorReply> {
        let nothing = || Error::new(ErrorCode::NotFound, desktop::pasted_gone()).with_hint(desktop::paste_again());
        self.pasted.lock().await.clone().ok_or_else(|| nothing().into())
    }

    /// Does something with the clipboard on a worker thread: a large picture takes a while to arrive.
    pub(crate) async fn with_clipboard<T: Send + 'static>(
        &self,
        action: impl FnOnce(&mut arboard::Clipboard) -> Result<T, arboard::Error> + Send + 'static,
    ) -> Result<T, ErrorReply> {
        let mut slot = self.clipboard.lock().await;
        let held = slot.take();
        let done = async_runtime::spawn_blocking(move || {
            let mut clipboard = match held {
                Some(clipboard) => clipboard,
                None => arboard::Clipboard::new()?,
            };
            let result = action(&mut clipboard)?;
            Ok((clipboard, result))
        });
        let unusable = |error: arboard::Error| Error::new(ErrorCode::Io, desktop::clipboard_unusable(error.to_string()));
        let (clipboard, result) = done.await.map_err(crashed)?.map_err(unusable)?;
        *slot = Some(clipboard);
        Ok(result)
    }
}

/// Runs an engine call, all of which block, on a worker thread.
pub(crate) async fn on_worker<T: Send + 'static>(
    engine: &Engine,
    call: impl FnOnce(&Engine) -> Result<T, lookalike_engine::Error> + Send + 'static,
) -> Result<T, ErrorReply> {
    let engine = engine.clone();
    let done = async_runtime::spawn_blocking(move || call(&engine)).await;
    done.map_err(crashed)?.map_err(|error| error.reply())
}

pub(crate) fn crashed(error: impl std::fmt::Display) -> ErrorReply {
    Error::new(ErrorCode::Internal, desktop::desktop_crashed(error.to_string())).with_hint(desktop::restart_if_it_stays()).into()
}
