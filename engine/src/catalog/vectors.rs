//! Vectors by image and model, and the log of changes that an index follows.

use rusqlite::{Connection, OptionalExtension, params};

use super::ImageKey;
use crate::Result;

/// What has become of an image since the index last looked.
pub(crate) enum Change {
    /// It can be found by this vector.
    Live(ImageKey, Vec<f32>),
    /// No file names it any more, or it has no vector of this model.
    Gone(ImageKey),
}

/// Stores the vector of an image; a vector that is already there stays. Of an image that is forgotten nothing is stored.
pub(crate) fn insert(db: &Connection, image: ImageKey, model: &str, vector: &[f32]) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO vector (image, model, data) SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM image WHERE id = ?1) ON CONFLICT (image, model) DO NOTHING",
    )?
    .execute(params![image, model, to_bytes(vector)])?;
    Ok(())
}

/// Deletes the vector of an image.
pub(crate) fn remove(db: &Connection, image: ImageKey, model: &str) -> Result<()> {
    db.prepare_cached("DELETE FROM vector WHERE image = ?1 AND model = ?2")?.execute(params![image, model])?;
    Ok(())
}

pub(crate) fn get(db: &Connection, image: ImageKey, model: &str) -> Result<Option<Vec<f32>>> {
    let mut statement = db.prepare_cached("SELECT data FROM vector WHERE image = ?1 AND model = ?2")?;
    Ok(statement.query_row(params![image, model], |row| Ok(from_bytes(row.get_ref(0)?.as_blob()?))).optional()?)
}

pub(crate) fn exists(db: &Connection, image: ImageKey, model: &str) -> Result<bool> {
    let mut statement = db.prepare_cached("SELECT 1 FROM vector WHERE image = ?1 AND model = ?2")?;
    Ok(statement.exists(params![image, model])?)
}

/// Newest sequence of the change log; 0 before the first change.
pub(crate) fn newest_sequence(db: &Connection) -> Result<u64> {
    // From sqlite_sequence, not max(seq): the log is pruned, the sequence goes on.
    let newest = db.prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'change'")?.query_row([], |row| row.get(0)).optional()?;
    Ok(newest.unwrap_or(0))
}

/// Sequence up to which the log has been pruned: an index that covers less must be rebuilt.
pub(crate) fn pruned_sequence(db: &Connection) -> Result<u64> {
    let oldest: Option<u64> = db.prepare_cached("SELECT min(seq) FROM change")?.query_row([], |row| row.get(0))?;
    match oldest {
        Some(oldest) => Ok(oldest - 1),
        None => newest_sequence(db),
    }
}

/// Drops the part of the log that the saved index covers.
pub(crate) fn prune_changes(db: &Connection, covered: u64) -> Result<()> {
    db.execute("DELETE FROM change WHERE seq <= ?1", [covered])?;
    Ok(())
}

/// The images that changed after `covered`, at most `limit` log entries, and the sequence that these reach.
pub(crate) fn changes_since(db: &Connection, model: &str, covered: u64, limit: u32) -> Result<(u64, Vec<Change>)> {
    let mut statement = db.prepare_cached(
        "WITH log AS (SELECT seq, image FROM change WHERE seq > ?1 ORDER BY seq LIMIT ?2),
              latest AS (SELECT image, max(seq) AS seq FROM log GROUP BY image)
         SELECT latest.image, vector.data, latest.seq FROM latest
         LEFT JOIN image ON image.id = latest.image AND image.orphaned_at IS NULL
         LEFT JOIN vector ON vector.image = image.id AND vector.model = ?3",
    )?;
    let mut rows = statement.query(params![covered, limit, model])?;
    let (mut reached, mut changes) = (covered, Vec::new());
    while let Some(row) = rows.next()? {
        let key = row.get(0)?;
        changes.push(match row.get::<_, Option<Vec<u8>>>(1)? {
            Some(bytes) => Change::Live(key, from_bytes(&bytes)),
            None => Change::Gone(key),
        });
        reached = reached.max(row.get(2)?);
    }
    Ok((reached, changes))
}

/// Vectors of all images that can be found, at most `limit`, after the image `after`: for building an index anew.
pub(crate) fn live_after(db: &Connection, model: &str, after: ImageKey, limit: u32) -> Result<Vec<(ImageKey, Vec<f32>)>> {
    let mut statement = db.prepare_cached(
        "SELECT image.id, data FROM image JOIN vector ON vector.image = image.id AND model = ?1
         WHERE image.id > ?2 AND orphaned_at IS NULL ORDER BY image.id LIMIT ?3",
    )?;
    let rows = statement.query_map(params![model, after, limit], |row| Ok((row.get(0)?, from_bytes(row.get_ref(1)?.as_blob()?))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Keys of all images that can be found, ascending.
pub(crate) fn live_keys(db: &Connection, model: &str) -> Result<Vec<ImageKey>> {
    let mut statement =
        db.prepare_cached("SELECT image.id FROM image JOIN vector ON vector.image = image.id AND model = ?1 WHERE orphaned_at IS NULL ORDER BY image.id")?;
    let rows = statement.query_map([model], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn to_bytes(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|value| value.to_le_bytes()).collect()
}

pub(super) fn from_bytes(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}
