//! What every request shares, and the way from a request to the engine: on threads of their own, so many at a time.

use std::sync::Arc;
use std::time::Duration;

use lookalike_engine::{Engine, Fetched, Result};
use tokio::sync::{Semaphore, oneshot, watch};

use super::hosts::Hosts;
use super::limits::Rates;
use super::linger::LINGERING;
use super::links::Links;
use super::metrics::Metrics;
use super::problem::{Problem, Reply};
use super::roots::Roots;
use super::sessions::Sessions;
use super::tokens::Tokens;
use super::way::Way;

/// Requests that are worked on at a time; further ones are told to come again.
pub(crate) const REQUESTS: usize = 256;
/// Requests at a time that have this server wait for others.
const ABROAD: usize = 8;
/// How long a further one waits for its turn.
const ABROAD_TURN: Duration = Duration::from_secs(2);
/// Pictures at a time that an object store is asked for: as many as the engine fetches.
const FETCHES: usize = 4;
/// How many more may wait for that. Further ones are told to come again, so that a slow store does not take all requests.
const FETCHES_AHEAD: usize = 64;
/// Folders at a time that somebody waits for.
const INDEXING: usize = 8;
/// Browsers and programs that listen to events at a time.
const LISTENERS: usize = 64;
/// MiB of request bodies that are held at a time.
const BODIES: usize = 512;
/// How long a request waits for its turn to decode or embed.
const TURN: Duration = Duration::from_secs(30);

/// Shared by all requests. Cheap to clone.
pub(crate) type App = Arc<Shared>;

/// See [`App`].
pub(crate) struct Shared {
    pub(crate) engine: Engine,
    pub(crate) tokens: Tokens,
    pub(crate) sessions: Sessions,
    pub(crate) links: Links,
    pub(crate) roots: Roots,
    pub(crate) hosts: Hosts,
    pub(crate) rates: Rates,
    pub(crate) metrics: Metrics,
    pub(crate) requests: Semaphore,
    pub(crate) listeners: Arc<Semaphore>,
    pub(crate) lingering: Arc<Semaphore>,
    pub(crate) bodies: Arc<Semaphore>,
    /// Turns for what takes a core and memory.
    work: Arc<Semaphore>,
    abroad: Arc<Semaphore>,
    indexing: Arc<Semaphore>,
    fetches: Arc<Semaphore>,
    fetches_ahead: Semaphore,
    pub(crate) link_hours: u32,
    pub(crate) has_ui: bool,
    pub(crate) way: Way,
    pub(crate) public_url: Option<String>,
    pub(crate) cookie: String,
    pub(crate) stopping: watch::Sender<bool>,
}

/// What the arguments decide; the rest of [`Shared`] is the same for every server.
pub(crate) struct Settings {
    pub(crate) link_hours: u32,
    pub(crate) rate_limit: u32,
    pub(crate) has_ui: bool,
    pub(crate) way: Way,
    pub(crate) public_url: Option<String>,
    pub(crate) cookie: String,
}

