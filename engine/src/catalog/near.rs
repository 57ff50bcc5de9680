//! Pictures that show the same: pairs that were found, pictures that were compared, pairs that the user says are no match.

use rusqlite::{Connection, params};

use super::{ContentHash, ImageKey, StoredPath};
use crate::Result;

/// Two pictures and how far apart they are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pair {
    pub(crate) a: ImageKey,
    pub(crate) b: ImageKey,
    pub(crate) distance: f32,
}

/// A file of the library with all by which one is preferred to another.
#[derive(Clone, Debug)]
pub(crate) struct Copy {
    pub(crate) file: i64,
    pub(crate) image: ImageKey,
    pub(crate) hash: ContentHash,
    pub(crate) folder: i64,
    pub(crate) path: std::path::PathBuf,
    pub(crate) is_protected: bool,
    pub(crate) is_offline: bool,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) bytes: u64,
    /// Nanoseconds since 1970.
    pub(crate) mtime: i64,
    pub(crate) format: String,
    pub(crate) taken_at: Option<String>,
}

/// Pictures with a vector that were not compared yet, at most `limit`, with their vectors.
pub(crate) fn uncompared(db: &Connection, model: &str, limit: usize) -> Result<Vec<(ImageKey, Vec<f32>)>> {
    let mut statement = db.prepare_cached(
        "SELECT image.id, vector.data FROM image JOIN vector ON vector.image = image.id AND vector.model = ?1
         WHERE orphaned_at IS NULL AND NOT EXISTS (SELECT 1 FROM compared WHERE compared.model = ?1 AND compared.image = image.id)
         ORDER BY image.id LIMIT ?2",
    )?;
    let rows = statement.query_map(params![model, limit], |row| Ok((row.get(0)?, super::vectors::from_bytes(row.get_ref(1)?.as_blob()?))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// How many pictures were compared, and how many there are.
pub(crate) fn progress(db: &Connection, model: &str) -> Result<(u64, u64)> {
    let done = db
        .prepare_cached("SELECT count(*) FROM compared JOIN image ON image.id = compared.image WHERE model = ?1 AND orphaned_at IS NULL")?
        .query_row([model], |row| row.get(0))?;
    Ok((done, super::images::count_live(db, model)?))
}

/// Notes that pictures were compared, and the pairs that were found.
pub(crate) fn note(db: &Connection, model: &str, compared: &[ImageKey], pairs: &[Pair]) -> Result<()> {
    let mut done = db.prepare_cached("INSERT OR IGNORE INTO compared (model, image) SELECT ?1, id FROM image WHERE id = ?2")?;
    for image in compared {
        done.execute(params![model, image])?;
    }
    let mut near = db.prepare_cached(
        "INSERT OR REPLACE INTO near (model, a, b, distance) SELECT ?1, ?2, ?3, ?4
         WHERE EXISTS (SELECT 1 FROM image WHERE id = ?2) AND EXISTS (SELECT 1 FROM image WHERE id = ?3)",
    )?;
    for pair in pairs {
        near.execute(params![model, pair.a.min(pair.b), pair.a.max(pair.b), pair.distance])?;
    }
    Ok(())
}

/// Every pair of live pictures that was found and not dismissed, the nearest first.
pub(crate) fn pairs(db: &Connection, model: &str) -> Result<Vec<Pair>> {
    let mut statement = db.prepare_cached(
        "SELECT near.a, near.b, distance FROM near JOIN image x ON x.id = near.a JOIN image y ON y.id = near.b
         WHERE model = ?1 AND x.orphaned_at IS NULL AND y.orphaned_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM dismissal WHERE (a = x.hash AND b = y.hash) OR (a = y.hash AND b = x.hash))
         ORDER BY distance, near.a, near.b",
    )?;
    let rows = statement.query_map([model], |row| Ok(Pair { a: row.get(0)?, b: row.get(1)?, distance: row.get(2)? }))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Pictures that were found near to one.
pub(crate) fn neighbours(db: &Connection, model: &str, image: ImageKey) -> Result<Vec<ImageKey>> {
    let mut statement = db.prepare_cached("SELECT b FROM near WHERE model = ?1 AND a = ?2 UNION SELECT a FROM near WHERE model = ?1 AND b = ?2")?;
    let rows = statement.query_map(params![model, image], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What groups depend on beside pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// Folders, and whether each is protected.
    folders: Vec<(i64, bool)>,
    pairs: u64,
    dismissed: u64,
    /// How many files there are, and the newest.
    files: (u64, i64),
}

pub(crate) fn stamp(db: &Connection, model: &str) -> Result<Stamp> {
    let folders = db
        .prepare_cached("SELECT id, protected FROM folder ORDER BY id")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let pairs = db.prepare_cached("SELECT count(*) FROM near WHERE model = ?1")?.query_row([model], |row| row.get(0))?;
    let dismissed = db.prepare_cached("SELECT count(*) FROM dismissal")?.query_row([], |row| row.get(0))?;
    let files = db.prepare_cached("SELECT count(*), coalesce(max(id), 0) FROM file")?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Stamp { folders, pairs, dismissed, files })
}

/// Pictures that lie in several files.
pub(crate) fn with_copies(db: &Connection) -> Result<Vec<ImageKey>> {
    let mut statement = db.prepare_cached("SELECT image FROM file WHERE image IS NOT NULL GROUP BY image HAVING count(*) > 1")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

const COPY: &str = "SELECT file.id, image.id, image.hash, folder.id, folder.path, dir, name, folder.protected, folder.offline IS NOT NULL, width, height,
    file.size, mtime, format, taken_at FROM file JOIN image ON image.id = file.image JOIN folder ON folder.id = file.folder";

/// The files of a picture.
pub(crate) fn copies(db: &Connection, image: ImageKey) -> Result<Vec<Copy>> {
    let mut statement = db.prepare_cached(&format!("{COPY} WHERE file.image = ?1 ORDER BY folder.path, dir, name"))?;
    let rows = statement.query_map([image], copy)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// One file.
pub(crate) fn copy_by_file(db: &Connection, file: i64) -> Result<Option<Copy>> {
    use rusqlite::OptionalExtension;
    Ok(db.prepare_cached(&format!("{COPY} WHERE file.id = ?1"))?.query_row([file], copy).optional()?)
}

fn copy(row: &rusqlite::Row<'_>) -> rusqlite::Result<Copy> {
    Ok(Copy {
        file: row.get(0)?,
        image: row.get(1)?,
        hash: row.get(2)?,
        folder: row.get(3)?,
        path: super::files::join(row.get(4)?, &row.get(5)?, &row.get(6)?),
        is_protected: row.get(7)?,
        is_offline: row.get(8)?,
        width: row.get(9)?,
        height: row.get(10)?,
        bytes: row.get(11)?,
        mtime: row.get(12)?,
        format: row.get(13)?,
        taken_at: row.get(14)?,
    })
}

/// Notes that none of these contents is a match of another of them, or that it is after all.
pub(crate) fn dismiss(db: &Connection, contents: &[ContentHash], is_match: bool) -> Result<()> {
    let sql = if is_match { "DELETE FROM dismissal WHERE a = ?1 AND b = ?2" } else { "INSERT OR IGNORE INTO dismissal (a, b) VALUES (?1, ?2)" };
    let mut statement = db.prepare_cached(sql)?;
    for (at, first) in contents.iter().enumerate() {
        for second in &contents[at + 1..] {
            statement.execute(params![first.min(second), first.max(second)])?;
        }
    }
    Ok(())
}

pub(crate) fn set_protected(db: &Connection, folder: i64, is_protected: bool) -> Result<bool> {
    Ok(db.execute("UPDATE folder SET protected = ?2 WHERE id = ?1", params![folder, is_protected])? > 0)
}

/// Number for the next batch of files that goes to the trash.
pub(crate) fn next_batch(db: &Connection) -> Result<i64> {
    Ok(db.query_row("SELECT coalesce(max(batch), 0) + 1 FROM trashed", [], |row| row.get(0))?)
}

pub(crate) fn note_trashed(db: &Connection, batch: i64, path: &std::path::Path, bytes: u64) -> Result<()> {
    db.prepare_cached("INSERT OR REPLACE INTO trashed (batch, path, bytes) VALUES (?1, ?2, ?3)")?.execute(params![batch, StoredPath::new(path), bytes])?;
    Ok(())
}

/// Paths of a batch, and when each went (Unix seconds).
pub(crate) fn trashed(db: &Connection, batch: i64) -> Result<Vec<(std::path::PathBuf, i64)>> {
    let mut statement = db.prepare_cached("SELECT path, trashed_at FROM trashed WHERE batch = ?1 ORDER BY path")?;
    let rows = statement.query_map([batch], |row| Ok((row.get::<_, StoredPath>(0)?.0, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(crate) fn forget_trashed(db: &Connection, batch: i64, path: &std::path::Path) -> Result<()> {
    db.prepare_cached("DELETE FROM trashed WHERE batch = ?1 AND path = ?2")?.execute(params![batch, StoredPath::new(path)])?;
    Ok(())
}
