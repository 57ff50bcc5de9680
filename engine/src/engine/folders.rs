//! The facade's calls on the library: folders, runs, what was skipped, the state of it all.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::Engine;
use super::indexer::{Canceller, announce_polling, whole};
use crate::catalog::{FileCounts, FolderId, FolderRow, files, folders, images, outbox};
use crate::library::rules::{Rules, anchored_below};
use crate::library::watch::Following;
use crate::pipeline::Task;
use crate::pipeline::control::idle;
use crate::wire::{ErrorCode, Event, FolderInfo, FolderState, IndexReport, SkippedFile, Status};
use crate::words::{Words, sayings};
use crate::{Error, Result};

impl Engine {
    /// Adds a folder, follows it and begins to index it. A folder inside a watched one is covered by that one, which is
    /// then returned; watched folders inside the new one become part of it.
    pub fn add_folder(&self, path: &Path, excludes: &[String]) -> Result<FolderInfo> {
        let id = self.register_folder(path, excludes, None)?;
        self.indexer()?.look_at(whole(id));
        self.folder(id)
    }

    /// Adds a folder as [`Engine::add_folder`] does, for somebody who may see only what is below `places` (absolute, without
    /// links): no link in it leads out of them, now or later.
    pub fn add_confined_folder(&self, path: &Path, excludes: &[String], places: &[String]) -> Result<FolderInfo> {
        let id = self.register_folder(path, excludes, Some(places))?;
        self.indexer()?.look_at(whole(id));
        self.folder(id)
    }

    /// Adds a folder as [`Engine::add_confined_folder`] does, and waits until its pictures can be found.
    pub fn index_confined_folder(&self, path: &Path, places: &[String]) -> Result<IndexReport> {
        let id = self.register_folder(path, &[], Some(places))?;
        self.indexer()?.look_at_and_wait(whole(id))
    }

    /// Adds folders as [`Engine::add_folder`] does, and indexes until done. Without folders: all that are known.
    pub fn index(&self, paths: &[PathBuf], excludes: &[String]) -> Result<IndexReport> {
        let indexer = self.indexer()?;
        let mut tasks = Vec::new();
        // All of them before any is added: a typing error in the second leaves nothing half done.
        for path in paths {
            existing_folder(path)?;
        }
        for path in paths {
            tasks.extend(whole(self.register_folder(path, excludes, None)?));
        }
        if paths.is_empty() {
            tasks.extend(self.all_folders()?);
        }
        if tasks.is_empty() { Ok(IndexReport::default()) } else { indexer.look_at_and_wait(tasks) }
    }

    /// Looks at the places of these files of watched folders again, and waits until what has changed there is known.
    pub(super) fn look_around(&self, files: &[PathBuf]) -> Result<()> {
        let mut tasks: HashMap<FolderId, Vec<PathBuf>> = HashMap::new();
        for folder in self.inner.catalog.read(folders::all)? {
            let hints = files.iter().filter(|file| file.starts_with(&folder.path));
            tasks.entry(folder.id).or_default().extend(hints.cloned());
        }
        let tasks = tasks.into_iter().filter(|(_, hints)| !hints.is_empty()).map(|(id, hints)| Task::Around(id, hints));
        self.indexer()?.look_at_and_wait(tasks).map(|_| ())
    }

    /// Forgets a folder and its files. The photos themselves are not touched.
    pub fn remove_folder(&self, id: FolderId) -> Result<()> {
        let indexer = self.indexer()?;
        self.existing(id)?;
        self.inner.catalog.write(|db| folders::remove(db, id))?;
        if let Some(watch) = indexer.watch() {
            watch.unfollow(id);
        }
        self.serving()?.index.follow(&self.inner.catalog)?;
        self.announce_folders();
        Ok(())
    }

    /// Pauses a folder (its photos stay searchable, its changes are not followed) or resumes it.
    pub fn pause_folder(&self, id: FolderId, paused: bool) -> Result<()> {
        let indexer = self.indexer()?;
        let folder = self.existing(id)?;
        self.inner.catalog.write(|db| folders::set_paused(db, id, paused))?;
        if paused {
            if let Some(watch) = indexer.watch() {
                watch.unfollow(id);
            }
        } else {
            self.follow(&folder)?;
            indexer.look_at(whole(id));
        }
        self.announce_folders();
        Ok(())
    }

