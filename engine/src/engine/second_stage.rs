//! The second stage of a search: what is the same picture comes first, and nothing else is called so. Vectors tell what may be the
//! same, pixels what is; and of a whole picture from outside the library, where no vector is sure, the pixels of candidates tell more.

use std::cell::OnceCell;
use std::sync::Arc;

use super::Engine;
use super::serving::Serving;
use crate::Result;
use crate::catalog::images;
use crate::embed::Embedding;
use crate::parallel::on_all_cores;
use crate::search::{
    Asked, CANDIDATES, Look, MayBe, Ranked, Resemblance, SameQuery, SearchTerms, Sketch, rerank, resemblance, second_look, similarity, take_out, towards_copies,
};

/// Pictures that may be the same and are looked at. What is left over the vectors decide about, as the search would take too long.
const LOOKED_AT: usize = 8;
/// Of these, those that are looked at most closely: none where the query is of the library, as nothing was decoded and embedded before
/// and an answer is expected at once. The others are looked at closely: who only glances takes a part for a stranger.
const MOST_CLOSELY: usize = 4;

pub(super) struct SecondStage<'a> {
    engine: &'a Engine,
    asked: &'a Asked,
    /// The query's; made for the first comparison. None where its pixels cannot be had.
    sketch: OnceCell<Option<Arc<Sketch>>>,
    /// What the same picture is found by; none where the search is steered away from what was asked by.
    same: Option<SameQuery>,
    /// Of a picture from outside, and where a model says which of its numbers tell copies: candidates are the nearest by these.
    towards: Option<Embedding>,
    /// The lowest similarity of that band.
    same_picture: f32,
}

impl Engine {
    pub(super) fn second_stage<'a>(&'a self, serving: &Serving, asked: &'a Asked, vector: &[f32], terms: &SearchTerms) -> SecondStage<'a> {
        let manifest = serving.embedder.manifest();
        // Steered away from the query, it is no longer the query's pixels that count.
        let same = (!terms.is_steered()).then(|| serving.same_picture().query(vector));
        SecondStage {
            engine: self,
            asked,
            sketch: OnceCell::new(),
            towards: manifest.output.copy.filter(|_| asked.key.is_none()).map(|copy| towards_copies(vector, copy)),
            same,
            same_picture: manifest.bands.same_picture,
        }
    }
}

