//! The facade: `Engine::open`, requests in, replies and events out. All calls block; hosts call them from a thread
//! that may wait. Cheap to clone; the last clone to go stops the background work.

mod asking;
mod copies;
mod doctor;
mod duplicates;
mod explaining;
mod folders;
mod incoming;
mod indexer;
mod install;
mod kept_pictures;
mod lock;
mod models;
mod owner;
mod pictures;
mod preferences;
mod reach;
mod search;
mod second_stage;
mod server_checks;
mod serving;
mod shared;
mod sharing;
mod switch;
mod syncing;
mod trash;
mod uploads;

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::sync::broadcast;

use crate::catalog::{Catalog, Thumbnails};
use crate::embed::ModelSource;
use crate::fetch::{Fetched, Fetcher};
use crate::media::Limits;
use crate::models::{Catalogue, ModelStore};
use crate::search::{ResultSets, Sketches};
use crate::settings::{PreferencesFile, SecretAccess};
use crate::wire::{ErrorCode, Event};
use crate::words::sayings;
use crate::{Error, Result};
pub use indexer::Canceller;
use indexer::Indexer;
use lock::WriterLock;
use preferences::{room, wanted_workers};
use serving::{Opener, Serving, ServingSlot};
use sharing::Sharing;
use switch::Switcher;
pub use uploads::{MAX_ADDED, Original};

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
    /// Threads that decode and embed, whatever the library's preferences say; none: what they say.
    pub workers: Option<usize>,
    /// The program's own model: a new library starts with it, and a library that used an earlier one is switched to it.
    pub model: ModelSource,
    /// Further models that can be installed.
    pub catalogue: Catalogue,
    /// How secrets of a connection are come by.
    pub secrets: SecretAccess,
    /// Whether pictures are fetched from addresses of private networks too: where only the user of this computer can ask.
    pub fetch_private: bool,
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
    sketches: Arc<Sketches>,
    opener: Arc<Opener>,
    serving: Arc<ServingSlot>,
    catalogue: Catalogue,
    limits: Limits,
    results: ResultSets,
    installing: install::Installing,
    events: broadcast::Sender<Event>,
    duplicates: duplicates::Duplicates,
    incoming: incoming::Incoming,
    copying: copies::Copying,
    /// Held while a picture is put among those that were handed in, and while these are put aside.
    handing_in: Mutex<()>,
    follows: bool,
    preferences: PreferencesFile,
    /// Threads that decode and embed, and how many the host has said.
    workers: Arc<AtomicUsize>,
    told_workers: Option<usize>,
    /// Before what writes: it stops first.
    sharing: Sharing,
    /// Gets pictures from web addresses.
    fetcher: Fetcher,
    /// What was fetched last for a search: address, when, what.
    fetched: Mutex<Option<(String, Instant, Arc<Fetched>)>>,
    /// None: opened for reading. Goes first, so that what waits for a run to end need not wait long.
    indexer: Option<Indexer>,
    /// None: opened for reading.
    switcher: Option<Switcher>,
    /// Held until the engine goes; after the indexer, so that nobody else writes before it has stopped.
    _lock: Option<WriterLock>,
}

impl Engine {
    /// Opens a library. With `Access::Write` a missing one is made; a second writer gets `library-busy`.
    pub fn open(config: Config) -> Result<Self> {
        let data_dir = config.data_dir;
        let store = ModelStore::new(data_dir.join("models"), config.model)?;
        let catalog_path = data_dir.join("catalog.sqlite");
        let is_writer = config.access == Access::Write;
        let lock = if is_writer {
            make_private(&data_dir)?;
            owner::refuse_root(&data_dir)?;
            Some(WriterLock::take(&data_dir)?)
        } else {
            if !catalog_path.exists() {
                return Err(Error::new(ErrorCode::NotFound, sayings::no_library(&*data_dir)).with_hint(sayings::index_first()));
            }
            None
        };
        let catalog = Arc::new(if is_writer { Catalog::open_writer(&catalog_path)? } else { Catalog::open_reader(&catalog_path)? });
        let thumbnails = Arc::new(Thumbnails::new(&data_dir.join("thumbnails.sqlite"), is_writer));
        if is_writer {
            models::settle(&catalog, store.bundled())?;
        }
        let id = models::in_use(&catalog, store.bundled())?;
        let opener = Opener { store, catalog: Arc::clone(&catalog), indexes: data_dir.join("index"), is_writer, open: Mutex::default() };
        let opener = Arc::new(opener);
        let serving = Arc::new(ServingSlot::new(opener.open(&id)?));
        let (events, _) = broadcast::channel(256);
        let limits = Limits::default();
        let preferences = PreferencesFile::new(&data_dir);
        // What cannot be read is told to whoever asks for it, and keeps nobody from searching.
        let set = preferences.read().inspect_err(|error| tracing::warn!(%error, "the preferences are left aside")).unwrap_or_default();
        let workers = Arc::new(AtomicUsize::new(wanted_workers(config.workers, &set)));
        let (mut indexer, mut switcher) = (None, None);
        if is_writer {
            let parts = switch::Parts {
                opener: Arc::clone(&opener),
                serving: Arc::clone(&serving),
                thumbnails: Arc::clone(&thumbnails),
                workers: Arc::clone(&workers),
                limits,
                events: events.clone(),
            };
            let started = Switcher::start(parts)?;
            let parts = indexer::Parts {
                catalog: Arc::clone(&catalog),
                thumbnails: Arc::clone(&thumbnails),
                opener: Arc::clone(&opener),
                serving: Arc::clone(&serving),
                limits,
                workers: Arc::clone(&workers),
                events: events.clone(),
                switcher: started.waker(),
            };
            indexer = Some(Indexer::start(parts, config.follow)?);
            switcher = Some(started);
        }
        let sharing = Sharing::new(&data_dir, config.secrets);
        sharing.pictures.set_limit(room(&set));
        let inner = Inner {
            data_dir,
            catalog,
            sketches: Arc::new(Sketches::new(Arc::clone(&thumbnails), limits)),
            thumbnails,
            opener,
            serving,
            catalogue: config.catalogue,
            limits,
            results: ResultSets::default(),
            installing: install::Installing::default(),
            events,
            duplicates: duplicates::Duplicates::default(),
            incoming: incoming::Incoming::default(),
            copying: copies::Copying::default(),
            handing_in: Mutex::default(),
            follows: config.follow,
            preferences,
            workers,
            told_workers: config.workers,
            sharing,
            fetched: Mutex::default(),
            fetcher: if config.fetch_private { Fetcher::of_any_network() } else { Fetcher::default() },
            indexer,
            switcher,
            _lock: lock,
        };
        let engine = Self { inner: Arc::new(inner) };
        if config.follow {
            engine.warm_up();
            // A connection that cannot be set up keeps nothing local from working.
            if let Err(error) = engine.restart_sync() {
                tracing::warn!(%error, "syncing does not start");
            }
        }
        Ok(engine)
    }

