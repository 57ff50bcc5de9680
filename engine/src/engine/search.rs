//! The facade's searches: by a photo in or outside the library, by bytes, and the further pages of a frozen answer.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::Engine;
use super::serving::Serving;
use crate::catalog::{ContentHash, FileKey, ImageKey, ImageRow, files, folders, images, vectors};
use crate::embed::Embedding;
use crate::library::scan::mtime_of;
use crate::media;
use crate::search::{Asked, PageSpec, ResultSet, band, similarity};
use crate::wire::{Band, ErrorCode, PageRequest, Place, Query, SearchHit, SearchReply, SearchRequest};
use crate::{Error, Result};

/// Results that a set keeps. More than anyone pages through; the reply says when there are more.
const RANKED: usize = 1_000;

impl Engine {
    /// Searches by a photo and returns the page that is asked for.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchReply> {
        let started = Instant::now();
        let spec = PageSpec::new(request.similarity, request.page, request.page_size)?;
        let serving = self.serving()?;
        let (asked, vector) = match &request.query {
            Query::Path { path } => self.ask_by_path(&serving, Path::new(path))?,
            Query::Image { id } => self.ask_by_id(&serving, id)?,
        };
        self.answer(&serving, asked, &vector, &spec, started)
    }

    /// Searches by a file, whatever its name: also one that is no valid Unicode and so cannot be a [`Query::Path`].
    pub fn search_file(&self, path: &Path, similarity: f32, page: u32, page_size: u32) -> Result<SearchReply> {
        let started = Instant::now();
        let spec = PageSpec::new(similarity, page, page_size)?;
        let serving = self.serving()?;
        let (asked, vector) = self.ask_by_path(&serving, path)?;
        self.answer(&serving, asked, &vector, &spec, started)
    }

    /// Searches by a picture that has no path: pasted, or sent by another program. Returns the first page.
    pub fn search_bytes(&self, name: &str, bytes: &[u8], similarity: f32, page_size: u32) -> Result<SearchReply> {
        let started = Instant::now();
        let spec = PageSpec::new(similarity, 1, page_size)?;
        let serving = self.serving()?;
        let (asked, vector) = self.ask_by_content(&serving, name, bytes)?;
        self.answer(&serving, asked, &vector, &spec, started)
    }

    /// A further page of a frozen result set, or the same set under another threshold.
    pub fn page(&self, request: &PageRequest) -> Result<SearchReply> {
        let started = Instant::now();
        let spec = PageSpec::new(request.similarity, request.page, request.page_size)?;
        let set = self.inner.results.get(&request.result_set)?;
        self.reply(&set, &spec, started)
    }

    fn ask_by_path(&self, serving: &Serving, path: &Path) -> Result<(Asked, Embedding)> {
        let path = dunce::canonicalize(path).map_err(|_| Error::missing(path))?;
        let metadata = fs_err::metadata(&path)?;
        if !metadata.is_file() {
            return Err(Error::invalid(format!("{} is not a file", path.display())).with_hint("Search by a photo; index a folder with: lookalike index FOLDER"));
        }
        let name = path.display().to_string();
        // An unchanged file of the library has its vector already.
        if let Some(image) = self.unchanged_image(&path, metadata.len(), mtime_of(&metadata))?
            && let Some(vector) = self.vector_of(serving, image.key)?
        {
            return Ok((asked_of(name, &image), vector));
        }
        if metadata.len() > self.inner.limits.max_bytes {
            return Err(Error::new(
                ErrorCode::NotAPicture,
                format!("{name} has {} bytes; files of more than {} are not read", metadata.len(), self.inner.limits.max_bytes),
            ));
        }
        self.ask_by_content(serving, &name, &fs_err::read(&path)?)
    }

    fn ask_by_id(&self, serving: &Serving, id: &str) -> Result<(Asked, Embedding)> {
        let image = self.image(id)?;
        let vector = self.vector_of(serving, image.key)?.ok_or_else(|| {
            Error::new(ErrorCode::NotFound, format!("picture {id} has not been embedded with the model in use yet")).with_hint("Wait until indexing is done.")
        })?;
        let places = self.inner.catalog.read(|db| images::places(db, image.key))?;
        let name = places.first().map_or_else(|| id.to_owned(), |place| place.path.display().to_string());
        Ok((asked_of(name, &image), vector))
    }

    fn ask_by_content(&self, serving: &Serving, name: &str, bytes: &[u8]) -> Result<(Asked, Embedding)> {
        let hash = ContentHash::of(bytes);
        if let Some(image) = self.inner.catalog.read(|db| images::by_hash(db, hash))?
            && let Some(vector) = self.vector_of(serving, image.key)?
        {
            return Ok((asked_of(name.to_owned(), &image), vector));
        }
        let embedder = serving.embedder.get()?;
        let picture = media::decode(bytes, embedder.wanted_side().max(media::THUMBNAIL_SHORT_SIDE), &self.inner.limits)
            .map_err(|error| Error::new(ErrorCode::NotAPicture, format!("{name}: {error}")).with_hint("Search by a photo that another program can open."))?;
        let vector = embedder.embed(&picture.pixels)?;
        let asked = Asked {
            query: name.to_owned(),
            hash,
            width: picture.width,
            height: picture.height,
            thumbnail: Some(media::thumbnail(&picture.pixels, media::THUMBNAIL_SIDE)),
            key: None,
        };
        Ok((asked, vector))
    }

    fn answer(&self, serving: &Serving, asked: Asked, vector: &[f32], spec: &PageSpec, started: Instant) -> Result<SearchReply> {
        let inner = &self.inner;
        if !self.is_writer() {
            serving.index.follow(&inner.catalog)?;
        }
        let wanted = RANKED.max(spec.offset() + spec.page_size as usize);
        let (ranked, is_whole) = serving.index.search(vector, wanted)?;
        let set = inner.results.keep(ResultSet::new(asked, ranked, is_whole, &serving.embedder.manifest().info()));
        self.reply(&set, spec, started)
    }

    fn reply(&self, set: &Arc<ResultSet>, spec: &PageSpec, started: Instant) -> Result<SearchReply> {
        let slice = set.slice(spec);
        let results = self.inner.catalog.read(|db| {
            let mut results = Vec::with_capacity(slice.hits.len());
            for &(rank, key, distance) in &slice.hits {
                // A picture deleted since the set was frozen leaves its rank empty; the others keep theirs.
                if let Some(image) = images::by_key(db, key)? {
                    let places = images::places(db, key)?;
                    results.extend(self.hit(set, rank, distance, image, places));
                }
            }
            Ok(results)
        })?;
        Ok(SearchReply {
            query: set.asked.query.clone(),
            query_id: set.asked.hash.to_string(),
            query_width: set.asked.width,
            query_height: set.asked.height,
            model: set.model.clone(),
            limits: set.limits,
            result_set: set.id.clone(),
            frozen_at: set.frozen_at,
            total: slice.total,
            total_is_exact: slice.total_is_exact,
            bands: set.bands,
            page: spec.page,
            page_size: spec.page_size,
            results,
            took_ms: started.elapsed().as_secs_f64() * 1000.0,
        })
    }

    fn hit(&self, set: &ResultSet, rank: u64, distance: f32, image: ImageRow, places: Vec<images::ImagePlace>) -> Option<SearchHit> {
        let is_query = image.hash == set.asked.hash;
        // The query's own path speaks for its copies.
        let own = places.iter().position(|place| place.path.as_os_str() == set.asked.query.as_str());
        let first: PathBuf = places.get(own.unwrap_or(0))?.path.clone();
        let similarity = similarity(distance);
        Some(SearchHit {
            rank,
            id: image.hash.to_string(),
            path: first.display().to_string(),
            file_name: first.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            similarity,
            distance,
            band: if is_query { Band::SameFile } else { band(similarity, &set.limits) },
            width: image.facts.width,
            height: image.facts.height,
            is_query,
            places: places.into_iter().map(|place| Place { path: place.path.display().to_string(), offline: place.offline }).collect(),
        })
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

fn asked_of(query: String, image: &ImageRow) -> Asked {
    Asked { query, hash: image.hash, width: image.facts.width, height: image.facts.height, thumbnail: None, key: Some(image.key) }
}
