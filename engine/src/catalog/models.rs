//! Which model is in use, what is known of each model whose vectors are here, and the switch under way.
//! Manifests are text here: this module knows how to keep them, not what they say.

use std::collections::HashMap;
use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::{ContentHash, ImageKey, StoredPath, files, stored_words, vectors};
use crate::words::Words;
use crate::{Error, Result};

/// A model as the catalog remembers it.
#[derive(Clone, Debug)]
pub(crate) struct ModelRow {
    pub(crate) id: String,
    /// Text of `model.toml`.
    pub(crate) manifest: String,
    pub(crate) fingerprint: String,
    /// Whether it came inside the program.
    pub(crate) bundled: bool,
    /// Unix seconds since when it was last in use; none: its vectors were never complete.
    pub(crate) used_at: Option<i64>,
}

/// A switch under way. It lasts until it is complete or cancelled, over any number of starts of the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SwitchRow {
    /// Id of the model to come.
    pub(crate) target: String,
    pub(crate) paused: bool,
    /// Whether the program began it by itself, because it brought a new model.
    pub(crate) upgrade: bool,
}

/// Pictures that can be found, seen from one model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Coverage {
    /// Pictures of the library.
    pub(crate) total: u64,
    /// Of these, without a vector of the model and without a reason for that: still to be embedded.
    pub(crate) missing: u64,
    /// Of these, embedded from their thumbnail.
    pub(crate) from_thumbnail: u64,
    /// Of these, without a vector, with a reason.
    pub(crate) left_out: u64,
}

/// A picture to be embedded and the files that hold it, reachable ones first.
pub(crate) struct ToEmbed {
    pub(crate) key: ImageKey,
    pub(crate) hash: ContentHash,
    pub(crate) files: Vec<PathBuf>,
}

/// What is to be said of a picture and a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoteKind {
    /// Its vector was made from its thumbnail.
    Thumbnail,
    /// It has no vector.
    None,
}

impl NoteKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Thumbnail => "thumbnail",
            Self::None => "none",
        }
    }
}

/// A picture with a note.
pub(crate) struct Noted {
    pub(crate) key: ImageKey,
    pub(crate) kind: NoteKind,
    pub(crate) reason: Words,
}

fn meta(db: &Connection, key: &str) -> Result<Option<String>> {
    Ok(db.prepare_cached("SELECT value FROM meta WHERE key = ?1")?.query_row([key], |row| row.get(0)).optional()?)
}

fn set_meta(db: &Connection, key: &str, value: Option<&str>) -> Result<()> {
    match value {
        Some(value) => db.execute("INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value", [key, value])?,
        None => db.execute("DELETE FROM meta WHERE key = ?1", [key])?,
    };
    Ok(())
}

/// Id of the model in use; none in a library that has not been opened for writing yet.
pub(crate) fn in_use(db: &Connection) -> Result<Option<String>> {
    meta(db, "model")
}

/// Puts a model to use. The caller sees to it that its vectors are there.
pub(crate) fn set_in_use(db: &Connection, id: &str) -> Result<()> {
    db.execute("UPDATE model SET used_at = unixepoch() WHERE id = ?1 OR id = (SELECT value FROM meta WHERE key = 'model')", [id])?;
    set_meta(db, "model", Some(id))
}

/// The switch under way.
pub(crate) fn switch(db: &Connection) -> Result<Option<SwitchRow>> {
    let Some(text) = meta(db, "switch")? else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(|error| Error::internal(format!("the catalog's note of a switch cannot be read: {error}")))
}

/// Records a switch, changes it, or (`None`) ends it.
pub(crate) fn set_switch(db: &Connection, switch: Option<&SwitchRow>) -> Result<()> {
    let text = switch.map(serde_json::to_string).transpose().map_err(|error| Error::internal(error.to_string()))?;
    set_meta(db, "switch", text.as_deref())
}

/// Whether this library began with this model of the program's own, or was switched to it by itself.
pub(crate) fn was_offered(db: &Connection, id: &str) -> Result<bool> {
    Ok(meta(db, "model.offered")?.is_some_and(|ids| ids.split(' ').any(|offered| offered == id)))
}

pub(crate) fn set_offered(db: &Connection, id: &str) -> Result<()> {
    let ids = meta(db, "model.offered")?.map_or_else(|| id.to_owned(), |ids| format!("{ids} {id}"));
    set_meta(db, "model.offered", Some(&ids))
}