impl SecondStage<'_> {
    /// Puts in front what is the same picture, and takes out of its band what is not. `nearest` finds the pictures for a vector.
    pub(super) fn same_first(&self, mut ranked: Vec<(Ranked, f32)>, nearest: impl FnOnce(&[f32]) -> Result<Vec<(Ranked, f32)>>) -> Result<Vec<(Ranked, f32)>> {
        let Some(same) = &self.same else { return Ok(ranked) };
        let by_whole = ranked.iter().take(CANDIDATES).take_while(|(_, distance)| similarity(*distance) >= self.same_picture);
        let mut candidates: Vec<_> = by_whole.map(|(picture, distance)| (*picture, MayBe { distance: *distance, is_likely: true })).collect();
        if same.is_of_a_part() {
            let by_part = nearest(&same.vector)?.into_iter().filter_map(|(picture, distance)| Some((picture, same.may_be(distance)?)));
            candidates.extend(by_part.filter(|(picture, _)| !candidates.iter().any(|(other, _)| other == picture)).collect::<Vec<_>>());
        }
        candidates.retain(|(picture, _)| !self.asked.is(*picture));
        let likely = candidates.len();
        // Turned by a quarter, a picture is far from itself for a model: what is nearest is looked at for that.
        let nearest = ranked.iter().take(LOOKED_AT).filter(|(picture, _)| !self.asked.is(*picture) && !candidates.iter().any(|(other, _)| other == picture));
        candidates.extend(nearest.map(|(picture, _)| (*picture, MayBe::UNLIKELY)).collect::<Vec<_>>());
        let (mut same, mut others) = (Vec::new(), Vec::new());
        for (picture, agreement) in self.judged(&candidates, likely)? {
            match agreement {
                Some(agreement) => same.push((picture, agreement)),
                None => others.push(picture),
            }
        }
        take_out(&mut ranked, &others, self.same_picture);
        rerank(&mut ranked, &same, self.same_picture);
        self.itself_first(&mut ranked);
        Ok(ranked)
    }

    /// Puts in front what shows the same to the pixel. `nearest` finds the candidates for a vector. Of pictures of other computers,
    /// only those are looked at that are here as well.
    pub(super) fn reranked(&self, mut ranked: Vec<(Ranked, f32)>, nearest: impl FnOnce(&[f32]) -> Result<Vec<(Ranked, f32)>>) -> Result<Vec<(Ranked, f32)>> {
        // Where a part was asked by, the photo that it was cut from is there all the same.
        let is_sure = self.asked.part.is_none() && ranked.first().is_none_or(|(_, distance)| similarity(*distance) >= self.same_picture);
        if is_sure || self.same.is_none() || self.asked.key.is_some() {
            return Ok(ranked);
        }
        let Some(query) = self.sketch() else { return Ok(ranked) };
        let near = self.towards.as_deref().map(nearest).transpose()?;
        let mut candidates: Vec<_> = near.as_deref().unwrap_or(&ranked).iter().take(CANDIDATES).map(|(picture, _)| *picture).collect();
        candidates.extend(self.source_of_part()?.filter(|source| !candidates.contains(source) && ranked.iter().any(|(picture, _)| picture == source)));
        let candidates = self.sketches(&candidates)?;
        let found_by = |compare: &(dyn Fn(&Sketch) -> Option<Resemblance> + Sync)| -> Vec<(Ranked, f32)> {
            let compared = on_all_cores(&candidates, |(picture, sketch)| Some((*picture, compare(sketch.as_deref()?)?.correlation)));
            compared.into_iter().flatten().collect()
        };
        let mut found = found_by(&|other| resemblance(query, other));
        if found.is_empty() {
            found = found_by(&|other| second_look(query, other));
        }
        rerank(&mut ranked, &found, self.same_picture);
        Ok(ranked)
    }

    /// How well each agrees with the query, if it is the same picture. `likely`: of so many at the beginning, vectors say that they may be.
    fn judged(&self, candidates: &[(Ranked, MayBe)], likely: usize) -> Result<Vec<(Ranked, Option<f32>)>> {
        if candidates.is_empty() {
            return Ok(Vec::new());
        }
        let query = self.sketch();
        let most_closely = if self.asked.key.is_some() { 0 } else { MOST_CLOSELY };
        let look = |place: usize| match place {
            place if place >= likely => Look::ForTurns,
            place if place < most_closely => Look::MostClosely,
            _ => Look::Closely,
        };
        let hashes = self.engine.hashes_of(candidates.iter().take(LOOKED_AT).map(|(picture, _)| *picture))?;
        let all: Vec<_> = candidates.iter().zip(hashes.into_iter().chain(std::iter::repeat(None))).enumerate().collect();
        Ok(on_all_cores(&all, |(place, ((picture, may_be), hash))| {
            let sketch = hash.and_then(|hash| self.engine.inner.sketches.get(hash));
            (*picture, may_be.agreement(query, sketch.as_deref(), look(*place)))
        }))
    }

    /// The photo that a part was cut from, where the library has it.
    fn source_of_part(&self) -> Result<Option<Ranked>> {
        if self.asked.part.is_none() {
            return Ok(None);
        }
        let image = self.engine.inner.catalog.read(|db| images::by_hash(db, self.asked.hash))?;
        Ok(image.map(|image| Ranked::Here(image.key)))
    }

    /// What is compared of each; none of what cannot be seen here.
    fn sketches(&self, pictures: &[Ranked]) -> Result<Vec<(Ranked, Option<Arc<Sketch>>)>> {
        let known: Vec<_> = pictures.iter().copied().zip(self.engine.hashes_of(pictures.iter().copied())?).collect();
        Ok(on_all_cores(&known, |(picture, hash)| (*picture, hash.and_then(|hash| self.engine.inner.sketches.get(hash)))))
    }

    fn sketch(&self) -> Option<&Sketch> {
        let sketches = &self.engine.inner.sketches;
        let made = || match self.asked.part.as_ref().or(self.asked.thumbnail.as_ref()) {
            Some(thumbnail) => sketches.of(thumbnail).map(Arc::new),
            None => sketches.get(self.asked.hash),
        };
        self.sketch.get_or_init(made).as_deref()
    }

    /// The index rounds: a small copy may lie as near to the query as the query itself.
    fn itself_first(&self, ranked: &mut [(Ranked, f32)]) {
        if let Some(place) = ranked.iter().position(|(picture, _)| self.asked.is(*picture)) {
            ranked[place].1 = 0.0;
            ranked[..=place].rotate_right(1);
        }
    }
}
