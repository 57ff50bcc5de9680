//! Pictures that are handed in rather than found: uploaded, or fetched from a web address. They are kept in a folder of the
//! data directory, each in a directory named by its content, and that folder is one of the library's. And the way back:
//! the file of a picture, by its id.

use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Engine;
use super::indexer::whole;
use super::pictures::out_of_reach;
use crate::catalog::{ContentHash, FolderId, FolderRow, folders, images, vectors};
use crate::library::rules::Rules;
use crate::media::{self, Format};
use crate::pipeline::Task;
use crate::wire::{AddedPicture, ErrorCode};
use crate::words::sayings;
use crate::{Error, Result};

/// Largest picture that is taken in from outside, in bytes.
pub const MAX_ADDED: usize = 64 << 20;
/// Letters of a name that are kept.
const NAME: usize = 80;
const LOOK_AGAIN: Duration = Duration::from_millis(30);

/// The file of a picture, open and found to be what its id says.
#[derive(Debug)]
pub struct Original {
    /// The file, at its beginning.
    pub file: std::fs::File,
    /// Its size.
    pub bytes: u64,
    /// Its media type, by its content.
    pub media_type: &'static str,
    /// Its name, without any folder.
    pub file_name: String,
}

impl Engine {
    /// Takes a picture into the library and waits, at most `patience`, until it can be found. `name` is only shown; where the
    /// picture lies is decided here. A picture that the library has already, or that is on its way there, is not kept twice.
    ///
    /// # Errors
    ///
    /// `not-a-picture`, and `invalid-request` when it is larger than [`MAX_ADDED`].
    pub fn add_picture(&self, name: &str, bytes: &[u8], patience: Duration) -> Result<AddedPicture> {
        self.indexer()?;
        if bytes.len() > MAX_ADDED {
            return Err(Error::invalid(sayings::picture_too_large_to_add(MAX_ADDED >> 20)));
        }
        let hash = ContentHash::of(bytes);
        if let Some(file_name) = self.name_in_library(hash)? {
            return Ok(AddedPicture { id: hash.to_string(), file_name, is_new: false, is_indexed: self.is_findable(hash)? });
        }
        let picture = media::decode(bytes, media::THUMBNAIL_SHORT_SIDE, &self.inner.limits);
        let format = picture.map_err(|error| Error::new(ErrorCode::NotAPicture, sayings::picture_not_taken_in(error.words())))?.format;
        let (file_name, is_new) = self.hand_in(hash, bytes, &shown_name(name, format))?;
        let started = Instant::now();
        while !self.is_findable(hash)? && started.elapsed() < patience {
            std::thread::sleep(LOOK_AGAIN);
        }
        Ok(AddedPicture { id: hash.to_string(), file_name, is_new, is_indexed: self.is_findable(hash)? })
    }

    /// Puts a picture among those that were handed in, unless it is there, and has it indexed. Its name there, and whether it is
    /// new: of several callers at once only one has brought it.
    fn hand_in(&self, hash: ContentHash, bytes: &[u8], name: &str) -> Result<(String, bool)> {
        let _turn = self.hold_uploads();
        if let Some(name) = self.name_in_library(hash)? {
            return Ok((name, false));
        }
        let text = hash.to_string();
        let folder = self.uploads().join(&text[..2]).join(&text);
        let waiting = whole_file_in(&folder, bytes.len() as u64, hash);
        let path = match &waiting {
            Some(path) => path.clone(),
            None => {
                fs_err::create_dir_all(&folder)?;
                let mut file = tempfile::Builder::new().prefix(".part-").tempfile_in(&folder)?;
                std::io::Write::write_all(&mut file, bytes)?;
                let path = folder.join(name);
                file.persist(&path).map_err(|error| error.error)?;
                path
            }
        };
        let file_name = name_of(&path);
        let (id, is_new_folder) = self.uploads_folder()?;
        let indexer = self.indexer()?;
        if is_new_folder {
            indexer.look_at(whole(id))
        } else {
            indexer.look_at([Task::Around(id, vec![path])])
        }
        // One that lay there while the folder was none of the library's is new to it.
        Ok((file_name, waiting.is_none() || is_new_folder))
    }

    /// Pictures are handed in one after the other, and not while they are put aside.
    fn hold_uploads(&self) -> MutexGuard<'_, ()> {
        self.inner.handing_in.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file of a picture of the library. Only one whose content is still that of the id.
    ///
    /// # Errors
    ///
    /// `not-found` when the library does not know it, or none of its files can be reached unchanged.
    pub fn original(&self, id: &str) -> Result<Original> {
        let image = self.image(id)?;
        let places = self.inner.catalog.read(|db| images::places(db, image.key))?;
        for place in places.iter().filter(|place| place.is_open()) {
            if let Some(original) = unchanged(&place.path, image.facts.bytes, image.hash)? {
                return Ok(original);
            }
        }
        Err(out_of_reach(id))
    }

