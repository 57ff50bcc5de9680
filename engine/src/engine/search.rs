//! The facade's searches: by a photo in or outside the library, by bytes, and the further pages of a frozen answer.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::Engine;
use super::serving::Serving;
use super::shared::SharedRanking;
use crate::catalog::{ContentHash, ImageRow, images, outbox, vectors};
use crate::embed::Embedding;
use crate::index::milvus::SharedHit;
use crate::search::{Asked, CANDIDATES, Occasion, OrderFacts, PageSpec, Ranked, ResultSet, SearchTerms, Source, band, reasons, similarity};
use crate::wire::{Band, ErrorCode, PageRequest, Place, Query, ResultOrder, Scope, SearchFilter, SearchHit, SearchReply, SearchRequest};
use crate::{Error, Result};

/// Results that a set keeps. More than anyone pages through; the reply says when there are more.
const RANKED: usize = 1_000;

/// Pictures by ascending distance, and whether these are all.
type Ranking = (Vec<(Ranked, f32)>, bool);

impl Engine {
    /// Searches by a photo and returns the page that is asked for.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchReply> {
        let started = Instant::now();
        let terms = SearchTerms::from(request);
        let spec = terms.checked()?;
        let serving = self.serving()?;
        let asked = match &request.query {
            Query::Path { path } => self.ask_by_path(&serving, Path::new(path), &terms)?,
            Query::Image { id } => self.ask_by_id(&serving, id, &terms)?,
            Query::Url { url } => self.ask_by_url(&serving, url, &terms)?,
        };
        self.answer(&serving, asked, &terms, &spec, started)
    }

    /// Searches by a file, whatever its name: also one that is no valid Unicode and so cannot be a [`Query::Path`].
    pub fn search_file(&self, path: &Path, terms: &SearchTerms) -> Result<SearchReply> {
        let started = Instant::now();
        let spec = terms.checked()?;
        let serving = self.serving()?;
        let asked = self.ask_by_path(&serving, path, terms)?;
        self.answer(&serving, asked, terms, &spec, started)
    }

    /// Searches by a picture that has no path: pasted, or sent by another program.
    pub fn search_bytes(&self, name: &str, bytes: &[u8], terms: &SearchTerms) -> Result<SearchReply> {
        let started = Instant::now();
        let spec = terms.checked()?;
        let serving = self.serving()?;
        let asked = self.ask_by_content(&serving, name, bytes, terms)?;
        self.answer(&serving, asked, terms, &spec, started)
    }

    /// A further page of a frozen result set, or the same set under another threshold.
    pub fn page(&self, request: &PageRequest) -> Result<SearchReply> {
        let started = Instant::now();
        let spec = PageSpec::new(request.similarity, request.page, request.page_size)?;
        let set = self.inner.results.get(&request.result_set)?;
        self.reply(&set, &spec, request.order, started)
    }

    fn answer(&self, serving: &Serving, (asked, vector): (Asked, Embedding), terms: &SearchTerms, spec: &PageSpec, started: Instant) -> Result<SearchReply> {
        let vector = self.steered(serving, vector, terms)?;
        let wanted = RANKED.max(spec.offset() + spec.page_size as usize);
        let model = serving.embedder.manifest().info();
        let second = self.second_stage(serving, &asked, &vector, terms);
        let here = || {
            let (ranked, is_whole) = self.rank_here(serving, &vector, wanted, &terms.filter)?;
            let nearest = |vector: &[f32]| Ok(self.rank_here(serving, vector, CANDIDATES, &terms.filter)?.0);
            let ranked = second.reranked(second.same_first(ranked, nearest)?, nearest)?;
            Ok::<_, Error>((ranked, is_whole))
        };
        let as_shared = |ranked: Vec<(ContentHash, f32)>| ranked.into_iter().map(|(hash, distance)| (Ranked::Shared(hash), distance)).collect::<Vec<_>>();
        let set = match terms.scope {
            Scope::Local => {
                let (ranked, is_whole) = here()?;
                let set = ResultSet::new(asked, Source::default(), ranked, is_whole, &model);
                if terms.fold { self.folded(serving, set)? } else { set }
            }
            Scope::Shared => match self.rank_shared(serving, &vector, wanted, &terms.filter) {
                Ok(SharedRanking { ranked, hits, is_whole }) => {
                    // Asked once: what copies are found by would be a second question.
                    let ranked = second.same_first(as_shared(ranked), |_| Ok(Vec::new()))?;
                    let ranked = second.reranked(ranked, |towards| {
                        let near = self.rank_shared(serving, towards, CANDIDATES, &terms.filter);
                        // There is an answer already, by vectors alone.
                        let near = near.inspect_err(|error| tracing::warn!(%error, "no candidates to compare the pixels of"));
                        Ok(near.map(|near| as_shared(near.ranked)).unwrap_or_default())
                    })?;
                    ResultSet::new(asked, Source { scope: Scope::Shared, fallback: None }, ranked, is_whole, &model).with_hits(hits)
                }
                // Nothing connected is a mistake in the asking.
                Err(error) if error.code() == ErrorCode::NotConnected => return Err(error),
                // Whatever else is wrong with the servers, or with what is known of them, keeps nobody from searching here.
                Err(error) => {
                    let (ranked, is_whole) = here()?;
                    ResultSet::new(asked, Source { scope: Scope::Local, fallback: Some(error.reply()) }, ranked, is_whole, &model)
                }
            },
        };
        self.reply(&self.inner.results.keep(set), spec, ResultOrder::Similarity, started)
    }

    fn rank_here(&self, serving: &Serving, vector: &[f32], wanted: usize, filter: &SearchFilter) -> Result<Ranking> {
        if !self.is_writer() {
            serving.index.follow(&self.inner.catalog)?;
        }
        let among = if filter.lets_all_pass() { None } else { Some(self.inner.catalog.read(|db| images::passing(db, filter))?) };
        let (ranked, is_whole) = serving.index.search(vector, wanted, among.as_ref())?;
        Ok((ranked.into_iter().map(|(key, distance)| (Ranked::Here(key), distance)).collect(), is_whole))
    }

    /// Says which results show nearly the same as a better one.
    fn folded(&self, serving: &Serving, set: ResultSet) -> Result<ResultSet> {
        // A vector that cannot be read leaves its picture where it is.
        self.inner.catalog.read(|db| Ok(set.with_folds(&serving.same_picture(), |key| vectors::get(db, key, &serving.id).ok().flatten())))
    }

    fn reply(&self, set: &Arc<ResultSet>, spec: &PageSpec, order: ResultOrder, started: Instant) -> Result<SearchReply> {
        let slice = match order {
            ResultOrder::Similarity => set.slice(spec),
            other => set.slice_in(spec, &set.in_order(other, |ranked| self.order_facts(set, ranked, other))?),
        };
        let results = self.hits(set, &slice.hits)?;
        Ok(SearchReply {
            query: set.asked.query.clone(),
            query_id: set.asked.hash.to_string(),
            query_width: set.asked.width,
            query_height: set.asked.height,
            scope: set.source.scope,
            fallback: set.source.fallback.clone(),
            model: set.model.clone(),
            limits: set.limits,
            result_set: set.id.clone(),
            frozen_at: set.frozen_at,
            total: slice.total,
            total_is_exact: slice.total_is_exact,
            bands: set.bands,
            page: spec.page,
            page_size: spec.page_size,
            similarities: set.similarities(),
            results,
            took_ms: started.elapsed().as_secs_f64() * 1000.0,
        })
    }

    /// Results as hosts show them, from rank, picture and distance.
    pub(super) fn hits(&self, set: &ResultSet, ranked: &[(u64, Ranked, f32)]) -> Result<Vec<SearchHit>> {
        let mut results = Vec::with_capacity(ranked.len());
        self.inner.catalog.read(|db| {
            let device = outbox::device(db)?;
            for (rank, picture, distance) in ranked {
                let (image, others) = match picture {
                    Ranked::Here(key) => (images::by_key(db, *key)?, &[][..]),
                    Ranked::Shared(hash) => (images::by_hash(db, *hash)?, set.hits_of(*hash)),
                };
                let own = image.map(|image| Result::Ok((images::places(db, image.key)?, image))).transpose()?;
                let others = others.iter().filter(|hit| hit.device != device);
                // A picture deleted since the set was frozen leaves its rank empty; the others keep theirs.
                results.extend(result(set, *rank, *distance, own, others));
            }
            Ok(())
        })?;
        Ok(results)
    }

    /// What an order goes by. Of a picture that only other computers have no more is known here than its name.
    fn order_facts(&self, set: &ResultSet, ranked: &[(Ranked, f32)], order: ResultOrder) -> Result<Vec<OrderFacts>> {
        self.inner.catalog.read(|db| {
            let facts = ranked.iter().map(|(picture, _)| {
                let (image, others) = match picture {
                    Ranked::Here(key) => (images::by_key(db, *key)?, &[][..]),
                    Ranked::Shared(hash) => (images::by_hash(db, *hash)?, set.hits_of(*hash)),
                };
                let place = match &image {
                    Some(image) if order == ResultOrder::Name => images::places(db, image.key)?.into_iter().next(),
                    _ => None,
                };
                let own_name = place.and_then(|place| place.path.file_name().map(|name| name.to_string_lossy().into_owned()));
                let file_name = own_name.or_else(|| others.first().map(|hit| hit.file_name.clone())).unwrap_or_default();
                Ok::<_, Error>(match image {
                    Some(image) => OrderFacts { taken_at: image.facts.taken_at, bytes: image.facts.bytes, file_name },
                    None => OrderFacts { file_name, ..OrderFacts::default() },
                })
            });
            facts.collect()
        })
    }
}

