//! One run: scan → read and hash → decode, thumbnail and embed → commit in batches. Every queue is bounded, one bad
//! file costs one list entry, and what is committed is searchable at once. Knows no host: it is started and steered
//! by [`crate::engine`].

mod budget;
mod commit;
pub(crate) mod control;
pub(crate) mod reembed;
mod stages;
mod workers;

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use crate::catalog::{Catalog, ContentHash, FolderId, Thumbnails, folders, images};
use crate::embed::LazyEmbedder;
use crate::library::scan::{FileToIndex, Found, Scan, ScanEnd, mtime_of};
use crate::media::Limits;
use crate::search::IndexKeeper;
use crate::wire::IndexReport;
use crate::words::Words;
use crate::{Error, Result};
use budget::Budget;
use commit::{Committer, Outcome};
use control::{Control, Counters, add, get};
use workers::Workers;

/// Files found but not yet read: enough to keep readers busy, little enough to stay responsive to pause and cancel.
const FOUND_AHEAD: usize = 256;
/// Outcomes on their way to the commit stage; each carries a thumbnail and a vector.
const OUTCOMES_AHEAD: usize = 128;
/// A batch is committed when it has so many outcomes, or when its first has waited so long.
const BATCH: usize = 128;
const BATCH_WAIT: Duration = Duration::from_millis(300);
/// Bytes of picture files in memory at once.
const BYTES_IN_MEMORY: u64 = 128 << 20;
/// How long a file that is still being written is left alone before the next try.
const UNSETTLED_WAIT: Duration = Duration::from_millis(500);

/// What a run works with.
pub(crate) struct Context {
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) thumbnails: Arc<Thumbnails>,
    pub(crate) index: Arc<IndexKeeper>,
    pub(crate) embedder: Arc<LazyEmbedder>,
    /// Id of the model whose vectors are made.
    pub(crate) model: String,
    pub(crate) workers: usize,
    pub(crate) limits: Limits,
    pub(crate) control: Arc<Control>,
    pub(crate) counters: Arc<Counters>,
    budget: Arc<Budget>,
    /// Contents that are being embedded now.
    in_flight: Mutex<HashSet<ContentHash>>,
    /// Files that are still being written.
    unsettled: Mutex<Vec<FileToIndex>>,
    findings: Mutex<Findings>,
}

/// What only the scan knows, for the report.
#[derive(Default)]
struct Findings {
    offline: Vec<String>,
    unreadable: Vec<(PathBuf, Words)>,
}

/// What to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// A whole folder.
    Folder(FolderId),
    /// The surroundings of some paths of a folder.
    Around(FolderId, Vec<PathBuf>),
}

impl Context {
    #[allow(clippy::too_many_arguments, reason = "the parts of the engine that a run needs, named at the one call")]
    pub(crate) fn new(
        catalog: Arc<Catalog>,
        thumbnails: Arc<Thumbnails>,
        index: Arc<IndexKeeper>,
        embedder: Arc<LazyEmbedder>,
        workers: usize,
        limits: Limits,
        control: Arc<Control>,
        counters: Arc<Counters>,
    ) -> Self {
        let model = embedder.manifest().id.clone();
        Self {
            catalog,
            thumbnails,
            index,
            embedder,
            model,
            workers,
            limits,
            control,
            counters,
            budget: Budget::new(BYTES_IN_MEMORY),
            in_flight: Mutex::default(),
            unsettled: Mutex::default(),
            findings: Mutex::default(),
        }
    }
}

