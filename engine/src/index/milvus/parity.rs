//! A shared collection behind [`VectorIndex`]: the same rows, requests and answers as everywhere else, keyed by number.
//! For comparing Milvus with the embedded index, by the conformance suite and the benchmarks.

use std::collections::{BTreeMap, BTreeSet};

use super::{Collection, Filter, MAX_RESULTS, SharedRow};
use crate::index::{Entry, Hit, ImageKey, IndexError, SearchOptions, VectorIndex, rank, validate_batch, validate_vector};
use crate::remote::Fault;
use crate::wire::Consistency;

/// A collection of its own as an index.
pub struct MilvusIndex {
    collection: Collection,
    consistency: Consistency,
}

/// Rows in one request.
const BATCH: usize = 1_000;

impl MilvusIndex {
    /// Makes the collection where it is missing. Nobody else may write to it.
    pub fn open(collection: Collection, consistency: Consistency) -> Result<Self, Fault> {
        collection.prepare()?;
        Ok(Self { collection, consistency })
    }

    fn present(&self, keys: &BTreeSet<ImageKey>) -> Result<Vec<String>, IndexError> {
        let ids: Vec<String> = keys.iter().map(|key| id_of(*key)).collect();
        let mut present = Vec::new();
        for chunk in ids.chunks(BATCH) {
            let filter = Filter::all().with_ids(chunk.iter().map(String::as_str));
            present.extend(self.collection.texts(&filter, "id", MAX_RESULTS, Consistency::Strong)?);
        }
        Ok(present)
    }
}

impl VectorIndex for MilvusIndex {
    fn dimension(&self) -> usize {
        self.collection.dimension()
    }

    fn count(&self) -> Result<usize, IndexError> {
        Ok(self.collection.count(&Filter::all(), Consistency::Strong)? as usize)
    }

    fn contains(&self, key: ImageKey) -> Result<bool, IndexError> {
        Ok(!self.present(&BTreeSet::from([key]))?.is_empty())
    }

    fn keys(&self) -> Result<Vec<ImageKey>, IndexError> {
        let (mut keys, mut after) = (Vec::new(), String::new());
        loop {
            let page = self.collection.page(&Filter::all(), &after, BATCH, false, Consistency::Strong)?;
            let Some(last) = page.last() else { return Ok(keys) };
            after.clone_from(&last.id);
            for row in &page {
                keys.push(key_of(&row.id)?);
            }
        }
    }

    fn upsert(&self, batch: &[Entry<'_>]) -> Result<(), IndexError> {
        validate_batch(self.dimension(), batch)?;
        // One row for each key: Milvus refuses a batch that names one twice.
        let latest: BTreeMap<ImageKey, &[f32]> = batch.iter().copied().collect();
        let rows: Vec<SharedRow> = latest.into_iter().map(|(key, vector)| row(key, vector)).collect();
        for chunk in rows.chunks(BATCH) {
            self.collection.upsert(chunk)?;
        }
        Ok(())
    }

    fn remove(&self, keys: &[ImageKey]) -> Result<usize, IndexError> {
        let present = self.present(&keys.iter().copied().collect())?;
        for chunk in present.chunks(BATCH) {
            self.collection.remove(&Filter::all().with_ids(chunk.iter().map(String::as_str)))?;
        }
        Ok(present.len())
    }

    fn search(&self, query: &[f32], options: SearchOptions) -> Result<Vec<Hit>, IndexError> {
        validate_vector(self.dimension(), query)?;
        let found = self.collection.nearest(query, options.limit, options.expansion, &Filter::all(), self.consistency)?;
        let mut hits = found.into_iter().map(|(id, distance)| Ok(Hit { key: key_of(&id)?, distance })).collect::<Result<Vec<_>, IndexError>>()?;
        rank(&mut hits, options.limit);
        Ok(hits)
    }
}

impl From<Fault> for IndexError {
    fn from(fault: Fault) -> Self {
        Self::BackEnd(fault.message.to_string())
    }
}

/// Padded, so that keys sort as numbers.
fn id_of(key: ImageKey) -> String {
    format!("{key:020}")
}

fn key_of(id: &str) -> Result<ImageKey, IndexError> {
    id.parse().map_err(|_| IndexError::BackEnd(format!("the collection holds a row {id:?} that is not ours")))
}

fn row(key: ImageKey, vector: &[f32]) -> SharedRow {
    SharedRow {
        id: id_of(key),
        content: id_of(key),
        device: "parity".into(),
        device_name: String::new(),
        file_name: String::new(),
        object_key: String::new(),
        width: 0,
        height: 0,
        bytes: 0,
        taken_at: String::new(),
        format: String::new(),
        embedding: vector.to_vec(),
    }
}
