//! Tokens of programs. What is kept of one is its name and its hash: a token has 256 random bits, so that a plain hash
//! gives nothing away.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use lookalike_engine::wire::ErrorCode;
use lookalike_engine::{Error, Result};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::private_file::{self, random_text};

/// What every token begins with, so that one that has slipped out is recognised.
const PREFIX: &str = "lookalike_";
/// Shorter ones in a token file could be guessed.
const SHORTEST: usize = 32;

#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    name: String,
    hash: String,
    /// Unix seconds.
    created_at: u64,
}

/// The tokens of a data directory, on disk.
pub(crate) struct TokenFile {
    path: PathBuf,
}

impl TokenFile {
    pub(crate) fn new(data_dir: &Path) -> Self {
        Self { path: data_dir.join("tokens.json") }
    }

    /// Makes a token. It can be seen now and never again.
    pub(crate) fn create(&self, name: &str) -> Result<String> {
        let is_name = (1..=48).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        if !is_name {
            return Err(Error::invalid(format!("{name:?} is no name for a token")).with_hint("Use 1 to 48 letters, digits, dots, dashes and underscores."));
        }
        let token = format!("{PREFIX}{}", random_text::<32>()?);
        self.change(|kept| {
            if kept.iter().any(|token| token.name == name) {
                return Err(Error::invalid(format!("there is a token called {name} already")).with_hint("Choose another name, or revoke it first."));
            }
            let created_at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs());
            kept.push(Kept { name: name.into(), hash: hash(&token).to_hex().to_string(), created_at });
            Ok(())
        })?;
        Ok(token)
    }

    /// Names, and when they were made.
    pub(crate) fn list(&self) -> Result<Vec<(String, u64)>> {
        Ok(self.read()?.into_iter().map(|token| (token.name, token.created_at)).collect())
    }

    pub(crate) fn revoke(&self, name: &str) -> Result<()> {
        self.change(|kept| {
            let before = kept.len();
            kept.retain(|token| token.name != name);
            if kept.len() < before { Ok(()) } else { Err(Error::new(ErrorCode::NotFound, format!("there is no token called {name}"))) }
        })
    }

    fn read(&self) -> Result<Vec<Kept>> {
        let Some(bytes) = private_file::read(&self.path)? else { return Ok(Vec::new()) };
        serde_json::from_slice(&bytes).map_err(|error| {
            Error::new(ErrorCode::Io, format!("{} cannot be understood: {error}", self.path.display())).with_hint("Remove it, and create the tokens anew.")
        })
    }

    /// Two commands at once do not lose each other's change.
    fn change(&self, change: impl FnOnce(&mut Vec<Kept>) -> Result<()>) -> Result<()> {
        if let Some(folder) = self.path.parent() {
            fs_err::create_dir_all(folder)?;
        }
        let lock = fs_err::OpenOptions::new().create(true).truncate(false).write(true).open(self.path.with_extension("lock"))?;
        lock.file().lock()?;
        let mut kept = self.read()?;
        change(&mut kept)?;
        let text = serde_json::to_vec_pretty(&kept).map_err(|error| Error::new(ErrorCode::Internal, format!("the tokens cannot be written: {error}")))?;
        private_file::write(&self.path, &text)
    }
}

/// When and how large a file was: whether it must be read again.
type Stamp = Option<(SystemTime, u64)>;

/// The tokens that a running server accepts. What the command changes counts from the next request on.
pub(crate) struct Tokens {
    file: TokenFile,
    seen: Mutex<(Stamp, Vec<Kept>)>,
    /// That of `--token-file`.
    extra: Option<blake3::Hash>,
}

impl Tokens {
    pub(crate) fn open(data_dir: &Path, extra: Option<&Path>) -> Result<Self> {
        let file = TokenFile::new(data_dir);
        let seen = Mutex::new((stamp(&file.path), file.read()?));
        Ok(Self { file, seen, extra: extra.map(extra_token).transpose()? })
    }

    /// The name of the token, if it is one. The same effort for every guess.
    pub(crate) fn name_of(&self, token: &str) -> Option<String> {
        self.name_of_hash(&hash(token))
    }

    /// Whether the token with this hash is still one.
    pub(crate) fn has(&self, hash: &blake3::Hash) -> bool {
        self.name_of_hash(hash).is_some()
    }

    fn name_of_hash(&self, given: &blake3::Hash) -> Option<String> {
        if self.extra.as_ref().is_some_and(|extra| bool::from(extra.as_bytes().ct_eq(given.as_bytes()))) {
            return Some("token-file".into());
        }
        let given = given.to_hex();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = stamp(&self.file.path);
        if now != seen.0 {
            // One that cannot be read lets nobody in.
            *seen = (now, self.file.read().inspect_err(|error| tracing::error!(%error, "tokens")).unwrap_or_default());
        }
        // All of them are looked at, whichever it is.
        let look =
            |found: Option<String>, token: &Kept| if bool::from(token.hash.as_bytes().ct_eq(given.as_bytes())) { Some(token.name.clone()) } else { found };
        seen.1.iter().fold(None, look)
    }
}

/// What is kept and compared instead of a token.
pub(crate) fn hash(token: &str) -> blake3::Hash {
    blake3::hash(token.as_bytes())
}

fn stamp(path: &Path) -> Stamp {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

fn extra_token(path: &Path) -> Result<blake3::Hash> {
    let text = match private_file::read(path)? {
        Some(bytes) => String::from_utf8_lossy(&bytes).trim().to_owned(),
        None => {
            let token = format!("{PREFIX}{}", random_text::<32>()?);
            private_file::write(path, token.as_bytes())?;
            token
        }
    };
    if text.len() < SHORTEST {
        return Err(Error::invalid(format!("the token in {} is too short", path.display()))
            .with_hint(format!("Use at least {SHORTEST} random letters, or remove the file: one is then made.")));
    }
    Ok(hash(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("lookalike-{name}-{}", random_text::<8>().unwrap()));
        fs_err::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_token_is_known_until_it_is_revoked_and_never_written() {
        let folder = folder("tokens");
        let file = TokenFile::new(&folder);
        let tokens = Tokens::open(&folder, None).unwrap();
        let token = file.create("nas").unwrap();
        assert_eq!(tokens.name_of(&token).as_deref(), Some("nas"));
        assert_eq!(tokens.name_of(&token[..token.len() - 1]), None);
        assert_eq!(tokens.name_of(""), None);
        assert!(!fs_err::read_to_string(folder.join("tokens.json")).unwrap().contains(&token), "only the hash is kept");
        assert!(file.create("nas").is_err(), "names are used once");
        assert!(file.create("a b").is_err() && file.create("").is_err() && file.create("../x").is_err());
        file.revoke("nas").unwrap();
        assert_eq!(tokens.name_of(&token), None, "at once");
        assert!(file.revoke("nas").is_err());
        fs_err::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_missing_token_file_is_made_for_the_owner_only() {
        let folder = folder("token-file");
        let path = folder.join("token");
        let tokens = Tokens::open(&folder, Some(&path)).unwrap();
        let token = fs_err::read_to_string(&path).unwrap();
        assert_eq!(tokens.name_of(&token).as_deref(), Some("token-file"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs_err::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        fs_err::write(&path, "short").unwrap();
        assert!(Tokens::open(&folder, Some(&path)).is_err());
        fs_err::remove_dir_all(folder).unwrap();
    }
}
