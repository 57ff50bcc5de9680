//! Watched folders.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{StoredPath, stored_words};
use crate::Result;
use crate::words::Words;

/// Catalog id of a folder.
pub(crate) type FolderId = i64;

/// A watched folder as the catalog knows it.
#[derive(Clone, Debug)]
pub(crate) struct FolderRow {
    pub(crate) id: FolderId,
    pub(crate) path: PathBuf,
    pub(crate) paused: bool,
    pub(crate) excludes: Vec<String>,
    /// Device and inode of the root at the last complete scan, where the system has such.
    pub(crate) identity: Option<String>,
    pub(crate) scanned_at: Option<i64>,
    /// Why it cannot be reached; none while it can.
    pub(crate) offline: Option<Words>,
    pub(crate) is_protected: bool,
    pub(crate) bounds: Bounds,
}

/// Places out of which no link may lead; none: anywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bounds(Option<Vec<PathBuf>>);

impl Bounds {
    /// As the catalog has them.
    pub(super) fn parse(stored: Option<&str>) -> Self {
        // What cannot be read bounds everything.
        Self(stored.map(|text| serde_json::from_str(text).unwrap_or_default()))
    }

    /// Whether a path, as the system resolves it, lies within.
    pub(crate) fn hold(&self, path: &Path) -> bool {
        let Some(places) = &self.0 else { return true };
        dunce::canonicalize(path).is_ok_and(|resolved| places.iter().any(|place| resolved.starts_with(place)))
    }

    /// Whether there are any.
    pub(crate) fn are_set(&self) -> bool {
        self.0.is_some()
    }
}

const COLUMNS: &str = "id, path, paused, excludes, identity, scanned_at, offline, offline_said, protected, confined_to";

fn from_row(row: &Row<'_>) -> rusqlite::Result<FolderRow> {
    let excludes: String = row.get(3)?;
    let (offline, offline_said): (Option<String>, Option<String>) = (row.get(6)?, row.get(7)?);
    Ok(FolderRow {
        id: row.get(0)?,
        path: row.get::<_, StoredPath>(1)?.0,
        paused: row.get(2)?,
        excludes: serde_json::from_str(&excludes).unwrap_or_default(),
        identity: row.get(4)?,
        scanned_at: row.get(5)?,
        offline: offline.map(|english| stored_words::words(english, offline_said)),
        is_protected: row.get(8)?,
        bounds: Bounds::parse(row.get::<_, Option<String>>(9)?.as_deref()),
    })
}

/// All folders in the order of their paths.
pub(crate) fn all(db: &Connection) -> Result<Vec<FolderRow>> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM folder ORDER BY path"))?;
    let rows = statement.query_map([], from_row)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// One folder.
pub(crate) fn get(db: &Connection, id: FolderId) -> Result<Option<FolderRow>> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM folder WHERE id = ?1"))?;
    Ok(statement.query_row([id], from_row).optional()?)
}

/// Adds a folder; the files of watched folders beneath it become its own, with all that is known of them.
pub(crate) fn add(db: &Connection, path: &Path, excludes: &[String]) -> Result<FolderId> {
    let beneath: Vec<FolderRow> = all(db)?.into_iter().filter(|known| known.path.starts_with(path)).collect();
    db.execute("INSERT INTO folder (path, excludes) VALUES (?1, ?2)", params![StoredPath::new(path), to_json(excludes)])?;
    let id = db.last_insert_rowid();
    for child in beneath {
        let prefix = child.path.strip_prefix(path).unwrap_or(Path::new(""));
        for dir in dirs(db, child.id)? {
            let moved = if dir.0.as_os_str().is_empty() { prefix.to_owned() } else { prefix.join(&dir) };
            db.prepare_cached("UPDATE file SET folder = ?1, dir = ?2 WHERE folder = ?3 AND dir = ?4")?.execute(params![
                id,
                StoredPath(moved),
                child.id,
                dir
            ])?;
        }
        remove(db, child.id)?;
    }
    Ok(id)
}

/// Forgets a folder and its files. What is known of their content stays for a while; see [`super::images::purge_orphans`].
pub(crate) fn remove(db: &Connection, id: FolderId) -> Result<()> {
    // Not left to ON DELETE CASCADE, so that the triggers see each row.
    db.execute("DELETE FROM file WHERE folder = ?1", [id])?;
    db.execute("DELETE FROM folder WHERE id = ?1", [id])?;
    Ok(())
}

pub(crate) fn set_paused(db: &Connection, id: FolderId, paused: bool) -> Result<bool> {
    Ok(db.execute("UPDATE folder SET paused = ?2 WHERE id = ?1", params![id, paused])? > 0)
}

pub(crate) fn set_excludes(db: &Connection, id: FolderId, excludes: &[String]) -> Result<bool> {
    Ok(db.execute("UPDATE folder SET excludes = ?2 WHERE id = ?1", params![id, to_json(excludes)])? > 0)
}

/// Lets no link lead out of these places.
pub(crate) fn confine(db: &Connection, id: FolderId, places: &[String]) -> Result<()> {
    db.execute("UPDATE folder SET confined_to = ?2 WHERE id = ?1", params![id, to_json(places)])?;
    Ok(())
}

/// Notes that a folder cannot be reached, and why; `None`: it can be again.
pub(crate) fn set_offline(db: &Connection, id: FolderId, reason: Option<&Words>) -> Result<()> {
    db.execute(
        "UPDATE folder SET offline = ?2, offline_said = ?3 WHERE id = ?1 AND (offline IS NOT ?2 OR offline_said IS NOT ?3)",
        params![id, reason.map(Words::as_str), reason.and_then(stored_words::saying_of)],
    )?;
    Ok(())
}

/// Notes a complete scan.
pub(crate) fn set_scanned(db: &Connection, id: FolderId, identity: Option<&str>) -> Result<()> {
    db.execute("UPDATE folder SET scanned_at = unixepoch(), identity = ?2 WHERE id = ?1", params![id, identity])?;
    Ok(())
}

/// Directories (relative) of a folder that hold known files.
pub(crate) fn dirs(db: &Connection, id: FolderId) -> Result<Vec<StoredPath>> {
    let mut statement = db.prepare_cached("SELECT DISTINCT dir FROM file WHERE folder = ?1")?;
    let rows = statement.query_map([id], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn to_json(excludes: &[String]) -> String {
    serde_json::Value::from(excludes).to_string()
}