    /// Sets a folder's exclude patterns (gitignore globs relative to it) and looks through it.
    pub fn set_excludes(&self, id: FolderId, excludes: &[String]) -> Result<()> {
        let indexer = self.indexer()?;
        let folder = self.existing(id)?;
        Rules::new(&folder.path, excludes)?;
        self.inner.catalog.write(|db| folders::set_excludes(db, id, excludes))?;
        indexer.look_at(whole(id));
        self.announce_folders();
        Ok(())
    }

    /// Looks through all folders in the background.
    pub fn rescan(&self) -> Result<()> {
        self.indexer()?.look_at(self.all_folders()?);
        Ok(())
    }

    /// Holds the current and all later runs until resumed.
    pub fn pause(&self) -> Result<()> {
        self.indexer()?.control().pause();
        Ok(())
    }

    /// Goes on after a pause.
    pub fn resume(&self) -> Result<()> {
        self.indexer()?.control().resume();
        Ok(())
    }

    /// Ends the current run. What is committed stays; the next run goes on from there.
    pub fn cancel(&self) -> Result<()> {
        self.canceller()?.cancel();
        Ok(())
    }

    /// A handle that cancels runs without keeping the engine open.
    pub fn canceller(&self) -> Result<Canceller> {
        Ok(self.indexer()?.canceller())
    }

    /// Every file that is not indexed, with its reason.
    pub fn skipped(&self) -> Result<Vec<SkippedFile>> {
        self.inner.catalog.read(files::skipped)
    }

    /// Tries skipped files again, all of them when `ids` is empty. Returns how many there are.
    pub fn retry(&self, ids: &[i64]) -> Result<usize> {
        let count = self.forget_skips(ids)?;
        self.indexer()?.look_at(self.all_folders()?);
        Ok(count)
    }

    /// Makes the next run try skipped files again, all of them when `ids` is empty. Returns how many there are.
    pub fn forget_skips(&self, ids: &[i64]) -> Result<usize> {
        self.inner.catalog.write(|db| files::forget_skips(db, ids))
    }

    /// The library at a glance.
    pub fn status(&self) -> Result<Status> {
        let serving = self.serving()?;
        let ((folder_rows, counts), (images, pictures, waiting)) = self.inner.catalog.read(|db| {
            let counted = (images::count_live(db, &serving.id)?, images::count(db)?, outbox::waiting(db)?);
            Ok(((folders::all(db)?, files::counts(db)?), counted))
        })?;
        // Settings that cannot be read are told by the connection's own page; the library's state can be told all the same.
        let pending_sync = if self.inner.sharing.connected().is_ok_and(|stored| stored.is_some()) { waiting } else { 0 };
        let folders = folder_rows.into_iter().map(|row| self.folder_info(row, &counts)).collect::<Vec<_>>();
        Ok(Status {
            files: folders.iter().map(|folder| folder.files).sum(),
            skipped: folders.iter().map(|folder| folder.skipped).sum(),
            folders,
            images,
            pending_sync,
            model: serving.embedder.manifest().info(),
            not_embedded: pictures.saturating_sub(images),
            switch: self.switch_info()?,
            data_dir: self.inner.data_dir.display().to_string(),
            progress: self.inner.indexer.as_ref().map_or_else(|| idle(false), super::Indexer::progress),
            writable: self.is_writer(),
            version: env!("CARGO_PKG_VERSION").into(),
        })
    }

