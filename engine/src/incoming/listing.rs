//! The picture files of a folder that no catalog knows, by the rules of the library's own scans.

use std::path::{Path, PathBuf};

use crate::library::rules::Rules;
use crate::wire::ErrorCode;
use crate::words::sayings;
use crate::{Error, Result};

/// A file to look at.
#[derive(Clone)]
pub(super) struct Listed {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
}

/// All picture files in a folder, in the order of their paths; those found until then when it is stopped. Links are not
/// followed: a card has none, and what they lead to is elsewhere.
pub(super) fn list(folder: &Path, is_stopped: &dyn Fn() -> bool) -> Result<Vec<Listed>> {
    let rules = Rules::new(folder, &[])?;
    let (mut files, mut dirs) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(dir) = dirs.pop() {
        if is_stopped() {
            break;
        }
        let path = folder.join(&dir);
        // A folder of which a part is passed over in silence would look as if all of it were known.
        let entries = fs_err::read_dir(&path)
            .and_then(Iterator::collect::<std::io::Result<Vec<_>>>)
            .map_err(|error| Error::new(ErrorCode::Io, sayings::path_not_read(&*path, &error)).with_hint(sayings::allow_reading()))?;
        for entry in entries {
            let relative = dir.join(entry.file_name());
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && rules.admits_dir(&relative) {
                dirs.push(relative);
            } else if kind.is_file() && rules.admits_file(&relative) {
                // Vanished since it was listed: the check will say that it cannot be read.
                let bytes = entry.metadata().map_or(0, |metadata| metadata.len());
                files.push(Listed { path: entry.path(), bytes });
            }
        }
    }
    files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_listed_in_the_order_of_their_paths() {
        let card = tempfile::tempdir().unwrap();
        for name in ["b/2.jpg", "b/1.JPG", "a/notes.txt", "a/3.png", ".Trashes/4.jpg", "b/._1.jpg"] {
            let path = card.path().join(name);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, "x").unwrap();
        }
        let files = list(card.path(), &|| false).unwrap();
        let names: Vec<_> = files.iter().map(|file| file.path.strip_prefix(card.path()).unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["a/3.png", "b/1.JPG", "b/2.jpg"]);
    }
}
