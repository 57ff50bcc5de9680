//! The facade's calls that move files: to the system's trash, and back. The only place where a photo's file is moved, and only
//! on the user's word.

use std::path::Path;

use super::Engine;
use crate::catalog::ImageKey;
use crate::catalog::near::{self, Copy};
use crate::library::scan::mtime_of;
use crate::wire::{ErrorCode, KeptFile, TrashReport, TrashRequest, TrashUndone};
use crate::{Error, Result};

impl Engine {
    /// Moves files of the library to the system's trash. One that is protected, has changed since it was indexed, cannot be
    /// reached, or is the last copy of its picture (but see [`TrashRequest::even_last`]) stays, and the report says why.
    pub fn trash(&self, request: &TrashRequest) -> Result<TrashReport> {
        self.indexer()?;
        let mut report = TrashReport { batch: None, moved: 0, bytes: 0, kept: Vec::new() };
        let batch = self.inner.catalog.read(near::next_batch)?;
        let mut files = request.files.clone();
        files.sort_unstable();
        files.dedup();
        let mut going = Vec::new();
        for file in files {
            let Some(copy) = self.inner.catalog.read(|db| near::copy_by_file(db, file))? else {
                report.kept.push(KeptFile { file, path: String::new(), code: "unknown".into(), message: format!("file {file} is not in the library") });
                continue;
            };
            match self.may_go(&copy, request.even_last, &going)? {
                Ok(()) => going.push(copy),
                Err((code, message)) => report.kept.push(kept(&copy, code, message)),
            }
        }
        for copy in &going {
            // Noted first: after a crash it can still be taken back.
            self.inner.catalog.write(|db| near::note_trashed(db, batch, &copy.path, copy.bytes))?;
            match ::trash::delete(&copy.path) {
                Ok(()) => {
                    report.batch = Some(batch);
                    report.moved += 1;
                    report.bytes += copy.bytes;
                }
                Err(error) => {
                    self.inner.catalog.write(|db| near::forget_trashed(db, batch, &copy.path))?;
                    report.kept.push(kept(copy, "failed", format!("it cannot be moved to the trash: {error}")));
                }
            }
        }
        self.look_again(going.iter().map(|copy| copy.path.as_path()))?;
        Ok(report)
    }

    /// Brings a batch back from the trash to where it was.
    pub fn undo_trash(&self, batch: i64) -> Result<TrashUndone> {
        self.indexer()?;
        let wanted = self.inner.catalog.read(|db| near::trashed(db, batch))?;
        if wanted.is_empty() {
            return Err(Error::new(ErrorCode::NotFound, format!("nothing is known of batch {batch} of the trash")));
        }
        let (mut back, mut kept) = (0, Vec::new());
        for (path, _) in &wanted {
            match bring_back(path) {
                Ok(()) => {
                    back += 1;
                    self.inner.catalog.write(|db| near::forget_trashed(db, batch, path))?;
                }
                Err(message) => kept.push(KeptFile { file: 0, path: path.display().to_string(), code: "failed".into(), message }),
            }
        }
        self.look_again(wanted.iter().map(|(path, _)| path.as_path()))?;
        Ok(TrashUndone { back, kept })
    }

    /// Catalog ids of the files of a picture.
    pub fn files_of(&self, id: &str) -> Result<Vec<i64>> {
        let image = self.image(id)?;
        Ok(self.inner.catalog.read(|db| near::copies(db, image.key))?.into_iter().map(|copy| copy.file).collect())
    }

    /// Whether a file may go, or why not. `going`: those that go before it.
    fn may_go(&self, copy: &Copy, even_last: bool, going: &[Copy]) -> Result<std::result::Result<(), (&'static str, String)>> {
        if copy.is_protected {
            return Ok(Err(("protected", "its folder is protected".into())));
        }
        if copy.is_offline {
            return Ok(Err(("unreachable", "its folder cannot be reached now".into())));
        }
        match fs_err::symlink_metadata(&copy.path) {
            Ok(metadata) if metadata.is_file() && metadata.len() == copy.bytes && mtime_of(&metadata) == copy.mtime => {}
            Ok(_) => return Ok(Err(("changed", "it has changed since it was indexed".into()))),
            Err(error) => return Ok(Err(("unreachable", error.to_string()))),
        }
        if !even_last && !self.is_kept_elsewhere(copy.image, copy.file, going)? {
            return Ok(Err(("last-copy", "it is the last copy of this picture".into())));
        }
        Ok(Ok(()))
    }

    /// Whether the same file, or a file of the same picture, stays in a place that can be reached.
    fn is_kept_elsewhere(&self, image: ImageKey, file: i64, going: &[Copy]) -> Result<bool> {
        let model = self.serving()?.id.clone();
        self.inner.catalog.read(|db| {
            let mut images = vec![image];
            images.extend(near::neighbours(db, &model, image)?);
            for other in images {
                for copy in near::copies(db, other)? {
                    let stays = copy.file != file && !copy.is_offline && !going.iter().any(|gone| gone.file == copy.file);
                    if stays && fs_err::metadata(&copy.path).is_ok_and(|metadata| metadata.len() == copy.bytes) {
                        return Ok(true);
                    }
                }
            }
            Ok(false)
        })
    }

    /// Lets the library see what was moved.
    fn look_again<'a>(&self, paths: impl Iterator<Item = &'a Path>) -> Result<()> {
        let paths: Vec<_> = paths.map(Path::to_owned).collect();
        if paths.is_empty() { Ok(()) } else { self.look_around(&paths) }
    }
}

fn kept(copy: &Copy, code: &str, message: String) -> KeptFile {
    KeptFile { file: copy.file, path: copy.path.display().to_string(), code: code.into(), message }
}

/// Restores the file that was trashed last from this place.
#[cfg(not(target_os = "macos"))]
fn bring_back(path: &Path) -> std::result::Result<(), String> {
    if path.exists() {
        return Err("another file is in its place now".into());
    }
    let items = ::trash::os_limited::list().map_err(|error| format!("the trash cannot be read: {error}"))?;
    let latest = items.into_iter().filter(|item| item.original_path() == path).max_by_key(|item| item.time_deleted);
    let item = latest.ok_or_else(|| "it is not in the trash any more".to_owned())?;
    ::trash::os_limited::restore_all([item]).map_err(|error| format!("it cannot be brought back: {error}"))
}

/// macOS offers programs no way to take a file back out of the trash.
#[cfg(target_os = "macos")]
fn bring_back(_: &Path) -> std::result::Result<(), String> {
    Err("macOS lets no program do this: open the Trash and choose Put Back".into())
}
