//! The facade's calls that take results out of Lookalike: as a list in a file's text, and as copies of the photos.

use std::fs::{File, FileTimes};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::Engine;
use super::trash::kept_file;
use crate::catalog::{ContentHash, images};
use crate::search::{PageSpec, Ranked};
use crate::wire::{CopyProgress, CopyReport, CopyRequest, Event, ExportFormat, ExportRequest, KeptFile, SearchHit, Selection};
use crate::words::{Words, sayings};
use crate::{Error, Result};

/// Pictures that are copied at a time.
const MOST: usize = 100_000;
/// Progress is told no more often than this.
const TELL: Duration = Duration::from_millis(200);
/// Names that are tried for a copy before it is given up.
const NAMES: u32 = 10_000;

/// Whether copying goes on, and whether it is to end.
#[derive(Default)]
pub(super) struct Copying {
    goes_on: AtomicBool,
    is_cancelled: AtomicBool,
}

/// The one who copies; until it is dropped nobody else does.
struct Turn<'a>(&'a Copying);

impl Copying {
    fn begin(&self) -> Result<Turn<'_>> {
        if self.goes_on.swap(true, Ordering::AcqRel) {
            return Err(Error::invalid(sayings::copied_already()).with_hint(sayings::wait_for_copies()));
        }
        self.is_cancelled.store(false, Ordering::Release);
        Ok(Turn(self))
    }
}

impl Turn<'_> {
    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled.load(Ordering::Acquire)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.goes_on.store(false, Ordering::Release);
    }
}

/// A file that is to be copied.
pub(super) struct ToCopy {
    pub(super) path: PathBuf,
    pub(super) hash: ContentHash,
}

/// A line of an exported list.
#[derive(serde::Serialize)]
struct Line<'a> {
    rank: u64,
    id: &'a str,
    path: &'a str,
    file_name: &'a str,
    similarity: f32,
    distance: f32,
    band: crate::wire::Band,
    width: u32,
    height: u32,
    /// The other computer on which it lies; empty: this one.
    device: &'a str,
}

impl Engine {
    /// Results of a search as the text of a file.
    pub fn export(&self, request: &ExportRequest) -> Result<String> {
        let spec = PageSpec::new(request.similarity, 1, 1)?;
        let set = self.inner.results.get(&request.result_set)?;
        let mut hits = self.hits(&set, &set.all(spec.similarity))?;
        if !request.ids.is_empty() {
            hits.retain(|hit| request.ids.contains(&hit.id));
        }
        let lines = hits.iter().map(line_of);
        match request.format {
            ExportFormat::Json => {
                let text = serde_json::to_string_pretty(&lines.collect::<Vec<_>>()).map_err(|error| Error::internal(error.to_string()))?;
                Ok(text + "\n")
            }
            ExportFormat::Csv => {
                let mut writer = csv::Writer::from_writer(Vec::new());
                for line in lines {
                    writer.serialize(line).map_err(|error| Error::internal(error.to_string()))?;
                }
                let bytes = writer.into_inner().map_err(|error| Error::internal(error.to_string()))?;
                String::from_utf8(bytes).map_err(|error| Error::internal(error.to_string()))
            }
        }
    }

    /// Copies photos to a folder, each once, under a name that is free there. Nothing that lies there is changed, and a copy is
    /// checked against the content that its photo had when it was indexed.
    pub fn copy_files(&self, request: &CopyRequest) -> Result<CopyReport> {
        let folder = self.copy_target(&request.folder)?;
        let hashes = match &request.selection {
            Selection::Pictures { ids } => ids.iter().map(|id| ContentHash::parse(id)).collect::<Result<Vec<_>>>()?,
            Selection::Results { result_set, similarity } => {
                let spec = PageSpec::new(*similarity, 1, 1)?;
                let set = self.inner.results.get(result_set)?;
                self.hashes_of(set.all(spec.similarity).into_iter().map(|(_, picture, _)| picture))?.into_iter().flatten().collect()
            }
        };
        if hashes.len() > MOST {
            return Err(Error::invalid(sayings::too_many_to_copy(hashes.len(), MOST)));
        }
        let file_of = |hash: &ContentHash| match self.locate(&hash.to_string()) {
            Ok(path) => Ok(ToCopy { path, hash: *hash }),
            Err(error) => Err(kept_file(0, self.name_of_picture(&hash.to_string()), "unreachable", (&error).into())),
        };
        self.copy_all(&hashes, file_of, &folder)
    }

