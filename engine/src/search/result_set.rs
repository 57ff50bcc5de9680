//! Frozen answers: the ranked keys of a search as they were when it was made, kept for the pages to come.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use super::{Occasion, PageSpec, band, similarity};
use crate::catalog::{ContentHash, ImageKey};
use crate::index::milvus::SharedHit;
use crate::wire::{Band, BandCounts, BandLimits, ErrorCode, ErrorReply, ModelInfo, Scope};
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
    /// Whether it was asked by the whole picture and not by a part of it.
    pub(crate) is_whole: bool,
    pub(crate) occasion: Occasion,
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
}

/// Results of one page: rank from 1, key, distance.
pub(crate) struct Slice {
    pub(crate) total: u64,
    pub(crate) total_is_exact: bool,
    pub(crate) hits: Vec<(u64, Ranked, f32)>,
}

impl ResultSet {
    /// Freezes an answer. `ranked`: by ascending distance; `is_whole`: nothing was left out.
    pub(crate) fn new(asked: Asked, source: Source, mut ranked: Vec<(Ranked, f32)>, is_whole: bool, model: &ModelInfo) -> Self {
        let is_query = |picture: &Ranked| {
            let is_same = match picture {
                Ranked::Here(key) => Some(*key) == asked.key,
                Ranked::Shared(hash) => *hash == asked.hash,
            };
            is_same && asked.is_whole
        };
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
        Self { id, frozen_at, asked, source, ranked, shared: HashMap::new(), is_whole, bands, model: model.id.clone(), limits }
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

    /// A page of what is at or above the threshold.
    pub(crate) fn slice(&self, spec: &PageSpec) -> Slice {
        let passing = self.ranked.partition_point(|(_, distance)| similarity(*distance) >= spec.similarity);
        let hits = self.ranked[..passing].iter().enumerate().skip(spec.offset()).take(spec.page_size as usize);
        Slice {
            total: passing as u64,
            // A threshold that cuts within the ranked ones leaves nothing out beyond them.
            total_is_exact: self.is_whole || passing < self.ranked.len(),
            hits: hits.map(|(at, (picture, distance))| (at as u64 + 1, *picture, *distance)).collect(),
        }
    }
}

/// The result sets of the last searches.
#[derive(Default)]
pub(crate) struct ResultSets {
    kept: Mutex<VecDeque<Arc<ResultSet>>>,
}

impl ResultSets {
    const KEPT: usize = 64;

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
            .ok_or_else(|| Error::new(ErrorCode::ResultSetGone, "these results are no longer kept").with_hint("Search again."))
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
            is_whole: true,
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
    fn bands_count_the_whole_set() {
        let bands = set(25, true).bands;
        assert_eq!((bands.same_file, bands.same_picture, bands.same_scene, bands.similar, bands.weak), (1, 2, 3, 6, 13));
    }
}