impl Shared {
    pub(crate) fn new(engine: Engine, tokens: Tokens, links: Links, roots: Roots, hosts: Hosts, settings: Settings) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            engine,
            tokens,
            sessions: Sessions::default(),
            links,
            roots,
            hosts,
            rates: Rates::new(settings.rate_limit),
            metrics: Metrics::default(),
            requests: Semaphore::new(REQUESTS),
            listeners: Arc::new(Semaphore::new(LISTENERS)),
            lingering: Arc::new(Semaphore::new(LINGERING)),
            bodies: Arc::new(Semaphore::new(BODIES)),
            work: Arc::new(Semaphore::new(cores.max(2))),
            abroad: Arc::new(Semaphore::new(ABROAD)),
            indexing: Arc::new(Semaphore::new(INDEXING)),
            fetches: Arc::new(Semaphore::new(FETCHES)),
            fetches_ahead: Semaphore::new(FETCHES + FETCHES_AHEAD),
            link_hours: settings.link_hours,
            has_ui: settings.has_ui,
            way: settings.way,
            public_url: settings.public_url,
            cookie: settings.cookie,
            stopping: watch::Sender::new(false),
        }
    }

    /// Calls the engine where it may block.
    pub(crate) async fn ask<T: Send + 'static>(&self, call: impl FnOnce(&Engine) -> Result<T> + Send + 'static) -> Reply<T> {
        let engine = self.engine.clone();
        finished(tokio::task::spawn_blocking(move || call(&engine)).await)
    }

    /// The same for what takes a core and memory: decoding, embedding. The turn ends with the work, not with the client's
    /// patience.
    pub(crate) async fn work<T: Send + 'static>(&self, call: impl FnOnce(&Engine) -> Result<T> + Send + 'static) -> Reply<T> {
        let turn = tokio::time::timeout(TURN, Arc::clone(&self.work).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(Problem::busy()) };
        let engine = self.engine.clone();
        let work = move || {
            let _turn = turn;
            call(&engine)
        };
        finished(tokio::task::spawn_blocking(work).await)
    }

    /// The same for what waits for other servers, which may take as long as it likes: a few at a time, each on a thread of its
    /// own. Neither the others nor the end of the program wait for it.
    pub(crate) async fn abroad<T: Send + 'static>(&self, call: impl FnOnce(&Engine) -> Result<T> + Send + 'static) -> Reply<T> {
        self.apart(&self.abroad, ABROAD_TURN, call).await
    }

    /// The same for a folder that is indexed while somebody waits for it, which may take hours.
    pub(crate) async fn index<T: Send + 'static>(&self, call: impl FnOnce(&Engine) -> Result<T> + Send + 'static) -> Reply<T> {
        self.apart(&self.indexing, ABROAD_TURN, call).await
    }

    /// Gets a picture from the web, and works with it once it is here: others are waited for without a turn to decode.
    pub(crate) async fn fetched<T: Send + 'static>(&self, url: String, call: impl FnOnce(&Engine, &Fetched) -> Result<T> + Send + 'static) -> Reply<T> {
        let fetched = self.abroad(move |engine| engine.fetch(&url)).await?;
        self.work(move |engine| call(engine, &fetched)).await
    }

    /// The same for a picture that only an object store has.
    pub(crate) async fn fetch<T: Send + 'static>(&self, call: impl FnOnce(&Engine) -> Result<T> + Send + 'static) -> Reply<T> {
        let _place = self.fetches_ahead.try_acquire().map_err(|_| Problem::busy())?;
        self.apart(&self.fetches, TURN, call).await
    }

    async fn apart<T: Send + 'static>(&self, turns: &Arc<Semaphore>, patience: Duration, call: impl FnOnce(&Engine) -> Result<T> + Send + 'static) -> Reply<T> {
        let turn = tokio::time::timeout(patience, Arc::clone(turns).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(Problem::busy()) };
        let engine = self.engine.clone();
        let (tell, told) = oneshot::channel();
        let work = move || {
            let _turn = turn;
            // The client may have gone away meanwhile.
            let _ = tell.send(call(&engine));
        };
        std::thread::Builder::new().name("abroad".into()).spawn(work).map_err(|_| Problem::busy())?;
        match told.await {
            Ok(outcome) => Ok(outcome?),
            // The panic hook has said what it was.
            Err(_) => Err(Problem::internal()),
        }
    }

    /// Done when the server is to stop.
    pub(crate) fn stopping(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut stopping = self.stopping.subscribe();
        async move {
            // An error means that the server is gone, which is the same.
            let _ = stopping.wait_for(|is_stopping| *is_stopping).await;
        }
    }
}

fn finished<T>(outcome: std::result::Result<Result<T>, tokio::task::JoinError>) -> Reply<T> {
    match outcome {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(error.into()),
        // The panic hook has said what it was.
        Err(_) => Err(Problem::internal()),
    }
}