    /// `places`: see [`Engine::add_confined_folder`]; a folder that the library has already keeps its own.
    fn register_folder(&self, path: &Path, excludes: &[String], places: Option<&[String]>) -> Result<FolderId> {
        self.indexer()?;
        let path = existing_folder(path)?;
        Rules::new(&path, excludes)?;
        let (id, replaced) = self.inner.catalog.write(|db| {
            let known = folders::all(db)?;
            if let Some(covering) = known.iter().find(|row| path.starts_with(&row.path)) {
                if covering.path == path && !excludes.is_empty() {
                    folders::set_excludes(db, covering.id, excludes)?;
                } else if !excludes.is_empty() {
                    let below = path.strip_prefix(&covering.path).unwrap_or(Path::new(""));
                    let added = excludes.iter().map(|glob| anchored_below(below, glob)).filter(|glob| !covering.excludes.contains(glob));
                    folders::set_excludes(db, covering.id, &covering.excludes.iter().cloned().chain(added).collect::<Vec<_>>())?;
                }
                return Ok((covering.id, None));
            }
            let replaced = known.into_iter().filter(|row| row.path.starts_with(&path)).collect::<Vec<_>>();
            // What was left out of a folder stays left out when a larger one takes its place.
            let mut all = excludes.to_vec();
            for inner in &replaced {
                let below = inner.path.strip_prefix(&path).unwrap_or(Path::new(""));
                all.extend(inner.excludes.iter().map(|glob| anchored_below(below, glob)));
            }
            let id = folders::add(db, &path, &all)?;
            if let Some(places) = places {
                folders::confine(db, id, places)?;
            }
            Ok((id, Some(replaced)))
        })?;
        if let Some(replaced) = replaced {
            if let Some(watch) = self.indexer()?.watch() {
                replaced.iter().for_each(|row| watch.unfollow(row.id));
            }
            self.follow(&self.existing(id)?)?;
            self.keep_uploads(&replaced)?;
            self.announce_folders();
        }
        Ok(id)
    }

    pub(super) fn follow(&self, folder: &FolderRow) -> Result<()> {
        if let Some(watch) = self.indexer()?.watch() {
            announce_polling(&self.inner.events, folder, &watch.follow(folder.id, &folder.path));
        }
        Ok(())
    }

    pub(super) fn existing(&self, id: FolderId) -> Result<FolderRow> {
        let row = self.inner.catalog.read(|db| folders::get(db, id))?;
        row.ok_or_else(|| Error::new(ErrorCode::NotFound, sayings::folder_unknown(id)))
    }

    fn all_folders(&self) -> Result<Vec<Task>> {
        Ok(self.inner.catalog.read(folders::all)?.into_iter().map(|row| Task::Folder(row.id)).collect())
    }

    fn folder(&self, id: FolderId) -> Result<FolderInfo> {
        let counts = self.inner.catalog.read(files::counts)?;
        Ok(self.folder_info(self.existing(id)?, &counts))
    }

    fn folder_info(&self, row: FolderRow, counts: &HashMap<FolderId, FileCounts>) -> FolderInfo {
        let following = self.inner.indexer.as_ref().and_then(|indexer| indexer.watch()?.following(row.id));
        let (state, state_reason) = match (row.paused, row.offline, following) {
            (true, ..) => (FolderState::Paused, None),
            (_, Some(reason), _) => (FolderState::Offline, Some(reason)),
            (_, _, Some(Following::Notified)) => (FolderState::Watching, None),
            (_, _, Some(Following::Polled(reason))) => (FolderState::Polling, Some(reason)),
            (_, _, None) => (FolderState::Idle, None),
        };
        let (state_reason, state_reason_said) = Words::optional_parts(state_reason);
        let count = counts.get(&row.id).copied().unwrap_or_default();
        let name = row.path.file_name().map_or_else(|| row.path.display().to_string(), |name| name.to_string_lossy().into_owned());
        FolderInfo {
            id: row.id,
            path: row.path.display().to_string(),
            name,
            state,
            state_reason,
            state_reason_said,
            files: count.files,
            skipped: count.skipped,
            excludes: row.excludes,
            is_protected: row.is_protected,
            scanned_at: row.scanned_at,
        }
    }

    pub(super) fn announce_folders(&self) {
        self.announce(Event::FoldersChanged {});
        self.announce(Event::LibraryChanged {});
    }
}

/// The folder's canonical path.
fn existing_folder(path: &Path) -> Result<PathBuf> {
    let path = dunce::canonicalize(path).map_err(|_| Error::missing(path).with_hint(sayings::check_spelling()))?;
    if !path.is_dir() {
        return Err(Error::invalid(sayings::is_not_a_folder(&*path)).with_hint(sayings::give_photo_folder()));
    }
    Ok(path)
}
