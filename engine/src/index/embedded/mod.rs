//! The index on this computer: needs no set-up, answers in a millisecond or two, is saved beside the catalog.
//!
//! A small library is compared whole, so nothing is missed; beyond [`EXACT_UP_TO`] vectors an HNSW graph (`graph.rs`,
//! USearch, half precision) leads to the neighbours. A large saved index is not read at opening but mapped, and a few
//! changes to it are kept beside it in memory, exactly: looking at a library of a million pictures costs no copy of it.
//! After [`OVERLAY_LIMIT`] changes, or when it is saved, it is read into memory and the changes go into the graph.
//!
//! Files are the business of `store.rs`. What the index lacks after a crash its owner learns from
//! [`EmbeddedIndex::covered_sequence`] and brings from the catalog; this module knows none.
//!
//! Locks: `writing` is held by whoever changes or saves, one at a time; `state` is held for reading by searches and for
//! writing only while a slice of a batch goes in, some milliseconds, so that searches and indexing go on side by side.

mod graph;
mod store;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread;

use roaring::RoaringTreemap;

use super::{Entry, ExactIndex, Hit, ImageKey, IndexError, SearchOptions, VectorIndex, rank, validate_batch, validate_vector};
use graph::{Effort, Graph};
use store::Saved;

/// Default of [`EmbeddedOptions::exact_up_to`]: about a millisecond.
pub const EXACT_UP_TO: usize = 50_000;
/// Among so many keys [`EmbeddedIndex::search_among`] compares every vector: some twenty milliseconds.
pub const EXACT_AMONG: u64 = 20_000;
/// So many changes to a mapped index are kept beside it before it is read into memory.
pub const OVERLAY_LIMIT: usize = 4_096;
/// Least expansion where a search names none.
pub const DEFAULT_EXPANSION: usize = 192;
/// Where a search names no expansion it is twice the limit, yet no more than this above it.
const MOST_EXTRA: usize = 1_000;
/// Vectors that each thread adds between two chances for searches.
const SLICE: usize = 16;

/// How an [`EmbeddedIndex`] works.
#[derive(Clone, Copy, Debug)]
pub struct EmbeddedOptions {
    /// Threads that add vectors, and searches that run at once; more wait their turn.
    pub threads: usize,
    /// Whether the index may be saved. Changes in memory are allowed either way: a reader follows the catalog too.
    pub read_only: bool,
    /// Up to so many vectors each one is compared, beyond the graph leads.
    pub exact_up_to: usize,
}

impl Default for EmbeddedOptions {
    /// For writing, with as many threads as there are processors.
    fn default() -> Self {
        Self { threads: thread::available_parallelism().map_or(1, usize::from), read_only: false, exact_up_to: EXACT_UP_TO }
    }
}

/// The embedded index. See [`VectorIndex`] for what may run at the same time.
pub struct EmbeddedIndex {
    directory: PathBuf,
    model: String,
    dimension: usize,
    options: EmbeddedOptions,
    state: RwLock<State>,
    /// Searches and others that wait for `state` to read it.
    waiting: AtomicUsize,
    writing: Mutex<Writing>,
}

/// What searches see.
struct State {
    graph: Graph,
    /// Every key that is found, in the graph or beside it.
    keys: RoaringTreemap,
    /// Beside a mapped graph: what came since. `None` where the graph itself can change.
    overlay: Option<Overlay>,
}

/// Changes to a mapped graph.
struct Overlay {
    /// Vectors that are new or replace one of the graph.
    added: ExactIndex,
    /// Keys of the graph that are removed or replaced.
    hidden: RoaringTreemap,
}

/// What writers know.
struct Writing {
    saved: Option<Saved>,
    covered_sequence: u64,
    /// Vectors written and removed since the last save.
    unsaved: usize,
}

impl EmbeddedIndex {
    /// An empty index in memory. Nothing is written to `directory`, and nothing there is touched, until it is saved.
    ///
    /// # Errors
    ///
    /// [`IndexError::BackEnd`] when there is no memory for it.
    pub fn create(directory: &Path, model: &str, dimension: usize, options: EmbeddedOptions) -> Result<Self, IndexError> {
        let options = EmbeddedOptions { threads: options.threads.max(1), ..options };
        let state = State { graph: Graph::new(dimension, options.threads)?, keys: RoaringTreemap::new(), overlay: None };
        Ok(Self::assemble(directory, model, dimension, options, state, None))
    }

