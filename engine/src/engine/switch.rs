//! Switching to another model without an outage. What is under way is a fact of the catalog, so that it survives the
//! process; this thread works on it: it makes the vectors that are missing while the old model answers, and when none is
//! missing it puts the new model to use in one transaction.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::broadcast;

use super::serving::{Opener, Serving, ServingSlot};
use crate::catalog::models::{self, Coverage, SwitchRow};
use crate::catalog::{Catalog, Thumbnails};
use crate::embed::Manifest;
use crate::media::Limits;
use crate::pipeline::reembed::{Batch, Reembed};
use crate::wire::{Event, SwitchInfo, SwitchState};
use crate::{Error, Result};

/// How often it looks whether indexing is over.
const WAIT: Duration = Duration::from_millis(100);
/// Progress is told no more often than this.
const TELL: Duration = Duration::from_millis(200);
/// After so many vectors the index in use notes how far it has followed.
const ADVANCE: u64 = 2_000;

/// What the switcher works with.
pub(super) struct Parts {
    pub(super) opener: Arc<Opener>,
    pub(super) serving: Arc<ServingSlot>,
    pub(super) thumbnails: Arc<Thumbnails>,
    /// Threads that decode and embed, as they are wanted when a run begins.
    pub(super) workers: Arc<AtomicUsize>,
    pub(super) limits: Limits,
    pub(super) events: broadcast::Sender<Event>,
}

/// Dropping it stops the work after the pictures under way; the switch stays recorded and goes on at the next start.
pub(super) struct Switcher {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    parts: Parts,
    words: Mutex<Words>,
    spoken: Condvar,
    live: Mutex<Live>,
    /// The model to come, loaded already: kept until the thread takes it over.
    coming: Mutex<Option<Arc<Serving>>>,
    /// Held while the catalog is told of another model and it is put in place: of two exchanges the later one counts.
    exchanging: Mutex<()>,
}

/// What the thread is told.
#[derive(Default)]
struct Words {
    /// Counts them: each means that the catalog's record of the switch is to be read again.
    count: u64,
    is_stopped: bool,
}

/// What only the thread knows of the switch.
#[derive(Clone, Default)]
struct Live {
    is_waiting: bool,
    fault: Option<Error>,
    rate: f64,
    /// Counted while vectors are made: counting anew for every sample would cost more than it tells.
    coverage: Option<Coverage>,
}

/// Wakes the switcher without owning it.
#[derive(Clone)]
pub(super) struct Waker {
    shared: Arc<Shared>,
}

impl Waker {
    /// Says that a run of the indexer is over. A run goes on with the model that it began with: what it added has no vector
    /// of one that was put to use meanwhile. A switch under way comes upon it by itself.
    pub(super) fn run_is_over(&self) {
        match self.shared.parts.opener.catalog.read(models::switch) {
            Ok(Some(_)) => {}
            Ok(None) | Err(_) => self.shared.wake(),
        }
    }
}

impl Switcher {
    pub(super) fn waker(&self) -> Waker {
        Waker { shared: Arc::clone(&self.shared) }
    }

    pub(super) fn start(parts: Parts) -> Result<Self> {
        let shared = Arc::new(Shared {
            parts,
            words: Mutex::default(),
            spoken: Condvar::new(),
            live: Mutex::default(),
            coming: Mutex::new(None),
            exchanging: Mutex::new(()),
        });
        let worker = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("switch".into())
            .spawn(move || worker.work())
            .map_err(|error| Error::internal(format!("no thread could be started: {error}")))?;
        Ok(Self { shared, thread: Mutex::new(Some(thread)) })
    }

    /// Says that the catalog's record of the switch has changed.
    pub(super) fn wake(&self) {
        self.shared.wake();
    }

    /// As [`Switcher::wake`], for a switch to this model that has begun.
    pub(super) fn wake_for(&self, coming: Arc<Serving>) {
        *self.shared.coming.lock().unwrap_or_else(PoisonError::into_inner) = Some(coming);
        self.wake();
    }

    /// The switch under way.
    pub(super) fn info(&self) -> Result<Option<SwitchInfo>> {
        self.shared.info()
    }

    /// Why the model in use is not brought up to date, where that was tried and failed.
    pub(super) fn fault(&self) -> Option<Error> {
        self.shared.live().fault.clone()
    }

    /// Puts a model to use whose vectors are kept.
    pub(super) fn put_to_use(&self, serving: Arc<Serving>) -> Result<()> {
        let catalog = &self.shared.parts.opener.catalog;
        let exchanging = self.shared.exchanging.lock().unwrap_or_else(PoisonError::into_inner);
        catalog.write(|db| {
            models::set_switch(db, None)?;
            models::set_in_use(db, &serving.id)
        })?;
        self.shared.exchange(serving);
        drop(exchanging);
        self.wake();
        Ok(())
    }

