//! The facade's side of the shared library: its ranking, its facts, the pictures of other computers.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::Engine;
use super::serving::Serving;
use crate::catalog::ContentHash;
use crate::index::milvus::{Filter, MAX_RESULTS, SharedHit, SharedRow};
use crate::media;
use crate::objects::{MAX_OBJECT, ObjectKey, ObjectStore};
use crate::remote::{Fault, FaultKind};
use crate::sync::{Link, content_of};
use crate::wire::{ErrorCode, SearchFilter};
use crate::words::sayings;
use crate::{Error, Result};

/// Longer side of what is kept of another computer's picture, in pixels.
const KEPT_SIDE: u32 = 2_048;

impl Engine {
    /// Links by which anyone may read pictures of the shared library, for as long as the settings say; none for a picture whose
    /// object is not there. One request, however many pictures.
    pub fn links(&self, ids: &[&str]) -> Result<Vec<Option<String>>> {
        let link = self.shared_link()?;
        let Some(store) = link.store.clone() else { return Ok(vec![None; ids.len()]) };
        let hours = link.plan.settings.store.as_ref().map_or(1, |store| store.link_hours);
        let filter = Filter::all().with_contents(ids.iter().copied());
        let began = Instant::now();
        let rows = self.inner.sharing.reach.noted(&link, began, link.collection.rows(&filter, link.plan.settings.milvus.consistency))?;
        let keys: HashMap<ContentHash, String> = rows.into_iter().filter_map(|row| Some((content_of(&row.object_key)?, row.object_key))).collect();
        let of = |id: &&str| -> Result<Option<String>> {
            let Some(key) = keys.get(&ContentHash::parse(id)?) else { return Ok(None) };
            Ok(Some(store.link(&ObjectKey::new(key.clone())?, Duration::from_secs(u64::from(hours) * 3600))?))
        };
        ids.iter().map(of).collect()
    }

    /// The nearest pictures of the shared library.
    pub(super) fn rank_shared(&self, serving: &Serving, vector: &[f32], wanted: usize, filter: &SearchFilter) -> Result<SharedRanking> {
        let link = self.shared_link()?;
        // Put to use in the middle of the search: the query's vector and the shared ones must be of one model.
        if link.plan.model != serving.id {
            return Err(Fault::new(FaultKind::Busy, sayings::model_just_changed()).into());
        }
        let filter = Filter::all().of_search(filter);
        let (mut limit, consistency) = (wanted.min(MAX_RESULTS), link.plan.settings.milvus.consistency);
        loop {
            let began = Instant::now();
            let found = self.inner.sharing.reach.noted(&link, began, link.collection.nearest_hits(vector, limit, &filter, consistency))?;
            let is_whole = found.len() < limit;
            let ranking = SharedRanking::new(found, is_whole);
            // Copies on several computers are several rows of the answer, and one result.
            if is_whole || ranking.ranked.len() >= wanted || limit == MAX_RESULTS {
                return Ok(ranking);
            }
            limit = (limit * 2).min(MAX_RESULTS);
        }
    }

    /// What each computer says of a content.
    fn shared_rows(&self, link: &Link, hash: ContentHash) -> Result<Vec<SharedRow>> {
        let content = hash.to_string();
        let filter = Filter::all().with_contents([content.as_str()]);
        let began = Instant::now();
        Ok(self.inner.sharing.reach.noted(link, began, link.collection.rows(&filter, link.plan.settings.milvus.consistency))?)
    }

    /// A row of a content, with its vector.
    pub(super) fn shared_row(&self, serving: &Serving, hash: ContentHash) -> Result<SharedRow> {
        let link = self.shared_link()?;
        if link.plan.model != serving.id {
            return Err(Fault::new(FaultKind::Busy, sayings::model_just_changed()).into());
        }
        let content = hash.to_string();
        let filter = Filter::all().with_contents([content.as_str()]);
        let began = Instant::now();
        let page = link.collection.page(&filter, "", 1, true, link.plan.settings.milvus.consistency);
        self.inner.sharing.reach.noted(&link, began, page)?.pop().ok_or_else(|| Error::new(ErrorCode::NotFound, sayings::picture_nowhere(hash.to_string())))
    }