    /// Opens the saved index of a directory, after comparing every byte with its checksum.
    ///
    /// # Errors
    ///
    /// [`IndexError::Missing`], [`IndexError::Damaged`] and [`IndexError::WrongModel`] ask for a rebuild
    /// ([`IndexError::is_cured_by_rebuild`]); [`IndexError::Io`] when a file is there but cannot be read.
    pub fn open(directory: &Path, model: &str, dimension: usize, options: EmbeddedOptions) -> Result<Self, IndexError> {
        let options = EmbeddedOptions { threads: options.threads.max(1), ..options };
        let is_small = |saved: &Saved| saved.keys.len() <= options.exact_up_to as u64;
        let (saved, graph) = store::open(directory, model, dimension, |saved| {
            let read = if is_small(saved) { Graph::load } else { Graph::view };
            let graph = read(&saved.payload, dimension, options.threads)?;
            if graph.len() as u64 == saved.keys.len() {
                return Ok(graph);
            }
            let reason = format!("it holds {} vectors for {} keys", graph.len(), saved.keys.len());
            Err(IndexError::Damaged { path: saved.payload.clone(), reason })
        })?;
        let overlay = (!is_small(&saved)).then(|| Overlay { added: ExactIndex::new(dimension), hidden: RoaringTreemap::new() });
        let state = State { graph, keys: saved.keys.clone(), overlay };
        Ok(Self::assemble(directory, model, dimension, options, state, Some(saved)))
    }

    fn assemble(directory: &Path, model: &str, dimension: usize, options: EmbeddedOptions, state: State, saved: Option<Saved>) -> Self {
        let covered_sequence = saved.as_ref().map_or(0, Saved::covered_sequence);
        Self {
            directory: directory.to_owned(),
            model: model.to_owned(),
            dimension,
            options,
            state: RwLock::new(state),
            waiting: AtomicUsize::new(0),
            writing: Mutex::new(Writing { saved, covered_sequence, unsaved: 0 }),
        }
    }

    /// The last of the catalog's changes that is in this index; 0 where none is.
    pub fn covered_sequence(&self) -> u64 {
        self.writing().covered_sequence
    }

    /// Says up to which of the catalog's changes this index has been brought. Saved with the next save.
    pub fn set_covered_sequence(&self, sequence: u64) {
        self.writing().covered_sequence = sequence;
    }

    /// Vectors written and removed since the last save. After a crash they come from the catalog, some thousands in a
    /// second: an owner may well leave fewer than [`OVERLAY_LIMIT`] unsaved rather than write a large index anew.
    pub fn unsaved_changes(&self) -> usize {
        self.writing().unsaved
    }

    /// Saves the index with its covered sequence, and says which that is: up to it the catalog's changes are safe here. A
    /// crash at any moment leaves the state before or after. Where only the sequence has changed, only that is written.
    /// Searches go on meanwhile, writers wait.
    ///
    /// # Errors
    ///
    /// [`IndexError::ReadOnly`], or [`IndexError::Io`]: the last saved state stays then.
    pub fn save(&self) -> Result<u64, IndexError> {
        if self.options.read_only {
            return Err(IndexError::ReadOnly { path: self.directory.clone() });
        }
        let mut writing = self.writing();
        let covered_sequence = writing.covered_sequence;
        if let Writing { saved: Some(saved), unsaved: 0, .. } = &mut *writing {
            if saved.covered_sequence() != covered_sequence {
                store::advance(&self.directory, saved, covered_sequence)?;
            }
            return Ok(covered_sequence);
        }
        self.settle(&writing)?;
        let keys = self.read().keys.clone();
        let identity = (self.model.as_str(), self.dimension);
        // The graph is held only while it is written, not while its file is read back and synced. Writers wait for
        // `writing`, so the keys above are still its keys.
        let saved = store::save(&self.directory, identity, covered_sequence, keys, |path| self.read().graph.save(path))?;
        *writing = Writing { saved: Some(saved), covered_sequence, unsaved: 0 };
        Ok(covered_sequence)
    }