    /// Stops the work for good, after the pictures under way.
    pub(super) fn stop(&self) {
        self.shared.words().is_stopped = true;
        self.shared.spoken.notify_all();
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // A panic in it has been reported by the panic hook.
            let _ = thread.join();
        }
    }
}

impl Drop for Switcher {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    fn words(&self) -> MutexGuard<'_, Words> {
        self.words.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        let mut words = self.words();
        words.count += 1;
        // What was wrong before is tried again.
        self.live().fault = None;
        drop(words);
        self.spoken.notify_all();
    }

    /// Whether nothing has been said since `heard`.
    fn is_silent_since(&self, heard: u64) -> bool {
        let words = self.words();
        words.count == heard && !words.is_stopped
    }

    fn work(&self) {
        if let Err(error) = self.parts.opener.store.keep_bundled() {
            tracing::warn!(%error, "no copy of the program's model could be kept; after an update only photos of the library can be searched by until the new vectors are made");
        }
        loop {
            let heard = {
                let words = self.words();
                if words.is_stopped {
                    return;
                }
                words.count
            };
            *self.live() = Live::default();
            if let Err(error) = self.pass(heard) {
                // Whoever waits for it tells of it.
                tracing::warn!(%error, "the vectors of a model are not made any further");
                let words = self.words();
                if words.count == heard {
                    self.live().fault = Some(error);
                }
            }
            self.tell();
            let mut words = self.words();
            while words.count == heard && !words.is_stopped {
                words = self.spoken.wait(words).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    /// Works on what the catalog says, until it is complete or something is said: on a switch, or on what the model in use
    /// lacks because it was laid aside for a while.
    fn pass(&self, heard: u64) -> Result<()> {
        let parts = &self.parts;
        match parts.opener.catalog.read(models::switch)? {
            Some(switch) if switch.paused => Ok(()),
            Some(switch) => {
                let target = parts.opener.open(&switch.target)?;
                self.coming.lock().unwrap_or_else(PoisonError::into_inner).take();
                self.embed_missing(heard, &target, Some(&switch))
            }
            None => {
                let serving = parts.serving.get();
                if !parts.opener.catalog.read(|db| models::is_missing_any(db, &serving.id))? {
                    return Ok(());
                }
                self.embed_missing(heard, &serving, None)?;
                let _ = parts.events.send(Event::LibraryChanged {});
                Ok(())
            }
        }
    }

    /// Makes the vectors that a model lacks; with a switch to it, puts it to use when none is lacking.
    fn embed_missing(&self, heard: u64, target: &Arc<Serving>, switch: Option<&SwitchRow>) -> Result<()> {
        let parts = &self.parts;
        let catalog: &Catalog = &parts.opener.catalog;
        let embedder = target.embedder.get()?;
        let reembed =
            Reembed { catalog, thumbnails: &parts.thumbnails, embedder: &embedder, workers: parts.workers.load(Ordering::Relaxed), limits: parts.limits };
        let goes_on = || self.is_silent_since(heard);
        let (mut after, mut made, mut told) = (0, 0, Instant::now());
        let mut meter = Meter::new();
        self.count(&target.id)?;
        self.tell();
        while goes_on() {
            // New photos are worth more than new vectors of old ones.
            let is_waiting = parts.serving.try_hold().is_none();
            if std::mem::replace(&mut self.live().is_waiting, is_waiting) != is_waiting {
                self.tell();
                meter = Meter::new();
            }
            if is_waiting {
                thread::sleep(WAIT);
                continue;
            }
            match reembed.next_batch(after, &goes_on)? {
                Some(batch) => {
                    after = batch.after;
                    target.index.follow(catalog)?;
                    target.index.save_if_worthwhile(catalog)?;
                    if (made + batch.done) / ADVANCE > made / ADVANCE {
                        parts.serving.get().index.advance(catalog)?;
                    }
                    made += batch.done;
                    self.note(&batch, meter.rate(batch.done));
                    if told.elapsed() >= TELL {
                        told = Instant::now();
                        self.tell();
                    }
                }
                // Once more from the start: for what was added, or left, behind our back.
                None if after > 0 => {
                    after = 0;
                    self.count(&target.id)?;
                }
                None => match switch {
                    Some(switch) if !self.complete(switch, target)? => {}
                    _ => return Ok(()),
                },
            }
        }
        target.index.save_at_end(catalog)
    }

    fn count(&self, target: &str) -> Result<()> {
        let coverage = self.parts.opener.catalog.read(|db| models::coverage(db, target))?;
        self.live().coverage = Some(coverage);
        Ok(())
    }

    fn note(&self, batch: &Batch, rate: f64) {
        let mut live = self.live();
        live.rate = rate;
        if let Some(coverage) = &mut live.coverage {
            coverage.missing = coverage.missing.saturating_sub(batch.done);
            coverage.from_thumbnail += batch.from_thumbnail;
            coverage.left_out += batch.left_out;
        }
    }

    /// Puts the new model to use if nothing is missing. False: something is, or photos are being indexed.
    fn complete(&self, switch: &SwitchRow, target: &Arc<Serving>) -> Result<bool> {
        let catalog = &self.parts.opener.catalog;
        // Saved first: readers open it the moment it is in use.
        target.index.save_now(catalog)?;
        let Some(_turn) = self.parts.serving.try_hold() else { return Ok(false) };
        let _exchanging = self.exchanging.lock().unwrap_or_else(PoisonError::into_inner);
        let is_complete = catalog.write(|db| {
            // Cancelled or changed in the meantime, or a photo came: then it is not this moment.
            if models::switch(db)?.as_ref() != Some(switch) || models::is_missing_any(db, &target.id)? {
                return Ok(false);
            }
            models::set_switch(db, None)?;
            models::set_in_use(db, &target.id)?;
            Ok(true)
        })?;
        if is_complete {
            self.exchange(Arc::clone(target));
        }
        Ok(is_complete)
    }

    /// Lets the model answer from now on. The catalog says so already.
    fn exchange(&self, serving: Arc<Serving>) {
        let catalog = &self.parts.opener.catalog;
        let before = self.parts.serving.set(serving);
        if let Err(error) = before.index.save_at_end(catalog) {
            tracing::warn!(%error, "the index that is laid aside could not be saved; it is brought up when it is used again");
        }
        for event in [Event::SwitchChanged { switch: None }, Event::ModelsChanged {}, Event::LibraryChanged {}] {
            // Nobody may be listening.
            let _ = self.parts.events.send(event);
        }
    }

    fn tell(&self) {
        match self.info() {
            Ok(switch) => {
                let _ = self.parts.events.send(Event::SwitchChanged { switch });
            }
            Err(error) => tracing::warn!(%error, "the state of the switch could not be read"),
        }
    }

    fn info(&self) -> Result<Option<SwitchInfo>> {
        let live = self.live().clone();
        let Some(mut info) = recorded(&self.parts.opener.catalog, live.coverage)? else { return Ok(None) };
        if info.state != SwitchState::Paused {
            info.state = match (&live.fault, live.is_waiting) {
                (Some(_), _) => SwitchState::Failed,
                (None, true) => SwitchState::Waiting,
                (None, false) => SwitchState::Building,
            };
            info.reason = live.fault.map(Into::into);
            info.rate = live.rate;
            info.seconds_left = (live.rate > 0.0).then(|| info.total.saturating_sub(info.done) as f64 / live.rate);
        }
        Ok(Some(info))
    }
}

/// The switch as the catalog knows it: for readers, who do not work on it. Counted anew where nobody has counted.
pub(super) fn recorded(catalog: &Catalog, counted: Option<Coverage>) -> Result<Option<SwitchInfo>> {
    let found = catalog.read(|db| {
        let Some(switch) = models::switch(db)? else { return Ok(None) };
        let coverage = counted.map_or_else(|| models::coverage(db, &switch.target), Ok)?;
        let known = models::get(db, &switch.target)?;
        Ok(Some((switch, coverage, known)))
    })?;
    let Some((switch, coverage, known)) = found else { return Ok(None) };
    let Coverage { total, missing, from_thumbnail, left_out } = coverage;
    let name = known.and_then(|known| Manifest::parse(&known.manifest, "the catalog").ok()).map_or_else(|| switch.target.clone(), |manifest| manifest.name);
    Ok(Some(SwitchInfo {
        name,
        state: if switch.paused { SwitchState::Paused } else { SwitchState::Elsewhere },
        reason: None,
        is_upgrade: switch.upgrade,
        done: total.saturating_sub(missing),
        total,
        from_thumbnail,
        left_out,
        rate: 0.0,
        seconds_left: None,
        target: switch.target,
    }))
}

/// Pictures a second since it was started.
struct Meter {
    since: Instant,
    done: u64,
}

impl Meter {
    fn new() -> Self {
        Self { since: Instant::now(), done: 0 }
    }

    fn rate(&mut self, done: u64) -> f64 {
        self.done += done;
        self.done as f64 / self.since.elapsed().as_secs_f64().max(0.001)
    }
}
