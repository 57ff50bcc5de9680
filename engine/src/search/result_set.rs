//! Frozen answers: the ranked keys of a search as they were when it was made, kept for the pages to come.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use super::{Folds, MOST_COMPARED, Occasion, PageSpec, SamePicture, band, similarity};
use crate::catalog::{ContentHash, ImageKey};
use crate::embed::Embedding;
use crate::index::milvus::SharedHit;
use crate::wire::{Band, BandCounts, BandLimits, ErrorCode, ErrorReply, ModelInfo, ResultOrder, Scope};
use crate::words::sayings;
use crate::{Error, Result};

/// What was asked, for the reply and for showing the query.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Path of the query, or a name where it has none.
    pub(crate) query: String,
    pub(crate) hash: ContentHash,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Thumbnail of a query from outside the library.
    pub(crate) thumbnail: Option<Vec<u8>>,
    /// The query's key where it is in the library.
    pub(crate) key: Option<ImageKey>,
    /// Thumbnail of the part that was asked by; none where it is the whole picture.
    pub(crate) part: Option<Vec<u8>>,
    pub(crate) occasion: Occasion,
}

impl Asked {
    /// Whether a picture is the query itself.
    pub(crate) fn is(&self, picture: Ranked) -> bool {
        let is_same = match picture {
            Ranked::Here(key) => Some(key) == self.key,
            Ranked::Shared(hash) => hash == self.hash,
        };
        is_same && self.part.is_none()
    }
}

/// A picture of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ranked {
    /// Of this computer.
    Here(ImageKey),
    /// Of the shared library, whoever has it.
    Shared(ContentHash),
}

/// Where an answer is from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Source {
    pub(crate) scope: Scope,
    /// Why this computer answered in the place of the shared library.
    pub(crate) fallback: Option<ErrorReply>,
}

/// The ranked answer to one search.
pub(crate) struct ResultSet {
    pub(crate) id: String,
    pub(crate) frozen_at: i64,
    pub(crate) asked: Asked,
    pub(crate) source: Source,
    /// By ascending distance; the query itself first.
    ranked: Vec<(Ranked, f32)>,
    /// What computers of the shared library said of its pictures.
    shared: HashMap<ContentHash, Vec<SharedHit>>,
    /// Whether every picture of the index is in `ranked`.
    is_whole: bool,
    pub(crate) bands: BandCounts,
    /// Id of the model that answered, and its limits: the set stays what it is when another model is put to use.
    pub(crate) model: String,
    pub(crate) limits: BandLimits,
    pub(crate) folds: Folds,
    /// Places in the orders that were asked for beside that of similarity.
    orders: Mutex<HashMap<ResultOrder, Arc<Vec<usize>>>>,
}

/// Results of one page: rank from 1, key, distance.
pub(crate) struct Slice {
    pub(crate) total: u64,
    pub(crate) total_is_exact: bool,
    pub(crate) hits: Vec<(u64, Ranked, f32)>,
}

/// What other orders than that of similarity go by.
#[derive(Clone, Debug, Default)]
pub(crate) struct OrderFacts {
    /// `YYYY-MM-DDTHH:MM:SS`.
    pub(crate) taken_at: Option<String>,
    pub(crate) bytes: u64,
    pub(crate) file_name: String,
}

