//! The facade's calls on what a user may set about the engine.

use std::path::Path;
use std::sync::atomic::Ordering;

use super::{Engine, cores};
use crate::Result;
use crate::wire::{Preferences, PreferencesReply};

impl Engine {
    /// What is set, and what there is to know for it.
    pub fn preferences(&self) -> Result<PreferencesReply> {
        self.inner.catalog.check_in_place()?;
        let data_dir = self.data_dir();
        let together = |stem: &str| ["", "-wal", "-shm"].iter().map(|end| bytes_below(&data_dir.join(format!("{stem}{end}")))).sum();
        Ok(PreferencesReply {
            preferences: self.inner.preferences.read()?,
            cores: u32::try_from(cores()).unwrap_or(u32::MAX),
            kept_pictures_bytes: self.inner.sharing.pictures.bytes(),
            thumbnails_bytes: together("thumbnails.sqlite"),
            catalog_bytes: together("catalog.sqlite"),
            indexes_bytes: bytes_below(&data_dir.join("index")),
        })
    }

    /// Sets it. The number of threads counts from the next run on, the room at once.
    pub fn set_preferences(&self, preferences: &Preferences) -> Result<PreferencesReply> {
        self.indexer()?;
        self.inner.preferences.write(preferences)?;
        self.inner.workers.store(wanted_workers(self.inner.told_workers, preferences), Ordering::Relaxed);
        self.inner.sharing.pictures.set_limit(room(preferences));
        self.inner.sharing.pictures.make_room()?;
        self.preferences()
    }

    /// Threads that decode and embed.
    pub(super) fn workers(&self) -> usize {
        self.inner.workers.load(Ordering::Relaxed)
    }
}

/// Threads that decode and embed. `told`: by the program at its start, which goes first.
pub(super) fn wanted_workers(told: Option<usize>, preferences: &Preferences) -> usize {
    told.or(preferences.workers.map(|workers| workers as usize)).unwrap_or_else(cores).max(1)
}

/// Room for pictures of other computers, in bytes.
pub(super) fn room(preferences: &Preferences) -> u64 {
    u64::from(preferences.kept_pictures_mib) << 20
}

/// Bytes of a file, or of all files in a folder; what vanishes meanwhile counts nothing.
fn bytes_below(path: &Path) -> u64 {
    let Ok(metadata) = std::fs::symlink_metadata(path) else { return 0 };
    if !metadata.is_dir() {
        return metadata.len();
    }
    let Ok(entries) = std::fs::read_dir(path) else { return 0 };
    entries.flatten().map(|entry| bytes_below(&entry.path())).sum()
}
