//! Images: distinct contents, identified by the BLAKE3 hash of the file's bytes, and the places where each lies.

use std::fmt;
use std::path::PathBuf;

use roaring::RoaringTreemap;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::conditions::Conditions;
use super::folders::Bounds;
use super::{FileKey, FolderId, StoredPath, files};
use crate::wire::{LibraryOrder, SearchFilter};
use crate::{Error, Result};

/// Catalog id of an image: its key in the vector index. Never used again after the image is gone.
pub(crate) type ImageKey = i64;

/// BLAKE3 hash of a picture file's bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ContentHash([u8; 32]);

impl ContentHash {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads the id that hosts know: 64 hexadecimal digits.
    pub(crate) fn parse(id: &str) -> Result<Self> {
        blake3::Hash::from_hex(id).map(|hash| Self(*hash.as_bytes())).map_err(|_| Error::invalid(format!("{id:?} is no picture id (64 hexadecimal digits)")))
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl ToSql for ContentHash {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_slice().into())
    }
}

impl FromSql for ContentHash {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_blob()?.try_into().map(Self).map_err(|_| FromSqlError::InvalidType)
    }
}

/// What a picture file says of itself.
#[derive(Clone, Debug)]
pub(crate) struct ImageFacts {
    pub(crate) bytes: u64,
    pub(crate) format: String,
    /// Pixels, after orientation.
    pub(crate) width: u32,
    /// Pixels, after orientation.
    pub(crate) height: u32,
    /// `YYYY-MM-DDTHH:MM:SS` in the camera's local time.
    pub(crate) taken_at: Option<String>,
    pub(crate) camera: Option<String>,
}

/// An image of the catalog.
#[derive(Clone, Debug)]
pub(crate) struct ImageRow {
    pub(crate) key: ImageKey,
    pub(crate) hash: ContentHash,
    pub(crate) facts: ImageFacts,
}

/// A place of an image.
#[derive(Clone, Debug)]
pub(crate) struct ImagePlace {
    pub(crate) path: PathBuf,
    pub(crate) offline: bool,
    bounds: Bounds,
}

impl ImagePlace {
    /// Whether its file can be opened now. One that has become a link out of its folder's bounds cannot.
    pub(crate) fn is_open(&self) -> bool {
        !self.offline && self.path.is_file() && self.bounds.hold(&self.path)
    }
}

const COLUMNS: &str = "id, hash, bytes, format, width, height, taken_at, camera";

fn from_row(row: &Row<'_>) -> rusqlite::Result<ImageRow> {
    let facts = ImageFacts { bytes: row.get(2)?, format: row.get(3)?, width: row.get(4)?, height: row.get(5)?, taken_at: row.get(6)?, camera: row.get(7)? };
    Ok(ImageRow { key: row.get(0)?, hash: row.get(1)?, facts })
}

pub(crate) fn by_key(db: &Connection, key: ImageKey) -> Result<Option<ImageRow>> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM image WHERE id = ?1"))?;
    Ok(statement.query_row([key], from_row).optional()?)
}

pub(crate) fn by_hash(db: &Connection, hash: ContentHash) -> Result<Option<ImageRow>> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM image WHERE hash = ?1"))?;
    Ok(statement.query_row([hash], from_row).optional()?)
}

/// Adds an image, or finds the one that is already there.
pub(crate) fn insert(db: &Connection, hash: ContentHash, facts: &ImageFacts) -> Result<ImageKey> {
    db.prepare_cached(
        "INSERT INTO image (hash, bytes, format, width, height, taken_at, camera) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (hash) DO NOTHING",
    )?
    .execute(params![hash, facts.bytes, facts.format, facts.width, facts.height, facts.taken_at, facts.camera])?;
    Ok(db.prepare_cached("SELECT id FROM image WHERE hash = ?1")?.query_row([hash], |row| row.get(0))?)
}