    /// A JPEG of a picture that only other computers have, at most [`KEPT_SIDE`] pixels wide and high: fetched once, then kept
    /// within a limit.
    pub(super) fn picture_of_others(&self, hash: ContentHash) -> Result<Vec<u8>> {
        if let Some(kept) = self.inner.sharing.pictures.get(hash)? {
            return Ok(kept);
        }
        let _turn = self.inner.sharing.fetching.take();
        // Fetched meanwhile, by whoever had the turn before.
        if let Some(kept) = self.inner.sharing.pictures.get(hash)? {
            return Ok(kept);
        }
        let link = self.shared_link()?;
        let (key, store) = self.shared_object(&link, hash)?;
        let bytes = store.get(&key, MAX_OBJECT)?.ok_or_else(|| missing(hash))?;
        // An original is what its name says, or it is not shown.
        if key.as_str().starts_with("originals/") && ContentHash::of(&bytes) != hash {
            return Err(Error::new(ErrorCode::NotAPicture, sayings::object_of_another(key.as_str())));
        }
        let picture = media::decode(&bytes, KEPT_SIDE, &self.inner.limits)
            .map_err(|error| Error::new(ErrorCode::NotAPicture, sayings::shared_picture_unreadable(hash.to_string(), error.words())))?;
        let jpeg = media::thumbnail(&picture.pixels, KEPT_SIDE);
        self.inner.sharing.pictures.put(hash, &jpeg)?;
        Ok(jpeg)
    }

    /// A picture that is not of this library, scaled down.
    pub(super) fn render_of_others(&self, hash: ContentHash, max_side: u32) -> Result<Vec<u8>> {
        let kept = self.picture_of_others(hash)?;
        if max_side >= KEPT_SIDE {
            return Ok(kept);
        }
        let picture = media::decode(&kept, max_side, &self.inner.limits).map_err(|error| Error::internal(format!("a kept picture cannot be read: {error}")))?;
        Ok(media::thumbnail(&picture.pixels, max_side))
    }

    /// Where the object of a content lies, as any of its rows says. Anyone who may write rows may write any key into them:
    /// only one that names this very content is fetched or signed.
    fn shared_object(&self, link: &Link, hash: ContentHash) -> Result<(ObjectKey, crate::objects::S3Store)> {
        let store = link.store.clone().ok_or_else(|| missing(hash))?;
        let key = self.shared_rows(link, hash)?.into_iter().map(|row| row.object_key).find(|key| content_of(key) == Some(hash)).ok_or_else(|| missing(hash))?;
        Ok((ObjectKey::new(key)?, store))
    }

    /// The opened servers, kept between searches.
    fn shared_link(&self) -> Result<Link> {
        let sharing = &self.inner.sharing;
        Ok(sharing.reach.link(self.connected_plan()?, &sharing.runtime()?)?)
    }
}

/// The answer of the shared library: facts and all, so that its pages need no server.
pub(super) struct SharedRanking {
    /// By ascending distance, each content once.
    pub(super) ranked: Vec<(ContentHash, f32)>,
    /// What each computer says of them.
    pub(super) hits: HashMap<ContentHash, Vec<SharedHit>>,
    /// Whether these are all.
    pub(super) is_whole: bool,
}

impl SharedRanking {
    fn new(found: Vec<(SharedHit, f32)>, is_whole: bool) -> Self {
        let (mut ranked, mut hits) = (Vec::new(), HashMap::<ContentHash, Vec<SharedHit>>::new());
        for (hit, distance) in found {
            // A row of no content is of another program.
            let Ok(hash) = ContentHash::parse(&hit.content) else { continue };
            let of_content = hits.entry(hash).or_default();
            if of_content.is_empty() {
                ranked.push((hash, distance));
            }
            of_content.push(hit);
        }
        Self { ranked, hits, is_whole }
    }
}

fn missing(hash: ContentHash) -> Error {
    Error::new(ErrorCode::NotFound, sayings::picture_not_stored(hash.to_string())).with_hint(sayings::only_facts_shared())
}