const COLUMNS: &str = "id, manifest, fingerprint, bundled, used_at";

fn from_row(row: &Row<'_>) -> rusqlite::Result<ModelRow> {
    Ok(ModelRow { id: row.get(0)?, manifest: row.get(1)?, fingerprint: row.get(2)?, bundled: row.get(3)?, used_at: row.get(4)? })
}

pub(crate) fn all(db: &Connection) -> Result<Vec<ModelRow>> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM model ORDER BY id"))?;
    let rows = statement.query_map([], from_row)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(crate) fn get(db: &Connection, id: &str) -> Result<Option<ModelRow>> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM model WHERE id = ?1"))?;
    Ok(statement.query_row([id], from_row).optional()?)
}

/// Remembers a model, or what has changed in its manifest. False: the catalog holds vectors that another model of this id
/// has made, and remembers that one.
pub(crate) fn remember(db: &Connection, id: &str, manifest: &str, fingerprint: &str, bundled: bool) -> Result<bool> {
    if let Some(known) = get(db, id)?
        && known.fingerprint != fingerprint
        && has_vectors(db, id)?
    {
        return Ok(false);
    }
    db.execute(
        "INSERT INTO model (id, manifest, fingerprint, bundled) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET manifest = excluded.manifest, fingerprint = excluded.fingerprint, bundled = max(bundled, excluded.bundled)",
        params![id, manifest, fingerprint, bundled],
    )?;
    Ok(true)
}

/// Whether there is any vector of a model.
pub(crate) fn has_vectors(db: &Connection, id: &str) -> Result<bool> {
    Ok(db.prepare_cached("SELECT 1 FROM vector WHERE model = ?1 LIMIT 1")?.exists([id])?)
}

/// Numbers in a vector of a model, of which there must be one.
pub(crate) fn dimension(db: &Connection, id: &str) -> Result<usize> {
    Ok(db.query_row("SELECT length(data) / 4 FROM vector WHERE model = ?1 LIMIT 1", [id], |row| row.get(0))?)
}

/// Vectors by model, also of pictures that no file names at present.
pub(crate) fn vector_counts(db: &Connection) -> Result<HashMap<String, u64>> {
    let mut statement = db.prepare_cached("SELECT model, count(*) FROM vector GROUP BY model")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Marks a model's vectors as incomplete: done before they are deleted, so that a half-deleted set is not taken for whole.
pub(crate) fn set_unused(db: &Connection, id: &str) -> Result<()> {
    db.execute("UPDATE model SET used_at = NULL WHERE id = ?1", [id])?;
    Ok(())
}

/// Deletes at most `limit` vectors of a model; says how many were deleted. With none left, all else about it goes too.
pub(crate) fn forget_some(db: &Connection, id: &str, limit: u32) -> Result<usize> {
    let mut statement = db.prepare_cached("DELETE FROM vector WHERE id IN (SELECT id FROM vector WHERE model = ?1 LIMIT ?2)")?;
    let deleted = statement.execute(params![id, limit])?;
    if deleted == 0 {
        db.execute("DELETE FROM embedding_note WHERE model = ?1", [id])?;
        db.execute("DELETE FROM model WHERE id = ?1", [id])?;
    }
    Ok(deleted)
}

const IS_MISSING: &str = "orphaned_at IS NULL AND NOT EXISTS (SELECT 1 FROM vector WHERE vector.image = image.id AND vector.model = ?1)
     AND NOT EXISTS (SELECT 1 FROM embedding_note WHERE embedding_note.image = image.id AND embedding_note.model = ?1)";

/// How far a model covers the library.
pub(crate) fn coverage(db: &Connection, id: &str) -> Result<Coverage> {
    let total = db.prepare_cached("SELECT count(*) FROM image WHERE orphaned_at IS NULL")?.query_row([], |row| row.get(0))?;
    let missing = db.prepare_cached(&format!("SELECT count(*) FROM image WHERE {IS_MISSING}"))?.query_row([id], |row| row.get(0))?;
    let mut noted = db.prepare_cached(
        "SELECT count(*) FILTER (WHERE kind = 'thumbnail'), count(*) FILTER (WHERE kind = 'none')
         FROM embedding_note JOIN image ON image.id = embedding_note.image WHERE model = ?1 AND orphaned_at IS NULL",
    )?;
    let (from_thumbnail, left_out) = noted.query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Coverage { total, missing, from_thumbnail, left_out })
}

