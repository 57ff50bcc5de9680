//! "Do I already have these?": compares a folder that is not in the library with it, file by file, and imports nothing.
//! Reads the catalog and the index and writes neither; what it found lives as long as the check.

mod listing;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::broadcast;

use crate::catalog::{Catalog, ContentHash, ImageRow, images};
use crate::embed::Embedder;
use crate::media::{self, Limits};
use crate::search::{IndexKeeper, Look, SamePicture, Sketch, Sketches, similarity};
use crate::wire::{ErrorReply, Event, ImportFile, ImportState, ImportStatus, ImportVerdict};
use crate::words::{Words, sayings};
use crate::{Error, Result};
use listing::Listed;

/// Progress is told no more often than this.
const TELL: Duration = Duration::from_millis(200);
/// Pictures of the library that a file is compared with, at most: the right one need not be the nearest.
const CANDIDATES: usize = 8;
/// Files of more bytes are looked at one at a time: decoded, they are much larger.
const LARGE: u64 = 32 << 20;

/// What a check works with.
pub(crate) struct Parts {
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) index: Arc<IndexKeeper>,
    pub(crate) embedder: Arc<Embedder>,
    pub(crate) same_picture: SamePicture,
    pub(crate) sketches: Arc<Sketches>,
    pub(crate) limits: Limits,
    pub(crate) workers: usize,
    pub(crate) events: broadcast::Sender<Event>,
}

/// A check, under way or done. Dropping it stops the work.
pub(crate) struct Check {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    folder: PathBuf,
    is_stopped: AtomicBool,
    known: Mutex<Known>,
    /// Held while a large file is in memory.
    large: Mutex<()>,
}

struct Known {
    state: ImportState,
    reason: Option<ErrorReply>,
    files: Vec<Listed>,
    /// By the place in `files`; none: not looked at yet.
    verdicts: Vec<Option<Verdict>>,
    /// The first place of each content.
    first: HashMap<ContentHash, usize>,
    counts: HashMap<ImportVerdict, u64>,
    to_copy: u64,
    new_bytes: u64,
    done: u64,
    started: Instant,
    told: Instant,
}

/// What was found out about a file.
struct Verdict {
    kind: ImportVerdict,
    hash: Option<ContentHash>,
    width: u32,
    height: u32,
    found: Option<Match>,
    reason: Option<Words>,
}

/// A picture of the library that a file is, or shows.
struct Match {
    hash: ContentHash,
    path: PathBuf,
    similarity: f32,
}

