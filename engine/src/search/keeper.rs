//! Keeps the embedded index in step with the catalog: opens the saved one, replays what has changed since, saves it when
//! that is worth the while, and builds it anew when it is damaged or too old.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use roaring::RoaringTreemap;

use crate::catalog::{Catalog, Change, ImageKey, models, vectors};
use crate::index::{EmbeddedIndex, EmbeddedOptions, Entry, IndexError, SearchOptions, VectorIndex};
use crate::wire::ErrorCode;
use crate::{Error, Result};

/// Log entries that are replayed at a time.
const REPLAY: u32 = 1_024;
/// While indexing goes on, the index is saved once so many changes are unsaved, or this share of it (one in so many).
/// A crash then costs some seconds of replay, and saving costs little beside the work that made the changes.
const UNSAVED: usize = 2_000;
const UNSAVED_SHARE: usize = 20;
/// An index of at most so many vectors is written in a moment, so that it is saved after every run.
const QUICKLY_SAVED: usize = 50_000;

/// The embedded index and the model whose vectors it holds.
pub(crate) struct IndexKeeper {
    model: String,
    index: EmbeddedIndex,
    /// Held while the log is replayed, so that two threads do not replay it twice.
    following: Mutex<()>,
}

impl IndexKeeper {
    /// Opens the index and brings it to the state of the catalog. `directory`: of the indexes of all models.
    pub(crate) fn open(directory: &Path, model: &str, dimension: usize, catalog: &Catalog, is_writer: bool) -> Result<Self> {
        let directory = directory.join(model);
        let options = EmbeddedOptions { read_only: !is_writer, ..EmbeddedOptions::default() };
        let opened = EmbeddedIndex::open(&directory, model, dimension, options);
        let (pruned, newest) = catalog.read(|db| Ok((vectors::pruned_sequence(db)?, vectors::newest_sequence(db)?)))?;
        let mut is_behind = false;
        let index = match opened {
            Ok(index) if index.covered_sequence() <= newest => {
                // What it lacks is no longer in the log: that of a model that was not in use for a while.
                is_behind = index.covered_sequence() < pruned;
                Some(index)
            }
            // What an index beyond the log has seen was never committed.
            Ok(_) => {
                tracing::warn!("the saved index does not fit the catalog and is built anew");
                None
            }
            Err(error) if error.is_cured_by_rebuild() => {
                if !matches!(error, IndexError::Missing { .. }) {
                    tracing::warn!(%error, "the index is built anew");
                }
                None
            }
            Err(error) => return Err(error.into()),
        };
        let is_saved = index.is_some();
        let index = match index {
            Some(index) => index,
            None => EmbeddedIndex::create(&directory, model, dimension, options)?,
        };
        let keeper = Self { model: model.into(), index, following: Mutex::new(()) };
        if !is_saved {
            keeper.build(catalog)?;
        } else if is_behind {
            keeper.catch_up(catalog)?;
        }
        keeper.follow(catalog)?;
        Ok(keeper)
    }

