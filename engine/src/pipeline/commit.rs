//! The last stage and the only writer: outcomes in, one transaction for each batch, and the index brought up to date.

use std::collections::HashMap;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::control::add;
use super::{Context, in_flight};
use crate::catalog::{ContentHash, FileKey, ImageFacts, ImageKey, SkipReason, files, images, models, vectors};
use crate::embed::Embedding;
use crate::library::scan::FileToIndex;
use crate::words::sayings;
use crate::{Error, Result};

/// How long a run comes back to a file that is still being written.
const PATIENCE: Duration = Duration::from_secs(10);

/// What became of a file, or of the run.
pub(super) enum Outcome {
    /// New content, embedded.
    Indexed {
        file: FileToIndex,
        hash: ContentHash,
        facts: ImageFacts,
        thumbnail: Vec<u8>,
        embedding: Embedding,
    },
    /// Content that has its vector already: the file was moved, renamed or copied.
    Known {
        file: FileToIndex,
        image: ImageKey,
    },
    /// The same content as a file that is being embedded right now.
    Twin {
        file: FileToIndex,
        hash: ContentHash,
    },
    Skipped {
        file: FileToIndex,
        hash: Option<ContentHash>,
        reason: SkipReason,
    },
    /// Still being written; to be tried again.
    Unsettled {
        file: FileToIndex,
        hash: Option<ContentHash>,
    },
    /// Not dealt with: deleted between scan and reading, or cancelled. The next scan sees to it.
    Vanished,
    /// Catalog ids of files that a scan no longer found.
    Gone(Vec<i64>),
    /// The run cannot go on.
    Fatal(Error),
}

/// The commit stage's memory of one run.
pub(super) struct Committer<'a> {
    context: &'a Context,
    /// Files that wait for the content that another file of the run is being embedded for.
    waiting: HashMap<ContentHash, Vec<FileToIndex>>,
    /// Contents that turned out to be no pictures, for twins that come later.
    refused: HashMap<ContentHash, SkipReason>,
    /// Since when files are known to be still being written.
    unsettled_since: HashMap<FileKey, Instant>,
    /// Files put aside in this batch. Given back once nothing counts their content as being worked on any more: read before
    /// that, a file would wait for itself.
    postponed: Vec<FileToIndex>,
    /// Whether the catalog still knows the model whose vectors are made.
    is_wanted: bool,
}

impl<'a> Committer<'a> {
    pub(super) fn new(context: &'a Context) -> Self {
        Self { context, waiting: HashMap::new(), refused: HashMap::new(), unsettled_since: HashMap::new(), postponed: Vec::new(), is_wanted: true }
    }

    /// Makes a batch durable, then searchable.
    pub(super) fn commit(&mut self, batch: Vec<Outcome>) -> Result<()> {
        let mut thumbnails = Vec::new();
        let mut batch: Vec<Outcome> = batch;
        for outcome in &mut batch {
            if let Outcome::Indexed { hash, thumbnail, .. } = outcome {
                thumbnails.push((*hash, std::mem::take(thumbnail)));
            }
        }
        // First, so that whatever the catalog names can be shown.
        self.context.thumbnails.put(&thumbnails)?;
        let mut finished = Vec::new();
        let fingerprint = self.context.embedder.manifest().fingerprint();
        self.context.catalog.write(|db| {
            // Forgotten, or replaced under its name, since the run began: then nobody wants its vectors. The pictures are
            // kept, and the model that is in use now gets its own vectors of them when the run is over.
            self.is_wanted = models::get(db, &self.context.model)?.is_some_and(|known| known.fingerprint == fingerprint);
            for outcome in batch {
                self.apply(db, outcome, &mut finished)?;
            }
            Ok(())
        })?;
        let mut in_flight = in_flight(self.context);
        for hash in finished {
            in_flight.remove(&hash);
        }
        drop(in_flight);
        self.context.unsettled.lock().unwrap_or_else(PoisonError::into_inner).append(&mut self.postponed);
        self.context.index.follow(&self.context.catalog)
    }

    fn apply(&mut self, db: &Connection, outcome: Outcome, finished: &mut Vec<ContentHash>) -> Result<()> {
        let counters = &self.context.counters;
        match outcome {
            Outcome::Indexed { file, hash, facts, embedding, .. } => {
                let image = images::insert(db, hash, &facts)?;
                if self.is_wanted {
                    vectors::insert(db, image, &self.context.model, &embedding)?;
                }
                add(&counters.embedded, 1);
                self.settle(db, &file, image)?;
                finished.push(hash);
                for twin in self.waiting.remove(&hash).unwrap_or_default() {
                    add(&counters.recognised, 1);
                    self.settle(db, &twin, image)?;
                }
            }
            Outcome::Known { file, image } => {
                add(&counters.recognised, 1);
                self.settle(db, &file, image)?;
            }
            Outcome::Twin { file, hash } => match (images::by_hash(db, hash)?, self.refused.get(&hash).cloned()) {
                (Some(image), _) if !self.is_wanted || vectors::exists(db, image.key, &self.context.model)? => {
                    add(&counters.recognised, 1);
                    self.settle(db, &file, image.key)?;
                }
                (_, Some(reason)) => self.skip(db, &file, &reason)?,
                (_, None) if in_flight(self.context).contains(&hash) && !finished.contains(&hash) => self.waiting.entry(hash).or_default().push(file),
                // The file it was the twin of is put aside, and may come back with another content.
                (_, None) => self.postpone(db, file)?,
            },
            Outcome::Skipped { file, hash, reason } => {
                self.skip(db, &file, &reason)?;
                if let Some(hash) = hash {
                    finished.push(hash);
                    for twin in self.waiting.remove(&hash).unwrap_or_default() {
                        self.skip(db, &twin, &reason)?;
                    }
                    self.refused.insert(hash, reason);
                }
            }
            Outcome::Unsettled { file, hash } => {
                let twins = hash.and_then(|hash| self.waiting.remove(&hash)).unwrap_or_default();
                finished.extend(hash);
                for file in twins.into_iter().chain([file]) {
                    self.postpone(db, file)?;
                }
            }
            Outcome::Vanished => add(&counters.done, 1),
            Outcome::Gone(ids) => add(&counters.removed, files::remove(db, &ids)? as u64),
            Outcome::Fatal(error) => return Err(error),
        }
        Ok(())
    }

    /// Puts a file aside for another try. One that is written for long does not hold up the run: it is listed, and its
    /// next change makes it count as changed.
    fn postpone(&mut self, db: &Connection, file: FileToIndex) -> Result<()> {
        let since = *self.unsettled_since.entry(file.key.clone()).or_insert_with(Instant::now);
        if since.elapsed() > PATIENCE {
            let reason = SkipReason { code: "still-being-written", words: sayings::still_being_written() };
            return self.skip(db, &file, &reason);
        }
        self.postponed.push(file);
        Ok(())
    }

    fn settle(&self, db: &Connection, file: &FileToIndex, image: ImageKey) -> Result<()> {
        add(&self.context.counters.done, 1);
        files::set_image(db, &file.key, file.size, file.mtime, image)
    }

    fn skip(&self, db: &Connection, file: &FileToIndex, reason: &SkipReason) -> Result<()> {
        add(&self.context.counters.done, 1);
        add(&self.context.counters.skipped, 1);
        files::set_skipped(db, &file.key, file.size, file.mtime, reason)
    }
}