impl Check {
    /// Begins to compare a folder with the library.
    pub(crate) fn start(folder: &Path, parts: Parts) -> Result<Self> {
        let now = Instant::now();
        let known = Known {
            state: ImportState::Running,
            reason: None,
            files: Vec::new(),
            verdicts: Vec::new(),
            first: HashMap::new(),
            counts: HashMap::new(),
            to_copy: 0,
            new_bytes: 0,
            done: 0,
            started: now,
            told: now,
        };
        let shared = Arc::new(Shared { folder: folder.to_owned(), is_stopped: AtomicBool::new(false), known: Mutex::new(known), large: Mutex::default() });
        let worker = Arc::clone(&shared);
        let work = move || {
            let outcome = worker.work(&parts);
            worker.end(outcome);
            worker.tell(&parts);
        };
        let thread = thread::Builder::new().name("import-check".into()).spawn(work);
        let thread = thread.map_err(|error| Error::internal(format!("no thread could be started: {error}")))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Stops the work; what was found until now stays known.
    pub(crate) fn cancel(&self) {
        self.shared.is_stopped.store(true, Ordering::Release);
    }

    pub(crate) fn status(&self) -> ImportStatus {
        self.shared.status()
    }

    /// Files with a verdict: how many there are, and a slice of them in the order of their paths.
    pub(crate) fn files(&self, verdict: ImportVerdict, offset: u64, limit: u32) -> (u64, Vec<ImportFile>) {
        let known = self.shared.known();
        let total = known.counts.get(&verdict).copied().unwrap_or(0);
        let asked =
            known.verdicts.iter().enumerate().filter_map(|(place, found)| found.as_ref().filter(|found| found.kind == verdict).map(|found| (place, found)));
        let slice = asked.skip(usize::try_from(offset).unwrap_or(usize::MAX)).take(limit as usize);
        (total, slice.map(|(place, found)| known.told(place, found)).collect())
    }

    /// Where a file of this content lies.
    pub(crate) fn path_of(&self, hash: ContentHash) -> Option<PathBuf> {
        let known = self.shared.known();
        known.first.get(&hash).map(|place| known.files[*place].path.clone())
    }

    /// The new files, each content once.
    pub(crate) fn new_files(&self) -> Vec<(PathBuf, ContentHash)> {
        let known = self.shared.known();
        let new = known.verdicts.iter().enumerate().filter_map(|(place, found)| {
            let found = found.as_ref().filter(|found| found.kind == ImportVerdict::New)?;
            let hash = found.hash.filter(|hash| known.first.get(hash) == Some(&place))?;
            Some((known.files[place].path.clone(), hash))
        });
        new.collect()
    }
}

impl Drop for Check {
    fn drop(&mut self) {
        self.cancel();
        if let Some(thread) = self.thread.take() {
            // A panic in it has been reported by the panic hook.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Acquire)
    }

    fn work(&self, parts: &Parts) -> Result<()> {
        let files = listing::list(&self.folder, &|| self.is_stopped())?;
        let count = files.len();
        {
            let mut known = self.known();
            known.verdicts.resize_with(count, || None);
            known.files = files;
            known.started = Instant::now();
        }
        parts.index.follow(&parts.catalog)?;
        let next = AtomicUsize::new(0);
        let look = || -> Result<()> {
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                if place >= count || self.is_stopped() {
                    return Ok(());
                }
                let file = self.known().files[place].clone();
                // The first fault of the library itself ends the check; a file's fault is its verdict.
                let verdict = self.judge(parts, &file).inspect_err(|_| self.is_stopped.store(true, Ordering::Release))?;
                self.note(parts, place, verdict);
            }
        };
        thread::scope(|scope| {
            let workers: Vec<_> = (0..parts.workers.min(count)).map(|_| scope.spawn(look)).collect();
            workers.into_iter().try_for_each(|worker| worker.join().unwrap_or_else(|_| Err(Error::internal("a file could not be looked at"))))
        })
    }

    fn judge(&self, parts: &Parts, file: &Listed) -> Result<Verdict> {
        let _turn = (file.bytes > LARGE).then(|| self.large.lock().unwrap_or_else(PoisonError::into_inner));
        if file.bytes > parts.limits.max_bytes {
            return Ok(unreadable(None, sayings::more_bytes_than_read(file.bytes, parts.limits.max_bytes)));
        }
        let bytes = match std::fs::read(&file.path) {
            Ok(bytes) => bytes,
            Err(error) => return Ok(unreadable(None, sayings::not_readable(&error))),
        };
        let hash = ContentHash::of(&bytes);
        if let Some((image, path)) = in_library(parts, |db| images::by_hash(db, hash))? {
            let (width, height) = (image.facts.width, image.facts.height);
            let found = Some(Match { hash, path, similarity: 1.0 });
            return Ok(Verdict { kind: ImportVerdict::SameFile, hash: Some(hash), width, height, found, reason: None });
        }
        let side = parts.embedder.wanted_side().max(media::THUMBNAIL_SHORT_SIDE);
        let picture = match media::decode(&bytes, side, &parts.limits) {
            Ok(picture) => picture,
            Err(error) => return Ok(unreadable(Some(hash), error.words())),
        };
        let vector = parts.embedder.embed(&picture.pixels)?;
        let found = same_picture(parts, &picture.pixels, &vector)?;
        let kind = if found.is_some() { ImportVerdict::SamePicture } else { ImportVerdict::New };
        Ok(Verdict { kind, hash: Some(hash), width: picture.width, height: picture.height, found, reason: None })
    }

    fn note(&self, parts: &Parts, place: usize, verdict: Verdict) {
        let mut known = self.known();
        *known.counts.entry(verdict.kind).or_default() += 1;
        if let Some(hash) = verdict.hash {
            let is_first = !known.first.contains_key(&hash);
            if is_first && verdict.kind == ImportVerdict::New {
                known.to_copy += 1;
                known.new_bytes += known.files[place].bytes;
            }
            let first = known.first.entry(hash).or_insert(place);
            *first = place.min(*first);
        }
        known.verdicts[place] = Some(verdict);
        known.done += 1;
        let is_time = known.told.elapsed() >= TELL;
        if is_time {
            known.told = Instant::now();
        }
        drop(known);
        if is_time {
            self.tell(parts);
        }
    }