/// Whether any picture is still to be embedded with a model.
pub(crate) fn is_missing_any(db: &Connection, id: &str) -> Result<bool> {
    Ok(db.prepare_cached(&format!("SELECT 1 FROM image WHERE {IS_MISSING} LIMIT 1"))?.exists([id])?)
}

/// Pictures that are still to be embedded with a model, at most `limit`, after the picture `after`.
pub(crate) fn to_embed(db: &Connection, id: &str, after: ImageKey, limit: u32) -> Result<Vec<ToEmbed>> {
    let mut statement = db.prepare_cached(&format!("SELECT id, hash FROM image WHERE {IS_MISSING} AND id > ?2 ORDER BY id LIMIT ?3"))?;
    let found = statement.query_map(params![id, after, limit], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut places = db.prepare_cached(
        "SELECT folder.path, dir, name FROM file JOIN folder ON folder.id = file.folder WHERE image = ?1 ORDER BY folder.offline IS NOT NULL, file.id",
    )?;
    let mut pictures = Vec::with_capacity(found.len());
    for (key, hash) in found {
        let rows = places.query_map([key], |row| {
            let (folder, dir, name): (StoredPath, StoredPath, StoredPath) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(files::join(folder, &dir, &name))
        })?;
        pictures.push(ToEmbed { key, hash, files: rows.collect::<rusqlite::Result<_>>()? });
    }
    Ok(pictures)
}

/// Notes something about a picture and a model. The picture may have been forgotten meanwhile.
pub(crate) fn note(db: &Connection, image: ImageKey, model: &str, kind: NoteKind, reason: &Words) -> Result<()> {
    let mut statement = db.prepare_cached(
        "INSERT INTO embedding_note (image, model, kind, reason, said) SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM image WHERE id = ?1)
         ON CONFLICT (image, model) DO UPDATE SET kind = excluded.kind, reason = excluded.reason, said = excluded.said",
    )?;
    statement.execute(params![image, model, kind.as_str(), reason.as_str(), stored_words::saying_of(reason)])?;
    Ok(())
}

/// Takes back the vector of a picture and what is noted of it.
pub(crate) fn withdraw(db: &Connection, image: ImageKey, model: &str) -> Result<()> {
    vectors::remove(db, image, model)?;
    db.prepare_cached("DELETE FROM embedding_note WHERE image = ?1 AND model = ?2")?.execute(params![image, model])?;
    Ok(())
}

/// Every picture of the library with a note about this model.
pub(crate) fn noted(db: &Connection, model: &str) -> Result<Vec<Noted>> {
    let mut statement = db.prepare_cached(
        "SELECT image, kind, reason, said FROM embedding_note JOIN image ON image.id = embedding_note.image WHERE model = ?1 AND orphaned_at IS NULL ORDER BY image",
    )?;
    let rows = statement.query_map([model], |row| {
        let kind: String = row.get(1)?;
        let kind = if kind == "thumbnail" { NoteKind::Thumbnail } else { NoteKind::None };
        Ok(Noted { key: row.get(0)?, kind, reason: stored_words::words(row.get(2)?, row.get(3)?) })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Pictures whose vector of this model was made from the thumbnail although a file of theirs can be reached now.
pub(crate) fn better_to_be_had(db: &Connection, model: &str) -> Result<Vec<(ImageKey, Vec<PathBuf>)>> {
    let mut statement = db.prepare_cached(
        "SELECT embedding_note.image, folder.path, dir, name FROM embedding_note JOIN file ON file.image = embedding_note.image
         JOIN folder ON folder.id = file.folder WHERE model = ?1 AND kind = 'thumbnail' AND folder.offline IS NULL AND NOT folder.paused
         ORDER BY embedding_note.image",
    )?;
    let mut rows = statement.query([model])?;
    let mut found: Vec<(ImageKey, Vec<PathBuf>)> = Vec::new();
    while let Some(row) = rows.next()? {
        let key = row.get(0)?;
        let path = files::join(row.get(1)?, &row.get(2)?, &row.get(3)?);
        match found.last_mut() {
            Some((last, paths)) if *last == key => paths.push(path),
            _ => found.push((key, vec![path])),
        }
    }
    Ok(found)
}
