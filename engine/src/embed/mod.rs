//! From a decoded picture to its embedding: preprocessing as the model wants it, tract to run it.
//! Knows no file of the user's and no catalog.

mod model;
mod preprocess;
mod tract;
mod trim;

use std::sync::{Arc, Mutex, PoisonError};

pub use model::{Manifest, Model, ModelSource};
pub use tract::Embedder;

use crate::Result;

/// A picture's vector: `dimension` finite numbers of unit norm.
pub type Embedding = Vec<f32>;

/// An embedder that loads its model when it is first needed: a search by a known photo, or a scan that finds nothing
/// new, does without.
pub(crate) struct LazyEmbedder {
    source: ModelSource,
    manifest: Manifest,
    loaded: Mutex<Option<Arc<Embedder>>>,
}

impl LazyEmbedder {
    /// Reads the manifest only.
    pub(crate) fn new(source: ModelSource) -> Result<Self> {
        let manifest = Manifest::read(&source)?;
        Ok(Self { source, manifest, loaded: Mutex::new(None) })
    }

    pub(crate) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The embedder, loaded and tried on first use.
    pub(crate) fn get(&self) -> Result<Arc<Embedder>> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(embedder) = &*loaded {
            return Ok(Arc::clone(embedder));
        }
        let embedder = Arc::new(Embedder::new(&Model::load(&self.source)?)?);
        Ok(Arc::clone(loaded.insert(embedder)))
    }
}
