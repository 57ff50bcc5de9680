//! The facade's calls on single pictures: slices of the library, details, thumbnails, previews. Pictures are named by
//! the hash of their content, never by a path from outside.

use std::path::PathBuf;

use super::Engine;
use crate::catalog::{Asked, ContentHash, ImageRow, images};
use crate::media;
use crate::wire::{ErrorCode, LibraryReply, LibraryRequest, Picture, PictureDetails, Place};
use crate::words::sayings;
use crate::{Error, Result};

/// Largest slice of the library in one reply.
const MAX_SLICE: u32 = 1_000;
/// Longest text that is looked for in names.
const MOST_TEXT: usize = 200;
/// Largest preview, in pixels of the longer side.
const MAX_PREVIEW: u32 = 4_096;

impl Engine {
    /// A slice of the library.
    pub fn library(&self, request: &LibraryRequest) -> Result<LibraryReply> {
        if !(1..=MAX_SLICE).contains(&request.limit) {
            return Err(Error::invalid(format!("limit {} is not within 1 and {MAX_SLICE}", request.limit)));
        }
        let words: Vec<String> = request.text.split_whitespace().map(str::to_owned).collect();
        if request.text.chars().count() > MOST_TEXT {
            return Err(Error::invalid(sayings::text_too_long(MOST_TEXT)));
        }
        let filter = request.filter.clone().unwrap_or_default();
        filter.check()?;
        let narrowed = if words.is_empty() && filter.lets_all_pass() {
            None
        } else {
            Some(self.inner.catalog.listed(&Asked { folder: request.folder, words, filter, order: request.order })?)
        };
        self.inner.catalog.read(|db| {
            let (total, rows) = match &narrowed {
                None => images::slice(db, request.folder, request.order, request.offset, request.limit)?,
                Some(keys) => {
                    let slice = keys.iter().skip(usize::try_from(request.offset).unwrap_or(usize::MAX)).take(request.limit as usize);
                    // One that has gone since the list was made is left out of it.
                    let rows = slice.filter_map(|key| images::by_key(db, *key).transpose()).collect::<Result<Vec<_>>>()?;
                    (keys.len() as u64, rows)
                }
            };
            let mut pictures = Vec::with_capacity(rows.len());
            for row in rows {
                let places = images::places(db, row.key)?;
                let name = places.first().and_then(|place| place.path.file_name()).map(|name| name.to_string_lossy().into_owned());
                pictures.push(Picture { id: row.hash.to_string(), file_name: name.unwrap_or_default(), width: row.facts.width, height: row.facts.height });
            }
            Ok(LibraryReply { total, pictures })
        })
    }

    /// All there is to know of one picture.
    pub fn picture(&self, id: &str) -> Result<PictureDetails> {
        let image = match self.image(id) {
            Ok(image) => image,
            Err(error) => return self.picture_of_check(id)?.ok_or(error),
        };
        let places = self.inner.catalog.read(|db| images::places(db, image.key))?;
        Ok(PictureDetails {
            id: id.to_owned(),
            format: image.facts.format,
            bytes: image.facts.bytes,
            width: image.facts.width,
            height: image.facts.height,
            taken_at: image.facts.taken_at,
            camera: image.facts.camera,
            places: places.into_iter().map(|place| Place { path: place.path.display().to_string(), offline: place.offline, device: None }).collect(),
        })
    }

    /// What a file of the folder that is being checked says of itself.
    fn picture_of_check(&self, id: &str) -> Result<Option<PictureDetails>> {
        let Some(path) = self.path_of_check(ContentHash::parse(id)?) else { return Ok(None) };
        let bytes = fs_err::read(&path)?;
        let picture = media::decode(&bytes, media::THUMBNAIL_SHORT_SIDE, &self.inner.limits)
            .map_err(|error| Error::new(ErrorCode::NotAPicture, sayings::reason_at(&*path, error.words())))?;
        Ok(Some(PictureDetails {
            id: id.to_owned(),
            format: picture.format.as_str().into(),
            bytes: bytes.len() as u64,
            width: picture.width,
            height: picture.height,
            taken_at: picture.metadata.taken_at,
            camera: picture.metadata.camera,
            places: vec![Place { path: path.display().to_string(), offline: false, device: None }],
        }))
    }

    /// Where a file of the folder that is being checked lies.
    fn path_of_check(&self, hash: ContentHash) -> Option<PathBuf> {
        self.inner.incoming.latest().as_ref().and_then(|check| check.path_of(hash))
    }

    /// A picture's thumbnail: JPEG, longer side at most [`media::THUMBNAIL_SIDE`] pixels. Also of recent queries from
    /// outside the library.
    pub fn thumbnail(&self, id: &str) -> Result<Vec<u8>> {
        let hash = ContentHash::parse(id)?;
        if let Some(stored) = self.inner.thumbnails.get(hash)? {
            return Ok(stored);
        }
        if let Some(kept) = self.inner.results.query_thumbnail(hash) {
            return Ok(kept);
        }
        let made = match self.image(id) {
            Ok(image) => self.render_image(&image, media::THUMBNAIL_SIDE)?,
            // Not of this library: of a folder that is being checked, or of another computer where a library is shared.
            Err(error) => return self.of_elsewhere_or(error, hash, media::THUMBNAIL_SIDE),
        };
        if self.is_writer() {
            self.inner.thumbnails.put(&[(hash, made.clone())])?;
        }
        Ok(made)
    }

