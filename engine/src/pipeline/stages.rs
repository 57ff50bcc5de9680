//! The two stages in the middle: a reader brings a file into memory and asks whether its content is known; a worker
//! decodes it, makes its thumbnail and embeds it. Neither writes to the catalog.

use std::io::Read;
use std::time::{Duration, SystemTime};

use super::budget::Share;
use super::commit::Outcome;
use super::{Context, in_flight};
use crate::Result;
use crate::catalog::{ContentHash, ImageFacts, SkipReason, images, vectors};
use crate::library::scan::{FileToIndex, mtime_of};
use crate::media;
use crate::words::sayings;

/// A file in memory whose content is new.
pub(super) struct Loaded {
    pub(super) file: FileToIndex,
    pub(super) hash: ContentHash,
    bytes: Vec<u8>,
    /// Given back when the bytes are dropped.
    _share: Share,
}

/// What becomes of a file after reading.
pub(super) enum AfterRead {
    Decode(Loaded),
    Settled(Outcome),
}

/// A file that failed to decode and is younger than this may be half-written: it is tried again before it is listed.
const SETTLE: Duration = Duration::from_secs(5);

/// Reads and hashes a file.
pub(super) fn read(context: &Context, file: FileToIndex) -> Result<AfterRead> {
    if file.size > context.limits.max_bytes {
        let words = sayings::more_bytes_than_read(file.size, context.limits.max_bytes);
        return Ok(AfterRead::Settled(Outcome::Skipped { file, hash: None, reason: SkipReason { code: "too-large", words } }));
    }
    let Some(share) = context.budget.take(file.size, &context.control) else {
        return Ok(AfterRead::Settled(Outcome::Vanished));
    };
    let bytes = match read_whole(&file) {
        Ok(Some(bytes)) => bytes,
        // It changed under our hands: it is still being written.
        Ok(None) => return Ok(AfterRead::Settled(Outcome::Unsettled { file, hash: None })),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(AfterRead::Settled(Outcome::Vanished)),
        Err(error) => {
            let reason = SkipReason { code: "unreadable", words: sayings::not_readable(&error) };
            return Ok(AfterRead::Settled(Outcome::Skipped { file, hash: None, reason }));
        }
    };
    let hash = ContentHash::of(&bytes);
    // Under one lock with the look-up, so that of two equal files exactly one is embedded.
    let mut in_flight = in_flight(context);
    if in_flight.contains(&hash) {
        return Ok(AfterRead::Settled(Outcome::Twin { file, hash }));
    }
    let known = context.catalog.read(|db| match images::by_hash(db, hash)? {
        Some(image) if vectors::exists(db, image.key, &context.model)? => Ok(Some(image.key)),
        _ => Ok(None),
    })?;
    if let Some(image) = known {
        return Ok(AfterRead::Settled(Outcome::Known { file, image }));
    }
    in_flight.insert(hash);
    Ok(AfterRead::Decode(Loaded { file, hash, bytes, _share: share }))
}

/// The file's bytes; none when it is not, or no longer, what the scan saw.
fn read_whole(file: &FileToIndex) -> std::io::Result<Option<Vec<u8>>> {
    let mut handle = std::fs::File::open(&file.path)?;
    let mut bytes = Vec::with_capacity(usize::try_from(file.size).unwrap_or(0).saturating_add(1));
    // One byte more than expected, to notice a file that has grown.
    (&mut handle).take(file.size + 1).read_to_end(&mut bytes)?;
    let after = handle.metadata()?;
    let is_as_seen = bytes.len() as u64 == file.size && after.len() == file.size && mtime_of(&after) == file.mtime;
    Ok(is_as_seen.then_some(bytes))
}

/// Decodes, makes the thumbnail, embeds.
pub(super) fn embed(context: &Context, loaded: &Loaded) -> Result<Outcome> {
    let file = loaded.file.clone();
    let hash = loaded.hash;
    let embedder = context.embedder.get()?;
    let picture = match media::decode(&loaded.bytes, embedder.wanted_side().max(media::THUMBNAIL_SHORT_SIDE), &context.limits) {
        Ok(picture) => picture,
        Err(error) if is_young(&file) => {
            tracing::debug!(path = %file.path.display(), %error, "not decoded yet; it may still be being written");
            return Ok(Outcome::Unsettled { file, hash: Some(hash) });
        }
        Err(error) => {
            let reason = SkipReason { code: error.code(), words: error.words() };
            return Ok(Outcome::Skipped { file, hash: Some(hash), reason });
        }
    };
    let facts = ImageFacts {
        bytes: file.size,
        format: picture.format.as_str().to_owned(),
        width: picture.width,
        height: picture.height,
        taken_at: picture.metadata.taken_at,
        camera: picture.metadata.camera,
    };
    let thumbnail = media::thumbnail(&picture.pixels, media::THUMBNAIL_SIDE);
    let embedding = match embedder.embed(&picture.pixels) {
        Ok(embedding) => embedding,
        // The model as such was tried when it was loaded: this is about the picture.
        Err(error) => {
            let reason = SkipReason { code: "not-embedded", words: (&error).into() };
            return Ok(Outcome::Skipped { file, hash: Some(hash), reason });
        }
    };
    Ok(Outcome::Indexed { file, hash, facts, thumbnail, embedding })
}

fn is_young(file: &FileToIndex) -> bool {
    let Ok(now) = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) else { return false };
    let age = i64::try_from(now.as_nanos()).unwrap_or(i64::MAX).saturating_sub(file.mtime);
    u64::try_from(age).is_ok_and(|age| Duration::from_nanos(age) < SETTLE)
}
