//! Why results match, as far as pixels tell.

use std::sync::Arc;

use super::Engine;
use crate::catalog::{ContentHash, images};
use crate::search::{Ranked, Sketch, resemblance, second_look};
use crate::wire::{ExplainRequest, Explained};
use crate::{Error, Result};

/// Results that are explained at a time.
const MOST: usize = 200;

impl Engine {
    /// Says of results whether they are mirrored, turned, tilted or cropped against the query. Looks at thumbnails, some milliseconds
    /// each. Nothing is said of pictures that are not among the results. Where a part of a picture was asked by, that is the query.
    pub fn explain(&self, request: &ExplainRequest) -> Result<Vec<Explained>> {
        if request.ids.len() > MOST {
            return Err(Error::invalid(format!("ids: {} are too many; {MOST} are explained at a time", request.ids.len())));
        }
        let set = self.inner.results.get(&request.result_set)?;
        let hashes = request.ids.iter().map(|id| ContentHash::parse(id)).collect::<Result<Vec<_>>>()?;
        let query = match &set.asked.part {
            Some(part) => self.inner.sketches.of(part).map(Arc::new),
            None => self.sketch(set.asked.hash),
        };
        let of = |hash: ContentHash| -> Result<Explained> {
            let key = self.inner.catalog.read(|db| images::by_hash(db, hash))?.map(|image| image.key);
            let similarity = set.similarity_of(|picture| match picture {
                Ranked::Here(other) => Some(*other) == key,
                Ranked::Shared(other) => *other == hash,
            });
            let reasons = || {
                let similarity = similarity.filter(|_| set.asked.part.is_some() || hash != set.asked.hash)?;
                let (query, result) = (query.as_deref()?, self.sketch(hash)?);
                // What is far away only seems to be a tilted one.
                let again = || if similarity >= set.limits.same_scene { second_look(query, &result) } else { None };
                Some(resemblance(query, &result).or_else(again)?.reasons)
            };
            Ok(Explained { id: hash.to_string(), reasons: reasons().unwrap_or_default() })
        };
        hashes.into_iter().map(of).collect()
    }

    /// What is compared of a picture; none where there is no thumbnail to be had.
    fn sketch(&self, hash: ContentHash) -> Option<Arc<Sketch>> {
        let of_thumbnail = || self.inner.sketches.of(&self.thumbnail(&hash.to_string()).ok()?).map(Arc::new);
        self.inner.sketches.get(hash).or_else(of_thumbnail)
    }
}
