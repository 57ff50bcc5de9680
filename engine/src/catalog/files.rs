//! Picture files: where they lie, how they looked at the last scan, which image they hold or why they are skipped.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use super::{FolderId, ImageKey, StoredPath, stored_words};
use crate::Result;
use crate::wire::SkippedFile;
use crate::words::Words;

/// Where a file lies: folder, directory relative to it, name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FileKey {
    pub(crate) folder: FolderId,
    pub(crate) dir: PathBuf,
    pub(crate) name: OsString,
}

/// A file as it looked at the last scan.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileRow {
    pub(crate) id: i64,
    pub(crate) size: u64,
    /// Nanoseconds since 1970.
    pub(crate) mtime: i64,
}

/// Why a file is not indexed: a code for programs, a sentence for people.
#[derive(Clone, Debug)]
pub(crate) struct SkipReason {
    pub(crate) code: &'static str,
    pub(crate) words: Words,
}

/// Files of a folder, or of all.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FileCounts {
    pub(crate) files: u64,
    pub(crate) skipped: u64,
}

/// Known files of one directory by name.
pub(crate) fn in_dir(db: &Connection, folder: FolderId, dir: &Path) -> Result<HashMap<OsString, FileRow>> {
    let mut statement = db.prepare_cached("SELECT name, id, size, mtime FROM file WHERE folder = ?1 AND dir = ?2")?;
    let rows = statement.query_map(params![folder, StoredPath::new(dir)], |row| {
        let name: StoredPath = row.get(0)?;
        Ok((name.0.into_os_string(), FileRow { id: row.get(1)?, size: row.get(2)?, mtime: row.get(3)? }))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Records that a file holds this image.
pub(crate) fn set_image(db: &Connection, key: &FileKey, size: u64, mtime: i64, image: ImageKey) -> Result<()> {
    upsert(db, key, size, mtime, Some(image), None)
}

/// Records that a file is skipped, and why.
pub(crate) fn set_skipped(db: &Connection, key: &FileKey, size: u64, mtime: i64, reason: &SkipReason) -> Result<()> {
    upsert(db, key, size, mtime, None, Some(reason))
}

fn upsert(db: &Connection, key: &FileKey, size: u64, mtime: i64, image: Option<ImageKey>, skip: Option<&SkipReason>) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO file (folder, dir, name, size, mtime, image, skip_code, skip_text, skip_said)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE EXISTS (SELECT 1 FROM folder WHERE id = ?1)
         ON CONFLICT (folder, dir, name) DO UPDATE SET
             size = excluded.size, mtime = excluded.mtime, image = excluded.image,
             skip_code = excluded.skip_code, skip_text = excluded.skip_text, skip_said = excluded.skip_said",
    )?
    .execute(params![
        key.folder,
        StoredPath::new(&key.dir),
        StoredPath::new(&key.name),
        size,
        mtime,
        image,
        skip.map(|reason| reason.code),
        skip.map(|reason| reason.words.as_str()),
        skip.and_then(|reason| stored_words::saying_of(&reason.words)),
    ])?;
    Ok(())
}

/// Forgets files that are gone from the disk. Returns how many there were.
pub(crate) fn remove(db: &Connection, ids: &[i64]) -> Result<usize> {
    let mut statement = db.prepare_cached("DELETE FROM file WHERE id = ?1")?;
    let mut removed = 0;
    for id in ids {
        removed += statement.execute([id])?;
    }
    Ok(removed)
}

/// Ids of the files in `dir` of a folder.
pub(crate) fn ids_in_dir(db: &Connection, folder: FolderId, dir: &StoredPath) -> Result<Vec<i64>> {
    let mut statement = db.prepare_cached("SELECT id FROM file WHERE folder = ?1 AND dir = ?2")?;
    let rows = statement.query_map(params![folder, dir], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Makes the next scan look at these files again although they have not changed; all skipped ones when `ids` is empty.
pub(crate) fn forget_skips(db: &Connection, ids: &[i64]) -> Result<usize> {
    // A time that no file has: the file then counts as changed.
    const NEVER: i64 = i64::MIN;
    if ids.is_empty() {
        return Ok(db.execute("UPDATE file SET mtime = ?1 WHERE skip_code IS NOT NULL", [NEVER])?);
    }
    let mut statement = db.prepare_cached("UPDATE file SET mtime = ?1 WHERE id = ?2 AND skip_code IS NOT NULL")?;
    let mut forgotten = 0;
    for id in ids {
        forgotten += statement.execute([NEVER, *id])?;
    }
    Ok(forgotten)
}

/// Counts by folder.
pub(crate) fn counts(db: &Connection) -> Result<HashMap<FolderId, FileCounts>> {
    let mut statement = db.prepare_cached("SELECT folder, count(*), count(skip_code) FROM file GROUP BY folder")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, FileCounts { files: row.get(1)?, skipped: row.get(2)? })))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Every skipped file with its reason, in the order of folder and path.
pub(crate) fn skipped(db: &Connection) -> Result<Vec<SkippedFile>> {
    let mut statement = db.prepare_cached(
        "SELECT file.id, folder.path, dir, name, skip_code, skip_text, skip_said FROM file JOIN folder ON folder.id = file.folder
         WHERE skip_code IS NOT NULL ORDER BY folder.path, dir, name",
    )?;
    let rows = statement.query_map([], |row| {
        let path = join(row.get(1)?, &row.get(2)?, &row.get(3)?);
        let (message, message_said) = stored_words::words(row.get(5)?, row.get(6)?).into_parts();
        Ok(SkippedFile { id: row.get(0)?, path: path.display().to_string(), code: row.get(4)?, message, message_said })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The image that an unchanged file of the library holds.
pub(crate) fn image_at(db: &Connection, key: &FileKey, size: u64, mtime: i64) -> Result<Option<ImageKey>> {
    let mut statement =
        db.prepare_cached("SELECT image FROM file WHERE folder = ?1 AND dir = ?2 AND name = ?3 AND size = ?4 AND mtime = ?5 AND image IS NOT NULL")?;
    let mut rows = statement.query(params![key.folder, StoredPath::new(&key.dir), StoredPath::new(&key.name), size, mtime])?;
    Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
}

/// Absolute path of a file from its stored parts.
pub(crate) fn join(folder: StoredPath, dir: &StoredPath, name: &StoredPath) -> PathBuf {
    let mut path = folder.0;
    path.push(dir);
    path.push(name);
    path
}
