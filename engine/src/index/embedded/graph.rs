//! The USearch graph behind a face that cannot be misused.
//!
//! What USearch asks of its callers and this file sees to: room is reserved before vectors are added; no more threads are
//! inside than there are contexts; of a key there is one vector. What it leaves to [`super`]: nothing else may run while
//! the graph changes, since USearch searches without locks. Knows no manifest and no checksum: hand it verified files
//! only, USearch trusts what it reads.

use std::path::Path;
use std::thread;

use usearch::{Index, IndexOptions, MetricKind, ScalarKind};

use crate::index::{Entry, Hit, ImageKey, IndexError};
use crate::turns::Turns;

/// Neighbours of a node; twice as many on the lowest level.
const CONNECTIVITY: usize = 16;
/// Candidates kept while a vector is added.
const EXPANSION_ADD: usize = 128;
/// While a graph has fewer vectors than this, several threads do not know of each other's yet and make parts that no link joins:
/// in 4 of 10 runs of the conformance suite a vector was then not found by itself, in none of 26 where one thread began.
const FEWEST_BEFORE_THREADS: usize = 4_096;
/// Squared distance below which two vectors are the same in half precision.
const SAME: f32 = 1e-5;
/// Fewer vectors than this are added faster than threads are started.
const FEWEST_FOR_THREADS: usize = 8;

/// An HNSW graph with its vectors in half precision, in memory or mapped from a file.
pub(super) struct Graph {
    index: Index,
    threads: usize,
    /// So many threads may be inside at once.
    turns: Turns,
    /// Whether there may be places of removed vectors, which added ones take. Nothing says that several threads may fill them.
    has_gaps: bool,
}

impl Graph {
    /// An empty graph in memory, used by at most `threads` threads at once (others wait).
    pub(super) fn new(dimension: usize, threads: usize) -> Result<Self, IndexError> {
        let options = IndexOptions {
            dimensions: dimension,
            // Cosine and not the plain product: it forgives that half precision leaves lengths a little off 1.
            metric: MetricKind::Cos,
            quantization: ScalarKind::F16,
            connectivity: CONNECTIVITY,
            expansion_add: EXPANSION_ADD,
            // USearch looks with the larger of this and the number of results asked for. The former belongs to the whole
            // index, so it is kept out of the way and each search asks for as many results as its expansion.
            expansion_search: 1,
            multi: false,
        };
        let index = Index::new(&options).map_err(back_end)?;
        index.reserve_capacity_and_threads(0, threads).map_err(back_end)?;
        Ok(Self { index, threads, turns: Turns::new(threads), has_gaps: false })
    }

    /// Reads a verified file into memory, where it can be changed.
    pub(super) fn load(path: &Path, dimension: usize, threads: usize) -> Result<Self, IndexError> {
        Self::read(path, dimension, threads, |index, path| index.load(path))
    }

    /// Maps a verified file, which must not change while this lives. A mapped graph only answers.
    pub(super) fn view(path: &Path, dimension: usize, threads: usize) -> Result<Self, IndexError> {
        Self::read(path, dimension, threads, |index, path| index.view(path))
    }

    fn read<E: std::fmt::Display>(path: &Path, dimension: usize, threads: usize, read: impl FnOnce(&Index, &str) -> Result<(), E>) -> Result<Self, IndexError> {
        let damaged = |reason: String| IndexError::Damaged { path: path.to_owned(), reason };
        let graph = Self { has_gaps: true, ..Self::new(dimension, threads)? };
        read(&graph.index, plain(path)?).map_err(|error| damaged(error.to_string()))?;
        // Reading takes these from the file.
        let index = &graph.index;
        if index.dimensions() != dimension || index.metric_kind() != MetricKind::Cos || index.scalar_kind() != ScalarKind::F16 || index.multi() {
            return Err(damaged("it holds another kind of vectors".into()));
        }
        index.reserve_capacity_and_threads(index.capacity(), threads).map_err(back_end)?;
        Ok(graph)
    }

    /// Writes the graph to a file, replacing it, and says how long the file must be.
    pub(super) fn save(&self, path: &Path) -> Result<u64, IndexError> {
        self.index.save(plain(path)?).map_err(|error| std::io::Error::other(format!("{} could not be written: {error}", path.display())))?;
        Ok(self.index.serialized_length() as u64)
    }

    pub(super) fn len(&self) -> usize {
        self.index.size()
    }

