//! Whose pictures a bucket holds. Keys are shared by the whole bucket, and rows that name an object may lie in another database
//! than is asked, or on another Milvus. So each collection whose rows name objects of a bucket leaves one there that says so, and
//! while there is one of a collection that cannot be asked nothing is removed.

use std::collections::HashSet;

use crate::index::milvus::{Collection, Milvus};
use crate::objects::{ObjectKey, ObjectStore};
use crate::remote::{Fault, FaultKind};
use crate::wire::{IndexSettings, Upload};

use super::Link;

/// Where they lie, and what is in them for whoever comes upon one.
const PREFIX: &str = "collections/";
const TEXT: &str = "Rows of this collection of Milvus name pictures in this bucket, so that others who use the bucket remove none.\n\
    Where the collection is gone for good, remove this object.\n";
/// More than are ever looked at.
const MOST: usize = 1_000;

impl Link {
    /// Claims the bucket for the rows of the collection, where there is one and pictures are uploaded. Says which collection that is,
    /// by the number that its server gave it; none where it has gone meanwhile.
    pub(crate) fn claim(&self) -> Result<Option<i64>, Fault> {
        let Some(shape) = self.collection.shape()? else { return Ok(None) };
        if let Some(store) = self.store.as_ref().filter(|_| self.plan.upload() != Upload::None) {
            let key = key(&self.plan.settings.milvus.database, self.collection.name(), shape.id)?;
            if store.head(&key)?.is_none() {
                store.put(&key, TEXT.into(), "text/plain")?;
            }
        }
        Ok(Some(shape.id))
    }
}

/// The claims of collections that are none of these.
pub(super) fn of_others(store: &dyn ObjectStore, ours: &HashSet<i64>) -> Result<Vec<String>, Fault> {
    let claims = store.list(PREFIX, None, MOST)?;
    Ok(claims.into_iter().map(|claim| claim.key).filter(|key| id_in(key).is_none_or(|id| !ours.contains(&id))).collect())
}

/// The numbers of all collections of a database.
pub(super) fn collections(milvus: &Milvus, index: IndexSettings) -> Result<HashSet<i64>, Fault> {
    let mut ids = HashSet::new();
    for name in milvus.collections()? {
        match Collection::new(milvus, &name, 0, index).shape() {
            Ok(shape) => ids.extend(shape.map(|shape| shape.id)),
            // Somebody else's, or dropped meanwhile.
            Err(fault) if matches!(fault.kind, FaultKind::Denied | FaultKind::Missing) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(ids)
}

/// How a claim is told: database and collection.
pub(super) fn name_of(key: &str) -> &str {
    key.strip_prefix(PREFIX).and_then(|rest| rest.rsplit_once('/')).map_or(key, |(name, _)| name)
}

fn key(database: &str, collection: &str, id: i64) -> Result<ObjectKey, Fault> {
    // Servers allow letters, digits and `_`; some allow more.
    let plain = |name: &str| name.replace(|char: char| !char.is_ascii_alphanumeric() && char != '_', "-");
    ObjectKey::new(format!("{PREFIX}{}/{}/{id}", plain(database), plain(collection)))
}

fn id_in(key: &str) -> Option<i64> {
    key.rsplit_once('/')?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_say_whose_they_are() {
        let key = key("default", "look$alike_s", 448_236_105_432_932_403).unwrap();
        assert_eq!(key.as_str(), "collections/default/look-alike_s/448236105432932403");
        assert_eq!((id_in(key.as_str()), name_of(key.as_str())), (Some(448_236_105_432_932_403), "default/look-alike_s"));
        assert_eq!(id_in("collections/what-somebody-put-here"), None, "what is not understood is nobody's of ours");
    }
}
