//! The facade's calls on folders that are to be imported: which of their files the library has already, and copies of the new ones.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Engine;
use super::copies::ToCopy;
use crate::catalog::{ContentHash, folders};
use crate::incoming::{Check, Parts};
use crate::wire::{CopyNewRequest, CopyReport, ErrorCode, ImportReply, ImportRequest, ImportState, ImportStatus, NewFiles};
use crate::words::sayings;
use crate::{Error, Result};

/// Files in one reply at most.
const MOST: u32 = 200;

/// The latest check.
#[derive(Default)]
pub(super) struct Incoming {
    check: Mutex<Option<Check>>,
}

impl Incoming {
    pub(super) fn latest(&self) -> MutexGuard<'_, Option<Check>> {
        self.check.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// Begins to compare a folder that is not in the library with it, in the background. Events tell how far it is. A check
    /// under way is ended. Nothing is imported.
    ///
    /// # Errors
    ///
    /// `not-found`, and `invalid-request` for a folder of the library.
    pub fn check_folder(&self, folder: &Path) -> Result<ImportStatus> {
        let path = dunce::canonicalize(folder).map_err(|_| Error::missing(folder))?;
        if !path.is_dir() {
            return Err(Error::invalid(sayings::is_not_a_folder(&*path)).with_hint(sayings::choose_card()));
        }
        if let Some(own) = self.inner.catalog.read(folders::all)?.into_iter().find(|row| path.starts_with(&row.path)) {
            return Err(Error::invalid(sayings::folder_in_library(&*path, &*own.path)).with_hint(sayings::choose_other_folder()));
        }
        let serving = self.serving()?;
        let parts = Parts {
            catalog: Arc::clone(&self.inner.catalog),
            index: Arc::clone(&serving.index),
            embedder: serving.embedder.get()?,
            same_picture: serving.same_picture(),
            sketches: Arc::clone(&self.inner.sketches),
            limits: self.inner.limits,
            workers: self.workers(),
            events: self.inner.events.clone(),
        };
        let mut latest = self.inner.incoming.latest();
        // The one before ends first, so that it does not take the new one's time.
        *latest = None;
        let check = latest.insert(Check::start(&path, parts)?);
        Ok(check.status())
    }

    /// How the latest check stands; none where there was none since the engine was opened.
    pub fn check_status(&self) -> Result<Option<ImportStatus>> {
        Ok(self.inner.incoming.latest().as_ref().map(Check::status))
    }

    /// Stops the check under way; what was found until now stays known.
    pub fn cancel_check(&self) -> Result<()> {
        if let Some(check) = &*self.inner.incoming.latest() {
            check.cancel();
        }
        Ok(())
    }

    /// Files of the latest check with a verdict.
    pub fn checked(&self, request: &ImportRequest) -> Result<ImportReply> {
        if !(1..=MOST).contains(&request.limit) {
            return Err(Error::invalid(format!("limit {} is not within 1 and {MOST}", request.limit)));
        }
        let latest = self.inner.incoming.latest();
        let check = latest.as_ref().ok_or_else(no_check)?;
        let (total, files) = check.files(request.verdict, request.offset, request.limit);
        Ok(ImportReply { status: check.status(), total, files })
    }

    /// Copies new files of the latest check to a folder, each content once. Nothing that lies there is changed.
    ///
    /// # Errors
    ///
    /// `invalid-request` while the check goes on, for no folder, and for files that are none of the new ones.
    pub fn copy_new(&self, request: &CopyNewRequest) -> Result<CopyReport> {
        let folder = self.copy_target(&request.folder)?;
        let files = {
            let latest = self.inner.incoming.latest();
            let check = latest.as_ref().ok_or_else(no_check)?;
            if check.status().state == ImportState::Running {
                return Err(Error::invalid(sayings::check_not_done()).with_hint(sayings::wait_for_check()));
            }
            chosen(check.new_files(), &request.files)?
        };
        self.copy_all(&files, |(path, hash)| Ok(ToCopy { path: path.clone(), hash: *hash }), &folder)
    }
}

/// Of another check, or of nothing: whoever names such a file sees something else than what would be copied.
fn chosen(mut new: Vec<(PathBuf, ContentHash)>, files: &NewFiles) -> Result<Vec<(PathBuf, ContentHash)>> {
    let (NewFiles::AllBut { ids } | NewFiles::Only { ids }) = files;
    let named = ids.iter().map(|id| ContentHash::parse(id)).collect::<Result<HashSet<_>>>()?;
    let known: HashSet<_> = new.iter().map(|(_, hash)| *hash).collect();
    if let Some(other) = named.difference(&known).next() {
        return Err(Error::invalid(sayings::not_among_new(other.to_string())).with_hint(sayings::look_at_check_now()));
    }
    let is_only = matches!(files, NewFiles::Only { .. });
    new.retain(|(_, hash)| named.contains(hash) == is_only);
    Ok(new)
}

fn no_check() -> Error {
    Error::new(ErrorCode::NotFound, sayings::nothing_checked()).with_hint(sayings::check_first())
}
