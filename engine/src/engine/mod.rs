//! The facade: `Engine::open`, requests in, replies and events out. All calls block; hosts call them from a thread
//! that may wait. Cheap to clone; the last clone to go stops the background work.

mod doctor;
mod folders;
mod indexer;
mod kept_pictures;
mod lock;
mod pictures;
mod search;
mod shared;
mod sharing;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::broadcast;

use crate::catalog::{Catalog, Thumbnails};
use crate::embed::{LazyEmbedder, ModelSource};
use crate::media::Limits;
use crate::search::{IndexKeeper, ResultSets};
use crate::settings::SecretAccess;
use crate::wire::{ErrorCode, Event};
use crate::{Error, Result};
pub use indexer::Canceller;
use indexer::Indexer;
use lock::WriterLock;
use sharing::Sharing;

/// What an engine needs to know; entered at the edge, by the host.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where catalog, thumbnails and index lie. Made if it is missing and `access` is `Write`.
    pub data_dir: PathBuf,
    /// Whether this process may change the library.
    pub access: Access,
    /// Whether to follow the folders and look through them at start, and to sync in the background where a remote is
    /// connected.
    pub follow: bool,
    /// Threads that decode and embed; none: as many as there are cores.
    pub workers: Option<usize>,
    /// The model in use.
    pub model: ModelSource,
    /// How secrets of a connection are come by.
    pub secrets: SecretAccess,
}

/// Whether an engine may change the library. One process at a time may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Index, watch and search.
    Write,
    /// Search only, beside a writer.
    Read,
}

/// An open library.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    data_dir: PathBuf,
    catalog: Arc<Catalog>,
    thumbnails: Arc<Thumbnails>,
    index: Arc<IndexKeeper>,
    embedder: Arc<LazyEmbedder>,
    limits: Limits,
    results: ResultSets,
    events: broadcast::Sender<Event>,
    follows: bool,
    /// Before the indexer: it stops first.
    sharing: Sharing,
    /// None: opened for reading.
    indexer: Option<Indexer>,
    /// Held until the engine goes; after the indexer, so that nobody else writes before it has stopped.
    _lock: Option<WriterLock>,
}

impl Engine {
    /// Opens a library. With `Access::Write` a missing one is made; a second writer gets `library-busy`.
    pub fn open(config: Config) -> Result<Self> {
        let embedder = Arc::new(LazyEmbedder::new(config.model)?);
        let data_dir = config.data_dir;
        let catalog_path = data_dir.join("catalog.sqlite");
        let is_writer = config.access == Access::Write;
        let lock = if is_writer {
            fs_err::create_dir_all(&data_dir)?;
            Some(WriterLock::take(&data_dir)?)
        } else {
            if !catalog_path.exists() {
                return Err(Error::new(ErrorCode::NotFound, format!("there is no library in {}", data_dir.display()))
                    .with_hint("Index a folder first: lookalike index FOLDER"));
            }
            None
        };
        let catalog = Arc::new(if is_writer { Catalog::open_writer(&catalog_path)? } else { Catalog::open_reader(&catalog_path)? });
        let thumbnails = Arc::new(Thumbnails::new(&data_dir.join("thumbnails.sqlite"), is_writer));
        let manifest = embedder.manifest();
        let index = Arc::new(IndexKeeper::open(&data_dir.join("index"), &manifest.id, manifest.output.dimension, &catalog, is_writer)?);
        let (events, _) = broadcast::channel(256);
        let limits = Limits::default();
        let indexer = if is_writer {
            let parts = indexer::Parts {
                catalog: Arc::clone(&catalog),
                thumbnails: Arc::clone(&thumbnails),
                index: Arc::clone(&index),
                embedder: Arc::clone(&embedder),
                limits,
                workers: config.workers.unwrap_or_else(default_workers).max(1),
                events: events.clone(),
            };
            Some(Indexer::start(parts, config.follow)?)
        } else {
            None
        };
        let sharing = Sharing::new(&data_dir, config.secrets);
        let (follows, results) = (config.follow, ResultSets::default());
        let inner = Inner { data_dir, catalog, thumbnails, index, embedder, limits, results, events, follows, sharing, indexer, _lock: lock };
        let engine = Self { inner: Arc::new(inner) };
        // A connection that cannot be set up keeps nothing local from working.
        if follows && let Err(error) = engine.restart_sync() {
            tracing::warn!(%error, "syncing does not start");
        }
        Ok(engine)
    }

    /// Events from now on. A receiver that falls far behind loses the oldest ones.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.inner.events.subscribe()
    }

    /// Whether this engine may change the library.
    pub fn is_writer(&self) -> bool {
        self.inner.indexer.is_some()
    }

    /// Where the library's data lie.
    pub fn data_dir(&self) -> &Path {
        &self.inner.data_dir
    }

    fn indexer(&self) -> Result<&Indexer> {
        self.inner.indexer.as_ref().ok_or_else(Error::read_only)
    }

    fn announce(&self, event: Event) {
        // Nobody may be listening.
        let _ = self.inner.events.send(event);
    }
}

/// The platform's place for an application's data.
pub fn default_data_dir() -> Result<PathBuf> {
    directories::ProjectDirs::from("", "", "lookalike")
        .map(|dirs| dirs.data_dir().to_owned())
        .ok_or_else(|| Error::new(ErrorCode::Io, "the home directory is not known").with_hint("Say where the library lies: --data-dir DIRECTORY"))
}

fn default_workers() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