    /// Loads the model in the background, so that the first photo from outside need not wait for that.
    fn warm_up(&self) {
        let serving = self.inner.serving.get();
        let load = move || {
            // Whoever needs it is told what is wrong with it.
            let _ = serving.embedder.get();
        };
        if let Err(error) = std::thread::Builder::new().name("model".into()).spawn(load) {
            tracing::warn!(%error, "the model is loaded when it is needed");
        }
    }

    /// Events from now on. A receiver that falls far behind loses the oldest ones.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.inner.events.subscribe()
    }

    /// Ends every wait for a server: of what syncs, of a model on its way, and of whoever has asked, who is told so. For a host
    /// that is to end soon; everything else goes on.
    pub fn leave_servers(&self) {
        self.inner.installing.cancel();
        self.inner.sharing.stop();
    }

    /// Ends the work in the background and saves the index, whoever still holds the engine: a host that ends need not wait for
    /// them. Searches are still answered; nothing is indexed or sent any more.
    pub fn close(&self) {
        self.leave_servers();
        if let Some(indexer) = &self.inner.indexer {
            indexer.stop();
        }
        if let Some(switcher) = &self.inner.switcher {
            switcher.stop();
        }
        self.inner.sharing.end();
    }

    /// Whether this engine may change the library.
    pub fn is_writer(&self) -> bool {
        self.inner.indexer.is_some()
    }

    /// Where the library's data lie.
    pub fn data_dir(&self) -> &Path {
        &self.inner.data_dir
    }

    /// The model that answers, with its index. A reader follows what the catalog says, which a writer may have changed.
    fn serving(&self) -> Result<Arc<Serving>> {
        let inner = &self.inner;
        let serving = inner.serving.get();
        if self.is_writer() {
            return Ok(serving);
        }
        let id = models::in_use(&inner.catalog, inner.opener.store.bundled())?;
        if id != serving.id {
            inner.serving.set(inner.opener.open(&id)?);
        }
        Ok(inner.serving.get())
    }

    fn switcher(&self) -> Result<&Switcher> {
        self.inner.catalog.check_in_place()?;
        self.inner.switcher.as_ref().ok_or_else(Error::read_only)
    }

    /// For what writes beside the catalog, too: nothing is made in the place of a library that is gone.
    fn indexer(&self) -> Result<&Indexer> {
        self.inner.catalog.check_in_place()?;
        self.inner.indexer.as_ref().ok_or_else(Error::read_only)
    }

    fn announce(&self, event: Event) {
        // Nobody may be listening.
        let _ = self.inner.events.send(event);
    }
}

/// Makes the data directory: its thumbnails are nobody else's business. One that is there keeps the rights it has.
fn make_private(data_dir: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let made = builder.recursive(true).create(data_dir);
    made.map_err(|error| Error::new(ErrorCode::Io, sayings::data_dir_not_made(data_dir, &error)).with_hint(sayings::name_data_dir()))
}

/// The platform's place for an application's data.
pub fn default_data_dir() -> Result<PathBuf> {
    directories::ProjectDirs::from("", "", "lookalike")
        .map(|dirs| dirs.data_dir().to_owned())
        .ok_or_else(|| Error::new(ErrorCode::Io, "the home directory is not known").with_hint("Say where the library lies: --data-dir DIRECTORY"))
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
