//! What a remote has yet to be told: one line for each content, written by triggers in the transaction of the change
//! (see `outbox.sql`), read and settled by the sync worker. Knows no server.

use std::collections::HashSet;
use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{ContentHash, ImageKey, ImageRow, StoredPath, images, stored_words, vectors};
use crate::Result;
use crate::words::Words;

/// A line of the outbox: look at this content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pending {
    pub(crate) hash: ContentHash,
    /// Counts the changes of this content.
    pub(crate) version: i64,
    pub(crate) object_done: bool,
    pub(crate) row_done: bool,
    /// Tries that failed since the last change.
    pub(crate) attempts: u32,
}

/// A line that is not tried any more, and why.
#[derive(Clone, Debug)]
pub(crate) struct Parked {
    pub(crate) hash: ContentHash,
    pub(crate) code: String,
    pub(crate) reason: Words,
    /// A file name of the content, where it still has one.
    pub(crate) file_name: Option<String>,
}

/// How much is in the outbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) pending: u64,
    pub(crate) parked: u64,
    /// Images of the library that the remote is known to hold as they are.
    pub(crate) done: u64,
}

/// What the remote should hold of a content.
pub(crate) enum Wanted {
    /// A row with this vector, and the object.
    Held(Box<Held>),
    /// Nothing of this computer's.
    Nothing,
    /// Nothing yet: the model in use has not seen it. Its vector brings a new line.
    NotYet,
}

/// An image as the remote should know it.
pub(crate) struct Held {
    pub(crate) image: ImageRow,
    pub(crate) file_name: String,
    /// Unit norm.
    pub(crate) vector: Vec<f32>,
}

/// This computer's name among several on one collection: 32 hexadecimal digits.
pub(crate) fn device(db: &Connection) -> Result<String> {
    Ok(db.prepare_cached("SELECT value FROM meta WHERE key = 'device'")?.query_row([], |row| row.get(0))?)
}

/// Takes another name: this is a copy of a library that goes on elsewhere under the old one. Everything is sent anew.
pub(crate) fn renew_device(db: &Connection) -> Result<()> {
    db.execute("UPDATE meta SET value = lower(hex(randomblob(16))) WHERE key = 'device'", [])?;
    touch_all(db)
}

/// Where the library lay when it was last synced; none before.
pub(crate) fn home(db: &Connection) -> Result<Option<String>> {
    Ok(db.prepare_cached("SELECT value FROM meta WHERE key = 'device-home'")?.query_row([], |row| row.get(0)).optional()?)
}

pub(crate) fn set_home(db: &Connection, home: &str) -> Result<()> {
    db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('device-home', ?1)", [home])?;
    Ok(())
}

/// What the outbox was last drained to; none before a remote was ever connected.
pub(crate) fn target(db: &Connection) -> Result<Option<String>> {
    Ok(db.prepare_cached("SELECT value FROM meta WHERE key = 'sync-target'")?.query_row([], |row| row.get(0)).optional()?)
}

/// Notes where the outbox is drained to from now on, and lets everything be looked at anew.
pub(crate) fn set_target(db: &Connection, target: &str) -> Result<()> {
    db.execute("INSERT INTO meta (key, value) VALUES ('sync-target', ?1) ON CONFLICT (key) DO UPDATE SET value = excluded.value", [target])?;
    touch_all(db)
}

/// Collections of the database of the target that this computer has written to, those included that were dropped since.
pub(crate) fn own_collections(db: &Connection) -> Result<HashSet<i64>> {
    let text: Option<String> = db.prepare_cached("SELECT value FROM meta WHERE key = 'sync-collections'")?.query_row([], |row| row.get(0)).optional()?;
    Ok(text.unwrap_or_default().split_whitespace().filter_map(|id| id.parse().ok()).collect())
}

/// Whether it was not known yet.
pub(crate) fn note_own_collection(db: &Connection, id: i64) -> Result<bool> {
    let mut known = own_collections(db)?;
    let is_new = known.insert(id);
    if is_new {
        let text = known.iter().map(i64::to_string).collect::<Vec<_>>().join(" ");
        db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('sync-collections', ?1)", [text])?;
    }
    Ok(is_new)
}

/// For a target in another database.
pub(crate) fn forget_own_collections(db: &Connection) -> Result<()> {
    db.execute("DELETE FROM meta WHERE key = 'sync-collections'", [])?;
    Ok(())
}

/// Notes that the remote has just taken something.
pub(crate) fn note_success(db: &Connection) -> Result<()> {
    db.prepare_cached("INSERT OR REPLACE INTO meta (key, value) VALUES ('synced-at', unixepoch())")?.execute([])?;
    Ok(())
}