    /// Replays what has changed in the catalog since the last time. The same for daily work and after a crash.
    pub(crate) fn follow(&self, catalog: &Catalog) -> Result<()> {
        let _guard = self.following.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let covered = self.index.covered_sequence();
            let (pruned, (reached, changes)) =
                catalog.read(|db| Ok((vectors::pruned_sequence(db)?, vectors::changes_since(db, &self.model, covered, REPLAY)?)))?;
            if pruned > covered {
                // A reader that a writer's pruning has overtaken: the log no longer says what it lacks.
                self.catch_up(catalog)?;
                continue;
            }
            if reached == covered {
                return Ok(());
            }
            let (mut live, mut gone) = (Vec::new(), Vec::new());
            for change in &changes {
                match change {
                    // A picture is its content and so never gets another vector of the same model.
                    Change::Live(key, vector) if !self.index.contains(to_index(*key))? => live.push((to_index(*key), vector.as_slice())),
                    Change::Live(..) => {}
                    Change::Gone(key) => gone.push(to_index(*key)),
                }
            }
            self.index.upsert(&live)?;
            self.index.remove(&gone)?;
            self.index.set_covered_sequence(reached);
        }
    }

    /// Saves the index if enough is unsaved that losing it would cost more than writing it.
    pub(crate) fn save_if_worthwhile(&self, catalog: &Catalog) -> Result<()> {
        let share = self.index.count()? / UNSAVED_SHARE;
        if self.index.unsaved_changes() >= UNSAVED.max(share) { self.save(catalog) } else { Ok(()) }
    }

    /// Saves the index at the end of the work, unless it is large and little has changed.
    pub(crate) fn save_at_end(&self, catalog: &Catalog) -> Result<()> {
        let unsaved = self.index.unsaved_changes();
        if unsaved >= UNSAVED || (unsaved > 0 && self.index.count()? <= QUICKLY_SAVED) { self.save(catalog) } else { Ok(()) }
    }

    /// Saves everything: before the index of a new model is put to use.
    pub(crate) fn save_now(&self, catalog: &Catalog) -> Result<()> {
        self.follow(catalog)?;
        self.save(catalog)
    }

    /// Notes how far the index has followed where that costs next to nothing: while another model's vectors are made, the log
    /// grows though nothing changes here.
    pub(crate) fn advance(&self, catalog: &Catalog) -> Result<()> {
        self.follow(catalog)?;
        if self.index.unsaved_changes() == 0 { self.save(catalog) } else { Ok(()) }
    }

    /// Compares the index with the catalog; says how many vectors they agree on.
    pub(crate) fn verify(&self, catalog: &Catalog) -> Result<String> {
        self.follow(catalog)?;
        let wanted = catalog.read(|db| vectors::live_keys(db, &self.model))?;
        let found = self.index.keys()?;
        let (missing, surplus) = differences(&wanted, &found);
        if missing + surplus > 0 {
            return Err(Error::new(ErrorCode::Internal, format!("the index lacks {missing} pictures of the catalog and has {surplus} too many"))
                .with_hint("Delete the folder `index` in the data directory; it is built anew from the catalog."));
        }
        Ok(format!("{} vectors, as in the catalog", found.len()))
    }

    /// The nearest pictures by ascending distance, of all or among some, and whether these are all that there are.
    pub(crate) fn search(&self, query: &[f32], limit: usize, among: Option<&RoaringTreemap>) -> Result<(Vec<(ImageKey, f32)>, bool)> {
        let (hits, count) = match among {
            None => (self.index.search(query, SearchOptions::best(limit))?, self.index.count()?),
            Some(among) => self.index.search_among(query, SearchOptions::best(limit), among)?,
        };
        let is_whole = hits.len() >= count;
        Ok((hits.into_iter().map(|hit| (hit.key.cast_signed(), hit.distance)).collect(), is_whole))
    }

    /// Brings the index to the state of the catalog by comparing the two.
    fn catch_up(&self, catalog: &Catalog) -> Result<()> {
        let (covered, wanted) = catalog.read(|db| Ok((vectors::newest_sequence(db)?, vectors::live_keys(db, &self.model)?)))?;
        let surplus: Vec<_> = self.index.keys()?.into_iter().filter(|key| wanted.binary_search(&key.cast_signed()).is_err()).collect();
        self.index.remove(&surplus)?;
        for key in wanted {
            if !self.index.contains(to_index(key))?
                && let Some(vector) = catalog.read(|db| vectors::get(db, key, &self.model))?
            {
                self.index.upsert(&[(to_index(key), vector.as_slice())])?;
            }
        }
        self.index.set_covered_sequence(covered);
        Ok(())
    }

    fn save(&self, catalog: &Catalog) -> Result<()> {
        // What the file covers, not what the index has reached by now: the log beyond it is still needed.
        let covered = self.index.save()?;
        catalog.write(|db| {
            // Only the index in use decides what is no longer needed. Others are brought up by comparison when they are opened.
            if models::in_use(db)?.as_deref() == Some(self.model.as_str()) { vectors::prune_changes(db, covered) } else { Ok(()) }
        })
    }

    /// Fills an empty index from the catalog.
    fn build(&self, catalog: &Catalog) -> Result<()> {
        // Read first: what changes while we build is then replayed.
        let covered = catalog.read(vectors::newest_sequence)?;
        let mut after = 0;
        loop {
            let page = catalog.read(|db| vectors::live_after(db, &self.model, after, REPLAY))?;
            let Some((last, _)) = page.last() else { break };
            after = *last;
            let entries: Vec<Entry<'_>> = page.iter().map(|(key, vector)| (to_index(*key), vector.as_slice())).collect();
            self.index.upsert(&entries)?;
        }
        self.index.set_covered_sequence(covered);
        Ok(())
    }
}

/// SQLite's row ids are positive.
fn to_index(key: ImageKey) -> crate::index::ImageKey {
    key.cast_unsigned()
}

/// How many keys of the first ascending list the second lacks, and the other way round.
fn differences(wanted: &[ImageKey], found: &[crate::index::ImageKey]) -> (usize, usize) {
    let has = |keys: &[crate::index::ImageKey], key: ImageKey| keys.binary_search(&to_index(key)).is_ok();
    let missing = wanted.iter().filter(|key| !has(found, **key)).count();
    let common = wanted.len() - missing;
    (missing, found.len() - common)
}

impl From<IndexError> for Error {
    fn from(source: IndexError) -> Self {
        match source {
            IndexError::Io(error) => error.into(),
            other => Self::internal(other.to_string()),
        }
    }
}