impl ResultSet {
    /// Freezes an answer. `ranked`: by ascending distance; `is_whole`: nothing was left out.
    pub(crate) fn new(asked: Asked, source: Source, mut ranked: Vec<(Ranked, f32)>, is_whole: bool, model: &ModelInfo) -> Self {
        let is_query = |picture: &Ranked| asked.is(*picture);
        // Byte-identical is closest of all, whatever a half-precision index makes of the distance.
        if let Some(at) = ranked.iter().position(|(picture, _)| is_query(picture)) {
            let (picture, _) = ranked.remove(at);
            ranked.insert(0, (picture, 0.0));
        }
        let limits = model.bands;
        let mut bands = BandCounts::default();
        for (picture, distance) in &ranked {
            let count = match if is_query(picture) { Band::SameFile } else { band(similarity(*distance), &limits) } {
                Band::SameFile => &mut bands.same_file,
                Band::SamePicture => &mut bands.same_picture,
                Band::SameScene => &mut bands.same_scene,
                Band::Similar => &mut bands.similar,
                Band::Weak => &mut bands.weak,
            };
            *count += 1;
        }
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let frozen_at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs() as i64);
        let id = format!("{frozen_at:x}-{:x}", NEXT.fetch_add(1, Ordering::Relaxed));
        let (shared, folds, orders) = (HashMap::new(), Folds::default(), Mutex::default());
        Self { id, frozen_at, asked, source, ranked, shared, is_whole, bands, model: model.id.clone(), limits, folds, orders }
    }

    /// Finds out which results show nearly the same as a better one of their band. Those that are the same picture as the
    /// query are left alone, for they are what was looked for, and so are the weak ones.
    pub(crate) fn with_folds(mut self, same: &SamePicture, vector: impl Fn(ImageKey) -> Option<Embedding>) -> Self {
        let distances: Vec<f32> = self.ranked.iter().map(|(_, distance)| *distance).collect();
        let end_of = |lowest: f32| distances.partition_point(|distance| similarity(*distance) >= lowest);
        let [first, second, third] = [self.limits.same_picture, self.limits.same_scene, self.limits.similar].map(end_of);
        let last = first + MOST_COMPARED;
        let of_place = |place: usize| match self.ranked[place].0 {
            Ranked::Here(key) => vector(key),
            Ranked::Shared(_) => None,
        };
        let mut folds = Folds::default();
        for band in [first..second.min(last), second..third.min(last)] {
            folds.add_band(band, &distances, of_place, same);
        }
        self.folds = folds;
        self
    }

    /// The places of all results in another order than that of similarity. `facts`: of all results, in the order of their places.
    pub(crate) fn in_order(&self, order: ResultOrder, facts: impl FnOnce(&[(Ranked, f32)]) -> Result<Vec<OrderFacts>>) -> Result<Arc<Vec<usize>>> {
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = orders.get(&order) {
            return Ok(Arc::clone(known));
        }
        let facts = facts(&self.ranked)?;
        let mut places: Vec<usize> = (0..facts.len()).collect();
        // What is the same keeps the order of similarity: the sort is stable.
        match order {
            ResultOrder::Similarity => {}
            ResultOrder::Newest => places.sort_by(|a, b| facts[*b].taken_at.cmp(&facts[*a].taken_at)),
            ResultOrder::Oldest => places.sort_by_key(|place| (facts[*place].taken_at.is_none(), facts[*place].taken_at.clone())),
            ResultOrder::Largest => places.sort_by_key(|place| std::cmp::Reverse(facts[*place].bytes)),
            ResultOrder::Name => places.sort_by_cached_key(|place| facts[*place].file_name.to_lowercase()),
        }
        let places = Arc::new(places);
        orders.insert(order, Arc::clone(&places));
        Ok(places)
    }

    /// The similarity of a picture; none where it is not among the results.
    pub(crate) fn similarity_of(&self, is_it: impl Fn(&Ranked) -> bool) -> Option<f32> {
        self.ranked.iter().find(|(picture, _)| is_it(picture)).map(|(_, distance)| similarity(*distance))
    }

    /// Keeps with it what computers of the shared library said of its pictures.
    pub(crate) fn with_hits(self, shared: HashMap<ContentHash, Vec<SharedHit>>) -> Self {
        Self { shared, ..self }
    }

    /// What computers of the shared library said of a picture.
    pub(crate) fn hits_of(&self, hash: ContentHash) -> &[SharedHit] {
        self.shared.get(&hash).map_or(&[], Vec::as_slice)
    }

    /// The similarities of all that is ranked, falling: for a threshold that shows its count before it is let go.
    pub(crate) fn similarities(&self) -> Vec<f32> {
        // Four digits tell more than anyone sees, and make a short answer.
        self.ranked.iter().map(|(_, distance)| (similarity(*distance) * 1e4).round() / 1e4).collect()
    }

    /// A page of what is at or above the threshold, in the order of similarity.
    pub(crate) fn slice(&self, spec: &PageSpec) -> Slice {
        let passing = self.passing(spec.similarity);
        self.slice_of(spec, passing, 0..passing)
    }

    /// A page of what is at or above the threshold, in another order.
    pub(crate) fn slice_in(&self, spec: &PageSpec, order: &[usize]) -> Slice {
        let passing = self.passing(spec.similarity);
        self.slice_of(spec, passing, order.iter().copied().filter(|place| *place < passing))
    }

    /// How many results are at or above a threshold.
    fn passing(&self, lowest: f32) -> usize {
        self.ranked.partition_point(|(_, distance)| similarity(*distance) >= lowest)
    }

    fn slice_of(&self, spec: &PageSpec, passing: usize, places: impl Iterator<Item = usize>) -> Slice {
        let page = places.skip(spec.offset()).take(spec.page_size as usize);
        Slice {
            total: passing as u64,
            // A threshold that cuts within the ranked ones leaves nothing out beyond them.
            total_is_exact: self.is_whole || passing < self.ranked.len(),
            hits: page.map(|place| (place as u64 + 1, self.ranked[place].0, self.ranked[place].1)).collect(),
        }
    }

    /// Everything at or above a threshold.
    pub(crate) fn all(&self, lowest: f32) -> Vec<(u64, Ranked, f32)> {
        self.ranked[..self.passing(lowest)].iter().enumerate().map(|(place, (picture, distance))| (place as u64 + 1, *picture, *distance)).collect()
    }
}

