//! Paths as they lie in the catalog: text where they are valid Unicode, their raw bytes where they are not,
//! so that every file name that the system allows survives the round trip.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

/// A path, or a part of one, on its way into or out of the catalog.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct StoredPath(pub(crate) PathBuf);

impl StoredPath {
    pub(crate) fn new(path: impl AsRef<OsStr>) -> Self {
        Self(PathBuf::from(path.as_ref()))
    }

    pub(crate) fn as_os_str(&self) -> &OsStr {
        self.0.as_os_str()
    }
}

impl AsRef<Path> for StoredPath {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl ToSql for StoredPath {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0.to_str() {
            Some(text) => text.into(),
            None => raw_bytes(self.as_os_str()).into(),
        })
    }
}

impl FromSql for StoredPath {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Ok(Self(from_raw_bytes(bytes).into())),
            _ => Err(FromSqlError::InvalidType),
        }
    }
}

#[cfg(unix)]
fn raw_bytes(text: &OsStr) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    text.as_bytes().to_vec()
}

#[cfg(unix)]
fn from_raw_bytes(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStringExt;
    OsString::from_vec(bytes.to_vec())
}

// Windows names that are no valid UTF-16 lose the offending unit: the file is then listed as unreadable, by that name.
#[cfg(not(unix))]
fn raw_bytes(text: &OsStr) -> Vec<u8> {
    text.to_string_lossy().into_owned().into_bytes()
}

#[cfg(not(unix))]
fn from_raw_bytes(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_survives_the_round_trip() {
        let db = rusqlite::Connection::open_in_memory().unwrap();
        let mut names = vec![OsString::from("plain.jpg"), OsString::from("Grüße 東京 🗼.png"), OsString::from("")];
        if cfg!(unix) {
            names.push(from_raw_bytes(b"caf\xe9.jpg"));
        }
        for name in names {
            let back: StoredPath = db.query_row("SELECT ?1", [StoredPath::new(&name)], |row| row.get(0)).unwrap();
            assert_eq!(back.as_os_str(), name, "a file name comes back from the catalog as it went in");
        }
    }
}