    /// As [`VectorIndex::search`], where only some keys count; also says how many of those there are.
    ///
    /// Up to [`EXACT_AMONG`] of them are compared one by one, beyond that the graph leads, and is followed for longer the fewer count.
    pub fn search_among(&self, query: &[f32], options: SearchOptions, among: &RoaringTreemap) -> Result<(Vec<Hit>, usize), IndexError> {
        validate_vector(self.dimension, query)?;
        let state = self.read();
        let among = among & &state.keys;
        let mut hits = state.search_among(query, options, &among)?;
        drop(state);
        rank(&mut hits, options.limit);
        Ok((hits, among.len() as usize))
    }

    /// Reads a mapped graph into memory and puts the changes beside it into it.
    fn settle(&self, writing: &Writing) -> Result<(), IndexError> {
        let (Some(saved), true) = (&writing.saved, self.read().overlay.is_some()) else { return Ok(()) };
        let mut graph = Graph::load(&saved.payload, self.dimension, self.options.threads)?;
        let mut state = self.write();
        if let Some(overlay) = &state.overlay {
            for key in &overlay.hidden {
                graph.remove(key)?;
            }
            let mut added = Vec::new();
            overlay.added.for_each(|key, vector| added.push((key, vector.to_vec())));
            graph.add(&added.iter().map(|(key, vector)| (*key, vector.as_slice())).collect::<Vec<_>>())?;
        }
        (state.graph, state.overlay) = (graph, None);
        Ok(())
    }

    /// Settles a mapped graph that has changed, or is about to change, too much to be kept beside. A reader keeps
    /// everything beside: the file it has mapped may have no name any more.
    fn make_room(&self, writing: &Writing, changes: usize) -> Result<(), IndexError> {
        if self.options.read_only {
            return Ok(());
        }
        let beside = self.read().overlay.as_ref().map(|overlay| overlay.added.len() + overlay.hidden.len() as usize);
        match beside {
            Some(beside) if beside + changes > OVERLAY_LIMIT => self.settle(writing),
            _ => Ok(()),
        }
    }

