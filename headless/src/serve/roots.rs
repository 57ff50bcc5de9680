//! Where folders may be added from outside. Paths are compared as the system resolves them, so that neither `..` nor a
//! symbolic link leads out.

use std::path::{Path, PathBuf};

use lookalike_engine::wire::ErrorCode;
use lookalike_engine::{Error, Result};

use super::problem::Problem;

/// More folders of one folder are not listed.
const MOST: usize = 2_000;

/// The allowed roots.
pub(crate) struct Roots {
    roots: Vec<PathBuf>,
    /// What is in there is the library's own.
    data_dir: PathBuf,
}

impl Roots {
    pub(crate) fn new(roots: &[PathBuf], data_dir: &Path) -> Result<Self> {
        let resolved = roots.iter().map(|root| {
            let path = fs_err::canonicalize(root)?;
            if path.is_dir() { Ok(path) } else { Err(Error::new(ErrorCode::NotFound, format!("{} is not a folder", root.display()))) }
        });
        let roots = resolved.collect::<Result<Vec<_>>>().map_err(|error| error.with_hint("Name an existing folder: --allow-root DIRECTORY"))?;
        Ok(Self { roots, data_dir: fs_err::canonicalize(data_dir)? })
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.roots.iter().map(|root| root.display().to_string()).collect()
    }

    /// The resolved path of a folder below a root. What lies elsewhere is refused alike whether it exists or not.
    pub(crate) fn admit(&self, path: &str) -> std::result::Result<PathBuf, Problem> {
        let asked = Path::new(path);
        let refused = || {
            Problem::forbidden("folder-not-allowed", "this folder is not below one that may be added over HTTP").with_hint(match self.roots.is_empty() {
                true => "Name such folders when the server is started: --allow-root DIRECTORY. Or add it there: lookalike index FOLDER.",
                false => "GET /api/v1/roots lists those below which folders may be added.",
            })
        };
        let is_plain = asked.is_absolute() && asked.components().all(|part| !matches!(part, std::path::Component::ParentDir));
        if !is_plain || !self.roots.iter().any(|root| asked.starts_with(root)) {
            return Err(refused());
        }
        let Ok(resolved) = std::fs::canonicalize(asked) else {
            return Err(Problem::not_found("this folder does not exist"));
        };
        if !self.holds(&resolved) {
            return Err(refused());
        }
        if !resolved.is_dir() {
            return Err(Problem::bad_request("this is not a folder"));
        }
        Ok(resolved)
    }

    /// The folders in a folder, without hidden ones and those that lead out.
    pub(crate) fn children(&self, path: &str) -> std::result::Result<(PathBuf, Vec<String>), Problem> {
        let resolved = self.admit(path)?;
        let entries = std::fs::read_dir(&resolved).map_err(|_| Problem::forbidden("folder-not-readable", "this folder may not be read by the server"))?;
        let mut folders: Vec<String> = entries
            .filter_map(std::result::Result::ok)
            .filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."))
            .filter(|entry| std::fs::canonicalize(entry.path()).is_ok_and(|target| target.is_dir() && self.holds(&target)))
            .filter_map(|entry| entry.path().to_str().map(str::to_owned))
            .take(MOST)
            .collect();
        folders.sort_unstable();
        Ok((resolved, folders))
    }

    fn holds(&self, resolved: &Path) -> bool {
        self.roots.iter().any(|root| resolved.starts_with(root)) && !resolved.starts_with(&self.data_dir)
    }
}
