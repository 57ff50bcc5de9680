//! From what is asked to a vector: a photo in or outside the library or a part of it, steered towards some pictures and away
//! from others.

use std::path::Path;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::Engine;
use super::serving::Serving;
use crate::catalog::{ContentHash, FileKey, ImageKey, ImageRow, files, folders, images, vectors};
use crate::embed::Embedding;
use crate::fetch::Fetched;
use crate::library::scan::mtime_of;
use crate::media::{self, Picture, Rgb8};
use crate::search::{Asked, Occasion, SearchTerms};
use crate::wire::{Crop, ErrorCode, Scope};
use crate::words::sayings;
use crate::{Error, Result};

/// How much pictures to be more like, and to be less like, count beside the query: the weights beta and gamma of Rocchio's
/// relevance feedback (Manning, Raghavan and Schuetze, "Introduction to Information Retrieval", 2008, section 9.1.1). There beta is
/// commonly 0.75, for words; whoever picks a photo means that one, rather than what lies between it and the one that was asked by.
const MORE: f32 = 1.25;
const LESS: f32 = 0.25;
/// How long a picture from the web is kept for further searches by it.
const FETCHED_KEPT: Duration = Duration::from_secs(300);
/// Longest shorter side to which a picture is decoded for the sake of a small part of it.
const MOST_FOR_PART: u32 = 4_096;

impl Engine {
    pub(super) fn ask_by_path(&self, serving: &Serving, path: &Path, terms: &SearchTerms) -> Result<(Asked, Embedding)> {
        let path = dunce::canonicalize(path).map_err(|_| Error::missing(path))?;
        let metadata = fs_err::metadata(&path)?;
        if !metadata.is_file() {
            return Err(Error::invalid(sayings::is_not_a_file(&*path)).with_hint(sayings::search_by_photo()));
        }
        let name = path.display().to_string();
        // An unchanged file of the library has its vector already.
        if terms.crop.is_none()
            && let Some(image) = self.unchanged_image(&path, metadata.len(), mtime_of(&metadata))?
            && let Some(vector) = self.vector_of(serving, image.key)?
        {
            return Ok((asked_of(name, &image), vector));
        }
        if metadata.len() > self.inner.limits.max_bytes {
            let too_large = sayings::more_bytes_than_read(metadata.len(), self.inner.limits.max_bytes);
            return Err(Error::new(ErrorCode::NotAPicture, sayings::reason_at(name, too_large)));
        }
        self.ask_by_content(serving, &name, &fs_err::read(&path)?, terms)
    }

    pub(super) fn ask_by_id(&self, serving: &Serving, id: &str, terms: &SearchTerms) -> Result<(Asked, Embedding)> {
        let image = match self.image(id) {
            Ok(image) => image,
            // Another computer's picture, looked at among the results of the shared library.
            Err(error) if error.code() == ErrorCode::NotFound && terms.scope == Scope::Shared => return self.ask_by_shared(serving, id, terms),
            Err(error) => return Err(error),
        };
        let places = self.inner.catalog.read(|db| images::places(db, image.key))?;
        let name = places.first().map_or_else(|| id.to_owned(), |place| place.path.display().to_string());
        if let Some(crop) = terms.crop {
            // While its drive is away a part of the thumbnail has to do.
            let bytes = match self.bytes_of(&image)? {
                Some(bytes) => bytes,
                None => self.thumbnail(id)?,
            };
            let (asked, vector) = self.ask_by_part(serving, &name, &bytes, crop)?;
            let asked = Asked { hash: image.hash, width: image.facts.width, height: image.facts.height, occasion: Occasion::of(&image.facts), ..asked };
            return Ok((asked, vector));
        }
        let vector = self.vector_of(serving, image.key)?.ok_or_else(|| not_embedded(id))?;
        Ok((asked_of(name, &image), vector))
    }

    /// Gets a picture from the web, on the user's word, and asks by it. Only the public internet is fetched from.
    pub(super) fn ask_by_url(&self, serving: &Serving, url: &str, terms: &SearchTerms) -> Result<(Asked, Embedding)> {
        let fetched = self.fetch(url)?;
        self.ask_by_content(serving, &fetched.name, &fetched.bytes, terms)
    }