/// A result from what this computer knows of a picture and what others say of it; none where nobody has it any more.
fn result<'a>(
    set: &ResultSet,
    rank: u64,
    distance: f32,
    own: Option<(Vec<images::ImagePlace>, ImageRow)>,
    others: impl Iterator<Item = &'a SharedHit>,
) -> Option<SearchHit> {
    let mut others = others.peekable();
    let (mut places, id, width, height, reasons) = match (own, others.peek()) {
        (Some((places, image)), _) if !places.is_empty() => {
            let reasons = if set.asked.hash == image.hash { Vec::new() } else { reasons(&set.asked.occasion, &Occasion::of(&image.facts)) };
            (places.into_iter().map(place_here).collect::<Vec<_>>(), image.hash.to_string(), image.facts.width, image.facts.height, reasons)
        }
        (_, Some(hit)) => (Vec::new(), hit.content.clone(), hit.width, hit.height, Vec::new()),
        _ => return None,
    };
    places.extend(others.map(place_there));
    // The query's own path speaks for its copies.
    let path = places.iter().find(|place| place.path == set.asked.query).unwrap_or(&places[0]).path.clone();
    let is_query = set.asked.part.is_none() && id == set.asked.hash.to_string();
    let similarity = similarity(distance);
    let file_name = Path::new(&path).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let band = if is_query { Band::SameFile } else { band(similarity, &set.limits) };
    let place = usize::try_from(rank - 1).unwrap_or(usize::MAX);
    let (near_identical, folds_behind) = (set.folds.count(place), set.folds.behind(place).map(|leader| leader as u64 + 1));
    Some(SearchHit { rank, id, path, file_name, similarity, distance, band, width, height, is_query, reasons, places, near_identical, folds_behind })
}

fn place_here(place: images::ImagePlace) -> Place {
    Place { path: place.path.display().to_string(), offline: place.offline, device: None }
}

fn place_there(hit: &SharedHit) -> Place {
    Place { path: hit.file_name.clone(), offline: false, device: Some(hit.device_name.clone()) }
}
