//! Vector indexes: which pictures lie nearest to a vector.
//!
//! [`VectorIndex`] is what every back end offers: [`exact`] compares with every vector and is the reference,
//! [`embedded`] is the one on this computer, [`milvus`] the one that several share. [`conformance`] holds the suite that all of
//! them pass, [`synthetic`] the vectors it and the benchmarks use.
//!
//! Knows keys and vectors only: no files of the user, no catalog, no model. A vector belongs to one model, so an index
//! holds the vectors of one model; its owner sees to that.

pub mod conformance;
pub mod embedded;
pub mod exact;
pub mod milvus;
pub mod synthetic;

use std::path::PathBuf;

pub use embedded::{EmbeddedIndex, EmbeddedOptions};
pub use exact::ExactIndex;

/// Key of a picture: its row in the catalog. Stable, and not given to another picture.
///
/// `u64::MAX` is reserved by back ends and refused.
pub type ImageKey = u64;

/// A key and its vector, as it is written to an index.
pub type Entry<'a> = (ImageKey, &'a [f32]);

/// How far from 1 the length of a vector may be.
pub const UNIT_TOLERANCE: f32 = 1e-3;

/// One neighbour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// Whose vector it is.
    pub key: ImageKey,
    /// Squared L2 distance of the unit vectors, `2 - 2·cos`, in `0.0 ..= 4.0`.
    ///
    /// Back ends that store half precision are off by up to about `1e-3`.
    pub distance: f32,
}

/// What a search wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchOptions {
    /// At most so many hits; fewer than that are all there are. Time grows with it: thousands are fine, the whole of a
    /// large index is not.
    pub limit: usize,
    /// How many candidates an approximate back end keeps while it looks: more finds more of the true neighbours and takes
    /// longer. `None` leaves it to the back end; less than `limit` counts as `limit`.
    pub expansion: Option<usize>,
}

impl SearchOptions {
    /// The best `limit`, by the back end's own choice of effort.
    pub fn best(limit: usize) -> Self {
        Self { limit, expansion: None }
    }
}

/// An index of unit vectors by key.
///
/// # Concurrency
///
/// Every call may be made from any thread at any time. A search sees each written vector whole or not at all, and never a
/// key whose removal returned before the search began; of a batch that is being written it may see a part. A key whose
/// vector is being replaced is found with the old or the new one, never missing and never twice.
pub trait VectorIndex: Send + Sync {
    /// Length of the vectors.
    fn dimension(&self) -> usize;

    /// How many vectors there are.
    fn count(&self) -> Result<usize, IndexError>;

    /// Whether there is a vector with this key.
    fn contains(&self, key: ImageKey) -> Result<bool, IndexError>;

    /// Every key, ascending: to compare the index with the catalog.
    fn keys(&self) -> Result<Vec<ImageKey>, IndexError>;

    /// Writes vectors, replacing those whose key is there; of a key given twice the last vector counts.
    ///
    /// # Errors
    ///
    /// [`IndexError::WrongDimension`], [`IndexError::NotFinite`], [`IndexError::NotUnit`], [`IndexError::ReservedKey`]:
    /// nothing of the batch is written. Other errors come from the back end, and part of the batch may be written then.
    fn upsert(&self, batch: &[Entry<'_>]) -> Result<(), IndexError>;

    /// Removes vectors and says how many there were. A key that is absent is no error.
    fn remove(&self, keys: &[ImageKey]) -> Result<usize, IndexError>;

    /// The nearest vectors by ascending distance, equal ones by ascending key; each key at most once.
    ///
    /// # Errors
    ///
    /// As [`VectorIndex::upsert`] for a query that is no unit vector of the right length.
    fn search(&self, query: &[f32], options: SearchOptions) -> Result<Vec<Hit>, IndexError>;
}

/// Why an index did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// A vector of another length, so of another model.
    #[error("a vector has {found} numbers where this index holds {expected}")]
    WrongDimension {
        /// Of the index.
        expected: usize,
        /// Of the vector.
        found: usize,
    },
    /// A vector with NaN or an infinity.
    #[error("a vector holds something that is no number (NaN or infinite)")]
    NotFinite,
    /// A vector that is not of length 1.
    #[error("a vector has length {norm} where unit vectors are wanted")]
    NotUnit {
        /// Its length.
        norm: f32,
    },
    /// `u64::MAX` was used as a key.
    #[error("the key {} is reserved", ImageKey::MAX)]
    ReservedKey,
    /// There is no saved index.
    #[error("there is no saved index at {}", path.display())]
    Missing {
        /// Its manifest.
        path: PathBuf,
    },
    /// A saved index is torn, truncated, altered or no index at all.
    #[error("the saved index {} cannot be used: {reason}", path.display())]
    Damaged {
        /// The file at fault.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A saved index holds the vectors of another model.
    #[error("the saved index {} was made with the model {found}, not {expected}", path.display())]
    WrongModel {
        /// Its manifest.
        path: PathBuf,
        /// The model asked for.
        expected: String,
        /// The model it was made with.
        found: String,
    },
    /// The index was opened for reading and shall be saved.
    #[error("the index in {} is open for reading only", path.display())]
    ReadOnly {
        /// Its directory.
        path: PathBuf,
    },
    /// The disk said no. The message names the file: file access goes through `fs_err`.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The library or server behind the index failed.
    #[error("the index failed: {0}")]
    BackEnd(String),
}

impl IndexError {
    /// Whether building the index anew, from the catalog, is the remedy.
    pub fn is_cured_by_rebuild(&self) -> bool {
        matches!(self, Self::Missing { .. } | Self::Damaged { .. } | Self::WrongModel { .. })
    }
}

/// Refuses a batch of which any entry must not be written.
pub fn validate_batch(dimension: usize, batch: &[Entry<'_>]) -> Result<(), IndexError> {
    batch.iter().try_for_each(|(key, vector)| {
        if *key == ImageKey::MAX {
            return Err(IndexError::ReservedKey);
        }
        validate_vector(dimension, vector)
    })
}

/// Refuses what is no unit vector of this length.
pub fn validate_vector(dimension: usize, vector: &[f32]) -> Result<(), IndexError> {
    if vector.len() != dimension {
        return Err(IndexError::WrongDimension { expected: dimension, found: vector.len() });
    }
    if !vector.iter().all(|x| x.is_finite()) {
        return Err(IndexError::NotFinite);
    }
    let norm = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if (norm - 1.0).abs() > UNIT_TOLERANCE {
        return Err(IndexError::NotUnit { norm });
    }
    Ok(())
}

/// Puts hits into the order that a search promises and keeps the first `limit`.
fn rank(hits: &mut Vec<Hit>, limit: usize) {
    let order = |a: &Hit, b: &Hit| a.distance.total_cmp(&b.distance).then(a.key.cmp(&b.key));
    if hits.len() > limit {
        // Ranking a few of many: cheaper to split them off before they are sorted.
        if limit > 0 {
            hits.select_nth_unstable_by(limit - 1, order);
        }
        hits.truncate(limit);
    }
    hits.sort_unstable_by(order);
}