    /// What lies at a web address. Only the public internet is fetched from, whatever names and redirects say. What was fetched last is
    /// kept for a while: a search is narrowed and bent step by step.
    ///
    /// # Errors
    ///
    /// `invalid-request` for an address that is not fetched from, `download-failed`.
    pub fn fetch(&self, url: &str) -> Result<Arc<Fetched>> {
        let mut latest = self.inner.fetched.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((address, at, fetched)) = latest.take()
            && address == url
            && at.elapsed() < FETCHED_KEPT
        {
            return Ok(fetched);
        }
        let fetched = Arc::new(self.inner.fetcher.get(url, &self.inner.sharing.runtime()?)?);
        *self.inner.fetched.lock().unwrap_or_else(PoisonError::into_inner) = Some((url.to_owned(), Instant::now(), Arc::clone(&fetched)));
        Ok(fetched)
    }

    fn ask_by_shared(&self, serving: &Serving, id: &str, terms: &SearchTerms) -> Result<(Asked, Embedding)> {
        let row = self.shared_row(serving, ContentHash::parse(id)?)?;
        if let Some(crop) = terms.crop {
            let kept = self.picture_of_others(ContentHash::parse(id)?)?;
            let (asked, vector) = self.ask_by_part(serving, &row.file_name, &kept, crop)?;
            return Ok((Asked { hash: ContentHash::parse(id)?, ..asked }, vector));
        }
        let side = |pixels: i64| u32::try_from(pixels).unwrap_or(0);
        let asked = Asked {
            query: row.file_name,
            hash: ContentHash::parse(id)?,
            width: side(row.width),
            height: side(row.height),
            thumbnail: None,
            key: None,
            part: None,
            occasion: Occasion { taken_at: Some(row.taken_at).filter(|text| !text.is_empty()), camera: None },
        };
        Ok((asked, row.embedding))
    }

    pub(super) fn ask_by_content(&self, serving: &Serving, name: &str, bytes: &[u8], terms: &SearchTerms) -> Result<(Asked, Embedding)> {
        if let Some(crop) = terms.crop {
            return self.ask_by_part(serving, name, bytes, crop);
        }
        let hash = ContentHash::of(bytes);
        if let Some(image) = self.inner.catalog.read(|db| images::by_hash(db, hash))?
            && let Some(vector) = self.vector_of(serving, image.key)?
        {
            return Ok((asked_of(name.to_owned(), &image), vector));
        }
        let embedder = serving.embedder.get()?;
        let picture = self.decode_query(name, bytes, embedder.wanted_side().max(media::THUMBNAIL_SHORT_SIDE))?;
        let vector = embedder.embed(&picture.pixels)?;
        Ok((outside(name, hash, &picture), vector))
    }

    /// Asks by a part of a picture: the part counts, the whole is what is shown.
    fn ask_by_part(&self, serving: &Serving, name: &str, bytes: &[u8], crop: Crop) -> Result<(Asked, Embedding)> {
        let embedder = serving.embedder.get()?;
        let wanted = embedder.wanted_side() as f32 / crop.width.min(crop.height);
        let picture = self.decode_query(name, bytes, (wanted.ceil() as u32).clamp(media::THUMBNAIL_SHORT_SIDE, MOST_FOR_PART))?;
        let part = part_of(&picture.pixels, crop);
        let vector = embedder.embed(&part)?;
        let part = Some(media::thumbnail(&part, media::THUMBNAIL_SIDE));
        Ok((Asked { part, ..outside(name, ContentHash::of(bytes), &picture) }, vector))
    }

    fn decode_query(&self, name: &str, bytes: &[u8], side: u32) -> Result<Picture> {
        media::decode(bytes, side, &self.inner.limits)
            .map_err(|error| Error::new(ErrorCode::NotAPicture, sayings::reason_at(name, error.words())).with_hint(sayings::search_by_another()))
    }

