//! The background thread that runs the pipeline: collects what is to be looked at, runs it, tells everyone.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::broadcast;

use super::serving::{Opener, Serving, ServingSlot};
use super::switch::Waker;
use crate::catalog::{Catalog, FolderId, FolderRow, Thumbnails, folders, images, models};
use crate::embed::LazyEmbedder;
use crate::library::watch::{Following, Watch};
use crate::media::Limits;
use crate::pipeline::control::{Control, Counters, Sampler, get, idle};
use crate::pipeline::{self, Task};
use crate::wire::{ErrorCode, Event, IndexReport, Progress};
use crate::words::sayings;
use crate::{Error, Result};

/// Progress is sampled this often.
const SAMPLE: Duration = Duration::from_millis(200);
/// Lists are announced as out of date no more often than this while indexing goes on.
const ANNOUNCE: Duration = Duration::from_secs(2);
/// What could not be looked at, for a full disk for example, is tried again after so long.
const RETRY: Duration = Duration::from_secs(15);
/// A file that comes back within so many days finds its vector.
const ORPHAN_DAYS: u32 = 30;

/// What the indexer works with.
pub(super) struct Parts {
    pub(super) catalog: Arc<Catalog>,
    pub(super) thumbnails: Arc<Thumbnails>,
    pub(super) opener: Arc<Opener>,
    pub(super) serving: Arc<ServingSlot>,
    pub(super) limits: Limits,
    /// Threads that decode and embed, as they are wanted when a run begins.
    pub(super) workers: Arc<AtomicUsize>,
    pub(super) events: broadcast::Sender<Event>,
    /// Told at the end of each run.
    pub(super) switcher: Waker,
}

/// Dropping it stops the work and waits for the last commit.
pub(super) struct Indexer {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
    watch: Arc<Option<Watch>>,
}

/// Cancels runs of an engine without keeping it open, for handlers that live as long as the process.
#[derive(Clone)]
pub struct Canceller {
    shared: Arc<Shared>,
}

impl Canceller {
    /// Ends the current run and forgets what is queued. What is committed stays; the next run goes on from there.
    pub fn cancel(&self) {
        let mut queue = self.shared.queue();
        queue.tasks.clear();
        queue.failed = None;
        drop(queue);
        self.shared.control.cancel();
    }
}

struct Shared {
    queue: Mutex<Queue>,
    filled: Condvar,
    control: Arc<Control>,
    progress: Mutex<Progress>,
}

#[derive(Default)]
struct Queue {
    tasks: Vec<Task>,
    /// Tasks of a run that failed, and when they are tried again.
    failed: Option<(Instant, Vec<Task>)>,
    waiters: Vec<Sender<Result<IndexReport>>>,
    is_stopped: bool,
}

impl Indexer {
    /// Starts idle, or, if it is to follow, with a look through every folder.
    pub(super) fn start(parts: Parts, follow: bool) -> Result<Self> {
        let shared = Arc::new(Shared { queue: Mutex::default(), filled: Condvar::new(), control: Arc::default(), progress: Mutex::new(idle(false)) });
        let watch = Arc::new(if follow {
            let tasks = Arc::clone(&shared);
            Some(Watch::start(move |task| tasks.push([task], None))?)
        } else {
            None
        });
        let folders = if follow { parts.catalog.read(folders::all)? } else { Vec::new() };
        for folder in folders.iter().filter(|folder| !folder.paused) {
            if let Some(watch) = &*watch {
                announce_polling(&parts.events, folder, &watch.follow(folder.id, &folder.path));
            }
        }
        shared.push(folders.iter().map(|folder| Task::Folder(folder.id)), None);
        let worker = Worker { parts, shared: Arc::clone(&shared), watch: Arc::clone(&watch) };
        let thread = thread::Builder::new()
            .name("indexer".into())
            .spawn(move || worker.work())
            .map_err(|error| Error::internal(format!("no thread could be started: {error}")))?;
        Ok(Self { shared, thread: Mutex::new(Some(thread)), watch })
    }

    /// Looks at these in the background.
    pub(super) fn look_at(&self, tasks: impl IntoIterator<Item = Task>) {
        self.shared.push(tasks, None);
    }

    /// Looks at these and waits for the report.
    pub(super) fn look_at_and_wait(&self, tasks: impl IntoIterator<Item = Task>) -> Result<IndexReport> {
        let (waiter, answer) = mpsc::channel();
        self.shared.push(tasks, Some(waiter));
        answer.recv().map_err(|_| Error::new(ErrorCode::Cancelled, sayings::library_closing()))?
    }

    pub(super) fn control(&self) -> &Control {
        &self.shared.control
    }

    pub(super) fn canceller(&self) -> Canceller {
        Canceller { shared: Arc::clone(&self.shared) }
    }

