//! The exact index: compares a query with every vector, in single precision.
//!
//! The reference that approximate back ends are measured against, and the home of a few thousand recent changes in
//! [`super::embedded`]. Lives in memory; knows no file.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::{Entry, Hit, ImageKey, IndexError, SearchOptions, VectorIndex, rank, validate_batch, validate_vector};

/// An index in memory that finds the true neighbours, in time proportional to its size.
#[derive(Debug)]
pub struct ExactIndex {
    dimension: usize,
    rows: RwLock<Rows>,
}

/// Vectors side by side: row `i` belongs to `keys[i]`.
#[derive(Debug, Default)]
struct Rows {
    keys: Vec<ImageKey>,
    vectors: Vec<f32>,
    row_of: HashMap<ImageKey, usize>,
}

impl ExactIndex {
    /// An empty index of vectors of this length.
    ///
    /// # Panics
    ///
    /// When `dimension` is 0.
    pub fn new(dimension: usize) -> Self {
        assert!(dimension > 0, "vectors have at least one number");
        Self { dimension, rows: RwLock::default() }
    }

    // A panic while rows are changed is a bug of ours; what is there then is still memory-safe to read.
    fn read(&self) -> RwLockReadGuard<'_, Rows> {
        self.rows.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Rows> {
        self.rows.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many vectors there are.
    pub fn len(&self) -> usize {
        self.read().keys.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Calls `visit` with every key and vector, in no particular order.
    pub(super) fn for_each(&self, mut visit: impl FnMut(ImageKey, &[f32])) {
        let rows = self.read();
        for (key, vector) in rows.keys.iter().zip(rows.vectors.chunks_exact(self.dimension)) {
            visit(*key, vector);
        }
    }
}

impl VectorIndex for ExactIndex {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn count(&self) -> Result<usize, IndexError> {
        Ok(self.len())
    }

    fn contains(&self, key: ImageKey) -> Result<bool, IndexError> {
        Ok(self.read().row_of.contains_key(&key))
    }

    fn keys(&self) -> Result<Vec<ImageKey>, IndexError> {
        let mut keys = self.read().keys.clone();
        keys.sort_unstable();
        Ok(keys)
    }

    fn upsert(&self, batch: &[Entry<'_>]) -> Result<(), IndexError> {
        validate_batch(self.dimension, batch)?;
        let mut rows = self.write();
        for (key, vector) in batch {
            if let Some(row) = rows.row_of.get(key).copied() {
                rows.vectors[row * self.dimension..][..self.dimension].copy_from_slice(vector);
            } else {
                let row = rows.keys.len();
                rows.keys.push(*key);
                rows.vectors.extend_from_slice(vector);
                rows.row_of.insert(*key, row);
            }
        }
        Ok(())
    }

    fn remove(&self, keys: &[ImageKey]) -> Result<usize, IndexError> {
        let mut rows = self.write();
        let before = rows.keys.len();
        for key in keys {
            let Some(row) = rows.row_of.remove(key) else { continue };
            // The last row takes the place of the one that goes.
            let last = rows.keys.len() - 1;
            rows.vectors.copy_within(last * self.dimension.., row * self.dimension);
            rows.vectors.truncate(last * self.dimension);
            rows.keys.swap_remove(row);
            if let Some(moved) = rows.keys.get(row).copied() {
                rows.row_of.insert(moved, row);
            }
        }
        Ok(before - rows.keys.len())
    }

    fn search(&self, query: &[f32], options: SearchOptions) -> Result<Vec<Hit>, IndexError> {
        validate_vector(self.dimension, query)?;
        let rows = self.read();
        let vectors = rows.vectors.chunks_exact(self.dimension);
        let mut hits = rows.keys.iter().zip(vectors).map(|(key, vector)| Hit { key: *key, distance: squared_distance(query, vector) }).collect();
        drop(rows);
        rank(&mut hits, options.limit);
        Ok(hits)
    }
}

/// Squared L2 distance. Exactly 0 for equal vectors, which `2 - 2·cos` in single precision is not.
fn squared_distance(a: &[f32], b: &[f32]) -> f32 {
    // Independent sums, so that the compiler may use wide registers: it must not reorder a single one.
    const LANES: usize = 16;
    let mut sums = [0.0f32; LANES];
    let (a_chunks, b_chunks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(x, y)| (x - y) * (x - y)).sum::<f32>();
    for (x, y) in a_chunks.zip(b_chunks) {
        for lane in 0..LANES {
            let difference = x[lane] - y[lane];
            sums[lane] += difference * difference;
        }
    }
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::conformance;

    #[test]
    fn conforms() {
        conformance::run(|dimension| Box::new(ExactIndex::new(dimension)));
    }
}
