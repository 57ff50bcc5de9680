//! Compares a folder on disk with the catalog and reports what differs. Unchanged files are recognised by size and
//! modification time, without opening them. Decides nothing about content and writes nothing.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::Metadata;
use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::rules::Rules;
use crate::Result;
use crate::catalog::{Catalog, FileKey, FolderRow, Identity, StoredPath, files, folders, identity_of};
use crate::words::{Words, sayings};

/// A file that is new or has changed since the catalog last saw it.
#[derive(Clone, Debug)]
pub(crate) struct FileToIndex {
    pub(crate) key: FileKey,
    pub(crate) path: PathBuf,
    pub(crate) size: u64,
    /// Nanoseconds since 1970.
    pub(crate) mtime: i64,
}

/// What a scan finds on its way.
pub(crate) enum Found {
    /// A directory was compared: so many picture files are in it, so many of these unchanged.
    Compared {
        files: u64,
        unchanged: u64,
    },
    Changed(FileToIndex),
    /// Catalog ids of files that are no longer there.
    Gone(Vec<i64>),
    /// A directory that cannot be read; what is known below it is kept.
    Unreadable {
        path: PathBuf,
        reason: Words,
    },
}

/// How a scan ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ScanEnd {
    Complete,
    /// The folder cannot be reached, and why. Nothing of it is removed.
    Offline(Words),
    /// The receiver of the findings asked to stop.
    Cancelled,
}

/// A scan of one folder.
pub(crate) struct Scan<'a> {
    catalog: &'a Catalog,
    folder: &'a FolderRow,
    rules: Rules,
    /// Canonical roots of all watched folders: a link into one of them would show its photos twice.
    roots: Vec<PathBuf>,
    identity: Identity,
    seen: HashSet<Identity>,
    visited: HashSet<PathBuf>,
    unreadable: Vec<PathBuf>,
}

impl<'a> Scan<'a> {
    /// Prepares a scan, or says why the folder cannot be reached.
    pub(crate) fn new(catalog: &'a Catalog, folder: &'a FolderRow) -> Result<std::result::Result<Self, Words>> {
        let identity = match reach(catalog, folder)? {
            Ok(identity) => identity,
            Err(reason) => return Ok(Err(reason)),
        };
        let roots = catalog.read(folders::all)?.into_iter().filter_map(|row| row.path.canonicalize().ok()).collect();
        let rules = Rules::new(&folder.path, &folder.excludes)?;
        Ok(Ok(Self { catalog, folder, rules, roots, identity, seen: HashSet::new(), visited: HashSet::new(), unreadable: Vec::new() }))
    }

    /// Device and inode of the root.
    pub(crate) fn identity(&self) -> &str {
        &self.identity
    }

    /// Compares the whole folder.
    pub(crate) fn everything(&mut self, found: &mut dyn FnMut(Found) -> ControlFlow<()>) -> Result<ScanEnd> {
        let end = self.tree(PathBuf::new(), found)?;
        if end != ScanEnd::Complete {
            return Ok(end);
        }
        let known = self.catalog.read(|db| folders::dirs(db, self.folder.id))?;
        let vanished = known.into_iter().filter(|dir| !self.visited.contains(&dir.0) && !self.is_below_unreadable(&dir.0)).collect::<Vec<_>>();
        self.forget(&vanished, found)
    }

    /// Compares the surroundings of paths (absolute) at which something may have happened.
    pub(crate) fn around(&mut self, hints: &[PathBuf], found: &mut dyn FnMut(Found) -> ControlFlow<()>) -> Result<ScanEnd> {
        let mut dirs = HashSet::new();
        let mut vanished = Vec::new();
        // Read once at most: a deleted tree comes as a hint for each of its files.
        let mut known = None;
        for hint in hints {
            let Ok(relative) = hint.strip_prefix(&self.folder.path) else { continue };
            match relative.parent() {
                Some(parent) => dirs.insert(parent.to_owned()),
                None => return self.everything(found),
            };
            // A link out of the folder's bounds is as good as nothing.
            if hint.is_dir() {
                if self.admits_path(relative) && self.folder.bounds.hold(hint) && self.tree(relative.to_owned(), found)? == ScanEnd::Cancelled {
                    return Ok(ScanEnd::Cancelled);
                }
            } else if !hint.exists() {
                let known = match &known {
                    Some(known) => known,
                    None => known.insert(self.catalog.read(|db| folders::dirs(db, self.folder.id))?),
                };
                vanished.extend(known.iter().filter(|dir| dir.0.starts_with(relative)).cloned());
            }
        }
        for dir in dirs {
            let path = self.folder.path.join(&dir);
            if !self.visited.contains(&dir)
                && self.admits_path(&dir)
                && path.is_dir()
                && self.folder.bounds.hold(&path)
                && self.compare(&dir, found)?.is_break()
            {
                return Ok(ScanEnd::Cancelled);
            }
        }
        self.forget(&vanished, found)
    }

