//! The catalog's versions. Each migration is one SQL file, run in one transaction, never edited once released.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::wire::ErrorCode;
use crate::words::sayings;
use crate::{Error, Result};

const MIGRATIONS: &[&str] = &[
    include_str!("schema.sql"),
    include_str!("models.sql"),
    include_str!("outbox.sql"),
    include_str!("duplicates.sql"),
    include_str!("orders.sql"),
    include_str!("confined.sql"),
    include_str!("said.sql"),
    include_str!("looked_at.sql"),
];

/// Brings the catalog to the newest version.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<()> {
    refuse_newer(version(connection)?, path)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let current = version(&transaction)?;
    for migration in &MIGRATIONS[current..] {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "user_version", MIGRATIONS.len())?;
    transaction.commit()?;
    Ok(())
}

/// Refuses a catalog that a reader of this version does not understand.
pub(super) fn check_version(connection: &Connection, path: &Path) -> Result<()> {
    let found = version(connection)?;
    refuse_newer(found, path)?;
    if found < MIGRATIONS.len() {
        return Err(Error::new(ErrorCode::CatalogUnusable, sayings::catalog_too_old(path)).with_hint(sayings::bring_up_to_date()));
    }
    Ok(())
}

fn refuse_newer(found: usize, path: &Path) -> Result<()> {
    if found > MIGRATIONS.len() {
        let message = sayings::catalog_too_new(path, found, MIGRATIONS.len());
        return Err(Error::new(ErrorCode::CatalogUnusable, message).with_hint(sayings::update_lookalike()));
    }
    Ok(())
}

fn version(connection: &Connection) -> Result<usize> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_of_the_first_version_is_brought_up_with_all_that_it_holds() {
        let mut db = Connection::open_in_memory().unwrap();
        db.execute_batch(MIGRATIONS[0]).unwrap();
        db.pragma_update(None, "user_version", 1).unwrap();
        db.execute("INSERT INTO image (hash, bytes, format, width, height) VALUES (x'00', 1, 'png', 1, 1)", []).unwrap();
        db.execute("INSERT INTO vector (image, model, data) VALUES (1, 'old', zeroblob(128))", []).unwrap();
        migrate(&mut db, Path::new("test")).unwrap();
        assert_eq!(version(&db).unwrap(), MIGRATIONS.len());
        let counts = crate::catalog::models::vector_counts(&db).unwrap();
        assert_eq!(counts["old"], 1, "its vectors stay");
        assert_eq!(crate::catalog::models::dimension(&db, "old").unwrap(), 32);
        assert_eq!(crate::catalog::models::in_use(&db).unwrap(), None);
    }
}