    /// Whether a picture can be found yet.
    pub fn is_indexed(&self, id: &str) -> Result<bool> {
        self.is_findable(ContentHash::parse(id)?)
    }

    /// Pictures that can be found.
    pub fn count(&self) -> Result<u64> {
        let serving = self.serving()?;
        self.inner.catalog.read(|db| images::count_live(db, &serving.id))
    }

    /// Forgets every folder; returns how many there were. The photos themselves are not touched, but for those that were handed
    /// in: they are put aside, in `dropped` of the data directory, so that the next one does not bring them all back. All of this
    /// happens, or nothing.
    pub fn clear_library(&self) -> Result<usize> {
        let _turn = self.hold_uploads();
        let indexer = self.indexer()?;
        let aside = self.put_uploads_aside()?;
        let removed = self.inner.catalog.write(|db| {
            let all = folders::all(db)?;
            all.iter().try_for_each(|folder| folders::remove(db, folder.id))?;
            Ok(all)
        });
        let removed = removed.inspect_err(|_| {
            if let Some(Err(error)) = aside.map(|aside| fs_err::rename(aside, self.uploads())) {
                tracing::error!(%error, "the pictures that were handed in could not be put back");
            }
        })?;
        if let Some(watch) = indexer.watch() {
            removed.iter().for_each(|folder| watch.unfollow(folder.id));
        }
        self.serving()?.index.follow(&self.inner.catalog)?;
        self.announce_folders();
        Ok(removed.len())
    }

    /// Where the pictures that were handed in lie now; none where there are none.
    fn put_uploads_aside(&self) -> Result<Option<PathBuf>> {
        let uploads = self.uploads();
        if !uploads.exists() {
            return Ok(None);
        }
        let dropped = self.data_dir().join("dropped");
        fs_err::create_dir_all(&dropped)?;
        let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |age| age.as_secs());
        let place = (0..).map(|number| dropped.join(format!("{seconds}-{number}"))).find(|place| !place.exists()).unwrap_or(dropped);
        fs_err::rename(uploads, &place)?;
        Ok(Some(place))
    }

    /// Hours for which links of the object store are valid; none where no store is connected.
    pub fn link_hours(&self) -> Result<Option<u32>> {
        Ok(self.inner.sharing.connected()?.and_then(|stored| stored.settings.store).map(|store| store.link_hours))
    }

    /// Where pictures that are handed in lie.
    fn uploads(&self) -> PathBuf {
        let data_dir = self.data_dir();
        dunce::canonicalize(data_dir).unwrap_or_else(|_| data_dir.to_owned()).join("uploads")
    }

    /// The folder of the library that finds what is handed in, and whether it has just become one.
    fn uploads_folder(&self) -> Result<(FolderId, bool)> {
        let path = self.uploads();
        let (id, is_new) = self.inner.catalog.write(|db| {
            let known = folders::all(db)?;
            // A watched folder around the data directory does, unless its scan passes the data directory by. Where it is one already,
            // but paused, what is handed in waits until that is over.
            match known.iter().find(|row| row.path == path || reaches(row, &path)) {
                Some(covering) => Ok((covering.id, false)),
                None => Ok((folders::add(db, &path, &[])?, true)),
            }
        })?;
        if is_new {
            self.follow(&self.existing(id)?)?;
            self.announce_folders();
        }
        Ok((id, is_new))
    }

    /// When a larger folder takes the place of smaller ones, what was handed in stays findable: the data directory is often
    /// a hidden one, which scans pass by.
    pub(super) fn keep_uploads(&self, replaced: &[FolderRow]) -> Result<()> {
        let path = self.uploads();
        if replaced.iter().any(|row| row.path == path) {
            let _turn = self.hold_uploads();
            let (id, is_new) = self.uploads_folder()?;
            if is_new {
                self.indexer()?.look_at(whole(id));
            }
        }
        Ok(())
    }

    fn name_in_library(&self, hash: ContentHash) -> Result<Option<String>> {
        self.inner.catalog.read(|db| {
            let Some(image) = images::by_hash(db, hash)? else { return Ok(None) };
            let place = images::places(db, image.key)?.into_iter().next();
            Ok(place.map(|place| name_of(&place.path)))
        })
    }

    fn is_findable(&self, hash: ContentHash) -> Result<bool> {
        let serving = self.serving()?;
        self.inner.catalog.read(|db| match images::by_hash(db, hash)? {
            Some(image) => Ok(!images::places(db, image.key)?.is_empty() && vectors::exists(db, image.key, &serving.id)?),
            None => Ok(false),
        })
    }
}