/// Unix seconds at which the remote last took something; none before it ever did.
pub(crate) fn last_success(db: &Connection) -> Result<Option<i64>> {
    let mut statement = db.prepare_cached("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'synced-at'")?;
    Ok(statement.query_row([], |row| row.get(0)).optional()?)
}

/// Notes whether objects of another kind (originals, previews) than is uploaded now may lie in the store.
pub(crate) fn note_other_kind(db: &Connection, may_lie_there: bool) -> Result<()> {
    let sql = if may_lie_there { "INSERT OR REPLACE INTO meta (key, value) VALUES ('other-kind', '1')" } else { "DELETE FROM meta WHERE key = 'other-kind'" };
    db.execute(sql, [])?;
    Ok(())
}

/// Whether objects of another kind than is uploaded now may lie in the store.
pub(crate) fn has_other_kind(db: &Connection) -> Result<bool> {
    Ok(db.prepare_cached("SELECT 1 FROM meta WHERE key = 'other-kind'")?.exists([])?)
}

/// Lets everything be looked at anew.
pub(crate) fn touch_all(db: &Connection) -> Result<()> {
    db.execute(
        "INSERT INTO outbox (hash) SELECT hash FROM image WHERE orphaned_at IS NULL
         ON CONFLICT (hash) DO UPDATE SET version = version + 1, object_done = 0, row_done = 0, attempts = 0, due_at = 0, park_code = NULL, park_text = NULL",
        [],
    )?;
    Ok(())
}

/// Lets one content be looked at anew, because the remote was found to differ.
pub(crate) fn touch(db: &Connection, hash: ContentHash) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO outbox (hash) VALUES (?1)
         ON CONFLICT (hash) DO UPDATE SET version = version + 1, object_done = 0, row_done = 0, attempts = 0, due_at = 0, park_code = NULL, park_text = NULL",
    )?
    .execute([hash])?;
    Ok(())
}

