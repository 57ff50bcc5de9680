//! One writer: a file lock on the data directory, and beside it a note of who holds it, for the second one's error.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::Path;

use crate::wire::ErrorCode;
use crate::words::sayings;
use crate::{Error, Result};

/// Held for as long as this process may write. The system releases it even when the process is killed.
pub(super) struct WriterLock {
    file: File,
}

impl Drop for WriterLock {
    fn drop(&mut self) {
        // Closing alone would leave the lock with a process that is being started just now and still holds a copy of the handle.
        if let Err(error) = self.file.unlock() {
            tracing::warn!(%error, "the library's lock was not released");
        }
    }
}

/// A library may not lie where nothing can be written, whatever is to be done with it.
fn unwritable(data_dir: &Path, error: std::io::Error) -> Error {
    if !matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) {
        return error.into();
    }
    Error::new(ErrorCode::Io, sayings::data_dir_not_written(data_dir, &error)).with_hint(sayings::give_data_dir())
}

impl WriterLock {
    pub(super) fn take(data_dir: &Path) -> Result<Self> {
        let path = data_dir.join("writer.lock");
        let note = data_dir.join("writer.txt");
        let opened = fs_err::OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = opened.map_err(|error| unwritable(data_dir, error))?.into_file();
        match file.try_lock() {
            Ok(()) => {
                let program = std::env::current_exe().ok().and_then(|exe| exe.file_name().map(|name| name.to_string_lossy().into_owned()));
                let text = format!("{} (process {})", program.as_deref().unwrap_or("Lookalike"), std::process::id());
                fs_err::write(note, text)?;
                Ok(Self { file })
            }
            Err(TryLockError::WouldBlock) => {
                let holder = fs_err::read_to_string(note).unwrap_or_else(|_| "another process".into());
                Err(Error::new(ErrorCode::LibraryBusy, format!("the library in {} is being written to by {holder}", data_dir.display()))
                    .with_hint("Wait for it or close it; searching works meanwhile. Or use another --data-dir."))
            }
            Err(TryLockError::Error(error)) => Err(Error::new(ErrorCode::Io, sayings::not_locked(&*path, &error))),
        }
    }
}