/// The result sets of the last searches.
#[derive(Default)]
pub(crate) struct ResultSets {
    kept: Mutex<VecDeque<Arc<ResultSet>>>,
}

impl ResultSets {
    /// Enough for a few dozen clients that page at the same time; a set takes some 20 kB, of the shared library some 200 kB.
    const KEPT: usize = 256;

    pub(crate) fn keep(&self, set: ResultSet) -> Arc<ResultSet> {
        let set = Arc::new(set);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back(Arc::clone(&set));
        if kept.len() > Self::KEPT {
            kept.pop_front();
        }
        set
    }

    pub(crate) fn get(&self, id: &str) -> Result<Arc<ResultSet>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter()
            .find(|set| set.id == id)
            .cloned()
            .ok_or_else(|| Error::new(ErrorCode::ResultSetGone, sayings::results_gone()).with_hint(sayings::search_again()))
    }

    /// The thumbnail of a recent query from outside the library.
    pub(crate) fn query_thumbnail(&self, hash: ContentHash) -> Option<Vec<u8>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().rev().find(|set| set.asked.hash == hash).and_then(|set| set.asked.thumbnail.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: BandLimits = BandLimits { same_picture: 0.8, same_scene: 0.6, similar: 0.45 };

    fn set(count: i64, is_whole: bool) -> ResultSet {
        let asked = Asked {
            query: "q.jpg".into(),
            hash: ContentHash::of(b"q"),
            width: 4,
            height: 3,
            thumbnail: None,
            key: Some(3),
            part: None,
            occasion: Occasion::default(),
        };
        let model = ModelInfo { id: "m".into(), name: "M".into(), dimension: 2, bands: LIMITS, licence: "MIT".into() };
        ResultSet::new(asked, Source::default(), (1..=count).map(|key| (Ranked::Here(key), key as f32 / 10.0)).collect(), is_whole, &model)
    }

    #[test]
    fn pages_join_up_without_repeats_or_gaps() {
        let set = set(25, true);
        let pages = (1..=4).flat_map(|page| set.slice(&PageSpec::new(0.0, page, 10).unwrap()).hits);
        let found: Vec<Ranked> = pages.map(|(_, picture, _)| picture).collect();
        let mut wanted: Vec<Ranked> = (1..=25).filter(|key| *key != 3).map(Ranked::Here).collect();
        wanted.insert(0, Ranked::Here(3));
        assert_eq!(found, wanted, "the query first, then every other result once, in order");
    }

    #[test]
    fn the_threshold_counts_before_paging_and_the_total_is_honest() {
        let partial = set(25, false);
        let open = partial.slice(&PageSpec::new(0.0, 1, 10).unwrap());
        assert_eq!((open.total, open.total_is_exact), (25, false), "more may lie beyond the candidates");
        let cut = partial.slice(&PageSpec::new(0.5, 1, 10).unwrap());
        assert_eq!((cut.total, cut.total_is_exact), (10, true), "similarity 0.5 is distance 1.0: ten results, none beyond");
        assert_eq!(cut.hits.len(), 10);
    }

    #[test]
    fn other_orders_have_the_same_results() {
        let set = set(4, true);
        let taken = |day: Option<&str>, bytes, name: &str| OrderFacts { taken_at: day.map(Into::into), bytes, file_name: name.into() };
        let facts = vec![taken(Some("2024"), 5, "b"), taken(None, 9, "A"), taken(Some("2026"), 5, "d"), taken(Some("2025"), 1, "C")];
        let in_order = |order| set.in_order(order, |_| Ok(facts.clone())).unwrap();
        assert_eq!(*in_order(ResultOrder::Newest), [2, 3, 0, 1], "without a date: at the end");
        assert_eq!(*in_order(ResultOrder::Oldest), [0, 3, 2, 1]);
        assert_eq!(*in_order(ResultOrder::Largest), [1, 0, 2, 3], "equal ones by similarity");
        assert_eq!(*in_order(ResultOrder::Name), [1, 0, 3, 2]);
        let page = set.slice_in(&PageSpec::new(0.0, 2, 3).unwrap(), &in_order(ResultOrder::Newest));
        assert_eq!((page.total, page.hits.iter().map(|hit| hit.0).collect::<Vec<_>>()), (4, vec![2]), "ranks stay those of similarity");
        let cut = set.slice_in(&PageSpec::new(0.8, 1, 10).unwrap(), &in_order(ResultOrder::Newest));
        assert_eq!(cut.hits.iter().map(|hit| hit.0).collect::<Vec<_>>(), [3, 1, 2], "the threshold is one of similarity");
    }

    #[test]
    fn bands_count_the_whole_set() {
        let bands = set(25, true).bands;
        assert_eq!((bands.same_file, bands.same_picture, bands.same_scene, bands.similar, bands.weak), (1, 2, 3, 6, 13));
    }
}
