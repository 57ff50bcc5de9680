//! Pictures of other computers that were looked at: JPEGs in a folder, the least recently used ones going first.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use crate::Result;
use crate::catalog::ContentHash;

/// The folder.
pub(crate) struct KeptPictures {
    dir: PathBuf,
    /// Bytes that are kept.
    limit: AtomicU64,
}

impl KeptPictures {
    pub(crate) fn new(data_dir: &Path) -> Self {
        Self { dir: data_dir.join("shared-pictures"), limit: AtomicU64::new(512 << 20) }
    }

    /// Whether a picture is kept.
    pub(crate) fn has(&self, hash: ContentHash) -> bool {
        self.path(hash).exists()
    }

    /// A picture, if it is kept.
    pub(crate) fn get(&self, hash: ContentHash) -> Result<Option<Vec<u8>>> {
        let path = self.path(hash);
        if !self.has(hash) {
            return Ok(None);
        }
        let bytes = fs_err::read(&path)?;
        // Its time is when it was last looked at. Where that cannot be noted it goes earlier, no more.
        if let Ok(file) = fs_err::OpenOptions::new().append(true).open(&path) {
            let _ = file.file().set_modified(SystemTime::now());
        }
        Ok(Some(bytes))
    }

    /// Keeps a picture, and lets others go.
    pub(crate) fn put(&self, hash: ContentHash, jpeg: &[u8]) -> Result<()> {
        fs_err::create_dir_all(&self.dir)?;
        let mut file = tempfile::Builder::new().prefix(".part-").tempfile_in(&self.dir)?;
        std::io::Write::write_all(&mut file, jpeg)?;
        file.persist(self.path(hash)).map_err(|error| error.error)?;
        self.make_room()
    }

    /// Keeps so many bytes from now on.
    pub(crate) fn set_limit(&self, bytes: u64) {
        self.limit.store(bytes, Ordering::Relaxed);
    }

    /// Bytes that are kept now.
    pub(crate) fn bytes(&self) -> u64 {
        let Ok(entries) = std::fs::read_dir(&self.dir) else { return 0 };
        entries.flatten().filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.len()).sum()
    }

    /// Lets pictures go until the others have room.
    pub(crate) fn make_room(&self) -> Result<()> {
        if !self.dir.exists() {
            return Ok(());
        }
        let mut kept = Vec::new();
        for entry in fs_err::read_dir(&self.dir)? {
            let entry = entry?;
            // Gone meanwhile: another window makes room as well.
            let Ok(metadata) = entry.metadata() else { continue };
            kept.push((metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH), metadata.len(), entry.path()));
        }
        let mut total: u64 = kept.iter().map(|(_, bytes, _)| bytes).sum();
        kept.sort_unstable();
        for (_, bytes, path) in kept {
            if total <= self.limit.load(Ordering::Relaxed) {
                break;
            }
            let _ = fs_err::remove_file(path);
            total -= bytes;
        }
        Ok(())
    }

    fn path(&self, hash: ContentHash) -> PathBuf {
        self.dir.join(format!("{hash}.jpg"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_looked_at_last_stays() {
        let dir = tempfile::tempdir().unwrap();
        let kept = KeptPictures::new(dir.path());
        kept.set_limit(250);
        let hashes: Vec<_> = (0..4u8).map(|number| ContentHash::of(&[number])).collect();
        for (age, hash) in hashes[..3].iter().enumerate() {
            kept.put(*hash, &[7; 80]).unwrap();
            let file = fs_err::OpenOptions::new().append(true).open(kept.path(*hash)).unwrap();
            file.file().set_modified(SystemTime::now() - std::time::Duration::from_secs(1_000 - 100 * age as u64)).unwrap();
        }
        assert_eq!(kept.get(hashes[0]).unwrap().map(|bytes| bytes.len()), Some(80), "looked at now");
        kept.put(hashes[3], &[7; 80]).unwrap();
        let left: Vec<bool> = hashes.iter().map(|hash| kept.get(*hash).unwrap().is_some()).collect();
        assert_eq!(left, [true, false, true, true], "the one that was not looked at for longest goes");
    }
}