    /// Whether no part of the path is left out by the rules.
    fn admits_path(&self, relative: &Path) -> bool {
        relative.ancestors().all(|part| self.rules.admits_dir(part))
    }

    fn is_below_unreadable(&self, dir: &Path) -> bool {
        self.unreadable.iter().any(|unreadable| dir.starts_with(unreadable))
    }

    /// Compares a directory and all below it. Links come last, so that the real place of a directory wins.
    fn tree(&mut self, start: PathBuf, found: &mut dyn FnMut(Found) -> ControlFlow<()>) -> Result<ScanEnd> {
        let (mut stack, mut links) = (vec![start], Vec::new());
        while let Some(dir) = stack.pop().or_else(|| links.pop()) {
            let path = self.folder.path.join(&dir);
            let Ok(metadata) = std::fs::metadata(&path) else { continue };
            if !self.seen.insert(identity_of(&path, &metadata)) {
                continue;
            }
            match self.compare_and_list(&dir, found)? {
                ControlFlow::Break(()) => return Ok(ScanEnd::Cancelled),
                ControlFlow::Continue(children) => {
                    stack.extend(children.dirs);
                    links.extend(children.links);
                }
            }
        }
        // A drive that was pulled out meanwhile looks like a folder whose files are gone.
        Ok(match reach(self.catalog, self.folder)? {
            Err(reason) => ScanEnd::Offline(reason),
            Ok(identity) if identity != self.identity => ScanEnd::Offline(sayings::drive_taken_away()),
            Ok(_) => ScanEnd::Complete,
        })
    }

    fn compare(&mut self, dir: &Path, found: &mut dyn FnMut(Found) -> ControlFlow<()>) -> Result<ControlFlow<()>> {
        Ok(self.compare_and_list(dir, found)?.map_continue(|_| ()))
    }

