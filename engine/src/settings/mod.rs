//! How this computer is connected, and what a user may set beside that: TOML files, secrets apart from them. Knows no server
//! and no catalog.

mod check;
mod preferences;
mod secrets;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::wire::{ConnectionSettings, ErrorCode};
use crate::words::sayings;
use crate::{Error, Result};

pub(crate) use check::{checked, name_of_collection};
pub(crate) use preferences::PreferencesFile;
pub(crate) use secrets::SecretStore;
pub use secrets::{Keychain, SecretAccess};

/// The file `connection.toml` of the data directory.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionFile {
    path: PathBuf,
}

/// What is in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Stored {
    pub(crate) enabled: bool,
    /// Syncing is paused by the user.
    #[serde(default)]
    pub(crate) paused: bool,
    #[serde(flatten)]
    pub(crate) settings: ConnectionSettings,
}

impl ConnectionFile {
    pub(crate) fn new(data_dir: &Path) -> Self {
        Self { path: data_dir.join("connection.toml") }
    }

    /// What is stored; none: nothing was ever connected.
    pub(crate) fn read(&self) -> Result<Option<Stored>> {
        if !self.path.exists() {
            return Ok(None);
        }
        let text = fs_err::read_to_string(&self.path)?;
        let stored = toml::from_str(&text).map_err(|error| self.unusable(error.message()))?;
        Ok(Some(stored))
    }

    /// When it was last written, to tell whether it has changed; none while there is none.
    pub(crate) fn stamp(&self) -> Option<(SystemTime, u64)> {
        let metadata = std::fs::metadata(&self.path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    }

    pub(crate) fn write(&self, stored: &Stored) -> Result<()> {
        let text = toml::to_string_pretty(stored).map_err(|error| self.unusable(&error.to_string()))?;
        write_private(&self.path, text.as_bytes())
    }

    fn unusable(&self, reason: &str) -> Error {
        Error::new(ErrorCode::InvalidRequest, sayings::file_unusable(&*self.path, reason)).with_hint(sayings::mend_connection())
    }
}

/// Replaces a file by one that only this user may read, whole or not at all.
fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    // tempfile makes files of mode 0600.
    let mut file = tempfile::Builder::new().prefix(".settings-").tempfile_in(dir)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| Error::new(ErrorCode::Io, sayings::file_not_written(path, &error.error)))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored() -> Stored {
        let settings: ConnectionSettings =
            toml::from_str("[milvus]\naddress = \"http://127.0.0.1:19530\"\n[store]\nendpoint = \"http://127.0.0.1:9000\"\nbucket = \"photos\"\n")
                .expect("everything else has a default");
        Stored { enabled: true, paused: false, settings }
    }

    #[test]
    fn settings_come_back_and_are_for_this_user_only() {
        let dir = tempfile::tempdir().unwrap();
        let file = ConnectionFile::new(dir.path());
        assert!(file.read().unwrap().is_none(), "nothing is connected at first");
        file.write(&stored()).unwrap();
        let back = file.read().unwrap().unwrap();
        assert_eq!(back.settings, stored().settings);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs_err::metadata(dir.path().join("connection.toml")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_broken_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        fs_err::write(dir.path().join("connection.toml"), "enabled = perhaps").unwrap();
        let error = ConnectionFile::new(dir.path()).read().expect_err("it is broken");
        assert!(error.to_string().contains("connection.toml"), "{error}");
    }
}