    /// The query's vector, moved towards the pictures to be more like and away from those to be less like (Rocchio).
    pub(super) fn steered(&self, serving: &Serving, query: Embedding, terms: &SearchTerms) -> Result<Embedding> {
        let mut sum = query;
        for (ids, weight) in [(&terms.more, MORE), (&terms.less, -LESS)] {
            for id in ids {
                let vector = self.vector_by_id(serving, id, terms.scope)?;
                sum.iter_mut().zip(&vector).for_each(|(sum, x)| *sum += weight / ids.len() as f32 * x);
            }
        }
        let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt();
        if length < 1e-3 {
            return Err(Error::invalid(sayings::steered_to_nothing()).with_hint(sayings::take_one_away()));
        }
        sum.iter_mut().for_each(|x| *x /= length);
        Ok(sum)
    }

    fn vector_by_id(&self, serving: &Serving, id: &str, scope: Scope) -> Result<Embedding> {
        match self.image(id) {
            Ok(image) => self.vector_of(serving, image.key)?.ok_or_else(|| not_embedded(id)),
            Err(error) if error.code() == ErrorCode::NotFound && scope == Scope::Shared => Ok(self.shared_row(serving, ContentHash::parse(id)?)?.embedding),
            Err(error) => Err(error),
        }
    }

    /// The image of a file of the library that has not changed since it was indexed.
    fn unchanged_image(&self, path: &Path, size: u64, mtime: i64) -> Result<Option<ImageRow>> {
        self.inner.catalog.read(|db| {
            for folder in folders::all(db)? {
                let Ok(relative) = path.strip_prefix(&folder.path) else { continue };
                let (Some(dir), Some(name)) = (relative.parent(), relative.file_name()) else { continue };
                let key = FileKey { folder: folder.id, dir: dir.to_owned(), name: name.to_owned() };
                if let Some(image) = files::image_at(db, &key, size, mtime)? {
                    return images::by_key(db, image);
                }
            }
            Ok(None)
        })
    }

    fn vector_of(&self, serving: &Serving, image: ImageKey) -> Result<Option<Embedding>> {
        self.inner.catalog.read(|db| vectors::get(db, image, &serving.id))
    }
}

fn not_embedded(id: &str) -> Error {
    Error::new(ErrorCode::NotFound, sayings::picture_not_embedded(id)).with_hint(sayings::wait_for_indexing())
}

fn asked_of(query: String, image: &ImageRow) -> Asked {
    Asked {
        query,
        hash: image.hash,
        width: image.facts.width,
        height: image.facts.height,
        thumbnail: None,
        key: Some(image.key),
        part: None,
        occasion: Occasion::of(&image.facts),
    }
}

fn outside(name: &str, hash: ContentHash, picture: &Picture) -> Asked {
    Asked {
        query: name.to_owned(),
        hash,
        width: picture.width,
        height: picture.height,
        thumbnail: Some(media::thumbnail(&picture.pixels, media::THUMBNAIL_SIDE)),
        key: None,
        part: None,
        occasion: Occasion { taken_at: picture.metadata.taken_at.clone(), camera: picture.metadata.camera.clone() },
    }
}

/// The pixels within a crop, at least one.
fn part_of(picture: &Rgb8, crop: Crop) -> Rgb8 {
    let range = |from: f32, share: f32, side: u32| {
        let first = ((from * side as f32).floor() as u32).min(side - 1);
        let count = ((share * side as f32).round() as u32).clamp(1, side - first);
        (first, count)
    };
    let (left, width) = range(crop.x, crop.width, picture.width);
    let (top, height) = range(crop.y, crop.height, picture.height);
    let row = |y: u32| {
        let start = 3 * (y as usize * picture.width as usize + left as usize);
        &picture.data[start..start + 3 * width as usize]
    };
    Rgb8 { width, height, data: (top..top + height).flat_map(|y| row(y).iter().copied()).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_cut_out_where_it_is() {
        let picture = Rgb8 { width: 4, height: 2, data: (0..24).collect() };
        let part = part_of(&picture, Crop { x: 0.5, y: 0.5, width: 0.5, height: 0.5 });
        assert_eq!((part.width, part.height, part.data), (2, 1, (18..24).collect()));
        let corner = part_of(&picture, Crop { x: 0.99, y: 0.99, width: 0.01, height: 0.01 });
        assert_eq!((corner.width, corner.height, corner.data), (1, 1, vec![21, 22, 23]), "at least one pixel");
    }
}