    /// A larger rendering: JPEG, longer side at most `max_side` pixels (64 to 4,096). The thumbnail while the picture's
    /// drive is offline, and where its file has become another picture.
    pub fn preview(&self, id: &str, max_side: u32) -> Result<Vec<u8>> {
        if !(64..=MAX_PREVIEW).contains(&max_side) {
            return Err(Error::invalid(format!("preview size {max_side} is not within 64 and {MAX_PREVIEW}")));
        }
        let image = match self.image(id) {
            Ok(image) => image,
            Err(error) if self.inner.results.query_thumbnail(ContentHash::parse(id)?).is_none() => {
                return self.of_elsewhere_or(error, ContentHash::parse(id)?, max_side);
            }
            Err(_) => return self.thumbnail(id),
        };
        match self.render_image(&image, max_side) {
            Err(error) if error.code() == ErrorCode::NotFound => self.thumbnail(id),
            result => result,
        }
    }

    /// Whether a picture must be fetched from the object store to be shown, which takes as long as that likes.
    pub fn is_far(&self, id: &str) -> Result<bool> {
        let hash = ContentHash::parse(id)?;
        let sharing = &self.inner.sharing;
        let is_here = self.image(id).is_ok() || self.inner.results.query_thumbnail(hash).is_some() || self.path_of_check(hash).is_some();
        Ok(!is_here && !sharing.pictures.has(hash) && sharing.connected().is_ok_and(|stored| stored.is_some()))
    }

    /// A picture's pixels, as [`Engine::preview`] shows it.
    pub fn pixels(&self, id: &str, max_side: u32) -> Result<media::Rgb8> {
        let jpeg = self.preview(id, max_side)?;
        let picture = media::decode(&jpeg, max_side, &self.inner.limits).map_err(|error| Error::internal(format!("a preview cannot be read: {error}")))?;
        Ok(picture.pixels)
    }

    /// A picture of a folder that is being checked, or of another computer; the error if there is none.
    fn of_elsewhere_or(&self, error: Error, hash: ContentHash, max_side: u32) -> Result<Vec<u8>> {
        if let Some(path) = self.path_of_check(hash) {
            return self.render(&fs_err::read(&path)?, &path.display().to_string(), max_side);
        }
        if !self.inner.sharing.connected().is_ok_and(|stored| stored.is_some()) { Err(error) } else { self.render_of_others(hash, max_side) }
    }

    /// A reachable place of a picture, for opening it.
    pub fn locate(&self, id: &str) -> Result<PathBuf> {
        self.reachable(&self.image(id)?)
    }

    pub(super) fn image(&self, id: &str) -> Result<ImageRow> {
        let hash = ContentHash::parse(id)?;
        let image = self.inner.catalog.read(|db| images::by_hash(db, hash))?;
        image.ok_or_else(|| Error::new(ErrorCode::NotFound, sayings::picture_unknown(id)))
    }

    fn reachable(&self, image: &ImageRow) -> Result<PathBuf> {
        let places = self.inner.catalog.read(|db| images::places(db, image.key))?;
        let reachable = places.iter().find(|place| place.is_open());
        reachable.map(|place| place.path.clone()).ok_or_else(|| {
            let known = places.first().map_or_else(|| image.hash.to_string(), |place| place.path.display().to_string());
            Error::new(ErrorCode::NotFound, sayings::out_of_reach(known)).with_hint(sayings::connect_its_drive())
        })
    }

    fn render_image(&self, image: &ImageRow, max_side: u32) -> Result<Vec<u8>> {
        let bytes = self.bytes_of(image)?.ok_or_else(|| out_of_reach(&image.hash.to_string()))?;
        self.render(&bytes, &image.hash.to_string(), max_side)
    }

    /// A picture's file, read; none where no place of it can be reached whose content is still that of the picture.
    pub(super) fn bytes_of(&self, image: &ImageRow) -> Result<Option<Vec<u8>>> {
        let places = self.inner.catalog.read(|db| images::places(db, image.key))?;
        let unchanged = places.iter().filter(|place| place.is_open()).find_map(|place| {
            // Before it is read: what has taken its place may be of any size.
            let is_likely = fs_err::metadata(&place.path).is_ok_and(|metadata| metadata.len() == image.facts.bytes);
            let bytes = is_likely.then(|| fs_err::read(&place.path).ok())??;
            (blake3::hash(&bytes).as_bytes() == image.hash.as_bytes()).then_some(bytes)
        });
        Ok(unchanged)
    }

    fn render(&self, bytes: &[u8], name: &str, max_side: u32) -> Result<Vec<u8>> {
        // The decoder thinks in shorter sides; asking for the longer one's size errs on the sharp side.
        let picture =
            media::decode(bytes, max_side, &self.inner.limits).map_err(|error| Error::new(ErrorCode::NotAPicture, sayings::reason_at(name, error.words())))?;
        Ok(media::thumbnail(&picture.pixels, max_side))
    }
}

/// No file of a picture is there as it was.
pub(super) fn out_of_reach(id: &str) -> Error {
    Error::new(ErrorCode::NotFound, sayings::picture_out_of_reach(id)).with_hint(sayings::connect_its_drive())
}
