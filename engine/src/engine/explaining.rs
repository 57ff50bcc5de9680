//! Where pixels are asked: to put the first candidates of a search in order, and why results match.

use super::Engine;
use crate::catalog::{ContentHash, images};
use crate::media;
use crate::search::{Asked, Ranked, Sketch, rerank, resemblance, similarity};
use crate::wire::{BandLimits, ExplainRequest, Explained};
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
        let query = if set.asked.is_whole { self.sketch(set.asked.hash) } else { None };
        let of = |hash: ContentHash| -> Result<Explained> {
            let key = self.inner.catalog.read(|db| images::by_hash(db, hash))?.map(|image| image.key);
            let is_result = set.has(|picture| match picture {
                Ranked::Here(other) => Some(*other) == key,
                Ranked::Shared(other) => *other == hash,
            });
            let result = if is_result && hash != set.asked.hash { self.sketch(hash) } else { None };
            let reason = query.as_ref().zip(result.as_ref()).and_then(|(query, result)| resemblance(query, result)?.reason);
            Ok(Explained { id: hash.to_string(), reasons: reason.into_iter().collect() })
        };
        hashes.into_iter().map(of).collect()
    }

    /// What is compared of a picture; none where there is no thumbnail to be had.
    fn sketch(&self, hash: ContentHash) -> Option<Sketch> {
        self.sketch_of(&self.thumbnail(&hash.to_string()).ok()?)
    }

    fn sketch_of(&self, thumbnail: &[u8]) -> Option<Sketch> {
        media::decode(thumbnail, SIDE, &self.inner.limits).ok().map(|picture| Sketch::of(picture.pixels))
    }

    /// The second stage of a search by a whole picture from outside the library: where no vector says for sure that it is the same
    /// picture, the pixels of candidates are compared with its own. Of pictures of other computers, only those are looked at that
    /// are here as well.
    pub(super) fn reranked(
        &self,
        asked: &Asked,
        mut ranked: Vec<(Ranked, f32)>,
        limits: &BandLimits,
        candidates: impl FnOnce(&[(Ranked, f32)]) -> Result<Vec<Ranked>>,
    ) -> Result<Vec<(Ranked, f32)>> {
        let is_sure = ranked.first().is_none_or(|(_, distance)| similarity(*distance) >= limits.same_picture);
        if is_sure || asked.key.is_some() || !asked.is_whole {
            return Ok(ranked);
        }
        let Some(query) = asked.thumbnail.as_deref().and_then(|thumbnail| self.sketch_of(thumbnail)) else { return Ok(ranked) };
        let candidates = candidates(&ranked)?;
        let hashes = candidates.iter().map(|picture| self.hash_of(*picture)).collect::<Result<Vec<_>>>()?;
        let compare = |hash: &Option<ContentHash>| {
            // Only what is made already: rendering one would take longer than the search. One that cannot be read says nothing.
            let thumbnail = self.inner.thumbnails.get((*hash)?).ok()??;
            resemblance(&query, &self.sketch_of(&thumbnail)?).map(|found| found.correlation)
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let correlations = std::thread::scope(|scope| {
            let parts: Vec<_> =
                hashes.chunks(hashes.len().div_ceil(threads).max(1)).map(|part| scope.spawn(|| part.iter().map(compare).collect::<Vec<_>>())).collect();
            parts.into_iter().flat_map(|part| part.join().expect("comparing does not panic")).collect::<Vec<_>>()
        });
        let found: Vec<_> = candidates.into_iter().zip(correlations).filter_map(|(picture, correlation)| Some((picture, correlation?))).collect();
        rerank(&mut ranked, &found, limits.same_picture);
        Ok(ranked)
    }
}
