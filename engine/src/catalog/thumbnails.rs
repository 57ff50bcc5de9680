//! Thumbnails in a SQLite file of their own: one JPEG for each content hash. They can be made again from the photos,
//! but are kept so that photos of an offline drive can still be seen.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rusqlite::{Connection, OptionalExtension, params};

use super::{ContentHash, configure, lock};
use crate::Result;

/// The thumbnail file, opened when first used.
pub(crate) struct Thumbnails {
    path: PathBuf,
    connection: Mutex<Option<Connection>>,
    writable: bool,
}

impl Thumbnails {
    pub(crate) fn new(path: &Path, writable: bool) -> Self {
        Self { path: path.to_owned(), connection: Mutex::new(None), writable }
    }

    pub(crate) fn get(&self, hash: ContentHash) -> Result<Option<Vec<u8>>> {
        self.with(|db| {
            let mut statement = db.prepare_cached("SELECT data FROM thumbnail WHERE hash = ?1")?;
            Ok(statement.query_row([hash], |row| row.get(0)).optional()?)
        })
    }

    /// Stores thumbnails in one transaction; what is there already is replaced.
    pub(crate) fn put(&self, thumbnails: &[(ContentHash, Vec<u8>)]) -> Result<()> {
        self.with(|db| {
            let transaction = db.unchecked_transaction()?;
            for (hash, data) in thumbnails {
                transaction.prepare_cached("INSERT OR REPLACE INTO thumbnail (hash, data) VALUES (?1, ?2)")?.execute(params![hash, data])?;
            }
            transaction.commit()?;
            Ok(())
        })
    }

    pub(crate) fn remove(&self, hashes: &[ContentHash]) -> Result<()> {
        self.with(|db| {
            let transaction = db.unchecked_transaction()?;
            for hash in hashes {
                transaction.prepare_cached("DELETE FROM thumbnail WHERE hash = ?1")?.execute([hash])?;
            }
            transaction.commit()?;
            Ok(())
        })
    }

    fn with<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let mut slot = lock(&self.connection);
        let connection = match slot.take() {
            Some(connection) => connection,
            None => self.open()?,
        };
        work(slot.insert(connection))
    }

    fn open(&self) -> Result<Connection> {
        match self.try_open() {
            // Thumbnails can be made again: a damaged file is replaced, not mourned.
            Err(rusqlite::Error::SqliteFailure(error, _))
                if self.writable && matches!(error.code, rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) =>
            {
                tracing::warn!(path = %self.path.display(), "the thumbnail file is damaged and is begun anew");
                fs_err::remove_file(&self.path)?;
                Ok(self.try_open()?)
            }
            result => Ok(result?),
        }
    }

    fn try_open(&self) -> rusqlite::Result<Connection> {
        let connection = Connection::open(&self.path)?;
        configure(&connection)?;
        if self.writable {
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "NORMAL")?;
            connection.execute_batch("CREATE TABLE IF NOT EXISTS thumbnail (hash BLOB PRIMARY KEY, data BLOB NOT NULL) STRICT")?;
        }
        Ok(connection)
    }
}
