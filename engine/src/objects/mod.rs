//! Where pictures lie for others to see: a store of objects by key.
//!
//! [`ObjectStore`] is what a back end offers; [`s3`] speaks to every S3-compatible server (MinIO, Garage, SeaweedFS,
//! AWS); [`conformance`] holds the suite that a back end passes. Knows bytes and keys only.

pub mod conformance;
pub mod s3;
mod sign;

use std::fmt;
use std::time::Duration;

use crate::remote::{Fault, FaultKind};
use crate::words::sayings;

pub use s3::S3Store;

/// Largest object that is read back; photos beyond it are not shown from the store.
pub const MAX_OBJECT: u64 = 512 << 20;

/// A key that cannot lead out of its bucket: segments of letters, digits, `.`, `_` and `-`, none of them `.` or `..`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey(String);

impl ObjectKey {
    /// Checks a key.
    ///
    /// # Errors
    ///
    /// [`FaultKind::Refused`] for one that a server may take for something else.
    pub fn new(key: impl Into<String>) -> Result<Self, Fault> {
        let key = key.into();
        let is_plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '_' | '-');
        let is_good = |segment: &str| !segment.is_empty() && segment != "." && segment != ".." && segment.chars().all(is_plain);
        if key.len() <= 512 && key.split('/').all(is_good) {
            Ok(Self(key))
        } else {
            Err(Fault::new(FaultKind::Refused, sayings::no_object_key(format!("{key:?}"))))
        }
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// An object without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectInfo {
    /// Its key, as the server has it: others may have written keys that are no [`ObjectKey`].
    pub key: String,
    /// Its size.
    pub bytes: u64,
    /// Unix seconds of its last change by the server's clock; none where the server does not say.
    pub modified: Option<i64>,
}

/// A bucket.
///
/// # Concurrency
///
/// Every call may be made from any thread at any time. An object is seen whole or not at all.
pub trait ObjectStore: Send + Sync {
    /// Writes an object, replacing one of the same key.
    fn put(&self, key: &ObjectKey, bytes: Vec<u8>, content_type: &str) -> Result<(), Fault>;

    /// The bytes of an object of at most `most` bytes; none where there is no such object.
    ///
    /// # Errors
    ///
    /// [`FaultKind::Refused`] for a larger one.
    fn get(&self, key: &ObjectKey, most: u64) -> Result<Option<Vec<u8>>, Fault>;

    /// What is known of an object without reading it; none where there is none.
    fn head(&self, key: &ObjectKey) -> Result<Option<ObjectInfo>, Fault>;

    /// Removes an object. One that is absent is no error.
    fn delete(&self, key: &ObjectKey) -> Result<(), Fault>;

    /// Objects whose key begins with `prefix`, by ascending key, at most `limit` (1 ..= 1000), after the key `after`.
    fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<ObjectInfo>, Fault>;

    /// A link by which anyone may read the object for so long (at most a week), made without asking the server.
    fn link(&self, key: &ObjectKey, valid: Duration) -> Result<String, Fault>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_lead_elsewhere_are_refused() {
        for key in ["", "/a", "a/", "a//b", "../other/x", "a/../b", "a/./b", "a b", "a?b", "a\\b", "ä", &"a".repeat(513)] {
            ObjectKey::new(key).expect_err(key);
        }
        for key in ["a", "originals/ab/abcdef.jpg", "a..b", "..a"] {
            ObjectKey::new(key).expect(key);
        }
    }
}