    pub(super) fn progress(&self) -> Progress {
        self.shared.progress.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn watch(&self) -> Option<&Watch> {
        (*self.watch).as_ref()
    }
}

impl Indexer {
    /// Stops the work for good, waits for the last commit and saves the index.
    pub(super) fn stop(&self) {
        self.shared.queue().is_stopped = true;
        self.shared.control.cancel();
        self.shared.filled.notify_all();
        // Held while it ends: a second call waits as well.
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // A panic in it has been reported by the panic hook.
            let _ = thread.join();
        }
    }
}

impl Drop for Indexer {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, tasks: impl IntoIterator<Item = Task>, waiter: Option<Sender<Result<IndexReport>>>) {
        let mut queue = self.queue();
        if queue.is_stopped {
            // Whoever waits is told so by the loss of the waiter.
            return;
        }
        for task in tasks {
            if !queue.tasks.contains(&task) {
                queue.tasks.push(task);
            }
        }
        queue.waiters.extend(waiter);
        drop(queue);
        self.filled.notify_all();
    }

    /// Waits until there is something new to do, or what failed is to be tried again.
    fn await_tasks<'a>(&self, mut queue: MutexGuard<'a, Queue>) -> MutexGuard<'a, Queue> {
        let Some((due, _)) = &queue.failed else { return self.filled.wait(queue).unwrap_or_else(PoisonError::into_inner) };
        let patience = due.saturating_duration_since(Instant::now());
        if patience.is_zero() {
            queue.tasks = queue.failed.take().map(|(_, tasks)| tasks).unwrap_or_default();
            return queue;
        }
        self.filled.wait_timeout(queue, patience).unwrap_or_else(PoisonError::into_inner).0
    }

    /// Keeps the tasks of a run that failed.
    fn try_again(&self, tasks: Vec<Task>) {
        let mut queue = self.queue();
        let mut failed = queue.failed.take().map(|(_, tasks)| tasks).unwrap_or_default();
        failed.extend(tasks.into_iter().filter(|task| !failed.contains(task)).collect::<Vec<_>>());
        queue.failed = Some((Instant::now() + RETRY, failed));
    }

    fn set_progress(&self, progress: Progress, events: &broadcast::Sender<Event>) {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = progress.clone();
        let _ = events.send(Event::Progress { progress });
    }
}

struct Worker {
    parts: Parts,
    shared: Arc<Shared>,
    watch: Arc<Option<Watch>>,
}

impl Worker {
    fn work(&self) {
        let mut failure = None;
        loop {
            let (tasks, waiters) = {
                let mut queue = self.shared.queue();
                while queue.tasks.is_empty() && queue.waiters.is_empty() && !queue.is_stopped {
                    queue = self.shared.await_tasks(queue);
                }
                if queue.is_stopped {
                    queue.waiters.clear();
                    break;
                }
                // An earlier cancellation meant earlier tasks. Within the lock, so that a later one is not lost.
                self.shared.control.rearm();
                (std::mem::take(&mut queue.tasks), std::mem::take(&mut queue.waiters))
            };
            // Who waits for tasks that were cancelled before they began is told so.
            let is_run = !tasks.is_empty();
            let result = if is_run { self.run(tasks.clone()) } else { Ok(IndexReport { cancelled: true, ..IndexReport::default() }) };
            if result.is_err() {
                self.shared.try_again(tasks);
            }
            if is_run {
                self.parts.switcher.run_is_over();
            }
            let failed = result.as_ref().err().map(ToString::to_string);
            // Of what goes on failing users are told once.
            if failed.is_none() || failed != failure {
                self.tell(&result);
            }
            failure = failed;
            for waiter in waiters {
                // Who asked may have gone.
                let _ = waiter.send(result.clone());
            }
        }
        // Of a library that is gone there is nothing to save, and no folder is made in its place.
        let catalog = &self.parts.catalog;
        let saved = catalog.check_in_place().and_then(|()| self.parts.serving.get().index.save_at_end(catalog));
        if let Err(error) = saved {
            tracing::warn!(%error, "the index could not be saved; it is replayed from the catalog at the next start");
        }
    }

    fn run(&self, tasks: Vec<Task>) -> Result<IndexReport> {
        let parts = &self.parts;
        let _turn = parts.serving.hold();
        let serving = parts.serving.get();
        let looked_through: Vec<FolderId> = tasks.iter().filter_map(|task| if let Task::Folder(id) = task { Some(*id) } else { None }).collect();
        if !looked_through.is_empty() {
            let gone = parts.catalog.write(|db| images::purge_orphans(db, ORPHAN_DAYS))?;
            parts.thumbnails.remove(&gone)?;
        }
        let before = parts.catalog.read(folders::all)?;
        let counters = Arc::new(Counters::default());
        let context = pipeline::Context::new(
            Arc::clone(&parts.catalog),
            Arc::clone(&parts.thumbnails),
            Arc::clone(&serving.index),
            self.embedder(&serving)?,
            parts.workers.load(Ordering::Relaxed),
            parts.limits,
            Arc::clone(&self.shared.control),
            Arc::clone(&counters),
        );
        let result = thread::scope(|scope| {
            let (stop, stopped) = mpsc::channel::<()>();
            scope.spawn(move || self.report_progress(&counters, &stopped));
            let result = pipeline::run(context, tasks);
            drop(stop);
            result
        });
        self.shared.set_progress(idle(self.shared.control.is_paused()), &parts.events);
        self.note_reachability(&before, &looked_through)?;
        result
    }

