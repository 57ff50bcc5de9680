//! Where folders may be added from outside. Paths are compared as the system resolves them, so that neither `..` nor a
//! symbolic link leads out.

use std::path::{Path, PathBuf};

use lookalike_engine::wire::ErrorCode;
use lookalike_engine::{Error, Result};

use super::problem::Problem;

/// More folders of one folder are not listed.
const MOST: usize = 2_000;

/// The allowed roots. Each is looked at when it is used: a drive may come later than the server.
pub(crate) struct Roots {
    roots: Vec<PathBuf>,
    /// What is in there is the library's own.
    data_dir: PathBuf,
}

/// A root that is there, by the name that it was given, which may be a symbolic link's, and as the system resolves it.
struct Root<'a> {
    named: &'a Path,
    resolved: PathBuf,
}

impl Roots {
    pub(crate) fn new(roots: &[PathBuf], data_dir: &Path) -> Result<Self> {
        let absolute = roots.iter().map(|root| match std::path::absolute(root) {
            Ok(path) if path.exists() && !path.is_dir() => Err(Error::new(ErrorCode::NotFound, format!("{} is not a folder", root.display()))),
            path => Ok(path?),
        });
        let roots = absolute.collect::<Result<Vec<_>>>().map_err(|error| error.with_hint("Name a folder: --allow-root DIRECTORY"))?;
        Ok(Self { roots, data_dir: fs_err::canonicalize(data_dir)? })
    }

    /// Says in the log which of them are of no use now.
    pub(crate) fn warn(&self) {
        for root in &self.roots {
            match std::fs::read_dir(root) {
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                    tracing::warn!(root = %root.display(), "an allowed root may not be read by the user that this server runs as");
                }
                Err(error) => tracing::warn!(root = %root.display(), %error, "an allowed root is not there; it is offered once it is"),
            }
        }
    }

    /// Those that are there, as the system resolves them.
    pub(crate) fn all(&self) -> Vec<String> {
        self.present().iter().map(|root| root.resolved.display().to_string()).collect()
    }

    fn present(&self) -> Vec<Root<'_>> {
        let resolved = self.roots.iter().filter_map(|named| std::fs::canonicalize(named).ok().map(|resolved| Root { named, resolved }));
        resolved.filter(|root| root.resolved.is_dir()).collect()
    }

    /// The resolved path of a folder below a root. What lies elsewhere is refused alike whether it exists or not.
    pub(crate) fn admit(&self, path: &str) -> std::result::Result<PathBuf, Problem> {
        self.admit_below(&self.present(), path)
    }

    fn admit_below(&self, roots: &[Root<'_>], path: &str) -> std::result::Result<PathBuf, Problem> {
        let asked = Path::new(path);
        let refused = || {
            Problem::forbidden("folder-not-allowed", "this folder is not below one that may be added here").with_hint(match self.roots.is_empty() {
                true => "Name such folders when the server is started: --allow-root DIRECTORY. Or add it there: lookalike index FOLDER.",
                false => "Choose one below those that were named when the server was started (--allow-root); GET /api/v1/roots lists them.",
            })
        };
        let is_plain = asked.is_absolute() && asked.components().all(|part| !matches!(part, std::path::Component::ParentDir));
        if !is_plain || !roots.iter().any(|root| asked.starts_with(root.named) || asked.starts_with(&root.resolved)) {
            return Err(refused());
        }
        let Ok(resolved) = std::fs::canonicalize(asked) else {
            return Err(Problem::not_found("this folder does not exist"));
        };
        if !self.holds(roots, &resolved) {
            return Err(refused());
        }
        if !resolved.is_dir() {
            return Err(Problem::bad_request("this is not a folder"));
        }
        Ok(resolved)
    }

    /// The folders in a folder, without hidden ones and those that lead out.
    pub(crate) fn children(&self, path: &str) -> std::result::Result<(PathBuf, Vec<String>), Problem> {
        let roots = self.present();
        let resolved = self.admit_below(&roots, path)?;
        let entries = std::fs::read_dir(&resolved).map_err(|_| Problem::forbidden("folder-not-readable", "this folder may not be read by the server"))?;
        let mut folders: Vec<String> = entries
            .filter_map(std::result::Result::ok)
            .filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."))
            .filter(|entry| std::fs::canonicalize(entry.path()).is_ok_and(|target| target.is_dir() && self.holds(&roots, &target)))
            .filter_map(|entry| entry.path().to_str().map(str::to_owned))
            .take(MOST)
            .collect();
        folders.sort_unstable();
        Ok((resolved, folders))
    }

    fn holds(&self, roots: &[Root<'_>], resolved: &Path) -> bool {
        roots.iter().any(|root| resolved.starts_with(&root.resolved)) && !resolved.starts_with(&self.data_dir)
    }
}