/// Runs the tasks to their end, or until cancelled.
pub(crate) fn run(context: Context, tasks: Vec<Task>) -> Result<IndexReport> {
    let started = Instant::now();
    context.counters.scanning.store(true, Ordering::Release);
    let context = Arc::new(context);
    let (to_read, found) = bounded(FOUND_AHEAD);
    let (to_embed, loaded) = bounded(context.workers);
    let (outcomes, results) = bounded(OUTCOMES_AHEAD);

    let feeder = spawn("scan", {
        let (context, outcomes) = (Arc::clone(&context), outcomes.clone());
        move || {
            if let Err(error) = feed(&context, &tasks, &to_read, &outcomes) {
                // A closed channel means that the run is already over for another reason.
                let _ = outcomes.send(Outcome::Fatal(error));
            }
        }
    })?;
    for _ in 0..context.workers {
        let (context, found, to_embed, outcomes) = (Arc::clone(&context), found.clone(), to_embed.clone(), outcomes.clone());
        spawn("read", move || read_files(&context, &found, &to_embed, &outcomes))?;
    }
    drop((found, to_embed));
    let workers = Workers::start(&context, &loaded, &outcomes)?;
    drop((loaded, outcomes));

    let result = commit_all(&context, &results, workers);
    if result.is_err() {
        context.control.cancel();
    }
    // Unblocks whoever still sends.
    drop(results);
    let _ = feeder.join();
    result?;
    // Whatever was committed last.
    context.index.follow(&context.catalog)?;
    context.index.save_if_worthwhile(&context.catalog)?;
    report(&context, started)
}

fn commit_all(context: &Arc<Context>, results: &Receiver<Outcome>, mut workers: Workers) -> Result<()> {
    let mut committer = Committer::new(context);
    let mut batch = Vec::new();
    let mut since = Instant::now();
    loop {
        let over = match results.recv_timeout(Duration::from_millis(100)) {
            Ok(outcome) => {
                if batch.is_empty() {
                    since = Instant::now();
                }
                batch.push(outcome);
                false
            }
            Err(RecvTimeoutError::Timeout) => context.control.is_cancelled() || (batch.is_empty() && is_all_done(context)),
            Err(RecvTimeoutError::Disconnected) => true,
        };
        batch.extend(workers.give_up_on_stuck(context)?);
        let due = batch.len() >= BATCH || since.elapsed() >= BATCH_WAIT || over;
        if due && !batch.is_empty() {
            committer.commit(std::mem::take(&mut batch))?;
            context.index.save_if_worthwhile(&context.catalog)?;
        }
        if over {
            return Ok(());
        }
    }
}

/// Whether the scan is over and every file that it found is dealt with. Files still being written are not.
fn is_all_done(context: &Context) -> bool {
    !context.counters.scanning.load(Ordering::Acquire) && get(&context.counters.done) >= get(&context.counters.total)
}