/// Everywhere an image lies, in the order of the paths; reachable places first.
pub(crate) fn places(db: &Connection, key: ImageKey) -> Result<Vec<ImagePlace>> {
    let mut statement = db.prepare_cached(
        "SELECT folder.path, dir, name, folder.offline IS NOT NULL AS unreachable, folder.confined_to FROM file JOIN folder ON folder.id = file.folder
         WHERE image = ?1 ORDER BY unreachable, folder.path, dir, name",
    )?;
    let rows = statement.query_map([key], |row| {
        let bounds = Bounds::parse(row.get::<_, Option<String>>(4)?.as_deref());
        Ok(ImagePlace { path: files::join(row.get(0)?, &row.get(1)?, &row.get(2)?), offline: row.get(3)?, bounds })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Keys of the images of the library that a filter lets pass.
pub(crate) fn passing(db: &Connection, filter: &SearchFilter) -> Result<RoaringTreemap> {
    let conditions = Conditions::of(filter)?;
    let mut statement = db.prepare(&format!("SELECT id FROM image WHERE {}", conditions.sql()))?;
    let keys = statement.query_map(conditions.values(), |row| row.get::<_, ImageKey>(0))?;
    Ok(keys.map(|key| key.map(ImageKey::cast_unsigned)).collect::<rusqlite::Result<_>>()?)
}

/// Images that a search can find with this model.
pub(crate) fn count_live(db: &Connection, model: &str) -> Result<u64> {
    let mut statement = db.prepare_cached("SELECT count(*) FROM vector JOIN image ON image.id = vector.image WHERE model = ?1 AND orphaned_at IS NULL")?;
    Ok(statement.query_row([model], |row| row.get(0))?)
}

/// Images of the library, whether a search finds them or not.
pub(crate) fn count(db: &Connection) -> Result<u64> {
    Ok(db.prepare_cached("SELECT count(*) FROM image WHERE orphaned_at IS NULL")?.query_row([], |row| row.get(0))?)
}

/// The order of the library, as SQL has it.
pub(super) fn sorted(order: LibraryOrder) -> &'static str {
    match order {
        LibraryOrder::Newest => "coalesce(taken_at, datetime(added_at, 'unixepoch')) DESC, id DESC",
        LibraryOrder::Oldest => "coalesce(taken_at, datetime(added_at, 'unixepoch')), id",
        LibraryOrder::Added => "added_at DESC, id DESC",
        LibraryOrder::Largest => "bytes DESC, id DESC",
    }
}

/// A slice of the library: how many there are in all, and the rows.
pub(crate) fn slice(db: &Connection, folder: Option<FolderId>, order: LibraryOrder, offset: u64, limit: u32) -> Result<(u64, Vec<ImageRow>)> {
    let order = sorted(order);
    let (filter, folder) = match folder {
        // 0 is no folder's id; it only gives both statements the same parameters.
        None => ("orphaned_at IS NULL AND ?3 = 0", 0),
        Some(id) => ("orphaned_at IS NULL AND id IN (SELECT image FROM file WHERE folder = ?3)", id),
    };
    let total = db.prepare_cached(&format!("SELECT count(*) FROM image WHERE {}", filter.replace("?3", "?1")))?.query_row([folder], |row| row.get(0))?;
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM image WHERE {filter} ORDER BY {order} LIMIT ?1 OFFSET ?2"))?;
    let rows = statement.query_map(params![limit, offset, folder], from_row)?;
    Ok((total, rows.collect::<rusqlite::Result<_>>()?))
}

/// A file of each image that has no vector of this model yet, at most `limit`, after the image `after`.
pub(crate) fn without_vector(db: &Connection, model: &str, after: ImageKey, limit: u32) -> Result<Vec<(ImageKey, FileKey, PathBuf)>> {
    let mut statement = db.prepare_cached(
        "SELECT image.id, file.folder, dir, name, folder.path FROM image
         JOIN file ON file.id = (SELECT min(file.id) FROM file JOIN folder ON folder.id = file.folder
                                 WHERE image = image.id AND folder.offline IS NULL AND NOT folder.paused)
         JOIN folder ON folder.id = file.folder
         WHERE image.id > ?2 AND NOT EXISTS (SELECT 1 FROM vector WHERE image = image.id AND model = ?1)
         ORDER BY image.id LIMIT ?3",
    )?;
    let rows = statement.query_map(params![model, after, limit], |row| {
        let (dir, name): (StoredPath, StoredPath) = (row.get(2)?, row.get(3)?);
        let root: StoredPath = row.get(4)?;
        Ok((row.get(0)?, FileKey { folder: row.get(1)?, dir: dir.0, name: name.0.into_os_string() }, root.0))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Forgets images that no file has named for `days`. Until then a file that comes back finds its vector.
/// Returns their hashes, so that their thumbnails can go too.
pub(crate) fn purge_orphans(db: &Connection, days: u32) -> Result<Vec<ContentHash>> {
    let seconds = i64::from(days) * 86_400;
    let mut statement = db.prepare_cached("DELETE FROM image WHERE orphaned_at < unixepoch() - ?1 RETURNING hash")?;
    let rows = statement.query_map([seconds], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
