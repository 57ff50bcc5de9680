//! Which file or folder it is that a path leads to: another one that takes its place has another identity.

use std::fs::Metadata;
use std::path::Path;

/// Device and inode, or the canonical path where the system has no such numbers.
pub(crate) type Identity = String;

#[cfg(unix)]
pub(crate) fn identity_of(_: &Path, metadata: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    format!("{}:{}", metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
pub(crate) fn identity_of(path: &Path, _: &Metadata) -> Identity {
    path.canonicalize().unwrap_or_else(|_| path.to_owned()).display().to_string()
}
