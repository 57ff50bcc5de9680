//! The facade's calls on syncing: sending what is due, how it stands, comparing with what the servers hold.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::sharing::not_connected;
use super::{Engine, Inner};
use crate::Result;
use crate::catalog::{images, outbox};
use crate::remote::{FaultKind, Runtime};
use crate::settings::Stored;
use crate::sync::{Link, SyncParts, Verify, VerifyOptions, Worker, drain_until_done, status_at_rest};
use crate::wire::{Differences, Event, SyncReport, SyncState, SyncStatus, VerifyReport};

impl Engine {
    /// Sends what is due until nothing is left, the remote refuses, or nothing has gone through for `patience`.
    pub fn sync(&self, patience: Duration) -> Result<SyncReport> {
        self.indexer()?;
        let plan = self.connected_plan()?;
        self.inner.catalog.write(|db| outbox::retry(db))?;
        if self.inner.sharing.worker().is_some() {
            return self.await_worker(patience);
        }
        drain_until_done(&self.sync_parts(self.inner.sharing.runtime()?), plan, patience)
    }

    /// How syncing stands.
    pub fn sync_status(&self) -> Result<SyncStatus> {
        let model = &self.serving()?.id;
        if let Some(worker) = &*self.inner.sharing.worker() {
            return worker.status(model);
        }
        let (state, problem) = match self.inner.sharing.file.read() {
            Ok(Some(stored)) if stored.enabled && stored.paused => (SyncState::Paused, None),
            Ok(Some(stored)) if stored.enabled => (SyncState::Idle, None),
            Ok(_) => (SyncState::Off, None),
            // What is here can be told all the same.
            Err(error) => (SyncState::Off, Some(error.reply())),
        };
        Ok(SyncStatus { problem, ..status_at_rest(&self.inner.catalog, model, state)? })
    }

    /// Holds syncing, or goes on; also after a restart.
    pub fn pause_sync(&self, paused: bool) -> Result<()> {
        self.indexer()?;
        let stored = self.inner.sharing.connected()?.ok_or_else(not_connected)?;
        self.inner.sharing.file.write(&Stored { paused, ..stored })?;
        if let Some(worker) = &*self.inner.sharing.worker() {
            worker.pause(paused);
        }
        Ok(())
    }

    /// Tries parked pictures again, and everything else at once. Returns how many were parked.
    pub fn retry_sync(&self) -> Result<usize> {
        let parked = self.inner.catalog.write(|db| outbox::retry(db))?;
        if let Some(worker) = &*self.inner.sharing.worker() {
            worker.kick();
        }
        Ok(parked)
    }

    /// Compares the catalog with rows and objects; with `repair`, mends what differs. Objects that no row names count once
    /// they are older than `grace`.
    pub fn verify_sync(&self, repair: bool, grace: Duration, patience: Duration) -> Result<VerifyReport> {
        let started = Instant::now();
        let plan = self.connected_plan()?;
        if repair {
            self.indexer()?;
            if let Some(fault) = plan.displaced(&self.inner.catalog)? {
                return Err(fault.into());
            }
        }
        let runtime = self.inner.sharing.runtime()?;
        let all = Differences { missing: self.inner.catalog.read(|db| images::count_live(db, &plan.model))?, ..Differences::default() };
        // Comparing makes nothing; where there is nothing, everything is missing.
        let opened = if repair {
            // As before sending: who may remove also says what is relied on.
            Link::open(plan, &runtime).and_then(|(link, _)| link.claim().map(|_| link))
        } else {
            Link::open_to_read(plan, &runtime)
        };
        let link = match opened {
            Err(fault) if fault.kind == FaultKind::Missing && all.missing > 0 => {
                let (found, left, examples, seconds) = (all, all, vec![fault.message.to_string()], started.elapsed().as_secs_f64());
                return Ok(VerifyReport { found, left, rows: 0, objects: 0, examples, seconds });
            }
            opened => opened?,
        };
        let compare = |repair| -> Result<Verify<'_>> {
            let mut verify = Verify::new(&self.inner.catalog, &link, VerifyOptions { repair, grace: i64::try_from(grace.as_secs()).unwrap_or(i64::MAX) });
            verify.run()?;
            Ok(verify)
        };
        let found = compare(repair)?;
        let left = if repair && found.found != Differences::default() {
            self.sync(patience)?;
            compare(false)?.found
        } else {
            found.found
        };
        Ok(VerifyReport {
            found: found.found,
            left,
            rows: found.rows,
            objects: found.objects,
            examples: found.examples,
            seconds: started.elapsed().as_secs_f64(),
        })
    }

    /// Starts, stops or restarts the background worker, as the settings and the way this engine was opened want it.
    pub(super) fn restart_sync(&self) -> Result<()> {
        let sharing = &self.inner.sharing;
        // The old one first: two must not send the same lines.
        drop(sharing.worker().take());
        let stored = sharing.connected()?.filter(|_| self.inner.follows && self.is_writer() && !sharing.is_ending());
        if let Some(stored) = stored {
            let plan = self.plan(stored.settings, sharing.secrets.read()?)?;
            let worker = Worker::start(self.sync_parts(Runtime::start()?), plan, stored.paused)?;
            *sharing.worker() = Some(worker);
        }
        self.announce(Event::SyncChanged { status: self.sync_status()? });
        Ok(())
    }

    fn await_worker(&self, patience: Duration) -> Result<SyncReport> {
        let started = Instant::now();
        let before = self.sync_status()?;
        let (mut last, mut moved) = (before.pending, Instant::now());
        self.retry_sync()?;
        loop {
            let status = self.sync_status()?;
            if status.pending != last {
                (last, moved) = (status.pending, Instant::now());
            }
            if status.pending == 0
                || moved.elapsed() > patience
                || self.inner.sharing.is_ending()
                || matches!(status.state, SyncState::Blocked | SyncState::Paused | SyncState::Off)
            {
                let sent = before.pending.saturating_sub(status.pending);
                return Ok(SyncReport { sent, status, seconds: started.elapsed().as_secs_f64() });
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn sync_parts(&self, runtime: Runtime) -> SyncParts {
        let inner: &Inner = &self.inner;
        let serving = Arc::clone(&inner.serving);
        let model = move || {
            let serving = serving.get();
            (serving.id.clone(), serving.embedder.manifest().output.dimension)
        };
        SyncParts { catalog: Arc::clone(&inner.catalog), limits: inner.limits, runtime, events: inner.events.clone(), model: Arc::new(model) }
    }
}
