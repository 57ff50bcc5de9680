//! What a user may set about the engine: a TOML file in the data directory.

use std::path::{Path, PathBuf};

use crate::wire::{ErrorCode, Preferences};
use crate::words::{Words, sayings};
use crate::{Error, Result};

/// Most threads that decode and embed.
const MOST_WORKERS: u32 = 64;
/// Room for pictures of other computers, in MiB.
const ROOM: std::ops::RangeInclusive<u32> = 16..=1 << 20;

/// The file `preferences.toml` of the data directory.
pub(crate) struct PreferencesFile {
    path: PathBuf,
}

impl PreferencesFile {
    pub(crate) fn new(data_dir: &Path) -> Self {
        Self { path: data_dir.join("preferences.toml") }
    }

    /// What is set; the defaults where there is no file.
    pub(crate) fn read(&self) -> Result<Preferences> {
        if !self.path.exists() {
            return Ok(Preferences::default());
        }
        let parsed = toml::from_str(&fs_err::read_to_string(&self.path)?).map_err(|error| Words::from(error.message()));
        let checked = parsed.and_then(|preferences| checked(preferences).map_err(|error| Words::from(&error)));
        checked.map_err(|reason| Error::new(ErrorCode::InvalidRequest, sayings::file_unusable(&*self.path, reason)).with_hint(sayings::mend_preferences()))
    }

    pub(crate) fn write(&self, preferences: &Preferences) -> Result<()> {
        let text = toml::to_string_pretty(&checked(*preferences)?).map_err(|error| Error::internal(error.to_string()))?;
        super::write_private(&self.path, text.as_bytes())
    }
}

fn checked(preferences: Preferences) -> Result<Preferences> {
    if preferences.workers.is_some_and(|workers| !(1..=MOST_WORKERS).contains(&workers)) {
        return Err(Error::invalid(sayings::out_of_range("workers", 1_u32, MOST_WORKERS)));
    }
    if !ROOM.contains(&preferences.kept_pictures_mib) {
        return Err(Error::invalid(sayings::out_of_range("kept_pictures_mib", *ROOM.start(), *ROOM.end())));
    }
    Ok(preferences)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_come_back_and_bad_ones_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = PreferencesFile::new(dir.path());
        assert_eq!(file.read().unwrap(), Preferences::default());
        let own = Preferences { workers: Some(3), kept_pictures_mib: 64 };
        file.write(&own).unwrap();
        assert_eq!(file.read().unwrap(), own);
        for (bad, field) in [(Preferences { workers: Some(0), ..own }, "workers"), (Preferences { kept_pictures_mib: 1, ..own }, "kept_pictures_mib")] {
            assert!(file.write(&bad).expect_err("out of range").to_string().contains(field));
        }
        for text in ["workers = 0", "workers = \"two\"", "threads = 2"] {
            fs_err::write(dir.path().join("preferences.toml"), text).unwrap();
            assert!(file.read().expect_err(text).to_string().contains("preferences.toml"));
        }
    }
}
