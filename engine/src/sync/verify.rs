//! Compares catalog, rows and objects, and mends what differs. Goes through all three in ranges of their keys, so that a
//! million pictures need no more memory than a thousand.

use std::collections::{HashMap, HashSet};

use crate::Result;
use crate::catalog::outbox::{self, Wanted};
use crate::catalog::{Catalog, ContentHash};
use crate::index::milvus::{Filter, MAX_RESULTS, SharedRow};
use crate::wire::{Consistency, Differences, Upload};

use super::Link;

/// Rows, lines or keys that are compared at a time.
pub(super) const PAGE: usize = 500;
/// Bytes of vectors in one answer: servers and clients take messages of 4 MiB, and the facts of the rows are in them too.
const VECTORS: usize = 1 << 20;
/// Differences that are told in words.
const EXAMPLES: usize = 20;

/// What to do about differences.
#[derive(Clone, Copy, Debug)]
pub(crate) struct VerifyOptions {
    /// Whether to mend them.
    pub(crate) repair: bool,
    /// Seconds for which an object that no row names is left alone: its row may be on its way.
    pub(crate) grace: i64,
}

/// A comparison and what it has found so far.
pub(crate) struct Verify<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) link: &'a Link,
    pub(super) options: VerifyOptions,
    pub(crate) found: Differences,
    pub(crate) rows: u64,
    pub(crate) objects: u64,
    pub(crate) examples: Vec<String>,
}

impl<'a> Verify<'a> {
    pub(crate) fn new(catalog: &'a Catalog, link: &'a Link, options: VerifyOptions) -> Self {
        Self { catalog, link, options, found: Differences::default(), rows: 0, objects: 0, examples: Vec::new() }
    }

    /// Compares everything. With `repair`, surplus goes at once and the rest into the outbox.
    pub(crate) fn run(&mut self) -> Result<()> {
        let matched = self.compare_rows()?;
        self.find_missing_rows(matched)?;
        match self.link.store.clone() {
            Some(store) if store.bucket_exists()? => self.compare_objects(&store),
            Some(_) if self.link.plan.upload() != Upload::None => {
                let model = self.link.plan.model.clone();
                self.found.missing += self.catalog.read(|db| crate::catalog::images::count_live(db, &model))?;
                self.example("there is no bucket, and so no object".to_owned());
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Every row of this computer against the catalog. Returns how many rows belong there.
    fn compare_rows(&mut self) -> Result<u64> {
        let mine = Filter::all().of_device(&self.link.plan.device);
        let limit = (VECTORS / (size_of::<f32>() * self.link.plan.dimension.max(1))).clamp(20, PAGE);
        let (mut after, mut matched) = (String::new(), 0);
        loop {
            let page = self.link.collection.page(&mine, &after, limit, true, Consistency::Strong)?;
            let Some(last) = page.last() else { return Ok(matched) };
            after.clone_from(&last.id);
            self.rows += page.len() as u64;
            let mut surplus = Vec::new();
            for row in &page {
                match self.wanted_row(row)? {
                    Some(wanted) if wanted.id == row.id => {
                        matched += 1;
                        if !wanted.agrees_with(row) {
                            self.different(ContentHash::parse(&row.content)?, &format!("the row of {} differs from the catalog", wanted.file_name))?;
                        }
                    }
                    _ => surplus.push(row),
                }
            }
            for row in &surplus {
                self.surplus(format!("the catalog has no {} (row {})", row.file_name, row.id));
            }
            self.mend_surplus(&surplus)?;
        }
    }

    /// With `repair`, takes surplus rows back: by the outbox, so that a photo which returns in this moment keeps its row.
    fn mend_surplus(&self, surplus: &[&SharedRow]) -> Result<()> {
        if !self.options.repair {
            return Ok(());
        }
        let mut nobodys = Vec::new();
        for row in surplus {
            let hash = ContentHash::parse(&row.content).ok().filter(|_| row.id == SharedRow::id_of(&self.link.plan.device, &row.content));
            let is_gone = |hash| self.catalog.read(|db| Ok(matches!(outbox::wanted(db, hash, &self.link.plan.model)?, Wanted::Nothing)));
            match hash {
                Some(hash) if is_gone(hash)? => self.touch(hash)?,
                // The outbox would not find it, or has no use for it yet.
                _ => nobodys.push(row.id.as_str()),
            }
        }
        if !nobodys.is_empty() {
            self.link.collection.remove(&Filter::all().with_ids(nobodys))?;
        }
        Ok(())
    }

    /// What the catalog says of a row's content.
    fn wanted_row(&self, row: &SharedRow) -> Result<Option<SharedRow>> {
        let Ok(hash) = ContentHash::parse(&row.content) else { return Ok(None) };
        match self.catalog.read(|db| outbox::wanted(db, hash, &self.link.plan.model))? {
            Wanted::Held(held) => Ok(Some(self.link.plan.row(&held)?)),
            Wanted::Nothing | Wanted::NotYet => Ok(None),
        }
    }

    /// Images of the catalog that have no row. `matched`: rows that belong to one; as many as there are images means that
    /// none is missing.
    fn find_missing_rows(&mut self, matched: u64) -> Result<()> {
        let model = self.link.plan.model.clone();
        if self.catalog.read(|db| crate::catalog::images::count_live(db, &model))? == matched {
            return Ok(());
        }
        let mut after = None;
        loop {
            let page = self.catalog.read(|db| outbox::held_after(db, &model, after, PAGE))?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(*last);
            let ids: HashMap<String, ContentHash> = page.iter().map(|hash| (SharedRow::id_of(&self.link.plan.device, &hash.to_string()), *hash)).collect();
            let filter = Filter::all().with_ids(ids.keys().map(String::as_str));
            let present: HashSet<String> = self.link.collection.texts(&filter, "id", MAX_RESULTS, Consistency::Strong)?.into_iter().collect();
            for (id, hash) in ids {
                if !present.contains(&id) {
                    self.missing(hash, &format!("no row for picture {hash}"))?;
                }
            }
        }
    }

    /// The catalog has it, the remote does not.
    pub(super) fn missing(&mut self, hash: ContentHash, what: &str) -> Result<()> {
        self.found.missing += 1;
        self.example(what.to_owned());
        self.touch(hash)
    }

    /// Both have it, not the same.
    pub(super) fn different(&mut self, hash: ContentHash, what: &str) -> Result<()> {
        self.found.different += 1;
        self.example(what.to_owned());
        self.touch(hash)
    }

    /// The remote has it and the catalog does not.
    pub(super) fn surplus(&mut self, what: String) {
        self.found.surplus += 1;
        self.example(what);
    }

    /// With `repair`, lets the content be sent again.
    fn touch(&self, hash: ContentHash) -> Result<()> {
        if self.options.repair { self.catalog.write(|db| outbox::touch(db, hash)) } else { Ok(()) }
    }

    pub(super) fn example(&mut self, what: String) {
        if self.examples.len() < EXAMPLES {
            self.examples.push(what);
        }
    }
}
