//! The facade's calls that move files: to the system's trash, and back. The only place where a photo's file is moved, and only
//! on the user's word.

use std::collections::HashSet;
use std::path::Path;

use super::Engine;
use crate::catalog::near::{self, Copy};
use crate::library::scan::mtime_of;
use crate::wire::{ErrorCode, KeptFile, PictureFile, TrashReport, TrashRequest, TrashUndone};
use crate::words::{Words, sayings};
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
        let keeping = request.keeping.iter().copied().collect();
        let (mut going, mut gone) = (Vec::new(), HashSet::new());
        for file in files {
            let Some(copy) = self.inner.catalog.read(|db| near::copy_by_file(db, file))? else {
                report.kept.push(kept_file(file, String::new(), "unknown", sayings::not_in_library(file)));
                continue;
            };
            if let Some((code, reason)) = reason_to_stay(&copy) {
                report.kept.push(kept(&copy, code, reason));
            } else if !request.even_last && !self.is_kept_elsewhere(&copy, &keeping, &gone)? {
                report.kept.push(kept(&copy, "last-copy", sayings::last_copy()));
            } else {
                gone.insert(file);
                going.push(copy);
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
                    report.kept.push(kept(copy, "failed", sayings::not_trashed(error.to_string())));
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
                Err(reason) => kept.push(kept_file(0, path.display().to_string(), "failed", reason)),
            }
        }
        self.look_again(wanted.iter().map(|(path, _)| path.as_path()))?;
        Ok(TrashUndone { back, kept })
    }

    /// The files of a picture, in the order of their paths.
    pub fn files_of(&self, id: &str) -> Result<Vec<PictureFile>> {
        let image = self.image(id)?;
        let copies = self.inner.catalog.read(|db| near::copies(db, image.key))?.into_iter();
        let told = |Copy { file, path, is_protected, is_offline, .. }| PictureFile { file, path: path.display().to_string(), is_protected, is_offline };
        Ok(copies.map(told).collect())
    }

    /// Whether the same file stays in a place that can be reached, or one of those that are kept, if it is of the same picture: an
    /// edited copy that nobody chose does not make up for the original.
    fn is_kept_elsewhere(&self, copy: &Copy, keeping: &HashSet<i64>, gone: &HashSet<i64>) -> Result<bool> {
        let model = self.serving()?.id.clone();
        let stays = |other: &Copy| {
            let is_there = || fs_err::metadata(&other.path).is_ok_and(|metadata| metadata.len() == other.bytes);
            other.file != copy.file && !other.is_offline && !gone.contains(&other.file) && is_there()
        };
        self.inner.catalog.read(|db| {
            if near::copies(db, copy.image)?.iter().any(stays) {
                return Ok(true);
            }
            if keeping.is_empty() {
                return Ok(false);
            }
            for neighbour in near::neighbours(db, &model, copy.image)? {
                if near::copies(db, neighbour)?.iter().any(|other| keeping.contains(&other.file) && stays(other)) {
                    return Ok(true);
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

/// Why a file may not go, whatever the user says.
fn reason_to_stay(copy: &Copy) -> Option<(&'static str, Words)> {
    if copy.is_protected {
        return Some(("protected", sayings::folder_protected()));
    }
    if copy.is_offline {
        return Some(("unreachable", sayings::folder_unreachable()));
    }
    match fs_err::symlink_metadata(&copy.path) {
        Ok(metadata) if metadata.is_file() && metadata.len() == copy.bytes && mtime_of(&metadata) == copy.mtime => None,
        Ok(_) => Some(("changed", sayings::changed_since_indexed())),
        Err(error) => Some(("unreachable", (&error).into())),
    }
}

fn kept(copy: &Copy, code: &str, reason: Words) -> KeptFile {
    kept_file(copy.file, copy.path.display().to_string(), code, reason)
}

pub(super) fn kept_file(file: i64, path: String, code: &str, reason: Words) -> KeptFile {
    let (message, message_said) = reason.into_parts();
    KeptFile { file, path, code: code.into(), message, message_said }
}

/// Restores the file that was trashed last from this place.
#[cfg(not(target_os = "macos"))]
fn bring_back(path: &Path) -> std::result::Result<(), Words> {
    if path.exists() {
        return Err(sayings::place_taken());
    }
    let items = ::trash::os_limited::list().map_err(|error| sayings::trash_not_readable(error.to_string()))?;
    let latest = items.into_iter().filter(|item| item.original_path() == path).max_by_key(|item| item.time_deleted);
    let item = latest.ok_or_else(sayings::not_in_trash)?;
    ::trash::os_limited::restore_all([item]).map_err(|error| sayings::not_brought_back(error.to_string()))
}

/// macOS offers programs no way to take a file back out of the trash.
#[cfg(target_os = "macos")]
fn bring_back(_: &Path) -> std::result::Result<(), Words> {
    Err(sayings::put_back_by_hand())
}
