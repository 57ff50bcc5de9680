//! Makes another model's vectors of pictures that the catalog knows already. Reads each from a file of its own where one
//! can be reached and still holds it, else from its thumbnail, and notes that; a picture of which neither is left is noted
//! too, so that nothing is left out in silence. Knows neither switch nor thread: its owner asks for one batch after another.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::Result;
use crate::catalog::models::{self, NoteKind, ToEmbed};
use crate::catalog::{Catalog, ContentHash, ImageKey, Thumbnails, vectors};
use crate::embed::{Embedder, Embedding, unusable};
use crate::media::{self, Limits};
use crate::words::{Words, sayings};

/// Pictures of one batch: few enough to stop within moments, and to be made durable often.
const BATCH: u32 = 64;

/// What a batch is made with.
pub(crate) struct Reembed<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) thumbnails: &'a Thumbnails,
    pub(crate) embedder: &'a Embedder,
    pub(crate) workers: usize,
    pub(crate) limits: Limits,
}

/// What became of a batch.
pub(crate) struct Batch {
    /// Pictures that were dealt with: they have a vector now, or a note why not.
    pub(crate) done: u64,
    /// Of these, embedded from their thumbnail.
    pub(crate) from_thumbnail: u64,
    /// Of these, not embedded.
    pub(crate) left_out: u64,
    /// Where the next batch begins.
    pub(crate) after: ImageKey,
}

enum Made {
    FromFile(Embedding),
    FromThumbnail(Embedding, Words),
    Nothing(Words),
}

impl Reembed<'_> {
    /// Embeds the next pictures after the picture `after` and makes their vectors durable. None: there are no further ones.
    /// When `goes_on` says no, the pictures that are under way are finished and the others left for another time.
    pub(crate) fn next_batch(&self, after: ImageKey, goes_on: &(dyn Fn() -> bool + Sync)) -> Result<Option<Batch>> {
        let model = &self.embedder.manifest().id;
        let pictures = self.catalog.read(|db| models::to_embed(db, model, after, BATCH))?;
        let Some(last) = pictures.last() else { return Ok(None) };
        let after = last.key;
        let (next, made) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(pictures.len())));
        thread::scope(|scope| {
            for _ in 0..self.workers.min(pictures.len()) {
                scope.spawn(|| {
                    while goes_on() {
                        let Some(picture) = pictures.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
                        let one = self.make(picture);
                        made.lock().unwrap_or_else(PoisonError::into_inner).push((picture.key, one));
                    }
                });
            }
        });
        let made = made.into_inner().unwrap_or_else(PoisonError::into_inner);
        let count = |is_wanted: fn(&Made) -> bool| made.iter().filter(|(_, one)| is_wanted(one)).count() as u64;
        let batch = Batch {
            done: made.len() as u64,
            from_thumbnail: count(|one| matches!(one, Made::FromThumbnail(..))),
            left_out: count(|one| matches!(one, Made::Nothing(_))),
            after,
        };
        let fingerprint = self.embedder.manifest().fingerprint();
        self.catalog.write(|db| {
            // Forgotten, or replaced under its name, while the batch was made: then nobody wants these vectors.
            if models::get(db, model)?.is_none_or(|known| known.fingerprint != fingerprint) {
                return Err(unusable(sayings::model_replaced(model)));
            }
            for (key, one) in made {
                match one {
                    Made::FromFile(vector) => vectors::insert(db, key, model, &vector)?,
                    Made::FromThumbnail(vector, reason) => {
                        vectors::insert(db, key, model, &vector)?;
                        models::note(db, key, model, NoteKind::Thumbnail, &reason)?;
                    }
                    Made::Nothing(reason) => models::note(db, key, model, NoteKind::None, &reason)?,
                }
            }
            Ok(())
        })?;
        Ok(Some(batch))
    }

    fn make(&self, picture: &ToEmbed) -> Made {
        let mut fault = sayings::no_file_left();
        for path in &picture.files {
            match self.embed_file(path, picture.hash) {
                Ok(vector) => return Made::FromFile(vector),
                Err(reason) => fault = sayings::reason_at(&**path, reason),
            }
        }
        match self.thumbnails.get(picture.hash) {
            Ok(Some(thumbnail)) => match self.embed(&thumbnail) {
                Ok(vector) => Made::FromThumbnail(vector, fault),
                Err(reason) => Made::Nothing(sayings::thumbnail_useless(fault, reason)),
            },
            Ok(None) => Made::Nothing(sayings::no_thumbnail(fault)),
            Err(error) => Made::Nothing(sayings::thumbnail_useless(fault, &error)),
        }
    }

    fn embed_file(&self, path: &Path, hash: ContentHash) -> std::result::Result<Embedding, Words> {
        let metadata = std::fs::metadata(path).map_err(|error| Words::from(&error))?;
        if metadata.len() > self.limits.max_bytes {
            return Err(sayings::became_too_large());
        }
        let bytes = std::fs::read(path).map_err(|error| Words::from(&error))?;
        if ContentHash::of(&bytes) != hash {
            return Err(sayings::changed_since_indexed());
        }
        self.embed(&bytes)
    }

    fn embed(&self, bytes: &[u8]) -> std::result::Result<Embedding, Words> {
        // As the pipeline does, so that the vector is the same.
        let want = self.embedder.wanted_side().max(media::THUMBNAIL_SHORT_SIDE);
        let work = || {
            let picture = media::decode(bytes, want, &self.limits).map_err(|error| error.words())?;
            self.embedder.embed(&picture.pixels).map_err(|error| Words::from(&error))
        };
        catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(sayings::decoder_failed()))
    }
}

/// Takes back the vectors that were made from thumbnails of pictures whose files can be read now, so that the run that goes
/// on makes better ones.
pub(crate) fn withdraw_makeshift(catalog: &Catalog, model: &str) -> Result<()> {
    let candidates = catalog.read(|db| models::better_to_be_had(db, model))?;
    let reachable: Vec<ImageKey> = candidates.into_iter().filter(|(_, files)| files.iter().any(|path| path.is_file())).map(|(key, _)| key).collect();
    if reachable.is_empty() {
        return Ok(());
    }
    catalog.write(|db| reachable.iter().try_for_each(|key| models::withdraw(db, *key, model)))
}
