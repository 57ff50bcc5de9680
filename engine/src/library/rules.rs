//! Which files of a folder count as photos: the junk that every platform leaves behind, hidden things, and what the
//! user excludes. Knows no catalog and reads no file.

use std::ffi::OsStr;
use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::words::sayings;
use crate::{Error, Result, media};

/// Folders that programs fill with copies and previews of photos. Compared without regard to case.
const JUNK_FOLDERS: &[&str] = &[
    "@eadir",
    "#recycle",
    "#snapshot",
    "$recycle.bin",
    "system volume information",
    "lost+found",
    "node_modules",
    "__macosx",
    "thumbnails.lrdata",
    "previews.lrdata",
    "caches",
];

/// What a folder's scan leaves out.
pub(crate) struct Rules {
    excludes: Gitignore,
}

impl Rules {
    /// Rules for a folder with the user's gitignore globs, which are relative to it.
    pub(crate) fn new(root: &Path, excludes: &[String]) -> Result<Self> {
        let mut builder = GitignoreBuilder::new(root);
        for glob in excludes {
            builder.add_line(None, glob).map_err(|error| Error::invalid(sayings::exclude_not_understood(format!("{glob:?}"), error.to_string())))?;
        }
        let excludes = builder.build().map_err(|error| Error::invalid(sayings::excludes_not_understood(error.to_string())))?;
        Ok(Self { excludes })
    }

    /// Whether to look into this directory. `relative`: from the folder's root.
    pub(crate) fn admits_dir(&self, relative: &Path) -> bool {
        let Some(name) = relative.file_name() else { return true };
        let text = name.to_string_lossy();
        if text.starts_with('.') || JUNK_FOLDERS.contains(&text.to_lowercase().as_str()) || text.ends_with(".lrdata") || text.ends_with(".photoslibrary") {
            return false;
        }
        !self.excludes.matched(relative, true).is_ignore()
    }

    /// Whether this file may be a photo, by its name alone. `relative`: from the folder's root.
    pub(crate) fn admits_file(&self, relative: &Path) -> bool {
        let Some(name) = relative.file_name() else { return false };
        // `.…` covers macOS's resource forks (`._IMG_1.jpg`) and every other hidden file.
        !name.as_encoded_bytes().starts_with(b".") && has_picture_extension(name) && !self.excludes.matched(relative, false).is_ignore()
    }
}

/// A gitignore glob of the folder `below`, as it reads from a folder above: `*.png` of `raw` is `/raw/**/*.png`.
pub(crate) fn anchored_below(below: &Path, glob: &str) -> String {
    let (negation, pattern) = glob.strip_prefix('!').map_or(("", glob), |pattern| ("!", pattern));
    // Letters that mean something in a glob stand for themselves in a folder's name.
    let mut prefix = String::new();
    for folder in below {
        prefix.push('/');
        for letter in folder.to_string_lossy().chars() {
            if matches!(letter, '*' | '?' | '[' | ']' | '{' | '}' | '\\') {
                prefix.push('\\');
            }
            prefix.push(letter);
        }
    }
    // A slash before the end ties a pattern to its folder; without one it holds at any depth (gitignore(5)).
    let is_tied = pattern.trim_end_matches('/').contains('/');
    let depth = if is_tied { "" } else { "**/" };
    format!("{negation}{prefix}/{depth}{}", pattern.trim_start_matches('/'))
}

fn has_picture_extension(name: &OsStr) -> bool {
    let extension = Path::new(name).extension().and_then(OsStr::to_str);
    extension.is_some_and(|extension| media::EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(extension)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn junk_hidden_and_excluded_things_are_left_out() {
        let rules = Rules::new(Path::new("/photos"), &["*.png".into(), "/raw/".into(), "!keep.png".into()]).unwrap();
        for dir in ["2024", "2024/spring", "raw/raw"] {
            assert!(rules.admits_dir(Path::new(dir)), "{dir} holds photos");
        }
        for dir in [".thumbnails", "2024/@eaDir", "raw", "a/.git", "Lightroom Previews.lrdata"] {
            assert!(!rules.admits_dir(Path::new(dir)), "{dir} is left out");
        }
        for file in ["a.JPG", "2024/b.jpeg", "c.heic", "keep.png", "Grüße.webp"] {
            assert!(rules.admits_file(Path::new(file)), "{file} is a photo");
        }
        for file in ["._a.jpg", "a.txt", "noextension", "x.png", ".hidden.jpg"] {
            assert!(!rules.admits_file(Path::new(file)), "{file} is left out");
        }
    }

    #[test]
    fn globs_keep_their_meaning_in_a_folder_above() {
        let globs = ["*.png", "/raw/", "a/b.jpg", "private/", "!keep.png"].map(|glob| anchored_below(Path::new("in[1]/ner"), glob));
        let rules = Rules::new(Path::new("/photos"), &globs).unwrap();
        for file in ["in[1]/ner/x.png", "in[1]/ner/deep/x.png", "in[1]/ner/a/b.jpg"] {
            assert!(!rules.admits_file(Path::new(file)), "{file} is left out");
        }
        for file in ["x.png", "in[1]/x.png", "in[1]/ner/x.jpg", "in[1]/ner/c/a/b.jpg", "in[1]/ner/keep.png"] {
            assert!(rules.admits_file(Path::new(file)), "{file} is a photo");
        }
        for (dir, is_admitted) in [("in[1]/ner/raw", false), ("in[1]/ner/x/raw", true), ("in[1]/ner/x/private", false), ("private", true)] {
            assert_eq!(rules.admits_dir(Path::new(dir)), is_admitted, "{dir}");
        }
    }

    #[test]
    fn a_wrong_glob_is_named() {
        let error = Rules::new(Path::new("/photos"), &["{a,b".into()]).err().expect("an unclosed group is refused");
        assert!(error.to_string().contains("{a,b"), "the message names the pattern: {error}");
    }
}
