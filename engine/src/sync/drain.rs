//! Sends what is due: objects first, by several threads, then the vector rows of a batch in one request. Each line of the
//! outbox is settled only for the version that was sent, so a change that comes meanwhile is sent again.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::catalog::outbox::{self, Held, Pending, Wanted};
use crate::catalog::{Catalog, ContentHash};
use crate::index::milvus::{Collection, Filter, MAX_RESULTS, SharedRow};
use crate::media::Limits;
use crate::objects::{ObjectKey, ObjectStore};
use crate::remote::{Backoff, Fault, FaultKind, Runtime};
use crate::wire::Consistency;
use crate::{Error, Result};

use super::keys::{PREFIXES, content_of, object_key, stem};
use super::namers::Namers;
use super::upload::{Uploaded, Uploader};
use super::{Link, now_ms};

/// Lines in one batch, and so rows in one request. More would make a failure costlier and nothing faster.
const BATCH: usize = 500;
/// Removals for which the rows that still name an object are asked about together.
const REMOVALS: usize = 100;
/// Objects on their way at once.
const UPLOADS: usize = 8;
/// An object at which the store itself fails is parked after so many tries.
const ATTEMPTS: u32 = 8;

/// What one step did.
pub(crate) enum Step {
    /// So many changes are with the remote, or were parked.
    Sent(u64),
    /// Nothing is due.
    Nothing,
    /// The remote as a whole cannot be used; everything that it did not confirm stays due.
    Fault(Fault),
}

/// Sends the outbox of a catalog over a link.
pub(crate) struct Drain<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) link: &'a Link,
    pub(crate) limits: Limits,
    pub(crate) runtime: &'a Runtime,
}

/// A line, what the remote should hold of it, and whether its object is where it should be.
struct Upserting {
    line: Pending,
    held: Held,
    key: Option<ObjectKey>,
    /// Whether its object was there before this step, put by an earlier one or by another computer.
    relied: bool,
}

