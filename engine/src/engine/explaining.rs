//! The facade's call that asks the pixels of results why they match.

use super::Engine;
use crate::catalog::{ContentHash, images};
use crate::media::{self, Rgb8};
use crate::search::{Ranked, explain};
use crate::wire::{ExplainRequest, Explained};
use crate::{Error, Result};

/// Results that are explained at a time.
const MOST: usize = 200;
/// What the comparison needs of a thumbnail's shorter side, in pixels.
const SIDE: u32 = 64;

impl Engine {
    /// Says of results whether they are mirrored, turned or cropped against the query. Looks at thumbnails, some milliseconds
    /// each. Nothing is said of pictures that are not among the results, and of all where a part of the query was asked by.
    pub fn explain(&self, request: &ExplainRequest) -> Result<Vec<Explained>> {
        if request.ids.len() > MOST {
            return Err(Error::invalid(format!("ids: {} are too many; {MOST} are explained at a time", request.ids.len())));
        }
        let set = self.inner.results.get(&request.result_set)?;
        let hashes = request.ids.iter().map(|id| ContentHash::parse(id)).collect::<Result<Vec<_>>>()?;
        let query = if set.asked.is_whole { self.small(set.asked.hash) } else { None };
        let of = |hash: ContentHash| -> Result<Explained> {
            let key = self.inner.catalog.read(|db| images::by_hash(db, hash))?.map(|image| image.key);
            let is_result = set.has(|picture| match picture {
                Ranked::Here(other) => Some(*other) == key,
                Ranked::Shared(other) => *other == hash,
            });
            let result = if is_result && hash != set.asked.hash { self.small(hash) } else { None };
            let reason = query.as_ref().zip(result.as_ref()).and_then(|(query, result)| explain(query, result));
            Ok(Explained { id: hash.to_string(), reasons: reason.into_iter().collect() })
        };
        hashes.into_iter().map(of).collect()
    }

    /// A thumbnail's pixels; none where there is no thumbnail to be had.
    fn small(&self, hash: ContentHash) -> Option<Rgb8> {
        let jpeg = self.thumbnail(&hash.to_string()).ok()?;
        media::decode(&jpeg, SIDE, &self.inner.limits).ok().map(|picture| picture.pixels)
    }
}
