//! Files that only the owner may read, and chance. Whoever writes such a file, it goes on belonging to whom it belonged to:
//! root may make a token for a service that runs as somebody else.

use std::io::Write;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fs_err::{File, OpenOptions};
use lookalike_engine::wire::ErrorCode;
use lookalike_engine::{Error, Result};

/// Bytes that nobody can guess.
pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::new(ErrorCode::Internal, format!("the system gives no random numbers: {error}")))?;
    Ok(bytes)
}

/// The same as text that fits into addresses and headers.
pub(crate) fn random_text<const N: usize>() -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(random::<N>()?))
}

/// Writes a file in one moment, such that only its owner may read it: the owner of the file whose place it takes, or else of
/// the folder.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    replace(path, bytes, |part| keep_owner(part, path))
}

/// The same for a file in a folder of anybody's: it belongs to whom this program runs as.
pub(crate) fn write_own(path: &Path, bytes: &[u8]) -> Result<()> {
    replace(path, bytes, |_| Ok(()))
}

/// Opens a file that is there to be locked; made, it belongs to the owner of its folder.
pub(crate) fn lockable(path: &Path) -> Result<File> {
    match fresh().open(path) {
        Ok(file) => keep_owner(&file, path).inspect_err(|_| drop(fs_err::remove_file(path))).map(|()| file),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(OpenOptions::new().write(true).open(path)?),
        Err(error) => Err(error.into()),
    }
}

/// What a file holds; nothing where there is none.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs_err::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            Err(Error::from(error).with_hint(format!("It belongs to another user. Give it to the one that the server runs as: chown USER {}", path.display())))
        }
        Err(error) => Err(error.into()),
    }
}

/// The same for a file that somebody else may have made: one of ours that others may read is refused, as ssh refuses such a key.
/// A file of another user is as they want it: secrets that are mounted into a container belong to root.
pub(crate) fn read_own(path: &Path) -> Result<Option<Vec<u8>>> {
    let bytes = read(path)?;
    #[cfg(unix)]
    if bytes.is_some() {
        use std::os::unix::fs::MetadataExt;
        let metadata = fs_err::metadata(path)?;
        let mode = metadata.mode() & 0o777;
        if metadata.is_file() && metadata.uid() == rustix::process::geteuid().as_raw() && mode & 0o077 != 0 {
            return Err(Error::invalid(format!("{} may be read or changed by other users (mode {mode:04o})", path.display())).with_hint(format!(
                "Keep it to yourself: chmod 600 {}. Who may have read it has the token: better remove the file, and a fresh one is made.",
                path.display()
            )));
        }
    }
    Ok(bytes)
}

fn replace(path: &Path, bytes: &[u8], settle: impl FnOnce(&File) -> Result<()>) -> Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs_err::create_dir_all(folder)?;
    }
    // A name that nobody could have put a link under: the folder may be another user's.
    let part = path.with_extension(format!("part-{}", random_text::<8>()?));
    let mut file = fresh().open(&part)?;
    let written = settle(&file).and_then(|()| {
        file.write_all(bytes)?;
        file.sync_all()?;
        drop(file);
        Ok(fs_err::rename(&part, path)?)
    });
    if written.is_err() {
        // What went wrong is told; that this is left over is not worth more words.
        let _ = fs_err::remove_file(&part);
    }
    written
}

/// A file that was not there before, and is nobody else's to read.
fn fresh() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use fs_err::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
}

/// Gives a new file to the owner of the one at `path`, or else of its folder.
#[cfg(unix)]
fn keep_owner(file: &File, path: &Path) -> Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};

    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let wanted = match std::fs::metadata(path) {
        // One that has just been made, to be locked, is the new one itself.
        Ok(before) if before.ino() != file.metadata()?.ino() => before,
        _ => fs_err::metadata(folder)?,
    };
    let made = file.metadata()?;
    if made.uid() != wanted.uid() {
        fchown(file.file(), Some(wanted.uid()), Some(wanted.gid())).map_err(|error| {
            Error::new(ErrorCode::Io, format!("{} belongs to another user, who could not read it any more: {error}", path.display()))
                .with_hint("Nothing was changed. Run this as that user, or as root: sudo lookalike …")
        })?;
    } else if made.gid() != wanted.gid() {
        // The owner can read it whatever its group is.
        let _ = fchown(file.file(), None, Some(wanted.gid()));
    }
    Ok(())
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Path) -> Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};

    use super::*;

    #[test]
    fn a_file_keeps_its_owner_or_takes_that_of_the_folder() {
        let folder = std::env::temp_dir().join(format!("lookalike-owner-{}", random_text::<8>().unwrap()));
        fs_err::create_dir_all(&folder).unwrap();
        // Only root may give files away; for others there is nothing to keep.
        let is_root = chown(&folder, Some(65_534), Some(65_534)).is_ok();
        let path = folder.join("tokens.json");
        for round in ["new", "changed"] {
            write(&path, round.as_bytes()).unwrap();
            let metadata = fs_err::metadata(&path).unwrap();
            assert_eq!(metadata.permissions().mode() & 0o777, 0o600, "{round}");
            if is_root {
                assert_eq!((metadata.uid(), metadata.gid()), (65_534, 65_534), "{round}");
            }
        }
        drop(lockable(&folder.join("x.lock")).unwrap());
        drop(lockable(&folder.join("x.lock")).unwrap());
        write_own(&folder.join("own"), b"x").unwrap();
        if is_root {
            assert_eq!(fs_err::metadata(folder.join("x.lock")).unwrap().uid(), 65_534);
            assert_eq!(fs_err::metadata(folder.join("own")).unwrap().uid(), 0);
        }
        fs_err::remove_dir_all(folder).unwrap();
    }
}