    // A panic under one of these locks is a bug of ours; the graph is behind calls that leave it whole, so going on is
    // better than refusing every later search.
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        state
    }

    /// Lets those in who wait to read. The lock alone does not see to that: a writer that comes back at once is often
    /// faster than a reader that has to wake up.
    fn give_way(&self) {
        while self.waiting.load(Ordering::Relaxed) > 0 {
            thread::yield_now();
        }
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn writing(&self) -> MutexGuard<'_, Writing> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Candidates that are kept along the graph.
fn expansion(options: SearchOptions) -> usize {
    let limit = options.limit;
    options.expansion.unwrap_or_else(|| DEFAULT_EXPANSION.max(limit + limit.min(MOST_EXTRA))).max(limit)
}

impl State {
    /// Writes valid vectors with keys that differ.
    fn upsert(&mut self, batch: &[Entry<'_>]) -> Result<(), IndexError> {
        if let Some(overlay) = &mut self.overlay {
            overlay.added.upsert(batch)?;
            overlay.hidden.extend(batch.iter().map(|(key, _)| *key).filter(|key| self.graph.contains(*key)));
            self.keys.extend(batch.iter().map(|(key, _)| *key));
            return Ok(());
        }
        // A vector that is there already stays where it is: what is taken out of a graph and put in again tears links of others,
        // which may then be led to by none.
        let mut changed = Vec::with_capacity(batch.len());
        for (key, vector) in batch {
            if self.keys.contains(*key) {
                if self.graph.holds(*key, vector)? {
                    continue;
                }
                self.keys.remove(*key);
                self.graph.remove(*key)?;
            }
            changed.push((*key, *vector));
        }
        let added = self.graph.add(&changed);
        // Whatever of it went in, also where not all did.
        self.keys.extend(batch.iter().map(|(key, _)| *key).filter(|key| self.graph.contains(*key)));
        added
    }

    fn remove(&mut self, key: ImageKey) -> Result<bool, IndexError> {
        if !self.keys.contains(key) {
            return Ok(false);
        }
        if let Some(overlay) = &mut self.overlay {
            overlay.added.remove(&[key])?;
            if self.graph.contains(key) {
                overlay.hidden.insert(key);
            }
        } else {
            self.graph.remove(key)?;
        }
        self.keys.remove(key);
        Ok(true)
    }

    fn search_among(&self, query: &[f32], options: SearchOptions, among: &RoaringTreemap) -> Result<Vec<Hit>, IndexError> {
        let is_in_graph = |key| self.overlay.as_ref().is_none_or(|overlay| !overlay.hidden.contains(key) && self.graph.contains(key));
        let mut hits = if among.len() <= EXACT_AMONG {
            let keys: Vec<ImageKey> = among.iter().filter(|key| is_in_graph(*key)).collect();
            self.graph.compare(query, &keys)?
        } else {
            self.graph.search(query, expansion(options), Effort::GraphWithout(&|key| !among.contains(key) || !is_in_graph(key)))?
        };
        if let Some(overlay) = &self.overlay {
            let beside = overlay.added.search(query, SearchOptions::best(overlay.added.len()))?;
            hits.extend(beside.into_iter().filter(|hit| among.contains(hit.key)));
        }
        Ok(hits)
    }

    fn search(&self, query: &[f32], options: SearchOptions, exact_up_to: usize) -> Result<Vec<Hit>, IndexError> {
        let (limit, expansion) = (options.limit, expansion(options));
        // A graph leads to the near, not to a large part of everything.
        let is_exact = self.keys.len() <= exact_up_to as u64 || limit.saturating_mul(8) as u64 >= self.keys.len();
        let Some(overlay) = &self.overlay else {
            return match is_exact {
                true => self.graph.search(query, limit, Effort::Exact),
                false => self.graph.search(query, expansion, Effort::Graph),
            };
        };
        let is_hidden = |key| overlay.hidden.contains(key);
        let mut hits = match is_exact {
            true => self.graph.search(query, limit.saturating_add(overlay.hidden.len() as usize), Effort::Exact)?,
            false if overlay.hidden.is_empty() => self.graph.search(query, expansion, Effort::Graph)?,
            false => self.graph.search(query, expansion, Effort::GraphWithout(&is_hidden))?,
        };
        hits.retain(|hit| !is_hidden(hit.key));
        hits.extend(overlay.added.search(query, options)?);
        Ok(hits)
    }
}

impl VectorIndex for EmbeddedIndex {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn count(&self) -> Result<usize, IndexError> {
        Ok(self.read().keys.len() as usize)
    }

    fn contains(&self, key: ImageKey) -> Result<bool, IndexError> {
        Ok(self.read().keys.contains(key))
    }

    fn keys(&self) -> Result<Vec<ImageKey>, IndexError> {
        Ok(self.read().keys.iter().collect())
    }

    fn upsert(&self, batch: &[Entry<'_>]) -> Result<(), IndexError> {
        validate_batch(self.dimension, batch)?;
        let last: HashMap<ImageKey, usize> = batch.iter().enumerate().map(|(at, (key, _))| (*key, at)).collect();
        let distinct: Vec<Entry<'_>> = batch.iter().enumerate().filter(|(at, (key, _))| last[key] == *at).map(|(_, entry)| *entry).collect();
        let mut writing = self.writing();
        // A vector that replaces another counts twice: it is kept and the other is hidden.
        self.make_room(&writing, 2 * distinct.len())?;
        for slice in distinct.chunks(SLICE * self.options.threads) {
            writing.unsaved += slice.len();
            self.write().upsert(slice)?;
            self.give_way();
        }
        Ok(())
    }

    fn remove(&self, keys: &[ImageKey]) -> Result<usize, IndexError> {
        let mut writing = self.writing();
        self.make_room(&writing, keys.len())?;
        let mut state = self.write();
        let mut removed = 0;
        for key in keys {
            removed += usize::from(state.remove(*key)?);
        }
        writing.unsaved += removed;
        Ok(removed)
    }

    fn search(&self, query: &[f32], options: SearchOptions) -> Result<Vec<Hit>, IndexError> {
        validate_vector(self.dimension, query)?;
        let mut hits = self.read().search(query, options, self.options.exact_up_to)?;
        rank(&mut hits, options.limit);
        Ok(hits)
    }
}