/// Scans, then finds images without a vector of this model, then comes back to files that were still being written.
fn feed(context: &Context, tasks: &[Task], to_read: &Sender<FileToIndex>, outcomes: &Sender<Outcome>) -> Result<()> {
    for task in tasks {
        scan(context, task, to_read, outcomes)?;
    }
    if context.control.proceed() {
        reembed::withdraw_makeshift(&context.catalog, &context.model)?;
        context.index.follow(&context.catalog)?;
    }
    backfill(context, to_read)?;
    context.counters.scanning.store(false, Ordering::Release);
    let mut waited = Instant::now();
    while context.control.proceed() && !is_all_done(context) {
        thread::sleep(Duration::from_millis(20));
        if waited.elapsed() < UNSETTLED_WAIT {
            continue;
        }
        waited = Instant::now();
        let again = std::mem::take(&mut *context.unsettled.lock().unwrap_or_else(PoisonError::into_inner));
        for mut file in again {
            if let Ok(metadata) = std::fs::metadata(&file.path) {
                (file.size, file.mtime) = (metadata.len(), mtime_of(&metadata));
            }
            if to_read.send(file).is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn scan(context: &Context, task: &Task, to_read: &Sender<FileToIndex>, outcomes: &Sender<Outcome>) -> Result<()> {
    let (Task::Folder(id) | Task::Around(id, _)) = task;
    let Some(folder) = context.catalog.read(|db| folders::get(db, *id))? else { return Ok(()) };
    if folder.paused {
        return Ok(());
    }
    let mut scan = match Scan::new(&context.catalog, &folder)? {
        Ok(scan) => scan,
        Err(reason) => return set_offline(context, &folder.path, *id, &reason),
    };
    if folder.offline.is_some() {
        context.catalog.write(|db| folders::set_offline(db, *id, None))?;
    }
    let counters = &context.counters;
    let mut found = |finding: Found| {
        if !context.control.proceed() {
            return ControlFlow::Break(());
        }
        let sent = match finding {
            Found::Compared { files, unchanged } => {
                add(&counters.scanned, files);
                add(&counters.unchanged, unchanged);
                true
            }
            Found::Changed(file) => {
                add(&counters.total, 1);
                to_read.send(file).is_ok()
            }
            Found::Gone(ids) => outcomes.send(Outcome::Gone(ids)).is_ok(),
            Found::Unreadable { path, reason } => {
                findings(context).unreadable.push((path, reason));
                true
            }
        };
        if sent { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    // Another directory in the folder's place: what is known of the old one says nothing about it.
    let is_replaced = folder.identity.as_ref().is_some_and(|known| known != scan.identity());
    let (end, is_whole) = match task {
        Task::Around(_, hints) if !is_replaced => (scan.around(hints, &mut found)?, false),
        _ => (scan.everything(&mut found)?, true),
    };
    match (end, is_whole) {
        (ScanEnd::Complete, true) => context.catalog.write(|db| folders::set_scanned(db, *id, Some(scan.identity()))),
        (ScanEnd::Offline(reason), _) => set_offline(context, &folder.path, *id, &reason),
        _ => Ok(()),
    }
}

fn set_offline(context: &Context, path: &std::path::Path, id: FolderId, reason: &Words) -> Result<()> {
    findings(context).offline.push(path.display().to_string());
    context.catalog.write(|db| folders::set_offline(db, id, Some(reason)))
}

/// Feeds a file of each image that another model has seen but this one has not.
fn backfill(context: &Context, to_read: &Sender<FileToIndex>) -> Result<()> {
    let mut after = 0;
    loop {
        let missing = context.catalog.read(|db| images::without_vector(db, &context.model, after, 256))?;
        let Some((last, ..)) = missing.last() else { return Ok(()) };
        after = *last;
        for (_, key, root) in missing {
            let path = root.join(&key.dir).join(&key.name);
            let Ok(metadata) = std::fs::metadata(&path) else { continue };
            add(&context.counters.total, 1);
            let file = FileToIndex { key, path, size: metadata.len(), mtime: mtime_of(&metadata) };
            if !context.control.proceed() || to_read.send(file).is_err() {
                return Ok(());
            }
        }
    }
}

fn read_files(context: &Context, found: &Receiver<FileToIndex>, to_embed: &Sender<stages::Loaded>, outcomes: &Sender<Outcome>) {
    for file in found {
        if !context.control.proceed() {
            return;
        }
        let is_sent = match stages::read(context, file) {
            Ok(stages::AfterRead::Decode(loaded)) => to_embed.send(loaded).is_ok(),
            Ok(stages::AfterRead::Settled(outcome)) => outcomes.send(outcome).is_ok(),
            Err(error) => outcomes.send(Outcome::Fatal(error)).is_ok(),
        };
        if !is_sent {
            return;
        }
    }
}

fn report(context: &Context, started: Instant) -> Result<IndexReport> {
    let counters = &context.counters;
    let findings = std::mem::take(&mut *findings(context));
    for (path, reason) in &findings.unreadable {
        tracing::warn!(path = %path.display(), %reason, "a folder could not be read; what is known below it is kept");
    }
    let mut skipped = context.catalog.read(crate::catalog::files::skipped)?;
    skipped.extend(findings.unreadable.into_iter().map(|(path, reason)| {
        let (message, message_said) = reason.into_parts();
        crate::wire::SkippedFile { id: 0, path: path.display().to_string(), code: "unreadable-folder".into(), message, message_said }
    }));
    Ok(IndexReport {
        scanned: get(&counters.scanned),
        embedded: get(&counters.embedded),
        recognised: get(&counters.recognised),
        unchanged: get(&counters.unchanged),
        removed: get(&counters.removed),
        skipped,
        offline: findings.offline,
        cancelled: context.control.is_cancelled(),
        seconds: started.elapsed().as_secs_f64(),
    })
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<thread::JoinHandle<()>> {
    thread::Builder::new().name(name.into()).spawn(work).map_err(|error| Error::internal(format!("no thread could be started: {error}")))
}

fn in_flight(context: &Context) -> MutexGuard<'_, HashSet<ContentHash>> {
    context.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
}

fn findings(context: &Context) -> MutexGuard<'_, Findings> {
    context.findings.lock().unwrap_or_else(PoisonError::into_inner)
}
