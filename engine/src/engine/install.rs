//! The facade's calls on getting models: fetching one of the catalogue, adding the user's own ONNX file.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Engine;
use crate::embed::{Embedder, Manifest, Model};
use crate::models::{ModelProbe, Wanted, fetch, inspect, read_onnx};
use crate::wire::{ErrorCode, Event, InstallInfo};
use crate::words::sayings;
use crate::{Error, Result};

/// Progress is told no more often than this.
const TELL: Duration = Duration::from_millis(200);

/// The download under way, if there is one.
#[derive(Default)]
pub(super) struct Installing(Mutex<Option<Install>>);

struct Install {
    info: InstallInfo,
    is_cancelled: Arc<AtomicBool>,
}

impl Installing {
    fn lock(&self) -> MutexGuard<'_, Option<Install>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn cancel(&self) {
        if let Some(install) = &*self.lock() {
            install.is_cancelled.store(true, Ordering::Release);
        }
    }

    pub(super) fn info(&self) -> Option<InstallInfo> {
        self.lock().as_ref().map(|install| install.info.clone())
    }
}

impl Engine {
    /// Fetches a model of the catalogue and installs it, going on where an earlier try stopped. Blocks until it is done;
    /// events tell how far it is, [`Engine::cancel_install`] ends it. Does nothing when the model is here, whole.
    ///
    /// # Errors
    ///
    /// `not-found` when the catalogue does not list it, `download-failed`, `io`, `cancelled`.
    pub fn install_model(&self, id: &str) -> Result<()> {
        self.switcher()?;
        let store = &self.inner.opener.store;
        store.folder(id)?;
        let entry = self.inner.catalogue.entry(id);
        if store.source(id).is_ok() {
            let is_other = |manifest: &Manifest| entry.is_some_and(|entry| !entry.manifest.sha256.eq_ignore_ascii_case(&manifest.sha256));
            match store.verified(id) {
                Ok(manifest) if is_other(&manifest) => {
                    return Err(Error::invalid(sayings::other_model_installed(id)).with_hint(sayings::remove_it_first(id)));
                }
                Ok(_) => return Ok(()),
                // Fetched again, where it can be.
                Err(fault) if entry.is_some() => tracing::warn!(%fault, "an installed model is damaged"),
                Err(fault) => return Err(fault.with_hint(sayings::remove_and_add(id))),
            }
        }
        let entry = entry.ok_or_else(|| Error::new(ErrorCode::NotFound, sayings::model_not_in_catalogue(id)).with_hint(sayings::add_your_own()))?;
        let manifest = &entry.manifest;
        let is_cancelled = Arc::new(AtomicBool::new(false));
        {
            let mut installing = self.inner.installing.lock();
            if let Some(other) = &*installing {
                return Err(Error::invalid(sayings::model_being_fetched(&other.info.id)).with_hint(sayings::wait_or_cancel()));
            }
            let info = InstallInfo { id: id.to_owned(), done: 0, total: manifest.bytes, rate: 0.0 };
            *installing = Some(Install { info, is_cancelled: Arc::clone(&is_cancelled) });
        }
        let result = store.prepare(id).and_then(|folder| {
            let path = folder.join(&manifest.file);
            let wanted = Wanted { source: &entry.source, bytes: manifest.bytes, sha256: &manifest.sha256, path: &path };
            let mut meter = Meter::default();
            fetch(&wanted, &mut |done| {
                if meter.is_due(done) {
                    self.note_install(done, meter.rate(done));
                }
                if is_cancelled.load(Ordering::Acquire) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
            store.finish(manifest)
        });
        *self.inner.installing.lock() = None;
        self.announce(Event::InstallChanged { install: None });
        self.announce(Event::ModelsChanged {});
        result.and_then(|()| self.note_new_files())
    }

    /// Files are here that were not: the model in use, or the one to come, may have waited for them.
    fn note_new_files(&self) -> Result<()> {
        let serving = self.serving()?;
        self.inner.opener.renew(&serving)?;
        self.switcher()?.wake();
        self.announce(Event::ModelsChanged {});
        Ok(())
    }

    /// Ends the download under way, if there is one. What has come is kept for another try.
    pub fn cancel_install(&self) -> Result<()> {
        self.inner.installing.cancel();
        Ok(())
    }

    /// What an ONNX file says of itself: what is missing must be asked before [`Engine::add_model`]. `size`, width and
    /// height in pixels, stands in where the file leaves the input's open.
    pub fn inspect_model(&self, path: &Path, size: Option<(u32, u32)>) -> Result<ModelProbe> {
        inspect(path, size).map(|(_, probe)| probe)
    }

    /// Adds the user's own ONNX file under a manifest, after trying whether it runs and gives what the manifest says. The
    /// file is copied, with the weights that lie in others beside it.
    ///
    /// # Errors
    ///
    /// `invalid-request` when the name is taken or a field is out of range, `model-unusable` when it does not run so.
    pub fn add_model(&self, path: &Path, manifest: &Manifest) -> Result<()> {
        self.switcher()?;
        let store = &self.inner.opener.store;
        let id = &manifest.id;
        store.folder(id)?;
        manifest.check().map_err(Error::invalid)?;
        if store.source(id).is_ok() || self.inner.catalogue.entry(id).is_some() {
            return Err(Error::invalid(format!("there is a model called {id} already")).with_hint("Choose another name: --name"));
        }
        let model = Model::of(manifest.clone(), read_onnx(path)?)?;
        Embedder::new(&model)?;
        store.put(manifest, model.onnx())?;
        self.note_new_files()
    }

    fn note_install(&self, done: u64, rate: f64) {
        let mut installing = self.inner.installing.lock();
        let Some(install) = &mut *installing else { return };
        (install.info.done, install.info.rate) = (done, rate);
        let info = install.info.clone();
        drop(installing);
        self.announce(Event::InstallChanged { install: Some(info) });
    }
}

/// Bytes a second since the first piece, told now and then.
#[derive(Default)]
struct Meter {
    began: Option<(Instant, u64)>,
    told: Option<Instant>,
}

impl Meter {
    fn is_due(&mut self, done: u64) -> bool {
        self.began.get_or_insert_with(|| (Instant::now(), done));
        let is_due = self.told.is_none_or(|told| told.elapsed() >= TELL);
        if is_due {
            self.told = Some(Instant::now());
        }
        is_due
    }

    fn rate(&self, done: u64) -> f64 {
        let Some((since, before)) = self.began else { return 0.0 };
        done.saturating_sub(before) as f64 / since.elapsed().as_secs_f64().max(0.001)
    }
}
