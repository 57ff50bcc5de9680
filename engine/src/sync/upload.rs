//! One picture to the object store: the file is read, checked against its content, made smaller where that is wanted, put.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::catalog::{Catalog, ContentHash, ImageRow, outbox};
use crate::media::{self, Limits};
use crate::objects::{ObjectKey, ObjectStore};
use crate::remote::{Fault, FaultKind};
use crate::wire::Upload;
use crate::{Error, Result};

use super::keys::content_type;
use crate::words::{Words, sayings};

/// Longer side of a preview, in pixels.
const PREVIEW: u32 = 2_048;
/// Files beyond this are in memory one at a time.
const LARGE: u64 = 32 << 20;

/// What became of an object.
pub(super) enum Uploaded {
    /// It is in the store, put there now.
    Done,
    /// It is in the store already, by somebody else.
    Found,
    /// It cannot be sent as things are: a code and the reason in plain words.
    Cannot(&'static str, Words),
    /// The store said no.
    Fault(Fault),
    /// The catalog could not be read.
    Broken(Error),
}

/// Sends objects; shared by the threads that do.
pub(super) struct Uploader<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) store: &'a dyn ObjectStore,
    pub(super) upload: Upload,
    pub(super) limits: Limits,
    /// Held by whoever has a large file in memory.
    pub(super) large: Mutex<()>,
}

impl Uploader<'_> {
    /// Sends one picture. `may_exist`: others have it, so it may be there already.
    pub(super) fn send(&self, image: &ImageRow, key: &ObjectKey, may_exist: bool) -> Uploaded {
        if may_exist {
            match self.store.head(key) {
                Ok(Some(info)) if self.upload != Upload::Originals || info.bytes == image.facts.bytes => return Uploaded::Found,
                Ok(_) => {}
                Err(fault) => return of_fault(fault),
            }
        }
        let _alone = (image.facts.bytes > LARGE).then(|| self.large.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        let bytes = match self.read(image) {
            Ok(Ok(bytes)) => bytes,
            Ok(Err((code, reason))) => return Uploaded::Cannot(code, reason),
            Err(error) => return Uploaded::Broken(error),
        };
        let (bytes, content_type) = match self.upload {
            Upload::Originals | Upload::None => (bytes, content_type(&image.facts.format)),
            Upload::Previews => match media::decode(&bytes, PREVIEW, &self.limits) {
                Ok(picture) => (media::thumbnail(&picture.pixels, PREVIEW), "image/jpeg"),
                Err(error) => return Uploaded::Cannot(error.code(), sayings::no_preview(error.words())),
            },
        };
        match self.store.put(key, bytes, content_type) {
            Ok(()) => Uploaded::Done,
            Err(fault) => of_fault(fault),
        }
    }

    /// The bytes of a picture from the first of its places that still holds them, or why there is none.
    fn read(&self, image: &ImageRow) -> Result<std::result::Result<Vec<u8>, (&'static str, Words)>> {
        let places: Vec<PathBuf> = self.catalog.read(|db| outbox::reachable(db, image.key))?;
        let mut reason = ("file-unreachable", sayings::sent_when_back());
        for path in places {
            // Looked at first: what took its place may be endless, or a pipe at which reading waits for ever.
            let read = match fs_err::metadata(&path) {
                Ok(metadata) if metadata.is_file() && metadata.len() == image.facts.bytes => fs_err::read(&path),
                Ok(_) => {
                    reason = changed(&path);
                    continue;
                }
                Err(error) => Err(error),
            };
            match read {
                Ok(bytes) if ContentHash::of(&bytes) == image.hash => return Ok(Ok(bytes)),
                Ok(_) => reason = changed(&path),
                Err(error) if reason.0 == "file-unreachable" => reason.1 = (&error).into(),
                Err(_) => {}
            }
        }
        Ok(Err(reason))
    }
}

fn changed(path: &Path) -> (&'static str, Words) {
    ("file-changed", sayings::changed_so_not_sent(path))
}

fn of_fault(fault: Fault) -> Uploaded {
    if fault.kind == FaultKind::Refused { Uploaded::Cannot("refused", fault.message) } else { Uploaded::Fault(fault) }
}
