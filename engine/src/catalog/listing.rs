//! Which pictures of the library are shown where not all of them are, in their order. The latest list is kept for as long as
//! nothing changes, so that its further slices cost nothing.

use std::sync::{Arc, Mutex};

use rusqlite::Connection;

use super::conditions::{Conditions, json};
use super::{Catalog, FolderId, ImageKey, folders, images, lock};
use crate::Result;
use crate::wire::{LibraryOrder, SearchFilter};

/// What is to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Only what lies in it.
    pub(crate) folder: Option<FolderId>,
    /// Each has to be in the name of the file, or of a folder that it lies in.
    pub(crate) words: Vec<String>,
    pub(crate) filter: SearchFilter,
    pub(crate) order: LibraryOrder,
}

/// The latest list, on a connection of its own: that notices when any other has changed the catalog.
#[derive(Default)]
pub(super) struct Listings(Mutex<Option<(Connection, Option<Known>)>>);

struct Known {
    /// Of the catalog, as the connection counts.
    version: i64,
    asked: Asked,
    keys: Arc<Vec<ImageKey>>,
}

impl Catalog {
    /// Keys of the images that are shown, in their order.
    pub(crate) fn listed(&self, asked: &Asked) -> Result<Arc<Vec<ImageKey>>> {
        let mut latest = lock(&self.listings.0);
        let (connection, known) = match &mut *latest {
            Some(latest) => latest,
            none => none.insert((self.connect_reader()?, None)),
        };
        let snapshot = connection.unchecked_transaction()?;
        let version = snapshot.query_row("PRAGMA data_version", [], |row| row.get(0))?;
        if let Some(known) = known
            && known.version == version
            && known.asked == *asked
        {
            return Ok(Arc::clone(&known.keys));
        }
        let keys = Arc::new(keys(&snapshot, asked)?);
        *known = Some(Known { version, asked: asked.clone(), keys: Arc::clone(&keys) });
        Ok(keys)
    }
}

fn keys(db: &Connection, asked: &Asked) -> Result<Vec<ImageKey>> {
    let mut conditions = Conditions::of(&asked.filter)?;
    let mut of_file = vec!["image IS NOT NULL".to_owned()];
    if let Some(folder) = asked.folder {
        of_file.push(format!("folder = {}", conditions.hold(folder)));
    }
    let folders = folders::all(db)?;
    for word in &asked.words {
        let named: Vec<FolderId> =
            folders.iter().filter(|row| has(&row.path.file_name().unwrap_or_default().to_string_lossy(), word)).map(|row| row.id).collect();
        let mut either = vec![format!("folder IN (SELECT value FROM json_each({}))", conditions.hold(json(&named)?))];
        for pattern in patterns(word) {
            let pattern = conditions.hold(pattern);
            either.push(format!("name LIKE {pattern} ESCAPE '\\' OR dir LIKE {pattern} ESCAPE '\\'"));
        }
        of_file.push(format!("({})", either.join(" OR ")));
    }
    if of_file.len() > 1 {
        conditions.add_held(format!("id IN (SELECT image FROM file WHERE {})", of_file.join(" AND ")));
    }
    let mut statement = db.prepare_cached(&format!("SELECT id FROM image WHERE {} ORDER BY {}", conditions.sql(), images::sorted(asked.order)))?;
    let keys = statement.query_map(conditions.values(), |row| row.get(0))?;
    Ok(keys.collect::<rusqlite::Result<_>>()?)
}

fn has(text: &str, word: &str) -> bool {
    text.to_lowercase().contains(&word.to_lowercase())
}

/// What a text with the word in it is LIKE. SQLite takes capitals as small letters only where they are ASCII.
fn patterns(word: &str) -> Vec<String> {
    let mut forms = vec![word.to_owned()];
    if !word.is_ascii() {
        let lower = word.to_lowercase();
        let mut rest = lower.chars();
        let first: String = rest.next().into_iter().flat_map(char::to_uppercase).collect();
        forms.extend([word.to_uppercase(), first + rest.as_str(), lower]);
    }
    forms.sort_unstable();
    forms.dedup();
    forms.into_iter().map(|form| format!("%{}%", form.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))).collect()
}