    pub(super) fn contains(&self, key: ImageKey) -> bool {
        self.index.contains(key)
    }

    /// Adds valid vectors whose keys are neither in the graph nor twice in the batch. Not on a mapped graph.
    pub(super) fn add(&mut self, batch: &[Entry<'_>]) -> Result<(), IndexError> {
        let wanted = self.len() + batch.len();
        if wanted > self.index.capacity() {
            self.index.reserve_capacity_and_threads(wanted.next_power_of_two(), self.threads).map_err(back_end)?;
        }
        let index = &self.index;
        let add = |part: &[Entry<'_>]| part.iter().try_for_each(|(key, vector)| index.add(*key, vector).map_err(back_end));
        if self.has_gaps || self.len() < FEWEST_BEFORE_THREADS || self.threads == 1 || batch.len() < FEWEST_FOR_THREADS {
            return add(batch);
        }
        thread::scope(|scope| {
            let parts: Vec<_> = batch.chunks(batch.len().div_ceil(self.threads)).map(|part| scope.spawn(move || add(part))).collect();
            parts.into_iter().try_for_each(|part| part.join().unwrap_or_else(|_| Err(IndexError::BackEnd("a thread that adds vectors panicked".into()))))
        })
    }

    /// Removes a vector if it is there. Not on a mapped graph.
    pub(super) fn remove(&mut self, key: ImageKey) -> Result<bool, IndexError> {
        self.has_gaps = true;
        Ok(self.index.remove(key).map_err(back_end)? > 0)
    }

    /// Whether a key, which must be there, has this vector, but for the precision that is kept.
    pub(super) fn holds(&self, key: ImageKey, vector: &[f32]) -> Result<bool, IndexError> {
        Ok(self.compare(vector, &[key])?.first().is_some_and(|hit| hit.distance < SAME))
    }

    /// Compares with the vectors of these keys, which must be there.
    pub(super) fn compare(&self, query: &[f32], keys: &[ImageKey]) -> Result<Vec<Hit>, IndexError> {
        let mut vector = vec![0.0f32; query.len()];
        let mut hits = Vec::with_capacity(keys.len());
        for key in keys {
            if self.index.get(*key, &mut vector).map_err(back_end)? == 0 {
                return Err(IndexError::BackEnd(format!("the key {key} is not in the graph")));
            }
            // Half precision leaves lengths a little off 1, which the cosine forgives.
            let (product, length) = vector.iter().zip(query).fold((0.0, 0.0), |(product, length), (a, b)| (product + a * b, length + a * a));
            hits.push(Hit { key: *key, distance: (2.0 - 2.0 * product / length.sqrt()).clamp(0.0, 4.0) });
        }
        Ok(hits)
    }

    /// The nearest vectors, at most `wanted`, in no promised order of equal ones.
    pub(super) fn search(&self, query: &[f32], wanted: usize, effort: Effort<'_>) -> Result<Vec<Hit>, IndexError> {
        let wanted = wanted.min(self.len());
        if wanted == 0 {
            return Ok(Vec::new());
        }
        let _turn = self.turns.take();
        let matches = match effort {
            Effort::Exact => self.index.exact_search(query, wanted),
            Effort::Graph => self.index.search(query, wanted),
            Effort::GraphWithout(is_hidden) => self.index.filtered_search(query, wanted, |key| !is_hidden(key)),
        }
        .map_err(back_end)?;
        // USearch says 1 - cos.
        Ok(matches.keys.into_iter().zip(matches.distances).map(|(key, distance)| Hit { key, distance: (2.0 * distance).clamp(0.0, 4.0) }).collect())
    }
}

/// How a graph is searched.
pub(super) enum Effort<'a> {
    /// Every vector is compared.
    Exact,
    /// Along the graph; the number of wanted hits is also the expansion.
    Graph,
    /// Along the graph, where some keys do not count.
    GraphWithout(&'a dyn Fn(ImageKey) -> bool),
}

fn back_end(error: impl std::fmt::Display) -> IndexError {
    IndexError::BackEnd(error.to_string())
}

/// USearch opens files by text.
fn plain(path: &Path) -> Result<&str, IndexError> {
    let refusal = || std::io::Error::new(std::io::ErrorKind::InvalidInput, format!("{} is not valid Unicode; the index needs a path that is", path.display()));
    Ok(path.to_str().ok_or_else(refusal)?)
}
