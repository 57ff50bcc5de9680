//! Syncing: the one loop that drains the outbox, in the background for as long as the engine is open, or in the
//! foreground until it is empty.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::broadcast;

use crate::catalog::{Catalog, outbox};
use crate::media::Limits;
use crate::remote::{Backoff, Fault, FaultKind, Runtime};
use crate::wire::{ErrorReply, Event, ParkedPicture, SyncReport, SyncState, SyncStatus};
use crate::{Error, Result};

use super::{Drain, Link, LinkPlan, Step, now_ms};

/// The outbox is looked at this often while nothing is known to be due.
const LOOK: Duration = Duration::from_secs(1);
/// A fault that will not pass by itself is tried again this often all the same: somebody may have mended the server.
const BLOCKED: Duration = Duration::from_secs(600);
/// The status is announced no more often than this while syncing goes on.
const ANNOUNCE: Duration = Duration::from_secs(1);
/// Parked pictures that a status lists.
const LISTED: usize = 100;

/// What syncing works with.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) limits: Limits,
    pub(crate) runtime: Runtime,
    pub(crate) events: broadcast::Sender<Event>,
    /// The model in use and the length of its vectors: another may be put to use at any time.
    pub(crate) model: Arc<dyn Fn() -> (String, usize) + Send + Sync>,
}

/// The background worker. Dropping it ends what is on its way and waits for the thread; nothing is lost by that.
pub(crate) struct Worker {
    shared: Arc<Shared>,
    parts: Parts,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    orders: Mutex<Orders>,
    given: Condvar,
    progress: Mutex<Progress>,
}

struct Orders {
    is_stopped: bool,
    is_paused: bool,
    /// Look now, whatever is being waited for.
    is_kicked: bool,
}

/// What the loop knows of itself.
#[derive(Clone)]
struct Progress {
    state: SyncState,
    problem: Option<ErrorReply>,
    /// Changes sent, and when counting began: the rate is that of the last seconds.
    window: (u64, Instant),
    rate: f64,
}

impl Default for Progress {
    fn default() -> Self {
        Self { state: SyncState::Idle, problem: None, window: (0, Instant::now()), rate: 0.0 }
    }
}

impl Progress {
    fn sent(&mut self, count: u64) {
        (self.state, self.problem) = (SyncState::Syncing, None);
        self.window.0 += count;
        let age = self.window.1.elapsed().as_secs_f64();
        if age > 0.2 {
            self.rate = self.window.0 as f64 / age;
        }
        if age > 10.0 {
            self.window = (0, Instant::now());
        }
    }

    fn rest(&mut self, state: SyncState, fault: Option<&Fault>) {
        self.state = state;
        self.problem = fault.map(|fault| Error::from(fault.clone()).reply());
        (self.rate, self.window) = (0.0, (0, Instant::now()));
    }
}

impl Worker {
    /// Starts the thread. It opens the link by itself, and again after every failure.
    pub(crate) fn start(parts: Parts, plan: LinkPlan, paused: bool) -> Result<Self> {
        let orders = Orders { is_stopped: false, is_paused: paused, is_kicked: false };
        let shared = Arc::new(Shared { orders: Mutex::new(orders), given: Condvar::new(), progress: Mutex::default() });
        let mut cycle = Cycle { shared: Arc::clone(&shared), parts: parts.clone(), plan, link: None, is_checked: false, backoff: Backoff::default() };
        let thread = thread::Builder::new()
            .name("sync".into())
            .spawn(move || cycle.work())
            .map_err(|error| Error::internal(format!("no thread could be started: {error}")))?;
        Ok(Self { shared, parts, thread: Some(thread) })
    }

    /// Holds or goes on.
    pub(crate) fn pause(&self, paused: bool) {
        self.shared.orders().is_paused = paused;
        self.kick();
    }

    /// Makes it look at once.
    pub(crate) fn kick(&self) {
        self.shared.orders().is_kicked = true;
        self.shared.given.notify_all();
    }

    /// Ends it, and what is on its way at once. Waits for nothing.
    pub(crate) fn stop(&self) {
        self.shared.orders().is_stopped = true;
        self.shared.given.notify_all();
        self.parts.runtime.stop();
    }

