//! From a decoded picture to its embedding: preprocessing as the model wants it, tract to run it.
//! Knows no file of the user's and no catalog.

mod graph;
mod model;
mod preprocess;
pub(crate) mod probe;
mod tract;

use std::sync::{Arc, Mutex, PoisonError};

pub use model::{Bands, Colour, Input, Landmark, Layout, Manifest, Model, ModelSource, Output, Pooling, Resize};
pub(crate) use model::{SIDES, is_plain_id, sha256_hex, unusable};
pub use tract::Embedder;
pub(crate) use tract::without_panic;

use crate::Result;
use crate::words::sayings;

/// A picture's vector: `dimension` finite numbers of unit norm.
pub type Embedding = Vec<f32>;

/// An embedder that loads its model when it is first needed: a search by a known photo, or a scan that finds nothing
/// new, does without. Of a model whose files are gone only the manifest is known; its vectors can still be searched.
pub(crate) struct LazyEmbedder {
    source: Mutex<Result<ModelSource>>,
    manifest: Manifest,
    loaded: Mutex<Option<Arc<Embedder>>>,
}

impl LazyEmbedder {
    /// For a manifest and the place of its files, or why there is none.
    pub(crate) fn new(manifest: Manifest, source: Result<ModelSource>) -> Self {
        Self { source: Mutex::new(source), manifest, loaded: Mutex::new(None) }
    }

    pub(crate) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Whether there are files to load; they are checked when they are loaded.
    pub(crate) fn has_files(&self) -> bool {
        self.source().is_ok()
    }

    /// Says that the files are there now, or are others: they are loaded when they are next needed.
    pub(crate) fn renew(&self, source: Result<ModelSource>) {
        *self.source.lock().unwrap_or_else(PoisonError::into_inner) = source;
    }

    /// Where its files are, or why there are none.
    pub(crate) fn source(&self) -> Result<ModelSource> {
        self.source.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The embedder, loaded and tried on first use.
    pub(crate) fn get(&self) -> Result<Arc<Embedder>> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(embedder) = &*loaded {
            return Ok(Arc::clone(embedder));
        }
        let model = Model::load(&self.source()?)?;
        if model.manifest.fingerprint() != self.manifest.fingerprint() {
            return Err(unusable(sayings::files_became_others(&self.manifest.id)));
        }
        let embedder = Arc::new(Embedder::new(&model)?);
        Ok(Arc::clone(loaded.insert(embedder)))
    }
}
