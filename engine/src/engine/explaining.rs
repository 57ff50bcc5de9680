//! Why results match, as far as pixels tell.

use super::Engine;
use crate::catalog::{ContentHash, images};
use crate::media;
use crate::search::{Ranked, Sketch, resemblance, tilted};
use crate::wire::{ExplainRequest, Explained};
use crate::{Error, Result};

/// Results that are explained at a time.
const MOST: usize = 200;
/// What the comparison needs of a thumbnail's shorter side, in pixels.
const SIDE: u32 = 64;

impl Engine {
    /// Says of results whether they are mirrored, turned, tilted or cropped against the query. Looks at thumbnails, some milliseconds
    /// each. Nothing is said of pictures that are not among the results, and of all where a part of the query was asked by.
    pub fn explain(&self, request: &ExplainRequest) -> Result<Vec<Explained>> {
        if request.ids.len() > MOST {
            return Err(Error::invalid(format!("ids: {} are too many; {MOST} are explained at a time", request.ids.len())));
        }
        let set = self.inner.results.get(&request.result_set)?;
        let hashes = request.ids.iter().map(|id| ContentHash::parse(id)).collect::<Result<Vec<_>>>()?;
        let query = if set.asked.is_whole { self.sketch(set.asked.hash) } else { None };
        let of = |hash: ContentHash| -> Result<Explained> {
            let key = self.inner.catalog.read(|db| images::by_hash(db, hash))?.map(|image| image.key);
            let similarity = set.similarity_of(|picture| match picture {
                Ranked::Here(other) => Some(*other) == key,
                Ranked::Shared(other) => *other == hash,
            });
            let reason = || {
                let similarity = similarity.filter(|_| hash != set.asked.hash)?;
                let (query, result) = (query.as_ref()?, self.sketch(hash)?);
                // What is far away only seems to be a tilted one.
                let tilted = || if similarity >= set.limits.same_scene { tilted(query, &result) } else { None };
                resemblance(query, &result).or_else(tilted)?.reason
            };
            Ok(Explained { id: hash.to_string(), reasons: reason().into_iter().collect() })
        };
        hashes.into_iter().map(of).collect()
    }

    /// What is compared of a picture; none where there is no thumbnail to be had.
    fn sketch(&self, hash: ContentHash) -> Option<Sketch> {
        self.sketch_of(&self.thumbnail(&hash.to_string()).ok()?)
    }

    pub(super) fn sketch_of(&self, thumbnail: &[u8]) -> Option<Sketch> {
        media::decode(thumbnail, SIDE, &self.inner.limits).ok().map(|picture| Sketch::of(picture.pixels))
    }
}
