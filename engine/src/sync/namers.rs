//! Who names an object.

use std::collections::HashSet;

use crate::catalog::ContentHash;
use crate::index::milvus::{Filter, MAX_RESULTS};
use crate::remote::Fault;
use crate::wire::Consistency;

use super::Link;

/// Asks for the rows that name objects.
pub(super) struct Namers<'a> {
    link: &'a Link,
}

impl<'a> Namers<'a> {
    pub(super) fn new(link: &'a Link) -> Self {
        Self { link }
    }

    /// Keys of the objects that rows of these contents name, whoever's they are; none where there are more rows than one
    /// answer holds, and so nothing is known of a key that is not in it.
    pub(super) fn keys_of(&self, contents: impl IntoIterator<Item = ContentHash>) -> Result<Option<HashSet<String>>, Fault> {
        let contents: HashSet<String> = contents.into_iter().map(|hash| hash.to_string()).collect();
        let filter = Filter::all().with_contents(contents.iter().map(String::as_str));
        let found = self.link.collection.texts(&filter, "object_key", MAX_RESULTS, Consistency::Strong)?;
        Ok((found.len() < MAX_RESULTS).then(|| found.into_iter().collect()))
    }
}
