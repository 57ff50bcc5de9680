//! The truth about this computer: folders, files, images and vectors in one SQLite file. Index and thumbnails can be
//! rebuilt from it and from the photos. Knows no picture format, no model and no thread of the pipeline.

mod conditions;
pub(crate) mod files;
pub(crate) mod folders;
mod identity;
pub(crate) mod images;
mod listing;
mod migrations;
pub(crate) mod models;
pub(crate) mod near;
pub(crate) mod outbox;
mod stored_path;
mod stored_words;
mod thumbnails;
pub(crate) mod vectors;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::wire::ErrorCode;
use crate::words::sayings;
use crate::{Error, Result};

pub(crate) use files::{FileCounts, FileKey, SkipReason};
pub(crate) use folders::{FolderId, FolderRow};
pub(crate) use identity::{Identity, identity_of};
pub(crate) use images::{ContentHash, ImageFacts, ImageKey, ImageRow};
pub(crate) use listing::Asked;
use listing::Listings;
pub(crate) use stored_path::StoredPath;
pub(crate) use thumbnails::Thumbnails;
pub(crate) use vectors::Change;

/// The catalog file: any number of readers, and one writer where this process may write.
pub(crate) struct Catalog {
    path: PathBuf,
    /// Which file it was when it was opened.
    identity: Identity,
    writer: Option<Mutex<Connection>>,
    readers: Mutex<Vec<Connection>>,
    listings: Listings,
}

impl Catalog {
    /// Opens the catalog for writing, making or migrating it as needed.
    pub(crate) fn open_writer(path: &Path) -> Result<Self> {
        let mut connection = Connection::open(path).map_err(|error| unusable(path, &error))?;
        configure(&connection).map_err(|error| unusable(path, &error))?;
        // FULL, because the index file may name a sequence that must then be in the catalog after a power loss.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        migrations::migrate(&mut connection, path)?;
        Self::new(path, Some(Mutex::new(connection)))
    }

    /// Opens an existing catalog for reading beside a writer.
    pub(crate) fn open_reader(path: &Path) -> Result<Self> {
        let catalog = Self::new(path, None)?;
        catalog.read(|connection| migrations::check_version(connection, path))?;
        Ok(catalog)
    }

    fn new(path: &Path, writer: Option<Mutex<Connection>>) -> Result<Self> {
        let identity = identity_of(path, &fs_err::metadata(path)?);
        Ok(Self { path: path.to_owned(), identity, writer, readers: Mutex::default(), listings: Listings::default() })
    }

    /// Whether the file is still where it was opened. Of one that was removed everything could be read on, and what is written
    /// would be lost.
    pub(crate) fn check_in_place(&self) -> Result<()> {
        if std::fs::metadata(&self.path).is_ok_and(|metadata| identity_of(&self.path, &metadata) == self.identity) {
            return Ok(());
        }
        let data_dir = self.path.parent().unwrap_or(&self.path);
        Err(Error::new(ErrorCode::CatalogUnusable, sayings::library_gone(data_dir)).with_hint(sayings::put_library_back()))
    }

    /// Runs `query` on a pooled read connection, in one consistent snapshot.
    pub(crate) fn read<T>(&self, query: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.check_in_place()?;
        let pooled = lock(&self.readers).pop();
        let connection = match pooled {
            Some(connection) => connection,
            None => self.connect_reader()?,
        };
        let result = (|| {
            let snapshot = connection.unchecked_transaction()?;
            let value = query(&snapshot)?;
            snapshot.commit()?;
            Ok(value)
        })();
        lock(&self.readers).push(connection);
        result
    }

    /// Runs `change` in one transaction: all of it happens, or nothing.
    pub(crate) fn write<T>(&self, change: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let writer = self.writer.as_ref().ok_or_else(Error::read_only)?;
        self.check_in_place()?;
        let mut connection = lock(writer);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = change(&transaction)?;
        transaction.commit()?;
        Ok(value)
    }

    fn connect_reader(&self) -> Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags).map_err(|error| unusable(&self.path, &error))?;
        configure(&connection).map_err(|error| unusable(&self.path, &error))?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    }
}

/// Room for pages of the catalog that each connection keeps, in KiB: SQLite's own 2,000 are fewer than those of an index of 100,000 pictures.
const CACHE_KIB: i64 = 8_192;

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    // What a search shows of its results lies all over a large catalog: the pages that lead there stay.
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.set_prepared_statement_cache_capacity(64);
    // Reads any page once, so that a file that is no database is found out here and not in the middle of the work.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
}

fn unusable(path: &Path, source: &rusqlite::Error) -> Error {
    let message = sayings::catalog_not_opened(path, source.to_string());
    match source.sqlite_error_code() {
        // Nothing is wrong with the file.
        Some(rusqlite::ErrorCode::DiskFull) => Error::new(ErrorCode::Io, message).with_hint(sayings::free_disk()),
        Some(rusqlite::ErrorCode::SystemIoFailure) => Error::new(ErrorCode::Io, message).with_hint(sayings::check_disk()),
        Some(rusqlite::ErrorCode::CannotOpen | rusqlite::ErrorCode::PermissionDenied | rusqlite::ErrorCode::ReadOnly) => {
            Error::new(ErrorCode::CatalogUnusable, message).with_hint(sayings::check_data_dir())
        }
        _ => Error::new(ErrorCode::CatalogUnusable, message).with_hint(sayings::move_catalog_aside()),
    }
}

/// A panic while a lock was held has already been reported; the data behind our locks stays consistent.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_not_taken_for_a_damaged_catalog() {
        let fault = |code: std::ffi::c_int| unusable(Path::new("c.sqlite"), &rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None));
        for code in [rusqlite::ffi::SQLITE_FULL, rusqlite::ffi::SQLITE_IOERR, rusqlite::ffi::SQLITE_CANTOPEN] {
            assert!(!fault(code).hint().unwrap().contains("aside"), "{:?}", fault(code));
        }
        assert!(fault(rusqlite::ffi::SQLITE_NOTADB).hint().unwrap().contains("aside"));
    }
}