    /// How it stands.
    pub(crate) fn status(&self, model: &str) -> Result<SyncStatus> {
        let progress = self.shared.progress().clone();
        status(&self.parts.catalog, model, &progress)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            // A panic in it has been reported by the panic hook.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn orders(&self) -> MutexGuard<'_, Orders> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for an order, at most so long. Says whether to go on.
    fn rest(&self, most: Duration) -> bool {
        let until = Instant::now() + most;
        let mut orders = self.orders();
        while !orders.is_stopped && !orders.is_kicked && Instant::now() < until {
            let left = until.saturating_duration_since(Instant::now());
            orders = self.given.wait_timeout(orders, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        orders.is_kicked = false;
        !orders.is_stopped
    }
}

/// One turn of the loop after the other.
struct Cycle {
    shared: Arc<Shared>,
    parts: Parts,
    plan: LinkPlan,
    link: Option<Link>,
    /// Whether the servers were looked at since the start, or since they failed: collection and bucket may be gone.
    is_checked: bool,
    backoff: Backoff,
}

/// How a turn ended.
enum Turn {
    Sent(u64),
    Nothing,
    Fault(Fault),
}

impl Cycle {
    fn work(&mut self) {
        let mut announced = Instant::now();
        loop {
            let orders = self.shared.orders();
            let (is_stopped, is_paused) = (orders.is_stopped, orders.is_paused);
            drop(orders);
            if is_stopped {
                return;
            }
            let wait = if is_paused {
                self.note(SyncState::Paused, None);
                Duration::from_secs(3600)
            } else {
                match self.turn() {
                    Ok(Turn::Sent(count)) => {
                        self.shared.progress().sent(count);
                        if announced.elapsed() >= ANNOUNCE {
                            announced = Instant::now();
                            self.announce();
                        }
                        continue;
                    }
                    Ok(Turn::Nothing) => {
                        self.note(SyncState::Idle, None);
                        LOOK
                    }
                    Ok(Turn::Fault(fault)) => self.retreat(&fault),
                    Err(error) => {
                        tracing::warn!(%error, "syncing stumbled over the catalog and tries again");
                        self.backoff.fail()
                    }
                }
            };
            if !self.shared.rest(wait) {
                return;
            }
        }
    }

    fn turn(&mut self) -> Result<Turn> {
        let (model, dimension) = (self.parts.model)();
        if model != self.plan.model {
            (self.plan.model, self.plan.dimension, self.link) = (model, dimension, None);
        }
        if let Some(fault) = self.plan.displaced(&self.parts.catalog)? {
            return Ok(Turn::Fault(fault));
        }
        self.plan.aim(&self.parts.catalog)?;
        let nothing_due = self.parts.catalog.read(outbox::next_due)?.is_none_or(|due| due > now_ms());
        if nothing_due && self.is_checked && self.parts.catalog.read(outbox::retired)?.is_empty() {
            return Ok(Turn::Nothing);
        }
        if self.link.is_none() {
            match Link::open(self.plan.clone(), &self.parts.runtime) {
                Ok((link, was_missing)) => {
                    if was_missing {
                        // Made anew, after a collection or bucket was dropped: what was sent there is gone.
                        self.parts.catalog.write(|db| outbox::touch_all(db))?;
                    }
                    match link.claim() {
                        Ok(Some(collection)) => self.parts.catalog.write(|db| {
                            // Another one by this name, made by another computer after a drop: what was sent is not in it.
                            if outbox::note_own_collection(db, collection)? { outbox::touch_all(db) } else { Ok(()) }
                        })?,
                        Ok(None) => {}
                        Err(fault) => return Ok(Turn::Fault(fault)),
                    }
                    (self.link, self.is_checked) = (Some(link), true);
                }
                Err(fault) => return Ok(Turn::Fault(fault)),
            }
        }
        let Some(link) = &self.link else { return Ok(Turn::Nothing) };
        let drain = Drain { catalog: &self.parts.catalog, link, limits: self.parts.limits, runtime: &self.parts.runtime };
        Ok(match drain.step()? {
            Step::Sent(count) => {
                self.backoff.succeed();
                self.parts.catalog.write(|db| outbox::note_success(db))?;
                Turn::Sent(count)
            }
            Step::Nothing => Turn::Nothing,
            Step::Fault(fault) => Turn::Fault(fault),
        })
    }

    /// Says for how long to keep away.
    fn retreat(&mut self, fault: &Fault) -> Duration {
        // What was opened may be gone: a collection dropped, a server replaced by an empty one.
        (self.link, self.is_checked) = (None, false);
        if fault.is_passing() {
            tracing::info!(%fault, "syncing waits");
            self.note(SyncState::Waiting, Some(fault));
            return self.backoff.fail();
        }
        if fault.kind != FaultKind::Stopped {
            tracing::warn!(%fault, "syncing is blocked");
        }
        self.note(SyncState::Blocked, Some(fault));
        BLOCKED
    }

    /// Notes a state, and announces it where it is another than before.
    fn note(&self, state: SyncState, fault: Option<&Fault>) {
        let mut progress = self.shared.progress();
        let before = (progress.state, progress.problem.clone());
        progress.rest(state, fault);
        let has_changed = before != (progress.state, progress.problem.clone());
        drop(progress);
        if has_changed {
            self.announce();
        }
    }

    fn announce(&self) {
        let progress = self.shared.progress().clone();
        match status(&self.parts.catalog, &self.plan.model, &progress) {
            // Nobody may be listening.
            Ok(status) => drop(self.parts.events.send(Event::SyncChanged { status })),
            Err(error) => tracing::warn!(%error, "the state of syncing could not be read"),
        }
    }
}

/// Drains the outbox in the foreground, until it is empty, nothing but parked lines is left, the remote refuses, or
/// nothing has gone through for `patience`.
pub(crate) fn drain_until_done(parts: &Parts, plan: LinkPlan, patience: Duration) -> Result<SyncReport> {
    let started = Instant::now();
    let model = plan.model.clone();
    let orders = Orders { is_stopped: false, is_paused: false, is_kicked: false };
    let shared = Arc::new(Shared { orders: Mutex::new(orders), given: Condvar::new(), progress: Mutex::default() });
    let mut cycle = Cycle { shared, parts: parts.clone(), plan, link: None, is_checked: false, backoff: Backoff::default() };
    let (mut sent, mut went_through) = (0, Instant::now());
    loop {
        match cycle.turn()? {
            Turn::Sent(count) => {
                sent += count;
                went_through = Instant::now();
                cycle.shared.progress().sent(count);
                cycle.announce();
            }
            Turn::Nothing => {
                let Some(due) = parts.catalog.read(outbox::next_due)? else {
                    cycle.note(SyncState::Idle, None);
                    break;
                };
                if went_through.elapsed() > patience {
                    break;
                }
                thread::sleep(Duration::from_millis((due - now_ms()).clamp(10, 1_000).unsigned_abs()));
            }
            Turn::Fault(fault) => {
                let wait = cycle.retreat(&fault);
                let waits_for_nothing = parts.catalog.read(outbox::next_due)?.is_none();
                if !fault.is_passing() || waits_for_nothing || went_through.elapsed() + wait > patience {
                    break;
                }
                thread::sleep(wait);
            }
        }
    }
    let progress = cycle.shared.progress().clone();
    Ok(SyncReport { sent, status: status(&parts.catalog, &model, &progress)?, seconds: started.elapsed().as_secs_f64() })
}

/// The status of an outbox that no worker drains here.
pub(crate) fn status_at_rest(catalog: &Catalog, model: &str, state: SyncState) -> Result<SyncStatus> {
    status(catalog, model, &Progress { state, ..Progress::default() })
}

fn status(catalog: &Catalog, model: &str, progress: &Progress) -> Result<SyncStatus> {
    let (counts, parked, last_success) = catalog.read(|db| Ok((outbox::counts(db, model)?, outbox::parked(db, LISTED)?, outbox::last_success(db)?)))?;
    let parked_pictures = parked
        .into_iter()
        .map(|line| {
            let (message, message_said) = line.reason.into_parts();
            ParkedPicture { id: line.hash.to_string(), file_name: line.file_name, code: line.code, message, message_said }
        })
        .collect();
    Ok(SyncStatus {
        state: progress.state,
        pending: counts.pending,
        done: counts.done,
        parked: counts.parked,
        parked_pictures,
        rate: progress.rate,
        last_success,
        problem: progress.problem.clone(),
    })
}
