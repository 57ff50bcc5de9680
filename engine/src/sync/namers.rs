//! Who names an object. Keys are shared by a whole bucket, so the rows of every collection of the database are asked,
//! whatever model or library they are of; and where collections of other databases have claimed the bucket, nothing is known.

use std::collections::{HashMap, HashSet};

use crate::catalog::{Catalog, ContentHash};
use crate::index::milvus::{Collection, Filter, MAX_RESULTS};
use crate::remote::{Fault, FaultKind};
use crate::wire::Consistency;

use super::{Link, claims};

/// The collections of a database, opened as they are met.
pub(super) struct Namers<'a> {
    link: &'a Link,
    /// By name; none for one of another program.
    met: HashMap<String, Option<Collection>>,
    /// Numbers of collections that are met, or are dropped, so that nothing need be asked of them.
    known: HashSet<i64>,
    /// Claims of collections that cannot be asked, as they were last looked at.
    others: Vec<String>,
}

impl<'a> Namers<'a> {
    pub(super) fn new(link: &'a Link, catalog: &Catalog) -> crate::Result<Self> {
        Ok(Self { link, met: HashMap::new(), known: link.plan.own_collections(catalog)?, others: Vec::new() })
    }

    /// The collections that have kept everything from being known; none where there are none.
    pub(super) fn others(&self) -> Option<String> {
        let names: Vec<&str> = self.others.iter().map(|claim| claims::name_of(claim)).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }

    /// Keys of the objects that rows of these contents name, whoever's they are. None where that is not known, and so
    /// nothing may be removed: a collection may not be read, is of another database, or there are more rows than one answer
    /// holds.
    ///
    /// # Errors
    ///
    /// Faults that may pass.
    pub(super) fn keys_of(&mut self, contents: impl IntoIterator<Item = ContentHash>) -> Result<Option<HashSet<String>>, Fault> {
        let contents: HashSet<String> = contents.into_iter().map(|hash| hash.to_string()).collect();
        let filter = Filter::all().with_contents(contents.iter().map(String::as_str));
        match self.ask_all(&filter) {
            Err(fault) if !fault.is_passing() && fault.kind != FaultKind::Stopped => {
                tracing::warn!(%fault, "objects are kept, because not every collection could be asked whether it names them");
                Ok(None)
            }
            asked => asked,
        }
    }

    fn ask_all(&mut self, filter: &Filter) -> Result<Option<HashSet<String>>, Fault> {
        let mut keys = HashSet::new();
        // Listed anew each time: another computer may have made a collection since, and rows in it.
        for name in self.link.milvus.collections()? {
            match self.ask(&name, filter) {
                Ok(found) if found.len() >= MAX_RESULTS => return Ok(None),
                Ok(found) => keys.extend(found),
                // Dropped since its name was given: it names nothing any more.
                Err(fault) if fault.kind == FaultKind::Missing && !self.link.milvus.collections()?.contains(&name) => drop(self.met.remove(&name)),
                Err(fault) => return Err(fault),
            }
        }
        if let Some(store) = &self.link.store {
            let others = claims::of_others(store, &self.known)?;
            if others != self.others {
                tracing::warn!(
                    claims = others.join(", "),
                    "objects are kept, because rows of other databases may name them; the claim of one that is gone can be removed"
                );
                self.others = others;
            }
        }
        Ok(self.others.is_empty().then_some(keys))
    }

    fn ask(&mut self, name: &str, filter: &Filter) -> Result<Vec<String>, Fault> {
        if !self.met.contains_key(name) {
            let collection = Collection::new(&self.link.milvus, name, 0, self.link.plan.settings.milvus.index);
            // Gone already: it names nothing.
            let Some(shape) = collection.shape()? else { return Ok(Vec::new()) };
            self.known.insert(shape.id);
            let is_ours = shape.lacks.is_empty();
            if is_ours {
                // Only what is loaded can be asked; somebody may have released it.
                collection.load().map_err(for_good)?;
            }
            self.met.insert(name.to_owned(), is_ours.then_some(collection));
        }
        match self.met.get(name) {
            Some(Some(collection)) => collection.texts(filter, "object_key", MAX_RESULTS, Consistency::Strong),
            _ => Ok(Vec::new()),
        }
    }
}

/// A collection without an index is not loaded however often that is tried. There may be rows in it, so what they name is kept, but
/// nothing waits for it.
fn for_good(fault: Fault) -> Fault {
    if fault.message.as_str().contains("index not found") { Fault { kind: FaultKind::Refused, ..fault } } else { fault }
}
