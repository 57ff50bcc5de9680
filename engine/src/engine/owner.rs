//! Whose library it is. Root can write anywhere, but what it makes is its own, and the owner could not write any more.

use std::path::Path;

use crate::Result;
#[cfg(unix)]
use crate::{Error, wire::ErrorCode, words::sayings};

/// Keeps root from writing into the library of a service, or of whoever called `sudo`.
#[cfg(unix)]
pub(super) fn refuse_root(data_dir: &Path) -> Result<()> {
    use std::os::unix::fs::MetadataExt;

    const ROOT: u32 = 0;
    let owner = fs_err::metadata(data_dir)?.uid();
    // A file without a name says whom new ones belong to; on some file systems that is the folder's owner, whoever writes. Where
    // none can be made, the first that has a name is told why.
    let made = tempfile::tempfile_in(data_dir).and_then(|file| file.metadata());
    if owner == ROOT || !made.is_ok_and(|made| made.uid() == ROOT) {
        return Ok(());
    }
    Err(Error::new(ErrorCode::Io, sayings::library_of_user(data_dir, owner)).with_hint(sayings::run_as_user(owner)))
}

#[cfg(not(unix))]
pub(super) fn refuse_root(_: &Path) -> Result<()> {
    Ok(())
}
