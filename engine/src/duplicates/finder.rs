//! Compares every picture with all others: the vector index says which may show the same, their pixels which do. What was
//! compared is in the catalog, so that it goes on where it stopped, and only new pictures cost anything the next time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::broadcast;

use crate::catalog::near::{self, Pair};
use crate::catalog::{Catalog, ImageKey, images};
use crate::parallel::on_all_cores;
use crate::search::{IndexKeeper, Look, SamePicture, Sketch, Sketches};
use crate::wire::{DuplicatesProgress, Event};
use crate::words::sayings;
use crate::{Error, Result};

/// Pictures whose outcome is written in one transaction.
const BATCH: usize = 256;
/// Look-alikes of one picture that are noted: more are in the groups of their own.
const NEIGHBOURS: usize = 64;
/// Of these, so many are looked at closely: whether one is a part of the other, or tilted.
const LOOKED_AT_CLOSELY: usize = 4;
/// Progress is told no more often than this.
const TELL: Duration = Duration::from_millis(200);

/// What it works with.
pub(crate) struct Parts {
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) index: Arc<IndexKeeper>,
    pub(crate) model: String,
    pub(crate) same_picture: SamePicture,
    pub(crate) sketches: Arc<Sketches>,
    pub(crate) events: broadcast::Sender<Event>,
}

/// The search under way. Dropping it stops the work; what was compared stays known.
pub(crate) struct Finder {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    is_stopped: AtomicBool,
    is_over: AtomicBool,
    rate: Mutex<f64>,
}

impl Finder {
    pub(crate) fn start(parts: Parts) -> Result<Self> {
        let shared = Arc::new(Shared::default());
        let worker = Arc::clone(&shared);
        let work = move || {
            if let Err(error) = worker.work(&parts) {
                // Nobody may be listening.
                let _ = parts.events.send(sayings::duplicates_stopped(&error).into_notice(error.hint_words()));
            }
            worker.is_over.store(true, Ordering::Release);
            worker.tell(&parts);
        };
        let thread = thread::Builder::new().name("duplicates".into()).spawn(work);
        let thread = thread.map_err(|error| Error::internal(format!("no thread could be started: {error}")))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    pub(crate) fn is_running(&self) -> bool {
        !self.shared.is_over.load(Ordering::Acquire)
    }

    /// Pictures a second.
    pub(crate) fn rate(&self) -> f64 {
        if self.is_running() { *self.shared.rate.lock().unwrap_or_else(PoisonError::into_inner) } else { 0.0 }
    }
}

impl Drop for Finder {
    fn drop(&mut self) {
        self.shared.is_stopped.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            // A panic in it has been reported by the panic hook.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn work(&self, parts: &Parts) -> Result<()> {
        let (mut told, mut window) = (Instant::now(), (0_u64, Instant::now()));
        loop {
            let batch = parts.catalog.read(|db| near::uncompared(db, &parts.model, BATCH))?;
            if batch.is_empty() || self.is_stopped.load(Ordering::Acquire) {
                return Ok(());
            }
            // What was added since is compared with these when its own turn comes.
            parts.index.follow(&parts.catalog)?;
            let of =
                |(image, vector): &(ImageKey, Vec<f32>)| if self.is_stopped.load(Ordering::Acquire) { Ok(Vec::new()) } else { pairs_of(parts, *image, vector) };
            let pairs = on_all_cores(&batch, of).into_iter().collect::<Result<Vec<_>>>()?.concat();
            if self.is_stopped.load(Ordering::Acquire) {
                return Ok(());
            }
            let images: Vec<ImageKey> = batch.iter().map(|(image, _)| *image).collect();
            parts.catalog.write(|db| near::note(db, &parts.model, &images, &pairs))?;
            window.0 += batch.len() as u64;
            *self.rate.lock().unwrap_or_else(PoisonError::into_inner) = window.0 as f64 / window.1.elapsed().as_secs_f64().max(0.01);
            if window.1.elapsed() > Duration::from_secs(10) {
                window = (0, Instant::now());
            }
            if told.elapsed() >= TELL {
                told = Instant::now();
                self.tell(parts);
            }
        }
    }

    fn tell(&self, parts: &Parts) {
        let is_running = !self.is_over.load(Ordering::Acquire);
        let rate = if is_running { *self.rate.lock().unwrap_or_else(PoisonError::into_inner) } else { 0.0 };
        if let Ok((done, total)) = parts.catalog.read(|db| near::progress(db, &parts.model)) {
            // Nobody may be listening.
            let _ = parts.events.send(Event::DuplicatesChanged { progress: DuplicatesProgress { done, total, is_running, rate } });
        }
    }
}

/// A picture and each other one that is the same.
fn pairs_of(parts: &Parts, image: ImageKey, vector: &[f32]) -> Result<Vec<Pair>> {
    let query = parts.same_picture.query(vector);
    let (found, _) = parts.index.search(&query.vector, NEIGHBOURS, None)?;
    let near = found.into_iter().filter(|(other, _)| *other != image);
    let may_be: Vec<_> = near.filter_map(|(other, distance)| Some((other, query.may_be(distance)?))).collect();
    if may_be.is_empty() {
        return Ok(Vec::new());
    }
    let sketch = |image: ImageKey| -> Result<Option<Arc<Sketch>>> {
        let row = parts.catalog.read(|db| images::by_key(db, image))?;
        Ok(row.and_then(|row| parts.sketches.get(row.hash)))
    };
    let own = sketch(image)?;
    let mut pairs = Vec::new();
    for (place, (other, may_be)) in may_be.into_iter().enumerate() {
        let look = if place < LOOKED_AT_CLOSELY { Look::MostClosely } else { Look::AtAGlance };
        if may_be.agreement(own.as_deref(), sketch(other)?.as_deref(), look).is_some() {
            pairs.push(Pair { a: image, b: other, distance: may_be.distance });
        }
    }
    Ok(pairs)
}
