//! What answers searches: a model and the index of its vectors, always exchanged together, so that a query's vector and the
//! vectors that it is compared with never come from two models.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, TryLockError, Weak};

use crate::Result;
use crate::catalog::{Catalog, models};
use crate::embed::{LazyEmbedder, Manifest, unusable};
use crate::models::ModelStore;
use crate::search::{IndexKeeper, Limits, SamePicture};
use crate::words::sayings;

/// A model and its index.
pub(super) struct Serving {
    pub(super) id: String,
    pub(super) embedder: Arc<LazyEmbedder>,
    pub(super) index: Arc<IndexKeeper>,
}

/// Opens models for service. Each is open once: two indexes on one directory would fight over its files.
pub(super) struct Opener {
    pub(super) store: ModelStore,
    pub(super) catalog: Arc<Catalog>,
    /// Directory of the indexes of all models.
    pub(super) indexes: PathBuf,
    pub(super) is_writer: bool,
    pub(super) open: Mutex<Vec<Weak<Serving>>>,
}

impl Serving {
    pub(super) fn same_picture(&self) -> SamePicture {
        let manifest = self.embedder.manifest();
        let bands = &manifest.bands;
        let whole = Limits { candidate: bands.same_picture, alone: bands.same_picture };
        let of_copies = bands.copy.map(|alone| Limits { candidate: bands.copy_candidate.unwrap_or(alone), alone });
        SamePicture::new(whole, manifest.output.copy.zip(of_copies))
    }
}

impl Opener {
    /// Opens a model and its index. Of a model whose files are gone, or are no longer those that made its vectors, the index
    /// still answers searches by photos of the library.
    pub(super) fn open(&self, id: &str) -> Result<Arc<Serving>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|serving| serving.strong_count() > 0);
        if let Some(serving) = open.iter().filter_map(Weak::upgrade).find(|serving| serving.id == id) {
            self.renew(&serving)?;
            return Ok(serving);
        }
        let embedder = Arc::new(self.embedder(id)?);
        let dimension = embedder.manifest().output.dimension;
        let index = Arc::new(IndexKeeper::open(&self.indexes, id, dimension, &self.catalog, self.is_writer)?);
        let serving = Arc::new(Serving { id: id.to_owned(), embedder, index });
        open.push(Arc::downgrade(&serving));
        Ok(serving)
    }

    /// Finds the files of a model that were missing when it was opened.
    pub(super) fn renew(&self, serving: &Serving) -> Result<()> {
        if !serving.embedder.has_files() {
            serving.embedder.renew(self.embedder(&serving.id)?.source());
        }
        Ok(())
    }

    fn embedder(&self, id: &str) -> Result<LazyEmbedder> {
        let known = self.catalog.read(|db| models::get(db, id))?;
        match (self.store.manifest(id), known) {
            (Ok(manifest), Some(known)) if manifest.fingerprint() != known.fingerprint => {
                let fault = unusable(sayings::files_of_other_model(id));
                Ok(LazyEmbedder::new(Manifest::parse(&known.manifest, sayings::catalog())?, Err(fault)))
            }
            (Ok(manifest), _) => Ok(LazyEmbedder::new(manifest, self.store.source(id))),
            (Err(fault), Some(known)) => Ok(LazyEmbedder::new(Manifest::parse(&known.manifest, sayings::catalog())?, Err(without_files(id, &fault)))),
            (Err(fault), None) => Err(fault),
        }
    }
}

/// Why no photo can be embedded now.
fn without_files(id: &str, fault: &crate::Error) -> crate::Error {
    crate::Error::new(crate::wire::ErrorCode::ModelUnusable, sayings::files_of_model_gone(id, fault)).with_hint(sayings::add_or_use_another())
}

/// The model in use, for everyone who needs it.
pub(super) struct ServingSlot {
    current: RwLock<Arc<Serving>>,
    turn: Mutex<()>,
}

impl ServingSlot {
    pub(super) fn new(serving: Arc<Serving>) -> Self {
        Self { current: RwLock::new(serving), turn: Mutex::new(()) }
    }

    pub(super) fn get(&self) -> Arc<Serving> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Exchanges model and index in one moment; returns those that served before.
    pub(super) fn set(&self, serving: Arc<Serving>) -> Arc<Serving> {
        std::mem::replace(&mut *self.current.write().unwrap_or_else(PoisonError::into_inner), serving)
    }

    /// Held by a run of the indexer: until it is over, no switch is completed, so that no picture gets only the old model's
    /// vector.
    pub(super) fn hold(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// As [`ServingSlot::hold`], but none while someone else holds it.
    pub(super) fn try_hold(&self) -> Option<MutexGuard<'_, ()>> {
        match self.turn.try_lock() {
            Ok(turn) => Some(turn),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}