    /// Stops copying; what is copied stays.
    pub fn cancel_copy(&self) {
        self.inner.copying.is_cancelled.store(true, Ordering::Release);
    }

    /// Copies files one after the other, and tells how far it is.
    ///
    /// # Errors
    ///
    /// `invalid-request` while others are being copied.
    pub(super) fn copy_all<T>(&self, wanted: &[T], file_of: impl Fn(&T) -> std::result::Result<ToCopy, KeptFile>, folder: &Path) -> Result<CopyReport> {
        let mut report = CopyReport { copied: 0, bytes: 0, there_already: 0, failed: Vec::new(), is_cancelled: false };
        let mut told = Instant::now();
        let turn = self.inner.copying.begin()?;
        for (done, wanted_one) in wanted.iter().enumerate() {
            if turn.is_cancelled() {
                report.is_cancelled = true;
                break;
            }
            match file_of(wanted_one) {
                Ok(file) => copy(&file, folder, &mut report),
                Err(kept) => report.failed.push(kept),
            }
            if told.elapsed() >= TELL {
                told = Instant::now();
                let progress = CopyProgress { done: done as u64 + 1, total: wanted.len() as u64, bytes: report.bytes };
                self.announce(Event::CopyChanged { progress: Some(progress) });
            }
        }
        drop(turn);
        self.announce(Event::CopyChanged { progress: None });
        Ok(report)
    }

    /// The folder to copy to, found to be one.
    ///
    /// # Errors
    ///
    /// `invalid-request` where it is no absolute path, no folder, or belongs to the library's own data.
    pub fn copy_target(&self, folder: &str) -> Result<PathBuf> {
        let path = Path::new(folder);
        let named = format!("{folder:?}");
        let refuse = |message: Words| Err(Error::invalid(message).with_hint(sayings::choose_existing_folder()));
        if !path.is_absolute() {
            return refuse(sayings::target_not_absolute(named));
        }
        let Ok(path) = dunce::canonicalize(path) else { return refuse(sayings::target_not_there(named)) };
        if !path.is_dir() {
            return refuse(sayings::target_no_folder(named));
        }
        if dunce::canonicalize(self.data_dir()).is_ok_and(|data_dir| path.starts_with(data_dir)) {
            return refuse(sayings::target_of_library(named));
        }
        Ok(path)
    }

    /// The content of each result; none where its picture has gone.
    pub(super) fn hashes_of(&self, pictures: impl IntoIterator<Item = Ranked>) -> Result<Vec<Option<ContentHash>>> {
        self.inner.catalog.read(|db| {
            let hash = |picture| match picture {
                Ranked::Here(key) => Ok(images::by_key(db, key)?.map(|image| image.hash)),
                Ranked::Shared(hash) => Ok(Some(hash)),
            };
            pictures.into_iter().map(hash).collect()
        })
    }

    /// Where a picture lies or lay, for a report.
    fn name_of_picture(&self, id: &str) -> String {
        self.picture(id).ok().and_then(|details| details.places.into_iter().next()).map_or_else(|| id.to_owned(), |place| place.path)
    }
}

fn line_of(hit: &SearchHit) -> Line<'_> {
    let device = hit.places.first().and_then(|place| place.device.as_deref()).unwrap_or_default();
    let SearchHit { rank, id, path, file_name, similarity, distance, band, width, height, .. } = hit;
    Line { rank: *rank, id, path, file_name, similarity: *similarity, distance: *distance, band: *band, width: *width, height: *height, device }
}

/// Copies one file, and notes what became of it.
fn copy(file: &ToCopy, folder: &Path, report: &mut CopyReport) {
    match try_copy(file, folder) {
        Ok(Some(bytes)) => {
            report.copied += 1;
            report.bytes += bytes;
        }
        Ok(None) => report.there_already += 1,
        Err((code, reason)) => report.failed.push(kept_file(0, file.path.display().to_string(), code, reason)),
    }
}

