//! The part of a comparison that looks at the object store.

use std::collections::VecDeque;

use crate::Result;
use crate::catalog::outbox::{self, Wanted};
use crate::catalog::{ContentHash, images};
use crate::objects::{ObjectInfo, ObjectKey, ObjectStore};
use crate::wire::Upload;

use super::keys::{PREFIXES, content_of, object_key, prefix};
use super::namers::Namers;
use super::now;
use super::verify::{PAGE, Verify};

impl Verify<'_> {
    /// Every object of ours against the catalog and the rows.
    pub(super) fn compare_objects(&mut self, store: &dyn ObjectStore) -> Result<()> {
        let (mut matched, mut namers) = (0, Namers::new(self.link, self.catalog)?);
        for prefix in PREFIXES {
            let mut after: Option<String> = None;
            loop {
                let page = store.list(prefix, after.as_deref(), PAGE)?;
                let Some(last) = page.last() else { break };
                after = Some(last.key.clone());
                self.objects += page.len() as u64;
                let mut unknown = Vec::new();
                for info in page {
                    let Some(hash) = content_of(&info.key) else { continue };
                    match self.compare_object(&info, hash)? {
                        Comparison::Wanted => matched += 1,
                        Comparison::Unknown => unknown.push((info, hash)),
                    }
                }
                self.collect_orphans(store, &mut namers, unknown)?;
            }
        }
        if let Some(others) = namers.others() {
            self.example(format!("objects that no row names are not looked for: rows of {others}, which cannot be asked, may name them"));
        }
        self.find_missing_objects(store, matched)
    }

    fn compare_object(&mut self, info: &ObjectInfo, hash: ContentHash) -> Result<Comparison> {
        let Wanted::Held(held) = self.catalog.read(|db| outbox::wanted(db, hash, &self.link.plan.model))? else { return Ok(Comparison::Unknown) };
        let upload = self.link.plan.upload();
        let facts = &held.image.facts;
        if object_key(upload, hash, &facts.format)?.is_none_or(|key| key.as_str() != info.key) {
            return Ok(Comparison::Unknown);
        }
        if upload == Upload::Originals && info.bytes != facts.bytes {
            self.different(hash, &format!("the object {} has {} bytes and not {}", info.key, info.bytes, facts.bytes))?;
        }
        Ok(Comparison::Wanted)
    }

    /// Objects that no row names and that are older than the grace period are surplus.
    fn collect_orphans(&mut self, store: &dyn ObjectStore, namers: &mut Namers<'_>, objects: Vec<(ObjectInfo, ContentHash)>) -> Result<()> {
        if objects.is_empty() {
            return Ok(());
        }
        // Whether any of these is surplus is not known.
        let Some(named) = namers.keys_of(objects.iter().map(|(_, hash)| *hash))? else { return Ok(()) };
        let oldest = now().saturating_sub(self.options.grace);
        for (info, hash) in objects {
            let is_settled = info.modified.is_some_and(|modified| modified <= oldest);
            if named.contains(&info.key) || !is_settled {
                continue;
            }
            if self.options.repair {
                // Asked again right before: a computer may have put it anew, or begun to rely on it.
                let key = ObjectKey::new(info.key.as_str())?;
                let is_as_listed = store.head(&key)?.is_some_and(|now| now.modified == info.modified);
                if is_as_listed && namers.keys_of([hash])?.is_some_and(|named| !named.contains(&info.key)) {
                    store.delete(&key)?;
                }
            }
            self.surplus(format!("no row names the object {}", info.key));
        }
        Ok(())
    }

    /// Images whose object is not there. `matched`: objects that belong to one.
    fn find_missing_objects(&mut self, store: &dyn ObjectStore, matched: u64) -> Result<()> {
        let (model, upload) = (self.link.plan.model.clone(), self.link.plan.upload());
        if self.catalog.read(|db| images::count_live(db, &model))? == matched {
            return Ok(());
        }
        let mut listing = Listing { store, prefix: prefix(upload), ahead: VecDeque::new(), after: None, is_over: false };
        let mut after = None;
        loop {
            let page = self.catalog.read(|db| {
                let hashes = outbox::held_after(db, &model, after, PAGE)?;
                let images = hashes.into_iter().map(|hash| images::by_hash(db, hash)).collect::<Result<Vec<_>>>()?;
                Ok(images.into_iter().flatten().collect::<Vec<_>>())
            })?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.hash);
            for image in &page {
                let Some(key) = object_key(upload, image.hash, &image.facts.format)? else { return Ok(()) };
                if !listing.has(key.as_str())? {
                    self.missing(image.hash, &format!("no object {key}"))?;
                }
            }
        }
    }
}

enum Comparison {
    Wanted,
    Unknown,
}

/// The keys under a prefix, in order, read as far as they are asked for.
struct Listing<'a> {
    store: &'a dyn ObjectStore,
    prefix: &'static str,
    ahead: VecDeque<String>,
    after: Option<String>,
    is_over: bool,
}

impl Listing<'_> {
    /// Whether a key is there. Keys must be asked for in ascending order.
    fn has(&mut self, key: &str) -> Result<bool> {
        loop {
            match self.ahead.front() {
                Some(next) if next.as_str() < key => drop(self.ahead.pop_front()),
                Some(next) => return Ok(next == key),
                None if self.is_over => return Ok(false),
                None => {
                    let page = self.store.list(self.prefix, self.after.as_deref(), PAGE)?;
                    self.is_over = page.is_empty();
                    self.after = page.last().map(|info| info.key.clone());
                    self.ahead.extend(page.into_iter().map(|info| info.key));
                }
            }
        }
    }
}