impl Drain<'_> {
    /// Sends one batch.
    pub(crate) fn step(&self) -> Result<Step> {
        let lines = self.catalog.read(|db| outbox::due(db, now_ms(), BATCH))?;
        if lines.is_empty() {
            return Ok(self.clean_up()?.map_or(Step::Nothing, Step::Fault));
        }
        let (mut upserting, mut removing, mut settled) = (Vec::new(), Vec::new(), Vec::new());
        self.catalog.read(|db| {
            for mut line in lines {
                match outbox::wanted(db, line.hash, &self.link.plan.model)? {
                    Wanted::Held(held) => match object_key(self.link.plan.upload(), line.hash, &held.image.facts.format) {
                        Ok(key) => {
                            let relied = line.object_done;
                            line.object_done |= self.link.store.is_none() || key.is_none();
                            upserting.push(Upserting { line, held: *held, key, relied });
                        }
                        Err(fault) => return Err(fault.into()),
                    },
                    Wanted::Nothing => removing.push(line),
                    Wanted::NotYet => {
                        (line.object_done, line.row_done) = (true, true);
                        settled.push(line);
                    }
                }
            }
            Ok(())
        })?;
        let mut sent = 0;
        let result = self.put_objects(&mut upserting).and_then(|parked| {
            sent += parked;
            self.put_rows(upserting, &mut settled).map(|parked| sent += parked)
        });
        let result = result.and_then(|()| self.remove(&removing, &mut settled));
        sent += settled.len() as u64;
        self.catalog.write(|db| settled.iter().try_for_each(|line| outbox::settle(db, line)))?;
        match result {
            Ok(()) => Ok(Step::Sent(sent)),
            Err(Trouble::Remote(fault)) => Ok(Step::Fault(fault)),
            Err(Trouble::Local(error)) => Err(error),
        }
    }

    /// Sends the objects that are not there yet. Lines whose object cannot be sent leave the batch. Returns how many were
    /// parked.
    fn put_objects(&self, batch: &mut Vec<Upserting>) -> std::result::Result<u64, Trouble> {
        let Some(store) = &self.link.store else { return Ok(0) };
        let missing: Vec<usize> = batch.iter().enumerate().filter(|(_, item)| !item.line.object_done && item.key.is_some()).map(|(at, _)| at).collect();
        if missing.is_empty() {
            return Ok(0);
        }
        let shared = self.contents_with_rows(missing.iter().map(|at| batch[*at].line.hash))?;
        let uploader = Uploader { catalog: self.catalog, store, upload: self.link.plan.upload(), limits: self.limits, large: Mutex::new(()) };
        let (next, outcomes) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(missing.len())));
        thread::scope(|scope| {
            for _ in 0..UPLOADS.min(missing.len()) {
                scope.spawn(|| {
                    while let Some(at) = missing.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let Upserting { line, held, key: Some(key), .. } = &batch[*at] else { continue };
                        let outcome = uploader.send(&held.image, key, shared.contains(&line.hash));
                        let mut outcomes = outcomes.lock().unwrap_or_else(PoisonError::into_inner);
                        outcomes.push((*at, outcome));
                        if is_hopeless(&outcomes) || self.runtime.is_stopped() {
                            return;
                        }
                    }
                });
            }
        });
        self.note_objects(batch, outcomes.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes durable what became of objects, so that a crash does not send them again. Those that failed are put off, each
    /// for longer with every failure; the store as a whole counts as away when it took none.
    fn note_objects(&self, batch: &mut Vec<Upserting>, outcomes: Vec<(usize, Uploaded)>) -> std::result::Result<u64, Trouble> {
        let (mut parked, mut postponed, mut trouble, mut sent) = (Vec::new(), Vec::new(), None, 0);
        for (at, outcome) in outcomes {
            let line = batch[at].line;
            match outcome {
                Uploaded::Done | Uploaded::Found => {
                    batch[at].line.object_done = true;
                    batch[at].relied = matches!(outcome, Uploaded::Found);
                    sent += 1;
                }
                Uploaded::Cannot(code, reason) => parked.push((line, code, reason)),
                Uploaded::Fault(fault) if fault.kind == FaultKind::ServerFailed && line.attempts >= ATTEMPTS => {
                    parked.push((line, fault.code(), fault.message));
                }
                Uploaded::Fault(fault) => {
                    let due_at = now_ms() + Backoff::after(line.attempts).fail().as_millis() as i64;
                    // A server that is away says nothing about this picture, however long it is away.
                    postponed.push((line, due_at, fault.kind == FaultKind::ServerFailed));
                    trouble = Some(Trouble::Remote(fault));
                }
                Uploaded::Broken(error) => return Err(error.into()),
            }
        }
        self.catalog.write(|db| {
            for (line, code, reason) in &parked {
                outbox::park(db, line, code, reason)?;
            }
            for (line, due_at, is_its_own) in &postponed {
                outbox::postpone(db, line, *due_at, *is_its_own)?;
            }
            batch.iter().filter(|item| item.line.object_done).try_for_each(|item| outbox::settle(db, &item.line))
        })?;
        batch.retain(|item| item.line.object_done);
        match trouble {
            Some(Trouble::Remote(fault)) if sent == 0 || !fault.is_passing() => Err(fault.into()),
            _ => Ok(parked.len() as u64),
        }
    }

    /// Writes the rows of a batch. Returns how many were parked.
    fn put_rows(&self, batch: Vec<Upserting>, settled: &mut Vec<Pending>) -> std::result::Result<u64, Trouble> {
        let mut rows = Vec::with_capacity(batch.len());
        for item in &batch {
            rows.push(self.link.plan.row(&item.held)?);
        }
        let (mut parked, mut written) = (Vec::new(), Vec::with_capacity(batch.len()));
        match self.link.collection.upsert(&rows) {
            Ok(()) => written.extend(batch.iter().map(|item| done(item.line))),
            Err(fault) if fault.kind == FaultKind::Refused => {
                // One bad row does not keep the others back.
                for (item, row) in batch.iter().zip(&rows) {
                    match self.link.collection.upsert(std::slice::from_ref(row)) {
                        Ok(()) => written.push(done(item.line)),
                        Err(fault) if fault.kind == FaultKind::Refused => parked.push((item.line, fault)),
                        Err(fault) => return Err(fault.into()),
                    }
                }
            }
            Err(fault) => return Err(fault.into()),
        }
        self.catalog.write(|db| parked.iter().try_for_each(|(line, fault)| outbox::park(db, line, fault.code(), &fault.message)))?;
        // Settled only after these: a line that is settled is not looked at again.
        self.check_relied_objects(&batch)?;
        if self.catalog.read(outbox::has_other_kind)? {
            self.remove_other_kind(&batch)?;
        }
        settled.append(&mut written);
        Ok(parked.len() as u64)
    }

    /// Another computer that removes its row of a content looks whether anyone else has one, and then removes the object. It
    /// may have looked before our row came and removed after we saw the object: so every object that we did not put in this
    /// very step is looked at again, now that our row is there.
    fn check_relied_objects(&self, batch: &[Upserting]) -> std::result::Result<(), Trouble> {
        let Some(store) = &self.link.store else { return Ok(()) };
        for item in batch.iter().filter(|item| item.relied) {
            if let Some(key) = &item.key
                && store.head(key)?.is_none()
            {
                self.catalog.write(|db| outbox::touch(db, item.line.hash))?;
            }
        }
        Ok(())
    }

    /// Takes back this computer's rows, then the objects that no row names any more.
    fn remove(&self, batch: &[Pending], settled: &mut Vec<Pending>) -> std::result::Result<(), Trouble> {
        let mut namers = Namers::new(self.link, self.catalog)?;
        for lines in batch.chunks(REMOVALS) {
            let id = |line: &Pending| SharedRow::id_of(&self.link.plan.device, &line.hash.to_string());
            let ids: Vec<String> = lines.iter().map(id).collect();
            let filter = Filter::all().with_ids(ids.iter().map(String::as_str));
            // The rows say where their objects lie.
            let rows = self.link.collection.rows(&filter, Consistency::Strong)?;
            self.link.collection.remove(&filter)?;
            if let Some(store) = &self.link.store {
                let mut keys: Vec<ObjectKey> = Vec::new();
                for line in lines {
                    let content = line.hash.to_string();
                    match rows.iter().find(|row| row.content == content).map(|row| row.object_key.as_str()) {
                        Some(key) if content_of(key) == Some(line.hash) => keys.push(ObjectKey::new(key)?),
                        // No row, of a removal that was cut short, or one without an object.
                        _ => keys.extend(keys_in(store, line.hash)?),
                    }
                }
                self.delete_unnamed(store, &mut namers, lines.iter().map(|line| line.hash), keys)?;
            }
            settled.extend(lines.iter().copied().map(done));
        }
        Ok(())
    }

    /// Takes away objects of another kind than is uploaded now, of pictures whose rows have just been written.
    fn remove_other_kind(&self, batch: &[Upserting]) -> std::result::Result<(), Trouble> {
        let Some(store) = &self.link.store else { return Ok(()) };
        let mut namers = Namers::new(self.link, self.catalog)?;
        for items in batch.chunks(REMOVALS) {
            let mut keys = Vec::new();
            for item in items {
                keys.extend(keys_in(store, item.line.hash)?.into_iter().filter(|key| Some(key) != item.key.as_ref()));
            }
            self.delete_unnamed(store, &mut namers, items.iter().map(|item| item.line.hash), keys)?;
        }
        Ok(())
    }

    /// Deletes those of the objects that no row names. Asked right before: another computer may have begun to rely on one.
    fn delete_unnamed(
        &self,
        store: &dyn ObjectStore,
        namers: &mut Namers<'_>,
        contents: impl Iterator<Item = ContentHash>,
        mut keys: Vec<ObjectKey>,
    ) -> std::result::Result<(), Trouble> {
        if keys.is_empty() {
            return Ok(());
        }
        // What is not known stays.
        let Some(named) = namers.keys_of(contents)? else { return Ok(()) };
        keys.retain(|key| !named.contains(key.as_str()));
        let (next, fault) = (AtomicUsize::new(0), Mutex::new(None));
        thread::scope(|scope| {
            for _ in 0..UPLOADS.min(keys.len()) {
                scope.spawn(|| {
                    while let Some(key) = keys.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if let Err(found) = store.delete(key) {
                            *fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
                            return;
                        }
                    }
                });
            }
        });
        fault.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), |fault| Err(fault.into()))
    }

    /// Contents of which any computer has a row.
    fn contents_with_rows(&self, hashes: impl Iterator<Item = ContentHash>) -> std::result::Result<HashSet<ContentHash>, Trouble> {
        let contents: Vec<String> = hashes.map(|hash| hash.to_string()).collect();
        if contents.is_empty() {
            return Ok(HashSet::new());
        }
        let filter = Filter::all().with_contents(contents.iter().map(String::as_str));
        let found = self.link.collection.texts(&filter, "content", MAX_RESULTS, Consistency::Bounded)?;
        Ok(found.iter().filter_map(|content| ContentHash::parse(content).ok()).collect())
    }

    /// Takes this computer's rows out of the collections of earlier models, once everything else is done.
    fn clean_up(&self) -> Result<Option<Fault>> {
        if self.catalog.read(outbox::has_other_kind)? {
            self.catalog.write(|db| outbox::note_other_kind(db, false))?;
        }
        for name in self.catalog.read(outbox::retired)? {
            match self.leave(&name) {
                Err(Trouble::Local(error)) => return Err(error),
                Err(Trouble::Remote(fault)) if fault.is_passing() || fault.kind == FaultKind::Stopped => return Ok(Some(fault)),
                // Not now, say for want of a right: kept for another time, and nothing else waits for it.
                Err(Trouble::Remote(fault)) if fault.kind != FaultKind::Missing => {}
                // Done, or gone already.
                Ok(()) | Err(Trouble::Remote(_)) => self.catalog.write(|db| outbox::forget_retired(db, &name))?,
            }
        }
        Ok(None)
    }

    /// Takes this computer's rows out of a collection. Where its model is in use again only those of photos that went while it
    /// was not, which the outbox then sees to.
    fn leave(&self, name: &str) -> std::result::Result<(), Trouble> {
        let is_in_use = name == self.link.collection.name();
        let collection = Collection::new(&self.link.milvus, name, 0, self.link.plan.settings.milvus.index);
        collection.load()?;
        let mine = Filter::all().of_device(&self.link.plan.device);
        let mut after = String::new();
        loop {
            let page = collection.page(&mine, &after, BATCH, false, Consistency::Strong)?;
            let Some(last) = page.last() else { return Ok(()) };
            after.clone_from(&last.id);
            // Before the rows: these rows were what kept the objects of photos that went meanwhile.
            self.catalog.write(|db| {
                for hash in page.iter().filter_map(|row| ContentHash::parse(&row.content).ok()) {
                    if matches!(outbox::wanted(db, hash, &self.link.plan.model)?, Wanted::Nothing) {
                        outbox::touch(db, hash)?;
                    }
                }
                Ok(())
            })?;
            if !is_in_use {
                collection.remove(&Filter::all().with_ids(page.iter().map(|row| row.id.as_str())))?;
            }
        }
    }
}

/// What ended a batch early.
enum Trouble {
    Remote(Fault),
    Local(Error),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Remote(fault)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Local(error)
    }
}

/// Keys of the objects of a content, by listing: its format, and with it the ending of the key, may not be known any more.
fn keys_in(store: &dyn ObjectStore, hash: ContentHash) -> std::result::Result<Vec<ObjectKey>, Fault> {
    let mut keys = Vec::new();
    for prefix in PREFIXES {
        for object in store.list(&format!("{prefix}{}.", stem(hash)), None, 10)? {
            keys.push(ObjectKey::new(object.key)?);
        }
    }
    Ok(keys)
}

/// Whether the rest of a batch need not be tried: the store is away, or will not have us.
fn is_hopeless(outcomes: &[(usize, Uploaded)]) -> bool {
    let mut failures = 0;
    outcomes.iter().any(|(_, outcome)| match outcome {
        Uploaded::Fault(fault) => {
            failures += 1;
            !fault.is_passing() || failures >= UPLOADS
        }
        Uploaded::Broken(_) => true,
        Uploaded::Done | Uploaded::Found | Uploaded::Cannot(..) => false,
    })
}

fn done(mut line: Pending) -> Pending {
    (line.object_done, line.row_done) = (true, true);
    line
}