/// The bytes written; none: the very content lies there under its name already.
fn try_copy(file: &ToCopy, folder: &Path) -> std::result::Result<Option<u64>, (&'static str, Words)> {
    let unreachable = |error: std::io::Error| ("unreachable", Words::from(&error));
    let failed = |error: std::io::Error| ("failed", sayings::not_written(&error));
    let Some(name) = file.path.file_name().map(Path::new) else { return Err(("failed", sayings::no_name())) };
    let mut source = File::open(&file.path).map_err(unreachable)?;
    let metadata = source.metadata().map_err(unreachable)?;
    if has_content(&folder.join(name), metadata.len(), file.hash) {
        return Ok(None);
    }
    // Written aside first: what has its name is whole.
    let mut part = tempfile::Builder::new().prefix(".lookalike-part-").tempfile_in(folder).map_err(failed)?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = source.read(&mut buffer).map_err(unreachable)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
        part.write_all(&buffer[..read]).map_err(failed)?;
    }
    if hasher.finalize().as_bytes() != file.hash.as_bytes() {
        return Err(("changed", sayings::changed_since_seen()));
    }
    if let Ok(modified) = metadata.modified() {
        // Photos without a date of their own are sorted by this. A file system that keeps no times is no reason to fail.
        let _ = part.as_file().set_times(FileTimes::new().set_modified(modified));
    }
    share_as(part.as_file(), &metadata);
    for number in 1..NAMES {
        let path = folder.join(numbered(name, number));
        if number > 1 && has_content(&path, metadata.len(), file.hash) {
            return Ok(None);
        }
        match part.persist_noclobber(&path) {
            Ok(_) => return Ok(Some(metadata.len())),
            Err(fault) if fault.error.kind() == std::io::ErrorKind::AlreadyExists => part = fault.file,
            Err(fault) => return Err(failed(fault.error)),
        }
    }
    Err(("failed", sayings::too_many_of_name()))
}

/// A file made aside may be read by its owner only; the copy has the photo's own permissions.
#[cfg(unix)]
fn share_as(part: &File, source: &std::fs::Metadata) {
    // A file system without permissions has none to set.
    let _ = part.set_permissions(source.permissions());
}

#[cfg(not(unix))]
fn share_as(_: &File, _: &std::fs::Metadata) {}

/// `photo.jpg`, `photo (2).jpg`, …
fn numbered(name: &Path, number: u32) -> PathBuf {
    if number == 1 {
        return name.to_owned();
    }
    let mut text = name.file_stem().unwrap_or_default().to_owned();
    text.push(format!(" ({number})"));
    if let Some(extension) = name.extension() {
        text.push(".");
        text.push(extension);
    }
    text.into()
}

fn has_content(path: &Path, bytes: u64, hash: ContentHash) -> bool {
    let is_as_long = std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() == bytes);
    if !is_as_long {
        return false;
    }
    let Ok(mut file) = File::open(path) else { return false };
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(&mut file).is_ok() && hasher.finalize().as_bytes() == hash.as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_overwrite_nothing_and_are_made_once() {
        let (source, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let put = |folder: &str, text: &str| {
            let path = source.path().join(folder).join("a.b.jpg");
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(&path, text).unwrap();
            ToCopy { path, hash: ContentHash::of(text.as_bytes()) }
        };
        let (one, other, changed) = (put("1", "one"), put("2", "other"), put("3", "changed"));
        fs_err::write(&changed.path, "since").unwrap();
        let mut report = CopyReport { copied: 0, bytes: 0, there_already: 0, failed: Vec::new(), is_cancelled: false };
        for file in [&one, &other, &changed, &one, &other] {
            copy(file, target.path(), &mut report);
        }
        assert_eq!((report.copied, report.bytes, report.there_already), (2, 8, 2));
        assert_eq!(report.failed.iter().map(|file| file.code.as_str()).collect::<Vec<_>>(), ["changed"]);
        assert_eq!(fs_err::read_to_string(target.path().join("a.b.jpg")).unwrap(), "one");
        assert_eq!(fs_err::read_to_string(target.path().join("a.b (2).jpg")).unwrap(), "other");
        assert_eq!(fs_err::read_dir(target.path()).unwrap().count(), 2, "nothing half-written stays");
    }
}