    /// The embedder of the model in use. Where its files are gone and another model is coming, that one's: new photos are
    /// then found once it has come.
    fn embedder(&self, serving: &Serving) -> Result<Arc<LazyEmbedder>> {
        self.parts.opener.renew(serving)?;
        if !serving.embedder.has_files()
            && let Some(switch) = self.parts.catalog.read(models::switch)?
        {
            return Ok(Arc::clone(&self.parts.opener.open(&switch.target)?.embedder));
        }
        Ok(Arc::clone(&serving.embedder))
    }

    /// Samples the counters until the run is over.
    fn report_progress(&self, counters: &Counters, stopped: &mpsc::Receiver<()>) {
        let mut sampler = Sampler::new();
        let (mut announced, mut seen) = (Instant::now(), 0);
        while stopped.recv_timeout(SAMPLE) == Err(mpsc::RecvTimeoutError::Timeout) {
            self.shared.set_progress(sampler.sample(counters, self.shared.control.is_paused()), &self.parts.events);
            let changes = get(&counters.done) + get(&counters.removed);
            if changes > seen && announced.elapsed() >= ANNOUNCE {
                (announced, seen) = (Instant::now(), changes);
                let _ = self.parts.events.send(Event::LibraryChanged {});
            }
        }
    }

    /// Folders that went offline are looked at now and then; those that came back, or are replaced, are followed again. So are
    /// those that are polled for a reason that may be over by now.
    fn note_reachability(&self, before: &[FolderRow], looked_through: &[FolderId]) -> Result<()> {
        let after = self.parts.catalog.read(folders::all)?;
        let mut has_changed = false;
        for folder in &after {
            let Some(earlier) = before.iter().find(|row| row.id == folder.id) else { continue };
            // A replaced directory has taken the notifications of the old one with it.
            let is_replaced = earlier.identity.is_some() && earlier.identity != folder.identity;
            let is_as_before = earlier.offline.is_some() == folder.offline.is_some() && !is_replaced;
            let is_worth_a_try = |watch: &Watch| folder.offline.is_none() && looked_through.contains(&folder.id) && watch.may_be_notified_again(folder.id);
            if folder.paused || (is_as_before && !self.watch.as_ref().as_ref().is_some_and(is_worth_a_try)) {
                continue;
            }
            has_changed |= !is_as_before;
            match &*self.watch {
                Some(watch) if folder.offline.is_some() => watch.await_return(folder.id, &folder.path),
                Some(watch) => has_changed |= self.follow_again(watch, folder),
                None => {}
            }
        }
        if has_changed {
            let _ = self.parts.events.send(Event::FoldersChanged {});
        }
        Ok(())
    }

    /// Whether this has changed how the folder is followed. If not, nobody is told once more.
    fn follow_again(&self, watch: &Watch, folder: &FolderRow) -> bool {
        let known = watch.following(folder.id);
        let following = watch.follow(folder.id, &folder.path);
        if known.as_ref() == Some(&following) {
            return false;
        }
        announce_polling(&self.parts.events, folder, &following);
        if following == Following::Notified {
            // What has changed between the look and the first notification.
            self.shared.push([Task::Folder(folder.id)], None);
        }
        true
    }

    fn tell(&self, result: &Result<IndexReport>) {
        match result {
            Ok(report) => {
                let _ = self.parts.events.send(Event::LibraryChanged {});
                let _ = self.parts.events.send(Event::RunFinished { report: report.clone() });
            }
            Err(error) => {
                tracing::error!(%error, "indexing stopped");
                let _ = self.parts.events.send(sayings::indexing_stopped(error).into_notice(error.hint_words()));
            }
        }
    }
}

/// Tells the user when a folder is looked through at intervals instead of being watched.
pub(super) fn announce_polling(events: &broadcast::Sender<Event>, folder: &FolderRow, following: &Following) {
    if let Following::Polled(reason) = following {
        let message = sayings::folder_is_polled(&*folder.path, reason);
        tracing::warn!("{message}");
        let _ = events.send(message.into_notice(None));
    }
}

/// A folder's task, for hosts' requests.
pub(super) fn whole(id: FolderId) -> [Task; 1] {
    [Task::Folder(id)]
}