/// Whether a folder's scan comes to this place.
fn reaches(folder: &FolderRow, path: &Path) -> bool {
    let (Ok(below), Ok(rules)) = (path.strip_prefix(&folder.path), Rules::new(&folder.path, &folder.excludes)) else { return false };
    !folder.paused && below.ancestors().all(|dir| rules.admits_dir(dir))
}

/// The file of a folder that has this content.
fn whole_file_in(folder: &Path, bytes: u64, hash: ContentHash) -> Option<PathBuf> {
    let entries = fs_err::read_dir(folder).ok()?;
    let mut paths = entries.flatten().map(|entry| entry.path());
    // One that begins with a dot is being written.
    paths.find(|path| !name_of(path).starts_with('.') && matches!(unchanged(path, bytes, hash), Ok(Some(_))))
}

/// Opens a file if it still has this content.
fn unchanged(path: &Path, bytes: u64, hash: ContentHash) -> Result<Option<Original>> {
    let Ok(file) = fs_err::File::open(path) else { return Ok(None) };
    let mut file = file.into_file();
    let mut head = vec![0; 4096];
    let read = file.read(&mut head)?;
    head.truncate(read);
    file.rewind()?;
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(&mut file)?;
    if file.metadata()?.len() != bytes || hasher.finalize().as_bytes() != hash.as_bytes() {
        return Ok(None);
    }
    file.rewind()?;
    let media_type = media::probe(&head).map_or("application/octet-stream", Format::mime);
    Ok(Some(Original { file, bytes, media_type, file_name: name_of(path) }))
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A file name from what a caller calls a picture: its last part, of harmless letters only, and the extension that the
/// content has.
fn shown_name(name: &str, format: Format) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let is_harmless = |letter: &char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_' | '(' | ')' | '+' | ',' | '.');
    let kept: String = stem.chars().filter(is_harmless).take(NAME).collect();
    // File systems count bytes.
    let kept = kept.chars().scan(0, |bytes, letter| {
        *bytes += letter.len_utf8();
        (*bytes <= 200).then_some(letter)
    });
    let kept: String = kept.collect();
    // A dot before it hides a file, one after it is cut off by Windows.
    let kept = kept.trim_matches([' ', '.']);
    let stem = if kept.is_empty() || is_reserved(kept) { format!("picture {kept}") } else { kept.to_owned() };
    format!("{}.{}", stem.trim(), extension(format))
}

/// Whether Windows takes this name for a device, whatever its extension. Source: "Naming Files, Paths, and Namespaces" of its manual.
fn is_reserved(stem: &str) -> bool {
    let name = stem.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let port = name.strip_prefix("COM").or_else(|| name.strip_prefix("LPT"));
    matches!(name.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || port.is_some_and(|port| matches!(port, "¹" | "²" | "³") || (port.len() == 1 && port.as_bytes()[0].is_ascii_digit()))
}

/// The extension that scans look for.
fn extension(format: Format) -> &'static str {
    match format {
        Format::Jpeg => "jpg",
        Format::Png => "png",
        Format::Gif => "gif",
        Format::WebP => "webp",
        Format::Bmp => "bmp",
        Format::Tiff => "tif",
        Format::Avif => "avif",
        Format::Heif => "heic",
        Format::JpegXl => "jxl",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_from_outside_are_never_paths() {
        for (given, wanted) in [
            ("holiday.jpeg", "holiday.jpg"),
            ("../../etc/passwd", "passwd.jpg"),
            ("C:\\Windows\\system.ini", "system.jpg"),
            ("/abs/olute.png", "olute.jpg"),
            ("..", "picture.jpg"),
            ("", "picture.jpg"),
            (".htaccess", "picture.jpg"),
            ("a\0b\nc<script>.php", "abcscript.jpg"),
            ("Grüße aus Köln.JPG", "Grüße aus Köln.jpg"),
            ("con.jpg", "picture con.jpg"),
            ("com7.old.png", "picture com7.old.jpg"),
            ("x.tar.gz", "x.tar.jpg"),
            ("...cat .jpg", "cat.jpg"),
            ("0001.jpg", "0001.jpg"),
        ] {
            assert_eq!(shown_name(given, Format::Jpeg), wanted, "{given:?}");
        }
        let long = shown_name(&"ü".repeat(500), Format::Png);
        assert!(long.len() < 255 && long.ends_with(".png"), "file systems take it: {}", long.len());
    }
}