/// Lines that are due, at most `limit`, those due for longest first. `now`: Unix milliseconds.
pub(crate) fn due(db: &Connection, now: i64, limit: usize) -> Result<Vec<Pending>> {
    let mut statement = db.prepare_cached(
        "SELECT hash, version, object_done, row_done, attempts FROM outbox WHERE park_code IS NULL AND due_at <= ?1 ORDER BY due_at LIMIT ?2",
    )?;
    let rows = statement.query_map(params![now, limit], |row| {
        Ok(Pending { hash: row.get(0)?, version: row.get(1)?, object_done: row.get(2)?, row_done: row.get(3)?, attempts: row.get(4)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// When the next line is due, in Unix milliseconds; none when nothing is pending.
pub(crate) fn next_due(db: &Connection) -> Result<Option<i64>> {
    Ok(db.prepare_cached("SELECT min(due_at) FROM outbox WHERE park_code IS NULL")?.query_row([], |row| row.get(0))?)
}

/// Notes what has been done of a line. With both done the line goes, unless the content changed meanwhile.
pub(crate) fn settle(db: &Connection, line: &Pending) -> Result<()> {
    if line.object_done && line.row_done {
        db.prepare_cached("DELETE FROM outbox WHERE hash = ?1 AND version = ?2")?.execute(params![line.hash, line.version])?;
    } else {
        db.prepare_cached("UPDATE outbox SET object_done = ?3, row_done = ?4 WHERE hash = ?1 AND version = ?2")?.execute(params![
            line.hash,
            line.version,
            line.object_done,
            line.row_done
        ])?;
    }
    Ok(())
}

/// Puts a line off until `due_at` (Unix milliseconds). `is_its_own`: the failure may lie in the line itself, and counts.
pub(crate) fn postpone(db: &Connection, line: &Pending, due_at: i64, is_its_own: bool) -> Result<()> {
    db.prepare_cached("UPDATE outbox SET attempts = attempts + ?4, due_at = ?3 WHERE hash = ?1 AND version = ?2")?.execute(params![
        line.hash,
        line.version,
        due_at,
        is_its_own
    ])?;
    Ok(())
}

/// Takes a line out of the work until it is retried or changes.
pub(crate) fn park(db: &Connection, line: &Pending, code: &str, reason: &Words) -> Result<()> {
    db.prepare_cached("UPDATE outbox SET attempts = attempts + 1, park_code = ?3, park_text = ?4, park_said = ?5 WHERE hash = ?1 AND version = ?2")?
        .execute(params![line.hash, line.version, code, reason.as_str(), stored_words::saying_of(reason)])?;
    Ok(())
}

/// Lets parked and postponed lines be tried at once. Returns how many were parked.
pub(crate) fn retry(db: &Connection) -> Result<usize> {
    db.execute("UPDATE outbox SET attempts = 0, due_at = 0 WHERE park_code IS NULL AND due_at > 0", [])?;
    Ok(db.execute("UPDATE outbox SET attempts = 0, due_at = 0, park_code = NULL, park_text = NULL WHERE park_code IS NOT NULL", [])?)
}

/// How much there is. `model`: the one in use.
pub(crate) fn counts(db: &Connection, model: &str) -> Result<Counts> {
    let count = |sql: &str| -> Result<u64> { Ok(db.prepare_cached(sql)?.query_row([], |row| row.get(0))?) };
    let parked = count("SELECT count(*) FROM outbox WHERE park_code IS NOT NULL")?;
    let pending = count("SELECT count(*) FROM outbox WHERE park_code IS NULL")?;
    let done = db
        .prepare_cached(
            "SELECT count(*) FROM image JOIN vector ON vector.image = image.id AND model = ?1
             WHERE orphaned_at IS NULL AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.hash = image.hash)",
        )?
        .query_row([model], |row| row.get(0))?;
    Ok(Counts { pending, parked, done })
}

/// Changes that the remote has not taken, parked ones included.
pub(crate) fn waiting(db: &Connection) -> Result<u64> {
    Ok(db.prepare_cached("SELECT count(*) FROM outbox")?.query_row([], |row| row.get(0))?)
}

/// Parked lines with their reasons, at most `limit`.
pub(crate) fn parked(db: &Connection, limit: usize) -> Result<Vec<Parked>> {
    let mut statement = db.prepare_cached("SELECT hash, park_code, park_text, park_said FROM outbox WHERE park_code IS NOT NULL ORDER BY hash LIMIT ?1")?;
    let rows = statement.query_map([limit], |row| {
        Ok(Parked { hash: row.get(0)?, code: row.get(1)?, reason: stored_words::words(row.get(2)?, row.get(3)?), file_name: None })
    })?;
    let mut parked: Vec<Parked> = rows.collect::<rusqlite::Result<_>>()?;
    for line in &mut parked {
        if let Some(image) = images::by_hash(db, line.hash)? {
            line.file_name = file_name(db, image.key)?;
        }
    }
    Ok(parked)
}

/// What the remote should hold of a content, for the model in use.
pub(crate) fn wanted(db: &Connection, hash: ContentHash, model: &str) -> Result<Wanted> {
    let is_live = db.prepare_cached("SELECT 1 FROM image WHERE hash = ?1 AND orphaned_at IS NULL")?.exists([hash])?;
    let Some(image) = images::by_hash(db, hash)?.filter(|_| is_live) else { return Ok(Wanted::Nothing) };
    let (Some(vector), Some(file_name)) = (vectors::get(db, image.key, model)?, file_name(db, image.key)?) else {
        return Ok(Wanted::NotYet);
    };
    Ok(Wanted::Held(Box::new(Held { image, file_name, vector })))
}

/// The images that the remote should hold with this model, by ascending content, at most `limit`, after `after`.
pub(crate) fn held_after(db: &Connection, model: &str, after: Option<ContentHash>, limit: usize) -> Result<Vec<ContentHash>> {
    let after = after.map_or_else(Vec::new, |hash| hash.as_bytes().to_vec());
    let mut statement = db.prepare_cached(
        "SELECT hash FROM image WHERE hash > ?1 AND orphaned_at IS NULL
         AND EXISTS (SELECT 1 FROM vector WHERE image = image.id AND model = ?2) ORDER BY hash LIMIT ?3",
    )?;
    let rows = statement.query_map(params![after, model, limit], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Places of a content in folders that can be reached.
pub(crate) fn reachable(db: &Connection, key: ImageKey) -> Result<Vec<PathBuf>> {
    Ok(images::places(db, key)?.into_iter().filter(|place| !place.offline).map(|place| place.path).collect())
}

/// Collections in which rows of this computer may be left over from the time of another model.
pub(crate) fn retired(db: &Connection) -> Result<Vec<String>> {
    let mut statement = db.prepare_cached("SELECT name FROM retired_collection ORDER BY name")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(crate) fn retire(db: &Connection, collection: &str) -> Result<()> {
    db.execute("INSERT OR IGNORE INTO retired_collection (name) VALUES (?1)", [collection])?;
    Ok(())
}

pub(crate) fn forget_retired(db: &Connection, collection: &str) -> Result<()> {
    db.execute("DELETE FROM retired_collection WHERE name = ?1", [collection])?;
    Ok(())
}

/// The name by which a content is known elsewhere: the first of its names, whatever folders they lie in.
fn file_name(db: &Connection, key: ImageKey) -> Result<Option<String>> {
    let mut statement = db.prepare_cached("SELECT name FROM file WHERE image = ?1 ORDER BY name LIMIT 1")?;
    let name = statement.query_row([key], |row: &Row<'_>| row.get::<_, StoredPath>(0)).optional()?;
    Ok(name.map(|name| name.as_os_str().to_string_lossy().into_owned()))
}
