//! The second stage of a search: what is the same picture comes first. Whether it is, the part of the vectors says that tells copies;
//! and of a whole picture from outside the library, where no vector is sure, the pixels of candidates, compared with its own.

use super::Engine;
use super::serving::Serving;
use crate::Result;
use crate::embed::Embedding;
use crate::search::{Asked, CANDIDATES, Ranked, Resemblance, SameQuery, SearchTerms, Sketch, rerank, resemblance, similarity, tilted, towards_copies};

pub(super) struct SecondStage<'a> {
    engine: &'a Engine,
    /// The query's thumbnail; none where its pixels do not count.
    query: Option<&'a [u8]>,
    /// Where a model says which of its numbers tell copies, candidates are the nearest by these; else the first ones.
    towards: Option<Embedding>,
    /// What copies are found by, where that is another question than the search itself.
    same: Option<SameQuery>,
    /// The lowest similarity of that band.
    same_picture: f32,
}

impl Engine {
    pub(super) fn second_stage<'a>(&'a self, serving: &Serving, asked: &'a Asked, vector: &[f32], terms: &SearchTerms) -> SecondStage<'a> {
        let manifest = serving.embedder.manifest();
        // Steered away from the query, it is no longer the query's pixels that count.
        let is_one_picture = asked.is_whole && !terms.is_steered();
        let query = asked.thumbnail.as_deref().filter(|_| is_one_picture && asked.key.is_none());
        SecondStage {
            engine: self,
            query,
            towards: query.and(manifest.output.copy).map(|copy| towards_copies(vector, copy)),
            same: is_one_picture.then(|| serving.same_picture().query(vector)).filter(SameQuery::is_of_a_part),
            same_picture: manifest.bands.same_picture,
        }
    }
}

impl SecondStage<'_> {
    /// Puts in front what is the same picture by the vectors' word. `nearest` finds the pictures for a vector.
    pub(super) fn copies_first(
        &self,
        mut ranked: Vec<(Ranked, f32)>,
        nearest: impl FnOnce(&[f32]) -> Result<Vec<(Ranked, f32)>>,
    ) -> Result<Vec<(Ranked, f32)>> {
        let Some(same) = &self.same else { return Ok(ranked) };
        let near = nearest(&same.vector)?;
        let found: Vec<_> = near.into_iter().filter_map(|(picture, distance)| Some((picture, similarity(same.distance(distance)?)))).collect();
        rerank(&mut ranked, &found, self.same_picture);
        Ok(ranked)
    }

    /// Puts in front what shows the same to the pixel. `nearest` finds the candidates for a vector. Of pictures of other computers,
    /// only those are looked at that are here as well.
    pub(super) fn reranked(&self, mut ranked: Vec<(Ranked, f32)>, nearest: impl FnOnce(&[f32]) -> Result<Vec<(Ranked, f32)>>) -> Result<Vec<(Ranked, f32)>> {
        let is_sure = ranked.first().is_none_or(|(_, distance)| similarity(*distance) >= self.same_picture);
        let Some(query) = self.query.filter(|_| !is_sure).and_then(|thumbnail| self.engine.sketch_of(thumbnail)) else { return Ok(ranked) };
        let near = self.towards.as_deref().map(nearest).transpose()?;
        let candidates: Vec<_> = near.as_deref().unwrap_or(&ranked).iter().take(CANDIDATES).map(|(picture, _)| *picture).collect();
        let candidates = self.sketches(&candidates)?;
        let mut found = on_all_cores(&candidates, |other| resemblance(&query, other));
        if found.is_empty() {
            found = on_all_cores(&candidates, |other| tilted(&query, other));
        }
        let found: Vec<_> = found.into_iter().map(|(picture, Resemblance { correlation, .. })| (picture, correlation)).collect();
        rerank(&mut ranked, &found, self.same_picture);
        Ok(ranked)
    }

    /// What is compared of each candidate; without those of which nothing is to be seen here.
    fn sketches(&self, candidates: &[Ranked]) -> Result<Vec<(Ranked, Sketch)>> {
        let known = candidates.iter().map(|picture| Ok((*picture, self.engine.hash_of(*picture)?))).collect::<Result<Vec<_>>>()?;
        Ok(on_all_cores(&known, |hash| {
            // Only what is made already: rendering one would take longer than the search. One that cannot be read says nothing.
            let thumbnail = self.engine.inner.thumbnails.get((*hash)?).ok()??;
            self.engine.sketch_of(&thumbnail)
        }))
    }
}

/// What `of` makes of each picture, without those of which it makes nothing.
fn on_all_cores<T: Sync, U: Send>(pictures: &[(Ranked, T)], of: impl Fn(&T) -> Option<U> + Sync) -> Vec<(Ranked, U)> {
    let of = |(picture, about): &(Ranked, T)| Some((*picture, of(about)?));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let share = pictures.len().div_ceil(threads).max(1);
        let parts: Vec<_> = pictures.chunks(share).map(|part| scope.spawn(|| part.iter().filter_map(&of).collect::<Vec<_>>())).collect();
        parts.into_iter().flat_map(|part| part.join().expect("comparing does not panic")).collect()
    })
}