    /// Compares the files of one directory with the catalog; returns its subdirectories.
    fn compare_and_list(&mut self, dir: &Path, found: &mut dyn FnMut(Found) -> ControlFlow<()>) -> Result<ControlFlow<(), Children>> {
        let path = self.folder.path.join(dir);
        let listing = match self.list(dir, &path) {
            Ok(listing) => listing,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(ControlFlow::Continue(Children::default())),
            Err(error) => {
                self.unreadable.push(dir.to_owned());
                self.visited.insert(dir.to_owned());
                let flow = found(Found::Unreadable { path, reason: (&error).into() });
                return Ok(flow.map_continue(|()| Children::default()));
            }
        };
        self.visited.insert(dir.to_owned());
        let mut known = self.catalog.read(|db| files::in_dir(db, self.folder.id, dir))?;
        let mut unchanged = 0;
        let count = listing.files.len() as u64;
        for file in listing.files {
            let before = known.remove(&file.name);
            if before.is_some_and(|row| row.size == file.size && row.mtime == file.mtime) {
                unchanged += 1;
                continue;
            }
            let key = FileKey { folder: self.folder.id, dir: dir.to_owned(), name: file.name };
            let path = path.join(&key.name);
            if found(Found::Changed(FileToIndex { key, path, size: file.size, mtime: file.mtime })).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        for name in &listing.unknown {
            known.remove(name);
        }
        let gone: Vec<i64> = known.into_values().map(|row| row.id).collect();
        if !gone.is_empty() && self.is_still_there() && found(Found::Gone(gone)).is_break() {
            return Ok(ControlFlow::Break(()));
        }
        Ok(found(Found::Compared { files: count, unchanged }).map_continue(|()| listing.children))
    }

    fn list(&self, dir: &Path, path: &Path) -> std::io::Result<Listing> {
        let mut listing = Listing::default();
        for entry in fs_err::read_dir(path)? {
            let entry = entry?;
            let name = entry.file_name();
            let relative = dir.join(&name);
            let kind = entry.file_type()?;
            if kind.is_dir() {
                if self.rules.admits_dir(&relative) {
                    listing.children.dirs.push(relative);
                }
                continue;
            }
            if kind.is_symlink() {
                let Some(target) = self.outside_target(&entry.path()) else { continue };
                if target.is_dir() {
                    if self.rules.admits_dir(&relative) {
                        listing.children.links.push(relative);
                    }
                    continue;
                }
            }
            if !self.rules.admits_file(&relative) {
                continue;
            }
            // Follows links. A file that vanished since it was listed is not there; one that the disk will not tell of is.
            let metadata = match std::fs::metadata(entry.path()) {
                Ok(metadata) => metadata,
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(_) => {
                    listing.unknown.push(name);
                    continue;
                }
            };
            if metadata.is_file() {
                listing.files.push(ListedFile { name, size: metadata.len(), mtime: mtime_of(&metadata) });
            }
        }
        Ok(listing)
    }

    /// Where a link leads, unless that is nowhere or to a place in a watched folder where it is found anyway.
    fn outside_target(&self, link: &Path) -> Option<PathBuf> {
        let target = link.canonicalize().ok()?;
        if !self.folder.bounds.hold(&target) {
            return None;
        }
        if let Ok(inside) = target.strip_prefix(&self.folder.path) {
            let is_admitted = if target.is_dir() {
                self.admits_path(inside)
            } else {
                inside.parent().is_some_and(|dir| self.admits_path(dir)) && self.rules.admits_file(inside)
            };
            return (!is_admitted).then_some(target);
        }
        (!self.roots.iter().any(|root| target.starts_with(root))).then_some(target)
    }

    fn forget(&self, dirs: &[StoredPath], found: &mut dyn FnMut(Found) -> ControlFlow<()>) -> Result<ScanEnd> {
        for dir in dirs {
            let ids = self.catalog.read(|db| files::ids_in_dir(db, self.folder.id, dir))?;
            if !self.is_still_there() {
                return Ok(ScanEnd::Offline(sayings::drive_taken_away()));
            }
            if !ids.is_empty() && found(Found::Gone(ids)).is_break() {
                return Ok(ScanEnd::Cancelled);
            }
        }
        Ok(ScanEnd::Complete)
    }

    fn is_still_there(&self) -> bool {
        std::fs::metadata(&self.folder.path).is_ok_and(|metadata| identity_of(&self.folder.path, &metadata) == self.identity)
    }
}

#[derive(Default)]
struct Listing {
    files: Vec<ListedFile>,
    /// Files that are there but cannot be looked at: what is known of them is kept.
    unknown: Vec<OsString>,
    children: Children,
}

struct ListedFile {
    name: OsString,
    size: u64,
    mtime: i64,
}

/// Subdirectories, relative to the folder's root.
#[derive(Default)]
struct Children {
    dirs: Vec<PathBuf>,
    links: Vec<PathBuf>,
}

/// Whether a folder can be reached: its root's identity, or why not.
fn reach(catalog: &Catalog, folder: &FolderRow) -> Result<std::result::Result<Identity, Words>> {
    let metadata = match std::fs::metadata(&folder.path) {
        Ok(metadata) if metadata.is_dir() => metadata,
        Ok(_) => return Ok(Err(sayings::no_longer_a_folder())),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Err(sayings::folder_not_there())),
        Err(error) => return Ok(Err(sayings::folder_not_opened(&error))),
    };
    if folder.bounds.are_set() && dunce::canonicalize(&folder.path).is_ok_and(|resolved| resolved != folder.path) {
        return Ok(Err(sayings::folder_became_link()));
    }
    let identity = identity_of(&folder.path, &metadata);
    let mut entries = match std::fs::read_dir(&folder.path) {
        Ok(entries) => entries,
        Err(error) => return Ok(Err(sayings::not_readable(&error))),
    };
    // An unmounted drive leaves its empty mount point behind: another directory than the one that was scanned.
    let is_replaced = folder.identity.as_ref().is_some_and(|known| *known != identity);
    if is_replaced && entries.next().is_none() {
        let known = catalog.read(|db| Ok(files::counts(db)?.get(&folder.id).is_some_and(|count| count.files > 0)))?;
        if known {
            return Ok(Err(sayings::drive_not_mounted()));
        }
    }
    Ok(Ok(identity))
}

/// Nanoseconds since 1970; 0 where the system keeps no time.
pub(crate) fn mtime_of(metadata: &Metadata) -> i64 {
    let Ok(time) = metadata.modified() else { return 0 };
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_nanos()).unwrap_or(i64::MAX),
    }
}
