//! The facade's side of the shared library: its ranking, its facts, the pictures of other computers.

use std::collections::HashMap;
use std::time::Duration;

use super::Engine;
use super::serving::Serving;
use crate::catalog::ContentHash;
use crate::index::milvus::{Filter, SharedRow};
use crate::media;
use crate::objects::{MAX_OBJECT, ObjectKey, ObjectStore};
use crate::remote::{Fault, FaultKind};
use crate::sync::{Link, content_of};
use crate::wire::ErrorCode;
use crate::{Error, Result};

/// Longer side of what is kept of another computer's picture, in pixels.
const KEPT_SIDE: u32 = 2_048;

impl Engine {
    /// A link by which anyone may read a picture of the shared library, for as long as the settings say.
    pub fn link(&self, id: &str) -> Result<String> {
        let hash = ContentHash::parse(id)?;
        let link = self.shared_link()?;
        let (key, store) = self.shared_object(&link, hash)?;
        let hours = link.plan.settings.store.as_ref().map_or(1, |store| store.link_hours);
        Ok(store.link(&key, Duration::from_secs(u64::from(hours) * 3600))?)
    }

    /// The nearest contents of the shared library by ascending distance, each once, and whether these are all.
    pub(super) fn rank_shared(&self, serving: &Serving, vector: &[f32], wanted: usize) -> Result<(Vec<(ContentHash, f32)>, bool)> {
        let link = self.shared_link()?;
        // Put to use in the middle of the search: the query's vector and the shared ones must be of one model.
        if link.plan.model != serving.id {
            return Err(Fault::new(FaultKind::Busy, "another model has just been put to use").into());
        }
        let limit = wanted.min(crate::index::milvus::MAX_RESULTS);
        let found = link.collection.nearest_contents(vector, limit, &Filter::all(), link.plan.settings.milvus.consistency);
        let found = self.or_forget_link(found)?;
        let is_whole = found.len() < limit;
        let mut seen = std::collections::HashSet::new();
        // Copies on several computers are one result: the first of them is the nearest.
        let ranked = found.into_iter().filter_map(|(content, distance)| Some((ContentHash::parse(&content).ok()?, distance)));
        Ok((ranked.filter(|(hash, _)| seen.insert(*hash)).collect(), is_whole))
    }

    /// What each computer says of these contents.
    pub(super) fn shared_rows(&self, contents: &[ContentHash]) -> Result<HashMap<ContentHash, Vec<SharedRow>>> {
        let mut by_content: HashMap<ContentHash, Vec<SharedRow>> = HashMap::new();
        if contents.is_empty() {
            return Ok(by_content);
        }
        let link = self.shared_link()?;
        let names: Vec<String> = contents.iter().map(ToString::to_string).collect();
        let filter = Filter::all().with_contents(names.iter().map(String::as_str));
        let rows = self.or_forget_link(link.collection.rows(&filter, link.plan.settings.milvus.consistency))?;
        for row in rows {
            if let Ok(hash) = ContentHash::parse(&row.content) {
                by_content.entry(hash).or_default().push(row);
            }
        }
        Ok(by_content)
    }

    /// This computer's name among the rows.
    pub(super) fn device(&self) -> Result<String> {
        self.inner.catalog.read(crate::catalog::outbox::device)
    }

    /// A JPEG of a picture that only other computers have, at most [`KEPT_SIDE`] pixels wide and high: fetched once, then kept
    /// within a limit.
    pub(super) fn picture_of_others(&self, hash: ContentHash) -> Result<Vec<u8>> {
        if let Some(kept) = self.inner.sharing.pictures.get(hash)? {
            return Ok(kept);
        }
        let link = self.shared_link()?;
        let (key, store) = self.shared_object(&link, hash)?;
        let bytes = store.get(&key, MAX_OBJECT)?.ok_or_else(|| missing(hash))?;
        // An original is what its name says, or it is not shown.
        if key.as_str().starts_with("originals/") && ContentHash::of(&bytes) != hash {
            return Err(Error::new(ErrorCode::NotAPicture, format!("the object {key} holds another picture than its name says")));
        }
        let picture = media::decode(&bytes, KEPT_SIDE, &self.inner.limits)
            .map_err(|error| Error::new(ErrorCode::NotAPicture, format!("picture {hash} of the shared library: {error}")))?;
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
        let rows = self.shared_rows(&[hash])?.remove(&hash).unwrap_or_default();
        let key = rows.into_iter().map(|row| row.object_key).find(|key| content_of(key) == Some(hash)).ok_or_else(|| missing(hash))?;
        Ok((ObjectKey::new(key)?, store))
    }

    /// The opened servers, kept between searches.
    fn shared_link(&self) -> Result<Link> {
        let sharing = &self.inner.sharing;
        let plan = self.connected_plan()?;
        if let Some(link) = &*sharing.link()
            && link.plan.is_same(&plan)
        {
            return Ok(link.clone());
        }
        let link = Link::open_to_read(plan, &sharing.runtime()?)?;
        *sharing.link() = Some(link.clone());
        Ok(link)
    }

    /// A link that failed is opened anew the next time: a server may have been replaced.
    fn or_forget_link<T>(&self, result: std::result::Result<T, Fault>) -> Result<T> {
        if result.as_ref().is_err_and(|fault| fault.kind != FaultKind::Refused) {
            *self.inner.sharing.link() = None;
        }
        Ok(result?)
    }
}

fn missing(hash: ContentHash) -> Error {
    Error::new(ErrorCode::NotFound, format!("picture {hash} is not in the object store")).with_hint("Only its facts are shared, or it was removed.")
}