    fn end(&self, outcome: Result<()>) {
        let mut known = self.known();
        (known.state, known.reason) = match outcome {
            Err(error) => (ImportState::Failed, Some(error.into())),
            Ok(()) if self.is_stopped() => (ImportState::Cancelled, None),
            Ok(()) => (ImportState::Done, None),
        };
    }

    fn status(&self) -> ImportStatus {
        let known = self.known();
        let count = |verdict| known.counts.get(&verdict).copied().unwrap_or(0);
        let total = known.files.len() as u64;
        let is_running = known.state == ImportState::Running;
        let rate = if is_running && known.done > 0 { known.done as f64 / known.started.elapsed().as_secs_f64().max(0.01) } else { 0.0 };
        ImportStatus {
            folder: self.folder.display().to_string(),
            state: known.state,
            reason: known.reason.clone(),
            total,
            done: known.done,
            same_file: count(ImportVerdict::SameFile),
            same_picture: count(ImportVerdict::SamePicture),
            new: count(ImportVerdict::New),
            to_copy: known.to_copy,
            new_bytes: known.new_bytes,
            unreadable: count(ImportVerdict::Unreadable),
            rate,
            seconds_left: (rate > 0.0).then(|| (total - known.done) as f64 / rate),
        }
    }

    fn tell(&self, parts: &Parts) {
        // Nobody may be listening.
        let _ = parts.events.send(Event::ImportChanged { status: self.status() });
    }
}

impl Known {
    fn told(&self, place: usize, verdict: &Verdict) -> ImportFile {
        let file = &self.files[place];
        let (reason, reason_said) = Words::optional_parts(verdict.reason.clone());
        ImportFile {
            id: verdict.hash.map(|hash| hash.to_string()).unwrap_or_default(),
            path: file.path.display().to_string(),
            file_name: file.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            bytes: file.bytes,
            width: verdict.width,
            height: verdict.height,
            verdict: verdict.kind,
            match_id: verdict.found.as_ref().map(|found| found.hash.to_string()),
            match_path: verdict.found.as_ref().map(|found| found.path.display().to_string()),
            similarity: verdict.found.as_ref().map(|found| found.similarity),
            reason,
            reason_said,
            is_repeated: verdict.hash.is_some_and(|hash| self.first.get(&hash) != Some(&place)),
        }
    }
}

/// The nearest picture of the library that is the same one.
fn same_picture(parts: &Parts, pixels: &media::Rgb8, vector: &[f32]) -> Result<Option<Match>> {
    let query = parts.same_picture.query(vector);
    let (nearest, _) = parts.index.search(&query.vector, CANDIDATES, None)?;
    let may_be = nearest.into_iter().filter_map(|(key, distance)| Some((key, query.may_be(distance)?)));
    let mut own = None;
    for (key, may_be) in may_be {
        let Some((image, path)) = in_library(parts, |db| images::by_key(db, key))? else { continue };
        let own: &Sketch = own.get_or_insert_with(|| Sketch::of(pixels.clone()));
        if may_be.agreement(Some(own), parts.sketches.get(image.hash).as_deref(), Look::MostClosely).is_some() {
            return Ok(Some(Match { hash: image.hash, path, similarity: similarity(may_be.distance) }));
        }
    }
    Ok(None)
}

/// A picture of the catalog and its first place; none where no file of the library shows it any more.
fn in_library(parts: &Parts, find: impl FnOnce(&rusqlite::Connection) -> Result<Option<ImageRow>>) -> Result<Option<(ImageRow, PathBuf)>> {
    parts.catalog.read(|db| {
        let Some(image) = find(db)? else { return Ok(None) };
        let place = images::places(db, image.key)?.into_iter().next();
        Ok(place.map(|place| (image, place.path)))
    })
}

fn unreadable(hash: Option<ContentHash>, reason: Words) -> Verdict {
    Verdict { kind: ImportVerdict::Unreadable, hash, width: 0, height: 0, found: None, reason: Some(reason) }
}
